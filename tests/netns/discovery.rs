//! Rooms are found by what their members announce, or by an address, and the
//! window says what keeps them away.

#[cfg(feature = "gui")]
use std::{
    io::Write as _,
    process::{Command, Stdio},
};
use std::{thread::sleep, time::Duration};

use crate::harness::{
    lab::Lab,
    room::{agree, settle, take_leader},
    seat::{Seat, run_to_end},
    stats::runs,
};
#[cfg(feature = "gui")]
use crate::harness::{
    lab::ip,
    stats::skip,
    xvfb::{Display, Window},
};

/// Whoever looks just after an announcement has changed gets answers that lack
/// what was sent within the last second (RFC 6762 §6).
#[test]
#[ignore = "needs root"]
fn a_room_is_found_right_after_it_changed() {
    let lab = Lab::new(2);
    let mut host = Seat::ready(&lab, 1, "P1", &["--host", "den"]);
    for n in 0..u64::try_from(runs(12)).unwrap() {
        // A guest's leaving has changed the announcement; now it changes again.
        // Time itself is meant.
        sleep(Duration::from_millis(500));
        match n % 2 {
            0 => drop(host.must("start kanna#1")),
            _ => "bcdefg".chars().for_each(|miss| {
                host.must(&format!("guess {miss}"));
            }),
        }
        sleep(Duration::from_millis(n % 6 * 100));
        let guest = Seat::ready(&lab, 2, "P2", &["--join", "den"]);
        guest.leave();
        host.until("one member", "cluster", |e| {
            e["members"].as_array().is_some_and(|m| m.len() == 1)
        });
    }
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

/// What *Can't find a room?* says, where a real network keeps rooms away.
#[cfg(feature = "gui")]
#[test]
#[ignore = "needs root"]
fn the_page_says_what_keeps_rooms_away() {
    let lab = Lab::new(2);
    // Something else to choose, where nobody is.
    let ada_host = lab.host(1);
    ip(&format!(
        "-n {ada_host} link add other type veth peer name end"
    ));
    ip(&format!("-n {ada_host} link set end up"));
    ip(&format!("-n {ada_host} addr add 10.78.0.1/24 dev other"));
    ip(&format!("-n {ada_host} link set other up"));
    let display = Display::new();
    let ada = Window::open(&display, &lab, 1, "Ada");
    let _ben = Seat::ready(&lab, 2, "Ben", &["--host", "den"]);
    let lobby = |from: usize, rooms: usize| {
        let text = format!("draws lobby rooms={rooms}");
        ada.wait(&text, from, |line| line.ends_with(&text));
    };
    lobby(0, 1);
    let finds = |click: &str, verdict: &str| finds(&ada, click, verdict);
    finds("Can't find a room?", "Fine");
    display.shoot([&ada, &ada], "find-1-fine");
    // Only the network where nobody is.
    let from = ada.lines();
    finds("eth0", "Alone");
    lobby(from, 0);
    let from = ada.lines();
    finds("By itself", "Fine");
    lobby(from, 1);
    // A switch that keeps it to itself.
    lab.drop_multicast();
    finds("Look again", "Alone");
}

/// The same where a firewall does.
#[cfg(feature = "gui")]
#[test]
#[ignore = "needs root"]
fn the_page_says_that_a_firewall_keeps_rooms_away() {
    let lab = Lab::new(2);
    let firewall = |rules: &str| {
        let mut nft = Command::new("ip");
        nft.args(["netns", "exec", &lab.host(1), "nft", "-f", "-"]);
        let mut nft = nft.stdin(Stdio::piped()).spawn().expect("the `ip` command");
        let mut stdin = nft.stdin.take().expect("its input");
        stdin.write_all(rules.as_bytes()).expect("written");
        drop(stdin);
        nft.wait().expect("its end").success()
    };
    let closed = |to: &str| {
        let hook = "type filter hook input priority 0";
        firewall(&format!(
            "table ip f {{\n chain in {{\n {hook};\n {to} drop\n }}\n }}\n"
        ))
    };
    if !firewall("list ruleset") {
        return skip(
            "firewalls",
            "this kernel has no nftables, or there is no `nft`",
        );
    }
    let display = Display::new();
    let ada = Window::open(&display, &lab, 1, "Ada");
    let _ben = Seat::ready(&lab, 2, "Ben", &["--host", "den"]);
    ada.wait("the room", 0, |line| line.ends_with("draws lobby rooms=1"));
    let finds = |click: &str, verdict: &str| finds(&ada, click, verdict);
    finds("Can't find a room?", "Fine");
    // What is sent to many is dropped.
    assert!(closed("ip daddr 224.0.0.0/4"));
    finds("Look again", "NoMulticast");
    display.shoot([&ada, &ada], "find-2-no-multicast");
    // Calls are kept out.
    assert!(firewall("delete table ip f") && closed("tcp flags syn"));
    finds("Look again", "NoPort");
    assert!(firewall("delete table ip f"));
    finds("Look again", "Fine");
}

/// Clicks, and waits for a verdict on the page.
#[cfg(feature = "gui")]
fn finds(window: &Window<'_>, click: &str, verdict: &str) {
    let from = window.lines();
    window.click_at_rest(click);
    let text = format!("draws what was found: {verdict}");
    window.wait(&text, from, |line| line.ends_with(&text));
}
