//! What the log carries, and what it amounts to: the game, and whose commands were
//! applied.
//!
//! Pure, like the game: the same entries give the same state on every node.

use std::{collections::BTreeMap, fmt};

use super::{history::History, rounds::RoundDigests};
use crate::{
    game::{Action, Game, Observation, Outcome, PeerId, Rejection},
    hex_id::hex_id,
    keys::{Kind, PublicKey, Signature, SigningKey, Statement},
};

hex_id! {
    /// Names a cluster forever: 128 random bits, made when a room is hosted.
    pub struct ClusterId(16);
    BadClusterId: "a cluster id is 32 hexadecimal digits"
}

impl ClusterId {
    /// A new cluster's.
    pub fn random() -> Self {
        Self::new(crate::random::bytes())
    }
}

/// A seat in one cluster: a fresh random number for every join with an empty
/// log. Never reused, since a node that comes back without its log under its
/// old id could vote twice in one term.
pub type NodeId = u64;

/// Names one command of one process forever, so that a retry is recognised,
/// across leaders too (Raft §8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommandId {
    /// Whose command.
    pub peer_id: PeerId,
    /// The number of the process's start.
    pub session: u64,
    /// Counts this session's commands from 1.
    pub seq: u64,
}

/// One entry's worth of game.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GameCommand {
    /// For deduplication.
    pub id: CommandId,
    /// Whether this command begins the session. Only [`Action::TakeSeat`] may.
    pub opens_session: bool,
    /// What to do.
    pub action: Action,
    /// By whom; without it, it is applied nowhere.
    pub signed: Option<Box<Signed>>,
}

/// What a player puts under a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signed {
    /// The player's key.
    pub key: PublicKey,
    /// What it made.
    pub signature: Signature,
}

/// That a player has given a command, whatever it was: shown to a program that has
/// forgotten it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommandProof {
    /// The start of the program.
    pub session: u64,
    /// Which of its commands.
    pub seq: u64,
    /// SHA-256 of what was signed.
    pub digest: [u8; 32],
    /// By the player's key.
    pub signature: Signature,
}

impl CommandProof {
    /// Whether the owner of a key has given the command, in this cluster.
    pub fn is_signed_by(&self, key: &PublicKey, cluster: ClusterId) -> bool {
        let statement = statement(cluster, self.session, self.seq, &self.digest);
        key.has_signed(&statement, &self.signature)
    }
}

/// What is signed of a command.
fn statement(cluster: ClusterId, session: u64, seq: u64, digest: &[u8; 32]) -> Statement {
    Statement::new(Kind::Command)
        .fixed(cluster.as_bytes())
        .number(session)
        .number(seq)
        .fixed(digest)
}

impl GameCommand {
    /// The command with a signature, for the log of one cluster. `digest` is
    /// [`codec::digest`](super::codec::digest) of it.
    #[must_use]
    pub fn sign(self, cluster: ClusterId, digest: &[u8; 32], key: &SigningKey) -> Self {
        let statement = statement(cluster, self.id.session, self.id.seq, digest);
        let signed = Signed {
            key: key.public(),
            signature: key.sign(&statement),
        };
        Self {
            signed: Some(Box::new(signed)),
            ..self
        }
    }

    /// Whether its player has signed it, for the log of this cluster.
    pub fn is_genuine(&self, cluster: ClusterId, digest: &[u8; 32]) -> bool {
        self.signed.as_ref().is_some_and(|signed| {
            let statement = statement(cluster, self.id.session, self.id.seq, digest);
            signed.key.peer_id() == self.id.peer_id
                && signed.key.has_signed(&statement, &signed.signature)
        })
    }
}

/// What came of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Response {
    /// The entry that brought it; for a repeated command, the first one.
    pub index: u64,
    /// What happened. `None` answers entries that carry no command.
    pub result: Option<Result<Outcome, Rejection>>,
}

impl fmt::Display for GameCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The secret of a round stays out of the log files.
        let (action, by) = (self.action.word(), self.id.peer_id.short());
        write!(f, "{action} by {by} #{}", self.id.seq)
    }
}

/// The first entry of a room that continues another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Genesis {
    /// Which room it continues.
    pub parent: ClusterId,
    /// All that the node that made it knew of that room.
    pub state: RoomState,
}

/// What one entry asks of the state machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proposal {
    /// A player's command.
    Command(GameCommand),
    /// What the leader observes.
    Observation(Observation),
    /// The game of another room goes on here.
    Genesis(Box<Genesis>),
}

impl fmt::Display for Proposal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Command(command) => command.fmt(f),
            Self::Observation(observation) => write!(f, "{observation:?}"),
            Self::Genesis(genesis) => write!(f, "continues {}", genesis.parent),
        }
    }
}

/// The newest rules this program knows. Rooms begin by [`FIRST_RULES`], and are
/// raised by an entry. What needs newer ones is refused by the codec.
///
/// [`FIRST_RULES`]: crate::game::FIRST_RULES
pub const RULES: u32 = 2;

/// How many earlier rooms a continued one remembers, the newest first: as many
/// as fit into an announcement.
pub const MAX_ANCESTORS: usize = 7;

/// How many sessions are remembered, one a player, so that memory and snapshots are
/// bounded. [`RoomState::least_missed`] says whose is dropped first.
pub(super) const MAX_SESSIONS: usize = 256;

/// The newest session of a player, and its last command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    /// The number of the process's start.
    pub session: u64,
    /// Its last command that was applied.
    pub seq: u64,
    /// What came of it, for a retry.
    pub reply: Response,
    /// What its player signed: a digest, and the signature.
    pub proof: Option<([u8; 32], Signature)>,
}

/// The replicated state of a room.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoomState {
    pub(super) game: Game,
    pub(super) game_index: u64,
    pub(super) sessions: BTreeMap<PeerId, Session>,
    pub(super) ancestors: Vec<ClusterId>,
    pub(super) history: History,
    pub(super) rounds: RoundDigests,
    /// What owners signed who sent somebody away, by whom they did.
    pub(super) removals: BTreeMap<PeerId, GameCommand>,
}

impl RoomState {
    /// The game.
    pub fn game(&self) -> &Game {
        &self.game
    }

    /// The same, in a room that somebody founds to continue this one.
    #[must_use]
    pub fn founded_by(mut self, founder: PeerId) -> Self {
        self.game.found(founder);
        self
    }

    /// Index of the last entry that changed the game; 0 before the first.
    pub fn game_index(&self) -> u64 {
        self.game_index
    }

    /// The rooms that this one continues, the newest first; at most
    /// [`MAX_ANCESTORS`].
    pub fn ancestors(&self) -> &[ClusterId] {
        &self.ancestors
    }

    /// The newest session of a player.
    pub fn session_of(&self, peer: &PeerId) -> Option<u64> {
        self.sessions.get(peer).map(|session| session.session)
    }

    /// What came of a command, if it is the last one of its player's that was
    /// applied.
    pub fn reply_to(&self, id: &CommandId) -> Option<Response> {
        let last = self.sessions.get(&id.peer_id)?;
        ((last.session, last.seq) == (id.session, id.seq)).then_some(last.reply)
    }

    /// That a player has given the last command of theirs that was applied.
    pub fn proof_of(&self, peer: &PeerId) -> Option<CommandProof> {
        let last = self.sessions.get(peer)?;
        let (digest, signature) = last.proof?;
        Some(CommandProof {
            session: last.session,
            seq: last.seq,
            digest,
            signature,
        })
    }

    /// Whether it goes on where another state of a room ended: no command that was
    /// decided there is undecided here.
    pub fn goes_on_from(&self, room: ClusterId, before: &Self) -> bool {
        let mut players = before.sessions.keys();
        self.ancestors.contains(&room)
            && players.all(|peer| self.newest(peer) >= before.newest(peer))
    }

    /// Whether no command that another state has applied is missing here, as far as
    /// each player's last one tells. Who is unknown may be forgotten where many came.
    pub fn has_applied_all(&self, before: &Self) -> bool {
        let forgets = self.sessions.len() >= MAX_SESSIONS;
        let mut players = before.sessions.keys();
        players.all(|peer| match self.newest(peer) {
            None => forgets,
            newest => newest >= before.newest(peer),
        })
    }

    /// A player's last command, by its start and its number.
    fn newest(&self, peer: &PeerId) -> Option<(u64, u64)> {
        let session = self.sessions.get(peer);
        session.map(|session| (session.session, session.seq))
    }

    /// What owners signed who sent somebody away.
    pub fn removals(&self) -> impl Iterator<Item = &GameCommand> {
        self.removals.values()
    }

    /// Whether a command, or a later one of the same player's, was applied.
    pub fn has_applied(&self, id: &CommandId) -> bool {
        self.newest(&id.peer_id) >= Some((id.session, id.seq))
    }

    /// A digest of all entries that were applied, in their order.
    pub fn history(&self) -> &History {
        &self.history
    }
}
