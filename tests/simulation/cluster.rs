//! One simulation: some players, who guess while everything breaks.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    net::IpAddr,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use dhangkanna::{
    config::Profile,
    game::{Letter, Name, PeerId},
    node::{Command, Done, JoinTarget, Node, NodeHandle, RoomView, Stage, Timing, Trouble},
    random,
};
use tokio::sync::mpsc;

use crate::{
    checks::{Acknowledged, Checks, log_of},
    world::Shared,
};

/// How long players play while things break.
const PLAY: Duration = Duration::from_secs(60);

/// How long all is well again at the end, before the last look.
const CALM: Duration = Duration::from_secs(30);

/// What a simulation amounted to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub elections: usize,
    pub clusters: usize,
    pub crashes: usize,
    pub partitions: usize,
    pub leaves: usize,
    pub acknowledged: usize,
    pub continuations: usize,
    /// What happened, a line each: the same for the same seed.
    pub trace: String,
}

/// A player's computer.
struct Host {
    name: String,
    peer: PeerId,
    folder: PathBuf,
    orders: mpsc::UnboundedSender<Command>,
    is_up: bool,
}

/// What hosts tell the simulation.
#[derive(Clone, Default)]
struct Told {
    nodes: Arc<Mutex<BTreeMap<String, NodeHandle>>>,
    acknowledged: Arc<Mutex<Vec<Acknowledged>>>,
    continuations: Arc<Mutex<usize>>,
}

fn pick(below: u64) -> u64 {
    random::u64() % below
}

/// The room a node is in.
fn room_of(node: &NodeHandle) -> Option<Arc<RoomView>> {
    match &node.view().borrow().stage {
        Stage::Room(room) => Some(Arc::clone(room)),
        _ => None,
    }
}

/// Runs one seed; panics at the first thing that must not be.
pub fn run(seed: u64) -> Totals {
    random::seed(seed);
    let data = tempfile::tempdir().expect("a folder");
    let mut simulation = Simulation::new(seed, data.path());
    simulation.play();
    simulation.end()
}

struct Simulation<'a> {
    sim: turmoil::Sim<'a>,
    shared: Shared,
    told: Told,
    hosts: Vec<Host>,
    checks: Checks,
    totals: Totals,
    split: Option<Vec<usize>>,
}

impl Simulation<'_> {
    fn new(seed: u64, data: &Path) -> Self {
        let mut builder = turmoil::Builder::new();
        builder
            .rng_seed(seed)
            .simulation_duration(Duration::from_secs(600))
            .tick_duration(Duration::from_millis(2))
            .min_message_latency(Duration::from_millis(1))
            .max_message_latency(Duration::from_millis(20))
            .tcp_capacity(4096);
        let mut sim = builder.build();
        let (shared, told) = (Shared::default(), Told::default());
        let count = 3 + pick(5) as usize;
        let mut hosts = Vec::new();
        for n in 1..=count {
            let name = format!("n{n}");
            let folder = data.join(&name);
            let peer = PeerId::new([n as u8; 32]);
            let (orders, queue) = mpsc::unbounded_channel();
            let queue = Arc::new(tokio::sync::Mutex::new(queue));
            let (s, t, f, host) = (shared.clone(), told.clone(), folder.clone(), name.clone());
            sim.host(name.as_str(), move || {
                let (s, t, f, host) = (s.clone(), t.clone(), f.clone(), host.clone());
                let queue = Arc::clone(&queue);
                async move {
                    let ip = turmoil::lookup(host.as_str());
                    live(s, t, f, host, peer, ip, queue, n == 1).await;
                    Ok(())
                }
            });
            hosts.push(Host {
                name,
                peer,
                folder,
                orders,
                is_up: true,
            });
        }
        Self {
            sim,
            shared,
            told,
            hosts,
            checks: Checks::default(),
            totals: Totals::default(),
            split: None,
        }
    }

    fn note(&mut self, what: &str) {
        let at = self.sim.elapsed().as_millis();
        let _ = writeln!(self.totals.trace, "{at} {what}");
    }

    fn step(&mut self) {
        self.sim.step().expect("a host ended");
        let nodes = self.told.nodes.lock().unwrap().clone();
        for host in self.hosts.iter().filter(|host| host.is_up) {
            if let Some(room) = nodes.get(&host.name).and_then(room_of) {
                let log = log_of(&self.shared.logs.lock().unwrap(), &host.folder, &room);
                self.checks.look(&room, log.as_ref());
            }
        }
    }

    fn wait(&mut self, time: Duration) {
        let until = self.sim.elapsed() + time;
        while self.sim.elapsed() < until {
            self.step();
        }
    }

    fn play(&mut self) {
        // Everybody is there first.
        self.wait(Duration::from_secs(6));
        let until = self.sim.elapsed() + PLAY;
        let mut next_fault = self.sim.elapsed() + Duration::from_millis(1000 + pick(4000));
        while self.sim.elapsed() < until {
            self.wait(Duration::from_millis(50 + pick(300)));
            self.command();
            if self.sim.elapsed() >= next_fault {
                self.fault();
                next_fault = self.sim.elapsed() + Duration::from_millis(1000 + pick(7000));
            }
        }
    }

    /// Somebody does something.
    fn command(&mut self) {
        let host = &self.hosts[pick(self.hosts.len() as u64) as usize];
        let node = self.told.nodes.lock().unwrap().get(&host.name).cloned();
        let Some(room) = node.as_ref().and_then(room_of) else {
            return;
        };
        let command = match &room.trouble {
            Some(Trouble::Stalled { .. }) if pick(4) == 0 => Command::Continue,
            Some(Trouble::Elsewhere { .. }) if pick(4) == 0 => Command::Follow,
            _ if pick(8) == 0 => Command::StartRound {
                pack: "kanna".to_owned(),
                number: Some(1),
                after_round: None,
            },
            _ => {
                let letter = char::from(b'a' + pick(26) as u8).to_string();
                Command::Guess {
                    letter: Letter::parse(&letter).expect("a letter"),
                    round: None,
                }
            }
        };
        let _ = host.orders.send(command);
    }

    /// Something breaks, or is mended.
    fn fault(&mut self) {
        let n = pick(self.hosts.len() as u64) as usize;
        match pick(6) {
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
            _ => {
                self.totals.leaves += 1;
                self.note(&format!("{} leaves", self.hosts[n].name));
                let _ = self.hosts[n].orders.send(Command::Leave);
            }
        }
    }

    fn crash_or_restart(&mut self, n: usize) {
        let name = self.hosts[n].name.clone();
        if self.hosts[n].is_up {
            self.note(&format!("{name} crashes"));
            self.totals.crashes += 1;
            self.told.nodes.lock().unwrap().remove(&name);
            self.sim.crash(name.as_str());
            self.shared.crash(&self.hosts[n].folder, self.hosts[n].peer);
        } else {
            self.note(&format!("{name} starts again"));
            self.sim.bounce(name.as_str());
        }
        self.hosts[n].is_up = !self.hosts[n].is_up;
    }

    fn split_or_heal(&mut self, n: usize) {
        if let Some(group) = self.split.take() {
            self.note("healed");
            self.between(&group, |sim, a, b| sim.repair(a, b));
            return;
        }
        let size = 1 + pick(self.hosts.len() as u64 / 2) as usize;
        let group: Vec<usize> = (0..size).map(|k| (n + k) % self.hosts.len()).collect();
        self.note(&format!("split off: {group:?}"));
        self.totals.partitions += 1;
        self.between(&group, |sim, a, b| sim.partition(a, b));
        self.split = Some(group);
    }

    fn between(&mut self, group: &[usize], what: impl Fn(&turmoil::Sim<'_>, &str, &str)) {
        for a in group {
            for b in (0..self.hosts.len()).filter(|b| !group.contains(b)) {
                what(&self.sim, &self.hosts[*a].name, &self.hosts[b].name);
            }
        }
    }

    /// All is well again; then the books are checked.
    fn end(mut self) -> Totals {
        if self.split.is_some() {
            self.split_or_heal(0);
        }
        for n in 0..self.hosts.len() {
            if !self.hosts[n].is_up {
                self.crash_or_restart(n);
            }
        }
        self.wait(CALM);
        let acknowledged = self.told.acknowledged.lock().unwrap().clone();
        self.checks.replay(&acknowledged);
        let mut totals = self.totals;
        for ack in &acknowledged {
            let _ = writeln!(totals.trace, "{ack:?}");
        }
        totals.acknowledged = acknowledged.len();
        totals.elections = self.checks.elections();
        totals.clusters = self.checks.clusters();
        totals.continuations = *self.told.continuations.lock().unwrap();
        totals
    }
}

/// A node on its host, from a start to a crash.
#[expect(clippy::too_many_arguments, reason = "called in one place")]
async fn live(
    shared: Shared,
    told: Told,
    folder: PathBuf,
    host: String,
    peer: PeerId,
    ip: IpAddr,
    queue: Arc<tokio::sync::Mutex<mpsc::UnboundedReceiver<Command>>>,
    hosts: bool,
) {
    let world = shared.world(peer, ip).await.expect("a world");
    let profile = Profile::open(Some(&folder), Some("1")).expect("a profile");
    let keeps_a_room =
        std::fs::read_dir(profile.rooms()).is_ok_and(|mut rooms| rooms.next().is_some());
    let name = Name::parse(&host).ok();
    let node = Node::start_in(world, profile, name, Timing::REAL, || {});
    told.nodes
        .lock()
        .unwrap()
        .insert(host.clone(), node.clone());
    let join = || Command::Join {
        target: JoinTarget::Room("den".to_owned()),
        wait: Duration::from_secs(10),
    };
    let first = match (keeps_a_room, hosts) {
        (true, _) => Command::Resume { which: None },
        (false, true) => Command::Host {
            room: Name::parse("den").ok(),
        },
        (false, false) => join(),
    };
    let _ = node.request(first).await;
    let mut queue = queue.lock().await;
    while let Some(command) = queue.recv().await {
        let (node, told) = (node.clone(), told.clone());
        let join = join();
        tokio::spawn(async move {
            let before = room_of(&node);
            let leaves = command == Command::Leave;
            let reply = node.request(command).await;
            if leaves {
                let _ = node.request(join).await;
                return;
            }
            let after = room_of(&node);
            let same = before
                .zip(after)
                .filter(|(before, after)| before.cluster.cluster_id == after.cluster.cluster_id);
            match reply {
                Ok(Done::Applied {
                    outcome,
                    index,
                    copies,
                }) if same.is_some() => {
                    let cluster = same.expect("checked").0.cluster.cluster_id;
                    told.acknowledged.lock().unwrap().push(Acknowledged {
                        cluster,
                        index,
                        peer,
                        outcome,
                        copies,
                    });
                }
                Ok(Done::Continued { .. }) => *told.continuations.lock().unwrap() += 1,
                _ => {}
            }
        });
    }
}
