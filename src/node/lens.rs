//! A look into a seat's Raft node, for those who want to watch it at work: as
//! it is at that moment, and only when somebody looks.

use std::{
    collections::{BTreeMap, VecDeque},
    fmt,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use openraft::async_runtime::WatchReceiver as _;

use super::seat::Seat;
use crate::{consensus::NodeId, net::Exchange};

/// How many commands are kept of which it is known how long they took.
const LATENCIES: usize = 60;

/// The way to look. It does not keep the seat open.
#[derive(Clone, Default)]
pub struct Lens(Option<Source>);

#[derive(Clone)]
enum Source {
    Seat(Weak<Seat>),
    Still(Arc<Sight>),
}

/// What is seen of a Raft node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sight {
    /// Index of the newest entry in the log here.
    pub last_log: u64,
    /// Index of the newest entry that is known to be committed.
    pub committed: u64,
    /// Index of the newest entry that is only in the snapshot.
    pub snapshot: u64,
    /// How many entries each other member is behind; only a leader knows.
    pub lag: BTreeMap<NodeId, u64>,
    /// What went between this seat and the others since it was opened.
    pub traffic: BTreeMap<NodeId, Exchange>,
    /// How long the newest commands of this player took, from the click until
    /// they were applied here; the newest last.
    pub latencies: Vec<Duration>,
}

/// How long commands took.
#[derive(Debug, Default)]
pub(super) struct Latencies(Mutex<VecDeque<Duration>>);

impl Latencies {
    pub(super) fn note(&self, took: Duration) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= LATENCIES {
            all.pop_front();
        }
        all.push_back(took);
    }

    fn all(&self) -> Vec<Duration> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().copied().collect()
    }
}

impl Lens {
    pub(super) fn on(seat: &Arc<Seat>) -> Self {
        Self(Some(Source::Seat(Arc::downgrade(seat))))
    }

    /// One that always shows the same, for pictures.
    #[must_use]
    pub fn still(sight: Sight) -> Self {
        Self(Some(Source::Still(Arc::new(sight))))
    }

    /// What is to be seen now; `None` where there is no seat any more.
    pub fn look(&self) -> Option<Sight> {
        match self.0.as_ref()? {
            Source::Seat(seat) => Some(Sight::of(&*seat.upgrade()?)),
            Source::Still(sight) => Some(Sight::clone(sight)),
        }
    }
}

impl Sight {
    fn of(seat: &Seat) -> Self {
        let leads = seat.leads();
        let metrics = seat.raft.metrics();
        let metrics = metrics.borrow_watched();
        let last_log = metrics.last_log_index.unwrap_or(0);
        let replication = metrics.replication.iter().flatten();
        let lag = replication.filter(|(id, _)| leads && **id != seat.node_id);
        let lag = lag.map(|(id, held)| {
            let held = held.as_ref().map_or(0, |log_id| log_id.index);
            (*id, last_log.saturating_sub(held))
        });
        Self {
            last_log,
            committed: metrics.local_committed.map_or(0, |log_id| log_id.index),
            snapshot: metrics.snapshot.map_or(0, |log_id| log_id.index),
            lag: lag.collect(),
            traffic: seat.contact.traffic(),
            latencies: seat.latencies.all(),
        }
    }
}

/// Whatever it looks at, it is no part of what a view shows.
impl PartialEq for Lens {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Lens {}

impl fmt::Debug for Lens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lens")
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
        assert_eq!(Lens::default().look(), None);
    }
}
