//! Asks the members of a room for a seat in it.

use std::time::Duration;

use tokio::time::Instant;

use crate::{
    consensus::ClusterId,
    game::PeerId,
    net::{Admission, CallError, Refusal},
    node::{api::Failure, seat::Seat, shared::Shared},
};

/// How long the steps of joining may take once the room is found.
pub const JOIN_TIMEOUT: Duration = Duration::from_secs(10);

/// The pause before the same is tried again: a leader is being elected.
const PAUSE: Duration = Duration::from_millis(100);

/// How often it is asked whether the owner has let us in.
const KNOCK: Duration = Duration::from_millis(500);

/// How long an owner may think about it.
const KNOCK_PATIENCE: Duration = Duration::from_secs(600);

/// Somebody who waits to be let in, and does not any more when this drops.
struct Knocking<'a>(&'a Shared);

impl Drop for Knocking<'_> {
    fn drop(&mut self) {
        self.0.set_knocking(false);
    }
}

/// Asks for admission: whoever of the members answers, and then the leader.
pub async fn ask(
    shared: &Shared,
    room: ClusterId,
    members: &[PeerId],
    deadline: Instant,
) -> Result<(PeerId, Admission), Failure> {
    let _knocking = Knocking(shared);
    let patience = Instant::now() + KNOCK_PATIENCE;
    let mut deadline = deadline;
    let mut in_turn = members.iter().copied().cycle();
    let mut next = in_turn.next();
    // Members in a row that were no help; all of them once is enough.
    let mut in_vain = 0;
    while let Some(peer) = next {
        let error = match shared.env.peers.join(peer, room, &shared.name()).await {
            Ok(admission) => return Ok((peer, admission)),
            Err(error) => error,
        };
        let mut pause = PAUSE;
        match &error {
            CallError::Refused(refused) => match (refused.reason, &refused.leader) {
                (Refusal::NotLeader, Some((leader, addrs))) if *leader != peer => {
                    shared.env.peers.book().hint_all(*leader, addrs);
                    next = Some(*leader);
                    pause = Duration::ZERO;
                    in_vain = 0;
                }
                // A leader is being elected, or it has just been.
                (Refusal::NotLeader | Refusal::NoQuorum | Refusal::Busy, _) => {
                    next = in_turn.next();
                    in_vain = 0;
                }
                (Refusal::NoSuchRoom, _) => {
                    next = in_turn.next();
                    in_vain += 1;
                }
                // As long as the player likes to wait, the leader is asked.
                (Refusal::Knocking, _) if Instant::now() < patience => {
                    shared.set_knocking(true);
                    deadline = Instant::now() + JOIN_TIMEOUT;
                    pause = KNOCK;
                    in_vain = 0;
                }
                _ => return Err(error.into()),
            },
            // The leader that was named may have gone, too.
            CallError::Unreachable(_) => {
                next = in_turn.next();
                in_vain += 1;
            }
            CallError::Denied(_) | CallError::Continued(_) => return Err(error.into()),
        }
        if in_vain > members.len() || Instant::now() + pause >= deadline {
            return Err(error.into());
        }
        tokio::time::sleep(pause).await;
    }
    Err(Refusal::NoSuchRoom.because("nobody is in that room").into())
}

/// Asks the leader to add the seat, and waits until its log has arrived.
pub async fn enter(
    shared: &Shared,
    seat: &Seat,
    (mut leader, mut admission): (PeerId, Admission),
    members: &[PeerId],
    deadline: Instant,
) -> Result<(), Failure> {
    let index = loop {
        *seat.admitted_by.lock() = Some((leader, admission.node_id));
        let mut client = seat.client(admission.node_id, leader);
        let error = match client
            .enter(shared.env.addr_texts(), shared.env.peers.rules())
            .await
        {
            Ok(index) => break index,
            Err(error) => error,
        };
        let passing = match &error {
            CallError::Refused(refused) => matches!(
                refused.reason,
                Refusal::NotLeader | Refusal::NoQuorum | Refusal::Busy
            ),
            CallError::Unreachable(_) => true,
            CallError::Denied(_) | CallError::Continued(_) => false,
        };
        if !passing || Instant::now() + PAUSE >= deadline {
            return Err(error.into());
        }
        tokio::time::sleep(PAUSE).await;
        (leader, admission) = ask(shared, seat.key.cluster_id, members, deadline).await?;
    };
    if seat.node.has_applied(index, deadline).await {
        return Ok(());
    }
    Err(Failure::new(
        "unreachable",
        format!(
            "the room let you in, but its leader cannot reach this computer; allow port {} in your firewall",
            shared.env.port
        ),
    ))
}
