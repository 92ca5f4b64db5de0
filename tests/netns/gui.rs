//! Real windows, in as many namespaces: hosted and joined by clicks, played by
//! keys, in every mode, and by somebody new.

use std::time::Duration;

use crate::harness::{
    lab::Lab,
    seat::Seat,
    stats::{print_machine, report, runs},
    xvfb::{Display, Window},
};

#[test]
#[ignore = "needs root"]
fn hosted_and_joined_by_clicks_played_by_keys() {
    let mut appeared = Vec::new();
    let mut first_frames = Vec::new();
    let runs = runs(2);
    for run in 0..runs {
        let lab = Lab::new(3);
        let display = Display::new();
        let ada = Window::open(&display, &lab, 1, "Ada");
        let ben = Window::open(&display, &lab, 2, "Ben");
        for window in [&ada, &ben] {
            let (at, _) = window.wait("a first frame", 0, |line| line.contains("first frame"));
            first_frames.push(at - window.started);
        }
        ben.wait("the lobby", 0, |line| line.contains("draws lobby rooms=0"));
        if run == 0 {
            display.shoot([&ada, &ben], "1-empty-lobbies");
        }
        let clicked = ada.click("Host a game");
        let (seen, _) = ben.wait("the room", 0, |line| line.contains("draws lobby rooms=1"));
        appeared.push(seen - clicked);
        if run == 0 {
            display.shoot([&ben, &ben], "2-a-room-appears");
        }
        ben.click("Join Ada's room");
        for window in [&ada, &ben] {
            window.wait("both players", 0, |line| line.contains("players=2"));
        }
        // A seat without a window starts the round, with a known word.
        let mut starter = Seat::ready(&lab, 3, "Cleo", &["--join", "Ada's room"]);
        starter.must("start kanna#1");
        let play = |letters: &str, last_mask: &str, phase: &str| {
            for (n, letter) in letters.chars().enumerate() {
                let window = if n % 2 == 0 { &ada } else { &ben };
                let from = (ada.lines(), ben.lines());
                window.types(letter);
                ada.wait("the guess", from.0, |line| line.contains("draws room"));
                ben.wait("the guess", from.1, |line| line.contains("draws room"));
            }
            for window in [&ada, &ben] {
                let text = format!("phase={phase} mask={last_mask:?}");
                window.wait(&text, 0, |line| line.contains(&text));
            }
        };
        for window in [&ada, &ben] {
            window.wait("the round", 0, |line| line.contains("phase=guessing"));
        }
        play("kxanz", "kanna ka___", "guessing");
        if run == 0 {
            display.shoot([&ada, &ben], "3-mid-game");
        }
        play("mui", "kanna kamui", "won");
        if run == 0 {
            display.shoot([&ada, &ben], "4-won");
        }
        starter.must("start kanna#1");
        for window in [&ada, &ben] {
            window.wait("round 2", 0, |line| line.contains("mask=\"_____ _____\""));
        }
        let from = (ada.lines(), ben.lines());
        play("xzqjvw", "_____ _____", "lost");
        ada.wait("the loss", from.0, |line| line.contains("phase=lost"));
        ben.wait("the loss", from.1, |line| line.contains("phase=lost"));
        if run == 0 {
            display.shoot([&ada, &ben], "5-lost");
        }
        // The host closes its window; the others go on.
        ada.close();
        let from = ben.lines();
        starter.must("start kanna#1");
        ben.wait("the next round", from, |line| {
            line.contains("phase=guessing")
        });
        starter.leave();
        ben.close();
        if run == 0 {
            print_machine(lab.folder());
        }
    }
    report("first frame after the start", &mut first_frames);
    report("room appears after the click", &mut appeared);
}

/// A field of what a window draws: `phase=guessing`.
fn field(window: &Window<'_>, name: &str) -> String {
    let line = window.room();
    let from = line
        .rsplit_once(&format!(" {name}="))
        .map_or("", |(_, rest)| rest);
    from.split(' ')
        .next()
        .unwrap_or("")
        .trim_matches('"')
        .to_owned()
}

fn until_all(windows: &[Window<'_>], text: &str) {
    for window in windows {
        // What it draws now, or next.
        let from = window.lines();
        if !window.room().contains(text) {
            window.wait(text, from, |line| {
                line.contains("draws room") && line.contains(text)
            });
        }
    }
}

/// Types letters until the round is over: in the window whose turn it is, or in
/// those of all who do not know the word. Returns how many it took, with so much
/// thought before each.
fn play_round(windows: &[Window<'_>], names: &[&str], thought: Duration) -> usize {
    for (n, letter) in "etaoinsrlhdcumpgbyfkwvxzjq".chars().enumerate() {
        let (phase, turn, setter) = (
            field(&windows[0], "phase"),
            field(&windows[0], "turn"),
            field(&windows[0], "setter"),
        );
        if phase != "guessing" {
            return n;
        }
        let guessers: Vec<usize> = (0..windows.len()).filter(|i| names[*i] != setter).collect();
        let by_turn = names.iter().position(|name| *name == turn);
        let guesser = by_turn.unwrap_or(guessers[n % guessers.len()]);
        let tries: usize = field(&windows[0], "tries").parse().expect("a number");
        windows[guesser].watch_for(thought);
        windows[guesser].types(letter);
        until_all(windows, &format!(" tries={} asked=0 ", tries + 1));
        if field(&windows[0], "phase") == "revealing" {
            windows[0].wait("the word", 0, |line| {
                line.contains(&format!(" tries={} ", tries + 1)) && !line.contains("=revealing")
            });
        }
    }
    26
}

#[test]
#[ignore = "needs root"]
fn every_mode_is_played_to_its_end_in_windows() {
    let lab = Lab::new(3);
    let display = Display::large();
    let names = ["Ada", "Ben", "Cleo"];
    let open = |n: usize| Window::open(&display, &lab, n + 1, names[n]);
    let windows = [open(0), open(1), open(2)];
    windows[0].click("Host a game");
    for guest in &windows[1..] {
        guest.click("Join Ada's room");
    }
    until_all(&windows, "players=3");
    for mode in ["Together", "Turns", "Setter"] {
        let code = mode.to_lowercase();
        if mode != "Together" {
            windows[0].click_at_rest(mode);
        }
        until_all(&windows, &format!(" mode={code} "));
        for (n, guest) in windows[1..].iter().enumerate() {
            guest.click_at_rest("Ready");
            until_all(&windows, &format!(" ready={} ", n + 1));
        }
        windows[0].click_at_rest("Start the game");
        for round in 1..=5 {
            until_all(&windows, &format!(" round={round}/5 "));
            if mode == "Setter" {
                let setter = field(&windows[0], "setter");
                let setter = names
                    .iter()
                    .position(|name| *name == setter)
                    .expect("a setter");
                if round == 1 {
                    display.shoot_all(&windows, "mode-setter-chooses");
                }
                windows[setter].click_at_rest("Offer 1");
            }
            until_all(&windows, " phase=guessing ");
            play_round(&windows, &names, Duration::ZERO);
            if round == 1 {
                display.shoot_all(&windows, &format!("mode-{code}-round"));
            }
            if round < 5 {
                windows[round % 3].click_at_rest("Next round");
            }
        }
        until_all(&windows, " match=over ");
        display.shoot_all(&windows, &format!("mode-{code}-over"));
        println!("{mode}: five rounds, played to the end");
    }
    for window in windows {
        window.close();
    }
}

#[test]
#[ignore = "needs root"]
fn somebody_new_hosts_joins_and_finishes_a_round() {
    // How long a person looks before a click, and before a key.
    let (look, thought) = (Duration::from_secs(1), Duration::from_millis(800));
    let mut times = Vec::new();
    let runs = runs(1);
    for run in 0..runs {
        let lab = Lab::new(2);
        let display = Display::new();
        let mut clicks = 0;
        let mut click = |window: &Window<'_>, control: &str| {
            window.watch_for(look);
            window.click(control);
            clicks += 1;
        };
        let first = Window::open_new(&display, &lab, 1);
        click(&first, "Host a game");
        let second = Window::open_new(&display, &lab, 2);
        let (_, room) = second.wait("a room", 0, |line| {
            line.contains("control \"Join ") && line.contains("room\" at ")
        });
        click(&second, room.split('"').nth(1).expect("its name"));
        let started = first.started;
        let windows = [first, second];
        until_all(&windows, "players=2");
        click(&windows[0], "Start the game");
        until_all(&windows, " phase=guessing ");
        let keys = play_round(&windows, &["first", "second"], thought);
        let over = field(&windows[0], "phase");
        until_all(&windows, &format!(" phase={over} "));
        times.push(started.elapsed());
        assert!(["won", "lost"].contains(&over.as_str()), "{over}");
        println!("{over} with {clicks} clicks and {keys} keys");
        if run == 0 {
            display.shoot([&windows[0], &windows[1]], "somebody-new");
        }
        windows.into_iter().for_each(Window::close);
    }
    report("from nothing to the end of a round", &mut times);
}
