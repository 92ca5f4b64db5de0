//! The quorum is lost: who may continue the game in another cluster, and what of
//! it is there.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::harness::{
    lab::Lab,
    room::{agree, plays_with, room, take_leader},
    seat::Seat,
    stats::{report_within, runs},
};

/// `Timing::stall`, and what it takes to ask the others.
const ASKED: Duration = Duration::from_secs(11);

/// From the answer to the first guess in the new cluster.
const CONTINUED: Duration = Duration::from_secs(3);

#[test]
#[ignore = "needs root"]
fn two_players_and_the_host_is_killed() {
    let (mut asked, mut continued) = (Vec::new(), Vec::new());
    for _ in 0..runs(2) {
        let lab = Lab::new(2);
        let mut host = Seat::ready(&lab, 1, "P1", &["--host", "den"]);
        let mut guest = Seat::ready(&lab, 2, "P2", &["--join", "den"]);
        host.must("start kanna#1");
        let mut kept = Vec::new();
        for letter in ["x", "z", "k", "a"] {
            let reply = host.must(&format!("guess {letter}"));
            assert_eq!(reply["copies"], 2, "{reply}");
            kept.push(letter);
        }
        let killed = Instant::now();
        host.kill();
        let stalled = guest.until("a question", "stalled", |_| true);
        asked.push(killed.elapsed());
        assert_eq!(stalled["missing"], serde_json::json!(["P1"]), "{stalled}");
        // The only voter is missing.
        assert_eq!(stalled["may_lose"], true);
        let answered = Instant::now();
        let reply = guest.must("continue");
        assert_eq!(reply["outcome"], "continued", "{reply}");
        let next = reply["cluster_id"].clone();
        let reply = guest.must("guess n");
        continued.push(answered.elapsed());
        assert_eq!(reply["outcome"], "hit");
        kept.push("n");
        let game = guest.must("state")["game"].clone();
        let letters: Vec<&Value> = game["guesses"]
            .as_array()
            .unwrap()
            .iter()
            .map(|g| &g["letter"])
            .collect();
        assert_eq!(letters, kept, "{game}");
        // The host comes back to the room it knows, is told, and follows.
        let mut host = Seat::ready(&lab, 1, "P1", &["--resume"]);
        let told = host.until("word of the others", "continued_elsewhere", |_| true);
        assert_eq!(told["cluster_id"], next);
        assert_eq!(told["by"], "P2");
        host.must("follow");
        host.until("the game", "game", |g| {
            // The index goes on: that the host was gone stands in the log, too.
            g["guesses"] == game["guesses"] && g["mask"] == "kanna ka___"
        });
        let reply = host.must("guess m");
        assert_eq!(
            (&reply["outcome"], &reply["copies"]),
            (&"hit".into(), &2.into()),
            "{reply}"
        );
        guest.shown(reply["index"].as_u64().unwrap());
        assert_eq!(guest.newest("game")["players"].as_array().unwrap().len(), 2);
    }
    report_within(ASKED, "host of two killed: question after", &mut asked);
    report_within(
        CONTINUED,
        "continue: next acknowledgement after",
        &mut continued,
    );
}

#[test]
#[ignore = "needs root"]
fn what_one_computer_held_is_marked() {
    for _ in 0..runs(1) {
        let lab = Lab::new(2);
        let mut host = Seat::ready(&lab, 1, "P1", &["--host", "den"]);
        let mut guest = Seat::ready(&lab, 2, "P2", &["--join", "den"]);
        host.must("start kanna#1");
        assert_eq!(host.must("guess k")["copies"], 2);
        lab.cable(2, false);
        let mut alone = Vec::new();
        for letter in ["a", "n", "x"] {
            assert_eq!(host.must(&format!("guess {letter}"))["copies"], 1);
            alone.push(letter);
        }
        host.kill();
        lab.cable(2, true);
        guest.until("a question", "stalled", |_| true);
        guest.must("continue");
        let game = guest.must("state")["game"].clone();
        assert_eq!(game["mask"], "k____ k____", "{game}");
    }
}

#[test]
#[ignore = "needs root"]
fn nobody_leaves_those_who_play() {
    let lab = Lab::new(3);
    let mut seats = room(&lab, 3);
    let leader = take_leader(&mut seats);
    let mut seat = seats.remove(0);
    let host = seat.name[1..].parse().unwrap();
    lab.cable(host, false);
    let stalled = seat.until("a question", "stalled", |_| true);
    assert_eq!(stalled["alone"], true, "{stalled}");
    lab.cable(host, true);
    // At once, before it is found again.
    let (_, reply) = seat.ask("continue");
    assert!(
        reply["outcome"] == "brought_back" || reply["code"] == "still_played",
        "{reply}"
    );
    plays_with(&seat, 3);
    assert_eq!(
        seat.newest("cluster")["cluster_id"],
        leader.newest("cluster")["cluster_id"]
    );
    seat.must("start kanna#1");
}

/// Who comes while a voter lags has no vote that this one would not know: those who have
/// the newest membership may all die.
#[test]
#[ignore = "needs root"]
fn those_who_know_the_newcomers_die_while_another_lags() {
    let lab = Lab::new(5);
    let mut seats = room(&lab, 3);
    seats[0].must("start kanna#1");
    let third = seats.pop().expect("a seat");
    third.signal("STOP");
    for n in 4..=5 {
        seats.push(Seat::ready(&lab, n, &format!("P{n}"), &["--join", "den"]));
    }
    let (first, second) = (seats.remove(0), seats.remove(0));
    assert_eq!(seats[0].must("guess k")["outcome"], "hit");
    first.kill();
    second.kill();
    third.signal("CONT");
    seats[0].until("a question", "stalled", |_| true);
    let since = Instant::now();
    while seats[0].ask("continue").1["outcome"] != "continued" {
        assert!(since.elapsed() < ASKED, "nobody goes on");
    }
    let cluster = seats[0].newest("cluster")["cluster_id"].clone();
    seats.push(third);
    for seat in &mut seats[1..] {
        let plays = |c: &Value| c["cluster_id"] == cluster && c["state"] == "playing";
        let is_told = |c: &Value| c["state"] == "continued_elsewhere";
        // Who has not applied the same is asked first.
        let now = seat.until("where it went on", "cluster", |c| plays(c) || is_told(c));
        if is_told(&now) {
            seat.must("follow");
        }
        seat.until("the game there", "cluster", plays);
    }
    assert_eq!(seats[2].must("guess a")["outcome"], "hit");
    agree(&mut seats, &[]);
    for seat in &seats {
        assert_eq!(seat.newest("game")["mask"], "ka__a ka___");
    }
}
