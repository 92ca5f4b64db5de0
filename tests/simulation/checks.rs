//! What must hold at every step of a simulation.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use dhangkanna::{
    consensus::{ClusterId, Entry, LogStore, Membership, NodeId, Proposal, RoomState},
    game::{Outcome, PeerId},
    node::{Role, RoomView, Trouble},
    proto as pb,
};
use futures::FutureExt as _;
use openraft::{EntryPayload, RaftLogReader as _};
use prost::Message as _;

use crate::rogue::{self, AHEAD};

/// A guess or a start that was acknowledged.
#[derive(Clone, Debug)]
pub struct Acknowledged {
    pub cluster: ClusterId,
    pub index: u64,
    pub peer: PeerId,
    pub outcome: Outcome,
    /// How many members had it, as was said.
    pub copies: u32,
}

/// What was seen so far.
#[derive(Default)]
pub struct Checks {
    leaders: BTreeMap<(ClusterId, u64), NodeId>,
    states: BTreeMap<(ClusterId, u64), Vec<u8>>,
    entries: BTreeMap<ClusterId, BTreeMap<u64, (Vec<u8>, Entry)>>,
    seen_to: BTreeMap<(ClusterId, NodeId), u64>,
}

impl Checks {
    /// How many elections were won.
    pub fn elections(&self) -> u64 {
        self.leaders.len() as u64
    }

    /// How many clusters there were.
    pub fn clusters(&self) -> u64 {
        self.entries.len() as u64
    }

    /// How many membership changes were committed, but for the first of each
    /// cluster.
    pub fn membership_changes(&self) -> u64 {
        let entries = self.entries.values().flat_map(BTreeMap::values);
        let is_change = |entry: &&(Vec<u8>, Entry)| {
            entry.1.log_id.index > 0 && matches!(entry.1.payload, EntryPayload::Membership(_))
        };
        entries.filter(is_change).count() as u64
    }

    /// Looks at a node: at most one leader a term, and no two nodes of one
    /// cluster disagree on an applied entry or on the state after it.
    /// Answers whether it has applied more.
    pub fn look(
        &mut self,
        room: &RoomView,
        log_of: impl Fn(ClusterId, NodeId) -> Option<LogStore>,
    ) -> bool {
        let cluster = &room.cluster;
        let (id, node) = (cluster.cluster_id, cluster.node_id);
        // Nobody lies here.
        let is_split = matches!(room.trouble, Some(Trouble::Split { .. }));
        assert!(!is_split, "{node} and others differ: {:?}", room.trouble);
        let term = cluster.term;
        assert!(
            term < AHEAD,
            "{node} takes term {term} from who was removed"
        );
        if cluster.role == Role::Leader {
            let leader = *self.leaders.entry((id, cluster.term)).or_insert(node);
            assert_eq!(leader, node, "two leaders in term {} of {id}", cluster.term);
        }
        let applied = cluster.last_applied;
        let seen_to = self.seen_to.entry((id, node)).or_default();
        if applied < *seen_to {
            // It has started again: what it applies now must be the same, and
            // what it had applied was on its disk.
            let last = log_of(id, node).and_then(|log| log.last_log_id());
            let last = last.map_or(0, |last| last.index);
            assert!(
                last >= *seen_to,
                "{node} had {seen_to} entries of {id}, and has {last}"
            );
            *seen_to = 0;
        }
        if applied <= *seen_to {
            return false;
        }
        let from = *seen_to + 1;
        *seen_to = applied;
        let state = pb::RoomState::from(&*room.state).encode_to_vec();
        let known = self
            .states
            .entry((id, applied))
            .or_insert_with(|| state.clone());
        assert_eq!(*known, state, "two states after entry {applied} of {id}");
        let Some(mut log) = log_of(id, node) else {
            return true;
        };
        let entries = log.try_get_log_entries(from..=applied).now_or_never();
        let entries = entries.expect("it is in memory").expect("entries");
        let all = self.entries.entry(id).or_default();
        for entry in entries {
            let bytes = pb::Entry::from(&entry).encode_to_vec();
            let index = entry.log_id.index;
            let known = all.entry(index).or_insert_with(|| (bytes.clone(), entry));
            assert_eq!(known.0, bytes, "two entries at {index} of {id}");
            if let EntryPayload::Normal(Proposal::Command(command)) = &known.1.payload {
                let is_forged = rogue::is_forged(&command.id);
                assert!(!is_forged, "{node} applies what who was removed says");
            }
        }
        true
    }

    /// The entries of a cluster that were applied so far.
    pub fn entries_of(&self, cluster: ClusterId) -> impl Iterator<Item = &Entry> {
        let all = self.entries.get(&cluster).into_iter();
        all.flat_map(BTreeMap::values).map(|(_, entry)| entry)
    }

    /// Every entry is of a leader that voted in the membership before its term, or in the
    /// one before that: who hands over and is killed has given up its vote in its own log,
    /// and openraft lets it campaign until it knows that this is decided. Its votes are
    /// those of the newest (Raft's dissertation, 4.2.2).
    fn check_leaders(&self) {
        for (cluster, entries) in &self.entries {
            let mut newest: [Option<&Membership>; 2] = [None, None];
            let (mut term, mut elected_by) = (0, newest);
            for (index, (_, entry)) in entries {
                if *entry.log_id.leader_id != term {
                    (term, elected_by) = (*entry.log_id.leader_id, newest);
                }
                if let EntryPayload::Membership(membership) = &entry.payload {
                    newest = [newest[1], Some(membership)];
                }
                let Some(leader) = self.leaders.get(&(*cluster, term)) else {
                    continue;
                };
                let mut voters = elected_by
                    .into_iter()
                    .flatten()
                    .flat_map(Membership::voter_ids);
                assert!(
                    elected_by == [None, None] || voters.any(|id| id == *leader),
                    "entry {index} of {cluster} is of {leader}, who had no vote"
                );
            }
        }
    }

    /// Replays each cluster's log: every command counts once, and each one
    /// that was acknowledged is there with the outcome that was said. `ends`
    /// are the clusters that are played at the end, and how far they are.
    pub fn replay(&self, acknowledged: &[Acknowledged], ends: &BTreeMap<ClusterId, u64>) {
        self.check_leaders();
        let mut outcomes: BTreeMap<(ClusterId, u64), (PeerId, Outcome)> = BTreeMap::new();
        for (cluster, entries) in &self.entries {
            let mut state = RoomState::default();
            let mut applied = BTreeSet::new();
            for (expected, (index, (_, entry))) in (1..).zip(entries) {
                assert_eq!(*index, expected, "an entry of {cluster} was never seen");
                let EntryPayload::Normal(proposal) = &entry.payload else {
                    continue;
                };
                let id = match proposal {
                    Proposal::Command(command) => Some(command.id),
                    Proposal::Genesis(_) | Proposal::Observation(_) => None,
                };
                let reply = state.apply(*index, proposal.clone());
                if let (Some(id), Some(Ok(outcome))) = (id, reply.result)
                    && reply.index == *index
                {
                    let once = applied.insert((id.peer_id, id.session, id.seq));
                    assert!(once, "entry {index} of {cluster} was applied twice");
                    outcomes.insert((*cluster, *index), (id.peer_id, outcome));
                }
            }
        }
        for ack in acknowledged {
            if let Some(applied) = ends.get(&ack.cluster) {
                assert!(ack.index <= *applied, "acknowledged, and gone: {ack:?}");
            }
            assert!(ack.copies > 0, "acknowledged, and on no disk: {ack:?}");
            let found = outcomes.get(&(ack.cluster, ack.index));
            assert_eq!(
                found,
                Some(&(ack.peer, ack.outcome)),
                "acknowledged, and lost: {ack:?}"
            );
        }
    }
}

/// The log of one of a host's seats.
pub fn log_of(
    logs: &BTreeMap<PathBuf, LogStore>,
    folder: &Path,
    cluster: ClusterId,
    node: NodeId,
) -> Option<LogStore> {
    let seat = format!("{cluster}/{node}/");
    let mut found = logs
        .iter()
        .filter(|(file, _)| file.starts_with(folder))
        .filter(|(file, _)| file.to_string_lossy().contains(&seat));
    found.next().map(|(_, log)| log.clone())
}
