//! What is to be found: the clue, the mask, whose turn it is, and how the round
//! ended.

use std::time::Duration;

use eframe::egui::{self, Align2, FontId, RichText, Sense, Stroke, Vec2, vec2};

use super::{
    last_event::Tone,
    parts::announce,
    phrases,
    theme::{Palette, bold, display, roominess},
    words::{tr, upper},
};
use crate::{
    game::{CHANCES, Game, Mode, PeerId, Phase, Round},
    node::{Clock, RoomView},
};

/// Draws the clue, the mask, the result, and what just happened.
pub(super) fn board_ui(
    ui: &mut egui::Ui,
    room: &RoomView,
    me: PeerId,
    happened: Option<(&str, Tone)>,
) {
    let p = Palette::of(ui);
    let game = room.state.game();
    let Some(round) = game.round() else {
        ui.vertical_centered(|ui| {
            ui.add_space(8.0);
            ui.heading(tr!("board-ready"));
            let owner = game.table().owner.filter(|owner| *owner != me);
            let text = match owner {
                None => tr!("board-choose"),
                Some(owner) => tr!("board-owner-starts", owner = game.name_of(&owner)),
            };
            ui.label(RichText::new(text).color(p.weak));
            told_ui(ui, happened);
        });
        return;
    };
    ui.vertical_centered(|ui| {
        ui.label(RichText::new(title(game, round)).small().color(p.weak));
        if !round.clue().is_empty() {
            ui.label(
                RichText::new(round.clue())
                    .size(17.0 * roominess(ui))
                    .color(p.text),
            );
        }
        ui.add_space(4.0);
        if round.len() > 0 {
            mask_ui(ui, round, !round.is_on());
        }
        ui.add_space(6.0);
        let (text, color) = status(p, game, round, me);
        let told = ui.label(bold(text).size(18.0 * roominess(ui)).color(color));
        announce(&told);
        told_ui(ui, happened);
        if let Some(clock) = &room.clock {
            clock_ui(ui, clock);
        }
        if let Some(given_up) = game.given_up()
            && given_up.number + 1 == round.number()
        {
            let who = game.name_of(&given_up.by);
            let text = tr!(
                "board-given-up",
                who = who,
                secret = given_up.secret.as_str()
            );
            ui.label(RichText::new(text).color(p.weak));
        }
    });
}

/// What happened just now. Its line is there from the start, so that the keys
/// stay in place.
fn told_ui(ui: &mut egui::Ui, happened: Option<(&str, Tone)>) {
    let p = Palette::of(ui);
    let (text, tone) = happened.unwrap_or((" ", Tone::Plain));
    let color = match tone {
        Tone::Good => p.hit,
        Tone::Bad => p.error,
        Tone::Plain => p.weak,
    };
    let told = egui::Label::new(RichText::new(text).color(color)).truncate();
    announce(&ui.add(told));
}

fn title(game: &Game, round: &Round) -> String {
    let newest = game.table().newest_match.as_ref();
    match newest.filter(|newest| round.frame().in_match == newest.number) {
        Some(newest) => tr!(
            "board-match",
            mode = phrases::mode(newest.mode),
            round = newest.begun,
            rounds = newest.rounds
        ),
        None => tr!("board-round", round = round.number()),
    }
}

/// What is going on, in a line.
fn status(p: &Palette, game: &Game, round: &Round, me: PeerId) -> (String, egui::Color32) {
    let setter = round.frame().setter;
    let setter_name = setter.map_or_else(
        || tr!("board-the-setter"),
        |setter| game.name_of(&setter).to_owned(),
    );
    let secret = round
        .secret()
        .map(crate::game::Secret::text)
        .unwrap_or_default();
    let i_set = setter == Some(me);
    match round.phase() {
        Phase::Won if setter.is_some() => (tr!("board-found-it", secret = secret), p.hit),
        Phase::Won => (tr!("board-won"), p.hit),
        Phase::Lost => (tr!("board-lost", secret = secret), p.error),
        Phase::Void => {
            let why = phrases::void(game, round).unwrap_or_default();
            let mut text = match round.voided_by() {
                Some(_) => tr!("board-broken-off", why = why),
                None => tr!("board-void", why = why),
            };
            if !secret.is_empty() {
                text.push(' ');
                text.push_str(&tr!("board-it-was", secret = secret));
            }
            (text, p.error)
        }
        Phase::Setting if i_set => (tr!("board-set-it"), p.accent),
        Phase::Setting => (tr!("board-setting", setter = setter_name), p.weak),
        Phase::Revealing => (tr!("board-revealing", setter = setter_name), p.weak),
        Phase::Lobby | Phase::Guessing => {
            let left = balloons(round.chances_left());
            let color = if round.chances_left() == 1 {
                p.error
            } else {
                p.weak
            };
            let watches = game
                .players()
                .get(&me)
                .is_some_and(|player| player.watching);
            match (round.frame().mode, round.frame().turn) {
                _ if watches => (tr!("board-watching", left = left), p.weak),
                _ if i_set => (tr!("board-others-guess", left = left), color),
                (Mode::Turns, Some(turn)) if turn == me => {
                    (tr!("board-my-turn", left = left), p.accent)
                }
                (Mode::Turns, Some(turn)) => {
                    let who = game.name_of(&turn);
                    (tr!("board-turn", who = who, left = left), color)
                }
                (Mode::Turns, None) => (tr!("board-nobody"), p.weak),
                _ if round.chances_left() == CHANCES => (tr!("board-first", left = left), p.weak),
                _ => (left, color),
            }
        }
    }
}

/// How many balloons are left, as a sentence.
pub(super) fn balloons(left: u32) -> String {
    tr!("balloons-left", count = left)
}

/// The time that is left, once a second.
fn clock_ui(ui: &mut egui::Ui, clock: &Clock) {
    let left = clock.left();
    // Answers of a program are not worth a clock, unless they do not come.
    if clock.limit - left < Duration::from_secs(2) && clock.wait == crate::game::Wait::Answer {
        ui.ctx().request_repaint_after(Duration::from_secs(2));
        return;
    }
    let seconds = left.as_secs() + u64::from(left.subsec_nanos() > 0);
    let share = seconds as f32 / clock.limit.as_secs_f32().max(1.0);
    let p = Palette::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(160.0, 14.0), Sense::hover());
    let text = tr!("board-seconds", seconds = seconds);
    let spoken = tr!("board-seconds-left", seconds = seconds);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &spoken));
    let bar = egui::Rect::from_min_size(rect.min + vec2(0.0, 4.0), vec2(120.0, 6.0));
    ui.painter().rect_filled(bar, 3.0, p.line);
    let mut full = bar;
    full.set_width(bar.width() * share.clamp(0.0, 1.0));
    let color = if seconds <= 5 { p.error } else { p.accent };
    ui.painter().rect_filled(full, 3.0, color);
    let at = rect.right_center();
    ui.painter().text(
        at,
        Align2::RIGHT_CENTER,
        text,
        FontId::proportional(12.5),
        p.weak,
    );
    if !left.is_zero() {
        let next = left.subsec_nanos();
        let wait = if next == 0 { 1_000_000_000 } else { next };
        ui.ctx()
            .request_repaint_after(Duration::from_nanos(u64::from(wait)));
    }
}

/// The width of the smallest tile, in points: a word that needs smaller ones is
/// broken.
const SMALLEST: f32 = 13.0;

/// The secret as tiles, broken between words; once it is `over`, with what was
/// not found.
pub(super) fn mask_ui(ui: &mut egui::Ui, round: &Round, over: bool) {
    let told = round.secret().filter(|_| over);
    let cells: Vec<(Option<String>, bool)> = round
        .mask()
        .enumerate()
        .map(|(i, open)| match open {
            Some(shown) => (Some(shown.into_owned()), true),
            // After a loss the rest is told, in another tone.
            None => (told.map(|secret| secret.cells()[i].shown.clone()), false),
        })
        .collect();
    let words: Vec<&[(Option<String>, bool)]> = cells
        .split(|(shown, _)| shown.as_deref() == Some(" "))
        .collect();
    let longest = words.iter().map(|word| word.len()).max();
    let longest = longest.unwrap_or(1).max(1);
    let roomy = roominess(ui);
    let width = ui.available_width().min(640.0 * roomy);
    let largest = if width < 520.0 { 32.0 } else { 40.0 * roomy };
    let tile_for = |letters: usize| width / letters.max(8) as f32 - 4.0;
    let tile = if tile_for(longest) < SMALLEST {
        // In lines of equal length, each with a hyphen, and larger.
        tile_for(longest.div_ceil(longest.div_ceil(16)) + 1)
    } else {
        tile_for(longest)
    };
    let tile = tile.clamp(SMALLEST, largest);
    let lines = break_lines(&words, ((width + 4.0) / (tile + 4.0)) as usize);
    let height = tile * 1.3;
    let total = vec2(width, lines.len() as f32 * (height + 8.0));
    let (rect, response) = ui.allocate_exact_size(total, Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, spoken(round)));
    let p = Palette::of(ui);
    let painter = ui.painter();
    for (nth, line) in lines.iter().enumerate() {
        let count: usize = line.iter().map(Part::width).sum::<usize>() + line.len() - 1;
        let start = rect.center().x - (count as f32 * (tile + 4.0) - 4.0) / 2.0;
        let y = rect.top() + nth as f32 * (height + 8.0);
        let mut x = start;
        for part in line {
            for (shown, open) in part.cells {
                let cell = egui::Rect::from_min_size(egui::pos2(x, y), Vec2::new(tile, height));
                let is_letter = shown
                    .as_deref()
                    .is_none_or(|s| s.chars().any(char::is_alphabetic));
                if is_letter {
                    painter.rect(
                        cell,
                        6.0,
                        if *open { p.card } else { p.miss },
                        Stroke::new(1.0, p.line),
                        egui::StrokeKind::Inside,
                    );
                    let foot = [
                        cell.left_bottom() + vec2(5.0, -5.0),
                        cell.right_bottom() + vec2(-5.0, -5.0),
                    ];
                    let color = if shown.is_some() { p.line } else { p.weak };
                    painter.line_segment(foot, Stroke::new(2.0, color));
                }
                if let Some(shown) = shown {
                    let upper = upper(shown);
                    let color = if *open { p.text } else { p.error };
                    let font = display(tile * 0.7);
                    painter.text(
                        cell.center() - vec2(0.0, 1.0),
                        Align2::CENTER_CENTER,
                        upper,
                        font,
                        color,
                    );
                }
                x += tile + 4.0;
            }
            if part.goes_on {
                let at = egui::pos2(x, y + height * 0.5);
                let font = display(tile * 0.7);
                painter.text(at, Align2::LEFT_CENTER, "-", font, p.weak);
            }
            x += tile + 4.0;
        }
    }
}

/// A word, or as much of it as a line takes.
struct Part<'a, T> {
    cells: &'a [T],
    /// Whether the word goes on in the next line, which a hyphen says.
    goes_on: bool,
}

impl<T> Part<'_, T> {
    /// In tiles.
    fn width(&self) -> usize {
        self.cells.len() + usize::from(self.goes_on)
    }
}

/// Puts words on lines of at most `max` tiles; a space is one tile, and so is a
/// hyphen. A longer word is broken into equal parts.
fn break_lines<'a, T>(words: &[&'a [T]], max: usize) -> Vec<Vec<Part<'a, T>>> {
    let mut lines: Vec<Vec<Part<'_, T>>> = Vec::new();
    let mut used = 0;
    for part in words.iter().flat_map(|word| parts(word, max)) {
        let needed = part.width() + usize::from(used > 0);
        match lines.last_mut() {
            Some(line) if used + needed <= max => {
                used += needed;
                line.push(part);
            }
            _ => {
                used = part.width();
                lines.push(vec![part]);
            }
        }
    }
    lines
}

fn parts<T>(word: &[T], max: usize) -> impl Iterator<Item = Part<'_, T>> {
    let count = if word.len() <= max {
        1
    } else {
        word.len().div_ceil(max.saturating_sub(1).max(1))
    };
    let each = word.len().div_ceil(count).max(1);
    word.chunks(each).enumerate().map(move |(n, cells)| Part {
        cells,
        goes_on: (n + 1) * each < word.len(),
    })
}

/// The mask for a screen reader.
fn spoken(round: &Round) -> String {
    let cells: Vec<String> = round
        .mask()
        .map(|cell| match cell {
            None => tr!("mask-blank"),
            Some(shown) if shown == " " => tr!("mask-space"),
            Some(shown) => shown.into_owned(),
        })
        .collect();
    tr!("mask", cells = cells.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words() {
        let words: Vec<&[u8]> = vec![b"once", b"in", b"a", b"blue", b"moon"];
        let lines = |max| -> Vec<String> {
            break_lines(&words, max)
                .iter()
                .map(|line| {
                    let shown = line.iter().map(|part| {
                        let hyphen = if part.goes_on { "-" } else { "" };
                        format!("{}{hyphen}", str::from_utf8(part.cells).expect("ASCII"))
                    });
                    shown.collect::<Vec<_>>().join(" ")
                })
                .collect()
        };
        assert_eq!(lines(100), ["once in a blue moon"]);
        assert_eq!(lines(9), ["once in a", "blue moon"]);
        assert_eq!(lines(8), ["once in", "a blue", "moon"]);
        assert_eq!(lines(3)[..4], ["on-", "ce", "in", "a"]);
        assert_eq!(lines(0).len(), 15);
        assert!(break_lines::<u8>(&[&[]], 8).is_empty());
    }
}
