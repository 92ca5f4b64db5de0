//! Finds a peer at one of its addresses.

use std::{io, time::Duration};

use futures::{StreamExt as _, stream::FuturesUnordered};

use super::{
    address_book::AddressBook,
    transport::{Stream, Transport},
};
use crate::game::PeerId;

/// How long the next address waits for the one before it (as in RFC 8305): a
/// silent address delays a living one by this much.
const STAGGER: Duration = Duration::from_millis(100);

/// How long the last address gets.
const PATIENCE: Duration = Duration::from_secs(2);

/// Dials a peer at all known addresses; the first that proves to be it wins.
pub(super) async fn connect_peer(
    transport: &dyn Transport,
    book: &AddressBook,
    peer: PeerId,
) -> io::Result<Stream> {
    let mut addrs = book.of(&peer).into_iter();
    let mut attempts = FuturesUnordered::new();
    let mut last = io::Error::new(io::ErrorKind::NotFound, "no address is known");
    loop {
        let next = addrs.next();
        let has_more = next.is_some();
        attempts.extend(next.map(|addr| async move {
            let (_, stream) = transport.dial(addr, Some(peer)).await?;
            Ok((addr, stream))
        }));
        // The next address's turn comes when this one fails, or is slow.
        let waited = async {
            match attempts.next().await {
                Some(attempt) => attempt.map(Some),
                None => Ok(None),
            }
        };
        let patience = if has_more { STAGGER } else { PATIENCE };
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
