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
/// not decided: members ask each other again more than three times meanwhile.
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
    /// Whether the room's founder has signed it, whose right does not pass on.
    by_founder: bool,
}

impl SentAway {
    fn is_on(&self) -> bool {
        self.until.is_none_or(|until| Instant::now() < until)
    }
}

impl Removals {
    /// Notes whom an owner, or the `founder`, has sent away, as a member showed: that was
    /// decided, or is still open, and may never be.
    pub fn note_shown(
        &mut self,
        peer: PeerId,
        by: &GameCommand,
        is_open: bool,
        founder: Option<PeerId>,
    ) {
        let until = is_open.then(|| Instant::now() + OPEN);
        let by_founder = founder == Some(by.id.peer_id);
        let known = self.shown.get(&peer);
        let is_decided = known.is_some_and(|known| known.until.is_none() && known.by == *by);
        // Who was the owner once may have signed as many as there are places.
        let is_weaker = known.is_some_and(|known| known.by_founder && known.is_on()) && !by_founder;
        if is_decided || is_weaker || known.is_none() && !self.make_place(by_founder) {
            return;
        }
        let is_on = self.shown.get(&peer).filter(|known| known.is_on());
        let since = is_on.map_or_else(Instant::now, |known| known.since);
        let by = by.clone();
        let sent_away = SentAway {
            by,
            since,
            until,
            by_founder,
        };
        self.shown.insert(peer, sent_away);
    }

    /// Whether there is a place for one more; the founder's removal takes the oldest other
    /// one.
    fn make_place(&mut self, by_founder: bool) -> bool {
        if self.shown.len() >= MAX_LISTED && by_founder {
            let others = self.shown.iter().filter(|(_, known)| !known.by_founder);
            let oldest = others.min_by_key(|(_, known)| known.since);
            if let Some(peer) = oldest.map(|(peer, _)| *peer) {
                self.shown.remove(&peer);
            }
        }
        self.shown.len() < MAX_LISTED
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
    pub fn sent_away(&self) -> BTreeSet<PeerId> {
        let all = self.shown.keys().chain(self.removed.keys()).copied();
        all.filter(|peer| self.sent_away_since(peer).is_some())
            .collect()
    }

    /// Whether somebody counts as sent away who did not at that time.
    pub(super) fn is_newer_than(&self, at: Instant) -> bool {
        let shown = self.shown.values().filter(|known| known.is_on());
        let removed = self.removed.values().map(|seen| *seen + FAREWELL);
        let mut since = shown.map(|known| known.since).chain(removed);
        since.any(|since| since > at && since <= Instant::now())
    }

    /// Since when somebody counts as sent away by an owner: as a member showed, or as the
    /// game here says for a while.
    pub(super) fn sent_away_since(&self, peer: &PeerId) -> Option<Instant> {
        self.since(peer, FAREWELL)
    }

    /// Since when that is known, though a leader may be heard on.
    pub(super) fn known_since(&self, peer: &PeerId) -> Option<Instant> {
        self.since(peer, Duration::ZERO)
    }

    /// As a member showed, or so long after the game here said so.
    fn since(&self, peer: &PeerId, grace: Duration) -> Option<Instant> {
        let shown = self.shown.get(peer).filter(|known| known.is_on());
        let removed = self.removed.get(peer).map(|seen| *seen + grace);
        let removed = removed.filter(|since| *since <= Instant::now());
        shown
            .map(|known| known.since)
            .into_iter()
            .chain(removed)
            .min()
    }

    /// Whether that was decided here, or the founder has signed it. An owner may have lost
    /// that right by now, which is not known here.
    pub fn is_certain(&self, peer: &PeerId) -> bool {
        let shown = self.shown.get(peer).filter(|known| known.is_on());
        self.removed.contains_key(peer) || shown.is_some_and(|known| known.by_founder)
    }
}
