//! The PIN of the player's own room, and of another's at whose door they wait.

use std::sync::Arc;

use super::{Actor, Asker};
use crate::{
    game::Rejection,
    net::{Pin, Refusal},
    node::{
        api::{Done, Failure, Reply},
        entry::pin,
    },
};

impl<F: Fn() + Send + Sync + 'static> Actor<F> {
    /// Changes the PIN of the player's own room, or takes it off.
    pub(super) fn set_pin(&self, pin: Option<Pin>) -> Reply {
        let seat = self.seat.as_ref().filter(|_| self.moving.is_none());
        let seat = seat.ok_or_else(Failure::not_in_room)?;
        if seat.node.state().game().table().owner != Some(self.shared.env.me) {
            return Err(Rejection::NotOwner.into());
        }
        self.shared.pins.set(pin);
        Ok(Done::Ok)
    }

    /// Somebody is sent away, who may know the PIN.
    pub(super) fn change_pin(&self) {
        if self.shared.pins.get().is_some() {
            self.shared.pins.set(Some(Pin::random()));
        }
    }

    /// A PIN is of one room, and as long as it is the player's.
    pub(super) fn drop_pin(&self) {
        let is_ours = match &self.seat {
            // Hosting may have set it already.
            None => self.moving.is_some(),
            Some(seat) => {
                let owner = seat.node.state().game().table().owner;
                owner.is_none_or(|owner| owner == self.shared.env.me)
            }
        };
        if !is_ours {
            self.shared.pins.set(None);
        }
    }

    /// Shows the PIN of the room at whose door the player waits.
    pub(super) fn show_pin(&mut self, pin: Pin, reply: Asker) {
        let knock = *self.shared.knocking.borrow();
        let at = knock.and_then(|knock| Some((knock.room, knock.takes_pin?)));
        let Some((room, owner)) = at else {
            let nobody = Refusal::NoPin.because("nobody takes a PIN here now");
            return self.answer(reply, Err(nobody.into()));
        };
        let shared = Arc::clone(&self.shared);
        let showing = async move { pin::show_owner(&shared, room, owner, pin).await };
        self.later(showing, |actor, shown| {
            actor.answer(reply, shown.map(|()| Done::Ok));
        });
    }
}
