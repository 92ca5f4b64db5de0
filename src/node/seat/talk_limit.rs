//! How much a player may say.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use parking_lot::Mutex;
use tokio::time::Instant;

use crate::{
    game::PeerId,
    net::{Refusal, Refused},
};

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
}
