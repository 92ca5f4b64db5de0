//! What a node needs of the world around it. A simulation brings its own: all
//! else is the same there.

use std::{io, net::SocketAddr, path::Path, sync::Arc};

use super::api::{Preferences, Timing};
use crate::{
    config::Profile,
    consensus::{ENTRIES_PER_SNAPSHOT, LogStore, RULES, StoreError},
    discovery::{Discovery, DiscoveryConfig, GossipConfig, Interfaces, own_addresses},
    game::{Name, PeerId},
    net::{Identity, IdentityError, TlsTransport, Transport},
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
    pub peer_id: PeerId,
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
            peer_id: identity.peer_id(),
            transport: Arc::new(transport),
            addresses: Box::new(move || own_addresses(&interfaces, port)),
            discovery,
            open_log: Arc::new(LogStore::open),
            per_snapshot: ENTRIES_PER_SNAPSHOT,
            rules: RULES,
        })
    }
}
