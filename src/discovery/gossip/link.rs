//! The transport under `memberlist`: our sockets, with bounds on size and
//! rate. Its own (`memberlist-net`) has none.

use std::{
    borrow::Cow,
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use memberlist::{
    proto::Payload,
    tokio::{TokioRuntime, TokioSocketAddrResolver},
    transport::{
        Packet, PacketProducer, PacketSubscriber, StreamProducer, StreamSubscriber, Transport,
        TransportError, packet_stream, promised_stream,
    },
};
use parking_lot::Mutex;
use tokio::{
    net::{TcpListener, UdpSocket},
    sync::Semaphore,
    task::JoinHandle,
    time::Instant,
};

use super::{
    NodeId,
    check::{self, Verdict},
    sockets::{Sockets, canonical, mapped},
    stream::{Ends, Stream},
};

/// The longest datagram, in bytes: one Ethernet frame.
pub(super) const MAX_DATAGRAM: usize = 1400;

/// How many datagrams are taken in a second: a room of 24 sends a tenth.
const DATAGRAMS_IN: u32 = 512;

/// How many are sent. They may be answers to strangers.
const DATAGRAMS_OUT: u32 = 512;

/// How many connections are taken in a second.
const STREAMS_IN: u32 = 32;

/// How many connections of others are open at a time.
const STREAMS: usize = 16;

/// Datagrams that may wait; beyond that they are lost, as datagrams are.
const QUEUE: usize = 128;

/// The pause after a socket's error, so that it cannot become a busy loop.
const PAUSE: Duration = Duration::from_millis(50);

/// Tasks of a running link.
pub(super) const TASKS: usize = 2;

/// What a link is made of.
pub(super) struct Options {
    pub(super) me: NodeId,
    /// Where others reach it.
    pub(super) advertise: SocketAddr,
    pub(super) sockets: Sockets,
    /// Set when somebody spoils our id.
    pub(super) poisoned: Arc<AtomicBool>,
}

/// Why something was not sent or received.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(super) struct LinkError(#[from] io::Error);

impl TransportError for LinkError {
    fn is_remote_failure(&self) -> bool {
        true
    }

    fn custom(why: Cow<'static, str>) -> Self {
        Self(io::Error::other(why))
    }
}

/// The transport.
pub(super) struct Link {
    advertise: SocketAddr,
    udp: Arc<UdpSocket>,
    is_v6: bool,
    out: Limit,
    packets: PacketSubscriber<SocketAddr, Instant>,
    streams: StreamSubscriber<SocketAddr, Stream>,
    ends: Ends,
    tasks: [JoinHandle<()>; TASKS],
}

impl Transport for Link {
    type Error = LinkError;
    type Id = NodeId;
    type Address = SocketAddr;
    type ResolvedAddress = SocketAddr;
    type Resolver = TokioSocketAddrResolver;
    type Connection = Stream;
    type Runtime = TokioRuntime;
    type Options = Options;

    async fn new(options: Options) -> Result<Self, LinkError> {
        let Sockets { tcp, udp, .. } = options.sockets;
        let udp = Arc::new(UdpSocket::from_std(udp)?);
        let tcp = TcpListener::from_std(tcp)?;
        let (packets_in, packets) = packet_stream::<Self>(QUEUE);
        let (streams_in, streams) = promised_stream::<Self>();
        let ends = Ends {
            me: options.me,
            poisoned: options.poisoned,
            _place: None,
        };
        let tasks = [
            tokio::spawn(receive(Arc::clone(&udp), packets_in, ends.clone())),
            tokio::spawn(accept(tcp, streams_in, ends.clone())),
        ];
        Ok(Self {
            advertise: options.advertise,
            is_v6: udp.local_addr()?.is_ipv6(),
            udp,
            out: Limit::new(DATAGRAMS_OUT),
            packets,
            streams,
            ends,
            tasks,
        })
    }

    async fn resolve(&self, addr: &SocketAddr) -> Result<SocketAddr, LinkError> {
        Ok(*addr)
    }

    fn local_id(&self) -> &NodeId {
        &self.ends.me
    }

    fn local_address(&self) -> &SocketAddr {
        &self.advertise
    }

    fn advertise_address(&self) -> &SocketAddr {
        &self.advertise
    }

    fn max_packet_size(&self) -> usize {
        MAX_DATAGRAM
    }

    fn header_overhead(&self) -> usize {
        0
    }

    fn blocked_address(&self, addr: &SocketAddr) -> Result<(), LinkError> {
        if check::is_host(addr) {
            Ok(())
        } else {
            Err(io::Error::from(io::ErrorKind::AddrNotAvailable).into())
        }
    }

    async fn send_to(
        &self,
        addr: &SocketAddr,
        payload: Payload,
    ) -> Result<(usize, Instant), LinkError> {
        let now = Instant::now();
        self.blocked_address(addr)?;
        if self.out.allows() {
            let addr = mapped(*addr, self.is_v6);
            self.udp.send_to(payload.as_slice(), addr).await?;
        }
        // Beyond the limit it is lost, as datagrams are.
        Ok((payload.as_slice().len(), now))
    }

    async fn open(&self, addr: &SocketAddr, deadline: Instant) -> Result<Stream, LinkError> {
        self.blocked_address(addr)?;
        Ok(Stream::open(*addr, deadline, self.ends.clone()).await?)
    }

    fn packet(&self) -> PacketSubscriber<SocketAddr, Instant> {
        self.packets.clone()
    }

    fn stream(&self) -> StreamSubscriber<SocketAddr, Stream> {
        self.streams.clone()
    }

    fn packet_reliable(&self) -> bool {
        false
    }

    fn packet_secure(&self) -> bool {
        false
    }

    fn stream_secure(&self) -> bool {
        false
    }

    async fn shutdown(&self) -> Result<(), LinkError> {
        for task in &self.tasks {
            task.abort();
        }
        Ok(())
    }
}

/// Takes datagrams until the link ends.
async fn receive(udp: Arc<UdpSocket>, packets: PacketProducer<SocketAddr, Instant>, ends: Ends) {
    let limit = Limit::new(DATAGRAMS_IN);
    // One byte more shows what is too long.
    let mut buf = [0; MAX_DATAGRAM + 1];
    while !packets.is_closed() {
        let Ok((len, from)) = udp.recv_from(&mut buf).await else {
            // Somebody did not take what we sent them, for example.
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        let from = canonical(from);
        if len > MAX_DATAGRAM || !limit.allows() {
            continue;
        }
        match check::packet(&buf[..len], from, ends.me) {
            Verdict::Sane => {
                let payload = buf[..len].to_vec().into();
                // A full queue loses it.
                let _ = packets.try_send(Packet::new(from, Instant::now(), payload));
            }
            Verdict::Bad => tracing::trace!("{from} sends nonsense"),
            Verdict::PoisonedIncarnation => ends.poisoned.store(true, Relaxed),
        }
    }
}

/// Takes connections until the link ends.
async fn accept(tcp: TcpListener, streams: StreamProducer<SocketAddr, Stream>, ends: Ends) {
    let limit = Limit::new(STREAMS_IN);
    let places = Arc::new(Semaphore::new(STREAMS));
    loop {
        let Ok((stream, from)) = tcp.accept().await else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        let place = Arc::clone(&places).try_acquire_owned();
        let (true, Ok(place)) = (limit.allows(), place) else {
            continue;
        };
        let ends = Ends {
            _place: Some(Arc::new(place)),
            ..ends.clone()
        };
        let stream = Stream::new(stream, ends);
        if streams.send(canonical(from), stream).await.is_err() {
            return;
        }
    }
}

/// So many a second; beyond that it is refused until the next.
pub(super) struct Limit {
    per_second: u32,
    /// When this second began, and how many it has brought.
    second: Mutex<(Instant, u32)>,
}

impl Limit {
    pub(super) fn new(per_second: u32) -> Self {
        Self {
            per_second,
            second: Mutex::new((Instant::now(), 0)),
        }
    }

    /// Whether one more may pass.
    pub(super) fn allows(&self) -> bool {
        self.allows_at(Instant::now())
    }

    fn allows_at(&self, now: Instant) -> bool {
        let mut second = self.second.lock();
        if now.saturating_duration_since(second.0) >= Duration::from_secs(1) {
            *second = (now, 0);
        }
        second.1 = second.1.saturating_add(1);
        second.1 <= self.per_second
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_second_brings_so_many() {
        let limit = Limit::new(3);
        let begin = Instant::now();
        for second in 0..3 {
            let now = begin + Duration::from_secs(second);
            let passed = (0..10).filter(|_| limit.allows_at(now)).count();
            assert_eq!(passed, 3);
        }
    }
}
