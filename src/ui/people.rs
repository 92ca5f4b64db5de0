//! Who is here, and who guessed what.

use eframe::egui::{self, RichText, Vec2};

use super::{
    art::{Art, Picture},
    theme::Palette,
};
use crate::{
    game::PeerId,
    node::{PlayerView, RoomView},
};

/// The players, those who are here first.
pub(super) fn players_ui(ui: &mut egui::Ui, art: &mut Art, room: &RoomView, me: PeerId) {
    let p = Palette::of(ui);
    let online = room.players.iter().filter(|player| player.online).count();
    ui.label(RichText::new(format!("Players ({online})")).strong());
    for player in &room.players {
        row(ui, |ui| {
            let size = Vec2::splat(18.0);
            let (rect, response) = ui.allocate_exact_size(size, egui::Sense::hover());
            if player.leads {
                art.paint(ui.painter(), Picture::Crown, rect);
                response.on_hover_text("Leads the cluster");
            } else {
                let dot = rect.center();
                if player.online {
                    ui.painter().circle_filled(dot, 4.0, p.hit);
                } else {
                    let ring = egui::Stroke::new(1.5, p.weak);
                    ui.painter().circle_stroke(dot, 4.0, ring);
                }
            }
            let text = RichText::new(label_of(player, room, me));
            let text = if player.online {
                text
            } else {
                text.color(p.weak)
            };
            ui.add(egui::Label::new(text).truncate());
        });
    }
}

/// A line of a list: as high as its text, not as a button.
fn row(ui: &mut egui::Ui, contents: impl FnOnce(&mut egui::Ui)) {
    ui.scope(|ui| {
        ui.spacing_mut().interact_size.y = 20.0;
        ui.spacing_mut().item_spacing = egui::vec2(6.0, 2.0);
        ui.horizontal(contents);
    });
}

/// A name; with digits of the key if two players share it.
fn label_of(player: &PlayerView, room: &RoomView, me: PeerId) -> String {
    let name = &player.name;
    let twins = room
        .players
        .iter()
        .filter(|other| other.name == *name)
        .count();
    let mut label = if twins > 1 {
        format!("{name} ({})", player.peer_id.short())
    } else {
        name.to_string()
    };
    if player.peer_id == me {
        label.push_str(" (you)");
    }
    if player.leads {
        label.push_str(", leads");
    }
    if !player.online {
        label.push_str(", away");
    }
    label
}

/// The guesses of the round, the newest first.
pub(super) fn guesses_ui(ui: &mut egui::Ui, room: &RoomView) {
    let p = Palette::of(ui);
    ui.label(RichText::new("Guesses").strong());
    let game = room.state.game();
    let guesses = game.round().map_or(&[][..], |round| round.guesses());
    if guesses.is_empty() {
        ui.label(RichText::new("Nobody has guessed yet.").color(p.weak));
    }
    for guess in guesses.iter().rev() {
        let letter: String = guess.letter.as_char().to_uppercase().collect();
        let who = game.name_of(&guess.by);
        let (word, color) = if guess.hit {
            ("hit", p.hit)
        } else {
            ("miss", p.error)
        };
        row(ui, |ui| {
            ui.label(RichText::new(letter).strong());
            ui.label(RichText::new(word).color(color));
            ui.add(egui::Label::new(RichText::new(who).color(p.weak)).truncate());
        });
    }
}
