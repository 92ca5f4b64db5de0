//! A stranger with many keys and addresses floods a room, with everything at once.

mod ads;
mod attacks;
mod wire;

use std::{
    net::Ipv4Addr,
    sync::Arc,
    thread::JoinHandle,
    time::{Duration, Instant},
};

use dhangkanna::net::Identity;
use serde_json::Value;
use tokio::sync::watch;

use self::attacks::{Attacker, GUEST, Tally, Target};
use crate::harness::{
    lab::Lab,
    room::{LETTERS, agree, room, settle, walk},
    seat::Seat,
    stats::{print_machine, report_within, runs},
};

/// Whom the stranger is, and from where it comes.
const KEYS: usize = 200;
const ADDRESSES: usize = 16;

/// Half of all guesses are acknowledged within this time.
const GUESS: Duration = Duration::from_millis(20);

/// A friend is in within this time.
const FRIEND: Duration = Duration::from_secs(3);

/// How much more memory each of the programs may take meanwhile, and in the end, and
/// how much its log files may grow, in bytes.
const MEMORY: u64 = 40 << 20;
const MEMORY_AFTER: u64 = 10 << 20;
const LOGS: u64 = 1_000_000;

/// How long it may take until the memory is given back, and the seats are empty again.
const AFTER: Duration = Duration::from_secs(30);

/// The stranger, while it attacks.
struct Flood {
    stop: watch::Sender<bool>,
    threads: Vec<JoinHandle<()>>,
    tally: Arc<Tally>,
}

impl Flood {
    /// From these hosts, which are the stranger's.
    fn start(lab: &Lab, hosts: impl Iterator<Item = usize>, target: &Target) -> Self {
        let stop = watch::Sender::new(false);
        let tally = Arc::new(Tally::default());
        let mut keys = (0..KEYS).map(|_| Arc::new(Identity::ephemeral().expect("a key")));
        let start = |(nth, n): (usize, usize)| {
            let count = KEYS * (nth + 1) / ADDRESSES - KEYS * nth / ADDRESSES;
            let attacker = Attacker {
                addr: Ipv4Addr::new(10, 77, 0, u8::try_from(n).expect("a host")),
                keys: keys.by_ref().take(count).collect(),
                target: target.clone(),
                tally: Arc::clone(&tally),
            };
            let mut stopped = stop.subscribe();
            lab.on_host(n, move || {
                give_way();
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .expect("a runtime");
                runtime.block_on(async {
                    tokio::select! {
                        () = attacker.attack() => {}
                        _ = stopped.wait_for(|stop| *stop) => {}
                    }
                });
                runtime.shutdown_background();
            })
        };
        let threads = hosts.enumerate().map(start).collect();
        Self {
            stop,
            threads,
            tally,
        }
    }

    fn stop(self) {
        self.stop.send_replace(true);
        for thread in self.threads {
            thread.join().expect("an attack");
        }
    }
}

/// The stranger has processors of its own: on this machine it takes what is left by
/// the programs that it attacks.
fn give_way() {
    #[expect(unsafe_code, reason = "a C function")]
    // SAFETY: it takes numbers; on Linux they name this thread.
    let set = unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, 19) };
    assert_eq!(set, 0, "{}", std::io::Error::last_os_error());
}

/// Memory of a program that is its own, in bytes.
fn memory(seat: &Seat) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", seat.id()));
    let status = status.expect("a process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let size = line.expect("its memory").trim().trim_end_matches(" kB");
    size.parse::<u64>().expect("a number") << 10
}

/// The bytes of a seat's log files.
fn logs(lab: &Lab, seat: &Seat) -> u64 {
    let files = walk(&lab.path(&seat.name).join("profiles/1/logs"));
    let size = |file| std::fs::metadata(file).map_or(0, |file| file.len());
    files.into_iter().map(size).sum()
}

/// Where friends sit.
const FRIENDS: usize = 4;

/// Who comes, and who goes: how long it took to be in.
fn comes(lab: &Lab, name: &str, args: &[&str]) -> Duration {
    let began = Instant::now();
    let friend = Seat::ready(lab, FRIENDS, name, args);
    let took = began.elapsed();
    assert!(friend.leave().success());
    took
}

/// A friend whom all have met.
fn friend(lab: &Lab, room: &str) -> Duration {
    comes(lab, "Friend", &["--join", room])
}

/// Somebody whom nobody has met shows the PIN.
fn shows_the_pin(lab: &Lab, room: &str, pin: &str) -> Duration {
    comes(lab, "Pia", &["--join", room, "--pin", pin])
}

/// The round of three seats that is played meanwhile.
struct Round {
    seats: Vec<Seat>,
    reign: (u64, String),
    times: Vec<Duration>,
    most: Vec<u64>,
}

impl Round {
    fn new(mut seats: Vec<Seat>) -> Self {
        seats[0].must("start kanna#1");
        let reign = reign(&seats[0]);
        let most = seats.iter().map(memory).collect();
        Self {
            seats,
            reign,
            times: Vec::new(),
            most,
        }
    }

    /// A guess every 200 ms, until all is over. Each counts once: what was lost or
    /// doubled would show in the outcome of the next.
    fn play(&mut self, until: impl Fn() -> bool) {
        const PACE: Duration = Duration::from_millis(200);
        while !until() {
            let n = self.times.len();
            let seat = &mut self.seats[n % 3];
            let nth = n % LETTERS.len();
            if nth == 0 && n > 0 {
                seat.must("start kanna#1");
            }
            let (took, reply) = seat.ask(&format!("guess {}", &LETTERS[nth..][..1]));
            let want = if nth < 5 { "miss" } else { "hit" };
            assert_eq!(reply["outcome"], want, "guess {n}: {reply}");
            self.times.push(took);
            for (seat, most) in self.seats.iter().zip(&mut self.most) {
                *most = memory(seat).max(*most);
                assert_eq!(reign(seat), self.reign, "another leader");
            }
            std::thread::sleep(PACE.saturating_sub(took));
        }
    }
}

/// The term, and who leads.
fn reign(seat: &Seat) -> (u64, String) {
    let cluster = seat.newest("cluster");
    let leader = cluster["leader"].as_str().unwrap_or_default();
    (cluster["term"].as_u64().expect("a term"), leader.to_owned())
}

fn mib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

#[test]
#[ignore = "needs root"]
fn a_stranger_floods_a_room() {
    let time = Duration::from_secs(runs(10) as u64);
    let lab = Lab::new(4 + ADDRESSES);
    let seats = room(&lab, 3);
    friend(&lab, "den");
    settle(&seats, 3, 3);
    let cluster = seats[0].newest("cluster");
    let cluster_id = cluster["cluster_id"].as_str().expect("an id").to_owned();
    let addrs: Vec<String> = seats
        .iter()
        .map(|seat| {
            seat.newest("ready")["addr"]
                .as_str()
                .expect("one")
                .to_owned()
        })
        .collect();
    let target = Target {
        members: addrs
            .iter()
            .map(|addr| addr.parse().expect("one"))
            .collect(),
        cluster: cluster_id.parse().expect("an id"),
        leader: cluster["leader"]
            .as_str()
            .expect("one")
            .parse()
            .expect("one"),
    };
    let mut round = Round::new(seats);
    let memory_before = round.most.clone();
    let logs_before: Vec<u64> = round.seats.iter().map(|seat| logs(&lab, seat)).collect();
    print_machine(lab.folder());

    let began = Instant::now();
    let flood = Flood::start(&lab, 5..5 + ADDRESSES, &target);
    round.play(|| began.elapsed() >= time / 10);
    // Friends come by the room's id and by an address, while the door is open and
    // while it is locked.
    let mut friends = Vec::new();
    for locked in [false, true] {
        if locked {
            round.seats[0].must("lock");
        }
        for room in [&cluster_id, &addrs[0]] {
            std::thread::scope(|scope| {
                let coming = scope.spawn(|| friend(&lab, room));
                let joined = Instant::now();
                // For a fifth of the time, at least.
                round.play(|| coming.is_finished() && joined.elapsed() >= time / 5);
                friends.push((locked, coming.join().expect("a seat")));
            });
        }
    }
    // And two whom nobody has met: one with the PIN, one whom the owner lets in.
    round.seats[0].must("pin");
    let pin = round.seats[0].newest("pin")["pin"].clone();
    let pin = pin.as_str().expect("a PIN").to_owned();
    let by_pin = std::thread::scope(|scope| {
        let coming = scope.spawn(|| shows_the_pin(&lab, &addrs[0], &pin));
        round.play(|| coming.is_finished());
        coming.join().expect("a seat")
    });
    let knocked = Instant::now();
    let guest = Seat::start(&lab, FRIENDS, "Gus", &["--join", &addrs[0]]);
    let owner = round.seats[0].observer();
    let is_shown = |knocks: &Value| {
        let mut knocks = knocks.as_array().into_iter().flatten();
        knocks.any(|knock| knock == "Gus")
    };
    round.play(|| is_shown(&owner.newest("game")["knocks"]) || knocked.elapsed() >= FRIEND);
    let shown = knocked.elapsed();
    assert!(shown < FRIEND, "no knock is shown");
    let clicked = Instant::now();
    round.seats[0].must("accept Gus");
    let guest_sees = guest.observer();
    round.play(|| !guest_sees.newest("ready").is_null() || clicked.elapsed() >= FRIEND);
    let accepted = clicked.elapsed();
    assert!(accepted < FRIEND, "who was let in is not in");
    assert!(guest.leave().success());
    round.play(|| began.elapsed() >= time);
    let seconds = began.elapsed().as_secs_f64();
    println!("a flood of {seconds:.0} s from {ADDRESSES} addresses with {KEYS} keys:");
    flood.tally.print(seconds);
    let guesses = round.times.len();
    flood.stop();
    println!(
        "load {}",
        std::fs::read_to_string("/proc/loadavg").unwrap_or_default()
    );

    for (locked, took) in &friends {
        println!("a friend is in after {took:.2?} (door locked: {locked})");
        assert!(*took < FRIEND, "{took:?}");
    }
    println!("somebody new with the PIN is in after {by_pin:.2?}");
    println!("a knock is shown after {shown:.2?}, and who was clicked in after {accepted:.2?}");
    assert!(by_pin < FRIEND, "{by_pin:?}");
    let after = Instant::now();
    let left = |seat: &Seat, before: u64| memory(seat).saturating_sub(before);
    while after.elapsed() < AFTER
        && round
            .seats
            .iter()
            .zip(&memory_before)
            .any(|(seat, before)| left(seat, *before) > MEMORY_AFTER)
    {
        let at = Instant::now();
        round.play(|| at.elapsed() >= Duration::from_secs(1));
    }
    for (n, seat) in round.seats.iter().enumerate() {
        let before = memory_before[n];
        let (most, end) = (round.most[n] - before, left(seat, before));
        let written = logs(&lab, seat) - logs_before[n];
        println!(
            "{}: memory {:.1} MiB, at most {:.1} more, {:.1} more {:.0} s after; {written} bytes of log",
            seat.name,
            mib(before),
            mib(most),
            mib(end),
            after.elapsed().as_secs_f64(),
        );
        assert!(most < MEMORY, "{} takes {most} bytes", seat.name);
        assert!(end < MEMORY_AFTER, "{} keeps {end} bytes", seat.name);
        assert!(written < LOGS, "{} writes {written} bytes", seat.name);
    }
    report_within(GUESS, "guess during a flood", &mut round.times[..guesses]);
    // Who was cut off between sitting down and leaving is a player who is away.
    let cluster = round.seats[0].newest("cluster");
    for member in cluster["members"].as_array().into_iter().flatten() {
        let [name, peer] = ["name", "peer_id"].map(|key| member[key].as_str().expect("a text"));
        if name.starts_with(GUEST) {
            round.seats[0].must(&format!("remove {peer}"));
        }
    }
    settle(&round.seats, 3, 3);
    agree(&mut round.seats, &[]);
}
