//! What whoever leads is asked, again and again until time is up.
//!
//! Commands on their way into the log: with the same id, until they are applied
//! here. And reads that are as new as anything that was acknowledged (§6.4 of
//! the thesis): the leader notes its commit index, makes sure that a majority
//! still follows it, and tells; the asking node answers once it has applied that
//! much. Never by the leader's lease: a sleeping laptop's monotonic clock stands
//! still, and the laptop would wake up as a leader in its own eyes.

use std::{sync::atomic::Ordering::Relaxed, time::Duration};

use tokio::time::{Instant, timeout, timeout_at};

use super::Seat;
use crate::{
    consensus::{GameCommand, NodeError, NodeId, Proposal, quorum},
    game::{Action, Observation, Rejection},
    net::{CallError, Committed, MemberClient, Refusal, Refused},
    node::api::Failure,
};

/// How long one leader gets before we check whether another leads.
const PER_TRY: Duration = Duration::from_secs(2);

/// The pause before the same leader is asked again.
const PAUSE: Duration = Duration::from_millis(50);

/// When one leader's time is up.
fn again(deadline: Instant) -> Instant {
    (Instant::now() + PER_TRY).min(deadline)
}

/// An observation that is not committed by then is given up, and looked at anew.
const OBSERVING: Duration = Duration::from_secs(2);

/// What is wrong with a command, and not with who leads.
const REFUSALS: [Refusal; 3] = [Refusal::TooFast, Refusal::OldRules, Refusal::BadText];

/// Why nothing is decided while the seat is frozen.
const MOVING: &str = "the game is moving to another room";

impl Seat {
    /// Proposes a command at whoever leads until it is applied here or the
    /// deadline is over. `maybe_appended` is set once the command may be in some log.
    pub async fn propose(
        &self,
        command: GameCommand,
        deadline: Instant,
        maybe_appended: &mut bool,
    ) -> Result<Committed, Failure> {
        let unknown = || Failure::new("timeout", "no answer in time; it may still take effect");
        loop {
            let leader = self.node.leader();
            if let Some(id) = leader {
                let may_be = std::mem::replace(maybe_appended, true);
                let committing = async {
                    if id == self.node_id() {
                        if matches!(command.action, Action::Say(_)) {
                            self.lead.talk.count(self.me)?;
                        }
                        self.commit_here(command.clone()).await
                    } else {
                        let (client, time) = self.client_of(id, deadline)?;
                        client.propose(&command, time).await
                    }
                };
                let tried = tokio::select! {
                    tried = timeout_at(deadline, committing) => tried,
                    // Another leads: the answer may never come.
                    () = self.node.leader_differs_from(leader), if id != self.node_id() => continue,
                };
                match tried {
                    Ok(Ok(committed)) => {
                        // What came of it is read here; the leader's word for it is
                        // none, should it not arrive.
                        let arriving =
                            timeout_at(again(deadline), self.node.has_decided(&command.id));
                        if let Ok(reply) = arriving.await {
                            self.entered.store(true, Relaxed);
                            return Ok(Committed { reply, ..committed });
                        }
                    }
                    Ok(Err(error)) => {
                        tracing::debug!("proposed in vain: {error}");
                        // Who leads cannot take back that an owner sends somebody away.
                        let is_open =
                            id != self.node_id() && matches!(command.action, Action::Remove { .. });
                        *maybe_appended = may_be || error.maybe_appended || is_open;
                        let is_last = REFUSALS.contains(&error.reason);
                        if error.reason == Refusal::TooFast && *maybe_appended && !is_open {
                            // An earlier try of it was counted; it may stand in the log.
                            return Err(unknown());
                        }
                        if !(is_last && is_open) {
                            self.handle_refusal(error)?;
                        }
                    }
                    // The time is up while the leader has it.
                    Err(_late) => {}
                }
            }
            if !self.may_try_again(leader, deadline).await {
                return Err(if *maybe_appended {
                    unknown()
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
        if self.contact.is_frozen() || self.contact.is_outdated() {
            return Err(Refusal::Busy.because(MOVING));
        }
        if command.action.rules() > self.node.state().game().table().rules {
            // Members of older programs could not even read it.
            let words = Rejection::OldRules.to_string();
            return Err(Refusal::OldRules.because(words));
        }
        // A changed program may send what nobody can type, for all to draw.
        if let Err(not_typed) = command.action.check() {
            return Err(Refusal::BadText.because(not_typed.to_string()));
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

    /// Appends an observation as the leader.
    pub async fn observe(&self, observation: Observation) {
        let written = self.node.write(Proposal::Observation(observation));
        match timeout(OBSERVING, written).await {
            Ok(Ok(_)) => {}
            Ok(Err(e)) => tracing::debug!("not observed: {e}"),
            Err(_late) => tracing::debug!("not observed in time"),
        }
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
    fn handle_refusal(&self, refused: Refused) -> Result<(), Failure> {
        match refused.reason {
            Refusal::Replaced => {
                self.contact.hear_replaced();
                return Err(refused.into());
            }
            why if REFUSALS.contains(&why) => return Err(refused.into()),
            Refusal::NotAMember | Refusal::Removed => self.is_doubted.store(true, Relaxed),
            _ => {}
        }
        Ok(())
    }

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
                        let (client, time) = self.client_of(id, deadline)?;
                        client.read_index(time).await
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
            if !self.may_try_again(leader, deadline).await {
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

    /// The way to the leader, and the time it gets for one try.
    fn client_of(
        &self,
        leader: NodeId,
        deadline: Instant,
    ) -> Result<(MemberClient, Duration), Refused> {
        let member = self.member(leader).ok_or_else(|| self.not_leader())?;
        let left = deadline.saturating_duration_since(Instant::now());
        Ok((self.client(leader, member.peer_id), left.min(PER_TRY)))
    }

    /// Waits until another leads than was asked, or for a pause; false if time
    /// is up.
    async fn may_try_again(&self, asked: Option<NodeId>, deadline: Instant) -> bool {
        let pause = if asked.is_some() { PAUSE } else { PER_TRY };
        let again = (Instant::now() + pause).min(deadline);
        let _ = timeout_at(again, self.node.leader_differs_from(asked)).await;
        Instant::now() < deadline
    }
}
