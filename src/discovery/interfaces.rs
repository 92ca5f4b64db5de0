//! Which network interfaces lead to other players.

use std::{
    net::{IpAddr, SocketAddr, SocketAddrV6},
    sync::Arc,
};

use if_addrs::{IfAddr, Interface};
use parking_lot::RwLock;

/// Interfaces of containers, virtual machines and VPNs: whoever is behind them
/// is not in this room. `--interface` overrides.
const VIRTUAL: [&str; 15] = [
    "docker",
    "br-",
    "veth",
    "virbr",
    "vmnet",
    "vboxnet",
    "podman",
    "cni",
    "lxc",
    "lxd",
    "utun",
    "tun",
    "tap",
    "wg",
    "tailscale",
];

/// Which interfaces to use. Clones share the choice, which can change.
#[derive(Clone, Debug, Default)]
pub struct Interfaces(Arc<RwLock<Vec<String>>>);

impl Interfaces {
    /// These and no others, whatever they are; if there are none, all that may
    /// lead to players.
    #[must_use]
    pub fn only(names: Vec<String>) -> Self {
        Self(Arc::new(RwLock::new(names)))
    }

    /// Changes the choice, as of [`only`](Self::only).
    pub fn choose(&self, names: Vec<String>) {
        *self.0.write() = names;
    }

    /// Those that were chosen.
    pub fn chosen(&self) -> Vec<String> {
        self.0.read().clone()
    }

    /// Whether to look for players on an interface.
    pub fn wants(&self, interface: &Interface) -> bool {
        let only = self.0.read();
        if !only.is_empty() {
            return only.contains(&interface.name);
        }
        !interface.is_loopback() && !is_virtual(interface)
    }
}

/// Whether an interface leads to containers, virtual machines or a VPN.
pub(super) fn is_virtual(interface: &Interface) -> bool {
    interface.is_p2p() || VIRTUAL.iter().any(|v| interface.name.starts_with(v))
}

/// An address that can be somebody's. Nobody is to be made to send to all.
pub(super) fn is_host(addr: &SocketAddr) -> bool {
    let ip = addr.ip().to_canonical();
    let is_broadcast = matches!(ip, IpAddr::V4(v4) if v4.is_broadcast());
    addr.port() != 0 && !ip.is_unspecified() && !ip.is_multicast() && !is_broadcast
}

/// Our addresses that others may reach, IPv4 first.
pub fn own_addresses(interfaces: &Interfaces, port: u16) -> Vec<SocketAddr> {
    let mut addrs: Vec<SocketAddr> = if_addrs::get_if_addrs()
        .unwrap_or_default()
        .into_iter()
        .filter(|interface| interfaces.wants(interface))
        .filter_map(|interface| match interface.addr {
            IfAddr::V4(v4) => Some(SocketAddr::new(IpAddr::V4(v4.ip), port)),
            // A link-local address means nothing to others without the number
            // that the interface has on *their* computer.
            IfAddr::V6(v6) if v6.ip.is_unicast_link_local() => None,
            IfAddr::V6(v6) => Some(SocketAddrV6::new(v6.ip, port, 0, 0).into()),
        })
        .collect();
    addrs.sort_by_key(|addr| addr.is_ipv6());
    addrs.dedup();
    addrs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_somebodys_is_dialled() {
        let is_host = |addr: &str| is_host(&addr.parse().expect("an address"));
        for addr in ["192.0.2.1:4000", "[fe80::1]:4000", "127.0.0.1:1"] {
            assert!(is_host(addr), "{addr}");
        }
        for addr in [
            "192.0.2.1:0",
            "0.0.0.0:4000",
            "224.0.0.251:5353",
            "255.255.255.255:9",
            "[::]:4000",
            "[ff02::fb]:5353",
            "[::ffff:224.0.0.1]:4000",
        ] {
            assert!(!is_host(addr), "{addr}");
        }
    }
}
