//! Where word packs come from: those in the program, and a player's own in
//! the `packs` folder of the data directory; and what is drawn from them.

mod built_in;

use std::{collections::BTreeSet, io::ErrorKind, path::Path, sync::Arc};

pub use built_in::EVERYTHING;
use built_in::{BUILT_IN, WHOLE, whole};

use crate::{
    files::{create_folder, read_bounded, write_private},
    game::{
        Alphabet, Deal, Difficulty, Game, Mode,
        pack::{Entry, Pack},
    },
};

/// What those who speak it call a language, by its tag; the tag if that is not
/// known.
pub fn name_of_language(tag: &str) -> &str {
    let mut known = WHOLE.iter().filter(|(known, ..)| *known == tag);
    known.next().map_or(tag, |(_, _, name)| name)
}

/// How many secrets a setter is offered.
pub const OFFERS: usize = 3;

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
    /// A match is played with a pack that is not here, or has other letters here.
    #[error(
        "the words of this match are from the pack `{id}`, which is not on this computer; \
         somebody who has it can start the next round, or the owner can stop the match"
    )]
    NotHere {
        /// The pack.
        id: String,
    },
    /// Too few words of this difficulty.
    #[error("the word pack `{id}` has {len} words for that; choose fewer rounds or any difficulty")]
    TooFew {
        /// The pack.
        id: String,
        /// How many words fit.
        len: usize,
    },
}

impl Packs {
    /// The packs that come with the program.
    pub fn built_in() -> Self {
        // A broken built-in pack is a bug that the tests find.
        let mut packs: Vec<Pack> = BUILT_IN.iter().flat_map(|text| Pack::parse(text)).collect();
        let whole: Vec<Pack> = WHOLE.iter().filter_map(|of| whole(&packs, of)).collect();
        for pack in whole {
            let first = packs
                .iter()
                .position(|p| p.language == pack.language && p.id != "kanna");
            packs.insert(first.unwrap_or(packs.len()), pack);
        }
        Self(packs)
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
                Ok(pack) if packs.get(&pack.id).is_some() => {
                    warnings.push(format!("{}: {}", path.display(), taken(&pack)));
                }
                Ok(pack) => packs.0.push(pack),
                Err(why) => warnings.push(format!("{}: {why}", path.display())),
            }
        }
        (packs, warnings)
    }

    /// Takes a pack's file: checks it, copies it into the folder, and loads that
    /// again. Answers with the pack's name, too.
    ///
    /// # Errors
    /// What is wrong with the file, with its line; then nothing has changed.
    pub fn add(folder: &Path, file: &Path) -> Result<(Self, String), String> {
        let in_words = |why: String| format!("{}: {why}", file.display());
        let bytes = read_bytes(file).map_err(in_words)?;
        let pack = parse(bytes.clone()).map_err(in_words)?;
        let (packs, _) = Self::load(folder);
        let to = folder.join(format!("{}.txt", pack.id));
        if packs.get(&pack.id).is_some() && !to.exists() {
            return Err(in_words(taken(&pack)));
        }
        create_folder(folder)
            .and_then(|()| write_private(&to, &bytes))
            .map_err(|e| format!("{} cannot be written: {e}", to.display()))?;
        Ok((Self::load(folder).0, pack.name))
    }

    /// All packs.
    pub fn all(&self) -> &[Pack] {
        &self.0
    }

    /// One entry and its pack: of the pack named, by its number from 1 or else
    /// at random.
    ///
    /// # Errors
    /// If there is no such pack or entry.
    pub fn pick(&self, id: &str, number: Option<usize>) -> Result<(&Entry, &Pack), NoEntry> {
        let pack = self.must_get(id)?;
        let len = pack.entries.len();
        let at = number.map_or_else(|| Some(random().usize(..len.max(1))), |n| n.checked_sub(1));
        let entry = at.and_then(|i| pack.entries.get(i));
        let entry = entry.ok_or_else(|| NoEntry::NoNumber {
            id: id.to_owned(),
            len,
        })?;
        Ok((entry, pack))
    }

    /// Draws secrets for a match: none twice, and those that were played
    /// lately only if there are no others.
    ///
    /// # Errors
    /// If there is no such pack, or too few words in it.
    pub fn deal(
        &self,
        id: &str,
        difficulty: Difficulty,
        count: usize,
        played: &BTreeSet<String>,
    ) -> Result<(Arc<[Deal]>, Arc<Alphabet>), NoEntry> {
        let pack = self.must_get(id)?;
        let entries = shuffled(pack, difficulty, played);
        if entries.len() < count {
            return Err(too_few(pack, entries.len()));
        }
        let deck = entries.into_iter().take(count).map(deal_of);
        Ok((deck.collect(), Arc::clone(&pack.alphabet)))
    }

    /// Draws the secret of the next round of the match that is on: none that was
    /// played in it, and those that were played lately only if there are no
    /// others. `None` without a match, and where a player sets the secret.
    ///
    /// # Errors
    /// If the match's pack is not here, or has no other word.
    pub fn next(&self, game: &Game, played: &BTreeSet<String>) -> Result<Option<Deal>, NoEntry> {
        let Some(on) = game.match_on().filter(|on| on.mode != Mode::Setter) else {
            return Ok(None);
        };
        let pack = self
            .get(&on.pack)
            .filter(|pack| pack.alphabet == on.alphabet);
        let pack = pack.ok_or_else(|| NoEntry::NotHere {
            id: on.pack.clone(),
        })?;
        let entries = shuffled(pack, game.table().settings.difficulty, played);
        let new = |entry: &&&Entry| !game.was_played(&entry.secret);
        match entries.iter().find(new) {
            Some(entry) => Ok(Some(deal_of(entry))),
            None => Err(too_few(pack, entries.len())),
        }
    }

    /// What a setter may choose from. Without the pack, from the first one that
    /// has the same letters.
    pub fn offers(
        &self,
        id: &str,
        difficulty: Difficulty,
        alphabet: &Alphabet,
        played: &BTreeSet<String>,
    ) -> Arc<[Deal]> {
        let other = || self.0.iter().find(|pack| *pack.alphabet == *alphabet);
        let pack = self
            .get(id)
            .filter(|pack| *pack.alphabet == *alphabet)
            .or_else(other);
        let id = pack.map_or(id, |pack| pack.id.as_str());
        let of = |difficulty| self.deal(id, difficulty, OFFERS, played);
        let offers = of(difficulty).or_else(|_few| of(Difficulty::Any));
        offers.map(|(offers, _)| offers).unwrap_or_default()
    }

    /// The pack of an id.
    pub fn get(&self, id: &str) -> Option<&Pack> {
        self.0.iter().find(|pack| pack.id == id)
    }

    fn must_get(&self, id: &str) -> Result<&Pack, NoEntry> {
        self.get(id).ok_or_else(|| {
            let ids: Vec<&str> = self.0.iter().map(|pack| pack.id.as_str()).collect();
            NoEntry::NoPack {
                id: id.to_owned(),
                known: ids.join(", "),
            }
        })
    }
}

/// The entries of a difficulty in any order, those that were played lately last.
fn shuffled<'a>(
    pack: &'a Pack,
    difficulty: Difficulty,
    played: &BTreeSet<String>,
) -> Vec<&'a Entry> {
    let fits = |entry: &&Entry| difficulty == Difficulty::Any || entry.difficulty() == difficulty;
    let mut entries: Vec<&Entry> = pack.entries.iter().filter(fits).collect();
    random().shuffle(&mut entries);
    entries.sort_by_key(|entry| played.contains(&entry.secret.text()));
    entries
}

fn deal_of(entry: &Entry) -> Deal {
    Deal {
        clue: entry.clue.clone(),
        secret: entry.secret.clone(),
    }
}

fn too_few(pack: &Pack, len: usize) -> NoEntry {
    NoEntry::TooFew {
        id: pack.id.clone(),
        len,
    }
}

fn taken(Pack { id, .. }: &Pack) -> String {
    format!("the id `{id}` is taken by another pack; change its `id:` line")
}

fn read_pack(path: &Path) -> Result<Pack, String> {
    parse(read_bytes(path)?)
}

fn read_bytes(path: &Path) -> Result<Vec<u8>, String> {
    read_bounded(path, MAX_FILE_BYTES).map_err(|e| match e.kind() {
        ErrorKind::FileTooLarge => "too large for a word pack (at most 2 MiB)".to_owned(),
        _ => e.to_string(),
    })
}

fn parse(bytes: Vec<u8>) -> Result<Pack, String> {
    Pack::parse(&text_of(bytes)?).map_err(|e| e.to_string())
}

/// The text of a pack's file.
///
/// # Errors
/// The line that is not UTF-8, in words.
pub fn text_of(bytes: Vec<u8>) -> Result<String, String> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err("line 1: this file is UTF-16; save it as UTF-8".to_owned());
    }
    String::from_utf8(bytes).map_err(|e| {
        let line = 1 + e.as_bytes()[..e.utf8_error().valid_up_to()]
            .iter()
            .filter(|b| **b == b'\n')
            .count();
        format!("line {line}: not UTF-8; save the file as UTF-8")
    })
}

/// What is drawn is no secret.
fn random() -> fastrand::Rng {
    fastrand::Rng::with_seed(crate::random::u64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_packs_are_whole() {
        for text in BUILT_IN {
            let pack = Pack::parse(text).unwrap_or_else(|e| panic!("{}: {e}", &text[..20]));
            for entry in &pack.entries {
                let word = entry.secret.text();
                assert!(
                    entry.misses.is_some(),
                    "{}: {word} has no difficulty",
                    pack.id
                );
                let known = |letter| pack.alphabet.has(letter);
                assert!(entry.secret.letters().all(known), "{}: {word}", pack.id);
            }
        }
        let packs = Packs::built_in();
        assert_eq!(packs.all()[0].id, "kanna");
        let kanna = packs.get("kanna").expect("the Kanna pack");
        assert!(kanna.entries.len() >= 60, "{}", kanna.entries.len());
        let (first, _) = packs.pick("kanna", Some(1)).expect("entry 1");
        assert_eq!(first.secret.text(), "kanna kamui");
        let of = |language: &str| {
            let packs = packs.all().iter().filter(|p| p.language == language);
            let ids: BTreeSet<_> = packs.filter_map(|p| p.category.as_deref()).collect();
            ids
        };
        assert!(of("en").len() > 12, "{:?}", of("en"));
        for (language, id, _) in WHOLE {
            let has = of(language);
            assert!(
                has.is_superset(&["animals", "food"].into()),
                "{language}: {has:?}"
            );
            assert!(packs.get(id).expect(id).entries.len() > 100);
        }
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
    fn a_deck_has_nothing_twice_and_new_words_first() {
        let packs = Packs::built_in();
        let kanna = packs.get("kanna").expect("the Kanna pack");
        let all = kanna.entries.iter().map(|entry| entry.secret.text());
        let played: BTreeSet<String> = all.clone().skip(3).collect();
        let (deck, alphabet) = packs
            .deal("kanna", Difficulty::Any, 5, &played)
            .expect("a deck");
        let texts: BTreeSet<String> = deck.iter().map(|deal| deal.secret.text()).collect();
        assert_eq!(texts.len(), 5);
        assert!(all.take(3).all(|new| texts.contains(&new)), "{texts:?}");
        assert!(alphabet.letters().len() == 26);
        for difficulty in [Difficulty::Easy, Difficulty::Normal, Difficulty::Hard] {
            let (deck, _) = packs
                .deal("english", difficulty, 20, &played)
                .expect("a deck");
            let of = |deal: &Deal| {
                let entries = &packs.get("english").expect("english").entries;
                let found = entries.iter().find(|entry| entry.secret == deal.secret);
                found.map(Entry::difficulty)
            };
            assert!(deck.iter().all(|deal| of(deal) == Some(difficulty)));
        }
        let few = packs
            .deal("kanna", Difficulty::Any, 1000, &played)
            .expect_err("too many");
        assert!(few.to_string().contains("choose fewer rounds"), "{few}");
    }

    #[test]
    fn the_next_word_is_new_and_of_the_same_letters() {
        use crate::game::{Action, Name, PeerId, Settings, Whole};
        let me = PeerId::new([1; 32]);
        let match_of = |pack: &str, rounds, deal| {
            let mut game = Game::default();
            let name = Name::parse("P").expect("a name");
            let english = Alphabet::of_language("en").expect("English");
            for action in [
                Action::TakeSeat { name },
                Action::Configure(Settings {
                    rounds,
                    pack: pack.to_owned(),
                    ..Settings::default()
                }),
                Action::StartMatch {
                    deal: Some(deal),
                    alphabet: Arc::new(english),
                    force: true,
                    after_match: None,
                },
            ] {
                game.apply(1, me, action).expect("done");
            }
            game
        };
        let head = "id: few\nname: M\nlanguage: en\nlicence: CC0-1.0\n---\n";
        let few = Pack::parse(&format!("{head}moon = a\nsun = b\nstar = c\n")).expect("a pack");
        let first = deal_of(&few.entries[0]);
        let mut game = match_of("few", 4, first.clone());
        // All were played lately, which is no reason to play one again in a match.
        let played = few.entries.iter().map(|e| e.secret.text()).collect();
        let packs = Packs(vec![few]);
        for round in 1..4 {
            let on = game.round().expect("a round");
            let text = on.secret().expect("a secret").text();
            let whole = Whole::parse(&text, None).expect("a guess");
            // Nor the one that is on here, while others have found it.
            let meanwhile = packs.next(&game, &played);
            assert!(meanwhile.is_err() == (round == 3), "{meanwhile:?}");
            assert!(!matches!(meanwhile, Ok(Some(deal)) if deal.secret.text() == text));
            let solve = Action::Solve { whole, round: None };
            game.apply(2, me, solve).expect("found");
            let next = packs.next(&game, &played);
            if round == 3 {
                assert!(matches!(next, Err(NoEntry::TooFew { .. })), "{next:?}");
                break;
            }
            let next = Action::NextRound {
                after_round: round,
                deal: next.expect("a word"),
            };
            game.apply(3, me, next).expect("a new word");
        }
        // The same id is not the same pack.
        for pack in ["gone", "deutsch"] {
            let not_here = Packs::built_in()
                .next(&match_of(pack, 2, first.clone()), &played)
                .expect_err(pack);
            assert!(not_here.to_string().contains(pack), "{not_here}");
        }
        assert_eq!(packs.next(&Game::default(), &played), Ok(None));
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
        put("f.txt", &vec![b'x'; 3 << 20]);
        let mut long = head.replace("mine", "long");
        for n in 0..10_001 {
            let word: String = format!("{n}")
                .bytes()
                .map(|b| (b - b'0' + b'a') as char)
                .collect();
            long.push_str(&format!("{word} = number {n}\n"));
        }
        put("g.txt", long.as_bytes());
        put("notes.md", b"not a pack");
        let elsewhere = tempfile::tempdir().expect("a folder");
        let file = elsewhere.path().join("new.txt");
        let add = |text: &str| {
            std::fs::write(&file, text).expect("written");
            Packs::add(dir.path(), &file).map(|(packs, name)| (packs.all().len(), name))
        };
        let fresh = head.replace("mine", "fresh") + "comet = It has a tail\n";
        let count = Packs::load(dir.path()).0.all().len();
        assert_eq!(add(&fresh), Ok((count + 1, "M".to_owned())));
        // A newer one of the same id takes its place.
        assert_eq!(add(&fresh), Ok((count + 1, "M".to_owned())));
        assert!(add("hello").is_err_and(|e| e.contains("new.txt: line 1")));
        let taken = head.replace("mine", "kanna") + "comet = It has a tail\n";
        assert!(add(&taken).is_err_and(|e| e.contains("is taken")));
        let (packs, warnings) = Packs::load(dir.path());
        assert!(packs.get("mine").is_some());
        let want = [
            "taken",
            "line 6: expected",
            "UTF-16",
            "line 2: not UTF-8",
            "too large",
            "line 10006: a pack has at most 10000",
        ];
        assert_eq!(warnings.len(), want.len(), "{warnings:?}");
        for (warning, want) in warnings.iter().zip(want) {
            assert!(warning.contains(want), "{warning}");
        }
    }
}
