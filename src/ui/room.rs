//! A room: the scene, the board, the people and the cluster, side by side or
//! below each other.

use std::sync::Arc;

use eframe::egui::{self, RichText, ScrollArea, vec2};

use super::{
    art::Art,
    board::board_ui,
    history::{self, history_ui},
    kanna::scene_ui,
    keyboard::{self, keyboard_ui, more_ui},
    last_event::LastEvent,
    motion::Motion,
    parts::{announce, choice, fixed, in_card, measured},
    people::{self, door_ui, guesses_ui, players_ui},
    setter_panel::{self, setter_ui},
    setup::{self, setup_ui},
    sound::Sounds,
    talk::{self, talk_ui},
    theme::{COLUMN, GAP, NARROW, Palette, roominess},
    trouble::{passing, trouble_ui},
    watch::{self, strip_ui, watch_ui},
    words::tr,
};
use crate::{
    game::{Names, PeerId, Round, safe_text},
    node::{Command, RoomView, View},
};

/// The window's own drafts in a room.
#[derive(Default)]
pub(super) struct Draft {
    setup: setup::Draft,
    setter: setter_panel::Draft,
    keyboard: keyboard::Draft,
    talk: talk::Draft,
    people: people::Draft,
    history: history::Draft,
    /// The room as it was drawn last.
    seen: Option<Arc<RoomView>>,
    last_event: LastEvent,
    motion: Motion,
    sounds: Sounds,
    pub(super) watch: watch::Draft,
    aside: Aside,
    /// How the names here are shown.
    names: Arc<Names>,
    /// Whether nothing is to move.
    calm: bool,
}

impl Draft {
    /// Tells and plays what has happened since the last look.
    fn look_at(&mut self, room: &Arc<RoomView>, me: PeerId, volume: u8) {
        let seen = self.seen.replace(Arc::clone(room));
        if seen.as_ref().is_some_and(|seen| Arc::ptr_eq(seen, room)) {
            return;
        }
        self.names = Arc::new(Names::of(room.state.game()));
        let is_here = |seen: &Arc<RoomView>| seen.cluster.cluster_id == room.cluster.cluster_id;
        let seen = seen.filter(is_here);
        self.last_event
            .look_at(seen.as_deref(), room, &self.names, me);
        if let Some(seen) = seen {
            let (before, now) = (seen.state.game(), room.state.game());
            self.sounds.look_at(before, now, me, volume);
        }
    }

    /// Nothing that was begun in a room is for the next one.
    pub(super) fn leave(&mut self) {
        let muted = std::mem::take(&mut self.people.muted);
        *self = Self::default();
        self.people.muted = muted;
    }
}

/// How high the board and the keys are, as a rule, in points: what is lower
/// stands where they do, so that little moves when something is added.
const USUAL: f32 = 450.0;

/// What the board may have of it, before the keys become lower, in points.
const BOARD: f32 = 210.0;

/// How high those at the door stand, in points: the next one is seen to follow.
const DOOR: f32 = 112.0;

/// The height of the picture above the game where there is little room, in
/// points.
const SCENE: f32 = 72.0;

/// Where there is less height than this, in points, the game goes before the
/// picture.
const LOW: f32 = 320.0;

/// What is shown next to the game.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Aside {
    #[default]
    Talk,
    Guesses,
}

/// Draws a room.
pub(super) fn room_ui(
    ui: &mut egui::Ui,
    art: &mut Art,
    view: &View,
    room: &Arc<RoomView>,
    draft: &mut Draft,
    settings_open: &mut bool,
    calm: bool,
) -> Vec<Command> {
    draft.calm = calm;
    draft.look_at(room, view.me.peer_id, view.me.preferences.volume);
    let names = &*Arc::clone(&draft.names);
    let mut commands = Vec::new();
    egui::Panel::top("room bar")
        .frame(egui::Frame::new().inner_margin(egui::Margin::symmetric(16, 10)))
        .show_separator_line(false)
        .show(ui, |ui| {
            commands.extend(bar_ui(ui, view, room, draft, settings_open));
        });
    commands.extend(trouble_ui(ui, room.trouble.as_ref()));
    history_ui(ui, room, names, &mut draft.history);
    egui::Panel::bottom("cluster")
        .frame(
            egui::Frame::new()
                .fill(Palette::of(ui).card)
                .inner_margin(egui::Margin::symmetric(16, 8)),
        )
        .show(ui, |ui| {
            draft.watch.open |= strip_ui(ui, &room.cluster, names);
        });
    commands.extend(watch_ui(ui, art, room, names, calm, &mut draft.watch));
    let narrow = ui.available_width() < NARROW;
    egui::CentralPanel::default()
        .frame(egui::Frame::new().inner_margin(egui::Margin {
            left: 16,
            right: 16,
            top: 0,
            bottom: 12,
        }))
        .show(ui, |ui| {
            // Trouble above it comes and goes.
            commands.extend(fixed(ui, "room", |ui| {
                if narrow {
                    narrow_ui(ui, art, view, room, names, draft)
                } else {
                    wide_ui(ui, art, view, room, names, draft)
                }
            }));
        });
    commands
}

fn bar_ui(
    ui: &mut egui::Ui,
    view: &View,
    room: &RoomView,
    draft: &mut Draft,
    settings_open: &mut bool,
) -> Option<Command> {
    let mut command = None;
    egui::Sides::new().shrink_left().truncate().show(
        ui,
        |ui| {
            ui.heading(safe_text(room.name.as_str()));
            if let Some(words) = passing(room.trouble.as_ref()) {
                let words = RichText::new(words).color(Palette::of(ui).error);
                announce(&ui.label(words));
            }
        },
        |ui| {
            if ui.button(tr!("room-leave")).clicked() {
                command = Some(Command::Leave);
            }
            *settings_open |= ui.button(tr!("settings")).clicked();
            if !room.state.game().table().history.is_empty()
                && ui.button(tr!("room-history")).clicked()
            {
                draft.history.open();
            }
            // Where there is no room for it, the lobby has it, too.
            if ui.ctx().content_rect().width() >= NARROW {
                let addr = &view.me.addr;
                ui.label(RichText::new(addr).small().color(Palette::of(ui).weak))
                    .on_hover_text(tr!("room-address-more"));
            }
        },
    );
    command
}

fn wide_ui(
    ui: &mut egui::Ui,
    art: &mut Art,
    view: &View,
    room: &RoomView,
    names: &Names,
    draft: &mut Draft,
) -> Vec<Command> {
    let mut commands = Vec::new();
    let size = ui.available_size();
    let scene = vec2((size.x * 0.31).clamp(220.0, 600.0), size.y);
    let people = (size.x * 0.18).clamp(250.0, 330.0);
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = GAP;
        scene_ui(ui, art, room, names, &mut draft.motion, draft.calm, scene);
        let middle = vec2(size.x - scene.x - people - 2.0 * GAP, size.y);
        ui.allocate_ui_with_layout(middle, egui::Layout::top_down(egui::Align::Center), |ui| {
            ui.set_width(middle.x);
            ScrollArea::vertical().id_salt("play").show(ui, |ui| {
                // In the middle.
                let column = middle.x.min(COLUMN * roominess(ui));
                let beside = (middle.x - column) / 2.0;
                measured(ui, "play", 420.0, |ui, height| {
                    ui.add_space(((size.y - height.max(USUAL)) * 0.4).max(0.0));
                    let top = ui.cursor().top();
                    ui.horizontal_top(|ui| {
                        ui.add_space(beside);
                        let space = vec2(column, 0.0);
                        let layout = egui::Layout::top_down(egui::Align::Center);
                        ui.allocate_ui_with_layout(space, layout, |ui| {
                            ui.set_width(column);
                            let (_, played) = play_ui(ui, view, room, names, draft, size.y);
                            commands.extend(played);
                        });
                    });
                    ui.cursor().top() - top
                });
            });
        });
        ui.allocate_ui_with_layout(
            vec2(people, size.y),
            egui::Layout::top_down(egui::Align::Min),
            |ui| {
                ui.set_width(people);
                let players = (size.y * 0.4).max(120.0);
                in_card(ui, |ui| {
                    ScrollArea::vertical()
                        .id_salt("people")
                        .max_height(players - 24.0)
                        .show(ui, |ui| {
                            let (me, people) = (view.me.peer_id, &mut draft.people);
                            commands.extend(players_ui(ui, art, room, names, me, people));
                        });
                });
                ui.add_space(GAP);
                let left = ui.available_height();
                in_card(ui, |ui| {
                    commands.extend(aside_ui(ui, art, room, names, draft, left - 24.0));
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
    names: &Names,
    draft: &mut Draft,
) -> Vec<Command> {
    let mut commands = Vec::new();
    let size = ui.available_size();
    ScrollArea::vertical().id_salt("room").show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 5.0;
        // What the board and the keys leave, so that both are in reach.
        measured(ui, "board and keys", 330.0, |ui, mut needed| {
            measured(ui, "play", 420.0, |ui, height| {
                let beside = |height: f32| size.y - height - 6.0 - ui.spacing().item_spacing.y;
                let left = beside(height);
                let scene = left.clamp(SCENE, (size.y * 0.5).max(SCENE));
                if left >= SCENE || (size.y >= LOW && beside(needed) >= SCENE) {
                    let scene = vec2(ui.available_width(), scene);
                    scene_ui(ui, art, room, names, &mut draft.motion, draft.calm, scene);
                    ui.add_space(6.0);
                }
                let top = ui.cursor().top();
                let (keys, played) = play_ui(ui, view, room, names, draft, size.y);
                commands.extend(played);
                needed = keys - top;
                ui.cursor().top() - top
            });
            needed
        });
        ui.add_space(GAP);
        in_card(ui, |ui| {
            let (me, people) = (view.me.peer_id, &mut draft.people);
            commands.extend(players_ui(ui, art, room, names, me, people));
            ui.add_space(GAP);
            commands.extend(fixed(ui, "aside", |ui| {
                aside_ui(ui, art, room, names, draft, 320.0)
            }));
        });
    });
    commands
}

/// The talk, or the guesses.
fn aside_ui(
    ui: &mut egui::Ui,
    art: &mut Art,
    room: &RoomView,
    names: &Names,
    draft: &mut Draft,
    height: f32,
) -> Vec<Command> {
    ui.horizontal(|ui| {
        let unread = match draft.aside {
            Aside::Talk => {
                draft.talk.read(room);
                0
            }
            Aside::Guesses => draft.talk.unread(room, &draft.people.muted),
        };
        let talk = match unread {
            0 => tr!("room-talk"),
            n => tr!("room-talk-new", count = n),
        };
        for (aside, name) in [(Aside::Talk, talk), (Aside::Guesses, tr!("room-guesses"))] {
            if choice(ui, draft.aside == aside, &name).clicked() {
                draft.aside = aside;
            }
        }
    });
    match draft.aside {
        Aside::Talk => {
            let muted = &draft.people.muted;
            talk_ui(ui, art, room, names, &mut draft.talk, muted, height - 44.0)
        }
        Aside::Guesses => {
            ScrollArea::vertical()
                .id_salt("guesses")
                .max_height(height - 44.0)
                .show(ui, |ui| guesses_ui(ui, room, names));
            Vec::new()
        }
    }
}

/// The board, the keys, and the way to the next round; and where the keys end.
/// Whatever is said in the room, the board and the keys fit into `height` points.
fn play_ui(
    ui: &mut egui::Ui,
    view: &View,
    room: &RoomView,
    names: &Names,
    draft: &mut Draft,
    height: f32,
) -> (f32, Vec<Command>) {
    let me = view.me.peer_id;
    let top = ui.cursor().top();
    let round = room.state.game().round();
    let on = round.is_some_and(Round::is_on);
    let mut commands: Vec<Command> = door_ui(ui, room, names, me, (height * 0.2).min(DOOR))
        .into_iter()
        .collect();
    // What follows the one and the other.
    let spaces = GAP + 2.0 * ui.spacing().item_spacing.y;
    let height = height - (ui.cursor().top() - top) - spaces;
    let has_keys = room.setter.is_none() && keyboard::has_use(room);
    let keys = if has_keys {
        let wanted = keyboard::height(ui, room);
        wanted.min((height - BOARD).max(height * 0.42))
    } else {
        0.0
    };
    let said = draft.last_event.said();
    board_ui(ui, room, names, me, said, height - keys);
    ui.add_space(GAP);
    let mut end = ui.cursor().top();
    match &room.setter {
        Some(setter) => commands.extend(setter_ui(ui, room, setter, &mut draft.setter)),
        None if !has_keys => {}
        // What comes next is to be in sight.
        None if !on && ui.ctx().content_rect().width() < NARROW => {}
        None => fixed(ui, "keys", |ui| {
            let last_event = &mut draft.last_event;
            commands.extend(keyboard_ui(ui, room, names, me, last_event, keys));
            end = ui.cursor().top();
            ui.add_space(4.0);
            commands.extend(more_ui(ui, room, names, me, &mut draft.keyboard));
        }),
    }
    let guesses = round.map_or(&[][..], Round::guesses);
    let guessed = guesses.iter().any(|guess| guess.by == me);
    if room.single_copy && guessed && room.cluster.members.len() > 1 {
        ui.label(
            RichText::new(tr!("room-one-copy"))
                .small()
                .color(Palette::of(ui).weak),
        );
    }
    ui.add_space(GAP);
    let setup = &mut draft.setup;
    commands.extend(fixed(ui, "setup", |ui| {
        setup_ui(ui, view, room, names, setup)
    }));
    (end, commands)
}
