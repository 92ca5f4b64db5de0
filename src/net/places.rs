//! The connections that are open at a time. There are enough for everybody, until
//! somebody takes them all: then strangers give way before members and those who were
//! met before, who has most of them first, and some places stay for newcomers. No key
//! has many.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv6Addr},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use parking_lot::Mutex;
use tokio::{sync::oneshot, time::Instant};

use crate::{budget::Budget, game::PeerId};

/// Connections at a time; a full room needs 2 for each of its 24 members.
const MAX_CONNECTIONS: usize = 128;

/// Connections of one key; a member needs 2, and has those that broke for a while.
const MAX_OF_KEY: usize = 8;

/// Places for those who have not shown yet who they are: until so many are taken, they
/// get those of others.
const NEWCOMERS: usize = 32;

/// Handshakes that are made without asking from where: at once, and a second.
const HANDSHAKES: (u32, u32) = (200, 100);

/// The same for one source, where there are more.
const HANDSHAKES_OF_ONE: (u32, u32) = (16, 8);

/// What all strangers of one source may send at once, and a second after that, in
/// bytes: two dozen of them join at once with half of it. HTTP/2 has frames that say
/// nothing, and calls that are refused; each costs more time here than there.
const BYTES_OF_ONE: (u32, u32) = (64 * 1024, 32 * 1024);

/// For how long this computer's addresses count as the same: they are asked for with
/// each connection.
const OWN_ADDRS: Duration = Duration::from_secs(2);

/// How often it is asked again whether somebody is known.
const ASK: Duration = Duration::from_secs(1);

/// Where somebody comes from: an address; of IPv6 far away the network, of which one
/// machine has all addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source(IpAddr);

impl Source {
    /// Where an address belongs.
    pub fn of(addr: IpAddr) -> Self {
        match addr.to_canonical() {
            // A network at home is one /64, with a neighbour at each address.
            IpAddr::V6(addr) if !addr.is_unicast_link_local() && !is_own_network(addr) => {
                let network = addr.to_bits() >> 64 << 64;
                Self(Ipv6Addr::from_bits(network).into())
            }
            addr => Self(addr),
        }
    }

    /// Whether that is this computer.
    pub fn is_this_computer(self) -> bool {
        self.0.is_loopback() || own_addrs().contains(&self.0)
    }
}

/// This computer's addresses.
fn own_addrs() -> Arc<[IpAddr]> {
    static LAST: LastRead = LastRead::new(None);
    recent(&LAST, || {
        let all = if_addrs::get_if_addrs().unwrap_or_default();
        all.iter().map(if_addrs::Interface::ip).collect()
    })
}

/// Addresses, and when they were read.
type LastRead = Mutex<Option<(Instant, Arc<[IpAddr]>)>>;

/// What was read last, or is now if that was too long ago.
fn recent(last: &LastRead, read: impl FnOnce() -> Arc<[IpAddr]>) -> Arc<[IpAddr]> {
    let mut last = last.lock();
    let fresh = last.take().filter(|(at, _)| at.elapsed() < OWN_ADDRS);
    let (_, addrs) = last.insert(fresh.unwrap_or_else(|| (Instant::now(), read())));
    Arc::clone(addrs)
}

/// Whether an address is on one of this computer's links.
fn is_own_network(addr: Ipv6Addr) -> bool {
    let network = |addr: Ipv6Addr| addr.to_bits() >> 64;
    own_addrs().iter().any(|own| match own {
        IpAddr::V6(own) => network(*own) == network(addr),
        IpAddr::V4(_) => false,
    })
}

/// The connections that are open. Clones share them.
#[derive(Clone)]
pub(super) struct Places(Arc<Inner>);

struct Inner {
    open: Mutex<Table>,
    next: AtomicU64,
    handshakes: Budget<()>,
    handshakes_of: Budget<Source>,
    bytes_of: Budget<Source>,
    /// Whether somebody is a member, or was met before and not removed.
    is_known: Box<dyn Fn(PeerId) -> bool + Send + Sync>,
    /// Told when a peer's last connection closes.
    on_last_disconnect: Box<dyn Fn(PeerId) + Send + Sync>,
}

/// The connections, by their numbers.
#[derive(Default)]
struct Table {
    all: BTreeMap<u64, Open>,
    /// When it was asked last which of them are known.
    asked: Option<Instant>,
}

struct Open {
    from: Source,
    peer: Option<PeerId>,
    /// Whether that was somebody who is known, when it was asked last.
    is_known: bool,
    /// Since when nothing was heard.
    heard: Instant,
    /// Dropped to close it.
    _closes: oneshot::Sender<()>,
}

/// One connection's place among them; given back when it drops.
pub(super) struct Place {
    among: Places,
    number: u64,
    from: Source,
    is_this_computer: bool,
    peer: Option<PeerId>,
    /// Whether who is there is known.
    is_known: bool,
    /// When that was asked last.
    asked: Instant,
    /// Ends when the place is somebody else's.
    pub(super) closed: oneshot::Receiver<()>,
}

impl Places {
    pub(super) fn new(
        is_known: impl Fn(PeerId) -> bool + Send + Sync + 'static,
        on_last_disconnect: impl Fn(PeerId) + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(Inner {
            open: Mutex::default(),
            next: AtomicU64::new(0),
            handshakes: Budget::new(HANDSHAKES.0, HANDSHAKES.1),
            handshakes_of: Budget::new(HANDSHAKES_OF_ONE.0, HANDSHAKES_OF_ONE.1),
            bytes_of: Budget::new(BYTES_OF_ONE.0, BYTES_OF_ONE.1),
            is_known: Box::new(is_known),
            on_last_disconnect: Box::new(on_last_disconnect),
        }))
    }

    /// A place for whoever connects from an address, in somebody else's stead if there
    /// is none left; `None` if nobody has less right to it.
    pub(super) fn take(&self, addr: IpAddr) -> Option<Place> {
        let from = Source::of(addr);
        let inner = &self.0;
        let has_time = inner.handshakes.take(&())
            || inner.handshakes_of.take(&from)
            || from.is_this_computer();
        if !has_time {
            return None;
        }
        let mut open = inner.open.lock();
        if open.all.len() >= MAX_CONNECTIONS {
            self.ask_who_is_known(&mut open);
            let worst = open.worst(from)?;
            let gone = open.all.remove(&worst)?;
            tracing::warn!("too many connections; {} gives way", gone.from.0);
        }
        let number = inner.next.fetch_add(1, Relaxed);
        let (closes, closed) = oneshot::channel();
        let one = Open {
            from,
            peer: None,
            is_known: false,
            heard: Instant::now(),
            _closes: closes,
        };
        open.all.insert(number, one);
        Some(Place {
            among: self.clone(),
            number,
            peer: None,
            from,
            is_this_computer: false,
            is_known: false,
            asked: Instant::now(),
            closed,
        })
    }

    /// Asks again, unless that was just done: a flood comes here each time.
    fn ask_who_is_known(&self, open: &mut Table) {
        if open.asked.is_some_and(|at| at.elapsed() < ASK) {
            return;
        }
        open.asked = Some(Instant::now());
        for one in open.all.values_mut() {
            one.is_known = one.peer.is_some_and(|peer| (self.0.is_known)(peer));
        }
    }
}

/// Whose connections count together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Whose {
    /// Those of somebody who is known.
    Key(PeerId),
    /// All strangers' of one source.
    Source(Source),
}

impl Open {
    fn whose(&self) -> Whose {
        let known = self.peer.filter(|_| self.is_known);
        known.map_or(Whose::Source(self.from), Whose::Key)
    }
}

impl Table {
    /// The one that gives way to a newcomer: of whoever has most of them the one that is
    /// silent longest. Of the newcomers, if they have all their places; else of the
    /// strangers; else of those who are known. The newcomer counts with its source.
    fn worst(&self, newcomer: Source) -> Option<u64> {
        let newcomers = self.all.values().filter(|one| one.peer.is_none()).count();
        let rank = |one: &Open| match one.peer {
            None if newcomers >= NEWCOMERS => 0,
            Some(_) if !one.is_known => 1,
            Some(_) => 2,
            None => 3,
        };
        let first = self.all.values().map(rank).min()?;
        let may_go = || self.all.iter().filter(|(_, one)| rank(one) == first);
        let mut count: BTreeMap<Whose, usize> = BTreeMap::new();
        for (_, one) in may_go() {
            let also = usize::from(one.whose() == Whose::Source(newcomer));
            *count.entry(one.whose()).or_insert(also) += 1;
        }
        let most = count.values().max()?;
        let of_most = may_go().filter(|(_, one)| count.get(&one.whose()) == Some(most));
        let worst = of_most.min_by_key(|(_, one)| one.heard);
        worst.map(|(number, _)| *number)
    }

    /// Closes the connection of a key that is silent longest, if it has too many.
    fn bound(&mut self, peer: PeerId) {
        let of_key = || self.all.iter().filter(|(_, one)| one.peer == Some(peer));
        let silent = of_key().min_by_key(|(_, one)| one.heard);
        if let Some((&number, _)) = silent.filter(|_| of_key().count() > MAX_OF_KEY) {
            self.all.remove(&number);
        }
    }
}

impl Place {
    /// Notes who is there. Another of their connections may give way.
    pub(super) fn note(&mut self, peer: PeerId) {
        self.peer = Some(peer);
        self.is_this_computer = self.from.is_this_computer();
        self.with(|one| one.heard = Instant::now());
        self.ask();
        self.among.0.open.lock().bound(peer);
    }

    /// Notes that so many bytes were heard; and for how long nothing more is to be, of a
    /// stranger.
    pub(super) fn hear(&mut self, bytes: usize) -> Duration {
        let now = Instant::now();
        if now.duration_since(self.asked) >= ASK {
            self.ask();
        }
        self.with(|one| one.heard = now);
        if self.is_known {
            return Duration::ZERO;
        }
        self.among.0.bytes_of.spend(&self.from, bytes)
    }

    /// Asks whether who is there is a member, or was met before.
    fn ask(&mut self) {
        let known = self.peer.is_some_and(|peer| (self.among.0.is_known)(peer));
        self.is_known = known || self.is_this_computer;
        self.asked = Instant::now();
        let peer = self.peer;
        self.with(|one| {
            one.peer = peer;
            one.is_known = known;
        });
    }

    fn with(&self, change: impl FnOnce(&mut Open)) {
        let mut open = self.among.0.open.lock();
        open.all.get_mut(&self.number).map(change);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.among.0.open.lock();
        open.all.remove(&self.number);
        let is_last = open.all.values().all(|one| one.peer != self.peer);
        drop(open);
        if let Some(peer) = self.peer.filter(|_| is_last) {
            (self.among.0.on_last_disconnect)(peer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addr(n: u8) -> IpAddr {
        IpAddr::from([10, 0, 0, n])
    }

    fn peer(n: u8) -> PeerId {
        PeerId::new([n; 32])
    }

    fn places() -> Places {
        // Peers below 10 are known.
        Places::new(|peer| peer.as_bytes()[0] < 10, |_| {})
    }

    async fn fill(places: &Places, from: u8, count: usize) -> Vec<Place> {
        let mut all = Vec::new();
        while all.len() < count {
            match places.take(addr(from)) {
                Some(place) => all.push(place),
                None => tokio::time::advance(Duration::from_secs(1)).await,
            }
        }
        all
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_takes_most_gives_way() {
        let places = places();
        let mut friend = places.take(addr(1)).expect("a place");
        friend.note(peer(1));
        let mut stranger = places.take(addr(2)).expect("a place");
        stranger.note(peer(22));
        let mut flood = fill(&places, 3, MAX_CONNECTIONS - 2).await;
        // All are taken; the flood's own oldest goes for each of these.
        let more = fill(&places, 3, 500).await;
        assert!(flood[0].closed.try_recv().is_err(), "closed");
        let newcomer = places.take(addr(4)).expect("a place");
        for place in [&mut friend, &mut stranger] {
            assert!(is_open(place), "open");
        }
        drop((flood, more, newcomer));
        assert_eq!(places.0.open.lock().all.len(), 2);
    }

    fn is_open(place: &mut Place) -> bool {
        place.closed.try_recv() == Err(oneshot::error::TryRecvError::Empty)
    }

    /// An address of a neighbour's; one machine has as many as it likes.
    fn link_local(n: u16) -> IpAddr {
        Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, n).into()
    }

    #[tokio::test(start_paused = true)]
    async fn many_addresses_with_one_each_keep_nobody_out() {
        // All of them shake hands only, or are strangers then.
        for shows_key in [false, true] {
            let places = places();
            let mut all = Vec::new();
            for n in 0..MAX_CONNECTIONS as u16 {
                let mut place = places.take(link_local(n)).expect("a place");
                if shows_key {
                    place.note(PeerId::new([10 + (n % 200) as u8; 32]));
                }
                tokio::time::advance(Duration::from_millis(1)).await;
                all.push(place);
            }
            let mut friend = places.take(addr(1)).expect("a place");
            assert!(!is_open(&mut all[0]), "the one that is silent longest goes");
            assert!(is_open(&mut all[1]) && is_open(&mut friend));
            friend.note(peer(1));
            // Whatever they do, friends who have shown who they are stay.
            for n in 1000..2000 {
                let mut place = places.take(link_local(n)).expect("a place");
                if shows_key {
                    place.note(PeerId::new([10 + (n % 200) as u8; 32]));
                }
                all.push(place);
            }
            assert!(is_open(&mut friend));
            assert!(places.0.open.lock().all.len() <= MAX_CONNECTIONS);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn strangers_who_are_never_silent_do_not_push_out_a_handshake() {
        let places = places();
        let mut strangers = Vec::new();
        for n in 0..MAX_CONNECTIONS as u16 {
            let mut place = places.take(link_local(n)).expect("a place");
            place.note(PeerId::new([10 + (n % 200) as u8; 32]));
            strangers.push(place);
        }
        let mut friend = places.take(addr(1)).expect("a place");
        tokio::time::advance(Duration::from_millis(100)).await;
        for stranger in &mut strangers {
            stranger.hear(1);
        }
        let mut more = Vec::new();
        for n in 1000..1000 + NEWCOMERS as u16 - 1 {
            more.push(places.take(link_local(n)).expect("a place"));
        }
        assert!(is_open(&mut friend));
    }

    #[tokio::test(start_paused = true)]
    async fn no_key_has_many() {
        let places = places();
        // One that is known, and a stranger.
        for n in [1, 33] {
            let mut all = fill(&places, 3, 2 * MAX_OF_KEY).await;
            for place in &mut all {
                tokio::time::advance(Duration::from_millis(1)).await;
                place.note(peer(n));
            }
            let open: Vec<bool> = all.iter_mut().map(is_open).collect();
            assert_eq!(open, [[false; MAX_OF_KEY], [true; MAX_OF_KEY]].concat());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_known_leaves_places_for_newcomers() {
        // All are known.
        let places = Places::new(|_| true, |_| {});
        let mut all = Vec::new();
        let mut member = places.take(addr(1)).expect("a place");
        member.note(peer(255));
        for n in 1..MAX_CONNECTIONS {
            let mut place = places.take(link_local(n as u16)).expect("a place");
            place.note(peer((n / MAX_OF_KEY) as u8));
            all.push(place);
        }
        // Not who has one, although it is silent longest.
        let mut newcomers: Vec<Place> = (0..NEWCOMERS as u16)
            .map(|n| places.take(link_local(1000 + n)).expect("a place"))
            .collect();
        assert!(newcomers.iter_mut().all(is_open) && is_open(&mut member));
        let known = all
            .iter_mut()
            .filter_map(|place| is_open(place).then_some(()));
        assert_eq!(known.count(), MAX_CONNECTIONS - NEWCOMERS - 1);
        // The next newcomer takes a newcomer's.
        let _next = places.take(link_local(2000)).expect("a place");
        assert!(!is_open(&mut newcomers[0]) && is_open(&mut member));
    }

    #[tokio::test(start_paused = true)]
    async fn own_addresses_are_not_read_for_each_connection() {
        let last = LastRead::new(None);
        let reads = AtomicU64::new(0);
        let read = || {
            recent(&last, || {
                reads.fetch_add(1, Relaxed);
                Arc::new([addr(1)])
            })
        };
        for _ in 0..1000 {
            assert_eq!(read().as_ref(), [addr(1)]);
        }
        assert_eq!(reads.load(Relaxed), 1);
        tokio::time::advance(OWN_ADDRS).await;
        read();
        assert_eq!(reads.load(Relaxed), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn the_strangers_of_a_source_share_what_it_may_send() {
        let places = places();
        let mut strangers = fill(&places, 3, 2).await;
        for stranger in &mut strangers {
            stranger.note(peer(33));
        }
        let mut friend = places.take(addr(3)).expect("a place");
        friend.note(peer(1));
        let (burst, rate) = BYTES_OF_ONE;
        assert_eq!(strangers[0].hear(burst as usize), Duration::ZERO);
        let pause = strangers[1].hear(rate as usize);
        assert_eq!(pause, Duration::from_secs(1));
        assert_eq!(friend.hear(10 * burst as usize), Duration::ZERO);
        let mut other = places.take(addr(4)).expect("a place");
        assert_eq!(other.hear(burst as usize), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn who_was_removed_is_a_stranger_again() {
        // Both were met before; one is removed then.
        let removed = Arc::new(Mutex::new(None));
        let asked = Arc::clone(&removed);
        let places = Places::new(move |peer| Some(peer) != *asked.lock(), |_| {});
        let mut all = fill(&places, 3, MAX_CONNECTIONS).await;
        for (n, place) in all.iter_mut().enumerate() {
            place.note(peer((n / MAX_OF_KEY) as u8));
        }
        assert_eq!(all[9].hear(1 << 20), Duration::ZERO);
        *removed.lock() = Some(peer(1));
        tokio::time::advance(ASK).await;
        assert!(all[9].hear(1 << 20) > Duration::ZERO);
        assert_eq!(all[0].hear(1 << 20), Duration::ZERO);
        // It gives way before who is silent for longer.
        let _friend = places.take(addr(4)).expect("a place");
        let closed: Vec<usize> = (0..MAX_CONNECTIONS)
            .filter(|n| !is_open(&mut all[*n]))
            .collect();
        assert_eq!(closed, [8]);
    }

    #[test]
    fn a_far_network_is_one_source() {
        let of = |text: &str| Source::of(text.parse().expect("an address"));
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_ne!(of("fe80::1"), of("fe80::2"));
        assert_ne!(of("10.0.0.1"), of("10.0.0.2"));
        assert_eq!(of("::ffff:10.0.0.1"), of("10.0.0.1"));
    }
}
