//! What members of rooms announce.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc};

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
