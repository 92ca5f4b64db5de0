//! The game: cooperative hangman, as a pure function of the actions in the log.
//!
//! Nothing here knows time, chance, disks or networks, and nothing iterates in
//! an order that could differ between nodes: the same actions give the same
//! [`Game`] everywhere. Whatever needs Unicode tables (case folding, splitting
//! into graphemes) happens before an action is proposed, in [`Letter::parse`]
//! and [`Secret::parse`].

mod action;
mod letter;
mod name;
pub mod pack;
mod peer_id;
mod round;
mod secret;

use std::collections::BTreeMap;

pub use action::{Action, Outcome, Rejection};
pub use letter::{Letter, NotALetter};
pub use name::{BadName, MAX_NAME_BYTES, MAX_NAME_CHARS, Name};
pub use peer_id::PeerId;
pub use round::{CHANCES, GuessMade, Phase, Round};
pub use secret::{BadSecret, Cell, MAX_SECRET_CELLS, Secret};

/// Someone who has, or had, a seat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Player {
    /// What the others see.
    pub name: Name,
}

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
    players: BTreeMap<PeerId, Player>,
    round: Option<Round>,
    given_up: Option<GivenUp>,
}

impl Game {
    /// Applies one action of a player.
    ///
    /// # Errors
    /// A [`Rejection`] leaves the game exactly as it was.
    pub fn apply(&mut self, by: PeerId, action: Action) -> Result<Outcome, Rejection> {
        match action {
            Action::Seat { name } => Ok(self.seat(by, name)),
            Action::Guess { letter, round } => self.guess(by, letter, round),
            Action::StartRound {
                pack,
                clue,
                secret,
                after_round,
            } => self.start_round(by, pack, clue, secret, after_round),
        }
    }

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
    ) -> Self {
        Self {
            players,
            round,
            given_up,
        }
    }

    /// Forgets a player who holds no seat any more. What they guessed stays.
    pub fn forget(&mut self, peer: &PeerId) {
        self.players.remove(peer);
    }

    fn seat(&mut self, by: PeerId, name: Name) -> Outcome {
        self.players.insert(by, Player { name });
        Outcome::Seated
    }

    fn guess(
        &mut self,
        by: PeerId,
        letter: Letter,
        expected: Option<u32>,
    ) -> Result<Outcome, Rejection> {
        if !self.players.contains_key(&by) {
            return Err(Rejection::NotSeated);
        }
        let round = self.round.as_mut().ok_or(Rejection::NoRound)?;
        if expected.is_some_and(|number| number != round.number()) {
            return Err(Rejection::RoundChanged);
        }
        round.guess(by, letter)
    }

    fn start_round(
        &mut self,
        by: PeerId,
        pack: String,
        clue: String,
        secret: Secret,
        expected: Option<u32>,
    ) -> Result<Outcome, Rejection> {
        if !self.players.contains_key(&by) {
            return Err(Rejection::NotSeated);
        }
        let newest = self.round.as_ref().map_or(0, Round::number);
        if expected.is_some_and(|number| number != newest) {
            return Err(Rejection::RoundChanged);
        }
        self.given_up = self
            .round
            .take()
            .filter(|round| round.phase() == Phase::Guessing)
            .map(|round| GivenUp {
                number: round.number(),
                secret: round.secret().text(),
                by,
            });
        self.round = Some(Round::new(newest.saturating_add(1), by, pack, clue, secret));
        Ok(Outcome::Started)
    }
}
