//! Log entries and what they are made of: positions, votes, members.

use std::collections::{BTreeMap, BTreeSet};

use openraft::EntryPayload;
use prost::Message as _;

use super::{
    command,
    game::state,
    parts::{DecodeError, Decoded, addrs, bytes32, cluster_id, must_know, public_key, signature},
};
use crate::{
    consensus::{
        Continuation, Entry, Genesis, Holder, LogId, MAX_MEMBERS, MAX_TICKETS, Member, Membership,
        Notice, Proposal, SnapshotMeta, StoredMembership, Ticket, TicketPath, Vote, log_id,
    },
    proto as pb,
};

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
            key: member.key.as_bytes().to_vec(),
            addrs: member.addrs.clone(),
            path: member.path.as_ref().map(Into::into),
        }
    }
}

fn member(member: pb::Member) -> Decoded<Member> {
    Ok(Member::new(
        public_key(&member.key)?,
        member.path.map(ticket_path).transpose()?,
        addrs(member.addrs)?,
    ))
}

impl From<Holder> for pb::Holder {
    fn from(holder: Holder) -> Self {
        Self {
            seat: holder.seat,
            key: holder.key.as_bytes().to_vec(),
        }
    }
}

/// Reads a seat and the key that speaks for it.
///
/// # Errors
/// If it is missing, or the key is none.
pub fn holder(message: Option<pb::Holder>) -> Decoded<Holder> {
    let message = message.ok_or(DecodeError::Missing("holder"))?;
    Ok(Holder {
        seat: message.seat,
        key: public_key(&message.key)?,
    })
}

impl From<&TicketPath> for pb::TicketPath {
    fn from(path: &TicketPath) -> Self {
        let tickets = path.tickets.iter().map(|ticket| pb::Ticket {
            holder: Some(ticket.holder.into()),
            base: ticket.base,
            signature: ticket.signature.as_bytes().to_vec(),
        });
        Self {
            nonce: path.nonce.to_vec(),
            founder: Some(path.founder.into()),
            tickets: tickets.collect(),
        }
    }
}

/// Reads who let whom in. Whether they did is another question.
///
/// # Errors
/// If it is too long, or a key or signature is none.
pub fn ticket_path(path: pb::TicketPath) -> Decoded<TicketPath> {
    if path.tickets.len() > MAX_TICKETS {
        return Err(DecodeError::Invalid("path"));
    }
    let tickets = path.tickets.into_iter().map(|ticket| {
        Ok(Ticket {
            holder: holder(ticket.holder)?,
            base: ticket.base,
            signature: signature(&ticket.signature)?,
        })
    });
    Ok(TicketPath {
        nonce: path
            .nonce
            .try_into()
            .map_err(|_length| DecodeError::Invalid("nonce"))?,
        founder: holder(path.founder)?,
        tickets: tickets.collect::<Decoded<_>>()?,
    })
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

/// The most members of a membership: those who come may replace as many who go.
pub const MAX_NODES: usize = 2 * MAX_MEMBERS;

fn membership(membership: pb::Membership) -> Decoded<Membership> {
    let nodes = &membership.nodes;
    if nodes.len() > MAX_NODES || !(1..=2).contains(&membership.voters.len()) {
        return Err(DecodeError::Invalid("membership"));
    }
    let mut keys: Vec<&[u8]> = nodes.values().map(|member| &member.key[..]).collect();
    keys.sort_unstable();
    if keys.windows(3).any(|three| three[0] == three[2]) {
        // A new seat takes the place of an old one.
        return Err(DecodeError::Invalid("membership"));
    }
    let voters: Vec<BTreeSet<_>> = membership
        .voters
        .into_iter()
        .map(|set| set.node_ids.into_iter().collect())
        .collect();
    let nodes = membership
        .nodes
        .into_iter()
        .map(|(id, message)| Ok((id, member(message)?)))
        .collect::<Decoded<BTreeMap<_, _>>>()?;
    Membership::new(voters, nodes).map_err(|_bad| DecodeError::Invalid("membership"))
}

impl From<&StoredMembership> for pb::StoredMembership {
    fn from(stored: &StoredMembership) -> Self {
        Self {
            log_id: stored.log_id().as_ref().map(Into::into),
            membership: Some(stored.membership().into()),
        }
    }
}

fn stored_membership(stored: pb::StoredMembership) -> Decoded<StoredMembership> {
    let message = stored
        .membership
        .ok_or(DecodeError::Missing("membership"))?;
    // The membership before the first entry has no voters at all.
    if message.voters.is_empty() && message.nodes.is_empty() {
        return Ok(StoredMembership::default());
    }
    Ok(StoredMembership::new(
        stored.log_id.map(Into::into),
        membership(message)?,
    ))
}

impl From<&SnapshotMeta> for pb::SnapshotMeta {
    fn from(meta: &SnapshotMeta) -> Self {
        Self {
            last_log_id: meta.last_log_id.as_ref().map(Into::into),
            last_membership: Some((&meta.last_membership).into()),
        }
    }
}

/// Reads what a snapshot is of.
///
/// # Errors
/// If it names no members.
pub fn snapshot_meta(meta: pb::SnapshotMeta) -> Decoded<SnapshotMeta> {
    Ok(SnapshotMeta {
        last_log_id: meta.last_log_id.map(Into::into),
        last_membership: stored_membership(
            meta.last_membership
                .ok_or(DecodeError::Missing("membership"))?,
        )?,
    })
}

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
                EntryPayload::Normal(Proposal::Observation(ref observation)) => {
                    Payload::Command(observation.into())
                }
                EntryPayload::Normal(Proposal::Genesis(ref genesis)) => {
                    Payload::Genesis((&**genesis).into())
                }
                EntryPayload::Membership(ref membership) => Payload::Membership(membership.into()),
            }),
        }
    }
}

/// An entry as it is counted in a [`History`](crate::consensus::History): without
/// signatures, of which there are two for the same.
pub fn canonical(entry: &Entry) -> Vec<u8> {
    use pb::entry::Payload;
    let mut message = pb::Entry::from(entry);
    match &mut message.payload {
        Some(Payload::Command(command)) => command.signature.clear(),
        Some(Payload::Membership(membership)) => {
            let members = membership.nodes.values_mut();
            for path in members.filter_map(|member| member.path.as_mut()) {
                path.tickets
                    .iter_mut()
                    .for_each(|ticket| ticket.signature.clear());
            }
        }
        Some(Payload::Genesis(genesis)) => {
            if let Some(state) = &mut genesis.state {
                state
                    .sessions
                    .iter_mut()
                    .for_each(|session| session.signature.clear());
                state.removals.clear();
            }
        }
        Some(Payload::Blank(_)) | None => {}
    }
    message.encode_to_vec()
}

impl From<&Notice> for pb::Notice {
    fn from(notice: &Notice) -> Self {
        Self {
            parent: notice.parent.as_bytes().to_vec(),
            founder: Some(notice.founder.into()),
            path: notice.path.as_ref().map(Into::into),
            child: Some((&notice.child).into()),
            fence: notice.fence.as_ref().map(Into::into),
            digest: notice.digest.to_vec(),
            participants: notice.participants.clone(),
            signature: notice.signature().as_bytes().to_vec(),
        }
    }
}

/// Reads where a game went on. Whether it is so is another question.
///
/// # Errors
/// If something in it is not what it should be.
pub fn notice(notice: pb::Notice) -> Decoded<Notice> {
    if notice.participants.len() > MAX_NODES {
        return Err(DecodeError::Invalid("participants"));
    }
    let signature = signature(&notice.signature)?;
    let continuation = Continuation {
        parent: cluster_id(&notice.parent)?,
        founder: holder(notice.founder)?,
        path: notice.path.map(ticket_path).transpose()?,
        child: ticket_path(notice.child.ok_or(DecodeError::Missing("path"))?)?,
        fence: notice.fence.map(Into::into),
        digest: bytes32(&notice.digest, "digest")?,
        participants: notice.participants,
    };
    Ok(continuation.with(signature))
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
            Payload::Membership(message) => EntryPayload::Membership(membership(message)?),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::PublicKey;

    /// Whether a membership is read: seats, each with the number of its key, and who
    /// votes.
    fn is_read(seats: &[(u64, u8)], voters: &[&[u64]]) -> bool {
        let nodes = seats.iter().map(|(seat, key)| {
            let key = PublicKey::try_from(&[*key; 65][..]).expect("65 bytes");
            (*seat, (&Member::new(key, None, Vec::new())).into())
        });
        let message = pb::Membership {
            nodes: nodes.collect(),
            voters: voters
                .iter()
                .map(|ids| pb::NodeSet {
                    node_ids: ids.to_vec(),
                })
                .collect(),
        };
        membership(message).is_ok()
    }

    #[test]
    fn a_membership_is_one_that_a_leader_could_make() {
        let two = [(1, 1), (2, 2)];
        let many: Vec<(u64, u8)> = (1..=49).map(|n| (n, n as u8)).collect();
        type Case<'a> = (&'a [(u64, u8)], &'a [&'a [u64]], bool);
        let cases: [Case<'_>; 9] = [
            (&two, &[&[1]], true),
            (&two, &[&[1], &[1, 2]], true),
            (&two, &[&[1], &[2], &[1, 2]], false),
            (&two, &[], false),
            (&two, &[&[1, 9]], false),
            // A seat in the place of another one of the same player's.
            (&[(1, 1), (2, 1)], &[&[1]], true),
            (&[(1, 1), (2, 1), (3, 1)], &[&[1]], false),
            (&many[..48], &[&[1]], true),
            (&many, &[&[1]], false),
        ];
        for (n, (seats, voters, ok)) in cases.into_iter().enumerate() {
            assert_eq!(is_read(seats, voters), ok, "case {n}");
        }
    }
}
