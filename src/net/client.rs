//! Calls to other nodes: one kept connection a peer, a deadline on every call.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc, time::Duration};

use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use tonic::transport::{Channel, Endpoint, Uri};

use super::{
    address_book::AddressBook,
    call::{CallError, timed, within},
    codec,
    connect::connect_peer,
    header::{Attach, Header},
    member::MemberClient,
    messages::{About, Admission, PROTOCOL},
    refusal::Refusal,
    room_key::RoomKey,
    transport::Transport,
};
use crate::{
    consensus::{ClusterId, NodeId, codec::DecodeError},
    game::{Name, PeerId},
    proto::{self as pb, lobby_client::LobbyClient, members_client::MembersClient},
};

/// How long a stranger's call may take, connecting included.
const LOBBY_DEADLINE: Duration = Duration::from_secs(4);

/// How long a kept connection may stay silent while a call is open.
const KEEPALIVE: Duration = Duration::from_secs(2);

/// How many connections are kept; a room needs 23, a full lobby some more.
const MAX_CHANNELS: usize = 128;

/// All peers that can be called. Cheap to clone.
#[derive(Clone)]
pub struct Peers {
    transport: Arc<dyn Transport>,
    book: Arc<AddressBook>,
    session: u64,
    rules: u32,
    channels: Arc<Mutex<BTreeMap<PeerId, Channel>>>,
}

impl Peers {
    /// Calls over a transport, of a program that knows the rules up to `rules`.
    /// `session` is a random number of this start.
    pub fn new(
        transport: Arc<dyn Transport>,
        book: Arc<AddressBook>,
        session: u64,
        rules: u32,
    ) -> Self {
        Self {
            transport,
            book,
            session,
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
                std::io::ErrorKind::InvalidData | std::io::ErrorKind::UnexpectedEof => {
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
        let request = timed(pb::HelloRequest { protocol: PROTOCOL }, LOBBY_DEADLINE);
        let reply = within(LOBBY_DEADLINE, self.lobby(peer).hello(request)).await?;
        if reply.protocol != PROTOCOL {
            let message = format!(
                "that room runs version {} (protocol {}), and this computer {} ({PROTOCOL}); install the same version on both computers",
                reply.version,
                reply.protocol,
                env!("CARGO_PKG_VERSION"),
            );
            return Err(Refusal::Version.because(message).into());
        }
        Ok(reply.try_into()?)
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
        let secret = reply.room_secret.try_into();
        Ok(Admission {
            room: codec::name(&reply.room)?,
            key: RoomKey {
                cluster_id,
                secret: secret.map_err(|_len| DecodeError::Invalid("room secret"))?,
            },
            node_id: reply.node_id,
        })
    }

    /// A member, to be called as the seat `from`.
    pub fn member(&self, key: &RoomKey, from: NodeId, to: NodeId, peer: PeerId) -> MemberClient {
        let header = Header::new(key, from, to, self.transport.port(), self.session);
        MemberClient(MembersClient::with_interceptor(
            self.channel(peer),
            Attach::new(&header),
        ))
    }

    fn lobby(&self, peer: PeerId) -> LobbyClient<Channel> {
        LobbyClient::new(self.channel(peer)).max_decoding_message_size(64 * 1024)
    }

    /// The kept connection to a peer: opened by the first call, and opened
    /// again, wherever the peer is by then, after it broke.
    fn channel(&self, peer: PeerId) -> Channel {
        let mut channels = self.channels.lock();
        if channels.len() >= MAX_CHANNELS && !channels.contains_key(&peer) {
            // Those that are in use live on in their users' hands.
            channels.clear();
        }
        channels
            .entry(peer)
            .or_insert_with(|| {
                let transport = Arc::clone(&self.transport);
                let book = Arc::clone(&self.book);
                let connector = tower::service_fn(move |_uri: Uri| {
                    let (transport, book) = (Arc::clone(&transport), Arc::clone(&book));
                    async move {
                        let connecting = connect_peer(&*transport, &book, peer);
                        connecting.await.map(TokioIo::new)
                    }
                });
                // The address is found by the connector; this one only names
                // the service in HTTP/2's terms.
                Endpoint::from_static("http://dhangkanna.local")
                    .http2_keep_alive_interval(KEEPALIVE)
                    .keep_alive_timeout(KEEPALIVE)
                    .connect_with_connector_lazy(connector)
            })
            .clone()
    }
}
