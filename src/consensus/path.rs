//! Who let whom into a room: how a member shows that it belongs to the cluster to
//! somebody who has never heard of it.
//!
//! The id of a cluster commits to its founder. Each other member has a ticket from
//! the leader that let it in, and that leader's own, up to the founder. So a path
//! says that its holder *was* let in, not that it is a member now: where the
//! receiver's membership must know better, it decides.

use sha2::{Digest as _, Sha256};

use super::state::{ClusterId, NodeId};
use crate::{
    game::PeerId,
    keys::{Kind, PublicKey, Signature, Statement},
};

/// The most tickets in a path: so many players would have to lead and let in the next.
/// Who is let in after that has none, and is not believed by who has never heard of it.
pub const MAX_TICKETS: usize = 16;

/// A seat, and whose key speaks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The seat.
    pub seat: NodeId,
    /// The key.
    pub key: PublicKey,
}

/// What a leader signed when it let somebody in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// Who was let in.
    pub holder: Holder,
    /// Index of the membership entry that it was added to.
    pub base: u64,
    /// By the holder before it in the path.
    pub signature: Signature,
}

/// The tickets between the founder of a cluster and a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TicketPath {
    /// What makes the id of one founder's clusters differ.
    pub nonce: [u8; 16],
    /// The founder, in its first seat.
    pub founder: Holder,
    /// The founder's guest first, the member itself last; none for the founder.
    pub tickets: Vec<Ticket>,
}

/// What a path amounts to, for somebody with a membership.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Descent {
    /// Its holder was let in by a member, or by somebody who was, and the
    /// membership here is not new enough to know better.
    LetIn,
    /// The membership here is new enough to have its holder, or who let it in, and
    /// has not: it left, or was removed.
    Gone,
    /// It is no path into this cluster.
    Forged,
}

impl TicketPath {
    /// A new cluster's id, and its founder's path.
    pub fn found(founder: Holder) -> (ClusterId, Self) {
        let nonce = crate::random::bytes();
        let path = Self {
            nonce,
            founder,
            tickets: Vec::new(),
        };
        (path.cluster_id(), path)
    }

    /// The path of somebody whom its holder lets in, if that is short enough.
    pub fn extended_by(&self, ticket: Ticket) -> Option<Self> {
        let mut path = self.clone();
        path.tickets.push(ticket);
        (path.tickets.len() <= MAX_TICKETS).then_some(path)
    }

    /// As it is, unless it is long: then the part of it up to the first seat of its
    /// holder's player. What that key signs there is worth the same, so two players who
    /// take turns make no path longer than that; but who slept meanwhile knows the later
    /// seats only.
    pub fn short(&self) -> Self {
        if self.tickets.len() < MAX_TICKETS / 2 {
            return self.clone();
        }
        let key = self.holder().key;
        let count = if self.founder.key == key {
            0
        } else {
            let first = self.tickets.iter().position(|t| t.holder.key == key);
            first.map_or(0, |at| at.saturating_add(1))
        };
        Self {
            tickets: self.tickets.iter().take(count).copied().collect(),
            ..*self
        }
    }

    /// Whose path it is.
    pub fn holder(&self) -> Holder {
        let last = self.tickets.last();
        last.map_or(self.founder, |ticket| ticket.holder)
    }

    /// Whether its holder was once let into a cluster.
    pub fn leads_into(&self, cluster: ClusterId) -> bool {
        self.descent(cluster, None, |_| None, |_| false, |_| false) == Descent::LetIn
    }

    /// Walks upwards from the holder to the first seat that the membership here
    /// knows. `committed` is the index of the newest committed membership entry
    /// here, if there is one; `member` says whose a seat is, by what is committed
    /// or only appended, and `is_member` who has one: of those who let others in, the
    /// key counts, for it signs here as it does from another seat. Whom an owner has
    /// `sent_away` lets nobody in any more, though that one's seat may still be here.
    pub fn descent(
        &self,
        cluster: ClusterId,
        committed: Option<u64>,
        member: impl Fn(NodeId) -> Option<PeerId>,
        is_member: impl Fn(PeerId) -> bool,
        sent_away: impl Fn(PeerId) -> bool,
    ) -> Descent {
        if self.tickets.len() > MAX_TICKETS || self.cluster_id() != cluster {
            return Descent::Forged;
        }
        // From which ticket on signatures matter: none before a seat we know.
        let mut from = self.tickets.len();
        loop {
            let (holder, base) = match from.checked_sub(1).map(|at| self.tickets[at]) {
                Some(ticket) => (ticket.holder, ticket.base),
                None => (self.founder, 0),
            };
            let peer = holder.key.peer_id();
            let lets_in = from < self.tickets.len();
            if lets_in && sent_away(peer) {
                return Descent::Gone;
            }
            match member(holder.seat) {
                Some(known) if known == peer => break,
                Some(_) => return Descent::Forged,
                None if lets_in && is_member(peer) => break,
                None if committed.is_some_and(|committed| base < committed) => {
                    return Descent::Gone;
                }
                None if from == 0 => break,
                None => from -= 1,
            }
        }
        let admitters = std::iter::once(self.founder).chain(self.tickets.iter().map(|t| t.holder));
        let mut signed = self.tickets.iter().zip(admitters).skip(from);
        if signed.all(|(ticket, admitter)| ticket.is_signed_by(admitter, cluster)) {
            Descent::LetIn
        } else {
            Descent::Forged
        }
    }

    /// The cluster that its founder has founded.
    pub fn cluster_id(&self) -> ClusterId {
        let digest = Sha256::new()
            .chain_update(b"dhangkanna/2/room")
            .chain_update(self.founder.key.peer_id().as_bytes())
            .chain_update(self.nonce)
            .finalize();
        let (id, _) = digest.split_at(16);
        let mut bytes = [0; 16];
        bytes.copy_from_slice(id);
        ClusterId::new(bytes)
    }
}

impl Ticket {
    /// What an admitter signs.
    pub fn statement(cluster: ClusterId, holder: Holder, base: u64, admitter: Holder) -> Statement {
        Statement::new(Kind::Ticket)
            .fixed(cluster.as_bytes())
            .number(holder.seat)
            .fixed(holder.key.peer_id().as_bytes())
            .number(admitter.seat)
            .fixed(admitter.key.peer_id().as_bytes())
            .number(base)
    }

    fn is_signed_by(&self, admitter: Holder, cluster: ClusterId) -> bool {
        let statement = Self::statement(cluster, self.holder, self.base, admitter);
        admitter.key.has_signed(&statement, &self.signature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::SigningKey;

    /// Somebody in a seat.
    struct Seat {
        pkcs8: Vec<u8>,
        key: SigningKey,
        holder: Holder,
    }

    fn seat(seat: NodeId) -> Seat {
        let pair = rcgen::KeyPair::generate().expect("a key");
        let pkcs8 = pair.serialize_der();
        let key = SigningKey::from_pkcs8(&pkcs8).expect("a P-256 key");
        let holder = Holder {
            seat,
            key: key.public(),
        };
        Seat { pkcs8, key, holder }
    }

    /// The path of somebody whom the holder of another lets in.
    fn let_in(by: &Seat, path: &TicketPath, whom: &Seat, base: u64) -> Option<TicketPath> {
        let cluster = path.cluster_id();
        let statement = Ticket::statement(cluster, whom.holder, base, path.holder());
        path.extended_by(Ticket {
            holder: whom.holder,
            base,
            signature: by.key.sign(&statement),
        })
    }

    #[test]
    fn a_path_is_believed_until_the_membership_knows_better() {
        let [ada, bob, cem] = [1, 2, 3].map(seat);
        let (room, of_ada) = TicketPath::found(ada.holder);
        let of_bob = let_in(&ada, &of_ada, &bob, 0).expect("a path");
        // Bob leads, and lets Cem in after entry 10.
        let of_cem = let_in(&bob, &of_bob, &cem, 10).expect("a path");
        let (a, b, c) = (&ada, &bob, &cem);
        let cases: [(&TicketPath, Option<u64>, &[&Seat], Descent); 13] = [
            // whose path, newest committed membership, its members
            // A seat that has just been opened knows nobody.
            (&of_ada, None, &[], Descent::LetIn),
            (&of_cem, None, &[], Descent::LetIn),
            // Who slept from the second entry on knows who let Cem in.
            (&of_cem, Some(2), &[a, b], Descent::LetIn),
            (&of_cem, Some(10), &[a, b], Descent::LetIn),
            // At entry 10, Bob was a member: here he was not.
            (&of_cem, Some(10), &[a], Descent::Gone),
            // Since the one after it Cem was, and is no more.
            (&of_cem, Some(11), &[a, b], Descent::Gone),
            (&of_cem, Some(12), &[a, b, c], Descent::LetIn),
            // Bob has left, which Cem's sleeper does not know, or does.
            (&of_bob, Some(0), &[a], Descent::LetIn),
            (&of_bob, Some(1), &[a], Descent::Gone),
            (&of_cem, Some(12), &[a, c], Descent::LetIn),
            // The founder has left, and was removed by no sleeper's knowledge.
            (&of_ada, Some(5), &[b], Descent::Gone),
            (&of_cem, Some(5), &[b], Descent::LetIn),
            (&of_cem, Some(0), &[a], Descent::LetIn),
        ];
        for (n, (path, committed, members, expected)) in cases.into_iter().enumerate() {
            let member = |id| {
                let known = members.iter().find(|member| member.holder.seat == id);
                known.map(|member| member.holder.key.peer_id())
            };
            let is_member = |peer| {
                let mut keys = members.iter().map(|member| member.holder.key);
                keys.any(|key| key.peer_id() == peer)
            };
            let descent = path.descent(room, committed, member, is_member, |_| false);
            assert_eq!(descent, expected, "case {n}");
            // Nobody's own removal is asked about here, but that of who lets it in.
            let (last, bobs) = (path.holder().seat, bob.holder.key.peer_id());
            let without = path.descent(room, committed, member, is_member, |peer| peer == bobs);
            if last == cem.holder.seat && member(last).is_none() {
                assert_eq!(without, Descent::Gone, "case {n}");
            } else {
                assert_eq!(without, expected, "case {n}");
            }
        }
    }

    #[test]
    fn a_path_cannot_be_made_up() {
        let [ada, bob, cem, eve] = [1, 2, 3, 4].map(seat);
        let (room, of_ada) = TicketPath::found(ada.holder);
        let of_bob = let_in(&ada, &of_ada, &bob, 1).expect("a path");
        let of_cem = let_in(&bob, &of_bob, &cem, 2).expect("a path");
        assert!(of_cem.leads_into(room));
        let with = |change: &dyn Fn(&mut TicketPath)| {
            let mut path = of_cem.clone();
            change(&mut path);
            path
        };
        let (other_room, of_other) = TicketPath::found(ada.holder);
        let self_made = TicketPath {
            founder: eve.holder,
            ..of_ada.clone()
        };
        let by_eve = let_in(&eve, &of_bob, &eve, 2).expect("a path");
        let forged = [
            with(&|path| path.nonce[0] ^= 1),
            with(&|path| path.founder = eve.holder),
            with(&|path| path.founder.seat = 9),
            with(&|path| path.tickets[1].holder = eve.holder),
            with(&|path| path.tickets[1].holder.seat = 9),
            with(&|path| path.tickets[0].holder = eve.holder),
            with(&|path| path.tickets[0].base = 7),
            with(&|path| path.tickets[1].base = 7),
            with(&|path| path.tickets.swap(0, 1)),
            with(&|path| {
                path.tickets.remove(0);
            }),
            self_made,
            by_eve,
        ];
        for (n, path) in forged.into_iter().enumerate() {
            assert!(!path.leads_into(room), "case {n}");
        }
        assert!(!of_cem.leads_into(other_room));
        // Not into another room of the same founder's either.
        let moved = TicketPath {
            nonce: of_other.nonce,
            ..of_cem.clone()
        };
        assert!(of_other.leads_into(other_room) && !moved.leads_into(other_room));
        // A seat that is known is spoken for by the key that is known.
        let known = |id| (id == 3).then(|| eve.holder.key.peer_id());
        let descent = of_cem.descent(room, Some(1), known, |_| false, |_| false);
        assert_eq!(descent, Descent::Forged);
    }

    #[test]
    fn two_who_take_turns_make_no_path_longer() {
        let [ada, bob] = [1, 2].map(seat);
        let again = |who: &Seat, id: NodeId| Seat {
            key: SigningKey::from_pkcs8(&who.pkcs8).expect("a key"),
            pkcs8: who.pkcs8.clone(),
            holder: Holder {
                seat: id,
                ..who.holder
            },
        };
        let (room, mut path) = TicketPath::found(ada.holder);
        let (mut leads, mut other) = (ada, bob);
        for n in 2..100 {
            let base = n * 10;
            let comes = again(&other, n);
            path = let_in(&leads, &path.short(), &comes, base).expect("a path");
            let is_short = path.tickets.len() <= MAX_TICKETS / 2;
            assert!(is_short && path.leads_into(room), "turn {n}");
            // Who slept knows who let it in by its key, in its seat of now; and that it
            // left itself, or was removed.
            let now = leads.holder;
            let member = |id| (id == now.seat).then(|| now.key.peer_id());
            let is_member = |peer| peer == now.key.peer_id();
            let descent =
                |committed| path.descent(room, Some(committed), member, is_member, |_| false);
            assert_eq!(descent(base), Descent::LetIn, "turn {n}");
            assert_eq!(descent(base + 1), Descent::Gone, "turn {n}");
            // Who let it in is gone, too.
            let gone = path.descent(room, Some(base), |_| None, |_| false, |_| false);
            assert_eq!(gone, Descent::Gone, "turn {n}");
            (other, leads) = (leads, comes);
        }
    }

    /// Who slept while the founder was not there knows it by the seat that it has now.
    #[test]
    fn who_leaves_and_comes_back_lets_in_as_before() {
        let [ada, bob, cem] = [1, 2, 3].map(seat);
        let (room, path) = TicketPath::found(ada.holder);
        let of_bob = let_in(&ada, &path.short(), &bob, 10).expect("a path");
        let back = Seat {
            key: SigningKey::from_pkcs8(&ada.pkcs8).expect("a key"),
            pkcs8: ada.pkcs8,
            holder: Holder {
                seat: 4,
                ..ada.holder
            },
        };
        let of_ada = let_in(&bob, &of_bob.short(), &back, 30).expect("a path");
        let of_cem = let_in(&back, &of_ada.short(), &cem, 40).expect("a path");
        let bobs = bob.holder.key.peer_id();
        let member = |id| (id == bob.holder.seat).then_some(bobs);
        let descent = |committed| {
            of_cem.descent(
                room,
                Some(committed),
                member,
                |peer| peer == bobs,
                |_| false,
            )
        };
        assert_eq!(descent(20), Descent::LetIn);
        assert_eq!(descent(35), Descent::Gone, "it would know her seat");
    }

    #[test]
    fn a_path_is_bounded() {
        let first = seat(1);
        let (room, mut path) = TicketPath::found(first.holder);
        let mut last = first;
        for n in 0..MAX_TICKETS as u64 {
            let next = seat(n + 2);
            path = let_in(&last, &path, &next, n).expect("a path");
            last = next;
        }
        assert!(path.leads_into(room));
        assert_eq!(let_in(&last, &path, &seat(99), 99), None);
        let (holder, base) = (seat(99).holder, 99);
        let statement = Ticket::statement(room, holder, base, last.holder);
        path.tickets.push(Ticket {
            holder,
            base,
            signature: last.key.sign(&statement),
        });
        assert!(!path.leads_into(room), "whoever signed it");
    }
}
