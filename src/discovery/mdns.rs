//! Multicast DNS (RFC 6762) with service discovery (RFC 6763).

use std::{
    collections::BTreeMap,
    net::{SocketAddr, SocketAddrV6},
    time::Duration,
};

use futures::future::BoxFuture;
use mdns_sd::{
    IfKind, IfPredicate, ResolvedService, ScopedIp, ServiceDaemon, ServiceEvent, ServiceInfo,
};
use tokio::{sync::mpsc, task::JoinHandle};

use super::{Ad, Announcer, Config, PeerEvent, Source, txt};
use crate::game::PeerId;

/// What we are called on the network (RFC 6763 §7).
const SERVICE: &str = "_dhangkanna._tcp.local.";

/// How often the interfaces are looked at, in seconds: a cable that is plugged
/// in is noticed within this time.
const INTERFACE_CHECK: u32 = 2;

/// How long saying goodbye may take.
const GOODBYE: Duration = Duration::from_millis(300);

/// How many names are remembered; more than a LAN has players.
const MAX_NAMES: usize = 1024;

/// The longest instance name, in bytes (RFC 6763 §4.1.1).
const MAX_INSTANCE_BYTES: usize = 63;

/// Announces and browses.
pub(super) struct Mdns {
    daemon: ServiceDaemon,
    port: u16,
    announced: Option<ServiceInfo>,
    browsing: JoinHandle<()>,
}

impl Mdns {
    pub(super) fn start(
        config: &Config,
        events: mpsc::Sender<(Source, PeerEvent)>,
    ) -> mdns_sd::Result<Self> {
        let daemon = ServiceDaemon::new()?;
        let interfaces = config.interfaces.clone();
        daemon.disable_interface(IfKind::All)?;
        daemon.enable_interface(IfKind::Predicate(IfPredicate::new(move |interface| {
            interfaces.wants(interface)
        })))?;
        daemon.set_ip_check_interval(INTERFACE_CHECK)?;
        let found = daemon.browse(SERVICE)?;
        let browsing = tokio::spawn(async move {
            // A goodbye names the service, not the peer.
            let mut peers: BTreeMap<String, PeerId> = BTreeMap::new();
            while let Ok(event) = found.recv_async().await {
                let event = match event {
                    ServiceEvent::ServiceResolved(service) => {
                        let Some(ad) = read(&service) else {
                            tracing::debug!("{} announces nonsense", service.fullname);
                            continue;
                        };
                        if peers.len() >= MAX_NAMES && !peers.contains_key(&service.fullname) {
                            continue;
                        }
                        peers.insert(service.fullname.clone(), ad.peer_id);
                        PeerEvent::Found(Box::new(ad))
                    }
                    ServiceEvent::ServiceRemoved(_, fullname) => {
                        let Some(peer) = peers.remove(&fullname) else {
                            continue;
                        };
                        // It goes on under another name: this was the old one.
                        if peers.values().any(|other| *other == peer) {
                            continue;
                        }
                        PeerEvent::Lost(peer)
                    }
                    _ => continue,
                };
                if events.send((Source::Mdns, event)).await.is_err() {
                    break;
                }
            }
        });
        Ok(Self {
            daemon,
            port: config.port,
            announced: None,
            browsing,
        })
    }
}

impl Announcer for Mdns {
    fn announce(&mut self, ad: Option<&Ad>) {
        let info = ad.and_then(|ad| match service_info(ad, self.port) {
            Ok(info) => Some(info),
            Err(e) => {
                tracing::warn!("the room cannot be announced: {e}");
                None
            }
        });
        let old_name = self.announced.as_ref().map(ServiceInfo::get_fullname);
        let new_name = info.as_ref().map(ServiceInfo::get_fullname);
        if let Some(old) = old_name
            && new_name != Some(old)
        {
            // Nobody waits for the answer; shutting down does.
            let _ = self.daemon.unregister(old);
        }
        if let Some(info) = &info
            && let Err(e) = self.daemon.register(info.clone())
        {
            tracing::warn!("the room cannot be announced: {e}");
        }
        self.announced = info;
    }

    fn shutdown(self: Box<Self>) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            if let Ok(done) = self.daemon.shutdown() {
                // The daemon handles commands in order: the goodbye goes first.
                let _ = tokio::time::timeout(GOODBYE, done.recv_async()).await;
            }
        })
    }
}

impl Drop for Mdns {
    fn drop(&mut self) {
        self.browsing.abort();
        // Dropped without `shutdown`: its thread must end nevertheless.
        let _ = self.daemon.shutdown();
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
        .collect();
    addrs.sort();
    addrs.truncate(crate::consensus::codec::MAX_ADDRS);
    ad.addrs = addrs;
    Some(ad)
}
