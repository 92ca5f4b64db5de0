//! The leader goes: by a crash, by its cable, by the door.

use std::time::Instant;

use crate::{
    lab::Lab,
    playing::room,
    seat::Seat,
    stats::{print_machine, report, runs},
    watching::{Guesser, agree, gap_after, leader, plays_with},
};
#[cfg(feature = "gui")]
use crate::{logind::Logind, watching::settle};

#[test]
#[ignore = "needs root"]
fn the_leader_is_killed() {
    let lab = Lab::new(3);
    let mut seats = room(&lab, 3);
    let mut times = Vec::new();
    for _ in 0..runs(3) {
        let leading = leader(&seats);
        let victim = seats.remove(leading);
        let (name, host) = (victim.name.clone(), victim.name[1..].parse().unwrap());
        let guesser = Guesser::start(seats.remove(0));
        // In the middle of the guesses.
        guesser.goes_on(10);
        let killed = Instant::now();
        victim.kill();
        seats[0].until("another leader", "cluster", |c| {
            c["state"] == "playing" && c["leader"].is_string()
        });
        guesser.goes_on(20);
        let (seat, acknowledged) = guesser.stop();
        times.push(gap_after(killed, &acknowledged));
        seats.push(seat);
        seats.push(Seat::ready(&lab, host, &name, &["--resume"]));
        for seat in &seats {
            plays_with(seat, 3);
        }
        agree(&mut seats, &acknowledged);
        seats.iter().for_each(Seat::forget_replies);
    }
    print_machine(lab.folder());
    report("leader killed: next acknowledgement after", &mut times);
}

#[test]
#[ignore = "needs root"]
fn the_leaders_cable_is_pulled() {
    let lab = Lab::new(3);
    let mut seats = room(&lab, 3);
    let mut times = Vec::new();
    for _ in 0..runs(2) {
        let leading = leader(&seats);
        let cut_off = seats.remove(leading);
        let host = cut_off.name[1..].parse().unwrap();
        let guesser = Guesser::start(seats.remove(0));
        guesser.goes_on(10);
        let pulled = Instant::now();
        lab.cable(host, false);
        cut_off.until("a notice", "cluster", |c| c["state"] != "playing");
        seats[0].until("another leader", "cluster", |c| {
            c["state"] == "playing" && c["leader"].is_string()
        });
        guesser.goes_on(20);
        lab.cable(host, true);
        let (seat, acknowledged) = guesser.stop();
        times.push(gap_after(pulled, &acknowledged));
        seats.push(seat);
        seats.push(cut_off);
        for seat in &seats {
            plays_with(seat, 3);
        }
        agree(&mut seats, &acknowledged);
        seats.iter().for_each(Seat::forget_replies);
    }
    print_machine(lab.folder());
    report("cable pulled: next acknowledgement after", &mut times);
}

#[test]
#[ignore = "needs root"]
fn the_leader_leaves() {
    let lab = Lab::new(3);
    let mut seats = room(&lab, 3);
    let mut times = Vec::new();
    for _ in 0..runs(3) {
        let leading = leader(&seats);
        let leaver = seats.remove(leading);
        let (name, host) = (leaver.name.clone(), leaver.name[1..].parse().unwrap());
        let guesser = Guesser::start(seats.remove(0));
        guesser.goes_on(10);
        let left = Instant::now();
        assert!(leaver.leave().success());
        guesser.goes_on(20);
        let (seat, acknowledged) = guesser.stop();
        times.push(gap_after(left, &acknowledged));
        seats.push(seat);
        seats.push(Seat::ready(&lab, host, &name, &["--join", "den"]));
        for seat in &seats {
            plays_with(seat, 3);
        }
        agree(&mut seats, &acknowledged);
        seats.iter().for_each(Seat::forget_replies);
    }
    print_machine(lab.folder());
    report(
        "leader leaves: longest gap between acknowledgements",
        &mut times,
    );
}

/// Where the system tells of it, another player leads before the computer
/// sleeps.
#[test]
#[ignore = "needs root"]
#[cfg(feature = "gui")]
fn the_leaders_computer_goes_to_sleep() {
    let mut times = Vec::new();
    for players in [3, 2].repeat(runs(1)) {
        let lab = Lab::new(players);
        let logind = Logind::start(lab.folder());
        let sleeper = Seat::start_on(&lab, 1, "P1", &["--host", "den"], &logind.address);
        sleeper.wait("ready", |event| event["event"] == "ready");
        let lock = logind.lock();
        let mut seats = vec![sleeper];
        for n in 2..=players {
            seats.push(Seat::ready(&lab, n, &format!("P{n}"), &["--join", "den"]));
        }
        settle(&seats, players, if players == 3 { 3 } else { 1 });
        let sleeper = seats.remove(0);
        let guesser = Guesser::start(seats.remove(0));
        guesser.goes_on(10);
        let told = Instant::now();
        logind.prepare_for_sleep(true);
        lock.released();
        sleeper.signal("STOP");
        guesser.goes_on(20);
        let (seat, acknowledged) = guesser.stop();
        times.push(gap_after(told, &acknowledged));
        sleeper.signal("CONT");
        logind.prepare_for_sleep(false);
        logind.lock();
        seats.extend([seat, sleeper]);
        settle(&seats, players, if players == 3 { 3 } else { 1 });
        agree(&mut seats, &acknowledged);
    }
    report(
        "leader goes to sleep: longest gap between acknowledgements",
        &mut times,
    );
}
