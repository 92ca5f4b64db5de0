//! Accepts connections: TLS first, then gRPC.

use std::{
    convert::Infallible, io, net::SocketAddr, pin::Pin, sync::Arc, task::Context, time::Duration,
};

use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
};
use tonic::{
    service::interceptor::InterceptedService,
    transport::{Server as TonicServer, server::Connected},
};

use super::{
    address_book::AddressBook,
    guard::Guard,
    messages::Visitor,
    paced::{Hear, Paced},
    pin_run,
    places::{Place, Places},
    service::{Handler, Service},
    transport::{Stream, Transport, Wire},
};
use crate::{
    memory,
    proto::{lobby_server::LobbyServer, members_server::MembersServer},
};

/// How long a newcomer has for the TLS handshake.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a call may take from its first byte: nobody waits as long.
const CALL_TIMEOUT: Duration = Duration::from_secs(10);

/// Calls at a time on one connection; any number of them can be left open.
const MAX_STREAMS: u32 = 8;

/// The most that may stand in the headers of a call, in bytes as HTTP counts them
/// (RFC 9113 §6.5.2); ours have some hundreds.
const MAX_HEADER_BYTES: u32 = 4 * 1024;

/// The largest message of a stranger, in bytes: a name and some ids.
const MAX_LOBBY_BYTES: usize = 4 * 1024;

/// The largest message of a member, in bytes: a snapshot.
const MAX_MEMBER_BYTES: usize = 4 * 1024 * 1024;

/// How often a connection is probed when nothing is heard on it.
const KEEPALIVE: Duration = Duration::from_secs(10);

/// The running services; they end when this is dropped or shut down.
pub struct Server {
    running: Option<Running>,
    start: Box<dyn Fn() -> Running + Send>,
}

struct Running {
    stop: Option<oneshot::Sender<()>>,
    accepting: JoinHandle<Infallible>,
    serving: JoinHandle<()>,
}

impl Server {
    /// Serves whoever connects.
    pub fn start<H: Handler>(
        transport: Arc<dyn Transport>,
        book: Arc<AddressBook>,
        handler: Arc<H>,
    ) -> Self {
        let start = move || {
            let (connections, incoming) = mpsc::channel(16);
            let (asked, told) = (Arc::clone(&handler), Arc::clone(&handler));
            let places = Places::new(
                move |peer| asked.is_known(peer),
                move |peer| told.on_last_disconnect(peer),
            );
            let (stop, stopped) = oneshot::channel();
            let (book, handler) = (Arc::clone(&book), Arc::clone(&handler));
            let accepting = accept(
                Arc::clone(&transport),
                connections,
                places,
                Arc::clone(&handler),
            );
            Running {
                stop: Some(stop),
                accepting: tokio::spawn(accepting),
                serving: tokio::spawn(serve(incoming, book, handler, stopped)),
            }
        };
        Self {
            running: Some(start()),
            start: Box::new(start),
        }
    }

    /// Closes all connections, and lets nobody in until [`Server::open`].
    pub fn hang_up(&mut self) {
        self.running = None;
    }

    /// Serves whoever connects, if it does not already.
    pub fn open(&mut self) {
        self.running.get_or_insert_with(&self.start);
    }

    /// Takes no more calls, and answers those that are open.
    pub async fn shutdown(mut self) {
        /// How long open calls may take.
        const GRACE: Duration = Duration::from_millis(200);
        let Some(running) = &mut self.running else {
            return;
        };
        running.accepting.abort();
        if let Some(stop) = running.stop.take() {
            // It may have ended by itself.
            let _ = stop.send(());
        }
        let _ = tokio::time::timeout(GRACE, &mut running.serving).await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.accepting.abort();
        self.serving.abort();
    }
}

#[expect(clippy::infinite_loop, reason = "until it is aborted")]
async fn accept<H: Handler>(
    transport: Arc<dyn Transport>,
    connections: mpsc::Sender<Connection>,
    places: Places,
    handler: Arc<H>,
) -> Infallible {
    loop {
        let accepted = transport.accept().await;
        // Of those that have ended.
        memory::give_back_later();
        let (remote, wire, handshake) = match accepted {
            Ok(accepted) => accepted,
            Err(e) => {
                // Out of file handles, most likely; it passes.
                tracing::warn!("cannot accept a connection: {e}");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let Some(mut place) = places.take(remote.ip()) else {
            tracing::warn!("too many connections; {remote} is turned away");
            continue;
        };
        let (connections, handler) = (connections.clone(), Arc::clone(&handler));
        tokio::spawn(async move {
            let Some((peer_id, stream, exporter)) = shake(remote, handshake, &mut place).await
            else {
                return;
            };
            // A handshake counts as one.
            wire.take();
            let remote = SocketAddr::new(remote.ip().to_canonical(), remote.port());
            place.note(peer_id);
            let visitor = Visitor { peer_id, remote };
            if let Some(exporter) = exporter {
                tokio::select! {
                    () = pin_run::hear(&*handler, stream, exporter, visitor) => {}
                    _ = &mut place.closed => {}
                    // Nobody is served any more.
                    () = connections.closed() => {}
                }
                return;
            }
            let caller = Caller {
                wire,
                visitor,
                place,
            };
            let _ = connections.send(Paced::new(stream, caller)).await;
        });
    }
}

/// Makes the handshake, while nobody else gets the place.
async fn shake<T>(
    remote: SocketAddr,
    handshake: impl Future<Output = io::Result<T>>,
    place: &mut Place,
) -> Option<T> {
    tokio::select! {
        shaken = tokio::time::timeout(HANDSHAKE_TIMEOUT, handshake) => match shaken {
            Ok(Ok(shaken)) => return Some(shaken),
            // Another program, a port scan, or an older version.
            Ok(Err(e)) => tracing::debug!("{remote} does not speak our TLS: {e}"),
            Err(_late) => tracing::debug!("{remote} said nothing"),
        },
        _ = &mut place.closed => tracing::debug!("{remote} gave way in the handshake"),
    }
    None
}

async fn serve<H: Handler>(
    mut incoming: mpsc::Receiver<Connection>,
    book: Arc<AddressBook>,
    handler: Arc<H>,
    stopped: oneshot::Receiver<()>,
) {
    let incoming = futures::stream::poll_fn(move |cx| {
        incoming.poll_recv(cx).map(|c| c.map(Ok::<_, io::Error>))
    });
    let lobby =
        LobbyServer::new(Service(Arc::clone(&handler))).max_decoding_message_size(MAX_LOBBY_BYTES);
    let members = MembersServer::new(Service(Arc::clone(&handler)))
        .max_decoding_message_size(MAX_MEMBER_BYTES);
    let guarded = InterceptedService::new(members, Guard { handler, book });
    let served = TonicServer::builder()
        .max_concurrent_streams(MAX_STREAMS)
        .http2_max_header_list_size(MAX_HEADER_BYTES)
        .timeout(CALL_TIMEOUT)
        .http2_keepalive_interval(Some(KEEPALIVE))
        .http2_keepalive_timeout(Some(KEEPALIVE))
        .add_service(lobby)
        .add_service(guarded)
        .serve_with_incoming_shutdown(incoming, async {
            let _ = stopped.await;
        });
    if let Err(e) = served.await {
        tracing::error!("serving ended: {e}");
    }
}

/// A connection of a peer that proved its key.
type Connection = Paced<Stream, Caller>;

/// Who called, and where.
struct Caller {
    /// What came below the encryption.
    wire: Wire,
    visitor: Visitor,
    // Given back when the connection closes.
    place: Place,
}

impl Hear for Caller {
    fn is_closed(&mut self, cx: &mut Context<'_>) -> bool {
        let closed = &mut self.place.closed;
        closed.is_terminated() || Pin::new(closed).poll(cx).is_ready()
    }

    fn hear(&mut self, bytes: usize) -> Duration {
        match bytes.max(self.wire.take()) {
            0 => Duration::ZERO,
            bytes => self.place.hear(bytes),
        }
    }
}

impl Connected for Connection {
    type ConnectInfo = Visitor;

    fn connect_info(&self) -> Visitor {
        self.by.visitor
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _, duplex},
        time::Instant,
    };

    use super::*;
    use crate::game::PeerId;

    fn caller(places: &Places, wire: Wire) -> Caller {
        let remote = SocketAddr::from(([192, 0, 2, 1], 4000));
        let peer_id = PeerId::new([1; 32]);
        let mut place = places.take(remote.ip()).expect("a place");
        place.note(peer_id);
        Caller {
            wire,
            visitor: Visitor { peer_id, remote },
            place,
        }
    }

    /// How long it takes to read so many bytes of somebody who sends as fast as they
    /// are taken, and on the wire so many times as many.
    async fn time_to_read(bytes: usize, times: usize, is_known: bool) -> Duration {
        let places = Places::new(move |_| is_known, |_| {});
        let (mut theirs, ours) = duplex(16 * 1024);
        let wire = Wire::default();
        let mut count = wire.count();
        let hear = move |bytes: usize| count(bytes * times);
        let caller = caller(&places, wire);
        let mut connection = Connection::new(Box::new(Paced::new(ours, hear)), caller);
        let since = Instant::now();
        let (sends, mut read) = (vec![7; bytes], vec![0; bytes]);
        let (sent, taken) =
            futures::join!(theirs.write_all(&sends), connection.read_exact(&mut read));
        sent.and(taken.map(drop)).expect("all of it");
        since.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn a_stranger_is_read_slowly_and_a_member_is_not() {
        let burst = 64 * 1024;
        assert_eq!(time_to_read(burst, 1, false).await, Duration::ZERO);
        // The rest at half of that a second.
        // What came last is paid for by what comes next.
        for (bytes, times, least) in [(burst * 5, 1, 7000), (burst, 5, 5500)] {
            let expected = Duration::from_millis(least)..Duration::from_millis(8500);
            let slowly = time_to_read(bytes, times, false).await;
            assert!(expected.contains(&slowly), "{times}: {slowly:?}");
            assert_eq!(time_to_read(bytes, times, true).await, Duration::ZERO);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_takes_nothing_loses_the_connection_with_the_place() {
        let places = Places::new(|_| false, |_| {});
        let (_theirs, ours) = duplex(1024);
        let mut first = Connection::new(Box::new(ours), caller(&places, Wire::default()));
        let began = Instant::now();
        // All others of that key, of which each may have some.
        let others = async {
            let more = (0..100).map(|_| caller(&places, Wire::default()));
            let all: Vec<Caller> = more.collect();
            std::future::pending::<()>().await;
            drop(all);
        };
        let sends = [7; 4096];
        tokio::select! {
            sent = first.write_all(&sends) => assert!(sent.is_err()),
            () = others => {}
        }
        assert!(first.write_all(&sends).await.is_err(), "closed for good");
        assert_eq!(began.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn a_handshake_ends_with_its_place() {
        let places = Places::new(|_| false, |_| {});
        let remote = SocketAddr::from(([192, 0, 2, 1], 4000));
        let since = Instant::now();
        let mut place = places.take(remote.ip()).expect("a place");
        let flood = async {
            // More than there are places.
            let mut all = Vec::new();
            while all.len() < 300 {
                match places.take(remote.ip()) {
                    Some(place) => all.push(place),
                    None => tokio::time::sleep(Duration::from_millis(10)).await,
                }
            }
            std::future::pending::<()>().await;
        };
        let shaking = shake(remote, std::future::pending::<io::Result<()>>(), &mut place);
        tokio::select! {
            shaken = shaking => assert!(shaken.is_none()),
            () = flood => {}
        }
        let took = since.elapsed();
        assert!(took < Duration::from_secs(2), "{took:?}");
    }
}
