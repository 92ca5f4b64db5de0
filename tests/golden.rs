//! What earlier builds stored and sent stays readable. The files of
//! `tests/golden` are never written again; a new version of a message adds a
//! file, numbered by the rules that it came with.

use std::{fmt::Write as _, path::PathBuf};

use dhangkanna::{
    consensus::{
        ClusterId, CommandId, Entry, GameCommand, Genesis, Holder, Member, Membership, Proposal,
        RULES, RoomState, Ticket, TicketPath, Vote, codec, log_id,
    },
    game::{Action, Letter, Name, PeerId, Secret},
    keys::{PublicKey, Signature},
    proto as pb,
};
use openraft::EntryPayload;
use prost::Message;

/// Compares a message with its file. With `GOLDEN=write`, makes a file that
/// is not there yet.
fn golden(name: &str, message: &impl Message) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(format!("{name}.hex"));
    let bytes = message.encode_to_vec();
    let mut hex = String::new();
    for line in bytes.chunks(32) {
        for byte in line {
            write!(hex, "{byte:02x}").unwrap();
        }
        hex.push('\n');
    }
    if !path.exists() && std::env::var("GOLDEN").is_ok_and(|v| v == "write") {
        std::fs::write(&path, &hex).expect("written");
    }
    let file = std::fs::read_to_string(&path).expect("a golden file");
    assert_eq!(file, hex, "{name} is encoded otherwise than before");
    bytes
}

fn commands() -> Vec<(&'static str, GameCommand)> {
    let command = |seq, opens_session, action| GameCommand {
        id: CommandId {
            peer_id: PeerId::new([0xab; 32]),
            session: 0x0123_4567_89ab_cdef,
            seq,
        },
        opens_session,
        action,
        signed: None,
    };
    vec![
        (
            "seat-2",
            command(
                1,
                true,
                Action::TakeSeat {
                    name: Name::parse("Ada 🐉").unwrap(),
                },
            ),
        ),
        (
            "start-2",
            command(
                2,
                false,
                Action::StartRound {
                    pack: "kanna".to_owned(),
                    clue: "A small dragon".to_owned(),
                    secret: Secret::parse("Ka-7 é").unwrap(),
                    alphabet: None,
                    after_round: Some(0),
                },
            ),
        ),
        (
            "guess-2",
            command(
                3,
                false,
                Action::Guess {
                    letter: Letter::parse("É").unwrap(),
                    round: Some(1),
                },
            ),
        ),
        (
            "miss-2",
            command(
                4,
                false,
                Action::Guess {
                    letter: Letter::parse("x").unwrap(),
                    round: None,
                },
            ),
        ),
    ]
}

#[test]
fn commands_in_the_log_stay_readable() {
    for (n, (name, command)) in commands().into_iter().enumerate() {
        let entry = Entry {
            log_id: log_id(3, n as u64 + 10),
            payload: EntryPayload::Normal(Proposal::Command(command.clone())),
        };
        let bytes = golden(name, &pb::Entry::from(&entry));
        let read = codec::entry(pb::Entry::decode(&bytes[..]).unwrap(), RULES).expect("an entry");
        assert_eq!(read.log_id, entry.log_id);
        assert!(
            matches!(read.payload, EntryPayload::Normal(Proposal::Command(read)) if read == command),
            "{name}"
        );
    }
}

#[test]
fn memberships_and_votes_stay_readable() {
    let key = |n: u8| PublicKey::try_from(&[n; 65][..]).unwrap();
    let holder = |n: u8| Holder {
        seat: n.into(),
        key: key(n),
    };
    let ticket = |n: u8| Ticket {
        holder: holder(n),
        base: 2,
        signature: Signature::try_from(&[n; 64][..]).unwrap(),
    };
    let member = |n: u8| {
        let path = TicketPath {
            nonce: [7; 16],
            founder: holder(1),
            tickets: (2..=n).map(ticket).collect(),
        };
        let addrs = vec![format!("10.0.0.{n}:4000"), "[fe80::1%2]:4000".to_owned()];
        Member::new(key(n), Some(path), addrs)
    };
    let nodes = [(1, member(1)), (2, member(2)), (u64::MAX >> 1, member(3))];
    let voters = vec![[1].into(), [1, 2].into()];
    let membership = Membership::new(
        voters,
        nodes
            .into_iter()
            .collect::<std::collections::BTreeMap<_, _>>(),
    )
    .unwrap();
    let entry = Entry {
        log_id: log_id(3, 9),
        payload: EntryPayload::Membership(membership.clone()),
    };
    let bytes = golden("membership-2", &pb::Entry::from(&entry));
    let read = codec::entry(pb::Entry::decode(&bytes[..]).unwrap(), RULES).expect("an entry");
    assert!(matches!(read.payload, EntryPayload::Membership(read) if read == membership));

    let vote = Vote::new_committed(7, 5);
    let bytes = golden("vote-2", &pb::Vote::from(&vote));
    assert_eq!(Vote::from(pb::Vote::decode(&bytes[..]).unwrap()), vote);
}

#[test]
fn the_state_of_a_room_stays_readable() {
    let mut state = RoomState::default();
    for (n, (_, command)) in commands().into_iter().enumerate() {
        state.apply(n as u64 + 10, Proposal::Command(command));
    }
    let bytes = golden("state-2", &pb::RoomState::from(&state));
    let read = codec::state(pb::RoomState::decode(&bytes[..]).unwrap(), RULES);
    assert_eq!(read.expect("a state"), state);
}

#[test]
fn a_continuation_stays_readable() {
    let mut state = RoomState::default();
    for (n, (_, command)) in commands().into_iter().enumerate() {
        state.apply(n as u64 + 10, Proposal::Command(command));
    }
    let parent = ClusterId::try_from(&[0xcd; 16][..]).unwrap();
    let genesis = Genesis { parent, state };
    let entry = Entry {
        log_id: log_id(1, 3),
        payload: EntryPayload::Normal(Proposal::Genesis(Box::new(genesis.clone()))),
    };
    let bytes = golden("genesis-2", &pb::Entry::from(&entry));
    let read = codec::entry(pb::Entry::decode(&bytes[..]).unwrap(), RULES).expect("an entry");
    let EntryPayload::Normal(Proposal::Genesis(read)) = read.payload else {
        panic!("another entry");
    };
    assert_eq!(*read, genesis);
    // Its state, with an ancestor, as a snapshot holds it.
    let mut state = RoomState::default();
    state.apply(3, Proposal::Genesis(read));
    let bytes = golden("continued-2", &pb::RoomState::from(&state));
    let read = codec::state(pb::RoomState::decode(&bytes[..]).unwrap(), RULES);
    assert_eq!(read.expect("a state"), state);
}

#[test]
fn what_a_newer_build_wrote_is_refused_in_words() {
    let (_, command) = commands().remove(0);
    let mut message = pb::Command::from(&command);
    message.rules = 99;
    let error = codec::command(message, RULES).expect_err("a newer command");
    assert!(
        error.to_string().contains("needs rules version 99"),
        "{error}"
    );
    assert!(
        error.to_string().contains("install the newest version"),
        "{error}"
    );
}
