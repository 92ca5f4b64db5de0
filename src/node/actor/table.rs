//! This player's part in matches: dealing the secrets, setting one, answering.

use super::{Actor, Event, not_in_room, switch::REMOVED};
use crate::{
    game::{Action, Mode},
    node::{Choice, Failure, RoomView, propose::Job, seat::Seat, setter::played},
};

impl<F: Fn() + Send + Sync + 'static> Actor<F> {
    /// The rules that the room plays by.
    pub(super) fn game_rules(&self) -> u32 {
        let seat = self.seat.as_ref();
        seat.map_or(0, |seat| seat.state().game().table().rules)
    }

    /// A match as the room is set up, with secrets from my packs.
    pub(super) fn deal(&self, force: bool) -> Result<Action, Failure> {
        let seat = self.seat.as_ref().ok_or_else(not_in_room)?;
        let state = seat.state();
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
        let seat = self.seat.as_ref().ok_or_else(not_in_room)?;
        let (state, me) = (seat.state(), self.shared.setup.me);
        self.setter.choose(state.game(), me, &self.packs, choice)
    }

    /// What only I see of the round; and what my program owes it.
    pub(super) fn play_my_part(&mut self, seat: &Seat, room: &mut RoomView) {
        let me = self.shared.setup.me;
        let game = room.state.game();
        room.setter = self.setter.view(game, me, &self.packs);
        if !seat.has_quorum() {
            return;
        }
        if let Some(action) = self.setter.duty(game, me) {
            let events = self.events.clone();
            let job = Job {
                action,
                done: Box::new(move |outcome| {
                    tracing::debug!("answered: {outcome:?}");
                    // Without it, nobody waits.
                    let _ = events.try_send(Event::Answered);
                }),
            };
            // With a full queue, at the next look.
            self.setter.is_answering = self.shared.jobs.try_send(job).is_ok();
        }
    }

    /// Whoever was sent away goes.
    pub(super) fn leave_if_removed(&mut self) {
        let Some(seat) = self.seat.as_ref().filter(|_| self.moving.is_none()) else {
            return;
        };
        let state = seat.state();
        let me = state.game().players().get(&self.shared.setup.me);
        if me.is_some_and(|me| me.removed) {
            self.say(REMOVED.to_owned(), true);
            self.start_leaving(None);
        }
    }
}
