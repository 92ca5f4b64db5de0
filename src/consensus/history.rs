//! A running digest of a log: two nodes that have applied the same entries have the
//! same, and after one that differs they never have again.

use std::{collections::VecDeque, sync::Arc};

use parking_lot::Mutex;
use sha2::{Digest as _, Sha256};

/// How many entries lie between two marks.
const STEP: u64 = 64;

/// How many marks are remembered.
pub(super) const MARKS: usize = 4;

/// How many are remembered in memory: more than lie between two snapshots.
const RECENT: usize = 1024;

/// How many earlier marks are: of whoever is so many entries behind, it can be told that
/// their game is another one.
const EARLIER: usize = 4096;

/// A digest of the entries up to one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    /// Index of the last entry.
    pub index: u64,
    /// SHA-256 of all that was applied, and of the game that it led to.
    pub digest: [u8; 32],
}

/// The digest after the last applied entry, and a few earlier ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// SHA-256 of the last entry and the digest before it.
    pub(super) entries: [u8; 32],
    pub(super) last: Mark,
    /// At multiples of [`STEP`], the newest last.
    pub(super) marks: VecDeque<Mark>,
}

impl History {
    /// Adds an entry that was applied, as [`codec::canonical`](super::codec::canonical)
    /// writes it: with its log id, and without signatures; and the digest of the game that
    /// it led to.
    pub fn note(&mut self, index: u64, entry: &[u8], game: [u8; 32]) {
        let entries = Sha256::new()
            .chain_update(self.last.digest)
            .chain_update(entry);
        self.entries = entries.finalize().into();
        self.last = Mark {
            index,
            digest: with_game(self.entries, game),
        };
        if index.is_multiple_of(STEP) {
            self.marks.push_back(self.last);
            if self.marks.len() > MARKS {
                self.marks.pop_front();
            }
        }
    }

    /// Whether these entries led to a game with this digest.
    pub fn led_to(&self, game: [u8; 32]) -> bool {
        self.last == Mark::default() || self.last.digest == with_game(self.entries, game)
    }

    /// After the last applied entry.
    pub fn last(&self) -> Mark {
        self.last
    }

    /// What is remembered, the oldest first.
    pub fn marks(&self) -> impl Iterator<Item = Mark> {
        self.marks.iter().chain([&self.last]).copied()
    }

    /// The newest mark that all members reach at one time or another.
    pub fn newest_mark(&self) -> Option<Mark> {
        self.marks.back().copied()
    }

    /// The digest after an entry, if it is remembered.
    pub fn at(&self, index: u64) -> Option<Mark> {
        let marks = self.marks.iter().rev().chain([&self.last]);
        marks.copied().find(|mark| mark.index == index)
    }
}

fn with_game(entries: [u8; 32], game: [u8; 32]) -> [u8; 32] {
    let digest = Sha256::new().chain_update(entries).chain_update(game);
    digest.finalize().into()
}

/// The digests after the newest entries that were applied, in memory: others ask for
/// one where they stand. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Recent(Arc<Mutex<Marks>>);

#[derive(Debug, Default)]
struct Marks {
    newest: VecDeque<Mark>,
    /// At multiples of [`STEP`].
    earlier: VecDeque<Mark>,
}

impl Recent {
    /// Adds the newest one.
    pub fn note(&self, mark: Mark) {
        let mut all = self.0.lock();
        push(&mut all.newest, mark, RECENT);
        if mark.index.is_multiple_of(STEP) {
            push(&mut all.earlier, mark, EARLIER);
        }
    }

    /// The digest after an entry, if it is remembered.
    pub fn at(&self, index: u64) -> Option<Mark> {
        let all = self.0.lock();
        let mut marks = all.newest.iter().rev().chain(&all.earlier);
        marks.find(|mark| mark.index == index).copied()
    }

    /// The newest mark up to an entry that also who is far ahead remembers.
    pub fn newest_up_to(&self, index: u64) -> Option<Mark> {
        let all = self.0.lock();
        let mut marks = all.earlier.iter().rev();
        marks.find(|mark| mark.index <= index).copied()
    }
}

fn push(marks: &mut VecDeque<Mark>, mark: Mark, most: usize) {
    if marks.len() >= most {
        marks.pop_front();
    }
    marks.push_back(mark);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(entries: &[&[u8]]) -> History {
        let mut history = History::default();
        for (index, entry) in entries.iter().enumerate() {
            history.note(index as u64, entry, [0; 32]);
        }
        history
    }

    #[test]
    fn who_is_far_behind_can_be_told() {
        let recent = Recent::default();
        let mark = |index| Mark {
            index,
            digest: [1; 32],
        };
        let last = 10 * RECENT as u64;
        (1..=last).for_each(|index| recent.note(mark(index)));
        for index in [STEP, 2 * STEP, last - 1, last] {
            assert_eq!(recent.at(index), Some(mark(index)));
        }
        assert_eq!(recent.at(STEP + 1), None);
        assert_eq!(recent.newest_up_to(2 * STEP - 1), Some(mark(STEP)));
        assert_eq!(recent.newest_up_to(STEP - 1), None);
    }

    #[test]
    fn one_entry_more_or_less_or_in_another_place_differs() {
        let same = of(&[b"a", b"b", b"c"]);
        assert_eq!(same, of(&[b"a", b"b", b"c"]));
        for other in [
            of(&[b"a", b"b"]),
            of(&[b"a", b"c", b"b"]),
            of(&[b"a", b"x", b"c"]),
        ] {
            assert_ne!(same.last().digest, other.last().digest);
        }
    }

    #[test]
    fn the_same_entries_lead_to_one_game() {
        let history = of(&[b"a", b"b"]);
        assert!(history.led_to([0; 32]) && !history.led_to([1; 32]));
        // Nothing has led to a new room's game.
        assert!(History::default().led_to([1; 32]));
        let (mut next, mut other) = (history.clone(), history);
        next.note(2, b"c", [2; 32]);
        other.note(2, b"c", [3; 32]);
        assert_ne!(next.last(), other.last());
    }

    #[test]
    fn the_newest_marks_are_kept() {
        let entries = vec![&b"x"[..]; 400];
        let history = of(&entries);
        let marks: Vec<u64> = history.marks.iter().map(|mark| mark.index).collect();
        assert_eq!(marks, [192, 256, 320, 384]);
        assert_eq!(history.at(256).map(|mark| mark.index), Some(256));
        assert_eq!(history.at(399), Some(history.last()));
        assert_eq!((history.at(128), history.at(398)), (None, None));
    }
}
