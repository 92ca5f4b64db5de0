//! Rooms of other versions of the program: an older one's file is refused, the
//! rules of a room are raised when all its members know newer ones, and who
//! does not know them is told.

use std::{fs, path::Path, time::Duration};

use crate::common::{addr_of, copy_settled, join, node, node_knowing, room_of, sit, until};
use dhangkanna::{
    consensus::RULES,
    node::{Command, NodeHandle, Stage, Timing, View},
};

/// The rules of a program that is still to be written.
const NEXT: u32 = RULES + 1;

/// Where version 0.1 had its seat in the room of `tests/golden/room-0.1`. The key
/// there was made for this and is nobody's.
const SEAT: &str = "profiles/1/rooms/a2d1fc9633a1b8ecd6e21afc468e337e/368230995276878542";

fn rules_of(view: &View) -> Option<u32> {
    Some(room_of(view)?.state.game().table().rules)
}

async fn why_not(node: &NodeHandle, command: Command) -> String {
    let failure = node.request(command).await.expect_err("a refusal");
    until(node, "the lobby", |view| view.stage == Stage::Lobby).await;
    failure.to_string()
}

#[tokio::test]
async fn a_room_of_version_0_1_is_refused_and_left_as_it_was() {
    let data = tempfile::tempdir().expect("a folder");
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/room-0.1");
    let seat = data.path().join(SEAT);
    fs::create_dir_all(&seat).expect("a folder");
    for (file, to) in [
        ("identity.pem", data.path().join("profiles/1/identity.pem")),
        ("raft.redb", seat.join("raft.redb")),
        ("seat", seat.join("seat")),
    ] {
        fs::copy(golden.join(file), to).expect("copied");
    }
    let ada = node(data.path(), "Ada", Timing::REAL, || {});
    let listed = |view: &View| view.kept.iter().any(|room| room.name.as_str() == "old den");
    until(&ada, "the kept room", listed).await;
    let why = why_not(&ada, Command::Resume { which: None }).await;
    assert!(
        why.contains("was made by an older version of dhangkanna and cannot be opened by this one"),
        "{why}"
    );
    until(&ada, "the kept room", listed).await;
    // The program goes on.
    sit(
        &ada,
        Command::Host {
            room: None,
            pin: None,
        },
    )
    .await;
    ada.shutdown().await.expect("left");
    for file in ["raft.redb", "seat"] {
        let (before, after) = (fs::read(golden.join(file)), fs::read(seat.join(file)));
        assert!(before.expect("a file") == after.expect("a file"), "{file}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rules_are_raised_when_all_members_know_newer_ones() {
    let folders = [(); 3].map(|()| tempfile::tempdir().expect("a folder"));
    let [older, newer, copy] = folders.each_ref().map(|folder| folder.path());
    let bob = node_knowing(older, "Bob", RULES);
    sit(
        &bob,
        Command::Host {
            room: None,
            pin: None,
        },
    )
    .await;
    let ada = node_knowing(newer, "Ada", NEXT);
    sit(&ada, join(addr_of(&bob))).await;
    bob.request(Command::HandOver).await.expect("handed over");
    let leads = |view: &View| {
        room_of(view).is_some_and(|room| room.cluster.leader == Some(room.cluster.node_id))
    };
    until(&ada, "to lead", leads).await;
    // The new leader looks at once, and again every two seconds.
    let raised = |view: &View| rules_of(view) == Some(NEXT);
    let early = tokio::time::timeout(Duration::from_secs(5), until(&ada, "never", raised)).await;
    assert!(early.is_err(), "raised above what a member knows");
    assert_eq!(rules_of(&bob.view().borrow()), Some(RULES));

    bob.request(Command::Leave).await.expect("left");
    until(&ada, "newer rules", raised).await;
    let why = why_not(&bob, join(addr_of(&ada))).await;
    assert!(why.contains("install the same version on both"), "{why}");

    // Neither does the older program open the log of the room.
    copy_settled(newer, copy);
    let same = node_knowing(copy, "Ada", RULES);
    let why = why_not(&same, Command::Resume { which: None }).await;
    let words = format!(
        "this room needs rules version {NEXT}, and this program knows up to {RULES}; install the newest version"
    );
    assert!(why.contains(&words) && !why.contains("damaged"), "{why}");
    for node in [bob, ada, same] {
        node.shutdown().await.expect("left");
    }
}
