//! The two services: each call decoded, handed on, and its answer encoded.

use std::{future::Future, net::SocketAddr, sync::Arc, time::Duration};

use openraft::async_runtime::WatchReceiver as _;
use prost::Message as _;
use tonic::{Request, Response, Status};

use super::{
    authority::{Purpose, Role},
    call::{Refusal, Refused},
    codec,
    messages::{About, Admission, Caller, Committed, Newcomer, PROTOCOL, Survey, Visitor},
    pins::Pins,
    seat_access::{SeatAccess, ensure_not_frozen, failed, invalid, not_raft, taken},
    traffic::Call,
};
use crate::{
    consensus::{
        ClusterId, GameCommand, LogId, Mark, NodeId, Notice, RoomState, Vote,
        codec::{self as stored, DecodeError},
    },
    game::{Name, PeerId},
    proto::{self as pb, lobby_server::Lobby, members_server::Members},
};

/// What the calls mean: implemented by the node.
pub trait Handler: Send + Sync + 'static {
    /// The seat this node has now.
    fn seat(&self) -> Option<SeatAccess>;

    /// Whether the game of a room went on elsewhere, and this node with it.
    fn has_left(&self, room: ClusterId) -> bool;

    /// Where, step by step.
    fn went_on(&self, room: ClusterId) -> Vec<Notice>;

    /// Asks the other members how they are, all at once however often this is called, and
    /// until they have answered or were waited for: somebody calls after a silence, and
    /// they may know that one better.
    fn ask_others(&self) -> impl Future<Output = ()> + Send;

    /// Whether a history up to an entry, which a leader wants to put in place of ours, is
    /// true, as far as we and the other members can tell; `None` if nobody else can.
    fn confirms(
        &self,
        leader: NodeId,
        last: LogId,
        state: &RoomState,
    ) -> impl Future<Output = Option<bool>> + Send;

    /// Whether an entry here that a leader wants to put another in place of may have been
    /// decided, as far as the other members can tell.
    fn may_be_decided(&self, leader: NodeId, entry: LogId) -> impl Future<Output = bool> + Send;

    /// Whether somebody is a member, was met before, or lets this node in.
    fn is_known(&self, peer: PeerId) -> bool;

    /// The last connection from a peer is closed.
    fn on_last_disconnect(&self, peer: PeerId);

    /// What anyone may know.
    fn about(&self) -> About;

    /// Who this player is, who owns a room and sits in it; `None` if they do not.
    fn owns(&self, room: ClusterId) -> Option<PeerId>;

    /// The PIN of that room.
    fn pins(&self) -> &Pins;

    /// Lets somebody in who has shown it.
    fn let_in(&self, peer: PeerId) -> impl Future<Output = Result<(), Refused>> + Send;

    /// A stranger asks to be let in.
    fn join(
        &self,
        visitor: Visitor,
        room: ClusterId,
        name: Name,
        rules: u32,
    ) -> impl Future<Output = Result<Admission, Refused>> + Send;

    /// A newcomer's seat is up, can be reached at an address, and asks to be
    /// added. Answers with the index of the membership entry that has it.
    fn enter(
        &self,
        at: SocketAddr,
        room: ClusterId,
        newcomer: Newcomer,
    ) -> impl Future<Output = Result<u64, Refused>> + Send;

    /// A member asks the leader to append a command.
    fn propose(
        &self,
        caller: Caller,
        command: GameCommand,
    ) -> impl Future<Output = Result<Committed, Refused>> + Send;

    /// A member asks the leader up to which entry the log must be applied
    /// before a read.
    fn read_index(&self, caller: Caller) -> impl Future<Output = Result<u64, Refused>> + Send;

    /// A member asks the leader to remove it.
    fn leave(&self, caller: Caller) -> impl Future<Output = Result<(), Refused>> + Send;

    /// A member that hears no leader asks around.
    ///
    /// # Errors
    /// If this node has left that room meanwhile.
    fn survey(
        &self,
        caller: Caller,
        freeze: bool,
        applied: Mark,
        entry: Option<LogId>,
    ) -> impl Future<Output = Result<Survey, Refused>> + Send;

    /// A member asks this one to go on in a new cluster, with those who can be
    /// reached.
    fn carry_on(&self, caller: Caller) -> impl Future<Output = Result<Notice, Refused>> + Send;

    /// The game goes on in another cluster, as a member says.
    fn follow(&self, caller: Caller, notice: Notice);
}

/// Both services of a node.
pub(super) struct Service<H>(pub(super) Arc<H>);

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl<H: Handler> Lobby for Service<H> {
    async fn hello(&self, request: Request<pb::HelloRequest>) -> Answer<pb::HelloReply> {
        // Answered to every version: the caller says who is too old.
        let mut reply = pb::HelloReply::from(self.0.about());
        if let Ok(room) = stored::cluster_id(&request.get_ref().room) {
            reply.went_on = self.0.went_on(room).iter().map(Into::into).collect();
        }
        Ok(Response::new(reply))
    }

    async fn join(&self, request: Request<pb::JoinRequest>) -> Answer<pb::JoinReply> {
        let visitor = visitor(&request)?;
        let message = request.into_inner();
        must_speak(message.protocol)?;
        let room = stored::cluster_id(&message.cluster_id).map_err(invalid)?;
        let name = Name::parse(&message.name);
        let name = name.map_err(|bad| Refusal::BadName.because(bad.to_string()))?;
        let joining = self.0.join(visitor, room, name, message.rules);
        let admission = joining.await?;
        Ok(Response::new(pb::JoinReply {
            room: admission.room.to_string(),
            node_id: admission.node_id,
        }))
    }

    async fn enter(&self, request: Request<pb::EnterRequest>) -> Answer<pb::EnterReply> {
        let visitor = visitor(&request)?;
        let message = request.into_inner();
        must_speak(message.protocol)?;
        let room = stored::cluster_id(&message.cluster_id).map_err(invalid)?;
        let holder = stored::holder(message.holder).map_err(invalid)?;
        if holder.key.peer_id() != visitor.peer_id {
            return Err(Status::permission_denied("another player's key"));
        }
        let newcomer = Newcomer {
            node_id: holder.seat,
            key: holder.key,
            addrs: stored::addrs(message.addrs).map_err(invalid)?,
            rules: message.rules,
        };
        let port = u16::try_from(message.listen_port).unwrap_or(0);
        let at = SocketAddr::new(visitor.remote.ip(), port);
        let index = self.0.enter(at, room, newcomer).await?;
        Ok(Response::new(pb::EnterReply { index }))
    }

    async fn introduce(&self, request: Request<pb::IntroduceRequest>) -> Answer<pb::Blank> {
        let visitor = visitor(&request)?;
        let message = request.into_inner();
        let room = stored::cluster_id(&message.cluster_id).map_err(invalid)?;
        let path = message.path.ok_or(DecodeError::Missing("path"));
        let path = path.and_then(stored::ticket_path).map_err(invalid)?;
        let seat = self.0.seat().filter(|seat| seat.cluster_id == room);
        let elsewhere = || Refusal::NoSuchRoom.because("this computer is not in that room");
        seat.ok_or_else(elsewhere)?
            .introduce(&path, visitor.peer_id)?;
        Ok(Response::new(pb::Blank {}))
    }
}

#[tonic::async_trait]
impl<H: Handler> Members for Service<H> {
    async fn propose(&self, request: Request<pb::ProposeRequest>) -> Answer<pb::ProposeReply> {
        let (caller, seat) = known(&request, Purpose::Members)?;
        let command = request.into_inner().command;
        let missing = || Status::invalid_argument("command is missing");
        let command = stored::command(command.ok_or_else(missing)?, seat.rules).map_err(invalid)?;
        if command.id.peer_id != caller.peer_id {
            return Err(Status::permission_denied("another player's command"));
        }
        let committed = self.0.propose(caller, command).await?;
        Ok(Response::new(pb::ProposeReply {
            reply: Some((&committed.reply).into()),
            copies: committed.copies,
        }))
    }

    async fn read_index(
        &self,
        request: Request<pb::ReadIndexRequest>,
    ) -> Answer<pb::ReadIndexReply> {
        let (caller, _seat) = known(&request, Purpose::Members)?;
        let index = self.0.read_index(caller).await?;
        Ok(Response::new(pb::ReadIndexReply { index }))
    }

    async fn leave(&self, request: Request<pb::LeaveRequest>) -> Answer<pb::Blank> {
        let (caller, _seat) = known(&request, Purpose::Members)?;
        self.0.leave(caller).await?;
        Ok(Response::new(pb::Blank {}))
    }

    async fn append_entries(
        &self,
        request: Request<pb::AppendEntriesRequest>,
    ) -> Answer<pb::AppendEntriesReply> {
        let (from, seat) = self.raft_call(&request).await?;
        let bytes = request.get_ref().encoded_len();
        let decoded = codec::append_entries(request.into_inner(), seat.rules);
        let (request, status) = decoded.map_err(|e| not_raft(from, e))?;
        seat.contact
            .traffic()
            .heard(from, Call::append(request.entries.len()));
        if let Some(ours) = seat.checked(from, &request)? {
            if !seat.contact.lacking().may_ask(from, request.vote, ours) {
                let busy = "the others are being asked about an entry";
                return Err(Status::unavailable(busy));
            }
            let (handler, here) = (Arc::clone(&self.0), seat.clone());
            let asked = ensure_undecided(handler, here, from, request.vote, ours);
            taken((), asked).await?;
        }
        let (here, turn) = (seat.clone(), seat.contact.turn().await);
        let taking = async move { here.append(from, request, bytes).await };
        let response = taken(turn, taking).await?;
        if !matches!(response, codec::AppendEntriesResponse::HigherVote(_)) {
            seat.contact.hear(status);
        }
        ensure_not_frozen(&seat)?;
        Ok(Response::new(response.into()))
    }

    async fn request_vote(&self, request: Request<pb::VoteRequest>) -> Answer<pb::VoteReply> {
        let (from, seat) = self.raft_call(&request).await?;
        seat.contact.traffic().heard(from, Call::Vote);
        let mut request = seat.candidate(from, request.into_inner())?;
        if request.leadership_transfer {
            let followed = || seat.raft.server_metrics().borrow_watched().vote;
            request.leadership_transfer = seat.contact.is_named(from, followed).await;
        }
        let response = seat.raft.vote(request).await.map_err(failed)?;
        ensure_not_frozen(&seat)?;
        Ok(Response::new(response.into()))
    }

    async fn pre_vote(&self, request: Request<pb::VoteRequest>) -> Answer<pb::VoteReply> {
        let (from, seat) = self.raft_call(&request).await?;
        seat.contact.traffic().heard(from, Call::Vote);
        let request = seat.candidate(from, request.into_inner())?;
        let response = seat.raft.pre_vote(request).await.map_err(failed)?;
        ensure_not_frozen(&seat)?;
        Ok(Response::new(response.into()))
    }

    async fn install_snapshot(
        &self,
        request: Request<pb::InstallSnapshotRequest>,
    ) -> Answer<pb::InstallSnapshotReply> {
        let (from, seat) = self.raft_call(&request).await?;
        seat.contact.traffic().heard(from, Call::Snapshot);
        let decoded = codec::snapshot(request.into_inner());
        let checked = decoded.and_then(|(vote, snapshot)| {
            seat.here()
                .check_snapshot(seat.node_id, &vote, &snapshot, from)?;
            let state = stored::stored_state(&snapshot.snapshot, seat.rules)?;
            let last = snapshot.meta.last_log_id;
            let last = last.ok_or(DecodeError::Missing("log id"))?;
            if state.history().last().index != last.index {
                return Err(DecodeError::Invalid("history"));
            }
            Ok((vote, snapshot, state, last))
        });
        let (vote, snapshot, state, last) = checked.map_err(|e| not_raft(from, e))?;
        // A new seat has nothing that could be replaced.
        if seat.log.last_log_id().is_some() {
            let confirmed = self.0.confirms(from, last, &state).await;
            // If nobody else can be asked, who is behind takes what there is.
            if !confirmed.unwrap_or(!seat.contact.is_in_step()) {
                tracing::warn!("a snapshot of {from}'s is refused: nobody else knows of it");
                let unknown = "nobody else knows of that snapshot, or it is not needed";
                return Err(Refusal::NotAMember.because(unknown).into());
            }
        }
        let (here, turn) = (seat.clone(), seat.contact.turn().await);
        let response = taken(
            turn,
            async move { here.install(from, vote, snapshot).await },
        )
        .await?;
        ensure_not_frozen(&seat)?;
        Ok(Response::new(pb::InstallSnapshotReply {
            vote: Some((&response.vote).into()),
        }))
    }

    async fn transfer_leader(
        &self,
        request: Request<pb::TransferLeaderRequest>,
    ) -> Answer<pb::TransferLeaderReply> {
        let (from, seat) = self.raft_call(&request).await?;
        seat.contact.traffic().heard(from, Call::Handover);
        let decoded = codec::transfer_request(request.into_inner());
        let checked = decoded.and_then(|call| {
            seat.here().check_transfer(&call, from)?;
            Ok(call)
        });
        let request = checked.map_err(|e| not_raft(from, e))?;
        if seat.here().vote == *request.from_leader() {
            seat.contact
                .name_next(*request.from_leader(), *request.to_node_id());
        }
        let response = seat
            .raft
            .handle_transfer_leader(request)
            .await
            .map_err(failed)?;
        Ok(Response::new(response.into()))
    }

    async fn survey(&self, request: Request<pb::SurveyRequest>) -> Answer<pb::SurveyReply> {
        let (caller, _seat) = known(&request, Purpose::Survey)?;
        let request = request.into_inner();
        let applied = request.applied.ok_or(DecodeError::Missing("mark"));
        let applied = applied
            .and_then(|mark| stored::mark(&mark))
            .map_err(invalid)?;
        let entry = request.entry.map(Into::into);
        let survey = self.0.survey(caller, request.freeze, applied, entry).await;
        Ok(Response::new(survey?.into()))
    }

    async fn r#continue(&self, request: Request<pb::ContinueRequest>) -> Answer<pb::Notice> {
        let (caller, _seat) = known(&request, Purpose::Members)?;
        let notice = self.0.carry_on(caller).await?;
        Ok(Response::new((&notice).into()))
    }

    async fn continued(&self, request: Request<pb::Notice>) -> Answer<pb::Blank> {
        let (caller, _seat) = known(&request, Purpose::Members)?;
        let notice = stored::notice(request.into_inner()).map_err(invalid)?;
        self.0.follow(caller, notice);
        Ok(Response::new(pb::Blank {}))
    }
}

fn visitor<T>(request: &Request<T>) -> Result<Visitor, Status> {
    let visitor = request.extensions().get::<Visitor>().copied();
    visitor.ok_or_else(|| Status::unauthenticated("no client certificate"))
}

/// Refuses a program of another version in words.
fn must_speak(protocol: u32) -> Result<(), Refused> {
    if protocol == PROTOCOL {
        return Ok(());
    }
    Err(Refusal::Version.because(format!(
        "that room speaks protocol {PROTOCOL}, and you speak {protocol}; install the same version on both computers"
    )))
}

fn ensure_may(role: Role, purpose: Purpose) -> Result<(), Refused> {
    let text = "only members of the room can do this";
    let may = role.may(purpose).then_some(());
    may.ok_or_else(|| Refusal::NotAMember.because(text))
}

/// What the guard noted on a call, if its caller may call for this.
fn known<T>(request: &Request<T>, purpose: Purpose) -> Result<(Caller, SeatAccess), Status> {
    let extensions = request.extensions();
    let nobody = || Status::unauthenticated("only members of a room can call this");
    ensure_may(*extensions.get::<Role>().ok_or_else(nobody)?, purpose)?;
    let caller = extensions.get::<Caller>().copied();
    let seat = extensions.get::<SeatAccess>().cloned();
    let (caller, seat) = caller.zip(seat).ok_or_else(nobody)?;
    seat.must_listen_to(caller)?;
    Ok((caller, seat))
}

impl<H: Handler> Service<H> {
    /// Which seat makes one of Raft's calls, and the seat that it is for, unless
    /// that is frozen. After a silence others are heard first: they may show that the owner
    /// has sent away who calls, or who let it in. One that plays is enough if a member
    /// calls. Who calls again meanwhile waits for the same answers, and where nobody else
    /// can be asked it is heard.
    async fn raft_call<T>(&self, request: &Request<T>) -> Result<(NodeId, SeatAccess), Status> {
        /// The silence of a failover is shorter, mostly.
        const SILENCE: Duration = Duration::from_secs(1);
        let (caller, seat) = known(request, Purpose::Raft)?;
        ensure_not_frozen(&seat)?;
        if seat.contact.silent_for() >= SILENCE && !seat.contact.answers().has_asked() {
            let is_member = matches!(request.extensions().get(), Some(Role::Member { .. }));
            tokio::select! {
                biased;
                () = seat.contact.answers().by_player(caller.peer_id), if is_member => {}
                () = self.0.ask_others() => {}
            }
            // What has changed meanwhile counts.
            ensure_may(seat.role_of_caller(request)?, Purpose::Raft)?;
            ensure_not_frozen(&seat)?;
        }
        if seat.leads() {
            seat.contact.note_in_step();
        }
        seat.must_listen_to(caller)?;
        Ok((caller.node_id, seat))
    }
}

/// Refuses to put something else in the place of what may be decided. It is looked up
/// once for each leader, which may call again meanwhile.
async fn ensure_undecided<H: Handler>(
    handler: Arc<H>,
    seat: SeatAccess,
    leader: NodeId,
    vote: Vote,
    ours: LogId,
) -> Result<(), Status> {
    let may_be = handler.may_be_decided(leader, ours).await;
    seat.contact.lacking().note_asked(leader, !may_be);
    if may_be {
        seat.contact.lacking().refuse(vote, true);
        tracing::warn!("seat {leader} leads without {ours}, which may be decided");
        return Err(Status::unavailable("an entry that you lack may be decided"));
    }
    Ok(())
}
