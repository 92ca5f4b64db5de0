//! A server that answers whatever a test wants.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use dhangkanna::{
    consensus::{LogStore, Mark, NodeId, RULES, codec},
    net::{Stream, TlsTransport, Transport as _},
    proto::{
        self as pb,
        lobby_server::{Lobby, LobbyServer},
        members_server::{Members, MembersServer},
    },
};
use openraft::storage::RaftLogStorageExt as _;
use parking_lot::Mutex;
use prost::Message as _;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    sync::{mpsc, watch},
    task::JoinHandle,
};
use tonic::{
    Request, Response, Status,
    transport::{Server, server::Connected},
};

/// What a hostile server says. What is not overridden is what a program without a
/// room says, or a follower that takes all that it is told.
pub trait Answers: Send + Sync + 'static {
    fn hello(&self) -> pb::HelloReply {
        pb::HelloReply {
            protocol: dhangkanna::net::PROTOCOL,
            version: "0.2.0".to_owned(),
            name: "Mallory".to_owned(),
            rules: RULES,
            ..Default::default()
        }
    }

    /// Once it is a member; it takes what makes it one.
    fn append(&self, _request: &pb::AppendEntriesRequest) -> Result<Append, Status> {
        Ok(Append::Success(pb::Blank {}))
    }

    fn vote(&self, request: &pb::VoteRequest) -> pb::VoteReply {
        pb::VoteReply {
            vote: request.vote,
            granted: true,
            last_log_id: request.last_log_id,
        }
    }

    /// It has applied nothing.
    fn survey(&self) -> Result<pb::SurveyReply, Status> {
        Ok(pb::SurveyReply {
            applied: Some((&Mark::default()).into()),
            ..Default::default()
        })
    }

    /// The same, in the seat that is asked.
    fn survey_of(&self, _seat: NodeId) -> Result<pb::SurveyReply, Status> {
        self.survey()
    }

    fn propose(&self) -> Result<pb::ProposeReply, Status> {
        Err(Status::unavailable("no"))
    }

    /// Somebody wants one.
    fn join(&self) -> Result<pb::JoinReply, Status> {
        Ok(pb::JoinReply {
            room: "den".to_owned(),
            node_id: 77,
        })
    }

    /// Somebody takes a seat.
    fn enter(&self, _request: &pb::EnterRequest) {}

    /// Somebody wants to show a PIN.
    fn pin(&self, _stream: Stream) {}
}

pub type Append = pb::append_entries_reply::Result;

/// A program that takes all that it is told.
pub struct Follows;

impl Answers for Follows {}

pub struct HostileServer {
    calls: Arc<Calls>,
    tasks: [JoinHandle<()>; 2],
}

struct Calls {
    seat: NodeId,
    log: LogStore,
    answers: Arc<dyn Answers>,
    /// The names of all calls that came.
    heard: Mutex<Vec<&'static str>>,
    count: watch::Sender<usize>,
}

impl HostileServer {
    /// Listens for a seat, whose log has what it takes.
    pub fn start(
        transport: Arc<TlsTransport>,
        (seat, log): (NodeId, LogStore),
        answers: Arc<dyn Answers>,
    ) -> Self {
        let calls = Arc::new(Calls {
            seat,
            log,
            answers,
            heard: Mutex::default(),
            count: watch::Sender::new(0),
        });
        let (connections, mut incoming) = mpsc::channel(16);
        let asked = Arc::clone(&calls);
        let accepting = tokio::spawn(async move {
            while let Ok((_, _, handshake)) = transport.accept().await {
                let (connections, asked) = (connections.clone(), Arc::clone(&asked));
                tokio::spawn(async move {
                    match handshake.await {
                        Ok((_, stream, None)) => {
                            let _ = connections.send(Connection(stream)).await;
                        }
                        Ok((_, stream, Some(_))) => asked.answers.pin(stream),
                        Err(_) => {}
                    }
                });
            }
        });
        let incoming = futures::stream::poll_fn(move |cx| {
            incoming.poll_recv(cx).map(|c| c.map(Ok::<_, io::Error>))
        });
        let service = Service(Arc::clone(&calls));
        let serving = tokio::spawn(async move {
            let served = Server::builder()
                .add_service(LobbyServer::new(service.clone()))
                .add_service(MembersServer::new(service))
                .serve_with_incoming(incoming);
            served.await.expect("served");
        });
        Self {
            calls,
            tasks: [accepting, serving],
        }
    }

    /// The calls so far.
    pub fn heard(&self) -> Vec<&'static str> {
        self.calls.heard.lock().clone()
    }

    /// Waits for one more, or so long.
    pub async fn heard_within(&self, time: Duration) {
        // Either will do.
        let _ = tokio::time::timeout(time, self.changed()).await;
    }

    /// Waits for one more.
    pub async fn changed(&self) {
        let mut count = self.calls.count.subscribe();
        count.changed().await.expect("the server runs");
    }
}

impl Drop for HostileServer {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

impl Calls {
    fn hear(&self, call: &'static str) {
        self.heard.lock().push(call);
        self.count.send_modify(|count| *count += 1);
    }
}

#[derive(Clone)]
struct Service(Arc<Calls>);

type Answer<T> = Result<Response<T>, Status>;

fn no<T>() -> Answer<T> {
    Err(Status::unavailable("no"))
}

#[tonic::async_trait]
impl Lobby for Service {
    async fn hello(&self, _request: Request<pb::HelloRequest>) -> Answer<pb::HelloReply> {
        self.0.hear("hello");
        Ok(Response::new(self.0.answers.hello()))
    }

    async fn join(&self, _request: Request<pb::JoinRequest>) -> Answer<pb::JoinReply> {
        self.0.hear("join");
        self.0.answers.join().map(Response::new)
    }

    async fn enter(&self, request: Request<pb::EnterRequest>) -> Answer<pb::EnterReply> {
        self.0.answers.enter(request.get_ref());
        self.0.hear("enter");
        Ok(Response::new(pb::EnterReply { index: 1 }))
    }

    async fn introduce(&self, _request: Request<pb::IntroduceRequest>) -> Answer<pb::Blank> {
        self.0.hear("introduce");
        Ok(Response::new(pb::Blank {}))
    }
}

#[tonic::async_trait]
impl Members for Service {
    async fn propose(&self, _request: Request<pb::ProposeRequest>) -> Answer<pb::ProposeReply> {
        self.0.hear("propose");
        self.0.answers.propose().map(Response::new)
    }

    async fn read_index(
        &self,
        _request: Request<pb::ReadIndexRequest>,
    ) -> Answer<pb::ReadIndexReply> {
        self.0.hear("read_index");
        no()
    }

    async fn leave(&self, _request: Request<pb::LeaveRequest>) -> Answer<pb::Blank> {
        self.0.hear("leave");
        no()
    }

    async fn append_entries(
        &self,
        request: Request<pb::AppendEntriesRequest>,
    ) -> Answer<pb::AppendEntriesReply> {
        let request = request.into_inner();
        let answer = match self.0.log.member(self.0.seat) {
            Some(_) => self.0.answers.append(&request),
            None => Follows.append(&request),
        };
        // What it takes it has.
        let entries = request.entries.into_iter().map(|entry| {
            codec::entry(entry, RULES).expect("an entry of a program that keeps to the rules")
        });
        if answer.is_ok() {
            let mut log = self.0.log.clone();
            log.blocking_append(entries).await.expect("appended");
        }
        self.0.hear("append");
        answer.map(|result| {
            Response::new(pb::AppendEntriesReply {
                result: Some(result),
            })
        })
    }

    async fn request_vote(&self, request: Request<pb::VoteRequest>) -> Answer<pb::VoteReply> {
        self.0.hear("vote");
        Ok(Response::new(self.0.answers.vote(request.get_ref())))
    }

    async fn pre_vote(&self, request: Request<pb::VoteRequest>) -> Answer<pb::VoteReply> {
        self.0.hear("pre_vote");
        Ok(Response::new(self.0.answers.vote(request.get_ref())))
    }

    async fn install_snapshot(
        &self,
        request: Request<pb::InstallSnapshotRequest>,
    ) -> Answer<pb::InstallSnapshotReply> {
        self.0.hear("snapshot");
        Ok(Response::new(pb::InstallSnapshotReply {
            vote: request.into_inner().vote,
        }))
    }

    async fn transfer_leader(
        &self,
        _request: Request<pb::TransferLeaderRequest>,
    ) -> Answer<pb::TransferLeaderReply> {
        self.0.hear("transfer");
        no()
    }

    async fn survey(&self, request: Request<pb::SurveyRequest>) -> Answer<pb::SurveyReply> {
        self.0.hear("survey");
        let header = request.metadata().get_bin("dhangkanna-header-bin");
        let header = header.and_then(|header| header.to_bytes().ok());
        let header = header.and_then(|header| pb::Header::decode(header).ok());
        let seat = header.expect("a header").to;
        self.0.answers.survey_of(seat).map(Response::new)
    }

    async fn r#continue(&self, _request: Request<pb::ContinueRequest>) -> Answer<pb::Notice> {
        self.0.hear("continue");
        no()
    }

    async fn continued(&self, _request: Request<pb::Notice>) -> Answer<pb::Blank> {
        self.0.hear("continued");
        Ok(Response::new(pb::Blank {}))
    }
}

struct Connection(Stream);

impl Connected for Connection {
    type ConnectInfo = ();

    fn connect_info(&self) {}
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
