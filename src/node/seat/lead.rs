//! What a seat remembers for the time when it leads.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use parking_lot::Mutex;
use tokio::time::Instant;

use super::door::{Knocks, Strangers};
use crate::{
    budget::Budget,
    consensus::NodeId,
    game::PeerId,
    net::{Refusal, Refused},
    node::api::Timing,
};

/// What a seat remembers for the time when it leads.
#[derive(Debug, Default)]
pub struct Lead {
    /// Held while the membership changes.
    pub changing: tokio::sync::Mutex<()>,
    /// Held while an observation is on its way into the log.
    pub noticing: tokio::sync::Mutex<()>,
    /// Those of the members that have been looked at.
    pub trials: Mutex<BTreeMap<NodeId, Trial>>,
    /// When the members were asked last which rules they know.
    pub rules_asked: Mutex<Option<Instant>>,
    pub knocks: Knocks,
    pub strangers: Strangers,
    pub talk: TalkLimit,
    pub commands: CommandLimit,
}

/// How many commands a player may give at once, and how many a second after that:
/// more than hands can, less than would keep the others waiting.
const COMMANDS: (u32, u32) = (1000, 250);

/// Keeps one player's program from keeping the leader busy.
#[derive(Debug)]
pub struct CommandLimit(Budget<PeerId>);

impl Default for CommandLimit {
    fn default() -> Self {
        let (burst, per_second) = COMMANDS;
        Self(Budget::new(burst, per_second))
    }
}

impl CommandLimit {
    /// Counts a command of a player's.
    ///
    /// # Errors
    /// If it is one too many.
    pub fn count(&self, peer: PeerId) -> Result<(), Refused> {
        if self.0.take(&peer) {
            return Ok(());
        }
        Err(Refusal::TooFast.because("not so fast: too many commands at once"))
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

/// Since when a member answers without a pause: the time it is on trial before
/// it may vote. Lost with the leadership: a new leader starts its own.
#[derive(Clone, Copy, Debug)]
pub struct Trial {
    /// When it was first looked at: it joined, or we became the leader.
    pub seen: Instant,
    /// Since when it has answered without a pause.
    pub since: Instant,
    /// Whether there was one.
    pub was_away: bool,
}

impl Trial {
    pub fn begin(now: Instant) -> Self {
        Self {
            seen: now,
            since: now,
            was_away: false,
        }
    }

    /// Looks at a member that has not answered for so long.
    pub fn look(&mut self, silent: Duration, now: Instant, timing: &Timing) {
        if silent >= timing.away {
            self.since = now;
            self.was_away = true;
        }
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
        let mut trial = Trial::begin(Instant::now());
        let timing = Timing::REAL;
        let mut look = |silent| {
            let now = Instant::now();
            trial.look(silent, now, &timing);
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
