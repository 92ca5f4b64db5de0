//! The real node on a simulated network, clock and disk: crashes, restarts,
//! partitions, sleep, leaves, removals and continuations in an order that follows from
//! a seed, and what must hold checked at every step. The model is openraft's own
//! simulation.
//!
//! ```text
//! DHANGKANNA_SEEDS=1..11 .ci/simulation
//! DHANGKANNA_SEED=7 .ci/simulation one_seed --ignored
//! ```
//!
//! The second line replays one seed, with all that the nodes log;
//! `DHANGKANNA_BUG=NAME` before it plants a bug.
//!
//! Each seed runs in a process of its own: nothing in it can depend on what ran
//! before.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod checks;
#[path = "../common/mod.rs"]
mod common;
mod faults;
mod lineage;
mod live;
mod log;
mod machine;
mod removed;
mod rogue;
mod run;
mod totals;
mod world;

use std::{
    ops::Range,
    process::{Command, Output},
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use dhangkanna::planted::Bug;
use totals::Totals;

/// The seeds that a plain run takes.
const SEEDS: Range<u64> = 1..21;

/// Within how many seeds a planted bug must be caught.
const CAUGHT_WITHIN: u64 = 200;

/// How long a seed may take, in real time: hundreds of times what it needs.
const PATIENCE: Duration = Duration::from_secs(300);

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|text| !text.is_empty())
}

fn seeds() -> Range<u64> {
    let Some(text) = variable("DHANGKANNA_SEEDS") else {
        return SEEDS;
    };
    let range = text.split_once("..").and_then(|(from, to)| {
        let range = from.parse().ok()?..to.parse().ok()?;
        Some(range)
    });
    range.expect("DHANGKANNA_SEEDS=FROM..TO")
}

/// Runs a seed in a process of its own.
fn run(seed: u64, bug: Bug) -> Output {
    Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "one_seed", "--ignored", "--nocapture"])
        .env("DHANGKANNA_SEED", seed.to_string())
        .env("DHANGKANNA_BUG", bug.code())
        .env("DHANGKANNA_QUIET", "1")
        .env("RUST_BACKTRACE", "0")
        .output()
        .expect("this program")
}

/// What it amounted to, or what went wrong.
fn outcome(output: &Output) -> Result<Totals, String> {
    let said = String::from_utf8_lossy(&output.stdout);
    if output.status.success() {
        return Ok(Totals::read(&said).expect("totals"));
    }
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(complaint)
}

#[test]
#[ignore = "run by the others, or by hand"]
fn one_seed() {
    let seed = variable("DHANGKANNA_SEED").map_or(1, |seed| seed.parse().expect("a number"));
    let bug = variable("DHANGKANNA_BUG").map_or(Bug::None, |name| {
        Bug::from_code(&name).expect("the name of a bug")
    });
    let is_quiet = variable("DHANGKANNA_QUIET").is_some();
    let (done, outcome) = std::sync::mpsc::channel();
    // The thread is what is simulated.
    std::thread::spawn(move || done.send(run::run(seed, bug, is_quiet)));
    let (trace, totals) = outcome
        .recv_timeout(PATIENCE)
        .expect("a seed that passes, in time");
    println!("{trace}{totals}");
}

/// Runs seeds, as many at a time as there are processors; ends early when
/// `enough` says so.
fn run_all(
    seeds: Range<u64>,
    bug: Bug,
    enough: impl Fn(u64, Result<Totals, String>) -> bool + Sync,
) {
    let next = AtomicU64::new(seeds.start);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(seed) = Some(next.fetch_add(1, Relaxed)).filter(|n| *n < seeds.end) {
                    if enough(seed, outcome(&run(seed, bug))) {
                        next.store(seeds.end, Relaxed);
                    }
                }
            });
        }
    });
}

#[test]
fn seeds_pass() {
    let seeds = seeds();
    let (sum, failed) = (Mutex::new(Totals::default()), Mutex::new(Vec::new()));
    run_all(seeds.clone(), Bug::None, |seed, outcome| {
        match outcome {
            Ok(totals) => sum.lock().unwrap().add(&totals),
            Err(complaint) => {
                println!("seed {seed} fails:\n{complaint}");
                failed.lock().unwrap().push(seed);
            }
        }
        false
    });
    let (sum, failed) = (sum.into_inner().unwrap(), failed.into_inner().unwrap());
    println!("seeds {seeds:?}: {sum}");
    assert!(
        failed.is_empty(),
        "{failed:?} fail; `one_seed` with DHANGKANNA_SEED=N shows one"
    );
    let missing = sum.missing();
    assert!(missing.is_empty(), "nothing of this happened: {missing:?}");
}

#[test]
fn the_same_seed_gives_the_same_trace() {
    for seed in [3, 7] {
        let traces = [(); 2].map(|()| run(seed, Bug::None).stdout);
        let [one, other] = traces.map(|trace| {
            let trace = String::from_utf8(trace).expect("text");
            // The test runner's last line tells the real time.
            trace.split("test result").next().map(str::to_owned)
        });
        assert_eq!(one, other);
        assert!(one.is_some_and(|trace| trace.lines().count() > 100));
    }
}

/// What a seed complains of that finds a bug. Any other complaint is no catch: also a
/// seed that takes too long fails.
const COMPLAINTS: [(Bug, &str); 6] = [
    (Bug::DroppedSync, " entries of "),
    (Bug::SkippedDedup, "was applied twice"),
    (Bug::StaleLeader, "two "),
    (Bug::AnyLog, "with a newer log"),
    (Bug::NoFence, " followed "),
    (Bug::AnyCaller, "removed"),
];

/// The line after the place of the first panic.
fn first_panic(complaint: &str) -> &str {
    let mut lines = complaint
        .lines()
        .skip_while(|line| !line.contains("panicked"));
    lines.nth(1).unwrap_or(complaint)
}

#[test]
fn planted_bugs_are_caught() {
    assert_eq!(COMPLAINTS.map(|(bug, _)| bug), Bug::FOUND);
    for (bug, word) in COMPLAINTS {
        let caught = Mutex::new(None);
        run_all(1..CAUGHT_WITHIN, bug, |seed, outcome| {
            let Err(complaint) = outcome else {
                return false;
            };
            let why = first_panic(&complaint);
            let is_caught = why.contains(word);
            if is_caught {
                *caught.lock().unwrap() = Some((seed, why.to_owned()));
            } else {
                println!("{bug:?} fails seed {seed} otherwise: {why}");
            }
            is_caught
        });
        let caught = caught.into_inner().unwrap();
        let (seed, why) = caught.unwrap_or_else(|| panic!("{bug:?} is not caught"));
        println!("{bug:?} is caught by seed {seed}: {why}");
    }
}
