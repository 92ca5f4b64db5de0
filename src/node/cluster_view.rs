//! The cluster as a node sees it: part of what it shows.

use std::{collections::BTreeSet, sync::Arc};

use openraft::{ServerState, async_runtime::WatchReceiver as _};

use super::{ClusterEvent, Lens, seat::Seat};
use crate::{
    consensus::{NodeId, RoomState},
    game::{Name, PeerId},
    net::ClusterId,
};

/// The cluster as this node sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterView {
    /// Which cluster.
    pub cluster_id: ClusterId,
    /// My seat.
    pub node_id: NodeId,
    /// What my node is.
    pub role: Role,
    /// Who leads, as far as I know.
    pub leader: Option<NodeId>,
    /// The newest term I know.
    pub term: u64,
    /// Index of the last entry I applied.
    pub last_applied: u64,
    /// Whether a majority of the voters can be reached through the leader.
    pub quorum: bool,
    /// Everyone with a seat, in a fixed order.
    pub members: Vec<MemberView>,
    /// What happened in it since this seat was opened, the newest last.
    pub events: Arc<[ClusterEvent]>,
    /// The way to look closer.
    pub lens: Lens,
}

/// One seat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberView {
    /// Which seat.
    pub node_id: NodeId,
    /// Whose.
    pub peer_id: PeerId,
    /// Their name.
    pub name: Name,
    /// Where they were last known to listen.
    pub addr: String,
    /// Whether it votes; while the voters change, whether it did before.
    pub voter: bool,
    /// Whether it answers.
    pub online: bool,
}

/// What a node is in its cluster (Raft §5.1, and §4.2.1 of the thesis).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Orders the log.
    Leader,
    /// Votes.
    Follower,
    /// Asks for votes.
    Candidate,
    /// Has the log, and no vote.
    Learner,
}

impl Role {
    /// The word for it in the headless interface.
    pub fn code(self) -> &'static str {
        match self {
            Self::Leader => "leader",
            Self::Follower => "follower",
            Self::Candidate => "candidate",
            Self::Learner => "learner",
        }
    }
}

impl ClusterView {
    pub(super) fn of(seat: &Arc<Seat>, state: &RoomState, last_applied: u64) -> Self {
        // Asked first: it takes the same locks.
        let quorum = seat.has_quorum();
        let facts = seat.leads().then(|| seat.member_facts());
        let metrics = seat.raft.server_metrics();
        let metrics = metrics.borrow_watched();
        let membership = &metrics.membership_config;
        // While they change, those before are still needed for every decision.
        let configs = membership.membership().get_joint_config();
        let voters: BTreeSet<NodeId> = configs.first().cloned().unwrap_or_default();
        let findings = seat.findings.borrow().clone();
        let away = seat.contact.away();
        let is_online = |id: NodeId| match (&facts, &findings) {
            _ if id == seat.node_id => true,
            // Cut off: as was found out by asking.
            (_, Some(findings)) => findings.answers.contains_key(&id),
            (Some(facts), None) => facts
                .iter()
                .any(|m| m.id == id && m.silent < seat.timing.away),
            // The leader hears from everyone, and tells.
            (None, None) => !away.contains(&id) && (quorum || Some(id) != metrics.current_leader),
        };
        let members = membership.nodes().map(|(id, member)| MemberView {
            node_id: *id,
            peer_id: member.peer_id,
            name: name_of(state, &member.peer_id),
            addr: member.addrs.first().cloned().unwrap_or_default(),
            voter: voters.contains(id),
            online: is_online(*id),
        });
        Self {
            cluster_id: seat.key.cluster_id,
            node_id: seat.node_id,
            role: match metrics.state {
                ServerState::Leader => Role::Leader,
                ServerState::Candidate => Role::Candidate,
                ServerState::Follower => Role::Follower,
                _ => Role::Learner,
            },
            leader: metrics.current_leader,
            term: metrics.vote.leader_id.term,
            last_applied,
            quorum,
            members: members.collect(),
            events: Arc::default(),
            lens: Lens::on(seat),
        }
    }
}

fn name_of(state: &RoomState, peer: &PeerId) -> Name {
    let player = state.game().players().get(peer);
    player.map_or_else(Name::placeholder, |player| player.name.clone())
}
