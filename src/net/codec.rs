//! Between the messages of the two services and our types.

use openraft::raft::{self, TransferLeaderError};

use super::{
    contact::LeaderStatus,
    messages::{About, PROTOCOL, RoomInfo, Survey},
};
use crate::{
    consensus::{
        MAX_MEMBERS, Snapshot, TypeConfig, Vote,
        codec::{self, DecodeError, Decoded},
    },
    game::{MAX_LISTED, Name, Phase, shown_version},
    proto as pb,
};

pub(super) type AppendEntriesRequest = raft::AppendEntriesRequest<TypeConfig>;
pub(super) type AppendEntriesResponse = raft::AppendEntriesResponse<TypeConfig>;
pub(super) type VoteRequest = raft::VoteRequest<TypeConfig>;
pub(super) type VoteResponse = raft::VoteResponse<TypeConfig>;
pub(super) type TransferLeaderRequest = raft::TransferLeaderRequest<TypeConfig>;
pub(super) type TransferLeaderResponse = Result<(), TransferLeaderError<TypeConfig>>;

// ---- strangers ----

pub(super) fn name(text: &str) -> Decoded<Name> {
    Name::parse(text).map_err(|_bad| DecodeError::Invalid("name"))
}

impl From<About> for pb::HelloReply {
    fn from(about: About) -> Self {
        Self {
            protocol: PROTOCOL,
            version: about.version,
            name: about.name.to_string(),
            room: about.room.map(Into::into),
            gossip_port: about.gossip_port.unwrap_or(0).into(),
            rules: about.rules,
            went_on: Vec::new(),
        }
    }
}

impl From<RoomInfo> for pb::RoomInfo {
    fn from(room: RoomInfo) -> Self {
        let (owner, owner_addrs) = room.owner.unzip();
        Self {
            cluster_id: room.cluster_id.as_bytes().to_vec(),
            room: room.room.to_string(),
            players: room.players,
            phase: room.phase.code().to_owned(),
            leader_id: room.leader_id.unwrap_or(0),
            node_id: room.node_id,
            path: room.path.as_ref().map(Into::into),
            owner_peer_id: owner
                .map(|owner| owner.as_bytes().to_vec())
                .unwrap_or_default(),
            owner_addrs: owner_addrs.unwrap_or_default(),
            takes_pin: room.takes_pin,
        }
    }
}

fn room_info(room: pb::RoomInfo) -> Decoded<RoomInfo> {
    let owner = if room.owner_peer_id.is_empty() {
        None
    } else {
        let owner = codec::peer_id(&room.owner_peer_id)?;
        Some((owner, codec::addrs(room.owner_addrs)?))
    };
    Ok(RoomInfo {
        cluster_id: codec::cluster_id(&room.cluster_id)?,
        room: name(&room.room)?,
        players: room.players,
        phase: Phase::from_code(&room.phase).ok_or(DecodeError::Invalid("phase"))?,
        leader_id: Some(room.leader_id).filter(|id| *id != 0),
        node_id: room.node_id,
        path: room.path.map(codec::ticket_path).transpose()?,
        owner,
        takes_pin: room.takes_pin,
    })
}

pub(super) fn about(reply: pb::HelloReply) -> Decoded<About> {
    Ok(About {
        version: shown_version(&reply.version),
        name: name(&reply.name)?,
        room: reply.room.map(room_info).transpose()?,
        // No port, and what is none, are the same.
        gossip_port: u16::try_from(reply.gossip_port)
            .ok()
            .filter(|port| *port != 0),
        rules: reply.rules,
    })
}

// ---- Raft ----

fn vote(vote: Option<pb::Vote>) -> Decoded<Vote> {
    vote.map(Into::into).ok_or(DecodeError::Missing("vote"))
}

pub(super) fn append_request(
    request: &AppendEntriesRequest,
    status: LeaderStatus,
) -> pb::AppendEntriesRequest {
    pb::AppendEntriesRequest {
        vote: Some((&request.vote).into()),
        prev_log_id: request.prev_log_id.as_ref().map(Into::into),
        entries: request.entries.iter().map(Into::into).collect(),
        leader_commit: request.leader_commit.as_ref().map(Into::into),
        away: status.away.into_iter().collect(),
        cut_off: status.cut_off,
    }
}

pub(super) fn append_entries(
    request: pb::AppendEntriesRequest,
    rules: u32,
) -> Decoded<(AppendEntriesRequest, LeaderStatus)> {
    let status = LeaderStatus {
        away: request.away.into_iter().take(MAX_MEMBERS).collect(),
        cut_off: request.cut_off,
    };
    let request = AppendEntriesRequest {
        vote: vote(request.vote)?,
        prev_log_id: request.prev_log_id.map(Into::into),
        entries: request
            .entries
            .into_iter()
            .map(|entry| codec::entry(entry, rules))
            .collect::<Decoded<_>>()?,
        leader_commit: request.leader_commit.map(Into::into),
    };
    Ok((request, status))
}

impl From<AppendEntriesResponse> for pb::AppendEntriesReply {
    fn from(response: AppendEntriesResponse) -> Self {
        use AppendEntriesResponse as R;
        use pb::append_entries_reply::Result as P;
        Self {
            result: Some(match response {
                R::Success => P::Success(pb::Blank {}),
                R::PartialSuccess(log_id) => P::Partial(pb::PartialSuccess {
                    log_id: log_id.as_ref().map(Into::into),
                }),
                R::Conflict => P::Conflict(pb::Blank {}),
                R::HigherVote(vote) => P::HigherVote((&vote).into()),
            }),
        }
    }
}

pub(super) fn appended(reply: pb::AppendEntriesReply) -> Decoded<AppendEntriesResponse> {
    use AppendEntriesResponse as R;
    use pb::append_entries_reply::Result as P;
    Ok(match reply.result.ok_or(DecodeError::Missing("result"))? {
        P::Success(_) => R::Success,
        P::Partial(partial) => R::PartialSuccess(partial.log_id.map(Into::into)),
        P::Conflict(_) => R::Conflict,
        P::HigherVote(vote) => R::HigherVote(vote.into()),
    })
}

impl From<VoteRequest> for pb::VoteRequest {
    fn from(request: VoteRequest) -> Self {
        Self {
            vote: Some((&request.vote).into()),
            last_log_id: request.last_log_id.as_ref().map(Into::into),
            leadership_transfer: request.leadership_transfer,
        }
    }
}

pub(super) fn vote_request(request: pb::VoteRequest) -> Decoded<VoteRequest> {
    let mut decoded = VoteRequest::new(vote(request.vote)?, request.last_log_id.map(Into::into));
    decoded.leadership_transfer = request.leadership_transfer;
    Ok(decoded)
}

impl From<VoteResponse> for pb::VoteReply {
    fn from(response: VoteResponse) -> Self {
        Self {
            vote: Some((&response.vote).into()),
            granted: response.vote_granted,
            last_log_id: response.last_log_id.as_ref().map(Into::into),
        }
    }
}

pub(super) fn voted(reply: pb::VoteReply) -> Decoded<VoteResponse> {
    Ok(VoteResponse::new(
        vote(reply.vote)?,
        reply.last_log_id.map(Into::into),
        reply.granted,
    ))
}

pub(super) fn snapshot_request(leader: &Vote, snapshot: Snapshot) -> pb::InstallSnapshotRequest {
    pb::InstallSnapshotRequest {
        vote: Some(leader.into()),
        snapshot: Some(pb::Snapshot {
            meta: Some((&snapshot.meta).into()),
            data: snapshot.snapshot,
        }),
    }
}

pub(super) fn snapshot(request: pb::InstallSnapshotRequest) -> Decoded<(Vote, Snapshot)> {
    let message = request.snapshot.ok_or(DecodeError::Missing("snapshot"))?;
    let meta = message.meta.ok_or(DecodeError::Missing("meta"))?;
    let snapshot = Snapshot {
        meta: codec::snapshot_meta(meta)?,
        snapshot: message.data,
    };
    Ok((vote(request.vote)?, snapshot))
}

pub(super) fn installed(reply: pb::InstallSnapshotReply) -> Decoded<Vote> {
    vote(reply.vote)
}

impl From<TransferLeaderRequest> for pb::TransferLeaderRequest {
    fn from(request: TransferLeaderRequest) -> Self {
        Self {
            from_leader: Some(request.from_leader().into()),
            to_node_id: *request.to_node_id(),
            last_log_id: request.last_log_id().map(Into::into),
        }
    }
}

pub(super) fn transfer_request(
    request: pb::TransferLeaderRequest,
) -> Decoded<TransferLeaderRequest> {
    Ok(TransferLeaderRequest::new(
        vote(request.from_leader)?,
        request.to_node_id,
        request.last_log_id.map(Into::into),
    ))
}

impl From<TransferLeaderResponse> for pb::TransferLeaderReply {
    fn from(response: TransferLeaderResponse) -> Self {
        use pb::transfer_leader_reply::Result as P;
        Self {
            result: Some(match response {
                Ok(()) => P::Accepted(pb::Blank {}),
                Err(TransferLeaderError::VoteChanged { expected, actual }) => {
                    P::VoteChanged(pb::VoteChanged {
                        expected: Some((&expected).into()),
                        actual: Some((&actual).into()),
                    })
                }
                Err(TransferLeaderError::LogNotFlushed { expected, actual }) => {
                    P::LogNotFlushed(pb::LogNotFlushed {
                        expected: expected.as_ref().map(Into::into),
                        actual: actual.as_ref().map(Into::into),
                    })
                }
            }),
        }
    }
}

pub(super) fn transferred(reply: pb::TransferLeaderReply) -> Decoded<TransferLeaderResponse> {
    use pb::transfer_leader_reply::Result as P;
    Ok(match reply.result.ok_or(DecodeError::Missing("result"))? {
        P::Accepted(_) => Ok(()),
        P::VoteChanged(changed) => Err(TransferLeaderError::VoteChanged {
            expected: vote(changed.expected)?,
            actual: vote(changed.actual)?,
        }),
        P::LogNotFlushed(behind) => Err(TransferLeaderError::LogNotFlushed {
            expected: behind.expected.map(Into::into),
            actual: behind.actual.map(Into::into),
        }),
    })
}

// ---- going on without those who cannot be reached ----

impl From<Survey> for pb::SurveyReply {
    fn from(survey: Survey) -> Self {
        Self {
            plays: survey.plays,
            leads: survey.leads,
            last_log_id: survey.last_log_id.as_ref().map(Into::into),
            applied: Some((&survey.applied).into()),
            proof: survey.proof.as_ref().map(Into::into),
            agrees: survey.agrees,
            removals: survey.removals.iter().map(Into::into).collect(),
            holds: survey.holds,
            removing: survey.removing.iter().map(Into::into).collect(),
            members: survey
                .members
                .iter()
                .map(|peer| peer.as_bytes().to_vec())
                .collect(),
        }
    }
}

pub(super) fn survey(reply: pb::SurveyReply, rules: u32) -> Decoded<Survey> {
    if reply.removals.len() > MAX_LISTED || reply.removing.len() > MAX_MEMBERS {
        return Err(DecodeError::Invalid("removals"));
    }
    if reply.members.len() > codec::MAX_NODES {
        return Err(DecodeError::Invalid("members"));
    }
    let members = reply.members.iter().map(|peer| codec::peer_id(peer));
    let commands = |commands: Vec<pb::Command>| {
        let commands = commands.into_iter();
        let commands = commands.map(|one| codec::command(one, rules));
        commands.collect::<Decoded<Vec<_>>>()
    };
    let applied = reply.applied.ok_or(DecodeError::Missing("mark"))?;
    Ok(Survey {
        plays: reply.plays,
        leads: reply.leads,
        last_log_id: reply.last_log_id.map(Into::into),
        applied: codec::mark(&applied)?,
        proof: reply.proof.map(codec::command_proof).transpose()?,
        agrees: reply.agrees,
        removals: commands(reply.removals)?,
        removing: commands(reply.removing)?,
        holds: reply.holds,
        members: members.collect::<Decoded<_>>()?,
    })
}

#[cfg(test)]
mod tests;
