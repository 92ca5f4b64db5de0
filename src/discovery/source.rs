//! What a way of announcing and looking around is.

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use futures::future::BoxFuture;
use tokio::sync::mpsc;

use super::{ad::Ad, interfaces::Interfaces};
use crate::game::PeerId;

/// What a source saw.
#[derive(Clone, Debug)]
pub(super) enum PeerEvent {
    Found(Box<Ad>),
    Lost(PeerId),
}

/// Where an announcement was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Source {
    Local,
    Mdns,
    #[cfg(feature = "gossip")]
    Gossip,
}

/// How to look around.
#[derive(Clone, Debug)]
pub struct DiscoveryConfig {
    /// Who we are: our own announcements are left out.
    pub peer_id: PeerId,
    /// Where we listen.
    pub port: u16,
    /// Which network interfaces to use.
    pub interfaces: Interfaces,
    /// The folder of all profiles on this computer.
    pub profiles: PathBuf,
    /// The folder of ours; without one we only look.
    pub profile: Option<PathBuf>,
    /// Whether to gossip, too. Without the feature `gossip` nobody does.
    pub gossip: Option<GossipConfig>,
}

/// How to gossip.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GossipConfig {
    /// The port for it, UDP and TCP; without one the usual or, if that is
    /// taken, any.
    pub port: Option<u16>,
    /// Where members listen for the game: they know where they gossip.
    pub members: Vec<SocketAddr>,
}

/// The way to our gossip. Cheap to clone.
#[derive(Clone, Debug)]
pub struct GossipHandle {
    /// Where we gossip.
    pub port: u16,
    /// Where members listen who may know more.
    pub members: Arc<[SocketAddr]>,
    pub(super) seeds: mpsc::Sender<SocketAddr>,
}

impl GossipHandle {
    /// Somebody gossips there. If too many are named at a time, some are not
    /// visited.
    pub fn meet(&self, addr: SocketAddr) {
        let _ = self.seeds.try_send(addr);
    }
}

/// A way to tell others what we do.
pub trait Announcer: Send {
    /// Announces our room, or what changed about it; `None` says goodbye.
    fn announce(&mut self, ad: Option<&Ad>);

    /// Other interfaces are to be used from now on.
    fn choose(&mut self) {}

    /// Ends, after the goodbye is said.
    fn shutdown(self: Box<Self>) -> BoxFuture<'static, ()>;
}
