//! The leader's part in the game: it notices time, and who is here, and writes
//! both into the log. So all nodes agree on them, and the game stays pure.

use std::time::Duration;

use tokio::time::Instant;

use super::membership;
use crate::{
    game::{Door, Game, Observation, PeerId},
    node::seat::{Seat, door::KNOCKING},
};

/// How often the members are asked which rules they know, while the room plays
/// by older ones.
const ASK: Duration = Duration::from_secs(2);

/// Looks at the game, and appends what has to be observed. For the leader;
/// does nothing on others, or while an observation is on its way.
pub async fn look(seat: &Seat) {
    let Ok(_noticing) = seat.lead.noticing.try_lock() else {
        return;
    };
    if !seat.node.is_leader() {
        return;
    }
    if !seat.has_quorum() || seat.contact.is_frozen() {
        // Nobody can play meanwhile, so no time runs.
        return seat.round_clock.restart();
    }
    let state = seat.node.state();
    if state.game().table().rules < seat.peers.rules() {
        return raise_rules(seat).await;
    }
    for observation in observations(seat, state.game()) {
        tracing::debug!("observed: {observation:?}");
        seat.observe(observation).await;
    }
    dismiss_removed(seat, state.game()).await;
}

fn observations(seat: &Seat, game: &Game) -> Vec<Observation> {
    let mut observations = Vec::new();
    let membership = seat.node.membership();
    let facts = seat.facts_of(&membership);
    for (peer, player) in game.players() {
        let mut seats = membership.nodes().filter(|(_, m)| m.peer_id == *peer);
        let here = seats.any(|(id, _)| {
            facts
                .iter()
                .any(|m| m.id == *id && m.silent < seat.timing.absent)
        });
        // A new leader has not heard of anybody yet, and to the founder of a
        // continuation the others are still on their way.
        let knows = seat.node.leading_for() >= seat.timing.absent;
        if knows && here != player.here && !game.is_removed(peer) {
            observations.push(Observation::Presence { peer: *peer, here });
        }
    }
    if let Some(clock) = seat.clock()
        && clock.left().is_zero()
        && let Some(round) = game.round()
    {
        observations.push(Observation::TimeUp {
            round: round.number(),
            step: round.step(),
        });
    }
    let table = game.table();
    let mut knocking = seat.lead.knocks.waiting(table.answer_to_all);
    let may_knock =
        |peer: &PeerId| matches!(game.door(peer), Door::Locked | Door::Open) && !game.knows(peer);
    knocking.retain(|peer, _| may_knock(peer));
    // Where there is no place, the log is not filled with what changes nothing.
    let (leave, come) = seat.lead.knocks.turns(&knocking, &table.knocks);
    let gone = table.knocks.keys().copied();
    let gone = gone.filter(|peer| !knocking.contains_key(peer));
    // A new leader hears of them only when they ask again.
    let gone = gone.filter(|_| seat.node.leading_for() >= KNOCKING);
    observations.extend(gone.chain(leave).map(Observation::KnockWithdrawn));
    let come = come
        .into_iter()
        .filter_map(|peer| Some((peer, knocking.remove(&peer)?)));
    observations.extend(come.map(|(peer, name)| Observation::Knock { peer, name }));
    observations
}

/// Takes the seats of those whom the owner has sent away. They go by
/// themselves, if they can.
async fn dismiss_removed(seat: &Seat, game: &Game) {
    let members = seat.node.membership();
    let gone: Vec<_> = members
        .nodes()
        .filter(|(id, member)| **id != seat.node_id() && game.is_removed(&member.peer_id))
        .map(|(id, _)| *id)
        .collect();
    for id in gone {
        if let Err(e) = membership::dismiss(seat, id).await {
            tracing::debug!("who was removed keeps the seat for now: {e}");
        }
    }
}

/// Raises the room's rules once all members know newer ones. Nobody comes
/// in meanwhile.
async fn raise_rules(seat: &Seat) {
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
