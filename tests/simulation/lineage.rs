//! What must hold when players go on without others: what was acknowledged is
//! lost only if nobody who took part held it, and nobody follows by itself who would
//! lose anything.

use std::{collections::BTreeMap, time::Duration};

use dhangkanna::{
    consensus::{ClusterId, Entry, LogId, LogStore, NodeId},
    node::RoomView,
    proto as pb,
};
use prost::Message as _;

use crate::log::{How, Move};

/// Where a host sits.
pub type Seat = (ClusterId, NodeId);

/// Every host's way from cluster to cluster.
#[derive(Default)]
pub struct Lineage {
    now: BTreeMap<String, Seat>,
    /// Whose seat each was.
    hosts: BTreeMap<Seat, String>,
    /// Each host's newest seat in each cluster.
    seats: BTreeMap<(String, ClusterId), Seat>,
    /// What each cluster that was founded goes on from.
    continued: BTreeMap<ClusterId, Parent>,
    follows: u64,
    /// When each player wanted to go elsewhere, last.
    asked: BTreeMap<String, Duration>,
}

/// For how long a move may be what the player asked for: then nothing is promised.
const MOVING: Duration = Duration::from_secs(5);

/// The log of a founder's old seat, which was closed before.
struct Parent {
    cluster: ClusterId,
    by: String,
    last: Option<LogId>,
    entries: BTreeMap<u64, Vec<u8>>,
}

fn last(log: Option<&LogStore>) -> Option<LogId> {
    log.and_then(LogStore::last_log_id)
}

fn entries(log: Option<&LogStore>) -> BTreeMap<u64, Vec<u8>> {
    let all = log.map(|log| log.entries_after(None)).unwrap_or_default();
    let encoded = |entry: &Entry| (entry.log_id.index, pb::Entry::from(entry).encode_to_vec());
    all.iter().map(encoded).collect()
}

impl Lineage {
    /// Looks at where a host sits now.
    pub fn look(&mut self, host: &str, room: &RoomView) {
        let now = (room.cluster.cluster_id, room.cluster.node_id);
        if self.now.get(host) != Some(&now) {
            self.hosts.insert(now, host.to_owned());
            self.seats.insert((host.to_owned(), now.0), now);
            self.now.insert(host.to_owned(), now);
        }
    }

    /// Where a host sits, or sat last.
    pub fn now(&self, host: &str) -> Option<Seat> {
        self.now.get(host).copied()
    }

    /// A player wants to go elsewhere, whatever it costs.
    pub fn asked(&mut self, host: &str, now: Duration) {
        self.asked.insert(host.to_owned(), now);
    }

    /// Somebody went on in another cluster just now. `log` answers with the log of a
    /// host's seat.
    pub fn moved(
        &mut self,
        step: &Move,
        now: Duration,
        log: impl Fn(&str, Seat) -> Option<LogStore>,
    ) {
        if let How::Founded(participants) = &step.how {
            return self.founded(step, participants, log);
        }
        self.follows += 1;
        let asked = self.asked.get(&step.by);
        if asked.is_none_or(|at| now >= *at + MOVING) {
            self.followed(step, log);
        }
    }

    /// The hosts that take part in what somebody has founded, but for that one.
    pub fn others_in(&self, step: &Move) -> Vec<String> {
        let parent = self.continued[&step.into].cluster;
        let ids = match &step.how {
            How::Founded(participants) => participants.iter(),
            How::Followed | How::CaughtUp => [].iter(),
        };
        let hosts = ids.filter_map(|id| self.hosts.get(&(parent, *id)));
        hosts.filter(|host| **host != step.by).cloned().collect()
    }

    fn founded(
        &mut self,
        step: &Move,
        participants: &[NodeId],
        log: impl Fn(&str, Seat) -> Option<LogStore>,
    ) {
        let by = self.now[&step.by];
        let own = log(&step.by, by);
        let newest = last(own.as_ref());
        for id in participants {
            let seat = (by.0, *id);
            let Some(host) = self.hosts.get(&seat) else {
                continue;
            };
            let theirs = last(log(host, seat).as_ref());
            assert!(
                theirs <= newest,
                "{host} took part in what {} founded, with a newer log: {theirs:?}, {newest:?}",
                step.by,
            );
        }
        let parent = Parent {
            cluster: by.0,
            by: step.by.clone(),
            last: newest,
            entries: entries(own.as_ref()),
        };
        self.continued.insert(step.into, parent);
    }

    /// Nobody asked it: so its log had nothing that is lost now.
    fn followed(&mut self, step: &Move, log: impl Fn(&str, Seat) -> Option<LogStore>) {
        let host = &step.by;
        let parent = &self.continued[&step.into];
        let is_behind = matches!(step.how, How::CaughtUp);
        let key = (host.clone(), parent.cluster);
        if is_behind && !self.seats.contains_key(&key) {
            // Several rooms on: it was never in the last one but one.
            return;
        }
        let own = log(host, self.seats[&key]);
        let newest = last(own.as_ref());
        let (by, fence) = (&parent.by, parent.last);
        if is_behind {
            assert!(
                newest <= fence,
                "{host} caught up with {by}, with a newer log"
            );
            return;
        }
        assert_eq!(newest, fence, "{host} followed {by} with another log");
        for (index, entry) in entries(own.as_ref()) {
            let theirs = parent.entries.get(&index);
            assert!(
                theirs.is_none_or(|theirs| *theirs == entry),
                "{host} followed {by} with another entry {index}"
            );
        }
    }

    /// How many clusters continue another.
    pub fn continuations(&self) -> u64 {
        self.continued.len() as u64
    }

    /// How often somebody followed by itself.
    pub fn follows(&self) -> u64 {
        self.follows
    }
}
