//! How much of something a second may bring.

use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// So many a second; beyond that it is refused until the next.
pub(super) struct Limit {
    per_second: u32,
    /// When this second began, and how many it has brought.
    second: Mutex<(Instant, u32)>,
}

impl Limit {
    pub(super) fn new(per_second: u32) -> Self {
        Self {
            per_second,
            second: Mutex::new((Instant::now(), 0)),
        }
    }

    /// Whether one more may pass.
    pub(super) fn allows(&self) -> bool {
        self.allows_at(Instant::now())
    }

    fn allows_at(&self, now: Instant) -> bool {
        let mut second = self.second.lock();
        if now.saturating_duration_since(second.0) >= Duration::from_secs(1) {
            *second = (now, 0);
        }
        second.1 = second.1.saturating_add(1);
        second.1 <= self.per_second
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_second_brings_so_many() {
        let limit = Limit::new(3);
        let begin = Instant::now();
        for second in 0..3 {
            let now = begin + Duration::from_secs(second);
            let passed = (0..10).filter(|_| limit.allows_at(now)).count();
            assert_eq!(passed, 3);
        }
    }
}
