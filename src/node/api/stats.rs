//! The numbers of a seat's Raft node, for those who want to watch it at work.

use std::{collections::BTreeMap, time::Duration};

use crate::{
    consensus::{LogStats, NodeId},
    net::Exchange,
};

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
