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

use super::{Done, Failure, Reply, seat::Seat};
use crate::{
    consensus::{Command, CommandId, NodeId, TypeConfig},
    game::{Action, Rejection},
    net::{Committed, ProposeError, Refusal, Refused},
};

type DataMetrics = openraft::metrics::RaftDataMetrics<TypeConfig>;

/// How long one leader gets before it is looked whether another leads.
const PER_TRY: Duration = Duration::from_secs(2);

/// The pause before the same leader is asked again.
const PAUSE: Duration = Duration::from_millis(50);

/// A command that waits for its turn.
pub(super) struct Job {
    pub(super) action: Action,
    /// Told what came of it; dropped untold if the seat is closed before.
    pub(super) done: Box<dyn FnOnce(Reply) + Send>,
}

/// Does the jobs of a seat, one at a time, as Raft's clients do (§8).
pub(super) async fn work(seat: Weak<Seat>, mut queue: mpsc::Receiver<Job>) {
    let session = crate::random::u64();
    let mut seq = 0;
    let mut is_open = false;
    while let Some(job) = queue.recv().await {
        let Some(seat) = seat.upgrade() else {
            return;
        };
        let deadline = Instant::now() + seat.timing.reply;
        seq += 1;
        let seats = matches!(job.action, Action::Seat { .. });
        let command = Command {
            id: CommandId {
                peer_id: seat.me,
                session,
                seq,
            },
            opens_session: seats && !is_open,
            action: job.action,
        };
        let result = seat.propose(command, deadline).await;
        is_open |= seats && result.is_ok();
        let reply = result.and_then(|committed| match committed.reply.result {
            Some(Ok(outcome)) => Ok(Done::Applied {
                outcome,
                index: committed.reply.index,
                copies: committed.copies,
            }),
            Some(Err(rejection)) => Err(rejection.into()),
            None => Err(Failure::new("stopped", "the entry holds no command")),
        });
        (job.done)(reply);
    }
}

impl Seat {
    async fn propose(&self, command: Command, deadline: Instant) -> Result<Committed, Failure> {
        let mut maybe_appended = false;
        loop {
            let leader = self.leader();
            let tried = match leader {
                None => None,
                Some(id) if id == self.node_id => {
                    let committing = self.commit_here(command.clone());
                    Some(timeout_at(deadline, committing).await)
                }
                Some(id) => {
                    let committing = self.commit_there(id, &command, deadline);
                    tokio::select! {
                        result = timeout_at(deadline, committing) => Some(result),
                        // Another leads: the answer may never come.
                        () = self.leader_differs_from(leader) => {
                            maybe_appended = true;
                            continue;
                        }
                    }
                }
            };
            match tried {
                Some(Ok(Ok(committed))) => {
                    self.wait_applied(committed.reply.index, deadline).await?;
                    return Ok(committed);
                }
                Some(Ok(Err(error))) => {
                    maybe_appended |= error.maybe_appended;
                    tracing::debug!("proposed in vain: {error}");
                    if error.refused.reason == Refusal::NotAMember {
                        return Err(error.refused.into());
                    }
                }
                // The time is up while the leader has it.
                Some(Err(_late)) => maybe_appended = true,
                None => {}
            }
            // Again when another leads, or after a pause.
            let pause = if leader.is_some() { PAUSE } else { PER_TRY };
            let again = (Instant::now() + pause).min(deadline);
            let _ = timeout_at(again, self.leader_differs_from(leader)).await;
            if Instant::now() >= deadline {
                return Err(if maybe_appended {
                    Failure::new("timeout", "no answer in time; it may still take effect")
                } else {
                    Failure::new(
                        "no_quorum",
                        "no majority of the players can be reached; nothing was changed",
                    )
                });
            }
        }
    }

    /// Commits a command as the leader.
    pub(super) async fn commit_here(&self, command: Command) -> Result<Committed, ProposeError> {
        let refused = |refused, maybe_appended| ProposeError {
            refused,
            maybe_appended,
        };
        match self.raft.client_write(command).await {
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
        self.peers
            .member(&self.key, self.node_id, leader, member.peer_id)
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

    async fn wait_applied(&self, index: u64, deadline: Instant) -> Result<(), Failure> {
        let mut applied = self.applied.clone();
        let here = applied.wait_for(|applied| applied.index() >= index);
        match timeout_at(deadline, here).await {
            Ok(Ok(_)) => Ok(()),
            _ => Err(Failure::new(
                "timeout",
                "it is committed, but has not arrived here yet",
            )),
        }
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
