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

#[cfg(test)]
mod tests {
    use openraft::entry::RaftEntry as _;

    use super::*;
    use crate::consensus::{Entry, SnapshotMeta, StoredMembership, log_id};

    /// Who calls, or answers.
    const THEM: NodeId = 3;

    /// Whose limits these are.
    const US: NodeId = 1;

    const FAR: u64 = 7 + MAX_TERM_STEP;

    fn id(term: u64, index: u64) -> Option<LogId> {
        Some(log_id(term, index))
    }

    fn here() -> Here {
        Here {
            vote: Vote::new_committed(7, 2),
            committed: id(6, 10),
        }
    }

    /// The votes that no leader calls with; or, if they are not committed, no candidate.
    fn bad_votes(of: fn(u64, NodeId) -> Vote, other: fn(u64, NodeId) -> Vote) -> [Vote; 4] {
        [
            of(8, 4),
            of(FAR + 1, THEM),
            of(u64::MAX, THEM),
            other(8, THEM),
        ]
    }

    #[test]
    fn entries_follow_each_other_in_the_terms_of_their_leader() {
        let leads = Vote::new_committed(8, THEM);
        let entry = |&(term, index): &(u64, u64)| Entry::new_blank(log_id(term, index));
        let append = |vote, prev, entries: &[(u64, u64)], commit| AppendEntriesRequest {
            vote,
            prev_log_id: prev,
            entries: entries.iter().map(entry).collect(),
            leader_commit: commit,
        };
        let cases = [
            ("a heartbeat", id(8, 10), &[][..], id(8, 10), true),
            ("nothing before", None, &[(1, 0), (8, 1)], None, true),
            ("rising terms", id(5, 10), &[(5, 11), (8, 12)], None, true),
            ("the first is not", None, &[(1, 1)], None, false),
            ("a gap", id(8, 10), &[(8, 12)], None, false),
            ("twice", id(8, 10), &[(8, 11), (8, 11)], None, false),
            ("backwards", id(8, 10), &[(8, 10)], None, false),
            ("a term falls", id(7, 10), &[(6, 11)], None, false),
            ("and inside", id(5, 9), &[(6, 10), (5, 11)], None, false),
            ("after the vote's", id(8, 10), &[(9, 11)], None, false),
            ("before it too", id(9, 10), &[], None, false),
            ("commits more", id(8, 10), &[], id(9, 10), false),
            ("the last index", id(8, MAX_INDEX), &[], None, true),
            ("one more", id(8, MAX_INDEX + 1), &[], None, false),
            (
                "so an entry",
                id(8, MAX_INDEX),
                &[(8, MAX_INDEX + 1)],
                None,
                false,
            ),
            ("so a commit", None, &[], id(8, MAX_INDEX + 1), false),
        ];
        for (what, prev, entries, commit, ok) in cases {
            let checked = here().check_append(&append(leads, prev, entries, commit), THEM);
            assert_eq!(checked.is_ok(), ok, "{what}: {checked:?}");
        }
        let with = |vote| here().check_append(&append(vote, None, &[], None), THEM);
        assert_eq!(with(Vote::new_committed(FAR, THEM)), Ok(()));
        for vote in bad_votes(Vote::new_committed, Vote::new) {
            with(vote).expect_err(&vote.to_string());
        }
    }

    #[test]
    fn who_asks_for_votes_asks_for_its_own() {
        let with = |vote, last| here().check_candidate(&VoteRequest::new(vote, last), THEM);
        let asks = Vote::new(8, THEM);
        assert_eq!(with(asks, id(8, 10)), Ok(()));
        assert_eq!(with(Vote::new(FAR, THEM), None), Ok(()));
        for vote in bad_votes(Vote::new, Vote::new_committed) {
            with(vote, None).expect_err(&vote.to_string());
        }
        for last in [id(9, 10), id(8, MAX_INDEX + 1)] {
            with(asks, last).expect_err("an entry that it cannot have");
        }
    }

    #[test]
    fn only_a_leader_hands_over() {
        let with = |vote, last| {
            let call = TransferLeaderRequest::new(vote, US, last);
            here().check_transfer(&call, THEM)
        };
        let leads = Vote::new_committed(8, THEM);
        assert_eq!(with(leads, id(8, 10)), Ok(()));
        for vote in bad_votes(Vote::new_committed, Vote::new) {
            with(vote, None).expect_err(&vote.to_string());
        }
        for last in [id(9, 10), id(8, MAX_INDEX + 1)] {
            with(leads, last).expect_err("an entry that it cannot have");
        }
    }

    #[test]
    fn a_snapshot_is_no_step_back() {
        let leads = Vote::new_committed(8, THEM);
        let with = |vote, last, members| {
            let meta = SnapshotMeta {
                last_log_id: last,
                last_membership: StoredMembership::new(members, Default::default()),
            };
            let snapshot = Snapshot {
                meta,
                snapshot: Vec::new(),
            };
            here().check_snapshot(&vote, &snapshot, THEM)
        };
        let cases = [
            // its last entry, its membership's
            (id(8, 11), id(1, 0), true),
            (id(8, 11), None, true),
            (id(8, 11), id(8, 11), true),
            (id(6, 10), id(1, 0), true),
            (id(6, 9), id(1, 0), true),
            (None, None, false),
            (id(8, 11), id(8, 12), false),
            (id(9, 11), id(1, 0), false),
            (id(8, MAX_INDEX + 1), id(1, 0), false),
            (id(8, 11), id(1, MAX_INDEX + 1), false),
            // Newer, and yet at an earlier index, or at the same.
            (id(7, 9), id(1, 0), false),
            (id(7, 10), id(1, 0), false),
        ];
        for (last, members, ok) in cases {
            let checked = with(leads, last, members);
            assert_eq!(checked.is_ok(), ok, "{last:?}, {members:?}: {checked:?}");
        }
        for vote in bad_votes(Vote::new_committed, Vote::new) {
            with(vote, id(8, 11), None).expect_err(&vote.to_string());
        }
    }

    #[test]
    fn an_answer_is_about_what_was_sent() {
        use AppendEntriesResponse as R;
        let sent = Vote::new_committed(7, US);
        let read = |prev, answer| {
            let read = here().appended(US, &sent, (prev, id(7, 12)), answer);
            read.ok()
        };
        let cases = [
            (id(7, 10), R::Success, true),
            (id(7, 10), R::PartialSuccess(id(7, 10)), true),
            (id(7, 10), R::PartialSuccess(id(7, 12)), true),
            (id(7, 10), R::PartialSuccess(id(7, 9)), false),
            (id(7, 10), R::PartialSuccess(id(7, 13)), false),
            (id(7, 10), R::PartialSuccess(None), false),
            (id(7, 10), R::Conflict, true),
            // There was nothing before it to differ.
            (None, R::Conflict, false),
        ];
        for (prev, answer, ok) in cases {
            let expected = ok.then(|| answer.clone());
            assert_eq!(read(prev, answer.clone()), expected, "{prev:?}, {answer:?}");
        }
        let votes = [
            // what it says, what is read of it
            (sent, Some(sent)),
            (Vote::new(8, THEM), Some(Vote::new(8, THEM))),
            (Vote::new(FAR, THEM), Some(Vote::new(FAR, THEM))),
            // It cannot know that.
            (Vote::new_committed(8, THEM), Some(Vote::new(8, THEM))),
            (Vote::new(6, US), Some(Vote::new(6, US))),
            // We would lead.
            (Vote::new(7, US), None),
            (Vote::new(8, US), None),
            (Vote::new_committed(8, US), None),
            (Vote::new(FAR + 1, THEM), None),
        ];
        for (said, vote) in votes {
            assert_eq!(
                read(None, R::HigherVote(said)),
                vote.map(R::HigherVote),
                "{said}"
            );
            let answer = VoteResponse::new(said, id(1, 5), true);
            let voted = here().voted(US, &sent, answer).ok();
            assert_eq!(voted.map(|voted| voted.vote), vote, "{said}");
        }
        for last in [id(8, 5), id(7, MAX_INDEX + 1)] {
            let answer = VoteResponse::new(Vote::new(7, THEM), last, true);
            here()
                .voted(US, &sent, answer)
                .expect_err("an entry that it cannot have");
        }
    }
}
