//! What a seat's Raft node says to the others and hears from them: counted
//! where it happens, for those who want to watch.

use std::collections::BTreeMap;

use crate::consensus::NodeId;

/// How many seats are counted apart: more than a room ever had at a time. Who
/// has the room's secret could call as any number of them.
const MAX_SEATS: usize = 256;

/// One of Raft's calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// AppendEntries without an entry.
    Heartbeat,
    /// AppendEntries with so many entries.
    Entries(u64),
    /// RequestVote, and what asks before it whether it has a chance (pre-vote,
    /// §9.6 of the thesis).
    Vote,
    /// InstallSnapshot.
    Snapshot,
    /// TimeoutNow: the leader asks another one to lead (§3.10 of the thesis).
    Handover,
}

impl Call {
    /// AppendEntries with so many entries.
    pub(super) fn append(entries: usize) -> Self {
        match entries {
            0 => Self::Heartbeat,
            count => Self::Entries(count as u64),
        }
    }
}

/// How many calls there were, in one direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Calls {
    /// Heartbeats.
    pub heartbeats: u64,
    /// Calls with entries.
    pub appends: u64,
    /// Entries in them; one that is sent again counts again.
    pub entries: u64,
    /// Requests for a vote, or whether it could be had.
    pub votes: u64,
    /// Snapshots.
    pub snapshots: u64,
    /// Requests to lead.
    pub handovers: u64,
}

/// What went between this seat and another one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exchange {
    /// Calls made.
    pub sent: Calls,
    /// Calls made that were answered.
    pub answered: u64,
    /// Calls answered here.
    pub heard: Calls,
}

/// All of a seat's since it was opened.
#[derive(Debug, Default)]
pub struct Traffic {
    with: BTreeMap<NodeId, Exchange>,
    /// The votes won in an election of this seat's, itself included, by term.
    won: Option<(u64, u64)>,
}

impl Calls {
    fn add(&mut self, call: Call) {
        match call {
            Call::Heartbeat => self.heartbeats += 1,
            Call::Entries(count) => {
                self.appends += 1;
                self.entries += count;
            }
            Call::Vote => self.votes += 1,
            Call::Snapshot => self.snapshots += 1,
            Call::Handover => self.handovers += 1,
        }
    }
}

impl Traffic {
    pub(super) fn sent(&mut self, to: NodeId, call: Call) {
        self.exchange(to).sent.add(call);
    }

    pub(super) fn answered(&mut self, by: NodeId) {
        self.exchange(by).answered += 1;
    }

    pub(super) fn heard(&mut self, from: NodeId, call: Call) {
        self.exchange(from).heard.add(call);
    }

    fn exchange(&mut self, with: NodeId) -> &mut Exchange {
        if self.with.len() >= MAX_SEATS && !self.with.contains_key(&with) {
            self.with.clear();
        }
        self.with.entry(with).or_default()
    }

    /// What went between this seat and each other one.
    pub fn all(&self) -> BTreeMap<NodeId, Exchange> {
        self.with.clone()
    }

    /// Somebody votes for this seat.
    pub(super) fn won(&mut self, term: u64) {
        let (of, votes) = self.won.get_or_insert((term, 1));
        if *of != term {
            (*of, *votes) = (term, 1);
        }
        *votes += 1;
    }

    /// The votes for this seat in a term; its own if it heard of no other.
    pub fn votes(&self, term: u64) -> u64 {
        self.won
            .filter(|(of, _)| *of == term)
            .map_or(1, |won| won.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_and_votes_are_counted_apart() {
        let mut traffic = Traffic::default();
        traffic.sent(2, Call::Heartbeat);
        traffic.sent(2, Call::Entries(3));
        traffic.answered(2);
        traffic.heard(3, Call::Vote);
        traffic.heard(3, Call::Snapshot);
        let all = traffic.all();
        let (sent, heard) = (all[&2].sent, all[&3].heard);
        assert_eq!((sent.heartbeats, sent.appends, sent.entries), (1, 1, 3));
        assert_eq!((heard.votes, heard.snapshots, all[&2].answered), (1, 1, 1));
        (0..10_000).for_each(|id| traffic.heard(id, Call::Heartbeat));
        assert!(traffic.all().len() <= MAX_SEATS);
        assert_eq!(traffic.votes(4), 1);
        traffic.won(4);
        traffic.won(4);
        assert_eq!((traffic.votes(4), traffic.votes(5)), (3, 1));
        traffic.won(6);
        assert_eq!((traffic.votes(4), traffic.votes(6)), (1, 2));
    }
}
