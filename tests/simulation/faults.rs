//! What breaks, and is mended.

use dhangkanna::node::Command;

use crate::run::{Simulation, pick};

impl Simulation<'_> {
    /// Something breaks, or is mended.
    pub(super) fn fault(&mut self) {
        let n = pick(self.hosts.len() as u64) as usize;
        match pick(8) {
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
            _ => self.leave(n),
        }
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
    }

    pub(super) fn split_or_heal(&mut self, n: usize) {
        if let Some(group) = self.split.take() {
            self.note("healed");
            self.between(&group, |sim, a, b| sim.repair(a, b));
            return;
        }
        let size = 1 + pick(self.hosts.len() as u64 / 2) as usize;
        let group: Vec<usize> = (0..size).map(|k| (n + k) % self.hosts.len()).collect();
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
            let (a, b) = (&self.hosts[a].name, &self.hosts[b].name);
            self.sim.repair(a.as_str(), b.as_str());
            return;
        }
        if self.split.is_some() {
            return;
        }
        let other = (n + 1 + pick(self.hosts.len() as u64 - 1) as usize) % self.hosts.len();
        self.note(&format!("link cut: {n} to {other}"));
        self.totals.count("cut_links", 1);
        let (a, b) = (&self.hosts[n].name, &self.hosts[other].name);
        match pick(2) {
            0 => self.sim.partition(a.as_str(), b.as_str()),
            _ => self.sim.partition_oneway(a.as_str(), b.as_str()),
        }
        self.link = Some((n, other));
    }

    fn between(&mut self, group: &[usize], what: impl Fn(&turmoil::Sim<'_>, &str, &str)) {
        for a in group {
            for b in (0..self.hosts.len()).filter(|b| !group.contains(b)) {
                what(&self.sim, &self.hosts[*a].name, &self.hosts[b].name);
            }
        }
    }
}
