//! What a changed program sends in the place of what can be typed: it comes into
//! no log, and all that the program makes by itself does.

use std::sync::Arc;

use crate::common::{addr_of, join, node, room_of, sit, until};
use dhangkanna::{
    game::{
        Action, Alphabet, Cell, Deal, Difficulty, Letter, Name, Phase, Said, Secret, Settings,
        Text, Whole, pack::Pack, seal, shape_of,
    },
    node::{Command, NodeHandle, Timing},
    packs::Packs,
};

fn english() -> Arc<Alphabet> {
    Arc::new(Alphabet::of_language("en").expect("English"))
}

fn cells(shown: &str, letter: char, count: usize) -> Secret {
    let mut cells = vec![
        Cell {
            shown: shown.to_owned(),
            letter: None,
        };
        count
    ];
    cells.push(Cell {
        shown: letter.to_string(),
        letter: Some(Letter::from_folded(letter)),
    });
    Secret::from_cells(cells).expect("cells")
}

fn round(clue: &str, secret: Secret, alphabet: Option<Arc<Alphabet>>) -> Action {
    Action::StartRound {
        pack: "kanna".to_owned(),
        clue: clue.to_owned(),
        secret,
        alphabet,
        after_round: None,
    }
}

/// Actions with texts that no stock program sends, each within its length.
fn hostile() -> Vec<Action> {
    let moon = || Secret::parse("moon").expect("a secret");
    let lines = "clue\n".repeat(48);
    let names = [
        "a\nb",
        "\u{1b}[2J",
        "\u{202e}adA",
        "a\0",
        "   ",
        "Berta\n\n\n\n\n(owner)",
        "\u{2800}",
        "P1\u{200b}",
        "Ｐ1",
        "P  1",
        &format!("e{}", "\u{301}".repeat(58)),
        &"W".repeat(120),
    ];
    let texts = [
        "a\nb".repeat(300),
        "\u{202e}x".to_owned(),
        "\u{1b}]0;x\u{7}".to_owned(),
        "x".repeat(1000),
        "  ".to_owned(),
        " x".to_owned(),
        "\u{200b}".to_owned(),
        "a\u{2028}b".to_owned(),
    ];
    let clues = [&*lines, "\u{1b}[2J", "\u{2066}", "a\u{2029}", "\0", " x"];
    let from = Letter::from_folded;
    let alphabet = |letters: &str| {
        let letters = letters.chars().map(from).collect();
        Arc::new(Alphabet::from_parts(letters, Default::default()).expect("letters"))
    };
    let counts = [('\n', from('m'))].into_iter().collect();
    let counting = Alphabet::from_parts("mon".chars().map(from).collect(), counts);
    let secrets = [
        cells(&"\n".repeat(40), 'm', 59),
        cells("wide words in one cell", 'm', 59),
        cells("\u{202e}", 'm', 1),
        cells("", 'm', 1),
        cells("\u{1b}", 'm', 1),
        cells("-", '\n', 1),
        cells("-", '\u{301}', 1),
        cells("-", 'M', 1),
    ];
    let named = names.map(|name| Action::TakeSeat {
        name: Name::from_log(name).expect("a length"),
    });
    let said = texts.map(|text| {
        let text = Text::from_log(&text).expect("a length");
        Action::Say(Said::Text(text))
    });
    let mut all: Vec<Action> = named.into_iter().chain(said).collect();
    all.extend(clues.map(|clue| round(clue, moon(), Some(english()))));
    for secret in secrets {
        all.push(round("", secret.clone(), None));
        let deal = Some(Deal {
            clue: String::new(),
            secret: secret.clone(),
        });
        all.push(Action::NextRound {
            after_round: 1,
            deal: deal.clone(),
        });
        all.push(Action::StartMatch {
            deal,
            alphabet: english(),
            force: true,
            after_match: None,
        });
    }
    all.extend([
        round("", moon(), Some(alphabet("mon\n"))),
        round("", moon(), Some(alphabet("mon\0"))),
        round("", moon(), Some(alphabet("MON"))),
        round("", moon(), Some(alphabet("mon\u{202e}"))),
        round("", moon(), Some(Arc::new(counting.expect("letters")))),
        // Shown as one letter, and found as another.
        round(
            "",
            Secret::parse("café").expect("a secret"),
            Some(english()),
        ),
        Action::StartMatch {
            deal: Some(Deal {
                clue: lines.clone(),
                secret: moon(),
            }),
            alphabet: english(),
            force: true,
            after_match: None,
        },
        Action::Configure(Settings {
            pack: "\u{202e}\n".to_owned(),
            ..Settings::default()
        }),
        Action::Configure(Settings {
            pack: "W".repeat(32),
            ..Settings::default()
        }),
        Action::Seal {
            round: 1,
            commitment: [0; 32],
            shape: vec![None, Some("\n".repeat(40))],
            clue: String::new(),
        },
        Action::Seal {
            round: 1,
            commitment: [0; 32],
            shape: vec![None],
            clue: lines,
        },
        Action::Reveal {
            round: 1,
            secret: cells("\u{202e}x", 'm', 1),
            salt: [0; 32],
        },
        Action::Answer {
            round: 1,
            nth: 0,
            letter: Some(from('\n')),
            cells: 1,
        },
    ]);
    for c in ['\0', '\n', '\u{202e}', '\u{301}', 'K', '7', '\u{3164}'] {
        let letter = from(c);
        all.push(Action::Guess {
            letter,
            round: None,
        });
    }
    for (shown, letters) in [
        ("a\nb", "ab"),
        ("\u{202e}ab", "ab"),
        ("ab", "a\n"),
        (" ab", "ab"),
        ("ab", "abc"),
    ] {
        let whole = Whole::from_parts(shown.to_owned(), letters.chars().map(from).collect());
        all.push(Action::Solve {
            whole: whole.expect("a length"),
            round: None,
        });
    }
    all
}

async fn started(node: &NodeHandle) {
    let start = Command::StartRound {
        pack: "kanna".to_owned(),
        number: Some(1),
        after_round: None,
    };
    node.request(start).await.expect("a round");
}

/// The leader's own program, and that of a member, propose by the ways that their
/// windows have: nothing on the way there looks at texts.
#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_can_type_is_refused_and_the_round_goes_on() {
    let data = tempfile::tempdir().expect("a folder");
    let leader = node(data.path(), "Ada", Timing::REAL, || {});
    sit(
        &leader,
        Command::Host {
            room: None,
            pin: None,
        },
    )
    .await;
    let guests = tempfile::tempdir().expect("a folder");
    let member = node(guests.path(), "Ben", Timing::REAL, || {});
    sit(&member, join(addr_of(&leader))).await;
    started(&leader).await;
    let before = room_of(&leader.view().borrow())
        .expect("a room")
        .state
        .clone();
    for node in [&leader, &member] {
        for (n, action) in hostile().into_iter().enumerate() {
            // Else the leader says "not so fast" first.
            if n % 5 == 0 && matches!(action, Action::Say(_)) {
                tokio::time::sleep(std::time::Duration::from_secs(3)).await;
            }
            let said = format!("{action:?}");
            let refused = node.request(Command::Act(action)).await;
            let refused = refused.expect_err(&said);
            assert_eq!(refused.code, "bad_text", "{said}: {refused}");
            assert!(!refused.message.is_empty());
        }
    }
    let letter = Letter::parse("k").expect("a letter");
    for (node, letter) in [(&member, letter), (&leader, Letter::from_folded('x'))] {
        let guess = Action::Guess {
            letter,
            round: Some(1),
        };
        node.request(Command::Act(guess)).await.expect("a guess");
    }
    let two = |view: &dhangkanna::node::View| {
        let round = room_of(view).and_then(|room| room.state.game().round());
        round.is_some_and(|round| round.guesses().len() == 2 && round.phase() == Phase::Guessing)
    };
    for node in [&leader, &member] {
        let view = until(node, "both guesses", two).await;
        let game = room_of(&view).expect("a room").state.game();
        assert_eq!(game.players(), before.game().players());
        assert_eq!(game.table(), before.game().table());
    }
    for node in [member, leader] {
        node.shutdown().await.expect("left");
    }
}

/// Every action that holds an entry of a pack.
fn of_pack(pack: &Pack) -> Vec<Action> {
    let mut all = Vec::new();
    for entry in &pack.entries {
        let (secret, clue) = (&entry.secret, &entry.clue);
        all.push(Action::StartRound {
            pack: pack.id.clone(),
            clue: clue.clone(),
            secret: secret.clone(),
            alphabet: Some(Arc::clone(&pack.alphabet)),
            after_round: Some(0),
        });
        all.push(Action::Seal {
            round: 1,
            commitment: seal(secret, &[1; 32], clue),
            shape: shape_of(secret),
            clue: clue.clone(),
        });
        all.push(Action::Reveal {
            round: 1,
            secret: secret.clone(),
            salt: [1; 32],
        });
        let whole = Whole::parse(&secret.text(), Some(&pack.alphabet));
        all.push(Action::Solve {
            whole: whole.expect("a guess"),
            round: Some(1),
        });
        all.extend(secret.letters().map(|letter| Action::Answer {
            round: 1,
            nth: 0,
            letter: Some(letter),
            cells: 1,
        }));
    }
    all.extend(pack.alphabet.letters().iter().map(|letter| Action::Guess {
        letter: *letter,
        round: None,
    }));
    all
}

#[test]
fn all_that_packs_hold_can_be_sent() {
    let own = [
        "id: own\nname: Own\nlanguage: en\nlicence: CC0-1.0\n---\nR2 D2 = Beeps\ta lot – “so” [1.4]\n",
        "id: he\nname: עברית\nlanguage: he\nlicence: CC0-1.0\n---\nשָׁלוֹם = מה שאומרים\nספר = לקרוא בו\n",
        "id: fa\nname: فارسی\nlanguage: fa\nlicence: CC0-1.0\n---\nمی‌خواهم = \u{200f}یک فعل\u{200f}!\n",
        "id: hi\nname: हिन्दी\nlanguage: hi\nlicence: CC0-1.0\n---\nशक्ति = ताक़त\nनमस्ते = अभिवादन\n",
        "id: cs\nname: Česky\nlanguage: cs\nlicence: CC0-1.0\nalphabet: abcdefghijklmnopqrstuvwxyz\ncounts: á=a č=c ď=d é=e ě=e í=i ň=n ó=o ř=r š=s ť=t ú=u ů=u ý=y ž=z\n---\nPříliš žluťoučký kůň = Pěl ódy\n",
        "id: e\nname: 🐉\nlanguage: en\nlicence: CC0-1.0\n---\nhot 👩‍👩‍👧 dog = A ❤️ and a flag 🏴󠁧󠁢󠁥󠁮󠁧󠁿\n",
        "id: tr\nname: Türkçe\nlanguage: tr\nlicence: CC0-1.0\n---\nİstanbul = Şehir\nISPARTA = Gül\nﬁn = Ligature\nǅip = One letter\n",
    ];
    let own = own.map(|text| Pack::parse(text).expect(text));
    let packs = Packs::built_in();
    for pack in packs.all().iter().chain(&own) {
        for action in of_pack(pack) {
            assert_eq!(action.check(), Ok(()), "{}: {action:?}", pack.id);
        }
        let settings = Settings {
            pack: pack.id.clone(),
            ..Settings::default()
        };
        assert_eq!(Action::Configure(settings).check(), Ok(()));
    }
    for pack in packs.all() {
        let dealt = packs.deal(&pack.id, Difficulty::Any, 20, &Default::default());
        let Ok((deals, alphabet)) = dealt else {
            continue;
        };
        let start = Action::StartMatch {
            deal: deals.first().cloned(),
            alphabet,
            force: false,
            after_match: Some(0),
        };
        assert_eq!(start.check(), Ok(()), "{}", pack.id);
    }
}

#[test]
fn all_letters_and_names_that_can_be_typed_can_be_sent() {
    // All but the ideographs and syllables, which are alike.
    let all = ('\0'..'\u{3400}').chain('\u{a000}'..'\u{ac00}');
    let all = all
        .chain('\u{f900}'..'\u{20000}')
        .chain('\u{e0000}'..'\u{e1000}');
    for c in all {
        if let Ok(letter) = Letter::parse(&c.to_string()) {
            let guess = Action::Guess {
                letter,
                round: None,
            };
            assert_eq!(guess.check(), Ok(()), "{c:?}");
        }
        if let Ok(name) = Name::parse(&format!("a{c}b")) {
            assert_eq!(Action::TakeSeat { name }.check(), Ok(()), "{c:?}");
        }
        if let Ok(secret) = Secret::parse(&format!("a{c}b")) {
            let start = round("", secret, None);
            assert_eq!(start.check(), Ok(()), "{c:?}");
        }
        if let Some(whole) = Whole::parse(&format!("a{c} b"), None) {
            let solve = Action::Solve { whole, round: None };
            assert_eq!(solve.check(), Ok(()), "{c:?}");
        }
        if let Ok(text) = Text::parse(&format!("{c}a{c}")) {
            assert_eq!(Action::Say(text.into()).check(), Ok(()), "{c:?}");
        }
    }
}
