//! Multicast DNS (RFC 6762) with service discovery (RFC 6763).

mod announce;
mod browser;
mod daemon;
mod names;

use std::{sync::Arc, time::Duration};

use futures::future::BoxFuture;
use tokio::{
    sync::{Notify, mpsc, watch},
    task::JoinHandle,
    time::timeout,
};

use self::{
    announce::{Wanted, announce},
    browser::Browser,
    daemon::Daemon,
};
use super::source::{Ad, Announcer, DiscoveryConfig, Seen};

/// How long saying goodbye may take.
const GOODBYE: Duration = Duration::from_millis(300);

/// Announces and browses.
pub(super) struct Mdns {
    wanted: watch::Sender<Wanted>,
    /// Wakes the browser when other interfaces are used.
    chosen: Arc<Notify>,
    tasks: [JoinHandle<()>; 2],
}

impl Mdns {
    pub(super) fn start(
        config: &DiscoveryConfig,
        events: mpsc::Sender<Seen>,
    ) -> mdns_sd::Result<Self> {
        let (daemon, found) = Daemon::start(&config.interfaces)?;
        let wanted = watch::Sender::new(Wanted::by(daemon));
        let chosen = Arc::new(Notify::new());
        let browser = Browser {
            interfaces: config.interfaces.clone(),
            events,
            wanted: wanted.clone(),
            chosen: Arc::clone(&chosen),
        };
        let tasks = [
            tokio::spawn(announce(config.port, wanted.clone())),
            tokio::spawn(browser.run(found)),
        ];
        Ok(Self {
            wanted,
            chosen,
            tasks,
        })
    }
}

impl Announcer for Mdns {
    fn announce(&mut self, ad: Option<&Ad>) {
        self.wanted.send_modify(|wanted| wanted.ad = ad.cloned());
    }

    fn choose(&mut self) {
        self.chosen.notify_one();
    }

    fn shutdown(self: Box<Self>) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            for task in &self.tasks {
                task.abort();
            }
            let done = self.wanted.borrow().daemon().shutdown();
            if let Ok(done) = done {
                // The daemon handles commands in order: the goodbye goes first.
                let _ = timeout(GOODBYE, done.recv_async()).await;
            }
        })
    }
}

impl Drop for Mdns {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}
