//! A room that was begun with version 0.1 goes on with this one. The files of
//! `tests/golden/room-0.1` are as that version left them; the key in them was
//! made for this and is nobody's.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod common;

use std::{fs, path::Path};

use common::{node, room_of, until};
use dhangkanna::{
    consensus::RULES,
    game::{Action, Letter, Phase, Whole},
    node::{Command, Done, Timing},
};

/// Where version 0.1 had its seat.
const SEAT: &str = "profiles/1/rooms/a2d1fc9633a1b8ecd6e21afc468e337e/368230995276878542";

fn unpack(data: &Path) {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/room-0.1");
    fs::create_dir_all(data.join(SEAT)).expect("a folder");
    for (file, to) in [
        ("identity.pem", "profiles/1/identity.pem".to_owned()),
        ("raft.redb", format!("{SEAT}/raft.redb")),
        ("seat", format!("{SEAT}/seat")),
    ] {
        fs::copy(golden.join(file), data.join(to)).expect("copied");
    }
}

#[tokio::test]
async fn a_room_of_version_0_1_goes_on() {
    let data = tempfile::tempdir().expect("a folder");
    unpack(data.path());
    let ada = node(data.path(), "Ada", Timing::REAL, || {});
    let resume = Command::Resume { which: None };
    ada.request(resume).await.expect("the kept room");
    let view = until(&ada, "the old round", |view| {
        room_of(view).is_some_and(|room| room.state.game().round().is_some())
    })
    .await;
    let room = room_of(&view).expect("a room");
    assert_eq!(room.name.as_str(), "old den");
    let round = room.state.game().round().expect("a round");
    assert_eq!(round.mask_text(), "ka__a ka___");
    let guessed: String = round
        .guesses()
        .iter()
        .filter_map(|guess| guess.letter())
        .map(Letter::as_char)
        .collect();
    assert_eq!((guessed.as_str(), round.chances_left()), ("kxa", 5));
    // Nobody here has an older program: the newer rules come by themselves.
    let raised =
        |view: &_| room_of(view).is_some_and(|room| room.state.game().table().rules == RULES);
    let view = until(&ada, "the newer rules", raised).await;
    assert_eq!(
        room_of(&view).expect("a room").state.game().table().owner,
        Some(view.me.peer_id)
    );
    // And the round of the old ones is played to its end by the new ones.
    let whole = Whole::parse("kanna kamui", None).expect("a guess");
    let solve = Command::Act(Action::Solve { whole, round: None });
    let done = ada.request(solve).await.expect("solved");
    assert!(matches!(done, Done::Applied { .. }), "{done:?}");
    until(&ada, "the end", |view| {
        room_of(view).is_some_and(|room| room.state.game().phase() == Phase::Won)
    })
    .await;
    ada.request(Command::StartMatch { force: true })
        .await
        .expect("a match");
    ada.shutdown().await.expect("left");
}
