//! The player as a client of the cluster (Raft §8): numbers the commands, and
//! has them proposed from whatever seat there is; and reads.

use std::sync::{Arc, Weak};

use tokio::{
    sync::mpsc,
    time::{Instant, timeout_at},
};

use super::{
    api::{Done, Failure, Reply},
    seat::view::room_view,
    shared::{Job, Shared},
};
use crate::{
    consensus::{CommandId, GameCommand, codec},
    game::{Action, Rejection},
    net::{Committed, REPLACED, Refusal},
};

/// Commands that may wait; then the player is told "busy".
pub const QUEUE: usize = 256;

/// Does a player's jobs, one at a time. The session is this process's; it goes
/// along from seat to seat.
pub async fn run(shared: Weak<Shared>, mut queue: mpsc::Receiver<Job>) {
    let mut seq = 0;
    while let Some(job) = queue.recv().await {
        let Some(shared) = shared.upgrade() else {
            return;
        };
        // Whoever asked may have gone.
        let _ = job.done.send(perform(&shared, &mut seq, job.action).await);
    }
}

/// Answers with the room as of a moment after this was called, from whatever
/// seat the player has.
pub async fn read(shared: &Shared) -> Reply {
    let deadline = Instant::now() + shared.env.timing.reply;
    let mut seats = shared.seat.subscribe();
    loop {
        is_settled(shared, deadline).await;
        let Some(seat) = seats.borrow_and_update().clone() else {
            return Err(Failure::not_in_room());
        };
        tokio::select! {
            caught_up = seat.catch_up(deadline) => {
                return caught_up.map(|()| Done::Read(Arc::new(room_view(&seat))));
            }
            // Another seat, maybe in another cluster: once more from there.
            Ok(()) = seats.changed() => {}
        }
    }
}

async fn perform(shared: &Shared, seq: &mut u64, action: Action) -> Reply {
    let deadline = Instant::now() + shared.env.timing.reply;
    let session = shared.env.session;
    let opens = matches!(action, Action::TakeSeat { .. });
    let seat = shared.current_seat();
    if seat.as_ref().is_some_and(|seat| seat.is_overtaken(session)) {
        return Err(Refusal::Replaced.because(REPLACED).into());
    }
    if !opens && !seat.as_ref().is_some_and(|seat| seat.knows(session)) {
        // Back after a restart, or forgotten among very many players.
        let name = shared.name();
        propose(shared, seq, &Action::TakeSeat { name }, deadline).await?;
    }
    if action.rules() > seat.map_or(0, |seat| seat.node.state().game().table().rules) {
        // Members of older programs could not even read it.
        return Err(Rejection::OldRules.into());
    }
    let committed = propose(shared, seq, &action, deadline).await?;
    match committed.reply.result {
        Some(Ok(outcome)) => Ok(Done::Applied {
            outcome,
            index: committed.reply.index,
            copies: committed.copies,
        }),
        Some(Err(rejection)) => Err(rejection.into()),
        None => Err(Failure::new("stopped", "the entry holds no command")),
    }
}

/// Waits while the seat is on trial: what is said there would be lost with it. Who has
/// waited until the deadline is too late with everything.
async fn is_settled(shared: &Shared, deadline: Instant) {
    let mut on_trial = shared.on_trial.subscribe();
    // It ends early only with the node.
    let _ = timeout_at(deadline, on_trial.wait_for(|on_trial| !on_trial)).await;
}

/// Proposes an action under the next number from whatever seat the player has,
/// until one has it applied or time is up.
async fn propose(
    shared: &Shared,
    seq: &mut u64,
    action: &Action,
    deadline: Instant,
) -> Result<Committed, Failure> {
    *seq += 1;
    let began = Instant::now();
    let session = shared.env.session;
    let mut seats = shared.seat.subscribe();
    let mut maybe_appended = false;
    loop {
        is_settled(shared, deadline).await;
        let Some(seat) = seats.borrow_and_update().clone() else {
            return Err(Failure::not_in_room());
        };
        let command = GameCommand {
            id: CommandId {
                peer_id: seat.me,
                session,
                seq: *seq,
            },
            opens_session: matches!(action, Action::TakeSeat { .. }) && !seat.knows(session),
            action: action.clone(),
            signed: None,
        };
        let digest = codec::digest(&command);
        let command = command.sign(seat.cluster_id, &digest, shared.env.identity.key());
        let id = command.id;
        if matches!(action, Action::Remove { .. }) {
            seat.note_removal(&command);
        }
        tokio::select! {
            result = seat.propose(command, deadline, &mut maybe_appended) => {
                if result.is_ok() {
                    seat.latencies.note(began.elapsed());
                } else if !maybe_appended {
                    seat.forget_removal(&id);
                }
                return result;
            }
            // Another seat, maybe in another cluster: once more from there.
            Ok(()) = seats.changed() => {}
        }
    }
}
