//! One simulation: some players, who guess while everything breaks.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};

use dhangkanna::{
    consensus::LogStore,
    game::{Action, Letter, PeerId},
    net::Identity,
    node::{Command, NodeHandle, RoomView, Stage, Trouble},
    planted::{self, Bug},
    random,
};
use tokio::sync::mpsc;

use crate::{
    checks::{Acknowledged, Checks, log_of},
    faults::Later,
    lineage::{Lineage, Seat},
    live::{join, live},
    log::Log,
    machine,
    removed::Removals,
    rogue,
    totals::Totals,
    world::Shared,
};

/// How long players play while things break, at least.
const PLAY: Duration = Duration::from_secs(66);

/// How long they do at most: it may be that nobody is in a room any more.
const LONGEST: Duration = Duration::from_secs(500);

/// How many commands they give, at least.
const COMMANDS: u64 = 200;

/// How often something breaks or is mended, at least.
const FAULTS: u32 = 8;

/// How long everybody goes on guessing when somebody wants to go on without others:
/// what they say then is what a hasty move would lose.
const BUSY: Duration = Duration::from_millis(400);

/// How long all is well again at the end, before the last look.
const CALM: Duration = Duration::from_secs(30);

/// How many tasks have panicked: tokio would hide it.
static PANICS: AtomicU32 = AtomicU32::new(0);

/// A player's computer.
pub struct Host {
    pub name: String,
    pub peer: PeerId,
    pub folder: PathBuf,
    pub identity: Arc<Identity>,
    pub orders: mpsc::UnboundedSender<Command>,
    pub is_up: bool,
    /// Since when nothing has happened to it or its network.
    pub steady_since: Duration,
}

/// What hosts tell the simulation.
#[derive(Clone, Default)]
pub struct Told {
    pub nodes: Arc<Mutex<BTreeMap<String, NodeHandle>>>,
    pub acknowledged: Arc<Mutex<Vec<Acknowledged>>>,
}

/// The key of a player: always the same, since who is who decides much.
fn identity(n: usize) -> Arc<Identity> {
    let all = include_str!("identities.pem");
    let own = all.split("\n\n").nth(n - 1).expect("as many as players");
    Arc::new(Identity::from_pem(own).expect("an identity"))
}

/// A random number below another.
pub fn pick(below: u64) -> u64 {
    random::u64() % below
}

/// The room a node is in.
pub fn room_of(node: &NodeHandle) -> Option<Arc<RoomView>> {
    match &node.view().borrow().stage {
        Stage::Room(room) => Some(Arc::clone(room)),
        _ => None,
    }
}

/// Runs one seed: its trace, and what it amounted to.
///
/// # Panics
/// At the first thing that must not be.
pub fn run(seed: u64, bug: Bug, is_quiet: bool) -> (String, Totals) {
    // Before the machine is simulated: its name is nobody's business.
    let data = tempfile::tempdir().expect("a folder");
    random::seed(seed);
    machine::simulate(seed);
    planted::plant(bug);
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        PANICS.fetch_add(1, Relaxed);
        hook(panic);
    }));
    let log = Log::new(is_quiet);
    let _logging = tracing::subscriber::set_default(log.clone());
    let mut simulation = Simulation::new(seed, data.path(), log);
    simulation.play();
    simulation.end()
}

/// Some computers, and what became of them so far.
pub struct Simulation<'a> {
    pub sim: turmoil::Sim<'a>,
    pub shared: Shared,
    pub told: Told,
    pub hosts: Vec<Host>,
    pub lineage: Lineage,
    pub totals: Totals,
    /// Those who are cut off from all others.
    pub split: Option<Vec<usize>>,
    /// Two who cannot reach each other.
    pub link: Option<(usize, usize)>,
    /// Whose computer sleeps.
    pub asleep: Option<usize>,
    /// Who founded a continuation, and who hears of it late.
    pub late: Option<(usize, usize)>,
    /// What happens later, and when.
    pub later: Vec<(Duration, Later)>,
    pub removals: Removals,
    /// Makes the calls of those who were removed.
    pub rogue: mpsc::UnboundedSender<rogue::Call>,
    heard: rogue::Heard,
    /// Until when everybody is busy: the room is about to be left.
    busy_until: Duration,
    checks: Checks,
    log: Log,
    trace: String,
}

impl Simulation<'_> {
    fn new(seed: u64, data: &Path, log: Log) -> Self {
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
            let identity = identity(n);
            let (own, peer) = (Arc::clone(&identity), identity.peer_id());
            let (orders, queue) = mpsc::unbounded_channel();
            let queue = Arc::new(tokio::sync::Mutex::new(queue));
            let (s, t, f, host) = (shared.clone(), told.clone(), folder.clone(), name.clone());
            sim.host(name.as_str(), move || {
                let (s, t, f, host) = (s.clone(), t.clone(), f.clone(), host.clone());
                let me = Arc::clone(&identity);
                let queue = Arc::clone(&queue);
                async move {
                    let ip = turmoil::lookup(host.as_str());
                    live(s, t, f, host, me, ip, queue, n == 1).await;
                    Ok(())
                }
            });
            hosts.push(Host {
                name,
                peer,
                folder,
                identity: own,
                orders,
                is_up: true,
                steady_since: Duration::ZERO,
            });
        }
        let (rogue, calls) = mpsc::unbounded_channel();
        let (calls, heard) = (Mutex::new(Some(calls)), rogue::Heard::default());
        let all_heard = heard.clone();
        sim.host("rogue", move || {
            let calls = calls.lock().unwrap().take();
            let heard = all_heard.clone();
            async move {
                rogue::run(calls.expect("it never crashes"), heard).await;
                Ok(())
            }
        });
        Self {
            sim,
            shared,
            told,
            hosts,
            lineage: Lineage::default(),
            totals: Totals::default(),
            split: None,
            link: None,
            asleep: None,
            late: None,
            later: Vec::new(),
            removals: Removals::default(),
            rogue,
            heard,
            busy_until: Duration::ZERO,
            checks: Checks::default(),
            log,
            trace: String::new(),
        }
    }

    /// Adds a line to the trace.
    pub fn note(&mut self, what: &str) {
        let at = self.sim.elapsed().as_millis();
        let _ = writeln!(self.trace, "{at} {what}");
        tracing::info!(target: "dhangkanna::simulation", "{what}");
    }

    fn step(&mut self) {
        let now = self.sim.elapsed();
        machine::set_time(now);
        self.log.set_time(now);
        self.sim.step().expect("a host ended");
        assert_eq!(PANICS.load(Relaxed), 0, "a task has panicked");
        let (shared, hosts) = (&self.shared, &self.hosts);
        let moves = self.log.take_moves();
        for step in &moves {
            self.lineage.moved(step, now, |host, seat| {
                let host = hosts.iter().find(|known| known.name == host)?;
                host.log_of(shared, seat)
            });
        }
        let nodes = self.told.nodes.lock().unwrap();
        for host in hosts {
            let node = nodes.get(&host.name);
            let fatal = node.and_then(|node| node.view().borrow().fatal.clone());
            assert_eq!(fatal, None, "{} has stopped", host.name);
            if let Some(room) = node.and_then(room_of) {
                self.lineage.look(&host.name, &room);
                let log_of = |cluster, node| host.log_of(shared, (cluster, node));
                if self.checks.look(&room, log_of) {
                    let entries = self.checks.entries_of(room.cluster.cluster_id);
                    self.removals.look(now, &room, entries, |peer| {
                        let mut hosts = hosts.iter();
                        let whose = hosts.find(|host| host.peer == peer);
                        Arc::clone(&whose.expect("a player").identity)
                    });
                }
            }
        }
        drop(nodes);
        self.heard.check();
        for step in &moves {
            self.delay_word(step);
        }
        self.intrude();
    }

    /// The room that a host is in.
    pub fn room(&self, n: usize) -> Option<Arc<RoomView>> {
        let nodes = self.told.nodes.lock().unwrap();
        nodes.get(&self.hosts[n].name).and_then(room_of)
    }

    fn wait(&mut self, time: Duration) {
        let until = self.sim.elapsed() + time;
        while self.sim.elapsed() < until {
            self.step();
        }
    }

    /// Plays until enough has happened.
    fn play(&mut self) {
        // Everybody is there first.
        self.wait(Duration::from_secs(6));
        let mut next_fault = self.sim.elapsed() + Duration::from_millis(1000 + pick(4000));
        let mut faults = 0;
        let too_few =
            |totals: &Totals, faults| totals.get("commands") < COMMANDS || faults < FAULTS;
        while self.sim.elapsed() < PLAY
            || too_few(&self.totals, faults) && self.sim.elapsed() < LONGEST
        {
            let is_busy = self.sim.elapsed() < self.busy_until;
            let pause = if is_busy {
                5 + pick(20)
            } else {
                50 + pick(300)
            };
            self.wait(Duration::from_millis(pause));
            self.happen();
            self.command(is_busy);
            // Nothing else breaks while somebody waits for a late word.
            if self.sim.elapsed() >= next_fault && self.late.is_none() {
                self.fault();
                faults += 1;
                next_fault = self.sim.elapsed() + Duration::from_millis(1000 + pick(7000));
            }
        }
        if self.totals.get("leaves") == 0 {
            self.leave(pick(self.hosts.len() as u64) as usize);
        }
    }

    /// Somebody does something.
    fn command(&mut self, is_busy: bool) {
        let host = &self.hosts[pick(self.hosts.len() as u64) as usize];
        let node = self.told.nodes.lock().unwrap().get(&host.name).cloned();
        let Some(room) = node.as_ref().and_then(room_of) else {
            if pick(16) == 0 {
                let _ = host.orders.send(join());
            }
            return;
        };
        let command = match &room.trouble {
            // Whoever goes on alone plays with nobody: rarely.
            Some(Trouble::Stalled { alone, .. })
                if !is_busy && pick(if *alone { 24 } else { 2 }) == 0 =>
            {
                self.busy_until = self.sim.elapsed() + BUSY;
                Command::Continue
            }
            Some(Trouble::Elsewhere { .. }) if self.late.is_none() && pick(4) == 0 => {
                Command::Follow
            }
            _ if pick(24) == 0 => Command::HandOver,
            _ if pick(8) == 0 => Command::StartRound {
                pack: "kanna".to_owned(),
                number: Some(1),
                after_round: None,
            },
            _ => {
                let letter = char::from(b'a' + pick(26) as u8).to_string();
                Command::Act(Action::Guess {
                    letter: Letter::parse(&letter).expect("a letter"),
                    round: None,
                })
            }
        };
        self.totals.count("commands", 1);
        if matches!(command, Command::Continue | Command::Follow) {
            self.lineage.asked(&host.name, self.sim.elapsed());
        }
        let _ = host.orders.send(command);
    }

    /// All is well again; then the books are checked.
    fn end(mut self) -> (String, Totals) {
        self.arrive();
        self.mend();
        self.wait(CALM);
        let acknowledged = self.told.acknowledged.lock().unwrap().clone();
        let mut ends = BTreeMap::new();
        let nodes = self.told.nodes.lock().unwrap().clone();
        let played = |room: &Arc<RoomView>| room.cluster.quorum;
        for room in nodes.values().filter_map(room_of).filter(played) {
            let applied = ends.entry(room.cluster.cluster_id).or_default();
            *applied = room.cluster.last_applied.max(*applied);
        }
        self.checks.replay(&acknowledged, &ends);
        for ack in &acknowledged {
            let _ = writeln!(self.trace, "{ack:?}");
        }
        let mut totals = self.totals;
        totals.count("seconds", self.sim.elapsed().as_secs());
        totals.count("acknowledged", acknowledged.len() as u64);
        totals.count("elections", self.checks.elections());
        totals.count("membership_changes", self.checks.membership_changes());
        totals.count("clusters", self.checks.clusters());
        totals.count("continuations", self.lineage.continuations());
        totals.count("follows", self.lineage.follows());
        totals.count("seats_removed", self.removals.count());
        totals.count("intrusions_refused", self.heard.refused());
        totals.count("snapshots_installed", self.log.snapshots_installed());
        (self.trace, totals)
    }
}

impl Host {
    /// The log of one of its seats.
    pub fn log_of(&self, shared: &Shared, (cluster, node): Seat) -> Option<LogStore> {
        let logs = shared.logs.lock().unwrap();
        log_of(&logs, &self.folder, cluster, node)
    }
}
