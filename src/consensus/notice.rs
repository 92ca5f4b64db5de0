//! That the game of a room goes on in another one, signed by who founded that.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Deref,
};

use super::{
    path::{Descent, Holder, TicketPath},
    state::{ClusterId, NodeId},
    types::LogId,
};
use crate::{
    game::PeerId,
    keys::{Kind, PublicKey, Signature, SigningKey, Statement},
};

/// Where the game of a room goes on, and how much of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Continuation {
    /// The room that is continued.
    pub parent: ClusterId,
    /// The member of it that founded the next one.
    pub founder: Holder,
    /// How that one came into it; `None` if it cannot show that.
    pub path: Option<TicketPath>,
    /// The founder's path in the next room, whose id commits to it.
    pub child: TicketPath,
    /// The last entry of the log that is continued: who has none after it loses
    /// nothing.
    pub fence: Option<LogId>,
    /// The digest of that log.
    pub digest: [u8; 32],
    /// The seats that agreed: they kept still meanwhile, and their entries are in
    /// that log.
    pub participants: Vec<NodeId>,
}

/// The same, signed by the founder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    continuation: Continuation,
    signature: Signature,
}

impl Deref for Notice {
    type Target = Continuation;

    fn deref(&self) -> &Continuation {
        &self.continuation
    }
}

impl Continuation {
    /// Signs it, as its founder.
    pub fn signed_by(self, key: &SigningKey) -> Notice {
        let signature = key.sign(&self.statement());
        self.with(signature)
    }

    /// With a signature that may be the founder's, or not.
    pub fn with(self, signature: Signature) -> Notice {
        Notice {
            continuation: self,
            signature,
        }
    }

    /// The next room.
    pub fn cluster(&self) -> ClusterId {
        self.child.cluster_id()
    }

    fn statement(&self) -> Statement {
        let (term, index) = self
            .fence
            .map_or((0, 0), |fence| (*fence.leader_id, fence.index));
        let statement = Statement::new(Kind::Continued)
            .fixed(self.parent.as_bytes())
            .number(self.founder.seat)
            .fixed(self.founder.key.peer_id().as_bytes())
            .fixed(self.cluster().as_bytes())
            .number(term)
            .number(index)
            .fixed(&self.digest)
            .number(self.participants.len() as u64);
        let seats = self.participants.iter();
        seats.fold(statement, |statement, seat| statement.number(*seat))
    }
}

impl Notice {
    /// What stands under it.
    pub fn signature(&self) -> Signature {
        self.signature
    }

    /// Whether a member of the room has signed it.
    pub fn is_genuine(&self, known: &KnownMembers) -> bool {
        known.has(self.founder, self.path.as_ref(), self.parent)
            && self.child.tickets.is_empty()
            && self.child.founder.key == self.founder.key
            && self
                .founder
                .key
                .has_signed(&self.statement(), &self.signature)
    }
}

/// What is known of a room's members by who reads a notice.
#[derive(Clone, Debug, Default)]
pub struct KnownMembers {
    /// Those of the newest membership, and of the committed one.
    pub members: BTreeMap<NodeId, PublicKey>,
    /// Those who are only in earlier ones.
    pub former: BTreeSet<NodeId>,
    /// Index of the newest committed membership, if there is one.
    pub committed: Option<u64>,
    /// Whom owners have sent away: nothing is believed of them.
    pub sent_away: BTreeSet<PeerId>,
}

impl KnownMembers {
    /// Whether somebody is a member of the room: one that is known by its seat, or that came
    /// in later, and shows how. Who was a member once is none.
    pub fn has(&self, who: Holder, path: Option<&TicketPath>, room: ClusterId) -> bool {
        let sent_away = |peer| self.sent_away.contains(&peer);
        if sent_away(who.key.peer_id()) {
            return false;
        }
        if let Some(key) = self.members.get(&who.seat) {
            return *key == who.key;
        }
        let member = |seat| Some(self.members.get(&seat)?.peer_id());
        let is_member = |peer| self.members.values().any(|key| key.peer_id() == peer);
        let is_let_in = |path: &TicketPath| {
            let descent = path.descent(room, self.committed, member, is_member, sent_away);
            path.holder() == who && descent == Descent::LetIn
        };
        !self.former.contains(&who.seat) && path.is_some_and(is_let_in)
    }
}

/// Whether each of these notices leads on from the room before it, the first one
/// from `room`, whose members are `known`.
pub fn lead_on(notices: &[Notice], room: ClusterId, known: &KnownMembers) -> bool {
    let rooms = std::iter::once(room).chain(notices.iter().map(|notice| notice.cluster()));
    let mut steps = notices.iter().zip(rooms).enumerate();
    !notices.is_empty()
        && steps.all(|(n, (notice, parent))| {
            // Of later rooms only the founder is known.
            let founder = n.checked_sub(1).map(|before| notices[before].child.founder);
            let of_founder = founder.map(|founder| KnownMembers {
                members: BTreeMap::from([(founder.seat, founder.key)]),
                ..KnownMembers::default()
            });
            notice.parent == parent && notice.is_genuine(of_founder.as_ref().unwrap_or(known))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consensus::{Ticket, log_id};

    fn key() -> SigningKey {
        let pair = rcgen::KeyPair::generate().expect("a key");
        SigningKey::from_pkcs8(&pair.serialize_der()).expect("a P-256 key")
    }

    fn holder(seat: NodeId, key: &SigningKey) -> Holder {
        let key = key.public();
        Holder { seat, key }
    }

    /// That somebody has taken the game of a room into one of its own.
    fn continuation(parent: ClusterId, founder: Holder, path: Option<TicketPath>) -> Continuation {
        Continuation {
            parent,
            founder,
            path,
            child: TicketPath::found(founder).1,
            fence: None,
            digest: [7; 32],
            participants: vec![1, 2],
        }
    }

    /// The room that one has founded, and the path of the other, whom that one let in.
    fn let_in(ada: &SigningKey, bob: &SigningKey) -> (ClusterId, TicketPath) {
        let (room, of_ada) = TicketPath::found(holder(1, ada));
        let statement = Ticket::statement(room, holder(2, bob), 5, holder(1, ada));
        let ticket = Ticket {
            holder: holder(2, bob),
            base: 5,
            signature: ada.sign(&statement),
        };
        let of_bob = of_ada.extended_by(ticket).expect("a path");
        (room, of_bob)
    }

    #[test]
    fn only_a_member_says_where_the_game_goes_on() {
        let [ada, bob, eve] = [key(), key(), key()];
        let (room, of_bob) = let_in(&ada, &bob);
        let of_ada = TicketPath {
            tickets: Vec::new(),
            ..of_bob.clone()
        };
        let (_, of_eve) = TicketPath::found(holder(3, &eve));
        let by_bob = |path| continuation(room, holder(2, &bob), path);
        let by_eve = |seat, path| continuation(room, holder(seat, &eve), path);
        let with = |change: &dyn Fn(&mut Continuation)| {
            let mut changed = by_bob(None);
            change(&mut changed);
            changed
        };
        let signed = |one: Continuation| one.signed_by(&bob);
        let unsigned = |change: &dyn Fn(&mut Continuation)| {
            let signature = signed(by_bob(None)).signature();
            with(change).with(signature)
        };
        // What is said; whether who knows Bob believes it, and who knows nobody.
        let cases = [
            (signed(by_bob(None)), true, false),
            (signed(by_bob(Some(of_bob.clone()))), true, true),
            (signed(by_bob(Some(of_ada.clone()))), true, false),
            (by_bob(Some(of_bob.clone())).signed_by(&eve), false, false),
            // Eve is in no room but her own.
            (by_eve(3, None).signed_by(&eve), false, false),
            (by_eve(3, Some(of_eve)).signed_by(&eve), false, false),
            (
                by_eve(3, Some(of_bob.clone())).signed_by(&eve),
                false,
                false,
            ),
            (by_eve(2, None).signed_by(&eve), false, false),
            // Bob cannot say that a room is his that is another's.
            (
                signed(with(&|one| {
                    one.child = TicketPath::found(holder(3, &eve)).1;
                })),
                false,
                false,
            ),
            // It founds the next room itself, and is not let in there.
            (
                signed(with(&|one| one.child.tickets = of_bob.tickets.clone())),
                false,
                false,
            ),
            (
                unsigned(&|one| one.fence = Some(log_id(9, 9))),
                false,
                false,
            ),
            (unsigned(&|one| one.digest = [8; 32]), false, false),
            (unsigned(&|one| one.participants.push(3)), false, false),
            (
                unsigned(&|one| one.parent = ClusterId::random()),
                false,
                false,
            ),
            (unsigned(&|one| one.child.nonce[0] ^= 1), false, false),
        ];
        for (n, (notice, knowing, ignorant)) in cases.into_iter().enumerate() {
            let nobody = KnownMembers::default();
            assert_eq!(notice.is_genuine(&known(&[(2, &bob)])), knowing, "case {n}");
            assert_eq!(notice.is_genuine(&nobody), ignorant, "case {n}");
        }
    }

    /// Those who are members, as far as is known.
    fn known(members: &[(NodeId, &SigningKey)]) -> KnownMembers {
        let members = members.iter().map(|(seat, key)| (*seat, key.public()));
        KnownMembers {
            members: members.collect(),
            ..KnownMembers::default()
        }
    }

    #[test]
    fn who_was_a_member_once_says_nothing_any_more() {
        let [ada, bob] = [key(), key()];
        let (room, of_bob) = let_in(&ada, &bob);
        let notice = continuation(room, holder(2, &bob), Some(of_bob)).signed_by(&bob);
        let of_ada = |committed, former: &[NodeId]| KnownMembers {
            former: former.iter().copied().collect(),
            committed,
            ..known(&[(1, &ada)])
        };
        let cases = [
            // Who has slept since before it came in knows nothing of it.
            (of_ada(Some(5), &[]), true),
            // It would be a member here if it still were one.
            (of_ada(Some(6), &[]), false),
            // It left, although that is not committed yet.
            (of_ada(Some(5), &[2]), false),
            (of_ada(None, &[2]), false),
        ];
        for (n, (known, genuine)) in cases.into_iter().enumerate() {
            assert_eq!(notice.is_genuine(&known), genuine, "case {n}");
            let notices = std::slice::from_ref(&notice);
            assert_eq!(lead_on(notices, room, &known), genuine, "case {n}");
        }
    }

    #[test]
    fn notices_lead_from_room_to_room() {
        let [ada, bob, eve] = [key(), key(), key()];
        let (room, _) = TicketPath::found(holder(1, &ada));
        let first = continuation(room, holder(2, &bob), None).signed_by(&bob);
        // In the next room, which Bob founded in a seat of its own.
        let next =
            |by: &SigningKey| continuation(first.cluster(), holder(2, by), None).signed_by(by);
        let known = known(&[(2, &bob)]);
        let elsewhere = continuation(ClusterId::random(), holder(2, &bob), None).signed_by(&bob);
        let cases = [
            (vec![], false),
            (vec![first.clone()], true),
            (vec![first.clone(), next(&bob)], true),
            (vec![first.clone(), next(&eve)], false),
            (vec![first.clone(), first.clone()], false),
            (vec![next(&bob)], false),
            (vec![elsewhere], false),
        ];
        for (n, (notices, ok)) in cases.into_iter().enumerate() {
            assert_eq!(lead_on(&notices, room, &known), ok, "case {n}");
        }
    }
}
