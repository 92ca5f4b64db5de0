//! The library that speaks multicast DNS, and when it has to start anew: it keeps what
//! it hears for as long as that says, and any number of it.

use std::time::{Duration, SystemTime};

use mdns_sd::{IfKind, IfPredicate, Metrics, Receiver, ServiceDaemon, ServiceEvent};
use tokio::time::{Instant, MissedTickBehavior};

use super::{super::interfaces::Interfaces, names::MAX_NAMES};

/// What we are called on the network (RFC 6763 §7).
pub(super) const SERVICE: &str = "_dhangkanna._tcp.local.";

/// How often the interfaces are looked at, in seconds: a cable that is plugged
/// in is noticed within this time.
const INTERFACE_CHECK: u32 = 2;

/// How many records the library may hold, and times at which to look at them again. It
/// keeps of both whatever it hears for as long as that says, some for good.
const MAX_RECORDS: i64 = 8 * MAX_NAMES as i64;
const MAX_TIMES: i64 = 65_536;

/// How many records it may have held, each for a second: of those that are gone it keeps
/// the names.
const MAX_RECORD_SECONDS: i64 = 65_536;

/// After how long the library starts anew, whatever it says that it holds.
const RENEWAL: Duration = Duration::from_secs(10 * 60);

/// How often the library is looked at, and the clock, for a computer that slept.
const CHECK: Duration = Duration::from_secs(1);

/// A gap in the clock that is taken for sleep.
const SLEPT: Duration = Duration::from_secs(8);

/// The library at work. It says goodbye when it is dropped.
pub(super) struct Daemon(ServiceDaemon);

impl Daemon {
    /// Starts it, and looks for others.
    pub fn start(interfaces: &Interfaces) -> mdns_sd::Result<(Self, Receiver<ServiceEvent>)> {
        let daemon = Self(started()?);
        daemon.0.disable_interface(IfKind::All)?;
        let interfaces = interfaces.clone();
        let wanted = IfPredicate::new(move |interface| interfaces.wants(interface));
        daemon.0.enable_interface(IfKind::Predicate(wanted))?;
        daemon.0.set_ip_check_interval(INTERFACE_CHECK)?;
        let found = daemon.0.browse(SERVICE)?;
        Ok((daemon, found))
    }

    pub fn handle(&self) -> ServiceDaemon {
        self.0.clone()
    }

    /// What it announced stays so.
    ///
    /// # Errors
    /// If it has too much to do to hear this.
    pub fn says_no_goodbye(&self) -> mdns_sd::Result<()> {
        match self.0.disable_interface(IfKind::All) {
            // It has ended.
            Err(mdns_sd::Error::DaemonShutdown) => Ok(()),
            told => told,
        }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // Its thread would not end by itself.
        let _ = self.0.shutdown();
    }
}

/// The library, whose thread gives way to all others of this program where threads have
/// priorities of their own: anybody on the network can make it as busy as they like.
fn started() -> mdns_sd::Result<ServiceDaemon> {
    let starting = || {
        // A thread begins with the priority of the one that starts it.
        #[cfg(target_os = "linux")]
        if let Err(e) = rustix::process::nice(10) {
            tracing::debug!("discovery is as urgent as the game: {e}");
        }
        ServiceDaemon::new()
    };
    let no_thread = || mdns_sd::Error::Msg("no thread".to_owned());
    let starting = std::thread::Builder::new().spawn(starting);
    let starting = starting.map_err(|_out_of_them| no_thread())?;
    starting.join().unwrap_or_else(|_panicked| Err(no_thread()))
}

/// Waits until the library has to start anew: this computer or this process has slept,
/// its thread has ended, it holds too much, or it has run for [`RENEWAL`].
pub(super) async fn worn_out(daemon: ServiceDaemon) {
    let began = Instant::now();
    let mut looks = tokio::time::interval_at(began + CHECK, CHECK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut looked, mut record_seconds) = (began, 0);
    while began.elapsed() < RENEWAL {
        // A monotonic clock may stop in sleep.
        let before = SystemTime::now();
        looks.tick().await;
        let gap = before.elapsed().unwrap_or_default();
        if gap > SLEPT {
            return tracing::info!("the clock jumped by {} s", gap.as_secs());
        }
        // It may have too much to read to answer soon; asking again would not help.
        let held = match daemon.get_metrics() {
            Ok(held) => held.recv_async().await,
            Err(mdns_sd::Error::Again) => continue,
            Err(e) => return tracing::warn!("multicast DNS has ended: {e}"),
        };
        let Ok(held) = held else {
            return tracing::warn!("multicast DNS has ended");
        };
        record_seconds += records(&held) * looked.elapsed().as_millis() as i64 / 1000;
        looked = Instant::now();
        if is_too_much(&held) || record_seconds > MAX_RECORD_SECONDS {
            return tracing::debug!("multicast DNS holds too much: {held:?}");
        }
    }
}

fn records(held: &Metrics) -> i64 {
    let records = held.iter().filter(|(what, _)| what.starts_with("cached-"));
    records.map(|(_, count)| count).sum()
}

fn is_too_much(held: &Metrics) -> bool {
    let times = held.get("timer").copied().unwrap_or_default();
    records(held) > MAX_RECORDS || times > MAX_TIMES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_library_holds_is_counted() {
        let daemon = ServiceDaemon::new_with_port(0).expect("a daemon");
        daemon.disable_interface(IfKind::All).expect("it is told");
        let mut held = daemon
            .get_metrics()
            .and_then(|held| held.recv().map_err(|e| mdns_sd::Error::Msg(e.to_string())))
            .expect("an answer");
        assert!(!is_too_much(&held), "{held:?}");
        for (what, max) in [("timer", MAX_TIMES), ("cached-addr", MAX_RECORDS)] {
            let before = held.insert(what.to_owned(), max + 1).expect(what);
            assert!(is_too_much(&held), "{held:?}");
            held.insert(what.to_owned(), before);
        }
        let _ = daemon.shutdown();
    }
}
