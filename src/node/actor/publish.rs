//! Publishing: the view for this player, the announcement for the others.

use std::{sync::Arc, time::SystemTime};

use futures::{StreamExt as _, stream::BoxStream};
use tokio::sync::oneshot;

use super::{Actor, switch::REMOVED};
use crate::{
    consensus::{ClusterId, RoomState},
    discovery::{Ad, MAX_LANGUAGE, Plays},
    net::PROTOCOL,
    node::{
        api::{RoomView, Stage, Trouble, played_with},
        entry::{
            asking::{Shown, ask},
            rooms,
        },
        seat::{Seat, view::room_view},
        shared::Job,
    },
};

impl<F: Fn() + Send + Sync + 'static> Actor<F> {
    /// Publishes the view, and announces the room, if they have changed.
    pub(super) fn show(&mut self) {
        self.leave_if_removed();
        self.drop_pin();
        self.count_rounds();
        let mut view = self.lobby.clone();
        view.me.name = self.shared.name();
        let mut announcement = None;
        // In a room, nobody looks at the others.
        let copy = self
            .seat
            .is_none()
            .then(|| self.shared.env.copied_profile())
            .flatten();
        if self.seat.is_none() {
            let rooms = self.announcers.rooms(&self.shared.env.met.read(), false);
            self.lobby.rooms = rooms::with_copy(rooms, copy.as_ref()).into();
        }
        view.rooms = Arc::clone(&self.lobby.rooms);
        if let Some((stage, ..)) = &self.moving {
            view.stage = match stage {
                Stage::Joining(room) => match *self.shared.knocking.borrow() {
                    Some(knock) => Stage::Knocking {
                        room: room.clone(),
                        takes_pin: knock.takes_pin.is_some(),
                    },
                    None => stage.clone(),
                },
                stage => stage.clone(),
            };
        } else if let Some(seat) = self.seat.clone() {
            let mut room = room_view(&seat);
            let votes = seat.contact.traffic().votes(room.cluster.term);
            let (cluster, now) = (&mut room.cluster, SystemTime::now());
            cluster.events = self.event_log.look_at(cluster, votes, now);
            self.set_round(&seat, &mut room);
            room.pending.clone_from(&self.pending);
            room.single_copy = self.single_copy;
            room.pin = self.shared.pins.get();
            // Who plays with others has no need to follow anybody, whoever says so.
            let plays = seat.has_quorum() && !seat.node.is_sole_voter();
            if let Some(elsewhere) = self.elsewhere().filter(|_| !plays) {
                room.trouble = Some(Trouble::Elsewhere {
                    cluster_id: elsewhere.cluster,
                    by: elsewhere.by,
                    is_stuck: seat.is_stuck(),
                });
            }
            view.fatal = seat.node.failure();
            announcement = view.fatal.is_none().then(|| self.ad(&seat, &room));
            view.stage = Stage::Room(Arc::new(room));
        }
        let changed = self.publish.send_if_modified(|shown| {
            let changed = **shown != view;
            if changed {
                *shown = Arc::new(view);
            }
            changed
        });
        if changed {
            (self.on_change)();
        }
        self.send_answers();
        // Last: nobody who waits for a reply waits for a file or a socket.
        if self.announced != announcement {
            self.discovery.announce(announcement.as_ref());
            self.announced = announcement;
        }
    }

    /// What only I see of the round; and what my program owes it.
    pub(super) fn set_round(&mut self, seat: &Seat, room: &mut RoomView) {
        let me = self.shared.env.me;
        let game = room.state.game();
        room.setter = self.setter.view(game, me, &self.packs);
        if !seat.has_quorum() {
            return;
        }
        if let Some(action) = self.setter.duty(game, me) {
            let (done, outcome) = oneshot::channel();
            // With a full queue, at the next look.
            if self.shared.jobs.try_send(Job { action, done }).is_ok() {
                self.setter.is_answering = true;
                self.later(outcome, |actor, outcome| {
                    tracing::debug!("answered: {outcome:?}");
                    actor.setter.is_answering = false;
                });
            }
        }
    }

    /// Looks at the rounds that have ended, once the player sits in the room: what a seat
    /// hears before that is what was played without them.
    pub(super) fn count_rounds(&mut self) {
        let Some(seat) = self.seat.clone() else {
            return;
        };
        if !seat.knows(self.shared.env.session) {
            return;
        }
        let (id, state) = (seat.node_id(), seat.node.state());
        let newest = state.game().table().history.back();
        let newest = newest.map_or(0, |round| round.number());
        let before = self.ended.replace((id, newest));
        let before = before.filter(|(seat, _)| *seat == id);
        let before = before.map(|(_, round)| round);
        if before == Some(newest) {
            return;
        }
        self.keep_record(seat.cluster_id, &state, before.is_none());
        if let Some(before) = before {
            self.note_who_plays(&seat, &state, before);
        }
    }

    /// Counts the rounds that have ended into the player's record.
    fn keep_record(&mut self, room: ClusterId, state: &RoomState, is_first_look: bool) {
        let record = &mut self.lobby.me.record;
        if record.count(room, state, self.shared.env.me, is_first_look) {
            let record = Arc::clone(record);
            self.save_later("the record", move |folder| record.save(folder));
        }
    }

    /// Remembers with whom the player has played since round `before` had ended.
    fn note_who_plays(&mut self, seat: &Seat, state: &RoomState, before: u32) {
        let day = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let day = day.map_or(0, |since| since.as_secs() / (24 * 3600));
        let membership = seat.node.membership();
        let members = membership.nodes().map(|(_, member)| member.peer_id);
        let players = played_with(state.game(), &members.collect(), self.shared.env.me, before);
        let met = Arc::clone(&self.shared.env.met);
        let mut met = met.write();
        let mut news = false;
        for (peer, name) in players {
            news |= met.note(&peer, &name, day);
        }
        if news {
            let met = met.clone();
            self.save_later("who was met", move |folder| met.save(folder));
        }
    }

    /// Whoever was sent away goes.
    pub(super) fn leave_if_removed(&mut self) {
        let Some(seat) = self.seat.as_ref().filter(|_| self.moving.is_none()) else {
            return;
        };
        if seat.node.state().game().is_removed(&self.shared.env.me) {
            self.say("removed", "", REMOVED.to_owned(), true);
            self.start_leaving(None);
        }
    }

    /// Tells those who wait, after the view that shows what they asked for.
    pub(super) fn send_answers(&mut self) {
        for (reply, outcome) in self.answers.drain(..) {
            // Whoever asked may have gone.
            let _ = reply.send(outcome);
        }
    }

    fn ad(&self, seat: &Seat, room: &RoomView) -> Ad {
        Ad {
            peer_id: self.shared.env.me,
            protocol: PROTOCOL,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            player: self.shared.name(),
            cluster_id: seat.cluster_id,
            room: seat.room.clone(),
            leads: room.cluster.leader == Some(seat.node_id()),
            players: u32::try_from(room.cluster.members.len()).unwrap_or(u32::MAX),
            phase: room.state.game().phase(),
            plays: Some(self.plays(room)),
            ancestors: room.state.ancestors().to_vec(),
            // Each way of announcing adds its own.
            addrs: Vec::new(),
        }
    }

    fn plays(&self, room: &RoomView) -> Plays {
        let settings = &room.state.game().table().settings;
        // The owner's pack may be nobody else's.
        let pack = self.packs.get(&settings.pack);
        let language = pack.map(|pack| pack.language.clone());
        Plays {
            mode: settings.mode,
            language: language
                .filter(|tag| tag.len() <= MAX_LANGUAGE)
                .unwrap_or_default(),
            locked: settings.locked,
        }
    }

    /// Asks who announces rooms to show that they are in them: whose announcement has
    /// changed; with `again`, everybody.
    pub(super) fn ask_announcers(&mut self, again: bool) {
        if self.is_asking || self.seat.is_some() {
            return;
        }
        let env = &self.shared.env;
        let ads = Arc::clone(&env.ads.borrow());
        let asked = self.announcers.to_ask(&ads, &env.met.read(), again);
        if asked.is_empty() {
            return;
        }
        self.is_asking = true;
        let answers = ask(&env.peers, asked);
        self.hear(Box::pin(answers));
    }

    /// Notes one answer after the other.
    fn hear(&mut self, mut answers: BoxStream<'static, (Ad, Shown)>) {
        let next = async move { (answers.next().await, answers) };
        self.later(next, |actor, (answer, answers)| {
            if let Some(answer) = answer {
                let ads = Arc::clone(&actor.shared.env.ads.borrow());
                actor.announcers.note(&ads, answer);
                return actor.hear(answers);
            }
            actor.is_asking = false;
            // What changed meanwhile.
            actor.ask_announcers(false);
        });
    }
}
