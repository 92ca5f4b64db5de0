//! Short sounds for what happens in a round: a few notes each, made by numbers.
//! Silent where there is no device.

#[cfg(not(target_os = "linux"))]
mod device;
#[cfg(target_os = "linux")]
#[path = "pulse.rs"]
mod device;

use std::{
    f32::consts::TAU,
    sync::mpsc::{self, SyncSender},
    time::{Duration, Instant},
};

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
        if let Err(e) = device::play(|rate| samples(sound, volume, rate)) {
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

/// What can be heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sound {
    /// A letter is in the word.
    Hit,
    /// It is not: a balloon pops.
    Miss,
    /// A balloon pops for a hint.
    Pop,
    /// It is my turn.
    Turn,
    /// The word is found.
    Win,
    /// It is not.
    Loss,
}

/// A note: when it begins, how long it rings, how high it is at its beginning
/// and at its end (in seconds and Hz), and how loud (0 to 1).
struct Note {
    at: f32,
    length: f32,
    from: f32,
    to: f32,
    loud: f32,
}

const fn note(at: f32, length: f32, pitch: f32, loud: f32) -> Note {
    slide(at, length, pitch, pitch, loud)
}

const fn slide(at: f32, length: f32, from: f32, to: f32, loud: f32) -> Note {
    Note {
        at,
        length,
        from,
        to,
        loud,
    }
}

// A pentatonic scale on C: whatever follows whatever, it fits.
const G4: f32 = 392.0;
const A4: f32 = 440.0;
const C5: f32 = 523.25;
const D5: f32 = 587.33;
const E5: f32 = 659.25;
const G5: f32 = 783.99;
const C6: f32 = 1046.5;

fn notes(sound: Sound) -> Vec<Note> {
    match sound {
        Sound::Hit => vec![note(0.0, 0.18, E5, 0.8), note(0.07, 0.25, G5, 0.8)],
        // A balloon: a quick fall, and a dull note after it.
        Sound::Miss => vec![
            slide(0.0, 0.06, 1400.0, 300.0, 1.0),
            slide(0.08, 0.3, 240.0, 180.0, 0.7),
        ],
        Sound::Pop => vec![slide(0.0, 0.07, 1400.0, 300.0, 1.0)],
        Sound::Turn => vec![note(0.0, 0.25, G4, 0.6), note(0.12, 0.4, C5, 0.6)],
        Sound::Win => vec![
            note(0.0, 0.25, C5, 0.7),
            note(0.1, 0.25, E5, 0.7),
            note(0.2, 0.25, G5, 0.7),
            note(0.3, 0.6, C6, 0.7),
        ],
        Sound::Loss => vec![
            note(0.0, 0.3, E5, 0.6),
            note(0.18, 0.3, D5, 0.6),
            note(0.36, 0.3, C5, 0.6),
            slide(0.54, 0.6, A4, A4 * 0.94, 0.6),
        ],
    }
}

/// The samples of a sound, from -1 to 1, one channel; `volume` in percent,
/// `rate` in samples a second.
fn samples(sound: Sound, volume: u8, rate: u32) -> Vec<f32> {
    let notes = notes(sound);
    let end = notes.iter().map(|note| note.at + note.length);
    let end = end.fold(0.0, f32::max);
    let rate = rate as f32;
    let mut all = vec![0.0; (end * rate).ceil() as usize];
    // Perceived loudness goes with a power of the amplitude.
    let gain = (f32::from(volume.min(100)) / 100.0).powi(2) * 0.35;
    for note in notes {
        let first = (note.at * rate) as usize;
        let count = (note.length * rate) as usize;
        let mut phase = 0.0_f32;
        for (n, sample) in all.iter_mut().skip(first).take(count).enumerate() {
            let t = n as f32 / count as f32;
            phase += (note.from + (note.to - note.from) * t) / rate;
            // A soft beginning, and a long end that comes to nothing.
            let rise = (n as f32 / (0.004 * rate)).min(1.0);
            let shape = rise * (1.0 - t).powi(2);
            let tone = (phase * TAU).sin() + 0.25 * (phase * 2.0 * TAU).sin();
            *sample += tone * shape * note.loud * gain;
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Sound; 6] = [
        Sound::Hit,
        Sound::Miss,
        Sound::Pop,
        Sound::Turn,
        Sound::Win,
        Sound::Loss,
    ];

    #[test]
    fn sounds_are_short_and_never_too_loud() {
        for sound in ALL {
            let samples = samples(sound, 100, 44_100);
            let seconds = samples.len() as f32 / 44_100.0;
            assert!(seconds > 0.05 && seconds < 1.3, "{sound:?}: {seconds} s");
            let loudest = samples.iter().fold(0.0_f32, |most, s| most.max(s.abs()));
            assert!(loudest > 0.1 && loudest < 0.9, "{sound:?}: {loudest}");
            // No click at either end.
            assert!(samples[0].abs() < 0.01 && samples[samples.len() - 1].abs() < 0.01);
        }
        assert!(samples(Sound::Win, 0, 44_100).iter().all(|s| *s == 0.0));
    }
}
