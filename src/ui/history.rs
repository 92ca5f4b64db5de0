//! The rounds that were played, to step through guess by guess.

use eframe::egui::{self, RichText};

use super::{
    board::{balloons, mask_ui},
    parts::{dialog_height, dialog_scroll, in_rows, page},
    phrases,
    theme::Palette,
    words::tr,
};
use crate::{
    game::{Game, MAX_SECRET_CELLS, Names, Round, Secret, Tried, safe_text, short_text},
    node::RoomView,
};

/// The window's own drafts.
#[derive(Default)]
pub(super) struct Draft {
    open: bool,
    /// Which round, by its number; the newest one unless chosen.
    round: Option<u32>,
    /// After how many tries it is shown; after the last one unless chosen.
    step: Option<usize>,
}

impl Draft {
    /// Opens it at the end of the newest round.
    pub(super) fn open(&mut self) {
        *self = Self {
            open: true,
            ..Self::default()
        };
    }
}

/// Draws the history, if it is open.
pub(super) fn history_ui(ui: &egui::Ui, room: &RoomView, names: &Names, draft: &mut Draft) {
    let game = room.state.game();
    let mut open = draft.open;
    page(ui, "history", &mut open, |ui, open| {
        ui.set_width(ui.ctx().content_rect().width().min(640.0) - 60.0);
        ui.heading(tr!("history"));
        let rounds = &game.table().history;
        let chosen = rounds
            .iter()
            .find(|round| Some(round.number()) == draft.round);
        match chosen.or(rounds.back()) {
            None => {
                ui.label(tr!("history-none"));
            }
            Some(round) => {
                dialog_scroll(dialog_height(ui, 150.0)).show(ui, |ui| {
                    choose_ui(ui, game, round, draft);
                    step_ui(ui, names, round, draft);
                });
            }
        }
        ui.add_space(8.0);
        *open &= !ui.button(tr!("close")).clicked();
    });
    draft.open = open;
}

fn choose_ui(ui: &mut egui::Ui, game: &Game, round: &Round, draft: &mut Draft) {
    let label = ui.label(tr!("history-round"));
    egui::ComboBox::from_id_salt("which round")
        .width(ui.available_width().min(380.0))
        .selected_text(title_of(game, round))
        .show_ui(ui, |ui| {
            for other in game.table().history.iter().rev() {
                let is_shown = other.number() == round.number();
                if ui
                    .selectable_label(is_shown, title_of(game, other))
                    .clicked()
                {
                    draft.round = Some(other.number());
                    draft.step = None;
                }
            }
        })
        .response
        .labelled_by(label.id);
}

fn title_of(game: &Game, round: &Round) -> String {
    let secret = round.secret().map_or_else(|| "?".to_owned(), Secret::text);
    let secret = short_text(&secret, MAX_SECRET_CELLS);
    let end = match phrases::void(game, round) {
        Some(why) => why,
        None if round.chances_left() == 0 => tr!("history-lost"),
        None => tr!("history-won"),
    };
    let number = round.number();
    tr!("history-title", number = number, secret = secret, end = end)
}

fn step_ui(ui: &mut egui::Ui, names: &Names, round: &Round, draft: &mut Draft) {
    let p = Palette::of(ui);
    let last = round.guesses().len();
    let mut step = draft.step.unwrap_or(last).min(last);
    let mode = phrases::mode(round.frame().mode);
    let about = format!("{mode} · {}", safe_text(round.clue()));
    ui.add(in_rows(ui, RichText::new(about).color(p.weak), 4));
    ui.horizontal(|ui| {
        let (back, on) = (step.checked_sub(1), (step < last).then_some(step + 1));
        for (text, to) in [(tr!("history-back"), back), (tr!("history-on"), on)] {
            let button = ui.add_enabled(to.is_some(), egui::Button::new(text));
            if let Some(to) = to.filter(|_| button.clicked()) {
                step = to;
                // It stays at this round, whatever is played meanwhile.
                (draft.round, draft.step) = (Some(round.number()), Some(to));
            }
        }
        ui.label(tr!("history-step", step = step, steps = last));
    });
    ui.add_space(6.0);
    let then = round.after(step);
    ui.vertical_centered(|ui| {
        mask_ui(ui, &then, false, f32::INFINITY);
        ui.label(balloons(then.chances_left()));
    });
    let text = step
        .checked_sub(1)
        .and_then(|at| round.guesses().get(at))
        .map(|guess| {
            let who = names.name_of(&guess.by);
            let what = match &guess.tried {
                Tried::Letter(letter) => {
                    let letter = letter.upper();
                    tr!("history-guessed", who = who, letter = letter)
                }
                Tried::Whole(whole) => tr!("history-said", who = who, word = whole.shown()),
                Tried::Hint { letter, .. } => {
                    let letter = letter.upper();
                    tr!("history-hint", who = who, letter = letter)
                }
            };
            let worth = phrases::points(guess.points());
            tr!(
                "history-entry",
                what = what,
                worth = worth,
                index = guess.index
            )
        });
    let text = text.unwrap_or_else(|| tr!("history-beginning"));
    ui.add(in_rows(ui, RichText::new(text).color(p.weak), 4));
}
