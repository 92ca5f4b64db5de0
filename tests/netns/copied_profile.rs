//! Two computers with the same key and the same seat: one of them plays, and the
//! other is told.

use crate::harness::{
    lab::Lab,
    room::plays_with,
    seat::{Seat, run_to_end},
};

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
    // One that cannot look around starts, and gets the seat; the first is told.
    lab.copy("P1", "P2");
    let mut copy = Seat::ready(&lab, 2, "P2", &["--resume", "den", "--interface", "none"]);
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
    let mut copy = Seat::ready(&lab, 4, "P4", &["--resume", "den", "--interface", "none"]);
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
