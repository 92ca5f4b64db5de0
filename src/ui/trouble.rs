//! What keeps the game from going on, and what the player can do about it.

use eframe::egui::{self, RichText, Stroke};

use super::{
    note_place,
    theme::{Palette, main_button},
};
use crate::{
    game::Name,
    node::{Command, Trouble},
};

/// A few words beside the room's name, for what passes by itself.
pub(super) fn passing(trouble: Option<&Trouble>) -> Option<&'static str> {
    match trouble? {
        Trouble::ChoosingLeader => Some("Choosing a new leader…"),
        Trouble::Reconnecting => Some("Reconnecting…"),
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
                ([], _) => "The others answer, but no leader can be chosen yet.".to_owned(),
                (missing, false) => format!("{} cannot be reached.", list(missing)),
                (missing, true) => format!(
                    "{} cannot be reached. Is this computer still on the network?",
                    list(missing)
                ),
            };
            let mut detail = String::from(
                "Your guesses wait until they are back. If they are gone for good, you can go on without them.",
            );
            if *may_lose {
                detail.push_str(" The last guesses may then be lost.");
            }
            (text, detail, "Continue without them", Command::Continue)
        }
        Trouble::Elsewhere { by, .. } => (
            format!("{by} went on without you."),
            "The game continues in another room. Follow to play there; what happened here since stays behind.".to_owned(),
            "Follow",
            Command::Follow,
        ),
    };
    let p = Palette::of(ui);
    let mut chosen = None;
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
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let response = ui.add(main_button(ui, button));
                note_place(&response, button);
                if response.clicked() {
                    chosen = Some(command);
                }
                ui.with_layout(egui::Layout::top_down(egui::Align::Min), |ui| {
                    ui.spacing_mut().item_spacing.y = 2.0;
                    let text = RichText::new(text).color(p.error).strong();
                    ui.add(egui::Label::new(text).wrap());
                    ui.add(egui::Label::new(RichText::new(detail).color(p.text)).wrap());
                });
            });
        });
    chosen
}

/// "A", "A and B", "A, B and C".
fn list(names: &[Name]) -> String {
    match names {
        [] => String::new(),
        [one] => one.to_string(),
        [rest @ .., last] => {
            let rest: Vec<&str> = rest.iter().map(Name::as_str).collect();
            format!("{} and {last}", rest.join(", "))
        }
    }
}
