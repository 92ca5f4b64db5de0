//! What keeps the game from going on, and what the player can do about it.

use eframe::egui::{self, RichText, Stroke};

use super::{
    parts::{announce, in_rows, main_button, note_place},
    theme::{Palette, bold},
    words::tr,
};
use crate::{
    game::{MAX_NAME_CHARS, Name, short_text},
    node::{Command, Trouble},
};

/// In a lower window, in points, there is one row for it.
const LOW: f32 = 400.0;

/// From this width on, in points, the button stands next to the text.
const BESIDE: f32 = 600.0;

/// A few words next to the room's name, for what passes by itself.
pub(super) fn passing(trouble: Option<&Trouble>) -> Option<String> {
    match trouble? {
        Trouble::ChoosingLeader => Some(tr!("choosing-leader")),
        Trouble::Reconnecting => Some(tr!("reconnecting")),
        Trouble::Stalled { .. }
        | Trouble::Elsewhere { .. }
        | Trouble::NewerCopy { .. }
        | Trouble::Split { .. } => None,
    }
}

/// Draws what needs a decision, below the bar.
pub(super) fn trouble_ui(ui: &mut egui::Ui, trouble: Option<&Trouble>) -> Option<Command> {
    let (text, detail, button, command) = match trouble? {
        Trouble::ChoosingLeader | Trouble::Reconnecting => return None,
        Trouble::Stalled {
            missing,
            alone,
            may_lose,
        } => {
            let text = match (missing.as_slice(), alone) {
                ([], _) => tr!("stalled-answering"),
                (missing, false) => tr!("stalled", names = list(missing)),
                (missing, true) => {
                    tr!("stalled-alone", names = list(missing))
                }
            };
            let mut detail = tr!("stalled-more");
            if *may_lose {
                detail.push(' ');
                detail.push_str(&tr!("stalled-may-lose"));
            }
            (
                text,
                detail,
                ("Continue without them", tr!("continue")),
                Command::Continue,
            )
        }
        Trouble::Elsewhere { by, .. } => (
            tr!("elsewhere", name = short_text(by, MAX_NAME_CHARS)),
            tr!("elsewhere-more"),
            ("Follow", tr!("follow")),
            Command::Follow,
        ),
        Trouble::NewerCopy { with } => (
            tr!("newer-copy", names = list(with)),
            tr!("newer-copy-more"),
            ("Play theirs", tr!("newer-copy-theirs")),
            Command::Continue,
        ),
        Trouble::Split { with, .. } => (
            tr!("split", names = list(with)),
            tr!("split-more"),
            ("Leave", tr!("room-leave")),
            Command::Leave,
        ),
    };
    let other = match trouble {
        Some(Trouble::Elsewhere { is_stuck: true, .. }) => {
            Some((tr!("elsewhere-stay"), Command::Continue))
        }
        Some(Trouble::NewerCopy { .. }) => Some((tr!("newer-copy-own"), Command::PlayOwnCopy)),
        Some(Trouble::Split { is_stuck: true, .. }) => Some((tr!("continue"), Command::Continue)),
        _ => None,
    };
    let p = Palette::of(ui);
    let height = ui.ctx().content_rect().height();
    let low = height < LOW;
    let (inside, below) = if low { (4, 2) } else { (10, 10) };
    egui::Panel::top("trouble")
        .frame(
            egui::Frame::new()
                .fill(p.error_ground)
                .stroke(Stroke::new(1.0, p.line))
                .inner_margin(egui::Margin::symmetric(16, inside))
                .outer_margin(egui::Margin {
                    bottom: below,
                    ..egui::Margin::ZERO
                }),
        )
        .show_separator_line(false)
        .show(ui, |ui| {
            let button_ui = |ui: &mut egui::Ui| {
                let (place, name) = button;
                let response = ui.add(main_button(ui, name));
                note_place(&response, place);
                let chosen = response.clicked().then_some(command);
                let other = other.filter(|(name, _)| ui.button(name.as_str()).clicked());
                chosen.or(other.map(|(_, command)| command))
            };
            // However many are missing: the board stays in sight.
            let rows = ((height - 240.0) / 100.0).clamp(1.0, 4.0) as usize;
            let words_ui = |ui: &mut egui::Ui| {
                ui.spacing_mut().item_spacing.y = 2.0;
                let text = bold(text).color(p.error);
                if low {
                    let told = ui.add(egui::Label::new(text).truncate());
                    announce(&told);
                    told.on_hover_text(detail);
                    return;
                }
                announce(&ui.add(in_rows(ui, text, rows)));
                ui.add(in_rows(ui, RichText::new(detail).color(p.text), rows));
            };
            if ui.available_width() < BESIDE && !low {
                words_ui(ui);
                ui.add_space(6.0);
                return ui.horizontal_wrapped(button_ui).inner;
            }
            let beside = egui::Layout::right_to_left(egui::Align::Center);
            let row = ui.with_layout(beside, |ui| {
                let chosen = button_ui(ui);
                ui.with_layout(egui::Layout::top_down(egui::Align::Min), words_ui);
                chosen
            });
            row.inner
        })
        .inner
}

fn short(name: &Name) -> String {
    short_text(name.as_str(), MAX_NAME_CHARS)
}

/// "A", "A and B", "A, B and C".
fn list(names: &[Name]) -> String {
    match names {
        [] => String::new(),
        [one] => short(one),
        [rest @ .., last] => {
            let rest: Vec<String> = rest.iter().map(short).collect();
            let (first, last) = (rest.join(", "), short(last));
            tr!("list-of-two", first = first, last = last)
        }
    }
}
