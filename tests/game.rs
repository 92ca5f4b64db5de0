//! The rules as transcripts, and what must hold whatever players do.

use dhangkanna::game::{
    Action, CHANCES, Door, Game, Letter, Name, PeerId, Phase, Rejection, Secret,
};
use proptest::prelude::*;

fn peer(n: u8) -> PeerId {
    PeerId::new([n; 32])
}

fn seated(players: u8) -> Game {
    let mut game = Game::default();
    for n in 0..players {
        let name = Name::parse(&format!("P{n}")).unwrap();
        game.apply(0, peer(n), Action::TakeSeat { name }).unwrap();
    }
    game
}

fn start(secret: &str) -> Action {
    Action::StartRound {
        pack: "test".to_owned(),
        clue: "a clue".to_owned(),
        secret: Secret::parse(secret).unwrap(),
        alphabet: None,
        after_round: None,
    }
}

fn guess(letter: &str) -> Action {
    Action::Guess {
        letter: Letter::parse(letter).unwrap(),
        round: None,
    }
}

/// One who knew the PIN could let in any number of keys, and come back with them.
#[test]
fn a_removal_ends_what_was_let_in_and_did_not_come() {
    let mut game = seated(3);
    let let_in = |game: &mut Game, n| game.apply(0, peer(0), Action::LetIn(peer(n))).unwrap();
    for n in [2, 8, 9] {
        let_in(&mut game, n);
    }
    assert!([2, 8, 9].iter().all(|n| game.knows(&peer(*n))));
    let remove = Action::Remove {
        peer: peer(1),
        lock: true,
    };
    game.apply(0, peer(0), remove).unwrap();
    assert!(game.knows(&peer(2)), "who plays stays");
    assert!([8, 9].iter().all(|n| game.door(&peer(*n)) == Door::Locked));
}

fn mask(game: &Game) -> String {
    game.round()
        .map_or_else(String::new, |round| round.mask_text())
}

/// Lines of `who command -> what came of it, mask, chances, phase`.
fn play(transcript: &str) {
    let mut game = seated(3);
    for line in transcript.lines().map(str::trim).filter(|l| !l.is_empty()) {
        let (input, want) = line.split_once(" -> ").expect("an arrow");
        let mut words = input.splitn(3, ' ');
        let who: u8 = words.next().unwrap().parse().unwrap();
        let action = match (words.next().unwrap(), words.next().unwrap()) {
            ("start", secret) => start(secret),
            ("guess", letter) => guess(letter),
            (other, _) => panic!("{other}?"),
        };
        let outcome = match game.apply(0, peer(who), action) {
            Ok(outcome) => outcome.code(),
            Err(rejection) => rejection.code(),
        };
        let round = game.round();
        let got = format!(
            "{outcome}, {}, {}, {}",
            mask(&game),
            round.map_or(CHANCES, |r| r.chances_left()),
            game.phase().code()
        );
        assert_eq!(got, want, "after {input}");
    }
}

#[test]
fn a_round_is_won() {
    play(
        "0 guess k -> no_round, , 6, lobby
         0 start Jack-o'-lantern 7 -> started, ____-_'-_______ 7, 6, guessing
         1 guess A -> hit, _a__-_'-_a_____ 7, 6, guessing
         2 guess a -> repeat, _a__-_'-_a_____ 7, 6, guessing
         2 guess x -> miss, _a__-_'-_a_____ 7, 5, guessing
         1 guess X -> repeat, _a__-_'-_a_____ 7, 5, guessing
         0 guess j -> hit, Ja__-_'-_a_____ 7, 5, guessing
         0 guess c -> hit, Jac_-_'-_a_____ 7, 5, guessing
         0 guess k -> hit, Jack-_'-_a_____ 7, 5, guessing
         0 guess o -> hit, Jack-o'-_a_____ 7, 5, guessing
         0 guess l -> hit, Jack-o'-la_____ 7, 5, guessing
         0 guess n -> hit, Jack-o'-lan___n 7, 5, guessing
         0 guess t -> hit, Jack-o'-lant__n 7, 5, guessing
         0 guess e -> hit, Jack-o'-lante_n 7, 5, guessing
         1 guess r -> hit, Jack-o'-lantern 7, 5, won
         1 guess z -> round_over, Jack-o'-lantern 7, 5, won",
    );
}

#[test]
fn a_round_is_lost_at_the_sixth_miss() {
    play(
        "0 start moon -> started, ____, 6, guessing
         0 guess a -> miss, ____, 5, guessing
         1 guess b -> miss, ____, 4, guessing
         2 guess c -> miss, ____, 3, guessing
         0 guess o -> hit, _oo_, 3, guessing
         0 guess d -> miss, _oo_, 2, guessing
         1 guess e -> miss, _oo_, 1, guessing
         2 guess f -> miss, _oo_, 0, lost
         2 guess m -> round_over, _oo_, 0, lost
         2 start sun -> started, ___, 6, guessing",
    );
}

#[test]
fn a_round_that_is_given_up_tells_its_secret() {
    let mut game = seated(2);
    game.apply(0, peer(0), start("first")).unwrap();
    assert_eq!(game.given_up(), None);
    game.apply(0, peer(1), start("second")).unwrap();
    let given_up = game.given_up().expect("a round was on");
    assert_eq!((given_up.secret.as_str(), given_up.by), ("first", peer(1)));
    for letter in ["s", "e", "c", "o", "n", "d"] {
        game.apply(0, peer(0), guess(letter)).unwrap();
    }
    game.apply(0, peer(0), start("third")).unwrap();
    assert_eq!(game.given_up(), None, "the round before was over");
    assert_eq!(game.round().map(|round| round.number()), Some(3));
}

#[test]
fn what_was_meant_for_another_round_is_refused() {
    let mut game = seated(2);
    let start_after = |n| Action::StartRound {
        pack: "test".to_owned(),
        clue: String::new(),
        secret: Secret::parse("moon").unwrap(),
        alphabet: None,
        after_round: Some(n),
    };
    game.apply(0, peer(0), start_after(0)).unwrap();
    // Both pressed "start": one round begins.
    assert_eq!(
        game.apply(0, peer(1), start_after(0)),
        Err(Rejection::RoundChanged)
    );
    let late = Action::Guess {
        letter: Letter::parse("x").unwrap(),
        round: Some(7),
    };
    assert_eq!(game.apply(0, peer(1), late), Err(Rejection::RoundChanged));
    assert_eq!(
        game.apply(0, peer(9), guess("m")),
        Err(Rejection::NotSeated)
    );
    assert_eq!(
        game.round().map(|round| round.chances_left()),
        Some(CHANCES)
    );
}

fn any_action() -> impl Strategy<Value = (u8, Action)> {
    let letter = prop::char::range('a', 'h').prop_map(Letter::from_folded);
    let round = prop::option::weighted(0.2, 0..5_u32);
    let action = prop_oneof![
        8 => (letter, round.clone()).prop_map(|(letter, round)| Action::Guess { letter, round }),
        1 => ("[a-h]{1,4}( [a-h]{1,3})?", round).prop_map(|(secret, after_round)| {
            Action::StartRound {
                pack: "test".to_owned(),
                clue: String::new(),
                secret: Secret::parse(&secret).unwrap(),
                alphabet: None,
                after_round,
            }
        }),
        1 => "[A-Z]{1,5}".prop_map(|name| Action::TakeSeat { name: Name::parse(&name).unwrap() }),
    ];
    (0..6_u8, action)
}

proptest! {
    #[test]
    fn whatever_players_do_the_game_stays_whole(
        actions in prop::collection::vec(any_action(), 0..200)
    ) {
        let (mut game, mut twin) = (seated(2), seated(2));
        for (by, action) in actions {
            let before = game.clone();
            let result = game.apply(0, peer(by), action.clone());
            prop_assert_eq!(&result, &twin.apply(0, peer(by), action));
            match result {
                Ok(outcome) if outcome.changes_game() => {}
                _ => prop_assert_eq!(&game, &before, "nothing changed"),
            }
            let Some(round) = game.round() else { continue };
            let misses = round.misses().count();
            prop_assert!(misses <= CHANCES as usize);
            prop_assert_eq!(round.chances_left() as usize, CHANCES as usize - misses);
            let open = round.mask().all(|cell| cell.is_some());
            let want = match (open, misses) {
                (_, 6) => Phase::Lost,
                (true, _) => Phase::Won,
                _ => Phase::Guessing,
            };
            prop_assert_eq!(game.phase(), want);
            let mut letters: Vec<_> = round.guesses().iter().filter_map(|g| g.letter()).collect();
            letters.sort();
            letters.dedup();
            prop_assert_eq!(letters.len(), round.guesses().len(), "no letter twice");
        }
        prop_assert_eq!(game, twin);
    }
}
