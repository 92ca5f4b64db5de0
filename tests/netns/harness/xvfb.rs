//! A real window on an Xvfb, in a namespace, steered by clicks and keys. Needs
//! `Xvfb`, `xdotool`, and `import` of ImageMagick. Screenshots are kept in
//! `target/window-shots`.

use std::{
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{Arc, Condvar, Mutex},
    time::{Duration, Instant},
};

use crate::harness::{
    lab::Lab,
    seat::{PATIENCE, program},
};

/// How far apart the windows stand, in pixels.
const APART: i32 = 1060;

/// How far below each other, in pixels.
const BELOW: i32 = 760;

/// A display without a screen. Ended when it drops.
pub struct Display {
    server: Child,
    name: String,
}

impl Display {
    /// A screen for two windows side by side.
    pub fn new() -> Self {
        Self::sized("2120x800x24")
    }

    /// A screen for four windows.
    pub fn large() -> Self {
        Self::sized("2120x1560x24")
    }

    fn sized(size: &str) -> Self {
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", size, "-nolisten", "tcp"])
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

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn xdotool(&self, args: &[&str]) -> String {
        let output = Command::new("xdotool")
            .args(args)
            .env("DISPLAY", &self.name)
            .output()
            .expect("xdotool");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Keeps a picture of everything, once these windows rest.
    pub fn shoot(&self, windows: [&Window<'_>; 2], name: &str) {
        windows.into_iter().for_each(Window::rest);
        self.save(name);
    }

    /// Keeps a picture of everything, between two ticks of a clock.
    pub fn shoot_all(&self, windows: &[Window<'_>], name: &str) {
        for window in windows {
            window.rest_for(Duration::from_millis(300));
        }
        self.save(name);
    }

    fn save(&self, name: &str) {
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
pub struct Window<'a> {
    display: &'a Display,
    pub child: Child,
    id: String,
    pub started: Instant,
    log: Arc<Log>,
}

#[derive(Default)]
struct Log {
    lines: Mutex<Vec<(Instant, String)>>,
    news: Condvar,
}

impl<'a> Window<'a> {
    /// Opens a window on a host, at its place beside the others.
    pub fn open(display: &'a Display, lab: &Lab, host: usize, name: &str) -> Self {
        let mut command = on_host(lab, host);
        command.args(["--name", name, "--data-dir"]);
        command.arg(lab.path(name));
        Self::start(display, command, host)
    }

    /// Opens the window of somebody new on a host: nothing is kept in their
    /// home, and they give no name.
    pub fn open_new(display: &'a Display, lab: &Lab, host: usize) -> Self {
        let mut command = on_host(lab, host);
        for folder in ["CONFIG", "DATA", "STATE", "CACHE"] {
            command.env_remove(format!("XDG_{folder}_HOME"));
        }
        command.env("HOME", lab.path(&format!("home {host}")));
        Self::start(display, command, host)
    }

    fn start(display: &'a Display, mut command: Command, nth: usize) -> Self {
        let started = Instant::now();
        let mut child = command
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
        let place = i32::try_from(nth).unwrap() - 1;
        let [x, y] = [place % 2 * APART, place / 2 * BELOW].map(|n| n.to_string());
        display.xdotool(&["windowmove", &window.id, &x, &y]);
        window
    }

    /// What the display calls it.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Waits for a line of its log, from the `from`th on: when, and which.
    pub fn wait(&self, what: &str, from: usize, is_it: impl Fn(&str) -> bool) -> (Instant, String) {
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
    pub fn rest(&self) {
        self.rest_for(Duration::from_secs(2));
    }

    /// Clicks a control once its window rests between two ticks of a clock.
    pub fn click_at_rest(&self, control: &str) {
        self.rest_for(Duration::from_millis(300));
        self.click(control);
    }

    fn rest_for(&self, pause: Duration) {
        let deadline = Instant::now() + PATIENCE;
        let mut lines = self.log.lines.lock().unwrap();
        loop {
            let (before, (after, waited)) = (
                lines.len(),
                self.log.news.wait_timeout(lines, pause).unwrap(),
            );
            lines = after;
            if waited.timed_out() && lines.len() == before {
                return;
            }
            let last = lines.iter().rev().take(5).collect::<Vec<_>>();
            assert!(Instant::now() < deadline, "it never rests; {last:#?}");
        }
    }

    /// Waits so long, woken by every line of the log, which means a frame.
    pub fn watch_for(&self, time: Duration) {
        let started = Instant::now();
        let mut lines = self.log.lines.lock().unwrap();
        while started.elapsed() < time {
            let left = time.saturating_sub(started.elapsed());
            lines = self.log.news.wait_timeout(lines, left).unwrap().0;
        }
    }

    /// Lines so far.
    pub fn lines(&self) -> usize {
        self.log.lines.lock().unwrap().len()
    }

    /// The newest line of its log about the room.
    pub fn room(&self) -> String {
        let lines = self.log.lines.lock().unwrap();
        let newest = lines
            .iter()
            .rev()
            .find(|(_, line)| line.contains("draws room"));
        newest.map(|(_, line)| line.clone()).unwrap_or_default()
    }

    /// Clicks a control, where the window last drew it: when.
    pub fn click(&self, control: &str) -> Instant {
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
    pub fn types(&self, letter: char) {
        self.display.xdotool(&["windowfocus", "--sync", &self.id]);
        self.display.xdotool(&["key", &letter.to_string()]);
    }

    /// Closes the window as a window manager does, and waits for the end.
    pub fn close(mut self) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", "TERM", &pid]).status();
        assert!(sent.expect("kill").success());
        assert!(self.child.wait().expect("its end").success());
    }
}

/// The program on a host, saying what it draws.
fn on_host(lab: &Lab, host: usize) -> Command {
    let mut command = Command::new("ip");
    command.args(["netns", "exec", &lab.host(host), &program(host)]);
    command.args(["--log", "debug"]);
    command
}

impl Drop for Window<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
