//! What a node answers to others.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use tokio::sync::oneshot;

use super::{
    api::Failure,
    entry::seating::JOIN_TIMEOUT,
    leader::membership,
    recovery::{
        continuation, keeper,
        survey::{ASKING, ask_others, survey},
    },
    seat::{Seat, findings::Claim},
    shared::{GivenUp, Job, Shared},
};
use crate::{
    consensus::{
        ClusterId, GameCommand, LogId, MAX_MEMBERS, Mark, NodeId, Notice, RoomState, codec,
    },
    game::{Action, Door, Name, PeerId},
    net::{
        About, Admission, Caller, Committed, Handler, Newcomer, Pins, Refusal, Refused, RoomInfo,
        SeatAccess, Source, Survey, Visitor,
    },
};

/// How long those are waited for who may still be in the room that somebody goes on from.
const HERE: Duration = Duration::from_millis(500);

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

    /// Whether somebody may come in.
    fn may_come(&self, seat: &Seat, peer: PeerId, from: Source) -> Result<(), Refused> {
        let state = seat.node.state();
        let game = state.game();
        let to_all = game.table().answer_to_all;
        let answer = seat.lead.knocks.answer(&peer, to_all);
        match (game.door(&peer), answer) {
            (Door::Removed, _) => Err(Refusal::Removed
                .because("The owner of the room removed you; ask them to let you in again.")),
            (_, Some(true)) => Ok(()),
            (Door::Refused, _) | (_, Some(false)) => {
                Err(Refusal::NotLetIn.because("the owner of the room did not let you in"))
            }
            (Door::Locked, None) => {
                Err(Refusal::Knocking
                    .because("this room is locked; asking its owner to let you in"))
            }
            (Door::Open, None) => {
                let is_known = game.knows(&peer) || self.is_known(peer) || from.is_this_computer();
                let sits = |other: &PeerId| game.players().contains_key(other);
                if is_known || seat.lead.strangers.may_come(peer, from, sits) {
                    return Ok(());
                }
                Err(Refusal::Knocking
                    .because("many are joining right now; asking the owner to let you in"))
            }
        }
    }

    /// The same for somebody who was let in before. Whose place is somebody else's by
    /// now asks to be let in again.
    fn may_enter(&self, seat: &Seat, peer: PeerId, from: Source) -> Result<(), Refused> {
        let may_come = self.may_come(seat, peer, from);
        may_come.map_err(|refused| match refused.reason {
            Refusal::Knocking => Refusal::Busy.because(refused.message),
            _ => refused,
        })
    }

    /// The seat that leads, for a call of a newcomer's.
    fn seat_leading_in(&self, room: ClusterId) -> Result<Arc<Seat>, Refused> {
        let seat = self.0.current_seat();
        let called = seat.filter(|seat| seat.cluster_id == room);
        must_lead(called.ok_or_else(no_such_room)?)
    }
}

impl Service {
    fn room_info(&self, seat: &Seat) -> RoomInfo {
        let (membership, state) = (seat.node.membership(), seat.node.state());
        let owner = state.game().table().owner.map(|owner| {
            let mut members = membership.nodes();
            let seat = members.find(|(_, member)| member.peer_id == owner);
            (
                owner,
                seat.map_or_else(Vec::new, |(_, member)| member.addrs.clone()),
            )
        });
        RoomInfo {
            cluster_id: seat.cluster_id,
            room: seat.room.clone(),
            players: u32::try_from(membership.nodes().count()).unwrap_or(u32::MAX),
            phase: state.game().phase(),
            leader_id: seat.node.leader(),
            node_id: seat.node_id(),
            path: seat.credentials.path(),
            takes_pin: self.owns(seat.cluster_id).is_some() && self.pins().get().is_some(),
            owner,
        }
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

    async fn ask_others(&self) {
        let seat = self.0.current_seat();
        if let Some(seat) = seat.filter(|seat| seat.node.membership().nodes().next().is_some()) {
            let shared = Arc::clone(&self.0);
            // Who waits for it may give up.
            let asking = async move { ask_others(&shared, &seat).await };
            drop(tokio::spawn(asking).await);
        }
    }

    async fn confirms(&self, leader: NodeId, last: LogId, state: &RoomState) -> Option<bool> {
        let seat = self.0.current_seat()?;
        let confirmed = seat.confirms(leader, last, state).await;
        let is_behind = !seat.contact.is_in_step();
        if confirmed.is_none() && is_behind && seat.most_members_lack(leader, last).await {
            // Its game does not take the place of ours: that stays on this computer.
            self.0.give_up_log(&seat, GivenUp::OlderCopy);
            return Some(false);
        }
        confirmed
    }

    async fn may_be_decided(&self, leader: NodeId, entry: LogId) -> bool {
        match self.0.current_seat() {
            Some(seat) => seat.may_be_decided(leader, entry).await,
            None => true,
        }
    }

    fn is_known(&self, peer: PeerId) -> bool {
        let was_met = || self.0.env.met.read().last(&peer).is_some();
        let Some(seat) = self.0.current_seat() else {
            return was_met();
        };
        if seat.node.state().game().is_removed(&peer) {
            return false;
        }
        let membership = seat.node.membership();
        let is_member = membership.nodes().any(|(_, member)| member.peer_id == peer);
        let (since, leader) = (*membership.log_id(), seat.node.leader());
        is_member || seat.contact.has_introduced(&peer, since, leader) || was_met()
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
                let connecting = async {
                    if let Ok(_asking) = seat.is_asking.try_lock() {
                        survey(&shared, &seat, false, ASKING).await;
                    }
                };
                futures::join!(keeper::hurry_election(&seat), connecting);
            });
        }
    }

    fn about(&self) -> About {
        About {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            name: self.0.name(),
            room: self.0.current_seat().map(|seat| self.room_info(&seat)),
            gossip_port: self.0.env.gossip.as_ref().map(|gossip| gossip.port),
            rules: self.0.env.peers.rules(),
        }
    }

    fn owns(&self, room: ClusterId) -> Option<PeerId> {
        let seat = self.0.current_seat()?;
        let owner = seat.node.state().game().table().owner;
        owner.filter(|owner| *owner == self.0.env.me && seat.cluster_id == room)
    }

    fn pins(&self) -> &Pins {
        &self.0.pins
    }

    async fn let_in(&self, peer: PeerId) -> Result<(), Refused> {
        let busy = || Refusal::Busy.because("nobody can be let in now");
        let seat = self.0.current_seat().ok_or_else(busy)?;
        let state = seat.node.state();
        let game = state.game();
        if game.knows(&peer) && game.door(&peer) == Door::Open {
            return Ok(());
        }
        let (done, outcome) = oneshot::channel();
        let action = Action::LetIn(peer);
        let sent = self.0.jobs.try_send(Job { action, done });
        sent.map_err(|_full| busy())?;
        let outcome = outcome.await.map_err(|_dropped| busy())?;
        tracing::info!("{} has shown the PIN: {outcome:?}", peer.short());
        outcome.map(drop).map_err(|_failed| busy())
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
        let (peer, from) = (visitor.peer_id, Source::of(visitor.remote.ip()));
        if let Err(refused) = self.may_come(&seat, peer, from) {
            if refused.reason == Refusal::Knocking {
                let knocks = &seat.lead.knocks;
                let (applied, is_known) =
                    (seat.node.applied().borrow().index(), self.is_known(peer));
                knocks.note(peer, &name, from, applied, is_known);
            }
            return Err(refused);
        }
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
        let from = Source::of(at.ip());
        self.may_enter(&seat, peer, from)?;
        let turn = self.0.enters.take(peer, at.ip());
        let turn =
            turn.ok_or_else(|| Refusal::Busy.because("too many are coming in; try again"))?;
        let book = self.0.env.peers.book();
        book.confirm(peer, at);
        book.hint_all(peer, &newcomer.addrs);
        // Before its turn: those who wait for theirs are counted.
        seat.lead.strangers.came(&peer);
        let service = Self(Arc::clone(&self.0));
        // On its own: a caller that hangs up must not leave it half done.
        spawned(async move {
            let _turn = turn;
            let may_enter = || service.may_enter(&seat, peer, from);
            membership::admit(&seat, newcomer, may_enter).await
        })
        .await
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

    async fn survey(
        &self,
        caller: Caller,
        freeze: bool,
        applied: Mark,
        entry: Option<LogId>,
    ) -> Result<Survey, Refused> {
        let seat = self.called_seat(caller)?;
        // A sole voter that has just started leads without asking anybody, so
        // keeping still would not keep it from acknowledging. One that has less than
        // others waits for its player, and one with an older copy does not lead.
        let waits = seat.contact.is_outdated() || !seat.newer_copies.lock().is_empty();
        let alone = seat.node.is_sole_voter() && !waits;
        let plays = seat.has_quorum() || alone;
        if freeze && !plays {
            // Who goes on is stuck, and so are all that may go with it. While a leader
            // is being elected, nobody keeps the others from that.
            let state = seat.node.state_of_whole_log();
            let is_player = state.game().players().contains_key(&caller.peer_id);
            let keeps_still = is_player && seat.is_stuck();
            if !keeps_still || !seat.contact.freeze(self.0.env.timing.freeze) {
                return Err(Refusal::Busy.because("this computer cannot keep still now; try again"));
            }
        }
        Ok(Survey {
            plays,
            leads: alone || seat.node.is_leader(),
            last_log_id: seat.node.last_log_id().await,
            applied: seat.node.mark(),
            proof: seat.node.state().proof_of(&caller.peer_id),
            agrees: seat.node.agrees(applied),
            removals: seat.node.state().removals().cloned().collect(),
            removing: seat.removing(),
            holds: entry.and_then(|entry| seat.node.log().holds(entry)),
            members: seat.members_who_stay(),
        })
    }

    async fn carry_on(&self, caller: Caller) -> Result<Notice, Refused> {
        let seat = self.called_seat(caller)?;
        // Its player is not asked, so it has to have been offered the same here.
        let plays = seat
            .node
            .state()
            .game()
            .players()
            .contains_key(&caller.peer_id);
        if !plays || seat.cut_off_for() < seat.timing.stall / 2 {
            return Err(Refusal::StillPlayed.because("that room is still being played"));
        }
        let shared = Arc::clone(&self.0);
        let founding = async move { continuation::found_next(&shared, &seat).await };
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
        let is_stuck = seat.is_stuck();
        if let Some(why) = may_follow
            .err()
            .or((!is_stuck).then_some("this room is played"))
        {
            tracing::info!("not followed into {cluster}: {why}");
            return;
        }
        // Nothing has come of it before: the player decides. To try without end would keep
        // this seat still, and whoever is missing out.
        let has_failed = (caller.node_id, Claim::WentOn);
        if seat.doubts.lock().disbelieved().contains(&has_failed) {
            return seat.contact.hear_continued(by, vec![notice]);
        }
        seat.contact.freeze_own(JOIN_TIMEOUT);
        let shared = Arc::clone(&self.0);
        tokio::spawn(async move {
            let findings = survey(&shared, &seat, false, HERE).await;
            let followed = if seat.is_majority_here(&findings, notice.founder.seat) {
                // Who leads by its word alone could have stopped the game here.
                Err(Failure::new("busy", "most of the others are still here"))
            } else {
                continuation::follow_founder(&shared, &seat, &notice, by)
                    .await
                    .map(drop)
            };
            if let Err(e) = followed {
                tracing::warn!("cannot follow into {cluster}: {e}");
                seat.contact.thaw();
                // It may have been opened again since. Its player decides.
                let now = shared.current_seat();
                if let Some(now) = now.filter(|now| now.cluster_id == seat.cluster_id) {
                    now.doubts.lock().note(caller.node_id, Claim::WentOn);
                    now.contact.hear_continued(by, vec![notice]);
                }
            }
        });
    }
}
