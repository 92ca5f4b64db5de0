//! Changing who is a member and who votes: the leader's part.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{MutexGuard, PoisonError},
    time::Duration,
};

use openraft::{
    async_runtime::WatchReceiver as _,
    error::{ChangeMembershipError, ClientWriteError, RaftError},
    raft::Precondition,
};
use tokio::time::Instant;

use super::{Timing, handler, policy, policy::MemberFacts, seat::Seat};
use crate::{
    consensus::{Member, Membership, NodeId, Proposal, StoredMembership, TypeConfig},
    net::{Aside, MAX_MEMBERS, Refusal, Refused},
};

/// How often a change is tried while another one is under way.
const TRIES: u32 = 20;

/// The pause between two tries.
const PAUSE: Duration = Duration::from_millis(25);

/// What the leader remembers of its members between two looks. Lost with the
/// leadership: a new leader starts its own trial times.
#[derive(Debug, Default)]
pub(super) struct Watch {
    since: BTreeMap<NodeId, Steady>,
}

#[derive(Clone, Copy, Debug)]
struct Steady {
    /// When it was first looked at: it joined, or we became the leader.
    seen: Instant,
    since: Instant,
    was_away: bool,
}

/// Who shall be a member, and who of them shall vote.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Target {
    voters: BTreeSet<NodeId>,
    nodes: BTreeMap<NodeId, Member>,
}

impl Seat {
    /// Looks at the members and makes at most one change. For the leader; does
    /// nothing on others, or while another change is under way.
    pub(super) async fn tend_members(&self) {
        let Ok(_changing) = self.changing.try_lock() else {
            return;
        };
        if !self.leads() {
            *self.watch() = Watch::default();
            return;
        }
        let stored = self.membership();
        let facts = self.facts(&stored);
        self.contact.tell(Aside {
            away: facts
                .iter()
                .filter(|m| m.silent >= self.timing.away)
                .map(|m| m.id)
                .collect(),
            cut_off: !self.has_quorum(),
        });
        let configs = stored.membership().get_joint_config();
        let voters = match configs.as_slice() {
            // Another leader did not come to the end of its change.
            [_, next] => Some(next.clone()),
            _ => policy::next_voters(&facts, self.node_id, &self.timing),
        };
        let mut target = Target::of(&stored);
        let forgetful = self.contact.forgetful();
        if let Some(id) = forgetful.iter().find(|id| target.nodes.contains_key(id)) {
            tracing::warn!("{id} has lost entries that it held, and loses its seat");
            target.nodes.remove(id);
            target.voters = self.voters_without(&facts, &[*id]);
        } else if let Some(voters) = voters {
            tracing::info!("voters become {voters:?}");
            target.voters = voters;
        } else if let Some(gone) = facts
            .iter()
            .find(|m| !m.voter && m.silent >= self.timing.remove)
        {
            tracing::info!("{} was away too long and loses its seat", gone.id);
            target.nodes.remove(&gone.id);
        } else {
            return;
        }
        if let Err(e) = self.change(&stored, &target).await {
            tracing::debug!("the membership stays: {e}");
        }
    }

    /// Adds a seat, in place of an older one of the same player. Answers with
    /// the index of the entry that did.
    pub(super) async fn admit(
        &self,
        id: NodeId,
        member: Member,
        rules: u32,
    ) -> Result<u64, Refused> {
        let _changing = self.changing.lock().await;
        // Under the lock, and by what is not committed yet: the rules may just
        // be about to be raised.
        handler::must_know(rules, &self.state_of_whole_log())?;
        let stored = self.membership();
        let mut target = Target::of(&stored);
        if target.nodes.get(&id).map(|m| m.peer_id) == Some(member.peer_id) {
            // The answer to the first request was lost.
            return Ok(stored.log_id().map_or(0, |id| id.index()));
        }
        let old: Vec<NodeId> = target
            .nodes
            .iter()
            .filter(|(_, known)| known.peer_id == member.peer_id)
            .map(|(id, _)| *id)
            .collect();
        if target.nodes.len() - old.len() >= MAX_MEMBERS {
            return Err(Refusal::RoomFull.because(format!("all {MAX_MEMBERS} seats are taken")));
        }
        for old in &old {
            target.nodes.remove(old);
        }
        if old.iter().any(|old| target.voters.contains(old)) {
            let facts = self.facts(&stored);
            target.voters = self.voters_without(&facts, &old);
        }
        target.nodes.insert(id, member);
        self.change(&stored, &target).await
    }

    /// Removes a seat that leaves, and names the voters of those who stay.
    pub(super) async fn dismiss(&self, id: NodeId) -> Result<(), Refused> {
        let _changing = self.changing.lock().await;
        let stored = self.membership();
        let mut target = Target::of(&stored);
        if target.nodes.remove(&id).is_none() {
            return Ok(());
        }
        let facts = self.facts(&stored);
        target.voters = self.voters_without(&facts, &[id]);
        self.change(&stored, &target).await.map(drop)
    }

    /// Names voters among the others, and so hands the leadership over: a
    /// leader without a vote steps down for a voter that is up to date. The
    /// seat stays. Does nothing on others, or where nobody else is present.
    pub(super) async fn give_up_vote(&self) -> Result<(), Refused> {
        let _changing = self.changing.lock().await;
        if !self.leads() {
            return Ok(());
        }
        let stored = self.membership();
        let mut target = Target::of(&stored);
        target.voters = self.voters_without(&self.facts(&stored), &[self.node_id]);
        if target.voters.is_empty() {
            return Ok(());
        }
        self.change(&stored, &target).await.map(drop)
    }

    /// What the leader knows of the members, itself included.
    pub(super) fn member_facts(&self) -> Vec<MemberFacts> {
        self.facts(&self.membership())
    }

    fn voters_without(&self, facts: &[MemberFacts], gone: &[NodeId]) -> BTreeSet<NodeId> {
        let stay: Vec<MemberFacts> = facts
            .iter()
            .filter(|m| !gone.contains(&m.id))
            .copied()
            .collect();
        policy::voters_after_leaving(&stay, self.node_id, &self.timing)
    }

    fn watch(&self) -> MutexGuard<'_, Watch> {
        self.watch.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn facts(&self, stored: &StoredMembership) -> Vec<MemberFacts> {
        let now = Instant::now();
        let mut watch = self.watch();
        let metrics = self.raft.metrics();
        let metrics = metrics.borrow_watched();
        let last = metrics.last_log_index.unwrap_or(0);
        let voters: BTreeSet<NodeId> = stored.voter_ids().collect();
        watch
            .since
            .retain(|id, _| stored.membership().get_node(id).is_some());
        stored
            .nodes()
            .map(|(id, _)| {
                let is_me = *id == self.node_id;
                let acked = metrics.heartbeat.as_ref().and_then(|acks| acks.get(id));
                let silent = match acked {
                    _ if is_me => Duration::ZERO,
                    Some(Some(at)) => openraft::Instant::elapsed(&**at),
                    // Not heard of since it joined, or since we lead.
                    _ => watch.seen_for(*id, now),
                };
                let steady = watch.steady(*id, silent, now, &self.timing);
                let matched = metrics
                    .replication
                    .as_ref()
                    .and_then(|r| r.get(id).copied().flatten())
                    .map_or(0, |log_id| log_id.index());
                MemberFacts {
                    id: *id,
                    voter: voters.contains(id),
                    silent,
                    steady: now.duration_since(steady.since),
                    was_away: steady.was_away,
                    lag: if is_me {
                        0
                    } else {
                        last.saturating_sub(matched)
                    },
                }
            })
            .collect()
    }

    /// Appends what leads from a membership to the target: one entry, or two
    /// if the voters change (Raft §6). Answers with the index of the last.
    ///
    /// The target was made from `current`; if another leader has changed the
    /// membership since, it is not forced upon that.
    async fn change(&self, current: &StoredMembership, target: &Target) -> Result<u64, Refused> {
        let mut current = current.clone();
        let mut tries = TRIES;
        loop {
            let next = target.step_from(&current);
            let precondition = Precondition::LastMembershipLogId {
                last_membership_log_id: *current.log_id(),
            };
            let appended = self
                .raft
                .append_membership(next.clone(), blank(), [precondition])
                .await;
            match appended {
                Ok(done) if target.is_reached_by(&next) => return Ok(done.log_id.index()),
                Ok(done) => current = StoredMembership::new(Some(done.log_id), next),
                Err(e) if tries > 0 && is_passing(&e) => {
                    tries -= 1;
                    tokio::time::sleep(PAUSE).await;
                }
                Err(e) => {
                    return Err(match e.into_api_error() {
                        Some(ClientWriteError::ForwardToLeader(_)) => self.not_leader(),
                        Some(e) => Refusal::Busy.because(e.to_string()),
                        None => Refusal::NoQuorum.because("the leader has stopped"),
                    });
                }
            }
        }
    }
}

impl Target {
    fn of(stored: &StoredMembership) -> Self {
        let configs = stored.membership().get_joint_config();
        Self {
            voters: configs.last().cloned().unwrap_or_default(),
            nodes: stored.nodes().map(|(id, m)| (*id, m.clone())).collect(),
        }
    }

    fn is_reached_by(&self, membership: &Membership) -> bool {
        membership.get_joint_config().as_slice() == [self.voters.clone()]
            && membership.nodes().eq(self.nodes.iter())
    }

    /// The membership to append next.
    fn step_from(&self, stored: &StoredMembership) -> Membership {
        let configs = stored.membership().get_joint_config();
        let (configs, nodes) = match configs.as_slice() {
            [current] if *current != self.voters => {
                let mut nodes = self.nodes.clone();
                // Who still votes in the old set is a member until then.
                nodes.extend(stored.nodes().map(|(id, m)| (*id, m.clone())));
                (vec![current.clone(), self.voters.clone()], nodes)
            }
            // Another change is half done; it must be ended first.
            [_, next] if *next != self.voters => (
                vec![next.clone()],
                stored.nodes().map(|(id, m)| (*id, m.clone())).collect(),
            ),
            _ => (vec![self.voters.clone()], self.nodes.clone()),
        };
        // Voters are always taken from the nodes, so this cannot fail; if it
        // did, openraft would refuse the empty membership.
        Membership::new(configs, nodes).unwrap_or_default()
    }
}

impl Watch {
    /// How long a member has been looked at.
    fn seen_for(&mut self, id: NodeId, now: Instant) -> Duration {
        now.duration_since(self.entry(id, now).seen)
    }

    fn steady(&mut self, id: NodeId, silent: Duration, now: Instant, timing: &Timing) -> Steady {
        let steady = self.entry(id, now);
        if silent >= timing.away {
            steady.since = now;
            steady.was_away = true;
        }
        *steady
    }

    fn entry(&mut self, id: NodeId, now: Instant) -> &mut Steady {
        self.since.entry(id).or_insert(Steady {
            seen: now,
            since: now,
            was_away: false,
        })
    }
}

fn blank() -> openraft::EntryPayload<Proposal, NodeId, Member> {
    openraft::EntryPayload::Blank
}

/// Whether a change may succeed a moment later: the entry before it is not
/// committed yet.
fn is_passing(error: &RaftError<TypeConfig, ClientWriteError<TypeConfig>>) -> bool {
    matches!(
        error.api_error(),
        Some(ClientWriteError::ChangeMembershipError(
            ChangeMembershipError::InProgress(_) | ChangeMembershipError::UncommittedLeaderLog(_)
        ))
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{consensus::log_id, game::PeerId};

    fn nodes(ids: &[NodeId]) -> BTreeMap<NodeId, Member> {
        let member = |id: NodeId| Member {
            peer_id: PeerId::new([id as u8; 32]),
            addrs: Vec::new(),
        };
        ids.iter().map(|id| (*id, member(*id))).collect()
    }

    fn set(ids: &[NodeId]) -> BTreeSet<NodeId> {
        ids.iter().copied().collect()
    }

    /// The voters of each step to a target, and the members after the last.
    fn steps(from: &[&[NodeId]], members: &[NodeId], voters: &[NodeId], stay: &[NodeId]) -> String {
        let configs = from.iter().map(|ids| set(ids)).collect();
        let membership = Membership::new(configs, nodes(members)).expect("a membership");
        let mut current = StoredMembership::new(Some(log_id(1, 1)), membership);
        let target = Target {
            voters: set(voters),
            nodes: nodes(stay),
        };
        let mut text = String::new();
        for index in 2..10 {
            let next = target.step_from(&current);
            text.push_str(&format!("{:?} ", next.get_joint_config()));
            if target.is_reached_by(&next) {
                let members: Vec<NodeId> = next.nodes().map(|(id, _)| *id).collect();
                return format!("{text}-> {members:?}");
            }
            current = StoredMembership::new(Some(log_id(1, index)), next);
        }
        panic!("no end: {text}");
    }

    #[test]
    fn every_change_ends_at_its_target() {
        // Only a member more or less: one entry.
        assert_eq!(steps(&[&[1]], &[1], &[1], &[1, 2]), "[{1}] -> [1, 2]");
        assert_eq!(steps(&[&[1]], &[1, 2], &[1], &[1]), "[{1}] -> [1]");
        // Other voters: two, and who goes stays until the second.
        assert_eq!(
            steps(&[&[1]], &[1, 2, 3], &[1, 2, 3], &[1, 2, 3]),
            "[{1}, {1, 2, 3}] [{1, 2, 3}] -> [1, 2, 3]"
        );
        assert_eq!(
            steps(&[&[1, 2, 3]], &[1, 2, 3], &[2], &[2, 3]),
            "[{1, 2, 3}, {2}] [{2}] -> [2, 3]"
        );
        // Another leader's change is half done: ended first, then ours is made.
        assert_eq!(
            steps(&[&[1, 2, 3], &[1]], &[1, 2, 3], &[2], &[2, 3]),
            "[{1}] [{1}, {2}] [{2}] -> [2, 3]"
        );
        assert_eq!(
            steps(&[&[1, 2, 3], &[1]], &[1, 2, 3], &[1], &[1, 2, 3, 4]),
            "[{1}] -> [1, 2, 3, 4]"
        );
        assert_eq!(
            steps(&[&[1, 2, 3], &[1]], &[1, 2, 3], &[1], &[1, 2, 3]),
            "[{1}] -> [1, 2, 3]"
        );
    }
}
