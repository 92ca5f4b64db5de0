//! Who a player is, forever; and the names of players and rooms: what strangers on
//! the network may make others see.

use std::fmt;

use unicode_normalization::{UnicodeNormalization as _, char::decompose_compatible};
use unicode_segmentation::UnicodeSegmentation as _;

use super::line::{self, Unfit};
use crate::hex_id::hex_id;

hex_id! {
    /// SHA-256 of a profile's TLS public key (SPKI).
    pub struct PeerId(32);
    BadPeerId: "a peer id is 64 hexadecimal digits"
}

impl PeerId {
    /// The first four digits: enough to tell apart two players of one name.
    pub fn short(&self) -> String {
        self.to_string()[..4].to_owned()
    }
}

/// The longest name, in graphemes: what fits a player's row in the window.
pub const MAX_NAME_CHARS: usize = 24;

/// The longest name, in bytes: a grapheme can be arbitrarily long, an mDNS
/// TXT entry cannot (255 bytes, RFC 6763 §6.1).
pub const MAX_NAME_BYTES: usize = 120;

/// A name that can be shown on one line. Cannot be invalid.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

/// Why a name was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadName {
    /// Nothing is left of it.
    #[error("a name needs at least one visible character")]
    Empty,
    /// More than [`MAX_NAME_CHARS`] or [`MAX_NAME_BYTES`].
    #[error("a name has at most 24 characters")]
    TooLong,
    /// Control characters, or characters that change the direction of other text.
    #[error("a name has no control characters")]
    Control,
    /// Characters that draw nothing, where they join nothing.
    #[error("a name has no invisible characters")]
    Hidden,
    /// Marks that pile up, or stand on nothing.
    #[error("a letter of a name has at most two marks")]
    Marks,
}

impl Name {
    /// Takes a name as typed or received. Spaces around it are dropped, several
    /// inside are one, and of the ways to write a character it has the usual one
    /// (NFKC): the wide Ｐ１ is P1.
    ///
    /// # Errors
    /// See [`BadName`]. Emoji and right-to-left text are welcome; only the
    /// characters that would reorder the text next to them are not.
    pub fn parse(text: &str) -> Result<Self, BadName> {
        // Before trimming: a megabyte of spaces costs nothing to refuse.
        if text.len() > 4 * MAX_NAME_BYTES {
            return Err(BadName::TooLong);
        }
        // Before spaces are dropped: a line end is one, too.
        if line::breaks_out(text.trim()) {
            return Err(BadName::Control);
        }
        let text: String = usual(text);
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if line::is_blank(&text) {
            return Err(BadName::Empty);
        }
        if text.len() > MAX_NAME_BYTES || text.graphemes(true).count() > MAX_NAME_CHARS {
            return Err(BadName::TooLong);
        }
        line::check(&text).map_err(|unfit| match unfit {
            Unfit::Control => BadName::Control,
            Unfit::Hidden => BadName::Hidden,
            Unfit::Marks => BadName::Marks,
        })?;
        Ok(Self(text))
    }

    /// Takes a name that went through [`Name::parse`] on another node, asking
    /// no Unicode table, so that all nodes decide alike.
    ///
    /// # Errors
    /// If it is empty or longer than [`MAX_NAME_BYTES`].
    pub fn from_log(text: &str) -> Result<Self, BadName> {
        match text.len() {
            0 => Err(BadName::Empty),
            1..=MAX_NAME_BYTES => Ok(Self(text.to_owned())),
            _ => Err(BadName::TooLong),
        }
    }

    /// A name for someone whose name is not known.
    pub fn placeholder() -> Self {
        Self("someone".to_owned())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text in NFKC, but for signs that have a place of their own, such as ´: they
/// would become a space with a mark on it.
pub(super) fn usual(text: &str) -> String {
    let mut usual = String::with_capacity(text.len());
    for c in text.chars() {
        let start = usual.len();
        decompose_compatible(c, |part| usual.push(part));
        if usual[start..].starts_with(' ') {
            usual.truncate(start);
            usual.push(if c.is_whitespace() { ' ' } else { c });
        }
    }
    usual.nfc().collect()
}

/// The bidirectional overrides, embeddings and isolates (UAX #9), and the line
/// and paragraph separators.
pub(super) fn reorders(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

/// What a stranger says, on one line of at most so many characters, and without what
/// would change the text around it.
pub fn shown(text: &str, max: usize) -> String {
    let directs = |c| reorders(c) || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}');
    text.chars()
        .map(|c| {
            if c.is_whitespace() && c.is_control() {
                ' '
            } else {
                c
            }
        })
        .filter(|c| !c.is_control() && !directs(*c))
        .take(max)
        .collect()
}

/// Which version of the program a stranger says to run.
pub fn shown_version(text: &str) -> String {
    text.chars()
        .filter(char::is_ascii_graphic)
        .take(20)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_and_refuses() {
        let ten_kb = "x".repeat(10_000);
        let many_marks = format!("e{}", "\u{301}".repeat(200));
        let table: [(&str, Result<&str, BadName>); 25] = [
            ("P1", Ok("P1")),
            ("  Ada  ", Ok("Ada")),
            ("🐉 Kanna 🐉", Ok("🐉 Kanna 🐉")),
            ("دانية", Ok("دانية")),
            ("👩‍👩‍👧", Ok("👩‍👩‍👧")),
            ("", Err(BadName::Empty)),
            ("   ", Err(BadName::Empty)),
            ("\u{200b}\u{feff}", Err(BadName::Empty)),
            ("a\nb", Err(BadName::Control)),
            ("\u{1b}[31mred", Err(BadName::Control)),
            ("evil\u{202e}txt", Err(BadName::Control)),
            (&ten_kb, Err(BadName::TooLong)),
            (&many_marks, Err(BadName::TooLong)),
            ("Ｐ１", Ok("P1")),
            ("e\u{301}\u{323}", Ok("ẹ\u{301}")),
            ("Ada \u{3000}\u{a0} L.", Ok("Ada L.")),
            ("D´Artagnan ™", Ok("D´Artagnan TM")),
            ("می‌خواهم", Ok("می‌خواهم")),
            ("P1\u{200b}", Err(BadName::Hidden)),
            ("P\u{ad}1", Err(BadName::Hidden)),
            ("P1\u{200f}", Err(BadName::Control)),
            ("\u{2800}", Err(BadName::Empty)),
            ("\u{115f} \u{3164}\u{ffa0}\u{fe0f}", Err(BadName::Empty)),
            ("e\u{301}\u{302}\u{303}\u{304}", Err(BadName::Marks)),
            ("\u{301}a", Err(BadName::Marks)),
        ];
        for (text, want) in table {
            let got = Name::parse(text);
            assert_eq!(got.as_ref().map(Name::as_str), want.as_ref().copied());
            if let Ok(name) = got {
                assert_eq!(Name::parse(name.as_str()), Ok(name), "parsed twice");
            }
        }
    }
}
