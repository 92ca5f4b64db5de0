//! What must hold when players go on without others: what was acknowledged is
//! lost only if nobody who took part held it.

use std::collections::{BTreeMap, BTreeSet};

use dhangkanna::{
    consensus::{ClusterId, LogId, NodeId},
    node::RoomView,
};

/// Where a host sits.
type Seat = (ClusterId, NodeId);

/// Every host's way from cluster to cluster.
#[derive(Default)]
pub struct Lineage {
    now: BTreeMap<String, Seat>,
    /// Whose seat each was.
    hosts: BTreeMap<Seat, String>,
    continuations: BTreeSet<ClusterId>,
}

impl Lineage {
    /// Looks at where a host sits now. `last` answers with the newest entry in
    /// the log of a host's seat; `participants`, with the seats that take part
    /// in a continuation.
    pub fn look(
        &mut self,
        host: &str,
        room: &RoomView,
        last: impl Fn(&str, Seat) -> Option<LogId>,
        participants: impl Fn(ClusterId) -> BTreeSet<NodeId>,
    ) {
        let now = (room.cluster.cluster_id, room.cluster.node_id);
        self.hosts.insert(now, host.to_owned());
        let before = self.now.insert(host.to_owned(), now);
        let Some((parent, _)) = before.filter(|before| before.0 != now.0) else {
            return;
        };
        let continues = room.state.ancestors().first() == Some(&parent);
        if !continues || !self.continuations.insert(now.0) {
            return;
        }
        // Who is seen there first has founded it.
        let newest = last(host, before.expect("a seat before"));
        for id in participants(now.0) {
            let seat = (parent, id);
            let Some(other) = self.hosts.get(&seat) else {
                continue;
            };
            let theirs = last(other, seat);
            assert!(
                theirs <= newest,
                "{other} took part in {} with a newer log than its founder: {theirs:?}, {newest:?}",
                now.0,
            );
        }
    }

    /// How many clusters continue another.
    pub fn continuations(&self) -> u64 {
        self.continuations.len() as u64
    }
}
