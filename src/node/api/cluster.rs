//! The cluster as a node sees it: part of what it shows; and the numbers of its
//! Raft node, for those who want to watch it at work.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, SystemTime},
};

use crate::{
    consensus::{ClusterId, LogStats, NodeId, Role},
    game::{Name, PeerId},
    net::Exchange,
};

/// The cluster as this node sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterView {
    /// Which cluster.
    pub cluster_id: ClusterId,
    /// My seat.
    pub node_id: NodeId,
    /// What my node is.
    pub role: Role,
    /// Who leads, as far as I know.
    pub leader: Option<NodeId>,
    /// The newest term I know.
    pub term: u64,
    /// Index of the last entry I applied.
    pub last_applied: u64,
    /// Whether a majority of the voters can be reached through the leader.
    pub quorum: bool,
    /// Everyone with a seat, in a fixed order.
    pub members: Vec<MemberView>,
    /// What happened in it since this seat was opened, the newest last.
    pub events: Arc<[ClusterEvent]>,
}

/// One seat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberView {
    /// Which seat.
    pub node_id: NodeId,
    /// Whose.
    pub peer_id: PeerId,
    /// Their name.
    pub name: Name,
    /// Where they were last known to listen.
    pub addr: String,
    /// Whether it votes; while the voters change, whether it did before.
    pub voter: bool,
    /// Whether it answers.
    pub online: bool,
}

/// Something that happened in the cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterEvent {
    /// When this node noticed it, by this computer's clock.
    pub at: SystemTime,
    /// The newest term this node knew then.
    pub term: u64,
    /// What it was.
    pub what: ClusterEventKind,
}

/// What can happen in a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClusterEventKind {
    /// This node began to watch.
    Opened,
    /// This node has not heard of a leader for too long, and asks for votes.
    Campaigns,
    /// Somebody leads.
    Leads {
        /// Who.
        who: Name,
        /// Whether it is this node.
        me: bool,
        /// The votes it had, and how many there are. Only who won knows.
        votes: Option<(u64, u64)>,
    },
    /// Who led does not any more, and nobody else does yet.
    NoLeader {
        /// Who led.
        who: Name,
    },
    /// Somebody has a seat.
    Joined(Name),
    /// Somebody gave the seat up, or it was taken from them.
    Left(Name),
    /// A learner has a vote now.
    Votes(Name),
    /// A voter is a learner now.
    Learns(Name),
    /// Somebody does not answer.
    Away(Name),
    /// Somebody answers again.
    Back {
        /// Who.
        who: Name,
        /// After so long.
        after: Duration,
    },
    /// No majority of the voters can be reached: nothing is decided.
    QuorumLost,
    /// A majority can be reached again.
    QuorumBack {
        /// After so long.
        after: Duration,
    },
}

/// A seat's Raft node at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RaftStats {
    /// Where its log is.
    pub log: LogStats,
    /// How many entries each other member is behind; only a leader knows.
    pub lag: BTreeMap<NodeId, u64>,
    /// The calls between this seat and the others since it was opened.
    pub traffic: BTreeMap<NodeId, Exchange>,
    /// How long the newest commands of this player took, from the click until
    /// they were applied here; the newest last.
    pub latencies: Vec<Duration>,
}
