//! Why a room may not be found: looks at this computer and its network, and
//! says what is there. It sends nothing to anyone but the usual question of
//! multicast DNS, which services there are.

use std::{
    collections::BTreeSet,
    io::{self, ErrorKind},
    net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV4, TcpStream, UdpSocket},
    path::Path,
    time::{Duration, Instant},
};

use if_addrs::{IfAddr, Interface};
use socket2::{Domain, Socket, Type};

use super::interfaces::{Interfaces, is_virtual};
use crate::files;

/// Where multicast DNS is spoken (RFC 6762 §3).
const MDNS: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(224, 0, 0, 251), 5353);

/// A group that nobody else uses, from the range of organisations (RFC 2365).
const GROUP: Ipv4Addr = Ipv4Addr::new(239, 255, 77, 75);

/// How long one's own words are waited for.
const ECHO: Duration = Duration::from_millis(400);

/// How long others are waited for.
const ANSWERS: Duration = Duration::from_millis(1500);

/// How long a connection to oneself is waited for.
const CONNECT: Duration = Duration::from_millis(700);

/// More are not listed.
const MAX_INTERFACES: usize = 24;

/// The question, which services there are (RFC 6763 §9).
const QUESTION: &[u8] =
    b"\0\0\0\0\0\x01\0\0\0\0\0\0\x09_services\x07_dns-sd\x04_udp\x05local\0\0\x0c\0\x01";

/// What was found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examination {
    /// The interfaces with an IPv4 address, but for loopback.
    pub interfaces: Vec<Found>,
    /// Whether the game's port can be reached at our own addresses.
    pub listens: bool,
    /// The game's port.
    pub port: u16,
    /// How many other computers and devices answered.
    pub neighbours: usize,
    /// A firewall that may be in the way, as far as it can be known.
    pub firewall: Option<Firewall>,
}

/// An interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The system's name for it.
    pub name: String,
    /// Its address.
    pub addr: IpAddr,
    /// Whether it leads to a VPN, containers or virtual machines.
    pub is_virtual: bool,
    /// Whether players are looked for there.
    pub used: bool,
    /// Whether what is sent to many arrives; only asked where it is used.
    pub multicast: Option<bool>,
}

/// Programs that may keep others out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Firewall {
    /// Ubuntu's, which is on.
    Ufw,
    /// Fedora's, which is on.
    Firewalld,
    /// The one of Windows.
    Windows,
    /// The one of macOS.
    Mac,
}

impl Examination {
    /// Looks; it takes about two seconds, and blocks for so long.
    #[must_use]
    pub fn make(interfaces: &Interfaces, port: u16) -> Self {
        let all = if_addrs::get_if_addrs().unwrap_or_default();
        let found = all.iter().filter(|interface| !interface.is_loopback());
        let found: Vec<Found> = found
            .filter_map(|interface| look_at(interface, interfaces))
            .take(MAX_INTERFACES)
            .collect();
        let used = || found.iter().filter(|found| found.used);
        let listens = used().all(|found| connects(SocketAddr::new(found.addr, port)));
        let own: BTreeSet<IpAddr> = all.iter().map(Interface::ip).collect();
        let neighbours = used().map(|found| neighbours(found.addr, &own));
        let neighbours: BTreeSet<IpAddr> = neighbours.flatten().collect();
        Self {
            listens,
            port,
            neighbours: neighbours.len(),
            firewall: firewall(Path::new("/")),
            interfaces: found,
        }
    }
}

fn look_at(interface: &Interface, interfaces: &Interfaces) -> Option<Found> {
    let IfAddr::V4(v4) = &interface.addr else {
        return None;
    };
    let used = interfaces.wants(interface);
    let multicast = used.then(|| {
        echoes(v4.ip).unwrap_or_else(|e| {
            tracing::info!("multicast on {}: {e}", interface.name);
            false
        })
    });
    Some(Found {
        name: interface.name.clone(),
        addr: v4.ip.into(),
        is_virtual: is_virtual(interface),
        used,
        multicast,
    })
}

/// Whether a word to the group comes back to this computer.
fn echoes(at: Ipv4Addr) -> io::Result<bool> {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, None)?;
    socket.bind(&SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), 0).into())?;
    socket.join_multicast_v4(&GROUP, &at)?;
    socket.set_multicast_if_v4(&at)?;
    socket.set_multicast_loop_v4(true)?;
    // To no other computer.
    socket.set_multicast_ttl_v4(0)?;
    let socket = UdpSocket::from(socket);
    let port = socket.local_addr()?.port();
    let word = crate::random::bytes::<16>();
    socket.send_to(&word, (GROUP, port))?;
    let mut heard = false;
    listen(&socket, ECHO, |text, _| {
        heard = text == word;
        heard
    })?;
    Ok(heard)
}

/// After how many neighbours no more are looked for.
const MAX_NEIGHBOURS: usize = 64;

/// Who answers a question to all, but for ourselves.
fn neighbours(at: IpAddr, own: &BTreeSet<IpAddr>) -> BTreeSet<IpAddr> {
    let mut others = BTreeSet::new();
    let IpAddr::V4(at) = at else {
        return others;
    };
    let mut ask = || {
        let socket = Socket::new(Domain::IPV4, Type::DGRAM, None)?;
        // Beside our own multicast DNS, and the system's.
        socket.set_reuse_address(true)?;
        #[cfg(unix)]
        socket.set_reuse_port(true)?;
        socket.bind(&SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, MDNS.port()).into())?;
        socket.join_multicast_v4(MDNS.ip(), &at)?;
        socket.set_multicast_if_v4(&at)?;
        let socket = UdpSocket::from(socket);
        socket.send_to(QUESTION, MDNS)?;
        listen(&socket, ANSWERS, |_, from| {
            others.extend(Some(from).filter(|from| !own.contains(from)));
            others.len() >= MAX_NEIGHBOURS
        })
    };
    if let Err(e) = ask() {
        tracing::info!("nobody can be asked at {at}: {e}");
    }
    others
}

/// Hands what comes to `take`, until that is enough or time is up.
fn listen(
    socket: &UdpSocket,
    time: Duration,
    mut take: impl FnMut(&[u8], IpAddr) -> bool,
) -> io::Result<()> {
    let until = Instant::now() + time;
    let mut buffer = [0; 2048];
    loop {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(());
        }
        socket.set_read_timeout(Some(left))?;
        match socket.recv_from(&mut buffer) {
            Ok((len, from)) if take(&buffer[..len], from.ip()) => return Ok(()),
            Ok(_) => {}
            // Both words are used for it, by different systems.
            Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                return Ok(());
            }
            Err(e) => return Err(e),
        }
    }
}

fn connects(to: SocketAddr) -> bool {
    match TcpStream::connect_timeout(&to, CONNECT) {
        Ok(_) => true,
        Err(e) => {
            tracing::info!("{to} cannot be reached from here: {e}");
            false
        }
    }
}

/// The firewall of this system, as far as its files tell.
fn firewall(root: &Path) -> Option<Firewall> {
    if cfg!(windows) {
        return Some(Firewall::Windows);
    }
    if cfg!(target_os = "macos") {
        return Some(Firewall::Mac);
    }
    let ufw = files::read_bounded(&root.join("etc/ufw/ufw.conf"), 64 * 1024).unwrap_or_default();
    let ufw = String::from_utf8_lossy(&ufw);
    let is_on = |line: &str| line.trim().eq_ignore_ascii_case("enabled=yes");
    if ufw.lines().any(is_on) {
        return Some(Firewall::Ufw);
    }
    let runs = root.join("run/firewalld").exists();
    runs.then_some(Firewall::Firewalld)
}

#[cfg(test)]
mod tests {
    #[cfg(target_os = "linux")]
    use std::fs;

    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn a_firewall_is_known_by_its_files() {
        let root = tempfile::tempdir().expect("a folder");
        assert_eq!(firewall(root.path()), None);
        fs::create_dir_all(root.path().join("run/firewalld")).expect("a folder");
        assert_eq!(firewall(root.path()), Some(Firewall::Firewalld));
        fs::create_dir_all(root.path().join("etc/ufw")).expect("a folder");
        let conf = root.path().join("etc/ufw/ufw.conf");
        fs::write(&conf, "# on at boot\nENABLED=no\n").expect("written");
        assert_eq!(firewall(root.path()), Some(Firewall::Firewalld));
        fs::write(&conf, "# on at boot\nENABLED=yes\n").expect("written");
        assert_eq!(firewall(root.path()), Some(Firewall::Ufw));
    }

    #[test]
    fn without_an_interface_there_is_nothing_to_find() {
        let none = Interfaces::only(vec!["no interface at all".to_owned()]);
        let found = Examination::make(&none, 9);
        assert!(found.listens && found.neighbours == 0);
        assert!(found.interfaces.iter().all(|found| !found.used));
    }
}
