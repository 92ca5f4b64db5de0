//! Rooms are found by what their members announce.

#[cfg(feature = "gui")]
use std::{
    io::Write as _,
    process::{Command, Stdio},
};
use std::{thread::sleep, time::Duration};

use crate::{
    lab::Lab,
    seat::{Seat, run_to_end},
    stats::runs,
    watching::plays_with,
};
#[cfg(feature = "gui")]
use crate::{
    lab::ip,
    window::{Display, Window},
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

/// A cloned disk, or a folder that was copied to another computer.
#[test]
#[ignore = "needs root"]
fn a_copied_profile_is_said() {
    let lab = Lab::new(3);
    let first = Seat::ready(&lab, 1, "P1", &["--host", "den"]);
    let refused = |room: &str| {
        lab.copy("P1", "X");
        let (code, said) = run_to_end(&lab, 2, &["--join", room, "--wait", "3"]);
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains("a copy of this profile"), "{said}");
    };
    // Nobody else is there: what the copy sees is in its own name.
    refused("den");
    let addr = first.newest("ready")["addr"].clone();
    refused(addr.as_str().expect("an address"));
    // With somebody else there, too: two that vote as one are none.
    let mut other = Seat::ready(&lab, 3, "P3", &["--join", "den"]);
    refused("den");
    // Started before it has looked around, it gets the seat; the first is told.
    lab.copy("P1", "P2");
    let mut copy = Seat::ready(&lab, 2, "P2", &["--resume", "den"]);
    told(&first);
    copy.must("start kanna#1");
    assert_eq!(other.must("guess k")["outcome"], "hit");
}

/// The others follow the later start of their leader, and refuse the earlier.
#[test]
#[ignore = "needs root"]
fn a_copied_leader_is_told() {
    let lab = Lab::new(4);
    let mut first = Seat::ready(&lab, 1, "P1", &["--host", "den"]);
    let mut others = [
        Seat::ready(&lab, 2, "P2", &["--join", "den"]),
        Seat::ready(&lab, 3, "P3", &["--join", "den"]),
    ];
    plays_with(&first, 3);
    first.must("start kanna#1");
    lab.copy("P1", "P4");
    let mut copy = Seat::ready(&lab, 4, "P4", &["--resume", "den"]);
    told(&first);
    assert_eq!(copy.must("guess k")["outcome"], "hit");
    assert_eq!(others[0].must("guess n")["outcome"], "hit");
}

/// Waits until a seat is told that a copy of it plays.
fn told(seat: &Seat) {
    seat.wait("a warning", |event| {
        let message = event["message"].as_str().unwrap_or_default();
        event["event"] == "warning" && message.contains("another computer")
    });
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
    let finds = |click: &str, verdict: &str| {
        let from = ada.lines();
        ada.click_at_rest(click);
        let text = format!("draws what was found: {verdict}");
        ada.wait(&text, from, |line| line.ends_with(&text));
    };
    finds("Can't find a room?", "Fine");
    display.shoot([&ada, &ada], "find-1-fine");
    // Only the network where nobody is.
    let from = ada.lines();
    finds("eth0", "Alone");
    lobby(from, 0);
    let from = ada.lines();
    finds("By itself", "Fine");
    lobby(from, 1);
    // A firewall that drops what is sent to many; and one that keeps calls out.
    let firewall = |rules: &str| {
        let mut nft = Command::new("ip");
        nft.args(["netns", "exec", &ada_host, "nft", "-f", "-"]);
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
    if firewall("list ruleset") {
        assert!(closed("ip daddr 224.0.0.0/4"));
        finds("Look again", "NoMulticast");
        display.shoot([&ada, &ada], "find-2-no-multicast");
        assert!(firewall("delete table ip f") && closed("tcp flags syn"));
        finds("Look again", "NoPort");
        assert!(firewall("delete table ip f"));
        finds("Look again", "Fine");
    } else {
        println!("this kernel has no nftables: no firewall was tried");
    }
    // A switch that keeps it to itself.
    lab.drop_multicast();
    finds("Look again", "Alone");
}
