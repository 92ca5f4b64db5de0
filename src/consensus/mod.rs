//! The replicated log: openraft, its types, its store, and what is applied.
//!
//! Only here and in `net`, which carries Raft's calls, is openraft known; what
//! is above uses [`RaftNode`]. No network is known here: `net` brings it.

mod apply;
pub mod codec;
mod history;
mod node;
mod notice;
mod path;
pub mod quorum;
mod rounds;
mod standing;
mod state;
mod state_machine;
mod store;
mod types;

pub use history::{History, Mark};
pub use node::{Changes, RaftNode};
pub use notice::{Continuation, KnownMembers, Notice, lead_on};
pub use path::{Descent, Holder, MAX_TICKETS, Ticket, TicketPath};
pub use standing::{LogStats, NodeError, Progress, Role, Standing};
pub use state::{
    BadClusterId, ClusterId, CommandId, CommandProof, GameCommand, Genesis, MAX_ANCESTORS, NodeId,
    Proposal, RULES, Response, RoomState, Signed,
};
pub use state_machine::{Applied, Raft, StateMachine};
pub use store::{LogStore, StoreError};
pub use types::{
    ENTRIES_PER_SNAPSHOT, Entry, LogId, MAX_MEMBERS, Member, Membership, Snapshot, SnapshotMeta,
    StoredMembership, TypeConfig, Vote, log_id,
};

#[cfg(test)]
mod tests;
