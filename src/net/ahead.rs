//! How much of a seat's log is not applied yet.

use std::collections::VecDeque;

/// The most of it, in bytes as it was sent: some messages of the largest size. openraft
/// keeps it in memory and on disk, from whoever says that it leads.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// What of a log is not applied yet, as it came: from which entry to which, and how
/// large that was.
#[derive(Debug, Default)]
pub(super) struct Ahead(VecDeque<(u64, u64, usize)>);

impl Ahead {
    /// Whether entries of so many bytes have room, when all up to `applied` are applied.
    /// What comes once more is there once.
    pub(super) fn has_room(
        &mut self,
        applied: Option<u64>,
        (first, last): (u64, u64),
        bytes: usize,
    ) -> bool {
        self.0.retain(|(_, last, _)| Some(*last) > applied);
        let stay = |(from, to, _): &&(u64, u64, usize)| *from < first || *to > last;
        let taken: usize = self.0.iter().filter(stay).map(|(_, _, bytes)| bytes).sum();
        taken.saturating_add(bytes) <= MAX_BYTES
    }

    /// Notes what was taken.
    pub(super) fn note(&mut self, (first, last): (u64, u64), bytes: usize) {
        self.0.retain(|(from, to, _)| *from < first || *to > last);
        self.0.push_back((first, last, bytes));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_applied_makes_room() {
        let mut ahead = Ahead::default();
        let quarter = MAX_BYTES / 4;
        for n in 1..=4 {
            assert!(ahead.has_room(None, (n, n), quarter), "{n}");
            ahead.note((n, n), quarter);
        }
        assert!(!ahead.has_room(None, (5, 5), 1) && !ahead.has_room(Some(0), (5, 5), 1));
        assert!(ahead.has_room(Some(1), (5, 5), quarter));
        assert!(!ahead.has_room(Some(1), (5, 5), quarter + 1));
        assert!(ahead.has_room(Some(4), (5, 5), MAX_BYTES));
        assert!(!ahead.has_room(Some(4), (5, 5), usize::MAX));
    }

    #[test]
    fn what_comes_again_takes_no_room() {
        let mut ahead = Ahead::default();
        for _ in 0..100 {
            assert!(ahead.has_room(None, (1, 9), MAX_BYTES));
            ahead.note((1, 9), MAX_BYTES);
        }
        // A part of it does not take the place of all.
        ahead.note((2, 3), 1);
        assert!(!ahead.has_room(None, (10, 10), 1));
    }
}
