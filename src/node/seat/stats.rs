//! The numbers of a seat's Raft node.

use std::collections::BTreeMap;

use super::Seat;
use crate::node::api::RaftStats;

impl Seat {
    /// The numbers of its Raft node at this moment.
    pub fn stats(&self) -> RaftStats {
        let mut lag = BTreeMap::new();
        if self.node.is_leader() {
            let progress = self.node.progress();
            lag = progress.matched;
            lag.remove(&self.node_id());
            for held in lag.values_mut() {
                *held = progress.last_log.saturating_sub(*held);
            }
        }
        RaftStats {
            log: self.node.log_stats(),
            lag,
            traffic: self.contact.traffic().all(),
            latencies: self.latencies.all(),
        }
    }
}
