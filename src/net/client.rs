//! Calls to other nodes: one kept connection a peer, a deadline on every call.
//! Those of Raft itself are made by `raft_network`, with the same clients.

use std::{collections::BTreeMap, io, net::SocketAddr, sync::Arc, time::Duration};

use futures::{StreamExt as _, future::BoxFuture, stream::FuturesUnordered};
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use tokio::time::Instant;
use tonic::transport::{Channel, Endpoint, Uri};

use super::{
    address_book::AddressBook,
    call::{CHANGE_DEADLINE, CallError, LOBBY_DEADLINE, Refusal, timed, within},
    codec,
    credentials::Credentials,
    header::Attach,
    member_client::{MemberClient, went_on},
    messages::{About, Admission, Newcomer, PROTOCOL},
    transport::{Exporter, Stream, Transport},
};
use crate::{
    consensus::{ClusterId, Holder, NodeId, Notice},
    game::{Name, PeerId, shown_version},
    proto::{self as pb, lobby_client::LobbyClient, members_client::MembersClient},
};

/// How long a kept connection may stay silent while a call is open.
const KEEPALIVE: Duration = Duration::from_secs(2);

/// How long the next address waits for the one before it (as in RFC 8305): a
/// silent address delays a living one by this much.
const STAGGER: Duration = Duration::from_millis(100);

/// How long the last address gets.
const PATIENCE: Duration = Duration::from_secs(2);

/// How many connections are kept; a room needs 23, a full lobby some more.
const MAX_CHANNELS: usize = 64;

/// How long a connection is kept that nobody uses. The members of a room ask each other
/// every few seconds; of who has left, nothing is to be kept.
const KEPT: Duration = Duration::from_secs(15);

/// All peers that can be called. Cheap to clone.
#[derive(Clone)]
pub struct Peers {
    transport: Arc<dyn Transport>,
    book: Arc<AddressBook>,
    rules: u32,
    /// Those that are kept, and when each was used last.
    channels: Arc<Mutex<BTreeMap<PeerId, (Instant, Channel)>>>,
}

impl Peers {
    /// Calls over a transport, of a program that knows the rules up to `rules`.
    pub fn new(transport: Arc<dyn Transport>, book: Arc<AddressBook>, rules: u32) -> Self {
        Self {
            transport,
            book,
            rules,
            channels: Arc::default(),
        }
    }

    /// Where peers are.
    pub fn book(&self) -> &AddressBook {
        &self.book
    }

    /// The newest rules that this program knows.
    pub fn rules(&self) -> u32 {
        self.rules
    }

    /// Finds out who answers at an address, and notes it.
    ///
    /// # Errors
    /// If nobody does, or not in our protocol.
    pub async fn who_is_at(&self, addr: SocketAddr) -> Result<PeerId, CallError> {
        // Trusted on first use: whoever answers is taken for the one meant.
        let (peer, _) = self
            .transport
            .dial(addr, None)
            .await
            .map_err(|e| match e.kind() {
                io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => {
                    CallError::Denied(format!("{addr} is another program, not dhangkanna"))
                }
                _ => CallError::Unreachable(format!("{addr}: {e}")),
            })?;
        self.book.confirm(peer, addr);
        Ok(peer)
    }

    /// Asks a peer what it is doing.
    ///
    /// # Errors
    /// If it does not answer, or speaks another protocol.
    pub async fn hello(&self, peer: PeerId) -> Result<About, CallError> {
        let request = pb::HelloRequest {
            protocol: PROTOCOL,
            room: Vec::new(),
        };
        let request = timed(request, LOBBY_DEADLINE);
        let reply = within(LOBBY_DEADLINE, self.lobby(peer).hello(request)).await;
        let reply = self.answer_of(peer, reply)?;
        if reply.protocol != PROTOCOL {
            let message = format!(
                "that room runs version {} (protocol {}), and this computer {} ({PROTOCOL}); install the same version on both computers",
                shown_version(&reply.version),
                reply.protocol,
                env!("CARGO_PKG_VERSION"),
            );
            return Err(Refusal::Version.because(message).into());
        }
        Ok(codec::about(reply)?)
    }

    /// Asks a peer where a room that it was in went on. Whether it is so remains to be
    /// seen.
    ///
    /// # Errors
    /// If it does not answer.
    pub async fn went_on(&self, peer: PeerId, room: ClusterId) -> Result<Vec<Notice>, CallError> {
        let told = went_on(self.lobby(peer), room).await;
        self.answer_of(peer, told)
    }

    /// Asks a peer for a place in its room.
    ///
    /// # Errors
    /// If it refuses, or does not answer.
    pub async fn join(
        &self,
        peer: PeerId,
        cluster_id: ClusterId,
        name: &Name,
    ) -> Result<Admission, CallError> {
        self.join_as(peer, cluster_id, name.as_str(), PROTOCOL)
            .await
    }

    /// The same in any name and version: for tests of those who refuse.
    ///
    /// # Errors
    /// As for [`Peers::join`].
    #[doc(hidden)]
    pub async fn join_as(
        &self,
        peer: PeerId,
        cluster_id: ClusterId,
        name: &str,
        protocol: u32,
    ) -> Result<Admission, CallError> {
        let request = pb::JoinRequest {
            protocol,
            cluster_id: cluster_id.as_bytes().to_vec(),
            name: name.to_owned(),
            rules: self.rules,
        };
        let request = timed(request, LOBBY_DEADLINE);
        let reply = within(LOBBY_DEADLINE, self.lobby(peer).join(request)).await?;
        Ok(Admission {
            room: codec::name(&reply.room)?,
            node_id: reply.node_id,
        })
    }

    /// Asks the leader to add a seat. Answers with the index of the membership
    /// entry that has it.
    ///
    /// # Errors
    /// If it refuses, or does not answer.
    pub async fn enter(
        &self,
        peer: PeerId,
        cluster_id: ClusterId,
        newcomer: Newcomer,
    ) -> Result<u64, CallError> {
        let request = pb::EnterRequest {
            protocol: PROTOCOL,
            cluster_id: cluster_id.as_bytes().to_vec(),
            holder: Some(
                Holder {
                    seat: newcomer.node_id,
                    key: newcomer.key,
                }
                .into(),
            ),
            addrs: newcomer.addrs,
            rules: newcomer.rules,
            listen_port: self.transport.port().into(),
        };
        let request = timed(request, CHANGE_DEADLINE);
        let reply = within(CHANGE_DEADLINE, self.lobby(peer).enter(request)).await?;
        Ok(reply.index)
    }

    /// A member, to be called in the name of a seat.
    pub fn member(&self, seat: &Credentials, to: NodeId, peer: PeerId) -> MemberClient {
        let header = seat.header(to, self.transport.port());
        MemberClient {
            members: MembersClient::with_interceptor(self.channel(peer), Attach::new(&header)),
            lobby: self.lobby(peer),
            seat: seat.clone(),
            rules: self.rules,
        }
    }

    /// Connects to a peer for a run of the PIN.
    pub(super) async fn connect_for_pin(&self, peer: PeerId) -> io::Result<(Stream, Exporter)> {
        let dial = |addr| self.transport.dial_for_pin(addr, peer);
        connect_peer(dial, &self.book, peer).await
    }

    fn lobby(&self, peer: PeerId) -> LobbyClient<Channel> {
        LobbyClient::new(self.channel(peer)).max_decoding_message_size(64 * 1024)
    }

    /// What a peer that may only be announced says. If it does not answer, its connection is
    /// not kept: anybody can announce any number of peers that are not there.
    fn answer_of<T>(&self, peer: PeerId, answer: Result<T, CallError>) -> Result<T, CallError> {
        if matches!(answer, Err(CallError::Unreachable(_))) {
            self.channels.lock().remove(&peer);
        }
        answer
    }

    /// The kept connection to a peer.
    fn channel(&self, peer: PeerId) -> Channel {
        let mut channels = self.channels.lock();
        let kept = channels.remove(&peer).map(|(_, channel)| channel);
        let channel = kept.unwrap_or_else(|| self.connect_lazily(peer));
        channels.retain(|_, (used, _)| used.elapsed() < KEPT);
        if channels.len() >= MAX_CHANNELS {
            let unused = channels.iter().min_by_key(|(_, (used, _))| *used);
            if let Some(unused) = unused.map(|(peer, _)| *peer) {
                // One that is in use lives on in its user's hands.
                channels.remove(&unused);
            }
        }
        channels.insert(peer, (Instant::now(), channel.clone()));
        channel
    }

    /// A connection that is opened by the first call, and opened again, wherever the peer
    /// is by then, after it broke.
    fn connect_lazily(&self, peer: PeerId) -> Channel {
        let transport = Arc::clone(&self.transport);
        let book = Arc::clone(&self.book);
        let connector = tower::service_fn(move |_uri: Uri| {
            let (transport, book) = (Arc::clone(&transport), Arc::clone(&book));
            async move {
                let dial = |addr| transport.dial(addr, Some(peer));
                let (_, stream) = connect_peer(dial, &book, peer).await?;
                Ok::<_, io::Error>(TokioIo::new(stream))
            }
        });
        // The address is found by the connector; this one only names the service in
        // HTTP/2's terms.
        Endpoint::from_static("http://dhangkanna.local")
            .http2_keep_alive_interval(KEEPALIVE)
            .keep_alive_timeout(KEEPALIVE)
            .connect_with_connector_lazy(connector)
    }
}

/// Dials a peer at all known addresses; the first that proves to be it wins.
async fn connect_peer<T>(
    dial: impl Fn(SocketAddr) -> BoxFuture<'static, io::Result<T>>,
    book: &AddressBook,
    peer: PeerId,
) -> io::Result<T> {
    let mut addrs = book.of(&peer).into_iter();
    let mut attempts = FuturesUnordered::new();
    let mut last = io::Error::new(io::ErrorKind::NotFound, "no address is known");
    loop {
        let next = addrs.next();
        let has_more = next.is_some();
        attempts.extend(next.map(|addr| {
            let dialing = dial(addr);
            async move { Ok((addr, dialing.await?)) }
        }));
        // The next address's turn comes when this one fails, or is slow.
        let waited = async {
            match attempts.next().await {
                Some(attempt) => attempt.map(Some),
                None => Ok(None),
            }
        };
        let patience = if has_more { STAGGER } else { PATIENCE };
        match tokio::time::timeout(patience, waited).await {
            Ok(Ok(Some((addr, connected)))) => {
                book.confirm(peer, addr);
                return Ok(connected);
            }
            Ok(Ok(None)) => return Err(last),
            Ok(Err(e)) => last = e,
            Err(_slow) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        consensus::RULES,
        net::{Identity, TlsTransport},
    };

    fn peers() -> Peers {
        let identity = Arc::new(Identity::ephemeral().expect("a key"));
        let transport = TlsTransport::dialing(identity).expect("a transport");
        Peers::new(Arc::new(transport), Arc::default(), RULES)
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_that_nobody_uses_is_not_kept() {
        let peers = peers();
        let [member, left] = [1, 2].map(|n| PeerId::new([n; 32]));
        drop(peers.channel(left));
        for _ in 0..3 {
            drop(peers.channel(member));
            tokio::time::advance(KEPT / 2).await;
        }
        drop(peers.channel(member));
        let channels = peers.channels.lock();
        assert!(channels.keys().eq([&member]), "{:?}", channels.keys());
    }

    #[tokio::test]
    async fn nothing_is_kept_of_who_does_not_answer() {
        let peers = peers();
        for n in 0..3 {
            let peer = PeerId::new([n; 32]);
            let told = peers.hello(peer).await;
            assert!(matches!(told, Err(CallError::Unreachable(_))), "{told:?}");
            let told = peers.went_on(peer, ClusterId::new([n; 16])).await;
            assert!(matches!(told, Err(CallError::Unreachable(_))), "{told:?}");
        }
        assert!(peers.channels.lock().is_empty());
    }
}
