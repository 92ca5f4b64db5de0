//! A room of several seats: set up, waited for, and compared in the end.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::mpsc,
    time::{Duration, Instant},
};

use serde_json::Value;

use super::{
    lab::Lab,
    seat::{PATIENCE, Seat},
};

/// Five misses, then all hits: a round of `kanna kamui` that is won.
pub const LETTERS: &str = "xzqjvkanmui";

/// A room of so many seats, with its voters in place.
pub fn room(lab: &Lab, seats: usize) -> Vec<Seat> {
    let mut all = vec![Seat::ready(lab, 1, "P1", &["--host", "den"])];
    for n in 2..=seats {
        all.push(Seat::ready(lab, n, &format!("P{n}"), &["--join", "den"]));
    }
    let voters = match seats {
        1..=2 => 1,
        3..=4 => 3,
        _ => 5,
    };
    for seat in &all {
        seat.wait("all voters", |event| {
            let members = event["members"].as_array();
            event["event"] == "cluster"
                && members.is_some_and(|m| {
                    m.len() == seats && m.iter().filter(|m| m["voter"] == true).count() == voters
                })
        });
    }
    all
}

/// Which of the seats leads, as they say themselves.
pub fn leader(seats: &[Seat]) -> usize {
    let deadline = Instant::now() + PATIENCE;
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

pub fn voters(cluster: &Value) -> BTreeSet<String> {
    let members = cluster["members"].as_array().cloned().unwrap_or_default();
    members
        .iter()
        .filter(|m| m["voter"] == true)
        .map(|m| m["name"].as_str().unwrap_or_default().to_owned())
        .collect()
}

/// Waits until a seat plays in a room with so many voters.
pub fn plays_with(seat: &Seat, count: usize) {
    seat.until("all voters", "cluster", |cluster| {
        cluster["state"] == "playing" && voters(cluster).len() == count
    });
}

/// A player who guesses all the time, in the background, and notes each
/// acknowledgement. Checks that each guess counts once.
pub struct Guesser {
    stop: mpsc::Sender<()>,
    counted: mpsc::Receiver<()>,
    thread: std::thread::JoinHandle<(Seat, Vec<(Instant, Value)>)>,
}

impl Guesser {
    pub fn start(mut seat: Seat) -> Self {
        let (stop, stopped) = mpsc::channel();
        let (count, counted) = mpsc::channel();
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
                // Nobody may be counting.
                let _ = count.send(());
                n += 1;
            }
            (seat, acknowledged)
        });
        Self {
            stop,
            counted,
            thread,
        }
    }

    /// Waits until so many more guesses are acknowledged.
    pub fn goes_on(&self, guesses: usize) {
        self.counted.try_iter().for_each(drop);
        for _ in 0..guesses {
            let counted = self.counted.recv_timeout(PATIENCE);
            counted.expect("another acknowledged guess");
        }
    }

    /// Stops after the guess that is under way.
    pub fn stop(self) -> (Seat, Vec<(Instant, Value)>) {
        let _ = self.stop.send(());
        self.thread.join().expect("all guesses counted once")
    }
}

/// The longest time without an acknowledgement around a moment, counted from
/// that moment.
pub fn gap_after(moment: Instant, acknowledged: &[(Instant, Value)]) -> Duration {
    let times: Vec<Instant> = acknowledged.iter().map(|(at, _)| *at).collect();
    times
        .windows(2)
        .filter(|pair| pair[1] > moment)
        .max_by_key(|pair| pair[1] - pair[0])
        .map_or(Duration::ZERO, |pair| pair[1] - moment.max(pair[0]))
}

/// No index was acknowledged twice, and all seats agree in the end.
pub fn agree(seats: &mut [Seat], acknowledged: &[(Instant, Value)]) {
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
    let deadline = Instant::now() + PATIENCE;
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

/// The one that leads, taken out of the others.
pub fn take_leader(seats: &mut Vec<Seat>) -> Seat {
    let leading = leader(seats);
    seats.remove(leading)
}

/// Waits until all seats see so many members and so many voters.
pub fn settle(seats: &[Seat], members: usize, count: usize) -> Duration {
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

/// Waits until all show what a reply brought.
pub fn all_show(seats: &[Seat], reply: &Value) {
    let index = reply["index"].as_u64().expect("an index");
    for seat in seats {
        seat.shown(index);
    }
}

/// The game as all of them show it: the same.
pub fn same_game(seats: &mut [Seat]) -> Value {
    let newest = seats.iter_mut().map(|seat| {
        let reply = seat.must("read");
        reply["game"].clone()
    });
    let games: Vec<Value> = newest.collect();
    assert!(games.iter().all(|game| *game == games[0]), "{games:#?}");
    games[0].clone()
}

/// All files below a folder.
pub fn walk(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            files.extend(walk(&entry.path()));
        } else {
            files.push(entry.path());
        }
    }
    files
}
