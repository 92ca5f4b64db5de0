//! Two real windows on one Xvfb, in two namespaces: hosted and joined by
//! clicks, played by keys. Needs `Xvfb`, `xdotool`, and `import` of
//! ImageMagick. Screenshots are kept in `target/window-shots`.

use std::{
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{Arc, Condvar, Mutex},
    time::{Duration, Instant},
};

use crate::{
    lab::Lab,
    seat::{PATIENCE, Seat, program},
    stats::{print_machine, report, runs},
};

/// How far apart the windows stand, in pixels.
const APART: i32 = 1060;

/// A display without a screen. Ended when it drops.
struct Display {
    server: Child,
    name: String,
}

impl Display {
    fn new() -> Self {
        let mut server = Command::new("Xvfb")
            .args([
                "-displayfd",
                "1",
                "-screen",
                "0",
                "2120x800x24",
                "-nolisten",
                "tcp",
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb");
        let mut number = String::new();
        BufReader::new(server.stdout.take().expect("its stdout"))
            .read_line(&mut number)
            .expect("its number");
        Self {
            server,
            name: format!(":{}", number.trim()),
        }
    }

    fn xdotool(&self, args: &[&str]) -> String {
        let output = Command::new("xdotool")
            .args(args)
            .env("DISPLAY", &self.name)
            .output()
            .expect("xdotool");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Keeps a picture of everything, once these windows rest.
    fn shoot(&self, windows: [&Window<'_>; 2], name: &str) {
        windows.into_iter().for_each(Window::rest);
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/window-shots");
        std::fs::create_dir_all(&folder).expect("a folder");
        let shot = Command::new("import")
            .args(["-display", &self.name, "-window", "root"])
            .arg(folder.join(format!("{name}.png")))
            .status();
        assert!(shot.expect("import of ImageMagick").success());
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// A window of the program. Killed when it drops.
struct Window<'a> {
    display: &'a Display,
    child: Child,
    id: String,
    started: Instant,
    log: Arc<Log>,
}

#[derive(Default)]
struct Log {
    lines: Mutex<Vec<(Instant, String)>>,
    news: Condvar,
}

impl<'a> Window<'a> {
    /// Opens a window on a host, at its place beside the others.
    fn open(display: &'a Display, lab: &Lab, host: usize, name: &str) -> Self {
        let started = Instant::now();
        let mut child = Command::new("ip")
            .args(["netns", "exec", &lab.host(host), &program(host)])
            .args(["--name", name, "--log", "debug", "--data-dir"])
            .arg(lab.path(name))
            .env("DISPLAY", &display.name)
            .env_remove("WAYLAND_DISPLAY")
            .env("NO_COLOR", "1")
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program");
        let stderr = BufReader::new(child.stderr.take().expect("its stderr"));
        let log = Arc::new(Log::default());
        let heard = Arc::clone(&log);
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                heard.lines.lock().unwrap().push((Instant::now(), line));
                heard.news.notify_all();
            }
        });
        let mut window = Self {
            display,
            child,
            id: String::new(),
            started,
            log,
        };
        window.wait("a first frame", 0, |line| line.contains("first frame"));
        let pid = window.child.id().to_string();
        let ids = display.xdotool(&["search", "--sync", "--onlyvisible", "--pid", &pid]);
        window.id = ids.lines().last().expect("a window").to_owned();
        let x = (i32::try_from(host).unwrap() - 1) * APART;
        display.xdotool(&["windowmove", &window.id, &x.to_string(), "0"]);
        window
    }

    /// Waits for a line of its log, from the `from`th on: when, and which.
    fn wait(&self, what: &str, from: usize, is_it: impl Fn(&str) -> bool) -> (Instant, String) {
        let deadline = Instant::now() + PATIENCE;
        let mut lines = self.log.lines.lock().unwrap();
        let mut seen = from.min(lines.len());
        loop {
            if let Some(found) = lines[seen..].iter().find(|(_, line)| is_it(line)) {
                return found.clone();
            }
            seen = lines.len();
            let left = deadline.saturating_duration_since(Instant::now());
            let last = lines.iter().rev().take(5).collect::<Vec<_>>();
            assert!(!left.is_zero(), "no {what} in time; {last:#?}");
            lines = self.log.news.wait_timeout(lines, left).unwrap().0;
        }
    }

    /// Waits until the last change has been drawn: nothing new for a while.
    fn rest(&self) {
        const WHILE: Duration = Duration::from_secs(2);
        let deadline = Instant::now() + PATIENCE;
        let mut lines = self.log.lines.lock().unwrap();
        loop {
            let (before, (after, waited)) = (
                lines.len(),
                self.log.news.wait_timeout(lines, WHILE).unwrap(),
            );
            lines = after;
            if waited.timed_out() && lines.len() == before {
                return;
            }
            let last = lines.iter().rev().take(5).collect::<Vec<_>>();
            assert!(Instant::now() < deadline, "it never rests; {last:#?}");
        }
    }

    /// Lines so far.
    fn lines(&self) -> usize {
        self.log.lines.lock().unwrap().len()
    }

    /// Clicks a control, where the window last drew it: when.
    fn click(&self, control: &str) -> Instant {
        let is_it = |line: &str| line.contains(&format!("control {control:?} at "));
        self.wait(control, 0, is_it);
        let place = {
            let lines = self.log.lines.lock().unwrap();
            let last = lines
                .iter()
                .rev()
                .find(|(_, line)| is_it(line))
                .expect("it was there");
            last.1.rsplit_once(" at ").expect("a place").1.to_owned()
        };
        let (x, y) = place.split_once(' ').expect("two numbers");
        self.display
            .xdotool(&["mousemove", "--window", &self.id, x, y]);
        let clicked = Instant::now();
        self.display.xdotool(&["click", "1"]);
        clicked
    }

    /// Types a letter on the real keyboard.
    fn types(&self, letter: char) {
        self.display.xdotool(&["windowfocus", "--sync", &self.id]);
        self.display.xdotool(&["key", &letter.to_string()]);
    }

    /// Closes the window as a window manager does, and waits for the end.
    fn close(mut self) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", "TERM", &pid]).status();
        assert!(sent.expect("kill").success());
        assert!(self.child.wait().expect("its end").success());
    }
}

impl Drop for Window<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
#[ignore = "needs root"]
fn hosted_and_joined_by_clicks_played_by_keys() {
    let mut appeared = Vec::new();
    let mut first_frames = Vec::new();
    let runs = runs(2);
    for run in 0..runs {
        let lab = Lab::new(3);
        let display = Display::new();
        let ada = Window::open(&display, &lab, 1, "Ada");
        let ben = Window::open(&display, &lab, 2, "Ben");
        for window in [&ada, &ben] {
            let (at, _) = window.wait("a first frame", 0, |line| line.contains("first frame"));
            first_frames.push(at - window.started);
        }
        ben.wait("the lobby", 0, |line| line.contains("draws lobby rooms=0"));
        if run == 0 {
            display.shoot([&ada, &ben], "1-empty-lobbies");
        }
        let clicked = ada.click("Host a game");
        let (seen, _) = ben.wait("the room", 0, |line| line.contains("draws lobby rooms=1"));
        appeared.push(seen - clicked);
        if run == 0 {
            display.shoot([&ben, &ben], "2-a-room-appears");
        }
        ben.click("Join Ada's room");
        for window in [&ada, &ben] {
            window.wait("both players", 0, |line| line.contains("players=2"));
        }
        // A seat without a window starts the round, with a known word.
        let mut starter = Seat::ready(&lab, 3, "Cleo", &["--join", "Ada's room"]);
        starter.must("start kanna#1");
        let play = |letters: &str, last_mask: &str, phase: &str| {
            for (n, letter) in letters.chars().enumerate() {
                let window = if n % 2 == 0 { &ada } else { &ben };
                let from = (ada.lines(), ben.lines());
                window.types(letter);
                ada.wait("the guess", from.0, |line| line.contains("draws room"));
                ben.wait("the guess", from.1, |line| line.contains("draws room"));
            }
            for window in [&ada, &ben] {
                let text = format!("phase={phase} mask={last_mask:?}");
                window.wait(&text, 0, |line| line.contains(&text));
            }
        };
        for window in [&ada, &ben] {
            window.wait("the round", 0, |line| line.contains("phase=guessing"));
        }
        play("kxanz", "kanna ka___", "guessing");
        if run == 0 {
            display.shoot([&ada, &ben], "3-mid-game");
        }
        play("mui", "kanna kamui", "won");
        if run == 0 {
            display.shoot([&ada, &ben], "4-won");
        }
        starter.must("start kanna#1");
        for window in [&ada, &ben] {
            window.wait("round 2", 0, |line| line.contains("mask=\"_____ _____\""));
        }
        let from = (ada.lines(), ben.lines());
        play("xzqjvw", "_____ _____", "lost");
        ada.wait("the loss", from.0, |line| line.contains("phase=lost"));
        ben.wait("the loss", from.1, |line| line.contains("phase=lost"));
        if run == 0 {
            display.shoot([&ada, &ben], "5-lost");
        }
        // The host closes its window; the others go on.
        ada.close();
        let from = ben.lines();
        starter.must("start kanna#1");
        ben.wait("the next round", from, |line| {
            line.contains("phase=guessing")
        });
        starter.leave();
        ben.close();
        if run == 0 {
            print_machine(lab.folder());
        }
    }
    report("first frame after the start", &mut first_frames);
    report("room appears after the click", &mut appeared);
}

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
    let guests = [
        Seat::ready(&lab, 2, "P2", &["--join", "Ada's room"]),
        Seat::ready(&lab, 3, "P3", &["--join", "Ada's room"]),
    ];
    window.wait("all players", 0, |line| line.contains("players=3"));
    for guest in &guests {
        guest.wait("its vote", |e| {
            e["event"] == "cluster" && e["role"] == "follower"
        });
    }
    let room = cost(&window, seconds);
    println!("room of three, idle for {seconds} s: {room}");
    println!("memory: {}", memory(window.child.id()));
}

/// Frames and CPU over some seconds in which nothing happens.
fn cost(window: &Window<'_>, seconds: u64) -> String {
    window.rest();
    let (before, started) = (cpu(window.child.id()), Instant::now());
    let from = window.lines();
    {
        // Woken by every line of the log, which means a frame.
        let mut log = window.log.lines.lock().unwrap();
        while started.elapsed() < Duration::from_secs(seconds) {
            let left = Duration::from_secs(seconds).saturating_sub(started.elapsed());
            log = window.log.news.wait_timeout(log, left).unwrap().0;
        }
    }
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

/// PSS of a process, and of the software GL driver's mappings in it.
fn memory(pid: u32) -> String {
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
    format!(
        "{} MiB PSS, of which {} MiB are the GL driver's files",
        all / 1024,
        driver / 1024
    )
}
