//! What a Raft node says of itself, and why it did not do something.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use openraft::error::{ChangeMembershipError, ClientWriteError, RaftError};

use super::{
    state::NodeId,
    types::{StoredMembership, TypeConfig},
};
use crate::coded_enum::coded_enum;

coded_enum! {
    /// What a node is in its cluster (Raft §5.1, and §4.2.1 of the thesis).
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Role {
        /// Orders the log.
        Leader = "leader",
        /// Votes.
        Follower = "follower",
        /// Asks for votes.
        Candidate = "candidate",
        /// Has the log, and no vote.
        Learner = "learner",
    }
}

/// Why a node did not do what only a leader with a majority can.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NodeError {
    /// It does not lead; nothing was appended.
    #[error("only the leader can do this")]
    NotLeader,
    /// The membership entry before is not committed yet; nothing was appended.
    #[error("the members are being changed already: {0}")]
    ChangeInProgress(String),
    /// The leadership or the majority was lost meanwhile. An entry may be in the
    /// log.
    #[error("{0}")]
    Interrupted(String),
    /// The node has stopped. An entry may be in the log.
    #[error("{0}")]
    Stopped(String),
}

/// A node's place in its cluster, all of one moment.
#[derive(Clone, Debug)]
pub struct Standing {
    /// What it is.
    pub role: Role,
    /// The leader, as far as it knows.
    pub leader: Option<NodeId>,
    /// The newest term it knows.
    pub term: u64,
    /// The newest membership in its log, committed or not.
    pub membership: Arc<StoredMembership>,
}

/// How far the members are, as their leader knows. On others only `last_log` is set.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    /// Index of the newest entry in the log here.
    pub last_log: u64,
    /// Index of the newest entry that each member is known to hold.
    pub matched: BTreeMap<NodeId, u64>,
    /// Time since each member last answered this leader. Who has not answered
    /// yet is not in it.
    pub since_answer: BTreeMap<NodeId, Duration>,
}

/// Positions in the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LogStats {
    /// Index of the newest entry in the log here.
    pub last_log: u64,
    /// Index of the newest entry that is known to be committed.
    pub committed: u64,
    /// Index of the newest entry that is in the snapshot.
    pub snapshot: u64,
}

impl From<RaftError<TypeConfig, ClientWriteError<TypeConfig>>> for NodeError {
    fn from(error: RaftError<TypeConfig, ClientWriteError<TypeConfig>>) -> Self {
        match error {
            RaftError::APIError(ClientWriteError::ForwardToLeader(_)) => Self::NotLeader,
            RaftError::APIError(ClientWriteError::ChangeMembershipError(
                e @ (ChangeMembershipError::InProgress(_)
                | ChangeMembershipError::UncommittedLeaderLog(_)),
            )) => Self::ChangeInProgress(e.to_string()),
            RaftError::APIError(e) => Self::Interrupted(e.to_string()),
            RaftError::Fatal(e) => Self::Stopped(e.to_string()),
        }
    }
}
