//! Asks before a call's body is read whether its caller may make it, and notes who
//! calls.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use openraft::async_runtime::WatchReceiver as _;
use tokio::time::Instant;
use tonic::{Request, Status, service::Interceptor};

use super::{
    address_book::AddressBook,
    authority::{Knowledge, Role, check_target, role_of},
    call::{Refusal, Refused},
    header::Header,
    messages::{Caller, REPLACED, Start, Visitor},
    seat_access::SeatAccess,
    service::Handler,
};
use crate::{
    consensus::{Descent, Holder, Membership, TicketPath},
    game::PeerId,
    keys::PublicKey,
};

/// A leader that was not heard for so long may have been replaced by anybody.
const SILENCE: Duration = Duration::from_secs(1);

/// Checks the header of every call, and notes who calls.
pub(super) struct Guard<H> {
    pub(super) handler: Arc<H>,
    pub(super) book: Arc<AddressBook>,
}

// Derived, it would ask for `H: Clone`.
impl<H> Clone for Guard<H> {
    fn clone(&self) -> Self {
        Self {
            handler: Arc::clone(&self.handler),
            book: Arc::clone(&self.book),
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
        if self.handler.has_left(header.cluster_id) {
            let text = "the game continued in another room";
            return Err(Refusal::Continued.because(text).into());
        }
        let seat = self.handler.seat();
        let called = seat.as_ref().map(|seat| (seat.cluster_id, seat.node_id));
        check_target(&header, called)?;
        if let Some(seat) = seat {
            let (role, key) = seat.recognize(&header, visitor.peer_id)?;
            let listens_at = SocketAddr::new(visitor.remote.ip(), header.listen_port);
            if seat.is_new_start(header.start, &key)? {
                // Wherever it was before, it is here now.
                self.book.confirm(visitor.peer_id, listens_at);
            } else {
                self.book.hint(visitor.peer_id, listens_at);
            }
            let caller = Caller {
                node_id: header.start.seat,
                peer_id: visitor.peer_id,
                to: seat.node_id,
            };
            let extensions = request.extensions_mut();
            extensions.insert(caller);
            extensions.insert(role);
            extensions.insert(seat);
        }
        Ok(request)
    }
}

impl SeatAccess {
    /// What the caller of a call that the guard let through is here now.
    pub(super) fn role_of_caller<T>(&self, call: &Request<T>) -> Result<Role, Status> {
        let nobody = || Status::unauthenticated("only members of a room can call this");
        let visitor = call.extensions().get::<Visitor>().ok_or_else(nobody)?;
        let header = Header::read(call.metadata()).ok_or_else(nobody)?;
        Ok(self.recognize(&header, visitor.peer_id)?.0)
    }

    /// What a caller is here, and its key.
    fn recognize(&self, header: &Header, peer: PeerId) -> Result<(Role, PublicKey), Refused> {
        let metrics = self.raft.server_metrics();
        let metrics = metrics.borrow_watched();
        let newest = &metrics.membership_config;
        let from = header.start.seat;
        if self.contact.is_coming_in() && self.log.path_of(self.node_id).is_some() {
            self.contact.came_in();
        }
        let here = Knowledge {
            node_id: self.node_id,
            newest,
            committed: &metrics.committed_membership_config,
            vote: metrics.vote,
            followed: self.contact.followed(),
            is_led: match metrics.current_leader {
                None => false,
                Some(leader) if leader == self.node_id => true,
                Some(leader) => leader != from && self.contact.age() < SILENCE,
            },
            introduced: self.contact.introduced((from, peer), *newest.log_id()),
        };
        let (role, key) = role_of(from, peer, &here)?;
        if matches!(role, Role::Member { .. }) && metrics.current_leader == Some(from) {
            self.contact
                .follow(metrics.vote, Holder { seat: from, key });
        }
        Ok((role, key))
    }

    /// Takes note of how a seat came in that is in no membership here.
    ///
    /// # Errors
    /// If its path does not lead into this cluster; or if the membership here is
    /// new enough to know that it is no member any more.
    pub(super) fn introduce(&self, path: &TicketPath, peer: PeerId) -> Result<(), Refused> {
        // What is heard while the path is looked at comes after it.
        let now = Instant::now();
        let holder = path.holder();
        if holder.key.peer_id() != peer {
            return Err(Refusal::NotAMember.because("that is another player's path"));
        }
        let metrics = self.raft.server_metrics();
        let metrics = metrics.borrow_watched();
        let newest = metrics.membership_config.membership();
        let committed = &metrics.committed_membership_config;
        let member = |seat| {
            let of = |membership: &Membership| membership.get_node(&seat).map(|m| m.peer_id);
            of(newest).or_else(|| of(committed.membership()))
        };
        let since = committed.log_id().map(|log_id| log_id.index);
        if newest.nodes().next().is_none() && self.contact.waits_for_other(holder.seat) {
            return Err(Refusal::Busy.because("this seat is being taken by somebody else"));
        }
        #[cfg(feature = "simulation")]
        let since = since.filter(|_| !crate::planted::Bug::AnyCaller.is_planted());
        let is_member = |peer| {
            let memberships = [newest, committed.membership()];
            let mut members = memberships.into_iter().flat_map(|m| m.nodes());
            members.any(|(_, member)| member.peer_id == peer)
        };
        // Nobody can tell from a path whether it was signed before that; other members may.
        // Only that counts here, not that most voters name somebody: an introduction is not
        // looked at again when their word changes.
        let is_vouched_for = self.contact.is_vouched_for(&peer);
        let sent_away = |peer: PeerId| {
            self.contact.removals().sent_away_since(&peer).is_some() && !is_vouched_for
        };
        match path.descent(self.cluster_id, since, member, is_member, sent_away) {
            Descent::LetIn => {
                let membership = *metrics.membership_config.log_id();
                self.contact.introduce(holder, membership, now);
                Ok(())
            }
            Descent::Gone => {
                // Another seat of the same player has taken its place, maybe.
                let mut seats = newest.nodes().filter(|(_, m)| m.peer_id == peer);
                let start = seats.find_map(|(seat, _)| self.contact.start_of(*seat));
                Err(match start {
                    Some(start) => Refusal::Replaced.because(REPLACED).proven_by(start),
                    None => Refusal::NotAMember
                        .because("you are no longer a member of this room; join it again"),
                })
            }
            Descent::Forged => {
                Err(Refusal::NotAMember.because("that path leads into another room"))
            }
        }
    }

    /// Notes a start of a caller's program; whether it is new here.
    ///
    /// # Errors
    /// If another start of the same seat plays: it was copied with its disk, and
    /// both would vote. The later one goes on.
    fn is_new_start(&self, start: Start, key: &PublicKey) -> Result<bool, Refused> {
        let known = self.contact.start_of(start.seat);
        match known {
            Some(known) if known.session == start.session => return Ok(false),
            // Whoever can name a seat could have said that before its holder was known here.
            Some(known)
                if known.session > start.session && known.is_signed_by(key, self.cluster_id) =>
            {
                let replaced = Refusal::Replaced.because(REPLACED);
                return Err(replaced.proven_by(known));
            }
            _ => {}
        }
        if !start.is_signed_by(key, self.cluster_id) {
            return Err(Refusal::NotAMember.because("the start of the program is not signed"));
        }
        self.contact.note_start(start);
        Ok(true)
    }
}
