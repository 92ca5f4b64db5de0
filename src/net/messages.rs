//! What nodes say to each other, decoded.

use std::{collections::BTreeSet, net::SocketAddr};

use crate::{
    consensus::{ClusterId, CommandProof, GameCommand, LogId, Mark, NodeId, Response, TicketPath},
    game::{Name, PeerId, Phase},
    keys::{Kind, PublicKey, Signature, Statement},
};

/// The version of everything between nodes. Nodes of different versions
/// refuse each other in words.
pub const PROTOCOL: u32 = 2;

/// Why a seat ends whose player sits elsewhere.
pub const REPLACED: &str = "this profile, or a copy of it, is now playing on another computer, so this one left the room. If both are yours, start one of them with another --profile";

/// Someone at the other end of a connection, by the key of its certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visitor {
    /// Whose key it is.
    pub peer_id: PeerId,
    /// Where the connection comes from.
    pub remote: SocketAddr,
}

/// Someone who may speak for a seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The seat it says it is.
    pub node_id: NodeId,
    /// Whose key it is.
    pub peer_id: PeerId,
    /// The seat that it calls, and that knows it.
    pub to: NodeId,
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
    /// How this member came in.
    pub path: Option<TicketPath>,
    /// Whose room it is, and where the owner may be.
    pub owner: Option<(PeerId, Vec<String>)>,
    /// Whether this member is the owner, and takes a PIN.
    pub takes_pin: bool,
}

impl RoomInfo {
    /// Whether a peer that says so was once let into the room.
    pub fn is_proven_by(&self, peer: PeerId) -> bool {
        self.path.as_ref().is_some_and(|path| {
            let holder = path.holder();
            (holder.seat, holder.key.peer_id()) == (self.node_id, peer)
                && path.leads_into(self.cluster_id)
        })
    }
}

/// A start of a program, which plays in a seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Start {
    /// The seat.
    pub seat: NodeId,
    /// Which start; a later one has a greater number.
    pub session: u64,
    /// By the seat's key.
    pub signature: Signature,
}

impl Start {
    /// What is signed.
    pub fn statement(cluster: ClusterId, seat: NodeId, session: u64) -> Statement {
        Statement::new(Kind::Start)
            .fixed(cluster.as_bytes())
            .number(seat)
            .number(session)
    }

    /// Whether the owner of a key has made it.
    pub fn is_signed_by(&self, key: &PublicKey, cluster: ClusterId) -> bool {
        let statement = Self::statement(cluster, self.seat, self.session);
        key.has_signed(&statement, &self.signature)
    }
}

/// Who asks to be added to a room.
#[derive(Clone, Debug)]
pub struct Newcomer {
    /// The new seat.
    pub node_id: NodeId,
    /// Whose key will speak for it.
    pub key: PublicKey,
    /// Where it listens.
    pub addrs: Vec<String>,
    /// The newest rules of the game that its program knows.
    pub rules: u32,
}

/// How a member is, for another one that asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    /// It hears, or is, a leader that reaches a majority of the voters.
    pub plays: bool,
    /// It is that leader.
    pub leads: bool,
    /// The last entry of its log.
    pub last_log_id: Option<LogId>,
    /// The last entry that it has applied.
    pub applied: Mark,
    /// The asking player's last command that it has applied.
    pub proof: Option<CommandProof>,
    /// Whether both have applied the same entries, if it knows.
    pub agrees: Option<bool>,
    /// What owners signed who sent somebody away.
    pub removals: Vec<GameCommand>,
    /// What the owner has signed who asks for that, and is not decided.
    pub removing: Vec<GameCommand>,
    /// Whether the entry that it was asked about is in its log, if it knows.
    pub holds: Option<bool>,
    /// All members, by the newest membership that it knows to be committed.
    pub members: BTreeSet<PeerId>,
}

/// What a newcomer needs to open a seat.
#[derive(Clone, Debug)]
pub struct Admission {
    /// The room's name.
    pub room: Name,
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
