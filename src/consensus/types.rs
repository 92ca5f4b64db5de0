//! The types that our Raft is made of; how openraft is set up, and why.

use std::fmt;

use openraft::{Config, SnapshotPolicy, impls::leader_id_std, vote::RaftLeaderId as _};
use openraft_rt::deterministic_rng::DeterministicRng;
use openraft_rt_tokio::TokioRuntime;

use super::{
    path::TicketPath,
    state::{NodeId, Proposal, Response},
};
use crate::{game::PeerId, keys::PublicKey};

/// How many players a room seats.
pub const MAX_MEMBERS: usize = 24;

/// A member of the cluster as the membership entries name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Whose seat it is.
    pub peer_id: PeerId,
    /// Their key.
    pub key: PublicKey,
    /// How it came in; `None` if that is longer than a path may be.
    pub path: Option<TicketPath>,
    /// Where it was last known to listen: hints, since members are dialled by
    /// their identity.
    pub addrs: Vec<String>,
}

impl Member {
    /// The member with this key.
    pub fn new(key: PublicKey, path: Option<TicketPath>, addrs: Vec<String>) -> Self {
        Self {
            peer_id: key.peer_id(),
            key,
            path,
            addrs,
        }
    }
}

impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.peer_id.short(), self.addrs.join(","))
    }
}

/// The runtime that openraft runs on: tokio, with random numbers that follow from
/// one of ours (the election timeouts).
pub(super) type Runtime = DeterministicRng<TokioRuntime>;

openraft::declare_raft_types!(
    /// The types our Raft is made of. The leader id is the one of the paper:
    /// one leader a term.
    pub TypeConfig:
        D = Proposal,
        R = Response,
        NodeId = NodeId,
        Node = Member,
        LeaderId = leader_id_std::LeaderId<Self::Term, Self::NodeId>,
        AsyncRuntime = Runtime,
);

/// A position in the log.
pub type LogId = openraft::alias::LogIdOf<TypeConfig>;
/// A vote for, or the election of, a leader.
pub type Vote = openraft::alias::VoteOf<TypeConfig>;
/// A log entry.
pub type Entry = openraft::alias::EntryOf<TypeConfig>;
/// Who is a member, and who of them votes.
pub type Membership = openraft::Membership<NodeId, Member>;
/// A membership and the entry it came with.
pub type StoredMembership = openraft::alias::StoredMembershipOf<TypeConfig>;
/// What a snapshot is of.
pub type SnapshotMeta = openraft::alias::SnapshotMetaOf<TypeConfig>;
/// A snapshot: an encoded [`RoomState`](super::RoomState).
pub type Snapshot = openraft::alias::SnapshotOf<TypeConfig, Vec<u8>>;

/// The log id of a leader's term and an index.
pub fn log_id(term: u64, index: u64) -> LogId {
    LogId::new(
        leader_id_std::LeaderId::<u64, NodeId>::new(term, 0).to_committed(),
        index,
    )
}

/// Entries between two snapshots. Entries are about 100 bytes and a snapshot a
/// few kilobytes, so the log stays far below a megabyte.
pub const ENTRIES_PER_SNAPSHOT: u64 = 500;

/// The share of those that is kept behind a snapshot for members that lag a
/// little: a blip on the Wi-Fi does not cost a whole snapshot.
const KEPT: (u64, u64) = (2, 5);

/// The settings of every room, with a snapshot each `per_snapshot` entries, and
/// whether a node asks for votes from its start on.
///
/// # Errors
/// If openraft finds them contradictory, which the tests would have shown.
pub fn raft_config(per_snapshot: u64, elects: bool) -> Result<Config, openraft::ConfigError> {
    let kept = per_snapshot * KEPT.0 / KEPT.1;
    Config {
        cluster_name: "dhangkanna".to_owned(),
        // A message of that many of the largest entries (a match's secrets, about
        // 60 KB) stays below what members accept.
        max_payload_entries: 50,
        heartbeat_interval: 100,
        election_timeout_min: 250,
        election_timeout_max: 450,
        enable_elect: elects,
        // A laptop that wakes up must not disturb the term of those who play.
        enable_pre_vote: Some(true),
        // A restarted leader asks for votes like everybody else: the cluster
        // may have moved on while it was away.
        enable_leader_restore: Some(false),
        // An isolated leader stops extending its followers' leases in vain.
        // At least leader lease + election timeout.
        quorum_loss_probe_interval: Some(1500),
        // A snapshot goes over Wi-Fi.
        install_snapshot_timeout: 3000,
        snapshot_policy: SnapshotPolicy::LogsSinceLast(per_snapshot),
        max_in_snapshot_log_to_keep: kept,
        purge_batch_size: 1,
        replication_lag_threshold: per_snapshot + kept,
        // Players wait for each guess: latency before throughput.
        broadcast_submitted_on_append: Some(true),
        // Others should see no more than a blink when the host leaves.
        removed_leader_step_down: openraft::StepDownPolicy::After(20),
        // Bounds of queues inside openraft. A room has a few dozen commands in
        // flight at the most.
        api_channel_size: Some(1024),
        notification_channel_size: Some(1024),
        state_machine_channel_size: Some(256),
        ..Config::default()
    }
    .validate()
}
