//! What moves in the picture of a room, and how far it is. Everything that
//! happens takes less than a second; between, she blinks and takes a breath
//! now and then, as long as somebody looks.

use std::time::Duration;

use eframe::egui;

use crate::{
    game::{CHANCES, Phase},
    node::RoomView,
};

/// How long a change takes, in seconds.
const LENGTH: f64 = 0.8;

/// How long it is seen what popped the last balloon, in seconds.
const POPPED: f64 = 6.0;

/// From one breath to the next, in seconds.
const REST: f64 = 7.0;

/// How long a breath takes, in seconds.
const BREATH: f64 = 0.9;

/// When she blinks in each [`REST`], in seconds.
const BLINKS: [f64; 2] = [2.6, 5.3];

/// How long her eyes are shut, in seconds.
const SHUT: f64 = 0.14;

/// How the round stands, as far as the picture shows it.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Shown {
    misses: u32,
    end: End,
}

/// How a round ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// It has not.
    Not,
    Won,
    Lost,
}

/// What moved last, and since when.
#[derive(Debug, Default)]
pub(super) struct Motion {
    seen: Option<Shown>,
    /// The misses from which she sinks, or rises.
    from: f32,
    /// In seconds, as egui counts them.
    since: Option<f64>,
}

/// The picture at one moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Pose {
    pub(super) misses: u32,
    pub(super) end: End,
    /// The misses as she sinks: between two numbers, or a little beyond.
    pub(super) sunk: f32,
    /// How much of the last change is done, from 0 to 1.
    pub(super) done: f32,
    /// Whether what popped the last balloon is still to be seen.
    pub(super) popped: bool,
    /// How deep the breath is that she takes, from 0 to 1.
    pub(super) breath: f32,
    /// Whether her eyes are shut for a moment.
    pub(super) blinks: bool,
}

impl Motion {
    /// The picture of a room now; if it moves on by itself, a frame is asked
    /// for in time. Where `calm`, nothing moves.
    pub(super) fn pose(&mut self, ctx: &egui::Context, room: &RoomView, calm: bool) -> Pose {
        let (now, focused) = ctx.input(|input| (input.time, input.focused));
        let (pose, next) = self.pose_at(now, shown(room), calm, focused);
        if let Some(next) = next {
            ctx.request_repaint_after(next);
        }
        pose
    }

    /// The picture at `now`, and in how long it is another.
    fn pose_at(
        &mut self,
        now: f64,
        shown: Shown,
        calm: bool,
        focused: bool,
    ) -> (Pose, Option<Duration>) {
        if let Some(seen) = self.seen.filter(|seen| *seen != shown) {
            self.from = seen.misses as f32;
            self.since = Some(now);
        }
        self.seen = Some(shown);
        let mut pose = Pose {
            misses: shown.misses,
            end: shown.end,
            sunk: shown.misses as f32,
            done: 1.0,
            popped: true,
            breath: 0.0,
            blinks: false,
        };
        let old = self.since.map(|since| now - since);
        pose.popped = old.is_none_or(|old| old < POPPED);
        let until = old.filter(|old| *old < POPPED);
        let until = until.map(|old| Duration::from_secs_f64(POPPED - old));
        if calm {
            return (pose, until);
        }
        let done = old.map_or(1.0, |old| old / LENGTH);
        if done < 1.0 {
            pose.done = done.max(0.0) as f32;
            pose.sunk = egui::lerp(self.from..=pose.sunk, settle(pose.done));
            return (pose, Some(Duration::ZERO));
        }
        if !focused || shown.end != End::Not {
            return (pose, until);
        }
        let at = now.rem_euclid(REST);
        if at < BREATH {
            pose.breath = (at / BREATH * std::f64::consts::PI).sin() as f32;
            return (pose, Some(Duration::ZERO));
        }
        let starts = BLINKS.into_iter().flat_map(|blink| [blink, blink + SHUT]);
        let next = starts.chain([REST]).find(|start| *start > at);
        pose.blinks = BLINKS
            .iter()
            .any(|blink| (*blink..blink + SHUT).contains(&at));
        let wait = next.unwrap_or(REST) - at;
        (pose, Some(Duration::from_secs_f64(wait)))
    }
}

fn shown(room: &RoomView) -> Shown {
    let round = room.state.game().round();
    Shown {
        misses: round.map_or(0, |round| CHANCES - round.chances_left()),
        end: match round.map(crate::game::Round::phase) {
            Some(Phase::Won) => End::Won,
            Some(Phase::Lost) => End::Lost,
            _ => End::Not,
        },
    }
}

/// From 0 to 1, fast at first, a little beyond, and back.
fn settle(t: f32) -> f32 {
    const OVER: f32 = 1.4;
    let left = t - 1.0;
    1.0 + (OVER + 1.0) * left.powi(3) + OVER * left.powi(2)
}

/// From 0 to 1, slower and slower.
pub(super) fn ease_out(t: f32) -> f32 {
    1.0 - (1.0 - t).powi(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn misses(misses: u32) -> Shown {
        Shown {
            misses,
            end: End::Not,
        }
    }

    #[test]
    fn a_change_takes_less_than_a_second_and_ends_where_it_should() {
        let mut motion = Motion::default();
        let calm = |motion: &mut Motion, now, shown| motion.pose_at(now, shown, false, false);
        // What is there when the room is opened, was not seen to happen.
        let (pose, next) = calm(&mut motion, 10.0, misses(2));
        assert_eq!((pose.sunk, pose.done, next), (2.0, 1.0, None));
        let (pose, next) = calm(&mut motion, 20.0, misses(3));
        assert!(
            (pose.sunk - 2.0).abs() < 0.01 && pose.done == 0.0,
            "{pose:?}"
        );
        assert_eq!(next, Some(Duration::ZERO));
        let (pose, _) = calm(&mut motion, 20.4, misses(3));
        assert!(pose.sunk > 2.5 && pose.sunk < 3.2, "{pose:?}");
        let (pose, next) = calm(&mut motion, 20.9, misses(3));
        assert_eq!((pose.sunk, pose.done, pose.popped), (3.0, 1.0, true));
        let next = next.expect("the words about it go").as_secs_f64();
        assert!((next - 5.1).abs() < 0.01, "{next}");
        let (pose, next) = calm(&mut motion, 26.1, misses(3));
        assert_eq!((pose.popped, next), (false, None));
        // The next round: she rises.
        let (pose, _) = calm(&mut motion, 30.0, misses(0));
        assert!((pose.sunk - 3.0).abs() < 0.01, "{pose:?}");
        assert_eq!(calm(&mut motion, 31.0, misses(0)).0.sunk, 0.0);
    }

    #[test]
    fn nothing_moves_for_nobody() {
        let mut motion = Motion::default();
        let mut frames = 0;
        let mut now = 0.0;
        let (mut breath, mut blinks) = (0.0_f32, 0);
        while now < REST {
            let (pose, next) = motion.pose_at(now, misses(1), false, true);
            breath = breath.max(pose.breath);
            blinks += u32::from(pose.blinks);
            frames += 1;
            now += next.expect("she breathes").as_secs_f64().max(1.0 / 60.0);
        }
        // A second of frames in seven, not seven.
        assert!(breath > 0.99 && frames < 62, "{breath}, {frames} frames");
        assert_eq!(blinks, 2);
        for shown in [End::Won, End::Lost].map(|end| Shown { misses: 1, end }) {
            motion.pose_at(50.0, shown, false, true);
            assert_eq!(motion.pose_at(60.0, shown, false, true).1, None);
        }
        motion.pose_at(70.0, misses(4), true, true);
        assert_eq!(motion.pose_at(77.0, misses(4), true, true).1, None);
        assert_eq!(motion.pose_at(80.0, misses(4), false, false).1, None);
    }
}
