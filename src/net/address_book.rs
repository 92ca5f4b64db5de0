//! Where peers were last heard of. Hints only: whoever is dialled must prove
//! who they are.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::{consensus::codec::MAX_ADDRS, game::PeerId};

/// How many peers are remembered; the rooms of a large office.
const MAX_PEERS: usize = 1024;

/// Addresses by peer, the most recently confirmed first.
#[derive(Debug, Default)]
pub struct AddressBook(Mutex<BTreeMap<PeerId, Vec<SocketAddr>>>);

impl AddressBook {
    /// Notes an address that was announced or stored: tried after the others.
    pub fn hint(&self, peer: PeerId, addr: SocketAddr) {
        let mut book = self.lock();
        if book.len() >= MAX_PEERS && !book.contains_key(&peer) {
            return;
        }
        let addrs = book.entry(peer).or_default();
        if !addrs.contains(&addr) {
            addrs.push(addr);
            if addrs.len() > MAX_ADDRS {
                // The oldest hint; the confirmed ones stand before it.
                addrs.remove(MAX_ADDRS / 2);
            }
        }
    }

    /// Notes hints as they stand in messages; what is no address is skipped.
    pub fn hint_all(&self, peer: PeerId, addrs: &[String]) {
        for addr in addrs {
            if let Ok(addr) = addr.parse() {
                self.hint(peer, addr);
            }
        }
    }

    /// Notes an address where the peer really is: tried first.
    pub fn confirm(&self, peer: PeerId, addr: SocketAddr) {
        self.hint(peer, addr);
        if let Some(addrs) = self.lock().get_mut(&peer)
            && let Some(at) = addrs.iter().position(|known| *known == addr)
        {
            addrs[..=at].rotate_right(1);
        }
    }

    /// Where to look for a peer, in this order.
    pub fn of(&self, peer: &PeerId) -> Vec<SocketAddr> {
        self.lock().get(peer).cloned().unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<PeerId, Vec<SocketAddr>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn confirmed_first_and_bounded() {
        let book = AddressBook::default();
        let peer = PeerId::new([1; 32]);
        let addr = |port| SocketAddr::from(([10, 0, 0, 1], port));
        book.hint_all(
            peer,
            &["10.0.0.1:1".into(), "no".into(), "10.0.0.1:2".into()],
        );
        book.confirm(peer, addr(2));
        book.confirm(peer, addr(3));
        assert_eq!(book.of(&peer), [addr(3), addr(2), addr(1)]);
        for port in 10..100 {
            book.hint(peer, addr(port));
        }
        let known = book.of(&peer);
        assert_eq!(known.len(), MAX_ADDRS);
        assert_eq!(known[..2], [addr(3), addr(2)]);
        assert_eq!(known.last(), Some(&addr(99)));
    }
}
