//! This player's part in matches: dealing the secrets, setting one, answering.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use tokio::sync::oneshot;

use super::{Actor, Asker, setter::played, switch::REMOVED};
use crate::{
    blocking,
    game::{Action, Mode},
    node::{
        api::{Choice, Done, Failure, PackView, RoomView},
        seat::Seat,
        shared::Job,
    },
    packs::Packs,
};

impl<F: Fn() + Send + Sync + 'static> Actor<F> {
    /// A match as the room is set up, with secrets from my packs.
    pub(super) fn deal(&self, force: bool) -> Result<Action, Failure> {
        let seat = self.seat.as_ref().ok_or_else(Failure::not_in_room)?;
        let state = seat.node.state();
        let game = state.game();
        let settings = &game.table().settings;
        let count = match settings.mode {
            Mode::Together | Mode::Turns => usize::from(settings.rounds),
            // They come from the setters.
            Mode::Setter => 0,
        };
        let dealt = self
            .packs
            .deal(&settings.pack, settings.difficulty, count, &played(game));
        let (deck, alphabet) = dealt.map_err(|e| Failure::new("no_such_entry", e.to_string()))?;
        Ok(Action::StartMatch {
            deck,
            alphabet,
            force,
            after_match: Some(game.table().newest_match.as_ref().map_or(0, |m| m.number)),
        })
    }

    /// Takes a secret for the others.
    pub(super) fn choose(&mut self, choice: Choice) -> Result<Action, Failure> {
        let seat = self.seat.as_ref().ok_or_else(Failure::not_in_room)?;
        let (state, me) = (seat.node.state(), self.shared.env.me);
        self.setter.choose(state.game(), me, &self.packs, choice)
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

    /// Takes a word pack of the player's own.
    pub(super) fn add_pack(&mut self, file: PathBuf, reply: Asker) {
        let folder = self.profile.packs();
        let adding = blocking::run(move || Packs::add(&folder, &file));
        self.later(adding, |actor, added| {
            match added.unwrap_or_else(|e| Err(e.to_string())) {
                Ok((packs, name)) => {
                    actor.lobby.packs = packs.all().iter().map(PackView::of).collect();
                    actor.packs = packs;
                    let text = format!("The word pack {name} was added.");
                    actor.say("pack_added", &name, text, false);
                    actor.answer(reply, Ok(Done::Ok));
                }
                Err(why) => actor.answer(reply, Err(Failure::new("bad_pack", why))),
            }
        });
    }

    /// Counts the rounds that have ended into the player's record.
    pub(super) fn count_rounds(&mut self) {
        let Some(seat) = &self.seat else { return };
        let (room, state) = (seat.key.cluster_id, seat.node.state());
        let record = &mut self.lobby.me.record;
        if !record.count(room, &state, self.shared.env.me) {
            return;
        }
        let record = Arc::clone(record);
        self.save_later("the record", move |folder| record.save(folder));
    }

    /// Writes into the profile's folder without waiting for the disk; one after
    /// the other, so that what is newest stays.
    pub(super) fn save_later(
        &mut self,
        what: &'static str,
        save: impl FnOnce(&Path) -> io::Result<()> + Send + 'static,
    ) {
        let (before, folder) = (self.saving.take(), self.profile.folder().to_owned());
        self.saving = Some(tokio::spawn(async move {
            if let Some(before) = before {
                let _ = before.await;
            }
            let saved = blocking::run(move || save(&folder)).await;
            if let Err(e) = saved.flatten() {
                tracing::warn!("not kept: {what}: {e}");
            }
        }));
    }

    /// Whoever was sent away goes.
    pub(super) fn leave_if_removed(&mut self) {
        let Some(seat) = self.seat.as_ref().filter(|_| self.moving.is_none()) else {
            return;
        };
        let state = seat.node.state();
        let me = state.game().players().get(&self.shared.env.me);
        if me.is_some_and(|me| me.removed) {
            self.say("removed", "", REMOVED.to_owned(), true);
            self.start_leaving(None);
        }
    }
}
