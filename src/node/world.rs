//! What a node needs of the world around it, and what it is started with. A
//! simulation brings its own world: all else is the same there.

use std::{
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use parking_lot::RwLock;
use tokio::sync::watch;

use super::api::{Met, Preferences, Timing};
use crate::{
    config::Profile,
    consensus::{ClusterId, ENTRIES_PER_SNAPSHOT, LogStore, RULES, StoreError, codec::MAX_ADDRS},
    discovery::{
        Ad, Ads, Discovery, DiscoveryConfig, GossipConfig, GossipHandle, Interfaces, own_addresses,
    },
    game::{Name, PeerId},
    net::{Identity, IdentityError, Peers, TlsTransport, Transport},
};

/// How to start a node.
#[derive(Debug)]
pub struct NodeConfig {
    /// The player's folder, locked.
    pub profile: Profile,
    /// The player's name; else the one the profile remembers.
    pub name: Option<Name>,
    /// The port to listen on; 0 takes the last one, or any.
    pub port: u16,
    /// The network interfaces to look around on.
    pub interfaces: Interfaces,
    /// Whether to gossip, too. Without the feature `gossip` nobody does.
    pub gossip: Option<GossipConfig>,
    /// All policy times.
    pub timing: Timing,
}

/// Why a node could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The profile's identity cannot be read or made.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// Nothing can listen on the port.
    #[error(
        "port {port} cannot be used ({source}); choose another with --port, or leave it out to get a free one"
    )]
    Port {
        /// Which port.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
}

/// Opens the log in a file, in a program that knows the rules up to a version.
pub type OpenLog = Arc<dyn Fn(&Path, u32) -> Result<LogStore, StoreError> + Send + Sync>;

/// Where others may reach us, best first.
pub type Addresses = Box<dyn Fn() -> Vec<SocketAddr> + Send + Sync>;

/// The world of one node.
pub struct World {
    /// Who the transport proves us to be.
    pub identity: Arc<Identity>,
    /// The way to others, and from them.
    pub transport: Arc<dyn Transport>,
    /// Where that is.
    pub addresses: Addresses,
    /// Who else is there.
    pub discovery: Discovery,
    /// Where logs are kept.
    pub open_log: OpenLog,
    /// Entries between two snapshots.
    pub per_snapshot: u64,
    /// The newest rules of the game that the program knows: [`RULES`], unless a
    /// test plays another program.
    pub rules: u32,
}

impl World {
    /// The real one: TLS, multicast DNS and gossip, files.
    ///
    /// # Errors
    /// See [`StartError`].
    #[doc(hidden)]
    pub fn real(config: &NodeConfig) -> Result<Self, StartError> {
        let NodeConfig { profile, port, .. } = config;
        let port = *port;
        // Now that there is a log to say so.
        #[cfg(unix)]
        profile.narrow();
        let interfaces = config.interfaces.clone();
        if interfaces.chosen().is_empty() {
            // Those of the command line go first.
            interfaces.choose(Preferences::load(profile.folder()).interfaces);
        }
        let identity = Arc::new(Identity::load_or_create(profile.folder())?);
        let last_port = profile.last_port().filter(|_| port == 0);
        let bind = |port| TlsTransport::bind(Arc::clone(&identity), port);
        let transport = match last_port.and_then(|port| bind(port).ok()) {
            Some(at_last_port) => at_last_port,
            None => bind(port).map_err(|source| StartError::Port { port, source })?,
        };
        let port = transport.port();
        if last_port != Some(port)
            && let Err(e) = profile.save_port(port)
        {
            tracing::warn!("the port is not kept: {e}");
        }
        let discovery = Discovery::start(&DiscoveryConfig {
            peer_id: identity.peer_id(),
            port,
            interfaces: interfaces.clone(),
            profiles: profile.all_profiles(),
            profile: Some(profile.folder().to_owned()),
            gossip: config.gossip.clone(),
        });
        Ok(Self {
            identity,
            transport: Arc::new(transport),
            addresses: Box::new(move || own_addresses(&interfaces, port)),
            discovery,
            open_log: Arc::new(LogStore::open),
            per_snapshot: ENTRIES_PER_SNAPSHOT,
            rules: RULES,
        })
    }
}

/// What a node is started with. It does not change while the node runs.
pub struct Env {
    pub me: PeerId,
    pub identity: Arc<Identity>,
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
    /// Whom the player has met.
    pub met: Arc<RwLock<Met>>,
    /// The number of this start: greater than those of the profile's earlier ones.
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
