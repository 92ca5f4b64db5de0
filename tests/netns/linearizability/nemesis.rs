//! What goes wrong while a history is made, in an order that a seed repeats.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
        mpsc::Sender,
    },
    time::{Duration, Instant},
};

use crate::harness::{
    lab::Lab,
    room::voters,
    seat::{Observer, PATIENCE},
};

/// What happens to a room. Three histories have each of them once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    LeaderKilled,
    FollowerKilled,
    CablePulled,
    Split,
    Asleep,
    Left,
}

pub const FAULTS: [Fault; 6] = [
    Fault::LeaderKilled,
    Fault::Split,
    Fault::Asleep,
    Fault::Left,
    Fault::CablePulled,
    Fault::FollowerKilled,
];

/// Numbers that a seed repeats (SplitMix64).
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((x ^ (x >> 31)) % n as u64) as usize
    }

    pub fn millis(&mut self, from: usize, to: usize) -> Duration {
        Duration::from_millis((from + self.below(to - from)) as u64)
    }
}

/// What a player is told by whoever makes the faults.
pub enum Order {
    Leave,
    /// After leaving, or after being killed.
    Return,
}

/// One player, as the thread that injects the faults sees and commands it.
pub struct Remote {
    pub observer: Mutex<Observer>,
    pub orders: Sender<Order>,
    /// Commands that had an outcome.
    pub done: AtomicUsize,
    pub here: AtomicBool,
}

/// Injects the faults, as Jepsen's does. Stops the players when it drops.
pub struct Nemesis<'a> {
    pub lab: &'a Lab,
    pub remotes: &'a [Remote],
    pub stop: &'a AtomicBool,
    pub random: Random,
}

impl Drop for Nemesis<'_> {
    fn drop(&mut self) {
        self.stop.store(true, Relaxed);
        for remote in self.remotes {
            // Its player may have ended.
            let _ = remote.orders.send(Order::Return);
        }
    }
}

impl Nemesis<'_> {
    pub fn inject(&mut self, fault: Fault) {
        let count = self.remotes.len();
        let is_whole = |remote: &Remote| {
            let cluster = remote.observer.lock().unwrap().newest("cluster");
            let members = cluster["members"].as_array().map_or(0, Vec::len);
            // Three of four, five of five.
            members == count && voters(&cluster).len() == count.div_ceil(2) * 2 - 1
        };
        until("all voters", || {
            self.remotes.iter().all(is_whole).then_some(())
        });
        let leader = self.leader();
        let other = (leader + 1 + self.random.below(count - 1)) % count;
        let any = [leader, other][self.random.below(2)];
        match fault {
            Fault::LeaderKilled => self.kill(leader),
            Fault::FollowerKilled => self.kill(other),
            Fault::CablePulled => {
                self.lab.cable(leader + 1, false);
                self.last(&[leader]);
                self.lab.cable(leader + 1, true);
            }
            Fault::Split => {
                let minority = if count == 5 {
                    vec![leader, other]
                } else {
                    vec![any]
                };
                let hosts: Vec<usize> = minority.iter().map(|n| n + 1).collect();
                self.lab.split(&hosts);
                self.last(&minority);
                self.lab.heal(&hosts);
            }
            Fault::Asleep => {
                self.signal(any, "STOP");
                self.last(&[any]);
                self.signal(any, "CONT");
            }
            Fault::Left => {
                self.order(any, Order::Leave);
                let here = &self.remotes[any].here;
                until("somebody to leave", || (!here.load(Relaxed)).then_some(()));
                self.last(&[any]);
                self.order(any, Order::Return);
            }
        }
        self.go_on(&[]);
    }

    fn kill(&mut self, n: usize) {
        self.signal(n, "KILL");
        self.last(&[n]);
        self.order(n, Order::Return);
    }

    /// The length of a fault: until the others have played on for a while, and
    /// then up to a second, so that those concerned have commands without an
    /// outcome.
    fn last(&mut self, concerned: &[usize]) {
        self.go_on(concerned);
        std::thread::sleep(self.random.millis(1, 1000));
    }

    /// Waits until everybody else has had some more outcomes.
    pub fn go_on(&self, but: &[usize]) {
        let done = |remote: &Remote| remote.done.load(Relaxed);
        let before: Vec<usize> = self.remotes.iter().map(done).collect();
        until("play to go on", || {
            let mut all = self.remotes.iter().zip(&before).enumerate();
            all.all(|(n, (remote, before))| but.contains(&n) || done(remote) >= before + 5)
                .then_some(())
        });
    }

    fn leader(&self) -> usize {
        let leads = |remote: &Remote| {
            let cluster = remote.observer.lock().unwrap().newest("cluster");
            cluster["role"] == "leader" && cluster["quorum"] == true
        };
        until("a leader", || self.remotes.iter().position(leads))
    }

    fn signal(&self, n: usize, signal: &str) {
        self.remotes[n].observer.lock().unwrap().signal(signal);
    }

    fn order(&self, n: usize, order: Order) {
        self.remotes[n].orders.send(order).expect("its player");
    }
}

/// Waits for what nobody reports.
fn until<T>(what: &str, find: impl Fn() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = find() {
            return found;
        }
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
