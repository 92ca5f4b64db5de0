//! Whom the owners of a room have sent away, as far as a seat has heard.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use tokio::time::Instant;

use crate::{
    consensus::GameCommand,
    game::{MAX_LISTED, PeerId},
};

/// How long a member is heard that the owner has sent away, as the game says: until
/// then its program can leave by itself, and its leader hand over.
const FAREWELL: Duration = Duration::from_secs(2);

/// How long it counts that an owner sends somebody away, when it was shown last and was
/// not decided: three times as long as until members ask each other again.
const OPEN: Duration = Duration::from_secs(15);

/// Whom owners have sent away.
#[derive(Clone, Debug, Default)]
pub struct Removals {
    /// As members showed.
    shown: BTreeMap<PeerId, SentAway>,
    /// As the game here says, and when that was seen.
    removed: BTreeMap<PeerId, Instant>,
}

/// Somebody whom an owner has sent away.
#[derive(Clone, Debug)]
struct SentAway {
    by: GameCommand,
    /// Since when that is known.
    since: Instant,
    /// Until when that counts, unless it is shown again, while it is not decided.
    until: Option<Instant>,
}

impl SentAway {
    fn is_on(&self) -> bool {
        self.until.is_none_or(|until| Instant::now() < until)
    }
}

impl Removals {
    /// Notes whom an owner has sent away, as a member showed: that was decided, or is
    /// still open, and may never be.
    pub fn note_shown(&mut self, peer: PeerId, by: &GameCommand, is_open: bool) {
        let until = is_open.then(|| Instant::now() + OPEN);
        let known = self.shown.get(&peer);
        let is_decided = known.is_some_and(|known| known.until.is_none() && known.by == *by);
        let has_place = known.is_some() || self.shown.len() < MAX_LISTED;
        if has_place && !is_decided {
            let by = by.clone();
            let is_on = known.filter(|known| known.is_on());
            let since = is_on.map_or_else(Instant::now, |known| known.since);
            self.shown.insert(peer, SentAway { by, since, until });
        }
    }

    /// Forgets those whom that would send away no more, and what came to nothing.
    pub fn keep_shown(&mut self, would: impl Fn(&GameCommand) -> bool) {
        self.shown
            .retain(|_, known| known.is_on() && would(&known.by));
    }

    /// Notes who is no player any more, as the game here says. The leader takes away
    /// their seats, unless it is one of them.
    pub fn note_removed(&mut self, removed: &[PeerId]) {
        self.removed.retain(|peer, _| removed.contains(peer));
        for peer in removed {
            self.removed.entry(*peer).or_insert_with(Instant::now);
        }
    }

    /// All whom owners have sent away.
    pub(super) fn sent_away(&self) -> BTreeSet<PeerId> {
        let all = self.shown.keys().chain(self.removed.keys()).copied();
        all.filter(|peer| self.is_sent_away(peer)).collect()
    }

    /// Whether somebody counts as sent away who did not at that time.
    pub(super) fn is_newer_than(&self, at: Instant) -> bool {
        let shown = self.shown.values().filter(|known| known.is_on());
        let removed = self.removed.values().map(|seen| *seen + FAREWELL);
        let mut since = shown.map(|known| known.since).chain(removed);
        since.any(|since| since > at && since <= Instant::now())
    }

    /// Whether an owner has sent somebody away: as a member showed, or as the game here
    /// says for a while.
    pub fn is_sent_away(&self, peer: &PeerId) -> bool {
        let since = self.removed.get(peer);
        self.shown.get(peer).is_some_and(SentAway::is_on)
            || since.is_some_and(|at| at.elapsed() >= FAREWELL)
    }
}
