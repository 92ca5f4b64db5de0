//! How long members have answered without a pause.

use std::{collections::BTreeMap, time::Duration};

use tokio::time::Instant;

use crate::{consensus::NodeId, node::api::Timing};

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
