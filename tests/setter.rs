//! A setter's program that lies is caught by all others, and takes nothing from them.

use std::time::Duration;

use crate::common::{node, room_of, until};
use dhangkanna::{
    game::{Action, Letter, Mode, Phase, Settings, Void},
    node::{Choice, Command, JoinTarget, NodeHandle, RoomView, Timing, View},
    planted::{Bug, plant},
};

fn phase_is(phase: Phase) -> impl Fn(&View) -> bool {
    move |view| room_of(view).is_some_and(|room| room.state.game().phase() == phase)
}

fn room(node: &NodeHandle) -> RoomView {
    let view = node.view().borrow().clone();
    room_of(&view).expect("a room").clone()
}

async fn three(data: &std::path::Path) -> Vec<NodeHandle> {
    let mut nodes = Vec::new();
    for name in ["Ada", "Ben", "Cleo"] {
        let node = node(data, name, Timing::REAL, || {});
        let command = match nodes.len() {
            0 => Command::Host {
                room: None,
                pin: None,
            },
            _ => Command::Join {
                target: JoinTarget::Room("Ada's room".to_owned()),
                wait: Duration::from_secs(10),
                pin: None,
            },
        };
        node.request(command).await.expect("a seat");
        nodes.push(node);
    }
    until(&nodes[0], "all three", |view| {
        room_of(view).is_some_and(|room| room.state.game().at_table().count() == 3)
    })
    .await;
    nodes
}

/// Plays a round that Ada sets, and answers with how it ended for each.
async fn play(nodes: &[NodeHandle]) -> Vec<(Phase, Option<Void>)> {
    let settings = Settings {
        mode: Mode::Setter,
        rounds: 1,
        ..Settings::default()
    };
    let configure = Command::Act(Action::Configure(settings));
    nodes[0].request(configure).await.expect("configured");
    let start = Command::StartMatch { force: true };
    nodes[0].request(start).await.expect("a match");
    let choose = Command::Choose(Choice::Own {
        secret: "banana".to_owned(),
        clue: "Yellow".to_owned(),
    });
    nodes[0].request(choose).await.expect("a secret");
    for node in nodes {
        until(node, "the secret", phase_is(Phase::Guessing)).await;
    }
    for (n, letter) in "anbxzqjvwy".chars().enumerate() {
        let guess = Command::Act(Action::Guess {
            letter: Letter::from_folded(letter),
            round: None,
        });
        // The last ones may come too late.
        let _ = nodes[1 + n % 2].request(guess).await;
    }
    let mut ends = Vec::new();
    for node in nodes {
        until(node, "the end", |view| {
            room_of(view).is_some_and(|room| room.state.game().phase().is_over())
        })
        .await;
        let room = room(node);
        let round = room.state.game().round().expect("a round");
        ends.push((round.phase(), round.frame().void));
    }
    ends
}

#[tokio::test]
async fn an_honest_setter_is_believed_and_a_liar_is_not() {
    let data = tempfile::tempdir().expect("a folder");
    let nodes = three(data.path()).await;
    assert_eq!(play(&nodes).await, vec![(Phase::Won, None); 3]);
    let scores = |room: &RoomView| -> Vec<_> {
        room.state
            .game()
            .ranking()
            .iter()
            .map(|rank| rank.score)
            .collect()
    };
    assert_eq!(scores(&room(&nodes[2])), [4, 2, 0]);
    // The same program, but it denies the first letter that is asked for.
    plant(Bug::FalseAnswer);
    let caught = (Phase::Void, Some(Void::FalseAnswer));
    assert_eq!(play(&nodes).await, vec![caught; 3]);
    plant(Bug::None);
    let caught = room(&nodes[2]);
    let setter = nodes[0].view().borrow().me.peer_id;
    let round = caught.state.game().round().expect("a round");
    assert_eq!(round.voided_by(), Some(setter));
    assert_eq!(scores(&caught), [4, 2, 0], "what was found counts");
    for node in nodes {
        node.shutdown().await.expect("left");
    }
}
