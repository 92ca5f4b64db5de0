//! What the members hold of the log, as they told the leader.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use tokio::time::Instant;

use crate::consensus::{LogId, NodeId, Vote};

/// How long a member without a vote may follow somebody else than who leads: what it was
/// told by somebody that was not elected, it does not forget.
const ASTRAY: Duration = Duration::from_secs(2);

/// The newest entries that members said they hold.
#[derive(Debug, Default)]
pub(super) struct Holds {
    /// As the leader of which vote we heard so. What another leader told them
    /// to truncate is no loss.
    vote: Option<Vote>,
    last: BTreeMap<NodeId, LogId>,
    /// Who does not hold it any more.
    lost_log: BTreeSet<NodeId>,
    /// Who without a vote follows somebody else than this leader, since when.
    astray: BTreeMap<NodeId, (Vote, Instant)>,
}

impl Holds {
    /// What was heard under another vote says nothing now.
    fn under(&mut self, vote: &Vote) -> &mut Self {
        if self.vote.as_ref() != Some(vote) {
            self.vote = Some(*vote);
            self.last.clear();
            self.lost_log.clear();
        }
        self
    }

    /// The newest entry that a member said it holds, to the leader of this vote.
    pub(super) fn newest(&self, member: NodeId, vote: &Vote) -> Option<LogId> {
        let same = self.vote.as_ref() == Some(vote);
        same.then(|| self.last.get(&member).copied())?
    }

    pub(super) fn hear(&mut self, member: NodeId, vote: &Vote, last: LogId) {
        let known = self.under(vote).last.entry(member).or_insert(last);
        *known = last.max(*known);
    }

    pub(super) fn mark_lost(&mut self, member: NodeId) {
        self.lost_log.insert(member);
    }

    pub(super) fn lost_log(&self) -> &BTreeSet<NodeId> {
        &self.lost_log
    }

    /// Notes whether a member without a vote follows somebody else than the leader of a
    /// vote. Who does for long loses its seat: it hears nobody else any more.
    pub(super) fn note_astray(&mut self, member: NodeId, ours: Vote, is_astray: bool) {
        if !is_astray {
            self.astray.remove(&member);
            return;
        }
        let now = Instant::now();
        let (vote, since) = self.astray.entry(member).or_insert((ours, now));
        if *vote != ours {
            (*vote, *since) = (ours, now);
        }
        if since.elapsed() >= ASTRAY {
            self.under(&ours).lost_log.insert(member);
        }
    }
}
