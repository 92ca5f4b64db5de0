//! This player's commands: handed on, and what comes of them.

use std::sync::Arc;

use tokio::sync::oneshot;

use super::{Actor, Event, OUTCOMES, not_in_room};
use crate::{
    game::{Action, Outcome},
    node::{
        api::{Done, Failure, Looking, Pending, Reply},
        client,
        shared::Job,
    },
};

/// Reads that may wait; then the player is told "busy".
const READS: usize = 32;

impl<F: Fn() + Send + Sync + 'static> Actor<F> {
    /// Hands an action to the seat, and hears what comes of it.
    pub(super) fn propose(&mut self, action: Action, reply: Option<oneshot::Sender<Reply>>) {
        if self.seat.is_none() || self.moving.is_some() {
            return self.answer(reply, Err(not_in_room()));
        }
        let Ok(place) = self.shared.jobs.try_reserve() else {
            let busy = Failure::new("busy", "too many commands are waiting already");
            return self.answer(reply, Err(busy));
        };
        let events = self.events.clone();
        let asked = Pending::of(&action);
        self.pending.extend(asked);
        place.send(Job {
            action,
            done: Box::new(move |outcome| {
                // There is room for as many as can be waited for, and if the
                // actor has gone, so has whoever asked.
                let _ = events.try_send(Event::Ended {
                    asked,
                    outcome,
                    reply,
                });
            }),
        });
    }

    /// Looks at the game as of now, outside the queue of commands.
    pub(super) fn read(&mut self, reply: Option<oneshot::Sender<Reply>>) {
        if self.seat.is_none() || self.moving.is_some() {
            return self.answer(reply, Err(not_in_room()));
        }
        // Its outcome has a place before it begins, and those of the commands
        // have theirs.
        let free = self.events.capacity() > OUTCOMES - READS;
        let place = self.events.clone().try_reserve_owned();
        let Some(place) = place.ok().filter(|_| free) else {
            let busy = Failure::new("busy", "too many reads are waiting already");
            return self.answer(reply, Err(busy));
        };
        let shared = Arc::clone(&self.shared);
        tokio::spawn(async move {
            let outcome = client::read(&shared).await;
            place.send(Event::Ended {
                asked: None,
                outcome,
                reply,
            });
        });
    }

    pub(super) fn hear(&mut self, event: Event) {
        match event {
            Event::Ended {
                asked,
                outcome,
                reply,
            } => {
                if let Some(at) = self.pending.iter().position(|p| Some(*p) == asked) {
                    self.pending.remove(at);
                }
                if let Ok(Done::Applied {
                    outcome, copies, ..
                }) = outcome
                {
                    self.single_copy = copies < 2;
                    if let (Outcome::Repeat, Some(Pending::Letter(letter))) = (outcome, asked) {
                        let letter = letter.upper();
                        let text = format!("{letter} was already guessed; that costs nothing.");
                        self.say("repeat", &letter, text, false);
                    }
                }
                self.answer(reply, outcome);
            }
            Event::Packs { outcome, reply } => self.take_packs(outcome, reply),
            Event::Examined(found) => {
                if let Some(found) = &found {
                    tracing::info!("this computer's network: {found:?}");
                }
                self.examination = found.map_or(Looking::Not, |it| Looking::Found(Arc::new(it)));
            }
            Event::Exported { outcome, reply } => self.exported(outcome, reply),
            Event::Answered => self.setter.is_answering = false,
            Event::Silent(silent) => {
                self.checking = false;
                self.silent = silent;
            }
            Event::Kept(kept) => self.kept = kept,
            Event::Switched { outcome, reply } => {
                if let Ok(Done::BroughtBack) = outcome {
                    let text = "The others are still playing; reconnecting you to them.";
                    self.say("brought_back", "", text.to_owned(), false);
                }
                self.answer(reply, outcome);
            }
        }
    }
}
