//! What Raft's calls and their answers may say, by who makes them and what is known
//! here. openraft believes all that it is handed, down to assertions; so what a
//! correct member would never say does not get that far.

use super::codec::{
    AppendEntriesRequest, AppendEntriesResponse, TransferLeaderRequest, VoteRequest, VoteResponse,
};
use crate::consensus::{
    LogId, NodeId, Snapshot, Vote,
    codec::{DecodeError, Decoded},
};

/// How far ahead of ours a term may be: an election takes at least a quarter of a
/// second, so a room that elects without end for two days is still followed.
const MAX_TERM_STEP: u64 = 1_000_000;

/// The greatest index: far beyond any game, far below where counting ends.
const MAX_INDEX: u64 = 1 << 60;

/// What is known at the seat that is called, or calls.
#[derive(Clone, Copy, Debug)]
pub(super) struct Here {
    /// The newest vote.
    pub(super) vote: Vote,
    /// The newest entry that is known to be committed.
    pub(super) committed: Option<LogId>,
}

impl Here {
    fn check_term(&self, vote: &Vote) -> Decoded<()> {
        let most = self.vote.leader_id.term.saturating_add(MAX_TERM_STEP);
        valid(vote.leader_id.term <= most, "term")
    }

    /// The vote of a call by `from`: a leader's is committed, a candidate's is not.
    fn check_vote(&self, vote: &Vote, from: NodeId, committed: bool) -> Decoded<()> {
        self.check_term(vote)?;
        valid(vote.leader_id.voted_for == from, "vote")?;
        valid(vote.committed == committed, "vote")
    }

    /// Checks a leader's entries: one after the other, in its term or earlier.
    pub(super) fn check_append(&self, call: &AppendEntriesRequest, from: NodeId) -> Decoded<()> {
        self.check_vote(&call.vote, from, true)?;
        let mut last = call.prev_log_id;
        check_log_id(last, &call.vote)?;
        for entry in &call.entries {
            let id = entry.log_id;
            let next = last.map_or(0, |last| last.index.saturating_add(1));
            valid(id.index == next, "index")?;
            valid(last.is_none_or(|last| term(last) <= term(id)), "term")?;
            check_log_id(Some(id), &call.vote)?;
            last = Some(id);
        }
        check_log_id(call.leader_commit, &call.vote)
    }

    /// Checks what a candidate asks.
    pub(super) fn check_candidate(&self, call: &VoteRequest, from: NodeId) -> Decoded<()> {
        self.check_vote(&call.vote, from, false)?;
        check_log_id(call.last_log_id, &call.vote)
    }

    /// Checks a leader's wish that somebody else leads.
    pub(super) fn check_transfer(&self, call: &TransferLeaderRequest, from: NodeId) -> Decoded<()> {
        self.check_vote(call.from_leader(), from, true)?;
        check_log_id(call.last_log_id().copied(), call.from_leader())
    }

    /// Checks a leader's snapshot. openraft would stop for good at one that is newer
    /// than what is committed here, and yet at an earlier index.
    pub(super) fn check_snapshot(
        &self,
        vote: &Vote,
        snapshot: &Snapshot,
        from: NodeId,
    ) -> Decoded<()> {
        self.check_vote(vote, from, true)?;
        let last = snapshot.meta.last_log_id;
        check_log_id(last, vote)?;
        check_log_id(*snapshot.meta.last_membership.log_id(), vote)?;
        valid(
            last.is_some() && *snapshot.meta.last_membership.log_id() <= last,
            "snapshot",
        )?;
        let index = |id: Option<LogId>| id.map(|id| id.index);
        let is_newer = last > self.committed;
        valid(!is_newer || index(last) > index(self.committed), "snapshot")
    }

    /// The answer to a leader's entries, which were after `prev` and up to `last`.
    pub(super) fn appended(
        &self,
        me: NodeId,
        sent: &Vote,
        (prev, last): (Option<LogId>, Option<LogId>),
        answer: AppendEntriesResponse,
    ) -> Decoded<AppendEntriesResponse> {
        match answer {
            AppendEntriesResponse::Success => {}
            AppendEntriesResponse::PartialSuccess(held) => {
                valid(prev <= held && held <= last, "answer")?;
            }
            AppendEntriesResponse::Conflict => valid(prev.is_some(), "answer")?,
            AppendEntriesResponse::HigherVote(vote) => {
                let vote = self.answered_vote(me, sent, vote)?;
                return Ok(AppendEntriesResponse::HigherVote(vote));
            }
        }
        Ok(answer)
    }

    /// The answer to a candidate.
    pub(super) fn voted(
        &self,
        me: NodeId,
        sent: &Vote,
        mut answer: VoteResponse,
    ) -> Decoded<VoteResponse> {
        answer.vote = self.answered_vote(me, sent, answer.vote)?;
        check_log_id(answer.last_log_id, &answer.vote)?;
        Ok(answer)
    }

    /// A vote that somebody answers with: what it says was elected it cannot know to
    /// be so. One for ourselves that we did not send would make us a leader whom
    /// nobody elected.
    pub(super) fn answered_vote(&self, me: NodeId, sent: &Vote, vote: Vote) -> Decoded<Vote> {
        if vote == *sent {
            return Ok(vote);
        }
        self.check_term(&vote)?;
        let (term, node) = (vote.leader_id.term, vote.leader_id.voted_for);
        valid(node != me || term < sent.leader_id.term, "vote")?;
        Ok(Vote::new(term, node))
    }
}

fn valid(is_valid: bool, what: &'static str) -> Decoded<()> {
    is_valid.then_some(()).ok_or(DecodeError::Invalid(what))
}

fn term(id: LogId) -> u64 {
    *id.leader_id
}

/// An entry that is in the log of somebody who has this vote.
fn check_log_id(id: Option<LogId>, vote: &Vote) -> Decoded<()> {
    let Some(id) = id else { return Ok(()) };
    valid(id.index <= MAX_INDEX, "index")?;
    valid(term(id) <= vote.leader_id.term, "term")
}
