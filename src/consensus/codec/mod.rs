//! Between the stored and sent messages and our types. Decoding is the only
//! step that can fail, and says what is wrong.

mod command;
mod game;
mod parts;
mod reply;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use openraft::EntryPayload;

pub use self::{command::command, game::state};
use super::{
    ClusterId, Entry, Genesis, LogId, Member, Membership, Proposal, SnapshotMeta, StoredMembership,
    Vote, log_id,
};
use crate::{game::PeerId, proto as pb};

/// The most addresses of one member: a laptop has a handful.
pub const MAX_ADDRS: usize = 8;

/// The longest address, in bytes: IPv6 with scope and port.
const MAX_ADDR_BYTES: usize = 100;

/// A message that is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// A part that must be there is not.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// A part is out of its bounds.
    #[error("{0} is invalid")]
    Invalid(&'static str),
    /// A newer build wrote it.
    #[error(
        "this room needs rules version {needed}, and this program knows up to {known}; install the newest version and join again"
    )]
    NewerRules {
        /// The version that can read it.
        needed: u32,
        /// The newest version that this program knows.
        known: u32,
    },
}

/// What comes of decoding.
pub type Decoded<T> = Result<T, DecodeError>;

// ---- positions, votes, members ----

impl From<&LogId> for pb::LogId {
    fn from(id: &LogId) -> Self {
        Self {
            term: id.leader_id.term,
            index: id.index,
        }
    }
}

impl From<pb::LogId> for LogId {
    fn from(id: pb::LogId) -> Self {
        log_id(id.term, id.index)
    }
}

impl From<&Vote> for pb::Vote {
    fn from(vote: &Vote) -> Self {
        Self {
            term: vote.leader_id.term,
            node_id: vote.leader_id.voted_for,
            committed: vote.committed,
        }
    }
}

impl From<pb::Vote> for Vote {
    fn from(vote: pb::Vote) -> Self {
        if vote.committed {
            Self::new_committed(vote.term, vote.node_id)
        } else {
            Self::new(vote.term, vote.node_id)
        }
    }
}

impl From<&Member> for pb::Member {
    fn from(member: &Member) -> Self {
        Self {
            peer_id: member.peer_id.as_bytes().to_vec(),
            addrs: member.addrs.clone(),
        }
    }
}

impl TryFrom<pb::Member> for Member {
    type Error = DecodeError;

    fn try_from(member: pb::Member) -> Decoded<Self> {
        Ok(Self {
            peer_id: peer_id(&member.peer_id)?,
            addrs: addrs(member.addrs)?,
        })
    }
}

/// Checks a list of addresses from the wire: number and length only, since
/// they are hints that are parsed when dialled.
///
/// # Errors
/// If it is out of bounds.
pub fn addrs(addrs: Vec<String>) -> Decoded<Vec<String>> {
    if addrs.len() > MAX_ADDRS || addrs.iter().any(|addr| addr.len() > MAX_ADDR_BYTES) {
        return Err(DecodeError::Invalid("addresses"));
    }
    Ok(addrs)
}

/// Reads a cluster id.
///
/// # Errors
/// If it is not 16 bytes.
pub fn cluster_id(bytes: &[u8]) -> Decoded<ClusterId> {
    ClusterId::try_from(bytes).map_err(|_bad| DecodeError::Invalid("cluster id"))
}

/// Reads a peer id.
///
/// # Errors
/// If it is not 32 bytes.
pub fn peer_id(bytes: &[u8]) -> Decoded<PeerId> {
    PeerId::try_from(bytes).map_err(|_bad| DecodeError::Invalid("peer id"))
}

impl From<&Membership> for pb::Membership {
    fn from(membership: &Membership) -> Self {
        Self {
            voters: membership
                .get_joint_config()
                .iter()
                .map(|ids| pb::NodeSet {
                    node_ids: ids.iter().copied().collect(),
                })
                .collect(),
            nodes: membership
                .nodes()
                .map(|(id, member)| (*id, member.into()))
                .collect(),
        }
    }
}

impl TryFrom<pb::Membership> for Membership {
    type Error = DecodeError;

    fn try_from(membership: pb::Membership) -> Decoded<Self> {
        let voters: Vec<BTreeSet<_>> = membership
            .voters
            .into_iter()
            .map(|set| set.node_ids.into_iter().collect())
            .collect();
        let nodes = membership
            .nodes
            .into_iter()
            .map(|(id, member)| Ok((id, member.try_into()?)))
            .collect::<Decoded<BTreeMap<_, Member>>>()?;
        Self::new(voters, nodes).map_err(|_bad| DecodeError::Invalid("membership"))
    }
}

impl From<&StoredMembership> for pb::StoredMembership {
    fn from(stored: &StoredMembership) -> Self {
        Self {
            log_id: stored.log_id().as_ref().map(Into::into),
            membership: Some(stored.membership().into()),
        }
    }
}

impl TryFrom<pb::StoredMembership> for StoredMembership {
    type Error = DecodeError;

    fn try_from(stored: pb::StoredMembership) -> Decoded<Self> {
        let membership = stored
            .membership
            .ok_or(DecodeError::Missing("membership"))?;
        // The membership before the first entry has no voters at all.
        if membership.voters.is_empty() && membership.nodes.is_empty() {
            return Ok(Self::default());
        }
        Ok(Self::new(
            stored.log_id.map(Into::into),
            membership.try_into()?,
        ))
    }
}

impl From<&SnapshotMeta> for pb::SnapshotMeta {
    fn from(meta: &SnapshotMeta) -> Self {
        Self {
            last_log_id: meta.last_log_id.as_ref().map(Into::into),
            last_membership: Some((&meta.last_membership).into()),
        }
    }
}

impl TryFrom<pb::SnapshotMeta> for SnapshotMeta {
    type Error = DecodeError;

    fn try_from(meta: pb::SnapshotMeta) -> Decoded<Self> {
        Ok(Self {
            last_log_id: meta.last_log_id.map(Into::into),
            last_membership: meta
                .last_membership
                .ok_or(DecodeError::Missing("membership"))?
                .try_into()?,
        })
    }
}

// ---- entries ----

impl From<&Genesis> for pb::Genesis {
    fn from(genesis: &Genesis) -> Self {
        Self {
            rules: genesis.state.game().table().rules,
            parent: genesis.parent.as_bytes().to_vec(),
            state: Some((&genesis.state).into()),
        }
    }
}

fn genesis(genesis: pb::Genesis, known: u32) -> Decoded<Genesis> {
    must_know(known, genesis.rules)?;
    let message = genesis.state.ok_or(DecodeError::Missing("state"))?;
    Ok(Genesis {
        parent: cluster_id(&genesis.parent)?,
        state: state(message, known)?,
    })
}

/// Refuses what only a newer program can apply.
fn must_know(known: u32, needed: u32) -> Decoded<()> {
    if needed > known {
        return Err(DecodeError::NewerRules { needed, known });
    }
    Ok(())
}

impl From<&Entry> for pb::Entry {
    fn from(entry: &Entry) -> Self {
        use pb::entry::Payload;
        Self {
            log_id: Some((&entry.log_id).into()),
            payload: Some(match entry.payload {
                EntryPayload::Blank => Payload::Blank(pb::Blank {}),
                EntryPayload::Normal(Proposal::Command(ref command)) => {
                    Payload::Command(command.into())
                }
                EntryPayload::Normal(Proposal::Notice(ref notice)) => {
                    Payload::Command(notice.into())
                }
                EntryPayload::Normal(Proposal::Genesis(ref genesis)) => {
                    Payload::Genesis((&**genesis).into())
                }
                EntryPayload::Membership(ref membership) => Payload::Membership(membership.into()),
            }),
        }
    }
}

/// Reads an entry, for a program that knows the rules up to `known`.
///
/// # Errors
/// If it is not a whole entry, or of newer rules.
pub fn entry(entry: pb::Entry, known: u32) -> Decoded<Entry> {
    use pb::entry::Payload;
    Ok(Entry {
        log_id: entry.log_id.ok_or(DecodeError::Missing("log id"))?.into(),
        payload: match entry.payload.ok_or(DecodeError::Missing("payload"))? {
            Payload::Blank(_) => EntryPayload::Blank,
            Payload::Command(message) => EntryPayload::Normal(command::proposal(message, known)?),
            Payload::Genesis(message) => {
                EntryPayload::Normal(Proposal::Genesis(Box::new(genesis(message, known)?)))
            }
            Payload::Membership(membership) => EntryPayload::Membership(membership.try_into()?),
        },
    })
}
