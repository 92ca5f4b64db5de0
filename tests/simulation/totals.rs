//! What happened in a simulation, counted.

use std::{collections::BTreeMap, fmt, str::FromStr};

/// What is counted. None of it may be zero over a run.
pub const COUNTED: [&str; 22] = [
    "seconds",
    "commands",
    "acknowledged",
    "elections",
    "membership_changes",
    "crashes",
    "restarts",
    "partitions",
    "cut_links",
    "leaders_apart",
    "sleeps",
    "leaves",
    "removals",
    "successions",
    "seats_removed",
    "intrusions",
    "intrusions_refused",
    "clusters",
    "continuations",
    "follows",
    "late_words",
    "snapshots_installed",
];

/// How often each thing happened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals(BTreeMap<String, u64>);

impl Totals {
    /// Counts some more of a thing.
    pub fn count(&mut self, what: &'static str, more: u64) {
        assert!(COUNTED.contains(&what), "{what}");
        *self.0.entry(what.to_owned()).or_default() += more;
    }

    /// How often it happened.
    pub fn get(&self, what: &str) -> u64 {
        self.0.get(what).copied().unwrap_or_default()
    }

    /// Adds those of another simulation.
    pub fn add(&mut self, other: &Self) {
        for (what, count) in &other.0 {
            *self.0.entry(what.clone()).or_default() += count;
        }
    }

    /// What never happened.
    pub fn missing(&self) -> Vec<&'static str> {
        let mut counted = COUNTED.to_vec();
        counted.retain(|what| self.get(what) == 0);
        counted
    }

    /// The totals in what a simulation has printed.
    pub fn read(said: &str) -> Option<Self> {
        said.lines().find_map(|line| line.parse().ok())
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("totals:")?;
        COUNTED
            .iter()
            .try_for_each(|what| write!(f, " {what}={}", self.get(what)))
    }
}

impl FromStr for Totals {
    type Err = ();

    fn from_str(line: &str) -> Result<Self, ()> {
        let counts = line.strip_prefix("totals:").ok_or(())?.split_whitespace();
        let counts = counts.map(|count| {
            let (what, number) = count.split_once('=')?;
            Some((what.to_owned(), number.parse().ok()?))
        });
        counts.collect::<Option<_>>().map(Self).ok_or(())
    }
}
