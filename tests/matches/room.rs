//! Who may do what in a room: coming late, owning it, its door, talking.

use super::*;

#[test]
fn late_joiners_start_with_the_last_and_spectators_without() {
    let mut game = room(2);
    start(&mut game, Mode::Together, &["banana", "moon"], 2);
    play(
        &mut game,
        None,
        "0 guess a -> hit, _a_a_a, 6, guessing, -, 3 0
         1 guess n -> hit, _anana, 6, guessing, -, 3 2
         0 guess b -> hit, banana, 6, won, -, 4 2
         2 seat -> seated, banana, 6, won, -, 4 2 2
         0 next -> started, ____, 6, guessing, -, 4 2 2
         2 guess o -> hit, _oo_, 6, guessing, -, 4 2 4
         2 watch -> done, _oo_, 6, guessing, -, 4 2 4
         2 guess m -> watching, _oo_, 6, guessing, -, 4 2 4
         2 sit -> done, _oo_, 6, guessing, -, 4 2 4
         - gone 1 -> done, _oo_, 6, guessing, -, 4 2 4
         1 seat -> seated, _oo_, 6, guessing, -, 4 2 4",
    );
}

#[test]
fn owners_decide_and_others_do_not() {
    let mut game = room(3);
    let settings = |change: &dyn Fn(&mut Settings)| {
        let mut settings = Settings::default();
        change(&mut settings);
        Action::Configure(settings)
    };
    let not_owner = [
        settings(&|s| s.rounds = 3),
        match_of(&["moon"], true),
        Action::StopMatch,
        Action::Remove(peer(2)),
        Action::PassOwner(peer(1)),
        Action::LetIn(peer(9)),
        Action::Refuse(peer(9)),
    ];
    for action in not_owner {
        assert_eq!(game.apply(1, peer(1), action), Err(Rejection::NotOwner));
    }
    let bad = [
        settings(&|s| s.rounds = 0),
        settings(&|s| s.rounds = 21),
        settings(&|s| s.turn_seconds = 4),
        settings(&|s| s.turn_seconds = 301),
        settings(&|s| s.pack.clear()),
        settings(&|s| s.pack = "x".repeat(33)),
    ];
    for action in bad {
        assert_eq!(game.apply(1, peer(0), action), Err(Rejection::BadSettings));
    }
    let one = settings(&|s| s.rounds = 1);
    assert_eq!(game.apply(1, peer(0), one.clone()), Ok(Outcome::Done));
    assert_eq!(game.apply(1, peer(0), one), Ok(Outcome::Unchanged));
    // Not everybody is ready; then they are.
    let ask = |game: &mut Game| game.apply(1, peer(0), match_of(&["moon"], false));
    assert_eq!(ask(&mut game), Err(Rejection::NotReady));
    for n in 1..3 {
        game.apply(1, peer(n), Action::Ready(true)).unwrap();
    }
    let wrong = game.apply(1, peer(0), match_of(&["moon", "bee"], false));
    assert_eq!(wrong, Err(Rejection::BadSecret));
    // Two windows of the owner, or two owners, press at once: one match.
    let at_once = Action::StartMatch {
        deck: deck(&["moon"]),
        alphabet: english(),
        force: false,
        after_match: Some(0),
    };
    assert_eq!(
        game.apply(1, peer(0), at_once.clone()),
        Ok(Outcome::Started)
    );
    assert_eq!(
        game.apply(1, peer(0), at_once),
        Err(Rejection::MatchChanged)
    );
    assert_eq!(ask(&mut game), Err(Rejection::MatchOn));
    assert_eq!(
        game.apply(1, peer(0), settings(&|s| s.mode = Mode::Turns)),
        Err(Rejection::MatchOn)
    );
    // The door can be locked meanwhile.
    let locked = settings(&|s| {
        s.rounds = 1;
        s.locked = true;
    });
    assert_eq!(game.apply(1, peer(0), locked), Ok(Outcome::Done));
    game.apply(1, peer(0), Action::PassOwner(peer(2))).unwrap();
    assert_eq!(
        game.apply(1, peer(0), Action::StopMatch),
        Err(Rejection::NotOwner)
    );
    assert_eq!(game.apply(1, peer(2), Action::StopMatch), Ok(Outcome::Done));
    assert_eq!(
        game.apply(1, peer(2), Action::StopMatch),
        Err(Rejection::NoMatch)
    );
    // A setter needs somebody who guesses.
    let mut alone = room(1);
    let setter = settings(&|s| s.mode = Mode::Setter);
    alone.apply(1, peer(0), setter).unwrap();
    let started = alone.apply(1, peer(0), match_of(&[], true));
    assert_eq!(started, Err(Rejection::TooFew));
}

#[test]
fn the_door_is_locked_and_those_who_were_in_come_back() {
    use dhangkanna::game::Door;
    let mut game = room(3);
    let locked = Settings {
        locked: true,
        ..Settings::default()
    };
    assert_eq!(game.door(&peer(9)), Door::Open);
    game.apply(1, peer(0), Action::Configure(locked)).unwrap();
    assert_eq!(
        (game.door(&peer(9)), game.door(&peer(1))),
        (Door::Locked, Door::Open)
    );
    let knock = |n: u8| Notice::Knock {
        peer: peer(n),
        name: name(n),
    };
    assert_eq!(game.notice(knock(1)), Outcome::Unchanged);
    for n in 10..30 {
        game.notice(knock(n));
    }
    assert_eq!(game.table().knocks.len(), 8, "bounded");
    game.apply(1, peer(0), Action::LetIn(peer(10))).unwrap();
    game.apply(1, peer(0), Action::Refuse(peer(11))).unwrap();
    game.notice(Notice::KnockedOff(peer(12)));
    assert_eq!(game.door(&peer(10)), Door::Open);
    assert_eq!(game.door(&peer(11)), Door::Refused);
    assert_eq!(game.door(&peer(12)), Door::Locked);
    assert_eq!(
        game.apply(1, peer(0), Action::LetIn(peer(99))),
        Err(Rejection::NoSuchPlayer)
    );
    // Somebody is sent away, may do nothing, and is let in again.
    game.apply(1, peer(0), Action::Remove(peer(1))).unwrap();
    assert_eq!(game.door(&peer(1)), Door::Removed);
    let back = game.apply(1, peer(1), Action::Seat { name: name(1) });
    assert_eq!(back, Err(Rejection::Removed));
    assert_eq!(
        game.apply(1, peer(1), Action::Ready(true)),
        Err(Rejection::Removed)
    );
    game.apply(1, peer(0), Action::LetIn(peer(1))).unwrap();
    game.apply(1, peer(1), Action::Seat { name: name(1) })
        .unwrap();
    assert!(game.players()[&peer(1)].here);
    // Nobody removes themselves.
    assert_eq!(
        game.apply(1, peer(0), Action::Remove(peer(0))),
        Err(Rejection::NoSuchPlayer)
    );
}

#[test]
fn talk_is_bounded_and_in_order() {
    let mut game = room(2);
    for n in 0..300_u32 {
        let said = if n % 7 == 0 {
            Said::Reaction(Reaction::Cheer)
        } else {
            Said::Text(Text::parse(&format!("line {n}")).unwrap())
        };
        let outcome = game.apply(1, peer((n % 2) as u8), Action::Say(said));
        assert_eq!(outcome, Ok(Outcome::Said));
    }
    let talk = &game.table().talk;
    assert_eq!(talk.len(), MAX_LINES);
    assert!(
        talk.iter()
            .zip(101..)
            .all(|(line, number)| line.number == number)
    );
}
