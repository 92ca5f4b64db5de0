//! How many voters make a majority (Raft §5.2), and what follows from it.

use std::collections::BTreeSet;

use super::NodeId;

/// The smallest number of voters that is more than half of them.
///
/// No voters have no majority: the answer is 1, which nobody reaches.
///
/// ```
/// use dhangkanna::consensus::quorum::majority;
///
/// assert_eq!([majority(1), majority(3), majority(5)], [1, 2, 3]);
/// ```
pub const fn majority(voters: usize) -> usize {
    voters / 2 + 1
}

/// Whether so many of the voters are more than half of them.
pub const fn is_majority(some: usize, voters: usize) -> bool {
    some >= majority(voters)
}

/// Whether an acknowledged entry may be on none but the voters that are
/// missing: it is on a majority, so only if they are one themselves.
pub const fn may_lose(missing: usize, voters: usize) -> bool {
    is_majority(missing, voters)
}

/// Whether those of whom something is true are a majority of some voters.
pub fn is_majority_of(voters: &BTreeSet<NodeId>, is_one: impl Fn(&NodeId) -> bool) -> bool {
    is_majority(voters.iter().filter(|id| is_one(id)).count(), voters.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_majority_is_more_than_half() {
        let majorities = [1, 1, 2, 2, 3, 3, 4, 4];
        for (voters, most) in majorities.into_iter().enumerate() {
            assert_eq!(majority(voters), most, "of {voters}");
        }
        assert!(!is_majority(0, 0));
    }

    #[test]
    fn two_majorities_share_a_voter() {
        for voters in 1..10 {
            assert!(2 * majority(voters) > voters);
            assert!(2 * (majority(voters) - 1) <= voters);
        }
    }

    #[test]
    fn only_a_missing_majority_may_hold_what_nobody_else_does() {
        let table = [
            // missing, voters, may lose
            (0, 1, false),
            (1, 1, true),
            (1, 3, false),
            (2, 3, true),
            (3, 3, true),
            (2, 5, false),
            (3, 5, true),
        ];
        for (missing, voters, lost) in table {
            assert_eq!(may_lose(missing, voters), lost, "{missing} of {voters}");
        }
    }
}
