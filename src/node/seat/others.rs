//! What the other members have in their logs. They are asked before a leader's word
//! replaces something in ours: it may have been decided, and nobody has shown us that the
//! leader was elected.

use std::collections::{BTreeMap, BTreeSet};

use super::Seat;
use crate::{
    consensus::{History, LogId, Mark, NodeId, quorum::is_majority_of},
    net::Survey,
};

impl Seat {
    /// Whether a history up to an entry, which a leader wants to put in place of ours, is
    /// true, as far as we and the other members can tell; `None` if nobody else can.
    pub async fn confirms(&self, leader: NodeId, last: LogId, history: &History) -> Option<bool> {
        let mut marks = history.marks();
        if marks.any(|mark| self.node.agrees(mark) == Some(false)) {
            return Some(false);
        }
        let answers = self.ask_others(leader, history.last(), last).await;
        let mut told = answers
            .values()
            .filter_map(|survey| survey.agrees)
            .peekable();
        if told.peek().is_some() {
            return Some(told.all(|agrees| agrees));
        }
        // Who is behind, too, can tell nothing; but what most voters lack was not decided.
        // A later membership may have other voters: who knows it is not held up by this.
        let lacks = |id: &NodeId| match answers.get(id) {
            Some(survey) => survey.holds == Some(false),
            None => *id == self.node_id() && self.node.log().holds(last) == Some(false),
        };
        let stored = self.node.membership();
        (!is_majority_of(stored.membership(), |id| !lacks(id))).then_some(false)
    }

    /// Whether an entry here that a leader wants to put another in place of may have been
    /// decided: a voter has applied it, or most of them have it. So may what a leader left
    /// behind that is gone (Raft §5.4.2); then one of those voters is elected.
    pub async fn may_be_decided(&self, leader: NodeId, entry: LogId) -> bool {
        let answers = self.ask_others(leader, self.node.mark(), entry).await;
        let stored = self.node.membership();
        let voters: BTreeSet<NodeId> = stored.membership().voter_ids().collect();
        let has_it = |id: &NodeId| answers.get(id).is_some_and(|s| s.holds == Some(true));
        let has_applied = |id: &NodeId| has_it(id) && answers[id].applied.index >= entry.index;
        voters.iter().any(has_applied)
            || is_majority_of(stored.membership(), |id| {
                *id == self.node_id() || has_it(id)
            })
    }

    /// Asks all but a leader, at the same time, how they are.
    async fn ask_others(
        &self,
        leader: NodeId,
        mark: Mark,
        entry: LogId,
    ) -> BTreeMap<NodeId, Survey> {
        let stored = self.node.membership();
        let others = stored.nodes().map(|(id, member)| (*id, member.peer_id));
        let others = others.filter(|(id, _)| ![leader, self.node_id()].contains(id));
        let asked = others.map(|(id, peer)| {
            let client = self.client(id, peer);
            async move { Some((id, client.survey(false, mark, Some(entry)).await.ok()?)) }
        });
        let answers = futures::future::join_all(asked).await;
        answers.into_iter().flatten().collect()
    }
}
