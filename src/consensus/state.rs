//! What the log amounts to: the game, and whose commands were applied.
//!
//! Pure, like the game: the same entries give the same state on every node.

use std::collections::BTreeMap;

use super::{cluster_id::ClusterId, command::Response};
use crate::game::{Game, PeerId};

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
