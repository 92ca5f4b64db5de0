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
//! kanna kamui = The small dragon this game is named after
//! ```

use super::{BadSecret, Secret};

/// The longest clue, in bytes: three lines in the window.
pub const MAX_CLUE_BYTES: usize = 240;

/// The longest pack id, in bytes.
pub const MAX_ID_BYTES: usize = 32;

/// The longest pack, in entries.
pub const MAX_ENTRIES: usize = 10_000;

/// A named list of secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pack {
    /// What commands call it: lower-case letters, digits and hyphens.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// BCP 47 tag of the language its words are in.
    pub language: String,
    /// SPDX expression of the licence.
    pub licence: String,
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
    /// The secret stands in the pack already.
    #[error("the same secret stands on line {0}")]
    Duplicate(usize),
    /// The pack has no entry at all.
    #[error("there is no word in this pack")]
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
        let header = Header::parse(&mut lines)?;
        let entries = parse_entries(&mut lines)?;
        if entries.is_empty() {
            return Err(Reason::Empty.at(text.lines().count().max(1)));
        }
        Ok(Self {
            id: header.id,
            name: header.name,
            language: header.language,
            licence: header.licence,
            entries,
        })
    }
}

struct Header {
    id: String,
    name: String,
    language: String,
    licence: String,
}

impl Header {
    fn parse<'a>(lines: &mut impl Iterator<Item = (usize, &'a str)>) -> Result<Self, PackError> {
        let [mut id, mut name, mut language, mut licence] = [const { None }; 4];
        let mut last = 1;
        for (line, text) in lines {
            last = line;
            if text == "---" {
                break;
            }
            let (key, value) = text
                .split_once(':')
                .ok_or_else(|| Reason::NotAHeader.at(line))?;
            let value = value.trim();
            if value.is_empty() || value.len() > 200 || value.chars().any(char::is_control) {
                return Err(Reason::BadValue.at(line));
            }
            match key.trim() {
                "id" if !is_id(value) => return Err(Reason::BadId.at(line)),
                "id" => id = Some(value.to_owned()),
                "name" => name = Some(value.to_owned()),
                "language" => language = Some(value.to_owned()),
                "licence" => licence = Some(value.to_owned()),
                // Keys of later versions, and notes such as `author`.
                _ => {}
            }
        }
        let missing = |key| Reason::Missing(key).at(last);
        Ok(Self {
            id: id.ok_or_else(|| missing("id"))?,
            name: name.ok_or_else(|| missing("name"))?,
            language: language.ok_or_else(|| missing("language"))?,
            licence: licence.ok_or_else(|| missing("licence"))?,
        })
    }
}

fn parse_entries<'a>(
    lines: &mut impl Iterator<Item = (usize, &'a str)>,
) -> Result<Vec<Entry>, PackError> {
    let mut entries = Vec::new();
    let mut seen = std::collections::BTreeMap::new();
    for (line, text) in lines {
        let (secret, clue) = text
            .split_once('=')
            .ok_or_else(|| Reason::NotAnEntry.at(line))?;
        let secret = Secret::parse(secret).map_err(|bad| Reason::Secret(bad).at(line))?;
        let clue = clue.trim();
        if clue.is_empty() {
            return Err(Reason::NoClue.at(line));
        }
        if clue.len() > MAX_CLUE_BYTES {
            return Err(Reason::LongClue.at(line));
        }
        if let Some(first) = seen.insert(secret.text().to_lowercase(), line) {
            return Err(Reason::Duplicate(first).at(line));
        }
        if entries.len() == MAX_ENTRIES {
            return Err(Reason::TooMany.at(line));
        }
        entries.push(Entry {
            secret,
            clue: clue.to_owned(),
        });
    }
    Ok(entries)
}

/// Whether a text can be a pack's id.
pub fn is_id(text: &str) -> bool {
    (1..=MAX_ID_BYTES).contains(&text.len())
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
        let text = format!("\u{feff}# mine\r\n\r\n{HEAD}\r\nMoon  =  Up there = high\r\n# no\r\n");
        let pack = Pack::parse(&text).expect("a valid pack");
        assert_eq!(pack.entries.len(), 1);
        assert_eq!(pack.entries[0].secret.text(), "Moon");
        assert_eq!(pack.entries[0].clue, "Up there = high");
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
            (with(""), 5, "there is no word in this pack"),
            (with("moon\n"), 6, "expected `secret = clue`"),
            (with("moon =\n"), 6, "the clue is missing"),
            (with(" - = lines\n"), 6, "at least one letter"),
            (
                with("a = b\nA = c\n"),
                7,
                "the same secret stands on line 6",
            ),
        ];
        for (text, line, reason) in table {
            let error = Pack::parse(&text).expect_err(&text);
            assert_eq!(error.line, line, "{text:?}: {error}");
            assert!(error.to_string().contains(reason), "{text:?}: {error}");
        }
    }
}
