//! The game: hangman, as a pure function of the actions in the log.
//!
//! Nothing here knows time, chance, disks or networks, and nothing iterates in
//! an order that could differ between nodes: the same actions give the same
//! [`Game`] everywhere. Whatever needs Unicode tables (case folding, splitting
//! into graphemes) happens before an action is proposed, in the `parse`
//! functions. Time, and who is here, come as [`Observation`]s in the log.

mod action;
mod alphabet;
mod apply;
mod line;
mod looks;
mod mask;
mod match_play;
mod name;
mod outcome;
pub mod pack;
mod play;
mod round;
mod sealed;
mod secret;
mod settings;
mod state;
mod talk;
mod tries;
mod typed;

pub use action::{Action, Observation};
pub use alphabet::{Alphabet, BadAlphabet, Letter, MAX_LETTERS, NotALetter, upper};
pub use apply::Wait;
pub use line::{safe_json, safe_text, short_text};
pub use looks::{Names, looks_like};
pub use name::{BadName, MAX_NAME_BYTES, MAX_NAME_CHARS, Name, PeerId, shown, shown_version};
pub use outcome::{Outcome, Rejection};
pub use round::{CHANCES, Content, Frame, MAX_GUESSES, Phase, Round, SHORT, Void};
pub use sealed::{Asked, MAX_ASKED, Question, Salt, Sealed, answer, seal, shape_of};
pub use secret::{BadSecret, Cell, MAX_SECRET_BYTES, MAX_SECRET_CELLS, Secret};
pub use settings::{
    Difficulty, FIRST_RULES, MAX_PACK_ID_BYTES, MAX_ROUNDS, Mode, Settings, TURN_SECONDS,
};
pub use state::{
    AnswerToAll, Deal, Door, Game, GivenUp, MAX_HISTORY, MAX_KNOCKS, MAX_LISTED, MAX_PLAYERS,
    Match, Player, Rank, Table,
};
pub use talk::{
    BadText, ChatLine, MAX_LINES, MAX_TEXT_BYTES, MAX_TEXT_CHARS, Reaction, Said, Text,
};
pub use tries::{GuessMade, Tried, Whole};
pub use typed::NotTyped;
