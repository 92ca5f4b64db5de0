//! The lobby: my name, hosting, and the rooms on this network.

use std::time::{Duration, SystemTime};

use eframe::egui::{self, RichText, ScrollArea, vec2};

use super::{
    art::{Art, Mood, Picture},
    note_place,
    theme::{COLUMN, GAP, Palette, bold, card, main_button},
    words::tr,
};
use crate::{
    game::{Name, Phase},
    node::{Command, JoinTarget, KeptRoom, Record, Room, View},
};

/// A room that is shown has been found: joining does not have to wait for it.
const WAIT: Duration = Duration::from_secs(3);

/// What is being typed.
#[derive(Default)]
pub(super) struct Draft {
    name: Option<String>,
    address: String,
}

/// Draws the lobby.
pub(super) fn lobby_ui(
    ui: &mut egui::Ui,
    art: &mut Art,
    view: &View,
    draft: &mut Draft,
    settings_open: &mut bool,
) -> Vec<Command> {
    let mut commands = Vec::new();
    egui::Panel::bottom("lobby foot")
        .frame(egui::Frame::new().inner_margin(egui::Margin::symmetric(16, 8)))
        .show_separator_line(false)
        .show(ui, |ui| foot_ui(ui, view, settings_open));
    egui::CentralPanel::default()
        .frame(egui::Frame::new().inner_margin(egui::Margin::symmetric(16, 12)))
        .show(ui, |ui| {
            ScrollArea::vertical().show(ui, |ui| {
                let width = ui.available_width();
                let column = width.min(COLUMN);
                ui.horizontal_top(|ui| {
                    ui.add_space((width - column) / 2.0);
                    ui.vertical(|ui| {
                        ui.set_width(column);
                        head_ui(ui, art, view);
                        ui.add_space(GAP);
                        host_ui(ui, view, draft, &mut commands);
                        ui.add_space(GAP);
                        rooms_ui(ui, art, view, draft, &mut commands);
                        kept_ui(ui, view, &mut commands);
                        ui.add_space(GAP);
                        address_ui(ui, view, draft, &mut commands);
                    });
                });
            });
        });
    commands
}

fn head_ui(ui: &mut egui::Ui, art: &mut Art, view: &View) {
    ui.horizontal(|ui| {
        let picture = Picture::Kanna(Mood::Misses(0));
        let size = picture.size() * 0.25;
        let (rect, _) = ui.allocate_exact_size(size, egui::Sense::hover());
        art.paint(ui.painter(), picture, rect);
        ui.add_space(6.0);
        ui.vertical(|ui| {
            ui.add_space(size.y * 0.28);
            ui.label(bold("dhangkanna").size(34.0));
            let p = Palette::of(ui);
            ui.label(RichText::new(tr!("lobby-about")).color(p.weak));
            if view.me.record.played > 0 {
                ui.label(
                    RichText::new(in_words(&view.me.record))
                        .small()
                        .color(p.weak),
                );
            }
        });
    });
}

/// What the player has done so far, in a line.
fn in_words(record: &Record) -> String {
    let mut text = tr!(
        "lobby-record",
        played = record.played,
        won = record.won,
        best = record.best_streak
    );
    let hardest = record.hardest();
    if !hardest.is_empty() {
        let letters: Vec<String> = hardest
            .iter()
            .map(|(letter, _)| letter.to_uppercase().to_string())
            .collect();
        text.push(' ');
        text.push_str(&tr!("lobby-hardest", letters = letters.join(" ")));
    }
    text
}

fn host_ui(ui: &mut egui::Ui, view: &View, draft: &mut Draft, commands: &mut Vec<Command>) {
    card(ui).show(ui, |ui| {
        ui.set_width(ui.available_width());
        let mut text = draft
            .name
            .clone()
            .unwrap_or_else(|| view.me.name.to_string());
        let parsed = Name::parse(&text);
        ui.horizontal_wrapped(|ui| {
            let label = ui.label(tr!("lobby-name"));
            let field = egui::TextEdit::singleline(&mut text)
                .desired_width(200.0)
                // Room for a long paste, which is then refused in words.
                .char_limit(200);
            let field = ui.add(field).labelled_by(label.id);
            if field.changed() {
                draft.name = Some(text.clone());
            }
            if field.lost_focus() {
                commands.extend(rename(view, draft));
            }
            ui.add_space(8.0);
            let host = ui.add_enabled(parsed.is_ok(), main_button(ui, tr!("lobby-host")));
            note_place(&host, "Host a game");
            if host.clicked() {
                commands.extend(rename(view, draft));
                commands.push(Command::Host { room: None });
            }
        });
        if let Err(bad) = parsed {
            ui.label(RichText::new(format!("{bad}.")).color(Palette::of(ui).error));
        }
    });
}

/// The typed name, if it is one and a new one.
fn rename(view: &View, draft: &Draft) -> Option<Command> {
    let name = Name::parse(draft.name.as_deref()?).ok()?;
    (name != view.me.name).then_some(Command::Rename(name))
}

fn rooms_ui(
    ui: &mut egui::Ui,
    art: &mut Art,
    view: &View,
    draft: &Draft,
    commands: &mut Vec<Command>,
) {
    ui.label(bold(tr!("lobby-rooms")).size(18.0));
    if view.rooms.is_empty() {
        empty_ui(ui, art);
    }
    for room in view.rooms.iter() {
        let twins = view.rooms.iter().filter(|r| r.name == room.name).count();
        if room_ui(ui, room, twins > 1) {
            commands.extend(rename(view, draft));
            commands.push(Command::Join {
                target: JoinTarget::Cluster(room.cluster_id),
                wait: WAIT,
            });
        }
    }
}

fn empty_ui(ui: &mut egui::Ui, art: &mut Art) {
    card(ui).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal(|ui| {
            let picture = Picture::Kanna(Mood::Misses(2));
            let (rect, _) = ui.allocate_exact_size(picture.size() * 0.16, egui::Sense::hover());
            art.paint(ui.painter(), picture, rect);
            ui.add_space(6.0);
            ui.vertical(|ui| {
                ui.label(bold(tr!("lobby-empty")));
                let p = Palette::of(ui);
                ui.label(RichText::new(tr!("lobby-empty-more")).color(p.weak));
            });
        });
    });
}

/// One room; whether it was chosen.
fn room_ui(ui: &mut egui::Ui, room: &Room, has_twin: bool) -> bool {
    let p = Palette::of(ui);
    let mut join = false;
    card(ui).show(ui, |ui| {
        ui.set_width(ui.available_width());
        egui::Sides::new().shrink_left().truncate().show(
            ui,
            |ui| {
                ui.vertical(|ui| {
                    ui.set_min_height(44.0);
                    ui.spacing_mut().item_spacing.y = 3.0;
                    let name = bold(room.name.as_str()).size(17.0);
                    ui.add(egui::Label::new(name).truncate());
                    let players = tr!("lobby-players", count = room.players);
                    let state = match room.phase {
                        Phase::Lobby => tr!("lobby-state-lobby"),
                        Phase::Guessing | Phase::Setting | Phase::Revealing => {
                            tr!("lobby-state-playing")
                        }
                        Phase::Won | Phase::Lost | Phase::Void => tr!("lobby-state-between"),
                    };
                    let hosts = tr!("lobby-hosts", host = room.host.as_str());
                    let mut facts = format!("{hosts} · {players} · {state}");
                    if has_twin {
                        facts.push_str(&format!(" · {}", &room.cluster_id.to_string()[..6]));
                    }
                    ui.add(egui::Label::new(RichText::new(facts).color(p.weak)).truncate());
                });
            },
            |ui| {
                let button = main_button(ui, tr!("lobby-join")).min_size(vec2(84.0, 38.0));
                let response = ui.add_enabled(room.why_not.is_none(), button);
                let name = tr!("lobby-join-name", room = room.name.as_str());
                let enabled = room.why_not.is_none();
                response
                    .widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, enabled, &name));
                note_place(&response, &format!("Join {}", room.name));
                join = response.clicked();
            },
        );
        if let Some(why_not) = &room.why_not {
            ui.label(RichText::new(tr!("lobby-why-not", why = why_not.as_str())).color(p.error));
        }
    });
    join
}

/// The rooms to come back to: those that are not in the list above, where
/// joining takes the kept seat again.
fn kept_ui(ui: &mut egui::Ui, view: &View, commands: &mut Vec<Command>) {
    let is_seen = |kept: &KeptRoom| view.rooms.iter().any(|r| r.cluster_id == kept.cluster_id);
    let kept: Vec<&KeptRoom> = view.kept.iter().filter(|kept| !is_seen(kept)).collect();
    if kept.is_empty() {
        return;
    }
    ui.add_space(GAP);
    ui.label(bold(tr!("lobby-kept")).size(18.0));
    let p = Palette::of(ui);
    for room in kept {
        card(ui).show(ui, |ui| {
            ui.set_width(ui.available_width());
            egui::Sides::new().shrink_left().truncate().show(
                ui,
                |ui| {
                    ui.vertical(|ui| {
                        ui.spacing_mut().item_spacing.y = 3.0;
                        let name = bold(room.name.as_str());
                        ui.add(egui::Label::new(name).truncate());
                        let when = tr!("lobby-played", ago = ago(room.used));
                        ui.add(egui::Label::new(RichText::new(when).color(p.weak)).truncate());
                    });
                },
                |ui| {
                    let back = ui.button(tr!("lobby-back"));
                    let name = tr!("lobby-back-name", room = room.name.as_str());
                    back.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
                    note_place(&back, &format!("Come back to {}", room.name));
                    if back.clicked() {
                        let which = Some(JoinTarget::Cluster(room.cluster_id));
                        commands.push(Command::Resume { which });
                    }
                    let forget = ui.button(tr!("lobby-forget"));
                    let name = tr!("lobby-forget-name", room = room.name.as_str());
                    forget
                        .widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
                    let forget = forget.on_hover_text(tr!("lobby-forget-more"));
                    if forget.clicked() {
                        commands.push(Command::Forget(room.cluster_id));
                    }
                },
            );
        });
    }
}

/// How long ago, in the words of people.
fn ago(time: SystemTime) -> String {
    let minutes = time.elapsed().unwrap_or_default().as_secs() / 60;
    match minutes {
        0 => tr!("ago-now"),
        1..60 => tr!("ago-minutes", count = minutes),
        60..1440 => tr!("ago-hours", count = minutes / 60),
        _ => tr!("ago-days", count = minutes / 1440),
    }
}

fn address_ui(ui: &mut egui::Ui, view: &View, draft: &mut Draft, commands: &mut Vec<Command>) {
    ui.horizontal_wrapped(|ui| {
        let label = ui.label(tr!("lobby-address"));
        let field = egui::TextEdit::singleline(&mut draft.address)
            .hint_text("10.0.0.5:40123")
            .desired_width(190.0)
            .char_limit(100);
        let field = ui.add(field).labelled_by(label.id);
        let entered = field.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter));
        let addr = draft.address.trim().parse();
        let clicked = ui
            .add_enabled(addr.is_ok(), egui::Button::new(tr!("lobby-go")))
            .clicked();
        if (clicked || entered)
            && let Ok(addr) = addr
        {
            commands.extend(rename(view, draft));
            commands.push(Command::Join {
                target: JoinTarget::Addr(addr),
                wait: WAIT,
            });
        } else if !draft.address.trim().is_empty() && addr.is_err() && !field.has_focus() {
            let p = Palette::of(ui);
            ui.label(RichText::new(tr!("lobby-bad-address")).color(p.error));
        }
    });
}

fn foot_ui(ui: &mut egui::Ui, view: &View, settings_open: &mut bool) {
    let p = Palette::of(ui);
    let small = |text: String| egui::Label::new(RichText::new(text).small().color(p.weak));
    egui::Sides::new().shrink_left().truncate().show(
        ui,
        |ui| {
            ui.add(small(tr!("lobby-listens", address = view.me.addr.as_str())));
        },
        |ui| {
            *settings_open |= ui.button(tr!("settings")).clicked();
            let version = env!("CARGO_PKG_VERSION");
            ui.add(small(tr!("lobby-version", version = version)));
        },
    );
}
