//! What a node is started with. It does not change while the node runs.

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use tokio::sync::watch;

use super::{
    api::Timing,
    world::{Addresses, OpenLog},
};
use crate::{
    consensus::{ClusterId, codec::MAX_ADDRS},
    discovery::{Ad, Ads, GossipHandle},
    game::PeerId,
    net::Peers,
};

/// What a node is started with.
pub struct Env {
    pub me: PeerId,
    pub peers: Peers,
    pub timing: Timing,
    pub addresses: Addresses,
    pub port: u16,
    pub open_log: OpenLog,
    pub per_snapshot: u64,
    /// The folder of all rooms.
    pub rooms: PathBuf,
    /// What is announced around us.
    pub ads: watch::Receiver<Ads>,
    /// What is announced in our own name.
    pub own: watch::Receiver<Option<Ad>>,
    /// The way to our gossip, if we gossip.
    pub gossip: Option<GossipHandle>,
    /// A random number of this start.
    pub session: u64,
}

impl Env {
    /// Notes where an announcement says that its member listens.
    pub fn note_addresses(&self, ad: &Ad) {
        for addr in &ad.addrs {
            self.peers.book().hint(ad.peer_id, *addr);
        }
    }

    /// Who announces a room, its leader first: one of the others may have
    /// crashed without a goodbye.
    pub fn announcers_of(&self, room: ClusterId) -> Vec<PeerId> {
        let ads = Arc::clone(&self.ads.borrow());
        let mut members: Vec<&Ad> = ads.values().filter(|ad| ad.cluster_id == room).collect();
        members.sort_by_key(|ad| !ad.leads);
        for ad in &members {
            self.note_addresses(ad);
        }
        members.iter().map(|ad| ad.peer_id).collect()
    }

    /// What a copy of this profile announces from another computer. For the
    /// lobby: in a room, it may be our own announcement from before a change of
    /// address.
    pub fn copied_profile(&self) -> Option<Ad> {
        let copy = self.own.borrow().clone()?;
        let ours = self.addrs();
        let is_ours = copy.addrs.iter().any(|addr| ours.contains(addr));
        (!is_ours).then_some(copy)
    }

    /// Whether a copy of this profile plays in a room, on another computer:
    /// one that is announced, and answers.
    pub async fn copied_profile_plays_in(&self, room: ClusterId) -> bool {
        let Some(copy) = self.copied_profile().filter(|ad| ad.cluster_id == room) else {
            return false;
        };
        self.note_addresses(&copy);
        let about = self.peers.hello(self.me).await;
        let its_room = about.ok().and_then(|about| about.room);
        its_room.is_some_and(|its_room| its_room.cluster_id == room)
    }

    /// Where others may reach us.
    pub fn addrs(&self) -> Vec<SocketAddr> {
        let mut addrs = (self.addresses)();
        addrs.truncate(MAX_ADDRS - 1);
        if addrs.is_empty() {
            // No network at all: seats on this computer can still play.
            addrs.push(SocketAddr::from(([127, 0, 0, 1], self.port)));
        }
        addrs
    }

    /// The best of them, for those who join by address.
    pub fn own_addr(&self) -> String {
        let addrs = self.addrs();
        addrs.first().map(ToString::to_string).unwrap_or_default()
    }

    /// All of them, as they stand in messages.
    pub fn addr_texts(&self) -> Vec<String> {
        self.addrs().iter().map(ToString::to_string).collect()
    }
}
