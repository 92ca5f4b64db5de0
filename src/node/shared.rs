//! What the parts of a running node share.

use std::{collections::BTreeMap, net::IpAddr, sync::Arc};

use parking_lot::{Mutex, RwLock};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot, watch};

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

/// How many seats may be asked for at once, and a second after that: those of a full
/// room twice. Each is an entry in the log.
const ENTERS: (u32, u32) = (48, 8);

/// The same for one source, where there are more.
const ENTERS_OF_ONE: (u32, u32) = (4, 2);

/// The same for one key, whatever the others do.
const ENTERS_OF_KEY: (u32, u32) = (4, 2);

/// How many may wait for their seats: more than a room has.
const MAX_ENTERING: usize = 32;

/// How often strangers ask for something.
pub struct Rate {
    all: Budget<()>,
    of_one: Budget<Source>,
}

impl Rate {
    fn new(all: (u32, u32), of_one: (u32, u32)) -> Self {
        Self {
            all: Budget::new(all.0, all.1),
            of_one: Budget::new(of_one.0, of_one.1),
        }
    }

    /// Whether that is too often, with one more from an address.
    pub fn is_too_much(&self, from: IpAddr) -> bool {
        !self.all.take(&()) && !self.of_one.take(&Source::of(from))
    }
}

/// Those who take their seats.
pub struct Enters {
    of_key: Budget<PeerId>,
    rate: Rate,
    waiting: Arc<Semaphore>,
}

impl Enters {
    fn new() -> Self {
        Self {
            of_key: Budget::new(ENTERS_OF_KEY.0, ENTERS_OF_KEY.1),
            rate: Rate::new(ENTERS, ENTERS_OF_ONE),
            waiting: Arc::new(Semaphore::new(MAX_ENTERING)),
        }
    }

    /// A turn for one more, until that drops; `None` if it is too often, or too many
    /// wait.
    pub fn take(&self, peer: PeerId, from: IpAddr) -> Option<OwnedSemaphorePermit> {
        if !self.of_key.take(&peer) || self.rate.is_too_much(from) {
            return None;
        }
        Arc::clone(&self.waiting).try_acquire_owned().ok()
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

/// Why a seat gives up its log for that of the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GivenUp {
    /// It is an older copy.
    OlderCopy,
    /// Most others have applied something else.
    OddOneOut,
}

/// What the node's parts share.
pub struct Shared {
    pub env: Env,
    /// This player's commands, on their way into the log.
    pub jobs: mpsc::Sender<Job>,
    /// Held while one seat takes the place of another.
    pub switching: tokio::sync::Mutex<()>,
    /// Whether the seat is one in a room that may not be this player's: what is said waits.
    pub on_trial: watch::Sender<bool>,
    /// The seat the node has now.
    pub seat: watch::Sender<Option<Arc<Seat>>>,
    /// Told when the seat was taken away for good, and why.
    pub evicted: watch::Sender<Option<Eviction>>,
    /// Told when the log is given up, and why.
    pub given_up: watch::Sender<Option<GivenUp>>,
    /// The door that was found locked, while we wait to be let in.
    pub knocking: watch::Sender<Option<Knock>>,
    pub name: RwLock<Name>,
    /// Rooms that went on elsewhere, and where.
    continued: Mutex<BTreeMap<ClusterId, Notice>>,
    /// How often strangers ask to join.
    pub joins: Rate,
    pub enters: Enters,
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
            on_trial: watch::Sender::new(false),
            name: RwLock::new(name),
            seat: watch::Sender::new(None),
            continued: Mutex::new(continued),
            evicted: watch::Sender::new(None),
            given_up: watch::Sender::new(None),
            knocking: watch::Sender::new(None),
            joins: Rate::new(JOINS, JOINS_OF_ONE),
            enters: Enters::new(),
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

    /// From now on the log of the others counts in a seat.
    pub fn give_up_log(&self, seat: &Seat, why: GivenUp) {
        if !seat.contact.is_outdated() {
            seat.contact.mark_outdated();
            self.given_up.send_replace(Some(why));
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
        let joins = Rate::new(JOINS, JOINS_OF_ONE);
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

    #[tokio::test(start_paused = true)]
    async fn one_key_cannot_keep_the_leader_busy_with_new_seats() {
        let enters = Enters::new();
        let take = |key: u8, from: u8| {
            let addr = IpAddr::from([192, 0, 2, from]);
            enters.take(PeerId::new([key; 32]), addr)
        };
        // A class behind one address, who all wait.
        let class: Vec<_> = (0..24).filter_map(|key| take(key, 1)).collect();
        assert_eq!(class.len(), 24);
        let waiting: Vec<_> = (100..200).filter_map(|key| take(key, key)).collect();
        assert_eq!(waiting.len(), MAX_ENTERING - 24);
        drop((class, waiting));
        tokio::time::advance(Duration::from_secs(10)).await;
        for _ in 0..10 {
            let of_one = (0..1000).filter(|_| take(50, 2).is_some()).count();
            assert!(of_one <= 4, "{of_one}");
            // With many keys it gets what is left, and its own; another gets in.
            let of_many = (0..1000).filter(|n| take((n % 40) as u8, 2).is_some());
            assert!(of_many.count() <= 48 + 4);
            assert!(take(60, 3).is_some());
            tokio::time::advance(Duration::from_secs(1)).await;
        }
    }
}
