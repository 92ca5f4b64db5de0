//! Every Raft message comes off the wire as it was sent.

use std::{collections::BTreeSet, fmt::Debug};

use openraft::{EntryPayload, entry::RaftEntry as _};
use proptest::{collection::vec, option, prelude::*};
use prost::Message;

use super::*;
use crate::{
    consensus::{
        ClusterId, CommandId, CommandProof, Entry, GameCommand, Holder, LogId, Mark, Member,
        Membership, Proposal, RULES, SnapshotMeta, StoredMembership, Ticket, TicketPath, log_id,
    },
    game::{Action, Letter, PeerId},
    keys::{PublicKey, Signature},
    net::{header::Header, messages::Start},
};

/// Sends a message and decodes what arrives.
fn sent<M: Message + Default, T>(message: &M, decode: impl Fn(M) -> Decoded<T>) -> T {
    let arrived = M::decode(message.encode_to_vec().as_slice()).expect("a message");
    decode(arrived).expect("what was encoded")
}

fn vote_any() -> impl Strategy<Value = Vote> {
    any::<(u64, u64, bool)>().prop_map(|(term, node, committed)| {
        if committed {
            Vote::new_committed(term, node)
        } else {
            Vote::new(term, node)
        }
    })
}

fn log_any() -> impl Strategy<Value = LogId> {
    any::<(u64, u64)>().prop_map(|(term, index)| log_id(term, index))
}

fn key(n: u8) -> PublicKey {
    PublicKey::try_from(&[n; 65][..]).expect("65 bytes")
}

/// A path with so many tickets; nobody signed them.
fn path(tickets: usize) -> TicketPath {
    let holder = |seat: u64| Holder {
        seat,
        key: key(seat as u8),
    };
    let tickets = (0..tickets as u64).map(|n| Ticket {
        holder: holder(n),
        base: 2 * n,
        signature: Signature::try_from(&[n as u8; 64][..]).expect("64 bytes"),
    });
    TicketPath {
        nonce: [7; 16],
        founder: holder(99),
        tickets: tickets.collect(),
    }
}

/// Voters of one or two sets, a learner more, and where they are.
fn membership_any() -> impl Strategy<Value = Membership> {
    let sets = vec(proptest::collection::btree_set(0..9_u64, 1..5), 1..3);
    (sets, vec("[a-f0-9:.]{1,40}", 0..3)).prop_map(|(sets, addrs)| {
        let learner = BTreeSet::from([9]);
        let ids: BTreeSet<_> = sets.iter().flatten().chain(&learner).copied().collect();
        let nodes = ids.into_iter().map(|id| {
            let path = (id % 2 == 0).then(|| path(id as usize));
            (id, Member::new(key(id as u8), path, addrs.clone()))
        });
        let nodes: std::collections::BTreeMap<_, _> = nodes.collect();
        Membership::new(sets, nodes).expect("every voter is a member")
    })
}

fn entry_any() -> impl Strategy<Value = Entry> {
    let guess = any::<([u8; 32], u64, u64, bool, Option<u32>)>().prop_map(
        |(peer, session, seq, opens_session, round)| {
            let action = if opens_session {
                Action::TakeSeat {
                    name: Name::parse("Ada").expect("a name"),
                }
            } else {
                let letter = Letter::parse("k").expect("a letter");
                Action::Guess { letter, round }
            };
            EntryPayload::Normal(Proposal::Command(GameCommand {
                id: CommandId {
                    peer_id: PeerId::new(peer),
                    session,
                    seq,
                },
                opens_session,
                action,
                signed: None,
            }))
        },
    );
    let payload = prop_oneof![
        Just(EntryPayload::Blank),
        guess,
        membership_any().prop_map(EntryPayload::Membership),
    ];
    (log_any(), payload).prop_map(|(id, payload)| Entry::new(id, payload))
}

fn append_result_any() -> impl Strategy<Value = AppendEntriesResponse> {
    prop_oneof![
        Just(AppendEntriesResponse::Success),
        option::of(log_any()).prop_map(AppendEntriesResponse::PartialSuccess),
        Just(AppendEntriesResponse::Conflict),
        vote_any().prop_map(AppendEntriesResponse::HigherVote),
    ]
}

fn transfer_result_any() -> impl Strategy<Value = TransferLeaderResponse> {
    prop_oneof![
        Just(Ok(())),
        (vote_any(), vote_any()).prop_map(|(expected, actual)| Err(
            TransferLeaderError::VoteChanged { expected, actual }
        )),
        (option::of(log_any()), option::of(log_any())).prop_map(|(expected, actual)| Err(
            TransferLeaderError::LogNotFlushed { expected, actual }
        )),
    ]
}

fn same<T: PartialEq + Debug>(one: &T, other: &T) -> Result<(), TestCaseError> {
    prop_assert_eq!(one, other);
    Ok(())
}

proptest! {
    #[test]
    fn headers_arrive_as_sent(
        cluster in any::<[u8; 16]>(),
        (seat, to, session) in any::<(u64, u64, u64)>(),
        (protocol, listen_port) in any::<(u32, u16)>(),
        signature in vec(any::<u8>(), 64),
    ) {
        let header = Header {
            protocol,
            cluster_id: ClusterId::try_from(&cluster[..]).expect("16 bytes"),
            to,
            start: Start {
                seat,
                session,
                signature: Signature::try_from(&signature[..]).expect("64 bytes"),
            },
            listen_port,
        };
        same(&sent(&pb::Header::from(&header), Header::decode), &header)?;
    }

    #[test]
    fn append_entries_arrives_as_sent(
        vote in vote_any(),
        (previous, commit) in (option::of(log_any()), option::of(log_any())),
        entries in vec(entry_any(), 0..4),
        away in proptest::collection::btree_set(any::<u64>(), 0..MAX_MEMBERS),
        cut_off in any::<bool>(),
        response in append_result_any(),
    ) {
        let request = AppendEntriesRequest {
            vote,
            prev_log_id: previous,
            entries,
            leader_commit: commit,
        };
        let status = LeaderStatus { away, cut_off };
        let (arrived, heard) = sent(&append_request(&request, status.clone()), |message| {
            append_entries(message, RULES)
        });
        same(&arrived.vote, &request.vote)?;
        same(&arrived.prev_log_id, &request.prev_log_id)?;
        same(&arrived.entries, &request.entries)?;
        same(&arrived.leader_commit, &request.leader_commit)?;
        same(&heard, &status)?;
        let reply = pb::AppendEntriesReply::from(response.clone());
        same(&sent(&reply, appended), &response)?;
    }

    #[test]
    fn votes_arrive_as_sent(
        (vote, last_log_id) in (vote_any(), option::of(log_any())),
        (transfer, granted) in any::<(bool, bool)>(),
    ) {
        let mut request = VoteRequest::new(vote, last_log_id);
        request.leadership_transfer = transfer;
        same(&sent(&pb::VoteRequest::from(request.clone()), vote_request), &request)?;
        let response = VoteResponse::new(vote, last_log_id, granted);
        same(&sent(&pb::VoteReply::from(response.clone()), voted), &response)?;
    }

    #[test]
    fn snapshots_arrive_as_sent(
        (leader, membership) in (vote_any(), membership_any()),
        (last, at) in (option::of(log_any()), option::of(log_any())),
        data in vec(any::<u8>(), 0..100),
    ) {
        let meta = SnapshotMeta {
            last_log_id: last,
            last_membership: StoredMembership::new(at, membership),
        };
        let message = snapshot_request(&leader, Snapshot { meta: meta.clone(), snapshot: data.clone() });
        let (vote, arrived) = sent(&message, snapshot);
        same(&vote, &leader)?;
        same(&arrived.meta, &meta)?;
        same(&arrived.snapshot, &data)?;
        let reply = pb::InstallSnapshotReply { vote: Some((&leader).into()) };
        same(&sent(&reply, installed), &leader)?;
    }

    #[test]
    fn leader_transfers_arrive_as_sent(
        (vote, to, last) in (vote_any(), any::<u64>(), option::of(log_any())),
        response in transfer_result_any(),
    ) {
        let request = TransferLeaderRequest::new(vote, to, last);
        let message = pb::TransferLeaderRequest::from(request.clone());
        same(&sent(&message, transfer_request), &request)?;
        let reply = pb::TransferLeaderReply::from(response.clone());
        same(&sent(&reply, transferred), &response)?;
    }

    #[test]
    fn surveys_arrive_as_sent(
        (plays, leads) in any::<(bool, bool)>(),
        last_log_id in option::of(log_any()),
        (index, digest) in any::<(u64, [u8; 32])>(),
    ) {
        let applied = Mark { index, digest };
        let signature = Signature::try_from(&[9; 64][..]).expect("64 bytes");
        let proof = plays.then_some(CommandProof { session: index, seq: 7, digest, signature });
        let agrees = plays.then_some(leads);
        let (removals, removing, holds) = (Vec::new(), Vec::new(), leads.then_some(plays));
        let members = BTreeSet::from([PeerId::new(digest)]);
        let message = Survey {
            plays, leads, last_log_id, applied, proof, agrees, removals, removing, holds, members,
        };
        let arrived = sent(&pb::SurveyReply::from(message.clone()), |reply| survey(reply, RULES));
        same(&arrived, &message)?;
    }
}

#[test]
fn who_says_nothing_of_gossip_does_not_gossip() {
    for (said, want) in [(0, None), (17946, Some(17946)), (70_000, None)] {
        let reply = pb::HelloReply {
            name: "Ada".to_owned(),
            gossip_port: said,
            ..Default::default()
        };
        let about = about(reply).expect("an answer");
        assert_eq!(about.gossip_port, want);
        let port = pb::HelloReply::from(about).gossip_port;
        assert_eq!(port, u32::from(want.unwrap_or(0)));
    }
}

#[test]
fn a_version_is_short_and_plain() {
    let version = "0.2.0\u{202e}\n\u{1b}[2J é".repeat(10);
    let reply = pb::HelloReply {
        version,
        name: "Ada".to_owned(),
        ..pb::HelloReply::default()
    };
    let about = about(reply).expect("an answer");
    assert_eq!(about.version, "0.2.0[2J0.2.0[2J0.2.");
}
