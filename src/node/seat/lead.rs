//! What a seat remembers for the time when it leads.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use parking_lot::Mutex;
use tokio::time::Instant;

use crate::{
    consensus::NodeId,
    game::{Name, PeerId},
    net::{MAX_MEMBERS, Refusal, Refused},
    node::api::Timing,
};

/// Who knocks asks again and again; who has not for this long has gone.
pub const KNOCKING: Duration = Duration::from_secs(5);

/// What a seat remembers for the time when it leads.
#[derive(Debug, Default)]
pub struct Lead {
    /// Held while the membership changes.
    pub changing: tokio::sync::Mutex<()>,
    /// Held while an observation is on its way into the log.
    pub noticing: tokio::sync::Mutex<()>,
    pub trials: Mutex<Trials>,
    /// When the members were asked last which rules they know.
    pub rules_asked: Mutex<Option<Instant>>,
    pub knocks: Knocks,
    pub talk: TalkLimit,
}

/// Who waits to be let into a locked room.
#[derive(Debug, Default)]
pub struct Knocks(Mutex<BTreeMap<PeerId, (Name, Instant)>>);

impl Knocks {
    /// Somebody asks to be let in.
    pub fn note(&self, peer: PeerId, name: Name) {
        let mut knocks = self.0.lock();
        if knocks.len() < MAX_MEMBERS || knocks.contains_key(&peer) {
            knocks.insert(peer, (name, Instant::now()));
        }
    }

    /// Those who still ask.
    pub fn waiting(&self) -> BTreeMap<PeerId, Name> {
        let mut knocks = self.0.lock();
        knocks.retain(|_, (_, at)| at.elapsed() < KNOCKING);
        knocks
            .iter()
            .map(|(peer, (name, _))| (*peer, name.clone()))
            .collect()
    }
}

/// What a player may say in [`WINDOW`].
const MESSAGES: usize = 5;

/// See [`MESSAGES`].
const WINDOW: Duration = Duration::from_secs(3);

/// The messages of each player in the last seconds.
#[derive(Debug, Default)]
pub struct TalkLimit(Mutex<BTreeMap<PeerId, VecDeque<Instant>>>);

impl TalkLimit {
    /// Counts a message of a player's.
    ///
    /// # Errors
    /// If it is one too many.
    pub fn count(&self, peer: PeerId) -> Result<(), Refused> {
        let now = Instant::now();
        let mut talking = self.0.lock();
        talking.retain(|_, times| times.back().is_some_and(|t| now - *t < WINDOW));
        let times = talking.entry(peer).or_default();
        while times.front().is_some_and(|t| now - *t >= WINDOW) {
            times.pop_front();
        }
        if times.len() >= MESSAGES {
            return Err(Refusal::TooFast.because("not so fast: at most 5 messages in 3 seconds"));
        }
        times.push_back(now);
        Ok(())
    }
}

/// Since when each member answers without a pause: the time it is on trial
/// before it may vote. Lost with the leadership: a new leader starts its own.
#[derive(Debug, Default)]
pub struct Trials(BTreeMap<NodeId, Trial>);

/// A member's trial.
#[derive(Clone, Copy, Debug)]
pub struct Trial {
    /// When it was first looked at: it joined, or we became the leader.
    seen: Instant,
    /// Since when it has answered without a pause.
    pub since: Instant,
    /// Whether there was one.
    pub was_away: bool,
}

impl Trials {
    /// Forgets all but these members.
    pub fn retain(&mut self, keep: impl Fn(NodeId) -> bool) {
        self.0.retain(|id, _| keep(*id));
    }

    /// How long a member has been looked at.
    pub fn seen_for(&mut self, id: NodeId, now: Instant) -> Duration {
        now.duration_since(self.entry(id, now).seen)
    }

    /// Looks at a member that has not answered for so long.
    pub fn look(&mut self, id: NodeId, silent: Duration, now: Instant, timing: &Timing) -> Trial {
        let trial = self.entry(id, now);
        if silent >= timing.away {
            trial.since = now;
            trial.was_away = true;
        }
        *trial
    }

    fn entry(&mut self, id: NodeId, now: Instant) -> &mut Trial {
        self.0.entry(id).or_insert(Trial {
            seen: now,
            since: now,
            was_away: false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn nobody_floods_the_chat() {
        let (limit, ada, bob) = (
            TalkLimit::default(),
            PeerId::new([1; 32]),
            PeerId::new([2; 32]),
        );
        let said = |peer| (0..8).filter(|_| limit.count(peer).is_ok()).count();
        assert_eq!((said(ada), said(bob)), (5, 5));
        tokio::time::advance(Duration::from_millis(2900)).await;
        assert_eq!(said(ada), 0);
        tokio::time::advance(Duration::from_millis(200)).await;
        assert_eq!((said(ada), said(bob)), (5, 5));
    }

    #[tokio::test(start_paused = true)]
    async fn who_was_away_starts_its_trial_anew() {
        let mut trials = Trials::default();
        let timing = Timing::REAL;
        let mut look = |silent| {
            let now = Instant::now();
            let trial = trials.look(7, silent, now, &timing);
            (now.duration_since(trial.since), trial.was_away)
        };
        assert_eq!(look(Duration::ZERO), (Duration::ZERO, false));
        tokio::time::advance(Duration::from_secs(9)).await;
        assert_eq!(look(Duration::ZERO), (Duration::from_secs(9), false));
        assert_eq!(look(timing.away), (Duration::ZERO, true));
        tokio::time::advance(Duration::from_secs(4)).await;
        assert_eq!(look(Duration::ZERO), (Duration::from_secs(4), true));
    }
}
