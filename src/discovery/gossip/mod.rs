//! Gossip, for networks where multicast is dead: who knows one member learns
//! of all. The protocol is SWIM, by `memberlist`; what it carries are
//! announcements, as untrusted as those of mDNS. It knows nothing of Raft: who
//! is alive for gossip, and who is a member of a room, are different questions.
//!
//! `memberlist` is kept at arm's length: [`link`] bounds what strangers send,
//! [`check`] looks at it, and an [`instance`] can be replaced at any time.

mod ad;
mod check;
mod instance;
mod link;
mod sockets;
mod stream;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};

use futures::future::BoxFuture;
use memberlist::proto::Meta;
use tokio::{
    sync::{Notify, mpsc, oneshot, watch},
    task::JoinHandle,
    time::{Instant, MissedTickBehavior},
};

use super::{
    interfaces::own_addresses,
    source::{Ad, Announcer, DiscoveryConfig, GossipConfig, GossipHandle, Seen, Source},
};
use crate::{consensus::codec::MAX_ADDRS, game::PeerId};
use instance::{Instance, Node};
use sockets::Sockets;

/// One life of one seat's gossip, drawn at random.
type NodeId = u64;

/// How many nodes are remembered, gone ones too; ten full rooms.
const MAX_NODES: usize = 256;

/// How many addresses are remembered to begin again from.
const MAX_SEEDS: usize = 64;

/// Addresses that may wait to be tried.
const QUEUE: usize = 16;

/// The shortest time between two looks at what has changed, and between two
/// announcements of ours: both come in flocks.
const PACE: Duration = Duration::from_millis(200);

/// How often the instance and our own addresses are checked.
const LOOK: Duration = Duration::from_secs(1);

/// How often somebody is visited who is known and not seen: after a partition
/// `memberlist` does not look for those it has given up.
const VISIT: Duration = Duration::from_secs(4);

/// The shortest time between two lives, unless our address has changed.
const LIFE: Duration = Duration::from_secs(30);

/// How long saying goodbye may take.
const GOODBYE: Duration = Duration::from_millis(300);

/// Announces and listens.
pub(super) struct Gossip {
    announced: watch::Sender<Option<Ad>>,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Gossip {
    /// Listens where it is wanted.
    pub(super) fn start(
        config: &DiscoveryConfig,
        wanted: &GossipConfig,
        events: mpsc::Sender<Seen>,
    ) -> io::Result<(Self, GossipHandle)> {
        let sockets = Sockets::bind(wanted.port)?;
        let (announced, ad) = watch::channel(None);
        let (stop, stopped) = oneshot::channel();
        let (seeds, met) = mpsc::channel(QUEUE);
        let handle = GossipHandle {
            port: sockets.port,
            members: wanted.members.clone().into(),
            seeds,
        };
        let keeper = Keeper {
            config: config.clone(),
            sockets,
            ad,
            said: Meta::empty(),
            events,
            changed: Arc::default(),
            seeds: BTreeMap::new(),
            online: BTreeSet::new(),
        };
        let task = tokio::spawn(keeper.run(met, stopped));
        let gossip = Self {
            announced,
            stop: Some(stop),
            task,
        };
        Ok((gossip, handle))
    }
}

impl Announcer for Gossip {
    fn announce(&mut self, ad: Option<&Ad>) {
        self.announced.send_replace(ad.cloned());
    }

    fn shutdown(mut self: Box<Self>) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            if let Some(stop) = self.stop.take() {
                // It may have ended.
                let _ = stop.send(());
            }
            let _ = tokio::time::timeout(GOODBYE, &mut self.task).await;
        })
    }
}

impl Drop for Gossip {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Keeps an [`Instance`] alive, and reports what it hears.
struct Keeper {
    config: DiscoveryConfig,
    sockets: Sockets,
    ad: watch::Receiver<Option<Ad>>,
    /// What the others were told last.
    said: Meta,
    events: mpsc::Sender<Seen>,
    changed: Arc<Notify>,
    /// Addresses to begin from, and how often they were tried in vain.
    seeds: BTreeMap<SocketAddr, u32>,
    /// The addresses of those who are seen.
    online: BTreeSet<SocketAddr>,
}

impl Keeper {
    async fn run(mut self, met: mpsc::Receiver<SocketAddr>, stopped: oneshot::Receiver<()>) {
        let mut instance = None;
        tokio::select! {
            () = self.live(&mut instance, met) => {}
            _ = stopped => {}
        }
        if let Some(instance) = instance {
            instance.leave().await;
        }
    }

    /// Ends only if nobody listens any more.
    async fn live(&mut self, instance: &mut Option<Instance>, mut met: mpsc::Receiver<SocketAddr>) {
        let mut began: Option<Instant> = None;
        let mut visited = Instant::now();
        let mut look = tokio::time::interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = look.tick() => {
                    let is_old = began.is_none_or(|began| began.elapsed() >= LIFE);
                    if self.needs_another(instance.as_ref(), is_old).await {
                        began = Some(Instant::now());
                        *instance = self.begin(instance.take()).await;
                        self.visit(instance.as_ref(), MAX_SEEDS);
                    } else if visited.elapsed() >= VISIT {
                        self.visit(instance.as_ref(), 1);
                        visited = Instant::now();
                    }
                    self.say(instance.as_ref());
                }
                Some(seed) = met.recv() => self.note(instance.as_ref(), seed),
                () = self.changed.notified() => {
                    if !self.report(instance.as_ref()).await {
                        return;
                    }
                    tokio::time::sleep(PACE).await;
                }
                changed = self.ad.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    self.say(instance.as_ref());
                    tokio::time::sleep(PACE).await;
                }
            }
        }
    }

    /// Where others reach our gossip: one address is all that `memberlist`
    /// knows of a node.
    fn own_address(&self) -> Option<SocketAddr> {
        let addrs = own_addresses(&self.config.interfaces, self.sockets.port);
        addrs.first().copied()
    }

    async fn needs_another(&self, instance: Option<&Instance>, is_old: bool) -> bool {
        let Some(instance) = instance else {
            return is_old;
        };
        // Without any address we have not moved: the cable is out.
        if self
            .own_address()
            .is_some_and(|addr| addr != instance.advertise)
        {
            tracing::info!("gossip moves to another address");
            return true;
        }
        match instance.problem().await {
            Some(why) if is_old => {
                tracing::warn!("gossip begins anew: {why}");
                true
            }
            _ => false,
        }
    }

    /// Ends one life, and begins the next.
    async fn begin(&mut self, old: Option<Instance>) -> Option<Instance> {
        let last = old.as_ref().map(|old| old.advertise);
        if let Some(old) = old {
            old.leave().await;
        }
        // Seats on this computer gossip even without a network.
        let alone = SocketAddr::from(([127, 0, 0, 1], self.sockets.port));
        let addr = self.own_address().or(last).unwrap_or(alone);
        self.said = self.meta();
        let changed = Arc::clone(&self.changed);
        match Instance::start(&self.sockets, addr, self.said.clone(), changed).await {
            Ok(instance) => {
                tracing::info!("gossips at {addr}");
                Some(instance)
            }
            Err(e) => {
                tracing::warn!("gossip cannot begin: {e}");
                None
            }
        }
    }

    /// What we announce, with the addresses of the game.
    fn meta(&self) -> Meta {
        let Some(mut ad) = self.ad.borrow().clone() else {
            return Meta::empty();
        };
        ad.addrs = own_addresses(&self.config.interfaces, self.config.port);
        if ad.addrs.is_empty() {
            ad.addrs
                .push(SocketAddr::from(([127, 0, 0, 1], self.config.port)));
        }
        ad::encode(&ad)
    }

    /// Tells the others, if there is anything new.
    fn say(&mut self, instance: Option<&Instance>) {
        self.ad.mark_unchanged();
        let meta = self.meta();
        if let Some(instance) = instance
            && meta != self.said
        {
            self.said = meta.clone();
            instance.say(meta);
        }
    }

    /// Remembers an address, and goes there at once.
    fn note(&mut self, instance: Option<&Instance>, seed: SocketAddr) {
        if !check::is_host(&seed) || self.online.contains(&seed) {
            return;
        }
        self.remember(seed);
        if let Some(instance) = instance {
            let changed = Arc::clone(&self.changed);
            instance.meet(seed, move |_| changed.notify_one());
        }
    }

    fn remember(&mut self, seed: SocketAddr) {
        self.seeds.insert(seed, 0);
        if self.seeds.len() > MAX_SEEDS {
            let worst = self.seeds.iter().max_by_key(|(_, tries)| **tries);
            if let Some(worst) = worst.map(|(addr, _)| *addr) {
                self.seeds.remove(&worst);
            }
        }
    }

    /// Goes to some of those who are known and not seen, the least tried first.
    fn visit(&mut self, instance: Option<&Instance>, count: usize) {
        let Some(instance) = instance else {
            return;
        };
        let online = &self.online;
        let mut unseen: Vec<_> = self
            .seeds
            .iter_mut()
            .filter(|(addr, _)| !online.contains(*addr) && **addr != instance.advertise)
            .collect();
        unseen.sort_by_key(|(_, tries)| **tries);
        for (addr, tries) in unseen.into_iter().take(count) {
            *tries = tries.saturating_add(1);
            let changed = Arc::clone(&self.changed);
            instance.meet(*addr, move |_| changed.notify_one());
        }
    }

    /// Reports who is there; false if nobody listens.
    async fn report(&mut self, instance: Option<&Instance>) -> bool {
        let Some(instance) = instance else {
            return true;
        };
        let Some(others) = instance.others().await else {
            return true;
        };
        self.online = others.iter().map(|node| node.addr).collect();
        for addr in self.online.clone() {
            self.remember(addr);
        }
        let ads = ads(others, self.config.peer_id);
        self.events.send((Source::Gossip, ads)).await.is_ok()
    }
}

/// What the nodes announce, by who says to announce it: somebody who begins
/// anew is two nodes for a moment, and reached at the addresses of either.
fn ads(mut nodes: Vec<Node>, me: PeerId) -> BTreeMap<PeerId, Ad> {
    nodes.sort_by_key(|node| node.id);
    let mut ads: BTreeMap<PeerId, Ad> = BTreeMap::new();
    for node in nodes {
        let Some(ad) = ad::decode(&node.meta).filter(|ad| ad.peer_id != me) else {
            continue;
        };
        let known = ads.entry(ad.peer_id).or_insert_with(|| ad.clone());
        for addr in ad.addrs {
            if known.addrs.len() < MAX_ADDRS && !known.addrs.contains(&addr) {
                known.addrs.push(addr);
            }
        }
    }
    ads
}
