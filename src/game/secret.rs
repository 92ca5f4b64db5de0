//! What is to be found: graphemes, each hidden behind a letter or shown.

use unicode_segmentation::UnicodeSegmentation as _;

use super::Letter;

/// The longest secret, in graphemes: what the board can show on four lines.
pub const MAX_SECRET_CELLS: usize = 60;

/// The most bytes of one grapheme. The longest in use (flags and families of
/// emoji) stay below it.
const MAX_CELL_BYTES: usize = 40;

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
    /// Control characters.
    #[error("a secret has no control characters")]
    Control,
}

impl Secret {
    /// Splits a text into graphemes and folds its letters. Uses Unicode
    /// tables, so it is for the proposer only.
    ///
    /// # Errors
    /// See [`BadSecret`].
    pub fn parse(text: &str) -> Result<Self, BadSecret> {
        if text.len() > MAX_SECRET_CELLS * MAX_CELL_BYTES {
            return Err(BadSecret::TooLong);
        }
        if text.chars().any(char::is_control) {
            return Err(BadSecret::Control);
        }
        let cells = text
            .trim()
            .graphemes(true)
            .map(|grapheme| Cell {
                shown: grapheme.to_owned(),
                letter: grapheme.chars().next().and_then(Letter::fold),
            })
            .collect();
        Self::from_cells(cells)
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
            (&"x".repeat(61), BadSecret::TooLong),
            (&"x".repeat(100_000), BadSecret::TooLong),
        ];
        for (text, why) in table {
            assert_eq!(Secret::parse(text), Err(why));
        }
    }
}
