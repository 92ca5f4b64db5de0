//! Players leave, crash, sleep or get another address, and rejoin.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use crate::harness::{
    lab::Lab,
    room::{agree, leader, plays_with, room, settle, take_leader},
    seat::Seat,
    stats::runs,
};

#[test]
#[ignore = "needs root"]
fn players_come_and_go() {
    for _ in 0..runs(1) {
        let lab = Lab::new(3);
        let mut seats = room(&lab, 3);
        seats[0].must("start kanna#1");
        // By leaving, the host first.
        for (left, count) in [(2, 1), (1, 1)] {
            let leaver = seats.remove(0);
            assert!(leaver.leave().success());
            let took = settle(&seats, left, count);
            println!(
                "{left} players: {count} voters after {:.1} s",
                took.as_secs_f64()
            );
            seats[0].must("guess k");
        }
        let join = |seats: &mut Vec<Seat>, host: usize, count: usize| {
            seats.push(Seat::ready(
                &lab,
                host,
                &format!("P{host}"),
                &["--join", "den"],
            ));
            let took = settle(seats, seats.len(), count);
            println!(
                "{} players: {count} voters after {:.1} s",
                seats.len(),
                took.as_secs_f64()
            );
            seats.last_mut().expect("a seat").must("guess k");
        };
        join(&mut seats, 1, 1);
        join(&mut seats, 2, 3);
        // By crashing: of three voters any, of two players the learner.
        let victim = take_leader(&mut seats);
        let host = victim.name[1..].parse().unwrap();
        victim.kill();
        let (waited, reply) = seats[0].ask("guess a");
        assert_eq!(reply["ok"], true, "{reply}");
        println!("after the leader's crash: {:.1} s", waited.as_secs_f64());
        let took = settle(&seats, 3, 1);
        println!(
            "one of 3 crashed: 1 voter after {:.1} s",
            took.as_secs_f64()
        );
        let learner = seats
            .iter()
            .position(|seat| seat.newest("cluster")["role"] == "learner");
        let learner = seats.remove(learner.expect("a learner"));
        let second = learner.name[1..].parse().unwrap();
        learner.kill();
        let (waited, reply) = seats[0].ask("guess n");
        assert_eq!(reply["ok"], true, "{reply}");
        println!("after the learner's crash: {:.1} s", waited.as_secs_f64());
        for host in [host, second] {
            seats.push(Seat::ready(&lab, host, &format!("P{host}"), &["--resume"]));
        }
        let took = settle(&seats, 3, 3);
        println!("both back: 3 voters after {:.1} s", took.as_secs_f64());
        agree(&mut seats, &[]);
    }
}

#[test]
#[ignore = "needs root"]
fn addresses_change() {
    let lab = Lab::new(3);
    let mut seats = room(&lab, 3);
    seats[0].must("start kanna#1");
    for (n, (who, letter)) in [("leader", "k"), ("follower", "x")].into_iter().enumerate() {
        let leading = leader(&seats);
        let moved = if who == "leader" {
            leading
        } else {
            (leading + 1) % 3
        };
        let host = seats[moved].name[1..].parse().unwrap();
        lab.readdress(host, 100 + 10 * n as u8 + host as u8);
        let since = Instant::now();
        let reply = seats[moved].must(&format!("guess {letter}"));
        println!(
            "{who} has another address: guesses again after {:.1} s",
            since.elapsed().as_secs_f64()
        );
        let index = reply["index"].as_u64().expect("an index");
        for seat in &seats {
            seat.shown(index);
            plays_with(seat, 3);
        }
        println!(
            "{who} has another address: all play after {:.1} s",
            since.elapsed().as_secs_f64()
        );
        let deadline = Instant::now() + Duration::from_secs(10);
        while !seats.iter().all(|seat| {
            seat.newest("cluster")["members"]
                .as_array()
                .is_some_and(|m| m.iter().all(|m| m["online"] == true))
        }) {
            assert!(Instant::now() < deadline, "somebody stays away");
            std::thread::yield_now();
        }
        println!(
            "{who} has another address: all are seen after {:.1} s",
            since.elapsed().as_secs_f64()
        );
    }
}

#[test]
#[ignore = "needs root"]
fn a_sleeper_wakes_in_the_room_of_others() {
    // Its seat is given up after 4 s instead of 10 minutes.
    let timing = ["--timing", "remove=4000"];
    let lab = Lab::new(5);
    let with = |args: &[&'static str]| [args, &timing[..]].concat();
    let mut seats = vec![Seat::ready(&lab, 1, "P1", &with(&["--host", "den"]))];
    for n in 2..=3 {
        seats.push(Seat::ready(
            &lab,
            n,
            &format!("P{n}"),
            &with(&["--join", "den"]),
        ));
    }
    settle(&seats, 3, 3);
    seats[0].must("start kanna#1");
    let mut sleeper = seats.remove(2);
    let term = |seat: &Seat| seat.newest("cluster")["term"].as_u64();
    sleeper.signal("STOP");
    settle(&seats, 3, 1);
    seats[0].until_within(
        Duration::from_secs(30),
        "its seat given up",
        "cluster",
        |c| c["members"].as_array().is_some_and(|m| m.len() == 2),
    );
    // Everybody it knew leaves, and others are there.
    for n in 4..=5 {
        seats.push(Seat::ready(
            &lab,
            n,
            &format!("P{n}"),
            &with(&["--join", "den"]),
        ));
    }
    for old in seats.drain(..2).collect::<Vec<_>>() {
        assert!(old.leave().success());
    }
    settle(&seats, 2, 1);
    let before = term(&seats[0]);
    sleeper.signal("CONT");
    let woke = Instant::now();
    sleeper.until("play with the new ones", "cluster", |c| {
        let members = c["members"].as_array().cloned().unwrap_or_default();
        let names: BTreeSet<&str> = members.iter().filter_map(|m| m["name"].as_str()).collect();
        c["state"] == "playing" && names == BTreeSet::from(["P3", "P4", "P5"])
    });
    println!(
        "the sleeper plays {:.1} s after it woke",
        woke.elapsed().as_secs_f64()
    );
    assert_eq!(sleeper.must("guess k")["outcome"], "hit");
    assert_eq!(before, term(&seats[0]), "the term was disturbed");
    seats.push(sleeper);
    agree(&mut seats, &[]);
}

#[test]
#[ignore = "needs root"]
fn a_sleeper_comes_back_without_disturbing_anybody() {
    let lab = Lab::new(3);
    let mut seats = room(&lab, 3);
    let seconds = runs(12) as u64;
    for who in ["follower", "leader"] {
        let leading = leader(&seats);
        let asleep = if who == "leader" {
            leading
        } else {
            (leading + 1) % 3
        };
        let mut sleeper = seats.remove(asleep);
        seats[0].must("start kanna#1");
        sleeper.signal("STOP");
        seats[0].must("guess k");
        let slept = Instant::now();
        while slept.elapsed() < Duration::from_secs(seconds) {
            seats[0].must("guess x");
            std::thread::sleep(Duration::from_millis(200));
        }
        let before = seats[0].newest("cluster")["term"].as_u64();
        sleeper.signal("CONT");
        let woke = Instant::now();
        let reply = sleeper.must("guess a");
        assert_eq!(reply["outcome"], "hit", "{reply}");
        println!(
            "{who} slept {seconds} s, plays {:.2} s after it woke",
            woke.elapsed().as_secs_f64()
        );
        seats.push(sleeper);
        settle(&seats, 3, 3);
        let after = seats[0].newest("cluster")["term"].as_u64();
        assert_eq!(before, after, "the term was disturbed");
        agree(&mut seats, &[]);
    }
}
