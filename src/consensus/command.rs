//! Commands of the players, and what comes of them.

use std::fmt;

use crate::game::{Action, Outcome, PeerId, Rejection};

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
