//! As many as a room takes: all at once, and all back at once.

use std::{
    ops::RangeInclusive,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::harness::{
    lab::Lab,
    room::{LETTERS, agree},
    seat::Seat,
    stats::print_machine,
};

/// Seats in a room.
const FULL: usize = 24;

/// How many players that nobody has met are let in at once.
const AT_ONCE: usize = 12;

/// Until all are in, the owner's click included.
const ALL_IN: Duration = Duration::from_secs(10);

/// Until all are back.
const ALL_BACK: Duration = Duration::from_secs(5);

/// Where a seat behind the router listens.
fn port(host: usize) -> u16 {
    41_000 + host as u16
}

/// The PIN of a room that has one.
const PIN: &str = "271828";

/// The first seat, which lets in who shows the PIN, if it has one.
fn host(lab: &Lab, pin: &[&str]) -> Seat {
    let den = ["--host", "den", "--port", "41001"];
    Seat::ready(lab, 1, "P1", &[&den, pin].concat())
}

/// Starts a seat on each of some hosts at once; they join at an address, with the PIN
/// if there is one.
fn start(lab: &Lab, hosts: RangeInclusive<usize>, addr: &str, pin: &[&str]) -> Vec<Seat> {
    let start = |n: usize| {
        let port = port(n).to_string();
        let joins = ["--join", addr, "--port", &port];
        Seat::start(lab, n, &format!("P{n}"), &[&joins, pin].concat())
    };
    hosts.map(start).collect()
}

fn is_ready(seat: &Seat) -> bool {
    !seat.newest("ready").is_null()
}

/// Waits until so many are in, and all others knock. The owner is shown one of each
/// address.
fn knock(host: &Seat, seats: &[Seat], inside: usize) {
    /// Who waits asks twice a second.
    const ASKED: Duration = Duration::from_secs(1);
    let since = Instant::now();
    while seats.iter().filter(|seat| is_ready(seat)).count() < inside {
        assert!(since.elapsed() < ALL_IN, "fewer than {inside} are in");
        std::thread::sleep(Duration::from_millis(20));
    }
    host.until("who knocks", "game", |game| {
        let knocks = game["knocks"].as_array();
        knocks.is_some_and(|knocks| !knocks.is_empty())
    });
    std::thread::sleep(ASKED);
    let ready = seats.iter().filter(|seat| is_ready(seat)).count();
    assert_eq!(ready, inside, "are in");
}

/// All who are in a room with so many seats.
fn until_all_play(seats: &[Seat], count: usize, within: Duration) {
    for seat in seats {
        seat.until_within(within, "all seats", "cluster", |c| {
            let members = c["members"].as_array();
            c["state"] == "playing" && members.is_some_and(|members| members.len() == count)
        });
    }
}

/// Those whom nobody has met come at once: twelve are in, and the others when the
/// owner lets all in.
fn all_come(lab: &Lab, network: &str, addr: &str) {
    let mut host = host(lab, &[]);
    let began = Instant::now();
    let guests = start(lab, lab.far(), addr, &[]);
    knock(&host, &guests, AT_ONCE);
    let knocked = began.elapsed();
    host.must("accept all");
    until_all_play(&guests, FULL, ALL_IN);
    let took = began.elapsed();
    println!(
        "{} over {network}: {AT_ONCE} in and {} at the door after {:.1} s, all in after {:.1} s",
        guests.len(),
        guests.len() - AT_ONCE,
        knocked.as_secs_f64(),
        took.as_secs_f64()
    );
    all_are_in(lab, took, host, guests);
}

/// Those whom nobody has met come at once and show the PIN: all are in, and nobody
/// has clicked.
fn all_show_the_pin(lab: &Lab, network: &str, addr: &str) {
    let mut host = host(lab, &["--pin", PIN]);
    // Nobody gets in without it.
    host.must("lock");
    let began = Instant::now();
    let guests = start(lab, lab.far(), addr, &["--pin", PIN]);
    until_all_play(&guests, FULL, ALL_IN);
    let took = began.elapsed();
    println!(
        "{} with the PIN over {network}: all in after {:.1} s",
        guests.len(),
        took.as_secs_f64()
    );
    all_are_in(lab, took, host, guests);
}

/// A room that was full in time, in which some guess.
fn all_are_in(lab: &Lab, took: Duration, host: Seat, guests: Vec<Seat>) {
    print_machine(lab.folder());
    assert!(took < ALL_IN, "{took:?}");
    let mut seats = vec![host];
    seats.extend(guests);
    seats[FULL - 1].must("start kanna#1");
    assert_eq!(seats[AT_ONCE].must("guess k")["outcome"], "hit");
    agree(&mut seats, &[]);
}

/// All but the host are behind a router with one address.
fn one_address() -> Lab {
    let lab = Lab::with_router(FULL - 1);
    lab.hide_far(port);
    lab
}

/// All but the host are in one network of IPv6.
fn one_network() -> Lab {
    let lab = Lab::with_router(FULL - 1);
    lab.ipv6();
    lab
}

#[test]
#[ignore = "needs root"]
fn a_class_joins_through_one_address() {
    all_come(&one_address(), "one address", "10.77.0.1:41001");
}

#[test]
#[ignore = "needs root"]
fn a_class_joins_over_one_network_of_ipv6() {
    all_come(&one_network(), "one /64", "[2001:db8:1::1]:41001");
}

#[test]
#[ignore = "needs root"]
fn a_class_with_the_pin_joins_through_one_address() {
    all_show_the_pin(&one_address(), "one address", "10.77.0.1:41001");
}

#[test]
#[ignore = "needs root"]
fn a_class_with_the_pin_joins_over_one_network_of_ipv6() {
    all_show_the_pin(&one_network(), "one /64", "[2001:db8:1::1]:41001");
}

/// Where everybody is on one's own switch, too.
#[test]
#[ignore = "needs root"]
fn a_full_room_is_back_with_the_switch_and_after_a_cold_start() {
    let lab = Lab::new(FULL);
    let mut host = host(&lab, &[]);
    let mut seats = start(&lab, 2..=FULL, "10.77.0.1:41001", &[]);
    knock(&host, &seats, AT_ONCE);
    host.must("accept all");
    seats.insert(0, host);
    until_all_play(&seats, FULL, ALL_IN);
    seats[0].must("start kanna#1");
    plays(&mut seats, 0);

    lab.switch(false);
    for seat in &seats {
        seat.until("that the others are gone", "cluster", |c| {
            c["quorum"] == false
        });
    }
    let on = Instant::now();
    lab.switch(true);
    are_back(&lab, &mut seats, "the switch", on);
    plays(&mut seats, 1);

    let ids: Vec<String> = seats.iter().map(|seat| seat.id().to_string()).collect();
    let mut kill = std::process::Command::new("kill");
    assert!(kill.arg("-9").args(&ids).status().expect("kill").success());
    drop(seats);
    let on = Instant::now();
    let resume = |n: usize| Seat::start(&lab, n, &format!("P{n}"), &["--resume", "den"]);
    let mut seats: Vec<Seat> = (1..=FULL).map(resume).collect();
    are_back(&lab, &mut seats, "the power", on);
    plays(&mut seats, 2);
}

/// All play, and are seen.
fn are_back(lab: &Lab, seats: &mut [Seat], what: &str, since: Instant) {
    until_all_play(seats, FULL, ALL_BACK * 4);
    let play = since.elapsed();
    let leader = seats
        .iter()
        .find(|seat| seat.newest("cluster")["role"] == "leader");
    leader
        .expect("a leader")
        .until("all of them", "cluster", |c| {
            let members = c["members"].as_array();
            members.is_some_and(|all| all.iter().all(|m| m["online"] == true))
        });
    println!(
        "{FULL} seats: {what} is back, all play after {:.1} s, and are seen after {:.1} s",
        play.as_secs_f64(),
        since.elapsed().as_secs_f64()
    );
    print_machine(lab.folder());
    assert!(play < ALL_BACK, "{play:?}");
}

/// Some guess, and all show it.
fn plays(seats: &mut [Seat], nth: usize) {
    let letters: Vec<char> = LETTERS.chars().collect();
    let mut last = Value::Null;
    for (n, letter) in letters[3 * nth..][..3].iter().enumerate() {
        last = seats[7 * n + nth].must(&format!("guess {letter}"));
    }
    let index = last["index"].as_u64().expect("an index");
    for seat in &*seats {
        seat.shown(index);
    }
    let guesses = seats[0].newest("game")["guesses"].as_array().map(Vec::len);
    assert_eq!(guesses, Some(3 * (nth + 1)), "a guess is lost");
}
