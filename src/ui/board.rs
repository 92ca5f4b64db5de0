//! What is to be found: the clue, the mask, and how the round ended.

use eframe::egui::{self, Align2, FontId, RichText, Sense, Stroke, Vec2, vec2};

use super::{
    note_place,
    theme::{Palette, main_button},
};
use crate::{
    game::{CHANCES, Phase, Round},
    node::{Command, RoomView, View},
};

/// The window's own drafts of the board.
#[derive(Default)]
pub(super) struct Draft {
    /// The chosen pack, by its place in the list.
    pack: usize,
    /// Whether "give up this round?" is asked, and about which.
    asking: Option<u32>,
}

/// Draws the clue, the mask and the result.
pub(super) fn board_ui(ui: &mut egui::Ui, room: &RoomView) {
    let p = Palette::of(ui);
    let game = room.state.game();
    let Some(round) = game.round() else {
        ui.vertical_centered(|ui| {
            ui.add_space(8.0);
            ui.heading("Ready when you are");
            ui.label(
                RichText::new(
                    "Choose a word pack and start the first round. Everyone guesses together.",
                )
                .color(p.weak),
            );
            ui.add_space(8.0);
        });
        return;
    };
    ui.vertical_centered(|ui| {
        ui.label(
            RichText::new(format!("Round {}", round.number()))
                .small()
                .color(p.weak),
        );
        if !round.clue().is_empty() {
            ui.label(RichText::new(round.clue()).size(17.0).color(p.text));
        }
        ui.add_space(4.0);
        mask_ui(ui, round);
        ui.add_space(6.0);
        let (text, color) = match round.phase() {
            Phase::Won => ("You found it!".to_owned(), p.hit),
            Phase::Lost => (
                format!("Oh no! It was “{}”.", round.secret().text()),
                p.error,
            ),
            _ => match round.chances_left() {
                CHANCES => ("Six balloons. Guess a letter!".to_owned(), p.weak),
                1 => ("One balloon left!".to_owned(), p.error),
                n => (format!("{n} balloons left"), p.weak),
            },
        };
        ui.label(RichText::new(text).size(18.0).strong().color(color));
        if let Some(given_up) = game.given_up()
            && given_up.number + 1 == round.number()
        {
            let who = game.name_of(&given_up.by);
            let text = format!(
                "{who} started a new round. The word was “{}”.",
                given_up.secret
            );
            ui.label(RichText::new(text).color(p.weak));
        }
    });
}

/// The secret as tiles, broken between words.
fn mask_ui(ui: &mut egui::Ui, round: &Round) {
    let over = round.phase().is_over();
    let cells: Vec<(Option<String>, bool)> = round
        .secret()
        .cells()
        .iter()
        .zip(round.mask())
        .map(|(cell, open)| {
            let shown = open.map(str::to_owned);
            // After a loss the rest is told, in another tone.
            match shown {
                Some(shown) => (Some(shown), true),
                None => (over.then(|| cell.shown.clone()), false),
            }
        })
        .collect();
    let words: Vec<&[(Option<String>, bool)]> = cells
        .split(|(shown, _)| shown.as_deref() == Some(" "))
        .collect();
    let longest = words.iter().map(|word| word.len()).max().unwrap_or(1);
    let width = ui.available_width().min(640.0);
    let tile = (width / longest.max(8) as f32 - 4.0).clamp(13.0, 40.0);
    let lines = break_lines(&words, ((width + 4.0) / (tile + 4.0)) as usize);
    let height = tile * 1.3;
    let total = vec2(width, lines.len() as f32 * (height + 8.0));
    let (rect, response) = ui.allocate_exact_size(total, Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, spoken(round)));
    let p = Palette::of(ui);
    let painter = ui.painter();
    for (nth, line) in lines.iter().enumerate() {
        let count: usize = line.iter().map(|w| w.len()).sum::<usize>() + line.len() - 1;
        let start = rect.center().x - (count as f32 * (tile + 4.0) - 4.0) / 2.0;
        let y = rect.top() + nth as f32 * (height + 8.0);
        let mut x = start;
        for word in line {
            for (shown, open) in *word {
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
                    let upper: String = shown.to_uppercase();
                    let color = if *open { p.text } else { p.error };
                    let font = FontId::proportional(tile * 0.72);
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
            x += tile + 4.0;
        }
    }
}

/// Puts words on lines of at most `max` tiles; a space is one tile.
fn break_lines<'a, T>(words: &[&'a [T]], max: usize) -> Vec<Vec<&'a [T]>> {
    let mut lines: Vec<Vec<&[T]>> = Vec::new();
    let mut used = 0;
    for word in words {
        let needed = word.len() + usize::from(used > 0);
        match lines.last_mut() {
            Some(line) if used + needed <= max => {
                line.push(word);
                used += needed;
            }
            _ => {
                lines.push(vec![word]);
                used = word.len();
            }
        }
    }
    lines
}

/// The mask for a screen reader.
fn spoken(round: &Round) -> String {
    let cells: Vec<String> = round
        .mask()
        .map(|cell| match cell {
            None => "blank".to_owned(),
            Some(" ") => "space".to_owned(),
            Some(shown) => shown.to_owned(),
        })
        .collect();
    format!("Word: {}", cells.join(" "))
}

/// The button for the next round, and the question before one is given up.
pub(super) fn start_ui(
    ui: &mut egui::Ui,
    view: &View,
    room: &RoomView,
    draft: &mut Draft,
) -> Option<Command> {
    let round = room.state.game().round();
    let newest = round.map_or(0, Round::number);
    let guessing = room.state.game().phase() == Phase::Guessing;
    let mut command = None;
    let start = |draft: &Draft| {
        let (id, _) = view.packs.get(draft.pack)?;
        Some(Command::StartRound {
            pack: id.clone(),
            number: None,
            after_round: Some(newest),
        })
    };
    // Centred, as wide as it was in the last frame.
    let id = ui.scope_id().with("start width");
    let width: f32 = ui.data(|data| data.get_temp(id)).unwrap_or(300.0);
    ui.horizontal(|ui| {
        ui.add_space(((ui.available_width() - width) / 2.0).max(0.0));
        let left = ui.cursor().left();
        let chosen = view.packs.get(draft.pack).map_or("", |(_, name)| name);
        let label = ui.label("Words:");
        egui::ComboBox::from_id_salt("pack")
            .selected_text(chosen)
            .show_ui(ui, |ui| {
                for (n, (_, name)) in view.packs.iter().enumerate() {
                    ui.selectable_value(&mut draft.pack, n, name);
                }
            })
            .response
            .labelled_by(label.id);
        if guessing {
            if ui.button("New round…").clicked() {
                draft.asking = Some(newest);
            }
        } else {
            let text = if newest == 0 {
                "Start the game"
            } else {
                "Next round"
            };
            let button = ui.add(main_button(ui, text));
            note_place(&button, text);
            if button.clicked() {
                command = start(draft);
            }
        }
        let now = ui.min_rect().right() - left;
        if (now - width).abs() > 1.0 {
            ui.data_mut(|data| data.insert_temp(id, now));
            ui.ctx().request_discard("the width has changed");
        }
    });
    // Asked about a round that is over meanwhile: no question any more.
    if draft
        .asking
        .is_some_and(|asked| asked != newest || !guessing)
    {
        draft.asking = None;
    }
    if draft.asking.is_some() {
        let modal = egui::Modal::new(egui::Id::unique("give up")).show(ui.ctx(), |ui| {
            ui.set_max_width(360.0);
            ui.heading("Give up this round?");
            ui.label("Everyone sees its word, and a new round starts.");
            ui.add_space(8.0);
            ui.horizontal(|ui| {
                if ui.add(main_button(ui, "Give it up")).clicked() {
                    command = start(draft);
                    draft.asking = None;
                }
                if ui.button("Keep guessing").clicked() {
                    draft.asking = None;
                }
            });
        });
        if modal.should_close() {
            draft.asking = None;
        }
    }
    command
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
                .map(|line| String::from_utf8(line.join(&b' ')).expect("ASCII"))
                .collect()
        };
        assert_eq!(lines(100), ["once in a blue moon"]);
        assert_eq!(lines(9), ["once in a", "blue moon"]);
        assert_eq!(lines(8), ["once in", "a blue", "moon"]);
        assert_eq!(lines(1).len(), 5);
    }
}
