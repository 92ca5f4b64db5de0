//! What was said once, said again.

use std::{sync::Arc, time::Duration};

use dhangkanna::{
    consensus::{CommandId, GameCommand},
    game::{Action, Letter, Name, Outcome},
    keys::Signature,
    net::{Committed, MemberClient, Newcomer},
};

use super::{
    Intruder, Room, SESSION,
    calls::{command, signed},
    server::Follows,
};
use crate::common::{room_of, until};

/// The order of the curve P-256 (SEC 2, section 2.4.2).
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

/// The other form of a signature, which is as valid: with the order less `s`.
fn other_form(command: &GameCommand) -> GameCommand {
    let mut command = command.clone();
    let signed = command.signed.as_mut().expect("a signature");
    let mut bytes = signed.signature.as_bytes().to_vec();
    let mut borrow = 0_i16;
    for (n, byte) in bytes[32..].iter_mut().enumerate().rev() {
        let difference = i16::from(ORDER[n]) - i16::from(*byte) - borrow;
        borrow = i16::from(difference < 0);
        *byte = difference.rem_euclid(256) as u8;
    }
    signed.signature = Signature::try_from(&bytes[..]).expect("64 bytes");
    command
}

/// A member that sits down and plays, call by call.
struct Player {
    room: Room,
    intruder: Intruder,
    client: MemberClient,
}

impl Player {
    async fn new() -> Self {
        let room = Room::of(2).await;
        let intruder = Intruder::with(Arc::new(Follows));
        intruder.enter(&room).await;
        let client = intruder.member(room.cluster, room.host());
        Self {
            room,
            intruder,
            client,
        }
    }

    fn says(&self, session: u64, seq: u64, action: Action) -> GameCommand {
        let id = CommandId {
            peer_id: self.intruder.identity.peer_id(),
            session,
            seq,
        };
        let opens = matches!(action, Action::TakeSeat { .. });
        signed(
            command(id, action, opens),
            self.room.cluster,
            &self.intruder.identity,
        )
    }

    async fn propose(&self, command: &GameCommand) -> Committed {
        let proposed = self.client.propose(command, Duration::from_secs(5)).await;
        proposed.expect("an outcome")
    }

    fn guesses(&self) -> usize {
        let view = self.room.players[0].view().borrow().clone();
        let game = room_of(&view).expect("a room").state.game();
        game.round().expect("a round").guesses().len()
    }
}

fn sits() -> Action {
    Action::TakeSeat {
        name: Name::parse("Mallory").expect("a name"),
    }
}

fn guess(letter: &str) -> Action {
    Action::Guess {
        letter: Letter::parse(letter).expect("a letter"),
        round: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_counts_once_in_whichever_form_it_is_signed() {
    let player = Player::new().await;
    player.propose(&player.says(SESSION, 1, sits())).await;
    let first = player.says(SESSION, 2, guess("z"));
    let other = other_form(&first);
    assert_ne!(first.signed, other.signed);
    let decided = player.propose(&first).await;
    assert_eq!(decided.reply.result, Some(Ok(Outcome::Miss)));
    let guesses = player.guesses();
    // The same command: a retry, with the outcome that it had.
    for again in [&other, &first, &other] {
        let decided_again = player.propose(again).await;
        assert_eq!(decided_again.reply, decided.reply);
    }
    player.room.goes_on().await;
    assert_eq!(player.guesses(), guesses + 1);
    player.room.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_session_counts_for_nothing_again() {
    let player = Player::new().await;
    let (old, new) = (SESSION, SESSION + 1);
    let said = [
        player.says(old, 1, sits()),
        player.says(old, 2, guess("z")),
        player.says(old, 3, guess("y")),
    ];
    for command in &said {
        player.propose(command).await;
    }
    player.propose(&player.says(new, 1, sits())).await;
    let guesses = player.guesses();
    for command in &said {
        let again = player.client.propose(command, Duration::from_secs(5)).await;
        if let Ok(decided) = again {
            assert!(!matches!(decided.reply.result, Some(Ok(_))), "{decided:?}");
        }
    }
    // The new session goes on, and nothing was guessed meanwhile.
    player.propose(&player.says(new, 2, guess("w"))).await;
    assert_eq!(player.guesses(), guesses + 1);
    player.room.goes_on().await;
    player.room.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seat_is_given_once_though_the_answer_was_lost() {
    let room = Room::of(2).await;
    let intruder = Intruder::with(Arc::new(Follows));
    intruder.enter(&room).await;
    let path = intruder.credentials(room.cluster).path();
    assert!(path.is_some(), "the ticket came with the membership");
    let newcomer = Newcomer {
        node_id: intruder.seat,
        key: intruder.identity.key().public(),
        addrs: vec![intruder.addr.to_string()],
        rules: dhangkanna::consensus::RULES,
    };
    let (_, host) = room.host();
    let again = intruder.peers.enter(host, room.cluster, newcomer).await;
    again.expect("the same seat");
    assert_eq!(intruder.credentials(room.cluster).path(), path);
    let view = room.players[0].view().borrow().clone();
    let members = &room_of(&view).expect("a room").cluster.members;
    assert_eq!(members.len(), 3);
    // Who leaves twice, because the first answer was lost, has left.
    let client = intruder.member(room.cluster, room.host());
    client.leave().await.expect("left");
    if let Err(again) = client.leave().await {
        assert!(again.to_string().contains("no longer a member"), "{again}");
    }
    until(&room.players[0], "two members", |view| {
        room_of(view).is_some_and(|room| room.cluster.members.len() == 2)
    })
    .await;
    room.goes_on().await;
    room.end().await;
}
