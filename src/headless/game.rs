//! The game as it is printed: with its players, its talk and its history.

use serde::Serialize;

use crate::{
    game::{self, CHANCES, GuessMade, PeerId, Question, Round, Secret, Tried},
    node::RoomView,
};

/// A room's game, now.
#[derive(Debug, Serialize)]
pub(super) struct Game {
    index: u64,
    round: u32,
    phase: &'static str,
    pack: Option<String>,
    clue: Option<String>,
    mask: Option<String>,
    guesses: Vec<Guess>,
    wrong: Vec<char>,
    chances_left: u32,
    secret: Option<String>,
    given_up: Option<String>,
    players: Vec<Player>,
    rules: u32,
    owner: Option<String>,
    founder: Option<String>,
    settings: Settings,
    #[serde(rename = "match")]
    newest_match: Option<Match>,
    streak: u32,
    setter: Option<String>,
    turn: Option<String>,
    void: Option<&'static str>,
    voided_by: Option<String>,
    asked: Vec<Asked>,
    alphabet: Option<String>,
    knocks: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Guess {
    letter: Option<char>,
    player: String,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    whole: Option<String>,
}

#[derive(Debug, Serialize)]
struct Player {
    peer_id: String,
    name: String,
    online: bool,
    watching: bool,
    ready: bool,
    score: Option<u32>,
}

#[derive(Debug, Serialize)]
struct Settings {
    mode: &'static str,
    rounds: u8,
    turn_seconds: u16,
    pack: String,
    difficulty: &'static str,
    locked: bool,
}

#[derive(Debug, Serialize)]
struct Match {
    number: u32,
    mode: &'static str,
    rounds: u8,
    begun: u8,
    over: bool,
    ranking: Vec<Rank>,
}

#[derive(Debug, Serialize)]
struct Rank {
    place: u32,
    player: String,
    score: u32,
}

/// What waits for the setter.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Asked {
    Letter(char),
    Whole(String),
    Hint(bool),
}

/// A line of the talk.
#[derive(Debug, Serialize)]
pub(super) struct ChatEntry {
    number: u64,
    player: String,
    peer_id: String,
    #[serde(flatten)]
    said: Said,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Said {
    Text(String),
    Reaction(&'static str),
}

/// A finished round.
#[derive(Debug, Serialize)]
pub(super) struct PastRound {
    round: u32,
    #[serde(rename = "match")]
    in_match: u32,
    mode: &'static str,
    pack: String,
    clue: String,
    secret: Option<String>,
    setter: Option<String>,
    phase: &'static str,
    void: Option<&'static str>,
    voided_by: Option<String>,
    guesses: Vec<PastGuess>,
    #[serde(skip_serializing_if = "Option::is_none")]
    steps: Option<Vec<Step>>,
}

#[derive(Debug, Serialize)]
struct PastGuess {
    #[serde(flatten)]
    guess: Guess,
    index: u64,
    points: u32,
}

/// A round before one of its guesses, or after the last.
#[derive(Debug, Serialize)]
struct Step {
    mask: String,
    chances_left: u32,
}

impl Game {
    pub(super) fn of(room: &RoomView) -> Self {
        let game = room.state.game();
        let table = game.table();
        let round = game.round();
        let frame = round.map(Round::frame);
        let name = |peer: &PeerId| game.name_of(peer).to_owned();
        let guesses = round.into_iter().flat_map(Round::guesses);
        let misses = round.into_iter().flat_map(Round::misses);
        let asked = round.into_iter().flat_map(Round::asked);
        let players = room.players.iter().map(|player| Player {
            peer_id: player.peer_id.to_string(),
            name: player.name.to_string(),
            online: player.online,
            watching: player.watching,
            ready: player.ready,
            score: player.score,
        });
        let ranking = game.ranking().into_iter().map(|rank| Rank {
            place: rank.place,
            player: name(&rank.peer),
            score: rank.score,
        });
        Self {
            index: room.state.game_index(),
            round: round.map_or(0, Round::number),
            phase: game.phase().code(),
            pack: round.map(|round| round.pack().to_owned()),
            clue: round.map(|round| round.clue().to_owned()),
            mask: round.map(Round::mask_text),
            guesses: guesses.map(|guess| Guess::of(game, guess)).collect(),
            wrong: misses
                .filter_map(|guess| guess.letter())
                .map(game::Letter::as_char)
                .collect(),
            chances_left: round.map_or(CHANCES, Round::chances_left),
            secret: round
                .filter(|round| round.phase().is_over())
                .and_then(Round::secret)
                .map(Secret::text),
            given_up: game.given_up().map(|given_up| given_up.secret.clone()),
            players: players.collect(),
            rules: table.rules,
            owner: table.owner.as_ref().map(name),
            founder: table.founder.as_ref().map(name),
            settings: Settings {
                mode: table.settings.mode.code(),
                rounds: table.settings.rounds,
                turn_seconds: table.settings.turn_seconds,
                pack: table.settings.pack.clone(),
                difficulty: table.settings.difficulty.code(),
                locked: table.settings.locked,
            },
            newest_match: table.newest_match.as_ref().map(|newest| Match {
                number: newest.number,
                mode: newest.mode.code(),
                rounds: newest.rounds,
                begun: newest.begun,
                over: newest.over,
                ranking: ranking.collect(),
            }),
            streak: table.streak,
            setter: frame.and_then(|frame| frame.setter.as_ref()).map(name),
            turn: frame.and_then(|frame| frame.turn.as_ref()).map(name),
            void: frame.and_then(|frame| frame.void).map(game::Void::code),
            voided_by: round.and_then(Round::voided_by).as_ref().map(name),
            asked: asked.map(|asked| Asked::of(&asked.question)).collect(),
            alphabet: frame
                .and_then(|frame| frame.alphabet.as_ref())
                .map(|alphabet| alphabet.letters().iter().map(|l| l.as_char()).collect()),
            knocks: table.knocks.values().map(game::Name::to_string).collect(),
        }
    }
}

impl Guess {
    fn of(game: &game::Game, guess: &GuessMade) -> Self {
        Self {
            letter: guess.letter().map(game::Letter::as_char),
            player: game.name_of(&guess.by).to_owned(),
            outcome: match guess.tried {
                Tried::Hint { .. } => "hint",
                _ if guess.is_hit() => "hit",
                _ => "miss",
            },
            whole: match &guess.tried {
                Tried::Whole(whole) => Some(whole.shown().to_owned()),
                _ => None,
            },
        }
    }
}

impl Asked {
    fn of(question: &Question) -> Self {
        match question {
            Question::Letter(letter) => Self::Letter(letter.as_char()),
            Question::Whole(whole) => Self::Whole(whole.shown().to_owned()),
            Question::Hint { .. } => Self::Hint(true),
        }
    }
}

impl ChatEntry {
    pub(super) fn of(game: &game::Game, line: &game::ChatLine) -> Self {
        Self {
            number: line.number,
            player: game.name_of(&line.by).to_owned(),
            peer_id: line.by.to_string(),
            said: match &line.said {
                game::Said::Text(text) => Said::Text(text.as_str().to_owned()),
                game::Said::Reaction(reaction) => Said::Reaction(reaction.code()),
            },
        }
    }
}

impl PastRound {
    pub(super) fn of(game: &game::Game, round: &Round) -> Self {
        let frame = round.frame();
        let guesses = round.guesses().iter().map(|guess| PastGuess {
            guess: Guess::of(game, guess),
            index: guess.index,
            points: guess.points(),
        });
        Self {
            round: round.number(),
            in_match: frame.in_match,
            mode: frame.mode.code(),
            pack: round.pack().to_owned(),
            clue: round.clue().to_owned(),
            secret: round.secret().map(Secret::text),
            setter: frame.setter.map(|peer| game.name_of(&peer).to_owned()),
            phase: round.phase().code(),
            void: frame.void.map(game::Void::code),
            voided_by: round.voided_by().map(|peer| game.name_of(&peer).to_owned()),
            guesses: guesses.collect(),
            steps: None,
        }
    }

    /// The same, with how it stood before each guess and in the end.
    pub(super) fn step_by_step(game: &game::Game, round: &Round) -> Self {
        let steps = (0..=round.guesses().len()).map(|guesses| {
            let then = round.after(guesses);
            Step {
                mask: then.mask_text(),
                chances_left: then.chances_left(),
            }
        });
        Self {
            steps: Some(steps.collect()),
            ..Self::of(game, round)
        }
    }
}
