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
    seats: BTreeMap<String, Seat>,
    /// Of each continuation: its parent, and how new the founder's log was.
    founded: BTreeMap<ClusterId, (ClusterId, Option<LogId>)>,
    /// Who goes where by a click of its own, which is no part in founding it.
    on_their_own: BTreeSet<String>,
}

impl Lineage {
    /// A player clicks on *Follow*, starts again, or joins.
    pub fn goes_on_its_own(&mut self, host: &str) {
        self.on_their_own.insert(host.to_owned());
    }

    /// Looks at where a host sits now; `last` answers with the newest entry of
    /// its log in an earlier seat.
    pub fn look(&mut self, host: &str, room: &RoomView, last: impl Fn(Seat) -> Option<LogId>) {
        let now = (room.cluster.cluster_id, room.cluster.node_id);
        let before = self.seats.insert(host.to_owned(), now);
        let Some(before) = before.filter(|before| before.0 != now.0) else {
            return;
        };
        let on_its_own = self.on_their_own.remove(host);
        let ancestors = room.state.ancestors();
        match self.founded.get(&now.0) {
            None if ancestors.first() == Some(&before.0) => {
                self.founded.insert(now.0, (before.0, last(before)));
            }
            Some((parent, newest)) if *parent == before.0 && !on_its_own => {
                assert!(
                    last(before) <= *newest,
                    "{host} took part in {} with a newer log than its founder: {:?}, {newest:?}",
                    now.0,
                    last(before),
                );
            }
            _ => {}
        }
    }

    /// How many clusters continue another.
    pub fn continuations(&self) -> u64 {
        self.founded.len() as u64
    }
}
