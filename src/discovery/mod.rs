//! Who is on this network, and what they play.
//!
//! Sources announce what we do and report what others do: multicast DNS for
//! the network ([`mdns`]), files for other seats on this very computer
//! ([`local`]), and gossip where multicast is blocked (feature `gossip`). What
//! they report are hints from strangers: whoever is dialled must prove who
//! they are.

mod examine;
#[cfg(feature = "gossip")]
mod gossip;
mod interfaces;
mod local;
mod mdns;
mod source;
mod txt;

use std::{collections::BTreeMap, sync::Arc};

use tokio::{
    sync::{mpsc, watch},
    task::AbortHandle,
};

use self::source::{Seen, Source};
use crate::game::PeerId;

pub use examine::{Examination, Firewall, Found};
pub use interfaces::{Interfaces, own_addresses};
pub use source::{
    Ad, Ads, Announcer, DiscoveryConfig, GossipConfig, GossipHandle, MAX_LANGUAGE, Plays,
};

/// Events that may wait to be looked at. Beyond it the sources wait.
const QUEUE: usize = 64;

/// Announces and looks around until it is shut down.
pub struct Discovery {
    ways: Vec<Box<dyn Announcer>>,
    ads: watch::Receiver<Ads>,
    own: watch::Receiver<Option<Ad>>,
    collecting: Option<AbortHandle>,
    interfaces: Interfaces,
    /// The way to our gossip, if we gossip.
    pub gossip: Option<GossipHandle>,
    /// Why the network cannot be looked at, if so.
    pub warnings: Vec<String>,
}

impl Discovery {
    /// Starts looking around. If multicast DNS cannot be had, the rest works.
    pub fn start(config: &DiscoveryConfig) -> Self {
        let (events, queue) = mpsc::channel(QUEUE);
        let (publish, ads) = watch::channel(Ads::default());
        let (publish_own, own) = watch::channel(None);
        let collecting = tokio::spawn(collect(queue, publish, publish_own, config.peer_id));
        let mut discovery = Self::of(ads, Box::new(local::Local::start(config, events.clone())));
        discovery.own = own;
        discovery.interfaces = config.interfaces.clone();
        discovery.collecting = Some(collecting.abort_handle());
        #[cfg(feature = "gossip")]
        if let Some(wanted) = &config.gossip {
            match gossip::Gossip::start(config, wanted, events.clone()) {
                Ok((gossip, handle)) => {
                    discovery.ways.push(Box::new(gossip));
                    discovery.gossip = Some(handle);
                }
                Err(e) => discovery.warnings.push(format!(
                    "gossip cannot start ({e}); try another --gossip-port"
                )),
            }
        }
        match mdns::Mdns::start(config, events) {
            Ok(mdns) => discovery.ways.push(Box::new(mdns)),
            Err(e) => discovery.warnings.push(format!(
                "rooms on the network cannot be found ({e}); join by address instead"
            )),
        }
        discovery
    }

    /// Looks around in one way only, which is the caller's.
    pub fn of(ads: watch::Receiver<Ads>, way: Box<dyn Announcer>) -> Self {
        Self {
            ways: vec![way],
            ads,
            own: watch::channel(None).1,
            collecting: None,
            interfaces: Interfaces::default(),
            gossip: None,
            warnings: Vec::new(),
        }
    }

    /// What others announce.
    pub fn ads(&self) -> watch::Receiver<Ads> {
        self.ads.clone()
    }

    /// What is announced in our name: by us, or by a copy of this profile.
    pub fn own(&self) -> watch::Receiver<Option<Ad>> {
        self.own.clone()
    }

    /// Announces our room, or what changed about it; `None` says goodbye.
    pub fn announce(&mut self, ad: Option<&Ad>) {
        for way in &mut self.ways {
            way.announce(ad);
        }
    }

    /// Looks around on these interfaces from now on; on all that may lead to
    /// players, if there are none.
    pub fn choose(&mut self, interfaces: Vec<String>) {
        if self.interfaces.chosen() != interfaces {
            self.interfaces.choose(interfaces);
            for way in &mut self.ways {
                way.choose();
            }
        }
    }

    /// Which interfaces are used.
    pub fn interfaces(&self) -> &Interfaces {
        &self.interfaces
    }

    /// Says goodbye, and waits until it is said.
    pub async fn shutdown(mut self) {
        self.announce(None);
        // Each takes its time to say it.
        let ways = self.ways.drain(..).map(Announcer::shutdown);
        futures::future::join_all(ways).await;
    }
}

impl Drop for Discovery {
    fn drop(&mut self) {
        if let Some(collecting) = &self.collecting {
            collecting.abort();
        }
    }
}

/// Merges what the sources report; an announcement seen by two is one.
async fn collect(
    mut queue: mpsc::Receiver<Seen>,
    publish: watch::Sender<Ads>,
    publish_own: watch::Sender<Option<Ad>>,
    me: PeerId,
) {
    let mut seen: BTreeMap<Source, BTreeMap<PeerId, Ad>> = BTreeMap::new();
    while let Some((source, ads)) = queue.recv().await {
        seen.insert(source, ads);
        let mut merged: BTreeMap<PeerId, Ad> = BTreeMap::new();
        // Ordered by source: local addresses stand before the network's.
        for (peer, ad) in seen.values().flatten() {
            let known = merged.entry(*peer).or_insert_with(|| ad.clone());
            for addr in &ad.addrs {
                if !known.addrs.contains(addr) {
                    known.addrs.push(*addr);
                }
            }
        }
        let own = merged.remove(&me);
        publish_own.send_if_modified(|known| {
            let changed = *known != own;
            *known = own;
            changed
        });
        publish.send_if_modified(|ads| {
            let changed = **ads != merged;
            if changed {
                *ads = Arc::new(merged);
            }
            changed
        });
    }
}
