//! Some hosts are cut off: the majority plays on, the minority changes nothing.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::harness::{
    lab::Lab,
    room::{Guesser, agree, gap_after, leader, plays_with, room, take_leader},
    seat::Seat,
    stats::{print_machine, report_within, runs},
};

/// The lease, the election timeout, and an election: a second.
const CUT_OFF: Duration = Duration::from_secs(3);

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
    report_within(
        CUT_OFF,
        "cable pulled: next acknowledgement after",
        &mut times,
    );
}

#[test]
#[ignore = "needs root"]
fn a_split_room_plays_on_in_the_majority_only() {
    for _ in 0..runs(1) {
        let lab = Lab::new(5);
        let mut majority = room(&lab, 5);
        majority[0].must("start kanna#1");
        let mut minority: Vec<Seat> = Vec::new();
        minority.push(take_leader(&mut majority));
        minority.push(majority.remove(0));
        let hosts: Vec<usize> = minority
            .iter()
            .map(|s| s.name[1..].parse().unwrap())
            .collect();
        lab.split(&hosts);
        for seat in &minority {
            seat.until("that it is cut off", "cluster", |c| {
                c["quorum"] == false && c["state"] != "playing"
            });
        }
        let before: Vec<Value> = minority
            .iter()
            .map(|seat| seat.newest("game")["index"].clone())
            .collect();
        for seat in &mut minority {
            seat.send("guess x");
        }
        let reply = majority[0].must("guess k");
        assert_eq!(reply["outcome"], "hit");
        for seat in &mut minority {
            let (_, reply) = seat.newest_reply();
            assert_eq!(reply["ok"], false, "{reply}");
            assert!(
                reply["code"] == "timeout" || reply["code"] == "no_quorum",
                "{reply}"
            );
        }
        let after: Vec<Value> = minority
            .iter()
            .map(|seat| seat.newest("game")["index"].clone())
            .collect();
        assert_eq!(before, after, "the minority applied something alone");
        let healed = Instant::now();
        lab.heal(&hosts);
        for seat in &minority {
            seat.until("play", "cluster", |c| c["state"] == "playing");
        }
        println!("healed after {:.2} s", healed.elapsed().as_secs_f64());
        let mut seats = minority;
        seats.append(&mut majority);
        agree(&mut seats, &[]);
    }
}
