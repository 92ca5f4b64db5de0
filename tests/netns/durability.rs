//! What was acknowledged is on disk: after crashes, a full disk, a restored backup.

use std::{io::Write as _, path::Path, process::Command, time::Instant};

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
