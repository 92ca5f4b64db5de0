//! Opens authenticated connections.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use futures::{StreamExt as _, stream::FuturesUnordered};
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::{AddressBook, Identity, tls};
use crate::game::PeerId;

/// How long one address gets to answer and prove itself.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// How long the next address waits for the one before it (as in RFC 8305): a
/// silent address delays a living one by this much.
const STAGGER: Duration = Duration::from_millis(100);

/// Certificates carry no name; TLS wants one nevertheless.
const SERVER_NAME: &str = "dhangkanna.local";

/// Dials a peer at all known addresses; the first that proves to be it wins.
pub(super) async fn connect_peer(
    identity: Arc<Identity>,
    book: Arc<AddressBook>,
    peer: PeerId,
) -> io::Result<TlsStream<TcpStream>> {
    let connector = connector(&identity, Some(peer))?;
    let mut addrs = book.of(&peer).into_iter();
    let mut attempts = FuturesUnordered::new();
    let mut last = io::Error::new(io::ErrorKind::NotFound, "no address is known");
    loop {
        let next = addrs.next();
        let has_more = next.is_some();
        attempts.extend(next.map(|addr| {
            let connector = connector.clone();
            async move { connect(connector, addr).await.map(|stream| (addr, stream)) }
        }));
        // The next address's turn comes when this one fails, or is slow.
        let waited = async {
            match attempts.next().await {
                Some(attempt) => attempt.map(Some),
                None => Ok(None),
            }
        };
        let patience = if has_more { STAGGER } else { CONNECT_TIMEOUT };
        match tokio::time::timeout(patience, waited).await {
            Ok(Ok(Some((addr, stream)))) => {
                book.confirm(peer, addr);
                return Ok(stream);
            }
            Ok(Ok(None)) => return Err(last),
            Ok(Err(e)) => last = e,
            Err(_slow) => {}
        }
    }
}

/// Finds out who is at an address. What is learned is trusted on first use:
/// whoever answers is taken for the one that was meant.
pub(super) async fn who_is_at(identity: &Identity, addr: SocketAddr) -> io::Result<PeerId> {
    let stream = connect(connector(identity, None)?, addr).await?;
    let (_, session) = stream.get_ref();
    let certificate = session.peer_certificates().and_then(<[_]>::first);
    let nobody = || io::Error::other("it did not say who it is");
    tls::peer_id(certificate.ok_or_else(nobody)?).map_err(io::Error::other)
}

async fn connect(connector: TlsConnector, addr: SocketAddr) -> io::Result<TlsStream<TcpStream>> {
    let handshake = async {
        let tcp = TcpStream::connect(addr).await?;
        tcp.set_nodelay(true)?;
        let name = ServerName::try_from(SERVER_NAME).map_err(io::Error::other)?;
        connector.connect(name, tcp).await
    };
    tokio::time::timeout(CONNECT_TIMEOUT, handshake)
        .await
        .unwrap_or_else(|_late| Err(io::Error::new(io::ErrorKind::TimedOut, "no answer")))
}

fn connector(identity: &Identity, expected: Option<PeerId>) -> io::Result<TlsConnector> {
    tls::client_config(identity, expected)
        .map(TlsConnector::from)
        .map_err(io::Error::other)
}
