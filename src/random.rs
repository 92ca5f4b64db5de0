//! Random numbers from the system. For ids, keys and word picks, never for
//! anything that nodes must agree on.

/// 64 random bits.
///
/// # Panics
/// If the system has no random source: nothing safe can be done then.
#[expect(clippy::expect_used, reason = "without entropy no identity is safe")]
pub fn u64() -> u64 {
    getrandom::u64().expect("the system's random source")
}

/// `N` random bytes.
///
/// # Panics
/// If the system has no random source.
#[expect(clippy::expect_used, reason = "without entropy no identity is safe")]
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut buffer = [0; N];
    getrandom::fill(&mut buffer).expect("the system's random source");
    buffer
}
