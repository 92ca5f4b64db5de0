//! How bytes get from one peer to another. Everything above it is the same in
//! a simulation, which brings a transport of its own.

use std::{
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use futures::future::BoxFuture;
use rustls::{ServerConfig, pki_types::ServerName};
use socket2::{Domain, Socket, Type};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use super::{
    identity::Identity,
    paced::{self, Paced},
    tls,
};
pub use super::{paced::Wire, tls::Exporter};
use crate::game::PeerId;

/// How long one address gets to answer and prove itself.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// Certificates carry no name; TLS wants one anyway.
const SERVER_NAME: &str = "dhangkanna.local";

/// Bytes both ways.
pub trait Io: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

/// A connection whose other end is known.
pub type Stream = Box<dyn Io>;

/// The rest of a connection's opening: who it is, and the bytes.
pub type Handshake = BoxFuture<'static, io::Result<(PeerId, Stream)>>;

/// The same, with the connection's exporter, if it is for a run of the PIN.
pub type Accepting = BoxFuture<'static, io::Result<(PeerId, Stream, Option<Exporter>)>>;

/// Opens connections to peers that prove who they are.
pub trait Transport: Send + Sync + 'static {
    /// Where we listen.
    fn port(&self) -> u16;

    /// Dials an address. Whoever answers must be `expected`, if that is set.
    fn dial(&self, addr: SocketAddr, expected: Option<PeerId>) -> Handshake;

    /// Dials an address where `expected` answers, for a run of the PIN.
    fn dial_for_pin(
        &self,
        _addr: SocketAddr,
        _expected: PeerId,
    ) -> BoxFuture<'static, io::Result<(Stream, Exporter)>> {
        Box::pin(std::future::ready(Err(io::ErrorKind::Unsupported.into())))
    }

    /// Waits for somebody to connect. It is the caller's to bound the time of
    /// the handshake, and what comes on the wire.
    fn accept(&self) -> BoxFuture<'_, io::Result<(SocketAddr, Wire, Accepting)>>;
}

/// Mutual TLS 1.3 over TCP.
pub struct TlsTransport {
    identity: Arc<Identity>,
    server: Arc<ServerConfig>,
    listener: Option<TcpListener>,
    port: u16,
}

impl TlsTransport {
    /// Dials, and listens on a port; 0 takes any.
    ///
    /// # Errors
    /// If the port is in use or may not be used, or the identity cannot be
    /// used for TLS.
    pub fn bind(identity: Arc<Identity>, port: u16) -> io::Result<Self> {
        let listener = bind(port)?;
        let port = listener.local_addr()?.port();
        Ok(Self {
            listener: Some(listener),
            port,
            ..Self::dialing(identity)?
        })
    }

    /// Dials only.
    ///
    /// # Errors
    /// If the identity cannot be used for TLS.
    pub fn dialing(identity: Arc<Identity>) -> io::Result<Self> {
        Ok(Self {
            server: tls::server_config(&identity).map_err(io::Error::other)?,
            identity,
            listener: None,
            port: 0,
        })
    }

    /// Dials an address for a protocol; waits [`CONNECT_TIMEOUT`].
    fn connect(&self, addr: SocketAddr, expected: Option<PeerId>, protocol: &[u8]) -> Accepting {
        let config = tls::client_config(&self.identity, expected, protocol);
        let handshake = async move {
            let connector = TlsConnector::from(config.map_err(io::Error::other)?);
            let tcp = TcpStream::connect(addr).await?;
            tcp.set_nodelay(true)?;
            let name = ServerName::try_from(SERVER_NAME).map_err(io::Error::other)?;
            let stream = connector
                .connect(name, Paced::new(tcp, paced::dialled()))
                .await?;
            let (_, session) = stream.get_ref();
            let peer = tls::peer_of(session.peer_certificates())?;
            let exporter = tls::exporter_of(session)?;
            Ok((peer, Box::new(stream) as Stream, exporter))
        };
        Box::pin(async move {
            tokio::time::timeout(CONNECT_TIMEOUT, handshake)
                .await
                .unwrap_or_else(|_late| Err(io::Error::new(io::ErrorKind::TimedOut, "no answer")))
        })
    }
}

impl Transport for TlsTransport {
    fn port(&self) -> u16 {
        self.port
    }

    fn dial(&self, addr: SocketAddr, expected: Option<PeerId>) -> Handshake {
        let connecting = self.connect(addr, expected, tls::HTTP2);
        Box::pin(async move {
            let (peer, stream, _) = connecting.await?;
            Ok((peer, stream))
        })
    }

    fn dial_for_pin(
        &self,
        addr: SocketAddr,
        expected: PeerId,
    ) -> BoxFuture<'static, io::Result<(Stream, Exporter)>> {
        let connecting = self.connect(addr, Some(expected), tls::PIN);
        Box::pin(async move {
            let (_, stream, exporter) = connecting.await?;
            let takes_none = || io::Error::other("it takes no PIN");
            Ok((stream, exporter.ok_or_else(takes_none)?))
        })
    }

    fn accept(&self) -> BoxFuture<'_, io::Result<(SocketAddr, Wire, Accepting)>> {
        let acceptor = TlsAcceptor::from(Arc::clone(&self.server));
        Box::pin(async move {
            let Some(listener) = &self.listener else {
                return std::future::pending().await;
            };
            let (tcp, remote) = listener.accept().await?;
            let wire = Wire::default();
            let hear = wire.count();
            let handshake = async move {
                let _ = tcp.set_nodelay(true);
                let stream = acceptor.accept(Paced::new(tcp, hear)).await?;
                let (_, session) = stream.get_ref();
                let peer = tls::peer_of(session.peer_certificates())?;
                let exporter = tls::exporter_of(session)?;
                Ok((peer, Box::new(stream) as Stream, exporter))
            };
            Ok((remote, wire, Box::pin(handshake) as Accepting))
        })
    }
}

/// A listening socket on all interfaces, for IPv4 and, where the system has
/// it, IPv6. Port 0 takes any.
///
/// # Errors
/// If the port is in use, or may not be used.
fn bind(port: u16) -> io::Result<TcpListener> {
    let dual = || {
        let socket = Socket::new(Domain::IPV6, Type::STREAM, None)?;
        socket.set_only_v6(false)?;
        listen(socket, (Ipv6Addr::UNSPECIFIED, port).into())
    };
    match dual() {
        Err(e) if e.kind() != io::ErrorKind::AddrInUse => {
            let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
            listen(socket, (Ipv4Addr::UNSPECIFIED, port).into())
        }
        bound => bound,
    }
}

fn listen(socket: Socket, addr: SocketAddr) -> io::Result<TcpListener> {
    // A port that was left seconds ago can be taken again. (On Windows the
    // option would let two programs share the port.)
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&addr.into())?;
    socket.listen(128)?;
    TcpListener::from_std(socket.into())
}
