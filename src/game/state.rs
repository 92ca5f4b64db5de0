//! The whole state of the game in a room.

use std::collections::BTreeMap;

use super::{PeerId, Phase, Player, Round, Table};

/// A round that was replaced before it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenUp {
    /// Its number.
    pub number: u32,
    /// What it was about: told, since nobody can find it any more.
    pub secret: String,
    /// Who started the next one.
    pub by: PeerId,
}

/// The whole state of the game in a room.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Game {
    pub(super) players: BTreeMap<PeerId, Player>,
    pub(super) round: Option<Round>,
    pub(super) given_up: Option<GivenUp>,
    pub(super) table: Table,
}

impl Game {
    /// The newest round, running or over; `None` before the first.
    pub fn round(&self) -> Option<&Round> {
        self.round.as_ref()
    }

    /// The round that the newest one replaced, if it was still on.
    pub fn given_up(&self) -> Option<&GivenUp> {
        self.given_up.as_ref()
    }

    /// Everyone who has, or had, a seat, in a fixed order.
    pub fn players(&self) -> &BTreeMap<PeerId, Player> {
        &self.players
    }

    /// What is kept besides the players and the round.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// A player's name, or a placeholder for one that was forgotten.
    pub fn name_of(&self, peer: &PeerId) -> &str {
        self.players
            .get(peer)
            .map_or("someone", |player| player.name.as_str())
    }

    /// Where the game stands.
    pub fn phase(&self) -> Phase {
        self.round.as_ref().map_or(Phase::Lobby, Round::phase)
    }

    /// Puts a stored game together again. The caller vouches that it came from
    /// [`Game::apply`].
    pub fn restore(
        players: BTreeMap<PeerId, Player>,
        round: Option<Round>,
        given_up: Option<GivenUp>,
        table: Table,
    ) -> Self {
        Self {
            players,
            round,
            given_up,
            table,
        }
    }
}
