//! What strangers may send to keep a computer busy, each as often as it can.

#![expect(clippy::infinite_loop, reason = "until the runtime ends")]

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use dhangkanna::{
    consensus::{ClusterId, RULES, Vote, log_id},
    game::{Action, Name, PeerId},
    net::{AddressBook, Identity, PROTOCOL, Peers, TlsTransport},
    proto as pb, random,
};
use openraft::{
    RaftNetworkV2 as _,
    network::RPCOption,
    raft::{AppendEntriesRequest, VoteRequest},
};
use parking_lot::Mutex;
use prost::Message as _;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
    time::sleep,
};

use super::{
    ads::Announcer,
    wire::{
        self, CONTINUATION, DATA, END_HEADERS, HEADERS, PING, PRIORITY, RST_STREAM, SETTINGS,
        WINDOW_UPDATE, call, frame,
    },
};
use crate::harness::{
    intruder::{Intruder, SESSION},
    server::Follows,
};

/// The pause after what did not work.
const PAUSE: Duration = Duration::from_millis(50);

/// Connections of each kind that are only held, at each of the seats.
const HELD: usize = 16;

/// Announcements a second.
const ADS: u64 = 20;

const JOIN: &str = "/dhangkanna.v1.Lobby/Join";
const APPEND: &str = "/dhangkanna.v1.Members/AppendEntries";

/// Whom it is about.
#[derive(Clone)]
pub struct Target {
    /// Where its members listen, who leads first.
    pub members: Vec<SocketAddr>,
    pub cluster: ClusterId,
    pub leader: u64,
}

/// How often what was done.
#[derive(Default)]
pub struct Tally(Mutex<BTreeMap<&'static str, u64>>);

impl Tally {
    fn count(&self, what: &'static str, times: u64) {
        *self.0.lock().entry(what).or_default() += times;
    }

    pub fn print(&self, seconds: f64) {
        for (what, count) in &*self.0.lock() {
            println!("  {what}: {count}, {:.0} a second", *count as f64 / seconds);
        }
    }
}

/// One address of the stranger's, and some of the keys.
pub struct Attacker {
    pub addr: Ipv4Addr,
    pub keys: Vec<Arc<Identity>>,
    pub target: Target,
    pub tally: Arc<Tally>,
}

impl Attacker {
    /// Everything at once, until it is dropped.
    pub async fn attack(self) {
        let me = Arc::new(self);
        let mut all = JoinSet::new();
        // To see what one of them does.
        let wanted = std::env::var("DHANGKANNA_ATTACKS").ok();
        let wants = |what: &str| {
            wanted
                .as_ref()
                .is_none_or(|w| w.split(',').any(|w| what.starts_with(w)))
        };
        for n in 0..HELD * me.target.members.len() {
            if wants("tls") {
                all.spawn(hold_tls(Arc::clone(&me), n));
            }
            if wants("tcp") {
                all.spawn(hold_tcp(Arc::clone(&me), n, b""));
            }
            if wants("half") {
                all.spawn(hold_tcp(Arc::clone(&me), n, b"\x16\x03\x01\x02\x00\x01"));
            }
        }
        for n in 0..me.keys.len() {
            if wants("haunt") {
                all.spawn(haunt(Arc::clone(&me), n));
            }
        }
        for n in 0..me.target.members.len() {
            if wants("greet") {
                all.spawn(greet(Arc::clone(&me), n));
            }
            if wants("knock") {
                all.spawn(knock(Arc::clone(&me), n));
            }
            if wants("raft") {
                all.spawn(call_raft(Arc::clone(&me), n));
            }
            if wants("noise") {
                all.spawn(noise(Arc::clone(&me), n));
            }
            if wants("bodies") {
                all.spawn(half_bodies(Arc::clone(&me), n));
            }
            for (what, send) in FRAMES {
                if wants(what) {
                    all.spawn(frames(Arc::clone(&me), n, what, send));
                }
            }
        }
        if wants("churn") {
            all.spawn(churn(Arc::clone(&me)));
        }
        if wants("hosts") {
            all.spawn(announce_hosts(Arc::clone(&me)));
        }
        if wants("ads") {
            all.spawn(announce(me));
        }
        while all.join_next().await.is_some() {}
    }

    fn key(&self, n: usize) -> Arc<Identity> {
        Arc::clone(&self.keys[n % self.keys.len()])
    }

    fn transport(&self, n: usize) -> TlsTransport {
        TlsTransport::dialing(self.key(n)).expect("a transport")
    }

    fn member(&self, n: usize) -> SocketAddr {
        self.target.members[n % self.target.members.len()]
    }

    /// A client as players have one.
    async fn peers(&self, n: usize) -> Option<(Peers, PeerId)> {
        let book = Arc::new(AddressBook::default());
        let peers = Peers::new(Arc::new(self.transport(n)), book, RULES);
        let peer = peers.who_is_at(self.member(n)).await.ok()?;
        Some((peers, peer))
    }
}

/// A connection that has said who it is, and nothing more.
async fn hold_tls(me: Arc<Attacker>, n: usize) {
    loop {
        if let Ok(opened) = wire::open(&me.transport(n), me.member(n)).await {
            me.tally.count("idle TLS connections", 1);
            let _ = wire::answer_probes(opened).await;
        }
        sleep(PAUSE).await;
    }
}

/// A connection that says little or nothing.
async fn hold_tcp(me: Arc<Attacker>, n: usize, says: &[u8]) {
    loop {
        if let Ok(mut tcp) = TcpStream::connect(me.member(n)).await {
            let what = ["plain connections", "half handshakes"][usize::from(!says.is_empty())];
            me.tally.count(what, 1);
            let _ = tcp.write_all(says).await;
            let _ = tcp.read_to_end(&mut Vec::new()).await;
        }
        sleep(PAUSE).await;
    }
}

/// Asks for a seat, answers what members are asked, and never sits down.
async fn haunt(me: Arc<Attacker>, n: usize) {
    loop {
        let mut ghost = Intruder::as_somebody(me.key(n), Arc::new(Follows));
        ghost.addr.set_ip(me.addr.into());
        if let Ok(peer) = ghost.peers.who_is_at(me.member(0)).await {
            me.tally.count("asks for a seat", 1);
            if ghost.ask_in(peer, me.target.cluster).await.is_ok() {
                me.tally.count("seats taken", 1);
                // Longer than it has to sit down.
                sleep(Duration::from_secs(6)).await;
            }
        }
        sleep(PAUSE).await;
    }
}

/// How the names of those begin who only come to be there.
pub const GUEST: &str = "Guest";

/// Sits down under another name and leaves at once, with one key after the other.
async fn churn(me: Arc<Attacker>) {
    for n in 0.. {
        let mut guest = Intruder::as_somebody(me.key(n), Arc::new(Follows));
        guest.addr.set_ip(me.addr.into());
        let cluster = me.target.cluster;
        if let Ok(peer) = guest.peers.who_is_at(me.member(0)).await
            && guest.ask_in(peer, cluster).await.is_ok()
        {
            let member = guest.member(cluster, (me.target.leader, peer));
            let name = Name::parse(&format!("{GUEST} {n}")).expect("a name");
            let sits = guest.says(cluster, 1, Action::TakeSeat { name });
            if member.propose(&sits, Duration::from_secs(5)).await.is_ok() {
                me.tally.count("seats taken, and left", 1);
            }
            let _ = member.leave().await;
        }
        sleep(PAUSE).await;
    }
}

/// Asks what is played, without a pause.
async fn greet(me: Arc<Attacker>, n: usize) {
    loop {
        if let Some((peers, peer)) = me.peers(n).await {
            while peers.hello(peer).await.is_ok() {
                me.tally.count("hellos", 1);
            }
        }
        sleep(PAUSE).await;
    }
}

/// Asks to be let in, without a pause and without ever coming.
async fn knock(me: Arc<Attacker>, mut n: usize) {
    loop {
        n += 3;
        if let Some((peers, peer)) = me.peers(n).await {
            for knock in 0..100 {
                let name = Name::parse(&format!("{GUEST} {knock}")).expect("a name");
                let _ = peers.join(peer, me.target.cluster, &name).await;
                me.tally.count("joins", 1);
            }
        }
        sleep(PAUSE).await;
    }
}

/// Raft's calls, of a seat that nobody has let in.
async fn call_raft(me: Arc<Attacker>, n: usize) {
    let caller = Intruder::as_somebody(me.key(n), Arc::new(Follows));
    loop {
        if let Ok(peer) = caller.peers.who_is_at(me.member(n)).await {
            for seat in [me.target.leader, 77] {
                let mut raft = caller.raft(me.target.cluster, (seat, peer)).await;
                let option = || RPCOption::new(Duration::from_secs(1));
                let last = Some(log_id(1, 1_000_000));
                for term in [2, u64::MAX - 1] {
                    let mut request = VoteRequest::new(Vote::new(term, caller.seat), last);
                    request.leadership_transfer = true;
                    let _ = raft.vote(request, option()).await;
                    let append = AppendEntriesRequest {
                        vote: Vote::new_committed(term, seat),
                        prev_log_id: last,
                        entries: Vec::new(),
                        leader_commit: last,
                    };
                    let _ = raft.append_entries(append, option()).await;
                    me.tally.count("Raft calls", 2);
                }
            }
        }
        sleep(PAUSE).await;
    }
}

/// Bytes that mean nothing, with and without TLS.
async fn noise(me: Arc<Attacker>, n: usize) {
    let bytes: Vec<u8> = (0..4096).map(|_| random::u64() as u8).collect();
    loop {
        if let Ok(mut tcp) = TcpStream::connect(me.member(n)).await {
            let _ = tcp.write_all(&bytes).await;
        }
        if let Ok((_read, mut write)) = wire::open(&me.transport(n), me.member(n)).await {
            let _ = write.write_all(&bytes).await;
            let _ = write.flush().await;
            me.tally.count("noise", 1);
        }
        sleep(PAUSE).await;
    }
}

/// Calls whose body never comes to its end.
async fn half_bodies(me: Arc<Attacker>, n: usize) {
    loop {
        if let Ok((read, mut write)) = wire::open(&me.transport(n), me.member(n)).await {
            let reading = tokio::spawn(drain(read));
            let _ = drip(&me, &mut write).await;
            reading.abort();
        }
        sleep(PAUSE).await;
    }
}

async fn drip(me: &Attacker, write: &mut (impl AsyncWriteExt + Unpin)) -> std::io::Result<()> {
    let streams: Vec<u32> = (0..64).map(|n| 2 * n + 1).collect();
    for stream in &streams {
        write
            .write_all(&frame(HEADERS, END_HEADERS, *stream, &call(JOIN, &[])))
            .await?;
        // Four thousand bytes are to come.
        let prefix = [0, 0, 0, 15, 160];
        write.write_all(&frame(DATA, 0, *stream, &prefix)).await?;
        me.tally.count("half bodies", 1);
    }
    loop {
        for stream in &streams {
            write.write_all(&frame(DATA, 0, *stream, &[7])).await?;
        }
        write.flush().await?;
        sleep(Duration::from_millis(500)).await;
    }
}

async fn drain(mut read: impl AsyncReadExt + Unpin) {
    let mut buffer = vec![0; 16 * 1024];
    while read.read(&mut buffer).await.is_ok_and(|n| n > 0) {}
}

type Frames = fn(&Target, u32) -> Vec<u8>;

/// What is sent again and again, each time on another stream.
const FRAMES: [(&str, Frames); 11] = [
    ("streams that are reset", |_, stream| {
        let mut both = frame(HEADERS, END_HEADERS, stream, &call(JOIN, &[]));
        both.extend(frame(RST_STREAM, 0, stream, &[0, 0, 0, 8]));
        both
    }),
    ("streams that stay open", |_, stream| {
        frame(HEADERS, END_HEADERS, stream, &call(JOIN, &[]))
    }),
    ("pings", |_, _| frame(PING, 0, 0, b"mallory!")),
    ("settings", |_, stream| {
        // The size of the header table.
        let size = stream.to_be_bytes();
        frame(SETTINGS, 0, 0, &[&[0, 1][..], &size].concat())
    }),
    ("window updates", |_, _| {
        frame(WINDOW_UPDATE, 0, 0, &[0, 0, 0, 1])
    }),
    ("priorities", |_, stream| {
        frame(PRIORITY, 0, stream, &[0, 0, 0, 0, 9])
    }),
    ("headers without an end", |_, stream| {
        let mut block = frame(HEADERS, 0, stream, &call(JOIN, &[]));
        for _ in 0..64 {
            let more = call(JOIN, &[("x-more", &[b'x'; 1000])]);
            block.extend(frame(CONTINUATION, 0, stream, &more));
        }
        block
    }),
    ("headers that are none", |_, stream| {
        let noise: Vec<u8> = (0..64).map(|_| random::u64() as u8).collect();
        frame(HEADERS, END_HEADERS, stream, &noise)
    }),
    ("large bodies", |_, stream| {
        let mut all = frame(HEADERS, END_HEADERS, stream, &call(JOIN, &[]));
        // A gigabyte is to come.
        all.extend(frame(DATA, 0, stream, &[0, 64, 0, 0, 0]));
        all.extend(frame(DATA, 0, stream, &[7; 16_000]));
        all
    }),
    ("members' calls with no right header", |target, stream| {
        let header = pb::Header {
            protocol: PROTOCOL,
            cluster_id: target.cluster.as_bytes().to_vec(),
            to: target.leader,
            start: Some(pb::Start {
                seat: u64::from(stream),
                session: SESSION,
                signature: vec![7; 64],
            }),
            listen_port: 1,
        };
        let right = base64(&header.encode_to_vec());
        let values = [&b""[..], b"!!!", &[b'A'; 3000], right.as_bytes()];
        let value = values[stream as usize / 2 % values.len()];
        let block = call(APPEND, &[("dhangkanna-header-bin", value)]);
        let mut all = frame(HEADERS, END_HEADERS, stream, &block);
        all.extend(frame(DATA, 1, stream, &[0, 0, 0, 0, 3, 1, 2, 3]));
        all
    }),
    ("frames of no kind", |_, stream| {
        frame(200, 255, stream, &[7; 1000])
    }),
];

/// What binary headers are written in (RFC 4648).
fn base64(bytes: &[u8]) -> String {
    let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let mut three = [0; 4];
        three[1..=chunk.len()].copy_from_slice(chunk);
        let number = u32::from_be_bytes(three);
        for n in 0..=chunk.len() {
            let digit = number >> (18 - 6 * n) & 63;
            text.push(digits[digit as usize].into());
        }
    }
    text
}

async fn frames(me: Arc<Attacker>, n: usize, what: &'static str, make: Frames) {
    loop {
        if let Ok((read, mut write)) = wire::open(&me.transport(n), me.member(n)).await {
            let reading = tokio::spawn(drain(read));
            for stream in (1..).step_by(2) {
                let sent = write.write_all(&make(&me.target, stream)).await;
                if sent.is_err() || write.flush().await.is_err() {
                    break;
                }
                me.tally.count(what, 1);
            }
            reading.abort();
        }
        sleep(PAUSE).await;
    }
}

async fn announce(me: Arc<Attacker>) {
    let announcer = Announcer::new(me.addr);
    loop {
        announcer.announce(None);
        announcer.announce(Some(me.target.cluster));
        me.tally.count("announcements", 2);
        sleep(Duration::from_millis(2000 / ADS)).await;
    }
}

/// Hosts that nobody has asked for.
async fn announce_hosts(me: Arc<Attacker>) {
    let announcer = Announcer::new(me.addr);
    loop {
        announcer.announce_hosts();
        me.tally.count("packets of hosts", 1);
        sleep(Duration::from_millis(1000 / ADS)).await;
    }
}
