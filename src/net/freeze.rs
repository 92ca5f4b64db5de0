//! A seat keeps still while the game moves into another room.

use std::time::Duration;

use tokio::time::Instant;

/// How long a seat that was frozen is not frozen again for as long as others like.
const PAUSE: Duration = Duration::from_secs(5);

/// Since when a seat is frozen, and until when.
#[derive(Debug, Default)]
pub(super) struct Freeze(Option<(Instant, Instant)>);

impl Freeze {
    /// Freezes for so long: no call of Raft's is made or answered. False if that would
    /// be more than twice as long in one piece, or too soon after: somebody could keep
    /// the room from electing a leader for ever.
    pub(super) fn begin(&mut self, time: Duration) -> bool {
        let now = Instant::now();
        let piece = self.0.filter(|(_, until)| now < *until + PAUSE);
        let since = piece.map_or(now, |(since, _)| since);
        let may = now + time <= since + 2 * time;
        if may {
            self.0 = Some((since, now + time));
        }
        may
    }

    /// Freezes for so long in any case, as a new piece.
    pub(super) fn begin_own(&mut self, time: Duration) {
        let now = Instant::now();
        self.0 = Some((now, now + time));
    }

    /// Ends that early.
    pub(super) fn end(&mut self) {
        if let Some((_, until)) = &mut self.0 {
            *until = Instant::now().min(*until);
        }
    }

    /// Whether it is frozen.
    pub(super) fn is_on(&self) -> bool {
        self.0.is_some_and(|(_, until)| Instant::now() < until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Somebody asks for it without a pause.
    #[tokio::test(start_paused = true)]
    async fn nobody_is_frozen_for_ever() {
        let mut freeze = Freeze::default();
        let time = Duration::from_secs(5);
        let mut frozen = String::new();
        for _ in 0..32 {
            let is_frozen = freeze.is_on();
            frozen.push(if freeze.begin(time) || is_frozen {
                'x'
            } else {
                '.'
            });
            tokio::time::advance(Duration::from_secs(1)).await;
        }
        assert_eq!(frozen, "xxxxxxxxxx.....xxxxxxxxxx.....xx");
        // Who wants to go on several times in a row may.
        let mut freeze = Freeze::default();
        assert!(freeze.begin(time) && freeze.begin(time));
        freeze.end();
        assert!(!freeze.is_on() && freeze.begin(time) && freeze.is_on());
    }
}
