//! Rooms are found by what their members announce.

use std::{thread::sleep, time::Duration};

use crate::{lab::Lab, seat::Seat, stats::runs};

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
