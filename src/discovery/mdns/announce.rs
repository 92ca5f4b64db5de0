//! Announces this node.

use std::time::Duration;

use mdns_sd::{ServiceDaemon, ServiceInfo};
use tokio::{
    sync::watch,
    time::{Instant, timeout_at},
};

use super::{
    super::{source::Ad, txt},
    daemon::{Daemon, SERVICE},
};

/// The longest instance name, in bytes (RFC 6763 §4.1.1).
const MAX_INSTANCE_BYTES: usize = 63;

/// The shortest time between two announcements of ours. A record may be
/// multicast once a second (RFC 6762 §6), and the library leaves out of a
/// message what it has sent within the last: whoever asks just then gets an
/// answer without it.
const PACE: Duration = Duration::from_millis(1100);

/// What is announced, and by whom.
pub(super) struct Wanted {
    pub ad: Option<Ad>,
    /// What the daemon announces.
    said: Option<ServiceInfo>,
    daemon: Daemon,
}

/// Says what is wanted at once, but not faster than [`PACE`]; everything once
/// more after that (RFC 6762 §8.3).
pub(super) async fn announce(port: u16, wanted: watch::Sender<Wanted>) {
    let mut changes = wanted.subscribe();
    let mut repeated = true;
    loop {
        let ad = changes.borrow_and_update().ad.clone();
        let info = ad.as_ref().and_then(|ad| match service_info(ad, port) {
            Ok(info) => Some(info),
            Err(e) => {
                tracing::warn!("the room cannot be announced: {e}");
                None
            }
        });
        let is_said = info.is_some();
        wanted.send_if_modified(|wanted| {
            wanted.say(info);
            false
        });
        let paced = Instant::now() + PACE;
        // A goodbye does not wait.
        while is_said && timeout_at(paced, changes.changed()).await.is_ok() {
            if changes.borrow().ad.is_none() {
                break;
            }
        }
        if changes.borrow().ad != ad {
            repeated = false;
            continue;
        }
        if is_said && !repeated {
            repeated = true;
            continue;
        }
        if changes.changed().await.is_err() {
            return;
        }
        repeated = false;
    }
}

impl Wanted {
    pub fn by(daemon: Daemon) -> Self {
        Self {
            ad: None,
            said: None,
            daemon,
        }
    }

    pub fn daemon(&self) -> ServiceDaemon {
        self.daemon.handle()
    }

    /// Announces this instead of what was said before, or nothing.
    fn say(&mut self, info: Option<ServiceInfo>) {
        let daemon = self.daemon();
        let new_name = info.as_ref().map(ServiceInfo::get_fullname);
        if let Some(old) = self.said.as_ref().map(ServiceInfo::get_fullname)
            && new_name != Some(old)
        {
            // Nobody waits for the answer; shutting down does.
            let _ = daemon.unregister(old);
        }
        if let Some(info) = info.clone()
            && let Err(e) = daemon.register(info)
        {
            tracing::warn!("the room cannot be announced: {e}");
        }
        self.said = info;
    }

    /// Lets another daemon announce the same.
    ///
    /// # Errors
    /// If the one that does would go on.
    pub fn hand_to(&mut self, daemon: Daemon) -> mdns_sd::Result<()> {
        self.daemon.says_no_goodbye()?;
        self.daemon = daemon;
        self.say(self.said.clone());
        Ok(())
    }
}

fn service_info(ad: &Ad, port: u16) -> mdns_sd::Result<ServiceInfo> {
    let id = ad.peer_id.to_string();
    let host = format!("dhangkanna-{}.local.", &id[..16]);
    let texts = txt::encode(ad);
    let mut info = ServiceInfo::new(SERVICE, &instance(ad), &host, "", port, texts.as_slice())?
        .enable_addr_auto();
    // The name holds digits of the key, so it is unique already: not probing
    // for it saves 750 ms (RFC 6762 §8.1).
    info.set_requires_probe(false);
    Ok(info)
}

/// The player's name and four digits of the key.
fn instance(ad: &Ad) -> String {
    let mut name = ad.player.as_str();
    while name.len() > MAX_INSTANCE_BYTES - 5 {
        let mut chars = name.chars();
        chars.next_back();
        name = chars.as_str();
    }
    format!("{name} {}", ad.peer_id.short())
}
