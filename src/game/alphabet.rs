//! The letters that can be guessed, folded so that case does not matter; those of a
//! language, and what counts as which.

use std::{collections::BTreeMap, fmt};

use super::line::is_hidden;

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
        // The fillers of Hangul count as letters, and draw nothing.
        if !c.is_alphabetic() || is_hidden(c) {
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

/// The most letters of an alphabet: the longest in use have about 50.
pub const MAX_LETTERS: usize = 80;

/// The letters of a language in its own order, and the characters that count
/// as one of them: é as e in French, while é is a letter of its own in Czech.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Alphabet {
    letters: Vec<Letter>,
    counts: BTreeMap<char, Letter>,
}

/// Why an alphabet was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadAlphabet {
    /// Not a list of letters without repetition.
    #[error("an alphabet is a row of different letters without spaces")]
    Letters,
    /// Not `x=y` with `y` in the alphabet and `x` outside of it.
    #[error("`counts:` lists pairs such as `é=e`, the second one a letter of the alphabet")]
    Counts,
    /// More than [`MAX_LETTERS`] letters, or as many pairs.
    #[error("an alphabet has at most 80 letters")]
    TooLong,
}

/// What is known of a language without a pack's help: its tag, its letters, and
/// what counts as which. Letters that occur in loan words only are included,
/// since secrets may be such.
const LANGUAGES: [(&str, &str, &str); 9] = [
    (
        "en",
        "abcdefghijklmnopqrstuvwxyz",
        "à=a â=a ç=c è=e é=e ê=e ï=i ñ=n ö=o ü=u",
    ),
    ("de", "abcdefghijklmnopqrstuvwxyzäöüß", "à=a é=e è=e"),
    (
        "es",
        "abcdefghijklmnñopqrstuvwxyz",
        "á=a é=e í=i ó=o ú=u ü=u",
    ),
    (
        "fr",
        "abcdefghijklmnopqrstuvwxyz",
        "à=a â=a ç=c é=e è=e ê=e ë=e î=i ï=i ô=o ù=u û=u ü=u ÿ=y",
    ),
    (
        "it",
        "abcdefghijklmnopqrstuvwxyz",
        "à=a è=e é=e ì=i ò=o ù=u",
    ),
    (
        "pt",
        "abcdefghijklmnopqrstuvwxyz",
        "á=a à=a â=a ã=a ç=c é=e ê=e í=i ó=o ô=o õ=o ú=u ü=u",
    ),
    ("pl", "aąbcćdeęfghijklłmnńoópqrsśtuvwxyzźż", ""),
    ("sv", "abcdefghijklmnopqrstuvwxyzåäö", "à=a é=e"),
    ("uk", "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя", ""),
];

impl Alphabet {
    /// Reads a row of letters and a list of pairs. Uses Unicode tables, so it is
    /// for the proposer only.
    ///
    /// # Errors
    /// See [`BadAlphabet`].
    pub fn parse(letters: &str, counts: &str) -> Result<Self, BadAlphabet> {
        let mut row = Vec::new();
        for c in letters.chars() {
            let letter = Letter::fold(c).ok_or(BadAlphabet::Letters)?;
            if letter.as_char() != c || row.contains(&letter) {
                return Err(BadAlphabet::Letters);
            }
            row.push(letter);
        }
        let mut pairs = BTreeMap::new();
        for pair in counts.split_whitespace() {
            let (from, to) = pair.split_once('=').ok_or(BadAlphabet::Counts)?;
            let from = Letter::parse(from).map_err(|_bad| BadAlphabet::Counts)?;
            let to = Letter::parse(to).map_err(|_bad| BadAlphabet::Counts)?;
            pairs.insert(from.as_char(), to);
        }
        Self::from_parts(row, pairs)
    }

    /// Takes an alphabet that another node read.
    ///
    /// # Errors
    /// See [`BadAlphabet`].
    pub fn from_parts(
        letters: Vec<Letter>,
        counts: BTreeMap<char, Letter>,
    ) -> Result<Self, BadAlphabet> {
        if letters.len() > MAX_LETTERS || counts.len() > MAX_LETTERS {
            return Err(BadAlphabet::TooLong);
        }
        if letters.is_empty() {
            return Err(BadAlphabet::Letters);
        }
        let is_letter = |letter: &Letter| letters.contains(letter);
        let fits =
            |(from, to): (&char, &Letter)| is_letter(to) && !is_letter(&Letter::from_folded(*from));
        if !counts.iter().all(fits) {
            return Err(BadAlphabet::Counts);
        }
        Ok(Self { letters, counts })
    }

    /// The alphabet of a language, by its BCP 47 tag; `None` if it is not known
    /// here.
    pub fn of_language(tag: &str) -> Option<Self> {
        let language = tag.split('-').next()?;
        let (_, letters, counts) = LANGUAGES.iter().find(|(tag, ..)| *tag == language)?;
        Self::parse(letters, counts).ok()
    }

    /// The letter that a character counts as; `None` if it cannot be guessed.
    /// Uses Unicode tables, so it is for the proposer only.
    pub fn letter(&self, c: char) -> Option<Letter> {
        let letter = Letter::fold(c)?;
        match self.counts.get(&letter.as_char()) {
            Some(counted) => Some(*counted),
            None => self.has(letter).then_some(letter),
        }
    }

    /// Whether this letter can be guessed.
    pub fn has(&self, letter: Letter) -> bool {
        self.letters.contains(&letter)
    }

    /// Its letters in the language's order.
    pub fn letters(&self) -> &[Letter] {
        &self.letters
    }

    /// The characters that count as a letter, and as which.
    pub fn counts(&self) -> &BTreeMap<char, Letter> {
        &self.counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_folded_or_refused() {
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
            ("\u{3164}", None),
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

    #[test]
    fn known_languages_are_whole() {
        for (tag, letters, _) in LANGUAGES {
            let alphabet = Alphabet::of_language(tag).expect(tag);
            assert_eq!(alphabet.letters().len(), letters.chars().count());
        }
        assert_eq!(Alphabet::of_language("tlh"), None);
        assert!(Alphabet::of_language("pt-BR").is_some());
    }

    #[test]
    fn what_counts_as_what_depends_on_the_language() {
        let table = [
            ("fr", 'É', Some('e')),
            ("pl", 'Ó', Some('ó')),
            ("es", 'ñ', Some('ñ')),
            ("es", 'Ü', Some('u')),
            ("de", 'ß', Some('ß')),
            ("en", 'ß', None),
            ("uk", 'Ґ', Some('ґ')),
            ("uk", 'a', None),
            ("en", '7', None),
        ];
        for (tag, c, want) in table {
            let got = Alphabet::of_language(tag).and_then(|a| a.letter(c));
            assert_eq!(got.map(Letter::as_char), want, "{tag} {c}");
        }
    }

    #[test]
    fn alphabets_are_refused() {
        let table = [
            ("", "", BadAlphabet::Letters),
            ("abca", "", BadAlphabet::Letters),
            ("ab c", "", BadAlphabet::Letters),
            ("abC", "", BadAlphabet::Letters),
            ("ab1", "", BadAlphabet::Letters),
            ("ab", "é", BadAlphabet::Counts),
            ("ab", "é=e", BadAlphabet::Counts),
            ("ab", "a=b", BadAlphabet::Counts),
        ];
        for (letters, counts, why) in table {
            assert_eq!(
                Alphabet::parse(letters, counts),
                Err(why),
                "{letters} {counts}"
            );
        }
    }
}
