//! Bugs that a simulation plants, to show that it would find them. None of this
//! is in the program: it is compiled for the feature `simulation` only.

use std::cell::Cell;

use crate::{
    coded_enum::coded_enum,
    game::{Action, Round},
};

thread_local! {
    static PLANTED: Cell<Bug> = const { Cell::new(Bug::None) };
}

coded_enum! {
    /// A mistake.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Bug {
        /// No bug.
        None = "none",
        /// What is acknowledged as on disk is not.
        DroppedSync = "dropped-sync",
        /// A command that is tried again counts again.
        SkippedDedup = "skipped-dedup",
        /// Entries of a leader of an older term are taken.
        StaleLeader = "stale-leader",
        /// Who goes on without the others takes any log instead of the newest.
        AnyLog = "any-log",
        /// Who hears that the game goes on elsewhere follows, whatever it knows.
        NoFence = "no-fence",
        /// Whoever was let in once is heard, removed or not.
        AnyCaller = "any-caller",
        /// A setter denies a letter. Not for the simulation, which plays together.
        FalseAnswer = "false-answer",
    }
}

impl Bug {
    /// All that a simulation finds.
    pub const FOUND: [Self; 6] = [
        Self::DroppedSync,
        Self::SkippedDedup,
        Self::StaleLeader,
        Self::AnyLog,
        Self::NoFence,
        Self::AnyCaller,
    ];

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
pub(crate) fn false_answer(mut action: Option<Action>, round: &Round) -> Option<Action> {
    if let Some(Action::Answer { cells, .. }) = &mut action
        && Bug::FalseAnswer.is_planted()
        && round.guesses().is_empty()
    {
        *cells = 0;
    }
    action
}
