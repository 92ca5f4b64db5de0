//! What is to be found: graphemes, each hidden behind a letter or shown.

use unicode_segmentation::UnicodeSegmentation as _;

use super::{Alphabet, Letter, line};

/// The longest secret, in graphemes: what the board can show on four lines.
pub const MAX_SECRET_CELLS: usize = 60;

/// The most bytes of one grapheme. The longest in use (flags and families of
/// emoji) stay below it.
const MAX_CELL_BYTES: usize = 40;

/// The longest secret, in bytes.
pub const MAX_SECRET_BYTES: usize = MAX_SECRET_CELLS * MAX_CELL_BYTES;

/// Whether a text can be a cell: one grapheme that stays in its place.
pub(super) fn is_cell(shown: &str) -> bool {
    shown.len() <= MAX_CELL_BYTES && shown.graphemes(true).count() == 1 && !line::breaks_out(shown)
}

/// One grapheme of a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// How it is written.
    pub shown: String,
    /// The letter that reveals it; `None` if it is shown from the start
    /// (spaces, hyphens, apostrophes, digits, anything that is no letter).
    pub letter: Option<Letter>,
}

/// A secret that can be played: at least one letter, not too long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret(Vec<Cell>);

/// Why a text cannot be a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSecret {
    /// Nothing to guess in it.
    #[error("a secret needs at least one letter")]
    NoLetter,
    /// More than [`MAX_SECRET_CELLS`] graphemes, or a grapheme without end.
    #[error("a secret has at most 60 characters")]
    TooLong,
    /// Control characters, or characters that change the direction of other text.
    #[error("a secret has no control characters")]
    Control,
    /// A letter of another alphabet.
    #[error("`{0}` is not in the alphabet of this language")]
    NotInAlphabet(char),
}

impl Secret {
    /// Splits a text into graphemes and folds its letters. Uses Unicode
    /// tables, so it is for the proposer only.
    ///
    /// # Errors
    /// See [`BadSecret`].
    pub fn parse(text: &str) -> Result<Self, BadSecret> {
        Self::split(text, |first| Ok(Letter::fold(first)))
    }

    /// The same, with the letters of an alphabet.
    ///
    /// # Errors
    /// See [`BadSecret`].
    pub fn parse_in(text: &str, alphabet: &Alphabet) -> Result<Self, BadSecret> {
        Self::split(text, |first| match alphabet.letter(first) {
            None if first.is_alphabetic() => Err(BadSecret::NotInAlphabet(first)),
            letter => Ok(letter),
        })
    }

    fn split(
        text: &str,
        letter_of: impl Fn(char) -> Result<Option<Letter>, BadSecret>,
    ) -> Result<Self, BadSecret> {
        if text.len() > MAX_SECRET_BYTES {
            return Err(BadSecret::TooLong);
        }
        if line::breaks_out(text) {
            return Err(BadSecret::Control);
        }
        let cell = |grapheme: &str| {
            let first = grapheme.chars().next();
            Ok(Cell {
                shown: grapheme.to_owned(),
                letter: first.map(&letter_of).transpose()?.flatten(),
            })
        };
        let cells: Result<_, BadSecret> = text.trim().graphemes(true).map(cell).collect();
        Self::from_cells(cells?)
    }

    /// Takes a secret that another node split.
    ///
    /// # Errors
    /// See [`BadSecret`].
    pub fn from_cells(cells: Vec<Cell>) -> Result<Self, BadSecret> {
        if cells.len() > MAX_SECRET_CELLS
            || cells.iter().any(|cell| cell.shown.len() > MAX_CELL_BYTES)
        {
            return Err(BadSecret::TooLong);
        }
        if cells.iter().all(|cell| cell.letter.is_none()) {
            return Err(BadSecret::NoLetter);
        }
        Ok(Self(cells))
    }

    /// Its graphemes in order.
    pub fn cells(&self) -> &[Cell] {
        &self.0
    }

    /// Whether the letter occurs in it.
    pub fn contains(&self, letter: Letter) -> bool {
        self.0.iter().any(|cell| cell.letter == Some(letter))
    }

    /// Its letters in order, each as often as it occurs.
    pub fn letters(&self) -> impl Iterator<Item = Letter> + '_ {
        self.0.iter().filter_map(|cell| cell.letter)
    }

    /// Where a letter stands: a bit for each cell.
    pub fn cells_of(&self, letter: Letter) -> u64 {
        self.cells_that(|cell| cell.letter == Some(letter))
    }

    /// Where letters stand: a bit for each cell.
    pub fn letter_cells(&self) -> u64 {
        self.cells_that(|cell| cell.letter.is_some())
    }

    /// A letter that is not among the `open` cells; `luck` says which. `None`
    /// if there is none.
    pub fn hint(&self, open: u64, luck: u64) -> Option<Letter> {
        let hidden = self
            .0
            .iter()
            .enumerate()
            .filter(|(i, _)| open & (1 << i) == 0);
        let hidden: Vec<Letter> = hidden.filter_map(|(_, cell)| cell.letter).collect();
        let count = u64::try_from(hidden.len())
            .ok()
            .filter(|count| *count > 0)?;
        usize::try_from(luck % count).ok().map(|nth| hidden[nth])
    }

    fn cells_that(&self, is_meant: impl Fn(&Cell) -> bool) -> u64 {
        let cells = self.0.iter().enumerate().filter(|(_, cell)| is_meant(cell));
        cells.fold(0, |bits, (i, _)| bits | 1 << i)
    }

    /// The secret as it is written.
    pub fn text(&self) -> String {
        self.0.iter().map(|cell| cell.shown.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hidden(text: &str) -> String {
        Secret::parse(text)
            .expect("a valid secret")
            .cells()
            .iter()
            .map(|cell| {
                if cell.letter.is_some() {
                    "_"
                } else {
                    &cell.shown
                }
            })
            .collect()
    }

    #[test]
    fn shows_what_is_no_letter() {
        let table = [
            ("kanna kamui", "_____ _____"),
            ("Jack-o'-lantern", "____-_'-_______"),
            ("R2 D2", "_2 _2"),
            ("café", "____"),
            ("cafe\u{301}", "____"),
        ];
        for (text, mask) in table {
            assert_eq!(hidden(text), mask, "{text}");
        }
    }

    #[test]
    fn refuses() {
        let table = [
            ("", BadSecret::NoLetter),
            ("  - ' ", BadSecret::NoLetter),
            ("a\tb", BadSecret::Control),
            ("a\u{202e}b", BadSecret::Control),
            ("\u{3164}\u{115f}", BadSecret::NoLetter),
            (&"x".repeat(61), BadSecret::TooLong),
            (&"x".repeat(100_000), BadSecret::TooLong),
        ];
        for (text, why) in table {
            assert_eq!(Secret::parse(text), Err(why));
        }
    }
}
