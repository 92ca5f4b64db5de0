//! What members of rooms announce, and what a way of announcing and looking
//! around is.

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf, sync::Arc};

use futures::future::BoxFuture;
use tokio::sync::mpsc;

use super::interfaces::Interfaces;
use crate::{
    consensus::ClusterId,
    game::{Mode, Name, PeerId, Phase},
};

/// What a member of a room announces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ad {
    /// Who announces; pinned when it is dialled.
    pub peer_id: PeerId,
    /// The protocol it speaks.
    pub protocol: u32,
    /// The version of its program.
    pub version: String,
    /// The player's name.
    pub player: Name,
    /// Which room.
    pub cluster_id: ClusterId,
    /// What the room is called.
    pub room: Name,
    /// Whether the announcer leads the room: shown as its host.
    pub leads: bool,
    /// How many seats are taken.
    pub players: u32,
    /// Where the game stands.
    pub phase: Phase,
    /// How it is played; not told by older programs.
    pub plays: Option<Plays>,
    /// The rooms that this one continues, the newest first.
    pub ancestors: Vec<ClusterId>,
    /// Where it listens, best first.
    pub addrs: Vec<SocketAddr>,
}

/// How a room is set up, as far as it is told outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plays {
    /// The mode of its matches.
    pub mode: Mode,
    /// BCP 47 tag of the words' language, of at most [`MAX_LANGUAGE`] bytes;
    /// empty if the announcer does not know.
    pub language: String,
    /// Whether strangers have to knock.
    pub locked: bool,
}

/// The longest tag of a language that is announced, in bytes.
pub const MAX_LANGUAGE: usize = 12;

/// What is announced by others now, by who announces it.
pub type Ads = Arc<BTreeMap<PeerId, Ad>>;

/// All that is announced now, as a source sees it.
pub(super) type Seen = (Source, BTreeMap<PeerId, Ad>);

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
