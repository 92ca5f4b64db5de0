//! Who votes, whatever the leader knows of its members: `node/policy.rs` has the
//! table of what is wanted, here is what must hold in any case.

use std::{collections::BTreeSet, time::Duration};

use dhangkanna::node::{
    Timing,
    policy::{MemberFacts, next_voters, voter_target, voters_after_leaving},
};
use proptest::{collection::vec, prelude::*};

/// The leader, in all that follows.
const LEADER: u64 = 0;

/// Times and lags on both sides of every limit of the policy.
fn facts() -> impl Strategy<Value = MemberFacts> {
    let millis = |upto: u64| (0..upto).prop_map(Duration::from_millis);
    (
        any::<(bool, bool, bool)>(),
        millis(8000),
        millis(15_000),
        0..40_u64,
    )
        .prop_map(
            |((voter, was_away, knows_members), silent, steady, lag)| MemberFacts {
                id: 0,
                voter,
                silent,
                steady,
                was_away,
                lag,
                knows_members,
                seated: true,
                known: was_away,
            },
        )
}

/// Up to ten members; the first one leads, so it votes and hears itself.
fn room() -> impl Strategy<Value = Vec<MemberFacts>> {
    vec(facts(), 1..10).prop_map(|mut members| {
        for (member, id) in members.iter_mut().zip(LEADER..) {
            member.id = id;
        }
        members[0].voter = true;
        members[0].silent = Duration::ZERO;
        members[0].lag = 0;
        members[0].knows_members = true;
        members
    })
}

fn ids(members: &[MemberFacts], is_it: impl Fn(&MemberFacts) -> bool) -> BTreeSet<u64> {
    let found = members.iter().filter(|member| is_it(member));
    found.map(|member| member.id).collect()
}

fn present(members: &[MemberFacts]) -> BTreeSet<u64> {
    ids(members, |member| member.silent < Timing::REAL.absent)
}

proptest! {
    #[test]
    fn new_voters_are_an_odd_number_of_present_members_and_the_leader(members in room()) {
        let present = present(&members);
        let voters = ids(&members, |member| member.voter);
        // A change is committed by a majority of the old voters, too.
        let reachable = voters.intersection(&present).count() * 2 > voters.len();
        if let Some(next) = next_voters(&members, LEADER, &Timing::REAL) {
            prop_assert!(reachable, "nobody could commit {next:?}");
            prop_assert_eq!(next.len() % 2, 1, "{:?}", next);
            prop_assert!(next.len() <= voter_target(present.len()), "{next:?}");
            prop_assert!(next.is_subset(&present), "{next:?} of {present:?}");
            prop_assert!(next.contains(&LEADER), "{next:?}");
            prop_assert_ne!(next, voters);
        }
    }

    #[test]
    fn one_change_of_the_voters_is_enough(members in room()) {
        if let Some(next) = next_voters(&members, LEADER, &Timing::REAL) {
            let mut changed = members;
            for member in &mut changed {
                member.voter = next.contains(&member.id);
            }
            prop_assert_eq!(next_voters(&changed, LEADER, &Timing::REAL), None);
        }
    }

    #[test]
    fn after_leaving_an_odd_number_of_those_present_votes(members in room()) {
        let stay = &members[1..];
        let present = present(stay);
        let next = voters_after_leaving(stay, LEADER, &Timing::REAL);
        prop_assert!(next.is_subset(&present), "{next:?} of {present:?}");
        prop_assert_eq!(next.is_empty(), present.is_empty());
        prop_assert!(next.is_empty() || next.len() % 2 == 1, "{next:?}");
        prop_assert!(next.len() <= voter_target(present.len()), "{next:?}");
    }
}
