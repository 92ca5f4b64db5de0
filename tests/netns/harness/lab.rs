//! Hosts on a bridge, in namespaces of their own.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicU32, Ordering},
};

/// Labs of this process so far: each has names of its own.
static LABS: AtomicU32 = AtomicU32::new(0);

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
        remove_leftovers();
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

    /// Puts them back.
    pub fn heal(&self, hosts: &[usize]) {
        let hub = self.hub();
        for n in hosts {
            ip(&format!("-n {hub} link set port{n} master br0"));
        }
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

    /// Copies one player's folder in place of another's.
    pub fn copy(&self, from: &str, to: &str) {
        let _ = std::fs::remove_dir_all(self.path(to));
        let mut cp = Command::new("cp");
        cp.arg("-a").args([self.path(from), self.path(to)]);
        assert!(cp.status().expect("cp").success());
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

pub fn ip(args: &str) {
    let output = Command::new("ip")
        .args(args.split_whitespace())
        .output()
        .expect("the `ip` command of iproute2");
    assert!(
        output.status.success(),
        "ip {args}: {} (this suite needs root)",
        String::from_utf8_lossy(&output.stderr)
    );
}
