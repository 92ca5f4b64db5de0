//! A seat without a window, driven through its public interface.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, ChildStdin, Command, ExitStatus, Stdio},
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use serde_json::Value;

use super::lab::Lab;

/// The program under test: of the same profile as this test, unless
/// `DHANGKANNA_PROGRAM` names another, as one that is installed. That of the
/// first host may differ, as one of another system (`DHANGKANNA_FIRST_PROGRAM`).
pub fn program(host: usize) -> String {
    let first = std::env::var("DHANGKANNA_FIRST_PROGRAM");
    first
        .ok()
        .filter(|_| host == 1)
        .or_else(|| std::env::var("DHANGKANNA_PROGRAM").ok())
        .unwrap_or_else(|| env!("CARGO_BIN_EXE_dhangkanna").to_owned())
}

/// A system bus that nobody serves.
const NO_BUS: &str = "unix:path=/nowhere";

/// No wait in a scenario is longer, unless it says so.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A running seat. Killed when it drops.
pub struct Seat {
    pub name: String,
    child: Child,
    stdin: ChildStdin,
    events: Arc<Events>,
    replies: usize,
}

#[derive(Default)]
struct Events {
    all: Mutex<Vec<(Instant, Value)>>,
    news: Condvar,
    ended: AtomicBool,
}

impl Events {
    /// The newest event of a kind.
    fn newest(&self, kind: &str) -> Value {
        let all = self.all.lock().unwrap();
        let mut newest = all.iter().rev().filter(|(_, e)| e["event"] == kind);
        newest.next().map(|(_, e)| e.clone()).unwrap_or_default()
    }
}

/// What another thread than its player's can see of a seat, and do to it.
#[derive(Clone)]
pub struct Observer {
    id: u32,
    events: Arc<Events>,
}

impl Observer {
    /// The newest event of a kind.
    pub fn newest(&self, kind: &str) -> Value {
        self.events.newest(kind)
    }

    /// Sends a signal. Only while its player has not seen its end: then the id
    /// may be another's.
    pub fn signal(&self, signal: &str) {
        send_signal(self.id, signal);
    }
}

impl Seat {
    /// Starts a seat on a host; `args` say which room.
    pub fn start(lab: &Lab, host: usize, name: &str, args: &[&str]) -> Self {
        Self::start_on(lab, host, name, args, NO_BUS)
    }

    /// Starts a seat on a host with that system bus.
    pub fn start_on(lab: &Lab, host: usize, name: &str, args: &[&str], bus: &str) -> Self {
        let mut child = Command::new("ip")
            .args(["netns", "exec", &lab.host(host), &program(host), "headless"])
            // Players who never met have a vote as soon as those who did.
            .args(["--timing", "promote_stranger=1000"])
            .args(args)
            .args(["--name", name, "--data-dir"])
            .env("DBUS_SYSTEM_BUS_ADDRESS", bus)
            .arg(lab.path(name))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program");
        let stdin = child.stdin.take().expect("its stdin");
        let stdout = BufReader::new(child.stdout.take().expect("its stdout"));
        let events = Arc::new(Events::default());
        let heard = Arc::clone(&events);
        std::thread::spawn(move || {
            let mut cut_off = false;
            for line in stdout.lines().map_while(Result::ok) {
                let at = Instant::now();
                // A killed seat's last line may be cut off.
                assert!(!cut_off, "JSON, and nothing else");
                let Ok(event) = serde_json::from_str(&line) else {
                    cut_off = true;
                    continue;
                };
                heard.all.lock().unwrap().push((at, event));
                heard.news.notify_all();
            }
            heard.ended.store(true, Relaxed);
            heard.news.notify_all();
        });
        Self {
            name: name.to_owned(),
            child,
            stdin,
            events,
            replies: 0,
        }
    }

    /// Starts a seat and waits until it is ready.
    pub fn ready(lab: &Lab, host: usize, name: &str, args: &[&str]) -> Self {
        let seat = Self::start(lab, host, name, args);
        seat.wait("ready", |event| event["event"] == "ready");
        seat
    }

    /// Waits for an event, in those that have come and those to come.
    pub fn wait(&self, what: &str, is_it: impl Fn(&Value) -> bool) -> (Instant, Value) {
        let deadline = Instant::now() + PATIENCE;
        let mut all = self.events.all.lock().unwrap();
        let mut seen = 0;
        loop {
            if let Some(found) = all[seen..].iter().find(|(_, event)| is_it(event)) {
                return found.clone();
            }
            seen = all.len();
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(
                !left.is_zero(),
                "{}: no {what} in time; {:#?}",
                self.name,
                all.last()
            );
            all = self.events.news.wait_timeout(all, left).unwrap().0;
        }
    }

    /// Sends a command line.
    pub fn send(&mut self, command: &str) {
        writeln!(self.stdin, "{command}").expect("a running seat");
        self.replies += 1;
    }

    /// Sends a command and waits for its reply: after how long, and what.
    pub fn ask(&mut self, command: &str) -> (Duration, Value) {
        let asked = Instant::now();
        self.send(command);
        let (at, reply) = self.reply(self.replies);
        (at - asked, reply)
    }

    /// Sends a command that must succeed.
    pub fn must(&mut self, command: &str) -> Value {
        let (_, reply) = self.ask(command);
        assert_eq!(reply["ok"], true, "{}: {command}: {reply}", self.name);
        reply
    }

    /// The reply to the nth command line.
    pub fn reply(&self, line: usize) -> (Instant, Value) {
        self.wait("reply", |event| {
            event["event"] == "reply" && event["line"] == line
        })
    }

    /// The reply to the newest command line.
    pub fn newest_reply(&self) -> (Instant, Value) {
        self.reply(self.replies)
    }

    /// When the game as of this entry was first shown.
    pub fn shown(&self, index: u64) -> Instant {
        let is_it = |e: &Value| e["event"] == "game" && e["index"].as_u64() >= Some(index);
        self.wait("game", is_it).0
    }

    /// The newest event of a kind.
    pub fn newest(&self, kind: &str) -> Value {
        self.events.newest(kind)
    }

    /// Sends a command to a seat that may end at any time: its reply, and when
    /// that had arrived; none if the seat ends before.
    pub fn try_ask(&mut self, command: &str) -> Option<(Instant, Value)> {
        let sent = writeln!(self.stdin, "{command}").is_ok();
        self.replies += 1;
        let deadline = Instant::now() + PATIENCE;
        let mut all = self.events.all.lock().unwrap();
        let is_it = |event: &Value| event["event"] == "reply" && event["line"] == self.replies;
        loop {
            // Looked at first: what came before the end is there after it.
            let ended = self.events.ended.load(Relaxed);
            if let Some(found) = all.iter().rev().find(|(_, event)| is_it(event)) {
                return Some(found.clone());
            }
            if ended || !sent {
                return None;
            }
            assert!(Instant::now() < deadline, "{}: no reply", self.name);
            let look = Duration::from_millis(20);
            all = self.events.news.wait_timeout(all, look).unwrap().0;
        }
    }

    /// For another thread.
    pub fn observer(&self) -> Observer {
        Observer {
            id: self.id(),
            events: Arc::clone(&self.events),
        }
    }

    /// Forgets old events, so that long scenarios stay fast. Replies that are
    /// still awaited must not be among them.
    pub fn forget(&self) {
        self.events.all.lock().unwrap().clear();
    }

    /// The same, but for the newest of each other kind.
    pub fn forget_replies(&self) {
        let mut all = self.events.all.lock().unwrap();
        all.retain(|(_, event)| event["event"] != "reply");
        let from = all.len().saturating_sub(200);
        all.drain(..from);
    }

    /// Whether it has ended, or closed its stdout.
    pub fn has_ended(&self) -> bool {
        self.events.ended.load(Relaxed)
    }

    /// The process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends it as a power cut would.
    pub fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("its end");
    }

    /// The same, and answers with all replies that were given.
    pub fn kill_and_read(mut self) -> Vec<Value> {
        self.child.kill().expect("killed");
        self.child.wait().expect("its end");
        let mut all = self.events.all.lock().unwrap();
        while !self.events.ended.load(Relaxed) {
            all = self
                .events
                .news
                .wait_timeout(all, Duration::from_millis(20))
                .unwrap()
                .0;
        }
        let replies = all.iter().filter(|(_, e)| e["event"] == "reply");
        replies.map(|(_, reply)| reply.clone()).collect()
    }

    /// Sends a signal.
    pub fn signal(&self, signal: &str) {
        send_signal(self.id(), signal);
    }

    /// Waits until the newest event of a kind is as it should be.
    pub fn until(&self, what: &str, kind: &str, is_it: impl Fn(&Value) -> bool) -> Value {
        self.until_within(PATIENCE, what, kind, is_it)
    }

    /// The same with a patience of its own.
    pub fn until_within(
        &self,
        patience: Duration,
        what: &str,
        kind: &str,
        is_it: impl Fn(&Value) -> bool,
    ) -> Value {
        let deadline = Instant::now() + patience;
        let mut all = self.events.all.lock().unwrap();
        loop {
            let newest = all.iter().rev().find(|(_, e)| e["event"] == kind);
            if let Some((_, newest)) = newest
                && is_it(newest)
            {
                return newest.clone();
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(
                !left.is_zero(),
                "{}: no {what} in time; {newest:#?}",
                self.name
            );
            all = self.events.news.wait_timeout(all, left).unwrap().0;
        }
    }

    /// Leaves, and waits for the end.
    pub fn leave(mut self) -> ExitStatus {
        self.must("leave");
        self.child.wait().expect("its end")
    }

    /// Waits for the end of a seat that was asked to end otherwise.
    pub fn end(mut self) -> ExitStatus {
        self.child.wait().expect("its end")
    }
}

fn send_signal(id: u32, signal: &str) {
    let sent = Command::new("kill")
        .args(["-s", signal, &id.to_string()])
        .status();
    assert!(sent.expect("kill").success());
}

impl Drop for Seat {
    fn drop(&mut self) {
        // `ip netns exec` has become the program, so this is its own id.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs the program to its end, as a player who is nobody else: its exit status
/// (none if it has to be ended), and what it says on stderr.
pub fn run_to_end(lab: &Lab, host: usize, args: &[&str]) -> (Option<i32>, String) {
    run_to_end_as(lab, host, "X", args)
}

/// The same, as the player whose data is in that folder of the lab.
pub fn run_to_end_as(lab: &Lab, host: usize, name: &str, args: &[&str]) -> (Option<i32>, String) {
    let output = Command::new("timeout")
        .args(["--signal=KILL", "20", "ip", "netns", "exec"])
        .args([&lab.host(host), &program(host), "headless"])
        .args(args)
        .arg("--data-dir")
        .arg(lab.path(name))
        .output()
        .expect("the program");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code(), said)
}
