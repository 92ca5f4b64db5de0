//! Random numbers from the system. For ids, keys, timeouts and word picks,
//! never for anything that nodes must agree on.
//!
//! A simulation seeds a thread instead: then all that happens on it happens
//! again the same way.

use std::cell::RefCell;

use fastrand::Rng;

thread_local! {
    /// A seeded thread's generator.
    static SEEDED: RefCell<Option<Rng>> = const { RefCell::new(None) };
}

/// Makes everything random on this thread follow from a seed. For simulations
/// only: keys made afterwards are no secrets.
#[doc(hidden)]
pub fn seed(seed: u64) {
    SEEDED.set(Some(Rng::with_seed(seed)));
}

/// Whether this thread is a simulation's.
pub(crate) fn is_seeded() -> bool {
    SEEDED.with_borrow(Option::is_some)
}

/// 64 random bits.
///
/// # Panics
/// If the system has no random source: nothing safe can be done then.
pub fn u64() -> u64 {
    u64::from_le_bytes(bytes())
}

/// `N` random bytes.
///
/// # Panics
/// If the system has no random source.
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut buffer = [0; N];
    fill(&mut buffer);
    buffer
}

/// Fills a buffer with random bytes.
///
/// # Panics
/// If the system has no random source.
#[expect(clippy::expect_used, reason = "without entropy no identity is safe")]
pub fn fill(buffer: &mut [u8]) {
    SEEDED.with_borrow_mut(|seeded| match seeded {
        Some(random) => random.fill(buffer),
        None => getrandom::fill(buffer).expect("the system's random source"),
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seeded_thread_repeats_itself_and_others_do_not() {
        let three = |seeded: Option<u64>| {
            std::thread::spawn(move || {
                seeded.inspect(|s| seed(*s));
                (u64(), bytes::<13>(), u64())
            })
            .join()
            .expect("three numbers")
        };
        assert_eq!(three(Some(7)), three(Some(7)));
        assert_ne!(three(Some(7)), three(Some(8)));
        assert_ne!(three(None), three(None));
    }
}
