//! The world of simulated nodes: turmoil's network, disks that lose what was
//! not synced, and an observation board in place of mDNS.

use std::{
    collections::BTreeMap,
    io,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use dhangkanna::{
    consensus::{LogStore, RULES, StoreError},
    discovery::{Ad, Ads, Announcer, Discovery},
    game::PeerId,
    net::{Accepting, Handshake, Identity, Stream, Transport, Wire},
    node::World,
};
use futures::future::BoxFuture;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    sync::watch,
};
use turmoil::net::{TcpListener, TcpStream};

use crate::common::disk::Disk;

/// Where every simulated node listens.
pub const PORT: u16 = 4000;

/// How often the observation board is looked at.
const LOOK: Duration = Duration::from_millis(500);

/// What all simulated nodes share with their simulation.
#[derive(Clone, Default)]
pub struct Shared {
    disks: Arc<Mutex<BTreeMap<PathBuf, Disk>>>,
    board: Arc<Mutex<BTreeMap<PeerId, Ad>>>,
    /// The logs that were opened last, by their files.
    pub logs: Arc<Mutex<BTreeMap<PathBuf, LogStore>>>,
}

impl Shared {
    /// What becomes of a host's disks and observations in a power cut. Whoever still
    /// holds the old ones writes in vain: a program that is dropped tidies up.
    pub fn crash(&self, folder: &Path, peer: PeerId) {
        self.board.lock().unwrap().remove(&peer);
        for (file, disk) in &mut *self.disks.lock().unwrap() {
            if file.starts_with(folder) {
                *disk = disk.after_power_cut();
            }
        }
        self.logs
            .lock()
            .unwrap()
            .retain(|file, _| !file.starts_with(folder));
    }

    /// A node's world on the host where this is called.
    pub async fn world(&self, identity: Arc<Identity>, ip: IpAddr) -> io::Result<World> {
        let peer = identity.peer_id();
        let listener = TcpListener::bind(("0.0.0.0", PORT)).await?;
        let (publish, ads) = watch::channel(Ads::default());
        let board = Arc::clone(&self.board);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(LOOK).await;
                let mut seen = board.lock().unwrap().clone();
                seen.remove(&peer);
                publish.send_if_modified(|ads| {
                    let changed = **ads != seen;
                    if changed {
                        *ads = Arc::new(seen);
                    }
                    changed
                });
            }
        });
        let addr = SocketAddr::new(ip, PORT);
        let observation = Observation {
            board: Arc::clone(&self.board),
            peer,
            addr,
        };
        let (disks, logs) = (Arc::clone(&self.disks), Arc::clone(&self.logs));
        Ok(World {
            identity,
            transport: Arc::new(SimTransport {
                me: peer,
                listener: Some(listener),
            }),
            addresses: Box::new(move || vec![addr]),
            discovery: Discovery::of(ads, Box::new(observation)),
            open_log: Arc::new(move |file, _rules| open(&disks, &logs, file)),
            per_snapshot: 60,
            rules: RULES,
        })
    }
}

fn open(
    disks: &Mutex<BTreeMap<PathBuf, Disk>>,
    logs: &Mutex<BTreeMap<PathBuf, LogStore>>,
    file: &Path,
) -> Result<LogStore, StoreError> {
    let mut disks = disks.lock().unwrap();
    if !file.exists() {
        // The seat's folder is a real one; this marks the log in it.
        std::fs::write(file, "").expect("a marker");
        disks.remove(file);
    }
    // The room used last is the one to come back to.
    std::fs::File::options()
        .write(true)
        .open(file)
        .and_then(|marker| marker.set_modified(SystemTime::now()))
        .expect("a marker");
    let disk = disks.entry(file.to_owned()).or_default().clone();
    let log = LogStore::open_backend(disk, true)?;
    logs.lock().unwrap().insert(file.to_owned(), log.clone());
    Ok(log)
}

struct Observation {
    board: Arc<Mutex<BTreeMap<PeerId, Ad>>>,
    peer: PeerId,
    addr: SocketAddr,
}

impl Announcer for Observation {
    fn announce(&mut self, ad: Option<&Ad>) {
        let mut board = self.board.lock().unwrap();
        match ad {
            Some(ad) => {
                let mut ad = ad.clone();
                ad.addrs = vec![self.addr];
                board.insert(self.peer, ad);
            }
            None => {
                board.remove(&self.peer);
            }
        }
    }

    fn shutdown(self: Box<Self>) -> BoxFuture<'static, ()> {
        Box::pin(std::future::ready(()))
    }
}

/// Simulated TCP, on which both sides say who they are. Proving it is TLS's
/// business, which is left out here.
struct SimTransport {
    me: PeerId,
    /// None: it only calls others.
    listener: Option<TcpListener>,
}

/// The same for somebody who only calls others.
pub fn dialing(me: PeerId) -> Arc<dyn Transport> {
    Arc::new(SimTransport { me, listener: None })
}

async fn introduce(me: PeerId, mut tcp: TcpStream) -> io::Result<(PeerId, Stream)> {
    tcp.write_all(me.as_bytes()).await?;
    let mut peer = [0; 32];
    tcp.read_exact(&mut peer).await?;
    Ok((PeerId::new(peer), Box::new(tcp) as Stream))
}

impl Transport for SimTransport {
    fn port(&self) -> u16 {
        PORT
    }

    fn dial(&self, addr: SocketAddr, expected: Option<PeerId>) -> Handshake {
        let me = self.me;
        Box::pin(async move {
            let opening = async {
                let tcp = TcpStream::connect(addr).await?;
                introduce(me, tcp).await
            };
            let late = |_| io::Error::from(io::ErrorKind::TimedOut);
            let opened = tokio::time::timeout(Duration::from_secs(2), opening).await;
            let (peer, stream) = opened.map_err(late)??;
            if expected.is_some_and(|expected| expected != peer) {
                return Err(io::Error::other("somebody else"));
            }
            Ok((peer, stream))
        })
    }

    fn accept(&self) -> BoxFuture<'_, io::Result<(SocketAddr, Wire, Accepting)>> {
        Box::pin(async move {
            let Some(listener) = &self.listener else {
                return std::future::pending().await;
            };
            let (tcp, remote) = listener.accept().await?;
            let me = self.me;
            let handshake = async move {
                let (peer, stream) = introduce(me, tcp).await?;
                Ok((peer, stream, None))
            };
            Ok((remote, Wire::default(), Box::pin(handshake) as Accepting))
        })
    }
}
