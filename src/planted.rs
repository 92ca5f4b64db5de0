//! Bugs that a simulation plants, to show that it would find them. None of this
//! is in the program: it is compiled for the feature `simulation` only.

use std::cell::Cell;

use crate::game::Round;

thread_local! {
    static PLANTED: Cell<Bug> = const { Cell::new(Bug::None) };
}

/// A mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// No bug.
    None,
    /// What is acknowledged as on disk is not.
    DroppedSync,
    /// A command that is tried again counts again.
    SkippedDedup,
    /// Entries of a leader of an older term are taken.
    StaleLeader,
    /// Who goes on without the others takes any log instead of the newest.
    AnyLog,
    /// A setter denies a letter. Not for the simulation, which plays together.
    FalseAnswer,
}

impl Bug {
    /// All that a simulation finds.
    pub const ALL: [Self; 4] = [
        Self::DroppedSync,
        Self::SkippedDedup,
        Self::StaleLeader,
        Self::AnyLog,
    ];

    /// Its name, for a command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::DroppedSync => "dropped-sync",
            Self::SkippedDedup => "skipped-dedup",
            Self::StaleLeader => "stale-leader",
            Self::AnyLog => "any-log",
            Self::FalseAnswer => "false-answer",
        }
    }

    /// The bug of this name.
    pub fn by_name(name: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter().chain([Self::None]);
        all.find(|bug| bug.name() == name)
    }

    /// Whether it is planted on this thread.
    pub fn is_planted(self) -> bool {
        PLANTED.get() == self
    }
}

/// Plants a bug on this thread, and only that.
pub fn plant(bug: Bug) {
    PLANTED.set(bug);
}

/// With [`Bug::DroppedSync`]: a transaction that a crash undoes.
pub(crate) fn drop_sync(txn: &mut redb::WriteTransaction) -> Result<(), redb::Error> {
    if Bug::DroppedSync.is_planted() {
        txn.set_durability(redb::Durability::None)?;
    }
    Ok(())
}

/// With [`Bug::FalseAnswer`]: denies the first letter that is asked for.
pub(crate) fn false_answer(cells: u64, round: &Round) -> u64 {
    if Bug::FalseAnswer.is_planted() && round.guesses().is_empty() {
        return 0;
    }
    cells
}
