//! What players say to each other.

use std::collections::BTreeSet;

use eframe::egui::{self, RichText, ScrollArea, Vec2};

use super::{
    art::{Art, Picture},
    parts::{announce, in_rows, note_place, swatch_ui},
    theme::Palette,
    words::tr,
};
use crate::{
    game::{
        Action, BadText, MAX_TEXT_BYTES, MAX_TEXT_CHARS, Names, PeerId, Reaction, Said, Text,
        short_text,
    },
    node::{Command, RoomView},
};

/// How many lines are drawn; older ones are in the log.
const SHOWN: usize = 60;

/// The most rows of a message: the longest in wide letters has a few more.
const ROWS: usize = 10;

/// The window's own drafts.
#[derive(Default)]
pub(super) struct Draft {
    text: String,
    /// Why the text was not sent.
    refused: Option<String>,
    /// The newest line that was seen.
    read: u64,
}

impl Draft {
    /// Everything said so far is seen.
    pub(super) fn read(&mut self, room: &RoomView) {
        let newest = room.state.game().table().talk.back();
        self.read = newest.map_or(0, |line| line.number);
    }

    /// How many lines were not seen yet.
    pub(super) fn unread(&self, room: &RoomView, muted: &BTreeSet<PeerId>) -> usize {
        let lines = room.state.game().table().talk.iter();
        lines
            .filter(|line| line.number > self.read && !muted.contains(&line.by))
            .count()
    }
}

/// Draws the talk, and takes what is said.
pub(super) fn talk_ui(
    ui: &mut egui::Ui,
    art: &mut Art,
    room: &RoomView,
    names: &Names,
    draft: &mut Draft,
    muted: &BTreeSet<PeerId>,
    height: f32,
) -> Vec<Command> {
    let p = Palette::of(ui);
    let game = room.state.game();
    let mut commands = Vec::new();
    let heard = game
        .table()
        .talk
        .iter()
        .filter(|line| !muted.contains(&line.by));
    let lines: Vec<_> = heard.rev().take(SHOWN).collect();
    ScrollArea::vertical()
        .id_salt("talk")
        .stick_to_bottom(true)
        .auto_shrink([false, false])
        .max_height((height - 92.0).max(60.0))
        .show(ui, |ui| {
            if lines.is_empty() {
                ui.label(RichText::new(tr!("talk-none")).color(p.weak));
            }
            for line in lines.iter().rev() {
                let who = names.name_of(&line.by);
                ui.horizontal_wrapped(|ui| {
                    if let Said::Text(_) = line.said {
                        // Its lines are as far from each other as text's.
                        ui.spacing_mut().item_spacing = Vec2::new(4.0, 0.0);
                        ui.spacing_mut().interact_size.y = 18.0;
                    }
                    swatch_ui(ui, names, &line.by);
                    ui.label(RichText::new(format!("{who}:")).color(p.weak));
                    match &line.said {
                        Said::Text(text) => {
                            let text = short_text(text.as_str(), MAX_TEXT_CHARS);
                            ui.add(in_rows(ui, text, ROWS));
                        }
                        Said::Reaction(reaction) => {
                            let size = Vec2::splat(34.0);
                            let (rect, shown) = ui.allocate_exact_size(size, egui::Sense::hover());
                            art.paint(ui.painter(), Picture::Reaction(*reaction), rect);
                            let name = name_of(*reaction);
                            shown.widget_info(|| {
                                egui::WidgetInfo::labeled(egui::Role::Image, true, &name)
                            });
                            shown.on_hover_text(name);
                        }
                    }
                });
            }
        });
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = Vec2::splat(2.0);
        for reaction in Reaction::ALL {
            let (rect, button) = ui.allocate_exact_size(Vec2::splat(31.0), egui::Sense::click());
            let name = name_of(reaction);
            button.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
            if button.hovered() || button.has_focus() {
                ui.painter().rect_filled(rect, 6.0, p.line);
            }
            art.paint(ui.painter(), Picture::Reaction(reaction), rect.shrink(1.0));
            if button.on_hover_text(name).clicked() {
                commands.push(Command::Act(Action::Say(Said::Reaction(reaction))));
            }
        }
    });
    let edit = egui::TextEdit::singleline(&mut draft.text)
        .id_salt("say")
        .hint_text(tr!("talk-say"))
        .char_limit(MAX_TEXT_BYTES)
        .desired_width(f32::INFINITY);
    let edit = ui.add(edit);
    edit.widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, tr!("talk-say")));
    note_place(&edit, "Say something");
    if edit.changed() {
        draft.refused = None;
    }
    if edit.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter)) {
        match Text::parse(&draft.text) {
            Ok(text) => {
                commands.push(Command::Act(Action::Say(text.into())));
                draft.text.clear();
            }
            Err(BadText::Empty) => {}
            Err(BadText::TooLong) => draft.refused = Some(tr!("talk-too-long")),
            Err(BadText::Control) => draft.refused = Some(tr!("talk-control")),
        }
        edit.request_focus();
    }
    if let Some(refused) = &draft.refused {
        announce(&ui.label(RichText::new(refused).small().color(p.error)));
    }
    commands
}

fn name_of(reaction: Reaction) -> String {
    match reaction {
        Reaction::Cheer => tr!("react-cheer"),
        Reaction::Laugh => tr!("react-laugh"),
        Reaction::Gasp => tr!("react-gasp"),
        Reaction::Think => tr!("react-think"),
        Reaction::Sad => tr!("react-sad"),
        Reaction::Heart => tr!("react-heart"),
    }
}
