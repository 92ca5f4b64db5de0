//! Laptops that leave, crash, sleep, move, and come back.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use crate::{
    lab::Lab,
    playing::room,
    seat::{Seat, run_to_end},
    stats::runs,
    watching::{agree, leader, plays_with, settle, take_leader},
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
fn two_of_five_voters_are_killed() {
    for _ in 0..runs(1) {
        let lab = Lab::new(5);
        let mut seats = room(&lab, 5);
        seats[0].must("start kanna#1");
        let victims = [take_leader(&mut seats), seats.remove(0)];
        victims.into_iter().for_each(Seat::kill);
        let since = Instant::now();
        let reply = seats[0].must("guess k");
        assert_eq!(reply["outcome"], "hit");
        println!(
            "two of five killed: next guess after {:.2} s",
            since.elapsed().as_secs_f64()
        );
        settle(&seats, 5, 3);
        println!("three voters after {:.1} s", since.elapsed().as_secs_f64());
        agree(&mut seats, &[]);
    }
}

#[test]
#[ignore = "needs root"]
fn all_are_killed_and_come_back() {
    let lab = Lab::new(5);
    let mut seats = room(&lab, 5);
    for run in 0..runs(2) {
        seats[0].must("start kanna#1");
        let mut last = 0;
        for (n, letter) in ["x", "k", "a"].iter().enumerate() {
            let reply = seats[n].must(&format!("guess {letter}"));
            last = reply["index"].as_u64().expect("an index");
        }
        // All at once, without a word.
        let ids: Vec<String> = seats.iter().map(|seat| seat.id().to_string()).collect();
        let mut kill = std::process::Command::new("kill");
        assert!(kill.arg("-9").args(&ids).status().expect("kill").success());
        drop(seats);
        // In another order each time.
        let mut order: Vec<usize> = (1..=5).collect();
        order.rotate_left(run % 5);
        if run % 2 == 1 {
            order.swap(0, 3);
        }
        let since = Instant::now();
        seats = order
            .iter()
            .map(|host| Seat::ready(&lab, *host, &format!("P{host}"), &["--resume", "den"]))
            .collect();
        for seat in &seats {
            seat.until("play", "cluster", |c| c["state"] == "playing");
            seat.shown(last);
            assert_eq!(seat.newest("game")["mask"], "ka__a ka___");
        }
        println!(
            "five seats play again {:.1} s after the power cut",
            since.elapsed().as_secs_f64()
        );
        plays_with(&seats[0], 5);
        seats[4].must("guess n");
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
fn by_address_where_multicast_is_dropped() {
    let lab = Lab::new(3);
    lab.drop_multicast();
    let host = Seat::ready(&lab, 1, "P1", &["--host", "den"]);
    // Nothing is seen of it.
    let (code, said) = run_to_end(&lab, 2, &["--join", "den", "--wait", "2"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("join by address"), "{said}");
    let addr = host.newest("ready")["addr"]
        .as_str()
        .expect("an address")
        .to_owned();
    let guest = Seat::ready(&lab, 2, "P2", &["--join", &addr]);
    let addr = guest.newest("ready")["addr"]
        .as_str()
        .expect("an address")
        .to_owned();
    // By the address of any member, not of the leader only.
    let mut third = Seat::ready(&lab, 3, "P3", &["--join", &addr]);
    let mut seats = vec![host, guest];
    third.must("start kanna#1");
    seats.push(third);
    settle(&seats, 3, 3);
    // A crash and a return, too: members remember each other's addresses.
    let victim = take_leader(&mut seats);
    let host = victim.name[1..].parse().unwrap();
    let name = victim.name.clone();
    victim.kill();
    assert_eq!(seats[0].must("guess k")["outcome"], "hit");
    seats.push(Seat::ready(&lab, host, &name, &["--resume"]));
    settle(&seats, 3, 3);
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

#[test]
#[ignore = "needs root"]
fn what_was_acknowledged_survives_a_kill() {
    let lab = Lab::new(1);
    let mut acknowledged = 0;
    let mut seat = Seat::ready(&lab, 1, "P1", &["--host", "den"]);
    for run in 0..runs(20) {
        // Many in flight, so that the end comes in the middle of a write.
        seat.must("start kanna#1");
        let letters: Vec<char> = crate::playing::LETTERS.chars().collect();
        for letter in &letters {
            seat.send(&format!("guess {letter}"));
        }
        // In the middle of the rest: the first line was answered by `must`.
        seat.reply(2 + run % 9);
        let replies = seat.kill_and_read();
        let indices: Vec<u64> = replies
            .iter()
            .filter_map(|reply| reply["index"].as_u64())
            .collect();
        let guessed = replies
            .iter()
            .filter(|reply| reply["outcome"] == "hit" || reply["outcome"] == "miss")
            .count();
        acknowledged += guessed;
        seat = Seat::ready(&lab, 1, "P1", &["--resume"]);
        // Its own seating stands behind what it did before.
        seat.until("the game", "game", |game| {
            let made = game["guesses"].as_array().map_or(0, Vec::len);
            game["index"].as_u64() >= indices.iter().max().copied() && made >= guessed
        });
    }
    println!(
        "{acknowledged} acknowledged guesses survived {} kills",
        runs(20)
    );
}

/// Raft counts on what a member said it holds. One that was set back is given
/// a new seat, and plays on as the same player.
#[test]
#[ignore = "needs root"]
fn a_restored_backup_is_given_a_new_seat() {
    let lab = Lab::new(3);
    let mut seats = room(&lab, 3);
    let leading = leader(&seats);
    let victim = seats.remove((leading + 1) % 3);
    let (name, host) = (victim.name.clone(), victim.name[1..].parse().unwrap());
    seats[0].must("start kanna#1");
    let old = victim.newest("cluster")["node_id"].clone();
    victim.kill();
    lab.copy(&name, "backup");
    let victim = Seat::ready(&lab, host, &name, &["--resume"]);
    let leading = leader(&seats);
    for letter in ["k", "a"] {
        seats[leading].must(&format!("guess {letter}"));
    }
    // With the third one stopped, it is the victim who said that it holds it.
    seats[1 - leading].signal("STOP");
    seats[leading].must("guess x");
    seats[1 - leading].signal("CONT");
    seats.push(victim);
    settle(&seats, 3, 3);
    agree(&mut seats, &[]);
    seats.pop().expect("the victim").kill();
    lab.copy("backup", &name);
    let mut back = Seat::ready(&lab, host, &name, &["--resume"]);
    back.until("another seat", "cluster", |c| c["node_id"] != old);
    back.must("guess n");
    seats.push(back);
    settle(&seats, 3, 3);
    agree(&mut seats, &[]);
}
