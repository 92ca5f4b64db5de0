//! What a node answers to others.

use std::{collections::BTreeSet, sync::Arc};

use super::{contact, continuation, join, seat::Seat, shared::Shared};
use crate::{
    consensus::{ClusterId, Command, Member, NodeId, RoomState},
    game::{Action, Door, Name, PeerId},
    net::{
        About, Admission, Caller, Committed, Handler, MAX_MEMBERS, ProposeError, REPLACED, Refusal,
        Refused, RoomInfo, RoomKey, SeatAccess, Survey, Visitor,
    },
};

impl Shared {
    fn leading_seat(&self) -> Result<Arc<Seat>, Refused> {
        let seat = self.current_seat().ok_or_else(no_such_room)?;
        if seat.leads() {
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
        Err(if seat.seats(&caller.peer_id) {
            Refusal::Replaced.because(REPLACED)
        } else {
            Refusal::NotAMember.because("your seat was given up; join the room again")
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

/// Refuses a program that cannot play by the rules of the room.
pub(super) fn must_know(rules: u32, state: &RoomState) -> Result<(), Refused> {
    if rules >= state.game().table().rules {
        return Ok(());
    }
    Err(Refusal::Version.because(format!(
        "that room plays by rules of version {}; install dhangkanna {} or newer",
        state.game().table().rules,
        env!("CARGO_PKG_VERSION")
    )))
}

/// Refuses somebody whom the door does not let in.
fn must_be_open(seat: &Seat, peer: PeerId) -> Result<(), Refused> {
    match seat.state().game().door(&peer) {
        Door::Open => Ok(()),
        Door::Locked => {
            Err(Refusal::Knocking.because("this room is locked; its owner is asked to let you in"))
        }
        Door::Refused => Err(Refusal::NotLetIn.because("the owner of the room did not let you in")),
        Door::Removed => Err(removed()),
    }
}

fn removed() -> Refused {
    Refusal::Removed.because("The owner of the room has removed you; ask them to let you in again.")
}

/// Refuses one who says too much.
pub(super) fn too_fast() -> ProposeError {
    ProposeError {
        refused: Refusal::TooFast.because("not so fast: at most 5 messages in 3 seconds"),
        maybe_appended: false,
    }
}

fn no_such_room() -> Refused {
    Refusal::NoSuchRoom.because("that room is not played here any more")
}

impl Handler for Shared {
    fn seat(&self) -> Option<SeatAccess> {
        self.current_seat().map(|seat| seat.access())
    }

    fn continued(&self, room: ClusterId) -> Option<(RoomKey, ClusterId)> {
        self.continued_in(room)
    }

    fn hung_up(&self, peer: PeerId) {
        let Some(seat) = self.current_seat() else {
            return;
        };
        let leader = seat.leader().and_then(|id| seat.member(id));
        if leader.is_some_and(|leader| leader.peer_id == peer) {
            tracing::info!("the leader has hung up");
            let Some(shared) = self.this.upgrade() else {
                return;
            };
            tokio::spawn(async move {
                // Voters are connected to their leader only: while its lease
                // runs out there is time to connect to each other.
                let connecting = contact::survey(&shared, &seat, false);
                futures::join!(contact::hurry_election(&seat), connecting);
            });
        }
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
                node_id: seat.node_id,
            }),
            gossip_port: self.setup.gossip.as_ref().map(|gossip| gossip.port),
            rules: self.setup.peers.rules(),
        }
    }

    async fn join(
        &self,
        visitor: Visitor,
        room: ClusterId,
        name: Name,
        rules: u32,
    ) -> Result<Admission, Refused> {
        if self.is_flooded() {
            return Err(Refusal::Busy.because("too many want to join at once; try again"));
        }
        let seat = self.current_seat().ok_or_else(no_such_room)?;
        if seat.key.cluster_id != room {
            return Err(no_such_room());
        }
        if visitor.peer_id == self.setup.me {
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
        let state = seat.state();
        must_know(rules, &state)?;
        if state.game().door(&visitor.peer_id) == Door::Locked {
            seat.referee.knocks(visitor.peer_id, name.clone());
        }
        must_be_open(&seat, visitor.peer_id)?;
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

    async fn enter(&self, caller: Caller, addrs: Vec<String>, rules: u32) -> Result<u64, Refused> {
        let seat = self.leading_seat()?;
        // The room's secret alone opens no locked door.
        must_be_open(&seat, caller.peer_id)?;
        self.setup.peers.book().hint_all(caller.peer_id, &addrs);
        let member = Member {
            peer_id: caller.peer_id,
            addrs,
        };
        // On its own: a caller that hangs up must not leave it half done.
        spawned(async move { seat.admit(caller.node_id, member, rules).await }).await
    }

    async fn propose(&self, caller: Caller, command: Command) -> Result<Committed, ProposeError> {
        let seat = self.seat_leading(caller).map_err(|refused| ProposeError {
            refused,
            maybe_appended: false,
        })?;
        if matches!(command.action, Action::Say(_)) && !seat.referee.may_talk(caller.peer_id) {
            return Err(too_fast());
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
                spawned(async move { seat.dismiss(caller.node_id).await }).await
            }
            Some(_) => Err(Refusal::NotAMember.because("that seat is somebody else's")),
            // The answer to the first request was lost.
            None => Ok(()),
        }
    }

    async fn survey(&self, caller: Caller, freeze: bool) -> Result<Survey, Refused> {
        let seat = self.current_seat().ok_or_else(no_such_room)?;
        // A sole voter that has just started leads without asking anybody, so
        // keeping still would not keep it from acknowledging.
        let plays = seat.has_quorum() || seat.is_sole_voter();
        if freeze && !plays {
            seat.contact.freeze(self.setup.timing.freeze);
        }
        let knows_you = seat.member(caller.node_id).is_some();
        Ok(Survey {
            plays,
            knows_you,
            replaced_you: !knows_you && seat.seats(&caller.peer_id),
            last_log_id: seat.last_log_id().await,
        })
    }

    async fn carry_on(
        &self,
        _caller: Caller,
        participants: BTreeSet<NodeId>,
    ) -> Result<ClusterId, Refused> {
        let seat = self.current_seat().ok_or_else(no_such_room)?;
        let shared = self.this.upgrade().ok_or_else(no_such_room)?;
        let founding = async move { continuation::found_next(&shared, &seat, &participants).await };
        spawned(founding).await
    }

    fn follow(&self, caller: Caller, cluster: ClusterId) {
        let (Some(seat), Some(shared)) = (self.current_seat(), self.this.upgrade()) else {
            return;
        };
        if !continuation::is_stuck(&seat) {
            // The notice took longer than we kept still, and the missing are
            // back: what is acknowledged here since then is not known there.
            tracing::info!("not followed into {cluster}: this room is played");
            return;
        }
        seat.contact.freeze(join::JOIN_TIMEOUT);
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
