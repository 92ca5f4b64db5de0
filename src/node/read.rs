//! Reads that are as new as anything that was acknowledged (§6.4 of the thesis).
//!
//! The leader notes its commit index, makes sure that a majority still follows
//! it, and tells; the asking node answers once it has applied that much. Never
//! by the leader's lease: a sleeping laptop's monotonic clock stands still, and
//! the laptop would wake up as a leader in its own eyes.

use std::sync::Arc;

use openraft::{
    ReadPolicy,
    error::{LinearizableReadError, RaftError},
};
use tokio::time::{Instant, timeout_at};

use super::{
    Done, Failure, Reply, RoomView,
    propose::{PAUSE, PER_TRY},
    seat::Seat,
    shared::Shared,
};
use crate::{
    consensus::NodeId,
    net::{CallError, Refusal, Refused},
};

/// Answers with the room as of a moment after this was called, from whatever
/// seat the player has.
pub(super) async fn read(shared: &Shared) -> Reply {
    let deadline = Instant::now() + shared.setup.timing.reply;
    let mut seats = shared.seats();
    loop {
        let Some(seat) = seats.borrow_and_update().clone() else {
            return Err(Failure::new("not_in_room", "host or join a room first"));
        };
        tokio::select! {
            caught_up = seat.catch_up(deadline) => {
                return caught_up.map(|()| Done::Read(Arc::new(RoomView::of(&seat))));
            }
            // Another seat, maybe in another cluster: once more from there.
            Ok(()) = seats.changed() => {}
        }
    }
}

impl Seat {
    /// Waits until all is applied here that was committed when this was called.
    /// Asks again, under any leader: nothing is changed by it.
    async fn catch_up(&self, deadline: Instant) -> Result<(), Failure> {
        loop {
            let leader = self.leader();
            let mut nobody_decides = leader.is_none();
            if let Some(id) = leader {
                let asking = async {
                    if id == self.node_id {
                        Ok(self.read_index().await?)
                    } else {
                        self.read_index_of(id, deadline).await
                    }
                };
                let asked = tokio::select! {
                    asked = timeout_at(deadline, asking) => asked,
                    // Another leads: the answer may never come.
                    () = self.leader_differs_from(leader) => continue,
                };
                match asked {
                    Ok(Ok(index)) => {
                        if self.has_applied(index, deadline).await {
                            return Ok(());
                        }
                    }
                    Ok(Err(CallError::Refused(refused))) => {
                        nobody_decides = refused.reason == Refusal::NoQuorum;
                        self.heed(refused)?;
                    }
                    Ok(Err(error)) => tracing::debug!("asked in vain: {error}"),
                    Err(_late) => {}
                }
            }
            // Again when another leads, or after a pause.
            let pause = if leader.is_some() { PAUSE } else { PER_TRY };
            let again = (Instant::now() + pause).min(deadline);
            let _ = timeout_at(again, self.leader_differs_from(leader)).await;
            if Instant::now() >= deadline {
                return Err(if nobody_decides {
                    Failure::new("no_quorum", "a majority of the players cannot be reached")
                } else {
                    Failure::new("timeout", "the newest entries did not arrive here in time")
                });
            }
        }
    }

    /// As the leader: up to which entry a read that begins now must see the
    /// log. openraft waits for a majority as long as a lease at the most.
    pub(super) async fn read_index(&self) -> Result<u64, Refused> {
        if self.contact.is_frozen() {
            return Err(Refusal::Busy.because("the game is moving to another room"));
        }
        match self.raft.get_read_linearizer(ReadPolicy::ReadIndex).await {
            Ok(linearizer) => Ok(linearizer.read_log_id().index()),
            Err(RaftError::APIError(LinearizableReadError::ForwardToLeader(_))) => {
                Err(self.not_leader())
            }
            Err(e) => Err(Refusal::NoQuorum.because(e.to_string())),
        }
    }

    async fn read_index_of(&self, leader: NodeId, deadline: Instant) -> Result<u64, CallError> {
        let member = self.member(leader).ok_or_else(|| self.not_leader())?;
        let left = deadline.saturating_duration_since(Instant::now());
        let mut client = self.client(leader, member.peer_id);
        client.read_index(left.min(PER_TRY)).await
    }
}
