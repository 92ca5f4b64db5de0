//! Short sounds for what happens in a round. Silent where there is no device.

#[cfg(not(target_os = "linux"))]
mod device;
#[cfg(target_os = "linux")]
#[path = "pulse.rs"]
mod device;
mod tones;

use std::{
    sync::mpsc::{self, SyncSender},
    time::{Duration, Instant},
};

use self::tones::Sound;
use crate::game::{CHANCES, Game, PeerId, Phase, Round, Tried};

/// Sounds that may wait. What comes faster is left out.
const WAITING: usize = 4;

/// For how long nothing is tried, where there was no device.
const PAUSE: Duration = Duration::from_secs(30);

/// Plays what happens in a room.
#[derive(Default)]
pub(super) struct Sounds {
    ask: Option<SyncSender<(Sound, u8)>>,
}

impl Sounds {
    /// Plays what has happened between two states of a game, so loud; `volume`
    /// in percent, 0 is silent. On a thread of its own: a device may take its
    /// time.
    pub(super) fn look_at(&mut self, before: &Game, now: &Game, me: PeerId, volume: u8) {
        let Some(sound) = heard(before, now, me).filter(|_| volume > 0) else {
            return;
        };
        let ask = self.ask.get_or_insert_with(|| {
            let (ask, asked) = mpsc::sync_channel(WAITING);
            std::thread::spawn(move || serve(&asked));
            ask
        });
        let _ = ask.try_send((sound, volume));
    }
}

/// Plays what is asked for, one after the other, until nobody asks any more.
fn serve(asked: &mpsc::Receiver<(Sound, u8)>) {
    let mut silent_until: Option<Instant> = None;
    while let Ok((sound, volume)) = asked.recv() {
        if silent_until.is_some_and(|until| Instant::now() < until) {
            continue;
        }
        silent_until = None;
        if let Err(e) = device::play(|rate| tones::samples(sound, volume, rate)) {
            tracing::info!("no sound: {e}");
            silent_until = Some(Instant::now() + PAUSE);
        }
    }
}

/// The sound of what happened between two states of a game.
fn heard(before: &Game, now: &Game, me: PeerId) -> Option<Sound> {
    let round = now.round()?;
    let was = before.round().filter(|was| was.number() == round.number());
    if was.map(Round::phase) != Some(round.phase()) {
        match round.phase() {
            Phase::Won => return Some(Sound::Win),
            Phase::Lost => return Some(Sound::Loss),
            _ => {}
        }
    }
    let my_turn = |round: &Round| round.is_on() && round.frame().turn == Some(me);
    let turned = my_turn(round) && !was.is_some_and(my_turn);
    if turned {
        return Some(Sound::Turn);
    }
    let was = was?;
    if round.guesses().len() <= was.guesses().len() {
        return None;
    }
    let popped = round.chances_left() < was.chances_left().min(CHANCES);
    match (&round.guesses().last()?.tried, popped) {
        (Tried::Hint { .. }, true) => Some(Sound::Pop),
        (_, true) => Some(Sound::Miss),
        (_, false) => Some(Sound::Hit),
    }
}
