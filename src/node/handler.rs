//! What a node answers to others.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::Instant,
};

use super::{Timing, seat::Seat};
use crate::{
    consensus::{Command, Member},
    discovery::{Interfaces, own_addresses},
    game::{Name, PeerId},
    net::{
        About, Admission, Caller, ClusterId, Committed, Handler, MAX_MEMBERS, Peers, ProposeError,
        Refusal, Refused, RoomInfo, SeatAccess, Visitor,
    },
};

/// How many strangers may knock in a second. A class that joins at once
/// spreads over a few; a program that floods us gets "busy".
const JOINS_PER_SECOND: u32 = 40;

/// What the node's parts share.
pub(super) struct Shared {
    pub(super) me: PeerId,
    pub(super) peers: Peers,
    pub(super) timing: Timing,
    pub(super) interfaces: Interfaces,
    pub(super) port: u16,
    name: RwLock<Name>,
    seat: RwLock<Option<Arc<Seat>>>,
    joins: Mutex<(Instant, u32)>,
}

impl Shared {
    pub(super) fn new(
        me: PeerId,
        name: Name,
        peers: Peers,
        timing: Timing,
        interfaces: Interfaces,
        port: u16,
    ) -> Self {
        Self {
            me,
            peers,
            timing,
            interfaces,
            port,
            name: RwLock::new(name),
            seat: RwLock::new(None),
            joins: Mutex::new((Instant::now(), 0)),
        }
    }

    pub(super) fn name(&self) -> Name {
        let name = self.name.read().unwrap_or_else(PoisonError::into_inner);
        name.clone()
    }

    pub(super) fn set_name(&self, name: Name) {
        *self.name.write().unwrap_or_else(PoisonError::into_inner) = name;
    }

    pub(super) fn current_seat(&self) -> Option<Arc<Seat>> {
        let seat = self.seat.read().unwrap_or_else(PoisonError::into_inner);
        seat.clone()
    }

    pub(super) fn set_seat(&self, seat: Option<Arc<Seat>>) {
        *self.seat.write().unwrap_or_else(PoisonError::into_inner) = seat;
    }

    /// Where others may reach us.
    pub(super) fn addrs(&self) -> Vec<SocketAddr> {
        let mut addrs = own_addresses(&self.interfaces, self.port);
        addrs.truncate(crate::consensus::codec::MAX_ADDRS - 1);
        if addrs.is_empty() {
            // No network at all: seats on this computer can still play.
            addrs.push(SocketAddr::from(([127, 0, 0, 1], self.port)));
        }
        addrs
    }

    fn leading_seat(&self) -> Result<Arc<Seat>, Refused> {
        let seat = self.current_seat().ok_or_else(no_such_room)?;
        if seat.leads() {
            Ok(seat)
        } else {
            Err(seat.not_leader())
        }
    }

    fn is_flooded(&self) -> bool {
        let mut joins = self.joins.lock().unwrap_or_else(PoisonError::into_inner);
        if joins.0.elapsed().as_secs() >= 1 {
            *joins = (Instant::now(), 0);
        }
        joins.1 += 1;
        joins.1 > JOINS_PER_SECOND
    }
}

async fn spawned<T: Send + 'static>(
    work: impl Future<Output = Result<T, Refused>> + Send + 'static,
) -> Result<T, Refused> {
    tokio::spawn(work)
        .await
        .unwrap_or_else(|e| Err(Refusal::Busy.because(e.to_string())))
}

fn no_such_room() -> Refused {
    Refusal::NoSuchRoom.because("that room is not played here any more")
}

impl Handler for Shared {
    fn seat(&self) -> Option<SeatAccess> {
        self.current_seat().map(|seat| seat.access())
    }

    fn about(&self) -> About {
        About {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            name: self.name(),
            room: self.current_seat().map(|seat| RoomInfo {
                cluster_id: seat.key.cluster_id,
                room: seat.room.clone(),
                players: u32::try_from(seat.membership().nodes().count()).unwrap_or(u32::MAX),
                phase: seat.state().game().phase(),
                leader_id: seat.leader(),
            }),
        }
    }

    async fn join(
        &self,
        visitor: Visitor,
        room: ClusterId,
        name: Name,
    ) -> Result<Admission, Refused> {
        if self.is_flooded() {
            return Err(Refusal::Busy.because("too many want to join at once; try again"));
        }
        let seat = self.current_seat().ok_or_else(no_such_room)?;
        if seat.key.cluster_id != room {
            return Err(no_such_room());
        }
        if visitor.peer_id == self.me {
            return Err(Refusal::NotAMember.because(
                "you are in this room already, with a copy of the same profile; start with another one",
            ));
        }
        if !seat.leads() {
            return Err(seat.not_leader());
        }
        if !seat.has_quorum() {
            return Err(
                Refusal::NoQuorum.because("most players of that room cannot be reached just now")
            );
        }
        let membership = seat.membership();
        let others = membership
            .nodes()
            .filter(|(_, member)| member.peer_id != visitor.peer_id);
        if others.count() >= MAX_MEMBERS {
            return Err(Refusal::RoomFull.because(format!("all {MAX_MEMBERS} seats are taken")));
        }
        tracing::info!("{name} ({}) is let in", visitor.peer_id.short());
        Ok(Admission {
            room: seat.room.clone(),
            key: seat.key,
            node_id: seat.node_id,
        })
    }

    async fn enter(&self, caller: Caller, addrs: Vec<String>) -> Result<u64, Refused> {
        let seat = self.leading_seat()?;
        self.peers.book().hint_all(caller.peer_id, &addrs);
        let member = Member {
            peer_id: caller.peer_id,
            addrs,
        };
        // On its own: a caller that hangs up must not leave it half done.
        spawned(async move { seat.admit(caller.node_id, member).await }).await
    }

    async fn propose(&self, caller: Caller, command: Command) -> Result<Committed, ProposeError> {
        let refuse = |refused| ProposeError {
            refused,
            maybe_appended: false,
        };
        let seat = self.leading_seat().map_err(refuse)?;
        let member = seat.member(caller.node_id);
        if member.is_none_or(|member| member.peer_id != caller.peer_id) {
            let message = "your seat was given up; join the room again";
            return Err(refuse(Refusal::NotAMember.because(message)));
        }
        seat.commit_here(command).await
    }

    async fn leave(&self, caller: Caller) -> Result<(), Refused> {
        let seat = self.leading_seat()?;
        match seat.member(caller.node_id) {
            Some(member) if member.peer_id == caller.peer_id => {
                spawned(async move { seat.dismiss(caller.node_id).await }).await
            }
            Some(_) => Err(Refusal::NotAMember.because("that seat is somebody else's")),
            // The answer to the first request was lost.
            None => Ok(()),
        }
    }
}
