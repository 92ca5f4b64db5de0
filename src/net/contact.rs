//! What the members of a room tell each other in addition to Raft's messages.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use parking_lot::{MappedMutexGuard, Mutex, MutexGuard};
use tokio::time::Instant;

use super::traffic::Traffic;
use crate::{
    consensus::{ClusterId, LogId, NodeId, Vote},
    game::PeerId,
};

/// What a leader says with each of its heartbeats.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeaderStatus {
    /// Members that do not answer it.
    pub away: BTreeSet<NodeId>,
    /// It cannot reach a majority of the voters.
    pub cut_off: bool,
}

/// A seat's contact with the others. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Contact(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    told: LeaderStatus,
    heard: LeaderStatus,
    heard_at: Option<Instant>,
    continued: Option<(PeerId, ClusterId)>,
    frozen_until: Option<Instant>,
    replaced: bool,
    holds: Holds,
    traffic: Traffic,
}

/// The newest entries that members said they hold.
#[derive(Debug, Default)]
struct Holds {
    /// As the leader of which vote we heard so. What another leader told them
    /// to truncate is no loss.
    vote: Option<Vote>,
    last: BTreeMap<NodeId, LogId>,
    /// Who does not hold it any more.
    lost_log: BTreeSet<NodeId>,
}

impl Contact {
    /// Time since a leader with a quorum was heard; the maximum, if none was.
    pub fn age(&self) -> Duration {
        let heard_at = self.0.lock().heard_at;
        heard_at.map_or(Duration::MAX, |at| at.elapsed())
    }

    /// The members that the leader said are away.
    pub fn away(&self) -> BTreeSet<NodeId> {
        self.0.lock().heard.away.clone()
    }

    /// Who said that the game went on in another cluster, and in which.
    pub fn continued(&self) -> Option<(PeerId, ClusterId)> {
        self.0.lock().continued
    }

    /// Whether somebody said that this player sits elsewhere now.
    pub fn is_replaced(&self) -> bool {
        self.0.lock().replaced
    }

    /// Notes that somebody said so.
    pub fn hear_replaced(&self) {
        self.0.lock().replaced = true;
    }

    /// Freezes for so long: no call of Raft's is made or answered.
    pub fn freeze(&self, time: Duration) {
        self.0.lock().frozen_until = Some(Instant::now() + time);
    }

    /// Ends that early.
    pub fn thaw(&self) {
        self.0.lock().frozen_until = None;
    }

    /// Whether it is frozen.
    pub fn is_frozen(&self) -> bool {
        let until = self.0.lock().frozen_until;
        until.is_some_and(|until| Instant::now() < until)
    }

    /// Sets what this seat says as the leader.
    pub fn tell(&self, status: LeaderStatus) {
        self.0.lock().told = status;
    }

    pub(super) fn told(&self) -> LeaderStatus {
        self.0.lock().told.clone()
    }

    pub(super) fn hear(&self, status: LeaderStatus) {
        let mut inner = self.0.lock();
        if !status.cut_off {
            inner.heard_at = Some(Instant::now());
        }
        inner.heard = status;
    }

    pub(super) fn hear_continued(&self, by: PeerId, cluster: ClusterId) {
        self.0.lock().continued = Some((by, cluster));
    }

    /// The newest entry that a member said it holds, to the leader of this vote.
    pub(super) fn holds(&self, member: NodeId, vote: &Vote) -> Option<LogId> {
        let inner = self.0.lock();
        let same = inner.holds.vote.as_ref() == Some(vote);
        same.then(|| inner.holds.last.get(&member).copied())?
    }

    pub(super) fn hear_holds(&self, member: NodeId, vote: &Vote, last: LogId) {
        let mut inner = self.0.lock();
        if inner.holds.vote.as_ref() != Some(vote) {
            inner.holds = Holds {
                vote: Some(*vote),
                ..Holds::default()
            };
        }
        let known = inner.holds.last.entry(member).or_insert(last);
        *known = last.max(*known);
    }

    pub(super) fn mark_log_lost(&self, member: NodeId) {
        self.0.lock().holds.lost_log.insert(member);
    }

    /// Members that do not hold any more what they said they hold: a backup
    /// was restored, or a disk lost what it had promised to keep.
    pub fn members_with_lost_log(&self) -> BTreeSet<NodeId> {
        self.0.lock().holds.lost_log.clone()
    }

    /// What goes between this seat and the others.
    pub fn traffic(&self) -> MappedMutexGuard<'_, Traffic> {
        MutexGuard::map(self.0.lock(), |inner| &mut inner.traffic)
    }
}
