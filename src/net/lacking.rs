//! What a leader lacks of the log here: nobody has shown that it was elected.

use std::{collections::BTreeMap, time::Duration};

use tokio::time::Instant;

use crate::consensus::{LogId, NodeId, Vote};

/// How long what the others said about an entry holds, and how long they are asked.
const ASKED: Duration = Duration::from_secs(2);

/// What is known of that.
#[derive(Debug, Default)]
pub(super) struct Lacking {
    /// What the others were asked, for each leader that wants to replace an entry here.
    asked: BTreeMap<NodeId, Asked>,
    /// The leader that lacks what was decided here, or may be.
    refused: Option<Vote>,
}

/// What the others were asked about an entry.
#[derive(Debug)]
struct Asked {
    vote: Vote,
    entry: LogId,
    at: Instant,
    /// Whether it may be replaced; `None` while they are asked.
    may: Option<bool>,
}

impl Lacking {
    /// Whether the others are to be asked now about an entry that a leader wants to put
    /// another in place of: not while they are.
    pub(super) fn may_ask(&mut self, leader: NodeId, vote: Vote, entry: LogId) -> bool {
        self.asked.retain(|_, asked| asked.at.elapsed() < ASKED);
        let is_asked = |asked: &Asked| asked.may.is_none();
        let may = !self.asked.get(&leader).is_some_and(is_asked);
        if may {
            let asked = Asked {
                vote,
                entry,
                at: Instant::now(),
                may: None,
            };
            self.asked.insert(leader, asked);
        }
        may
    }

    /// Notes what came of that.
    pub(super) fn note_asked(&mut self, leader: NodeId, may: bool) {
        if let Some(asked) = self.asked.get_mut(&leader) {
            (asked.at, asked.may) = (Instant::now(), Some(may));
        }
    }

    /// Whether a leader may put something else in place of what is here from an entry on.
    pub(super) fn may_replace(&self, leader: NodeId, vote: Vote, entry: LogId) -> bool {
        self.asked.get(&leader).is_some_and(|asked| {
            let is_it = (asked.vote, asked.entry) == (vote, entry);
            is_it && asked.may == Some(true) && asked.at.elapsed() < ASKED
        })
    }

    /// Notes that the leader of a vote lacks what was decided here, or may be, or that it
    /// lacks nothing any more.
    pub(super) fn refuse(&mut self, vote: Vote, lacks: bool) {
        if lacks {
            self.refused = Some(vote);
        } else if self.refused == Some(vote) {
            self.refused = None;
        }
    }

    /// Whether it lacked something when it sent entries last.
    pub(super) fn is_refused(&self, vote: Vote) -> bool {
        self.refused == Some(vote)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consensus::log_id;

    #[tokio::test(start_paused = true)]
    async fn a_leader_that_lacks_something_is_refused_until_it_has_it() {
        let mut lacking = Lacking::default();
        let [vote, other] = [1, 2].map(|term| Vote::new_committed(term, 7));
        lacking.refuse(vote, true);
        assert!(lacking.is_refused(vote) && !lacking.is_refused(other));
        lacking.refuse(other, false);
        assert!(lacking.is_refused(vote));
        lacking.refuse(vote, false);
        assert!(!lacking.is_refused(vote));
    }

    #[tokio::test(start_paused = true)]
    async fn what_others_said_of_an_entry_holds_for_a_moment() {
        let mut lacking = Lacking::default();
        let [vote, other] = [1, 2].map(|term| Vote::new_committed(term, 7));
        let entry = log_id(1, 5);
        assert!(lacking.may_ask(7, vote, entry));
        assert!(!lacking.may_ask(7, other, entry), "they are being asked");
        assert!(lacking.may_ask(8, vote, entry), "for another leader");
        assert!(!lacking.may_replace(7, vote, entry));
        lacking.note_asked(7, true);
        assert!(lacking.may_replace(7, vote, entry));
        assert!(!lacking.may_replace(7, other, entry) && !lacking.may_replace(8, vote, entry));
        tokio::time::advance(ASKED).await;
        assert!(!lacking.may_replace(7, vote, entry));
    }
}
