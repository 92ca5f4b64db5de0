//! Hosts on a bridge, in namespaces of their own.

use std::{
    fs::File,
    io::Write as _,
    os::fd::AsRawFd as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{
        Once,
        atomic::{AtomicU32, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use super::seat::PATIENCE;

/// Labs of this process so far: each has names of its own.
static LABS: AtomicU32 = AtomicU32::new(0);

/// What earlier processes left, taken away.
static LEFTOVERS: Once = Once::new();

/// How the names of all our namespaces begin; the process id follows.
const PREFIX: &str = "dk";

/// A bridge and hosts on it. Taken down when it drops.
pub struct Lab {
    prefix: String,
    hosts: usize,
    folder: tempfile::TempDir,
}

impl Lab {
    /// Hosts 1 to `hosts`, each with `eth0` at 10.77.0.N/24.
    pub fn new(hosts: usize) -> Self {
        // Once: scenarios run side by side.
        LEFTOVERS.call_once(remove_leftovers);
        let nth = LABS.fetch_add(1, Ordering::Relaxed);
        let lab = Self {
            prefix: format!("{PREFIX}{}x{nth}", std::process::id()),
            hosts,
            folder: tempfile::tempdir().expect("a folder"),
        };
        let hub = lab.hub();
        ip(&format!("netns add {hub}"));
        ip(&format!("-n {hub} link add br0 type bridge"));
        ip(&format!("-n {hub} link set br0 up"));
        for n in 1..=hosts {
            let host = lab.host(n);
            ip(&format!("netns add {host}"));
            ip(&format!("-n {host} link set lo up"));
            ip(&format!(
                "-n {hub} link add port{n} type veth peer name eth0 netns {host}"
            ));
            ip(&format!("-n {hub} link set port{n} master br0 up"));
            ip(&format!("-n {host} addr add 10.77.0.{n}/24 dev eth0"));
            ip(&format!("-n {host} link set eth0 up"));
        }
        lab
    }

    /// The name of a host's namespace.
    pub fn host(&self, n: usize) -> String {
        format!("{}h{n}", self.prefix)
    }

    /// Pulls a host's cable, or plugs it in again.
    pub fn cable(&self, n: usize, plugged: bool) {
        let state = if plugged { "up" } else { "down" };
        ip(&format!("-n {} link set port{n} {state}", self.hub()));
    }

    /// Switches the switch off, so that all cables are dead, or on again.
    pub fn switch(&self, on: bool) {
        let state = if on { "up" } else { "down" };
        let ports = (1..=self.hosts).map(|n| format!("link set port{n} {state}\n"));
        let hub = self.hub();
        feed(
            &["ip", "-n", &hub, "-batch", "-"],
            &ports.collect::<String>(),
        );
    }

    /// Runs a thread of this process on a host, and so all that it starts.
    pub fn on_host<T: Send + 'static>(
        &self,
        n: usize,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> JoinHandle<T> {
        let namespace = File::open(format!("/run/netns/{}", self.host(n))).expect("a namespace");
        std::thread::spawn(move || {
            #[expect(unsafe_code, reason = "a C function")]
            // SAFETY: it takes an open file and a flag, and only moves this thread.
            let moved = unsafe { libc::setns(namespace.as_raw_fd(), libc::CLONE_NEWNET) };
            assert_eq!(moved, 0, "{}", std::io::Error::last_os_error());
            work()
        })
    }

    /// Puts hosts on a network of their own, behind a router: it has the next number
    /// after the first host, and they have those after that. They have no address
    /// yet.
    pub fn with_router(far: usize) -> Self {
        let lab = Self::new(far + 2);
        let hub = lab.hub();
        let router = lab.host(2);
        ip(&format!("-n {hub} link add br2 type bridge"));
        ip(&format!("-n {hub} link set br2 up"));
        ip(&format!(
            "-n {hub} link add far type veth peer name eth1 netns {router}"
        ));
        ip(&format!("-n {hub} link set far master br2 up"));
        ip(&format!("-n {router} link set eth1 up"));
        for n in lab.far() {
            ip(&format!("-n {hub} link set port{n} master br2"));
            ip(&format!("-n {} addr flush dev eth0", lab.host(n)));
        }
        for what in ["ipv4/ip_forward", "ipv6/conf/all/forwarding"] {
            let enable = format!("echo 1 >/proc/sys/net/{what}");
            lab.run_on(2, &["sh", "-c", &enable], "");
        }
        lab
    }

    /// The hosts behind the router.
    pub fn far(&self) -> std::ops::RangeInclusive<usize> {
        3..=self.hosts
    }

    /// Hides them behind the router's one address, where each is reached at a port of
    /// its own.
    pub fn hide_far(&self, port: impl Fn(usize) -> u16) {
        let router = self.host(2);
        ip(&format!("-n {router} addr add 10.99.0.254/24 dev eth1"));
        let mut to = String::new();
        for n in self.far() {
            let host = self.host(n);
            ip(&format!("-n {host} addr add 10.99.0.{n}/24 dev eth0"));
            ip(&format!("-n {host} route add default via 10.99.0.254"));
            to += &format!("iif eth0 tcp dport {} dnat to 10.99.0.{n}\n", port(n));
        }
        let rules = format!(
            "table ip n {{
                chain out {{ type nat hook postrouting priority 100; oif eth0 masquerade; }}
                chain in {{ type nat hook prerouting priority -100;\n{to} }}
            }}"
        );
        self.run_on(2, &["nft", "-f", "-"], &rules);
    }

    /// Gives the first host an address of IPv6, and those behind the router one each
    /// of one network. They have no other.
    pub fn ipv6(&self) {
        let add = |host: &str, addr: &str, to: &str| {
            ip(&format!("-n {host} addr add {addr}/64 dev {to} nodad"));
        };
        let [first, router] = [self.host(1), self.host(2)];
        add(&first, "2001:db8:1::1", "eth0");
        add(&router, "2001:db8:1::2", "eth0");
        add(&router, "2001:db8:2::2", "eth1");
        ip(&format!(
            "-n {first} route add 2001:db8:2::/64 via 2001:db8:1::2"
        ));
        for n in self.far() {
            let host = self.host(n);
            add(&host, &format!("2001:db8:2::{n}"), "eth0");
            ip(&format!("-n {host} route add default via 2001:db8:2::2"));
        }
        // As long as a computer does not know whether its link-local address is taken
        // (RFC 4862, section 5.4), it does not ask where others are.
        let began = Instant::now();
        let is_looking = |n| !ip(&format!("-n {} -6 addr show tentative", self.host(n))).is_empty();
        while (1..=self.hosts).any(is_looking) {
            assert!(began.elapsed() < PATIENCE, "an address stays tentative");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn run_on(&self, n: usize, command: &[&str], input: &str) {
        let host = self.host(n);
        feed(&[&["ip", "netns", "exec", &host], command].concat(), input);
    }

    /// Makes the switch drop multicast, as many an office's does.
    pub fn drop_multicast(&self) {
        for n in 1..=self.hosts {
            let hub = self.hub();
            ip(&format!(
                "-n {hub} link set port{n} type bridge_slave mcast_flood off"
            ));
        }
    }

    /// Puts some hosts on a bridge of their own, away from the others.
    pub fn split(&self, hosts: &[usize]) {
        let hub = self.hub();
        ip(&format!("-n {hub} link add br1 type bridge"));
        ip(&format!("-n {hub} link set br1 up"));
        for n in hosts {
            ip(&format!("-n {hub} link set port{n} master br1"));
        }
    }

    /// A second cable from a host to those that were split off, of which it reaches one.
    pub fn reach(&self, n: usize, cut_off: usize) {
        let (hub, host) = (self.hub(), self.host(n));
        ip(&format!(
            "-n {hub} link add second type veth peer name eth1 netns {host}"
        ));
        ip(&format!("-n {hub} link set second master br1 up"));
        ip(&format!("-n {host} link set eth1 up"));
        ip(&format!("-n {host} addr add 10.77.0.{n}/32 dev eth1"));
        ip(&format!(
            "-n {host} route add 10.77.0.{cut_off}/32 dev eth1 src 10.77.0.{n}"
        ));
    }

    /// Puts them back.
    pub fn heal(&self, hosts: &[usize]) {
        let hub = self.hub();
        for n in hosts {
            ip(&format!("-n {hub} link set port{n} master br0"));
        }
        // A second cable leads nowhere now.
        let _ = Command::new("ip")
            .args(["-n", &hub, "link", "del", "second"])
            .output();
        ip(&format!("-n {hub} link del br1"));
    }

    /// Gives a host another address: 10.77.0.`last`, and no other.
    pub fn readdress(&self, n: usize, last: u8) {
        let host = self.host(n);
        ip(&format!("-n {host} addr flush dev eth0"));
        ip(&format!("-n {host} addr add 10.77.0.{last}/24 dev eth0"));
    }

    /// A folder for one player's data, or anything else of this lab.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Copies one player's folder in place of another's. A program that runs replaces
    /// files, so some may vanish meanwhile: then it is copied once more.
    pub fn copy(&self, from: &str, to: &str) {
        let is_copied = || {
            let _ = std::fs::remove_dir_all(self.path(to));
            let mut cp = Command::new("cp");
            cp.arg("-a").args([self.path(from), self.path(to)]);
            cp.status().expect("cp").success()
        };
        assert!((0..10).any(|_| is_copied()), "{from} cannot be copied");
    }

    /// The folder of everything in this lab.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn hub(&self) -> String {
        format!("{}hub", self.prefix)
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.folder.disable_cleanup(true);
            println!("logs are kept in {}", self.folder.path().display());
        }
        for n in 1..=self.hosts {
            let _ = Command::new("ip")
                .args(["netns", "del", &self.host(n)])
                .output();
        }
        let _ = Command::new("ip")
            .args(["netns", "del", &self.hub()])
            .output();
    }
}

/// Namespaces of test processes that were killed.
fn remove_leftovers() {
    let list = Command::new("ip")
        .args(["netns", "list"])
        .output()
        .expect("ip");
    for line in String::from_utf8_lossy(&list.stdout).lines() {
        let Some(name) = line.split_whitespace().next() else {
            continue;
        };
        let pid: Option<u32> = name
            .strip_prefix(PREFIX)
            .and_then(|rest| rest.split_once('x')?.0.parse().ok());
        if pid.is_some_and(|pid| !Path::new(&format!("/proc/{pid}")).exists()) {
            ip(&format!("netns del {name}"));
        }
    }
}

/// Runs a command that must succeed, with some input.
fn feed(command: &[&str], input: &str) {
    let mut child = Command::new(command[0])
        .args(&command[1..])
        .stdin(Stdio::piped())
        .spawn()
        .expect("the command");
    let mut stdin = child.stdin.take().expect("its input");
    stdin.write_all(input.as_bytes()).expect("written");
    drop(stdin);
    assert!(child.wait().expect("its end").success(), "{command:?}");
}

/// Runs `ip`, and answers with what it says.
pub fn ip(args: &str) -> String {
    let output = Command::new("ip")
        .args(args.split_whitespace())
        .output()
        .expect("the `ip` command of iproute2");
    assert!(
        output.status.success(),
        "ip {args}: {} (this suite needs root)",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}
