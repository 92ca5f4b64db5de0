//! Changes of the seat that are not the player's way in or out.

use std::sync::Arc;

use tokio::time::timeout;

use super::{Actor, Asker, Move, SeatChanges};
use crate::{
    blocking,
    consensus::{ClusterId, Notice},
    game::{Name, PeerId},
    net::REPLACED,
    node::{
        api::{Done, Failure, KeptRoom, Stage},
        entry::leave,
        recovery::continuation,
        seat::{Seat, folder},
        shared::{Eviction, GivenUp},
    },
};

/// What a player is told whom the owner has sent away.
pub(super) const REMOVED: &str =
    "The owner of the room removed you. You can come back once they let you in again.";

/// Closes the log of a seat that is lost.
async fn close_evicted(seat: Arc<Seat>, removed: bool) -> Move {
    let closed = timeout(leave::CLOSE, seat.node.close()).await.is_ok();
    // Nobody counts on it any more. Else its folder stays: nothing is
    // deleted on somebody else's word.
    if closed && removed && seat.node.state().game().is_removed(&seat.me) {
        seat.forget().await;
    }
    Move::Out(Done::Left { clean: true })
}

/// Where others have gone on.
pub(super) struct Elsewhere {
    pub(super) cluster: ClusterId,
    /// How that came about.
    notices: Vec<Notice>,
    /// Who of them is known.
    peer: PeerId,
    /// Their name.
    pub(super) by: String,
}

impl<F: Fn() + Send + Sync + 'static> Actor<F> {
    /// The node has taken another seat in place of the one we show.
    pub(super) fn change_seats(&mut self) {
        if self.shared.current_seat().is_some() {
            // With a seat, and not before: a way in may be refused.
            self.server.open();
        }
        // On the way in and out, the end of that decides.
        if self.seat.is_none() || self.moving.is_some() {
            return;
        }
        if let Some(seat) = self.shared.current_seat() {
            self.seat_changes = Some(SeatChanges::of(&seat));
            self.seat = Some(seat);
        }
    }

    /// Another computer plays with a copy of this profile, or the room's owner
    /// has removed the player.
    pub(super) fn evicted(&mut self, why: Option<Eviction>) {
        // Who is on the way out anyway goes on with that.
        let Some(seat) = self.seat.take_if(|_| self.moving.is_none()) else {
            return;
        };
        self.seat_changes = None;
        self.shared.seat.send_replace(None);
        let removed = why == Some(Eviction::Removed);
        if removed {
            self.say("removed", "", REMOVED.to_owned(), true);
        } else {
            self.say("replaced", "", REPLACED.to_owned(), true);
            // Whoever looks for this player must find the other computer. Closed
            // until there is another seat.
            self.server.hang_up();
        }
        // Until the log is closed nobody can come back to it.
        self.moving = Some((Stage::Leaving, Box::pin(close_evicted(seat, removed)), None));
    }

    /// The player is told that the others' log counts.
    pub(super) fn log_given_up(&mut self, why: Option<GivenUp>) {
        let (code, text) = match why {
            Some(GivenUp::OlderCopy) => (
                "older_copy",
                "This computer has an older copy of the game, maybe from a backup; it switches to the others' game.",
            ),
            Some(GivenUp::OddOneOut) => (
                "odd_one_out",
                "Most of the others have a different game; this computer switches to theirs, without what only this one knew.",
            ),
            None => return,
        };
        self.say(code, "", text.to_owned(), true);
    }

    /// Goes on in another cluster: the one that is named, or where most of the
    /// others can go too.
    pub(super) fn switch(&mut self, reply: Asker, to: Option<Elsewhere>) {
        let Some(seat) = self.seat.clone().filter(|_| self.moving.is_none()) else {
            return self.answer(reply, Err(Failure::not_in_room()));
        };
        let shared = Arc::clone(&self.shared);
        let switching = async move {
            match to {
                Some(Elsewhere { notices, peer, .. }) => {
                    continuation::follow(&shared, &seat, &notices, peer).await
                }
                None => continuation::go_on(&shared, &seat).await,
            }
        };
        self.later(switching, |actor, outcome| {
            if let Ok(Done::BroughtBack) = outcome {
                let text = "The others are still playing; reconnecting you to them.";
                actor.say("brought_back", "", text.to_owned(), false);
            }
            actor.answer(reply, outcome);
        });
    }

    /// Lets somebody else lead.
    pub(super) fn hand_over(&mut self, reply: Asker) {
        let Some(seat) = self.seat.clone().filter(|_| self.moving.is_none()) else {
            return self.answer(reply, Err(Failure::not_in_room()));
        };
        let handing_over = async move { leave::hand_over(&seat).await };
        self.later(handing_over, |actor, outcome| actor.answer(reply, outcome));
    }

    /// Goes on with this computer's copy of the game.
    pub(super) fn play_own_copy(&mut self, reply: Asker) {
        let shared = Arc::clone(&self.shared);
        let Ok(_switching) = shared.switching.try_lock() else {
            let message = "a seat in the others' game is being taken; try again";
            return self.answer(reply, Err(Failure::new("busy", message)));
        };
        let with = self.seat.as_ref().map(|seat| seat.end_question());
        let Some(with) = with.filter(|with| !with.is_empty()) else {
            let nothing = Failure::new("still_played", "nobody has more of this game");
            return self.answer(reply, Err(nothing));
        };
        let names: Vec<&str> = with.iter().map(Name::as_str).collect();
        let names = names.join(", ");
        let text = format!("The game goes on as it is on this computer; {names} had more of it.");
        self.say("own_copy", &names, text, false);
        self.answer(reply, Ok(Done::Ok));
    }

    /// Where others have gone on from this room.
    pub(super) fn elsewhere(&self) -> Option<Elsewhere> {
        let seat = self.seat.as_ref()?;
        let findings = seat.findings.borrow();
        let told = findings.as_ref();
        let told = told.and_then(|findings| findings.continued.values().next().cloned());
        let (peer, notices) = told.or_else(|| seat.contact.continued())?;
        let mut state = seat.node.state();
        if !state.game().players().contains_key(&peer) {
            // Just opened, and not all of its log is applied.
            state = Arc::new(seat.node.state_of_whole_log());
        }
        Some(Elsewhere {
            cluster: notices.last()?.cluster(),
            notices,
            peer,
            by: state.game().name_of(&peer).to_owned(),
        })
    }

    /// Looks which rooms are kept.
    pub(super) fn list_kept(&mut self) {
        let rooms = self.shared.env.rooms.clone();
        let scanning = blocking::run(move || folder::scan(&rooms));
        self.later(scanning, |actor, kept| {
            let kept = kept.unwrap_or_default().into_iter();
            actor.lobby.kept = kept
                .filter(|seat| seat.continued.is_none())
                .map(|seat| KeptRoom {
                    cluster_id: seat.cluster_id,
                    name: seat.room,
                    used: seat.used,
                })
                .collect();
        });
    }

    /// Deletes a kept room.
    pub(super) fn forget(&mut self, room: ClusterId) {
        let in_it = self.shared.current_seat();
        if in_it.is_some_and(|seat| seat.cluster_id == room) {
            return;
        }
        let folder = self.shared.env.rooms.join(room.to_string());
        tokio::spawn(blocking::run(move || folder::forget(&folder)));
        let kept = self.lobby.kept.iter();
        let others = kept.filter(|kept| kept.cluster_id != room);
        self.lobby.kept = others.cloned().collect();
    }
}
