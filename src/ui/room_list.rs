//! The rooms of the lobby: those on this network, and those to come back to.

use std::time::{Duration, SystemTime};

use eframe::egui::{self, RichText, vec2};

use super::{
    art::{Art, Picture},
    parts::{fixed, in_card, main_button, note_place, once},
    phrases,
    theme::{GAP, INK, Palette, bold, display},
    words::{notice, tr},
};
use crate::{
    game::{Phase, looks_like, safe_text},
    node::{Command, JoinTarget, KeptRoom, Plays, Room, View},
    packs,
};

/// A room that is shown has been found: joining does not have to wait for it.
const WAIT: Duration = Duration::from_secs(3);

/// Draws the rooms that can be seen; the one that was chosen is joined.
pub(super) fn rooms_ui(ui: &mut egui::Ui, art: &mut Art, view: &View) -> Option<Command> {
    let mut join = None;
    ui.label(bold(tr!("lobby-rooms")).size(18.0));
    if view.rooms.is_empty() {
        empty_ui(ui, art);
    }
    let looks: Vec<String> = view.rooms.iter().map(|r| looks_like(&r.name)).collect();
    for (room, look) in view.rooms.iter().zip(&looks) {
        let twins = looks.iter().filter(|other| *other == look).count();
        let id = ("room", room.cluster_id, room.members.first());
        if fixed(ui, id, |ui| room_ui(ui, art, room, twins > 1)) {
            join = Some(Command::Join {
                target: match room.members.first() {
                    Some(host) if room.is_rival => JoinTarget::Member(room.cluster_id, *host),
                    _ => JoinTarget::Cluster(room.cluster_id),
                },
                wait: WAIT,
                pin: None,
            });
        }
    }
    join
}

fn empty_ui(ui: &mut egui::Ui, art: &mut Art) {
    in_card(ui, |ui| {
        ui.horizontal(|ui| {
            let picture = Picture::Kanna(2);
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
fn room_ui(ui: &mut egui::Ui, art: &mut Art, room: &Room, has_twin: bool) -> bool {
    let p = Palette::of(ui);
    let mut join = false;
    in_card(ui, |ui| {
        egui::Sides::new().shrink_left().truncate().show(
            ui,
            |ui| {
                balloon_ui(ui, art, room);
                ui.vertical(|ui| {
                    ui.set_min_height(44.0);
                    ui.spacing_mut().item_spacing.y = 3.0;
                    let name = bold(safe_text(room.name.as_str())).size(17.0);
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
                    if room.met {
                        facts.push_str(&format!(" · {}", tr!("lobby-met")));
                    }
                    if has_twin {
                        facts.push_str(&format!(" · {}", &room.cluster_id.to_string()[..6]));
                    }
                    ui.add(egui::Label::new(RichText::new(facts).color(p.weak)).wrap());
                    if let Some(plays) = &room.plays {
                        let how = RichText::new(how(plays)).small().color(p.weak);
                        ui.add(egui::Label::new(how).truncate());
                    }
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
        if room.is_rival {
            ui.label(RichText::new(tr!("lobby-rival")).color(p.error));
        }
        if let Some(why_not) = &room.why_not {
            let said = notice(why_not.code, "");
            let said = said.unwrap_or_else(|| tr!("lobby-why-not", why = why_not.message.as_str()));
            // It says more: which versions.
            ui.label(RichText::new(said).color(p.error))
                .on_hover_text(safe_text(&why_not.message));
        }
    });
    join
}

/// The rooms to come back to: those that are not in the list above, where
/// joining takes the kept seat again.
pub(super) fn kept_ui(ui: &mut egui::Ui, view: &View) -> Option<Command> {
    let is_seen = |kept: &KeptRoom| view.rooms.iter().any(|r| r.cluster_id == kept.cluster_id);
    let kept: Vec<&KeptRoom> = view.kept.iter().filter(|kept| !is_seen(kept)).collect();
    if kept.is_empty() {
        return None;
    }
    let mut command = None;
    ui.add_space(GAP);
    ui.label(bold(tr!("lobby-kept")).size(18.0));
    for room in kept {
        let asked = fixed(ui, ("kept", room.cluster_id), |ui| kept_room_ui(ui, room));
        command = command.or(asked);
    }
    command
}

/// A room to come back to; what is asked for.
fn kept_room_ui(ui: &mut egui::Ui, room: &KeptRoom) -> Option<Command> {
    let p = Palette::of(ui);
    let mut command = None;
    in_card(ui, |ui| {
        egui::Sides::new().shrink_left().truncate().show(
            ui,
            |ui| {
                ui.vertical(|ui| {
                    ui.spacing_mut().item_spacing.y = 3.0;
                    let name = bold(safe_text(room.name.as_str()));
                    ui.add(egui::Label::new(name).truncate());
                    let when = tr!("lobby-played", ago = ago(room.used));
                    ui.add(egui::Label::new(RichText::new(when).color(p.weak)).truncate());
                });
            },
            |ui| {
                let back = ui.button(tr!("lobby-back"));
                let name = tr!("lobby-back-name", room = room.name.as_str());
                back.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
                note_place(&back, &format!("Rejoin {}", room.name));
                if back.clicked() {
                    let which = Some(JoinTarget::Cluster(room.cluster_id));
                    command = Some(Command::Resume { which });
                }
                let forget = ui.button(tr!("lobby-forget"));
                let name = tr!("lobby-forget-name", room = room.name.as_str());
                forget.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
                let forget = forget.on_hover_text(tr!("lobby-forget-more"));
                if once(&forget) {
                    command = Some(Command::Forget(room.cluster_id));
                }
            },
        );
    });
    command
}

/// How a room is played: mode, language, and whether it is locked.
fn how(plays: &Plays) -> String {
    let mut facts = vec![phrases::mode(plays.mode)];
    if !plays.language.is_empty() {
        facts.push(packs::name_of_language(&plays.language).to_owned());
    }
    if plays.locked {
        facts.push(tr!("lobby-locked"));
    }
    facts.join(" · ")
}

/// A balloon with the number of players on it.
fn balloon_ui(ui: &mut egui::Ui, art: &mut Art, room: &Room) {
    let colour = usize::from(room.cluster_id.as_bytes()[0]);
    let balloon = Picture::Balloon(colour);
    let (rect, _) = ui.allocate_exact_size(balloon.size() * 0.36, egui::Sense::hover());
    art.paint(ui.painter(), balloon, rect);
    ui.painter().text(
        rect.center() - vec2(0.0, rect.height() * 0.07),
        egui::Align2::CENTER_CENTER,
        room.players,
        display(14.0),
        INK,
    );
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
