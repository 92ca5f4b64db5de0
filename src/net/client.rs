//! Calls to other nodes: one kept connection a peer, a deadline on every call.
//! Those of Raft itself are made by `raft_network`, with the same clients.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};

use futures::{StreamExt as _, stream::FuturesUnordered};
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use tonic::{
    service::interceptor::InterceptedService,
    transport::{Channel, Endpoint, Uri},
};

use super::{
    address_book::AddressBook,
    call::{CallError, Refusal, Refused, timed, within},
    codec,
    header::{Attach, Header},
    messages::{About, Admission, Committed, PROTOCOL, RoomKey, Survey},
    transport::{Stream, Transport},
};
use crate::{
    consensus::{
        ClusterId, GameCommand, NodeId,
        codec::{self as stored, DecodeError},
    },
    game::{Name, PeerId, shown_version},
    proto::{self as pb, lobby_client::LobbyClient, members_client::MembersClient},
};

/// How long a stranger's call may take, connecting included.
const LOBBY_DEADLINE: Duration = Duration::from_secs(4);

/// How long entering and leaving may take: a membership change.
const CHANGE_DEADLINE: Duration = Duration::from_secs(4);

/// How long a member has to say how it is: it needs no disk for that.
const SURVEY_DEADLINE: Duration = Duration::from_secs(1);

/// How long a kept connection may stay silent while a call is open.
const KEEPALIVE: Duration = Duration::from_secs(2);

/// How long the next address waits for the one before it (as in RFC 8305): a
/// silent address delays a living one by this much.
const STAGGER: Duration = Duration::from_millis(100);

/// How long the last address gets.
const PATIENCE: Duration = Duration::from_secs(2);

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
        let request = timed(pb::HelloRequest { protocol: PROTOCOL }, LOBBY_DEADLINE);
        let reply = within(LOBBY_DEADLINE, self.lobby(peer).hello(request)).await?;
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

/// Dials a peer at all known addresses; the first that proves to be it wins.
async fn connect_peer(
    transport: &dyn Transport,
    book: &AddressBook,
    peer: PeerId,
) -> io::Result<Stream> {
    let mut addrs = book.of(&peer).into_iter();
    let mut attempts = FuturesUnordered::new();
    let mut last = io::Error::new(io::ErrorKind::NotFound, "no address is known");
    loop {
        let next = addrs.next();
        let has_more = next.is_some();
        attempts.extend(next.map(|addr| async move {
            let (_, stream) = transport.dial(addr, Some(peer)).await?;
            Ok((addr, stream))
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
            Ok(Ok(Some((addr, stream)))) => {
                book.confirm(peer, addr);
                return Ok(stream);
            }
            Ok(Ok(None)) => return Err(last),
            Ok(Err(e)) => last = e,
            Err(_slow) => {}
        }
    }
}

/// The client of the members' service.
pub(super) type Client = MembersClient<InterceptedService<Channel, Attach>>;

/// One member's service.
#[derive(Clone)]
pub struct MemberClient(pub(super) Client);

impl MemberClient {
    /// Asks the leader to add this seat, of a program that knows the rules up
    /// to `rules`.
    ///
    /// # Errors
    /// If it refuses, or does not answer.
    pub async fn enter(&mut self, addrs: Vec<String>, rules: u32) -> Result<u64, CallError> {
        let request = pb::EnterRequest { addrs, rules };
        let request = timed(request, CHANGE_DEADLINE);
        let reply = within(CHANGE_DEADLINE, self.0.enter(request)).await?;
        Ok(reply.index)
    }

    /// Asks the leader to remove this seat.
    ///
    /// # Errors
    /// If it refuses, or does not answer.
    pub async fn leave(&mut self) -> Result<(), CallError> {
        let request = timed(pb::LeaveRequest {}, CHANGE_DEADLINE);
        within(CHANGE_DEADLINE, self.0.leave(request)).await?;
        Ok(())
    }

    /// Asks the leader up to which entry the log must be applied before a read,
    /// within `deadline`.
    ///
    /// # Errors
    /// If it refuses, or does not answer.
    pub async fn read_index(&mut self, deadline: Duration) -> Result<u64, CallError> {
        let request = timed(pb::ReadIndexRequest {}, deadline);
        let reply = within(deadline, self.0.read_index(request)).await?;
        Ok(reply.index)
    }

    /// Asks a member how it is; with `freeze`, and to freeze for a moment.
    ///
    /// # Errors
    /// If it does not answer, or has gone on elsewhere.
    pub async fn survey(&mut self, freeze: bool) -> Result<Survey, CallError> {
        let request = timed(pb::SurveyRequest { freeze }, SURVEY_DEADLINE);
        let reply = within(SURVEY_DEADLINE, self.0.survey(request)).await?;
        Ok(reply.into())
    }

    /// Asks a member to go on in a new cluster, and answers with which.
    ///
    /// # Errors
    /// If it refuses, or does not answer, or has gone on elsewhere.
    pub async fn carry_on(
        &mut self,
        participants: &BTreeSet<NodeId>,
    ) -> Result<ClusterId, CallError> {
        let request = pb::ContinueRequest {
            participants: participants.iter().copied().collect(),
        };
        let request = timed(request, CHANGE_DEADLINE);
        let reply = within(CHANGE_DEADLINE, self.0.r#continue(request)).await?;
        Ok(stored::cluster_id(&reply.cluster_id)?)
    }

    /// Tells a member that takes part where the game goes on.
    ///
    /// # Errors
    /// If it does not answer.
    pub async fn continued(&mut self, cluster: ClusterId) -> Result<(), CallError> {
        let request = pb::ContinuedNotice {
            cluster_id: cluster.as_bytes().to_vec(),
        };
        let request = timed(request, SURVEY_DEADLINE);
        within(SURVEY_DEADLINE, self.0.continued(request)).await?;
        Ok(())
    }

    /// Asks the leader to commit a command, within `deadline`.
    ///
    /// # Errors
    /// If it refuses; also if it does not answer, and the command may be in some
    /// log.
    pub async fn propose(
        &mut self,
        command: &GameCommand,
        deadline: Duration,
    ) -> Result<Committed, Refused> {
        let request = pb::ProposeRequest {
            command: Some(command.into()),
        };
        let asked = within(deadline, self.0.propose(timed(request, deadline)));
        let answer = asked.await.and_then(|answer| {
            let reply = answer.reply.ok_or(DecodeError::Missing("reply"))?;
            Ok(Committed {
                reply: stored::reply(reply)?,
                copies: answer.copies,
            })
        });
        answer.map_err(|error| match error {
            CallError::Refused(refused) => refused,
            unknown => Refusal::NoQuorum
                .because(unknown.to_string())
                .maybe_appended(),
        })
    }
}
