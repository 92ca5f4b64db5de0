//! What players say to each other: short texts and reactions.

use unicode_segmentation::UnicodeSegmentation as _;

use super::{PeerId, line};
use crate::coded_enum::coded_enum;

/// The longest text, in graphemes.
pub const MAX_TEXT_CHARS: usize = 200;

/// The longest text, in bytes: a grapheme can be arbitrarily long.
pub const MAX_TEXT_BYTES: usize = 1000;

/// How many lines are kept, the newest ones.
pub const MAX_LINES: usize = 200;

/// A text that can be shown on one line. Cannot be invalid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text(String);

/// Why a text was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadText {
    /// Nothing is left of it.
    #[error("write something first")]
    Empty,
    /// More than [`MAX_TEXT_CHARS`] or [`MAX_TEXT_BYTES`].
    #[error("a message has at most 200 characters")]
    TooLong,
    /// Control characters, or characters that change the direction of other text.
    #[error("a message has no control characters")]
    Control,
}

impl Text {
    /// Takes a text as typed; spaces around it are dropped. Uses Unicode
    /// tables, so it is for the proposer only.
    ///
    /// # Errors
    /// See [`BadText`].
    pub fn parse(text: &str) -> Result<Self, BadText> {
        let text = text.trim();
        if text.len() > MAX_TEXT_BYTES || text.graphemes(true).count() > MAX_TEXT_CHARS {
            return Err(BadText::TooLong);
        }
        if line::breaks_out(text) {
            return Err(BadText::Control);
        }
        if line::is_blank(text) {
            return Err(BadText::Empty);
        }
        Self::from_log(text)
    }

    /// Takes a text that went through [`Text::parse`] on another node.
    ///
    /// # Errors
    /// If it is empty or longer than [`MAX_TEXT_BYTES`].
    pub fn from_log(text: &str) -> Result<Self, BadText> {
        match text.len() {
            0 => Err(BadText::Empty),
            1..=MAX_TEXT_BYTES => Ok(Self(text.to_owned())),
            _ => Err(BadText::TooLong),
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

coded_enum! {
    /// A reaction: a small picture instead of words.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum Reaction {
        /// Hooray.
        Cheer = "cheer",
        /// Ha ha.
        Laugh = "laugh",
        /// Oh!
        Gasp = "gasp",
        /// Hm.
        Think = "think",
        /// Oh no.
        Sad = "sad",
        /// Lovely.
        Heart = "heart",
    }
}

/// What somebody said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// In words.
    Text(Text),
    /// Without.
    Reaction(Reaction),
}

/// One line of the talk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChatLine {
    /// Counts a room's lines from 1.
    pub number: u64,
    /// Who said it.
    pub by: PeerId,
    /// What.
    pub said: Said,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_and_refuses() {
        let table = [
            ("hello", Ok("hello")),
            ("  مرحبا 🐉 ", Ok("مرحبا 🐉")),
            ("", Err(BadText::Empty)),
            (" \t ", Err(BadText::Empty)),
            ("\u{200b}\u{2800}", Err(BadText::Empty)),
            ("a\nb", Err(BadText::Control)),
            ("\u{202e}evil", Err(BadText::Control)),
            (&"x".repeat(200), Ok("x")),
            (&"x".repeat(201), Err(BadText::TooLong)),
            (
                &format!("e{}", "\u{301}".repeat(600)),
                Err(BadText::TooLong),
            ),
        ];
        for (text, want) in table {
            let got = Text::parse(text);
            let start = got
                .as_ref()
                .map(|t| &t.as_str()[..want.map_or(0, str::len)]);
            assert_eq!(start.map_err(|bad| *bad), want, "{text}");
        }
    }
}
