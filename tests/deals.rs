//! When a word comes to the players' computers: with its round, and not before.

use std::{collections::BTreeSet, fs, path::Path};

use crate::common::{addr_of, copy_settled, files_below, join, node, room_of, sit, until};
use dhangkanna::{
    game::{Action, Game, Mode, Secret, Settings, Whole},
    node::{Choice, Command, NodeHandle, Timing, View},
};

fn game(node: &NodeHandle) -> Game {
    let view = node.view().borrow().clone();
    room_of(&view).expect("a room").state.game().clone()
}

/// A round of this number, with a secret that is known here.
fn plays(number: u32) -> impl Fn(&View) -> bool {
    move |view| {
        let round = room_of(view).and_then(|room| room.state.game().round().cloned());
        round.is_some_and(|round| round.number() == number && round.is_on())
    }
}

/// The secret of the round that is on, which is then found.
async fn find(node: &NodeHandle) -> Secret {
    let round = game(node).round().expect("a round").clone();
    let secret = round.secret().expect("a secret").clone();
    let whole = Whole::parse(&secret.text(), round.frame().alphabet.as_deref());
    let solve = Action::Solve {
        whole: whole.expect("a guess"),
        round: None,
    };
    node.request(Command::Act(solve)).await.expect("found");
    secret
}

async fn next(node: &NodeHandle) -> Result<(), (&'static str, String)> {
    let after_round = game(node).round().expect("a round").number();
    let next = Command::NextRound { after_round };
    let done = node.request(next).await.map(drop);
    done.map_err(|failure| (failure.code, failure.message))
}

async fn start(node: &NodeHandle, settings: Settings) {
    let configure = Command::Act(Action::Configure(settings));
    node.request(configure).await.expect("configured");
    let start = Command::StartMatch { force: true };
    node.request(start).await.expect("a match");
}

/// Whether a file holds a secret, as the messages of the log write it: its cells
/// one after the other, each with a tag, its length, and its text.
fn holds(bytes: &[u8], secret: &Secret) -> bool {
    let cells = secret.cells().iter().map(|cell| {
        let mut message = vec![0x0a, cell.shown.len() as u8];
        message.extend(cell.shown.as_bytes());
        if let Some(letter) = cell.letter.map(|letter| letter.to_string()) {
            message.extend([0x12, letter.len() as u8]);
            message.extend(letter.as_bytes());
        }
        message.insert(0, message.len() as u8);
        message
    });
    let cells: Vec<Vec<u8>> = cells.collect();
    (0..bytes.len()).any(|start| {
        let mut rest = &bytes[start..];
        cells.iter().all(|cell| {
            // The tag is another in each message.
            let after = rest.get(1..).and_then(|rest| rest.strip_prefix(&cell[..]));
            rest = after.unwrap_or_default();
            after.is_some()
        })
    })
}

#[tokio::test]
async fn a_word_is_on_no_disk_before_its_round() {
    let data = tempfile::tempdir().expect("a folder");
    let nodes = [
        node(data.path(), "Ada", Timing::REAL, || {}),
        node(data.path(), "Ben", Timing::REAL, || {}),
    ];
    sit(
        &nodes[0],
        Command::Host {
            room: None,
            pin: None,
        },
    )
    .await;
    sit(&nodes[1], join(addr_of(&nodes[0]))).await;
    let rounds = 6;
    for mode in [Mode::Together, Mode::Turns] {
        let settings = Settings {
            mode,
            rounds,
            pack: "english".to_owned(),
            ..Settings::default()
        };
        let before = game(&nodes[0]).round().map_or(0, |round| round.number());
        start(&nodes[0], settings).await;
        let (mut disks, mut secrets) = (Vec::new(), Vec::new());
        for nth in 0..u32::from(rounds) {
            for node in &nodes {
                until(node, "a round", plays(before + nth + 1)).await;
            }
            let copy = tempfile::tempdir().expect("a folder");
            copy_settled(data.path(), copy.path());
            disks.push(copy);
            let turn = game(&nodes[0]).round().expect("a round").frame().turn;
            let me = nodes[1].view().borrow().me.peer_id;
            secrets.push(find(&nodes[usize::from(turn == Some(me))]).await);
            // Each of them goes on now and then.
            if nth + 1 < u32::from(rounds) {
                next(&nodes[nth as usize % 2]).await.expect("a round");
            }
        }
        let texts: BTreeSet<String> = secrets.iter().map(Secret::text).collect();
        assert_eq!(texts.len(), secrets.len(), "no word twice: {secrets:?}");
        for (nth, disk) in disks.iter().enumerate() {
            let files = files_below(disk.path()).expect("files");
            let logs = files.iter().filter(|(path, _)| path.ends_with("raft.redb"));
            let logs: Vec<_> = logs.map(|(_, bytes)| bytes).collect();
            assert_eq!(logs.len(), 2);
            for (round, secret) in secrets.iter().enumerate() {
                let known = logs.iter().any(|bytes| holds(bytes, secret));
                assert_eq!(known, round <= nth, "{mode:?} {nth} {round}");
            }
        }
    }
    for node in nodes {
        node.shutdown().await.expect("left");
    }
}

fn pack(data: &Path) {
    let folder = data.join("packs");
    fs::create_dir_all(&folder).expect("a folder");
    let pack = "id: stars\nname: Stars\nlanguage: en\nlicence: CC0-1.0\n---\n\
                vega = A star\nrigel = A star\naltair = A star\n";
    fs::write(folder.join("stars.txt"), pack).expect("a pack");
}

#[tokio::test]
async fn who_lacks_the_pack_is_told_and_who_has_it_goes_on() {
    let (with, without) = (tempfile::tempdir(), tempfile::tempdir());
    let (with, without) = (with.expect("a folder"), without.expect("a folder"));
    pack(with.path());
    let [ada, ben, cleo] = [(&with, "Ada"), (&with, "Ben"), (&without, "Cleo")]
        .map(|(data, name)| node(data.path(), name, Timing::REAL, || {}));
    sit(
        &ada,
        Command::Host {
            room: None,
            pin: None,
        },
    )
    .await;
    sit(&ben, join(addr_of(&ada))).await;
    sit(&cleo, join(addr_of(&ada))).await;
    let settings = Settings {
        rounds: 3,
        pack: "stars".to_owned(),
        ..Settings::default()
    };
    start(&ada, settings).await;
    until(&cleo, "a round", plays(1)).await;
    let first = find(&cleo).await;
    // The one who started it has left.
    ada.shutdown().await.expect("left");
    let (code, message) = next(&cleo).await.expect_err("no such pack here");
    assert_eq!(code, "no_such_entry");
    assert!(message.contains("from the pack `stars`"), "{message}");
    until(&ben, "the end of the round", |view| {
        room_of(view).is_some_and(|room| room.state.game().phase().is_over())
    })
    .await;
    let mut secrets = vec![first];
    for number in 2..=3 {
        next(&ben).await.expect("a round");
        until(&cleo, "a round", plays(number)).await;
        secrets.push(find(&cleo).await);
        until(&ben, "its end", |view| {
            room_of(view).is_some_and(|room| room.state.game().phase().is_over())
        })
        .await;
    }
    let texts: BTreeSet<String> = secrets.iter().map(Secret::text).collect();
    assert_eq!(texts.len(), 3, "{texts:?}");
    // Where players set the words, nobody needs the pack.
    let settings = Settings {
        mode: Mode::Setter,
        rounds: 2,
        ..game(&ben).table().settings.clone()
    };
    until(&ben, "the room", |view| {
        let me = Some(view.me.peer_id);
        room_of(view).is_some_and(|room| room.state.game().table().owner == me)
    })
    .await;
    start(&ben, settings).await;
    let choose = Command::Choose(Choice::Own {
        secret: "deneb".to_owned(),
        clue: String::new(),
    });
    ben.request(choose).await.expect("a secret");
    let round = game(&ben).round().expect("a round").number();
    let give_up = Command::Act(Action::GiveUp { round });
    ben.request(give_up).await.expect("given up");
    until(&cleo, "the end", |view| {
        let game = room_of(view).map(|room| room.state.game());
        let ended = game.and_then(|game| game.round());
        ended.is_some_and(|ended| ended.number() == round && !ended.is_on())
    })
    .await;
    next(&cleo).await.expect("a round that Cleo sets");
    for node in [ben, cleo] {
        node.shutdown().await.expect("left");
    }
}
