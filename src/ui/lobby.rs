//! The lobby: my name, hosting, and the rooms on this network.

use std::time::Duration;

use eframe::egui::{self, RichText, ScrollArea, vec2};

use super::{
    art::{Art, Picture, paint_cloud, paint_hills, paint_sky, round_off},
    finding::{finding_ui, open_ui},
    parts::{announce, fixed, in_card, main_button, note_place},
    pin,
    room_list::{kept_ui, rooms_ui},
    theme::{COLUMN, GAP, Palette, bold},
    words::{tr, upper},
};
use crate::{
    game::{BadName, Name},
    node::{Command, JoinTarget, Record, View},
};

/// How long the room at an address is asked for.
const WAIT: Duration = Duration::from_secs(3);

/// The height of the picture at the top, in points: the rooms below are to be
/// in sight in a low window, too.
const HEAD: std::ops::RangeInclusive<f32> = 96.0..=156.0;

/// What is being typed.
#[derive(Default)]
pub(super) struct Draft {
    name: Option<String>,
    address: String,
    /// The PIN of the room at that address.
    pin: String,
    /// Whether the page on why rooms are not found is open.
    finding: bool,
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
    commands.extend(finding_ui(ui, view, &mut draft.finding));
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
                        fixed(ui, "host", |ui| host_ui(ui, view, draft, &mut commands));
                        ui.add_space(GAP);
                        if let Some(join) = rooms_ui(ui, art, view) {
                            commands.extend(rename(view, draft));
                            commands.push(join);
                        }
                        open_ui(ui, &mut draft.finding);
                        commands.extend(kept_ui(ui, view));
                        ui.add_space(GAP);
                        fixed(ui, "address", |ui| {
                            address_ui(ui, view, draft, &mut commands);
                        });
                    });
                });
            });
        });
    commands
}

/// Kanna, who waves from her meadow, and the game's name.
fn head_ui(ui: &mut egui::Ui, art: &mut Art, view: &View) {
    let width = ui.available_width();
    let window = ui.ctx().content_rect().height();
    let height = (window * 0.55 - 240.0).clamp(*HEAD.start(), *HEAD.end());
    let (rect, _) = ui.allocate_exact_size(vec2(width, height), egui::Sense::hover());
    let p = Palette::of(ui);
    let painter = ui.painter_at(rect);
    paint_sky(&painter, rect, p.sky);
    // In a narrow window they would be behind the name, or over it.
    let wide = width > 500.0;
    if wide {
        paint_cloud(art, &painter, rect, vec2(0.78, 0.2), 110.0);
    }
    paint_cloud(art, &painter, rect, vec2(0.05, 0.3), 90.0);
    paint_hills(art, &painter, rect, height * 0.26);
    let kanna = Picture::Won;
    let size = kanna.size() * (height * 0.94 / kanna.size().y);
    let min = rect.left_bottom() + vec2(6.0, -size.y - 4.0);
    art.paint(&painter, kanna, egui::Rect::from_min_size(min, size));
    for (n, (x, y)) in [(0, (0.93, 0.5)), (1, (0.985, 0.32)), (2, (0.87, 0.28))] {
        let balloon = Picture::Balloon(n);
        let size = balloon.size() * 0.36;
        if wide {
            let center = rect.lerp_inside(vec2(x, y)) - vec2(14.0, 0.0);
            let balloon_rect = egui::Rect::from_center_size(center, size);
            art.paint(&painter, balloon, balloon_rect);
        }
    }
    round_off(&painter, rect, p.ground);
    let mut text = rect.shrink2(vec2(14.0, 0.0));
    text.min.x = rect.left() + size.x + 16.0;
    let mut column = ui.new_child(egui::UiBuilder::new().max_rect(text));
    column.add_space(height * 0.24 - (*HEAD.end() - height) * 0.15);
    column.spacing_mut().item_spacing.y = 2.0;
    let name = bold("dhangkanna").size(height * 0.14 + 14.0).color(p.text);
    column.add(egui::Label::new(name).truncate());
    let about = RichText::new(tr!("lobby-about")).color(p.text);
    column.add(egui::Label::new(about).truncate());
    if view.me.record.played > 0 {
        ui.vertical_centered(|ui| {
            let record = RichText::new(in_words(&view.me.record));
            ui.label(record.small().color(p.weak));
        });
    }
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
            .map(|(letter, _)| upper(&letter.to_string()))
            .collect();
        text.push(' ');
        text.push_str(&tr!("lobby-hardest", letters = letters.join(" ")));
    }
    text
}

fn host_ui(ui: &mut egui::Ui, view: &View, draft: &mut Draft, commands: &mut Vec<Command>) {
    in_card(ui, |ui| {
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
                commands.push(Command::Host {
                    room: None,
                    pin: None,
                });
            }
        });
        if let Err(bad) = parsed {
            let said = match bad {
                BadName::Empty => tr!("name-empty"),
                BadName::TooLong => tr!("name-too-long"),
                BadName::Control => tr!("name-control"),
                BadName::Hidden => tr!("name-hidden"),
                BadName::Marks => tr!("name-marks"),
            };
            announce(&ui.label(RichText::new(said).color(Palette::of(ui).error)));
        }
    });
}

/// The typed name, if it is one and a new one.
fn rename(view: &View, draft: &Draft) -> Option<Command> {
    let name = Name::parse(draft.name.as_deref()?).ok()?;
    (name != view.me.name).then_some(Command::Rename(name))
}

fn address_ui(ui: &mut egui::Ui, view: &View, draft: &mut Draft, commands: &mut Vec<Command>) {
    let mut chosen = None;
    ui.horizontal_wrapped(|ui| {
        let label = ui.label(tr!("lobby-address"));
        let field = egui::TextEdit::singleline(&mut draft.address)
            .hint_text("10.0.0.5:40123")
            .desired_width(190.0)
            .char_limit(100);
        let field = ui.add(field).labelled_by(label.id);
        let pin_field = pin::field_ui(ui, tr!("lobby-pin"), &mut draft.pin);
        let left = field.lost_focus() || pin_field.lost_focus();
        let entered = left && ui.input(|i| i.key_pressed(egui::Key::Enter));
        let addr = draft.address.trim().parse();
        let can_go = addr.is_ok() && pin::typed(&draft.pin).is_ok();
        let clicked = ui
            .add_enabled(can_go, egui::Button::new(tr!("lobby-go")))
            .clicked();
        pin::check_ui(ui, &draft.pin, &pin_field);
        if (clicked || entered)
            && let Ok(addr) = addr
        {
            chosen = Some(addr);
        } else if !draft.address.trim().is_empty() && addr.is_err() && !field.has_focus() {
            let p = Palette::of(ui);
            announce(&ui.label(RichText::new(tr!("lobby-bad-address")).color(p.error)));
        }
    });
    let known = &view.me.preferences.addresses;
    if !known.is_empty() {
        ui.horizontal_wrapped(|ui| {
            let weak = Palette::of(ui).weak;
            let text = RichText::new(tr!("lobby-joined-before"));
            ui.label(text.small().color(weak));
            for addr in known {
                let button = ui.button(RichText::new(addr.to_string()).small());
                if button.clicked() {
                    chosen = Some(*addr);
                }
            }
        });
    }
    if let (Some(addr), Ok(pin)) = (chosen, pin::typed(&draft.pin)) {
        draft.pin.clear();
        commands.extend(rename(view, draft));
        commands.push(Command::Join {
            target: JoinTarget::Addr(addr),
            wait: WAIT,
            pin,
        });
    }
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
            // The address is what others need; *About* has the version, too.
            if ui.ctx().content_rect().width() >= COLUMN {
                let version = env!("CARGO_PKG_VERSION");
                ui.add(small(tr!("lobby-version", version = version)));
            }
        },
    );
}
