//! A match: rounds in a row, points, and a ranking. How points are given is
//! written down in `docs/RULES.md`.

use std::sync::Arc;

use super::{Alphabet, Mode, PeerId, Secret};

/// A secret that waits for its round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deal {
    /// Shown from the start.
    pub clue: String,
    /// What is to be found.
    pub secret: Secret,
}

/// The rounds that are played for one ranking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// Counts the matches of a room from 1.
    pub number: u32,
    /// Who guesses.
    pub mode: Mode,
    /// How many rounds it has.
    pub rounds: u8,
    /// How many have begun.
    pub begun: u8,
    /// Whether it is over.
    pub over: bool,
    /// The id of the word pack.
    pub pack: String,
    /// What can be guessed.
    pub alphabet: Arc<Alphabet>,
    /// The secrets of all rounds; none in [`Mode::Setter`].
    pub deck: Arc<[Deal]>,
    /// Who set the last secret, as counted by [`Player::joined`](super::Player).
    pub last_setter: u32,
}

/// One row of the ranking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rank {
    /// From 1; players of the same score share one.
    pub place: u32,
    /// Who.
    pub peer: PeerId,
    /// Points, with those of the round that is on.
    pub score: u32,
}
