//! Several gossips in one process, on loopback; and strangers among them.

use std::{collections::BTreeSet, path::PathBuf};

use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpStream, UdpSocket},
};

use super::*;
use crate::{
    consensus::ClusterId,
    discovery::Interfaces,
    game::{Name, Phase},
};

/// No wait in a test is longer.
const PATIENCE: Duration = Duration::from_secs(20);

/// One seat's gossip, and what it has heard.
struct Seat {
    gossip: Box<Gossip>,
    handle: GossipHandle,
    events: mpsc::Receiver<Seen>,
    heard: BTreeMap<PeerId, Ad>,
}

impl Seat {
    fn new(n: u8) -> Self {
        let (events, heard) = mpsc::channel(64);
        let config = DiscoveryConfig {
            peer_id: PeerId::new([n; 32]),
            port: 4000 + u16::from(n),
            interfaces: Interfaces::only(vec!["no interface at all".to_owned()]),
            profiles: PathBuf::new(),
            profile: None,
            gossip: None,
        };
        let (gossip, handle) =
            Gossip::start(&config, &GossipConfig::default(), events).expect("a gossip");
        Self {
            gossip: Box::new(gossip),
            handle,
            events: heard,
            heard: BTreeMap::new(),
        }
    }

    fn addr(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.handle.port))
    }

    async fn until(&mut self, what: &str, is_it: impl Fn(&BTreeMap<PeerId, Ad>) -> bool) {
        let waiting = async {
            while !is_it(&self.heard) {
                (_, self.heard) = self.events.recv().await.expect("a running gossip");
            }
        };
        let in_time = tokio::time::timeout(PATIENCE, waiting).await.is_ok();
        assert!(in_time, "{what}: not in time; {:#?}", self.heard);
    }

    async fn hears(&mut self, seats: &[u8]) {
        let seats: BTreeSet<PeerId> = seats.iter().map(|n| PeerId::new([*n; 32])).collect();
        self.until("who is there", |heard| {
            heard.keys().copied().collect::<BTreeSet<_>>() == seats
        })
        .await;
    }
}

fn ad(n: u8, players: u32) -> Ad {
    Ad {
        peer_id: PeerId::new([n; 32]),
        protocol: 1,
        version: "0.1.0".to_owned(),
        player: Name::parse(&format!("P{n}")).expect("a name"),
        cluster_id: ClusterId::try_from(&[1; 16][..]).expect("an id"),
        room: Name::parse("den").expect("a name"),
        leads: n == 1,
        players,
        phase: Phase::Lobby,
        plays: None,
        ancestors: Vec::new(),
        addrs: Vec::new(),
    }
}

#[tokio::test]
async fn who_knows_one_learns_of_all() {
    let (mut one, mut two, mut three) = (Seat::new(1), Seat::new(2), Seat::new(3));
    for (n, seat) in [(1, &mut one), (2, &mut two), (3, &mut three)] {
        seat.gossip.announce(Some(&ad(n, 1)));
    }
    two.handle.meet(one.addr());
    three.handle.meet(two.addr());
    one.hears(&[2, 3]).await;
    two.hears(&[1, 3]).await;
    three.hears(&[1, 2]).await;
    let heard = &three.heard[&PeerId::new([1; 32])];
    assert_eq!(heard.addrs, [SocketAddr::from(([127, 0, 0, 1], 4001))]);

    one.gossip.announce(Some(&ad(1, 3)));
    let first = PeerId::new([1; 32]);
    three
        .until("a change", |heard| heard[&first].players == 3)
        .await;

    // The one that both others came through leaves.
    let left = Instant::now();
    two.gossip.shutdown().await;
    assert!(left.elapsed() < GOODBYE + Duration::from_millis(100));
    one.hears(&[3]).await;
    three.hears(&[1]).await;

    // Out of the room, but not out of the gossip.
    one.gossip.announce(None);
    three.hears(&[]).await;
}

/// Strangers cannot freeze it, fill memory, or keep others out for long.
#[tokio::test]
async fn garbage_does_no_harm() {
    let (mut one, mut two) = (Seat::new(1), Seat::new(2));
    one.gossip.announce(Some(&ad(1, 1)));
    two.gossip.announce(Some(&ad(2, 1)));
    let mut open = Vec::new();
    let beginnings: [&[u8]; 5] = [
        // A header that stops in the middle.
        &[9, 0x80],
        // 4 GiB are to follow.
        &[8, 0xff, 0xff, 0xff, 0xff, 0x0f],
        &[1, 255, 0xff, 0xff, 0xff, 0xff],
        b"GET / HTTP/1.1\r\n\r\n",
        &[],
    ];
    for begin in beginnings.iter().cycle().take(40) {
        let mut stream = TcpStream::connect(one.addr()).await.expect("a connection");
        // It may have hung up already.
        let _ = stream.write_all(begin).await;
        open.push(stream);
    }
    let udp = UdpSocket::bind("127.0.0.1:0").await.expect("a socket");
    let mut runner = TestRunner::deterministic();
    let garbage = proptest::collection::vec(any::<u8>(), 0..1500);
    for tag in (0..18).cycle().take(2000) {
        let mut bytes = garbage.new_tree(&mut runner).expect("bytes").current();
        if let Some(first) = bytes.first_mut() {
            *first = tag;
        }
        udp.send_to(&bytes, one.addr()).await.expect("sent");
    }
    two.handle.meet(one.addr());
    one.hears(&[2]).await;
    two.hears(&[1]).await;
    for mut stream in open {
        // All have been hung up on, sooner or later.
        let mut rest = Vec::new();
        let end = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut rest)).await;
        let _ = end.expect("an end");
    }
}

#[tokio::test]
async fn a_life_that_ails_is_noticed() {
    let sockets = Sockets::bind(None).expect("a port");
    let addr = SocketAddr::from(([127, 0, 0, 1], sockets.port));
    let start = || Instance::start(&sockets, addr, Meta::empty(), Arc::default());
    let well = start().await.expect("a life");
    assert_eq!(well.problem().await, None);
    well.leave().await;

    let poisoned = start().await.expect("a life");
    let udp = UdpSocket::bind("127.0.0.1:0").await.expect("a socket");
    udp.send_to(&poisoned.poisoned_message(), addr)
        .await
        .expect("sent");
    until_it_has_a_problem(&poisoned).await;
    poisoned.leave().await;

    let ended = start().await.expect("a life");
    ended.end_tasks().await;
    until_it_has_a_problem(&ended).await;
}

async fn until_it_has_a_problem(instance: &Instance) {
    let ailing = async {
        while instance.problem().await.is_none() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, ailing)
        .await
        .expect("an ail");
}

#[test]
fn announcements_are_merged_by_peer() {
    let node = |id: u64, n: u8, port: u16| {
        let mut ad = ad(n, 1);
        ad.addrs = vec![SocketAddr::from(([10, 0, 0, n], port))];
        Node {
            id,
            addr: SocketAddr::from(([10, 0, 0, n], 17946)),
            meta: ad::encode(&ad),
        }
    };
    let mut nodes = vec![node(5, 1, 1), node(4, 2, 1), node(3, 2, 2), node(2, 3, 1)];
    nodes.push(Node {
        meta: Meta::try_from("nonsense").expect("a meta"),
        ..node(9, 4, 1)
    });
    nodes.extend((0..50).map(|n| node(100 + n, 3, 100 + n as u16)));
    // Somebody says to be us.
    let ads = ads(nodes, PeerId::new([1; 32]));
    let names: Vec<&str> = ads.values().map(|ad| ad.player.as_str()).collect();
    assert_eq!(names, ["P2", "P3"]);
    let addrs = ads.values().map(|ad| ad.addrs.len());
    assert_eq!(addrs.collect::<Vec<_>>(), [2, MAX_ADDRS]);
}
