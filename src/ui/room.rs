//! A room: the scene, the board, the people and the cluster, side by side or
//! below each other.

use eframe::egui::{self, RichText, ScrollArea, vec2};

use super::{
    art::Art,
    board::{self, board_ui, start_ui},
    cluster::strip_ui,
    kanna::scene_ui,
    keyboard::keyboard_ui,
    people::{guesses_ui, players_ui},
    theme::{GAP, NARROW, Palette, card},
    trouble::{passing, trouble_ui},
};
use crate::node::{Command, RoomView, View};

/// The window's own drafts in a room.
#[derive(Default)]
pub(super) struct Draft {
    board: board::Draft,
}

/// Draws a room.
pub(super) fn room_ui(
    ui: &mut egui::Ui,
    art: &mut Art,
    view: &View,
    room: &RoomView,
    draft: &mut Draft,
) -> Vec<Command> {
    let mut commands = Vec::new();
    egui::Panel::top("room bar")
        .frame(egui::Frame::new().inner_margin(egui::Margin::symmetric(16, 10)))
        .show_separator_line(false)
        .show(ui, |ui| commands.extend(bar_ui(ui, view, room)));
    commands.extend(trouble_ui(ui, room.trouble.as_ref()));
    egui::Panel::bottom("cluster")
        .frame(
            egui::Frame::new()
                .fill(Palette::of(ui).card)
                .inner_margin(egui::Margin::symmetric(16, 8)),
        )
        .show(ui, |ui| strip_ui(ui, &room.cluster));
    let narrow = ui.available_width() < NARROW;
    egui::CentralPanel::default()
        .frame(egui::Frame::new().inner_margin(egui::Margin {
            left: 16,
            right: 16,
            top: 0,
            bottom: 12,
        }))
        .show(ui, |ui| {
            let inner = if narrow {
                narrow_ui(ui, art, view, room, draft)
            } else {
                wide_ui(ui, art, view, room, draft)
            };
            commands.extend(inner);
        });
    commands
}

fn bar_ui(ui: &mut egui::Ui, view: &View, room: &RoomView) -> Option<Command> {
    let mut command = None;
    egui::Sides::new().shrink_left().truncate().show(
        ui,
        |ui| {
            ui.heading(room.name.as_str());
            if let Some(words) = passing(room.trouble.as_ref()) {
                ui.label(RichText::new(words).color(Palette::of(ui).error));
            }
        },
        |ui| {
            if ui.button("Leave").clicked() {
                command = Some(Command::Leave);
            }
            let addr = &view.me.addr;
            ui.label(RichText::new(addr).small().color(Palette::of(ui).weak))
                .on_hover_text("Others can join by this address");
        },
    );
    command
}

fn wide_ui(
    ui: &mut egui::Ui,
    art: &mut Art,
    view: &View,
    room: &RoomView,
    draft: &mut Draft,
) -> Vec<Command> {
    let mut commands = Vec::new();
    let size = ui.available_size();
    let scene = vec2((size.x * 0.36).clamp(240.0, 520.0), size.y);
    let people = 190.0;
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = GAP;
        scene_ui(ui, art, room, scene);
        let middle = vec2(size.x - scene.x - people - 2.0 * GAP, size.y);
        ui.allocate_ui_with_layout(middle, egui::Layout::top_down(egui::Align::Center), |ui| {
            ui.set_width(middle.x);
            ScrollArea::vertical().id_salt("play").show(ui, |ui| {
                // In the middle, as high as it was in the last frame.
                let id = ui.scope_id().with("height");
                let height: f32 = ui.data(|data| data.get_temp(id)).unwrap_or(420.0);
                ui.add_space(((size.y - height) * 0.4).max(0.0));
                let top = ui.cursor().top();
                commands = play_ui(ui, view, room, draft);
                let now = ui.cursor().top() - top;
                if (now - height).abs() > 1.0 {
                    ui.data_mut(|data| data.insert_temp(id, now));
                    ui.ctx().request_discard("the height has changed");
                }
            });
        });
        ui.allocate_ui_with_layout(
            vec2(people, size.y),
            egui::Layout::top_down(egui::Align::Min),
            |ui| {
                ui.set_width(people);
                card(ui).show(ui, |ui| {
                    ui.set_width(ui.available_width());
                    ScrollArea::vertical()
                        .id_salt("people")
                        .max_height(size.y - 40.0)
                        .show(ui, |ui| {
                            players_ui(ui, art, room, view.me.peer_id);
                            ui.add_space(GAP);
                            guesses_ui(ui, room);
                        });
                });
            },
        );
    });
    commands
}

fn narrow_ui(
    ui: &mut egui::Ui,
    art: &mut Art,
    view: &View,
    room: &RoomView,
    draft: &mut Draft,
) -> Vec<Command> {
    let mut commands = Vec::new();
    let size = ui.available_size();
    // What the board and the keys leave, so that both are in reach.
    let scene = (size.y - 380.0).clamp(110.0, (size.y * 0.5).max(110.0));
    ScrollArea::vertical().id_salt("room").show(ui, |ui| {
        scene_ui(ui, art, room, vec2(size.x, scene));
        ui.add_space(6.0);
        commands = play_ui(ui, view, room, draft);
        ui.add_space(GAP);
        card(ui).show(ui, |ui| {
            ui.set_width(ui.available_width());
            players_ui(ui, art, room, view.me.peer_id);
            ui.add_space(GAP);
            guesses_ui(ui, room);
        });
    });
    commands
}

/// The board, the keys, and the way to the next round.
fn play_ui(ui: &mut egui::Ui, view: &View, room: &RoomView, draft: &mut Draft) -> Vec<Command> {
    board_ui(ui, room);
    ui.add_space(GAP);
    let mut commands = keyboard_ui(ui, room);
    if room.single_copy && room.cluster.members.len() > 1 {
        ui.label(
            RichText::new("Your last guess is on one computer only until the others catch up.")
                .small()
                .color(Palette::of(ui).weak),
        );
    }
    ui.add_space(GAP);
    commands.extend(start_ui(ui, view, room, &mut draft.board));
    commands
}
