//! The connections that are open at a time. There are enough for everybody, until
//! somebody takes them all: then who has the most gives way, and members and those who
//! were met before never do.

use std::{
    net::{IpAddr, Ipv6Addr},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
};

use parking_lot::Mutex;
use tokio::{sync::oneshot, time::Instant};

use crate::{budget::Budget, game::PeerId};

/// Connections at a time; a full room needs 2 for each of its 24 members.
const MAX_CONNECTIONS: usize = 256;

/// Handshakes that are made without asking from where: at once, and a second.
const HANDSHAKES: (u32, u32) = (200, 100);

/// The same for one source, where there are more.
const HANDSHAKES_OF_ONE: (u32, u32) = (16, 8);

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
        let own = || if_addrs::get_if_addrs().unwrap_or_default();
        self.0.is_loopback() || own().iter().any(|interface| interface.ip() == self.0)
    }
}

/// Whether an address is on one of this computer's links.
fn is_own_network(addr: Ipv6Addr) -> bool {
    let network = |addr: Ipv6Addr| addr.to_bits() >> 64;
    let own = if_addrs::get_if_addrs().unwrap_or_default();
    own.iter().any(|interface| match interface.ip() {
        IpAddr::V6(own) => network(own) == network(addr),
        IpAddr::V4(_) => false,
    })
}

/// The connections that are open. Clones share them.
#[derive(Clone)]
pub(super) struct Places(Arc<Inner>);

struct Inner {
    open: Mutex<Vec<Open>>,
    next: AtomicU64,
    handshakes: Budget<()>,
    handshakes_of: Budget<Source>,
    /// Whether somebody is a member, or was met before.
    is_known: Box<dyn Fn(PeerId) -> bool + Send + Sync>,
    /// Told when a peer's last connection closes.
    on_last_disconnect: Box<dyn Fn(PeerId) + Send + Sync>,
}

struct Open {
    number: u64,
    from: Source,
    peer: Option<PeerId>,
    /// Since when nothing was heard.
    heard: Instant,
    /// Dropped to close it.
    _closes: oneshot::Sender<()>,
}

/// One connection's place among them; given back when it drops.
pub(super) struct Place {
    among: Places,
    number: u64,
    peer: Option<PeerId>,
    is_known: AtomicBool,
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
            || from.is_this_computer()
            || inner.handshakes_of.take(&from);
        if !has_time {
            return None;
        }
        let mut open = inner.open.lock();
        if open.len() >= MAX_CONNECTIONS {
            let worst = self.worst(&open, from)?;
            let gone = open.swap_remove(worst);
            tracing::warn!("too many connections; {} gives way", gone.from.0);
        }
        let number = inner.next.fetch_add(1, Relaxed);
        let (closes, closed) = oneshot::channel();
        open.push(Open {
            number,
            from,
            peer: None,
            heard: Instant::now(),
            _closes: closes,
        });
        Some(Place {
            among: self.clone(),
            number,
            peer: None,
            is_known: AtomicBool::new(from.is_this_computer()),
            closed,
        })
    }

    /// Of those who are not known, the one that is silent longest, of the source with
    /// most of them. The newcomer's own source counts with the newcomer.
    fn worst(&self, open: &[Open], newcomer: Source) -> Option<usize> {
        let known = |one: &Open| one.peer.is_some_and(|peer| (self.0.is_known)(peer));
        let strangers: Vec<(usize, &Open)> = open
            .iter()
            .enumerate()
            .filter(|(_, one)| !known(one))
            .collect();
        let count = |from: Source| {
            let has = strangers.iter().filter(|(_, one)| one.from == from).count();
            has + usize::from(from == newcomer)
        };
        let most = strangers.iter().map(|(_, one)| count(one.from)).max()?;
        if most <= 1 {
            return None;
        }
        let of_most = strangers.iter().filter(|(_, one)| count(one.from) == most);
        of_most.min_by_key(|(_, one)| one.heard).map(|(at, _)| *at)
    }
}

impl Place {
    /// Notes who is there.
    pub(super) fn note(&mut self, peer: PeerId) {
        self.peer = Some(peer);
        self.with(|one| one.peer = Some(peer));
    }

    /// Notes that something was heard.
    pub(super) fn hear(&self) {
        self.with(|one| one.heard = Instant::now());
    }

    /// Whether who is there is a member, or was met before.
    pub(super) fn is_known(&self) -> bool {
        let known = || self.peer.is_some_and(|peer| (self.among.0.is_known)(peer));
        if !self.is_known.load(Relaxed) {
            self.is_known.store(known(), Relaxed);
        }
        self.is_known.load(Relaxed)
    }

    fn with(&self, change: impl FnOnce(&mut Open)) {
        let mut open = self.among.0.open.lock();
        open.iter_mut()
            .find(|one| one.number == self.number)
            .map(change);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.among.0.open.lock();
        open.retain(|one| one.number != self.number);
        let is_last = open.iter().all(|one| one.peer != self.peer);
        drop(open);
        if let Some(peer) = self.peer.filter(|_| is_last) {
            (self.among.0.on_last_disconnect)(peer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

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
        // It shares its address with the flood.
        let mut member = places.take(addr(3)).expect("a place");
        member.note(peer(2));
        let mut flood = fill(&places, 3, MAX_CONNECTIONS - 3).await;
        // All are taken; the flood's own oldest goes for each of these.
        let more = fill(&places, 3, 500).await;
        assert!(flood[0].closed.try_recv().is_err(), "closed");
        let newcomer = places.take(addr(4)).expect("a place");
        for place in [&mut friend, &mut stranger, &mut member] {
            let open = place.closed.try_recv().expect_err("open");
            assert_eq!(open, oneshot::error::TryRecvError::Empty);
        }
        drop((flood, more, newcomer));
        assert_eq!(places.0.open.lock().len(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn many_addresses_with_one_each_are_not_closed_for_one_more() {
        let places = places();
        let mut all = Vec::new();
        for n in 0..=255 {
            all.extend(fill(&places, n, 1).await);
        }
        assert_eq!(all.len(), MAX_CONNECTIONS);
        assert!(places.take(IpAddr::from([10, 0, 1, 1])).is_none());
        // Who has two gives one of them.
        drop(all.pop());
        all.extend(fill(&places, 7, 1).await);
        assert!(places.take(IpAddr::from([10, 0, 1, 1])).is_some());
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
