//! The letters: clicked on screen or typed on the real keyboard.

use eframe::egui::{self, Align2, FontId, Sense, Stroke, vec2};

use super::theme::Palette;
use crate::{
    game::{Letter, Phase},
    node::{Command, RoomView},
};

/// The rows of the keys on most people's desks.
const ROWS: [&str; 3] = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];

/// The largest key, in points.
const MAX_KEY: f32 = 50.0;

/// The space between two keys, in points.
const SPACE: f32 = 5.0;

/// What is known of a letter in this round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Free,
    Pending,
    Hit,
    Miss,
}

/// Draws the keys, and takes what is clicked or typed.
pub(super) fn keyboard_ui(ui: &mut egui::Ui, room: &RoomView) -> Vec<Command> {
    let guessing = room.state.game().phase() == Phase::Guessing;
    let mut guessed = if guessing { typed(ui) } else { Vec::new() };
    let width = ui.available_width();
    let longest = ROWS[0].len() as f32;
    let key = ((width - (longest - 1.0) * SPACE) / longest).min(MAX_KEY);
    for row in ROWS {
        let count = row.len() as f32;
        let indent = (width - count * key - (count - 1.0) * SPACE) / 2.0;
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing = vec2(SPACE, SPACE);
            ui.add_space(indent.max(0.0));
            for c in row.chars() {
                let letter = Letter::from_folded(c);
                if key_ui(ui, room, letter, key, guessing) {
                    guessed.push(letter);
                }
            }
        });
    }
    let round = room.state.game().round().map(|round| round.number());
    guessed
        .into_iter()
        // Sent once: while it is on its way, it is not sent again.
        .filter(|letter| !room.pending.contains(&letter.as_char()))
        .map(|letter| Command::Guess { letter, round })
        .collect()
}

/// The letters that were typed, unless they were meant for something else.
fn typed(ui: &egui::Ui) -> Vec<Letter> {
    let ctx = ui.ctx();
    let elsewhere = ctx.text_edit_focused()
        || ctx.any_popup_open()
        || ctx.memory(|memory| memory.top_modal_layer().is_some());
    if elsewhere {
        return Vec::new();
    }
    ui.input(|input| {
        let chord = input.modifiers.ctrl || input.modifiers.alt || input.modifiers.command;
        let texts = input.events.iter().filter_map(|event| match event {
            egui::Event::Text(text) if !chord => Letter::parse(text).ok(),
            _ => None,
        });
        texts.collect()
    })
}

fn key_ui(ui: &mut egui::Ui, room: &RoomView, letter: Letter, size: f32, guessing: bool) -> bool {
    let state = state_of(room, letter);
    let upper: String = letter.as_char().to_uppercase().collect();
    let enabled = guessing && state == State::Free;
    let sense = if enabled {
        Sense::click()
    } else {
        Sense::hover()
    };
    let (rect, response) = ui.allocate_exact_size(vec2(size, size.max(34.0)), sense);
    let name = match state {
        State::Free => format!("Letter {upper}"),
        State::Pending => format!("Letter {upper}, on its way"),
        State::Hit => format!("Letter {upper}, hit"),
        State::Miss => format!("Letter {upper}, miss"),
    };
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, enabled, &name));
    let p = Palette::of(ui);
    let (fill, text) = match state {
        State::Free => (p.key, if guessing { p.text } else { p.weak }),
        State::Pending => (p.line, p.text),
        State::Hit => (p.hit, p.on_hit),
        State::Miss => (p.miss, p.on_miss),
    };
    let stroke = if response.has_focus() {
        Stroke::new(2.5, p.accent)
    } else if response.hovered() && enabled {
        Stroke::new(1.5, p.accent)
    } else {
        Stroke::new(1.0, p.line)
    };
    let painter = ui.painter();
    painter.rect(rect, 8.0, fill, stroke, egui::StrokeKind::Inside);
    let font = FontId::proportional((size * 0.48).clamp(15.0, 21.0));
    let lift = if state == State::Free { 0.0 } else { 4.0 };
    let at = rect.center() - vec2(0.0, lift);
    painter.text(at, Align2::CENTER_CENTER, &upper, font, text);
    // Told apart without colour: a bar under a hit, a cross under a miss.
    let mark = Stroke::new(2.0, text);
    let foot = egui::pos2(rect.center().x, rect.bottom() - 6.5);
    match state {
        State::Hit => {
            let half = vec2(size * 0.2, 0.0);
            painter.line_segment([foot - half, foot + half], mark);
        }
        State::Miss => {
            for half in [vec2(3.5, 3.5), vec2(3.5, -3.5)] {
                painter.line_segment([foot - half, foot + half], mark);
            }
        }
        State::Pending => {
            painter.text(
                foot,
                Align2::CENTER_CENTER,
                "…",
                FontId::proportional(13.0),
                text,
            );
        }
        State::Free => {}
    }
    response.clicked()
}

fn state_of(room: &RoomView, letter: Letter) -> State {
    let Some(round) = room.state.game().round() else {
        return State::Free;
    };
    match round.guesses().iter().find(|guess| guess.letter == letter) {
        Some(guess) if guess.hit => State::Hit,
        Some(_) => State::Miss,
        None if room.pending.contains(&letter.as_char()) => State::Pending,
        None => State::Free,
    }
}
