//! The cluster as a node sees it: part of what it shows.

use std::sync::Arc;

use super::events::ClusterEvent;
use crate::{
    consensus::{ClusterId, NodeId, Role},
    game::{Name, PeerId},
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
