//! What hostile programs send.

use std::time::Duration;

use dhangkanna::{
    consensus::{
        ClusterId, CommandId, Entry, GameCommand, LogId, NodeId, Proposal, Snapshot, SnapshotMeta,
        StoredMembership, TicketPath, TypeConfig, Vote,
    },
    game::{Action, Name, PeerId},
    net::{Connection, Identity},
    proto as pb,
};
use openraft::{
    EntryPayload, RaftNetworkV2 as _,
    entry::RaftEntry as _,
    network::RPCOption,
    raft::{AppendEntriesRequest, AppendEntriesResponse},
};
use prost::Message as _;

pub use super::intruder::{command, signed};
use super::{Intruder, Room, SESSION};
use crate::common::room_of;

pub fn option() -> RPCOption {
    RPCOption::new(Duration::from_secs(5))
}

/// A leader's call, after the entry `prev`.
pub fn append(
    vote: Vote,
    prev: Option<LogId>,
    entries: Vec<Entry>,
    commit: Option<LogId>,
) -> AppendEntriesRequest<TypeConfig> {
    AppendEntriesRequest {
        vote,
        prev_log_id: prev,
        entries,
        leader_commit: commit,
    }
}

/// What a member may try to say in another's name, or twice, or in another room.
pub fn forged(room: &Room, victim: PeerId, by: &Identity) -> Vec<GameCommand> {
    let id = |peer_id, session| CommandId {
        peer_id,
        session,
        seq: 1,
    };
    let resign = || Action::PassOwner(by.peer_id());
    let later = 1 << 52;
    let own = id(by.peer_id(), later);
    let next = CommandId {
        seq: 2,
        ..id(victim, later)
    };
    let sits_down = || Action::TakeSeat {
        name: Name::parse("Mallory").expect("a name"),
    };
    let mut in_victims_name = signed(command(own, resign(), false), room.cluster, by);
    in_victims_name.id.peer_id = victim;
    let mut other_action = signed(command(own, sits_down(), true), room.cluster, by);
    other_action.action = resign();
    let elsewhere = ClusterId::random();
    vec![
        command(id(victim, later), resign(), true),
        command(own, sits_down(), true),
        signed(command(id(victim, later), resign(), true), room.cluster, by),
        in_victims_name,
        // A new start of the victim's, and what it says then.
        command(id(victim, later), sits_down(), true),
        signed(
            command(id(victim, later), sits_down(), true),
            room.cluster,
            by,
        ),
        signed(command(next, resign(), false), room.cluster, by),
        other_action,
        signed(command(own, sits_down(), true), elsewhere, by),
    ]
}

/// A snapshot up to an entry, of a game that somebody else owns.
pub fn made_up(
    room: &Room,
    rogue: &Intruder,
    (owner, heir): (PeerId, PeerId),
    last: LogId,
) -> Snapshot {
    let view = room.players[0].view().borrow().clone();
    let mut made_up = (*room_of(&view).expect("a room").state).clone();
    let id = CommandId {
        peer_id: owner,
        session: SESSION,
        seq: 1,
    };
    let pass = command(id, Action::PassOwner(heir), true);
    made_up.apply(last.index, Proposal::Command(pass));
    assert_eq!(made_up.game().table().owner, Some(heir));
    made_up.apply_entry(room.cluster, Entry::new_blank(last));
    let entries = rogue.log.entries_after(None).into_iter().rev();
    let mut membership = entries.filter_map(|entry| match entry.payload {
        EntryPayload::Membership(membership) => {
            Some(StoredMembership::new(Some(entry.log_id), membership))
        }
        _ => None,
    });
    Snapshot {
        meta: SnapshotMeta {
            last_log_id: Some(last),
            last_membership: membership.next().expect("a membership"),
        },
        snapshot: pb::RoomState::from(&made_up).encode_to_vec(),
    }
}

/// A follower takes a leader's whole log: it may lack some of it.
pub async fn takes(raft: &mut Connection, vote: Vote, entries: Vec<Entry>) {
    let last = entries.last().map(|entry| entry.log_id);
    let call = append(vote, None, entries, last);
    let answer = raft.append_entries(call, option()).await;
    let answer = answer.expect("an answer");
    assert!(
        matches!(answer, AppendEntriesResponse::Success),
        "{answer:?}"
    );
}

/// A seat leads in the room of a path, as it says.
pub fn leads(path: &TicketPath, seat: NodeId) -> pb::RoomInfo {
    pb::RoomInfo {
        cluster_id: path.cluster_id().as_bytes().to_vec(),
        room: "den".to_owned(),
        players: 1,
        phase: "guessing".to_owned(),
        leader_id: seat,
        node_id: seat,
        path: Some(path.into()),
        ..Default::default()
    }
}
