//! What a node answers to others.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    entry::seating::JOIN_TIMEOUT,
    leader::membership,
    recovery::{continuation, keeper},
    seat::Seat,
    shared::Shared,
};
use crate::{
    consensus::{ClusterId, GameCommand, Member, NodeId},
    game::{Action, Door, Name, PeerId},
    net::{
        About, Admission, Caller, Committed, Handler, MAX_MEMBERS, REPLACED, Refusal, Refused,
        RoomInfo, RoomKey, SeatAccess, Survey, Visitor,
    },
};

/// Answers the calls of others.
pub struct Service(pub Arc<Shared>);

impl Service {
    fn leading_seat(&self) -> Result<Arc<Seat>, Refused> {
        let seat = self.0.current_seat().ok_or_else(no_such_room)?;
        if seat.node.is_leader() {
            Ok(seat)
        } else {
            Err(seat.not_leader())
        }
    }

    /// The same for a call that only a member may make.
    fn seat_leading(&self, caller: Caller) -> Result<Arc<Seat>, Refused> {
        let seat = self.leading_seat()?;
        let member = seat.member(caller.node_id);
        if member.is_some_and(|member| member.peer_id == caller.peer_id) {
            return Ok(seat);
        }
        Err(if seat.has_member(&caller.peer_id) {
            Refusal::Replaced.because(REPLACED)
        } else {
            Refusal::NotAMember.because("you are no longer a member of this room; join it again")
        })
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

    fn continued(&self, room: ClusterId) -> Option<(RoomKey, ClusterId)> {
        self.0.continued_in(room)
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
                cluster_id: seat.key.cluster_id,
                room: seat.room.clone(),
                players: u32::try_from(seat.node.membership().nodes().count()).unwrap_or(u32::MAX),
                phase: seat.node.state().game().phase(),
                leader_id: seat.node.leader(),
                node_id: seat.node_id(),
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
        if self.0.is_flooded() {
            return Err(Refusal::Busy.because("too many players are joining at once; try again"));
        }
        let seat = self.0.current_seat().ok_or_else(no_such_room)?;
        if seat.key.cluster_id != room {
            return Err(no_such_room());
        }
        if visitor.peer_id == self.0.env.me {
            return Err(Refusal::NotAMember.because(
                "you are already in this room with a copy of this profile; start with another --profile",
            ));
        }
        if !seat.node.is_leader() {
            return Err(seat.not_leader());
        }
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
            key: seat.key,
            node_id: seat.node_id(),
        })
    }

    async fn enter(&self, caller: Caller, addrs: Vec<String>, rules: u32) -> Result<u64, Refused> {
        let seat = self.leading_seat()?;
        // The room's secret alone opens no locked door.
        must_be_open(&seat, caller.peer_id)?;
        self.0.env.peers.book().hint_all(caller.peer_id, &addrs);
        let member = Member {
            peer_id: caller.peer_id,
            addrs,
        };
        // On its own: a caller that hangs up must not leave it half done.
        spawned(async move { membership::admit(&seat, caller.node_id, member, rules).await }).await
    }

    async fn propose(&self, caller: Caller, command: GameCommand) -> Result<Committed, Refused> {
        let seat = self.seat_leading(caller)?;
        if matches!(command.action, Action::Say(_)) {
            seat.lead.talk.count(caller.peer_id)?;
        }
        seat.commit_here(command).await
    }

    async fn read_index(&self, caller: Caller) -> Result<u64, Refused> {
        self.seat_leading(caller)?.read_index().await
    }

    async fn leave(&self, caller: Caller) -> Result<(), Refused> {
        let seat = self.leading_seat()?;
        match seat.member(caller.node_id) {
            Some(member) if member.peer_id == caller.peer_id => {
                spawned(async move { membership::dismiss(&seat, caller.node_id).await }).await
            }
            Some(_) => Err(Refusal::NotAMember.because("that is another player's seat")),
            // The answer to the first request was lost.
            None => Ok(()),
        }
    }

    async fn survey(&self, caller: Caller, freeze: bool) -> Result<Survey, Refused> {
        let seat = self.0.current_seat().ok_or_else(no_such_room)?;
        // A sole voter that has just started leads without asking anybody, so
        // keeping still would not keep it from acknowledging.
        let plays = seat.has_quorum() || seat.node.is_sole_voter();
        if freeze && !plays {
            seat.contact.freeze(self.0.env.timing.freeze);
        }
        let knows_you = seat.member(caller.node_id).is_some();
        Ok(Survey {
            plays,
            knows_you,
            replaced_you: !knows_you && seat.has_member(&caller.peer_id),
            last_log_id: seat.node.last_log_id().await,
        })
    }

    async fn carry_on(
        &self,
        _caller: Caller,
        participants: BTreeSet<NodeId>,
    ) -> Result<ClusterId, Refused> {
        let seat = self.0.current_seat().ok_or_else(no_such_room)?;
        let shared = Arc::clone(&self.0);
        let founding = async move { continuation::found_next(&shared, &seat, &participants).await };
        spawned(founding).await
    }

    fn follow(&self, caller: Caller, cluster: ClusterId) {
        let Some(seat) = self.0.current_seat() else {
            return;
        };
        if !continuation::is_stuck(&seat) {
            // The notice took longer than we kept still, and the missing are
            // back: what is acknowledged here since then is not known there.
            tracing::info!("not followed into {cluster}: this room is played");
            return;
        }
        seat.contact.freeze(JOIN_TIMEOUT);
        let shared = Arc::clone(&self.0);
        tokio::spawn(async move {
            match continuation::follow(&shared, &seat, cluster, caller.peer_id).await {
                Ok(()) => tracing::info!("followed into {cluster}"),
                Err(e) => {
                    tracing::warn!("cannot follow into {cluster}: {e}");
                    seat.contact.thaw();
                }
            }
        });
    }
}
