//! openraft's transport: its calls as gRPC calls.

use std::{future::Future, time::Duration};

use openraft::{
    OptionalSend, RaftNetworkFactory, RaftNetworkV2,
    error::{RPCError, ReplicationClosed, StreamingError, Unreachable},
    network::RPCOption,
    raft::SnapshotResponse,
};
use tonic::Request;

use super::{
    bounds::Here,
    call::{CallError, Refusal},
    client::Peers,
    codec::{
        self, AppendEntriesRequest, AppendEntriesResponse, TransferLeaderRequest,
        TransferLeaderResponse, VoteRequest, VoteResponse,
    },
    contact::Contact,
    credentials::Credentials,
    member_client::{Client, MemberClient},
    traffic::Call,
};
use crate::{
    consensus::{LogId, Member, NodeId, Snapshot, TypeConfig, Vote, codec::DecodeError},
    game::PeerId,
    proto as pb,
};

type RpcError = RPCError<TypeConfig>;

/// How long a member has to store entries: Wi-Fi that saves power takes up to
/// 300 ms, a busy disk as long.
const APPEND_PATIENCE: Duration = Duration::from_secs(1);

/// Makes the connections of one seat to the others.
#[derive(Clone)]
pub struct RaftNetwork {
    peers: Peers,
    seat: Credentials,
    contact: Contact,
}

impl RaftNetwork {
    /// The network as a seat of a room sees it.
    pub fn new(peers: Peers, seat: Credentials, contact: Contact) -> Self {
        Self {
            peers,
            seat,
            contact,
        }
    }
}

impl RaftNetworkFactory<TypeConfig> for RaftNetwork {
    type Network = Connection;

    async fn new_client(&mut self, target: NodeId, member: &Member) -> Connection {
        let peer = member.peer_id;
        self.peers.book().hint_all(peer, &member.addrs);
        Connection {
            client: self.peers.member(&self.seat, target, peer),
            me: self.seat.node_id(),
            target,
            peer,
            contact: self.contact.clone(),
        }
    }
}

/// The way to one other member.
pub struct Connection {
    client: MemberClient,
    me: NodeId,
    target: NodeId,
    peer: PeerId,
    contact: Contact,
}

impl Connection {
    /// What a member holds after an answer. Raft builds on it that this never
    /// shrinks under one leader (Figure 8 of the paper shows what else becomes
    /// of committed entries); whom it does for must not go on in this seat.
    fn holds(
        &self,
        sent: &Sent,
        answer: AppendEntriesResponse,
    ) -> Result<AppendEntriesResponse, CallError> {
        let now = match answer {
            AppendEntriesResponse::Success => sent.last,
            AppendEntriesResponse::PartialSuccess(last) => last,
            // It said so before it was asked, so this is no late answer.
            AppendEntriesResponse::Conflict if sent.held.is_some() && sent.prev <= sent.held => {
                self.contact.holds().mark_lost(self.target);
                let text = "it has lost log entries that it had stored".to_owned();
                return Err(CallError::Unreachable(text));
            }
            _ => None,
        };
        if let Some(last) = now {
            self.contact.holds().hear(self.target, &sent.vote, last);
        }
        Ok(answer)
    }

    /// openraft pauses before it tries an unreachable member again.
    fn failed(&self, error: &CallError) -> Unreachable<TypeConfig> {
        match error {
            CallError::Continued(notices) => {
                self.contact.hear_continued(self.peer, notices.clone());
            }
            CallError::Refused(refused) if refused.reason == Refusal::Replaced => {
                self.contact.hear_replaced();
            }
            _ => {}
        }
        Unreachable::from_string(error)
    }
}

/// What a leader asked to append.
struct Sent {
    vote: Vote,
    /// The entry before.
    prev: Option<LogId>,
    last: Option<LogId>,
    /// What the member was known to hold before.
    held: Option<LogId>,
}

impl Connection {
    /// Makes a call and reads the answer, if the seat may talk at all: an answer
    /// that comes while it is frozen no longer counts.
    async fn ask<M, R, T, F>(
        &self,
        what: Call,
        deadline: Duration,
        message: M,
        call: impl Fn(Client, Request<M>) -> F,
        read: impl FnOnce(R) -> Result<T, DecodeError>,
    ) -> Result<T, CallError>
    where
        M: Clone,
        F: Future<Output = Result<tonic::Response<R>, tonic::Status>>,
    {
        let still = || CallError::Unreachable("this seat is frozen".to_owned());
        if self.contact.is_frozen() || self.contact.is_outdated() {
            return Err(still());
        }
        self.contact.traffic().sent(self.target, what);
        let answer = self.client.call(deadline, message, call).await?;
        self.contact.traffic().answered(self.target);
        if self.contact.is_frozen() {
            return Err(still());
        }
        Ok(read(answer)?)
    }

    /// What bounds an answer to a call with this vote.
    fn here(vote: Vote) -> Here {
        Here {
            vote,
            others: 0,
            applied: None,
            membership: None,
        }
    }

    /// Whether a member's answer that it has voted for somebody else ends our lead.
    /// openraft believes that of everybody; of who has no vote it cannot be true, and of
    /// who has one not again and again.
    fn is_deposed(&self, ours: Vote, vote: Vote) -> Result<(), CallError> {
        if self.client.seat.is_voter(self.target) && self.contact.may_depose(self.target) {
            return Ok(());
        }
        let is_astray = !self.client.seat.is_voter(self.target);
        self.contact
            .holds()
            .note_astray(self.target, ours, is_astray);
        let text = format!("it says that it follows {vote}, and is not believed");
        Err(CallError::Unreachable(text))
    }
}

impl RaftNetworkV2<TypeConfig> for Connection {
    type SnapshotData = Vec<u8>;

    async fn append_entries(
        &mut self,
        request: AppendEntriesRequest,
        option: RPCOption,
    ) -> Result<AppendEntriesResponse, RpcError> {
        // openraft gives replication as long as a heartbeat. Entries are worth
        // more patience: what is cut off here is sent again after a pause.
        let deadline = if request.entries.is_empty() {
            option.hard_ttl()
        } else {
            option.hard_ttl().max(APPEND_PATIENCE)
        };
        let ids: Vec<LogId> = request.entries.iter().map(|entry| entry.log_id).collect();
        let sent = Sent {
            vote: request.vote,
            prev: request.prev_log_id,
            last: ids.last().copied().or(request.prev_log_id),
            held: self.contact.holds().newest(self.target, &request.vote),
        };
        let what = Call::append(request.entries.len());
        let request = codec::append_request(&request, self.contact.told());
        let call = |mut c: Client, m| async move { c.append_entries(m).await };
        let read = |reply| {
            let answer = codec::appended(reply)?;
            Self::here(sent.vote).appended(self.me, &sent.vote, (sent.prev, &ids), answer)
        };
        let reply = self.ask(what, deadline, request, call, read).await;
        let reply = reply.and_then(|answer| self.holds(&sent, answer));
        let reply = reply.and_then(|answer| match answer {
            AppendEntriesResponse::HigherVote(vote) => {
                self.is_deposed(sent.vote, vote).map(|()| answer)
            }
            answer => {
                self.contact
                    .holds()
                    .note_astray(self.target, sent.vote, false);
                Ok(answer)
            }
        });
        reply.map_err(|e| self.failed(&e).into())
    }

    async fn vote(
        &mut self,
        request: VoteRequest,
        option: RPCOption,
    ) -> Result<VoteResponse, RpcError> {
        let vote = request.vote;
        let call = |mut c: Client, m| async move { c.request_vote(m).await };
        let reply = self.elect(request, option.hard_ttl(), call).await;
        if reply.as_ref().is_ok_and(|reply| reply.vote_granted) {
            self.contact.traffic().won(vote.leader_id.term);
        }
        reply
    }

    async fn pre_vote(
        &mut self,
        request: VoteRequest,
        option: RPCOption,
    ) -> Result<VoteResponse, RpcError> {
        let call = |mut c: Client, m| async move { c.pre_vote(m).await };
        self.elect(request, option.hard_ttl(), call).await
    }

    async fn full_snapshot(
        &mut self,
        vote: Vote,
        snapshot: Snapshot,
        cancel: impl Future<Output = ReplicationClosed> + OptionalSend + 'static,
        option: RPCOption,
    ) -> Result<SnapshotResponse<TypeConfig>, StreamingError<TypeConfig>> {
        let deadline = option.hard_ttl().max(Duration::from_secs(1));
        let last = snapshot.meta.last_log_id;
        let request = codec::snapshot_request(&vote, snapshot);
        let call = |mut c: Client, m| async move { c.install_snapshot(m).await };
        let read = |reply| {
            let theirs = codec::installed(reply)?;
            Self::here(vote).answered_vote(self.me, &vote, theirs)
        };
        let reply = tokio::select! {
            closed = cancel => return Err(closed.into()),
            reply = self.ask(Call::Snapshot, deadline, request, call, read) => reply,
        };
        let theirs = reply.and_then(|theirs| {
            if theirs != vote {
                self.is_deposed(vote, theirs)?;
            }
            Ok(theirs)
        });
        let theirs = theirs.map_err(|e| self.failed(&e))?;
        if let Some(last) = last.filter(|_| theirs == vote) {
            self.contact.holds().hear(self.target, &vote, last);
        }
        Ok(SnapshotResponse::new(theirs))
    }

    async fn transfer_leader(
        &mut self,
        request: TransferLeaderRequest,
        option: RPCOption,
    ) -> Result<TransferLeaderResponse, RpcError> {
        // Its own vote goes to that one, too.
        self.contact
            .name_next(*request.from_leader(), *request.to_node_id());
        let call = |mut c: Client, m| async move { c.transfer_leader(m).await };
        let message = pb::TransferLeaderRequest::from(request);
        let deadline = option.hard_ttl();
        let read = codec::transferred;
        let reply = self
            .ask(Call::Handover, deadline, message, call, read)
            .await;
        reply.map_err(|e| self.failed(&e).into())
    }
}

impl Connection {
    /// Asks for a vote, or whether it could be had.
    async fn elect<F>(
        &self,
        request: VoteRequest,
        deadline: Duration,
        call: impl Fn(Client, Request<pb::VoteRequest>) -> F,
    ) -> Result<VoteResponse, RpcError>
    where
        F: Future<Output = Result<tonic::Response<pb::VoteReply>, tonic::Status>>,
    {
        let vote = request.vote;
        let read = |reply| Self::here(vote).voted(self.me, &vote, codec::voted(reply)?);
        let message = pb::VoteRequest::from(request);
        let reply = self.ask(Call::Vote, deadline, message, call, read).await;
        reply.map_err(|e| self.failed(&e).into())
    }
}
