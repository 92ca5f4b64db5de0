//! Chat is the same for all and cannot flood a room, also when the room is full.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::harness::{
    lab::Lab,
    room::{room, same_game},
    seat::Seat,
    stats::{report, runs},
};

#[test]
#[ignore = "needs root"]
fn talk_is_the_same_for_all_and_no_flood() {
    let lab = Lab::new(3);
    let mut seats = room(&lab, 3);
    seats[1].must("say Hello, P1 🐉");
    seats[2].must("react cheer");
    let long = "x".repeat(201);
    assert_eq!(seats[0].ask(&format!("say {long}")).1["code"], "bad_text");
    let codes: Vec<Value> = (0..12)
        .map(|n| seats[0].ask(&format!("say {n}")).1["code"].clone())
        .collect();
    let refused = codes.iter().filter(|code| **code == "too_fast").count();
    assert!(refused >= 6, "{codes:?}");
    let others: Vec<Value> = (0..12)
        .map(|n| seats[1].ask(&format!("say {n}")).1["code"].clone())
        .collect();
    assert!(
        others.iter().filter(|code| **code == "too_fast").count() >= 6,
        "{others:?}"
    );
    same_game(&mut seats);
    let talks: Vec<Value> = seats
        .iter_mut()
        .map(|s| s.must("talk")["talk"].clone())
        .collect();
    assert!(talks.iter().all(|talk| *talk == talks[0]), "{talks:#?}");
    assert_eq!(talks[0][0]["text"], "Hello, P1 🐉");
    assert_eq!(talks[0][1]["reaction"], "cheer");
}

#[test]
#[ignore = "needs root"]
fn a_full_table_plays_and_talks() {
    // Seconds; the five minutes of `.ci/long`, or a few.
    let seconds = runs(15) as u64;
    // A few for a short look: all of them share two cores.
    let count = if seconds < 60 { 10 } else { 24 };
    let lab = Lab::new(8);
    // More strangers than come in by themselves.
    let pin = ["--pin", "012345"];
    let host = [&["--host", "den"][..], &pin].concat();
    let mut seats = vec![Seat::ready(&lab, 1, "P1", &host)];
    let join = [&["--join", "den"][..], &pin].concat();
    for n in 2..=count {
        let name = format!("P{n}");
        seats.push(Seat::ready(&lab, 1 + (n - 1) % 8, &name, &join));
    }
    seats[0].until("all of us", "cluster", |c| {
        let members = c["members"].as_array().cloned().unwrap_or_default();
        members.len() == count && members.iter().filter(|m| m["voter"] == true).count() == 5
    });
    seats[0].must("rounds 20");
    seats[0].must("pack english");
    let memory = |seats: &[Seat]| -> u64 {
        seats
            .iter()
            .map(|seat| resident_kib(seat.id()))
            .sum::<u64>()
            / seats.len() as u64
    };
    let (mut everyone, mut before) = (Vec::new(), 0);
    let started = Instant::now();
    let mut turn = 0;
    while started.elapsed() < Duration::from_secs(seconds) {
        let game = seats[0].must("read")["game"].clone();
        if game["match"].is_null() || game["match"]["over"] == true {
            seats[0].must("match force");
        } else if game["phase"] != "guessing" {
            seats[turn % count].ask("next");
        }
        for letter in "etaoinshrdlucmfwypvbgkjqxz".chars() {
            turn += 1;
            let asked = Instant::now();
            let (_, reply) = seats[turn % count].ask(&format!("guess {letter}"));
            if reply["ok"] != true {
                break;
            }
            if reply["outcome"] != "repeat" {
                let index = reply["index"].as_u64().expect("an index");
                let last = seats
                    .iter()
                    .map(|seat| seat.shown(index))
                    .max()
                    .expect("seats");
                everyone.push(last - asked);
            }
            seats[(turn + 7) % count].ask(&format!("say {letter}!"));
        }
        seats.iter().for_each(Seat::forget_replies);
        if before == 0 && started.elapsed() > Duration::from_secs(seconds / 3) {
            before = memory(&seats);
        }
    }
    let after = memory(&seats);
    same_game(&mut seats);
    let hashes: Vec<Value> = seats
        .iter_mut()
        .map(|s| s.must("read")["hash"].clone())
        .collect();
    assert!(
        hashes[0].is_string() && hashes.iter().all(|hash| *hash == hashes[0]),
        "{hashes:?}"
    );
    println!(
        "{count} seats for {seconds} s: {before} KiB each after a third, {after} KiB at the end"
    );
    report(&format!("{count} seats, guess shown on all"), &mut everyone);
    assert!(
        after < before + before / 4,
        "memory grows: {before} to {after} KiB"
    );
}

fn resident_kib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("a process");
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .expect("its memory");
    line.split_whitespace()
        .nth(1)
        .and_then(|kib| kib.parse().ok())
        .expect("a number")
}
