//! The room as a seat sees it, what it knows of the members, and the numbers of
//! its Raft node.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use tokio::time::Instant;

use super::{
    Seat,
    findings::{Findings, Histories},
    lead::Trial,
};
use crate::{
    consensus::{NodeId, Role, RoomState, Standing, StoredMembership, quorum},
    game::{Name, PeerId},
    node::{
        api::{ClusterView, MemberView, PlayerView, RaftStats, RoomView, Trouble},
        policy::MemberFacts,
    },
};

/// The room as a seat sees it now.
pub fn room_view(seat: &Seat) -> RoomView {
    let applied = seat.node.applied();
    let (index, state) = {
        let applied = applied.borrow();
        (applied.index(), Arc::clone(&applied.state))
    };
    let cluster = cluster_view(seat, &state, index);
    let trouble = trouble(seat, &cluster);
    let met = {
        let met = seat.met.read();
        let knocks = state.game().table().knocks.keys();
        knocks
            .filter(|peer| met.last(peer).is_some())
            .copied()
            .collect()
    };
    RoomView {
        name: seat.room.clone(),
        players: players(&state, &cluster),
        cluster,
        clock: seat.clock(),
        state,
        pending: Vec::new(),
        single_copy: false,
        trouble,
        setter: None,
        met,
        pin: None,
    }
}

fn cluster_view(seat: &Seat, state: &RoomState, last_applied: u64) -> ClusterView {
    let Standing {
        role,
        leader,
        term,
        membership,
    } = seat.node.standing();
    let quorum = seat.has_quorum();
    let facts = (role == Role::Leader).then(|| seat.facts_of(&membership));
    // While they change, those before are still needed for every decision.
    let configs = membership.membership().get_joint_config();
    let voters: BTreeSet<NodeId> = configs.first().cloned().unwrap_or_default();
    let findings = seat.findings.borrow().clone();
    let away = seat.contact.away();
    let is_online = |id: NodeId| match (&facts, &findings) {
        _ if id == seat.node_id() => true,
        // Cut off: as was found out by asking.
        (_, Some(findings)) => findings.answers.contains_key(&id),
        (Some(facts), None) => facts
            .iter()
            .any(|m| m.id == id && m.silent < seat.timing.away),
        // The leader hears from everyone, and tells.
        (None, None) => !away.contains(&id) && (quorum || Some(id) != leader),
    };
    let members = membership.nodes().map(|(id, member)| MemberView {
        node_id: *id,
        peer_id: member.peer_id,
        name: name_of(state, &member.peer_id),
        addr: member.addrs.first().cloned().unwrap_or_default(),
        voter: voters.contains(id),
        online: is_online(*id),
    });
    ClusterView {
        cluster_id: seat.cluster_id,
        node_id: seat.node_id(),
        role,
        leader,
        term,
        last_applied,
        quorum,
        members: members.collect(),
        events: Arc::default(),
    }
}

fn name_of(state: &RoomState, peer: &PeerId) -> Name {
    let player = state.game().players().get(peer);
    player.map_or_else(Name::placeholder, |player| player.name.clone())
}

fn trouble(seat: &Seat, cluster: &ClusterView) -> Option<Trouble> {
    let with = seat.newer_copies.lock().clone();
    if !with.is_empty() {
        return Some(Trouble::NewerCopy { with });
    }
    let findings = seat.findings.borrow().clone();
    let is_stalled = seat.cut_off_for() >= seat.timing.stall;
    let answers = |m: &&MemberView| {
        let answers = findings.as_ref().map(|findings| &findings.answers);
        answers.is_some_and(|answers| answers.contains_key(&m.node_id))
    };
    // Who has gone since is only missing.
    let Histories { differ, apart, .. } = seat.histories.lock().clone();
    let differ = cluster
        .members
        .iter()
        .filter(|m| differ.contains(&m.node_id) && (!is_stalled || answers(m)));
    let apart = apart.iter().map(|peer| name_of(&seat.node.state(), peer));
    let with: Vec<Name> = differ.map(|m| m.name.clone()).chain(apart).collect();
    if !with.is_empty() {
        let is_stuck = is_stalled;
        return Some(Trouble::Split { with, is_stuck });
    }
    let plays = findings.as_ref().is_some_and(Findings::plays);
    if plays || *seat.lost_membership.borrow() {
        return Some(Trouble::Reconnecting);
    }
    if is_stalled {
        let mut others = cluster
            .members
            .iter()
            .filter(|m| m.node_id != seat.node_id());
        let missing: Vec<&MemberView> = others.clone().filter(|m| !answers(m)).collect();
        let voters = |members: &[&MemberView]| members.iter().filter(|m| m.voter).count();
        let all: Vec<&MemberView> = cluster.members.iter().collect();
        return Some(Trouble::Stalled {
            alone: !others.any(|m| answers(&m)),
            may_lose: quorum::may_lose(voters(&missing), voters(&all)),
            missing: missing.into_iter().map(|m| m.name.clone()).collect(),
        });
    }
    (!cluster.quorum || cluster.leader.is_none()).then_some(Trouble::ChoosingLeader)
}

fn players(state: &RoomState, cluster: &ClusterView) -> Vec<PlayerView> {
    let seat_of = |peer: &PeerId| cluster.members.iter().find(|m| m.peer_id == *peer);
    let mut players: Vec<PlayerView> = state
        .game()
        .players()
        .iter()
        .filter(|(peer, _)| !state.game().is_removed(peer))
        .map(|(peer_id, player)| {
            let seat = seat_of(peer_id);
            PlayerView {
                peer_id: *peer_id,
                name: player.name.clone(),
                online: seat.is_some_and(|m| m.online),
                leads: seat.is_some_and(|m| Some(m.node_id) == cluster.leader),
                watching: player.watching,
                ready: player.ready,
                score: state.game().score_of(peer_id),
            }
        })
        .collect();
    // Stable, so both halves stay in the order of the ids.
    players.sort_by_key(|player| !player.online);
    players
}

impl Seat {
    /// The numbers of its Raft node at this moment.
    pub fn stats(&self) -> RaftStats {
        let mut lag = BTreeMap::new();
        if self.node.is_leader() {
            let progress = self.node.progress();
            lag = progress.matched;
            lag.remove(&self.node_id());
            for held in lag.values_mut() {
                *held = progress.last_log.saturating_sub(*held);
            }
        }
        RaftStats {
            log: self.node.log_stats(),
            lag,
            traffic: self.contact.traffic().all(),
            latencies: self.latencies.all(),
        }
    }

    /// What the leader knows of the members of a membership, itself included:
    /// who answers, since when, and how far they are.
    pub fn facts_of(&self, stored: &StoredMembership) -> Vec<MemberFacts> {
        let now = Instant::now();
        let progress = self.node.progress();
        let voters: BTreeSet<NodeId> = stored.voter_ids().collect();
        let (state, met) = (self.node.state(), self.met.read());
        let game = state.game();
        let mut trials = self.lead.trials.lock();
        trials.retain(|id, _| stored.membership().get_node(id).is_some());
        let facts = stored.nodes().map(|(id, member)| {
            let peer = member.peer_id;
            let is_me = *id == self.node_id();
            let trial = trials.entry(*id).or_insert(Trial::begin(now));
            let silent = match progress.since_answer.get(id) {
                _ if is_me => Duration::ZERO,
                Some(since) => *since,
                // Not heard of since it joined, or since we lead.
                None => now.duration_since(trial.seen),
            };
            trial.look(silent, now, &self.timing);
            let matched = progress.matched.get(id).copied().unwrap_or(0);
            let members_at = stored.log_id().map_or(0, |id| id.index());
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
                knows_members: is_me || matched >= members_at,
                seated: is_me || game.players().contains_key(&peer),
                known: is_me || met.last(&peer).is_some() || game.table().guests.contains(&peer),
            }
        });
        facts.collect()
    }
}
