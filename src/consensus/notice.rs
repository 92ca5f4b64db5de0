//! That the game of a room goes on in another one, signed by who founded that.

use std::ops::Deref;

use super::{
    path::{Holder, TicketPath},
    state::{ClusterId, NodeId},
    types::LogId,
};
use crate::keys::{Kind, PublicKey, Signature, SigningKey, Statement};

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
}

impl Notice {
    /// What stands under it.
    pub fn signature(&self) -> Signature {
        self.signature
    }

    /// Whether a member of the room has signed it: one that `member` knows by its
    /// seat, or that shows how it came in.
    pub fn is_genuine(&self, member: impl Fn(NodeId) -> Option<PublicKey>) -> bool {
        let by_path = || {
            let path = self.path.as_ref();
            path.is_some_and(|path| path.holder() == self.founder && path.leads_into(self.parent))
        };
        let is_member = match member(self.founder.seat) {
            Some(key) => key == self.founder.key,
            None => by_path(),
        };
        is_member
            && self.child.tickets.is_empty()
            && self.child.founder.key == self.founder.key
            && self
                .founder
                .key
                .has_signed(&self.statement(), &self.signature)
    }
}

impl Continuation {
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

/// Whether each of these notices leads on from the room before it, the first one
/// from `room`, whose members `member` knows.
pub fn lead_on(
    notices: &[Notice],
    room: ClusterId,
    member: impl Fn(NodeId) -> Option<PublicKey>,
) -> bool {
    let rooms = std::iter::once(room).chain(notices.iter().map(|notice| notice.cluster()));
    let mut steps = notices.iter().zip(rooms).enumerate();
    !notices.is_empty()
        && steps.all(|(n, (notice, parent))| {
            // Of later rooms only the founder is known.
            let founder = n.checked_sub(1).map(|before| notices[before].child.founder);
            notice.parent == parent
                && notice.is_genuine(|seat| match founder {
                    None => member(seat),
                    Some(founder) => (founder.seat == seat).then_some(founder.key),
                })
        })
}
