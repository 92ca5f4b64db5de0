//! Where word packs come from: those in the program, and a player's own in
//! the `packs` folder of the data directory.

use std::path::Path;

use crate::game::pack::{Entry, Pack};

const BUILT_IN: [&str; 2] = [
    include_str!("../assets/packs/kanna.txt"),
    include_str!("../assets/packs/english.txt"),
];

/// The largest pack file that is read, in bytes.
const MAX_FILE_BYTES: u64 = 2 * 1024 * 1024;

/// The packs this node can start rounds from, in the order they are offered.
/// Never empty: the Kanna pack is always first.
#[derive(Clone, Debug)]
pub struct Packs(Vec<Pack>);

/// Why a round cannot be started from a pack.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoEntry {
    /// No pack of this id.
    #[error("there is no word pack `{id}`; there are: {known}")]
    NoPack {
        /// What was asked for.
        id: String,
        /// What there is.
        known: String,
    },
    /// The pack is shorter.
    #[error("the word pack `{id}` has entries 1 to {len}")]
    NoNumber {
        /// The pack.
        id: String,
        /// How many entries it has.
        len: usize,
    },
}

impl Packs {
    /// The packs that come with the program.
    pub fn built_in() -> Self {
        // A broken built-in pack is a bug that the tests find.
        Self(BUILT_IN.iter().flat_map(|text| Pack::parse(text)).collect())
    }

    /// The built-in packs and those of a folder, which need not exist.
    /// Second: what is wrong with the files that were left out, ready to show.
    pub fn load(folder: &Path) -> (Self, Vec<String>) {
        let mut packs = Self::built_in();
        let mut warnings = Vec::new();
        let Ok(files) = std::fs::read_dir(folder) else {
            return (packs, warnings);
        };
        let mut paths: Vec<_> = files
            .flatten()
            .map(|file| file.path())
            .filter(|path| path.extension().is_some_and(|e| e == "txt"))
            .collect();
        paths.sort();
        for path in paths {
            match read_pack(&path) {
                Ok(pack) if packs.get(&pack.id).is_some() => warnings.push(format!(
                    "{}: the id `{}` is taken by another pack; change its `id:` line",
                    path.display(),
                    pack.id
                )),
                Ok(pack) => packs.0.push(pack),
                Err(why) => warnings.push(format!("{}: {why}", path.display())),
            }
        }
        (packs, warnings)
    }

    /// All packs.
    pub fn all(&self) -> &[Pack] {
        &self.0
    }

    /// One entry: of the pack named, by its number from 1 or else at random.
    ///
    /// # Errors
    /// If there is no such pack or entry.
    pub fn pick(&self, id: &str, number: Option<usize>) -> Result<&Entry, NoEntry> {
        let pack = self.get(id).ok_or_else(|| NoEntry::NoPack {
            id: id.to_owned(),
            known: self.ids().collect::<Vec<_>>().join(", "),
        })?;
        let len = pack.entries.len();
        let at = number.map_or_else(|| Some(random_below(len)), |n| n.checked_sub(1));
        at.and_then(|i| pack.entries.get(i))
            .ok_or_else(|| NoEntry::NoNumber {
                id: id.to_owned(),
                len,
            })
    }

    fn get(&self, id: &str) -> Option<&Pack> {
        self.0.iter().find(|pack| pack.id == id)
    }

    fn ids(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|pack| pack.id.as_str())
    }
}

fn read_pack(path: &Path) -> Result<Pack, String> {
    let size = std::fs::metadata(path).map_err(|e| e.to_string())?.len();
    if size > MAX_FILE_BYTES {
        return Err("too large for a word pack (at most 2 MiB)".to_owned());
    }
    let bytes = std::fs::read(path).map_err(|e| e.to_string())?;
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err("line 1: this file is UTF-16; save it as UTF-8".to_owned());
    }
    let text = String::from_utf8(bytes).map_err(|e| {
        let line = 1 + e.as_bytes()[..e.utf8_error().valid_up_to()]
            .iter()
            .filter(|b| **b == b'\n')
            .count();
        format!("line {line}: not UTF-8; save the file as UTF-8")
    })?;
    Pack::parse(&text).map_err(|e| e.to_string())
}

/// A random index; which one is no secret, so a slight bias is harmless.
fn random_below(len: usize) -> usize {
    let random = crate::random::u64() as usize;
    random % len.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_packs_are_whole() {
        for text in BUILT_IN {
            Pack::parse(text).expect("a built-in pack");
        }
        let packs = Packs::built_in();
        let kanna = packs.get("kanna").expect("the Kanna pack");
        assert!(kanna.entries.len() >= 60, "{}", kanna.entries.len());
        let first = packs.pick("kanna", Some(1)).expect("entry 1");
        assert_eq!(first.secret.text(), "kanna kamui");
        assert!(packs.get("english").is_some());
    }

    #[test]
    fn says_what_there_is() {
        let packs = Packs::built_in();
        let len = packs.get("kanna").map_or(0, |p| p.entries.len());
        let table = [
            ("klingon", None, "there are: kanna, english".to_owned()),
            ("kanna", Some(0), format!("1 to {len}")),
            ("kanna", Some(len + 1), format!("1 to {len}")),
        ];
        for (id, number, want) in table {
            let why = packs.pick(id, number).expect_err(id).to_string();
            assert!(why.contains(&want), "{why}");
        }
    }

    #[test]
    fn own_packs_with_errors_are_left_out_and_said() {
        let dir = tempfile::tempdir().expect("a folder");
        let put = |name: &str, bytes: &[u8]| {
            std::fs::write(dir.path().join(name), bytes).expect("a file");
        };
        let head = "id: mine\nname: M\nlanguage: en\nlicence: CC0-1.0\n---\n";
        put("a.txt", format!("{head}moon = Up there\n").as_bytes());
        put("b.txt", format!("{head}sun = Up there too\n").as_bytes());
        put("c.txt", format!("{head}moon\n").as_bytes());
        put("d.txt", b"\xff\xfei\0d\0");
        put("e.txt", b"id: x\n\xff\xff");
        put("notes.md", b"not a pack");
        let (packs, warnings) = Packs::load(dir.path());
        assert!(packs.get("mine").is_some());
        let want = ["taken", "line 6: expected", "UTF-16", "line 2: not UTF-8"];
        assert_eq!(warnings.len(), want.len(), "{warnings:?}");
        for (warning, want) in warnings.iter().zip(want) {
            assert!(warning.contains(want), "{warning}");
        }
    }
}
