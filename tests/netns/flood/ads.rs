//! Announcements of rooms that do not exist, and of members that are none, as
//! multicast DNS has them (RFC 6762, 6763).

use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};

use dhangkanna::{consensus::ClusterId, game::PeerId, net::PROTOCOL, random};
use socket2::{Domain, Socket, Type};

const SERVICE: &str = "_dhangkanna._tcp.local";
const GROUP: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(224, 0, 0, 251), 5353);

/// Where a host announces things.
pub struct Announcer {
    socket: UdpSocket,
    addr: Ipv4Addr,
}

impl Announcer {
    pub fn new(addr: Ipv4Addr) -> Self {
        let socket = Socket::new(Domain::IPV4, Type::DGRAM, None).expect("a socket");
        let port = SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 5353);
        socket.bind(&port.into()).expect("a port");
        socket.set_multicast_if_v4(&addr).expect("an interface");
        socket.set_multicast_ttl_v4(255).expect("all the link");
        Self {
            socket: socket.into(),
            addr,
        }
    }

    /// Announces a leader that nobody has heard of: of a room, or of one that is made
    /// up.
    pub fn announce(&self, room: Option<ClusterId>) {
        let peer = PeerId::new(std::array::from_fn(|_| random::u64() as u8)).to_string();
        let cluster = room.unwrap_or_else(ClusterId::random);
        let called = match room {
            Some(_) => "den".to_owned(),
            None => format!("room {}", &peer[..6]),
        };
        let texts = [
            format!("v={PROTOCOL}"),
            "ver=0.2.0".to_owned(),
            format!("p={peer}"),
            "n=Mallory".to_owned(),
            format!("c={cluster}"),
            format!("r={called}"),
            "l=1".to_owned(),
            "m=3".to_owned(),
            "s=guessing".to_owned(),
            "a=".to_owned(),
        ];
        let mut txt = Vec::new();
        for text in &texts {
            txt.push(text.len() as u8);
            txt.extend(text.as_bytes());
        }
        let host = name(&format!("dhangkanna-{}.local", &peer[..16]));
        let instance = name(&format!("Mallory {}.{SERVICE}", &peer[..8]));
        // Priority, weight, a port.
        let srv = [&[0, 0, 0, 0, 160, 40][..], &host].concat();
        // An answer that nobody has asked for, of four records.
        let mut packet = vec![0, 0, 0x84, 0, 0, 0, 0, 4, 0, 0, 0, 0];
        for (name, kind, data) in [
            (&name(SERVICE), 12, &instance),
            (&instance, 33, &srv),
            (&instance, 16, &txt),
            (&host, 1, &self.addr.octets().to_vec()),
        ] {
            packet.extend(name);
            packet.extend([0, kind, 0, 1]);
            packet.extend(120_u32.to_be_bytes());
            packet.extend((data.len() as u16).to_be_bytes());
            packet.extend(data);
        }
        // The network may be full.
        let _ = self.socket.send_to(&packet, GROUP);
    }
}

fn name(dotted: &str) -> Vec<u8> {
    let mut labels = Vec::new();
    for label in dotted.split('.') {
        labels.push(label.len() as u8);
        labels.extend(label.as_bytes());
    }
    labels.push(0);
    labels
}
