//! Laptops that crash, leave, lose their cable, move and come back.

use std::{
    collections::BTreeSet,
    sync::mpsc,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{
    lab::Lab,
    playing::{LETTERS, room},
    seat::Seat,
    stats::{print_machine, report, runs},
};

/// Which of the seats leads, as they say themselves.
fn leader(seats: &[Seat]) -> usize {
    let deadline = Instant::now() + crate::seat::PATIENCE;
    loop {
        let leads = |seat: &Seat| {
            let cluster = seat.newest("cluster");
            cluster["role"] == "leader" && cluster["quorum"] == true
        };
        let mut leading = (0..seats.len()).filter(|n| leads(&seats[*n]));
        if let (Some(one), None) = (leading.next(), leading.next()) {
            return one;
        }
        assert!(Instant::now() < deadline, "no single leader");
        std::thread::yield_now();
    }
}

fn voters(cluster: &Value) -> BTreeSet<String> {
    let members = cluster["members"].as_array().cloned().unwrap_or_default();
    members
        .iter()
        .filter(|m| m["voter"] == true)
        .map(|m| m["name"].as_str().unwrap_or_default().to_owned())
        .collect()
}

/// Waits until a seat plays in a room with so many voters.
fn plays_with(seat: &Seat, count: usize) {
    seat.until("all voters", "cluster", |cluster| {
        cluster["state"] == "playing" && voters(cluster).len() == count
    });
}

/// A player who guesses all the time, in the background, and notes each
/// acknowledgement. Checks that each guess counts once.
struct Guesser {
    stop: mpsc::Sender<()>,
    thread: std::thread::JoinHandle<(Seat, Vec<(Instant, Value)>)>,
}

impl Guesser {
    fn start(mut seat: Seat) -> Self {
        let (stop, stopped) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            let mut acknowledged = Vec::new();
            let mut n = LETTERS.len();
            while stopped.try_recv().is_err() {
                if n == LETTERS.len() {
                    seat.must("start kanna#1");
                    n = 0;
                    if acknowledged.len() > 200 {
                        seat.forget_replies();
                    }
                }
                let letter = &LETTERS[n..][..1];
                let reply = seat.must(&format!("guess {letter}"));
                // A lost or a doubled guess before it would show here.
                let want = if n < 5 { "miss" } else { "hit" };
                assert_eq!(reply["outcome"], want, "{letter}: {reply}");
                acknowledged.push((Instant::now(), reply));
                n += 1;
            }
            (seat, acknowledged)
        });
        Self { stop, thread }
    }

    /// Stops after the guess that is under way.
    fn stop(self) -> (Seat, Vec<(Instant, Value)>) {
        let _ = self.stop.send(());
        self.thread.join().expect("all guesses counted once")
    }
}

/// The longest time without an acknowledgement around a moment, counted from
/// that moment.
fn gap_after(moment: Instant, acknowledged: &[(Instant, Value)]) -> Duration {
    let times: Vec<Instant> = acknowledged.iter().map(|(at, _)| *at).collect();
    times
        .windows(2)
        .filter(|pair| pair[1] > moment)
        .max_by_key(|pair| pair[1] - pair[0])
        .map_or(Duration::ZERO, |pair| pair[1] - moment.max(pair[0]))
}

/// No index was acknowledged twice, and all seats agree in the end.
fn agree(seats: &mut [Seat], acknowledged: &[(Instant, Value)]) {
    let indices: BTreeSet<u64> = acknowledged
        .iter()
        .map(|(_, reply)| reply["index"].as_u64().expect("an index"))
        .collect();
    assert_eq!(
        indices.len(),
        acknowledged.len(),
        "one index for two guesses"
    );
    // A seat that came back sits down in its own time, which is an entry too.
    let deadline = Instant::now() + crate::seat::PATIENCE;
    loop {
        let games: Vec<Value> = seats
            .iter_mut()
            .map(|seat| {
                let mut game = seat.must("state")["game"].clone();
                game["players"] = Value::Null;
                game
            })
            .collect();
        if games.iter().all(|game| *game == games[0]) {
            let last = games[0]["index"].as_u64().expect("an index");
            assert!(indices.last().is_none_or(|index| *index <= last));
            return;
        }
        assert!(Instant::now() < deadline, "they disagree: {games:#?}");
    }
}

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
        std::thread::sleep(Duration::from_millis(300));
        let killed = Instant::now();
        victim.kill();
        seats[0].until("another leader", "cluster", |c| {
            c["state"] == "playing" && c["leader"].is_string()
        });
        std::thread::sleep(Duration::from_millis(1500));
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
        std::thread::sleep(Duration::from_millis(300));
        let pulled = Instant::now();
        lab.cable(host, false);
        cut_off.until("a notice", "cluster", |c| c["state"] != "playing");
        seats[0].until("another leader", "cluster", |c| {
            c["state"] == "playing" && c["leader"].is_string()
        });
        std::thread::sleep(Duration::from_millis(2500));
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
        std::thread::sleep(Duration::from_millis(300));
        let left = Instant::now();
        assert!(leaver.leave().success());
        std::thread::sleep(Duration::from_millis(500));
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

/// The one that leads, taken out of the others.
fn take_leader(seats: &mut Vec<Seat>) -> Seat {
    let leading = leader(seats);
    seats.remove(leading)
}

#[test]
#[ignore = "needs root"]
fn two_players_and_the_host_is_killed() {
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
        host.kill();
        let stalled = guest.until("a question", "stalled", |_| true);
        assert_eq!(stalled["missing"], serde_json::json!(["P1"]), "{stalled}");
        assert_eq!(stalled["may_lose"], false);
        let reply = guest.must("continue");
        assert_eq!(reply["outcome"], "continued", "{reply}");
        let next = reply["cluster_id"].clone();
        let reply = guest.must("guess n");
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
            g["index"] == game["index"] && g["mask"] == "kanna ka___"
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

/// Waits until all seats see so many members and so many voters.
fn settle(seats: &[Seat], members: usize, count: usize) -> Duration {
    let since = Instant::now();
    for seat in seats {
        seat.until_within(
            Duration::from_secs(25),
            "the members and voters",
            "cluster",
            |c| {
                c["state"] == "playing"
                    && c["members"].as_array().is_some_and(|m| m.len() == members)
                    && voters(c).len() == count
            },
        );
    }
    since.elapsed()
}

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
    sleeper.until("play", "cluster", |c| {
        c["state"] == "playing" && c["members"].as_array().is_some_and(|m| m.len() == 3)
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
