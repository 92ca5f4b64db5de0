//! What the log carries, and what it amounts to: the game, and whose commands were
//! applied.
//!
//! Pure, like the game: the same entries give the same state on every node.

use std::{collections::BTreeMap, fmt};

use crate::{
    game::{Action, Game, Observation, Outcome, PeerId, Rejection},
    hex_id::hex_id,
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

/// Names one command of one process forever, so that a retry is recognised,
/// across leaders too (Raft §8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommandId {
    /// Whose command.
    pub peer_id: PeerId,
    /// A random number of the process's start.
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

/// The newest session of a player, and its last command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    /// The process's random number.
    pub session: u64,
    /// Its last command that was applied.
    pub seq: u64,
    /// What came of it, for a retry.
    pub reply: Response,
}

/// The replicated state of a room.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoomState {
    pub(super) game: Game,
    pub(super) game_index: u64,
    pub(super) sessions: BTreeMap<PeerId, Session>,
    pub(super) ancestors: Vec<ClusterId>,
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
}
