//! Who was removed from a cluster, and who knows of it: there nothing counts any more
//! that its program says.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc, time::Duration};

use dhangkanna::{
    consensus::{ClusterId, Entry, Member, Membership, NodeId},
    game::PeerId,
    net::Identity,
    node::RoomView,
};
use openraft::EntryPayload;

use crate::{
    lineage::Seat,
    rogue::{self, AHEAD, Call, Callee, KINDS},
    run::{Simulation, pick},
    world::PORT,
};

/// A leader that leaves may end what it began for a second; and a view is a little late.
const PARTING: Duration = Duration::from_millis(1200);

/// Within this time of being able to reach each other two members have compared
/// what they know: they do so every four seconds.
const CONTACT: Duration = Duration::from_secs(6);

/// How long a node that has just started is called without a pause.
const WAKING: Duration = Duration::from_secs(2);

/// Somebody who was removed.
struct Gone {
    seat: rogue::Seat,
    /// Index of the entry that removed it.
    at: u64,
}

/// All that were removed from any cluster, for whatever reason.
#[derive(Default)]
pub struct Removals {
    /// The newest membership of each cluster that was looked at.
    newest: BTreeMap<ClusterId, Entry>,
    gone: BTreeMap<ClusterId, Vec<Gone>>,
    /// Since when a seat has known that another one is gone.
    known: BTreeMap<(Seat, NodeId), Duration>,
    /// The greatest term of a room.
    term: u64,
    /// When somebody is called next.
    next: Duration,
}

fn membership(entry: &Entry) -> Option<&Membership> {
    match &entry.payload {
        EntryPayload::Membership(membership) => Some(membership),
        _ => None,
    }
}

impl Removals {
    /// How many seats were removed.
    pub fn count(&self) -> u64 {
        self.gone.values().map(|gone| gone.len() as u64).sum()
    }

    /// Looks at a node that has applied more of its cluster's `entries`.
    pub fn look<'a>(
        &mut self,
        now: Duration,
        room: &RoomView,
        entries: impl Iterator<Item = &'a Entry>,
        identity: impl Fn(PeerId) -> Arc<Identity>,
    ) {
        let (cluster, node) = (room.cluster.cluster_id, room.cluster.node_id);
        self.term = self.term.max(room.cluster.term);
        let gone = self.gone.entry(cluster).or_default();
        for entry in entries {
            let Some(members) = membership(entry) else {
                continue;
            };
            let before = self.newest.entry(cluster).or_insert_with(|| entry.clone());
            if before.log_id.index >= entry.log_id.index {
                continue;
            }
            for (id, member) in membership(before).expect("a membership").nodes() {
                if members.get_node(id).is_none() {
                    let seat = rogue::Seat {
                        cluster,
                        id: *id,
                        identity: identity(member.peer_id),
                        entry: before.clone(),
                    };
                    let at = entry.log_id.index;
                    gone.push(Gone { seat, at });
                }
            }
            *before = entry.clone();
        }
        for gone in gone
            .iter()
            .filter(|gone| gone.at <= room.cluster.last_applied)
        {
            let known = self.known.entry(((cluster, node), gone.seat.id));
            known.or_insert(now);
        }
    }

    /// Whether a seat knows that another one is gone, and for long enough.
    fn knows(&self, seat: Seat, gone: &Gone, now: Duration) -> bool {
        let since = self.known.get(&(seat, gone.seat.id));
        since.is_some_and(|since| now >= *since + PARTING)
    }

    fn of(&self, cluster: ClusterId) -> &[Gone] {
        self.gone.get(&cluster).map_or(&[], Vec::as_slice)
    }
}

impl Simulation<'_> {
    /// The program of a removed member calls somebody who must not listen.
    pub(super) fn intrude(&mut self) {
        let now = self.sim.elapsed();
        if now < self.removals.next {
            return;
        }
        let wakes = |n: &usize| self.hosts[*n].is_up && now < self.hosts[*n].steady_since + WAKING;
        let waking = (0..self.hosts.len()).find(wakes);
        let pause = if waking.is_some() { 20 } else { 50 + pick(150) };
        let n = waking.unwrap_or_else(|| pick(self.hosts.len() as u64) as usize);
        self.removals.next = now + Duration::from_millis(pause);
        let host = &self.hosts[n];
        let Some(to) = self.lineage.now(&host.name).filter(|_| host.is_up) else {
            return;
        };
        let gone = self.removals.of(to.0).iter().filter(|gone| {
            self.removals.knows(to, gone, now) || self.has_heard_of(n, to, gone, now)
        });
        let gone: Vec<&Gone> = gone.collect();
        if gone.is_empty() {
            return;
        }
        let from = gone[pick(gone.len() as u64) as usize].seat.clone();
        let addr = SocketAddr::new(self.sim.lookup(host.name.as_str()), PORT);
        let call = Call {
            from,
            to: Callee {
                host: host.name.clone(),
                seat: to.1,
                member: Member::new(host.identity.key().public(), None, Vec::new()),
                addr,
                last: host
                    .log_of(&self.shared, to)
                    .and_then(|log| log.last_log_id()),
            },
            term: self.removals.term + AHEAD,
            kind: pick(KINDS),
        };
        self.totals.count("intrusions", 1);
        let _ = self.rogue.send(call);
    }

    /// Whether a node that was away has met a member again who shows it the owner's
    /// word that somebody was sent away.
    fn has_heard_of(&self, n: usize, seat: Seat, gone: &Gone, now: Duration) -> bool {
        let is_steady = |n: usize| {
            let host = &self.hosts[n];
            host.is_up && now >= host.steady_since + CONTACT
        };
        let sent_away = |room: &RoomView| {
            let game = room.state.game();
            let peer = gone.seat.identity.peer_id();
            (game.table().owner, game.is_removed(&peer))
        };
        let Some(here) = self.room(n).filter(|room| {
            (room.cluster.cluster_id, room.cluster.node_id) == seat && room.cluster.last_applied > 0
        }) else {
            return false;
        };
        let (owner, knows) = sent_away(&here);
        let was_gone = |other: usize| {
            let gone = self.removals.of(seat.0).iter();
            let mut gone = gone.map(|gone| gone.seat.identity.peer_id());
            gone.any(|peer| peer == self.hosts[other].peer)
        };
        // Who was sent away itself is heard again when its new seat is known here.
        let is_known = |other: usize, room: &RoomView| {
            let mut members = here.cluster.members.iter();
            !was_gone(other) || members.any(|member| member.node_id == room.cluster.node_id)
        };
        let mut others = (0..self.hosts.len()).filter(|other| *other != n);
        !knows
            && is_steady(n)
            && others.any(|other| {
                let there = self.room(other).filter(|room| {
                    let seat = (room.cluster.cluster_id, room.cluster.node_id);
                    let mut members = room.cluster.members.iter();
                    seat.0 == here.cluster.cluster_id
                        && self.removals.knows(seat, gone, now)
                        && members.any(|member| member.node_id == here.cluster.node_id)
                });
                is_steady(other)
                    && self.can_reach(n, other)
                    && there.is_some_and(|there| {
                        is_known(other, &there) && sent_away(&there) == (owner, true)
                    })
            })
    }
}
