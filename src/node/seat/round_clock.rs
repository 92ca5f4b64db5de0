//! The clock of the round that is on, as this computer measures it.

use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

use crate::{
    game::{Game, Wait},
    node::api::{Clock, Timing},
};

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
