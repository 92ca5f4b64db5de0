//! What breaks, and is mended; who comes, goes and is sent away.

use std::time::Duration;

use dhangkanna::{
    game::Action,
    node::{Command, Role, RoomView},
};

use crate::{
    live::join,
    log::Move,
    run::{Simulation, pick},
};

/// What happens a little later.
#[derive(Clone, Copy, Debug)]
pub enum Later {
    /// The leader hands over, leaves, crashes, or is cut off.
    Succession,
    /// The owner lets somebody in again, who was sent away.
    LetIn(usize),
    /// They join.
    Join(usize),
    /// Whoever was missing is there again.
    Mend,
    /// Somebody is cut off.
    CutOff(usize),
    /// What was said to somebody arrives at last.
    Arrive,
    /// Whoever was cut off is heard again, but not by who leads now.
    HeardAgain(usize),
}

impl Simulation<'_> {
    /// Something breaks, or is mended.
    pub(super) fn fault(&mut self) {
        let n = pick(self.hosts.len() as u64) as usize;
        match pick(13) {
            0 | 1 => self.crash_or_restart(n),
            2 => {
                // The ones that are down come back together.
                for n in 0..self.hosts.len() {
                    if !self.hosts[n].is_up {
                        self.crash_or_restart(n);
                    }
                }
            }
            3 | 4 => self.split_or_heal(n),
            5 => self.cut_or_mend_a_link(n),
            6 => {
                // The whole house loses power.
                for n in 0..self.hosts.len() {
                    if self.hosts[n].is_up {
                        self.crash_or_restart(n);
                    }
                }
            }
            7 => self.leave(n),
            8 => {
                // They come back in a new seat, while the leader changes.
                self.leave(n);
                self.soon(pick(800), Later::Succession);
            }
            9 | 10 => self.send_away(n),
            11 => self.cut_off_leader(),
            _ => self.sleep_or_wake(n),
        }
    }

    fn soon(&mut self, millis: u64, what: Later) {
        let at = self.sim.elapsed() + Duration::from_millis(millis);
        self.later.push((at, what));
    }

    /// What was put off happens, if it is time.
    pub(super) fn happen(&mut self) {
        let now = self.sim.elapsed();
        let due = self.later.extract_if(.., |(at, _)| *at <= now);
        for (_, what) in due.collect::<Vec<_>>() {
            match what {
                Later::Succession => self.succeed(),
                Later::LetIn(n) => {
                    let peer = self.hosts[n].peer;
                    self.as_owner(Action::LetIn(peer));
                    self.soon(1000, Later::Join(n));
                }
                Later::Join(n) => {
                    let _ = self.hosts[n].orders.send(join());
                }
                Later::Mend => self.mend(),
                Later::CutOff(n) => {
                    if self.split.is_some() {
                        self.split_or_heal(n);
                    }
                    self.split_off(vec![n]);
                }
                Later::Arrive => self.arrive(),
                Later::HeardAgain(n) => self.heard_again(n),
            }
        }
    }

    /// The host that this is so of, as it sees itself.
    fn host_where(&self, is_it: impl Fn(usize, &RoomView) -> bool) -> Option<usize> {
        let mut hosts = 0..self.hosts.len();
        hosts.find(|n| self.room(*n).is_some_and(|room| is_it(*n, &room)))
    }

    /// The leader hands over, leaves, crashes, or is cut off.
    fn succeed(&mut self) {
        let Some(n) = self.host_where(|_, room| room.cluster.role == Role::Leader) else {
            return;
        };
        self.totals.count("successions", 1);
        match pick(4) {
            0 => self.leave(n),
            1 => self.crash_or_restart(n),
            2 => self.cut_off_leader(),
            _ => {
                self.note(&format!("{} hands over", self.hosts[n].name));
                let _ = self.hosts[n].orders.send(Command::HandOver);
            }
        }
    }

    /// The owner sends somebody away, who comes back once they are let in. Their old
    /// program calls on.
    fn send_away(&mut self, n: usize) {
        let peer = self.hosts[n].peer;
        if self.as_owner(Action::Remove { peer, lock: false }) {
            self.totals.count("removals", 1);
            self.note(&format!("{} is sent away", self.hosts[n].name));
            self.soon(4000 + pick(12_000), Later::LetIn(n));
        }
    }

    /// The owner does something to somebody else.
    fn as_owner(&mut self, action: Action) -> bool {
        let owner = self.host_where(|n, room| {
            let table = room.state.game().table();
            table.owner == Some(self.hosts[n].peer)
        });
        let Some(owner) = owner else {
            return false;
        };
        let _ = self.hosts[owner].orders.send(Command::Act(action));
        true
    }

    /// A computer sleeps: nobody hears it, and what is said to it meanwhile it hears
    /// when it wakes.
    fn sleep_or_wake(&mut self, n: usize) {
        if self.asleep.is_some() {
            return self.wake();
        }
        if self.split.is_some() || self.link.is_some() {
            return;
        }
        self.note(&format!("{} sleeps", self.hosts[n].name));
        self.totals.count("sleeps", 1);
        self.between(&[n], |sim, a, b| sim.hold(a, b));
        self.asleep = Some(n);
    }

    /// The computer that sleeps wakes up.
    pub(super) fn wake(&mut self) {
        if let Some(n) = self.asleep.take() {
            self.note(&format!("{} wakes", self.hosts[n].name));
            self.shake(&[n]);
            self.between(&[n], |sim, a, b| sim.release(a, b));
        }
    }

    /// One of those who take part in a continuation hears of it late. Meanwhile the
    /// missing come back to it, and then it is cut off again: what it knows by then
    /// nobody knew who went on.
    pub(super) fn delay_word(&mut self, step: &Move) {
        let others = self.lineage.others_in(step);
        let place = |name: &String| self.hosts.iter().position(|host| host.name == *name);
        let others: Vec<usize> = others.iter().filter_map(place).collect();
        let founder = place(&step.by).filter(|_| self.late.is_none() && !others.is_empty());
        // Not always: others just follow.
        let Some(founder) = founder.filter(|_| pick(3) > 0) else {
            return;
        };
        let n = others[pick(others.len() as u64) as usize];
        let (by, to) = (&self.hosts[founder].name, &self.hosts[n].name);
        self.sim.hold(by.as_str(), to.as_str());
        let text = format!("{to} hears late of what {by} founded");
        self.note(&text);
        self.totals.count("late_words", 1);
        self.late = Some((founder, n));
        self.soon(200, Later::Mend);
        self.soon(6000 + pick(1000), Later::CutOff(n));
        self.soon(8500 + pick(1000), Later::Arrive);
    }

    /// What was said to somebody arrives at last.
    pub(super) fn arrive(&mut self) {
        if let Some((a, b)) = self.late.take() {
            self.note("late words arrive");
            let (a, b) = (&self.hosts[a].name, &self.hosts[b].name);
            self.sim.release(a.as_str(), b.as_str());
        }
    }

    /// All is well again.
    pub(super) fn mend(&mut self) {
        self.mend_network();
        for n in 0..self.hosts.len() {
            if !self.hosts[n].is_up {
                self.crash_or_restart(n);
            }
        }
    }

    fn mend_network(&mut self) {
        if self.split.is_some() {
            self.split_or_heal(0);
        }
        if self.link.is_some() {
            self.cut_or_mend_a_link(0);
        }
        self.wake();
    }

    /// Whether the network lets two hosts talk.
    pub(super) fn can_reach(&self, a: usize, b: usize) -> bool {
        let is_split = self
            .split
            .as_ref()
            .is_some_and(|group| group.contains(&a) != group.contains(&b));
        let is_cut = self.link == Some((a, b)) || self.link == Some((b, a));
        let is_asleep = self.asleep.is_some_and(|n| n == a || n == b);
        let is_late = self.is_late(a, b);
        !is_split && !is_cut && !is_asleep && !is_late
    }

    /// A player leaves, and joins again.
    pub(super) fn leave(&mut self, n: usize) {
        self.totals.count("leaves", 1);
        self.note(&format!("{} leaves", self.hosts[n].name));
        let _ = self.hosts[n].orders.send(Command::Leave);
    }

    pub(super) fn crash_or_restart(&mut self, n: usize) {
        let name = self.hosts[n].name.clone();
        if self.hosts[n].is_up {
            self.note(&format!("{name} crashes"));
            self.totals.count("crashes", 1);
            self.told.nodes.lock().unwrap().remove(&name);
            self.shared.crash(&self.hosts[n].folder, self.hosts[n].peer);
            self.sim.crash(name.as_str());
        } else {
            self.note(&format!("{name} starts again"));
            self.totals.count("restarts", 1);
            self.sim.bounce(name.as_str());
        }
        self.hosts[n].is_up = !self.hosts[n].is_up;
        self.hosts[n].steady_since = self.sim.elapsed();
    }

    pub(super) fn split_or_heal(&mut self, n: usize) {
        if let Some(group) = self.split.take() {
            self.note("healed");
            self.shake(&(0..self.hosts.len()).collect::<Vec<_>>());
            self.between(&group, |sim, a, b| sim.repair(a, b));
            return;
        }
        self.wake();
        let most = self.hosts.len() as u64 / 2;
        let size = 1 + pick(most).max(pick(most)) as usize;
        let group: Vec<usize> = (0..size).map(|k| (n + k) % self.hosts.len()).collect();
        self.split_off(group);
    }

    /// The leader is cut off for about as long as the others need to elect another one.
    fn cut_off_leader(&mut self) {
        self.mend_network();
        let leader = self.host_where(|_, room| room.cluster.role == Role::Leader);
        if let Some(n) = leader {
            self.split_off(vec![n]);
            self.soon(1000 + pick(2000), Later::HeardAgain(n));
        }
    }

    /// The network comes back link by link: who was the leader is heard by the others
    /// before it hears of the one that they have now.
    fn heard_again(&mut self, n: usize) {
        let cluster = |room: &RoomView| room.cluster.cluster_id;
        let Some(own) = self.room(n).as_deref().map(cluster) else {
            return;
        };
        let leads = |room: &RoomView| room.cluster.role == Role::Leader && cluster(room) == own;
        let leader = self.host_where(|other, room| other != n && leads(room));
        if self.split.as_deref() == Some(&[n]) {
            self.split_or_heal(n);
            if let Some(leader) = leader {
                self.totals.count("leaders_apart", 1);
                self.cut_link(n, leader, false);
                self.soon(2000 + pick(3000), Later::Mend);
            }
        }
    }

    fn split_off(&mut self, group: Vec<usize>) {
        self.note(&format!("split off: {group:?}"));
        self.totals.count("partitions", 1);
        self.between(&group, |sim, a, b| sim.partition(a, b));
        self.split = Some(group);
    }

    /// Two that cannot reach each other, though all others can; or only one of
    /// them the other.
    pub(super) fn cut_or_mend_a_link(&mut self, n: usize) {
        if let Some((a, b)) = self.link.take() {
            self.note("link mended");
            self.shake(&[a, b]);
            let (a, b) = (&self.hosts[a].name, &self.hosts[b].name);
            self.sim.repair(a.as_str(), b.as_str());
            return;
        }
        if self.split.is_some() || self.late.is_some() {
            return;
        }
        self.wake();
        let other = (n + 1 + pick(self.hosts.len() as u64 - 1) as usize) % self.hosts.len();
        self.cut_link(n, other, pick(2) > 0);
    }

    fn cut_link(&mut self, n: usize, other: usize, is_oneway: bool) {
        self.note(&format!("link cut: {n} to {other}"));
        self.totals.count("cut_links", 1);
        let (a, b) = (&self.hosts[n].name, &self.hosts[other].name);
        if is_oneway {
            self.sim.partition_oneway(a.as_str(), b.as_str());
        } else {
            self.sim.partition(a.as_str(), b.as_str());
        }
        self.link = Some((n, other));
        self.shake(&[n, other]);
    }

    /// Something has happened to the network of some.
    fn shake(&mut self, hosts: &[usize]) {
        let now = self.sim.elapsed();
        for n in hosts {
            self.hosts[*n].steady_since = now;
        }
    }

    fn is_late(&self, a: usize, b: usize) -> bool {
        self.late == Some((a, b)) || self.late == Some((b, a))
    }

    fn between(&mut self, group: &[usize], what: impl Fn(&turmoil::Sim<'_>, &str, &str)) {
        for a in group {
            let others = (0..self.hosts.len()).filter(|b| !group.contains(b));
            for b in others.filter(|b| !self.is_late(*a, *b)) {
                what(&self.sim, &self.hosts[*a].name, &self.hosts[b].name);
            }
        }
    }
}
