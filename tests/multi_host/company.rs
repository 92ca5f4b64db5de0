//! Who is at the table: who is let in and sent away, and as many as it holds, who
//! talk.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::{
    lab::Lab,
    playing::room,
    seat::{Seat, run_to_end},
    stats::{report, runs},
    tables::same_game,
};

#[test]
#[ignore = "needs root"]
fn a_locked_room_is_knocked_at() {
    let lab = Lab::new(5);
    let mut seats = room(&lab, 3);
    seats[0].must("lock");
    // Let in.
    let stranger = Seat::start(&lab, 4, "P4", &["--join", "den"]);
    seats[0].wait("a knock", |e| e["event"] == "knock" && e["name"] == "P4");
    seats[1].until("the knock", "game", |game| game["knocks"][0] == "P4");
    assert_eq!(seats[1].ask("accept").1["code"], "not_owner");
    seats[0].must("accept");
    stranger.wait("ready", |e| e["event"] == "ready");
    // Refused, in words.
    let refused = std::thread::scope(|scope| {
        let joining = scope.spawn(|| run_to_end(&lab, 5, &["--join", "den", "--name", "P5"]));
        seats[0].wait("a knock", |e| e["event"] == "knock" && e["name"] == "P5");
        seats[0].must("refuse P5");
        joining.join().expect("its end")
    });
    assert_eq!(refused.0, Some(1), "{}", refused.1);
    assert!(refused.1.contains("did not let you in"), "{}", refused.1);
    // Who was in comes back without asking: after a crash, and after leaving.
    seats.remove(2).kill();
    let back = Seat::ready(&lab, 3, "P3", &["--resume"]);
    assert!(back.leave().success());
    let back = Seat::ready(&lab, 3, "P3", &["--join", "den"]);
    // Sent away, told, not let in again, let in again.
    seats[0].must("remove P3");
    back.wait("word of it", |e| {
        e["event"] == "warning"
            && e["message"]
                .as_str()
                .is_some_and(|m| m.contains("removed you"))
    });
    seats[1].until("one less", "cluster", |c| {
        c["members"].as_array().is_some_and(|m| m.len() == 3)
    });
    drop(back);
    let (code, said) = {
        let output = std::process::Command::new("timeout")
            .args(["--signal=KILL", "20", "ip", "netns", "exec", &lab.host(3)])
            .arg(crate::seat::program(3))
            .args(["headless", "--join", "den", "--name", "P3", "--data-dir"])
            .arg(lab.path("P3"))
            .output()
            .expect("the program");
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    };
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("has removed you"), "{said}");
    seats[0].must("accept P3");
    Seat::ready(&lab, 3, "P3", &["--join", "den"]);
}

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
    let mut seats = vec![Seat::ready(&lab, 1, "P1", &["--host", "den"])];
    for n in 2..=count {
        seats.push(Seat::ready(
            &lab,
            1 + (n - 1) % 8,
            &format!("P{n}"),
            &["--join", "den"],
        ));
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
