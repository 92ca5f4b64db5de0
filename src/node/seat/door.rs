//! What the leader knows of those who want to come in.

use std::{collections::BTreeMap, time::Duration};

use parking_lot::Mutex;
use tokio::time::Instant;

use crate::{
    game::{AnswerToAll, MAX_KNOCKS, Name, PeerId},
    net::Source,
    random,
};

/// Who knocks asks again and again; who has not for this long has gone.
pub const KNOCKING: Duration = Duration::from_secs(5);

/// How many knocks are remembered; beyond it, who came last from where most come from
/// is forgotten.
const MAX_WAITING: usize = 256;

/// How long a knock stays on the owner's list while others wait for its place.
const SHOWN: Duration = Duration::from_secs(30);

/// How many strangers come in without a word of the owner's in [`FRESH`]: a family is
/// less, and a program with many keys gets no further.
const MAX_FRESH: usize = 12;

/// How long a stranger counts for [`MAX_FRESH`].
const FRESH: Duration = Duration::from_secs(60);

/// How long a place is kept for a stranger who may come in.
const RESERVED: Duration = Duration::from_secs(10);

/// Who waits to be let in.
#[derive(Debug, Default)]
pub struct Knocks(Mutex<BTreeMap<PeerId, Knock>>);

#[derive(Debug)]
struct Knock {
    name: Name,
    from: Source,
    /// The entry that was applied last when they knocked first.
    since: (u64, Instant),
    asked: Instant,
    /// Whether this computer's player has met them.
    is_met: bool,
    /// Since when they stand on the owner's list.
    shown: Option<Instant>,
}

impl Knocks {
    /// Somebody asks to be let in, while that entry is the last.
    pub fn note(&self, peer: PeerId, name: &Name, from: Source, applied: u64, is_met: bool) {
        let now = Instant::now();
        let mut knocks = self.0.lock();
        knocks.retain(|_, knock| now - knock.asked < KNOCKING);
        let knock = knocks.entry(peer).or_insert_with(|| Knock {
            name: name.clone(),
            from,
            since: (applied, now),
            asked: now,
            is_met,
            shown: None,
        });
        knock.asked = now;
        if knocks.len() > MAX_WAITING {
            let from_there =
                |from: Source| knocks.values().filter(|knock| knock.from == from).count();
            // Of as many sources as there are places, anybody: not who comes last.
            let last = knocks.iter().max_by_key(|(_, knock)| {
                let is_stranger = !knock.is_met;
                (is_stranger, from_there(knock.from), random::u64())
            });
            if let Some(last) = last.map(|(peer, _)| *peer) {
                knocks.remove(&last);
            }
        }
    }

    /// What the owner has answered somebody with the others who knocked.
    pub fn answer(&self, peer: &PeerId, to_all: Option<AnswerToAll>) -> Option<bool> {
        let knocks = self.0.lock();
        let (since, _) = knocks.get(peer)?.since;
        to_all
            .filter(|answer| answer.index > since)
            .map(|answer| answer.let_in)
    }

    /// Who of those that wait comes onto the owner's list, which has `listed` now, and
    /// who leaves it: those come first whom this computer's player has met, and of
    /// the others anybody, in turns.
    pub fn turns(
        &self,
        waiting: &BTreeMap<PeerId, Name>,
        listed: &BTreeMap<PeerId, Name>,
    ) -> (Vec<PeerId>, Vec<PeerId>) {
        let mut knocks = self.0.lock();
        for (peer, knock) in &mut *knocks {
            let since = knock.shown.unwrap_or_else(Instant::now);
            knock.shown = listed.contains_key(peer).then_some(since);
        }
        let is_met = |peer: &PeerId| knocks.get(peer).is_some_and(|knock| knock.is_met);
        let mut come: Vec<PeerId> = waiting.keys().copied().collect();
        come.retain(|peer| !listed.contains_key(peer));
        come.sort_by_cached_key(|peer| (!is_met(peer), random::u64()));
        let later = come.split_off(come.len().min(MAX_KNOCKS.saturating_sub(listed.len())));
        let mut shown: Vec<_> = listed
            .keys()
            .filter(|peer| !is_met(peer))
            .filter_map(|peer| Some((knocks.get(peer)?.shown?, *peer)))
            .collect();
        shown.sort_unstable();
        let leave = shown.into_iter().zip(later);
        let leave = leave.filter(|((since, _), next)| is_met(next) || since.elapsed() >= SHOWN);
        (leave.map(|((_, peer), _)| peer).collect(), come)
    }

    /// Those who still ask, and have no answer: of each source who came first, or first
    /// of those whom this computer's player has met.
    pub fn waiting(&self, to_all: Option<AnswerToAll>) -> BTreeMap<PeerId, Name> {
        let mut knocks = self.0.lock();
        knocks.retain(|_, knock| knock.asked.elapsed() < KNOCKING);
        let answered = to_all.map_or(0, |answer| answer.index);
        let mut first: BTreeMap<Source, (PeerId, &Knock)> = BTreeMap::new();
        for (peer, knock) in knocks.iter().filter(|(_, knock)| knock.since.0 >= answered) {
            let before = first.entry(knock.from).or_insert((*peer, knock));
            let order = |knock: &Knock| (!knock.is_met, knock.since);
            if order(knock) < order(before.1) {
                *before = (*peer, knock);
            }
        }
        let first = first.into_values();
        first
            .map(|(peer, knock)| (peer, knock.name.clone()))
            .collect()
    }
}

/// The strangers who came in lately.
#[derive(Debug, Default)]
pub struct Strangers(Mutex<BTreeMap<PeerId, Stranger>>);

#[derive(Debug)]
struct Stranger {
    from: Source,
    since: Instant,
    /// Until when they count.
    until: Instant,
}

impl Strangers {
    /// Whether a stranger may come in; then there is a place for them for a while. If
    /// all are taken, the newest from where most come from gives way to whoever comes
    /// from where fewer do; but nobody who sits down already.
    pub fn may_come(&self, peer: PeerId, from: Source, sits: impl Fn(&PeerId) -> bool) -> bool {
        let now = Instant::now();
        let mut fresh = self.0.lock();
        fresh.retain(|_, stranger| now < stranger.until);
        if fresh.contains_key(&peer) {
            return true;
        }
        if fresh.len() >= MAX_FRESH {
            let from_there = |from| fresh.values().filter(|other| other.from == from).count();
            let fewer = from_there(from) + 1;
            let newest = fresh
                .iter()
                .filter(|(peer, other)| from_there(other.from) > fewer && !sits(peer))
                .max_by_key(|(_, other)| (from_there(other.from), other.since))
                .map(|(peer, _)| *peer);
            let Some(newest) = newest else {
                return false;
            };
            fresh.remove(&newest);
        }
        let (since, until) = (now, now + RESERVED);
        fresh.insert(peer, Stranger { from, since, until });
        true
    }

    /// Somebody came in; if it was a stranger, they count for a minute.
    pub fn came(&self, peer: &PeerId) {
        if let Some(stranger) = self.0.lock().get_mut(peer) {
            stranger.until = Instant::now() + FRESH;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(n: u8) -> PeerId {
        PeerId::new([n; 32])
    }

    fn source(n: u8) -> Source {
        Source::of([192, 0, 2, n].into())
    }

    fn names(waiting: &BTreeMap<PeerId, Name>) -> Vec<String> {
        let mut names: Vec<_> = waiting.values().map(Name::to_string).collect();
        names.sort();
        names
    }

    #[tokio::test(start_paused = true)]
    async fn one_of_each_source_is_shown_and_all_are_answered() {
        let knocks = Knocks::default();
        let name = |n: u8| Name::parse(&format!("P{n:02}")).expect("a name");
        // A dozen behind one address, and one of another.
        for n in 1..=12 {
            knocks.note(peer(n), &name(n), source(1), 100, false);
            tokio::time::advance(Duration::from_millis(10)).await;
        }
        knocks.note(peer(13), &name(13), source(2), 100, false);
        assert_eq!(names(&knocks.waiting(None)), ["P01", "P13"]);
        // The owner answers; who asks after that is not meant.
        let all = Some(AnswerToAll {
            index: 101,
            let_in: true,
        });
        knocks.note(peer(14), &name(14), source(1), 101, false);
        assert!((1..=13).all(|n| knocks.answer(&peer(n), all) == Some(true)));
        assert_eq!(knocks.answer(&peer(14), all), None);
        assert_eq!(names(&knocks.waiting(all)), ["P14"]);
        // Who does not ask any more is gone, and asks anew if they come again.
        tokio::time::advance(KNOCKING).await;
        assert!(knocks.waiting(all).is_empty());
        assert_eq!(knocks.answer(&peer(1), all), None);
        knocks.note(peer(1), &name(1), source(1), 102, false);
        assert_eq!(knocks.answer(&peer(1), all), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_thousand_keys_hide_nobody() {
        let (knocks, name) = (Knocks::default(), Name::placeholder());
        let key = |n: u16| {
            let mut id = [9; 32];
            id[..2].copy_from_slice(&n.to_be_bytes());
            PeerId::new(id)
        };
        let friend = Name::parse("Friend").expect("a name");
        knocks.note(peer(1), &friend, source(20), 5, false);
        for n in 0..1000 {
            knocks.note(key(n), &name, source(1 + (n % 16) as u8), 5, false);
        }
        assert_eq!(knocks.0.lock().len(), MAX_WAITING);
        // Who comes when all places are taken gets one of the flood's.
        knocks.note(peer(2), &friend, source(21), 5, false);
        let waiting = knocks.waiting(None);
        assert_eq!(waiting.len(), 18);
        assert!(waiting.contains_key(&peer(1)) && waiting.contains_key(&peer(2)));
        assert_eq!(knocks.0.lock().len(), MAX_WAITING);
    }

    /// A stranger with more addresses than the owner's list has places.
    #[tokio::test(start_paused = true)]
    async fn the_owners_list_has_a_place_for_everybody_in_turn() {
        let (knocks, name) = (Knocks::default(), Name::placeholder());
        let flood = || (0..40).for_each(|n| knocks.note(peer(n), &name, source(n), 5, false));
        let mut listed = BTreeMap::new();
        let look = |listed: &mut BTreeMap<PeerId, Name>| {
            let (leave, come) = knocks.turns(&knocks.waiting(None), listed);
            for peer in leave {
                listed.remove(&peer);
            }
            listed.extend(come.into_iter().map(|peer| (peer, name.clone())));
            assert!(listed.len() <= MAX_KNOCKS);
        };
        flood();
        look(&mut listed);
        assert_eq!(listed.len(), MAX_KNOCKS);
        // Somebody whom the player has met is shown at once, also behind an address
        // from which others knock.
        knocks.note(peer(50), &name, source(7), 5, true);
        look(&mut listed);
        look(&mut listed);
        assert!(listed.contains_key(&peer(50)));
        // Others wait, and each is shown in the end.
        knocks.note(peer(51), &name, source(51), 5, false);
        let mut looks = 0;
        while !listed.contains_key(&peer(51)) {
            flood();
            knocks.note(peer(50), &name, source(7), 5, true);
            knocks.note(peer(51), &name, source(51), 5, false);
            look(&mut listed);
            tokio::time::advance(Duration::from_secs(1)).await;
            looks += 1;
            assert!(looks < 1000, "it is never shown");
        }
        assert!(looks > 20 && listed.contains_key(&peer(50)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_dozen_strangers_come_in_a_minute() {
        let strangers = Strangers::default();
        let may_come = |n| strangers.may_come(peer(n), source(1), |_| false);
        assert!((0..12).all(may_come));
        assert!(!may_come(12));
        assert!(may_come(3), "it asks twice");
        (0..11).for_each(|n| strangers.came(&peer(n)));
        // Who does not come after all gives the place back.
        tokio::time::advance(RESERVED).await;
        assert!(may_come(12));
        assert!(!may_come(13));
        tokio::time::advance(FRESH).await;
        assert!((20..32).all(may_come));
    }

    #[tokio::test(start_paused = true)]
    async fn one_address_with_many_keys_keeps_no_other_out() {
        let strangers = Strangers::default();
        // Of a dozen behind one address three sit down, and all others ask again and
        // again, or come in and do not sit down.
        let sits = |other: &PeerId| (9..12).any(|n| *other == peer(n));
        let may_come = |n, from| strangers.may_come(peer(n), source(from), sits);
        for n in 0..12 {
            assert!(may_come(n, 1));
            tokio::time::advance(Duration::from_millis(10)).await;
        }
        (0..12).for_each(|n| strangers.came(&peer(n)));
        for from in 2..=4 {
            // As many as are left to each of four.
            assert!((0..3).all(|n| may_come(10 * from + n, from)));
            assert!((0..100).all(|n| !may_come(100 + n, 1)));
        }
        // The newest went, and nobody who sits.
        let stay: Vec<u8> = (0..12).filter(|n| may_come(*n, 1)).collect();
        assert_eq!(stay, [9, 10, 11]);
        // Nobody gets more than those who give way keep.
        assert_eq!((50..60).filter(|n| may_come(*n, 5)).count(), 2);
    }
}
