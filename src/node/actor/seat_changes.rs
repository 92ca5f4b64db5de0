//! The channels of a seat that tell when to look again.

use std::time::Duration;

use tokio::sync::watch;

use crate::{
    consensus::{Applied, Changes},
    node::seat::Seat,
};

/// What is watched of a seat.
pub(super) struct SeatChanges {
    applied: watch::Receiver<Applied>,
    cluster: Changes,
}

impl SeatChanges {
    pub(super) fn of(seat: &Seat) -> Self {
        Self {
            applied: seat.node.applied(),
            cluster: seat.node.changes(),
        }
    }
}

/// Something has changed that the view shows; never, without a seat.
pub(super) async fn seat_changed(changes: &mut Option<SeatChanges>) {
    /// Things that no channel tells, such as the age of the last contact.
    const LOOK: Duration = Duration::from_millis(500);
    let Some(SeatChanges { applied, cluster }) = changes else {
        return std::future::pending().await;
    };
    tokio::select! {
        Ok(()) = applied.changed() => {}
        true = cluster.next() => {}
        // Also when Raft has stopped and the channels are closed.
        () = tokio::time::sleep(LOOK) => {}
    }
}
