//! The channels of a seat that tell when to look again.

use std::time::Duration;

use openraft::async_runtime::WatchReceiver as _;
use tokio::sync::watch;

use crate::{
    consensus::{Applied, TypeConfig},
    node::seat::Seat,
};

type ServerMetrics = openraft::metrics::RaftServerMetrics<TypeConfig>;

/// What is watched of a seat.
pub(super) struct Watched {
    applied: watch::Receiver<Applied>,
    metrics: openraft::alias::WatchReceiverOf<TypeConfig, ServerMetrics>,
}

impl Watched {
    pub(super) fn new(seat: &Seat) -> Self {
        Self {
            applied: seat.applied.clone(),
            metrics: seat.raft.server_metrics(),
        }
    }
}

/// Something has changed that the view shows; never, without a seat.
pub(super) async fn seat_changed(watched: &mut Option<Watched>) {
    /// Things that no channel tells, such as the age of the last contact.
    const LOOK: Duration = Duration::from_millis(500);
    let Some(Watched { applied, metrics }) = watched else {
        return std::future::pending().await;
    };
    tokio::select! {
        Ok(()) = applied.changed() => {}
        Ok(()) = metrics.changed() => {}
        // Also when Raft has stopped and the channels are closed.
        () = tokio::time::sleep(LOOK) => {}
    }
}
