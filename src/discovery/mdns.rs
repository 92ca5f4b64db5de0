//! Multicast DNS (RFC 6762) with service discovery (RFC 6763).

use std::{
    cmp::Reverse,
    collections::BTreeMap,
    net::{IpAddr, SocketAddr, SocketAddrV6},
    sync::Arc,
    time::{Duration, SystemTime},
};

use futures::future::BoxFuture;
use mdns_sd::{
    IfKind, IfPredicate, ResolvedService, ScopedIp, ServiceDaemon, ServiceEvent, ServiceInfo,
};
use tokio::{
    sync::{Notify, mpsc, watch},
    task::JoinHandle,
    time::{Instant, MissedTickBehavior, timeout_at},
};

use super::{
    interfaces::{Interfaces, is_host},
    source::{Ad, Announcer, DiscoveryConfig, Seen, Source},
    txt,
};
use crate::{consensus::codec::MAX_ADDRS, game::PeerId};

/// What we are called on the network (RFC 6763 §7).
const SERVICE: &str = "_dhangkanna._tcp.local.";

/// How often the interfaces are looked at, in seconds: a cable that is plugged
/// in is noticed within this time.
const INTERFACE_CHECK: u32 = 2;

/// How long saying goodbye may take.
const GOODBYE: Duration = Duration::from_millis(300);

/// How many names are remembered; more than a LAN has players. Beyond it, of those at the
/// address that has most of them, the oldest is forgotten.
const MAX_NAMES: usize = 256;

/// How many names of one member are remembered: it has two while it changes its own, and
/// anybody can announce others.
const NAMES_OF_ONE: usize = 4;

/// After how many names the library is made to forget them all, and to ask anew. It
/// remembers any number for as long as they say, and looks through all of them at each
/// packet.
const MAX_HEARD: usize = 2 * MAX_NAMES;

/// The longest instance name, in bytes (RFC 6763 §4.1.1).
const MAX_INSTANCE_BYTES: usize = 63;

/// The shortest time between two announcements of ours. A record may be
/// multicast once a second (RFC 6762 §6), and the library leaves out of a
/// message what it has sent within the last: whoever asks just then gets an
/// answer without it.
const PACE: Duration = Duration::from_millis(1100);

/// How long an instance without its TXT record is waited for. Our own
/// announcements say everything again after [`PACE`]. The library takes a
/// service for resolved without its TXT record, and never asks for that.
const INCOMPLETE: Duration = Duration::from_secs(3);

/// The shortest time between two reports of who is there: a flood of announcements is
/// reported together.
const REPORT: Duration = Duration::from_millis(200);

/// How often the clock is looked at, for a computer that slept.
const CLOCK_CHECK: Duration = Duration::from_secs(2);

/// A gap in the clock that is taken for sleep.
const SLEPT: Duration = Duration::from_secs(8);

/// Announces and browses.
pub(super) struct Mdns {
    daemon: ServiceDaemon,
    interfaces: Interfaces,
    announced: watch::Sender<Option<Ad>>,
    /// Wakes the browser when other interfaces are used.
    chosen: Arc<Notify>,
    tasks: [JoinHandle<()>; 2],
}

impl Mdns {
    pub(super) fn start(
        config: &DiscoveryConfig,
        events: mpsc::Sender<Seen>,
    ) -> mdns_sd::Result<Self> {
        let daemon = daemon()?;
        use_only(&daemon, &config.interfaces)?;
        daemon.set_ip_check_interval(INTERFACE_CHECK)?;
        let found = daemon.browse(SERVICE)?;
        let (announced, wanted) = watch::channel(None);
        let chosen = Arc::new(Notify::new());
        let browser = Browser {
            daemon: daemon.clone(),
            events,
            announced: announced.clone(),
            chosen: Arc::clone(&chosen),
        };
        let tasks = [
            tokio::spawn(browser.run(found)),
            tokio::spawn(announce(daemon.clone(), config.port, wanted)),
        ];
        Ok(Self {
            daemon,
            interfaces: config.interfaces.clone(),
            announced,
            chosen,
            tasks,
        })
    }
}

/// The library, whose thread gives way to all others of this program where threads have
/// priorities of their own: anybody on the network can make it as busy as they like.
fn daemon() -> mdns_sd::Result<ServiceDaemon> {
    let starting = || {
        // A thread begins with the priority of the one that starts it.
        #[cfg(target_os = "linux")]
        if let Err(e) = rustix::process::nice(10) {
            tracing::debug!("discovery is as urgent as the game: {e}");
        }
        ServiceDaemon::new()
    };
    let started = std::thread::spawn(starting).join();
    started.unwrap_or_else(|_panicked| Err(mdns_sd::Error::Msg("no thread".to_owned())))
}

fn use_only(daemon: &ServiceDaemon, interfaces: &Interfaces) -> mdns_sd::Result<()> {
    let interfaces = interfaces.clone();
    daemon.disable_interface(IfKind::All)?;
    daemon.enable_interface(IfKind::Predicate(IfPredicate::new(move |interface| {
        interfaces.wants(interface)
    })))
}

impl Announcer for Mdns {
    fn announce(&mut self, ad: Option<&Ad>) {
        self.announced.send_replace(ad.cloned());
    }

    fn choose(&mut self) {
        if let Err(e) = use_only(&self.daemon, &self.interfaces) {
            tracing::warn!("the interfaces are not changed: {e}");
        }
        self.chosen.notify_one();
    }

    fn shutdown(self: Box<Self>) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            for task in &self.tasks {
                task.abort();
            }
            if let Ok(done) = self.daemon.shutdown() {
                // The daemon handles commands in order: the goodbye goes first.
                let _ = tokio::time::timeout(GOODBYE, done.recv_async()).await;
            }
        })
    }
}

impl Drop for Mdns {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
        // Dropped without `shutdown`: its thread must end anyway.
        let _ = self.daemon.shutdown();
    }
}

/// Says what is wanted at once, but not faster than [`PACE`]; everything once
/// more after that (RFC 6762 §8.3).
async fn announce(daemon: ServiceDaemon, port: u16, mut wanted: watch::Receiver<Option<Ad>>) {
    let mut said: Option<ServiceInfo> = None;
    let mut repeated = true;
    loop {
        let ad = wanted.borrow_and_update().clone();
        let info = ad.as_ref().and_then(|ad| match service_info(ad, port) {
            Ok(info) => Some(info),
            Err(e) => {
                tracing::warn!("the room cannot be announced: {e}");
                None
            }
        });
        let new_name = info.as_ref().map(ServiceInfo::get_fullname);
        if let Some(old) = said.as_ref().map(ServiceInfo::get_fullname)
            && new_name != Some(old)
        {
            // Nobody waits for the answer; shutting down does.
            let _ = daemon.unregister(old);
        }
        if let Some(info) = info.clone()
            && let Err(e) = daemon.register(info)
        {
            tracing::warn!("the room cannot be announced: {e}");
        }
        said = info;
        let paced = Instant::now() + PACE;
        // A goodbye does not wait.
        while said.is_some()
            && let Ok(changed) = timeout_at(paced, wanted.changed()).await
        {
            if changed.is_err() {
                return;
            }
            if wanted.borrow().is_none() {
                break;
            }
        }
        if *wanted.borrow() != ad {
            repeated = false;
            continue;
        }
        if said.is_some() && !repeated {
            repeated = true;
            continue;
        }
        if wanted.changed().await.is_err() {
            return;
        }
        repeated = false;
    }
}

/// The announcements by their names, the newest last. A member that goes on under
/// another name has two until the old one is removed, or expires.
#[derive(Default)]
struct Names(Vec<(String, Ad)>);

impl Names {
    fn resolved(&mut self, name: String, ad: Ad) {
        let peer = ad.peer_id;
        // Anybody can announce another member under the same name.
        self.0
            .retain(|(known, ad)| *known != name || ad.peer_id != peer);
        self.0.push((name, ad));
        self.limit(NAMES_OF_ONE, |ad| ad.peer_id == peer);
        self.limit(MAX_NAMES, |_| true);
    }

    /// Forgets one of these if they are too many.
    fn limit(&mut self, max: usize, is_one: impl Fn(&Ad) -> bool) {
        let these = || self.0.iter().enumerate().filter(|(_, (_, ad))| is_one(ad));
        let mut count: BTreeMap<Option<IpAddr>, usize> = BTreeMap::new();
        for (_, (_, ad)) in these() {
            *count.entry(addr_of(ad)).or_default() += 1;
        }
        if count.values().sum::<usize>() > max {
            let oldest_of_most =
                these().min_by_key(|(_, (_, ad))| Reverse(count.get(&addr_of(ad))));
            if let Some(at) = oldest_of_most.map(|(at, _)| at) {
                self.0.remove(at);
            }
        }
    }

    fn removed(&mut self, name: &str) {
        self.0.retain(|(known, _)| known != name);
    }

    /// Of each member the newest, with the addresses of all its names: at one of them it
    /// is, whatever others announce.
    fn ads(&self) -> BTreeMap<PeerId, Ad> {
        let mut addrs: BTreeMap<PeerId, Vec<(usize, SocketAddr)>> = BTreeMap::new();
        for (_, ad) in self.0.iter().rev() {
            let of_it = addrs.entry(ad.peer_id).or_default();
            of_it.extend(ad.addrs.iter().copied().enumerate());
        }
        let mut ads: BTreeMap<PeerId, Ad> = BTreeMap::new();
        ads.extend(self.0.iter().map(|(_, ad)| (ad.peer_id, ad.clone())));
        for (peer, ad) in &mut ads {
            let mut of_it = addrs.remove(peer).unwrap_or_default();
            // The first of each name, then the second.
            of_it.sort_by_key(|(nth, _)| *nth);
            ad.addrs.clear();
            for (_, addr) in of_it {
                if ad.addrs.len() < MAX_ADDRS && !ad.addrs.contains(&addr) {
                    ad.addrs.push(addr);
                }
            }
        }
        ads
    }
}

fn addr_of(ad: &Ad) -> Option<IpAddr> {
    ad.addrs.first().map(SocketAddr::ip)
}

/// Reports who is there.
struct Browser {
    daemon: ServiceDaemon,
    events: mpsc::Sender<Seen>,
    announced: watch::Sender<Option<Ad>>,
    chosen: Arc<Notify>,
}

impl Browser {
    /// Asks anew where the library would not: after a sleep, when it has given up,
    /// when it holds half of an announcement, or when other interfaces are used.
    async fn run(self, mut found: mdns_sd::Receiver<ServiceEvent>) {
        let Self {
            daemon,
            events,
            announced,
            chosen,
        } = self;
        let mut seen = Names::default();
        let mut incomplete: BTreeMap<String, Instant> = BTreeMap::new();
        let mut clock = Clock::new();
        let mut heard = 0;
        let mut reported = Instant::now();
        let mut report: Option<Instant> = None;
        loop {
            let half = incomplete.values().min().copied();
            let event = tokio::select! {
                event = found.recv_async() => event.ok(),
                () = clock.slept() => {
                    // Nobody knows whether ours is still known.
                    announced.send_modify(|_| ());
                    None
                }
                () = chosen.notified() => {
                    // The library does not tell who was seen on which.
                    seen.0.clear();
                    None
                }
                () = tokio::time::sleep_until(half.unwrap_or_else(Instant::now)), if half.is_some() => {
                    tracing::debug!("half of an announcement is missing: {incomplete:?}");
                    None
                }
                () = tokio::time::sleep_until(report.unwrap_or_else(Instant::now)), if report.is_some() => {
                    if events.send((Source::Mdns, seen.ads())).await.is_err() {
                        return;
                    }
                    reported = Instant::now();
                    report = None;
                    continue;
                }
            };
            let is_name = |event: &ServiceEvent| matches!(event, ServiceEvent::ServiceFound(..));
            heard += usize::from(event.as_ref().is_some_and(is_name));
            match event.filter(|_| heard <= MAX_HEARD) {
                None => {
                    heard = 0;
                    incomplete.clear();
                    // Forgets what it knows; a question that lists the known answers
                    // would be answered with what is missing from them only.
                    let _ = daemon.stop_browse(SERVICE);
                    match daemon.browse(SERVICE) {
                        Ok(anew) => found = anew,
                        Err(e) => {
                            tracing::warn!("rooms on the network cannot be found any more: {e}");
                            // Its queue may be full; or else its thread has ended.
                            tokio::time::sleep(PACE).await;
                        }
                    }
                }
                Some(ServiceEvent::ServiceResolved(service)) => {
                    let name = service.fullname.clone();
                    if let Some(ad) = read(&service) {
                        incomplete.remove(&name);
                        seen.resolved(name, ad);
                    } else if service.get_properties().is_empty() && incomplete.len() < MAX_NAMES {
                        let until = Instant::now() + INCOMPLETE;
                        incomplete.entry(name).or_insert(until);
                    } else {
                        tracing::debug!("{name:?} announces nonsense");
                    }
                }
                // A goodbye names the service, not the peer.
                Some(ServiceEvent::ServiceRemoved(_, name)) => {
                    incomplete.remove(&name);
                    seen.removed(&name);
                }
                Some(_) => continue,
            }
            report.get_or_insert_with(|| (reported + REPORT).max(Instant::now()));
        }
    }
}

/// Notices that this computer, or this process, has slept.
struct Clock {
    looks: tokio::time::Interval,
    /// The wall clock at the last look: a monotonic one may stop in sleep.
    looked: SystemTime,
}

impl Clock {
    fn new() -> Self {
        let mut looks = tokio::time::interval(CLOCK_CHECK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            looks,
            looked: SystemTime::now(),
        }
    }

    /// Waits until it has. Nothing is lost when it is dropped meanwhile.
    async fn slept(&mut self) {
        loop {
            self.looks.tick().await;
            let now = SystemTime::now();
            let gap = now.duration_since(self.looked).unwrap_or_default();
            self.looked = now;
            if gap > SLEPT {
                tracing::info!("the clock jumped by {} s", gap.as_secs());
                return;
            }
        }
    }
}

fn service_info(ad: &Ad, port: u16) -> mdns_sd::Result<ServiceInfo> {
    let id = ad.peer_id.to_string();
    let host = format!("dhangkanna-{}.local.", &id[..16]);
    let texts = txt::encode(ad);
    let mut info = ServiceInfo::new(SERVICE, &instance(ad), &host, "", port, texts.as_slice())?
        .enable_addr_auto();
    // The name holds digits of the key, so it is unique already: not probing
    // for it saves 750 ms (RFC 6762 §8.1).
    info.set_requires_probe(false);
    Ok(info)
}

/// The player's name and four digits of the key.
fn instance(ad: &Ad) -> String {
    let mut name = ad.player.as_str();
    while name.len() > MAX_INSTANCE_BYTES - 5 {
        let mut chars = name.chars();
        chars.next_back();
        name = chars.as_str();
    }
    format!("{name} {}", ad.peer_id.short())
}

fn read(service: &ResolvedService) -> Option<Ad> {
    let mut ad = txt::decode(|key| service.get_property_val_str(key))?;
    let port = service.get_port();
    let mut addrs: Vec<_> = service
        .get_addresses()
        .iter()
        .filter_map(|ip| match ip {
            ScopedIp::V4(v4) => Some(SocketAddr::new((*v4.addr()).into(), port)),
            // Link-local addresses keep the interface they were seen on.
            ScopedIp::V6(v6) => {
                let scope = match v6.addr().is_unicast_link_local() {
                    true => v6.scope_id().index,
                    false => 0,
                };
                Some(SocketAddrV6::new(*v6.addr(), port, 0, scope).into())
            }
            _ => None,
        })
        .filter(is_host)
        .collect();
    addrs.sort();
    addrs.truncate(MAX_ADDRS);
    ad.addrs = addrs;
    Some(ad)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        consensus::ClusterId,
        game::{Name, Phase},
    };

    fn peer(n: u16) -> PeerId {
        let mut id = [9; 32];
        id[..2].copy_from_slice(&n.to_be_bytes());
        PeerId::new(id)
    }

    fn ad(n: u16, host: u8) -> Ad {
        Ad {
            peer_id: peer(n),
            protocol: 2,
            version: "0.2.0".to_owned(),
            player: Name::placeholder(),
            cluster_id: ClusterId::new([1; 16]),
            room: Name::placeholder(),
            leads: true,
            players: 1,
            phase: Phase::Lobby,
            plays: None,
            ancestors: Vec::new(),
            addrs: vec![SocketAddr::from(([192, 0, 2, host], 4000))],
        }
    }

    #[test]
    fn a_member_is_also_where_its_own_name_says_whatever_others_announce() {
        let at = |names: &Names, host: u8| {
            let ads = names.ads();
            ads.get(&peer(0)).is_some_and(|ad| {
                let addr = SocketAddr::from(([192, 0, 2, host], 4000));
                ad.addrs.len() <= MAX_ADDRS && ad.addrs.contains(&addr)
            })
        };
        let mut names = Names::default();
        names.resolved("real".to_owned(), ad(0, 200));
        // One, also under the same name, and with as many addresses as there may be.
        let mut forged = ad(0, 9);
        let addrs = (10..30).map(|n| SocketAddr::from(([192, 0, 2, n], 4000)));
        forged.addrs.extend(addrs);
        forged.addrs.truncate(MAX_ADDRS);
        names.resolved("forged".to_owned(), forged);
        names.resolved("real".to_owned(), ad(1, 9));
        assert!(at(&names, 200) && at(&names, 9));
        // Its goodbye is its own.
        names.removed("forged");
        assert!(at(&names, 200) && !at(&names, 9));
        // Any number from one address; from many, until it says it again.
        for n in 0..100 {
            names.resolved(format!("forged {n}"), ad(0, 9));
        }
        assert!(at(&names, 200));
        for n in 0..100 {
            names.resolved(format!("forged {n}"), ad(0, n));
        }
        for n in 0..2 {
            names.resolved("real".to_owned(), ad(0, 200));
            names.resolved(format!("forged {n}"), ad(0, n));
            assert!(at(&names, 200));
        }
        assert!(names.0.len() <= 1 + NAMES_OF_ONE);
    }

    #[test]
    fn made_up_rooms_push_out_each_other_only() {
        let mut names = Names::default();
        // Two windows on one computer, and a third elsewhere, later.
        for n in [0, 1] {
            names.resolved(format!("real {n}"), ad(n, 1));
        }
        for n in 10..700 {
            names.resolved(format!("made up {n}"), ad(n, 2));
        }
        names.resolved("real 2".to_owned(), ad(2, 3));
        for n in 700..1400 {
            names.resolved(format!("made up {n}"), ad(n, 2));
        }
        let ads = names.ads();
        assert_eq!(ads.len(), MAX_NAMES);
        assert!([0, 1, 2].iter().all(|n| ads.contains_key(&peer(*n))));
        assert!(ads.contains_key(&peer(1399)) && !ads.contains_key(&peer(700)));
    }

    #[test]
    fn a_member_under_two_names_stays_when_one_goes() {
        let called = |name: &str| Ad {
            peer_id: PeerId::new([7; 32]),
            protocol: 1,
            version: "0.2.0".to_owned(),
            player: Name::parse(name).expect("a name"),
            cluster_id: ClusterId::new([1; 16]),
            room: Name::parse("den").expect("a name"),
            leads: true,
            players: 1,
            phase: Phase::Lobby,
            plays: None,
            ancestors: Vec::new(),
            addrs: Vec::new(),
        };
        let player = |names: &Names| {
            let ads = names.ads();
            let ad = ads.values().next();
            ad.map(|ad| ad.player.to_string())
        };
        // The old name may be resolved last, and gone first.
        for last in ["Ann", "Bea"] {
            let mut names = Names::default();
            for name in ["Ann", "Bea", last] {
                names.resolved(name.to_owned(), called(name));
            }
            assert_eq!(player(&names).as_deref(), Some(last));
            names.removed("Ann");
            assert_eq!(player(&names).as_deref(), Some("Bea"));
            names.removed("Bea");
            assert_eq!(player(&names), None);
        }
    }
}
