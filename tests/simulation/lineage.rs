//! What must hold when players go on without others: what was acknowledged is
//! lost only if nobody who took part held it.

use std::collections::BTreeMap;

use dhangkanna::{
    consensus::{ClusterId, LogId, NodeId},
    node::RoomView,
};

use crate::log::Founded;

/// Where a host sits.
pub type Seat = (ClusterId, NodeId);

/// Every host's way from cluster to cluster.
#[derive(Default)]
pub struct Lineage {
    now: BTreeMap<String, Seat>,
    /// Whose seat each was.
    hosts: BTreeMap<Seat, String>,
    continuations: u64,
}

impl Lineage {
    /// Looks at where a host sits now.
    pub fn look(&mut self, host: &str, room: &RoomView) {
        let now = (room.cluster.cluster_id, room.cluster.node_id);
        self.hosts.insert(now, host.to_owned());
        self.now.insert(host.to_owned(), now);
    }

    /// A cluster was founded just now. `last` answers with the newest entry in
    /// the log of a host's seat.
    pub fn founded(&mut self, founded: &Founded, last: impl Fn(&str, Seat) -> Option<LogId>) {
        self.continuations += 1;
        let by = self.now[&founded.by];
        let newest = last(&founded.by, by);
        for id in &founded.participants {
            let seat = (by.0, *id);
            let Some(host) = self.hosts.get(&seat) else {
                continue;
            };
            let theirs = last(host, seat);
            assert!(
                theirs <= newest,
                "{host} took part in what {} founded, with a newer log: {theirs:?}, {newest:?}",
                founded.by,
            );
        }
    }

    /// How many clusters continue another.
    pub fn continuations(&self) -> u64 {
        self.continuations
    }
}
