//! What the log carries.

use std::fmt;

use super::{ClusterId, GameCommand, RoomState};
use crate::game::Observation;

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
