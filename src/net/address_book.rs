//! Where peers were last heard of. Hints only: whoever is dialled must prove
//! who they are.

use std::{collections::BTreeMap, net::SocketAddr};

use parking_lot::Mutex;

use crate::{consensus::codec::MAX_ADDRS, game::PeerId};

/// How many peers are remembered; the rooms of a large office.
const MAX_PEERS: usize = 1024;

/// How many of them were not met: at least as many as may be announced now.
const MAX_RUMOURS: usize = 512;

/// Addresses by peer, the most recently confirmed first.
#[derive(Debug, Default)]
pub struct AddressBook(Mutex<Book>);

#[derive(Debug, Default)]
struct Book {
    peers: BTreeMap<PeerId, Known>,
    /// Counts what was noted: the age of an entry.
    noted: u64,
}

#[derive(Debug, Default)]
struct Known {
    addrs: Vec<SocketAddr>,
    /// Whether the peer was really met.
    is_met: bool,
    noted: u64,
}

impl Book {
    fn known(&mut self, peer: PeerId) -> &mut Known {
        let rumours = || self.peers.values().filter(|known| !known.is_met).count();
        let is_full = || self.peers.len() >= MAX_PEERS || rumours() >= MAX_RUMOURS;
        if !self.peers.contains_key(&peer) && is_full() {
            // Rumours go first, then whoever was not heard of for longest.
            let oldest = self.peers.iter().min_by_key(|(_, k)| (k.is_met, k.noted));
            if let Some(peer) = oldest.map(|(peer, _)| *peer) {
                self.peers.remove(&peer);
            }
        }
        self.noted += 1;
        let known = self.peers.entry(peer).or_default();
        known.noted = self.noted;
        known
    }
}

impl Known {
    fn hint(&mut self, addr: SocketAddr) {
        if !self.addrs.contains(&addr) {
            self.addrs.push(addr);
            if self.addrs.len() > MAX_ADDRS {
                // The oldest hint; the confirmed ones stand before it.
                self.addrs.remove(MAX_ADDRS / 2);
            }
        }
    }
}

impl AddressBook {
    /// Notes an address that was announced or stored: tried after the others.
    pub fn hint(&self, peer: PeerId, addr: SocketAddr) {
        self.0.lock().known(peer).hint(addr);
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
        let mut book = self.0.lock();
        let known = book.known(peer);
        known.is_met = true;
        known.hint(addr);
        if let Some(at) = known.addrs.iter().position(|other| *other == addr) {
            known.addrs[..=at].rotate_right(1);
        }
    }

    /// Where to look for a peer, in this order.
    pub fn of(&self, peer: &PeerId) -> Vec<SocketAddr> {
        let book = self.0.lock();
        book.peers
            .get(peer)
            .map_or_else(Vec::new, |k| k.addrs.clone())
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

    #[test]
    fn rumours_do_not_push_out_who_was_met() {
        let book = AddressBook::default();
        let addr = SocketAddr::from(([10, 0, 0, 1], 1));
        let peer = |n: u32| {
            let mut digest = [0; 32];
            digest[..4].copy_from_slice(&n.to_be_bytes());
            PeerId::new(digest)
        };
        book.confirm(peer(0), addr);
        for n in 1..3000 {
            book.hint(peer(n), addr);
        }
        assert_eq!(book.0.lock().peers.len(), MAX_RUMOURS + 1);
        assert_eq!(book.of(&peer(0)), [addr]);
        assert_eq!(book.of(&peer(2999)), [addr]);
        assert!(book.of(&peer(1)).is_empty());
        for n in 1..3000 {
            book.confirm(peer(n), addr);
        }
        assert_eq!(book.0.lock().peers.len(), MAX_PEERS);
        assert_eq!(book.of(&peer(2999)), [addr]);
    }
}
