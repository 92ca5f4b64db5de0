//! Word packs: plain text that people write by hand. This is the parser only;
//! where packs come from is `crate::packs`' business.
//!
//! ```text
//! # a comment
//! id: kanna
//! name: Kanna
//! language: en
//! licence: CC0-1.0
//! ---
//! kanna kamui = The small dragon this game is named after [1.4]
//! ```
//!
//! The number at the end says how many misses the secret costs a player who
//! knows all words of the language; `crate::difficulty` computes it.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    Alphabet, BadAlphabet, BadSecret, Difficulty, Letter, MAX_PACK_ID_BYTES, Secret, line,
};

/// The longest clue, in bytes: three lines in the window.
pub const MAX_CLUE_BYTES: usize = 240;

/// The longest pack, in entries.
pub const MAX_ENTRIES: usize = 10_000;

/// A named list of secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pack {
    /// What commands call it: lower-case letters, digits and hyphens.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// BCP 47 tag of the language its words are in.
    pub language: String,
    /// What its words are about, for grouping; free text.
    pub category: Option<String>,
    /// SPDX expression of the licence.
    pub licence: String,
    /// What can be guessed.
    pub alphabet: Arc<Alphabet>,
    /// Its entries in the order of the file; never empty.
    pub entries: Vec<Entry>,
}

/// One secret and its clue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What is to be found.
    pub secret: Secret,
    /// What is told from the start.
    pub clue: String,
    /// How many misses it costs a player who knows all words, in tenths; `None`
    /// if nobody has computed it.
    pub misses: Option<u8>,
}

impl Entry {
    /// How hard it is; what nobody has computed is neither easy nor hard.
    pub fn difficulty(&self) -> Difficulty {
        self.misses.map_or(Difficulty::Normal, Difficulty::of)
    }
}

/// What is wrong with a pack, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct PackError {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub reason: Reason,
}

/// What can be wrong with a line of a pack.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// A header line without a colon.
    #[error("expected `key: value`, or `---` before the first word")]
    NotAHeader,
    /// A key that must be there is not.
    #[error("`{0}:` is missing above")]
    Missing(&'static str),
    /// The id cannot be typed as a command's word.
    #[error("an id has 1 to 32 lower-case letters, digits or hyphens")]
    BadId,
    /// A value that cannot be shown.
    #[error("the value is empty, too long or has control characters")]
    BadValue,
    /// The alphabet cannot be used.
    #[error(transparent)]
    Alphabet(#[from] BadAlphabet),
    /// The number at the end of a line is none.
    #[error("the number of misses at the end is one such as [1.4], at most 20")]
    Misses,
    /// An entry line without an equals sign.
    #[error("expected `secret = clue`")]
    NotAnEntry,
    /// The secret cannot be played.
    #[error(transparent)]
    Secret(#[from] BadSecret),
    /// The clue is empty.
    #[error("the clue is missing")]
    NoClue,
    /// The clue is longer than [`MAX_CLUE_BYTES`].
    #[error("the clue is too long")]
    LongClue,
    /// The clue cannot be shown on a line.
    #[error("the clue has control characters, or some that change the direction of text")]
    BadClue,
    /// The secret stands in the pack already.
    #[error("the same word is on line {0}")]
    Duplicate(usize),
    /// The pack has no entry at all.
    #[error("this pack has no words")]
    Empty,
    /// More than [`MAX_ENTRIES`].
    #[error("a pack has at most 10000 words")]
    TooMany,
}

impl Pack {
    /// Reads a pack. A byte-order mark and Windows line ends are accepted.
    ///
    /// # Errors
    /// The first thing that is wrong, with its line.
    pub fn parse(text: &str) -> Result<Self, PackError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut lines = text
            .lines()
            .enumerate()
            .map(|(i, line)| (i + 1, line.trim()))
            .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        let (mut pack, alphabet) = Self::parse_header(&mut lines)?;
        pack.entries = parse_entries(&mut lines, alphabet.as_ref())?;
        let last = text.lines().count().max(1);
        if pack.entries.is_empty() {
            return Err(Reason::Empty.at(last));
        }
        let alphabet = match alphabet {
            Some(alphabet) => alphabet,
            None => alphabet_of(&pack.entries).map_err(|bad| Reason::Alphabet(bad).at(last))?,
        };
        pack.alphabet = Arc::new(alphabet);
        Ok(pack)
    }

    /// Reads what stands above the words: a pack without entries, and the alphabet,
    /// if it is known already.
    fn parse_header<'a>(
        lines: &mut impl Iterator<Item = (usize, &'a str)>,
    ) -> Result<(Self, Option<Alphabet>), PackError> {
        let mut pack = Self::default();
        let (mut letters, mut counts) = (None, String::new());
        let mut last = 1;
        for (line, text) in lines {
            last = line;
            if text == "---" {
                break;
            }
            let (key, value) = text
                .split_once(':')
                .ok_or_else(|| Reason::NotAHeader.at(line))?;
            let value = value.trim().to_owned();
            let fits = (1..=MAX_VALUE_BYTES).contains(&value.len());
            if !fits || line::breaks_out(&value) {
                return Err(Reason::BadValue.at(line));
            }
            match key.trim() {
                "id" if !is_id(&value) => return Err(Reason::BadId.at(line)),
                "id" => pack.id = value,
                "name" => pack.name = value,
                "language" => pack.language = value,
                "category" => pack.category = Some(value),
                "licence" => pack.licence = value,
                "alphabet" => letters = Some((line, value)),
                "counts" => counts = value,
                // Keys of later versions, and notes such as `author`.
                _ => {}
            }
        }
        let must = [
            ("id", &pack.id),
            ("name", &pack.name),
            ("language", &pack.language),
            ("licence", &pack.licence),
        ];
        if let Some((key, _)) = must.into_iter().find(|(_, value)| value.is_empty()) {
            return Err(Reason::Missing(key).at(last));
        }
        let alphabet = match letters {
            Some((line, letters)) => {
                let alphabet = Alphabet::parse(&letters, &counts);
                Some(alphabet.map_err(|bad| Reason::Alphabet(bad).at(line))?)
            }
            None => Alphabet::of_language(&pack.language),
        };
        Ok((pack, alphabet))
    }
}

/// Where nobody says what the alphabet is: all letters that occur.
fn alphabet_of(entries: &[Entry]) -> Result<Alphabet, BadAlphabet> {
    let letters: BTreeSet<Letter> = entries.iter().flat_map(|e| e.secret.letters()).collect();
    Alphabet::from_parts(letters.into_iter().collect(), Default::default())
}

/// The longest value of a header line, in bytes. An alphabet of two bytes a
/// letter fits, and what counts as its letters.
const MAX_VALUE_BYTES: usize = 400;

fn parse_entries<'a>(
    lines: &mut impl Iterator<Item = (usize, &'a str)>,
    alphabet: Option<&Alphabet>,
) -> Result<Vec<Entry>, PackError> {
    let mut entries = Vec::new();
    let mut seen = std::collections::BTreeMap::new();
    for (line, text) in lines {
        let (secret, clue) = text
            .split_once('=')
            .ok_or_else(|| Reason::NotAnEntry.at(line))?;
        let secret = match alphabet {
            Some(alphabet) => Secret::parse_in(secret, alphabet),
            None => Secret::parse(secret),
        };
        let secret = secret.map_err(|bad| Reason::Secret(bad).at(line))?;
        let (clue, misses) = split_misses(clue).map_err(|bad| bad.at(line))?;
        let clue = parse_clue(clue).map_err(|bad| bad.at(line))?;
        if clue.is_empty() {
            return Err(Reason::NoClue.at(line));
        }
        if let Some(first) = seen.insert(secret.text().to_lowercase(), line) {
            return Err(Reason::Duplicate(first).at(line));
        }
        if entries.len() == MAX_ENTRIES {
            return Err(Reason::TooMany.at(line));
        }
        entries.push(Entry {
            secret,
            clue,
            misses,
        });
    }
    Ok(entries)
}

/// Takes a clue as it was written, which may be empty. Spaces around it are
/// dropped; a tab is a space.
///
/// # Errors
/// [`Reason::LongClue`] and [`Reason::BadClue`].
pub fn parse_clue(text: &str) -> Result<String, Reason> {
    let clue = text.trim().replace('\t', " ");
    if clue.len() > MAX_CLUE_BYTES {
        return Err(Reason::LongClue);
    }
    if line::breaks_out(&clue) {
        return Err(Reason::BadClue);
    }
    Ok(clue)
}

/// Splits the number of misses off a clue. Other brackets belong to the clue.
fn split_misses(clue: &str) -> Result<(&str, Option<u8>), Reason> {
    let clue = clue.trim();
    let inside = clue
        .strip_suffix(']')
        .and_then(|rest| rest.rsplit_once('['));
    let Some((before, number)) = inside else {
        return Ok((clue, None));
    };
    let is_number = |b: u8| b.is_ascii_digit() || b == b'.';
    if !number.bytes().all(is_number) {
        return Ok((clue, None));
    }
    let misses: f32 = number.parse().map_err(|_bad| Reason::Misses)?;
    if misses > 20.0 {
        return Err(Reason::Misses);
    }
    Ok((before.trim(), Some((misses * 10.0).round() as u8)))
}

/// Whether a text can be a pack's id.
pub fn is_id(text: &str) -> bool {
    (1..=MAX_PACK_ID_BYTES).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

impl Reason {
    fn at(self, line: usize) -> PackError {
        PackError { line, reason: self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "id: t\nname: T\nlanguage: en\nlicence: CC0-1.0\n---\n";

    #[test]
    fn reads_what_people_write() {
        let text = format!("\u{feff}# mine\r\n\r\n{HEAD}\r\nMoon  =  Up\tthere = high\r\n# no\r\n");
        let pack = Pack::parse(&text).expect("a valid pack");
        assert_eq!(pack.entries.len(), 1);
        assert_eq!(pack.entries[0].secret.text(), "Moon");
        assert_eq!(pack.entries[0].clue, "Up there = high");
    }

    #[test]
    fn reads_alphabets_and_difficulties() {
        let text = "id: t\nname: T\nlanguage: fr\nlicence: CC0-1.0\n---\n\
            Éléphant = Ne trompe pas [0.4]\nabc = Le début [sic]\nyak = Poilu [3.2]\n";
        let pack = Pack::parse(text).expect("a valid pack");
        let got: Vec<_> = pack
            .entries
            .iter()
            .map(|e| {
                let letters: String = e.secret.letters().map(|l| l.as_char()).collect();
                (letters, e.clue.as_str(), e.difficulty())
            })
            .collect();
        let want = [
            ("elephant".to_owned(), "Ne trompe pas", Difficulty::Easy),
            ("abc".to_owned(), "Le début [sic]", Difficulty::Normal),
            ("yak".to_owned(), "Poilu", Difficulty::Hard),
        ];
        assert_eq!(got, want);
        // Nobody knows this language here.
        let text = "id: t\nname: T\nlanguage: tlh\nlicence: CC0-1.0\n---\nqagh = Tasty\n";
        let pack = Pack::parse(text).expect("a valid pack");
        let letters: String = pack
            .alphabet
            .letters()
            .iter()
            .map(|l| l.as_char())
            .collect();
        assert_eq!(letters, "aghq");
    }

    #[test]
    fn says_line_and_reason() {
        let with = |entries: &str| format!("{HEAD}{entries}");
        let table = [
            (String::new(), 1, "`id:` is missing above"),
            ("id: T 1\n".into(), 1, "an id has 1 to 32"),
            ("id: t\nwhat\n".into(), 2, "expected `key: value`"),
            ("id: t\nname:\n".into(), 2, "the value is empty"),
            (
                "id: t\nname: T\n---\na = b".into(),
                3,
                "`language:` is missing",
            ),
            (with(""), 5, "this pack has no words"),
            (with("moon\n"), 6, "expected `secret = clue`"),
            (with("moon =\n"), 6, "the clue is missing"),
            (with(" - = lines\n"), 6, "at least one letter"),
            (with("a = b\nA = c\n"), 7, "the same word is on line 6"),
            (
                with("straße = In German\n"),
                6,
                "`ß` is not in the alphabet",
            ),
            (with("moon = Up there [99]\n"), 6, "one such as [1.4]"),
            (with("moon = Up\u{202e}there\n"), 6, "change the direction"),
            (with("moon = Up\u{1b}[2J\n"), 6, "control characters"),
            (with("   \n = only spaces\n"), 7, "at least one letter"),
            (
                "id: t\nname: T\nlanguage: x\nlicence: L\nalphabet: a a\n---\na = b\n".into(),
                5,
                "a row of different letters",
            ),
            (
                "id: t\nname: T\nlanguage: x\nlicence: L\nalphabet: ab\ncounts: c=d\n---\na = b\n"
                    .into(),
                5,
                "`counts:` lists pairs",
            ),
        ];
        for (text, line, reason) in table {
            let error = Pack::parse(&text).expect_err(&text);
            assert_eq!(error.line, line, "{text:?}: {error}");
            assert!(error.to_string().contains(reason), "{text:?}: {error}");
        }
    }
}
