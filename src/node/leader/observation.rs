//! Notices on their way into the log.

use std::time::Duration;

use tokio::time::timeout;

use crate::{consensus::Proposal, game::Observation, node::seat::Seat};

/// An observation that is not committed by then is given up, and looked at anew.
const PATIENCE: Duration = Duration::from_secs(2);

/// Appends an observation.
pub async fn append(seat: &Seat, observation: Observation) {
    let written = seat.node.write(Proposal::Observation(observation));
    match timeout(PATIENCE, written).await {
        Ok(Ok(_)) => {}
        Ok(Err(e)) => tracing::debug!("not observed: {e}"),
        Err(_late) => tracing::debug!("not observed in time"),
    }
}
