//! A player comes back with an older copy of the profile, which lacks what was decided
//! since.

use std::{path::Path, sync::Arc};

use dhangkanna::{
    game::{Action, Letter},
    node::{Command, NodeHandle, Timing, Trouble, View},
};
use tokio::runtime::Runtime;

use crate::common::{addr_of, copy_settled, join, node, room_of, sit, until};

/// A player whose program can be killed.
fn program(data: &Path, name: &str) -> (NodeHandle, Runtime) {
    let program = Runtime::new().expect("a runtime");
    let player = {
        let _in_it = program.enter();
        node(data, name, Timing::REAL, || {})
    };
    (player, program)
}

async fn guess(player: &NodeHandle, letter: &str) {
    let letter = Letter::parse(letter).expect("a letter");
    let guess = Action::Guess {
        letter,
        round: None,
    };
    player.request(Command::Act(guess)).await.expect("decided");
}

fn guesses(view: &View) -> usize {
    let game = room_of(view).map(|room| room.state.game());
    let round = game.and_then(|game| game.round());
    round.map_or(0, |round| round.guesses().len())
}

/// The host of two, who decides alone, comes back with a copy from before the last
/// guesses, none of which was its own: it has no proof that they were decided.
async fn older_copy(choice: Command) -> (Arc<View>, Arc<View>) {
    let [data, backup, other] = [(); 3].map(|()| tempfile::tempdir().expect("a folder"));
    let (host, program_of_host) = program(data.path(), "Ada");
    sit(
        &host,
        Command::Host {
            room: None,
            pin: None,
        },
    )
    .await;
    let (guest, program_of_guest) = program(other.path(), "Ben");
    sit(&guest, join(addr_of(&host))).await;
    let start = Command::StartRound {
        pack: "kanna".to_owned(),
        number: Some(1),
        after_round: None,
    };
    host.request(start).await.expect("a round");
    copy_settled(data.path(), backup.path());
    for letter in ["k", "a", "n"] {
        guess(&guest, letter).await;
    }
    until(&guest, "three guesses", |view| guesses(view) == 3).await;
    drop(host);
    program_of_host.shutdown_background();

    let (host, program_of_host) = program(backup.path(), "Ada");
    let resume = Command::Resume { which: None };
    host.request(resume).await.expect("a room");
    let asked = until(&host, "the question", |view| {
        let trouble = room_of(view).and_then(|room| room.trouble.as_ref());
        matches!(trouble, Some(Trouble::NewerCopy { .. }))
    })
    .await;
    let Some(Trouble::NewerCopy { with }) = &room_of(&asked).expect("a room").trouble else {
        panic!("no question");
    };
    assert_eq!(
        with.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["Ben"]
    );
    if choice == Command::Continue {
        until(&guest, "nobody to play with", |view| {
            let trouble = room_of(view).and_then(|room| room.trouble.as_ref());
            matches!(trouble, Some(Trouble::Stalled { .. }))
        })
        .await;
    }
    host.request(choice).await.expect("an answer");
    let plays = |view: &View| {
        let room = room_of(view);
        room.is_some_and(|room| room.trouble.is_none() && room.cluster.leader.is_some())
    };
    let view = until(&host, "a game", plays).await;
    let of_guest = guest.view().borrow().clone();
    for player in [host, guest] {
        let _ = player.shutdown().await;
    }
    program_of_host.shutdown_background();
    program_of_guest.shutdown_background();
    (view, of_guest)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_decides_alone_asks_when_others_have_more() {
    // Theirs: nothing is lost, and both show one game.
    let (host, guest) = older_copy(Command::Continue).await;
    assert_eq!(guesses(&host), 3);
    let cluster = |view: &View| room_of(view).expect("a room").cluster.cluster_id;
    assert_eq!(cluster(&host), cluster(&guest));
    // Its own: the player has said so.
    let (host, _) = older_copy(Command::PlayOwnCopy).await;
    assert_eq!(guesses(&host), 0);
    let notice = host.notice.as_ref().expect("said");
    assert_eq!((notice.code, notice.what.as_str()), ("own_copy", "Ben"));
}
