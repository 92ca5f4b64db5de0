//! Notices on their way into the log.

use std::time::Duration;

use tokio::time::timeout;

use crate::{consensus::Proposal, game::Notice, node::seat::Seat};

/// A notice that is not committed by then is given up, and looked at anew.
const PATIENCE: Duration = Duration::from_secs(2);

/// Appends a notice.
pub async fn append(seat: &Seat, notice: Notice) {
    let written = seat.node.write(Proposal::Notice(notice));
    match timeout(PATIENCE, written).await {
        Ok(Ok(_)) => {}
        Ok(Err(e)) => tracing::debug!("not noticed: {e}"),
        Err(_late) => tracing::debug!("not noticed in time"),
    }
}
