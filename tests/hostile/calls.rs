//! What hostile programs send.

use std::time::Duration;

use dhangkanna::{
    consensus::{ClusterId, CommandId, Entry, GameCommand, LogId, TypeConfig, Vote},
    game::{Action, Name, PeerId},
    net::Identity,
};
use openraft::{network::RPCOption, raft::AppendEntriesRequest};

use super::Room;
pub use super::intruder::signed;

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

pub fn command(id: CommandId, action: Action, opens_session: bool) -> GameCommand {
    GameCommand {
        id,
        opens_session,
        action,
        signed: None,
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
