//! Times as this computer measures them: of the round that is on, and of this
//! player's commands.

use std::{collections::VecDeque, time::Duration};

use parking_lot::Mutex;
use tokio::time::Instant;

use crate::{
    game::{Game, Wait},
    node::api::{Clock, Timing},
};

/// How many commands are kept of which it is known how long they took.
const LATENCIES: usize = 60;

/// Remembers when the step that a round is at was seen first.
#[derive(Debug, Default)]
pub struct RoundClock(Mutex<Option<((u32, u32), Instant)>>);

impl RoundClock {
    /// The clock of the round that is on, if it has one.
    pub fn of(&self, game: &Game, timing: &Timing) -> Option<Clock> {
        let round = game.round()?;
        let wait = Wait::of(round)?;
        let key = (round.number(), round.step());
        let mut step = self.0.lock();
        let since = match *step {
            Some((known, since)) if known == key => since,
            _ => Instant::now(),
        };
        *step = Some((key, since));
        let limit = match wait {
            Wait::Turn => Duration::from_secs(game.table().settings.turn_seconds.into()),
            Wait::Setting => timing.setting,
            Wait::Answer => timing.answer,
        };
        Some(Clock { wait, since, limit })
    }

    /// Starts it anew: nobody could play meanwhile.
    pub fn restart(&self) {
        *self.0.lock() = None;
    }
}

/// How long the newest commands took.
#[derive(Debug, Default)]
pub struct Latencies(Mutex<VecDeque<Duration>>);

impl Latencies {
    pub fn note(&self, took: Duration) {
        let mut all = self.0.lock();
        if all.len() >= LATENCIES {
            all.pop_front();
        }
        all.push_back(took);
    }

    pub fn all(&self) -> Vec<Duration> {
        self.0.lock().iter().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_latencies_are_kept() {
        let latencies = Latencies::default();
        for n in 0..100 {
            latencies.note(Duration::from_millis(n));
        }
        let all = latencies.all();
        assert_eq!(all.len(), LATENCIES);
        assert_eq!(all.last(), Some(&Duration::from_millis(99)));
    }
}
