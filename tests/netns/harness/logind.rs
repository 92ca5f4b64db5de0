//! A computer that goes to sleep: a system bus of the test's own, and on it
//! what systemd's logind would say.

use std::{
    io::{self, PipeReader, Read as _},
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc,
};

use zbus::{connection::Builder, interface, object_server::SignalEmitter, zvariant::OwnedFd};

use crate::harness::seat::PATIENCE;

const PLACE: &str = "/org/freedesktop/login1";

/// The bus and logind. Ends when it drops.
pub struct Logind {
    daemon: Child,
    pub address: String,
    bus: zbus::Connection,
    locks: mpsc::Receiver<PipeReader>,
}

/// Somebody holds up the sleep.
pub struct Lock(PipeReader);

struct Manager(mpsc::Sender<PipeReader>);

#[interface(name = "org.freedesktop.login1.Manager")]
impl Manager {
    fn inhibit(&self, what: &str, _who: &str, _why: &str, mode: &str) -> OwnedFd {
        assert_eq!((what, mode), ("sleep", "delay"));
        let (ours, theirs) = io::pipe().expect("a pipe");
        self.0.send(ours).expect("the test");
        std::os::fd::OwnedFd::from(theirs).into()
    }

    #[zbus(signal)]
    async fn prepare_for_sleep(emitter: &SignalEmitter<'_>, start: bool) -> zbus::Result<()>;
}

impl Logind {
    pub fn start(folder: &Path) -> Self {
        let socket = folder.join("bus");
        let config = folder.join("bus.conf");
        let text = format!(
            r#"<busconfig>
                 <listen>unix:path={}</listen>
                 <auth>EXTERNAL</auth>
                 <policy context="default">
                   <allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/>
                 </policy>
               </busconfig>"#,
            socket.display()
        );
        std::fs::write(&config, text).expect("a file");
        let mut daemon = Command::new("dbus-daemon")
            .args(["--nofork", "--print-address"])
            .arg(format!("--config-file={}", config.display()))
            .stdout(Stdio::piped())
            .spawn()
            .expect("dbus-daemon");
        // Printed once it listens.
        let mut printed = [0];
        let mut stdout = daemon.stdout.take().expect("its stdout");
        stdout.read_exact(&mut printed).expect("an address");
        let address = format!("unix:path={}", socket.display());
        let (taken, locks) = mpsc::channel();
        let bus = zbus::block_on(async {
            Builder::address(address.as_str())?
                .serve_at(PLACE, Manager(taken))?
                .name("org.freedesktop.login1")?
                .build()
                .await
        });
        Self {
            daemon,
            address,
            bus: bus.expect("the bus"),
            locks,
        }
    }

    /// Waits until somebody holds up the sleep.
    pub fn lock(&self) -> Lock {
        Lock(self.locks.recv_timeout(PATIENCE).expect("a lock"))
    }

    /// Says that the computer is about to sleep, or that it has woken up.
    pub fn prepare_for_sleep(&self, start: bool) {
        let emitter = SignalEmitter::new(&self.bus, PLACE).expect("a path");
        zbus::block_on(Manager::prepare_for_sleep(&emitter, start)).expect("the bus");
    }
}

impl Lock {
    /// Waits until the computer may sleep.
    pub fn released(mut self) {
        let (done, end) = mpsc::channel();
        std::thread::spawn(move || done.send(self.0.read(&mut [0])));
        let end = end.recv_timeout(PATIENCE).expect("the lock's end");
        assert_eq!(end.expect("a pipe"), 0);
    }
}

impl Drop for Logind {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}
