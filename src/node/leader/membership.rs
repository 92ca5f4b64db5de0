//! Changing who is a member and who votes: the leader's part.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use crate::{
    consensus::{
        Holder, MAX_MEMBERS, Member, Membership, NodeError, NodeId, RoomState, StoredMembership,
        Ticket,
    },
    net::{LeaderStatus, Newcomer, Refusal, Refused},
    node::{
        policy::{self, MemberFacts},
        seat::Seat,
    },
};

/// How often a change is tried while another one is under way.
const TRIES: u32 = 20;

/// How long a member has to sit down to play.
const SIT_DOWN: Duration = Duration::from_secs(5);

/// The pause between two tries.
const PAUSE: Duration = Duration::from_millis(25);

/// Who shall be a member, and who of them shall vote.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Target {
    voters: BTreeSet<NodeId>,
    nodes: BTreeMap<NodeId, Member>,
}

/// Looks at the members and makes at most one change. For the leader; does
/// nothing on others, or while another change is under way.
pub async fn tend(seat: &Seat) {
    let Ok(_changing) = seat.lead.changing.try_lock() else {
        return;
    };
    if !seat.node.is_leader() {
        seat.lead.trials.lock().clear();
        return;
    }
    let stored = seat.node.membership();
    let facts = seat.facts_of(&stored);
    seat.contact.tell(LeaderStatus {
        away: facts
            .iter()
            .filter(|m| m.silent >= seat.timing.away)
            .map(|m| m.id)
            .collect(),
        cut_off: !seat.has_quorum(),
    });
    let configs = stored.membership().get_joint_config();
    let voters = match configs.as_slice() {
        // Another leader did not come to the end of its change.
        [_, next] => Some(next.clone()),
        _ => policy::next_voters(&facts, seat.node_id(), &seat.timing),
    };
    let mut target = Target::of(&stored);
    let lost_log = seat.contact.members_with_lost_log();
    if let Some(id) = lost_log.iter().find(|id| target.nodes.contains_key(id)) {
        tracing::warn!(
            "{id} has lost entries that it held, or follows somebody else; it loses its seat"
        );
        target.nodes.remove(id);
        target.voters = voters_without(seat, &facts, &[*id]);
    } else if let Some(id) = who_never_sat_down(seat, &facts) {
        tracing::info!("{id} has not sat down, and loses its seat");
        target.nodes.remove(&id);
        target.voters = voters_without(seat, &facts, &[id]);
    } else if let Some(voters) = voters {
        tracing::info!("voters become {voters:?}");
        target.voters = voters;
    } else if let Some(gone) = facts
        .iter()
        .find(|m| !m.voter && m.silent >= seat.timing.remove)
    {
        tracing::info!("{} was away too long and loses its seat", gone.id);
        target.nodes.remove(&gone.id);
    } else {
        return;
    }
    if let Err(e) = change(seat, &stored, &target).await {
        tracing::debug!("the membership stays: {e}");
    }
}

/// A member whose player does not play: its seat is somebody else's to take.
fn who_never_sat_down(seat: &Seat, facts: &[MemberFacts]) -> Option<NodeId> {
    let trials = seat.lead.trials.lock();
    let since = |id| {
        let trial = trials.get(&id);
        trial.map_or(Duration::ZERO, |trial| trial.seen.elapsed())
    };
    let mut unseated = facts.iter().filter(|m| !m.seated);
    let late = unseated.find(|m| since(m.id) >= SIT_DOWN);
    late.map(|m| m.id)
}

/// Adds a seat, in place of an older one of the same player, if they may still
/// come when it is their turn. Answers with the index of the entry that did.
pub async fn admit(
    seat: &Seat,
    newcomer: Newcomer,
    may_enter: impl Fn() -> Result<(), Refused>,
) -> Result<u64, Refused> {
    let _changing = seat.lead.changing.lock().await;
    may_enter()?;
    // Under the lock, and by what is not committed yet: the rules may just
    // be about to be raised.
    must_know_rules(newcomer.rules, &seat.node.state_of_whole_log())?;
    let mut stored = seat.node.membership();
    if stored.membership().get_joint_config().len() > 1 {
        // A ticket names the membership that the seat is added to.
        change(seat, &stored, &Target::of(&stored)).await?;
        stored = seat.node.membership();
    }
    let mut target = Target::of(&stored);
    let (id, peer) = (newcomer.node_id, newcomer.key.peer_id());
    match target.nodes.get(&id) {
        // The answer to the first request was lost.
        Some(known) if known.peer_id == peer => {
            return Ok(stored.log_id().map_or(0, |id| id.index()));
        }
        Some(_) => return Err(Refusal::NotAMember.because("that is another player's seat")),
        // Those who slept would take it for the one before.
        None if id == 0 || seat.node.log().member(id).is_some() => {
            return Err(Refusal::NotAMember.because("that was another player's seat"));
        }
        None => {}
    }
    let old: Vec<NodeId> = target
        .nodes
        .iter()
        .filter(|(_, known)| known.peer_id == peer)
        .map(|(id, _)| *id)
        .collect();
    if target.nodes.len() - old.len() >= MAX_MEMBERS {
        return Err(Refusal::RoomFull.because(format!("all {MAX_MEMBERS} seats are taken")));
    }
    for old in &old {
        target.nodes.remove(old);
    }
    if old.iter().any(|old| target.voters.contains(old)) {
        target.voters = voters_without(seat, &seat.facts_of(&stored), &old);
    }
    target.nodes.insert(id, let_in(seat, newcomer, &stored));
    change(seat, &stored, &target).await
}

/// A newcomer as a member, with a ticket from this seat.
fn let_in(seat: &Seat, newcomer: Newcomer, stored: &StoredMembership) -> Member {
    let own_path = seat.credentials.path();
    let path = own_path.and_then(|path| {
        let path = path.short();
        let holder = Holder {
            seat: newcomer.node_id,
            key: newcomer.key,
        };
        let (cluster, base) = (seat.cluster_id, stored.log_id().map_or(0, |id| id.index()));
        let statement = Ticket::statement(cluster, holder, base, path.holder());
        path.extended_by(Ticket {
            holder,
            base,
            signature: seat.identity.key().sign(&statement),
        })
    });
    Member::new(newcomer.key, path, newcomer.addrs)
}

/// Refuses a program that cannot play by the rules of the room.
pub fn must_know_rules(rules: u32, state: &RoomState) -> Result<(), Refused> {
    let needed = state.game().table().rules;
    if rules >= needed {
        return Ok(());
    }
    Err(Refusal::Version.because(format!(
        "that room needs rules version {needed}; install dhangkanna {} or newer",
        env!("CARGO_PKG_VERSION")
    )))
}

/// Removes a seat that leaves, and names the voters of those who stay.
pub async fn dismiss(seat: &Seat, id: NodeId) -> Result<(), Refused> {
    if id == seat.node_id() {
        hear_members(seat).await;
    }
    let _changing = seat.lead.changing.lock().await;
    let stored = seat.node.membership();
    let mut target = Target::of(&stored);
    if target.nodes.remove(&id).is_none() {
        return Ok(());
    }
    target.voters = voters_without(seat, &seat.facts_of(&stored), &[id]);
    change(seat, &stored, &target).await.map(drop)
}

/// Names voters among the others, and so hands the leadership over: a
/// leader without a vote steps down for a voter that is up to date. The
/// seat stays. Does nothing on others, or where too few others are present.
pub async fn give_up_vote(seat: &Seat) -> Result<(), Refused> {
    hear_members(seat).await;
    let _changing = seat.lead.changing.lock().await;
    if !seat.node.is_leader() {
        return Ok(());
    }
    let stored = seat.node.membership();
    let mut target = Target::of(&stored);
    let me = seat.node_id();
    let others = without(&seat.facts_of(&stored), &[me]);
    target.voters = policy::voters_after_hand_over(&others, me, &seat.timing);
    if target.voters.is_empty() {
        return Ok(());
    }
    change(seat, &stored, &target).await.map(drop)
}

/// Waits until every other member has answered this leader, or is known to be silent: one
/// that has just been elected takes all for present, and could leave the room's only vote
/// to a computer that is gone.
async fn hear_members(seat: &Seat) {
    // Silence is counted from the first look at the members (`facts_of`).
    let known_after = policy::FRESH + seat.timing.policy;
    while seat.node.is_leader() && seat.node.leading_for() < known_after {
        let (heard, stored) = (seat.node.progress().since_answer, seat.node.membership());
        let mut others = stored.nodes().filter(|(id, _)| **id != seat.node_id());
        if others.all(|(id, _)| heard.contains_key(id)) {
            return;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

fn voters_without(seat: &Seat, facts: &[MemberFacts], gone: &[NodeId]) -> BTreeSet<NodeId> {
    policy::voters_after_leaving(&without(facts, gone), seat.node_id(), &seat.timing)
}

fn without(facts: &[MemberFacts], gone: &[NodeId]) -> Vec<MemberFacts> {
    let stay = facts.iter().filter(|m| !gone.contains(&m.id));
    stay.copied().collect()
}

/// Appends what leads from a membership to the target: one entry, or two
/// if the voters change (Raft §6). Answers with the index of the last.
///
/// The target was made from `current`; if another leader has changed the
/// membership since, it is not forced upon that.
async fn change(seat: &Seat, current: &StoredMembership, target: &Target) -> Result<u64, Refused> {
    if !current.voter_ids().any(|id| id == seat.node_id()) {
        // It has given up its vote, and leads for the few milliseconds until it steps
        // down: who leads next sees to it.
        return Err(seat.not_leader());
    }
    let mut current = current.clone();
    let mut tries = TRIES;
    loop {
        let next = target.step_from(&current);
        let appended = seat
            .node
            .append_membership(next.clone(), *current.log_id())
            .await;
        match appended {
            Ok(log_id) if target.is_reached_by(&next) => return Ok(log_id.index()),
            Ok(log_id) => current = StoredMembership::new(Some(log_id), next),
            Err(NodeError::ChangeInProgress(_)) if tries > 0 => {
                tries -= 1;
                tokio::time::sleep(PAUSE).await;
            }
            Err(NodeError::NotLeader) => return Err(seat.not_leader()),
            Err(NodeError::Stopped(_)) => {
                return Err(Refusal::NoQuorum.because("the leader has stopped"));
            }
            Err(e) => return Err(Refusal::Busy.because(e.to_string())),
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
        // did, the empty membership would be refused.
        Membership::new(configs, nodes).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{consensus::log_id, keys::PublicKey};

    fn nodes(ids: &[NodeId]) -> BTreeMap<NodeId, Member> {
        let member = |id: NodeId| {
            let key = PublicKey::try_from(&[id as u8; 65][..]).expect("65 bytes");
            Member::new(key, None, Vec::new())
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
