//! Who may do what in a room: coming late, owning it, its door, talking.

use super::*;

fn remove(n: u8) -> Action {
    let peer = peer(n);
    Action::Remove { peer, lock: false }
}

#[test]
fn late_joiners_start_with_the_last_and_spectators_without() {
    let mut game = room(2);
    start(&mut game, Mode::Together, Some("banana"), 2);
    play(
        &mut game,
        None,
        "0 guess a -> hit, _a_a_a, 6, guessing, -, 3 0
         1 guess n -> hit, _anana, 6, guessing, -, 3 2
         0 guess b -> hit, banana, 6, won, -, 4 2
         2 seat -> seated, banana, 6, won, -, 4 2 2
         0 next moon -> started, ____, 6, guessing, -, 4 2 2
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
        match_of(Some("moon"), true),
        Action::StopMatch,
        remove(2),
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
    let ask = |game: &mut Game| game.apply(1, peer(0), match_of(Some("moon"), false));
    assert_eq!(ask(&mut game), Err(Rejection::NotReady));
    for n in 1..3 {
        game.apply(1, peer(n), Action::Ready(true)).unwrap();
    }
    let none = game.apply(1, peer(0), match_of(None, false));
    assert_eq!(none, Err(Rejection::BadSecret));
    // Two windows of the owner, or two owners, press at once: one match.
    let at_once = Action::StartMatch {
        deal: Some(deal("moon")),
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
    let started = alone.apply(1, peer(0), match_of(None, true));
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
    game.apply(1, peer(0), Action::Configure(locked.clone()))
        .unwrap();
    assert_eq!(
        (game.door(&peer(9)), game.door(&peer(1))),
        (Door::Locked, Door::Open)
    );
    let knock = |n: u8| Observation::Knock {
        peer: peer(n),
        name: name(n),
    };
    assert_eq!(game.observe(knock(1)), Outcome::Unchanged);
    for n in 10..50 {
        game.observe(knock(n));
    }
    assert_eq!(game.table().knocks.len(), 24, "bounded");
    game.apply(1, peer(0), Action::LetIn(peer(10))).unwrap();
    game.apply(1, peer(0), Action::Refuse(peer(11))).unwrap();
    game.observe(Observation::KnockWithdrawn(peer(12)));
    assert_eq!(game.door(&peer(10)), Door::Open);
    assert_eq!(game.door(&peer(11)), Door::Refused);
    assert_eq!(game.door(&peer(12)), Door::Locked);
    // All of them at once; who was answered is not asked for again.
    let all = |let_in| Action::AnswerAll { let_in };
    assert_eq!(game.apply(1, peer(1), all(true)), Err(Rejection::NotOwner));
    game.apply(7, peer(0), all(true)).unwrap();
    assert!((13..34).all(|n| game.door(&peer(n)) == Door::Open));
    assert_eq!(game.door(&peer(34)), Door::Locked, "who had no place");
    assert_eq!(game.observe(knock(13)), Outcome::Unchanged);
    game.observe(knock(34));
    game.apply(8, peer(0), all(false)).unwrap();
    assert_eq!(game.door(&peer(34)), Door::Refused);
    let answer = game.table().answer_to_all.expect("an answer");
    assert_eq!((answer.index, answer.let_in), (8, false));
    assert!(game.table().knocks.is_empty());
    // Who has shown the PIN has not knocked; nor need the room be locked yet.
    let let_in = |game: &mut Game, n: u8| game.apply(1, peer(0), Action::LetIn(peer(n)));
    assert_eq!(let_in(&mut game, 99), Ok(Outcome::Done));
    assert_eq!(let_in(&mut game, 99), Ok(Outcome::Unchanged));
    assert_eq!(let_in(&mut game, 1), Ok(Outcome::Unchanged), "a player");
    assert_eq!(game.door(&peer(99)), Door::Open);
    assert_eq!(let_in(&mut game, 11), Ok(Outcome::Done), "refused before");
    assert_eq!(game.door(&peer(11)), Door::Open);
    let mut open = room(1);
    assert_eq!(let_in(&mut open, 9), Ok(Outcome::Done));
    open.apply(1, peer(0), Action::Configure(locked.clone()))
        .unwrap();
    assert_eq!(open.door(&peer(9)), Door::Open);
    // Somebody is sent away, may do nothing, and is let in again.
    game.apply(1, peer(0), remove(1)).unwrap();
    assert_eq!(game.door(&peer(1)), Door::Removed);
    let back = game.apply(1, peer(1), Action::TakeSeat { name: name(1) });
    assert_eq!(back, Err(Rejection::Removed));
    assert_eq!(
        game.apply(1, peer(1), Action::Ready(true)),
        Err(Rejection::Removed)
    );
    game.apply(1, peer(0), Action::LetIn(peer(1))).unwrap();
    game.apply(1, peer(1), Action::TakeSeat { name: name(1) })
        .unwrap();
    assert!(game.players()[&peer(1)].here);
    // Nobody removes themselves.
    assert_eq!(
        game.apply(1, peer(0), remove(0)),
        Err(Rejection::NoSuchPlayer)
    );
}

#[test]
fn anybody_can_be_sent_away() {
    use dhangkanna::game::Door;
    let mut game = room(3);
    // Never seen before: a member without a seat.
    let ghost = peer(9);
    assert_eq!(game.apply(1, peer(0), remove(9)), Ok(Outcome::Done));
    assert_eq!(game.door(&ghost), Door::Removed);
    assert_eq!(game.apply(1, peer(0), remove(9)), Ok(Outcome::Unchanged));
    let seat = Action::TakeSeat { name: name(9) };
    assert_eq!(game.apply(1, ghost, seat.clone()), Err(Rejection::Removed));
    assert!(!game.players().contains_key(&ghost));
    game.apply(1, peer(0), Action::LetIn(ghost)).unwrap();
    assert_eq!(game.apply(1, ghost, seat), Ok(Outcome::Seated));
    // With the door, in one entry; also in a match.
    start(&mut game, Mode::Together, Some("moon"), 1);
    let (peer_id, lock) = (peer(2), true);
    let away = Action::Remove {
        peer: peer_id,
        lock,
    };
    assert_eq!(game.apply(1, peer(0), away.clone()), Ok(Outcome::Done));
    assert!(game.table().settings.locked);
    assert_eq!(game.door(&peer(20)), Door::Locked);
    assert_eq!(game.apply(1, peer(0), away), Ok(Outcome::Unchanged));
    // Whoever knocked and is sent away instead.
    let knock = Observation::Knock {
        peer: peer(20),
        name: name(1),
    };
    game.observe(knock.clone());
    game.apply(1, peer(0), remove(20)).unwrap();
    assert_eq!(
        (game.table().knocks.len(), game.door(&peer(20))),
        (0, Door::Removed)
    );
    assert_eq!(game.observe(knock), Outcome::Unchanged);
    // Who was sent away is not here, whatever is observed.
    let here = Observation::Presence {
        peer: peer(2),
        here: true,
    };
    assert_eq!(game.observe(here), Outcome::Unchanged);
    // They are remembered when they are forgotten as players, up to a number.
    game.forget(&peer(2));
    assert_eq!(game.door(&peer(2)), Door::Removed);
    for n in 1..=256_u32 {
        let mut digest = [50; 32];
        digest[..4].copy_from_slice(&n.to_be_bytes());
        let peer_id = PeerId::new(digest);
        assert_eq!(game.door(&peer(20)), Door::Removed, "{n}");
        game.apply(
            1,
            peer(0),
            Action::Remove {
                peer: peer_id,
                lock: false,
            },
        )
        .unwrap();
        assert!(game.table().removed.len() <= 256);
        if n == 255 {
            break;
        }
    }
    assert_eq!(game.door(&peer(2)), Door::Locked, "the oldest is forgotten");
}

#[test]
fn the_founder_stays_and_takes_the_room_back() {
    use dhangkanna::game::Door;
    let mut game = room(3);
    assert_eq!(game.table().founder, Some(peer(0)));
    let take = |game: &mut Game, n| game.apply(1, peer(n), Action::TakeOwner);
    assert_eq!(take(&mut game, 0), Ok(Outcome::Unchanged));
    assert_eq!(take(&mut game, 1), Err(Rejection::NotFounder));
    assert_eq!(take(&mut game, 9), Err(Rejection::NotSeated));
    game.apply(1, peer(0), Action::PassOwner(peer(1))).unwrap();
    for lock in [false, true] {
        let away = Action::Remove {
            peer: peer(0),
            lock,
        };
        assert_eq!(game.apply(1, peer(1), away), Err(Rejection::Founder));
    }
    assert!(!game.table().settings.locked, "refused as a whole");
    assert_eq!(take(&mut game, 2), Err(Rejection::NotFounder));
    assert_eq!(take(&mut game, 0), Ok(Outcome::Done));
    assert_eq!(game.table().owner, Some(peer(0)));
    // Also after an absence that the leader still believes in, and from the stands.
    let gone = Observation::Presence {
        peer: peer(0),
        here: false,
    };
    game.apply(1, peer(0), Action::Watch(true)).unwrap();
    assert_eq!(game.observe(gone), Outcome::Done);
    assert_eq!(game.table().owner, Some(peer(1)));
    assert_eq!(take(&mut game, 0), Ok(Outcome::Done));
    assert_eq!(game.table().owner, Some(peer(0)));
    // Another founder comes only with another cluster.
    game.forget(&peer(0));
    assert_eq!(game.table().founder, Some(peer(0)));
    let locked = Settings {
        locked: true,
        ..Settings::default()
    };
    let owner = game.table().owner.unwrap();
    game.apply(1, owner, Action::Configure(locked)).unwrap();
    assert_eq!(game.door(&peer(0)), Door::Open, "not locked out either");
}

#[test]
fn the_lists_of_the_door_are_bounded_and_forget_the_oldest() {
    use dhangkanna::game::Door;
    let mut game = room(2);
    let locked = Settings {
        locked: true,
        ..Settings::default()
    };
    game.apply(1, peer(0), Action::Configure(locked)).unwrap();
    // Later ones have smaller ids: the order is that of time.
    let stranger = |n: u32| {
        let mut digest = [7; 32];
        digest[..4].copy_from_slice(&(10_000 - n).to_be_bytes());
        PeerId::new(digest)
    };
    for (first, answer) in [
        (0, Action::LetIn as fn(PeerId) -> Action),
        (1000, Action::Refuse),
    ] {
        for n in first..first + 300 {
            let (peer_id, name) = (stranger(n), name(1));
            let knock = Observation::Knock {
                peer: peer_id,
                name,
            };
            assert_eq!(game.observe(knock), Outcome::Done);
            game.apply(1, peer(0), answer(peer_id)).unwrap();
        }
    }
    let table = game.table();
    assert_eq!((table.guests.len(), table.refused.len()), (256, 256));
    let doors = |first: u32| [first + 43, first + 44, first + 299].map(|n| game.door(&stranger(n)));
    assert_eq!(doors(0), [Door::Locked, Door::Open, Door::Open]);
    assert_eq!(doors(1000), [Door::Locked, Door::Refused, Door::Refused]);
    // Who has come stays on the list: that they were let in is worth something.
    let guest = stranger(299);
    game.apply(2, guest, Action::TakeSeat { name: name(2) })
        .unwrap();
    assert_eq!(game.table().guests.last(), Some(&guest));
    assert_eq!(game.door(&guest), Door::Open);
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

/// The same game with numbers that no room reaches, as a damaged or forged
/// snapshot may have them.
fn with(game: &Game, change: impl FnOnce(&mut pb::Game)) -> Game {
    let mut message = pb::Game::from(game);
    change(&mut message);
    let state = pb::RoomState {
        rules: FIRST_RULES,
        game: Some(message),
        ..pb::RoomState::default()
    };
    codec::state(state, FIRST_RULES).unwrap().game().clone()
}

#[test]
fn counters_stay_at_their_largest_value() {
    const MAX: u32 = u32::MAX;
    let mut game = room(2);
    start(&mut game, Mode::Together, Some("moon"), 1);
    let mut game = with(&game, |game| {
        for player in &mut game.players {
            (player.score, player.scored_in) = (MAX, MAX);
        }
        let round = game.round.as_mut().unwrap();
        round.number = MAX;
        round.frame.as_mut().unwrap().in_match = MAX;
        let table = game.table.as_mut().unwrap();
        (table.joined, table.streak, table.said) = (MAX, MAX, u64::MAX);
        table.newest_match.as_mut().unwrap().number = MAX;
    });
    assert_eq!(game.score_of(&peer(0)), Some(MAX));
    let whole = Whole::parse("moon", None).unwrap();
    let solved = game.apply(5, peer(0), Action::Solve { whole, round: None });
    assert_eq!((solved, game.phase()), (Ok(Outcome::Hit), Phase::Won));
    assert_eq!(game.players()[&peer(0)].score, MAX);
    assert_eq!((game.table().streak, game.table().best_streak), (MAX, MAX));
    let said = Action::Say(Said::Reaction(Reaction::Cheer));
    assert_eq!(game.apply(6, peer(0), said), Ok(Outcome::Said));
    assert_eq!(game.table().said, u64::MAX);
    let seat = Action::TakeSeat { name: name(9) };
    assert_eq!(game.apply(7, peer(9), seat), Ok(Outcome::Seated));
    assert_eq!(game.players()[&peer(9)].joined, MAX);
    start(&mut game, Mode::Turns, Some("moon"), 2);
    assert_eq!(game.table().newest_match.as_ref().unwrap().number, MAX);
    assert_eq!(game.round().unwrap().number(), MAX);
    let last_step = |game: &mut pb::Game| {
        game.round.as_mut().unwrap().frame.as_mut().unwrap().step = MAX;
    };
    let mut game = with(&game, last_step);
    let guess = Action::Guess {
        letter: Letter::parse("o").unwrap(),
        round: None,
    };
    let turn = game.round().unwrap().frame().turn.unwrap();
    assert_eq!(game.apply(8, turn, guess.clone()), Ok(Outcome::Hit));
    assert_eq!(game.round().unwrap().step(), MAX);

    let mut game = room(2);
    start(&mut game, Mode::Setter, None, 2);
    let mut game = with(&game, last_step);
    let moon = Setter::new("moon");
    game.apply(9, peer(0), moon.seal(1)).unwrap();
    assert_eq!(game.apply(10, peer(1), guess), Ok(Outcome::Asked));
    moon.serve(&mut game);
    assert_eq!(game.round().unwrap().step(), MAX);
    game.apply(11, peer(0), Action::GiveUp { round: 1 })
        .unwrap();
    let mut game = with(&game, |game| {
        let table = game.table.as_mut().unwrap();
        table.newest_match.as_mut().unwrap().begun = 255;
    });
    let next = Action::NextRound {
        after_round: 1,
        deal: None,
    };
    assert_eq!(game.apply(12, peer(1), next), Ok(Outcome::Started));
    assert_eq!(game.table().newest_match.as_ref().unwrap().begun, 255);
}
