//! The real node on a simulated network, clock and disk: crashes, restarts,
//! partitions and leaves in an order that follows from a seed, and what must
//! hold checked at every step. The model is openraft's own simulation.
//!
//! ```text
//! cargo test --features simulation --test simulation
//! DHANGKANNA_SEED=42 cargo test --features simulation --test simulation one_seed
//! ```
//!
//! `DHANGKANNA_SEEDS` sets how many seeds run.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod checks;
mod cluster;
mod world;

use cluster::Totals;

fn number(name: &str, default: u64) -> u64 {
    let text = std::env::var(name).ok();
    text.and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Runs a seed on a thread of its own: it is that which is seeded.
fn run(seed: u64) -> Totals {
    let thread = std::thread::spawn(move || cluster::run(seed));
    thread.join().unwrap_or_else(|_panic| {
        panic!("seed {seed} fails; run it again with DHANGKANNA_SEED={seed} and the test one_seed")
    })
}

#[test]
fn one_seed() {
    let mut totals = run(number("DHANGKANNA_SEED", 1));
    println!("{}", std::mem::take(&mut totals.trace));
    println!("{totals:?}");
}

#[test]
fn many_seeds() {
    let seeds = number("DHANGKANNA_SEEDS", 20);
    let mut sum = Totals::default();
    for seed in 1..=seeds {
        let totals = run(seed);
        sum.elections += totals.elections;
        sum.clusters += totals.clusters;
        sum.crashes += totals.crashes;
        sum.partitions += totals.partitions;
        sum.leaves += totals.leaves;
        sum.acknowledged += totals.acknowledged;
        sum.continuations += totals.continuations;
    }
    println!("{seeds} seeds: {sum:?}");
}

#[test]
fn the_same_seed_does_the_same() {
    assert_eq!(run(7).trace, run(7).trace);
}
