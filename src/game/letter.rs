//! A letter that can be guessed, folded so that case does not matter.

use std::fmt;

/// One folded letter. Cannot be invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Letter(char);

/// What was given is not one letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("guess one letter")]
pub struct NotALetter;

impl Letter {
    /// Folds what a player typed. Uses Unicode tables, so it is for the
    /// proposer only.
    ///
    /// # Errors
    /// Anything but exactly one alphabetic character.
    pub fn parse(text: &str) -> Result<Self, NotALetter> {
        let mut chars = text.chars();
        match (chars.next(), chars.next()) {
            (Some(only), None) => Self::fold(only).ok_or(NotALetter),
            _ => Err(NotALetter),
        }
    }

    /// As it stands on a key.
    #[must_use]
    pub fn upper(self) -> String {
        upper(&self.to_string())
    }

    /// The letter that a character counts as; `None` if it is no letter.
    pub(super) fn fold(c: char) -> Option<Self> {
        if !c.is_alphabetic() {
            return None;
        }
        let mut lower = c.to_lowercase();
        match (lower.next(), lower.next()) {
            (Some(folded), None) => Some(Self(folded)),
            // İ and its like fold to more than one character.
            _ => Some(Self(c)),
        }
    }

    /// Takes a letter that another node folded. No table is asked, so nodes of
    /// different Unicode versions agree; what matches no cell is a miss.
    pub fn from_folded(c: char) -> Self {
        Self(c)
    }

    /// The folded character.
    pub fn as_char(self) -> char {
        self.0
    }
}

impl fmt::Display for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// In large letters, one for each: ß is ẞ here, for S is a letter of its own.
#[must_use]
pub fn upper(text: &str) -> String {
    text.replace('ß', "ẞ").to_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_and_refuses() {
        let table = [
            ("k", Some('k')),
            ("K", Some('k')),
            ("É", Some('é')),
            ("ß", Some('ß')),
            ("", None),
            ("ab", None),
            ("7", None),
            (" ", None),
            ("-", None),
            ("🐉", None),
            ("\u{0301}", None),
            ("\u{202e}", None),
        ];
        for (typed, want) in table {
            assert_eq!(
                Letter::parse(typed).ok().map(Letter::as_char),
                want,
                "{typed:?}"
            );
        }
    }

    #[test]
    fn a_large_letter_is_one() {
        assert_eq!(upper("straße"), "STRAẞE");
        assert_eq!(upper("ǆ é ї"), "Ǆ É Ї");
    }
}
