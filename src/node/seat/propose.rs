//! The way of a command into the log: tried at whoever leads, with the same
//! id, until it is applied here or time is up.

use std::{sync::atomic::Ordering::Relaxed, time::Duration};

use tokio::time::{Instant, timeout_at};

use super::Seat;
use crate::{
    consensus::{GameCommand, NodeError, NodeId, Proposal, quorum},
    game::{Action, Rejection},
    net::{Committed, Refusal, Refused},
    node::api::Failure,
};

/// How long one leader gets before we check whether another leads.
pub(super) const PER_TRY: Duration = Duration::from_secs(2);

/// The pause before the same leader is asked again.
pub(super) const PAUSE: Duration = Duration::from_millis(50);

/// Why nothing is decided while the seat is frozen.
pub(super) const MOVING: &str = "the game is moving to another room";

impl Seat {
    /// Proposes a command at whoever leads until it is applied here or the
    /// deadline is over. `maybe_appended` is set once the command may be in some log.
    pub async fn propose(
        &self,
        command: GameCommand,
        deadline: Instant,
        maybe_appended: &mut bool,
    ) -> Result<Committed, Failure> {
        loop {
            let leader = self.node.leader();
            let tried = match leader {
                None => None,
                Some(id) => {
                    let may_be = std::mem::replace(maybe_appended, true);
                    let committing = async {
                        if id == self.node_id() {
                            let says = matches!(command.action, Action::Say(_));
                            if says {
                                self.lead.talk.count(self.me)?;
                            }
                            self.commit_here(command.clone()).await
                        } else {
                            self.commit_there(id, &command, deadline).await
                        }
                    };
                    let result = tokio::select! {
                        result = timeout_at(deadline, committing) => result,
                        // Another leads: the answer may never come.
                        () = self.node.leader_differs_from(leader), if id != self.node_id() => continue,
                    };
                    if let Ok(Err(error)) = &result {
                        *maybe_appended = may_be || error.maybe_appended;
                    }
                    Some(result)
                }
            };
            match tried {
                Some(Ok(Ok(committed))) => {
                    if self.node.has_applied(committed.reply.index, deadline).await {
                        self.entered.store(true, Relaxed);
                        return Ok(committed);
                    }
                    let late = "it is committed, but has not arrived here yet";
                    return Err(Failure::new("timeout", late));
                }
                Some(Ok(Err(error))) => {
                    tracing::debug!("proposed in vain: {error}");
                    if error.reason == Refusal::TooFast && *maybe_appended {
                        // An earlier try of it was counted; it may stand in the log.
                        return Err(Failure::new(
                            "timeout",
                            "no answer in time; it may still take effect",
                        ));
                    }
                    self.handle_refusal(error)?;
                }
                // The time is up while the leader has it, or nobody leads.
                Some(Err(_)) | None => {}
            }
            // Again when another leads, or after a pause.
            let pause = if leader.is_some() { PAUSE } else { PER_TRY };
            let again = (Instant::now() + pause).min(deadline);
            let _ = timeout_at(again, self.node.leader_differs_from(leader)).await;
            if Instant::now() >= deadline {
                return Err(if *maybe_appended {
                    Failure::new("timeout", "no answer in time; it may still take effect")
                } else {
                    Failure::new(
                        "no_quorum",
                        "a majority of the players cannot be reached; nothing was changed",
                    )
                });
            }
        }
    }

    /// Commits a command as the leader.
    pub async fn commit_here(&self, command: GameCommand) -> Result<Committed, Refused> {
        if self.contact.is_frozen() {
            return Err(Refusal::Busy.because(MOVING));
        }
        if command.action.rules() > self.node.state().game().table().rules {
            // Members of older programs could not even read it.
            let words = Rejection::OldRules.to_string();
            return Err(Refusal::OldRules.because(words));
        }
        match self.node.write(Proposal::Command(command)).await {
            Ok(reply) => {
                let copies = self.copies_of(reply.index).await;
                Ok(Committed { reply, copies })
            }
            Err(NodeError::NotLeader) => Err(self.not_leader()),
            Err(NodeError::Stopped(why)) => Err(Refusal::NoQuorum.because(why).maybe_appended()),
            Err(e) => Err(Refusal::NotLeader.because(e.to_string()).maybe_appended()),
        }
    }

    async fn commit_there(
        &self,
        leader: NodeId,
        command: &GameCommand,
        deadline: Instant,
    ) -> Result<Committed, Refused> {
        let Some(member) = self.member(leader) else {
            return Err(self.not_leader());
        };
        let left = deadline.saturating_duration_since(Instant::now());
        self.client(leader, member.peer_id)
            .propose(command, left.min(PER_TRY))
            .await
    }

    /// How many members have a committed entry on disk. A sole voter waits a
    /// moment for a second one, so that a crash of its computer loses nothing
    /// that was acknowledged; but not while nobody else keeps up anyway.
    async fn copies_of(&self, index: u64) -> u32 {
        let membership = self.node.membership();
        let quorum = quorum::majority(membership.voter_ids().count());
        let others = self.node.others_holding(index);
        let keeps_up = self
            .node
            .others_holding(self.last_single_copy.load(Relaxed))
            > 0;
        let copies = quorum.max(others + 1);
        let copies = if copies >= 2 || membership.nodes().count() < 2 || !keeps_up {
            copies
        } else {
            let deadline = Instant::now() + self.timing.hold;
            let others = self.node.another_holds(index, deadline).await;
            if others == 0 {
                self.last_single_copy.fetch_max(index, Relaxed);
            }
            copies.max(others + 1)
        };
        u32::try_from(copies).unwrap_or(u32::MAX)
    }

    /// Records what a refusal implies; returns it if a retry is pointless.
    pub(super) fn handle_refusal(&self, refused: Refused) -> Result<(), Failure> {
        match refused.reason {
            Refusal::Replaced => {
                self.contact.hear_replaced();
                return Err(refused.into());
            }
            Refusal::TooFast | Refusal::OldRules => return Err(refused.into()),
            // It is taken again, elsewhere.
            Refusal::NotAMember => self.lost_membership.store(true, Relaxed),
            _ => {}
        }
        Ok(())
    }
}
