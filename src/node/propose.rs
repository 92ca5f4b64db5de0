//! The way of a command into the log: tried at whoever leads, with the same
//! id, until it is applied here or time is up.

use std::{
    sync::{Weak, atomic::Ordering::Relaxed},
    time::Duration,
};

use openraft::{
    async_runtime::WatchReceiver as _,
    error::{ClientWriteError, RaftError},
};
use tokio::{
    sync::mpsc,
    time::{Instant, timeout_at},
};

use super::{Done, Failure, Reply, handler, seat::Seat, shared::Shared};
use crate::{
    consensus::{Command, CommandId, NodeId, Proposal, TypeConfig},
    game::{Action, Rejection},
    net::{Committed, ProposeError, REPLACED, Refusal, Refused},
};

type DataMetrics = openraft::metrics::RaftDataMetrics<TypeConfig>;

/// How long one leader gets before it is looked whether another leads.
pub(super) const PER_TRY: Duration = Duration::from_secs(2);

/// The pause before the same leader is asked again.
pub(super) const PAUSE: Duration = Duration::from_millis(50);

/// Commands that may wait; then the player is told "busy".
pub(super) const QUEUE: usize = 256;

/// A command that waits for its turn.
pub(super) struct Job {
    pub(super) action: Action,
    /// Told what came of it; dropped untold if the node ends before.
    pub(super) done: Box<dyn FnOnce(Reply) + Send>,
}

/// Does a player's jobs, one at a time, as Raft's clients do (§8). The session
/// is this process's; it goes along from seat to seat.
pub(super) async fn work(shared: Weak<Shared>, mut queue: mpsc::Receiver<Job>) {
    let mut seq = 0;
    while let Some(job) = queue.recv().await {
        let Some(shared) = shared.upgrade() else {
            return;
        };
        let mut client = Client {
            session: shared.setup.session,
            seq: &mut seq,
        };
        (job.done)(client.perform(&shared, job.action).await);
    }
}

/// Names the commands.
struct Client<'a> {
    session: u64,
    seq: &'a mut u64,
}

impl Client<'_> {
    async fn perform(&mut self, shared: &Shared, action: Action) -> Reply {
        let deadline = Instant::now() + shared.setup.timing.reply;
        let opens = matches!(action, Action::Seat { .. });
        let seat = shared.current_seat();
        if seat
            .as_ref()
            .is_some_and(|seat| seat.is_overtaken(self.session))
        {
            return Err(Refusal::Replaced.because(REPLACED).into());
        }
        if !opens && !seat.as_ref().is_some_and(|seat| self.is_known_to(seat)) {
            // Back after a restart, or forgotten among very many players.
            let name = shared.name();
            self.propose(shared, &Action::Seat { name }, deadline)
                .await?;
        }
        if action.rules() > seat.map_or(0, |seat| seat.state().game().table().rules) {
            // Members of older programs could not even read it.
            return Err(Rejection::OldRules.into());
        }
        let committed = self.propose(shared, &action, deadline).await?;
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

    fn is_known_to(&self, seat: &Seat) -> bool {
        seat.state().session_of(&seat.me) == Some(self.session)
    }

    /// Proposes an action from whatever seat the player has, until one has it
    /// applied or time is up.
    async fn propose(
        &mut self,
        shared: &Shared,
        action: &Action,
        deadline: Instant,
    ) -> Result<Committed, Failure> {
        *self.seq += 1;
        let began = Instant::now();
        let mut seats = shared.seats();
        let mut maybe_appended = false;
        loop {
            let Some(seat) = seats.borrow_and_update().clone() else {
                return Err(Failure::new("not_in_room", "host or join a room first"));
            };
            let command = Command {
                id: CommandId {
                    peer_id: seat.me,
                    session: self.session,
                    seq: *self.seq,
                },
                opens_session: matches!(action, Action::Seat { .. }) && !self.is_known_to(&seat),
                action: action.clone(),
            };
            tokio::select! {
                result = seat.propose(command, deadline, &mut maybe_appended) => {
                    if result.is_ok() {
                        seat.latencies.note(began.elapsed());
                    }
                    return result;
                }
                // Another seat, maybe in another cluster: once more from there.
                Ok(()) = seats.changed() => {}
            }
        }
    }
}

impl Seat {
    /// `maybe_appended` is set once the command may be in some log.
    async fn propose(
        &self,
        command: Command,
        deadline: Instant,
        maybe_appended: &mut bool,
    ) -> Result<Committed, Failure> {
        loop {
            let leader = self.leader();
            let tried = match leader {
                None => None,
                Some(id) => {
                    let may_be = std::mem::replace(maybe_appended, true);
                    let committing = async {
                        if id == self.node_id {
                            let says = matches!(command.action, Action::Say(_));
                            if says && !self.referee.may_talk(self.me) {
                                return Err(handler::too_fast());
                            }
                            self.commit_here(command.clone()).await
                        } else {
                            self.commit_there(id, &command, deadline).await
                        }
                    };
                    let result = tokio::select! {
                        result = timeout_at(deadline, committing) => result,
                        // Another leads: the answer may never come.
                        () = self.leader_differs_from(leader), if id != self.node_id => continue,
                    };
                    if let Ok(Err(error)) = &result {
                        *maybe_appended = may_be || error.maybe_appended;
                    }
                    Some(result)
                }
            };
            match tried {
                Some(Ok(Ok(committed))) => {
                    if self.has_applied(committed.reply.index, deadline).await {
                        self.entered.store(true, Relaxed);
                        return Ok(committed);
                    }
                    let late = "it is committed, but has not arrived here yet";
                    return Err(Failure::new("timeout", late));
                }
                Some(Ok(Err(error))) => {
                    tracing::debug!("proposed in vain: {error}");
                    if error.refused.reason == Refusal::TooFast && *maybe_appended {
                        // An earlier try of it was counted; it may stand in the log.
                        return Err(Failure::new(
                            "timeout",
                            "no answer in time; it may still take effect",
                        ));
                    }
                    self.heed(error.refused)?;
                }
                // The time is up while the leader has it, or nobody leads.
                Some(Err(_)) | None => {}
            }
            // Again when another leads, or after a pause.
            let pause = if leader.is_some() { PAUSE } else { PER_TRY };
            let again = (Instant::now() + pause).min(deadline);
            let _ = timeout_at(again, self.leader_differs_from(leader)).await;
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
    pub(super) async fn commit_here(&self, command: Command) -> Result<Committed, ProposeError> {
        if self.contact.is_frozen() {
            let refused = Refusal::Busy.because("the game is moving to another room");
            return Err(ProposeError {
                refused,
                maybe_appended: false,
            });
        }
        let refused = |refused, maybe_appended| ProposeError {
            refused,
            maybe_appended,
        };
        if command.action.rules() > self.state().game().table().rules {
            // Members of older programs could not even read it.
            let words = Rejection::OldRules.to_string();
            return Err(refused(Refusal::OldRules.because(words), false));
        }
        match self.raft.client_write(Proposal::Command(command)).await {
            Ok(done) => {
                let index = done.log_id.index();
                let copies = self.copies_of(index).await;
                Ok(Committed {
                    reply: done.data,
                    copies,
                })
            }
            Err(RaftError::APIError(ClientWriteError::ForwardToLeader(_))) => {
                Err(refused(self.not_leader(), false))
            }
            Err(RaftError::APIError(e)) => {
                Err(refused(Refusal::NotLeader.because(e.to_string()), true))
            }
            Err(RaftError::Fatal(e)) => {
                Err(refused(Refusal::NoQuorum.because(e.to_string()), true))
            }
        }
    }

    async fn commit_there(
        &self,
        leader: NodeId,
        command: &Command,
        deadline: Instant,
    ) -> Result<Committed, ProposeError> {
        let Some(member) = self.member(leader) else {
            return Err(ProposeError {
                refused: self.not_leader(),
                maybe_appended: false,
            });
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
        let membership = self.membership();
        let voters = membership.voter_ids().count();
        let quorum = u32::try_from(voters / 2 + 1).unwrap_or(u32::MAX);
        let mut metrics = self.raft.data_metrics();
        let others_at = |metrics: &DataMetrics, index| {
            let replication = metrics.replication.iter().flatten();
            let others = replication.filter(|(id, _)| **id != self.node_id);
            let have = others.filter(|(_, matched)| matched.is_some_and(|m| m.index() >= index));
            u32::try_from(have.count()).unwrap_or(u32::MAX)
        };
        let (now, keeps_up) = {
            let metrics = metrics.borrow_watched();
            let owed = self.owed.load(Relaxed);
            (others_at(&metrics, index), others_at(&metrics, owed) > 0)
        };
        let copies = quorum.max(now + 1);
        if copies >= 2 || membership.nodes().count() < 2 || !keeps_up {
            return copies;
        }
        let held = timeout_at(Instant::now() + self.timing.hold, async {
            loop {
                let others = others_at(&metrics.borrow_watched(), index);
                if others > 0 || metrics.changed().await.is_err() {
                    return others + 1;
                }
            }
        });
        held.await.unwrap_or_else(|_late| {
            self.owed.store(index, Relaxed);
            copies
        })
    }

    /// Waits until another leader is known than this one.
    pub(super) async fn leader_differs_from(&self, known: Option<NodeId>) {
        let mut metrics = self.raft.server_metrics();
        while metrics.borrow_watched().current_leader == known {
            if metrics.changed().await.is_err() {
                // Raft has stopped; the deadline ends this.
                std::future::pending::<()>().await;
            }
        }
    }

    /// Waits until an entry is applied here; false if that takes too long.
    pub(super) async fn has_applied(&self, index: u64, deadline: Instant) -> bool {
        let mut applied = self.applied.clone();
        let here = applied.wait_for(|applied| applied.index() >= index);
        matches!(timeout_at(deadline, here).await, Ok(Ok(_)))
    }

    /// Takes a leader's no to heart; passes it on if asking again is no use.
    pub(super) fn heed(&self, refused: Refused) -> Result<(), Failure> {
        match refused.reason {
            Refusal::Replaced => {
                self.contact.hear_replaced();
                return Err(refused.into());
            }
            Refusal::TooFast | Refusal::OldRules => return Err(refused.into()),
            // It is taken again, elsewhere.
            Refusal::NotAMember => self.disowned.store(true, Relaxed),
            _ => {}
        }
        Ok(())
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        Self::new(refused.reason.code(), refused.message)
    }
}

impl From<Rejection> for Failure {
    fn from(rejection: Rejection) -> Self {
        Self::new(rejection.code(), rejection.to_string())
    }
}
