//! Everything that can happen in a game, and what can come of it.

use super::{Letter, Name, Secret};

/// What a player does. The only way to change a [`Game`](super::Game).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Takes a seat, or changes the name on it.
    Seat {
        /// The name the others see.
        name: Name,
    },
    /// Guesses a letter.
    Guess {
        /// The folded letter.
        letter: Letter,
        /// If set, the guess counts in this round only: a click that was meant
        /// for a round that is over must not cost a chance in the next.
        round: Option<u32>,
    },
    /// Starts the next round, giving up the one that may be on.
    StartRound {
        /// The id of the word pack.
        pack: String,
        /// Shown from the start; may be empty.
        clue: String,
        /// What is to be found.
        secret: Secret,
        /// If set, refused unless this is still the newest round (0: none yet):
        /// two players who press "next round" at once get one round.
        after_round: Option<u32>,
    },
}

/// What an applied action did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The letter is in the secret.
    Hit,
    /// It is not, and cost a chance.
    Miss,
    /// The letter was guessed before in this round; it costs nothing.
    Repeat,
    /// A new round began.
    Started,
    /// The player has a seat.
    Seated,
}

/// Why an action changed nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// Not something that can be guessed.
    #[error("guess one letter")]
    NotALetter,
    /// No round has been started yet.
    #[error("no round is on; start one")]
    NoRound,
    /// The round is won or lost.
    #[error("this round is over; start the next one")]
    RoundOver,
    /// It was meant for another round than the one that is on.
    #[error("another round has begun meanwhile")]
    RoundChanged,
    /// The secret cannot be played.
    #[error("this secret cannot be played")]
    BadSecret,
    /// The name cannot be shown.
    #[error("this name cannot be used")]
    BadName,
    /// The player never took a seat here.
    #[error("take a seat first")]
    NotSeated,
    /// The command is from an older session of this player.
    #[error("this seat was taken over by a newer start of the program")]
    Stale,
}

impl Outcome {
    /// Whether the game is another than before.
    pub fn changes_game(self) -> bool {
        self != Self::Repeat
    }

    /// The word for it in the headless interface.
    pub fn code(self) -> &'static str {
        match self {
            Self::Hit => "hit",
            Self::Miss => "miss",
            Self::Repeat => "repeat",
            Self::Started => "started",
            Self::Seated => "seated",
        }
    }
}

impl Rejection {
    /// The word for it in the headless interface.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotALetter => "not_a_letter",
            Self::NoRound => "no_round",
            Self::RoundOver => "round_over",
            Self::RoundChanged => "round_changed",
            Self::BadSecret => "bad_secret",
            Self::BadName => "bad_name",
            Self::NotSeated => "not_seated",
            Self::Stale => "stale",
        }
    }
}
