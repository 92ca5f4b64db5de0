//! What nodes say to each other, decoded.

use std::{fmt, net::SocketAddr};

use subtle::ConstantTimeEq as _;

use crate::{
    consensus::{ClusterId, LogId, NodeId, Response},
    game::{Name, PeerId, Phase},
};

/// The version of everything between nodes. Nodes of different versions
/// refuse each other in words.
pub const PROTOCOL: u32 = 2;

/// Why a seat ends whose player sits elsewhere.
pub const REPLACED: &str = "this profile, or a copy of it, is now playing on another computer, so this one left the room. If both are yours, start one of them with another --profile";

/// How many players a room seats.
pub const MAX_MEMBERS: usize = 24;

/// Someone at the other end of a connection, by the key of its certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visitor {
    /// Whose key it is.
    pub peer_id: PeerId,
    /// Where the connection comes from.
    pub remote: SocketAddr,
}

/// Someone who holds the room's secret and speaks for a seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The seat it says it is.
    pub node_id: NodeId,
    /// Whose key it is.
    pub peer_id: PeerId,
}

/// What a node tells anyone who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// The program's version.
    pub version: String,
    /// The player's name.
    pub name: Name,
    /// The room it is in.
    pub room: Option<RoomInfo>,
    /// Where it gossips, if it does.
    pub gossip_port: Option<u16>,
    /// The newest rules of the game that its program knows.
    pub rules: u32,
}

/// A room as seen from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomInfo {
    /// Which cluster.
    pub cluster_id: ClusterId,
    /// What it is called.
    pub room: Name,
    /// How many seats are taken.
    pub players: u32,
    /// Where the game stands.
    pub phase: Phase,
    /// The leader's seat as this member sees it.
    pub leader_id: Option<NodeId>,
    /// This member's seat.
    pub node_id: NodeId,
}

/// How a member is, for one that hears no leader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Survey {
    /// It hears, or is, a leader that reaches a majority of the voters.
    pub plays: bool,
    /// The asking seat is a member, as far as it knows.
    pub knows_you: bool,
    /// It is not, but another seat of the same player is.
    pub replaced_you: bool,
    /// The last entry of its log.
    pub last_log_id: Option<LogId>,
}

/// What a newcomer needs to open a seat.
#[derive(Clone, Debug)]
pub struct Admission {
    /// The room's name.
    pub room: Name,
    /// What opens the members' service.
    pub key: RoomKey,
    /// The seat that answered.
    pub node_id: NodeId,
}

/// A command that was committed and applied by the leader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Committed {
    /// What came of it.
    pub reply: Response,
    /// How many members had the entry on disk when this was said; at least 1.
    pub copies: u32,
}

/// A room and the secret that its members share. Never printed, announced or
/// logged.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RoomKey {
    /// Which room.
    pub cluster_id: ClusterId,
    /// What members prove to each other.
    pub secret: [u8; 32],
}

impl RoomKey {
    /// A new room's.
    pub fn random() -> Self {
        Self {
            cluster_id: ClusterId::random(),
            secret: crate::random::bytes(),
        }
    }

    /// Compares in a time that does not tell where the first difference is.
    pub(super) fn opened_by(&self, secret: &[u8]) -> bool {
        self.secret.ct_eq(secret).into()
    }
}

impl fmt::Debug for RoomKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RoomKey({})", self.cluster_id)
    }
}
