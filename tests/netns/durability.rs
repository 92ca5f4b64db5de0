//! What was acknowledged is on disk: after crashes, a full disk, a restored backup.

use std::{
    io::Write as _,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::harness::{
    lab::Lab,
    room::{LETTERS, agree, leader, plays_with, room, settle},
    seat::Seat,
    stats::runs,
};

/// A small disk of its own, while this lives.
struct SmallDisk<'a>(&'a Path);

impl<'a> SmallDisk<'a> {
    fn mount(path: &'a Path) -> Self {
        std::fs::create_dir_all(path).expect("a folder");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=8m", "tmpfs"])
            .arg(path)
            .status();
        assert!(mounted.expect("mount").success());
        Self(path)
    }
}

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.0).status();
    }
}

/// A seat whose disk is full says so and ends, the others play on, and it comes
/// back when there is space again.
#[test]
#[ignore = "needs root"]
fn a_full_disk_ends_one_seat_only() {
    let lab = Lab::new(3);
    let data = lab.path("P1");
    let _disk = SmallDisk::mount(&data);
    let mut host = Seat::ready(&lab, 1, "P1", &["--host", "den"]);
    let mut others = [2, 3].map(|n| Seat::ready(&lab, n, &format!("P{n}"), &["--join", "den"]));
    host.until("three voters", "cluster", |e| {
        let members = e["members"].as_array();
        members.is_some_and(|m| m.iter().filter(|m| m["voter"] == true).count() == 3)
    });
    host.must("start kanna#1");
    let filler = data.join("filler");
    let mut file = std::fs::File::create(&filler).expect("a file");
    while file.write_all(&[0; 4096]).is_ok() {}
    // The end of it is the first entry that needs a new page in its file.
    let mut commands = 0;
    while !host.has_ended() {
        commands += 1;
        assert!(commands < 5000, "it goes on");
        others[0].must("start kanna#1");
    }
    let status = host.end();
    assert_eq!(status.code(), Some(1));
    others[1].must("guess a");
    // What is open takes space.
    drop(file);
    std::fs::remove_file(&filler).expect("space again");
    let host = Seat::ready(&lab, 1, "P1", &["--resume"]);
    let index = others[0].must("state")["game"]["index"].as_u64();
    host.shown(index.expect("an index"));
}

#[test]
#[ignore = "needs root"]
fn what_was_acknowledged_survives_a_kill() {
    let lab = Lab::new(1);
    let mut acknowledged = 0;
    let mut seat = Seat::ready(&lab, 1, "P1", &["--host", "den"]);
    for run in 0..runs(20) {
        // Many in flight, so that the end comes in the middle of a write.
        seat.must("start kanna#1");
        let letters: Vec<char> = LETTERS.chars().collect();
        for letter in &letters {
            seat.send(&format!("guess {letter}"));
        }
        // In the middle of the rest: the first line was answered by `must`.
        seat.reply(2 + run % 9);
        let replies = seat.kill_and_read();
        let indices: Vec<u64> = replies
            .iter()
            .filter_map(|reply| reply["index"].as_u64())
            .collect();
        let guessed = replies
            .iter()
            .filter(|reply| reply["outcome"] == "hit" || reply["outcome"] == "miss")
            .count();
        acknowledged += guessed;
        seat = Seat::ready(&lab, 1, "P1", &["--resume"]);
        // Its own seating stands behind what it did before.
        seat.until("the game", "game", |game| {
            let made = game["guesses"].as_array().map_or(0, Vec::len);
            game["index"].as_u64() >= indices.iter().max().copied() && made >= guessed
        });
    }
    println!(
        "{acknowledged} acknowledged guesses survived {} kills",
        runs(20)
    );
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

/// Raft counts on what a member said it holds. One that was set back is given
/// a new seat, and plays on as the same player.
#[test]
#[ignore = "needs root"]
fn a_restored_backup_is_given_a_new_seat() {
    let lab = Lab::new(3);
    let mut seats = room(&lab, 3);
    let leading = leader(&seats);
    let victim = seats.remove((leading + 1) % 3);
    let (name, host) = (victim.name.clone(), victim.name[1..].parse().unwrap());
    seats[0].must("start kanna#1");
    let old = victim.newest("cluster")["node_id"].clone();
    victim.kill();
    lab.copy(&name, "backup");
    let victim = Seat::ready(&lab, host, &name, &["--resume"]);
    let leading = leader(&seats);
    for letter in ["k", "a"] {
        seats[leading].must(&format!("guess {letter}"));
    }
    // With the third one stopped, it is the victim who said that it holds it.
    seats[1 - leading].signal("STOP");
    seats[leading].must("guess x");
    seats[1 - leading].signal("CONT");
    seats.push(victim);
    settle(&seats, 3, 3);
    agree(&mut seats, &[]);
    seats.pop().expect("the victim").kill();
    lab.copy("backup", &name);
    let mut back = Seat::ready(&lab, host, &name, &["--resume"]);
    back.until("another seat", "cluster", |c| c["node_id"] != old);
    back.must("guess n");
    seats.push(back);
    settle(&seats, 3, 3);
    agree(&mut seats, &[]);
}

/// After so long without entries a store writes how far it knows the log to be committed
/// (`IDLE` in `consensus/store/writer.rs`). Nothing else shows when it has.
const IDLE: Duration = Duration::from_millis(500);

/// Nobody does anything until every disk says that all was committed: the others hear of
/// it with a heartbeat, and each store is idle after that.
fn rest() {
    std::thread::sleep(IDLE * 2);
}

/// A room whose host has a copy of its profile from yesterday, with one guess, and what
/// was guessed today: by the host, by another, and by the host.
fn with_yesterdays_copy(lab: &Lab, players: usize) -> Vec<Seat> {
    let mut seats = room(lab, players);
    seats[0].must("start kanna#1");
    seats[0].must("guess k");
    restart_host(lab, &mut seats, |lab| lab.copy("P1", "backup"));
    settle(&seats, players, voters_of(players));
    for (n, letter) in [(0, "a"), (1, "x"), (0, "n")] {
        seats[n].must(&format!("guess {letter}"));
    }
    let index = seats[0].newest("game")["index"].as_u64();
    seats[1].shown(index.expect("an index"));
    rest();
    seats
}

fn voters_of(players: usize) -> usize {
    [1, 1, 1, 3, 3, 5][players]
}

/// The host's computer goes off, and on again after something was done.
fn restart_host(lab: &Lab, seats: &mut Vec<Seat>, meanwhile: impl Fn(&Lab)) {
    seats.remove(0).kill();
    meanwhile(lab);
    seats.insert(0, Seat::ready(lab, 1, "P1", &["--resume"]));
}

/// The letters that were guessed, in order.
fn guessed(game: &Value) -> String {
    let guesses = game["guesses"].as_array().cloned().unwrap_or_default();
    let letters = guesses.iter().filter_map(|guess| guess["letter"].as_str());
    letters.collect()
}

fn is_told(seat: &Seat, text: &str) {
    seat.wait(text, |event| {
        let message = event["message"].as_str().unwrap_or_default();
        event["event"] == "warning" && message.contains(text)
    });
}

fn shows(seat: &Seat, letters: &str) {
    seat.until(letters, "game", |game| guessed(game) == letters);
}

/// One game goes on, with all that was guessed.
fn one_game(seats: &mut [Seat], letters: &str) {
    for seat in &*seats {
        seat.until("play", "cluster", |c| c["state"] == "playing");
        shows(seat, letters);
    }
    seats[0].must("guess u");
    let last = seats.last_mut().expect("a seat");
    last.must("guess v");
    agree(seats, &[]);
    let game = seats[0].newest("game");
    assert_eq!(guessed(&game), format!("{letters}uv"));
}

/// The others are there: the host's program says that its copy is older, and takes
/// their game.
#[test]
#[ignore = "needs root"]
fn the_host_comes_back_with_an_older_copy() {
    for players in [2, 3, 5] {
        let lab = Lab::new(players);
        let mut seats = with_yesterdays_copy(&lab, players);
        restart_host(&lab, &mut seats, |lab| lab.copy("backup", "P1"));
        is_told(&seats[0], "an older copy");
        if players == 2 {
            // Its vote was the only one.
            let asked = seats[1].until("a question", "stalled", |_| true);
            assert_eq!(asked["alone"], false, "{asked}");
            seats[1].must("continue");
        }
        one_game(&mut seats, "kaxn");
        settle(&seats, players, voters_of(players));
    }
}

/// The others come later. Where the host cannot decide anything alone, it waits, and
/// says so; where it can, both say that the games differ, and neither forgets anything.
#[test]
#[ignore = "needs root"]
fn the_host_comes_back_alone_with_an_older_copy() {
    for players in [2, 3, 5] {
        let lab = Lab::new(players);
        let mut seats = with_yesterdays_copy(&lab, players);
        seats.drain(1..).for_each(Seat::kill);
        restart_host(&lab, &mut seats, |lab| lab.copy("backup", "P1"));
        if players == 2 {
            seats[0].until("play", "cluster", |c| c["state"] == "playing");
            assert_eq!(seats[0].must("guess z")["copies"], 1);
        } else {
            let asked = seats[0].until("a question", "stalled", |_| true);
            assert_eq!(asked["alone"], true, "{asked}");
            assert_eq!(seats[0].ask("guess z").1["ok"], false);
        }
        let back = |n| Seat::ready(&lab, n, &format!("P{n}"), &["--resume"]);
        seats.extend((2..=players).map(back));
        if players == 2 {
            for (n, letters) in [(0, "kz"), (1, "kaxn")] {
                let with = format!("P{}", 2 - n);
                seats[n].until("both", "split", |split| split["with"][0] == *with);
                shows(&seats[n], letters);
            }
            // They agree to play on with what both had guessed.
            assert!(seats.remove(0).leave().success());
            seats[0].until("a question", "stalled", |_| true);
            seats[0].must("continue");
            seats.insert(0, Seat::ready(&lab, 1, "P1", &["--join", "den"]));
        }
        one_game(&mut seats, "kaxn");
    }
}

/// What P2 decided with P1, and P1 lost with the copy that it has now: P1 and P3 play
/// another game, without it.
fn with_another_game(lab: &Lab, decides: usize, timing: &[&str]) -> Vec<Seat> {
    let mut seats = room(lab, 3);
    seats[0].must("start kanna#1");
    seats[0].must("guess k");
    let index = seats[0].newest("game")["index"].as_u64();
    seats[2].shown(index.expect("an index"));
    seats.remove(2).kill();
    restart_host(lab, &mut seats, |lab| lab.copy("P1", "backup"));
    let leads = leader(&seats);
    if leads != decides {
        seats[leads].must("hand_over");
    }
    for (n, letter) in [(0, "a"), (1, "x"), (0, "n")] {
        seats[n].must(&format!("guess {letter}"));
    }
    settle(&seats, 3, 1);
    assert_eq!(leader(&seats), decides);
    rest();
    seats.drain(..).for_each(Seat::kill);
    lab.copy("backup", "P1");
    let args = [&["--resume"], timing].concat();
    let back = |n| Seat::ready(lab, n, &format!("P{n}"), &args);
    let mut seats = vec![back(1), back(3)];
    for seat in &seats {
        seat.until("play", "cluster", |c| c["state"] == "playing");
    }
    assert_eq!(seats[1].must("guess z")["ok"], true);
    seats
}

/// Who was away all day makes a majority with the older copy. The one who knows what
/// was guessed, and decided alone, is asked whose game goes on, and told what that costs.
#[test]
#[ignore = "needs root"]
fn what_only_one_still_knows_is_not_dropped_without_a_word() {
    let lab = Lab::new(3);
    let mut seats = with_another_game(&lab, 1, &[]);
    let mut knows = Seat::ready(&lab, 2, "P2", &["--resume"]);
    // It decided alone.
    let asked = knows.until("a question", "newer_copy", |_| true);
    let with = asked["with"].as_array().expect("names");
    let mut with: Vec<&str> = with.iter().filter_map(Value::as_str).collect();
    with.sort_unstable();
    assert_eq!(with, ["P1", "P3"]);
    shows(&knows, "kaxn");
    // Not while they elect a leader: this one has seen a later term.
    let since = Instant::now();
    loop {
        let (_, reply) = knows.ask("continue");
        if reply["ok"] == true {
            break;
        }
        assert_eq!(reply["code"], "busy", "{reply}");
        // Unasked it plays its own copy after 10 s.
        assert!(since.elapsed() < Duration::from_secs(8), "it cannot go on");
    }
    is_told(&knows, "without what only this one knew");
    seats.push(knows);
    one_game(&mut seats, "kz");
}

/// Who only followed cannot go on alone: it is told what that costs; also if the others
/// have given up its seat before.
#[test]
#[ignore = "needs root"]
fn what_a_follower_still_knows_is_not_dropped_without_a_word() {
    let soon: &[&str] = &["--timing", "remove=4000"];
    let cases: [(&[&str], &[&str]); 3] = [
        (&[], &["--resume"]),
        (soon, &["--resume"]),
        (soon, &["--join", "den"]),
    ];
    for (timing, args) in cases {
        let lab = Lab::new(3);
        let mut seats = with_another_game(&lab, 0, timing);
        if timing == soon {
            settle(&seats, 2, 1);
        }
        let knows = Seat::ready(&lab, 2, "P2", args);
        if args == ["--resume"] {
            knows.wait("what it knew", |event| {
                event["event"] == "game" && event["mask"] == "kanna ka___"
            });
        }
        is_told(&knows, "without what only this one knew");
        seats.push(knows);
        one_game(&mut seats, "kz");
    }
}
