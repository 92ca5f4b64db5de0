//! What a seat takes of Raft's calls, by what is in its log: openraft believes what it is
//! handed.

use std::future::Future;

use openraft::{RaftState, async_runtime::WatchReceiver as _, raft::SnapshotResponse};
use tonic::Status;

use super::{
    bounds::{Here, log_ids},
    call::{Refusal, Refused},
    codec,
    contact::Contact,
    messages::Caller,
};
use crate::{
    consensus::{
        ClusterId, LogId, LogStore, NodeId, Raft, Snapshot, TypeConfig, Vote, codec::DecodeError,
    },
    proto as pb,
};

/// How the services reach into a seat.
#[derive(Clone)]
pub struct SeatAccess {
    /// The room.
    pub cluster_id: ClusterId,
    /// Which seat this is.
    pub node_id: NodeId,
    /// Its Raft node.
    pub raft: Raft,
    /// Its log.
    pub log: LogStore,
    /// Its contact with the others.
    pub contact: Contact,
    /// The newest rules that the program knows.
    pub rules: u32,
}

impl SeatAccess {
    pub(super) fn here(&self) -> Here {
        let metrics = self.raft.server_metrics();
        let metrics = metrics.borrow_watched();
        Here {
            vote: metrics.vote,
            membership: *metrics.membership_config.log_id(),
            others: self.contact.answers().term_of_others(),
            applied: self.raft.data_metrics().borrow_watched().last_applied,
        }
    }

    /// Checks a leader's call; and which entry here it would put another in place of, that
    /// is not known to be decided and that the others are to be asked about.
    pub(super) fn checked(
        &self,
        from: NodeId,
        call: &codec::AppendEntriesRequest,
    ) -> Result<Option<LogId>, Status> {
        let checked = self.here().check_append(call, from);
        checked.map_err(|e| not_raft(from, e))?;
        let ours = self.replaced_by(from, call)?;
        // With a heartbeat alone it would stay the leader, and nothing be decided.
        if call.entries.is_empty() && self.contact.lacking().is_refused(call.vote) {
            return Err(Status::unavailable(
                "you lack what was decided here, or may be",
            ));
        }
        Ok(ours.filter(|ours| !self.contact.lacking().may_replace(from, call.vote, *ours)))
    }

    /// Takes a leader's entries, which came in so many bytes.
    pub(super) async fn append(
        &self,
        from: NodeId,
        mut call: codec::AppendEntriesRequest,
        bytes: usize,
    ) -> Result<codec::AppendEntriesResponse, Status> {
        if self.checked(from, &call)?.is_some() {
            return Err(Status::unavailable("the log has changed meanwhile"));
        }
        let (vote, is_beat) = (call.vote, call.entries.is_empty());
        let range = call.entries.first().zip(call.entries.last());
        let range = range.map(|(first, last)| (first.log_id.index, last.log_id.index));
        let applied = self.here().applied.map(|id| id.index);
        if let Some(range) = range
            && !self.contact.ahead().has_room(applied, range, bytes)
        {
            return Err(Status::unavailable("too much is not applied yet"));
        }
        let last = call.entries.last().map(|entry| entry.log_id);
        let last = last.or(call.prev_log_id).map(|id| id.index);
        let has_all = call.leader_commit.map(|id| id.index) <= last;
        call.leader_commit = self.commit_of(&call);
        #[cfg(feature = "simulation")]
        let call = taken_from_anybody(call, &self.raft);
        let response = self.raft.append_entries(call).await.map_err(failed)?;
        if matches!(response, codec::AppendEntriesResponse::Success) {
            if has_all {
                self.contact.note_in_step();
            }
            if !is_beat {
                self.contact.lacking().refuse(vote, false);
            }
        }
        use codec::AppendEntriesResponse as R;
        if let (Some(range), R::Success | R::PartialSuccess(_)) = (range, &response) {
            self.contact.ahead().note(range, bytes);
        }
        Ok(response)
    }

    /// Up to which entry a leader's call commits the log here: no further than the last
    /// one of the call (Raft's paper, figure 2), and one that is here, or comes. openraft
    /// takes the least by term first, and so an id that is nowhere for an entry, and it
    /// takes that from any leader: what was committed could become less.
    fn commit_of(&self, call: &codec::AppendEntriesRequest) -> Option<LogId> {
        let here = self.here();
        let applied = here.applied.map(|id| id.index);
        let last = call.entries.last().map(|entry| entry.log_id);
        let last = last.or(call.prev_log_id)?;
        let is_here =
            |prev: &LogId| Some(prev.index) <= applied || self.log.id_at(prev.index) == Some(*prev);
        let follows = call.vote >= here.vote && call.prev_log_id.as_ref().is_none_or(is_here);
        let index = last.index.min(call.leader_commit?.index);
        if !follows || Some(index) <= applied {
            return None;
        }
        let mut sent = call.entries.iter().map(|entry| entry.log_id);
        let sent = sent.find(|id| id.index == index);
        match (self.log.id_at(index), sent) {
            // It takes the place of ours first.
            (Some(ours), Some(sent)) if ours != sent => None,
            (ours, sent) => ours.or(sent),
        }
    }

    /// Takes a leader's snapshot. openraft would stop for good at one that is newer than
    /// what is committed here, and yet at an earlier index; and who leads knows better
    /// than any.
    pub(super) async fn install(
        &self,
        from: NodeId,
        vote: Vote,
        snapshot: Snapshot,
    ) -> Result<SnapshotResponse<TypeConfig>, Status> {
        let committed = |state: &RaftState<TypeConfig>| state.local_committed().copied();
        let committed = self.raft.with_raft_state(committed).await.map_err(failed)?;
        let index = |id: Option<LogId>| id.map(|id| id.index);
        let last = snapshot.meta.last_log_id;
        let decided = index(committed).max(index(self.here().applied));
        let is_older = last > committed && index(last) <= decided;
        if is_older || self.leads() {
            return Err(not_raft(from, DecodeError::Invalid("snapshot")));
        }
        let installed = self.raft.install_full_snapshot(vote, snapshot).await;
        installed.map_err(failed)
    }

    pub(super) fn leads(&self) -> bool {
        self.raft.server_metrics().borrow_watched().current_leader == Some(self.node_id)
    }

    /// Refuses whom the owner has sent away: as a member showed, whose log is longer than
    /// ours maybe, or as our game says, if the leader leaves that member its seat.
    pub(super) fn must_listen_to(&self, caller: Caller) -> Result<(), Refused> {
        if self.contact.was_sent_away(&caller.peer_id) {
            return Err(Refusal::Removed.because("the owner of the room removed you"));
        }
        Ok(())
    }

    /// The first entry here that a leader's call would put another one in place of, and
    /// that is not known to be decided.
    ///
    /// # Errors
    /// If it was decided. openraft says yes to those that are applied here without a look
    /// at them, and the histories would part in silence. Of two memberships in the log it
    /// takes the earlier one for decided, and stops for good at a leader that has another
    /// entry there.
    pub(super) fn replaced_by(
        &self,
        from: NodeId,
        call: &codec::AppendEntriesRequest,
    ) -> Result<Option<LogId>, Refused> {
        let here = self.here();
        if call.vote < here.vote {
            return Ok(None);
        }
        let ours = log_ids(call).find_map(|id| {
            let ours = self.log.id_at(id.index);
            ours.filter(|ours| *ours != id)
        });
        let metrics = self.raft.server_metrics();
        let membership = *metrics
            .borrow_watched()
            .committed_membership_config
            .log_id();
        if !here.keeps_decided(call, ours, membership) {
            self.contact.lacking().refuse(call.vote, true);
            tracing::warn!("seat {from} leads with another log than was decided here");
            return Err(Refusal::OlderLog.because("your log is older than what was decided here"));
        }
        Ok(ours)
    }

    pub(super) fn candidate(
        &self,
        from: NodeId,
        call: pb::VoteRequest,
    ) -> Result<codec::VoteRequest, Status> {
        let decoded = codec::vote_request(call);
        let checked = decoded.and_then(|call| {
            self.here().check_candidate(&call, from)?;
            Ok(call)
        });
        checked.map_err(|e| not_raft(from, e))
    }
}

/// Does what a call asks for to its end, also if its caller hangs up: what comes next is
/// checked against what it leaves. What is held until then is taken before, so that no
/// call waits that nobody waits for.
pub(super) async fn taken<T: Send + 'static>(
    held: impl Send + 'static,
    work: impl Future<Output = Result<T, Status>> + Send + 'static,
) -> Result<T, Status> {
    let work = async move {
        let done = work.await;
        drop(held);
        done
    };
    let done = tokio::spawn(work).await;
    done.unwrap_or_else(|e| Err(failed(e)))
}

/// One of Raft's calls says what no member that keeps to the protocol would say.
pub(super) fn not_raft(from: NodeId, error: DecodeError) -> Status {
    tracing::warn!("a call of seat {from} is refused: {error}");
    invalid(error)
}

/// Checks that a seat is not frozen: before one of Raft's calls, and before its
/// answer. A member that has told the end of its log must not say afterwards that
/// it holds more.
pub(super) fn ensure_not_frozen(seat: &SeatAccess) -> Result<(), Status> {
    if seat.contact.is_frozen() {
        return Err(Status::unavailable("the game is moving to another room"));
    }
    if seat.contact.is_outdated() {
        return Err(Status::unavailable("this log is an older copy"));
    }
    Ok(())
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
pub(super) fn invalid(error: DecodeError) -> Status {
    match error {
        DecodeError::NewerRules { .. } => Status::failed_precondition(error.to_string()),
        _ => Status::invalid_argument(error.to_string()),
    }
}

pub(super) fn failed(error: impl std::error::Error) -> Status {
    Status::unavailable(error.to_string())
}

/// With the planted bug `StaleLeader`: a request as if the newest leader had made it.
#[cfg(feature = "simulation")]
fn taken_from_anybody(
    mut request: codec::AppendEntriesRequest,
    raft: &Raft,
) -> codec::AppendEntriesRequest {
    use crate::planted::Bug;
    if Bug::StaleLeader.is_planted() {
        let metrics = raft.metrics().borrow_watched().clone();
        let newest = metrics.vote;
        let is_led = newest.committed && newest.leader_id.voted_for != metrics.id;
        if is_led && request.vote < newest {
            request.vote = newest;
        }
    }
    request
}
