//! Calls to other nodes: one kept connection a peer, a deadline on every call.
//! Those of Raft itself are made by `raft_network`, with the same clients.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};

use futures::{StreamExt as _, future::BoxFuture, stream::FuturesUnordered};
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use tonic::{
    Request,
    service::interceptor::InterceptedService,
    transport::{Channel, Endpoint, Uri},
};

use super::{
    address_book::AddressBook,
    call::{CallError, Refusal, Refused, timed, within},
    codec,
    credentials::Credentials,
    header::Attach,
    messages::{About, Admission, Committed, Newcomer, PROTOCOL, Survey},
    transport::{Exporter, Stream, Transport},
};
use crate::{
    consensus::{
        ClusterId, GameCommand, Holder, MAX_ANCESTORS, Mark, NodeId, Notice,
        codec::{self as stored, DecodeError},
        lead_on,
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
    rules: u32,
    channels: Arc<Mutex<BTreeMap<PeerId, Channel>>>,
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

    /// Asks a peer where a room that it was in went on. Whether it is so remains to be
    /// seen.
    ///
    /// # Errors
    /// If it does not answer.
    pub async fn went_on(&self, peer: PeerId, room: ClusterId) -> Result<Vec<Notice>, CallError> {
        went_on(self.lobby(peer), room).await
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
                        let dial = |addr| transport.dial(addr, Some(peer));
                        let (_, stream) = connect_peer(dial, &book, peer).await?;
                        Ok::<_, io::Error>(TokioIo::new(stream))
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

async fn went_on(
    mut lobby: LobbyClient<Channel>,
    room: ClusterId,
) -> Result<Vec<Notice>, CallError> {
    let request = pb::HelloRequest {
        protocol: PROTOCOL,
        room: room.as_bytes().to_vec(),
    };
    let reply = within(LOBBY_DEADLINE, lobby.hello(timed(request, LOBBY_DEADLINE))).await?;
    let notices = reply
        .went_on
        .into_iter()
        .take(MAX_ANCESTORS)
        .map(stored::notice);
    Ok(notices.collect::<Result<_, _>>()?)
}

/// The client of the members' service.
pub(super) type Client = MembersClient<InterceptedService<Channel, Attach>>;

/// One member's service, for the calls of one seat.
#[derive(Clone)]
pub struct MemberClient {
    members: Client,
    lobby: LobbyClient<Channel>,
    seat: Credentials,
    rules: u32,
}

impl MemberClient {
    /// Makes a call, connecting included. Who is not known there shows how it came
    /// into the room, and calls once more.
    ///
    /// # Errors
    /// If it is refused, or not answered. That another start of the seat plays is
    /// believed only with a signature.
    pub(super) async fn call<M, R, F>(
        &self,
        deadline: Duration,
        message: M,
        call: impl Fn(Client, Request<M>) -> F,
    ) -> Result<R, CallError>
    where
        M: Clone,
        F: Future<Output = Result<tonic::Response<R>, tonic::Status>>,
    {
        let made = |message: M| call(self.members.clone(), timed(message, deadline));
        let calling = async {
            match made(message.clone()).await {
                Err(status) if Refused::is(&status, Refusal::WhoAreYou) => {
                    self.introduce(deadline).await?;
                    made(message).await
                }
                answered => answered,
            }
        };
        match within(deadline, calling).await {
            Err(CallError::Refused(refused)) if refused.reason == Refusal::Replaced => {
                let is_proven = refused.start.as_ref();
                let is_proven = is_proven.is_some_and(|start| self.seat.is_overtaken_by(start));
                Err(if is_proven {
                    refused.into()
                } else {
                    CallError::Denied("it has no proof that another computer plays".to_owned())
                })
            }
            Err(CallError::Refused(refused)) if refused.reason == Refusal::Continued => {
                Err(self.went_on().await.unwrap_or_else(|error| error))
            }
            answered => answered,
        }
    }

    /// Where the game went on, if the member can show it.
    async fn went_on(&self) -> Result<CallError, CallError> {
        let room = self.seat.cluster_id();
        let notices = went_on(self.lobby.clone(), room).await?;
        if lead_on(&notices, room, |seat| self.seat.key_of(seat)) {
            return Ok(CallError::Continued(notices));
        }
        Err(CallError::Denied(
            "it cannot show where the game went on".to_owned(),
        ))
    }

    async fn introduce(&self, deadline: Duration) -> Result<(), tonic::Status> {
        let unknown = || Refusal::NotAMember.because("this seat cannot show how it came in");
        let path = self.seat.path().ok_or_else(unknown)?;
        let request = pb::IntroduceRequest {
            cluster_id: self.seat.cluster_id().as_bytes().to_vec(),
            path: Some((&path).into()),
        };
        let mut lobby = self.lobby.clone();
        lobby.introduce(timed(request, deadline)).await.map(drop)
    }

    /// Asks the leader to remove this seat. It is removed also where it is not
    /// known.
    ///
    /// # Errors
    /// If it refuses, or does not answer.
    pub async fn leave(&self) -> Result<(), CallError> {
        let left = self.call(
            CHANGE_DEADLINE,
            pb::LeaveRequest {},
            |mut c, m| async move { c.leave(m).await },
        );
        match left.await {
            Err(CallError::Refused(refused)) if refused.reason == Refusal::NotAMember => Ok(()),
            left => left.map(drop),
        }
    }

    /// Asks the leader up to which entry the log must be applied before a read,
    /// within `deadline`.
    ///
    /// # Errors
    /// If it refuses, or does not answer.
    pub async fn read_index(&self, deadline: Duration) -> Result<u64, CallError> {
        let asked = self.call(deadline, pb::ReadIndexRequest {}, |mut c, m| async move {
            c.read_index(m).await
        });
        Ok(asked.await?.index)
    }

    /// Asks a member how it is, and whether it has applied the same up to a mark; with
    /// `freeze`, and to freeze for a moment.
    ///
    /// # Errors
    /// If it does not answer, or has gone on elsewhere.
    pub async fn survey(&self, freeze: bool, applied: Mark) -> Result<Survey, CallError> {
        let request = pb::SurveyRequest {
            freeze,
            applied: Some((&applied).into()),
        };
        let asked = self.call(SURVEY_DEADLINE, request, |mut c, m| async move {
            c.survey(m).await
        });
        Ok(codec::survey(asked.await?, self.rules)?)
    }

    /// Asks a member to go on in a new cluster.
    ///
    /// # Errors
    /// If it refuses, or does not answer, or has gone on elsewhere.
    pub async fn carry_on(&self, participants: &BTreeSet<NodeId>) -> Result<Notice, CallError> {
        let request = pb::ContinueRequest {
            participants: participants.iter().copied().collect(),
        };
        let asked = self.call(CHANGE_DEADLINE, request, |mut c, m| async move {
            c.r#continue(m).await
        });
        Ok(stored::notice(asked.await?)?)
    }

    /// Tells a member that takes part where the game goes on.
    ///
    /// # Errors
    /// If it does not answer.
    pub async fn continued(&self, notice: &Notice) -> Result<(), CallError> {
        let request = pb::Notice::from(notice);
        let told = self.call(SURVEY_DEADLINE, request, |mut c, m| async move {
            c.continued(m).await
        });
        told.await.map(drop)
    }

    /// Asks the leader to commit a command, within `deadline`.
    ///
    /// # Errors
    /// If it refuses; also if it does not answer, and the command may be in some
    /// log.
    pub async fn propose(
        &self,
        command: &GameCommand,
        deadline: Duration,
    ) -> Result<Committed, Refused> {
        let request = pb::ProposeRequest {
            command: Some(command.into()),
        };
        let asked = self.call(
            deadline,
            request,
            |mut c, m| async move { c.propose(m).await },
        );
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
