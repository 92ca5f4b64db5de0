//! How much each of many may ask for: so much at once, and so much a second after
//! that (a token bucket).

use std::{collections::BTreeMap, time::Duration};

use parking_lot::Mutex;
use tokio::time::Instant;

/// How many are remembered; who has not asked for long is forgotten first, and has
/// lost nothing by that.
const MAX_KEYS: usize = 1024;

/// For how long somebody may have taken more than there was, in seconds.
const MOST_OWED: f64 = 60.0;

/// What is left for each.
#[derive(Debug)]
pub struct Budget<K> {
    burst: f64,
    per_second: f64,
    left: Mutex<BTreeMap<K, (f64, Instant)>>,
}

impl<K: Ord + Clone> Budget<K> {
    /// `burst` at once, and `per_second` after that.
    pub fn new(burst: u32, per_second: u32) -> Self {
        Self {
            burst: burst.into(),
            per_second: per_second.into(),
            left: Mutex::default(),
        }
    }

    /// Takes one; false if nothing is left.
    pub fn take(&self, key: &K) -> bool {
        self.with(key, |left| {
            let is_left = *left >= 1.0;
            *left -= f64::from(u8::from(is_left));
            is_left
        })
    }

    /// Takes so many, which may be more than are left; how long until nothing is owed.
    /// That is a minute at most: others with that key would pay for it, too.
    pub fn spend(&self, key: &K, count: usize) -> Duration {
        self.with(key, |left| {
            *left = (*left - count as f64).max(-self.per_second * MOST_OWED);
            Duration::from_secs_f64((-*left / self.per_second).max(0.0))
        })
    }

    /// Changes what is left now for one.
    fn with<R>(&self, key: &K, change: impl FnOnce(&mut f64) -> R) -> R {
        let now = Instant::now();
        let mut all = self.left.lock();
        let mut left = match all.get(key) {
            Some((left, at)) => {
                let earned = now.duration_since(*at).as_secs_f64() * self.per_second;
                (left + earned).min(self.burst)
            }
            None => self.burst,
        };
        let changed = change(&mut left);
        if all.len() >= MAX_KEYS && !all.contains_key(key) {
            let oldest = all.iter().min_by_key(|(_, (_, at))| *at);
            if let Some(oldest) = oldest.map(|(key, _)| key.clone()) {
                all.remove(&oldest);
            }
        }
        all.insert(key.clone(), (left, now));
        changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_burst_and_then_a_rate_for_each() {
        let budget = Budget::new(5, 2);
        let taken = |key| (0..20).filter(|_| budget.take(&key)).count();
        assert_eq!((taken(1), taken(2)), (5, 5));
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!((taken(1), taken(1)), (2, 0));
        tokio::time::advance(Duration::from_secs(100)).await;
        assert_eq!(taken(1), 5);
    }

    #[tokio::test(start_paused = true)]
    async fn who_takes_more_than_is_left_waits() {
        let budget = Budget::new(100, 50);
        assert_eq!(budget.spend(&1, 100), Duration::ZERO);
        assert_eq!(budget.spend(&1, 25), Duration::from_millis(500));
        assert_eq!(budget.spend(&2, 100), Duration::ZERO);
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(budget.spend(&1, 25), Duration::ZERO);
        // Whatever it is, all is paid after that time.
        assert_eq!(budget.spend(&1, 1_000_000), Duration::from_mins(1));
    }

    #[tokio::test(start_paused = true)]
    async fn many_keys_are_no_way_around_memory() {
        let budget = Budget::new(1, 1);
        for key in 0..5000 {
            budget.take(&key);
        }
        assert_eq!(budget.left.lock().len(), MAX_KEYS);
    }
}
