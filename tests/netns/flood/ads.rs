//! Announcements of rooms that do not exist, and of members that are none, as
//! multicast DNS has them (RFC 6762, 6763).

use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};

use dhangkanna::{consensus::ClusterId, game::PeerId, net::PROTOCOL, random};
use socket2::{Domain, Socket, Type};

const SERVICE: &str = "_dhangkanna._tcp.local";
const GROUP: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(224, 0, 0, 251), 5353);

/// Types of records (RFC 1035 §3.2.2, RFC 2782).
const A: u8 = 1;
const PTR: u8 = 12;
const TXT: u8 = 16;
const SRV: u8 = 33;

/// As many as there is room for in a packet.
const HOSTS: usize = 35;

/// Where a host announces things.
pub struct Announcer {
    socket: UdpSocket,
    addr: Ipv4Addr,
}

impl Announcer {
    pub fn new(addr: Ipv4Addr) -> Self {
        let socket = Socket::new(Domain::IPV4, Type::DGRAM, None).expect("a socket");
        socket.set_reuse_address(true).expect("it may be shared");
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
        let records = [
            (name(SERVICE), PTR, instance.clone()),
            (instance.clone(), SRV, srv),
            (instance, TXT, txt),
            (host, A, self.addr.octets().to_vec()),
        ];
        self.answer(120, &records);
    }

    /// Announces hosts that nobody has asked for, to be known for years.
    pub fn announce_hosts(&self) {
        let host = |_| {
            let host = name(&format!("{:016x}.local", random::u64()));
            (host, A, self.addr.octets().to_vec())
        };
        let hosts: Vec<_> = (0..HOSTS).map(host).collect();
        self.answer(u32::MAX / 2, &hosts);
    }

    /// Sends an answer of these records to a question that nobody has asked: name, type
    /// and data of each, and for how many seconds they are true.
    fn answer(&self, seconds: u32, records: &[(Vec<u8>, u8, Vec<u8>)]) {
        let mut packet = vec![0, 0, 0x84, 0, 0, 0, 0, records.len() as u8, 0, 0, 0, 0];
        for (name, kind, data) in records {
            packet.extend(name);
            packet.extend([0, *kind, 0, 1]);
            packet.extend(seconds.to_be_bytes());
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
