//! What happened in the cluster, as this node saw it.

use std::time::{Duration, SystemTime};

use crate::game::Name;

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
