//! What the parts of a running node share.

use std::{collections::BTreeMap, net::IpAddr, sync::Arc};

use parking_lot::{Mutex, RwLock};
use tokio::sync::{mpsc, oneshot, watch};

use super::{
    api::Reply,
    seat::{Seat, folder},
    world::Env,
};
use crate::{
    blocking,
    budget::Budget,
    consensus::{ClusterId, MAX_ANCESTORS, Notice},
    game::{Action, Name, PeerId},
    net::{Pins, Source},
};

/// How many strangers may ask to join at once, and a second after that. A class that
/// joins at once is less.
const JOINS: (u32, u32) = (80, 40);

/// The same for one source, where there are more: a program that floods us gets
/// "busy", and the others get in.
const JOINS_OF_ONE: (u32, u32) = (16, 8);

/// How often strangers ask to join.
pub struct Joins {
    all: Budget<()>,
    of_one: Budget<Source>,
}

impl Joins {
    fn new() -> Self {
        Self {
            all: Budget::new(JOINS.0, JOINS.1),
            of_one: Budget::new(JOINS_OF_ONE.0, JOINS_OF_ONE.1),
        }
    }

    /// Whether that is too often, with one more from an address.
    pub fn is_too_much(&self, from: IpAddr) -> bool {
        !self.all.take(&()) && !self.of_one.take(&Source::of(from))
    }
}

/// A command of this player that waits for its turn.
pub struct Job {
    pub action: Action,
    /// Told what came of it; dropped untold if the node ends before.
    pub done: oneshot::Sender<Reply>,
}

/// A locked door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Knock {
    pub room: ClusterId,
    /// The owner, who takes a PIN.
    pub takes_pin: Option<PeerId>,
}

/// Why a seat is taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Eviction {
    /// Another seat of this player has taken its place.
    Replaced,
    /// The owner of the room has removed the player.
    Removed,
}

/// What the node's parts share.
pub struct Shared {
    pub env: Env,
    /// This player's commands, on their way into the log.
    pub jobs: mpsc::Sender<Job>,
    /// Held while one seat takes the place of another.
    pub switching: tokio::sync::Mutex<()>,
    /// The seat the node has now.
    pub seat: watch::Sender<Option<Arc<Seat>>>,
    /// Told when the seat was taken away for good, and why.
    pub evicted: watch::Sender<Option<Eviction>>,
    /// The door that was found locked, while we wait to be let in.
    pub knocking: watch::Sender<Option<Knock>>,
    pub name: RwLock<Name>,
    /// Rooms that went on elsewhere, and where.
    continued: Mutex<BTreeMap<ClusterId, Notice>>,
    pub joins: Joins,
    /// The PIN of the room, if it is ours and has one.
    pub pins: Pins,
}

impl Shared {
    pub fn new(env: Env, name: Name, jobs: mpsc::Sender<Job>) -> Self {
        let continued = folder::scan(&env.rooms)
            .into_iter()
            .filter_map(|seat| Some((seat.cluster_id, seat.continued?)))
            .collect();
        Self {
            env,
            jobs,
            switching: tokio::sync::Mutex::default(),
            name: RwLock::new(name),
            seat: watch::Sender::new(None),
            continued: Mutex::new(continued),
            evicted: watch::Sender::new(None),
            knocking: watch::Sender::new(None),
            joins: Joins::new(),
            pins: Pins::default(),
        }
    }

    /// The player's name.
    pub fn name(&self) -> Name {
        self.name.read().clone()
    }

    pub fn current_seat(&self) -> Option<Arc<Seat>> {
        self.seat.borrow().clone()
    }

    /// Whether this is the seat the node has now.
    pub fn is_current(&self, seat: &Arc<Seat>) -> bool {
        let current = self.seat.borrow();
        current.as_ref().is_some_and(|s| Arc::ptr_eq(s, seat))
    }

    pub fn set_knocking(&self, knocking: Option<Knock>) {
        self.knocking
            .send_if_modified(|now| std::mem::replace(now, knocking) != knocking);
    }

    /// The seat is taken away for good.
    pub fn evict(&self, seat: &Arc<Seat>, why: Eviction) {
        if self.is_current(seat) {
            self.evicted.send_replace(Some(why));
        }
    }

    /// Where a room went on that this node was in, and where that one did.
    pub fn went_on(&self, room: ClusterId) -> Vec<Notice> {
        let continued = self.continued.lock();
        let mut notices: Vec<Notice> = Vec::new();
        let mut next = continued.get(&room);
        while let Some(notice) = next.filter(|_| notices.len() < MAX_ANCESTORS) {
            notices.push(notice.clone());
            next = continued.get(&notice.cluster());
        }
        notices
    }

    /// Notes that the game of a closed seat goes on elsewhere.
    pub async fn note_continued(&self, seat: &Seat, notice: Notice) {
        let mut kept = seat.kept.clone();
        self.continued
            .lock()
            .insert(seat.cluster_id, notice.clone());
        let noting = blocking::run(move || kept.note_continued(notice));
        if let Err(e) = noting.await.flatten() {
            tracing::warn!("the old room is kept although the game went on: {e}");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_flood_of_one_address_keeps_no_other_out() {
        let joins = Joins::new();
        let let_in = |from: u8, times: usize| {
            let addr = IpAddr::from([192, 0, 2, from]);
            (0..times).filter(|_| !joins.is_too_much(addr)).count()
        };
        // A class behind one address.
        assert_eq!(let_in(1, 30), 30);
        for _ in 0..10 {
            tokio::time::advance(Duration::from_secs(1)).await;
            assert!(let_in(2, 2500) <= 100, "it has what is left, and its own");
            // Three friends, who try twice.
            let friends = [let_in(3, 2), let_in(4, 2), let_in(5, 2)];
            assert_eq!(friends, [2, 2, 2]);
        }
        // A flood of many addresses gets as much for each, and no more.
        tokio::time::advance(Duration::from_secs(10)).await;
        let many: usize = (10..30).map(|from| let_in(from, 100)).sum();
        assert_eq!(many, 80 + 20 * 16);
    }
}
