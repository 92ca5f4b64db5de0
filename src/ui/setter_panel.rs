//! Choosing the word that the others guess.

use eframe::egui::{self, RichText};

use super::{
    parts::{in_card, main_button, note_place},
    theme::{Palette, bold},
    words::tr,
};
use crate::{
    game::Phase,
    node::{Choice, Command, RoomView, SetterView},
};

/// The window's own drafts.
#[derive(Default)]
pub(super) struct Draft {
    secret: String,
    clue: String,
}

/// Draws the setter's part of a round, if it is mine.
pub(super) fn setter_ui(
    ui: &mut egui::Ui,
    room: &RoomView,
    setter: &SetterView,
    draft: &mut Draft,
) -> Option<Command> {
    let round = room.state.game().round()?;
    if round.phase() == Phase::Setting {
        return choose_ui(ui, setter, draft);
    }
    draft.secret.clear();
    draft.clue.clear();
    if round.is_on() {
        let p = Palette::of(ui);
        ui.vertical_centered(|ui| {
            if let Some(chosen) = &setter.chosen {
                ui.label(tr!("set-chosen", word = chosen.as_str()));
            }
            ui.label(RichText::new(tr!("set-watch")).color(p.weak));
        });
    }
    None
}

fn choose_ui(ui: &mut egui::Ui, setter: &SetterView, draft: &mut Draft) -> Option<Command> {
    let mut command = None;
    let mut entered = false;
    let p = Palette::of(ui);
    in_card(ui, |ui| {
        ui.label(bold(tr!("set-title")));
        for (n, deal) in setter.offers.iter().enumerate() {
            let text = deal.secret.text();
            ui.horizontal_wrapped(|ui| {
                let button = ui.button(bold(&text));
                note_place(&button, &format!("Offer {}", n + 1));
                if button.clicked() {
                    command = Some(Command::Choose(Choice::Offer(n + 1)));
                }
                ui.label(RichText::new(&deal.clue).color(p.weak));
            });
        }
        ui.separator();
        egui::Grid::new("own").num_columns(2).show(ui, |ui| {
            for (id, name, text) in [
                ("own secret", tr!("set-own"), &mut draft.secret),
                ("own clue", tr!("set-clue"), &mut draft.clue),
            ] {
                let label = ui.label(name);
                let edit = egui::TextEdit::singleline(text)
                    .id_salt(id)
                    .desired_width(240.0);
                let edit = ui.add(edit).labelled_by(label.id);
                entered |= edit.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter));
                ui.end_row();
            }
        });
        let filled = !draft.secret.trim().is_empty();
        let button = ui.add_enabled(filled, main_button(ui, tr!("set")));
        if button.clicked() || (entered && filled) {
            command = Some(Command::Choose(Choice::Own {
                secret: draft.secret.clone(),
                clue: draft.clue.clone(),
            }));
        }
    });
    command
}
