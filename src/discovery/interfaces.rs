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

/// The networks that we look for players on, of which multicast is heard.
pub(super) struct Links(Vec<IfAddr>);

impl Links {
    /// As they are now.
    pub(super) fn now(interfaces: &Interfaces) -> Self {
        let all = if_addrs::get_if_addrs().unwrap_or_default().into_iter();
        let used = all.filter(|interface| interfaces.wants(interface));
        Self(used.map(|interface| interface.addr).collect())
    }

    /// Whether an address is somebody's on one of them. Whoever announces there is
    /// there, and nobody is to be made to dial others.
    pub(super) fn have(&self, addr: &SocketAddr) -> bool {
        let is_on = |link: &IfAddr| match (link, addr.ip().to_canonical()) {
            (IfAddr::V4(link), IpAddr::V4(ip)) => {
                let hosts = !link.netmask.to_bits();
                let is_here = (link.ip.to_bits() ^ ip.to_bits()) & !hosts == 0;
                let host = ip.to_bits() & hosts;
                // The first and the last are nobody's, where there are more than two.
                is_here && (hosts <= 1 || (host != 0 && host != hosts))
            }
            // A network at home is one /64, also where a server gives single addresses.
            (IfAddr::V6(link), IpAddr::V6(ip)) => {
                ip.is_unicast_link_local() || (link.ip.to_bits() ^ ip.to_bits()) >> 64 == 0
            }
            _ => false,
        };
        is_host(addr) && self.0.iter().any(is_on)
    }
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
impl Links {
    /// One IPv4 network, of which this computer has an address.
    pub(super) fn of(ip: [u8; 4], prefixlen: u8) -> Self {
        let netmask = u32::MAX.checked_shl(32 - u32::from(prefixlen));
        Self(vec![IfAddr::V4(if_addrs::Ifv4Addr {
            ip: ip.into(),
            netmask: netmask.unwrap_or_default().into(),
            prefixlen,
            broadcast: None,
        })])
    }

    /// One of IPv6.
    fn of_v6(ip: &str, prefixlen: u8) -> Self {
        let netmask = u128::MAX << (128 - prefixlen);
        Self(vec![IfAddr::V6(if_addrs::Ifv6Addr {
            ip: ip.parse().expect("an address"),
            netmask: netmask.into(),
            prefixlen,
            broadcast: None,
        })])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_neighbours_are_on_a_link() {
        let v4 = || Links::of([192, 168, 7, 20], 24);
        let v6 = |prefixlen| Links::of_v6("2001:db8:0:1::20", prefixlen);
        let table = [
            (v4(), "192.168.7.20:4000", true),
            (v4(), "192.168.7.1:4000", true),
            (v4(), "192.168.7.1:0", false),
            (v4(), "192.168.7.0:4000", false),
            (v4(), "192.168.7.255:4000", false),
            (v4(), "192.168.8.1:4000", false),
            (v4(), "203.0.113.5:443", false),
            (v4(), "127.0.0.1:4000", false),
            (v4(), "0.0.0.0:4000", false),
            (v4(), "224.0.0.251:5353", false),
            (v4(), "255.255.255.255:4000", false),
            (v4(), "[::ffff:192.168.7.1]:4000", true),
            (v4(), "[2001:db8:0:1::1]:4000", false),
            (Links::of([10, 0, 0, 1], 31), "10.0.0.0:4000", true),
            (Links::of([127, 0, 0, 1], 8), "127.0.0.1:4000", true),
            (Links::of([10, 0, 0, 1], 0), "255.255.255.255:4000", false),
            (v6(64), "[2001:db8:0:1::1]:4000", true),
            (v6(127), "[2001:db8:0:1::1]:4000", true),
            (v6(64), "[2001:db8:0:2::1]:4000", false),
            (v6(64), "[fe80::1%2]:4000", true),
            (v6(64), "[ff02::fb]:5353", false),
            (v6(64), "[::1]:4000", false),
            (v6(64), "192.168.7.1:4000", false),
        ];
        for (links, addr, want) in table {
            let addr: SocketAddr = addr.parse().expect("an address");
            assert_eq!(links.have(&addr), want, "{addr} on {:?}", links.0);
        }
    }
}
