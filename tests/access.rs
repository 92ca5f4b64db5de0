//! The whole game for those who see nothing of it, and for those who use no
//! pointer.

use crate::common::{
    player::{Player, runtime},
    room_of,
};
use dhangkanna::node::View;
use eframe::egui;
use egui_kittest::kittest::{NodeT as _, Queryable as _};

/// From the most frequent in English to the rarest.
const LETTERS: &str = "ETAOINSHRDLCUMWFGYPBVKJXQZ";

fn tries(view: &View) -> usize {
    let round = room_of(view).and_then(|room| room.state.game().round());
    round.map_or(0, |round| round.guesses().len())
}

fn rounds_begun(view: &View) -> u8 {
    let table = room_of(view).map(|room| room.state.game().table());
    let newest = table.and_then(|table| table.newest_match.as_ref());
    newest.map_or(0, |newest| newest.begun)
}

fn round_is_on(view: &View) -> bool {
    let round = room_of(view).and_then(|room| room.state.game().round());
    round.is_some_and(dhangkanna::game::Round::is_on)
}

/// Plays what is on to its end: `guess` tries a letter.
fn play_round(
    runtime: &tokio::runtime::Runtime,
    player: &mut Player,
    guess: impl Fn(&mut Player, char),
) {
    for letter in LETTERS.chars() {
        let now = player.node.view().borrow().clone();
        if !round_is_on(&now) {
            return;
        }
        if player
            .window
            .query_by_label(&format!("Letter {letter}"))
            .is_none()
        {
            continue;
        }
        guess(player, letter);
        let before = tries(&now);
        player.sees(runtime, "the guess", |view| {
            tries(view) > before || !round_is_on(view)
        });
    }
    panic!("26 letters are enough");
}

#[test]
fn a_match_is_played_by_names_only() {
    let (runtime, data) = (runtime(), tempfile::tempdir().expect("a folder"));
    let mut ada = Player::new(&runtime, data.path(), "Ada");
    ada.window.run();
    ada.click("Host a game");
    ada.sees(&runtime, "my room", |view| room_of(view).is_some());
    ada.click("Start the game");
    for round in 1..=5 {
        ada.sees(&runtime, "the round", |view| {
            rounds_begun(view) == round && round_is_on(view)
        });
        // What has happened is read out by itself.
        let told = ada.window.get_by_label_contains("6 balloons left.");
        let live = told.accesskit_node().data().live();
        assert_eq!(live, Some(egui::accesskit::Live::Polite));
        play_round(&runtime, &mut ada, |player, letter| {
            player.click(&format!("Letter {letter}"));
        });
        let ended = ["Found it!", "Oh no! It was"];
        assert!(ended.iter().any(|text| ada.shows(text)));
        if round < 5 {
            ada.click("Next round");
        }
    }
    assert!(ada.shows("The match is over"));
    ada.click("Leave");
    ada.sees(&runtime, "the lobby", |view| room_of(view).is_none());
    runtime.block_on(ada.node.shutdown()).expect("left");
}

/// Presses Tab until something of this name has the focus.
fn tab_to(player: &mut Player, name: &str) {
    for _ in 0..80 {
        let mut named = player.window.query_all_by_label(name);
        if named.any(|node| node.is_focused()) {
            return;
        }
        drop(named);
        press(player, egui::Key::Tab);
    }
    panic!("{name:?} is not reached by Tab");
}

fn press(player: &mut Player, key: egui::Key) {
    player.window.key_press(key);
    player.window.run();
}

#[test]
fn a_match_is_played_by_keyboard_only() {
    let (runtime, data) = (runtime(), tempfile::tempdir().expect("a folder"));
    let mut ada = Player::new(&runtime, data.path(), "Ada");
    ada.window.run();
    tab_to(&mut ada, "Host a game");
    press(&mut ada, egui::Key::Enter);
    ada.sees(&runtime, "my room", |view| room_of(view).is_some());
    tab_to(&mut ada, "Start the game");
    press(&mut ada, egui::Key::Space);
    for round in 1..=5 {
        ada.sees(&runtime, "the round", |view| {
            rounds_begun(view) == round && round_is_on(view)
        });
        if round == 1 {
            // A key on the screen, by the keys of the keyboard.
            tab_to(&mut ada, "Letter Q");
            press(&mut ada, egui::Key::Enter);
            ada.sees(&runtime, "the guess", |view| tries(view) == 1);
        }
        play_round(&runtime, &mut ada, Player::types);
        if round < 5 {
            tab_to(&mut ada, "Next round");
            press(&mut ada, egui::Key::Enter);
        }
    }
    assert!(ada.shows("The match is over"));
    tab_to(&mut ada, "Say something");
    ada.window.event(egui::Event::Text("gg".to_owned()));
    ada.window.run();
    press(&mut ada, egui::Key::Enter);
    ada.sees(&runtime, "the words", |view| {
        room_of(view).is_some_and(|room| room.state.game().table().said == 1)
    });
    tab_to(&mut ada, "Leave");
    press(&mut ada, egui::Key::Enter);
    ada.sees(&runtime, "the lobby", |view| room_of(view).is_none());
    runtime.block_on(ada.node.shutdown()).expect("left");
}
