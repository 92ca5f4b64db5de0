//! Who should vote: a pure function of what the leader knows.
//!
//! One or two members present make one voter, three or four make three, five
//! or more make five. Never an even number: it would need as many for a
//! majority as the next odd one, with one more that can fail. All others are
//! learners, who play just the same.

use std::{collections::BTreeSet, time::Duration};

use super::api::Timing;
use crate::consensus::{NodeId, quorum};

/// How far, in entries, a learner may be behind and still be given a vote.
const MAX_LAG: u64 = 16;

/// The most recent acknowledgement that a next voter may have.
pub const FRESH: Duration = Duration::from_secs(1);

/// What the leader knows of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemberFacts {
    /// Which seat.
    pub id: NodeId,
    /// Whether it votes now.
    pub voter: bool,
    /// Time since it last acknowledged anything; zero for the leader itself.
    pub silent: Duration,
    /// Time since it joined, or came back.
    pub steady: Duration,
    /// Whether it was away since it joined.
    pub was_away: bool,
    /// Entries it does not have yet.
    pub lag: u64,
    /// Whether it has the newest membership: who votes knows whom to hear.
    pub knows_members: bool,
    /// Whether its player sits at the table: nobody else gets a vote.
    pub seated: bool,
    /// Whether its player was met before, or let in by the owner.
    pub known: bool,
}

/// The number of voters for so many members present.
///
/// ```
/// use dhangkanna::node::policy::voter_target;
///
/// let targets: Vec<usize> = (1..=6).map(voter_target).collect();
/// assert_eq!(targets, [1, 1, 3, 3, 5, 5]);
/// ```
pub fn voter_target(present: usize) -> usize {
    match present {
        0..=2 => 1,
        3..=4 => 3,
        _ => 5,
    }
}

/// The voters there should be instead of those there are; `None` if it is fine
/// as it is, or nothing can be done now. `leader` stays unless it is not among
/// the members, which means that it leaves.
pub fn next_voters(
    members: &[MemberFacts],
    leader: NodeId,
    timing: &Timing,
) -> Option<BTreeSet<NodeId>> {
    let current: BTreeSet<NodeId> = ids(members.iter().filter(|m| m.voter));
    let present: Vec<&MemberFacts> = members
        .iter()
        .filter(|m| m.silent < timing.absent)
        .collect();
    // Without a majority of the current voters nothing can be changed.
    let voting = present.iter().filter(|m| m.voter).count();
    if !quorum::is_majority(voting, current.len()) {
        return None;
    }
    let target = voter_target(present.len());
    let one_is_absent = voting < current.len();
    if !one_is_absent && current.len() == target {
        return None;
    }
    let mut able: Vec<&MemberFacts> = present
        .iter()
        .copied()
        .filter(|m| m.silent < FRESH && m.knows_members)
        .filter(|m| m.voter || may_be_promoted(m, timing))
        .collect();
    // The leader first, then those who vote already, then who is known, then who is
    // there longest.
    able.sort_by_key(|m| {
        let longest = std::cmp::Reverse(m.steady);
        (m.id != leader, !m.voter, !m.known, longest, m.id)
    });
    let able_to = target.min(largest_odd(able.len()));
    let next: BTreeSet<NodeId> = ids(able.into_iter().take(able_to));
    // A set that was to grow waits until it can.
    let grows = one_is_absent || target < current.len() || next.len() > current.len();
    (grows && !next.is_empty() && next != current).then_some(next)
}

/// The voters when one member leaves, which is no longer among `members`. It
/// goes at once: newcomers are taken without a trial if they keep up.
pub fn voters_after_leaving(
    members: &[MemberFacts],
    leader: NodeId,
    timing: &Timing,
) -> BTreeSet<NodeId> {
    let seated = members.iter().any(|m| m.seated);
    let mut present: Vec<&MemberFacts> = members
        .iter()
        .filter(|m| m.silent < timing.absent && (m.seated || !seated))
        .collect();
    let ready = |m: &MemberFacts| m.silent < FRESH && m.knows_members;
    // Who is silent may be gone, and the only vote with it.
    present.sort_by_key(|m| (m.id != leader, !m.voter, !ready(m), !m.known, m.lag, m.id));
    let target = voter_target(present.len()).min(largest_odd(present.len()));
    ids(present.into_iter().take(target))
}

/// The same when the leader keeps its seat, and hands over; none if most of them are
/// silent: they could decide nothing, and the others nothing without them.
pub fn voters_after_hand_over(
    members: &[MemberFacts],
    leader: NodeId,
    timing: &Timing,
) -> BTreeSet<NodeId> {
    let mut next = voters_after_leaving(members, leader, timing);
    let answer = members
        .iter()
        .filter(|m| m.silent < FRESH && next.contains(&m.id));
    if !quorum::is_majority(answer.count(), next.len()) {
        next.clear();
    }
    next
}

fn may_be_promoted(member: &MemberFacts, timing: &Timing) -> bool {
    let trial = if member.was_away {
        timing.promote_returned
    } else if member.known {
        timing.promote_new
    } else {
        timing.promote_stranger
    };
    member.seated && member.lag <= MAX_LAG && member.steady >= trial
}

fn largest_odd(n: usize) -> usize {
    if n.is_multiple_of(2) {
        n.saturating_sub(1)
    } else {
        n
    }
}

fn ids<'a>(members: impl Iterator<Item = &'a MemberFacts>) -> BTreeSet<NodeId> {
    members.map(|m| m.id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Members as a word each: the id, then flags. `v` votes, `n` joined just
    /// now, `r` returned just now, `l` lags, `m` lacks the newest membership, `s` is
    /// silent for two seconds, `a` is absent, `k` is known and joined two seconds ago,
    /// `x` is a stranger who did so, `u` never sat down.
    fn members(text: &str) -> Vec<MemberFacts> {
        text.split_whitespace()
            .map(|word| {
                let has = |flag| word.contains(flag);
                MemberFacts {
                    id: u64::from(word.as_bytes()[0] - b'0'),
                    voter: has('v'),
                    silent: Duration::from_secs(match () {
                        () if has('a') => 6,
                        () if has('s') => 2,
                        () => 0,
                    }),
                    steady: Duration::from_secs(match () {
                        () if has('n') => 0,
                        () if has('r') => 5,
                        () if has('k') || has('x') => 2,
                        () => 60,
                    }),
                    was_away: has('r'),
                    lag: if has('l') { 1000 } else { 0 },
                    knows_members: !has('m'),
                    seated: !has('u'),
                    known: has('k'),
                }
            })
            .collect()
    }

    fn show(voters: &BTreeSet<NodeId>) -> String {
        let words: Vec<_> = voters.iter().map(ToString::to_string).collect();
        words.join(" ")
    }

    #[test]
    fn the_leader_changes_voters_when_it_should() {
        let table = [
            // who is there (1 leads)      who should vote; "" for no change
            ("1v", ""),
            ("1v 2", ""),
            ("1v 2 3", "1 2 3"),
            ("1v 2 3n", ""),
            ("1v 2 3r", ""),
            ("1v 2 3l", ""),
            ("1v 2 3m", ""),
            ("1v 2 3k", "1 2 3"),
            ("1v 2 3x", ""),
            ("1v 2 3u", ""),
            ("1v 2 3 4k", "1 2 4"),
            ("1v 2v 3v 4 5m", ""),
            ("1v 2v 3vm 4 5", ""),
            ("1v 2v 3vl 4 5", "1 2 3 4 5"),
            ("1v 2v 3va 4m", "1"),
            ("1v 2 3s", ""),
            ("1v 2v 3v 4", ""),
            ("1v 2v 3v 4 5", "1 2 3 4 5"),
            ("1v 2v 3v 4 5n", ""),
            ("1v 2v 3v 4v 5v 6", ""),
            ("1v 2v 3va", "1"),
            ("1v 2v 3vs", ""),
            ("1v 2va 3va", ""),
            ("1v 2v 3va 4", "1 2 4"),
            ("1v 2v 3v 4va 5va", "1 2 3"),
            ("1v 2v 3va 4va 5va", ""),
            ("1v 2v 3v 4v 5va", "1 2 3"),
            ("1v 2v 3v 4v 5va 6", "1 2 3 4 6"),
            ("1v 2v", "1"),
            ("1v 2v 3vs 4 5", ""),
            ("1v 2v 3vs 4", ""),
        ];
        for (there, want) in table {
            let next = next_voters(&members(there), 1, &Timing::REAL);
            assert_eq!(next.as_ref().map(show).unwrap_or_default(), want, "{there}");
        }
    }

    #[test]
    fn those_who_stay_vote_when_one_leaves() {
        let table = [
            ("2", "2"),
            ("2 3n", "2"),
            ("2v 3v", "2"),
            ("2v 3v 4", "2 3 4"),
            ("2v 3v 4v 5v", "2 3 4"),
            ("2v 3v 4v 5v 6n", "2 3 4 5 6"),
            ("2va 3v", "3"),
            ("2vk 3v", "2"),
            ("2vks 3v", "3"),
            ("2vks 3vx", "3"),
            ("2vkm 3v", "3"),
            ("2vm 3", "2"),
            ("2ks 3", "3"),
            ("2 3k", "3"),
            ("2l 3", "3"),
            ("2m 3", "3"),
            ("2u 3 4k", "4"),
            ("2u 3", "3"),
            ("2u", "2"),
        ];
        check(voters_after_leaving, &table);
    }

    /// Applies a rule of who votes when the leader, 1, does not.
    fn check(
        rule: fn(&[MemberFacts], NodeId, &Timing) -> BTreeSet<NodeId>,
        table: &[(&str, &str)],
    ) {
        for (stay, want) in table {
            let next = rule(&members(stay), 1, &Timing::REAL);
            assert_eq!(show(&next), *want, "{stay}");
        }
    }

    #[test]
    fn those_who_answer_vote_when_the_leader_hands_over() {
        let table = [
            ("2", "2"),
            ("", ""),
            ("2s", ""),
            ("2vs 3vs", ""),
            ("2vs 3v", "3"),
            ("2vs 3v 4v", "2 3 4"),
            ("2vs 3vs 4v", ""),
            ("2vs 3vs 4v 5v 6", "2 3 4 5 6"),
        ];
        check(voters_after_hand_over, &table);
    }
}
