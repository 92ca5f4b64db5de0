//! Matches as transcripts, and what must hold whatever players and leaders do.

mod random;
mod room;
mod transcripts;

use std::{collections::BTreeMap, sync::Arc};

use dhangkanna::{
    consensus::{CommandId, GameCommand, Proposal, RoomState, codec},
    game::{
        Action, Alphabet, CHANCES, Content, Deal, Difficulty, FIRST_RULES, Game, Letter, MAX_LINES,
        Mode, Name, Observation, Outcome, PeerId, Phase, Reaction, Rejection, Said, Secret,
        Settings, Text, Wait, Whole, answer, seal, shape_of,
    },
    proto as pb,
};
use prost::Message as _;

fn peer(n: u8) -> PeerId {
    PeerId::new([n; 32])
}

fn name(n: u8) -> Name {
    Name::parse(&format!("P{n}")).unwrap()
}

fn english() -> Arc<Alphabet> {
    Arc::new(Alphabet::of_language("en").unwrap())
}

fn secret(text: &str) -> Secret {
    Secret::parse_in(text, &english()).unwrap()
}

/// A room with so many players.
fn room(players: u8) -> Game {
    let mut game = Game::default();
    for n in 0..players {
        game.apply(1, peer(n), Action::TakeSeat { name: name(n) })
            .unwrap();
    }
    game
}

fn deal(text: &str) -> Deal {
    Deal {
        clue: format!("about {text}"),
        secret: secret(text),
    }
}

fn start(game: &mut Game, mode: Mode, first: Option<&str>, rounds: u8) {
    let owner = game.table().owner.unwrap();
    let settings = Settings {
        mode,
        rounds,
        ..Settings::default()
    };
    game.apply(2, owner, Action::Configure(settings)).unwrap();
    game.apply(3, owner, match_of(first, true)).unwrap();
}

fn match_of(first: Option<&str>, force: bool) -> Action {
    Action::StartMatch {
        deal: first.map(deal),
        alphabet: english(),
        force,
        after_match: None,
    }
}

/// What the setter's program would do, until nothing is asked of it.
struct Setter(Secret, [u8; 32]);

impl Setter {
    fn new(text: &str) -> Self {
        Self(secret(text), [9; 32])
    }

    fn seal(&self, round: u32) -> Action {
        Action::Seal {
            round,
            commitment: seal(&self.0, &self.1, "a clue"),
            shape: shape_of(&self.0),
            clue: "a clue".to_owned(),
        }
    }

    fn serve(&self, game: &mut Game) {
        loop {
            let round = game.round().unwrap();
            let setter = round.frame().setter.unwrap();
            let Some(action) = round.setter_action(&self.0, self.1, 0) else {
                return;
            };
            game.apply(4, setter, action).unwrap();
        }
    }
}

/// Lines of `who command -> outcome, mask, chances, phase, turn, scores`. A
/// setter's part is played by its program.
fn play(game: &mut Game, setter: Option<&Setter>, transcript: &str) {
    for (n, line) in transcript
        .lines()
        .map(str::trim)
        .filter(|l| !l.is_empty())
        .enumerate()
    {
        let (input, want) = line.split_once(" -> ").expect("an arrow");
        let mut words = input.splitn(3, ' ');
        let (who, command) = (words.next().unwrap(), words.next().unwrap());
        let rest = words.next().unwrap_or("");
        let letter = || Letter::parse(rest).unwrap();
        let number = game.round().map_or(0, |round| round.number());
        let step = game.round().map_or(0, |round| round.step());
        let outcome = if let Ok(who) = who.parse::<u8>() {
            let action = match command {
                "guess" => Action::Guess {
                    letter: letter(),
                    round: None,
                },
                "solve" => Action::Solve {
                    whole: Whole::parse(rest, Some(&english())).unwrap(),
                    round: None,
                },
                "hint" => Action::Hint { round: None },
                "next" => Action::NextRound {
                    after_round: number,
                    deal: (!rest.is_empty()).then(|| deal(rest)),
                },
                "stop" => Action::StopMatch,
                "seal" => setter.unwrap().seal(number),
                "give_up" => Action::GiveUp { round: number },
                "watch" => Action::Watch(true),
                "sit" => Action::Watch(false),
                "seat" => Action::TakeSeat { name: name(who) },
                "take_owner" => Action::TakeOwner,
                "remove" => Action::Remove {
                    peer: peer(rest.parse().unwrap()),
                    lock: false,
                },
                other => panic!("{other}?"),
            };
            match game.apply(n as u64 + 10, peer(who), action) {
                Ok(outcome) => outcome.code(),
                Err(rejection) => rejection.code(),
            }
        } else {
            let here = |here| Observation::Presence {
                peer: peer(rest.parse().unwrap()),
                here,
            };
            let observation = match command {
                "gone" => here(false),
                "back" => here(true),
                "time" => Observation::TimeUp {
                    round: number,
                    step,
                },
                other => panic!("{other}?"),
            };
            game.observe(observation).code()
        };
        if let Some(setter) = setter {
            setter.serve(game);
        }
        let round = game.round().unwrap();
        let turn = round
            .frame()
            .turn
            .map_or("-".to_owned(), |p| p.as_bytes()[0].to_string());
        let scores = game.players().keys().map(|peer| match game.score_of(peer) {
            Some(score) => score.to_string(),
            None => "-".to_owned(),
        });
        let got = format!(
            "{outcome}, {}, {}, {}, {turn}, {}",
            round.mask_text(),
            round.chances_left(),
            game.phase().code(),
            scores.collect::<Vec<_>>().join(" "),
        );
        assert_eq!(got, want, "after {input}");
    }
}
