//! The log of what happened in the cluster: found by comparing one view of it
//! with the next.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, SystemTime},
};

use tokio::time::Instant;

use crate::{
    consensus::{NodeId, Role},
    game::Name,
    node::api::{ClusterEvent, ClusterEventKind, ClusterView, MemberView},
};

/// How many events are kept.
const EVENTS: usize = 300;

/// The events of one seat.
#[derive(Default)]
pub struct EventLog {
    seen: Option<ClusterView>,
    /// Who does not answer, and since when.
    away: BTreeMap<NodeId, Instant>,
    lost: Option<Instant>,
    events: Arc<[ClusterEvent]>,
}

impl EventLog {
    /// Compares the newest view with the one before; `votes` are those for this
    /// node in the newest term. Answers with all events, the newest last.
    pub fn look_at(
        &mut self,
        now: &ClusterView,
        votes: u64,
        at: SystemTime,
    ) -> Arc<[ClusterEvent]> {
        let is_here =
            |seen: &ClusterView| (seen.cluster_id, seen.node_id) == (now.cluster_id, now.node_id);
        let mut new = Vec::new();
        match self.seen.take().filter(is_here) {
            Some(seen) if seen == *now => {
                self.seen = Some(seen);
                return Arc::clone(&self.events);
            }
            Some(seen) => self.compare(&seen, now, votes, &mut new),
            None => {
                *self = Self::default();
                new.push(ClusterEventKind::Opened);
                leader(None, now, votes, &mut new);
            }
        }
        self.seen = Some(now.clone());
        if !new.is_empty() {
            let term = now.term;
            let new = new.into_iter().map(|what| ClusterEvent { at, term, what });
            let mut events: Vec<_> = self.events.iter().cloned().chain(new).collect();
            let surplus = events.len().saturating_sub(EVENTS);
            events.drain(..surplus);
            self.events = events.into();
        }
        Arc::clone(&self.events)
    }

    fn compare(
        &mut self,
        seen: &ClusterView,
        now: &ClusterView,
        votes: u64,
        new: &mut Vec<ClusterEventKind>,
    ) {
        if now.role == Role::Candidate && (seen.role != Role::Candidate || seen.term != now.term) {
            new.push(ClusterEventKind::Campaigns);
        }
        leader(Some(seen), now, votes, new);
        match (seen.quorum, now.quorum) {
            (true, false) => {
                self.lost = Some(Instant::now());
                // A change of leaders is told as that.
                if now.leader.is_some() {
                    new.push(ClusterEventKind::QuorumLost);
                }
            }
            (false, true) => {
                let after = self.lost.take().map_or(Duration::ZERO, |at| at.elapsed());
                new.push(ClusterEventKind::QuorumBack { after });
            }
            _ => {}
        }
        // Who has a seat is told once it is known what they are called: their
        // name comes with their first command.
        let nameless = Name::placeholder();
        for member in now.members.iter().filter(|m| m.name != nameless) {
            let before = member_of(seen, member.node_id).filter(|m| m.name != nameless);
            self.member(before, member, new);
        }
        for gone in &seen.members {
            if member_of(now, gone.node_id).is_none() {
                self.away.remove(&gone.node_id);
                new.push(ClusterEventKind::Left(gone.name.clone()));
            }
        }
    }

    fn member(
        &mut self,
        seen: Option<&MemberView>,
        now: &MemberView,
        new: &mut Vec<ClusterEventKind>,
    ) {
        let who = || now.name.clone();
        let Some(seen) = seen else {
            new.push(ClusterEventKind::Joined(who()));
            return;
        };
        match (seen.voter, now.voter) {
            (false, true) => new.push(ClusterEventKind::Votes(who())),
            (true, false) => new.push(ClusterEventKind::Learns(who())),
            _ => {}
        }
        match (seen.online, now.online) {
            (true, false) => {
                self.away.insert(now.node_id, Instant::now());
                new.push(ClusterEventKind::Away(who()));
            }
            (false, true) => {
                let since = self.away.remove(&now.node_id);
                let after = since.map_or(Duration::ZERO, |since| since.elapsed());
                new.push(ClusterEventKind::Back { who: who(), after });
            }
            _ => {}
        }
    }
}

/// Who leads, if that has changed.
fn leader(
    seen: Option<&ClusterView>,
    now: &ClusterView,
    votes: u64,
    new: &mut Vec<ClusterEventKind>,
) {
    let before = seen.map(|seen| (seen.leader, seen.term));
    if before == Some((now.leader, now.term)) {
        return;
    }
    let name = |view: &ClusterView, id: NodeId| member_of(view, id).map(|m| m.name.clone());
    if let Some(leader) = now.leader {
        let me = leader == now.node_id;
        let voters = now.members.iter().filter(|m| m.voter).count() as u64;
        // Who opened the room, or was there before, has won nothing just now.
        let won = me && seen.is_some() && votes <= voters;
        new.extend(name(now, leader).map(|who| ClusterEventKind::Leads {
            who,
            me,
            votes: won.then_some((votes, voters)),
        }));
    } else if let Some(seen) = seen
        && let Some(leader) = seen.leader
    {
        new.extend(name(seen, leader).map(|who| ClusterEventKind::NoLeader { who }));
    }
}

fn member_of(view: &ClusterView, id: NodeId) -> Option<&MemberView> {
    view.members.iter().find(|member| member.node_id == id)
}

#[cfg(test)]
mod tests {
    use std::ops::RangeInclusive;

    use super::*;
    use crate::{consensus::ClusterId, game::PeerId};

    fn view(members: RangeInclusive<u64>) -> ClusterView {
        let member = |n: u64| MemberView {
            node_id: n,
            peer_id: PeerId::new([n as u8; 32]),
            name: Name::parse(&format!("P{n}")).expect("a name"),
            addr: String::new(),
            voter: true,
            online: true,
        };
        ClusterView {
            cluster_id: ClusterId::try_from(&[1; 16][..]).expect("16 bytes"),
            node_id: 2,
            role: Role::Follower,
            leader: Some(1),
            term: 1,
            last_applied: 1,
            quorum: true,
            members: members.map(member).collect(),
            events: Arc::default(),
        }
    }

    fn name(n: u64) -> Name {
        Name::parse(&format!("P{n}")).expect("a name")
    }

    #[test]
    fn an_election_and_an_absence_are_told_once() {
        let mut log = EventLog::default();
        let mut seen = |view: &ClusterView, votes: u64| {
            let all = log.look_at(view, votes, SystemTime::UNIX_EPOCH);
            all.iter()
                .map(|event| event.what.clone())
                .collect::<Vec<_>>()
        };
        let leads = |n: u64, me: bool, votes| ClusterEventKind::Leads {
            who: name(n),
            me,
            votes,
        };
        let mut want = vec![ClusterEventKind::Opened, leads(1, false, None)];
        let mut now = view(1..=3);
        assert_eq!(seen(&now, 1), want);
        assert_eq!(seen(&now, 1), want);
        now.last_applied = 9;
        assert_eq!(seen(&now, 1), want);
        // The leader goes; this node asks for votes, and has two of three.
        (now.leader, now.quorum, now.role) = (None, false, Role::Candidate);
        now.term = 2;
        want.extend([
            ClusterEventKind::Campaigns,
            ClusterEventKind::NoLeader { who: name(1) },
        ]);
        assert_eq!(seen(&now, 1), want);
        (now.leader, now.quorum, now.role) = (Some(2), true, Role::Leader);
        now.members[0].online = false;
        want.push(leads(2, true, Some((2, 3))));
        let all = seen(&now, 2);
        assert_eq!(all[..want.len()], want);
        assert!(matches!(
            all[want.len()],
            ClusterEventKind::QuorumBack { .. }
        ));
        assert_eq!(all[want.len() + 1], ClusterEventKind::Away(name(1)));
        now.members[0].online = true;
        assert!(
            matches!(seen(&now, 2).last(), Some(ClusterEventKind::Back { who, .. }) if *who == name(1))
        );
        now.members[2].voter = false;
        assert_eq!(
            seen(&now, 2).last(),
            Some(&ClusterEventKind::Learns(name(3)))
        );
        now.members.pop();
        assert_eq!(seen(&now, 2).last(), Some(&ClusterEventKind::Left(name(3))));
        // Who comes is nameless at first.
        let mut newcomer = now.members[0].clone();
        (newcomer.node_id, newcomer.name) = (9, Name::placeholder());
        now.members.push(newcomer);
        assert_eq!(seen(&now, 2).last(), Some(&ClusterEventKind::Left(name(3))));
        now.members[2].name = name(9);
        assert_eq!(
            seen(&now, 2).last(),
            Some(&ClusterEventKind::Joined(name(9)))
        );
        // Another seat: its own story.
        now.node_id = 7;
        assert_eq!(seen(&now, 1)[..1], [ClusterEventKind::Opened]);
    }

    #[test]
    fn the_oldest_are_forgotten() {
        let mut log = EventLog::default();
        let mut now = view(1..=3);
        for n in 0..500 {
            now.members[2].online = n % 2 == 0;
            let all = log.look_at(&now, 1, SystemTime::UNIX_EPOCH);
            assert!(all.len() <= EVENTS);
        }
    }
}
