//! openraft's transport: its calls as gRPC calls.

use std::{future::Future, time::Duration};

use openraft::{
    OptionalSend, RaftNetworkFactory, RaftNetworkV2,
    error::{RPCError, ReplicationClosed, StreamingError, Unreachable},
    network::RPCOption,
    raft::SnapshotResponse,
};

use super::{
    call::{CallError, Refusal, timed, within},
    client::{Client, Peers},
    codec::{
        self, AppendEntriesRequest, AppendEntriesResponse, TransferLeaderRequest,
        TransferLeaderResponse, VoteRequest, VoteResponse,
    },
    contact::Contact,
    messages::RoomKey,
    traffic::Call,
};
use crate::{
    consensus::{LogId, Member, NodeId, Snapshot, TypeConfig, Vote, codec::DecodeError},
    game::PeerId,
};

type RpcError = RPCError<TypeConfig>;

/// How long a member has to store entries: Wi-Fi that saves power takes up to
/// 300 ms, a busy disk as long.
const APPEND_PATIENCE: Duration = Duration::from_secs(1);

/// Makes the connections of one seat to the others.
#[derive(Clone)]
pub struct RaftNetwork {
    peers: Peers,
    key: RoomKey,
    node_id: NodeId,
    contact: Contact,
}

impl RaftNetwork {
    /// The network as the seat `node_id` of a room sees it.
    pub fn new(peers: Peers, key: RoomKey, node_id: NodeId, contact: Contact) -> Self {
        Self {
            peers,
            key,
            node_id,
            contact,
        }
    }
}

impl RaftNetworkFactory<TypeConfig> for RaftNetwork {
    type Network = Connection;

    async fn new_client(&mut self, target: NodeId, member: &Member) -> Connection {
        let peer = member.peer_id;
        self.peers.book().hint_all(peer, &member.addrs);
        let client = self.peers.member(&self.key, self.node_id, target, peer);
        Connection {
            client: client.0,
            target,
            peer,
            contact: self.contact.clone(),
        }
    }
}

/// The way to one other member.
pub struct Connection {
    client: Client,
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
                self.contact.mark_log_lost(self.target);
                let text = "it has lost log entries that it had stored".to_owned();
                return Err(CallError::Unreachable(text));
            }
            _ => None,
        };
        if let Some(last) = now {
            self.contact.hear_holds(self.target, &sent.vote, last);
        }
        Ok(answer)
    }

    /// openraft pauses before it tries an unreachable member again.
    fn failed(&self, error: &CallError) -> Unreachable<TypeConfig> {
        match error {
            CallError::Continued(cluster) => self.contact.hear_continued(self.peer, *cluster),
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

/// Makes a call and reads the answer, if the seat may talk at all: an answer
/// that comes while it is frozen no longer counts.
async fn ask<M, T>(
    contact: &Contact,
    (target, what): (NodeId, Call),
    deadline: Duration,
    call: impl Future<Output = Result<tonic::Response<M>, tonic::Status>>,
    read: impl FnOnce(M) -> Result<T, DecodeError>,
) -> Result<T, CallError> {
    let still = || CallError::Unreachable("this seat is frozen".to_owned());
    if contact.is_frozen() {
        return Err(still());
    }
    contact.traffic().sent(target, what);
    let answer = within(deadline, call).await?;
    contact.traffic().answered(target);
    if contact.is_frozen() {
        return Err(still());
    }
    Ok(read(answer)?)
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
        let sent = Sent {
            vote: request.vote,
            prev: request.prev_log_id,
            last: request
                .entries
                .last()
                .map_or(request.prev_log_id, |e| Some(e.log_id)),
            held: self.contact.holds(self.target, &request.vote),
        };
        let what = Call::append(request.entries.len());
        let request = codec::append_request(&request, self.contact.told());
        let call = self.client.append_entries(timed(request, deadline));
        let to = (self.target, what);
        let reply = ask(&self.contact, to, deadline, call, codec::appended).await;
        let reply = reply.and_then(|answer| self.holds(&sent, answer));
        reply.map_err(|e| self.failed(&e).into())
    }

    async fn vote(
        &mut self,
        request: VoteRequest,
        option: RPCOption,
    ) -> Result<VoteResponse, RpcError> {
        let deadline = option.hard_ttl();
        let term = request.vote.leader_id.term;
        let call = self.client.request_vote(timed(request.into(), deadline));
        let to = (self.target, Call::Vote);
        let reply = ask(&self.contact, to, deadline, call, codec::voted).await;
        if reply.as_ref().is_ok_and(|reply| reply.vote_granted) {
            self.contact.traffic().won(term);
        }
        reply.map_err(|e| self.failed(&e).into())
    }

    async fn pre_vote(
        &mut self,
        request: VoteRequest,
        option: RPCOption,
    ) -> Result<VoteResponse, RpcError> {
        let deadline = option.hard_ttl();
        let call = self.client.pre_vote(timed(request.into(), deadline));
        let to = (self.target, Call::Vote);
        let reply = ask(&self.contact, to, deadline, call, codec::voted).await;
        reply.map_err(|e| self.failed(&e).into())
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
        let request = timed(codec::snapshot_request(&vote, snapshot), deadline);
        let call = self.client.install_snapshot(request);
        let to = (self.target, Call::Snapshot);
        let reply = tokio::select! {
            closed = cancel => return Err(closed.into()),
            reply = ask(&self.contact, to, deadline, call, codec::installed) => reply,
        };
        let theirs = reply.map_err(|e| self.failed(&e))?;
        if let Some(last) = last.filter(|_| theirs == vote) {
            self.contact.hear_holds(self.target, &vote, last);
        }
        Ok(SnapshotResponse::new(theirs))
    }

    async fn transfer_leader(
        &mut self,
        request: TransferLeaderRequest,
        option: RPCOption,
    ) -> Result<TransferLeaderResponse, RpcError> {
        let deadline = option.hard_ttl();
        let call = self.client.transfer_leader(timed(request.into(), deadline));
        let to = (self.target, Call::Handover);
        let reply = ask(&self.contact, to, deadline, call, codec::transferred).await;
        reply.map_err(|e| self.failed(&e).into())
    }
}
