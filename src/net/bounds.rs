//! What Raft's calls and their answers may say, by who makes them and what is known
//! here. openraft believes all that it is handed, down to assertions; so what a
//! correct member would never say does not get that far.

use openraft::{EntryPayload, entry::RaftEntry as _};

use super::codec::{
    AppendEntriesRequest, AppendEntriesResponse, TransferLeaderRequest, VoteRequest, VoteResponse,
};
use crate::consensus::{
    LogId, NodeId, Proposal, Snapshot, Vote,
    codec::{DecodeError, Decoded},
};

/// How far ahead of ours a term may be: an election takes at least a quarter of a
/// second, so a room that elects without end for two days is still followed.
const MAX_TERM_STEP: u64 = 1_000_000;

/// How far ahead of ours that may be of which two others have entries, as they say: who
/// has slept catches up in a few such steps, and two that lie cannot end a room's counting.
const MAX_TERM_OF_OTHERS: u64 = 16 * MAX_TERM_STEP;

/// The greatest term: far beyond any room, far below where counting ends.
const MAX_TERM: u64 = 1 << 60;

/// How many entries may be here that are not applied: openraft keeps them in memory, and
/// they are on disk.
const MAX_AHEAD: u64 = 10_000;

/// Up to which index a room may begin with the game of another one: that is the largest
/// entry by far, and has no effect later.
const MAX_GENESIS: u64 = 16;

/// The greatest index: far beyond any game, far below where counting ends.
const MAX_INDEX: u64 = 1 << 60;

/// What is known at the seat that is called, or calls.
#[derive(Clone, Copy, Debug)]
pub(super) struct Here {
    /// The newest vote.
    pub(super) vote: Vote,
    /// The newest term of which others have entries, as two of them said.
    pub(super) others: u64,
    /// The newest entry that is applied; `None` if there is none.
    pub(super) applied: Option<LogId>,
    /// The newest membership in the log.
    pub(super) membership: Option<LogId>,
}

impl Here {
    /// The greatest term that is believed.
    fn max_term(&self) -> u64 {
        let ours = self.vote.leader_id.term;
        // A new seat knows nothing yet, and has nothing to lose.
        if ours == 0 {
            return MAX_TERM;
        }
        let of_others = ours.saturating_add(MAX_TERM_OF_OTHERS);
        let newest = ours.max(self.others.min(of_others));
        newest.saturating_add(MAX_TERM_STEP).min(MAX_TERM)
    }

    fn check_term(&self, vote: &Vote) -> Decoded<()> {
        valid(vote.leader_id.term <= self.max_term(), "term")
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
            let begins = matches!(entry.payload, EntryPayload::Normal(Proposal::Genesis(_)));
            valid(!begins || id.index <= MAX_GENESIS, "genesis")?;
            last = Some(id);
        }
        let most = index(self.applied).unwrap_or(0).saturating_add(MAX_AHEAD);
        valid(
            call.entries.is_empty() || index(last) <= Some(most),
            "index",
        )?;
        self.check_memberships(call)?;
        check_log_id(call.leader_commit, &call.vote)
    }

    /// Whether a leader's call puts nothing in the place of what is decided: `ours` is the
    /// first entry in the log here that it would, `membership` the newest decided one.
    pub(super) fn keeps_decided(
        &self,
        call: &AppendEntriesRequest,
        ours: Option<LogId>,
        membership: Option<LogId>,
    ) -> bool {
        // By the index alone: a later term makes no entry a later one.
        let decided = index(self.applied).max(index(membership));
        let is_kept = ours.is_none_or(|ours| Some(ours.index) > decided);
        // Of what is not in the log any more the terms tell.
        is_kept && log_ids(call).all(|id| self.is_in_order(id))
    }

    /// Whether an entry can be of the log that is applied here: it has no later term than
    /// what was applied after it, and no earlier one than what was applied before.
    fn is_in_order(&self, id: LogId) -> bool {
        self.applied.is_none_or(|applied| match id.index {
            index if index < applied.index => term(id) <= term(applied),
            index if index > applied.index => term(id) >= term(applied),
            _ => id == applied,
        })
    }

    /// A leader appends a membership when the one before is decided (Raft's dissertation,
    /// 4.1). openraft takes that one for decided then, and stops for good if another leader
    /// does not have it. What a leader has from those before it may be decided, and it does
    /// not know that yet.
    fn check_memberships(&self, call: &AppendEntriesRequest) -> Decoded<()> {
        let decided = index(call.leader_commit).max(index(self.applied));
        let stays = |at: &u64| Some(*at) <= index(call.prev_log_id);
        let mut before = index(self.membership).filter(stays);
        for entry in &call.entries {
            if entry.get_membership().is_some() {
                let is_own = term(entry.log_id) == call.vote.leader_id.term;
                valid(!is_own || before <= decided, "membership")?;
                before = Some(entry.log_id.index);
            }
        }
        Ok(())
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

    /// Checks a leader's snapshot for the seat `me`.
    pub(super) fn check_snapshot(
        &self,
        me: NodeId,
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
        // What a new seat gets may be from before it was added.
        let members = snapshot.meta.last_membership.membership();
        let has_us = self.applied.is_none() || members.get_node(&me).is_some();
        valid(has_us, "snapshot")
    }

    /// The answer to a leader's entries `sent`, which were after `prev`.
    pub(super) fn appended(
        &self,
        me: NodeId,
        vote: &Vote,
        (prev, sent): (Option<LogId>, &[LogId]),
        answer: AppendEntriesResponse,
    ) -> Decoded<AppendEntriesResponse> {
        match answer {
            AppendEntriesResponse::Success => {}
            AppendEntriesResponse::PartialSuccess(held) => {
                let is_sent = held.is_some_and(|held| sent.contains(&held));
                valid(held == prev || is_sent, "answer")?;
            }
            AppendEntriesResponse::Conflict => valid(prev.is_some(), "answer")?,
            AppendEntriesResponse::HigherVote(higher) => {
                let higher = self.answered_vote(me, vote, higher)?;
                return Ok(AppendEntriesResponse::HigherVote(higher));
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
        check_log_id(answer.last_log_id, &answer.vote)?;
        answer.vote = self.answered_vote(me, sent, answer.vote)?;
        let most = answer.vote.leader_id.term;
        answer.last_log_id = answer.last_log_id.filter(|last| term(*last) <= most);
        Ok(answer)
    }

    /// A vote that somebody answers with: what it says was elected it cannot know to
    /// be so. One for ourselves that we did not send would make us a leader whom
    /// nobody elected. Towards one that is far ahead we go in steps: who was led astray
    /// could not be elected with us otherwise, nor we with it.
    pub(super) fn answered_vote(&self, me: NodeId, sent: &Vote, vote: Vote) -> Decoded<Vote> {
        if vote == *sent {
            return Ok(vote);
        }
        let (term, node) = (vote.leader_id.term, vote.leader_id.voted_for);
        let term = term.min(self.max_term());
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

/// Those of a leader's entries, after that of the one before them.
pub(super) fn log_ids(call: &AppendEntriesRequest) -> impl Iterator<Item = LogId> {
    let entries = call.entries.iter().map(|entry| entry.log_id);
    call.prev_log_id.into_iter().chain(entries)
}

fn index(id: Option<LogId>) -> Option<u64> {
    id.map(|id| id.index)
}

/// An entry that is in the log of somebody who has this vote.
fn check_log_id(id: Option<LogId>, vote: &Vote) -> Decoded<()> {
    let Some(id) = id else { return Ok(()) };
    valid(id.index <= MAX_INDEX, "index")?;
    valid(term(id) <= vote.leader_id.term, "term")
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::{
        consensus::{
            ClusterId, Entry, Genesis, Member, Membership, RoomState, SnapshotMeta,
            StoredMembership, log_id,
        },
        keys::PublicKey,
    };

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
            others: 0,
            applied: id(6, 10),
            membership: id(6, 12),
        }
    }

    #[test]
    fn what_is_decided_is_kept() {
        let here = Here {
            applied: id(5, 10),
            ..here()
        };
        // What comes; what is here in its place, if it is not purged; and whether all
        // that is decided, to the membership at 12, is kept.
        let cases = [
            (id(5, 9), None, true),
            (id(6, 9), None, false),
            (id(5, 10), None, true),
            (id(4, 10), None, false),
            (id(6, 10), None, false),
            (id(5, 11), None, true),
            (id(4, 11), None, false),
            (id(5, 9), id(4, 9), false),
            (id(6, 12), id(5, 12), false),
            (id(6, 13), id(5, 13), true),
        ];
        for (comes, ours, want) in cases {
            let comes = comes.expect("an id");
            let call = |prev_log_id, entries| AppendEntriesRequest {
                vote: Vote::new_committed(8, THEM),
                prev_log_id,
                entries,
                leader_commit: None,
            };
            for call in [
                call(Some(comes), Vec::new()),
                call(None, vec![Entry::new_blank(comes)]),
            ] {
                let is_kept = here.keeps_decided(&call, ours, id(5, 12));
                assert_eq!(is_kept, want, "{call:?} {ours:?}");
            }
        }
    }

    #[test]
    fn another_rooms_game_stands_at_the_beginning() {
        let genesis = |at| {
            let genesis = Genesis {
                parent: ClusterId::new([1; 16]),
                state: RoomState::default(),
            };
            let id = log_id(1, at);
            let entry = Entry::new_normal(id, Proposal::Genesis(Box::new(genesis)));
            let call = AppendEntriesRequest {
                vote: Vote::new_committed(8, THEM),
                prev_log_id: Some(log_id(1, at - 1)),
                entries: vec![entry],
                leader_commit: None,
            };
            here().check_append(&call, THEM).is_ok()
        };
        assert!(genesis(2) && genesis(MAX_GENESIS) && !genesis(MAX_GENESIS + 1));
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
            (
                "much",
                id(8, 10_008),
                &[(8, 10_009), (8, 10_010)],
                None,
                true,
            ),
            (
                "too much",
                id(8, 10_009),
                &[(8, 10_010), (8, 10_011)],
                None,
                false,
            ),
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
    fn a_membership_is_appended_after_the_one_before_was_decided() {
        let leads = Vote::new_committed(8, THEM);
        let membership = |index| Entry::new_membership(log_id(8, index), Membership::default());
        let earlier = |index| Entry::new_membership(log_id(7, index), Membership::default());
        let append = |prev: u64, entries: Vec<Entry>, commit: u64| AppendEntriesRequest {
            vote: leads,
            prev_log_id: id(7, prev),
            entries,
            leader_commit: id(7, commit),
        };
        let blank = |index| Entry::new_blank(log_id(8, index));
        let cases = [
            // That at 12 is here, and 10 is applied.
            (append(12, vec![membership(13)], 12), true),
            (append(12, vec![membership(13)], 11), false),
            (append(12, vec![blank(13), membership(14)], 11), false),
            // It is replaced.
            (append(11, vec![membership(12)], 11), true),
            (append(11, vec![blank(12), membership(13)], 11), true),
            (append(11, vec![membership(12), membership(13)], 11), false),
            (append(11, vec![membership(12), membership(13)], 12), true),
            // It has them from who led before.
            (append(11, vec![earlier(12), earlier(13)], 11), true),
            (append(11, vec![earlier(12), membership(13)], 11), false),
        ];
        for (n, (call, ok)) in cases.into_iter().enumerate() {
            let checked = here().check_append(&call, THEM);
            assert_eq!(checked.is_ok(), ok, "case {n}: {checked:?}");
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
        let key = PublicKey::try_from(&[1; 65][..]).expect("65 bytes");
        let us = BTreeMap::from([(US, Member::new(key, None, Vec::new()))]);
        let membership = Membership::new(vec![BTreeSet::from([US])], us).expect("a membership");
        let with = |vote, last, members| {
            let meta = SnapshotMeta {
                last_log_id: last,
                last_membership: StoredMembership::new(members, membership.clone()),
            };
            let snapshot = Snapshot {
                meta,
                snapshot: Vec::new(),
            };
            here().check_snapshot(US, &vote, &snapshot, THEM)
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
        ];
        for (last, members, ok) in cases {
            let checked = with(leads, last, members);
            assert_eq!(checked.is_ok(), ok, "{last:?}, {members:?}: {checked:?}");
        }
        for vote in bad_votes(Vote::new_committed, Vote::new) {
            with(vote, id(8, 11), None).expect_err(&vote.to_string());
        }
        // One that we are not in; a new seat's may be from before it was added.
        let meta = SnapshotMeta {
            last_log_id: id(8, 11),
            last_membership: StoredMembership::default(),
        };
        let snapshot = Snapshot {
            meta,
            snapshot: Vec::new(),
        };
        let new = Here {
            applied: None,
            ..here()
        };
        for (here, ok) in [(here(), false), (new, true)] {
            let checked = here.check_snapshot(US, &leads, &snapshot, THEM);
            assert_eq!(checked.is_ok(), ok, "{here:?}");
        }
    }

    #[test]
    fn a_term_is_near_ours_or_that_of_two_others() {
        let with = |ours, others, theirs| {
            let here = Here {
                vote: Vote::new(ours, US),
                others,
                ..here()
            };
            here.check_term(&Vote::new(theirs, THEM)).is_ok()
        };
        let cases = [
            // ours, that of two others, theirs
            (7, 0, FAR, true),
            (7, 0, FAR + 1, false),
            // Who slept meanwhile.
            (7, 5 * FAR, 5 * FAR + 1, true),
            (7, 5 * FAR, 5 * FAR + MAX_TERM_STEP + 1, false),
            (7, MAX_TERM, 7 + MAX_TERM_OF_OTHERS + MAX_TERM_STEP, true),
            (7, MAX_TERM, 8 + MAX_TERM_OF_OTHERS + MAX_TERM_STEP, false),
            // Who is new.
            (0, 0, 5 * FAR, true),
            (0, 0, MAX_TERM, true),
            (0, 0, MAX_TERM + 1, false),
            (MAX_TERM, 0, MAX_TERM + 1, false),
        ];
        for (ours, others, theirs, ok) in cases {
            assert_eq!(with(ours, others, theirs), ok, "{ours} {others} {theirs}");
        }
    }

    #[test]
    fn an_answer_is_about_what_was_sent() {
        use AppendEntriesResponse as R;
        let sent = Vote::new_committed(7, US);
        let read = |prev, answer| {
            let ids = [(6, 11), (7, 12)].map(|(term, index)| log_id(term, index));
            let read = here().appended(US, &sent, (prev, &ids), answer);
            read.ok()
        };
        let cases = [
            (id(7, 10), R::Success, true),
            (id(5, 10), R::PartialSuccess(id(5, 10)), true),
            (id(5, 10), R::PartialSuccess(id(6, 11)), true),
            (id(5, 10), R::PartialSuccess(id(7, 12)), true),
            (None, R::PartialSuccess(None), true),
            (id(5, 10), R::PartialSuccess(id(5, 9)), false),
            (id(5, 10), R::PartialSuccess(id(7, 13)), false),
            (id(5, 10), R::PartialSuccess(None), false),
            // Between them by its term, and nowhere.
            (id(5, 10), R::PartialSuccess(id(5, u64::MAX)), false),
            (None, R::PartialSuccess(id(6, u64::MAX)), false),
            (id(5, 10), R::PartialSuccess(id(6, 12)), false),
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
            (Vote::new(FAR + 1, THEM), Some(Vote::new(FAR, THEM))),
            (Vote::new(u64::MAX, THEM), Some(Vote::new(FAR, THEM))),
            (Vote::new(u64::MAX, US), None),
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
