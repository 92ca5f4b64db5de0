//! Matches in every mode, by at least three seats on as many hosts.

use std::time::Instant;

use serde_json::Value;

use crate::harness::{
    lab::Lab,
    room::{all_show, room, same_game, walk},
    seat::{PATIENCE, Seat},
    stats::runs,
};

/// Sets a match up, and starts it once all are ready.
pub fn start_match(seats: &mut [Seat], mode: &str, rounds: u32, pack: &str) {
    for line in [
        format!("mode {mode}"),
        format!("rounds {rounds}"),
        format!("pack {pack}"),
    ] {
        seats[0].must(&line);
    }
    let (_, early) = seats[0].ask("match");
    assert_eq!(early["code"], "not_ready", "{early}");
    for seat in &mut seats[1..] {
        seat.must("ready");
    }
    let started = seats[0].must("match");
    assert_eq!(started["outcome"], "started");
    all_show(seats, &started);
}

fn by_name<'a>(seats: &'a mut [Seat], name: &Value) -> &'a mut Seat {
    let mut seats = seats.iter_mut();
    seats
        .find(|seat| *name == seat.name.as_str())
        .expect("somebody of that name")
}

/// Guesses letter after letter, by whose turn it is, until the round is over.
/// A setter's answers are waited for.
fn play_round(seats: &mut [Seat]) -> Value {
    for (n, letter) in ('a'..='z').enumerate() {
        let game = seats[0].must("read")["game"].clone();
        if game["phase"] != "guessing" {
            break;
        }
        let count = seats.len();
        let asker = match (&game["turn"], &game["setter"]) {
            (Value::String(_), _) => by_name(seats, &game["turn"]),
            (_, setter) => {
                let first = n % count;
                let is_setter = *setter == seats[first].name.as_str();
                &mut seats[if is_setter {
                    (first + 1) % count
                } else {
                    first
                }]
            }
        };
        let guesses = game["guesses"].as_array().expect("guesses").len();
        let (_, reply) = asker.ask(&format!("guess {letter}"));
        if reply["code"] == "round_over" {
            break;
        }
        assert_eq!(reply["ok"], true, "{reply}");
        if reply["outcome"] == "asked" {
            asker.until("an answer", "game", |game| {
                let answered = game["guesses"].as_array().map_or(0, Vec::len) > guesses;
                answered || game["phase"] != "guessing"
            });
        }
    }
    seats[1].until("the end of the round", "game", |game| {
        ["won", "lost", "void"]
            .iter()
            .any(|phase| game["phase"] == *phase)
    })
}

fn set_word(seats: &mut [Seat], line: &str) -> String {
    let game = seats[0].must("read")["game"].clone();
    assert_eq!(game["phase"], "setting", "{game}");
    let setter = by_name(seats, &game["setter"]);
    let offers = setter.until("offers", "setter", |event| {
        event["round"] == game["round"] && event["offers"].as_array().is_some_and(|o| o.len() == 3)
    });
    let first = offers["offers"][0]["secret"]
        .as_str()
        .expect("a secret")
        .to_owned();
    let reply = setter.must(line);
    all_show(seats, &reply);
    let own = line
        .strip_prefix("set ")
        .map(|line| line.split(" =").next().unwrap().to_owned());
    own.unwrap_or(first)
}

fn longest_word(secret: &str) -> &str {
    let words = secret.split(|c: char| !c.is_ascii_lowercase());
    words.max_by_key(|word| word.len()).unwrap_or("")
}

/// How a secret stands in a log or a snapshot: cell by cell. Its longest word is
/// looked for; what is no letter stands otherwise.
fn holds(bytes: &[u8], secret: &str) -> bool {
    let words = secret.split(|c: char| !c.is_ascii_lowercase());
    let word = words.max_by_key(|word| word.len()).expect("a word");
    let cells: Vec<[u8; 7]> = word.bytes().map(|c| [6, 0x0a, 1, c, 0x12, 1, c]).collect();
    let size = 8;
    bytes.windows(size * cells.len()).any(|window| {
        // Before each its field's tag, whichever it is.
        window
            .chunks(size)
            .zip(&cells)
            .all(|(part, cell)| part[1..] == cell[..])
    })
}

fn someone_holds(lab: &Lab, players: &[&str], secret: &str) -> bool {
    let files = players.iter().flat_map(|player| walk(&lab.path(player)));
    let read: Vec<Vec<u8>> = files.filter_map(|file| std::fs::read(file).ok()).collect();
    let text = secret.as_bytes();
    read.iter()
        .any(|bytes| holds(bytes, secret) || bytes.windows(text.len()).any(|w| w == text))
}

#[test]
#[ignore = "needs root"]
fn each_mode_is_played_to_the_end() {
    for _ in 0..runs(1) {
        let lab = Lab::new(3);
        let mut seats = room(&lab, 3);
        for (mode, pack) in [
            ("together", "kanna"),
            ("turns", "deutsch"),
            ("turns", "en-sea"),
        ] {
            start_match(&mut seats, mode, 2, pack);
            for round in 1..=2 {
                if mode == "turns" {
                    let game = seats[0].must("read")["game"].clone();
                    let others = ["P1", "P2", "P3"]
                        .into_iter()
                        .find(|name| game["turn"] != *name);
                    let other = by_name(&mut seats, &Value::from(others));
                    assert_eq!(other.ask("guess e").1["code"], "not_your_turn");
                }
                let game = play_round(&mut seats);
                assert_eq!(game["match"]["begun"], round, "{game}");
                assert!(game["secret"].is_string(), "{game}");
                if round == 1 {
                    let next = seats[2].must("next");
                    all_show(&seats, &next);
                }
            }
            let game = same_game(&mut seats);
            assert_eq!(game["match"]["over"], true, "{game}");
            println!("{mode}, {pack}: {}", game["match"]["ranking"]);
        }
        // A letter of another alphabet, a word of one.
        start_match(&mut seats, "together", 1, "uk-food");
        assert_eq!(seats[1].ask("guess q").1["code"], "not_in_alphabet");
        assert_eq!(seats[1].ask("solve borscht").1["code"], "not_in_alphabet");
        assert_eq!(seats[1].must("guess А")["ok"], true);
        assert_eq!(seats[1].ask("stop").1["code"], "not_owner");
        seats[0].must("stop");
        let history = seats[2].must("history 1")["history"].clone();
        assert!(
            history["steps"]
                .as_array()
                .is_some_and(|steps| steps.len() > 1),
            "{history}"
        );
    }
}

#[test]
#[ignore = "needs root"]
fn a_setters_secret_is_nobody_elses_before_the_end() {
    let lab = Lab::new(3);
    let mut seats = room(&lab, 3);
    start_match(&mut seats, "setter", 3, "english");
    for round in 1..=3 {
        let line = if round == 2 {
            "set zanzibar = An island of cloves"
        } else {
            "choose 1"
        };
        let secret = set_word(&mut seats, line);
        let setter = seats[0].must("read")["game"]["setter"]
            .as_str()
            .unwrap()
            .to_owned();
        let others: Vec<&str> = ["P1", "P2", "P3"]
            .into_iter()
            .filter(|name| *name != setter)
            .collect();
        // A short word may stand in another one that is known.
        let tells = longest_word(&secret).len() >= 6;
        let held = |lab: &Lab| tells && someone_holds(lab, &others, &secret);
        assert!(!held(&lab), "{secret} is known already");
        let shown: String = others
            .iter()
            .map(|name| {
                by_name(&mut seats, &Value::from(*name))
                    .newest("game")
                    .to_string()
            })
            .collect();
        assert!(!shown.contains(&secret), "{shown}");
        let (_, own) = by_name(&mut seats, &Value::from(setter.as_str())).ask("guess e");
        assert_eq!(own["code"], "you_set_it");
        // Not while it is guessed, either.
        let guesser = others[0];
        let first = secret.chars().next().expect("a letter");
        by_name(&mut seats, &Value::from(guesser)).must(&format!("guess {first}"));
        assert!(!held(&lab), "{secret} is known while it is guessed");
        let game = play_round(&mut seats);
        assert_eq!(game["secret"], secret.as_str(), "{game}");
        same_game(&mut seats);
        // It would have been found: now it is there.
        if tells {
            let deadline = Instant::now() + PATIENCE;
            while !held(&lab) && Instant::now() < deadline {
                same_game(&mut seats);
            }
            assert!(held(&lab), "{secret}: the search finds nothing at all");
        }
        println!(
            "{setter} set {secret}: {}, {}",
            game["phase"], game["match"]["ranking"]
        );
        if round < 3 {
            let next = seats[1].must("next");
            all_show(&seats, &next);
        }
    }
    assert_eq!(same_game(&mut seats)["match"]["over"], true);
}

#[test]
#[ignore = "needs root"]
fn a_match_outlives_its_owner() {
    for mode in ["together", "turns", "setter"] {
        let lab = Lab::new(4);
        let mut seats = room(&lab, 4);
        start_match(&mut seats, mode, 2, "en-home");
        if mode == "setter" {
            // The owner sets; and crashes while it is guessed.
            set_word(&mut seats, "choose 2");
            seats[1].must("guess e");
        } else {
            seats[0].must("guess e");
        }
        seats.remove(0).kill();
        for seat in &seats {
            seat.until("another owner", "game", |game| {
                game["owner"] == "P2" && game["turn"] != "P1"
            });
        }
        let mut game = same_game(&mut seats);
        let owner_set = mode == "setter";
        if owner_set {
            assert_eq!(
                (&game["phase"], &game["void"]),
                (&"void".into(), &"setter_gone".into())
            );
        } else {
            game = play_round(&mut seats);
        }
        assert_ne!(game["phase"], "guessing");
        seats[2].must("next");
        if mode == "setter" {
            let game = same_game(&mut seats);
            assert_eq!(game["setter"], "P2");
            set_word(&mut seats, "choose 3");
        }
        play_round(&mut seats);
        let game = same_game(&mut seats);
        assert_eq!(game["match"]["over"], true, "{game}");
        println!("{mode}: went on under P2: {}", game["match"]["ranking"]);
        // The crashed one has the same seat and score again.
        let back = Seat::ready(&lab, 1, "P1", &["--resume"]);
        back.until("my place", "game", |game| {
            let players = game["players"].as_array().cloned().unwrap_or_default();
            let me = players.iter().find(|p| p["name"] == "P1");
            me.is_some_and(|me| me["online"] == true && me["score"].is_number())
        });
    }
}

#[test]
#[ignore = "needs root"]
fn a_setter_who_takes_too_long_loses_only_the_round() {
    let lab = Lab::new(3);
    let quick = ["--timing", "setting=1500"];
    let with = |args: &[&'static str]| [args, &quick].concat();
    let mut seats = vec![
        Seat::ready(&lab, 1, "P1", &with(&["--host", "den"])),
        Seat::ready(&lab, 2, "P2", &with(&["--join", "den"])),
        Seat::ready(&lab, 3, "P3", &with(&["--join", "den"])),
    ];
    start_match(&mut seats, "setter", 3, "kanna");
    seats[1].until("the end", "game", |game| game["void"] == "too_slow");
    let next = seats[1].must("next");
    all_show(&seats, &next);
    let game = same_game(&mut seats);
    assert_eq!(game["setter"], "P2");
    set_word(&mut seats, "choose 1");
    let (_, bad) = seats[1].ask("set 7 7 7");
    assert_eq!(bad["code"], "not_setter", "it is set already: {bad}");
    seats[1].must("give_up");
    seats[0].until("the end", "game", |game| game["void"] == "given_up");
    let next = seats[0].must("next");
    all_show(&seats, &next);
    for (line, code) in [
        ("set 7 - 7", "bad_secret"),
        ("set groß", "bad_secret"),
        ("choose 9", "no_such_entry"),
    ] {
        let (_, reply) = seats[2].ask(line);
        assert_eq!(reply["code"], code, "{reply}");
    }
}
