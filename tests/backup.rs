//! A player comes back with an older copy of the profile, which lacks what was decided
//! since.

use std::{fs, net::SocketAddr, path::Path, sync::Arc};

use dhangkanna::{
    config::Profile,
    game::{Action, Letter},
    net::{Identity, PROTOCOL},
    node::{Command, NodeHandle, Stage, Timing, Trouble, View},
};
use tokio::{net::TcpListener, runtime::Runtime};

use crate::common::{PATIENCE, addr_of, copy_settled, join, kill, node, room_of, sit, until};

/// A player whose program can be killed.
fn program(data: &Path, name: &str) -> (NodeHandle, Runtime) {
    let program = Runtime::new().expect("a runtime");
    let player = {
        let _in_it = program.enter();
        node(data, name, Timing::REAL, || {})
    };
    (player, program)
}

/// Ada, who hosts a room.
async fn hosting(data: &Path) -> (NodeHandle, Runtime) {
    let (host, program) = program(data, "Ada");
    let hosts = Command::Host {
        room: None,
        pin: None,
    };
    sit(&host, hosts).await;
    (host, program)
}

/// Ends programs, of which some may be alone in a room that had others.
async fn end(players: [(NodeHandle, Runtime); 2]) {
    for (player, program) in players {
        let _ = player.shutdown().await;
        program.shutdown_background();
    }
}

async fn start_round(host: &NodeHandle) {
    let start = Command::StartRound {
        pack: "kanna".to_owned(),
        number: Some(1),
        after_round: None,
    };
    host.request(start).await.expect("a round");
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
    let (host, program_of_host) = hosting(data.path()).await;
    let (guest, program_of_guest) = program(other.path(), "Ben");
    sit(&guest, join(addr_of(&host))).await;
    start_round(&host).await;
    copy_settled(data.path(), backup.path());
    for letter in ["k", "a", "n"] {
        guess(&guest, letter).await;
    }
    until(&guest, "three guesses", |view| guesses(view) == 3).await;
    kill(host, program_of_host);

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
    end([(host, program_of_host), (guest, program_of_guest)]).await;
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

/// Takes connections in the place of a program that has ended, and says nothing.
async fn silent_at(addr: SocketAddr) -> TcpListener {
    let taking_over = async {
        loop {
            match TcpListener::bind(addr).await {
                Ok(listener) => break listener,
                // It has not let go of it yet.
                Err(_) => tokio::task::yield_now().await,
            }
        }
    };
    let taken = tokio::time::timeout(PATIENCE, taking_over).await;
    taken.expect("its port")
}

/// The proof that a copy is older counts, whoever else is silent: a member, and somebody
/// who only announces the room.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_silent_hides_no_proof_of_an_older_copy() {
    let [data, backup, others] = [(); 3].map(|()| tempfile::tempdir().expect("a folder"));
    let (host, program_of_host) = hosting(data.path()).await;
    let (guest, program_of_guest) = program(others.path(), "Ben");
    let (sleeper, program_of_sleeper) = program(others.path(), "Cem");
    for player in [&guest, &sleeper] {
        sit(player, join(addr_of(&host))).await;
    }
    start_round(&host).await;
    copy_settled(data.path(), backup.path());
    guess(&host, "k").await;
    until(&guest, "the guess", |view| guesses(view) == 1).await;
    let cluster = room_of(&host.view().borrow())
        .expect("a room")
        .cluster
        .cluster_id;
    let addr = addr_of(&sleeper);
    for (player, program) in [(host, program_of_host), (sleeper, program_of_sleeper)] {
        kill(player, program);
    }
    let _silent_member = silent_at(addr).await;

    let announcer = silent_at(SocketAddr::from(([127, 0, 0, 1], 0))).await;
    let profile = Profile::open(Some(backup.path()), Some("mallory")).expect("a profile");
    let text = format!(
        "port={}\nv={PROTOCOL}\nver=0.2.0\np={}\nn=Mallory\nc={cluster}\nr=den\nl=1\nm=3\ns=guessing\na=\n",
        announcer.local_addr().expect("an address").port(),
        Identity::ephemeral().expect("a key").peer_id(),
    );
    fs::write(profile.folder().join("announcement"), text).expect("written");
    let (host, program_of_host) = program(backup.path(), "Ada");
    // Its announcement has been read.
    let asked = tokio::time::timeout(PATIENCE, announcer.accept()).await;
    let _asked = asked.expect("a call").expect("a connection");
    let resume = Command::Resume { which: None };
    host.request(resume).await.expect("a room");
    until(&host, "the older copy is given up", |view| {
        let notice = view.notice.as_ref();
        notice.is_some_and(|notice| notice.code == "older_copy")
    })
    .await;
    end([(host, program_of_host), (guest, program_of_guest)]).await;
}

/// Whom the player has removed, as far as the copy tells, and let in again since, shows that
/// it is older: then the player decides.
#[tokio::test(flavor = "multi_thread")]
async fn who_was_let_in_again_proves_that_a_copy_is_older() {
    let [data, backup, other] = [(); 3].map(|()| tempfile::tempdir().expect("a folder"));
    let (host, program_of_host) = hosting(data.path()).await;
    let (guest, program_of_guest) = program(other.path(), "Ben");
    sit(&guest, join(addr_of(&host))).await;
    let peer = guest.view().borrow().me.peer_id;
    let removes = Action::Remove { peer, lock: false };
    host.request(Command::Act(removes)).await.expect("removed");
    until(&guest, "the lobby", |view| {
        matches!(view.stage, Stage::Lobby)
    })
    .await;
    until(&host, "alone", |view| {
        room_of(view).is_some_and(|room| room.cluster.members.len() == 1)
    })
    .await;
    copy_settled(data.path(), backup.path());
    let lets_in = Command::Act(Action::LetIn(peer));
    host.request(lets_in).await.expect("let in");
    sit(&guest, join(addr_of(&host))).await;
    start_round(&host).await;
    guess(&host, "k").await;
    until(&guest, "the guess", |view| guesses(view) == 1).await;
    kill(host, program_of_host);

    let profile = Profile::open(Some(backup.path()), Some("guest")).expect("a profile");
    let announced = Path::new(&guest.view().borrow().me.folder).join("announcement");
    fs::copy(announced, profile.folder().join("announcement")).expect("copied");
    let (host, program_of_host) = program(backup.path(), "Ada");
    until(&host, "the guest's room", |view| !view.rooms.is_empty()).await;
    let resume = Command::Resume { which: None };
    host.request(resume).await.expect("a room");
    until(&host, "the question", |view| {
        let trouble = room_of(view).and_then(|room| room.trouble.as_ref());
        matches!(trouble, Some(Trouble::NewerCopy { .. }))
    })
    .await;
    host.request(Command::PlayOwnCopy).await.expect("its game");
    until(&host, "its game", |view| {
        let room = room_of(view);
        room.is_some_and(|room| room.trouble.is_none() && room.cluster.leader.is_some())
    })
    .await;
    end([(host, program_of_host), (guest, program_of_guest)]).await;
}

/// Whose log is gone has forgotten whom it voted for, and takes no part as who it was.
#[tokio::test(flavor = "multi_thread")]
async fn who_has_lost_the_log_joins_again() {
    for is_empty in [false, true] {
        let [data, other] = [(); 2].map(|()| tempfile::tempdir().expect("a folder"));
        let (host, program_of_host) = hosting(data.path()).await;
        let (guest, program_of_guest) = program(other.path(), "Ben");
        sit(&guest, join(addr_of(&host))).await;
        start_round(&host).await;
        guess(&guest, "k").await;
        let seat = |view: &View| {
            let cluster = &room_of(view).expect("a room").cluster;
            (cluster.cluster_id, cluster.node_id)
        };
        let (room, lost) = seat(&guest.view().borrow());
        kill(guest, program_of_guest);
        let log = other
            .path()
            .join(format!("profiles/1/rooms/{room}/{lost}/raft.redb"));
        if is_empty {
            fs::File::create(&log).expect("emptied");
        } else {
            fs::remove_file(&log).expect("removed");
        }
        let (guest, program_of_guest) = program(other.path(), "Ben");
        let resume = Command::Resume { which: None };
        let failed = guest.request(resume).await.expect_err("no log");
        let said = failed.to_string();
        assert!(
            said.contains("has lost its log; join the room again"),
            "{said}"
        );
        sit(&guest, join(addr_of(&host))).await;
        assert_ne!(seat(&guest.view().borrow()), (room, lost));
        until(&guest, "the game", |view| guesses(view) == 1).await;
        guess(&guest, "a").await;
        for player in [host, guest] {
            player.shutdown().await.expect("left");
        }
        program_of_host.shutdown_background();
        program_of_guest.shutdown_background();
    }
}
