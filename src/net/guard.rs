//! Who may call the members' service. Asked before a call's body is read.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc};

use openraft::async_runtime::WatchReceiver as _;
use parking_lot::Mutex;
use tonic::{Request, Status, service::Interceptor};

use super::{
    address_book::AddressBook,
    header::{Header, went_on_in},
    messages::{Caller, PROTOCOL, REPLACED, RoomKey, Visitor},
    service::Handler,
};
use crate::{consensus::NodeId, game::PeerId};

/// Checks the header of every call, and notes who calls.
pub(super) struct Guard<H> {
    pub(super) handler: Arc<H>,
    pub(super) book: Arc<AddressBook>,
    pub(super) sessions: Sessions,
}

// Derived, it would ask for `H: Clone`.
impl<H> Clone for Guard<H> {
    fn clone(&self) -> Self {
        Self {
            handler: Arc::clone(&self.handler),
            book: Arc::clone(&self.book),
            sessions: self.sessions.clone(),
        }
    }
}

impl<H: Handler> Interceptor for Guard<H> {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        let visitor = *request
            .extensions()
            .get::<Visitor>()
            .ok_or_else(|| Status::unauthenticated("no client certificate"))?;
        let header = Header::read(request.metadata())
            .ok_or_else(|| Status::unauthenticated("only members of a room can call this"))?;
        if let Some(answer) = self.is_left_behind(&header) {
            return Err(answer);
        }
        let seat = self.handler.seat();
        let known = seat.as_ref().and_then(|seat| {
            let metrics = seat.raft.server_metrics();
            let metrics = metrics.borrow_watched();
            let member = metrics.membership_config.get_node(&header.from);
            member.map(|member| member.peer_id)
        });
        let called = seat.as_ref().map(|seat| (&seat.key, seat.node_id));
        check(&header, called, visitor.peer_id, known)?;
        let listens_at = SocketAddr::new(visitor.remote.ip(), header.listen_port);
        match self.sessions.note(header.from, header.session) {
            Start::Newest => self.book.hint(visitor.peer_id, listens_at),
            // Wherever it was before, it is here now.
            Start::New => self.book.confirm(visitor.peer_id, listens_at),
            Start::Old => return Err(Status::already_exists(REPLACED)),
        }
        request.extensions_mut().insert(Caller {
            node_id: header.from,
            peer_id: visitor.peer_id,
        });
        if let Some(seat) = seat {
            request.extensions_mut().insert(seat);
        }
        Ok(request)
    }
}

/// The starts that each seat was used by. A seat that is used by two at once
/// was copied with its disk: both would vote. The one that came last goes on.
/// Clones share it.
#[derive(Clone, Default)]
pub(super) struct Sessions(Arc<Mutex<BTreeMap<NodeId, Vec<u64>>>>);

/// How many seats and how many starts of one are remembered.
const MAX_SESSIONS: usize = 256;

/// A start of a seat, among those that are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Start {
    /// Not known before.
    New,
    /// The last one.
    Newest,
    /// Another came after it.
    Old,
}

impl Sessions {
    fn note(&self, seat: NodeId, session: u64) -> Start {
        let mut seats = self.0.lock();
        if seats.len() >= MAX_SESSIONS && !seats.contains_key(&seat) {
            seats.clear();
        }
        let sessions = seats.entry(seat).or_default();
        if sessions.last() == Some(&session) {
            return Start::Newest;
        }
        if sessions.contains(&session) {
            return Start::Old;
        }
        if sessions.len() >= MAX_SESSIONS {
            sessions.remove(0);
        }
        sessions.push(session);
        Start::New
    }
}

impl<H: Handler> Guard<H> {
    /// The answer to a call into a room that went on elsewhere: for those who
    /// knew its secret only.
    fn is_left_behind(&self, header: &Header) -> Option<Status> {
        let (key, continued_in) = self.handler.continued(header.cluster_id)?;
        if !key.opened_by(&header.secret) {
            return None;
        }
        Some(went_on_in(continued_in))
    }
}

/// The rules, for the seat that we have. The caller's place in our membership is
/// none of them: a seat that slept must accept a leader it never heard of. But a
/// seat we know must be spoken for by the peer we know.
fn check(
    header: &Header,
    seat: Option<(&RoomKey, NodeId)>,
    peer: PeerId,
    known: Option<PeerId>,
) -> Result<(), Status> {
    if header.protocol != PROTOCOL {
        return Err(Status::failed_precondition(format!(
            "this computer speaks protocol {}, not {}",
            PROTOCOL, header.protocol
        )));
    }
    let elsewhere = || Status::not_found("this computer is not in that room");
    let (key, node_id) = seat.ok_or_else(elsewhere)?;
    if key.cluster_id != header.cluster_id {
        return Err(elsewhere());
    }
    if !key.opened_by(&header.secret) {
        return Err(Status::permission_denied("wrong room secret"));
    }
    if node_id != header.to {
        return Err(Status::not_found("that seat no longer exists"));
    }
    if header.from == header.to || known.is_some_and(|known| known != peer) {
        return Err(Status::permission_denied("that is another player's seat"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consensus::ClusterId;
    use tonic::Code;

    #[test]
    fn every_mismatch_is_refused() {
        let key = RoomKey::random();
        let known = PeerId::new([1; 32]);
        let good = Header::new(&key, 1, 2, 4000, 5);
        let with = |change: fn(&mut Header)| {
            let mut header = good.clone();
            change(&mut header);
            header
        };
        let table = [
            ("a member", good.clone(), known, None),
            (
                "a leader never heard of",
                with(|h| h.from = 9),
                PeerId::new([9; 32]),
                None,
            ),
            (
                "a seat of somebody else",
                good.clone(),
                PeerId::new([9; 32]),
                Some(Code::PermissionDenied),
            ),
            (
                "our own seat",
                with(|h| h.from = 2),
                known,
                Some(Code::PermissionDenied),
            ),
            (
                "another protocol",
                with(|h| h.protocol = 99),
                known,
                Some(Code::FailedPrecondition),
            ),
            (
                "another room",
                with(|h| h.cluster_id = ClusterId::random()),
                known,
                Some(Code::NotFound),
            ),
            (
                "another seat",
                with(|h| h.to = 7),
                known,
                Some(Code::NotFound),
            ),
            (
                "no secret",
                with(|h| h.secret.clear()),
                known,
                Some(Code::PermissionDenied),
            ),
            (
                "a wrong secret",
                with(|h| h.secret[31] ^= 1),
                known,
                Some(Code::PermissionDenied),
            ),
            (
                "a longer secret",
                with(|h| h.secret.push(0)),
                known,
                Some(Code::PermissionDenied),
            ),
        ];
        for (what, header, peer, want) in table {
            let known = (header.from == 1).then_some(known);
            let got = check(&header, Some((&key, 2)), peer, known);
            assert_eq!(got.err().map(|status| status.code()), want, "{what}");
        }
        let nowhere = check(&good, None, known, None);
        assert_eq!(nowhere.err().map(|s| s.code()), Some(Code::NotFound));
    }

    #[test]
    fn of_two_copies_of_a_seat_the_last_goes_on() {
        let sessions = Sessions::default();
        let calls = [
            (1, 10, Start::New),
            (1, 10, Start::Newest),
            (2, 20, Start::New),
            (1, 11, Start::New),
            (1, 10, Start::Old),
            (1, 11, Start::Newest),
            (2, 20, Start::Newest),
            (1, 12, Start::New),
            (1, 11, Start::Old),
        ];
        for (n, (seat, session, expected)) in calls.into_iter().enumerate() {
            assert_eq!(sessions.note(seat, session), expected, "call {n}");
        }
    }
}
