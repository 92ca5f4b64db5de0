//! Who is here, and who guessed what.

use std::collections::BTreeSet;

use eframe::egui::{self, RichText, Vec2, vec2};

use super::{
    art::{Art, Picture},
    parts::{ask, called, fixed, main_button, measured, note_place, once, swatch_ui},
    pin,
    theme::{Palette, bold},
    words::tr,
};
use crate::{
    game::{Action, Game, MAX_SECRET_CELLS, Names, PeerId, Tried, safe_text, short_text},
    node::{Command, PlayerView, RoomView},
};

/// The least width of who knocks, beside the answers, in points.
const WHO: f32 = 120.0;

/// The window's own drafts.
#[derive(Default)]
pub(super) struct Draft {
    /// Whom I do not want to hear.
    pub(super) muted: BTreeSet<PeerId>,
    /// Who is about to be sent away, and whether the room is to be locked, too.
    removing: Option<(PeerId, bool)>,
}

/// The players, those who are here first; and what can be done about them.
pub(super) fn players_ui(
    ui: &mut egui::Ui,
    art: &mut Art,
    room: &RoomView,
    names: &Names,
    me: PeerId,
    draft: &mut Draft,
) -> Option<Command> {
    let p = Palette::of(ui);
    let online = room.players.iter().filter(|player| player.online).count();
    let title = tr!("players", count = online);
    let mut command = pin::titled_ui(ui, title, room, me);
    for player in &room.players {
        let id = ("player", player.peer_id);
        row(ui, id, |ui| {
            mark_ui(ui, art, player.leads, player.online);
            swatch_ui(ui, names, &player.peer_id);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if player.peer_id != me {
                    let menu = menu_ui(ui, room, player, names, me, draft);
                    command = command.take().or(menu);
                }
                if let Some(score) = player.score {
                    ui.label(bold(score.to_string()));
                }
                let (name, roles) = label_of(player, room, names, me);
                let text = RichText::new(name);
                let round = room.state.game().round();
                let on = round.filter(|round| round.is_on());
                let acts = on.is_some_and(|round| round.frame().turn == Some(player.peer_id));
                let text = match (player.online, acts) {
                    (false, _) => text.color(p.weak),
                    (true, true) => bold(text.text()).color(p.accent),
                    (true, false) => text,
                };
                name_ui(ui, text, roles);
            });
        });
    }
    seatless_ui(ui, art, room, names, me, draft);
    let table = room.state.game().table();
    let could_own = table.founder == Some(me) && table.owner != Some(me);
    if could_own && ui.button(tr!("take-room")).clicked() {
        command = Some(Command::Act(Action::TakeOwner));
    }
    command.or(removing_ui(ui, room, names, me, draft))
}

/// Whether somebody leads or is here, as a picture.
fn mark_ui(ui: &mut egui::Ui, art: &mut Art, leads: bool, online: bool) {
    let p = Palette::of(ui);
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(18.0), egui::Sense::hover());
    if leads {
        art.paint(ui.painter(), Picture::Crown, rect);
        response.on_hover_text(tr!("leads-more"));
    } else if online {
        ui.painter().circle_filled(rect.center(), 4.0, p.hit);
    } else {
        let ring = egui::Stroke::new(1.5, p.weak);
        ui.painter().circle_stroke(rect.center(), 4.0, ring);
    }
}

/// A name, and what it stands for here.
fn name_ui(ui: &mut egui::Ui, name: RichText, roles: String) {
    let p = Palette::of(ui);
    ui.with_layout(egui::Layout::top_down(egui::Align::Min), |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        ui.add(egui::Label::new(name).truncate());
        if !roles.is_empty() {
            let roles = RichText::new(roles).small().color(p.weak);
            ui.add(egui::Label::new(roles).truncate());
        }
    });
}

/// Members who never took a seat: their programs are in the room all the same.
fn seatless_ui(
    ui: &mut egui::Ui,
    art: &mut Art,
    room: &RoomView,
    names: &Names,
    me: PeerId,
    draft: &mut Draft,
) {
    let (p, game, cluster) = (Palette::of(ui), room.state.game(), &room.cluster);
    let owns = game.table().owner == Some(me);
    let is_known =
        |peer: &PeerId| *peer == me || game.players().contains_key(peer) || game.is_removed(peer);
    for member in &cluster.members {
        let peer = member.peer_id;
        if is_known(&peer) {
            continue;
        }
        row(ui, ("member", member.node_id), |ui| {
            let leads = cluster.leader == Some(member.node_id);
            mark_ui(ui, art, leads, member.online);
            let name = name_of(game, names, &peer);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if owns {
                    more_ui(ui, &name, |ui| remove_ui(ui, game, peer, draft));
                }
                name_ui(ui, RichText::new(name).color(p.weak), tr!("role-seatless"));
            });
        });
    }
}

/// What somebody is called, who may never have said it.
fn name_of(game: &Game, names: &Names, peer: &PeerId) -> String {
    if game.players().contains_key(peer) {
        return names.name_of(peer).to_owned();
    }
    tr!("someone", id = peer.short())
}

/// The question before somebody is sent away, and the way back for them.
fn removing_ui(
    ui: &mut egui::Ui,
    room: &RoomView,
    names: &Names,
    me: PeerId,
    draft: &mut Draft,
) -> Option<Command> {
    let game = room.state.game();
    if game.table().owner != Some(me) {
        draft.removing = None;
        return None;
    }
    let mut command = None;
    if let Some((peer, mut lock)) = draft.removing {
        let title = tr!("remove-title", name = name_of(game, names, &peer));
        let texts = [title, tr!("remove-more"), tr!("cancel"), tr!("remove")];
        let mut open = true;
        let goes = ask(ui, "remove", &mut open, texts, |ui| {
            // Else they have to knock.
            if !game.table().settings.locked {
                ui.add_space(4.0);
                ui.label(tr!("remove-returns"));
                ui.checkbox(&mut lock, tr!("remove-lock"));
            }
        });
        if goes {
            command = Some(Command::Act(Action::Remove { peer, lock }));
        }
        draft.removing = open.then_some((peer, lock));
    }
    for peer in &game.table().removed {
        let name = name_of(game, names, peer);
        row(ui, ("removed", peer), |ui| {
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let again = ui.small_button(tr!("let-in-again"));
                called(&again, &tr!("let-in-again"), &name);
                if again.clicked() {
                    command = Some(Command::Act(Action::LetIn(*peer)));
                }
                let text = tr!("removed", name = name.as_str());
                let text = RichText::new(text).color(Palette::of(ui).weak);
                ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                    ui.add(egui::Label::new(text).truncate());
                });
            });
        });
    }
    command
}

/// What can be done about another player.
fn menu_ui(
    ui: &mut egui::Ui,
    room: &RoomView,
    player: &PlayerView,
    names: &Names,
    me: PeerId,
    draft: &mut Draft,
) -> Option<Command> {
    let (peer, game) = (player.peer_id, room.state.game());
    let owns = game.table().owner == Some(me);
    let mut command = None;
    more_ui(ui, names.name_of(&peer), |ui| {
        let muted = &mut draft.muted;
        let is_muted = muted.contains(&peer);
        let text = if is_muted { tr!("unmute") } else { tr!("mute") };
        if ui.button(text).clicked() {
            if is_muted {
                muted.remove(&peer);
            } else {
                muted.insert(peer);
            }
        }
        if owns && player.online && ui.button(tr!("give-room")).clicked() {
            command = Some(Command::Act(Action::PassOwner(peer)));
        }
        if owns {
            remove_ui(ui, game, peer, draft);
        }
    });
    command
}

/// The button to what can be done about somebody.
fn more_ui(ui: &mut egui::Ui, name: &str, contents: impl FnOnce(&mut egui::Ui)) {
    let button = egui::Button::new("…").small().min_size(vec2(24.0, 18.0));
    let menu = egui::containers::menu::MenuButton::from_button(button);
    let (response, _) = menu.ui(ui, contents);
    let name = tr!("more-about", name = name);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, name.clone()));
}

fn remove_ui(ui: &mut egui::Ui, game: &Game, peer: PeerId, draft: &mut Draft) {
    let stays = game.table().founder == Some(peer);
    let button = ui.add_enabled(!stays, egui::Button::new(tr!("remove-ask")));
    let button = button.on_disabled_hover_text(tr!("founder-stays"));
    if button.clicked() {
        draft.removing = Some((peer, !game.table().settings.locked));
        // A menu goes by itself for the pointer only.
        ui.close();
    }
}

/// Who stands at the door, for the owner to decide, on `most` points of height.
pub(super) fn door_ui(
    ui: &mut egui::Ui,
    room: &RoomView,
    names: &Names,
    me: PeerId,
    most: f32,
) -> Option<Command> {
    let table = room.state.game().table();
    if table.owner != Some(me) || table.knocks.is_empty() {
        return None;
    }
    let mut command = None;
    // However many they are, the board stays in sight.
    egui::ScrollArea::vertical()
        .id_salt("door")
        .max_height(most)
        .auto_shrink([false, true])
        .min_scrolled_height(most)
        .show(ui, |ui| {
            if table.knocks.len() > 1 {
                ui.horizontal_wrapped(|ui| {
                    let count = table.knocks.len();
                    ui.label(bold(tr!("knocks", count = count)));
                    command = all_ui(ui).map(Command::Act);
                });
            }
            for peer in table.knocks.keys() {
                let asked = fixed(ui, ("knock", *peer), |ui| knock_ui(ui, room, names, peer));
                command = command.take().or(asked);
            }
        });
    command
}

/// One who knocks, and what can be answered: beside them, or below.
fn knock_ui(ui: &mut egui::Ui, room: &RoomView, names: &Names, peer: &PeerId) -> Option<Command> {
    let is_alone = room.state.game().table().knocks.len() == 1;
    let name = names.name_of(peer);
    let who = |ui: &mut egui::Ui| {
        swatch_ui(ui, names, peer);
        let known = if room.met.contains(peer) {
            tr!("knock-met")
        } else {
            tr!("knock-new")
        };
        name_ui(ui, bold(tr!("knock", name = name)), known);
    };
    let mut answer = None;
    let mut answers = |ui: &mut egui::Ui| {
        let button = ui.add(main_button(ui, tr!("let-in")));
        note_place(&button, "Let in");
        called(&button, &tr!("let-in"), name);
        if once(&button) {
            answer = Some(Action::LetIn(*peer));
        }
        let not_now = ui.button(tr!("refuse"));
        called(&not_now, &tr!("refuse"), name);
        if once(&not_now) {
            answer = Some(Action::Refuse(*peer));
        }
        if is_alone {
            // At one address there may be more than it shows.
            more_ui(ui, name, |ui| answer = answer.take().or(all_ui(ui)));
        }
    };
    measured(ui, "answers", 200.0, |ui, width| {
        let beside = ui.available_width() - width - ui.spacing().item_spacing.x;
        if beside < WHO {
            ui.horizontal(who);
            ui.horizontal_wrapped(answers);
            return width;
        }
        let row = ui.horizontal(|ui| {
            let height = ui.spacing().interact_size.y;
            ui.allocate_ui(vec2(beside, height), |ui| {
                ui.set_width(beside);
                ui.horizontal(who);
            });
            let left = ui.cursor().left();
            answers(ui);
            ui.min_rect().right() - left
        });
        row.inner
    });
    answer.map(Command::Act)
}

/// The answers to all who knock.
fn all_ui(ui: &mut egui::Ui) -> Option<Action> {
    let mut answer = None;
    for (text, let_in) in [(tr!("let-all-in"), true), (tr!("refuse-all"), false)] {
        let button = ui.button(text).on_hover_text(tr!("answer-all-more"));
        if once(&button) {
            answer = Some(Action::AnswerAll { let_in });
        }
    }
    answer
}

/// A line of a list: as high as its text, not as a button. Its menu is its own
/// wherever the line goes.
fn row(
    ui: &mut egui::Ui,
    id: impl std::hash::Hash + std::fmt::Debug,
    contents: impl FnOnce(&mut egui::Ui),
) {
    fixed(ui, id, |ui| {
        ui.spacing_mut().interact_size.y = 20.0;
        ui.spacing_mut().item_spacing = egui::vec2(6.0, 2.0);
        ui.horizontal(contents);
    });
}

/// A name, and what they are and do here.
fn label_of(player: &PlayerView, room: &RoomView, names: &Names, me: PeerId) -> (String, String) {
    let mut label = names.name_of(&player.peer_id).to_owned();
    if player.peer_id == me {
        label = tr!("you", name = label);
    }
    let game = room.state.game();
    let round = game.round().filter(|round| round.is_on());
    let sets = round.is_some_and(|round| round.frame().setter == Some(player.peer_id));
    let roles = [
        (player.leads, tr!("role-leads")),
        (
            game.table().owner == Some(player.peer_id),
            tr!("role-owner"),
        ),
        (sets, tr!("role-sets")),
        (player.watching, tr!("role-watches")),
        (player.ready && !player.watching, tr!("role-ready")),
        (!player.online, tr!("role-away")),
    ];
    let roles: Vec<String> = roles
        .into_iter()
        .filter_map(|(is, role)| is.then_some(role))
        .collect();
    (label, roles.join(", "))
}

/// The guesses of the round, the newest first.
pub(super) fn guesses_ui(ui: &mut egui::Ui, room: &RoomView, names: &Names) {
    let p = Palette::of(ui);
    let game = room.state.game();
    let guesses = game.round().map_or(&[][..], |round| round.guesses());
    if guesses.is_empty() {
        ui.label(RichText::new(tr!("guesses-none")).color(p.weak));
    }
    for (n, guess) in guesses.iter().enumerate().rev() {
        let what = match &guess.tried {
            Tried::Whole(whole) => short_text(whole.shown(), MAX_SECRET_CELLS),
            Tried::Letter(letter) | Tried::Hint { letter, .. } => {
                safe_text(&letter.upper()).into_owned()
            }
        };
        let who = names.name_of(&guess.by);
        let (word, color) = match guess.tried {
            Tried::Hint { .. } => (tr!("guess-hint"), p.weak),
            Tried::Whole(_) if guess.is_hit() => (tr!("guess-solved"), p.hit),
            _ if guess.is_hit() => (tr!("guess-hit"), p.hit),
            _ => (tr!("guess-miss"), p.error),
        };
        row(ui, ("guess", n), |ui| {
            // The rest is for what came of it, and for whose it was.
            let most = ui.available_width() * 0.6;
            ui.scope(|ui| {
                ui.set_max_width(most);
                ui.add(egui::Label::new(bold(what)).truncate());
            });
            ui.label(RichText::new(word).color(color));
            ui.add(egui::Label::new(RichText::new(who).color(p.weak)).truncate());
        });
    }
}
