//! Matches as transcripts, in each mode, and what is refused in them.

use super::*;

#[test]
fn together_keeps_a_streak_and_counts_who_found_what() {
    let mut game = room(3);
    start(&mut game, Mode::Together, Some("moon"), 2);
    play(
        &mut game,
        None,
        "0 guess o -> hit, _oo_, 6, guessing, -, 2 0 0
         1 guess x -> miss, _oo_, 5, guessing, -, 2 0 0
         2 next -> round_on, _oo_, 5, guessing, -, 2 0 0
         1 solve MooN -> hit, moon, 5, won, -, 2 4 0
         2 guess q -> round_over, moon, 5, won, -, 2 4 0
         2 next bee -> started, ___, 6, guessing, -, 2 4 0",
    );
    assert_eq!((game.table().streak, game.table().best_streak), (1, 1));
    play(
        &mut game,
        None,
        "0 hint -> hinted, _ee, 6, guessing, -, 2 4 0
         0 hint -> hinted, bee, 5, won, -, 2 4 0
         0 next -> no_match, bee, 5, won, -, 2 4 0",
    );
    assert_eq!(game.table().streak, 2);
    let ranking = game.ranking();
    let places: Vec<_> = ranking.iter().map(|r| (r.place, r.peer, r.score)).collect();
    assert_eq!(places, [(1, peer(1), 4), (2, peer(0), 2), (3, peer(2), 0)]);
    assert_eq!(game.table().history.len(), 2);
}

#[test]
fn turns_go_round_and_nobody_who_is_away_holds_them_up() {
    let mut game = room(3);
    start(&mut game, Mode::Turns, Some("banana"), 2);
    play(
        &mut game,
        None,
        "1 guess a -> not_your_turn, ______, 6, guessing, 0, 0 0 0
         0 guess a -> hit, _a_a_a, 6, guessing, 1, 3 0 0
         1 guess a -> repeat, _a_a_a, 6, guessing, 1, 3 0 0
         1 guess x -> miss, _a_a_a, 5, guessing, 2, 3 0 0
         - time -> done, _a_a_a, 5, guessing, 0, 3 0 0
         - gone 0 -> done, _a_a_a, 5, guessing, 1, 3 0 0
         - gone 0 -> unchanged, _a_a_a, 5, guessing, 1, 3 0 0
         1 watch -> done, _a_a_a, 5, guessing, 2, 3 0 0
         1 guess n -> watching, _a_a_a, 5, guessing, 2, 3 0 0
         2 guess n -> hit, _anana, 5, guessing, 2, 3 0 2
         - back 0 -> done, _anana, 5, guessing, 2, 3 0 2
         2 guess z -> miss, _anana, 4, guessing, 0, 3 0 2
         0 solve bandana -> miss, _anana, 3, guessing, 2, 3 0 2
         2 solve banana -> hit, banana, 3, won, 2, 3 0 4
         2 next moon -> started, ____, 6, guessing, 2, 3 0 4
         2 guess m -> hit, m___, 6, guessing, 0, 3 0 5
         - gone 0 -> done, m___, 6, guessing, 2, 3 0 5
         - gone 2 -> done, m___, 6, guessing, -, 3 0 5
         - back 2 -> done, m___, 6, guessing, 2, 3 0 5",
    );
    // Who came next has the room since its owner was gone, and keeps it.
    assert_eq!(game.table().owner, Some(peer(1)));
}

#[test]
fn a_setter_answers_and_is_believed_only_in_the_end() {
    let mut game = room(3);
    let moon = Setter::new("full moon");
    start(&mut game, Mode::Setter, None, 2);
    play(
        &mut game,
        Some(&moon),
        "1 guess o -> not_sealed, , 6, setting, -, 0 0 0
         1 seal -> not_setter, , 6, setting, -, 0 0 0
         0 seal -> started, ____ ____, 6, guessing, -, 0 0 0
         0 guess o -> you_set_it, ____ ____, 6, guessing, -, 0 0 0
         1 guess o -> asked, ____ _oo_, 6, guessing, -, 0 0 0
         1 guess o -> repeat, ____ _oo_, 6, guessing, -, 0 0 0
         2 guess x -> asked, ____ _oo_, 5, guessing, -, 0 0 0
         2 hint -> asked, f___ _oo_, 4, guessing, -, 0 0 0
         2 solve full noon -> asked, f___ _oo_, 3, guessing, -, 0 0 0
         1 solve full moon -> asked, full moon, 3, won, -, 2 12 0",
    );
    let history = game.table().history.back().unwrap();
    assert_eq!(
        history.secret().map(Secret::text).as_deref(),
        Some("full moon")
    );
    // The next one sets; it takes too long.
    play(
        &mut game,
        None,
        "1 next -> started, , 6, setting, -, 2 12 0
         0 guess o -> not_sealed, , 6, setting, -, 2 12 0
         - time -> done, , 6, void, -, 2 12 0",
    );
    assert!(game.match_on().is_none());
}

/// Player 0 sets "moon", in the first of three rounds; the others found its two
/// o's, missed once, and have just asked for the m.
fn nearly_found() -> Game {
    let mut game = room(3);
    let moon = Setter::new("moon");
    start(&mut game, Mode::Setter, None, 3);
    game.apply(4, peer(0), moon.seal(1)).unwrap();
    for (n, letter) in [(1, "o"), (2, "x"), (2, "m")] {
        let guess = Action::Guess {
            letter: Letter::parse(letter).unwrap(),
            round: None,
        };
        game.apply(5, peer(n), guess).unwrap();
        if n == 1 || letter == "x" {
            moon.serve(&mut game);
        }
    }
    game
}

#[test]
fn a_setter_who_breaks_off_takes_nothing_from_the_others() {
    for how in ["- gone 0", "0 watch", "0 give_up", "- time"] {
        let mut game = nearly_found();
        let want = "-> done, _oo_, 5, void, -, 0 2 0";
        play(&mut game, None, &format!("{how} {want}"));
        assert_eq!(game.round().unwrap().voided_by(), Some(peer(0)), "{how}");
        // On it goes, with the next one.
        play(&mut game, None, "1 next -> started, , 6, setting, -, 0 2 0");
        assert_eq!(game.round().unwrap().frame().setter, Some(peer(1)), "{how}");
    }
    // It makes no difference who owns the room.
    let mut game = nearly_found();
    play(&mut game, None, "0 stop -> done, _oo_, 5, void, -, 0 2 0");
    assert_eq!(game.round().unwrap().voided_by(), Some(peer(0)));
    let mut game = nearly_found();
    game.apply(6, peer(0), Action::PassOwner(peer(2))).unwrap();
    play(&mut game, None, "2 stop -> done, _oo_, 5, void, -, 0 0 0");
    assert_eq!(game.round().unwrap().voided_by(), None);
    // A setter who shows another word than was sealed.
    let mut game = room(2);
    let moon = Setter::new("moon");
    start(&mut game, Mode::Setter, None, 1);
    game.apply(4, peer(0), moon.seal(1)).unwrap();
    play(
        &mut game,
        None,
        "1 guess o -> asked, ____, 6, guessing, -, 0 0",
    );
    let answered = moon_answer(&game);
    game.apply(5, peer(0), answered).unwrap();
    play(
        &mut game,
        None,
        "1 solve moon -> asked, _oo_, 6, guessing, -, 0 0",
    );
    let answered = moon_answer(&game);
    game.apply(6, peer(0), answered).unwrap();
    let reveal = Action::Reveal {
        round: 1,
        secret: secret("noon"),
        salt: moon.1,
    };
    game.apply(7, peer(0), reveal).unwrap();
    assert_eq!(game.phase(), Phase::Void);
    let scores = [game.score_of(&peer(0)), game.score_of(&peer(1))];
    assert_eq!(scores, [Some(0), Some(6)]);
    assert_eq!(game.round().unwrap().secret(), None);
}

fn moon_answer(game: &Game) -> Action {
    let moon = Setter::new("moon");
    let round = game.round().unwrap();
    round.setter_action(&moon.0, moon.1, 0).unwrap()
}

#[test]
fn every_lie_of_a_setter_is_found_at_the_reveal() {
    let truth = Setter::new("banana");
    // Answers to a, n and b, each with all it could have been.
    for lie in 0..64_u64 {
        let mut game = room(2);
        start(&mut game, Mode::Setter, None, 1);
        game.apply(4, peer(0), truth.seal(1)).unwrap();
        let (mut honest, mut found) = (true, 0);
        for (nth, c) in ["a", "n", "b", "x", "y", "z", "q", "w", "v"]
            .iter()
            .enumerate()
        {
            if game.phase() != Phase::Guessing {
                break;
            }
            let letter = Letter::parse(c).unwrap();
            let guess = Action::Guess {
                letter,
                round: None,
            };
            game.apply(5, peer(1), guess).unwrap();
            let open = game.round().unwrap().open();
            let question = game
                .round()
                .unwrap()
                .asked()
                .next()
                .unwrap()
                .question
                .clone();
            let (_, true_cells) = answer(&question, &truth.0, open, 0);
            let cells = if nth == 0 { lie } else { true_cells & !open };
            honest &= cells == true_cells;
            found += truth.0.cells_of(letter).count_ones();
            let answered = Action::Answer {
                round: 1,
                nth: nth as u32,
                letter: None,
                cells,
            };
            game.apply(6, peer(0), answered).unwrap();
        }
        let reveal = Action::Reveal {
            round: 1,
            secret: truth.0.clone(),
            salt: truth.1,
        };
        if game.phase() == Phase::Guessing {
            // Denied letters leave it open; nobody can prove anything yet.
            assert_eq!(game.apply(7, peer(0), reveal), Err(Rejection::NotSetter));
            continue;
        }
        game.apply(7, peer(0), reveal).unwrap();
        let want = if honest { Phase::Won } else { Phase::Void };
        assert_eq!(game.phase(), want, "{lie:b}");
        // What was denied is given back, what was invented is worth nothing.
        assert_eq!(game.score_of(&peer(1)), Some(found), "{lie:b}");
        let misses = game.round().unwrap().misses().count();
        let setter = if honest { misses as u32 } else { 0 };
        assert_eq!(game.score_of(&peer(0)), Some(setter), "{lie:b}");
    }
}

#[test]
fn impossible_answers_are_refused() {
    let mut game = room(3);
    let moon = Setter::new("full moon");
    start(&mut game, Mode::Setter, None, 1);
    game.apply(4, peer(0), moon.seal(1)).unwrap();
    let answer = |nth, letter: Option<&str>, cells| Action::Answer {
        round: 1,
        nth,
        letter: letter.map(|l| Letter::parse(l).unwrap()),
        cells,
    };
    let nothing = game.apply(5, peer(0), answer(0, None, 0));
    assert_eq!(nothing, Err(Rejection::NotSetter));
    let guess = Action::Guess {
        letter: Letter::parse("o").unwrap(),
        round: None,
    };
    game.apply(6, peer(1), guess).unwrap();
    let table = [
        (0, answer(0, None, 1 << 4), Rejection::BadAnswer),
        (0, answer(0, None, 1 << 40), Rejection::BadAnswer),
        (0, answer(0, None, u64::MAX), Rejection::BadAnswer),
        (0, answer(0, Some("o"), 1 << 6), Rejection::BadAnswer),
        (0, answer(1, None, 1 << 6), Rejection::NotSetter),
        (1, answer(0, None, 1 << 6), Rejection::NotSetter),
    ];
    for (who, action, why) in table {
        let before = game.clone();
        assert_eq!(game.apply(7, peer(who), action), Err(why));
        assert_eq!(game, before);
    }
}

#[test]
fn the_rules_are_only_ever_raised() {
    let mut game = room(2);
    assert_eq!(game.table().rules, FIRST_RULES);
    assert_eq!(
        game.observe(Observation::Rules(FIRST_RULES)),
        Outcome::Unchanged
    );
    let next = FIRST_RULES + 1;
    assert_eq!(game.observe(Observation::Rules(next)), Outcome::Done);
    assert_eq!(
        game.observe(Observation::Rules(FIRST_RULES)),
        Outcome::Unchanged
    );
    assert_eq!(game.table().rules, next);
}

#[test]
fn an_action_of_newer_rules_than_the_rooms_is_refused() {
    let older = dhangkanna::game::Table {
        rules: FIRST_RULES - 1,
        ..Default::default()
    };
    let mut game = Game::restore(BTreeMap::new(), None, None, older);
    let before = game.clone();
    let seat = Action::TakeSeat { name: name(0) };
    assert_eq!(game.apply(1, peer(0), seat), Err(Rejection::OldRules));
    assert_eq!(game, before);
}

#[test]
fn each_round_begins_with_a_secret_that_fits() {
    let mut game = room(2);
    start(&mut game, Mode::Turns, Some("moon"), 3);
    play(&mut game, None, "0 solve moon -> hit, moon, 6, won, 0, 8 0");
    let dealt = |deal| Action::NextRound {
        after_round: 1,
        deal,
    };
    let with = |secret: &str, clue: String| Deal {
        clue,
        secret: Secret::parse(secret).unwrap(),
    };
    let refused = [
        None,
        // Played in this match.
        Some(deal("moon")),
        Some(deal("M O O N")),
        // Of another alphabet.
        Some(with("mond ß", String::new())),
        Some(with("місяць", String::new())),
        Some(with("bee", "c".repeat(241))),
    ];
    for deal in refused {
        let before = game.clone();
        let refused = game.apply(5, peer(1), dealt(deal.clone()));
        assert_eq!(refused, Err(Rejection::BadSecret), "{deal:?}");
        assert_eq!(game, before);
    }
    let bee = dealt(Some(with("bee", "c".repeat(240))));
    assert_eq!(game.apply(5, peer(1), bee.clone()), Ok(Outcome::Started));
    // Two pressed at once: one round begins.
    let late = game.apply(6, peer(0), bee);
    assert_eq!(late, Err(Rejection::RoundChanged));
    // In the next match it may come again.
    game.apply(7, peer(0), Action::StopMatch).unwrap();
    start(&mut game, Mode::Turns, Some("moon"), 1);
    // The first secret has to fit, too; a setter brings none.
    game.apply(8, peer(0), Action::StopMatch).unwrap();
    let first = |deal| Action::StartMatch {
        deal,
        alphabet: english(),
        force: true,
        after_match: None,
    };
    for deal in [
        Some(with("mond ß", String::new())),
        Some(with("bee", "c".repeat(241))),
    ] {
        let refused = game.apply(9, peer(0), first(deal));
        assert_eq!(refused, Err(Rejection::BadSecret));
    }
    let setter = Settings {
        mode: Mode::Setter,
        ..Settings::default()
    };
    game.apply(9, peer(0), Action::Configure(setter)).unwrap();
    let refused = game.apply(10, peer(0), first(Some(deal("bee"))));
    assert_eq!(refused, Err(Rejection::BadSecret));
    game.apply(11, peer(0), first(None)).unwrap();
    let round = game.round().unwrap().number();
    game.apply(12, peer(0), Action::GiveUp { round }).unwrap();
    let dealt = Action::NextRound {
        after_round: round,
        deal: Some(deal("bee")),
    };
    assert_eq!(game.apply(13, peer(0), dealt), Err(Rejection::BadSecret));
}

/// Snapshots and continuations are one message each, of at most 4 MiB.
#[test]
fn the_largest_state_is_one_message() {
    let mut state = RoomState::default();
    let mut index = 1;
    let mut act = |state: &mut RoomState, action: Action| {
        index += 1;
        let id = CommandId {
            peer_id: peer(1),
            session: 1,
            seq: index,
        };
        let opens_session = matches!(action, Action::TakeSeat { .. });
        let command = GameCommand {
            id,
            opens_session,
            action,
            signed: None,
        };
        state.apply(index, Proposal::Command(command)).result
    };
    act(&mut state, Action::TakeSeat { name: name(1) });
    // Graphemes of many bytes, and letters of four.
    let long: String = (0..60)
        .map(|_| format!("\u{10400}{}", "\u{301}".repeat(15)))
        .collect();
    for round in 0..210_u32 {
        let start = Action::StartRound {
            pack: "p".repeat(32),
            clue: "c".repeat(240),
            secret: Secret::parse(&long).unwrap(),
            alphabet: None,
            after_round: None,
        };
        assert_eq!(act(&mut state, start), Some(Ok(Outcome::Started)));
        for n in 0..5_u32 {
            let letters = (0..60).map(|i| {
                let c = char::from_u32(0x20000 + round * 300 + n * 60 + i).unwrap();
                Letter::from_folded(c)
            });
            let whole = Whole::from_parts("x".repeat(240), letters.collect()).unwrap();
            let solve = Action::Solve { whole, round: None };
            assert_eq!(act(&mut state, solve), Some(Ok(Outcome::Miss)));
        }
        for n in 0..200 {
            let letter = Letter::from_folded(char::from_u32(0x10428 + n).unwrap());
            let _ = act(
                &mut state,
                Action::Guess {
                    letter,
                    round: None,
                },
            );
        }
        let text = Text::parse(&"\u{1f409}".repeat(200)).unwrap();
        act(&mut state, Action::Say(Said::Text(text)));
    }
    let bytes = pb::RoomState::from(&state).encode_to_vec().len();
    assert!(bytes < 4 * 1024 * 1024, "{bytes}");
    let too_long = Whole::from_parts("x".to_owned(), vec![Letter::from_folded('x'); 61]);
    assert_eq!(too_long, None);
}
