//! What is to be found: the clue, the mask, whose turn it is, and how the round
//! ended.

use std::time::Duration;

use eframe::egui::{self, Align2, FontId, RichText, Sense, Stroke, Vec2, vec2};

use super::{
    last_event::Tone,
    parts::{announce, in_rows, paint_inside},
    phrases,
    theme::{Palette, bold, display, roominess},
    words::{tr, upper},
};
use crate::{
    game::{
        CHANCES, Game, MAX_SECRET_CELLS, Mode, Names, PeerId, Phase, Round, safe_text, short_text,
    },
    node::{Clock, RoomView},
};

/// What of the board there is height for.
struct Fit {
    title: bool,
    told: bool,
    /// The rows of the texts that may have several.
    clue: usize,
    status: usize,
    given_up: usize,
    /// The height of the mask, in points.
    mask: f32,
}

impl Fit {
    /// What fits into so many points: the mask and what is going on always, and the
    /// clue before all others.
    fn into(ui: &egui::Ui, room: &RoomView, round: &Round, most: f32) -> Self {
        let space = ui.spacing().item_spacing.y;
        let row = |size: f32| ui.ctx().fonts_mut(|fonts| fonts.row_height(&display(size)));
        let (small, usual, large) = (row(13.0), row(15.0), row(18.0 * roominess(ui)));
        let natural = Mask::of(ui.available_width(), roominess(ui), round, f32::INFINITY).height();
        let mask = natural.min(most * 0.5);
        // Around the mask.
        let mut left = most - mask - 10.0 - 2.0 * space;
        if room.clock.is_some() {
            left -= 14.0 + space;
        }
        let mut take = |height: f32| {
            let fits = left >= height;
            if fits {
                left -= height;
            }
            fits
        };
        let mut fit = Self {
            status: usize::from(take(large + space)),
            clue: usize::from(take(large + space)),
            told: take(usual + space),
            title: take(small + space),
            given_up: usize::from(take(usual + space)),
            mask,
        };
        for _ in 0..2 {
            fit.clue += usize::from(fit.clue > 0 && take(large));
            fit.status += usize::from(fit.status > 0 && take(large));
        }
        fit.given_up += usize::from(fit.given_up > 0 && take(usual));
        fit.mask += left.max(0.0);
        fit
    }
}

/// Draws the clue, the mask, the result, and what just happened, on so many points
/// of height at the most, whatever they are.
pub(super) fn board_ui(
    ui: &mut egui::Ui,
    room: &RoomView,
    names: &Names,
    me: PeerId,
    happened: Option<(&str, Tone)>,
    most: f32,
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
                Some(owner) => tr!("board-owner-starts", owner = names.name_of(&owner)),
            };
            ui.label(RichText::new(text).color(p.weak));
            told_ui(ui, happened);
        });
        return;
    };
    let fit = Fit::into(ui, room, round, most);
    ui.vertical_centered(|ui| {
        if fit.title {
            let title = RichText::new(title(game, round)).small().color(p.weak);
            ui.add(in_rows(ui, title, 1));
        }
        let clue = safe_text(round.clue());
        if !clue.is_empty() && fit.clue > 0 {
            let clue = RichText::new(&*clue)
                .size(17.0 * roominess(ui))
                .color(p.text);
            ui.add(in_rows(ui, clue, fit.clue));
        }
        ui.add_space(4.0);
        if round.len() > 0 {
            let mask = mask_ui(ui, round, !round.is_on(), fit.mask);
            if !clue.is_empty() && fit.clue == 0 {
                mask.on_hover_text(clue);
            }
        }
        ui.add_space(6.0);
        let (text, color) = status(p, game, names, round, me);
        let text = bold(text).size(18.0 * roominess(ui)).color(color);
        if fit.status > 0 {
            announce(&ui.add(in_rows(ui, text, fit.status)));
        }
        if fit.told {
            told_ui(ui, happened);
        }
        if let Some(clock) = &room.clock {
            clock_ui(ui, clock);
        }
        if let Some(given_up) = game.given_up()
            && given_up.number.checked_add(1) == Some(round.number())
            && fit.given_up > 0
        {
            let who = names.name_of(&given_up.by);
            let secret = short_text(&given_up.secret, MAX_SECRET_CELLS);
            let text = tr!("board-given-up", who = who, secret = secret);
            ui.add(in_rows(ui, RichText::new(text).color(p.weak), fit.given_up));
        }
    });
}

/// What happened just now. Its line is there from the start, so that the keys
/// stay in place.
fn told_ui(ui: &mut egui::Ui, happened: Option<(&str, Tone)>) {
    let p = Palette::of(ui);
    let (text, tone) = happened.unwrap_or((" ", Tone::Plain));
    let text = &*safe_text(text);
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
fn status(
    p: &Palette,
    game: &Game,
    names: &Names,
    round: &Round,
    me: PeerId,
) -> (String, egui::Color32) {
    let setter = round.frame().setter;
    let setter_name = setter.map_or_else(
        || tr!("board-the-setter"),
        |setter| names.name_of(&setter).to_owned(),
    );
    let secret = round
        .secret()
        .map(|secret| short_text(&secret.text(), MAX_SECRET_CELLS))
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
                    let who = names.name_of(&turn);
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

/// How large the tiles of a mask are, and what stands on its lines.
struct Mask {
    width: f32,
    /// The width of a tile, in points; it is a little higher.
    tile: f32,
    /// The space between two lines, in points.
    gap: f32,
    /// How many cells each word has.
    words: Vec<usize>,
}

impl Mask {
    /// As large as they are drawn, on at most `most` points of height.
    fn of(available: f32, roomy: f32, round: &Round, most: f32) -> Self {
        let mut words = vec![0];
        for shown in round.mask() {
            match (shown.as_deref(), words.last_mut()) {
                (Some(" "), _) => words.push(0),
                (_, Some(word)) => *word += 1,
                (_, None) => {}
            }
        }
        let longest = words.iter().copied().max().unwrap_or(1).max(1);
        let width = available.min(640.0 * roomy);
        let largest = if width < 520.0 { 32.0 } else { 40.0 * roomy };
        let tile_for = |letters: usize| width / letters.max(8) as f32 - 4.0;
        let tile = if tile_for(longest) < SMALLEST {
            // In lines of equal length, each with a hyphen, and larger.
            tile_for(longest.div_ceil(longest.div_ceil(16)) + 1)
        } else {
            tile_for(longest)
        };
        let mut mask = Self {
            width,
            tile: tile.clamp(SMALLEST, largest),
            gap: 8.0,
            words,
        };
        // Rather small than out of sight.
        while mask.height() > most && mask.tile > 3.0 {
            mask.tile -= 0.5;
            mask.gap = mask.gap.min(mask.tile * 0.4);
        }
        mask
    }

    /// How many tiles there are on a line.
    fn per_line(&self) -> usize {
        ((self.width + 4.0) / (self.tile + 4.0)) as usize
    }

    fn line(&self) -> f32 {
        self.tile * 1.3 + self.gap
    }

    fn height(&self) -> f32 {
        let words: Vec<Vec<()>> = self.words.iter().map(|cells| vec![(); *cells]).collect();
        let words: Vec<&[()]> = words.iter().map(Vec::as_slice).collect();
        break_lines(&words, self.per_line()).len() as f32 * self.line()
    }
}

/// The secret as tiles, broken between words, on at most `most` points of height;
/// once it is `over`, with what was not found.
pub(super) fn mask_ui(ui: &mut egui::Ui, round: &Round, over: bool, most: f32) -> egui::Response {
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
    let mask = Mask::of(ui.available_width(), roominess(ui), round, most);
    let tile = mask.tile;
    let lines = break_lines(&words, mask.per_line());
    let height = tile * 1.3;
    let total = vec2(mask.width, lines.len() as f32 * mask.line());
    let (rect, response) = ui.allocate_exact_size(total, Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, spoken(round)));
    let p = Palette::of(ui);
    let painter = ui.painter();
    for (nth, line) in lines.iter().enumerate() {
        let count: usize = line.iter().map(Part::width).sum::<usize>() + line.len() - 1;
        let start = rect.center().x - (count as f32 * (tile + 4.0) - 4.0) / 2.0;
        let y = rect.top() + nth as f32 * mask.line();
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
                    let color = if *open { p.text } else { p.error };
                    let font = display(tile * 0.7);
                    // One grapheme, whatever was sent as one.
                    let one = upper(&short_text(shown, 1));
                    let place = cell.translate(vec2(0.0, -1.0)).expand2(vec2(2.0, 1.0));
                    paint_inside(painter, place, &one, &font, color);
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
    response
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
            Some(shown) => short_text(&shown, 1),
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
