//! How long this player's commands took.

use std::{collections::VecDeque, time::Duration};

use parking_lot::Mutex;

/// How many commands are kept of which it is known how long they took.
const LATENCIES: usize = 60;

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
