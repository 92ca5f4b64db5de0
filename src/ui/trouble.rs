//! What keeps the game from going on, and what the player can do about it.

use eframe::egui::{self, RichText, Stroke};

use super::{
    parts::{announce, main_button, note_place},
    theme::{Palette, bold},
    words::tr,
};
use crate::{
    game::Name,
    node::{Command, Trouble},
};

/// From this width on, in points, the button stands next to the text.
const BESIDE: f32 = 600.0;

/// A few words next to the room's name, for what passes by itself.
pub(super) fn passing(trouble: Option<&Trouble>) -> Option<String> {
    match trouble? {
        Trouble::ChoosingLeader => Some(tr!("choosing-leader")),
        Trouble::Reconnecting => Some(tr!("reconnecting")),
        Trouble::Stalled { .. } | Trouble::Elsewhere { .. } => None,
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
            tr!("elsewhere", name = by.as_str()),
            tr!("elsewhere-more"),
            ("Follow", tr!("follow")),
            Command::Follow,
        ),
    };
    let p = Palette::of(ui);
    egui::Panel::top("trouble")
        .frame(
            egui::Frame::new()
                .fill(p.error_ground)
                .stroke(Stroke::new(1.0, p.line))
                .inner_margin(egui::Margin::symmetric(16, 10))
                .outer_margin(egui::Margin {
                    bottom: 10,
                    ..egui::Margin::ZERO
                }),
        )
        .show_separator_line(false)
        .show(ui, |ui| {
            let button_ui = |ui: &mut egui::Ui| {
                let (place, name) = button;
                let response = ui.add(main_button(ui, name));
                note_place(&response, place);
                response.clicked().then_some(command)
            };
            let words_ui = |ui: &mut egui::Ui| {
                ui.spacing_mut().item_spacing.y = 2.0;
                let text = bold(text).color(p.error);
                announce(&ui.add(egui::Label::new(text).wrap()));
                ui.add(egui::Label::new(RichText::new(detail).color(p.text)).wrap());
            };
            if ui.available_width() < BESIDE {
                words_ui(ui);
                ui.add_space(6.0);
                return button_ui(ui);
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

/// "A", "A and B", "A, B and C".
fn list(names: &[Name]) -> String {
    match names {
        [] => String::new(),
        [one] => one.to_string(),
        [rest @ .., last] => {
            let rest: Vec<&str> = rest.iter().map(Name::as_str).collect();
            let (first, last) = (rest.join(", "), last.as_str());
            tr!("list-of-two", first = first, last = last)
        }
    }
}
