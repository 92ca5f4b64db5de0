//! What a window costs: how soon it is there, what it uses, and what it still
//! does while nobody sees it.

use std::{
    collections::BTreeSet,
    fmt,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::harness::{
    lab::Lab,
    seat::Seat,
    stats::{print_machine, report, runs},
    xvfb::{Display, Window},
};

#[test]
#[ignore = "needs root"]
fn an_idle_window_draws_nothing_and_costs_little() {
    let seconds = runs(5) as u64;
    let lab = Lab::new(3);
    let display = Display::new();
    let window = Window::open(&display, &lab, 1, "Ada");
    let lobby = cost(&window, seconds);
    println!("lobby, idle for {seconds} s: {lobby}");
    window.click("Host a game");
    window.wait("the room", 0, |line| line.contains("draws room"));
    let guests = guests(&lab);
    window.wait("all players", 0, |line| line.contains("players=3"));
    for guest in &guests {
        guest.wait("its vote", |e| {
            e["event"] == "cluster" && e["role"] == "follower"
        });
    }
    let room = cost(&window, seconds);
    println!("room of three, idle for {seconds} s: {room}");
    println!("memory: {}", Memory::of(window.child.id()));
}

/// Two seats in the window's room.
fn guests(lab: &Lab) -> [Seat; 2] {
    [(2, "P2"), (3, "P3")]
        .map(|(host, name)| Seat::ready(lab, host, name, &["--join", "Ada's room"]))
}

/// Frames and CPU over some seconds in which nothing happens.
fn cost(window: &Window<'_>, seconds: u64) -> String {
    window.rest();
    let (before, started) = (cpu(window.child.id()), Instant::now());
    let from = window.lines();
    window.watch_for(Duration::from_secs(seconds));
    let used = cpu(window.child.id()) - before;
    let drawn = window.lines() - from;
    assert_eq!(drawn, 0, "lines in the log of a window that should rest");
    let percent = used.as_secs_f64() / started.elapsed().as_secs_f64() * 100.0;
    format!("no frame, {percent:.2} % of a core")
}

/// CPU time of a process so far.
fn cpu(pid: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("a process");
    let fields: Vec<&str> = stat
        .rsplit_once(')')
        .expect("stat")
        .1
        .split_whitespace()
        .collect();
    // utime and stime, in ticks of 10 ms (proc(5)).
    let ticks: u64 = [11, 12]
        .iter()
        .map(|n| fields[*n].parse::<u64>().unwrap())
        .sum();
    Duration::from_millis(ticks * 10)
}

/// Proportional set size of a process, in MiB.
struct Memory {
    all: u64,
    /// Of it, what maps the software GL driver.
    driver: u64,
}

impl Memory {
    fn of(pid: u32) -> Self {
        let maps = std::fs::read_to_string(format!("/proc/{pid}/smaps")).expect("a process");
        let (mut all, mut driver, mut in_driver) = (0_u64, 0_u64, false);
        for line in maps.lines() {
            if let Some(kb) = line.strip_prefix("Pss:") {
                let kb: u64 = kb.trim().trim_end_matches(" kB").parse().unwrap_or(0);
                all += kb;
                driver += if in_driver { kb } else { 0 };
            } else if !line.contains("kB") && line.contains('-') {
                in_driver = ["libLLVM", "gallium", "swrast", "libGL"]
                    .iter()
                    .any(|l| line.contains(l));
            }
        }
        Self {
            all: all / 1024,
            driver: driver / 1024,
        }
    }
}

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { all, driver } = self;
        let own = all - driver;
        write!(
            f,
            "{all} MiB PSS: {own} MiB, and {driver} MiB of the GL driver"
        )
    }
}

fn median(values: &mut [u64]) -> u64 {
    values.sort_unstable();
    values[values.len() / 2]
}

#[test]
#[ignore = "needs root"]
fn a_window_is_there_soon_and_is_small() {
    let runs = runs(2);
    let mut first_frames = Vec::new();
    let (mut own, mut driver) = (Vec::new(), Vec::new());
    let lab = Lab::new(3);
    for _ in 0..runs {
        let display = Display::new();
        let window = Window::open(&display, &lab, 1, "Ada");
        let (at, _) = window.wait("a first frame", 0, |line| line.contains("first frame"));
        first_frames.push(at - window.started);
        window.click("Host a game");
        window.wait("the room", 0, |line| line.contains("draws room"));
        let guests = guests(&lab);
        window.wait("all players", 0, |line| line.contains("players=3"));
        window.rest();
        let memory = Memory::of(window.child.id());
        own.push(memory.all - memory.driver);
        driver.push(memory.driver);
        for guest in guests {
            guest.leave();
        }
        window.close();
    }
    print_machine(lab.folder());
    report("start to first frame", &mut first_frames);
    println!(
        "memory in a room of three: median {} MiB PSS, and {} MiB of the GL driver ({runs})",
        median(&mut own),
        median(&mut driver)
    );
    khangman(runs);
}

/// The same of another program, where it is installed.
fn khangman(runs: usize) {
    let program = "/usr/games/khangman";
    let program = if std::path::Path::new(program).exists() {
        program
    } else {
        "/usr/bin/khangman"
    };
    let (mut times, mut own, mut driver) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..runs {
        let display = Display::new();
        let started = Instant::now();
        let other = Command::new("dbus-run-session")
            .args(["--", program])
            .env("DISPLAY", display.name())
            .env_remove("WAYLAND_DISPLAY")
            .env("QT_QPA_PLATFORM", "xcb")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let Some(mut other) = other
            .ok()
            .filter(|_| std::path::Path::new(program).exists())
        else {
            println!("KHangMan is not installed: not compared");
            return;
        };
        // Not `--sync`, which looks once a second only.
        let ids = loop {
            let ids = display.xdotool(&["search", "--onlyvisible", "--class", "khangman"]);
            if !ids.is_empty() || started.elapsed() > Duration::from_secs(30) {
                break ids;
            }
        };
        if ids.is_empty() {
            // Its fault, not ours.
            println!("KHangMan: no window in 30 s");
            let _ = other.kill();
            let _ = other.wait();
            continue;
        }
        times.push(started.elapsed());
        let id = ids.lines().last().expect("a window").to_owned();
        let pid = display.xdotool(&["getwindowpid", &id]);
        // It goes on loading after its window is there.
        settled(pid.parse().expect("a process"));
        let memory = Memory::of(pid.parse().expect("a process"));
        own.push(memory.all - memory.driver);
        driver.push(memory.driver);
        end(&mut other, &pid);
    }
    if times.is_empty() {
        return;
    }
    report("KHangMan: start to its window", &mut times);
    println!(
        "KHangMan: median {} MiB PSS, and {} MiB of the GL driver ({})",
        median(&mut own),
        median(&mut driver),
        times.len()
    );
}

/// Waits until a process has used no CPU for a second.
fn settled(pid: u32) {
    let mut last = cpu(pid);
    for _ in 0..30 {
        std::thread::sleep(Duration::from_secs(1));
        let now = cpu(pid);
        if now == last {
            return;
        }
        last = now;
    }
}

fn end(child: &mut Child, pid: &str) {
    let _ = Command::new("kill").arg(pid).status();
    let _ = child.wait();
}

#[test]
#[ignore = "needs root"]
fn a_hidden_window_keeps_its_seat_its_votes_and_its_timers() {
    let hidden_for = Duration::from_secs(runs(40) as u64);
    let lab = Lab::new(3);
    let display = Display::new();
    let window = Window::open(&display, &lab, 1, "Ada");
    window.click("Host a game");
    window.wait("the room", 0, |line| line.contains("draws room"));
    let mut guests = guests(&lab);
    for guest in &guests {
        guest.until("its vote", "cluster", |e| e["role"] == "follower");
    }
    window.wait("all players", 0, |line| line.contains("players=3"));
    window.click_at_rest("Turns");
    for guest in &mut guests {
        guest.until("turns", "game", |e| e["settings"]["mode"] == "turns");
        guest.must("ready");
    }
    window.wait("both are ready", 0, |line| line.contains(" ready=2 "));
    window.click_at_rest("Start the game");
    let started = guests[0].until("a turn", "game", |e| !e["turn"].is_null());
    let before = guests[0].newest("cluster");
    let leader = before["leader"].clone();
    assert_eq!(seat_of(&before, "Ada"), leader, "the window leads");
    display.xdotool(&["windowunmap", "--sync", window.id()]);

    // Nobody guesses: each turn ends by the leader's clock.
    let hidden = Instant::now();
    let mut turn = started["turn"].clone();
    let mut lost = 0;
    while hidden.elapsed() < hidden_for || lost == 0 {
        let next = guests[0].until_within(Duration::from_secs(45), "the next turn", "game", |e| {
            e["turn"] != turn
        });
        turn = next["turn"].clone();
        lost += 1;
    }
    // It answers, and it decides.
    let names: BTreeSet<&str> = ["P2", "P3"].into();
    while !turn.as_str().is_some_and(|name| names.contains(name)) {
        let next = guests[0].until_within(Duration::from_secs(45), "a guest's turn", "game", |e| {
            e["turn"] != turn
        });
        turn = next["turn"].clone();
    }
    let guesser = usize::from(turn != "P2");
    let reply = guests[guesser].must("guess e");
    assert_eq!(reply["ok"], true, "{reply}");
    let after = guests[0].newest("cluster");
    assert_eq!(
        (&after["term"], &after["leader"]),
        (&before["term"], &leader)
    );
    println!(
        "hidden for {:.0} s as the leader: term {} as before, {lost} turns ended by its clock",
        hidden.elapsed().as_secs_f64(),
        after["term"]
    );
    display.xdotool(&["windowmap", "--sync", window.id()]);
    // It may have drawn that while it was hidden.
    let decided = reply["index"].as_u64();
    window.wait("what it missed", 0, |line| {
        let index = line.split(" index=").nth(1);
        let index = index.and_then(|rest| rest.split(' ').next()?.parse().ok());
        line.contains("draws room") && index >= decided
    });
    window.close();
}

/// The seat of a player, as events call it.
fn seat_of(cluster: &Value, name: &str) -> Value {
    let members = cluster["members"].as_array().expect("members");
    let member = members.iter().find(|member| member["name"] == name);
    member
        .map(|member| member["node_id"].clone())
        .unwrap_or_default()
}
