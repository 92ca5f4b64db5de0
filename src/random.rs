//! Random numbers from the system. For ids, keys, timeouts and word picks,
//! never for anything that nodes must agree on.
//!
//! A simulation seeds a thread instead: then all that happens on it happens
//! again the same way.

use std::cell::Cell;

thread_local! {
    /// The state of a seeded thread's generator.
    static SEEDED: Cell<Option<u64>> = const { Cell::new(None) };
}

/// Makes everything random on this thread follow from a seed. For simulations
/// only: keys made afterwards are no secrets.
#[doc(hidden)]
pub fn seed(seed: u64) {
    SEEDED.set(Some(seed));
}

/// Whether this thread is a simulation's.
pub(crate) fn is_seeded() -> bool {
    SEEDED.get().is_some()
}

/// SplitMix64 (Steele, Lea and Flood, 2014): small, and good enough to shuffle.
fn next_seeded() -> Option<u64> {
    let state = SEEDED.get()?.wrapping_add(0x9e37_79b9_7f4a_7c15);
    SEEDED.set(Some(state));
    let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    Some(z ^ (z >> 31))
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
    if SEEDED.get().is_none() {
        return getrandom::fill(buffer).expect("the system's random source");
    }
    for chunk in buffer.chunks_mut(8) {
        let word = next_seeded().unwrap_or_default().to_le_bytes();
        chunk.copy_from_slice(&word[..chunk.len()]);
    }
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
