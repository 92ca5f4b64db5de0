//! Reads that are as new as anything that was acknowledged (§6.4 of the thesis).
//!
//! The leader notes its commit index, makes sure that a majority still follows
//! it, and tells; the asking node answers once it has applied that much. Never
//! by the leader's lease: a sleeping laptop's monotonic clock stands still, and
//! the laptop would wake up as a leader in its own eyes.

use tokio::time::{Instant, timeout_at};

use super::{
    Seat,
    propose::{MOVING, PAUSE, PER_TRY},
};
use crate::{
    consensus::{NodeError, NodeId},
    net::{CallError, Refusal, Refused},
    node::api::Failure,
};

impl Seat {
    /// Waits until all is applied here that was committed when this was called.
    /// Asks again, under any leader: nothing is changed by it.
    pub async fn catch_up(&self, deadline: Instant) -> Result<(), Failure> {
        loop {
            let leader = self.node.leader();
            let mut nobody_decides = leader.is_none();
            if let Some(id) = leader {
                let asking = async {
                    if id == self.node_id() {
                        Ok(self.read_index().await?)
                    } else {
                        self.read_index_of(id, deadline).await
                    }
                };
                let asked = tokio::select! {
                    asked = timeout_at(deadline, asking) => asked,
                    // Another leads: the answer may never come.
                    () = self.node.leader_differs_from(leader) => continue,
                };
                match asked {
                    Ok(Ok(index)) => {
                        if self.node.has_applied(index, deadline).await {
                            return Ok(());
                        }
                    }
                    Ok(Err(CallError::Refused(refused))) => {
                        nobody_decides = refused.reason == Refusal::NoQuorum;
                        self.handle_refusal(refused)?;
                    }
                    Ok(Err(error)) => tracing::debug!("asked in vain: {error}"),
                    Err(_late) => {}
                }
            }
            // Again when another leads, or after a pause.
            let pause = if leader.is_some() { PAUSE } else { PER_TRY };
            let again = (Instant::now() + pause).min(deadline);
            let _ = timeout_at(again, self.node.leader_differs_from(leader)).await;
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
    /// log.
    pub async fn read_index(&self) -> Result<u64, Refused> {
        if self.contact.is_frozen() {
            return Err(Refusal::Busy.because(MOVING));
        }
        self.node.read_index().await.map_err(|error| match error {
            NodeError::NotLeader => self.not_leader(),
            e => Refusal::NoQuorum.because(e.to_string()),
        })
    }

    async fn read_index_of(&self, leader: NodeId, deadline: Instant) -> Result<u64, CallError> {
        let member = self.member(leader).ok_or_else(|| self.not_leader())?;
        let left = deadline.saturating_duration_since(Instant::now());
        let mut client = self.client(leader, member.peer_id);
        client.read_index(left.min(PER_TRY)).await
    }
}
