//! The types that our Raft is made of.

use std::fmt;

use openraft::{impls::leader_id_std, vote::RaftLeaderId as _};

use super::{command::Response, proposal::Proposal, runtime};
use crate::game::PeerId;

/// A seat in one cluster: a fresh random number for every join with an empty
/// log. Never reused, since a node that comes back without its log under its
/// old id could vote twice in one term.
pub type NodeId = u64;

/// A member of the cluster as the membership entries name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Whose seat it is.
    pub peer_id: PeerId,
    /// Where it was last known to listen: hints, since members are dialled by
    /// their identity.
    pub addrs: Vec<String>,
}

impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.peer_id.short(), self.addrs.join(","))
    }
}

openraft::declare_raft_types!(
    /// The types our Raft is made of. The leader id is the one of the paper:
    /// one leader a term.
    pub TypeConfig:
        D = Proposal,
        R = Response,
        NodeId = NodeId,
        Node = Member,
        LeaderId = leader_id_std::LeaderId<Self::Term, Self::NodeId>,
        AsyncRuntime = runtime::Runtime,
);

/// A position in the log.
pub type LogId = openraft::alias::LogIdOf<TypeConfig>;
/// A vote for, or the election of, a leader.
pub type Vote = openraft::alias::VoteOf<TypeConfig>;
/// A log entry.
pub type Entry = openraft::alias::EntryOf<TypeConfig>;
/// Who is a member, and who of them votes.
pub type Membership = openraft::Membership<NodeId, Member>;
/// A membership and the entry it came with.
pub type StoredMembership = openraft::alias::StoredMembershipOf<TypeConfig>;
/// What a snapshot is of.
pub type SnapshotMeta = openraft::alias::SnapshotMetaOf<TypeConfig>;
/// A snapshot: an encoded [`RoomState`](super::RoomState).
pub type Snapshot = openraft::alias::SnapshotOf<TypeConfig, Vec<u8>>;

/// The log id of a leader's term and an index.
pub fn log_id(term: u64, index: u64) -> LogId {
    LogId::new(
        leader_id_std::LeaderId::<u64, NodeId>::new(term, 0).to_committed(),
        index,
    )
}
