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

/// A digest of the entries up to one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    /// Index of the last entry.
    pub index: u64,
    /// SHA-256 of that entry and the digest before it.
    pub digest: [u8; 32],
}

/// The digest after the last applied entry, and a few earlier ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    pub(super) last: Mark,
    /// At multiples of [`STEP`], the newest last.
    pub(super) marks: VecDeque<Mark>,
}

impl History {
    /// Adds an entry that was applied, as [`codec::canonical`](super::codec::canonical)
    /// writes it: with its log id, and without signatures. With every mark also what it
    /// brought about, the digest of `game`: a state that came by a snapshot, and not by
    /// these entries, differs from then on.
    pub fn note(&mut self, index: u64, entry: &[u8], game: impl FnOnce() -> [u8; 32]) {
        let mut digest = Sha256::new()
            .chain_update(self.last.digest)
            .chain_update(entry);
        if index.is_multiple_of(STEP) {
            digest.update(game());
        }
        self.last = Mark {
            index,
            digest: digest.finalize().into(),
        };
        if index.is_multiple_of(STEP) {
            self.marks.push_back(self.last);
            if self.marks.len() > MARKS {
                self.marks.pop_front();
            }
        }
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

/// The digests after the newest entries that were applied, in memory: others ask for
/// one where they stand. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Recent(Arc<Mutex<VecDeque<Mark>>>);

impl Recent {
    /// Adds the newest one.
    pub fn note(&self, mark: Mark) {
        let mut all = self.0.lock();
        if all.len() >= RECENT {
            all.pop_front();
        }
        all.push_back(mark);
    }

    /// The digest after an entry, if it is remembered.
    pub fn at(&self, index: u64) -> Option<Mark> {
        let all = self.0.lock();
        all.iter().rev().copied().find(|mark| mark.index == index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(entries: &[&[u8]]) -> History {
        let mut history = History::default();
        for (index, entry) in entries.iter().enumerate() {
            history.note(index as u64, entry, || [0; 32]);
        }
        history
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
