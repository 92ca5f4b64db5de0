//! Where multicast is dead, one address is enough to see everybody.

use std::{collections::BTreeMap, process::Command, time::Instant};

use serde_json::Value;

use crate::harness::{
    lab::Lab,
    room::settle,
    seat::{PATIENCE, Seat, program},
    stats::runs,
};

/// Who is seen in the den, and where, by somebody who knows one address, or
/// none.
fn seen(lab: &Lab, host: usize, through: Option<&str>) -> BTreeMap<String, Vec<String>> {
    let mut rooms = Command::new("ip");
    rooms.args([
        "netns",
        "exec",
        &lab.host(host),
        &program(host),
        "rooms",
        "--json",
    ]);
    rooms.arg("--data-dir").arg(lab.path("nobody"));
    rooms.args(through.iter().flat_map(|addr| ["--gossip", addr]));
    let output = rooms.output().expect("the program");
    let said = String::from_utf8_lossy(&output.stdout);
    let mut rooms = said
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON, and nothing else"));
    let Some(den) = rooms.next() else {
        return BTreeMap::new();
    };
    assert_eq!(rooms.next(), None, "{said}");
    assert_eq!(den["room"], "den", "{said}");
    let texts = |value: &Value| -> Vec<String> {
        let texts = value.as_array().expect("a list").iter();
        texts
            .map(|t| t.as_str().expect("text").to_owned())
            .collect()
    };
    let seen = den["seen"].as_array().expect("a list").iter();
    seen.map(|ad| {
        (
            ad["name"].as_str().expect("a name").to_owned(),
            texts(&ad["addrs"]),
        )
    })
    .collect()
}

/// Looks until those are seen, and nobody else.
fn sees(lab: &Lab, host: usize, through: &str, names: &[&str]) -> BTreeMap<String, Vec<String>> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let seen = seen(lab, host, Some(through));
        if seen.keys().eq(names) {
            return seen;
        }
        assert!(Instant::now() < deadline, "{names:?}, but {seen:?}");
    }
}

fn addr(seat: &Seat) -> String {
    let ready = seat.newest("ready");
    ready["addr"].as_str().expect("an address").to_owned()
}

/// The members of the room, as a seat sees them.
fn members(seat: &Seat) -> Value {
    let mut members = seat.newest("cluster")["members"].clone();
    for member in members.as_array_mut().expect("members") {
        // Who leads, and votes, may change meanwhile.
        *member = member["node_id"].clone();
    }
    members
}

#[test]
#[ignore = "needs root"]
fn one_address_is_enough_where_multicast_is_dropped() {
    for _ in 0..runs(1) {
        let lab = Lab::new(5);
        lab.drop_multicast();
        let host = Seat::ready(&lab, 1, "P1", &["--host", "den", "--gossip"]);
        let join = addr(&host);
        let join = ["--join", &join, "--gossip"];
        let mut seats = vec![
            host,
            Seat::ready(&lab, 2, "P2", &join),
            Seat::ready(&lab, 3, "P3", &join),
        ];
        settle(&seats, 3, 3);
        let before = members(&seats[0]);
        // The address of a member who does not lead shows them all.
        assert!(seen(&lab, 4, None).is_empty(), "multicast is not dropped");
        let known = addr(&seats[2]);
        let all = sees(&lab, 4, &known, &["P1", "P2", "P3"]);
        for seat in &seats {
            assert_eq!(all[&seat.name], [addr(seat)], "{all:?}");
        }
        // By name, then.
        let fourth = ["--join", "den", "--gossip", &known];
        let asked = Instant::now();
        let fourth = Seat::ready(&lab, 4, "P4", &fourth);
        println!("in by name after {:.2} s", asked.elapsed().as_secs_f64());
        // Who only looks is no member, and neither is who has left.
        assert!(fourth.leave().success());
        settle(&seats, 3, 3);
        assert_eq!(before, members(&seats[0]));

        // The one through whom the others came leaves.
        assert!(seats.remove(0).leave().success());
        let left = Instant::now();
        sees(&lab, 4, &known, &["P2", "P3"]);
        println!("seen to leave after {:.2} s", left.elapsed().as_secs_f64());
        settle(&seats, 2, 1);

        // An address changes: the others are told.
        lab.readdress(2, 22);
        let moved = Instant::now();
        let port = addr(&seats[0]).rsplit(':').next().map(str::to_owned);
        let new = format!("10.77.0.22:{}", port.expect("a port"));
        while !seen(&lab, 4, Some(&known))
            .get("P2")
            .is_some_and(|addrs| addrs.contains(&new))
        {
            assert!(moved.elapsed() < PATIENCE, "P2 is not seen at {new}");
        }
        println!("seen to move after {:.2} s", moved.elapsed().as_secs_f64());
        settle(&seats, 2, 1);
        seats[1].must("start kanna#1");
        assert_eq!(seats[0].must("guess k")["outcome"], "hit");

        // A crash is noticed, and a return is, too, without any address.
        seats.remove(0).kill();
        sees(&lab, 4, &known, &["P3"]);
        seats.push(Seat::ready(&lab, 2, "P2", &["--resume", "--gossip"]));
        sees(&lab, 4, &known, &["P2", "P3"]);
    }
}

#[test]
#[ignore = "needs root"]
fn gossip_is_not_needed_to_join_those_who_gossip() {
    let lab = Lab::new(3);
    lab.drop_multicast();
    let host = Seat::ready(
        &lab,
        1,
        "P1",
        &["--host", "den", "--gossip", "--gossip-port", "20000"],
    );
    let known = addr(&host);
    let silent = Seat::ready(&lab, 2, "P2", &["--join", &known]);
    settle(&[host, silent], 2, 1);
}
