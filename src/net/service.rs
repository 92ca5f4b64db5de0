//! The two services: each call decoded, handed on, and its answer encoded.

use std::{collections::BTreeSet, future::Future, sync::Arc};

use tonic::{Request, Response, Status};

use super::{
    call::{Refusal, Refused},
    codec,
    contact::Contact,
    messages::{
        About, Admission, Caller, Committed, MAX_MEMBERS, PROTOCOL, RoomKey, Survey, Visitor,
    },
    traffic::Call,
};
use crate::{
    consensus::{
        ClusterId, GameCommand, NodeId, Raft,
        codec::{self as stored, DecodeError},
    },
    game::{Name, PeerId},
    proto::{self as pb, lobby_server::Lobby, members_server::Members},
};

/// How the services reach into a seat.
#[derive(Clone)]
pub struct SeatAccess {
    /// What a caller must know.
    pub key: RoomKey,
    /// Which seat this is.
    pub node_id: NodeId,
    /// Its Raft node.
    pub raft: Raft,
    /// Its contact with the others.
    pub contact: Contact,
    /// The newest rules that the program knows.
    pub rules: u32,
}

/// What the calls mean: implemented by the node.
pub trait Handler: Send + Sync + 'static {
    /// The seat this node has now.
    fn seat(&self) -> Option<SeatAccess>;

    /// Where the game of a room went on that this node has left behind, and
    /// what opened that room.
    fn continued(&self, room: ClusterId) -> Option<(RoomKey, ClusterId)>;

    /// The last connection from a peer is closed.
    fn on_last_disconnect(&self, peer: PeerId);

    /// What anyone may know.
    fn about(&self) -> About;

    /// A stranger asks to be let in.
    fn join(
        &self,
        visitor: Visitor,
        room: ClusterId,
        name: Name,
        rules: u32,
    ) -> impl Future<Output = Result<Admission, Refused>> + Send;

    /// A newcomer's seat is up and asks to be added. Answers with the index
    /// of the membership entry that has it.
    fn enter(
        &self,
        caller: Caller,
        addrs: Vec<String>,
        rules: u32,
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
    ) -> impl Future<Output = Result<Survey, Refused>> + Send;

    /// A member asks this one to go on in a new cluster, with those who can be
    /// reached. Answers with the new one.
    fn carry_on(
        &self,
        caller: Caller,
        participants: BTreeSet<NodeId>,
    ) -> impl Future<Output = Result<ClusterId, Refused>> + Send;

    /// The game goes on in another cluster, and this node takes part.
    fn follow(&self, caller: Caller, cluster: ClusterId);
}

/// Both services of a node.
pub(super) struct Service<H>(pub(super) Arc<H>);

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl<H: Handler> Lobby for Service<H> {
    async fn hello(&self, _request: Request<pb::HelloRequest>) -> Answer<pb::HelloReply> {
        // Answered to every version: the caller says who is too old.
        Ok(Response::new(self.0.about().into()))
    }

    async fn join(&self, request: Request<pb::JoinRequest>) -> Answer<pb::JoinReply> {
        let visitor = *request
            .extensions()
            .get::<Visitor>()
            .ok_or_else(|| Status::unauthenticated("no client certificate"))?;
        let message = request.into_inner();
        if message.protocol != PROTOCOL {
            return Err(Refusal::Version
                .because(format!(
                    "that room speaks protocol {PROTOCOL}, and you speak {}; install the same version on both computers",
                    message.protocol
                ))
                .into());
        }
        let room = stored::cluster_id(&message.cluster_id).map_err(invalid)?;
        let name = Name::parse(&message.name);
        let name = name.map_err(|bad| Refusal::BadName.because(bad.to_string()))?;
        let joining = self.0.join(visitor, room, name, message.rules);
        let admission = joining.await?;
        Ok(Response::new(pb::JoinReply {
            room: admission.room.to_string(),
            room_secret: admission.key.secret.to_vec(),
            node_id: admission.node_id,
        }))
    }
}

#[tonic::async_trait]
impl<H: Handler> Members for Service<H> {
    async fn enter(&self, request: Request<pb::EnterRequest>) -> Answer<pb::EnterReply> {
        let (caller, _seat) = known(&request)?;
        let pb::EnterRequest { addrs, rules } = request.into_inner();
        let addrs = stored::addrs(addrs).map_err(invalid)?;
        let index = self.0.enter(caller, addrs, rules).await?;
        Ok(Response::new(pb::EnterReply { index }))
    }

    async fn propose(&self, request: Request<pb::ProposeRequest>) -> Answer<pb::ProposeReply> {
        let (caller, seat) = known(&request)?;
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
        let (caller, _seat) = known(&request)?;
        let index = self.0.read_index(caller).await?;
        Ok(Response::new(pb::ReadIndexReply { index }))
    }

    async fn leave(&self, request: Request<pb::LeaveRequest>) -> Answer<pb::Blank> {
        let (caller, _seat) = known(&request)?;
        self.0.leave(caller).await?;
        Ok(Response::new(pb::Blank {}))
    }

    async fn append_entries(
        &self,
        request: Request<pb::AppendEntriesRequest>,
    ) -> Answer<pb::AppendEntriesReply> {
        let (from, seat) = raft_call(&request)?;
        let (request, status) =
            codec::append_entries(request.into_inner(), seat.rules).map_err(invalid)?;
        seat.contact
            .traffic()
            .heard(from, Call::append(request.entries.len()));
        #[cfg(feature = "simulation")]
        let request = taken_from_anybody(request, &seat.raft);
        let response = seat.raft.append_entries(request).await.map_err(failed)?;
        if !matches!(response, codec::AppendEntriesResponse::HigherVote(_)) {
            seat.contact.hear(status);
        }
        ensure_not_frozen(&seat)?;
        Ok(Response::new(response.into()))
    }

    async fn request_vote(&self, request: Request<pb::VoteRequest>) -> Answer<pb::VoteReply> {
        let (from, seat) = raft_call(&request)?;
        seat.contact.traffic().heard(from, Call::Vote);
        let request = codec::vote_request(request.into_inner()).map_err(invalid)?;
        let response = seat.raft.vote(request).await.map_err(failed)?;
        ensure_not_frozen(&seat)?;
        Ok(Response::new(response.into()))
    }

    async fn pre_vote(&self, request: Request<pb::VoteRequest>) -> Answer<pb::VoteReply> {
        let (from, seat) = raft_call(&request)?;
        seat.contact.traffic().heard(from, Call::Vote);
        let request = codec::vote_request(request.into_inner()).map_err(invalid)?;
        let response = seat.raft.pre_vote(request).await.map_err(failed)?;
        ensure_not_frozen(&seat)?;
        Ok(Response::new(response.into()))
    }

    async fn install_snapshot(
        &self,
        request: Request<pb::InstallSnapshotRequest>,
    ) -> Answer<pb::InstallSnapshotReply> {
        let (from, seat) = raft_call(&request)?;
        seat.contact.traffic().heard(from, Call::Snapshot);
        let (vote, snapshot) = codec::snapshot(request.into_inner()).map_err(invalid)?;
        let response = seat
            .raft
            .install_full_snapshot(vote, snapshot)
            .await
            .map_err(failed)?;
        ensure_not_frozen(&seat)?;
        Ok(Response::new(pb::InstallSnapshotReply {
            vote: Some((&response.vote).into()),
        }))
    }

    async fn transfer_leader(
        &self,
        request: Request<pb::TransferLeaderRequest>,
    ) -> Answer<pb::TransferLeaderReply> {
        let (from, seat) = raft_call(&request)?;
        seat.contact.traffic().heard(from, Call::Handover);
        let request = codec::transfer_request(request.into_inner()).map_err(invalid)?;
        let response = seat
            .raft
            .handle_transfer_leader(request)
            .await
            .map_err(failed)?;
        Ok(Response::new(response.into()))
    }

    async fn survey(&self, request: Request<pb::SurveyRequest>) -> Answer<pb::SurveyReply> {
        let (caller, _seat) = known(&request)?;
        let survey = self.0.survey(caller, request.get_ref().freeze).await;
        let survey = survey.map_err(|refused| Status::unavailable(refused.message))?;
        Ok(Response::new(survey.into()))
    }

    async fn r#continue(&self, request: Request<pb::ContinueRequest>) -> Answer<pb::ContinueReply> {
        let (caller, _seat) = known(&request)?;
        let participants = request.into_inner().participants;
        let participants = participants.into_iter().take(MAX_MEMBERS).collect();
        let cluster = self.0.carry_on(caller, participants).await?;
        Ok(Response::new(pb::ContinueReply {
            cluster_id: cluster.as_bytes().to_vec(),
        }))
    }

    async fn continued(&self, request: Request<pb::ContinuedNotice>) -> Answer<pb::Blank> {
        let (caller, _seat) = known(&request)?;
        let cluster = request.into_inner().cluster_id;
        let cluster = stored::cluster_id(&cluster).map_err(invalid)?;
        self.0.follow(caller, cluster);
        Ok(Response::new(pb::Blank {}))
    }
}

/// What the guard noted on a call.
fn known<T>(request: &Request<T>) -> Result<(Caller, SeatAccess), Status> {
    let extensions = request.extensions();
    extensions
        .get::<Caller>()
        .copied()
        .zip(extensions.get::<SeatAccess>().cloned())
        .ok_or_else(|| Status::unauthenticated("only members of a room can call this"))
}

/// Which seat makes one of Raft's calls, and the seat that it is for, unless
/// that is frozen.
fn raft_call<T>(request: &Request<T>) -> Result<(NodeId, SeatAccess), Status> {
    let (caller, seat) = known(request)?;
    ensure_not_frozen(&seat)?;
    Ok((caller.node_id, seat))
}

/// Checks that a seat is not frozen: before one of Raft's calls, and before its
/// answer. A member that has told the end of its log must not say afterwards that
/// it holds more.
fn ensure_not_frozen(seat: &SeatAccess) -> Result<(), Status> {
    if seat.contact.is_frozen() {
        return Err(Status::unavailable("the game is moving to another room"));
    }
    Ok(())
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn invalid(error: DecodeError) -> Status {
    match error {
        DecodeError::NewerRules { .. } => Status::failed_precondition(error.to_string()),
        _ => Status::invalid_argument(error.to_string()),
    }
}

fn failed(error: impl std::error::Error) -> Status {
    Status::unavailable(error.to_string())
}

/// With the planted bug `StaleLeader`: a request as if the newest leader had made it.
#[cfg(feature = "simulation")]
fn taken_from_anybody(
    mut request: codec::AppendEntriesRequest,
    raft: &Raft,
) -> codec::AppendEntriesRequest {
    use crate::planted::Bug;
    use openraft::{ServerState, async_runtime::WatchReceiver as _};
    if Bug::StaleLeader.is_planted() {
        let metrics = raft.metrics().borrow_watched().clone();
        let newest = metrics.vote;
        if request.vote < newest && metrics.state != ServerState::Leader {
            request.vote = newest;
            request.vote.committed = true;
        }
    }
    request
}
