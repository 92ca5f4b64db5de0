//! The two sockets of gossip, on one port: TCP and UDP, for IPv4 and, where
//! the system has it, IPv6. They outlive the instances that use them.

use std::{
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6, TcpListener, UdpSocket},
};

use socket2::{Domain, Socket, Type};

/// Where others expect gossip, unless told otherwise: one port to open in a
/// firewall, below those that systems hand out by themselves.
pub(super) const DEFAULT_PORT: u16 = 17946;

/// How many free ports are tried: each is free for TCP, and most are for UDP.
const TRIES: usize = 8;

/// Connections that may wait to be accepted.
const BACKLOG: i32 = 16;

/// Both sockets.
pub(super) struct Sockets {
    pub(super) tcp: TcpListener,
    pub(super) udp: UdpSocket,
    pub(super) port: u16,
}

impl Sockets {
    /// Takes a port; without one the default or, if that is taken (by another
    /// seat on this computer, say), any.
    pub(super) fn bind(port: Option<u16>) -> io::Result<Self> {
        let mut result = Self::on(port.unwrap_or(DEFAULT_PORT));
        for _ in 0..TRIES {
            if port.is_some() || result.is_ok() {
                break;
            }
            result = Self::on(0);
        }
        result
    }

    /// The same sockets once more, for another instance.
    pub(super) fn try_clone(&self) -> io::Result<Self> {
        Ok(Self {
            tcp: self.tcp.try_clone()?,
            udp: self.udp.try_clone()?,
            port: self.port,
        })
    }

    fn on(port: u16) -> io::Result<Self> {
        let tcp: TcpListener = {
            let socket = bound(Type::STREAM, port)?;
            socket.listen(BACKLOG)?;
            socket.into()
        };
        let port = tcp.local_addr()?.port();
        Ok(Self {
            udp: bound(Type::DGRAM, port)?.into(),
            tcp,
            port,
        })
    }
}

fn bound(kind: Type, port: u16) -> io::Result<Socket> {
    let bind = |socket: Socket, addr: SocketAddr| -> io::Result<Socket> {
        // A port that was left seconds ago can be taken again. (On Windows the
        // option would let two programs share the port.)
        #[cfg(unix)]
        if kind == Type::STREAM {
            socket.set_reuse_address(true)?;
        }
        socket.set_nonblocking(true)?;
        socket.bind(&addr.into())?;
        Ok(socket)
    };
    let dual = || {
        let socket = Socket::new(Domain::IPV6, kind, None)?;
        socket.set_only_v6(false)?;
        bind(socket, (Ipv6Addr::UNSPECIFIED, port).into())
    };
    match dual() {
        Err(e) if e.kind() != io::ErrorKind::AddrInUse => {
            let socket = Socket::new(Domain::IPV4, kind, None)?;
            bind(socket, (Ipv4Addr::UNSPECIFIED, port).into())
        }
        bound => bound,
    }
}

/// An address as a socket wants it: an IPv6 socket reaches IPv4 as mapped.
pub(super) fn mapped(addr: SocketAddr, for_v6: bool) -> SocketAddr {
    match addr {
        SocketAddr::V4(v4) if for_v6 => {
            SocketAddrV6::new(v4.ip().to_ipv6_mapped(), v4.port(), 0, 0).into()
        }
        addr => addr,
    }
}

/// An address as people write it.
pub(super) fn canonical(addr: SocketAddr) -> SocketAddr {
    match addr.ip().to_canonical() {
        // A scope stays where it is.
        ip if ip.is_ipv6() => addr,
        ip => SocketAddr::new(ip, addr.port()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_an_error_only_if_it_was_asked_for() {
        let first = Sockets::bind(None).expect("a port");
        let second = Sockets::bind(None).expect("another port");
        assert_ne!(first.port, second.port);
        let error = Sockets::bind(Some(first.port)).err().expect("an error");
        assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
        let udp = first.udp.local_addr().expect("an address");
        assert_eq!(udp.port(), first.port);
    }

    #[test]
    fn addresses_come_back() {
        let v4: SocketAddr = "10.0.0.1:5".parse().expect("an address");
        assert_eq!(canonical(mapped(v4, true)), v4);
        assert_eq!(mapped(v4, false), v4);
        let v6: SocketAddr = "[fe80::1%2]:5".parse().expect("an address");
        assert_eq!(canonical(mapped(v6, true)), v6);
    }
}
