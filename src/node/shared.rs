//! What the parts of a node share.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError, RwLock, Weak},
};

use tokio::{
    sync::{mpsc, watch},
    time::Instant,
};

use super::{
    Addresses, OpenLog, Timing, join, kept,
    propose::{self, Job},
    seat::Seat,
};
use crate::{
    consensus::ClusterId,
    discovery::{Ad, Ads, GossipHandle},
    game::{Name, PeerId},
    net::{Peers, RoomKey},
};

/// How many strangers may knock in a second. A class that joins at once
/// spreads over a few; a program that floods us gets "busy".
const JOINS_PER_SECOND: u32 = 40;

/// What a node is started with.
pub(super) struct Setup {
    pub(super) me: PeerId,
    pub(super) peers: Peers,
    pub(super) timing: Timing,
    pub(super) addresses: Addresses,
    pub(super) port: u16,
    pub(super) open_log: OpenLog,
    pub(super) per_snapshot: u64,
    /// The folder of all rooms.
    pub(super) rooms: PathBuf,
    /// What is announced around us.
    pub(super) ads: watch::Receiver<Ads>,
    /// What is announced in our own name.
    pub(super) own: watch::Receiver<Option<Ad>>,
    /// The way to our gossip, if we gossip.
    pub(super) gossip: Option<GossipHandle>,
    /// A random number of this start.
    pub(super) session: u64,
}

/// Why a seat is taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Eviction {
    /// Another seat of this player has taken its place.
    Replaced,
    /// The owner of the room has removed the player.
    Removed,
}

/// What the node's parts share.
pub(super) struct Shared {
    pub(super) setup: Setup,
    /// This player's commands, on their way into the log.
    pub(super) jobs: mpsc::Sender<Job>,
    /// Held while one seat takes the place of another.
    pub(super) switching: tokio::sync::Mutex<()>,
    pub(super) this: Weak<Self>,
    name: RwLock<Name>,
    seat: watch::Sender<Option<Arc<Seat>>>,
    /// Rooms that went on elsewhere: what opened them, and where they went.
    left_behind: Mutex<BTreeMap<ClusterId, (RoomKey, ClusterId)>>,
    evicted: watch::Sender<Option<Eviction>>,
    /// Whether the door was found locked, and we wait.
    knocking: watch::Sender<bool>,
    joins: Mutex<(Instant, u32)>,
}

impl Shared {
    /// Also starts what proposes this player's commands; it ends with the last
    /// reference.
    pub(super) fn new(setup: Setup, name: Name) -> Arc<Self> {
        let (jobs, queue) = mpsc::channel(propose::QUEUE);
        let left_behind = kept::scan(&setup.rooms)
            .into_iter()
            .filter_map(|seat| Some((seat.key.cluster_id, (seat.key, seat.continued_in?))))
            .collect();
        let shared = Arc::new_cyclic(|this| Self {
            setup,
            jobs,
            switching: tokio::sync::Mutex::default(),
            this: Weak::clone(this),
            name: RwLock::new(name),
            seat: watch::Sender::new(None),
            left_behind: Mutex::new(left_behind),
            evicted: watch::Sender::new(None),
            knocking: watch::Sender::new(false),
            joins: Mutex::new((Instant::now(), 0)),
        });
        tokio::spawn(propose::work(Arc::downgrade(&shared), queue));
        shared
    }

    pub(super) fn name(&self) -> Name {
        let name = self.name.read().unwrap_or_else(PoisonError::into_inner);
        name.clone()
    }

    pub(super) fn set_name(&self, name: Name) {
        *self.name.write().unwrap_or_else(PoisonError::into_inner) = name;
    }

    pub(super) fn current_seat(&self) -> Option<Arc<Seat>> {
        self.seat.borrow().clone()
    }

    /// The seat, as it changes.
    pub(super) fn seats(&self) -> watch::Receiver<Option<Arc<Seat>>> {
        self.seat.subscribe()
    }

    pub(super) fn set_seat(&self, seat: Option<Arc<Seat>>) {
        self.seat.send_replace(seat);
    }

    /// Whether this is the seat the node has now.
    pub(super) fn has_seat(&self, seat: &Arc<Seat>) -> bool {
        let current = self.seat.borrow();
        current.as_ref().is_some_and(|s| Arc::ptr_eq(s, seat))
    }

    /// Told when the seat was taken away for good, and why.
    pub(super) fn evictions(&self) -> watch::Receiver<Option<Eviction>> {
        self.evicted.subscribe()
    }

    /// Told when we begin or end to wait at a locked door.
    pub(super) fn knocks(&self) -> watch::Receiver<bool> {
        self.knocking.subscribe()
    }

    pub(super) fn set_knocking(&self, knocking: bool) {
        self.knocking
            .send_if_modified(|now| std::mem::replace(now, knocking) != knocking);
    }

    /// The seat is taken away for good.
    pub(super) fn evict(&self, seat: &Arc<Seat>, why: Eviction) {
        if self.has_seat(seat) {
            self.evicted.send_replace(Some(why));
        }
    }

    /// Who announces a room.
    pub(super) fn members_seen(&self, room: ClusterId) -> Vec<PeerId> {
        let ads = Arc::clone(&self.setup.ads.borrow());
        let mut members: Vec<&Ad> = ads.values().filter(|ad| ad.cluster_id == room).collect();
        // One of the others may have crashed without a goodbye.
        members.sort_by_key(|ad| !ad.leads);
        for ad in &members {
            join::note_addresses(self, ad);
        }
        members.iter().map(|ad| ad.peer_id).collect()
    }

    /// What a copy of this profile announces from another computer. For the
    /// lobby: in a room, it may be our own announcement from before a change of
    /// address.
    pub(super) fn twin(&self) -> Option<Ad> {
        let twin = self.setup.own.borrow().clone()?;
        let ours = self.addrs();
        let is_ours = twin.addrs.iter().any(|addr| ours.contains(addr));
        (!is_ours).then_some(twin)
    }

    /// Whether a copy of this profile plays in a room, on another computer:
    /// one that is announced, and answers.
    pub(super) async fn has_twin_in(&self, room: ClusterId) -> bool {
        let Some(twin) = self.twin().filter(|twin| twin.cluster_id == room) else {
            return false;
        };
        join::note_addresses(self, &twin);
        let about = self.setup.peers.hello(self.setup.me).await;
        let its_room = about.ok().and_then(|about| about.room);
        its_room.is_some_and(|its_room| its_room.cluster_id == room)
    }

    /// Where a room went on that this node has left behind.
    pub(super) fn continued_in(&self, room: ClusterId) -> Option<(RoomKey, ClusterId)> {
        let left = self.left_behind.lock();
        let left = left.unwrap_or_else(PoisonError::into_inner);
        left.get(&room).copied()
    }

    /// Notes that the game of a closed seat goes on elsewhere.
    pub(super) async fn leave_behind(&self, seat: &Seat, cluster: ClusterId) {
        self.left_behind
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(seat.key.cluster_id, (seat.key, cluster));
        if let Err(e) = seat.leave_behind(cluster).await {
            tracing::warn!("the old room is kept although the game went on: {e}");
        }
    }

    /// Where others may reach us.
    pub(super) fn addrs(&self) -> Vec<SocketAddr> {
        let mut addrs = (self.setup.addresses)();
        addrs.truncate(crate::consensus::codec::MAX_ADDRS - 1);
        if addrs.is_empty() {
            // No network at all: seats on this computer can still play.
            addrs.push(SocketAddr::from(([127, 0, 0, 1], self.setup.port)));
        }
        addrs
    }

    /// The same, as it stands in messages.
    pub(super) fn addr_texts(&self) -> Vec<String> {
        self.addrs().iter().map(ToString::to_string).collect()
    }

    /// Whether strangers knock too often; counts one more.
    pub(super) fn is_flooded(&self) -> bool {
        let mut joins = self.joins.lock().unwrap_or_else(PoisonError::into_inner);
        if joins.0.elapsed().as_secs() >= 1 {
            *joins = (Instant::now(), 0);
        }
        joins.1 += 1;
        joins.1 > JOINS_PER_SECOND
    }
}
