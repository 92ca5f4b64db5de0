//! openraft's transport: its calls as gRPC calls.

use std::{future::Future, time::Duration};

use openraft::{
    OptionalSend, RaftNetworkFactory, RaftNetworkV2,
    error::{RPCError, ReplicationClosed, StreamingError, Unreachable},
    network::RPCOption,
    raft::SnapshotResponse,
};

use super::{
    CallError, Peers, RoomKey,
    client::{Client, timed, within},
    codec::{
        self, AppendEntriesRequest, AppendEntriesResponse, TransferLeaderRequest,
        TransferLeaderResponse, VoteRequest, VoteResponse,
    },
};
use crate::consensus::{Member, NodeId, Snapshot, TypeConfig, Vote, codec::DecodeError};

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
}

impl RaftNetwork {
    /// The network as the seat `node_id` of a room sees it.
    pub fn new(peers: Peers, key: RoomKey, node_id: NodeId) -> Self {
        Self {
            peers,
            key,
            node_id,
        }
    }
}

impl RaftNetworkFactory<TypeConfig> for RaftNetwork {
    type Network = Connection;

    async fn new_client(&mut self, target: NodeId, member: &Member) -> Connection {
        self.peers.book().hint_all(member.peer_id, &member.addrs);
        let member = self
            .peers
            .member(&self.key, self.node_id, target, member.peer_id);
        Connection(member.0)
    }
}

/// The way to one other member.
pub struct Connection(Client);

/// openraft pauses before it tries an unreachable member again.
fn unreachable(error: &CallError) -> Unreachable<TypeConfig> {
    Unreachable::from_string(error)
}

fn rpc_error(error: impl Into<CallError>) -> RpcError {
    unreachable(&error.into()).into()
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
        let request = timed(request.into(), deadline);
        let reply = within(deadline, self.0.append_entries(request)).await;
        codec::appended(reply.map_err(rpc_error)?).map_err(rpc_error)
    }

    async fn vote(
        &mut self,
        request: VoteRequest,
        option: RPCOption,
    ) -> Result<VoteResponse, RpcError> {
        let deadline = option.hard_ttl();
        let request = timed(request.into(), deadline);
        let reply = within(deadline, self.0.request_vote(request)).await;
        codec::voted(reply.map_err(rpc_error)?).map_err(rpc_error)
    }

    async fn pre_vote(
        &mut self,
        request: VoteRequest,
        option: RPCOption,
    ) -> Result<VoteResponse, RpcError> {
        let deadline = option.hard_ttl();
        let request = timed(request.into(), deadline);
        let reply = within(deadline, self.0.pre_vote(request)).await;
        codec::voted(reply.map_err(rpc_error)?).map_err(rpc_error)
    }

    async fn full_snapshot(
        &mut self,
        vote: Vote,
        snapshot: Snapshot,
        cancel: impl Future<Output = ReplicationClosed> + OptionalSend + 'static,
        option: RPCOption,
    ) -> Result<SnapshotResponse<TypeConfig>, StreamingError<TypeConfig>> {
        let deadline = option.hard_ttl().max(Duration::from_secs(1));
        let request = timed(codec::snapshot_request(&vote, snapshot), deadline);
        let installing = within(deadline, self.0.install_snapshot(request));
        let reply = tokio::select! {
            closed = cancel => return Err(closed.into()),
            reply = installing => reply,
        };
        let vote = reply
            .and_then(|reply| codec::installed(reply).map_err(|e: DecodeError| e.into()))
            .map_err(|e| unreachable(&e))?;
        Ok(SnapshotResponse::new(vote))
    }

    async fn transfer_leader(
        &mut self,
        request: TransferLeaderRequest,
        option: RPCOption,
    ) -> Result<TransferLeaderResponse, RpcError> {
        let deadline = option.hard_ttl();
        let request = timed(request.into(), deadline);
        let reply = within(deadline, self.0.transfer_leader(request)).await;
        codec::transferred(reply.map_err(rpc_error)?).map_err(rpc_error)
    }
}
