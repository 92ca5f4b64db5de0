//! What a round waits for.

use super::{Mode, Phase, Round};

/// What a round waits for, within a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// For a guess of the player whose turn it is.
    Turn,
    /// For a secret.
    Setting,
    /// For the setter's program, to answer or to show the secret.
    Answer,
}

impl Wait {
    /// What this round waits for; `None` if it may take its time.
    pub fn of(round: &Round) -> Option<Self> {
        match round.phase() {
            Phase::Setting => Some(Self::Setting),
            Phase::Revealing => Some(Self::Answer),
            Phase::Guessing if round.asked().next().is_some() => Some(Self::Answer),
            Phase::Guessing if round.frame().mode == Mode::Turns => Some(Self::Turn),
            _ => None,
        }
    }
}
