//! Random actions and observations: whatever players and leaders do, the game stays
//! whole, and is the same on a node that was restarted.

use super::*;

struct Dice(fastrand::Rng);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0.u64(..below)
    }

    fn peer(&mut self) -> PeerId {
        peer(self.roll(7) as u8)
    }

    fn letter(&mut self) -> Letter {
        Letter::from_folded(['a', 'b', 'n', 'o', 'é', 'x', 'z', 'm'][self.roll(8) as usize])
    }

    fn secret(&mut self) -> Secret {
        let words = [
            "banana", "moon", "a", "no man", "x-ray", "ban", "z 7 z", "oboe",
        ];
        secret(words[self.roll(8) as usize])
    }

    /// What a round of this mode begins with, as a rule.
    fn deal(&mut self, mode: Mode) -> Option<Deal> {
        let deals = (mode != Mode::Setter) != (self.roll(8) == 0);
        deals.then(|| Deal {
            clue: String::new(),
            secret: self.secret(),
        })
    }

    /// Something that a player may send, often enough what makes sense now.
    fn action(&mut self, game: &Game) -> Action {
        let number = game.round().map_or(0, |round| round.number());
        let near = (number + 1).saturating_sub(self.roll(3) as u32);
        let round = [None, Some(number), Some(near)][self.roll(3) as usize];
        let sealed = Setter(secret(["banana", "moon"][self.roll(2) as usize]), [3; 32]);
        match self.roll(24) {
            0 => Action::TakeSeat {
                name: name(self.roll(9) as u8),
            },
            1..=6 => Action::Guess {
                letter: self.letter(),
                round,
            },
            7 => Action::StartRound {
                pack: "p".to_owned(),
                clue: String::new(),
                secret: self.secret(),
                alphabet: (self.roll(2) == 0).then(english),
                after_round: round,
            },
            8 => Action::Solve {
                whole: Whole::parse(&self.secret().text(), None).unwrap(),
                round,
            },
            9 => Action::Hint { round },
            10 => Action::Configure(Settings {
                mode: Mode::ALL[self.roll(3) as usize],
                rounds: self.roll(4) as u8,
                turn_seconds: 30,
                pack: "p".to_owned(),
                difficulty: Difficulty::Any,
                locked: self.roll(2) == 0,
            }),
            11 => Action::Ready(self.roll(3) > 0),
            12 => Action::StartMatch {
                deal: self.deal(game.table().settings.mode),
                alphabet: english(),
                force: self.roll(2) == 0,
                after_match: None,
            },
            13 | 14 => {
                let newest = game.table().newest_match.as_ref();
                Action::NextRound {
                    after_round: near,
                    deal: self.deal(newest.map_or(Mode::Together, |newest| newest.mode)),
                }
            }
            15 if self.roll(8) == 0 => Action::StopMatch,
            15 | 16 => sealed.seal(near),
            17 | 18 => {
                let asked = game.round().and_then(|round| round.asked().next());
                let (letter, cells) = match (asked, game.round(), self.roll(4)) {
                    (Some(asked), Some(round), 1..) => {
                        answer(&asked.question, &sealed.0, round.open(), self.roll(99))
                    }
                    _ => (Some(self.letter()), self.roll(64)),
                };
                Action::Answer {
                    round: near,
                    nth: game.round().map_or(0, |round| round.guesses().len() as u32),
                    letter,
                    cells,
                }
            }
            19 => Action::Reveal {
                round: number,
                secret: sealed.0,
                salt: sealed.1,
            },
            20 => Action::Say(Said::Reaction(Reaction::Heart)),
            21 => Action::Watch(self.roll(3) == 0),
            22 => match self.roll(9) {
                8 => Action::TakeOwner,
                0 => Action::GiveUp { round: number },
                1 => Action::Remove {
                    peer: self.peer(),
                    lock: self.roll(2) == 0,
                },
                2 => Action::PassOwner(self.peer()),
                3 => Action::Refuse(self.peer()),
                _ => Action::LetIn(self.peer()),
            },
            _ => Action::Guess {
                letter: self.letter(),
                round: None,
            },
        }
    }

    fn observe(&mut self, game: &Game) -> Observation {
        let round = game.round();
        match self.roll(6) {
            0 => Observation::Rules(self.roll(5) as u32),
            1 => Observation::TimeUp {
                round: round.map_or(0, |round| round.number()),
                step: round.map_or(0, |round| round.step()),
            },
            2 => Observation::Knock {
                peer: self.peer(),
                name: name(1),
            },
            3 => Observation::KnockWithdrawn(self.peer()),
            n => Observation::Presence {
                peer: self.peer(),
                here: n == 5,
            },
        }
    }
}

fn here_or_listed(game: &Game, peer: &PeerId) -> bool {
    let table = game.table();
    let player = game.players().get(peer);
    player.is_some_and(|player| player.here)
        || table.guests.contains(peer)
        || table.refused.contains(peer)
        || table.knocks.contains_key(peer)
}

/// What holds of every game.
fn check(game: &Game) {
    let table = game.table();
    assert!(table.talk.len() <= MAX_LINES && table.knocks.len() <= 8);
    assert!(table.guests.len() <= 256 && table.refused.len() <= 256);
    assert!(table.removed.len() <= 256);
    assert_eq!(table.owner.is_some(), table.founder.is_some());
    for peer in &table.removed {
        assert_ne!(table.founder, Some(*peer), "the founder stays");
        assert!(!here_or_listed(game, peer), "who was sent away is nowhere");
    }
    let here = |peer: &PeerId| {
        let player = game.players().get(peer);
        player.is_some_and(|player| player.here)
    };
    if game.players().keys().any(here) {
        assert!(table.owner.as_ref().is_some_and(here), "the owner is here");
    }
    let Some(round) = game.round() else { return };
    assert!(round.chances_left() <= CHANCES);
    assert_eq!(round.mask().count(), round.len());
    let mut seen = 0;
    for guess in round.guesses() {
        assert_eq!(guess.cells & seen, 0, "no cell is uncovered twice");
        seen |= guess.cells;
    }
    let mut letters: Vec<_> = round.guesses().iter().filter_map(|g| g.letter()).collect();
    letters.sort();
    letters.dedup();
    let tried = round
        .guesses()
        .iter()
        .filter(|g| g.letter().is_some())
        .count();
    assert_eq!(letters.len(), tried, "no letter counts twice");
    let frame = round.frame();
    let plays = |peer: PeerId| game.players().get(&peer).is_some_and(|p| p.plays());
    if frame.mode == Mode::Turns && round.phase() == Phase::Guessing && frame.in_match > 0 {
        let somebody = game.at_table().next().is_some();
        assert_eq!(
            frame.turn.is_some_and(plays),
            somebody,
            "the turn is somebody's"
        );
    }
    if let Some(setter) = frame.setter {
        let over = round.phase().is_over();
        assert!(
            over || plays(setter),
            "nobody waits for a setter who is gone"
        );
    }
    if let Content::Sealed(sealed) = round.content() {
        let told = round.secret().is_some();
        assert_eq!(told, sealed.revealed.is_some());
    }
    if Wait::of(round).is_some() {
        assert!(round.is_on());
    }
    if let Some(newest) = &table.newest_match {
        assert!(newest.begun <= newest.rounds);
    }
}

/// Nobody but the setter loses what was found in a round that the setter broke off.
fn check_points(before: &Game, now: &Game) {
    let (Some(was), Some(round)) = (before.round(), now.round()) else {
        return;
    };
    let ended = was.number() == round.number() && was.is_on() && !round.is_on();
    let Some(setter) = round.voided_by().filter(|_| ended) else {
        return;
    };
    for (peer, player) in now.players() {
        let had = before.players()[peer].score;
        let is_in = player.scored_in == round.frame().in_match;
        let guesses = round.guesses().iter().filter(|guess| guess.by == *peer);
        let found: u32 = guesses.map(|guess| guess.points()).sum();
        let earned = if is_in && *peer != setter { found } else { 0 };
        assert_eq!(player.score, had + earned);
    }
}

/// Random actions and observations from a seed, checked after each; and once more
/// through the codec, which must not change anything.
fn run(seed: u64, actions: u64) {
    let mut dice = Dice(fastrand::Rng::with_seed(seed));
    let (mut state, mut twin) = (RoomState::default(), RoomState::default());
    for index in 1..=actions {
        let proposal = if dice.roll(8) == 0 {
            Proposal::Observation(dice.observe(state.game()))
        } else {
            let peer_id = dice.peer();
            // Often whoever it is up to.
            let frame = state.game().round().map(|round| round.frame());
            let acts = frame.and_then(|frame| frame.turn.or(frame.setter));
            let peer_id = match dice.roll(3) {
                0 => acts.or(state.game().table().owner).unwrap_or(peer_id),
                _ => peer_id,
            };
            let action = dice.action(state.game());
            assert_eq!(action.check(), Ok(()), "the leader takes it");
            Proposal::Command(GameCommand {
                id: CommandId {
                    peer_id,
                    session: 1,
                    seq: index,
                },
                opens_session: matches!(action, Action::TakeSeat { .. }),
                action,
                signed: None,
            })
        };
        let before = state.clone();
        let reply = state.apply(index, proposal.clone());
        check(state.game());
        match reply.result {
            Some(Err(_)) => assert_eq!(state.game(), before.game(), "{proposal:?}"),
            Some(Ok(outcome)) if !outcome.changes_game() && outcome != Outcome::Said => {
                assert_eq!(state.game(), before.game(), "{proposal:?}");
            }
            _ => {}
        }
        check_points(before.game(), state.game());
        twin.apply(index, proposal);
        if index % 64 == 0 {
            let bytes = pb::RoomState::from(&twin).encode_to_vec();
            twin = codec::state(pb::RoomState::decode(&bytes[..]).unwrap(), u32::MAX).unwrap();
        }
    }
    assert_eq!(state, twin, "replayed, and stored in between");
}

#[test]
fn whatever_happens_the_game_stays_whole() {
    for seed in 1..=60 {
        run(seed, 500);
    }
}

/// `DHANGKANNA_RUNS` thousands of actions.
#[test]
#[ignore = "long"]
fn millions_of_actions_do_no_harm() {
    let thousands = std::env::var("DHANGKANNA_RUNS")
        .ok()
        .and_then(|n| n.parse().ok());
    let thousands = thousands.unwrap_or(100_u64);
    for seed in 0..thousands {
        run(seed + 1000, 1000);
    }
    println!("{thousands} 000 actions");
}
