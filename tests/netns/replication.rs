//! Every seat shows the same game, each command is applied once, and soon.

use std::{collections::BTreeMap, time::Duration};

use dhangkanna::game::{Action, Game, Letter, Name, Outcome, PeerId, Secret};
use serde_json::Value;

use crate::harness::{
    lab::Lab,
    room::{LETTERS, room, walk},
    seat::Seat,
    stats::{print_machine, report, runs},
};

fn without_event(mut value: Value) -> Value {
    value.as_object_mut().map(|fields| fields.remove("event"));
    value
}

#[test]
#[ignore = "needs root"]
fn five_seats_play_one_game() {
    for _ in 0..runs(2) {
        let lab = Lab::new(5);
        let mut seats = room(&lab, 5);
        seats[0].must("start kanna#1");
        let mut last = 0;
        for (n, letter) in LETTERS.chars().enumerate() {
            let reply = seats[n % 5].must(&format!("guess {letter}"));
            let want = if n < 5 { "miss" } else { "hit" };
            assert_eq!(reply["outcome"], want, "{letter}");
            assert!(reply["copies"].as_u64() >= Some(3), "{reply}");
            last = reply["index"].as_u64().expect("an index");
        }
        let games: Vec<Value> = seats
            .iter()
            .map(|seat| {
                seat.shown(last);
                without_event(seat.newest("game"))
            })
            .collect();
        for game in &games {
            assert_eq!(game, &games[0]);
            assert_eq!(game["phase"], "won");
            assert_eq!(game["mask"], "kanna kamui");
            assert_eq!(game["secret"], "kanna kamui");
        }
        println!("five seats, one game at index {last}");
        for seat in seats {
            assert!(seat.leave().success());
        }
    }
}

/// Plays `guesses` guesses in turn from all seats, and times them.
fn time_guesses(seats: &mut [Seat], guesses: usize) -> (Vec<Duration>, Vec<Duration>) {
    let (mut acknowledged, mut shown) = (Vec::new(), Vec::new());
    for n in 0..guesses {
        if n % LETTERS.len() == 0 {
            let index = seats[0].must("start kanna#1")["index"]
                .as_u64()
                .expect("an index");
            for seat in seats.iter() {
                seat.shown(index);
            }
        }
        let letter = &LETTERS[n % LETTERS.len()..][..1];
        let asker = n % seats.len();
        let asked = std::time::Instant::now();
        let (time, reply) = seats[asker].ask(&format!("guess {letter}"));
        assert_eq!(reply["ok"], true, "{reply}");
        acknowledged.push(time);
        let index = reply["index"].as_u64().expect("an index");
        let last = seats
            .iter()
            .map(|seat| seat.shown(index))
            .max()
            .expect("seats");
        shown.push(last - asked);
        if n % 50 == 49 {
            // Only after the replies: their numbers go on.
            seats.iter().for_each(Seat::forget);
        }
    }
    (acknowledged, shown)
}

#[test]
#[ignore = "needs root"]
fn a_guess_is_quick() {
    for seats in [3, 5] {
        let lab = Lab::new(seats);
        let mut all = room(&lab, seats);
        let (mut acknowledged, mut shown) = time_guesses(&mut all, runs(60));
        print_machine(lab.folder());
        report(
            &format!("{seats} seats, guess acknowledged"),
            &mut acknowledged,
        );
        report(&format!("{seats} seats, guess shown on all"), &mut shown);
    }
}

#[test]
#[ignore = "needs root"]
fn concurrent_commands_apply_once_in_one_order() {
    for _ in 0..runs(2) {
        let lab = Lab::new(3);
        let mut seats = room(&lab, 3);
        let before = seats[0].must("start kanna#1")["index"]
            .as_u64()
            .expect("an index");
        let mut commands: BTreeMap<(usize, usize), String> = BTreeMap::new();
        let mut lines = [2, 1, 1];
        for n in 0..200 {
            let asker = n % 3;
            let command = if n % 17 == 16 {
                "start kanna#1".to_owned()
            } else {
                format!("guess {}", (b'a' + (n * 7 % 26) as u8) as char)
            };
            seats[asker].send(&command);
            commands.insert((asker, lines[asker]), command);
            lines[asker] += 1;
        }
        // Every command has one reply; those in the log, an index of their own.
        let mut by_index: BTreeMap<u64, (usize, String, Value)> = BTreeMap::new();
        let mut rejected = 0;
        for ((asker, line), command) in commands {
            let (_, reply) = seats[asker].reply(line);
            if reply["ok"] == true {
                let index = reply["index"].as_u64().expect("an index");
                let twice = by_index.insert(index, (asker, command, reply));
                assert!(twice.is_none(), "two commands at entry {index}");
            } else {
                assert_eq!(reply["code"], "round_over", "{reply}");
                rejected += 1;
            }
        }
        assert_eq!(by_index.len() + rejected, 200);
        // In the order of the log, the rules give the same outcomes.
        let peers: Vec<PeerId> = seats
            .iter()
            .map(|s| {
                s.newest("ready")["peer_id"]
                    .as_str()
                    .unwrap()
                    .parse()
                    .unwrap()
            })
            .collect();
        let mut model = Game::default();
        for peer in &peers {
            let name = Name::parse("P").unwrap();
            model.apply(0, *peer, Action::TakeSeat { name }).unwrap();
        }
        model.apply(0, peers[0], start()).unwrap();
        let mut last = before;
        for (index, (asker, command, reply)) in &by_index {
            let action = match command.strip_prefix("guess ") {
                Some(letter) => Action::Guess {
                    letter: Letter::parse(letter).unwrap(),
                    round: None,
                },
                None => start(),
            };
            let outcome = model
                .apply(0, peers[*asker], action)
                .expect("as it was accepted");
            assert_eq!(reply["outcome"], outcome.code(), "entry {index}");
            if outcome != Outcome::Repeat {
                last = *index;
            }
        }
        let games: Vec<Value> = seats
            .iter()
            .map(|seat| {
                seat.shown(last);
                without_event(seat.newest("game"))
            })
            .collect();
        assert!(games.iter().all(|game| *game == games[0]), "{games:#?}");
        assert_eq!(games[0]["index"], last);
        let mask = model.round().unwrap().mask_text();
        assert_eq!(games[0]["mask"], mask.as_str());
        println!(
            "200 concurrent commands: {} applied once each, {rejected} refused (round over), one order",
            by_index.len()
        );
    }
}

fn start() -> Action {
    Action::StartRound {
        pack: "kanna".to_owned(),
        clue: String::new(),
        secret: Secret::parse("kanna kamui").unwrap(),
        alphabet: None,
        after_round: None,
    }
}

#[test]
#[ignore = "needs root"]
fn the_log_is_compacted() {
    let commands = runs(2000);
    let lab = Lab::new(2);
    let mut host = Seat::ready(&lab, 1, "P1", &["--host", "den"]);
    let mut sent = 0;
    while sent < commands {
        let batch = 100.min(commands - sent);
        for n in 0..batch {
            if n % (LETTERS.len() + 1) == 0 {
                host.send("start kanna#1");
            } else {
                host.send(&format!(
                    "guess {}",
                    &LETTERS[n % (LETTERS.len() + 1) - 1..][..1]
                ));
            }
        }
        sent += batch;
        host.reply(sent);
        if sent < commands {
            host.forget();
        }
    }
    let index = host.must("state")["game"]["index"]
        .as_u64()
        .expect("an index");
    assert!(index as usize >= commands * 9 / 10, "{index}");
    let folder = lab.path("P1").join("profiles/1/rooms");
    let bytes: u64 = walk(&folder)
        .iter()
        .map(|file| file.metadata().unwrap().len())
        .sum();
    println!(
        "after {commands} commands the room's folder has {} kB",
        bytes / 1024
    );
    assert!(bytes < 5 * 1024 * 1024, "{bytes} bytes");
    let asked = std::time::Instant::now();
    let joiner = Seat::ready(&lab, 2, "P2", &["--join", "den"]);
    let at = joiner.shown(index);
    println!(
        "a fresh joiner has the game after {} ms",
        (at - asked).as_millis()
    );
    let log = lab.path("P2").join("profiles/1/logs");
    let text: String = walk(&log)
        .iter()
        .map(|f| std::fs::read_to_string(f).unwrap())
        .collect();
    assert!(text.contains("snapshot installed"), "{text}");
}
