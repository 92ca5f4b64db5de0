//! The version of the game's rules that a room plays by.

use std::time::Duration;

use tokio::time::Instant;

use crate::{
    consensus::RoomState,
    game::Observation,
    net::{Refusal, Refused},
    node::seat::Seat,
};

/// How often the members are asked which rules they know, while the room plays
/// by older ones.
const ASK: Duration = Duration::from_secs(2);

/// Refuses a program that cannot play by the rules of the room.
pub fn must_know(rules: u32, state: &RoomState) -> Result<(), Refused> {
    let needed = state.game().table().rules;
    if rules >= needed {
        return Ok(());
    }
    Err(Refusal::Version.because(format!(
        "that room needs rules version {needed}; install dhangkanna {} or newer",
        env!("CARGO_PKG_VERSION")
    )))
}

/// Raises the room's rules once all members know newer ones. Nobody comes
/// in meanwhile.
pub async fn raise(seat: &Seat) {
    {
        let mut asked = seat.lead.rules_asked.lock();
        if asked.is_some_and(|at| at.elapsed() < ASK) {
            return;
        }
        *asked = Some(Instant::now());
    }
    let (membership, rules) = (seat.node.membership(), seat.peers.rules());
    let others = membership.nodes().filter(|(id, _)| **id != seat.node_id());
    let knows = others.map(|(_, member)| async move {
        let about = seat.peers.hello(member.peer_id).await;
        about.is_ok_and(|about| about.rules >= rules)
    });
    let knows = futures::future::join_all(knows).await;
    let _changing = seat.lead.changing.lock().await;
    // Whoever came meanwhile was not asked.
    let is_same = seat.node.membership().log_id() == membership.log_id();
    if is_same && knows.into_iter().all(|knows| knows) {
        tracing::info!("all members know the rules {rules}");
        seat.observe(Observation::Rules(rules)).await;
    }
}
