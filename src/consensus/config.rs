//! How openraft is set up, and why.

use openraft::{Config, SnapshotPolicy};

/// Entries between two snapshots. Entries are about 100 bytes and a snapshot a
/// few kilobytes, so the log stays far below a megabyte.
pub const ENTRIES_PER_SNAPSHOT: u64 = 500;

/// The share of those that is kept behind a snapshot for members that lag a
/// little: a blip on the Wi-Fi does not cost a whole snapshot.
const KEPT: (u64, u64) = (2, 5);

/// The settings of every room, with a snapshot each `per_snapshot` entries.
///
/// # Errors
/// If openraft finds them contradictory, which the tests would have shown.
pub fn raft_config(per_snapshot: u64) -> Result<Config, openraft::ConfigError> {
    let kept = per_snapshot * KEPT.0 / KEPT.1;
    Config {
        cluster_name: "dhangkanna".to_owned(),
        // A message of that many of the largest entries (a match's secrets, about
        // 60 KB) stays below what members accept.
        max_payload_entries: 50,
        heartbeat_interval: 100,
        election_timeout_min: 250,
        election_timeout_max: 450,
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
