//! When something was, also while the computer slept.

use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime},
};

use tokio::time::Instant;

/// Beyond how much more of the wall clock than of the other one a computer has slept.
const SLEPT: Duration = Duration::from_secs(2);

/// When something was, by the wall clock, too: the other one may stand still while the
/// computer sleeps.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen(Instant, SystemTime);

impl Seen {
    pub(super) fn now() -> Self {
        Self(Instant::now(), SystemTime::now())
    }

    pub(super) fn age(self) -> Duration {
        let (age, by_wall_clock) = (self.0.elapsed(), self.1.elapsed().unwrap_or_default());
        if by_wall_clock > age + SLEPT {
            return by_wall_clock;
        }
        age
    }

    /// The same without that.
    pub(super) fn instant(self) -> Instant {
        self.0
    }
}

/// Takes the entry away that is the oldest.
pub(super) fn drop_oldest<K: Copy + Ord, V>(map: &mut BTreeMap<K, V>, at: impl Fn(&V) -> Instant) {
    let oldest = map.iter().min_by_key(|(_, value)| at(value));
    if let Some(key) = oldest.map(|(key, _)| *key) {
        map.remove(&key);
    }
}
