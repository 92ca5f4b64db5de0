//! What crosses the network: gRPC over mutual TLS 1.3, between peers that
//! know each other by their keys.
//!
//! `lobby` calls are for strangers, `members` calls for those who hold the
//! room's secret; the [`guard`] checks every one of the latter before its body
//! is read. What a call means is the business of the [`Handler`], which the
//! node implements; Raft's own calls go straight to openraft.

mod address_book;
mod client;
mod codec;
mod connect;
mod contact;
mod guard;
mod identity;
mod member;
mod raft_network;
mod room_key;
mod server;
mod service;
mod tls;
mod traffic;
mod transport;

use std::net::SocketAddr;

pub use address_book::AddressBook;
pub use client::{CallError, Peers};
pub use contact::{Aside, Contact};
use guard::Header;
pub use identity::{Identity, IdentityError, write_private};
pub use member::{MemberClient, ProposeError};
pub use raft_network::RaftNetwork;
pub use room_key::RoomKey;
pub use server::Server;
pub use service::{Handler, SeatAccess};
pub use traffic::{Call, Calls, Exchange};
pub use transport::{Handshake, Io, Stream, TlsTransport, Transport};

pub use crate::consensus::ClusterId;
use crate::{
    consensus::{LogId, NodeId, Reply},
    game::{Name, PeerId, Phase},
};

/// The version of everything between nodes. Nodes of different versions
/// refuse each other in words.
pub const PROTOCOL: u32 = 2;

/// Why a seat ends whose player sits elsewhere.
pub const REPLACED: &str = "this profile plays on another computer now, or a copy of it does; this seat was given up. If both are yours, start one of them with another --profile";

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
    pub reply: Reply,
    /// How many members had the entry on disk when this was said; at least 1.
    pub copies: u32,
}

/// Why a member said no. Final unless a leader is named.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refused {
    /// For programs.
    pub reason: Refusal,
    /// For people.
    pub message: String,
    /// With [`Refusal::NotLeader`]: whom to ask instead, and where.
    pub leader: Option<(PeerId, Vec<String>)>,
}

/// The kinds of no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The two programs speak different protocols.
    Version,
    /// It is not in that room.
    NoSuchRoom,
    /// All [`MAX_MEMBERS`] seats are taken.
    RoomFull,
    /// The name cannot be shown.
    BadName,
    /// Only the leader can do this.
    NotLeader,
    /// The leader cannot reach a majority of the voters.
    NoQuorum,
    /// The caller holds no seat here.
    NotAMember,
    /// Too much is asked at once.
    Busy,
    /// The player has taken another seat since.
    Replaced,
    /// Nobody is to be left behind: the room has a leader and a quorum.
    StillPlayed,
    /// The room is locked, and its owner is asked.
    Knocking,
    /// Its owner has said no.
    NotLetIn,
    /// Its owner has sent the player away.
    Removed,
    /// Too much was said in too short a time.
    TooFast,
    /// The room plays by older rules.
    OldRules,
}

impl Refusal {
    /// The word for it in the headless interface.
    pub fn code(self) -> &'static str {
        match self {
            Self::Version => "version",
            Self::NoSuchRoom => "no_such_room",
            Self::RoomFull => "room_full",
            Self::BadName => "bad_name",
            Self::NotLeader => "not_leader",
            Self::NoQuorum => "no_quorum",
            Self::NotAMember => "not_a_member",
            Self::Busy => "busy",
            Self::Replaced => "replaced",
            Self::StillPlayed => "still_played",
            Self::Knocking => "knocking",
            Self::NotLetIn => "not_let_in",
            Self::Removed => "removed",
            Self::TooFast => "too_fast",
            Self::OldRules => "old_rules",
        }
    }

    /// A refusal with these words.
    pub fn because(self, message: impl Into<String>) -> Refused {
        Refused {
            reason: self,
            message: message.into(),
            leader: None,
        }
    }
}
