//! Other seats on this computer, found without any network: each running
//! profile holds a lock and keeps a file with its announcement next to it.

use std::{
    collections::BTreeMap,
    fs, io,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::{sync::mpsc, task::JoinHandle};

use futures::future::BoxFuture;

use super::{
    source::{Ad, Announcer, DiscoveryConfig, Seen, Source},
    txt,
};
use crate::{config::profile_is_running, files, game::PeerId};

/// The file in a profile's folder.
const FILE: &str = "announcement";

/// How often the other profiles are looked at. A handful of file reads.
const PERIOD: Duration = Duration::from_millis(500);

/// The largest file that is read, in bytes.
const MAX_BYTES: u64 = 4096;

/// Announces to, and watches, the other profiles.
pub(super) struct Local {
    file: Option<PathBuf>,
    port: u16,
    watching: JoinHandle<()>,
}

impl Local {
    pub(super) fn start(config: &DiscoveryConfig, events: mpsc::Sender<Seen>) -> Self {
        let file = config.profile.as_ref().map(|folder| folder.join(FILE));
        if let Some(file) = &file {
            // Left by a crash: we are not in that room any more.
            let _ = fs::remove_file(file);
        }
        let watching = tokio::spawn(watch(
            config.profiles.clone(),
            config.profile.clone(),
            events,
        ));
        Self {
            file,
            port: config.port,
            watching,
        }
    }

    fn write(&self, file: &Path, ad: &Ad) -> io::Result<()> {
        let mut text = format!("port={}\n", self.port);
        for (key, value) in txt::encode(ad) {
            text.push_str(&format!("{key}={value}\n"));
        }
        files::write_passing(file, text.as_bytes())
    }
}

impl Announcer for Local {
    fn announce(&mut self, ad: Option<&Ad>) {
        let Some(file) = &self.file else {
            return;
        };
        let result = match ad {
            Some(ad) => self.write(file, ad),
            None => match fs::remove_file(file) {
                Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
                _ => Ok(()),
            },
        };
        if let Err(e) = result {
            tracing::warn!("{}: {e}", file.display());
        }
    }

    fn shutdown(self: Box<Self>) -> BoxFuture<'static, ()> {
        // Dropping it says goodbye.
        Box::pin(async move { drop(self) })
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        self.watching.abort();
        self.announce(None);
    }
}

async fn watch(profiles: PathBuf, own: Option<PathBuf>, events: mpsc::Sender<Seen>) {
    let mut tick = tokio::time::interval(PERIOD);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        let (profiles, own) = (profiles.clone(), own.clone());
        let Ok(ads) = tokio::task::spawn_blocking(move || scan(&profiles, own.as_deref())).await
        else {
            return;
        };
        if events.send((Source::Local, ads)).await.is_err() {
            return;
        }
    }
}

/// The announcements of all running profiles but our own.
fn scan(profiles: &Path, own: Option<&Path>) -> BTreeMap<PeerId, Ad> {
    let Ok(folders) = fs::read_dir(profiles) else {
        return BTreeMap::new();
    };
    folders
        .flatten()
        .map(|folder| folder.path())
        .filter(|folder| Some(folder.as_path()) != own)
        .filter_map(|folder| {
            let ad = read(&folder.join(FILE))?;
            profile_is_running(&folder).then_some((ad.peer_id, ad))
        })
        .collect()
}

fn read(file: &Path) -> Option<Ad> {
    let text = String::from_utf8(files::read_private(file, MAX_BYTES).ok()?).ok()?;
    let mut ad = txt::decode(|key| txt::line(&text, key))?;
    let port = txt::line(&text, "port")?.parse().ok()?;
    ad.addrs = vec![SocketAddr::from((Ipv4Addr::LOCALHOST, port))];
    Some(ad)
}
