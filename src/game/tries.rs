//! What can be tried at a secret, and what comes of it.

use super::{Alphabet, Letter, MAX_SECRET_CELLS, PeerId, Secret, line};

/// The longest guess at a whole secret, in bytes: it is kept with the round, and
/// most graphemes have one to four.
const MAX_SHOWN_BYTES: usize = 4 * MAX_SECRET_CELLS;

/// A guess at the whole secret. Only its letters count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whole {
    shown: String,
    letters: Vec<Letter>,
}

/// What was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tried {
    /// A letter.
    Letter(Letter),
    /// A letter that was asked for.
    Hint {
        /// Which was shown.
        letter: Letter,
        /// Whether it cost a chance.
        paid: bool,
    },
    /// The whole secret.
    Whole(Whole),
}

/// A try that counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuessMade {
    /// What was tried.
    pub tried: Tried,
    /// By whom.
    pub by: PeerId,
    /// The cells it uncovered, a bit each.
    pub cells: u64,
    /// The log index of the entry that brought it.
    pub index: u64,
}

impl Whole {
    /// Takes what a player typed; without an alphabet, each letter is one of
    /// its own. Uses Unicode tables, so it is for the proposer only. `None` if
    /// it cannot be guessed.
    pub fn parse(text: &str, alphabet: Option<&Alphabet>) -> Option<Self> {
        let shown = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if line::breaks_out(&shown) {
            return None;
        }
        let secret = match alphabet {
            Some(alphabet) => Secret::parse_in(&shown, alphabet),
            None => Secret::parse(&shown),
        };
        let letters = secret.ok()?.letters().collect();
        Self::from_parts(shown, letters)
    }

    /// Takes what another node read; `None` if it is out of bounds.
    pub fn from_parts(shown: String, letters: Vec<Letter>) -> Option<Self> {
        let fits = shown.len() <= MAX_SHOWN_BYTES && letters.len() <= MAX_SECRET_CELLS;
        (fits && !letters.is_empty()).then_some(Self { shown, letters })
    }

    /// As it was typed.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// What counts of it.
    pub fn letters(&self) -> &[Letter] {
        &self.letters
    }
}

impl Tried {
    /// The cells of a secret that this uncovers, where `open` are uncovered
    /// already.
    pub fn uncovers(&self, secret: &Secret, open: u64) -> u64 {
        let cells = match self {
            Self::Letter(letter) | Self::Hint { letter, .. } => secret.cells_of(*letter),
            Self::Whole(whole) if secret.letters().eq(whole.letters.iter().copied()) => {
                secret.letter_cells()
            }
            Self::Whole(_) => 0,
        };
        cells & !open
    }

    /// The letter that is known after it.
    pub fn letter(&self) -> Option<Letter> {
        match self {
            Self::Letter(letter) | Self::Hint { letter, .. } => Some(*letter),
            Self::Whole(_) => None,
        }
    }
}

impl GuessMade {
    /// Whether it uncovered anything.
    pub fn is_hit(&self) -> bool {
        self.cells != 0
    }

    /// Whether it cost a chance.
    pub fn costs(&self) -> bool {
        match self.tried {
            Tried::Hint { paid, .. } => paid,
            Tried::Letter(_) | Tried::Whole(_) => !self.is_hit(),
        }
    }

    /// What it is worth: a point for each letter that it uncovered, two if the
    /// whole secret was named; none for a hint.
    pub fn points(&self) -> u32 {
        match self.tried {
            Tried::Letter(_) => self.cells.count_ones(),
            Tried::Whole(_) => 2 * self.cells.count_ones(),
            Tried::Hint { .. } => 0,
        }
    }

    /// The letter that is known after it.
    pub fn letter(&self) -> Option<Letter> {
        self.tried.letter()
    }
}
