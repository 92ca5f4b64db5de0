//! The window, found and used by its accessible names, over two real nodes in
//! this process. No display and no GPU.

use std::{sync::atomic::Ordering, time::Duration};

use crate::common::{
    PATIENCE,
    player::{Player, runtime},
    room_of,
    words::message,
};
use dhangkanna::{
    game::{Mode, Phase},
    node::{Command, Look, Stage, Timing, Trouble, View},
    ui::Language,
};
use eframe::egui;
use egui_kittest::kittest::Queryable as _;

#[test]
fn a_pin_is_made_shown_and_typed() {
    let (runtime, data) = (runtime(), tempfile::tempdir().expect("a folder"));
    let mut ada = Player::new(&runtime, data.path(), "Ada");
    let mut ben = Player::new(&runtime, data.path(), "Ben");
    ada.window.run();
    ada.click("Host a game");
    ada.sees(&runtime, "my room", |view| room_of(view).is_some());
    ada.click("Ask me before new players join");
    let is_locked =
        |view: &View| room_of(view).is_some_and(|room| room.state.game().table().settings.locked);
    ada.sees(&runtime, "the locked door", is_locked);
    ben.sees(&runtime, "Ada's room", |view| !view.rooms.is_empty());
    ben.click("Join Ada's room");
    let knocks = |with_pin| move |view: &View| matches!(view.stage, Stage::Knocking { takes_pin, .. } if takes_pin == with_pin);
    ben.sees(&runtime, "the door", knocks(false));
    assert!(!ben.shows("PIN from the owner’s screen"));

    ada.click("Make a PIN");
    let pin_of = |view: &View| room_of(view).and_then(|room| room.pin);
    ada.sees(&runtime, "a PIN", |view| pin_of(view).is_some());
    let before = pin_of(&ada.node.view().borrow()).expect("a PIN").digits();
    ada.click("New PIN");
    ada.sees(&runtime, "another PIN", |view| {
        pin_of(view).is_some_and(|pin| pin.digits() != before)
    });
    let digits = pin_of(&ada.node.view().borrow()).expect("a PIN").digits();
    assert!(ada.shows(&format!("PIN {} {}", &digits[..3], &digits[3..])));

    ben.sees(&runtime, "the PIN's field", knocks(true));
    let type_it = |ben: &mut Player, digits: &str| {
        let field = ben.window.get_by_role_and_label(
            egui::accesskit::Role::TextInput,
            "PIN from the owner’s screen",
        );
        field.focus();
        ben.window.run();
        ben.window.event(egui::Event::Text(digits.to_owned()));
        ben.window.run();
    };
    type_it(&mut ben, "12");
    assert!(ben.shows("A PIN has six digits."));
    ben.window
        .key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    type_it(&mut ben, &before);
    ben.window.key_press(egui::Key::Enter);
    ben.window.run();
    ben.sees(&runtime, "that it is wrong", |view| {
        view.notice
            .as_ref()
            .is_some_and(|notice| notice.code == "wrong_pin")
    });
    assert!(ben.shows("That is not the PIN of the room"));
    type_it(&mut ben, &digits);
    ben.click("Enter");
    ben.sees(&runtime, "the room", |view| room_of(view).is_some());

    ada.click("Turn off");
    ada.sees(&runtime, "no PIN", |view| pin_of(view).is_none());
    assert!(ada.shows("Make a PIN"));
    for player in [ben, ada] {
        runtime.block_on(player.node.shutdown()).expect("left");
    }
}

#[test]
fn two_windows_play_one_game() {
    let (runtime, data) = (runtime(), tempfile::tempdir().expect("a folder"));
    let mut ada = Player::new(&runtime, data.path(), "Ada");
    let mut ben = Player::new(&runtime, data.path(), "Ben");
    ben.window.run();
    assert!(ben.shows("No rooms yet"));
    ada.window.run();
    ada.click("Host a game");
    ada.sees(&runtime, "my room", |view| room_of(view).is_some());
    assert!(ada.shows("Ready when you are"));

    ben.sees(&runtime, "Ada's room", |view| !view.rooms.is_empty());
    assert!(ben.shows("hosted by Ada"));
    ben.click("Join Ada's room");
    ben.sees(&runtime, "the room", |view| room_of(view).is_some());
    let both = |view: &View| {
        room_of(view).is_some_and(|r| r.players.iter().filter(|p| p.online).count() == 2)
    };
    ada.sees(&runtime, "Ben", both);
    assert!(ada.shows("Players (2)") && ada.shows("Ben is here."));
    ben.sees(&runtime, "both players", both);
    // Who was there before is no news.
    assert!(!ben.shows("is here."));
    assert!(ada.shows("Ada (you)") && ada.shows("leader, owner"));
    assert!(ben.shows("learner"));

    // The known word, so that the letters can be named.
    let start = Command::StartRound {
        pack: "kanna".to_owned(),
        number: Some(1),
        after_round: None,
    };
    runtime.block_on(ada.node.request(start)).expect("a round");
    let guessing = |view: &View| {
        room_of(view).is_some_and(|room| room.state.game().phase() == Phase::Guessing)
    };
    ada.sees(&runtime, "the round", guessing);
    ben.sees(&runtime, "the round", guessing);
    assert!(ben.shows("Word: blank blank blank blank blank space blank"));

    let guesses = |n: usize| {
        move |view: &View| {
            let round = room_of(view).and_then(|room| room.state.game().round());
            round.is_some_and(|round| round.guesses().len() == n)
        }
    };
    ada.click("Letter K");
    for player in [&mut ada, &mut ben] {
        player.sees(&runtime, "a hit", guesses(1));
        assert!(player.shows("Letter K, hit"));
        assert!(player.shows("Word: k blank blank blank blank space k"));
    }
    ben.types('X');
    for player in [&mut ada, &mut ben] {
        player.sees(&runtime, "a miss", guesses(2));
        assert!(player.shows("Letter X, miss"));
        assert!(player.shows("5 balloons left."));
        assert!(player.shows("Kanna floats under 5 balloons"));
    }
    assert!(ada.shows("Ben tried X. Pop!") && ben.shows("You tried X. Pop!"));
    // A repeated letter costs nothing, nor one of another language.
    ada.types('k');
    assert!(ada.shows("K has already been guessed."));
    for (n, letter) in "anmui".chars().enumerate() {
        let player = if n % 2 == 0 { &mut ada } else { &mut ben };
        player.types(letter);
        player.sees(&runtime, "a letter", guesses(3 + n));
    }
    for player in [&mut ada, &mut ben] {
        player.sees(&runtime, "the win", guesses(7));
        assert!(player.shows("Found it!"));
        assert!(player.shows("Kanna spreads her wings"));
    }

    // A match: set up by the owner, once the other is ready.
    ada.click("Turns");
    ada.sees(&runtime, "turns", |view| {
        room_of(view).is_some_and(|r| r.state.game().table().settings.mode == Mode::Turns)
    });
    assert!(ada.shows("Ben isn’t ready yet."));
    ben.sees(&runtime, "turns", |view| {
        room_of(view).is_some_and(|r| r.state.game().table().settings.mode == Mode::Turns)
    });
    assert!(ben.shows("Ada is setting up the next match: Turns"));
    ben.click("I’m ready");
    ada.sees(&runtime, "Ben is ready", |view| {
        room_of(view).is_some_and(|room| room.players.iter().any(|player| player.ready))
    });
    ada.click("Start the game");
    for player in [&mut ada, &mut ben] {
        player.sees(&runtime, "the match", guessing);
        assert!(player.shows("Turns · round 1 of 5"));
    }
    assert!(ada.shows("Your turn!"));
    assert!(ben.shows("Ada’s turn"));
    // The word is any of the pack's: of a short one the first letter is free.
    let view = ada.node.view().borrow().clone();
    let round = room_of(&view).and_then(|room| room.state.game().round());
    match round.map(|round| round.price_of_hint()) {
        Some(Ok(false)) => ada.click("Hint (free)"),
        _ => ada.click("Hint (−1 balloon)"),
    }
    ada.sees(&runtime, "a hint", guesses(1));
    // It is stopped only after a question.
    ada.click("Stop match…");
    ada.click("Keep playing");
    ada.click("Stop match…");
    ada.click("Stop match");
    for player in [&mut ada, &mut ben] {
        player.sees(&runtime, "the end", |view| {
            room_of(view).is_some_and(|room| room.state.game().match_on().is_none())
        });
        assert!(player.shows("The match is over"));
        assert!(player.shows("This round doesn’t count: the match was stopped."));
    }
    // The next match can be started without scrolling, under a ranking as well.
    let start = ada.window.get_by_label("Start anyway").rect();
    let setup = ada
        .window
        .get_by_label("Ask me before new players join")
        .rect();
    assert!(
        start.bottom() < 600.0 && start.bottom() < setup.top(),
        "{start:?}"
    );
    // What was said is there, and the rounds so far.
    ben.window.get_by_label("Say something").click();
    ben.window.run();
    ben.window
        .get_by_label("Say something")
        .type_text("Well played");
    ben.window.run();
    ben.window.key_press(egui::Key::Enter);
    ben.window.run();
    ada.sees(&runtime, "the words", |view| {
        room_of(view).is_some_and(|room| room.state.game().table().said == 1)
    });
    assert!(ada.shows("Well played"));
    ada.click("History");
    assert!(ada.shows("Rounds so far"));
    ada.click("Previous");
    ada.click("Close");

    // The host leaves, the game stays.
    ada.click("Leave");
    ada.sees(&runtime, "the lobby", |view| view.stage == Stage::Lobby);
    ben.sees(&runtime, "me as leader", |view| {
        room_of(view).is_some_and(|r| r.cluster.leader == Some(r.cluster.node_id))
    });
    ben.sees(&runtime, "that Ada has gone", |view| {
        room_of(view).is_some_and(|r| {
            let owner = r.state.game().table().owner;
            owner == Some(view.me.peer_id) && r.players.iter().filter(|p| p.online).count() == 1
        })
    });
    assert!(ben.shows("Ben (you)") && ben.shows("leader, owner"));
    assert!(ben.shows("Ada left"));
    runtime.block_on(ben.node.shutdown()).expect("left");
    runtime.block_on(ada.node.shutdown()).expect("left");
}

#[test]
fn joining_in_vain_says_why() {
    let (runtime, data) = (runtime(), tempfile::tempdir().expect("a folder"));
    let mut ada = Player::new(&runtime, data.path(), "Ada");
    ada.window.run();
    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.local_addr().expect("its address").port()
    };
    ada.window.get_by_label("Join by address").click();
    ada.window.run();
    ada.window
        .get_by_label("Join by address")
        .type_text(&format!("127.0.0.1:{port}"));
    ada.window.run();
    ada.click("Go");
    ada.sees(&runtime, "a notice", |view| view.notice.is_some());
    assert!(ada.shows("Nobody answers"));
    assert!(ada.shows("firewall"));
    runtime.block_on(ada.node.shutdown()).expect("left");
}

#[test]
fn an_address_that_was_joined_is_remembered() {
    let (runtime, data) = (runtime(), tempfile::tempdir().expect("a folder"));
    let mut ada = Player::new(&runtime, data.path(), "Ada");
    ada.window.run();
    ada.click("Host a game");
    ada.sees(&runtime, "my room", |view| room_of(view).is_some());
    let profile = ada.node.view().borrow().me.folder.clone();
    let port = std::fs::read_to_string(format!("{profile}/port")).expect("its port");
    let addr = format!("127.0.0.1:{}", port.trim());

    let mut ben = Player::new(&runtime, data.path(), "Ben");
    ben.window.run();
    assert!(!ben.shows("Recent"));
    ben.window.get_by_label("Join by address").click();
    ben.window.run();
    ben.window.get_by_label("Join by address").type_text(&addr);
    ben.window.run();
    ben.window.key_press(egui::Key::Enter);
    ben.window.run();
    let joined = |view: &View| room_of(view).is_some_and(|room| room.players.len() == 2);
    ben.sees(&runtime, "the room", joined);
    ben.click("Leave");
    ben.sees(&runtime, "the lobby", |view| view.stage == Stage::Lobby);
    assert!(ben.shows("Recent"));
    ben.click(&addr);
    ben.sees(&runtime, "the room again", joined);
    for player in [ben, ada] {
        runtime.block_on(player.node.shutdown()).expect("left");
    }
}

#[test]
fn an_idle_window_draws_nothing() {
    let (runtime, data) = (runtime(), tempfile::tempdir().expect("a folder"));
    let mut ada = Player::new(&runtime, data.path(), "Ada");
    ada.window.run();
    ada.click("Host a game");
    ada.sees(&runtime, "my room", |view| room_of(view).is_some());
    // `run` returned, so the window asks for no further frame by itself; and
    // the node must not ask for one either. A second of silence, in time.
    runtime.block_on(async {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        let mut views = ada.node.view();
        while tokio::time::timeout(Duration::from_secs(1), views.changed())
            .await
            .is_ok()
        {
            assert!(tokio::time::Instant::now() < deadline, "never at rest");
        }
        let changes = ada.changes.load(Ordering::Relaxed);
        assert!(changes > 0, "the node tells of its views");
    });
    runtime.block_on(ada.node.shutdown()).expect("left");
}

#[test]
fn everything_has_its_place_in_a_small_window() {
    let (runtime, data) = (runtime(), tempfile::tempdir().expect("a folder"));
    let long = "Maximiliane von und zu W";
    let size = egui::vec2(420.0, 560.0);
    let mut player = Player::sized(&runtime, data.path(), long, size, Timing::REAL);
    player.window.run();
    player.click("Host a game");
    player.sees(&runtime, "my room", |view| room_of(view).is_some());
    let start = Command::StartMatch { force: true };
    runtime
        .block_on(player.node.request(start))
        .expect("a match");
    player.sees(&runtime, "a round", |view| {
        room_of(view).is_some_and(|room| room.state.game().phase() == Phase::Guessing)
    });
    let leave = player.window.get_by_label("Leave").rect();
    assert!(leave.right() <= size.x && leave.left() >= 0.0, "{leave:?}");
    for name in ["Letter Q", "Letter P", "Letter M"] {
        let key = player.window.get_by_label(name).rect();
        assert!(
            key.left() >= 0.0 && key.right() <= size.x,
            "{name}: {key:?}"
        );
    }
    runtime.block_on(player.node.shutdown()).expect("left");
}

#[test]
fn the_game_goes_on_without_the_host_who_follows_later() {
    let timing = Timing {
        stall: Duration::from_secs(2),
        ..Timing::REAL
    };
    let size = egui::vec2(1040.0, 720.0);
    let data = tempfile::tempdir().expect("a folder");
    let (hosts, guests) = (runtime(), runtime());
    let mut host = Player::sized(&hosts, data.path(), "Ada", size, timing);
    host.window.run();
    host.click("Host a game");
    host.sees(&hosts, "the room", |view| room_of(view).is_some());
    let mut guest = Player::sized(&guests, data.path(), "Ben", size, timing);
    guest.sees(&guests, "Ada's room", |view| !view.rooms.is_empty());
    guest.click("Join Ada's room");
    guest.sees(&guests, "the room", |view| {
        room_of(view).is_some_and(|room| room.players.len() == 2)
    });

    // A crash: nothing is said or written any more.
    hosts.shutdown_timeout(PATIENCE);
    drop(host);
    guest.sees(&guests, "the question", |view| {
        room_of(view).is_some_and(|room| matches!(room.trouble, Some(Trouble::Stalled { .. })))
    });
    assert!(guest.shows("Can’t reach Ada. Is this computer still on the network?"));
    guest.click("Continue without them");
    guest.sees(&guests, "a game that goes on", |view| {
        room_of(view).is_some_and(|room| {
            room.trouble.is_none() && room.players.len() == 2 && !room.players[1].online
        })
    });

    let hosts = runtime();
    let mut host = Player::sized(&hosts, data.path(), "Ada", size, timing);
    host.sees(&hosts, "the kept room", |view| !view.kept.is_empty());
    host.click("Rejoin Ada's room");
    host.sees(&hosts, "word of the others", |view| {
        room_of(view).is_some_and(|room| matches!(room.trouble, Some(Trouble::Elsewhere { .. })))
    });
    assert!(host.shows("Ben continued without you."));
    host.click("Follow");
    host.sees(&hosts, "the others", |view| {
        room_of(view).is_some_and(|room| {
            room.trouble.is_none() && room.players.iter().filter(|p| p.online).count() == 2
        })
    });
    let cluster = |player: &Player| {
        let view = player.node.view().borrow().clone();
        room_of(&view).map(|room| room.cluster.cluster_id)
    };
    assert_eq!(cluster(&host), cluster(&guest));
    for (runtime, player) in [(&hosts, host), (&guests, guest)] {
        runtime.block_on(player.node.shutdown()).expect("left");
    }
}

#[test]
fn the_window_speaks_the_systems_language() {
    let (runtime, data) = (runtime(), tempfile::tempdir().expect("a folder"));
    for language in Language::ALL {
        // Narrow, and every glyph must be there.
        let size = egui::vec2(480.0, 640.0);
        let name = language.code();
        let mut player = Player::sized(&runtime, data.path(), name, size, Timing::REAL);
        player.window.run();
        let app = player.window.state_mut().take().expect("drawn once");
        *player.window.state_mut() = Some(app.speaking(language));
        player.window.run();
        player.click(&message(language, "lobby-host"));
        player.sees(&runtime, "my room", |view| room_of(view).is_some());
        assert!(player.shows(&message(language, "board-ready")));
        runtime.block_on(player.node.shutdown()).expect("left");
    }
}

#[test]
fn settings_are_done_at_once_and_kept() {
    let (runtime, data) = (runtime(), tempfile::tempdir().expect("a folder"));
    let mut ada = Player::new(&runtime, data.path(), "Ada");
    ada.window.run();
    ada.click("Settings");
    ada.click("High contrast");
    let looks = |view: &View| view.me.preferences.look == Look::Contrast;
    ada.sees(&runtime, "the look", looks);
    assert!(ada.window.ctx.global_style().visuals.dark_mode);
    ada.click("120 %");
    ada.sees(&runtime, "the size", |view| {
        view.me.preferences.scale == 120
    });
    ada.window.get_by_label("Language").click();
    ada.window.run();
    ada.click("Français");
    let speaks = |view: &View| view.me.preferences.language.as_deref() == Some("fr");
    ada.sees(&runtime, "the language", speaks);
    ada.click(&message(Language::French, "close"));
    assert!(ada.shows(&message(Language::French, "lobby-host")));
    runtime.block_on(ada.node.shutdown()).expect("left");

    // The next start finds them.
    let mut ada = Player::new(&runtime, data.path(), "Ada");
    ada.sees(&runtime, "all of it", |view| looks(view) && speaks(view));
    assert!(ada.shows(&message(Language::French, "lobby-host")));
    runtime.block_on(ada.node.shutdown()).expect("left");
}
