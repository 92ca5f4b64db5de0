//! Rooms in which others wrote what would push all else out of the window, as it
//! may stand in an old log, or in that of a leader that lies: the board and the keys
//! stay in sight and in reach.

use std::{sync::Arc, time::Duration};

use dhangkanna::{
    game::{
        Action, Alphabet, Cell, Letter, Name, Observation, Said, Secret, Settings, Text, Wait,
        Whole, safe_text,
    },
    node::{Clock, Command, Notice, RaftStats, RoomView, Stage, Trouble, View},
};
use eframe::egui::{MissingGlyphPolicy, Rect, Vec2, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use proptest::prelude::*;

use super::{
    scenes::within,
    table::{Table, peer},
    window::Window,
};

/// The smallest window, and what there is in points if everything in it is drawn
/// at 200 %; as large as is usual, at 100 % and 200 %; and the narrowest that has
/// everything side by side.
const SIZES: [(Vec2, f32); 6] = [
    (vec2(420.0, 640.0), 1.0),
    (vec2(420.0, 640.0), 2.0),
    (vec2(210.0, 320.0), 2.0),
    (vec2(1040.0, 720.0), 1.0),
    (vec2(520.0, 360.0), 2.0),
    (vec2(900.0, 640.0), 1.0),
];

/// As much of a text, again and again, as has so many bytes.
fn filled(text: &str, bytes: usize) -> String {
    let mut filled = String::new();
    for c in text.chars().cycle().take(bytes) {
        if filled.len() + c.len_utf8() > bytes {
            break;
        }
        filled.push(c);
    }
    filled
}

/// What a room is full of, besides the text.
#[derive(Clone, Copy, Debug)]
struct Crowd {
    letters: usize,
    /// Whether all words have one letter, so that they take the most space.
    apart: bool,
    knocks: u8,
    stalled: bool,
    clock: bool,
}

const WORST: Crowd = Crowd {
    letters: 80,
    apart: false,
    knocks: 24,
    stalled: true,
    clock: true,
};

fn room(text: &str, crowd: Crowd) -> RoomView {
    let name = |n: usize| Name::from_log(&filled(&format!("{text}{n}"), 120)).expect("a name");
    let mut table = Table::new("Room", &["Ada"]);
    for n in 0..24 {
        table.act(n, Action::TakeSeat { name: name(n) });
    }
    let locked = Settings {
        locked: true,
        pack: filled(text, 32),
        ..Settings::default()
    };
    table.act(0, Action::Configure(locked));
    let letters = ('a'..='z').chain('\u{100}'..).filter(|c| c.is_lowercase());
    let letters: Vec<Letter> = letters
        .take(crowd.letters)
        .map(Letter::from_folded)
        .collect();
    let cell = |n: usize| Cell {
        shown: match (crowd.apart, n % 2) {
            (true, 1) => " ".to_owned(),
            (true, _) => "w".to_owned(),
            (false, _) => filled(text, 40),
        },
        letter: n.is_multiple_of(2).then_some(letters[n % letters.len()]),
    };
    // Twice, so that one was given up.
    for _ in 0..2 {
        let alphabet = Alphabet::from_parts(letters.clone(), Default::default());
        table.act(
            1,
            Action::StartRound {
                pack: filled(text, 32),
                clue: filled(text, 240),
                secret: Secret::from_cells((0..60).map(cell).collect()).expect("a secret"),
                alphabet: Some(Arc::new(alphabet.expect("letters"))),
                after_round: None,
            },
        );
    }
    for n in 0..8 {
        let text = Text::from_log(&filled(text, 1000)).expect("a text");
        table.act(n, Action::Say(Said::Text(text)));
    }
    let whole = Whole::from_parts(filled(text, 240), letters[..1].to_vec());
    let whole = whole.expect("a guess");
    table.act(1, Action::Solve { whole, round: None });
    for n in 0..crowd.knocks {
        table.observe(Observation::Knock {
            peer: peer(100 + usize::from(n)),
            name: name(usize::from(n)),
        });
    }
    let mut view = table.view();
    view.name = name(0);
    view.trouble = crowd.stalled.then(|| Trouble::Stalled {
        missing: (0..24).map(name).collect(),
        alone: false,
        may_lose: true,
    });
    view.clock = crowd.clock.then(|| Clock {
        wait: Wait::Turn,
        since: tokio::time::Instant::now() + Duration::from_secs(3600),
        limit: Duration::from_secs(30),
    });
    view
}

/// A window on a room, drawn in a size; as in the program, what no font has is a
/// box in it.
fn opened(view: View, (size, pixels): (Vec2, f32)) -> Window {
    let quiet = within(Table::new("Room", &["Ada"]).view());
    let mut window = Window::new(quiet, RaftStats::default(), size, pixels, 0.25);
    let tofu = MissingGlyphPolicy::Tofu;
    window.harness.ctx.set_missing_glyph_policy(tofu);
    window.show(view);
    window.harness.run();
    window
}

/// What is wrong with a window on a room, drawn in a size.
fn faults(view: View, (size, pixels): (Vec2, f32), letters: usize) -> Vec<String> {
    let knocks = match &view.stage {
        Stage::Room(room) => room.state.game().table().knocks.len(),
        _ => 0,
    };
    let mut window = opened(view, (size, pixels));
    let mut wrong = Vec::new();
    let mut doors = 0;
    let whole = Rect::from_min_size(Default::default(), size).expand(0.5);
    let (mut keys, mut boards) = (Vec::new(), 0);
    for node in window.harness.root().children_recursive() {
        let inner = node.accesskit_node();
        let label = inner.label().or_else(|| inner.value()).unwrap_or_default();
        // A row of a text may begin with a mark.
        let broken = |text: &str| text.matches('\u{fffd}').count();
        if broken(&safe_text(&label)) != broken(&label) {
            wrong.push(format!("it says {label:?}"));
        }
        let is_door = label.starts_with("Let in: ") && whole.contains_rect(node.rect());
        doors += usize::from(is_door);
        let is_key = label.starts_with("Letter ");
        let is_board = label.starts_with("Word: ");
        if is_key || is_board {
            let rect = node.rect();
            if !whole.contains_rect(rect) || !rect.is_positive() {
                wrong.push(format!("{label:.12?} is at {rect:?}"));
            }
            boards += usize::from(is_board);
            if is_key {
                keys.push(rect);
            }
        }
    }
    if (keys.len(), boards) != (letters, 1) {
        wrong.push(format!("{} keys and {boards} boards", keys.len()));
    }
    if knocks > 0 && doors == 0 && size.y > 500.0 {
        wrong.push("nobody can be let in".to_owned());
    }
    let over = |(n, key): (usize, &Rect)| {
        keys[..n]
            .iter()
            .any(|other| other.shrink(0.5).intersects(*key))
    };
    if keys.iter().enumerate().any(over) {
        wrong.push("keys lie over each other".to_owned());
    }
    // By the pointer: what is out of sight does not hear of it.
    for name in ["Letter Q", "Letter M"] {
        window.harness.get_by_label(name).click();
        window.harness.run();
    }
    let guesses = window
        .asked()
        .into_iter()
        .filter(|command| matches!(command, Command::Act(Action::Guess { .. })));
    let guesses = guesses.count();
    if guesses != 2 {
        wrong.push(format!("{guesses} of 2 clicks are heard"));
    }
    wrong
        .into_iter()
        .map(|fault| format!("{size:?} at {pixels}: {fault}"))
        .collect()
}

#[test]
fn nothing_that_others_write_takes_the_board_or_the_keys_away() {
    let texts = [
        "a\n",
        "W",
        "\u{1b}[2J\0",
        "\u{202e}\u{2066}\u{2029}",
        "e\u{301}\u{302}\u{303}\u{304}\u{20dd}",
        "\u{fdfd}",
        "\u{12031}👩‍👩‍👧",
        "two words ",
        "\u{2800}\u{200b}\u{3164}",
    ];
    let latin = Crowd {
        letters: 26,
        apart: true,
        stalled: false,
        ..WORST
    };
    let mut wrong = Vec::new();
    for size in SIZES {
        // Each in the smallest, where there is the least space.
        let step = if size.0.x > 500.0 { 3 } else { 1 };
        for text in texts.into_iter().step_by(step) {
            let view = within(room(text, WORST));
            let faults = faults(view, size, WORST.letters);
            wrong.extend(faults.into_iter().map(|fault| format!("{text:?}, {fault}")));
        }
        let view = within(room("W", latin));
        wrong.extend(faults(view, size, latin.letters));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_a_leader_answers_does_not_cover_the_keys() {
    let crowd = Crowd {
        stalled: false,
        letters: 26,
        ..WORST
    };
    let mut view = within(room("a\n", crowd));
    view.notice = Some(Notice {
        number: 1,
        text: "no\n\u{202e}".repeat(100),
        code: "denied_in_words_of_others",
        what: "\n".repeat(100),
        is_error: true,
    });
    for size in [SIZES[0], SIZES[3], SIZES[5]] {
        let wrong = faults(view.clone(), size, 26);
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

#[test]
fn names_that_look_alike_are_told_apart() {
    let mut table = Table::new("Room", &["Ada"]);
    for (n, name) in [(1, "Аda"), (2, "Ada\u{200b}"), (3, "Ben")] {
        let name = Name::from_log(name).expect("a name");
        table.act(n, Action::TakeSeat { name });
    }
    table.say(2, "It’s me");
    let view = within(table.view());
    let window = opened(view, SIZES[3]);
    for name in ["Ada (you)", "Аda (2)", "Ada (3)", "Ada (3):", "Ben"] {
        let shown = window.harness.query_all_by_label(name).count();
        assert_eq!(shown, 1, "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn whatever_is_written(
        text in "(?s).{1,12}|\\PC{1,12}|[\\p{M}\\p{Z}\\p{C}]{1,12}",
        letters in 26_usize..=80,
        (apart, stalled, clock) in any::<(bool, bool, bool)>(),
        knocks in 0_u8..=8,
        size in 0..SIZES.len(),
    ) {
        let crowd = Crowd { letters, apart, knocks, stalled, clock };
        let wrong = faults(within(room(&text, crowd)), SIZES[size], letters);
        prop_assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
