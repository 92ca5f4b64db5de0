//! What the log carries: commands of the players, and where a continued game
//! came from.

use std::fmt;

use super::{ClusterId, RoomState};
use crate::game::{Action, Notice, Outcome, PeerId, Rejection};

/// Names one command of one process for ever, so that a retry is recognised,
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
pub struct Command {
    /// For deduplication.
    pub id: CommandId,
    /// Whether this command begins the session. Only [`Action::Seat`] may.
    pub opens_session: bool,
    /// What to do.
    pub action: Action,
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
    Command(Command),
    /// What the leader notices.
    Notice(Notice),
    /// The game of another room goes on here.
    Genesis(Box<Genesis>),
}

/// What came of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The entry that brought it; for a repeated command, the first one.
    pub index: u64,
    /// What happened. `None` answers entries that carry no command.
    pub result: Option<Result<Outcome, Rejection>>,
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The secret of a round stays out of the log files.
        let (action, by) = (self.action.word(), self.id.peer_id.short());
        write!(f, "{action} by {by} #{}", self.id.seq)
    }
}

impl fmt::Display for Proposal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Command(command) => command.fmt(f),
            Self::Notice(notice) => write!(f, "{notice:?}"),
            Self::Genesis(genesis) => write!(f, "continues {}", genesis.parent),
        }
    }
}
