//! The replicated log: openraft, its types, its store, and what is applied.
//!
//! Only here and in `net`, which carries Raft's calls, is openraft known; what
//! is above uses [`RaftNode`]. No network is known here: `net` brings it.

mod apply;
mod cluster_id;
pub mod codec;
mod command;
mod config;
mod node;
mod proposal;
pub mod quorum;
mod runtime;
mod state;
mod state_machine;
mod store;
mod types;

pub use cluster_id::{BadClusterId, ClusterId};
pub use command::{CommandId, GameCommand, Response};
pub use config::{ENTRIES_PER_SNAPSHOT, raft_config};
pub use node::{Changes, LogStats, NodeError, Progress, RaftNode, Role, Standing};
pub use proposal::{Genesis, Proposal};
pub use state::{MAX_ANCESTORS, RULES, RoomState};
pub use state_machine::{Applied, Raft, StateMachine};
pub use store::{LogStore, StoreError};
pub use types::{
    Entry, LogId, Member, Membership, NodeId, Snapshot, SnapshotMeta, StoredMembership, TypeConfig,
    Vote, log_id,
};

#[cfg(test)]
mod tests;
