//! Between two rounds: how the room plays, who is ready, and what comes next.

use eframe::egui::{self, RichText};

use super::{
    parts::{ask, choice, in_card, main_button, note_place},
    phrases,
    theme::{GAP, Palette, bold},
    words::tr,
};
use crate::{
    game::{
        Action, Difficulty, Game, MAX_ROUNDS, Mode, Names, Round, Settings, TURN_SECONDS, safe_text,
    },
    node::{Command, PackView, RoomView, View},
};

/// The window's own drafts.
#[derive(Default)]
pub(super) struct Draft {
    /// Whether "stop the match?" is asked.
    stopping: bool,
    /// Settings that are being dragged, until they are let go.
    dragged: Option<Settings>,
}

/// Draws what the player can do about the next round.
pub(super) fn setup_ui(
    ui: &mut egui::Ui,
    view: &View,
    room: &RoomView,
    names: &Names,
    draft: &mut Draft,
) -> Vec<Command> {
    let game = room.state.game();
    let owns = game.table().owner == Some(view.me.peer_id);
    let mut commands = Vec::new();
    if game.match_on().is_some() {
        commands.extend(match_ui(ui, view, game, owns, draft));
        return commands;
    }
    draft.stopping = false;
    ranking_ui(ui, room, names, view);
    if owns {
        commands.extend(owner_ui(ui, view, room, names, draft));
    } else {
        commands.extend(guest_ui(ui, view, room, names));
    }
    commands
}

// ---- while a match is on ----

fn match_ui(
    ui: &mut egui::Ui,
    view: &View,
    game: &Game,
    owns: bool,
    draft: &mut Draft,
) -> Option<Command> {
    let mut command = None;
    let between = game.phase().is_over();
    ui.vertical_centered(|ui| {
        if between {
            let missing = missing_pack(view, game);
            let button = main_button(ui, tr!("next-round"));
            let button = ui.add_enabled(missing.is_none(), button);
            note_place(&button, "Next round");
            if let Some(pack) = missing {
                ui.label(tr!("next-no-pack", pack = pack));
            }
            if button.clicked() {
                let after_round = game.round().map_or(0, Round::number);
                command = Some(Command::NextRound { after_round });
            }
        }
        command = command.take().or(seat_ui(ui, view, game));
        if owns && ui.button(tr!("stop-ask")).clicked() {
            draft.stopping = true;
        }
    });
    let more = if between {
        tr!("stop-between")
    } else {
        tr!("stop-now")
    };
    let texts = [tr!("stop-title"), more, tr!("stop-not"), tr!("stop")];
    if ask(ui, "stop", &mut draft.stopping, texts, |_| {}) {
        command = Some(Command::Act(Action::StopMatch));
    }
    command
}

/// The pack that the next word is from, if it is not on this computer.
fn missing_pack<'a>(view: &View, game: &'a Game) -> Option<&'a str> {
    let on = game.match_on().filter(|on| on.mode != Mode::Setter)?;
    let is_here = view.packs.iter().any(|pack| pack.id == on.pack);
    (!is_here).then_some(&on.pack)
}

/// The way back to the table for those who watch.
fn seat_ui(ui: &mut egui::Ui, view: &View, game: &Game) -> Option<Command> {
    let me = game.players().get(&view.me.peer_id);
    let watching = me.is_some_and(|me| me.watching);
    let sits = watching && ui.button(tr!("take-seat")).clicked();
    sits.then_some(Command::Act(Action::Watch(false)))
}

// ---- between two matches ----

/// Width of the boxes to choose words by, in points: three side by side.
const COMBO: f32 = 104.0;

/// How many of the ranking are shown; the scores of all stand next to their names.
const RANKED: usize = 5;

/// Who has how many points, after a match.
fn ranking_ui(ui: &mut egui::Ui, room: &RoomView, names: &Names, view: &View) {
    let game = room.state.game();
    let newest = game.table().newest_match.as_ref();
    let Some(newest) = newest.filter(|newest| newest.over) else {
        return;
    };
    let p = Palette::of(ui);
    let ranking = game.ranking();
    in_card(ui, |ui| {
        ui.label(bold(tr!("match-over")));
        ui.spacing_mut().interact_size.y = 18.0;
        // Beside its place and its points.
        let most = (ui.available_width() - 130.0).max(60.0);
        egui::Grid::new("ranking")
            .num_columns(3)
            .min_col_width(12.0)
            .spacing([14.0, 2.0])
            .show(ui, |ui| {
                for rank in ranking.iter().take(RANKED) {
                    let me = rank.peer == view.me.peer_id;
                    let mut name = names.name_of(&rank.peer).to_owned();
                    if me {
                        name = tr!("you", name = name);
                    }
                    ui.label(RichText::new(format!("{}.", rank.place)).color(p.weak));
                    let first = rank.place == 1;
                    let name = if first {
                        bold(name)
                    } else {
                        RichText::new(name)
                    };
                    one_row_ui(ui, name, most);
                    ui.label(phrases::points(rank.score));
                    ui.end_row();
                }
            });
        let best = game.table().best_streak;
        if newest.mode == Mode::Together && best > 1 {
            let streak = game.table().streak;
            let text = tr!("streak", now = streak, best = best);
            ui.label(RichText::new(text).color(p.weak));
        }
    });
    ui.add_space(GAP);
}

/// A text as wide as it is, up to `most` points: a grid would ask for less.
fn one_row_ui(ui: &mut egui::Ui, text: RichText, most: f32) {
    let wrap = egui::TextWrapMode::Truncate;
    let text = egui::WidgetText::from(text);
    let galley = text.into_galley(ui, Some(wrap), most, egui::TextStyle::Body);
    ui.label(galley);
}

/// What a mode is, in a line.
fn describe(mode: Mode) -> String {
    match mode {
        Mode::Together => tr!("mode-together-more"),
        Mode::Turns => tr!("mode-turns-more"),
        Mode::Setter => tr!("mode-setter-more"),
    }
}

fn name_of_difficulty(level: Difficulty) -> String {
    match level {
        Difficulty::Any => tr!("level-any"),
        Difficulty::Easy => tr!("level-easy"),
        Difficulty::Normal => tr!("level-normal"),
        Difficulty::Hard => tr!("level-hard"),
    }
}

/// A box to choose from, which says what it is for: it has no label next to it.
fn box_ui(
    ui: &mut egui::Ui,
    id: &str,
    name: &str,
    chosen: &str,
    choices: impl FnOnce(&mut egui::Ui),
) {
    let combo = egui::ComboBox::from_id_salt(id).selected_text(chosen);
    let shown = combo.width(COMBO).height(360.0).show_ui(ui, choices);
    shown.response.widget_info(|| {
        let mut info = egui::WidgetInfo::labeled(egui::Role::ComboBox, true, name);
        info.current_text_value = Some(chosen.to_owned());
        info
    });
    shown.response.on_hover_text(name);
}

/// The language, and what the words are about.
fn packs_ui(ui: &mut egui::Ui, view: &View, set: &mut Settings) {
    let chosen = view.packs.iter().find(|pack| pack.id == set.pack);
    // A pack that only its owner has: nothing is known but its id.
    let language = chosen.map_or("", |pack| &*pack.language);
    let in_language = |tag: &str| {
        let tag = tag.to_owned();
        view.packs.iter().filter(move |pack| pack.language == tag)
    };
    let mut languages: Vec<&PackView> = Vec::new();
    for pack in view.packs.iter() {
        if languages
            .iter()
            .all(|known| known.language != pack.language)
        {
            languages.push(pack);
        }
    }
    let language_name = chosen.map_or("?", |pack| &*pack.language_name);
    let name = tr!("pack-language");
    box_ui(ui, "language", &name, language_name, |ui| {
        for pack in languages {
            let is_chosen = pack.language == language;
            let clicked = ui
                .selectable_label(is_chosen, &pack.language_name)
                .clicked();
            if clicked && !is_chosen {
                // All its words, if there is such a pack.
                let mut packs = in_language(&pack.language);
                let all = packs.find(|pack| pack.name == pack.language_name);
                set.pack.clone_from(&all.unwrap_or(pack).id);
            }
        }
    });
    let words = chosen.map_or_else(|| safe_text(&set.pack).into_owned(), words_of);
    box_ui(ui, "pack", &tr!("pack-words"), &words, |ui| {
        for pack in in_language(language) {
            ui.selectable_value(&mut set.pack, pack.id.clone(), words_of(pack));
        }
    });
}

/// What a pack's words are about.
fn words_of(pack: &PackView) -> String {
    if pack.name == pack.language_name {
        tr!("pack-all")
    } else {
        pack.name.clone()
    }
}

/// A pack's name, and its language.
fn name_of_pack(pack: &PackView) -> String {
    if pack.name == pack.language_name {
        pack.name.clone()
    } else {
        format!("{} ({})", pack.name, pack.language_name)
    }
}

fn owner_ui(
    ui: &mut egui::Ui,
    view: &View,
    room: &RoomView,
    names: &Names,
    draft: &mut Draft,
) -> Vec<Command> {
    let game = room.state.game();
    let now = &game.table().settings;
    let mut set = draft.dragged.clone().unwrap_or_else(|| now.clone());
    let mut commands = Vec::new();
    let p = Palette::of(ui);
    // First, so that it is in sight whatever stands above and below.
    commands.extend(start_ui(ui, view, game, names));
    let mut dragging = false;
    in_card(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 5.0;
        ui.horizontal_wrapped(|ui| {
            for mode in Mode::ALL {
                let button = choice(ui, set.mode == mode, &phrases::mode(mode));
                note_place(&button, &format!("{mode:?}"));
                if button.clicked() {
                    set.mode = mode;
                }
            }
        });
        ui.label(RichText::new(describe(set.mode)).color(p.weak));
        ui.horizontal_wrapped(|ui| {
            packs_ui(ui, view, &mut set);
            let level = name_of_difficulty(set.difficulty);
            box_ui(ui, "difficulty", &tr!("level"), &level, |ui| {
                for level in Difficulty::ALL {
                    let text = name_of_difficulty(level);
                    ui.selectable_value(&mut set.difficulty, level, text);
                }
            });
        });
        ui.horizontal_wrapped(|ui| {
            let label = ui.label(tr!("rounds"));
            let rounds = egui::DragValue::new(&mut set.rounds).range(1..=MAX_ROUNDS);
            let rounds = ui.add(rounds).labelled_by(label.id);
            dragging |= rounds.dragged() || rounds.has_focus();
            if set.mode == Mode::Turns {
                let label = ui.label(tr!("turn-seconds"));
                let turn = egui::DragValue::new(&mut set.turn_seconds).range(TURN_SECONDS);
                let turn = ui.add(turn).labelled_by(label.id);
                dragging |= turn.dragged() || turn.has_focus();
            }
            ui.checkbox(&mut set.locked, tr!("locked"));
        });
    });
    if dragging {
        draft.dragged = Some(set);
    } else {
        draft.dragged = None;
        if set != *now {
            commands.push(Command::Act(Action::Configure(set)));
        }
    }
    commands
}

/// The button that starts the match, and who is not ready.
fn start_ui(ui: &mut egui::Ui, view: &View, game: &Game, names: &Names) -> Option<Command> {
    let p = Palette::of(ui);
    let settings = &game.table().settings;
    let players: Vec<_> = game.at_table().collect();
    let waits =
        |(peer, player): &&(_, &crate::game::Player)| *peer != view.me.peer_id && !player.ready;
    let waiting: Vec<&str> = players
        .iter()
        .filter(waits)
        .map(|(peer, _)| names.name_of(peer))
        .collect();
    let missing = settings.mode.min_players().saturating_sub(players.len());
    let mut command = None;
    ui.vertical_centered(|ui| {
        let text = if waiting.is_empty() {
            tr!("start")
        } else {
            tr!("start-anyway")
        };
        let button = ui.add_enabled(missing == 0, main_button(ui, text));
        note_place(&button, "Start the game");
        if button.clicked() {
            command = Some(Command::StartMatch { force: true });
        }
        let note = match (missing, waiting.as_slice()) {
            (0, []) => String::new(),
            (0, [one]) => tr!("not-ready-one", who = *one),
            (0, some) => tr!("not-ready", count = some.len()),
            // Only watchers are here, and I am one.
            _ if settings.mode.min_players() == 1 => tr!("why-watching"),
            _ => tr!("too-few"),
        };
        ui.label(RichText::new(note).color(p.weak));
        command = command.take().or(seat_ui(ui, view, game));
    });
    command
}

fn guest_ui(ui: &mut egui::Ui, view: &View, room: &RoomView, names: &Names) -> Vec<Command> {
    let game = room.state.game();
    let settings = &game.table().settings;
    let p = Palette::of(ui);
    let owner = game
        .table()
        .owner
        .map_or_else(|| tr!("nobody"), |owner| names.name_of(&owner).to_owned());
    let pack = view.packs.iter().find(|pack| pack.id == settings.pack);
    let pack = pack.map_or_else(|| safe_text(&settings.pack).into_owned(), name_of_pack);
    let me = game.players().get(&view.me.peer_id);
    let ready = me.is_some_and(|me| me.ready);
    let watching = me.is_some_and(|me| me.watching);
    let mut commands = Vec::new();
    ui.vertical_centered(|ui| {
        ui.label(tr!(
            "owner-sets-up",
            owner = owner.as_str(),
            mode = phrases::mode(settings.mode),
            rounds = settings.rounds,
            pack = pack
        ));
        ui.label(RichText::new(describe(settings.mode)).color(p.weak));
        commands.extend(seat_ui(ui, view, game));
        if watching {
            return;
        }
        let button = if ready {
            ui.label(bold(tr!("ready-waits", owner = owner.as_str())));
            ui.button(tr!("ready-not"))
        } else {
            ui.add(main_button(ui, tr!("ready")))
        };
        note_place(&button, "Ready");
        if button.clicked() {
            commands.push(Command::Act(Action::Ready(!ready)));
        }
        if ui.button(tr!("watch")).clicked() {
            commands.push(Command::Act(Action::Watch(true)));
        }
    });
    commands
}
