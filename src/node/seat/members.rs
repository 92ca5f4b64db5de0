//! What a leader knows of its members: who answers, since when, and how far
//! they are.

use std::{collections::BTreeSet, time::Duration};

use tokio::time::Instant;

use super::Seat;
use crate::{
    consensus::{NodeId, StoredMembership},
    node::policy::MemberFacts,
};

impl Seat {
    /// What the leader knows of the members, itself included.
    pub fn member_facts(&self) -> Vec<MemberFacts> {
        self.facts_of(&self.node.membership())
    }

    /// The same, of a membership.
    pub fn facts_of(&self, stored: &StoredMembership) -> Vec<MemberFacts> {
        let now = Instant::now();
        let progress = self.node.progress();
        let voters: BTreeSet<NodeId> = stored.voter_ids().collect();
        let mut trials = self.lead.trials.lock();
        trials.retain(|id| stored.membership().get_node(&id).is_some());
        let facts = stored.nodes().map(|(id, _)| {
            let is_me = *id == self.node_id();
            let silent = match progress.since_answer.get(id) {
                _ if is_me => Duration::ZERO,
                Some(since) => *since,
                // Not heard of since it joined, or since we lead.
                None => trials.seen_for(*id, now),
            };
            let trial = trials.look(*id, silent, now, &self.timing);
            let matched = progress.matched.get(id).copied().unwrap_or(0);
            MemberFacts {
                id: *id,
                voter: voters.contains(id),
                silent,
                steady: now.duration_since(trial.since),
                was_away: trial.was_away,
                lag: if is_me {
                    0
                } else {
                    progress.last_log.saturating_sub(matched)
                },
            }
        });
        facts.collect()
    }
}
