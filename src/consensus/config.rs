//! How openraft is set up, and why.

use openraft::{Config, SnapshotPolicy};

/// Entries between two snapshots. Entries are about 100 bytes and a snapshot a
/// few kilobytes, so the log stays far below a megabyte.
const ENTRIES_PER_SNAPSHOT: u64 = 500;

/// Entries kept behind a snapshot for members that lag a little: a blip on the
/// Wi-Fi does not cost a whole snapshot.
const ENTRIES_KEPT: u64 = 200;

/// The settings of every room.
///
/// # Errors
/// If openraft finds them contradictory, which the tests would have shown.
pub fn raft_config() -> Result<Config, openraft::ConfigError> {
    Config {
        cluster_name: "dhangkanna".to_owned(),
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
        snapshot_policy: SnapshotPolicy::LogsSinceLast(ENTRIES_PER_SNAPSHOT),
        max_in_snapshot_log_to_keep: ENTRIES_KEPT,
        purge_batch_size: 1,
        replication_lag_threshold: ENTRIES_PER_SNAPSHOT + ENTRIES_KEPT,
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
