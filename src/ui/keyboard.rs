//! The letters: clicked on screen, where they lie as on most desks of their
//! language, or typed on the real keyboard.

use eframe::egui::{self, Align2, FontId, Sense, Stroke, Vec2, vec2};

use super::{
    last_event::LastEvent,
    parts::{announce, centred_row, note_place, once, paint_inside},
    theme::{Palette, display, roominess},
    words::{tr, upper},
};
use crate::{
    game::{Action, Alphabet, Letter, Names, PeerId, Phase, Rejection, Whole},
    node::{Command, Pending, RoomView},
};

/// The largest key in a usual window, in points.
const MAX_KEY: f32 = 50.0;

/// The least height of a key, where there is enough for all of them.
const MIN_KEY: f32 = 34.0;

/// The space between two keys, in points.
const SPACE: f32 = 5.0;

/// Rows of keys. The first that has all letters of an alphabet, and no others,
/// is drawn.
const LAYOUTS: [[&str; 3]; 5] = [
    ["qwertyuiop", "asdfghjkl", "zxcvbnm"],
    ["qwertzuiopü", "asdfghjklöä", "yxcvbnmß"],
    ["qwertyuiop", "asdfghjklñ", "zxcvbnm"],
    ["qwertyuiopå", "asdfghjklöä", "zxcvbnm"],
    ["йцукенгшщзхї", "фівапролджєґ", "ячсмитьбю"],
];

/// The most letters of a row, where there is no layout: they stand in order.
const ROW: usize = 12;

/// What is known of a letter in this round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Free,
    Pending,
    Hit,
    Miss,
}

/// The window's own drafts.
#[derive(Default)]
pub(super) struct Draft {
    /// The round that it is meant for.
    round: u32,
    /// The whole word, as it is typed.
    whole: String,
    /// Why it was not sent.
    refused: Option<String>,
    /// Whether I could guess when it was drawn last.
    mine: bool,
}

/// Whether I may guess now; if not, why, where that needs words.
fn may_guess(room: &RoomView, names: &Names, me: PeerId) -> Result<(), Option<String>> {
    let game = room.state.game();
    let Some(round) = game.round().filter(|r| r.phase() == Phase::Guessing) else {
        return Err(None);
    };
    game.must_play(&me, None).map_err(|why| match why {
        Rejection::Watching => Some(tr!("why-watching")),
        Rejection::YouSetIt => Some(tr!("why-setter")),
        Rejection::NotYourTurn => {
            let turn = round.frame().turn?;
            Some(tr!("why-turn", who = names.name_of(&turn)))
        }
        _ => None,
    })
}

/// Whether there is anything for the keys to show: a round of a match, or one
/// that is on.
pub(super) fn has_use(room: &RoomView) -> bool {
    let game = room.state.game();
    let on = game.match_on().is_some() || !game.phase().is_over();
    game.round().is_some() && on && game.phase() != Phase::Setting
}

/// The rows of keys for an alphabet; without one, those of English.
fn rows(alphabet: Option<&Alphabet>) -> Vec<Vec<Letter>> {
    let row = |text: &&str| text.chars().map(Letter::from_folded).collect::<Vec<_>>();
    let Some(alphabet) = alphabet else {
        return LAYOUTS[0].iter().map(row).collect();
    };
    let layouts = LAYOUTS
        .iter()
        .map(|rows| rows.iter().map(row).collect::<Vec<_>>());
    let fits = |rows: &Vec<Vec<Letter>>| {
        let keys = rows.iter().flatten();
        keys.clone().count() == alphabet.letters().len() && keys.clone().all(|l| alphabet.has(*l))
    };
    layouts.into_iter().find(fits).unwrap_or_else(|| {
        // As even as they can be.
        let count = alphabet.letters().len();
        let per_row = count.div_ceil(count.div_ceil(ROW).max(1)).max(1);
        alphabet
            .letters()
            .chunks(per_row)
            .map(<[Letter]>::to_vec)
            .collect()
    })
}

/// How wide a key is, in points.
fn key_width(ui: &egui::Ui, rows: &[Vec<Letter>]) -> f32 {
    let longest = rows.iter().map(Vec::len).max().unwrap_or(1) as f32;
    let width = (ui.available_width() - (longest - 1.0) * SPACE) / longest;
    width.min(MAX_KEY * roominess(ui))
}

/// How high the keys are, in points, where there is enough height.
pub(super) fn height(ui: &egui::Ui, room: &RoomView) -> f32 {
    let round = room.state.game().round();
    let rows = rows(round.and_then(|round| round.frame().alphabet.as_deref()));
    let key = key_width(ui, &rows).max(MIN_KEY);
    rows.len() as f32 * (key + ui.spacing().item_spacing.y)
}

/// Draws the keys on so many points of height at the most, and takes what is
/// clicked or typed.
pub(super) fn keyboard_ui(
    ui: &mut egui::Ui,
    room: &RoomView,
    names: &Names,
    me: PeerId,
    last_event: &mut LastEvent,
    most: f32,
) -> Vec<Command> {
    let round = room.state.game().round();
    let alphabet = round.and_then(|round| round.frame().alphabet.as_deref());
    let may = may_guess(room, names, me);
    let mut guessed = Vec::new();
    for letter in typed(ui, alphabet) {
        match (letter, &may) {
            (_, Err(why)) => last_event.refuse(why.as_deref()),
            (Err(c), Ok(())) => {
                let letter = upper(&c.to_string());
                last_event.refuse(Some(&tr!("why-language", letter = letter)));
            }
            (Ok(letter), Ok(())) if state_of(room, letter) != State::Free => {
                let letter = letter.upper();
                last_event.refuse(Some(&tr!("why-tried", letter = letter)));
            }
            (Ok(letter), Ok(())) => guessed.push(letter),
        }
    }
    let width = ui.available_width();
    let rows = rows(alphabet);
    let key = key_width(ui, &rows);
    let usual = ui.spacing().clone();
    let row = most / rows.len() as f32;
    let space = usual.item_spacing.y.min(row * 0.2);
    let size = vec2(key, key.max(MIN_KEY).min((row - space).max(1.0)));
    // A row is no higher than its keys.
    ui.spacing_mut().interact_size.y = size.y;
    ui.spacing_mut().item_spacing.y = space;
    for row in rows {
        let count = row.len() as f32;
        let indent = (width - count * key - (count - 1.0) * SPACE) / 2.0;
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing = vec2(SPACE, SPACE);
            ui.add_space(indent.max(0.0));
            for letter in row {
                let (response, free) = key_ui(ui, room, letter, size, may.is_ok());
                if once(&response) && free {
                    guessed.push(letter);
                } else if let Err(why) = &may
                    && pressed(&response)
                {
                    last_event.refuse(why.as_deref());
                }
            }
        });
    }
    *ui.spacing_mut() = usual;
    let round = round.map(|round| round.number());
    guessed
        .into_iter()
        // Sent once: while it is on its way, it is not sent again.
        .filter(|letter| !room.pending.contains(&Pending::Letter(*letter)))
        .map(|letter| Command::Act(Action::Guess { letter, round }))
        .collect()
}

/// Draws what else can be tried: a hint, or the whole word.
pub(super) fn more_ui(
    ui: &mut egui::Ui,
    room: &RoomView,
    names: &Names,
    me: PeerId,
    draft: &mut Draft,
) -> Option<Command> {
    let game = room.state.game();
    let watches = game
        .players()
        .get(&me)
        .is_some_and(|player| player.watching);
    let on = game.phase() == Phase::Guessing && !watches;
    let round = game.round().filter(|_| on)?;
    if draft.round != round.number() {
        *draft = Draft {
            round: round.number(),
            ..Draft::default()
        };
    }
    // It stays where it is while others have their turn, and can be typed into.
    let mine = may_guess(room, names, me).is_ok();
    let number = Some(round.number());
    let mut command = None;
    // In a narrow column, what stands in the field says what it is for.
    let space = ui.available_width();
    let labelled = space > 520.0;
    let width = (space - if labelled { 360.0 } else { 270.0 }).clamp(110.0, 200.0);
    centred_row(ui, "more", |ui| {
        let (hint, text, price) = match round.price_of_hint() {
            Ok(false) => (true, tr!("hint-for-free"), tr!("hint-free")),
            Ok(true) => (true, tr!("hint-for-balloon"), tr!("hint-paid")),
            Err(_) => (false, tr!("hint"), tr!("hint-last")),
        };
        let button = ui.add_enabled(hint && mine, egui::Button::new(text));
        note_place(&button, "Hint");
        let button = button.on_hover_text(&price).on_disabled_hover_text(&price);
        // The next one costs more: it is not asked for while one is on its way.
        if once(&button) && !room.pending.contains(&Pending::Hint) {
            command = Some(Command::Act(Action::Hint { round: number }));
        }
        if labelled {
            ui.label(tr!("solve-label"));
        }
        let edit = egui::TextEdit::singleline(&mut draft.whole)
            .id_salt("whole")
            .hint_text(tr!("solve-text"))
            .desired_width(width);
        let edit = ui.add(edit);
        let name = tr!("solve-label");
        edit.widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, &name));
        if edit.changed() || (mine && !draft.mine) {
            draft.refused = None;
        }
        draft.mine = mine;
        let entered = edit.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter));
        let filled = !draft.whole.trim().is_empty();
        let solved = ui
            .add_enabled(filled && mine, egui::Button::new(tr!("solve")))
            .clicked();
        if entered && filled && !mine {
            draft.refused = Some(tr!("solve-wait"));
            edit.request_focus();
        } else if (solved || entered) && filled {
            let hidden = round.letter_cells().count_ones() as usize;
            match Whole::parse(&draft.whole, round.frame().alphabet.as_deref()) {
                // It cannot be right: a slip, which costs no balloon.
                Some(whole) if whole.letters().len() != hidden => {
                    let typed = whole.letters().len();
                    draft.refused = Some(tr!("solve-shape", typed = typed, hidden = hidden));
                    edit.request_focus();
                }
                Some(whole) => {
                    command = Some(Command::Act(Action::Solve {
                        whole,
                        round: number,
                    }));
                    draft.whole.clear();
                    draft.refused = None;
                }
                None => {
                    draft.refused = Some(tr!("solve-letters"));
                    edit.request_focus();
                }
            }
        }
    });
    if let Some(refused) = &draft.refused {
        ui.vertical_centered(|ui| {
            let text = egui::RichText::new(refused).color(Palette::of(ui).error);
            announce(&ui.add(egui::Label::new(text).wrap()));
        });
    }
    command
}

/// Whether it was pressed, though it takes no clicks now.
fn pressed(response: &egui::Response) -> bool {
    response.hovered() && response.ctx.input(|input| input.pointer.primary_clicked())
}

/// The letters that were typed, unless they were meant for something else; and
/// those that the alphabet does not have.
fn typed(ui: &egui::Ui, alphabet: Option<&Alphabet>) -> Vec<Result<Letter, char>> {
    let ctx = ui.ctx();
    let elsewhere = ctx.text_edit_focused()
        || ctx.any_popup_open()
        || ctx.memory(|memory| memory.top_modal_layer().is_some());
    if elsewhere {
        return Vec::new();
    }
    let letter = |text: &String| {
        let letter = Letter::parse(text).ok()?;
        match alphabet {
            Some(alphabet) => Some(alphabet.letter(letter.as_char()).ok_or(letter.as_char())),
            None => Some(Ok(letter)),
        }
    };
    // On macOS, letters are typed with Option, too.
    let option = ctx.os() == egui::os::OperatingSystem::Mac;
    ui.input(|input| {
        let alt = input.modifiers.alt && !option;
        let chord = input.modifiers.ctrl || alt || input.modifiers.command;
        let texts = input.events.iter().filter_map(|event| match event {
            egui::Event::Text(text) if !chord => letter(text),
            _ => None,
        });
        texts.collect()
    })
}

/// Draws a key; what was done to it, and whether its letter can be guessed now.
fn key_ui(
    ui: &mut egui::Ui,
    room: &RoomView,
    letter: Letter,
    size: Vec2,
    guessing: bool,
) -> (egui::Response, bool) {
    let state = state_of(room, letter);
    let upper = letter.upper();
    let enabled = guessing && state == State::Free;
    let sense = if enabled {
        Sense::click()
    } else {
        Sense::hover()
    };
    let (rect, response) = ui.allocate_exact_size(size, sense);
    let name = match state {
        State::Free => tr!("key-free", letter = upper.as_str()),
        State::Pending => tr!("key-pending", letter = upper.as_str()),
        State::Hit => tr!("key-hit", letter = upper.as_str()),
        State::Miss => tr!("key-miss", letter = upper.as_str()),
    };
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, enabled, &name));
    let p = Palette::of(ui);
    let (fill, text) = match state {
        State::Free => (p.key, if guessing { p.text } else { p.weak }),
        State::Pending => (p.line, p.text),
        State::Hit => (p.hit, p.on_hit),
        State::Miss => (p.miss, p.on_miss),
    };
    let stroke = if response.has_focus() {
        Stroke::new(2.5, p.accent)
    } else if response.hovered() && enabled {
        Stroke::new(1.5, p.accent)
    } else {
        Stroke::new(1.0, p.line)
    };
    let painter = ui.painter();
    painter.rect(rect, 8.0, fill, stroke, egui::StrokeKind::Inside);
    let largest = (size.x * 0.46).clamp(15.0, 20.0 * roominess(ui));
    let font = display(largest.min(size.y * 0.6));
    // Low keys have no space for a mark below their letter.
    let lift = if state == State::Free || size.y < MIN_KEY {
        0.0
    } else {
        4.0
    };
    paint_inside(
        painter,
        rect.translate(vec2(0.0, -lift)),
        &upper,
        &font,
        text,
    );
    // Told apart without colour: a bar under a hit, a cross under a miss.
    let mark = Stroke::new(2.0, text);
    let foot = egui::pos2(rect.center().x, rect.bottom() - 6.5);
    match state {
        State::Hit => {
            let half = vec2(size.x * 0.2, 0.0);
            painter.line_segment([foot - half, foot + half], mark);
        }
        State::Miss => {
            for half in [vec2(3.5, 3.5), vec2(3.5, -3.5)] {
                painter.line_segment([foot - half, foot + half], mark);
            }
        }
        State::Pending => {
            painter.text(
                foot,
                Align2::CENTER_CENTER,
                "…",
                FontId::proportional(13.0),
                text,
            );
        }
        State::Free => {}
    }
    (response, enabled)
}

fn state_of(room: &RoomView, letter: Letter) -> State {
    let Some(round) = room.state.game().round() else {
        return State::Free;
    };
    let mut guesses = round.guesses().iter();
    match guesses.find(|guess| guess.letter() == Some(letter)) {
        Some(guess) if guess.is_hit() => State::Hit,
        Some(_) => State::Miss,
        // It waits for the setter.
        None if round.knows(letter) => State::Pending,
        None if room.pending.contains(&Pending::Letter(letter)) => State::Pending,
        None => State::Free,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_has_a_key() {
        for (tag, first) in [
            ("en", "qwertyuiop"),
            ("de", "qwertzuiopü"),
            ("sv", "qwertyuiopå"),
            ("uk", "йцукенгшщзхї"),
            ("pl", "aąbcćdeęfghi"),
        ] {
            let alphabet = Alphabet::of_language(tag).expect(tag);
            let rows = rows(Some(&alphabet));
            let mut keys: Vec<Letter> = rows.iter().flatten().copied().collect();
            let mut letters = alphabet.letters().to_vec();
            keys.sort();
            letters.sort();
            assert_eq!(keys, letters, "{tag}");
            let row: String = rows[0].iter().map(|letter| letter.as_char()).collect();
            assert_eq!(row, first, "{tag}");
        }
    }
}
