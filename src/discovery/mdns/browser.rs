//! Reports who is there.

use std::{
    collections::BTreeMap,
    net::{SocketAddr, SocketAddrV6},
    pin::pin,
    sync::Arc,
    time::Duration,
};

use mdns_sd::{Receiver, ResolvedService, ScopedIp, ServiceDaemon, ServiceEvent};
use tokio::{
    sync::{Notify, mpsc, watch},
    time::Instant,
};

use super::{
    super::{
        interfaces::{Interfaces, is_host},
        source::{Ad, Seen, Source},
        txt,
    },
    announce::Wanted,
    daemon::{self, Daemon},
    names::{MAX_NAMES, Names},
};
use crate::{blocking, consensus::codec::MAX_ADDRS, memory};

/// How long an instance without its TXT record is waited for. Our own
/// announcements say everything again after [`PACE`]. The library takes a
/// service for resolved without its TXT record, and never asks for that.
const INCOMPLETE: Duration = Duration::from_secs(3);

/// How often the library starts anew for such, at most: anybody can announce halves.
const HALVES: Duration = Duration::from_secs(10);

/// The shortest time for which the library runs: anybody can wear it out.
const RENEWALS: Duration = Duration::from_secs(2);

/// The shortest time between two reports of who is there: a flood of announcements is
/// reported together.
const REPORT: Duration = Duration::from_millis(200);

/// Reports who is there.
pub(super) struct Browser {
    pub interfaces: Interfaces,
    pub events: mpsc::Sender<Seen>,
    pub wanted: watch::Sender<Wanted>,
    /// Other interfaces are used.
    pub chosen: Arc<Notify>,
}

impl Browser {
    /// Lets the library start anew when it is worn out, when it holds half of an
    /// announcement, and when other interfaces are used.
    pub async fn run(self, mut found: Receiver<ServiceEvent>) {
        let mut seen = Names::default();
        let mut incomplete: BTreeMap<String, Instant> = BTreeMap::new();
        let mut renewed = Instant::now();
        let mut halves_from = renewed;
        let mut worn_out = pin!(daemon::worn_out(self.daemon()));
        let mut reported = Instant::now();
        let mut report: Option<Instant> = None;
        loop {
            let half = incomplete.values().min().copied();
            let half = half.map(|half| half.max(halves_from));
            let event = tokio::select! {
                event = found.recv_async() => event.ok(),
                () = &mut worn_out => None,
                () = self.chosen.notified() => {
                    // The library does not tell who was seen on which.
                    seen.clear();
                    None
                }
                () = tokio::time::sleep_until(half.unwrap_or_else(Instant::now)), if half.is_some() => {
                    tracing::debug!("half of an announcement is missing: {incomplete:?}");
                    halves_from = Instant::now() + HALVES;
                    None
                }
                () = tokio::time::sleep_until(report.unwrap_or_else(Instant::now)), if report.is_some() => {
                    if self.events.send((Source::Mdns, seen.ads())).await.is_err() {
                        return;
                    }
                    reported = Instant::now();
                    report = None;
                    continue;
                }
            };
            match event {
                None => {
                    incomplete.clear();
                    tokio::time::sleep_until(renewed + RENEWALS).await;
                    match self.renew().await {
                        Ok(anew) => {
                            found = anew;
                            seen.renew(renewed);
                        }
                        Err(e) => tracing::warn!("rooms on the network cannot be found: {e}"),
                    }
                    renewed = Instant::now();
                    worn_out.set(daemon::worn_out(self.daemon()));
                }
                Some(ServiceEvent::ServiceResolved(service)) => {
                    let name = service.fullname.clone();
                    if let Some(ad) = read(&service) {
                        incomplete.remove(&name);
                        seen.resolved(name, ad);
                    } else if service.get_properties().is_empty() && incomplete.len() < MAX_NAMES {
                        let until = Instant::now() + INCOMPLETE;
                        incomplete.entry(name).or_insert(until);
                    } else {
                        tracing::debug!("{name:?} announces nonsense");
                    }
                }
                // A goodbye names the service, not the peer.
                Some(ServiceEvent::ServiceRemoved(_, name)) => {
                    incomplete.remove(&name);
                    seen.removed(&name);
                    // There may be hundreds of them at a time.
                    memory::give_back_later();
                }
                Some(_) => continue,
            }
            report.get_or_insert_with(|| (reported + REPORT).max(Instant::now()));
        }
    }

    fn daemon(&self) -> ServiceDaemon {
        self.wanted.borrow().daemon()
    }

    /// Starts the library anew. What is announced stays so.
    async fn renew(&self) -> mdns_sd::Result<Receiver<ServiceEvent>> {
        let interfaces = self.interfaces.clone();
        let started = blocking::run(move || Daemon::start(&interfaces)).await;
        let (daemon, found) =
            started.unwrap_or_else(|e| Err(mdns_sd::Error::Msg(e.to_string())))?;
        let mut handed = Ok(());
        self.wanted.send_if_modified(|wanted| {
            handed = wanted.hand_to(daemon);
            false
        });
        handed?;
        // What the old one held.
        memory::give_back_later();
        Ok(found)
    }
}

fn read(service: &ResolvedService) -> Option<Ad> {
    let mut ad = txt::decode(|key| service.get_property_val_str(key))?;
    let port = service.get_port();
    let mut addrs: Vec<_> = service
        .get_addresses()
        .iter()
        .filter_map(|ip| match ip {
            ScopedIp::V4(v4) => Some(SocketAddr::new((*v4.addr()).into(), port)),
            // Link-local addresses keep the interface they were seen on.
            ScopedIp::V6(v6) => {
                let scope = match v6.addr().is_unicast_link_local() {
                    true => v6.scope_id().index,
                    false => 0,
                };
                Some(SocketAddrV6::new(*v6.addr(), port, 0, scope).into())
            }
            _ => None,
        })
        .filter(is_host)
        .collect();
    addrs.sort();
    addrs.truncate(MAX_ADDRS);
    ad.addrs = addrs;
    Some(ad)
}
