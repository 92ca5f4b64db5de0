//! What a seat shows of itself to others.

use std::sync::Arc;

use super::{
    contact::Contact,
    header::Header,
    identity::Identity,
    messages::{PROTOCOL, Start},
};
use crate::{
    consensus::{ClusterId, KnownMembers, LogStore, NodeId, TicketPath},
    keys::PublicKey,
};

/// A seat as it shows itself to others. Cheap to clone.
#[derive(Clone)]
pub struct Credentials(Arc<Inner>);

struct Inner {
    cluster_id: ClusterId,
    key: PublicKey,
    start: Start,
    log: LogStore,
    contact: Contact,
}

impl Credentials {
    /// Those of a seat whose log is `log`, in the start `session` of the program, and
    /// who knows of the others what `contact` says.
    pub fn new(
        identity: &Identity,
        cluster_id: ClusterId,
        node_id: NodeId,
        session: u64,
        log: LogStore,
        contact: Contact,
    ) -> Self {
        let statement = Start::statement(cluster_id, node_id, session);
        Self(Arc::new(Inner {
            cluster_id,
            key: identity.key().public(),
            start: Start {
                seat: node_id,
                session,
                signature: identity.key().sign(&statement),
            },
            log,
            contact,
        }))
    }

    /// How the seat came into the room, by the newest membership in its log that says so:
    /// a leader that lies could leave that out.
    pub fn path(&self) -> Option<TicketPath> {
        self.0.log.path_of(self.0.start.seat)
    }

    /// Whether this is a later start of the same player's, in this seat or another
    /// one of the room.
    pub(super) fn is_overtaken_by(&self, start: &Start) -> bool {
        start.session > self.0.start.session && start.is_signed_by(&self.0.key, self.0.cluster_id)
    }

    /// All members that are known here, and whom owners have sent away.
    pub fn known_members(&self) -> KnownMembers {
        KnownMembers {
            sent_away: self.0.contact.sent_away(),
            ..self.0.log.known_members()
        }
    }

    /// Whether a member votes, by the newest membership here.
    pub(super) fn is_voter(&self, seat: NodeId) -> bool {
        self.0.log.is_voter(seat)
    }

    pub(super) fn cluster_id(&self) -> ClusterId {
        self.0.cluster_id
    }

    pub(super) fn node_id(&self) -> NodeId {
        self.0.start.seat
    }

    pub(super) fn header(&self, to: NodeId, listen_port: u16) -> Header {
        Header {
            protocol: PROTOCOL,
            cluster_id: self.0.cluster_id,
            to,
            start: self.0.start,
            listen_port,
        }
    }
}
