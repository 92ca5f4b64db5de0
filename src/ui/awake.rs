//! Keeps the screen on while a round is on: whoever thinks about a word does
//! not touch the computer. Silent where the system has no such thing.

use std::sync::mpsc::{self, Sender};

use keepawake::{Builder, KeepAwake};

use crate::config::APP_ID;
use crate::node::{Stage, View};

/// Asks the system, on a thread of its own, since that may take a while.
#[derive(Default)]
pub(super) struct Awake {
    wanted: bool,
    #[cfg(windows)]
    in_room: bool,
    ask: Option<Sender<bool>>,
}

impl Awake {
    /// Holds sleep back while a round is on, if the player lets it.
    pub(super) fn look_at(&mut self, view: &View) {
        let on = match &view.stage {
            Stage::Room(room) => {
                let round = room.state.game().round();
                round.is_some_and(crate::game::Round::is_on)
            }
            _ => false,
        };
        #[cfg(windows)]
        {
            let in_room = matches!(view.stage, Stage::Room(_));
            if in_room != self.in_room {
                self.in_room = in_room;
                crate::desktop::full_speed(in_room);
            }
        }
        let wanted = on && view.me.preferences.awake;
        if wanted == self.wanted {
            return;
        }
        self.wanted = wanted;
        let ask = self.ask.get_or_insert_with(|| {
            let (ask, asked) = mpsc::channel();
            std::thread::spawn(move || hold(&asked));
            ask
        });
        // If the thread has ended, the computer sleeps when it wants to.
        let _ = ask.send(wanted);
    }
}

/// Does what is asked for last, until nobody asks any more.
fn hold(asked: &mpsc::Receiver<bool>) {
    let mut held: Option<KeepAwake> = None;
    while let Ok(wanted) = asked.recv() {
        if !wanted {
            held = None;
        } else if held.is_none() {
            // Without a service for idle sleep the screen can still be kept on.
            held = inhibit(true)
                .or_else(|_| inhibit(false))
                .map_err(|e| tracing::info!("the screen may go dark: {e}"))
                .ok();
        }
    }
    drop(held);
}

fn inhibit(idle: bool) -> keepawake::Result<KeepAwake> {
    Builder::default()
        .display(true)
        .idle(idle)
        .reason("A round is on")
        .app_name("Dhangkanna")
        .app_reverse_domain(APP_ID)
        .create()
}
