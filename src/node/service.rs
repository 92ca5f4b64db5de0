//! What a node answers to others.

use std::{collections::BTreeSet, net::SocketAddr, sync::Arc};

use super::{
    entry::seating::JOIN_TIMEOUT,
    leader::membership,
    recovery::{continuation, keeper},
    seat::Seat,
    shared::Shared,
};
use crate::{
    consensus::{ClusterId, GameCommand, MAX_MEMBERS, Mark, NodeId, Notice, codec},
    game::{Action, Door, Name, PeerId},
    net::{
        About, Admission, Caller, Committed, Handler, Newcomer, Refusal, Refused, RoomInfo,
        SeatAccess, Survey, Visitor,
    },
};

/// Answers the calls of others.
pub struct Service(pub Arc<Shared>);

impl Service {
    /// The seat that a member calls. It may have been replaced since it was checked
    /// who calls, and the next one knows others.
    fn called_seat(&self, caller: Caller) -> Result<Arc<Seat>, Refused> {
        let seat = self.0.current_seat();
        let called = seat.filter(|seat| seat.node_id() == caller.to);
        called.ok_or_else(no_such_room)
    }

    /// The same for what only the leader does.
    fn seat_leading(&self, caller: Caller) -> Result<Arc<Seat>, Refused> {
        must_lead(self.called_seat(caller)?)
    }

    /// The same for a call of a newcomer's.
    fn seat_leading_in(&self, room: ClusterId) -> Result<Arc<Seat>, Refused> {
        let seat = self.0.current_seat();
        let called = seat.filter(|seat| seat.cluster_id == room);
        must_lead(called.ok_or_else(no_such_room)?)
    }
}

fn must_lead(seat: Arc<Seat>) -> Result<Arc<Seat>, Refused> {
    if seat.node.is_leader() {
        Ok(seat)
    } else {
        Err(seat.not_leader())
    }
}

async fn spawned<T: Send + 'static>(
    work: impl Future<Output = Result<T, Refused>> + Send + 'static,
) -> Result<T, Refused> {
    tokio::spawn(work)
        .await
        .unwrap_or_else(|e| Err(Refusal::Busy.because(e.to_string())))
}

/// Refuses somebody whom the door does not let in.
fn must_be_open(seat: &Seat, peer: PeerId) -> Result<(), Refused> {
    match seat.node.state().game().door(&peer) {
        Door::Open => Ok(()),
        Door::Locked => {
            Err(Refusal::Knocking.because("this room is locked; asking its owner to let you in"))
        }
        Door::Refused => Err(Refusal::NotLetIn.because("the owner of the room did not let you in")),
        Door::Removed => Err(Refusal::Removed
            .because("The owner of the room removed you; ask them to let you in again.")),
    }
}

fn no_such_room() -> Refused {
    Refusal::NoSuchRoom.because("this computer is no longer in that room")
}

impl Handler for Service {
    fn seat(&self) -> Option<SeatAccess> {
        self.0.current_seat().map(|seat| seat.access())
    }

    fn has_left(&self, room: ClusterId) -> bool {
        !self.0.went_on(room).is_empty()
    }

    fn went_on(&self, room: ClusterId) -> Vec<Notice> {
        self.0.went_on(room)
    }

    fn ask_others(&self) {
        let Some(seat) = self.0.current_seat() else {
            return;
        };
        if seat.node.membership().nodes().next().is_some() && seat.is_asking.try_lock().is_ok() {
            let shared = Arc::clone(&self.0);
            tokio::spawn(async move {
                if let Ok(_asking) = seat.is_asking.try_lock() {
                    keeper::survey(&shared, &seat, false).await;
                }
            });
        }
    }

    fn is_known(&self, peer: PeerId) -> bool {
        let seat = self.0.current_seat();
        let is_member = seat.is_some_and(|seat| {
            let membership = seat.node.membership();
            let mut members = membership.nodes();
            members.any(|(_, member)| member.peer_id == peer) || seat.contact.has_introduced(&peer)
        });
        is_member || self.0.env.met.read().last(&peer).is_some()
    }

    fn on_last_disconnect(&self, peer: PeerId) {
        let Some(seat) = self.0.current_seat() else {
            return;
        };
        let leader = seat.node.leader().and_then(|id| seat.member(id));
        if leader.is_some_and(|leader| leader.peer_id == peer) {
            tracing::info!("the leader has hung up");
            let shared = Arc::clone(&self.0);
            tokio::spawn(async move {
                // Voters are connected to their leader only: while its lease
                // runs out there is time to connect to each other.
                let connecting = keeper::survey(&shared, &seat, false);
                futures::join!(keeper::hurry_election(&seat), connecting);
            });
        }
    }

    fn about(&self) -> About {
        About {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            name: self.0.name(),
            room: self.0.current_seat().map(|seat| RoomInfo {
                cluster_id: seat.cluster_id,
                room: seat.room.clone(),
                players: u32::try_from(seat.node.membership().nodes().count()).unwrap_or(u32::MAX),
                phase: seat.node.state().game().phase(),
                leader_id: seat.node.leader(),
                node_id: seat.node_id(),
                path: seat.credentials.path(),
            }),
            gossip_port: self.0.env.gossip.as_ref().map(|gossip| gossip.port),
            rules: self.0.env.peers.rules(),
        }
    }

    async fn join(
        &self,
        visitor: Visitor,
        room: ClusterId,
        name: Name,
        rules: u32,
    ) -> Result<Admission, Refused> {
        if !self.is_known(visitor.peer_id) && self.0.joins.is_too_much(visitor.remote.ip()) {
            return Err(Refusal::Busy.because("too many players are joining at once; try again"));
        }
        if visitor.peer_id == self.0.env.me {
            return Err(Refusal::NotAMember.because(
                "you are already in this room with a copy of this profile; start with another --profile",
            ));
        }
        let seat = self.seat_leading_in(room)?;
        if !seat.has_quorum() {
            return Err(
                Refusal::NoQuorum.because("most players of that room cannot be reached right now")
            );
        }
        let state = seat.node.state();
        membership::must_know_rules(rules, &state)?;
        if state.game().door(&visitor.peer_id) == Door::Locked {
            seat.lead.knocks.note(visitor.peer_id, name.clone());
        }
        must_be_open(&seat, visitor.peer_id)?;
        let membership = seat.node.membership();
        let others = membership
            .nodes()
            .filter(|(_, member)| member.peer_id != visitor.peer_id);
        if others.count() >= MAX_MEMBERS {
            return Err(Refusal::RoomFull.because(format!("all {MAX_MEMBERS} seats are taken")));
        }
        tracing::info!("{name:?} ({}) is let in", visitor.peer_id.short());
        Ok(Admission {
            room: seat.room.clone(),
            node_id: seat.node_id(),
        })
    }

    async fn enter(
        &self,
        at: SocketAddr,
        room: ClusterId,
        newcomer: Newcomer,
    ) -> Result<u64, Refused> {
        let seat = self.seat_leading_in(room)?;
        let peer = newcomer.key.peer_id();
        must_be_open(&seat, peer)?;
        let book = self.0.env.peers.book();
        book.confirm(peer, at);
        book.hint_all(peer, &newcomer.addrs);
        // On its own: a caller that hangs up must not leave it half done.
        spawned(async move { membership::admit(&seat, newcomer).await }).await
    }

    async fn propose(&self, caller: Caller, command: GameCommand) -> Result<Committed, Refused> {
        let seat = self.seat_leading(caller)?;
        seat.lead.commands.count(caller.peer_id)?;
        if !command.is_genuine(seat.cluster_id, &codec::digest(&command)) {
            return Err(Refusal::NotAMember.because("that command is not signed by its player"));
        }
        if matches!(command.action, Action::Say(_)) {
            seat.lead.talk.count(caller.peer_id)?;
        }
        seat.commit_here(command).await
    }

    async fn read_index(&self, caller: Caller) -> Result<u64, Refused> {
        self.seat_leading(caller)?.read_index().await
    }

    async fn leave(&self, caller: Caller) -> Result<(), Refused> {
        let seat = self.seat_leading(caller)?;
        spawned(async move { membership::dismiss(&seat, caller.node_id).await }).await
    }

    async fn survey(&self, caller: Caller, freeze: bool, applied: Mark) -> Result<Survey, Refused> {
        let seat = self.called_seat(caller)?;
        // A sole voter that has just started leads without asking anybody, so
        // keeping still would not keep it from acknowledging.
        let alone = seat.node.is_sole_voter();
        let plays = seat.has_quorum() || alone;
        if freeze && !plays {
            seat.contact.freeze(self.0.env.timing.freeze);
        }
        Ok(Survey {
            plays,
            leads: alone || seat.node.is_leader(),
            last_log_id: seat.node.last_log_id().await,
            applied: seat.node.mark(),
            proof: seat.node.state().proof_of(&caller.peer_id),
            agrees: seat.node.agrees(applied),
            removals: seat.node.state().removals().cloned().collect(),
        })
    }

    async fn carry_on(
        &self,
        caller: Caller,
        participants: BTreeSet<NodeId>,
    ) -> Result<Notice, Refused> {
        let seat = self.called_seat(caller)?;
        let shared = Arc::clone(&self.0);
        let founding = async move { continuation::found_next(&shared, &seat, &participants).await };
        spawned(founding).await
    }

    fn follow(&self, caller: Caller, notice: Notice) {
        let Ok(seat) = self.called_seat(caller) else {
            return;
        };
        let (cluster, by) = (notice.cluster(), caller.peer_id);
        let may_follow = continuation::may_follow(&seat, &notice, caller.node_id);
        // If it took longer than we kept still, the missing may be back: what is
        // acknowledged here since then is not known there.
        let is_stuck = continuation::is_stuck(&seat);
        if let Some(why) = may_follow
            .err()
            .or((!is_stuck).then_some("this room is played"))
        {
            tracing::info!("not followed into {cluster}: {why}");
            return;
        }
        seat.contact.freeze(JOIN_TIMEOUT);
        let shared = Arc::clone(&self.0);
        tokio::spawn(async move {
            match continuation::follow_founder(&shared, &seat, &notice, by).await {
                Ok(_) => {
                    // Or the player has left meanwhile.
                    let now = shared.current_seat();
                    if now.is_some_and(|now| now.cluster_id == cluster) {
                        tracing::info!("followed into {cluster}");
                    }
                }
                Err(e) => {
                    tracing::warn!("cannot follow into {cluster}: {e}");
                    seat.contact.hear_continued(by, vec![notice]);
                    seat.contact.thaw();
                }
            }
        });
    }
}
