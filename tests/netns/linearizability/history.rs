//! What players saw of one room, and whether one game, played in one order,
//! explains it: linearizability (Herlihy and Wing), searched for by an existing
//! checker. The game here is a model of its own, written from the rules and not
//! from the program, so that the program is not its own judge.

use std::{
    collections::BTreeMap,
    sync::{Arc, mpsc},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use todc_utils::{Action, History, Specification, WGLChecker};

/// The secrets of `kanna#1` and those after it.
pub const SECRETS: [&str; 3] = ["kanna kamui", "dragon egg", "fire-breathing"];

/// A check takes milliseconds. One that does not end has shown nothing.
const CHECK_PATIENCE: Duration = Duration::from_secs(60);

/// The fields of a game that the model knows. The others are who sits there,
/// and the index of the last change, which a seat changes too.
const FIELDS: [&str; 8] = [
    "round",
    "phase",
    "mask",
    "guesses",
    "wrong",
    "chances_left",
    "secret",
    "given_up",
];

/// What a player asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    Guess(char),
    /// Which of [`SECRETS`].
    Start(usize),
    Read,
}

/// What a player is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The outcome, or why the game refused it.
    Said(String),
    /// To a read.
    Shown(Value),
}

impl Answer {
    /// The part of a printed game that the model knows.
    pub fn shown(game: &Value) -> Self {
        let known = FIELDS.map(|field| (field.to_owned(), game[field].clone()));
        Self::Shown(Value::Object(known.into_iter().collect()))
    }
}

/// One command of one player, in times since the history began.
#[derive(Clone, Debug)]
pub struct Op {
    pub player: usize,
    pub call: Call,
    /// Before it was sent.
    pub called: Duration,
    /// When the reply had arrived; without one the command may have taken
    /// effect at any time since, or may yet, or never.
    pub answer: Option<(Duration, Answer)>,
}

/// The longest list of guesses that any read showed of each round. Lists only
/// grow, so each state of a round begins with that list, or is a beginning of it.
#[derive(Debug, Default)]
struct Seen(BTreeMap<u64, Vec<(char, usize)>>);

impl Seen {
    fn of(ops: &[Op]) -> Self {
        let mut seen = Self::default();
        for op in ops {
            let Some((_, Answer::Shown(game))) = &op.answer else {
                continue;
            };
            let guesses = game["guesses"].as_array().into_iter().flatten();
            let guesses: Option<Vec<(char, usize)>> = guesses
                .map(|guess| {
                    let letter = guess["letter"].as_str()?.parse().ok()?;
                    let player = guess["player"].as_str()?.strip_prefix('P')?;
                    Some((letter, player.parse().ok()?))
                })
                .collect();
            let (round, guesses) = game["round"].as_u64().zip(guesses).expect("a game");
            let longest = seen.0.entry(round).or_default();
            if guesses.len() > longest.len() {
                *longest = guesses;
            }
        }
        seen
    }

    fn allows(&self, game: &Model) -> bool {
        let longest = self.0.get(&u64::from(game.round)).into_iter().flatten();
        longest.zip(&game.guesses).all(|(seen, made)| seen == made)
    }
}

/// The game as the rules say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Model {
    round: u32,
    secret: &'static str,
    /// Letters, and whose they are.
    guesses: Vec<(char, usize)>,
    given_up: Option<&'static str>,
    /// All that was answered has been: see [`Model::apply`].
    ended: bool,
}

impl Model {
    fn play(&mut self, player: usize, call: Call) -> Answer {
        let said = |word: &str| Answer::Said(word.to_owned());
        match call {
            Call::Read => Answer::Shown(self.show()),
            Call::Start(which) => {
                self.given_up = (self.phase() == "guessing").then_some(self.secret);
                self.round += 1;
                self.secret = SECRETS[which];
                self.guesses.clear();
                said("started")
            }
            Call::Guess(_) if self.round == 0 => said("no_round"),
            Call::Guess(_) if self.phase() != "guessing" => said("round_over"),
            Call::Guess(letter) if self.has(letter) => said("repeat"),
            Call::Guess(letter) => {
                self.guesses.push((letter, player));
                said(self.outcome(letter))
            }
        }
    }

    fn has(&self, letter: char) -> bool {
        self.guesses.iter().any(|(guessed, _)| *guessed == letter)
    }

    fn outcome(&self, letter: char) -> &'static str {
        if self.secret.contains(letter) {
            "hit"
        } else {
            "miss"
        }
    }

    fn wrong(&self) -> Vec<String> {
        let letters = self.guesses.iter().map(|(letter, _)| letter);
        let wrong = letters.filter(|letter| !self.secret.contains(**letter));
        wrong.map(char::to_string).collect()
    }

    fn phase(&self) -> &'static str {
        let is_open = |c: char| !c.is_alphabetic() || self.has(c);
        match () {
            () if self.round == 0 => "lobby",
            () if self.wrong().len() >= 6 => "lost",
            () if self.secret.chars().all(is_open) => "won",
            () => "guessing",
        }
    }

    fn show(&self) -> Value {
        let is_hidden = |c: char| c.is_alphabetic() && !self.has(c);
        let mask = self
            .secret
            .chars()
            .map(|c| if is_hidden(c) { '_' } else { c });
        let guesses = self.guesses.iter().map(|(letter, player)| {
            json!({
                "letter": letter.to_string(),
                "player": format!("P{player}"),
                "outcome": self.outcome(*letter),
            })
        });
        let wrong = self.wrong();
        let is_over = ["won", "lost"].contains(&self.phase());
        json!({
            "round": self.round,
            "phase": self.phase(),
            "mask": (self.round > 0).then(|| mask.collect::<String>()),
            "guesses": guesses.collect::<Vec<_>>(),
            "chances_left": 6 - wrong.len(),
            "wrong": wrong,
            "secret": is_over.then_some(self.secret),
            "given_up": self.given_up,
        })
    }
}

impl Specification for Model {
    type State = Self;
    /// `None` stands for the end, which comes after all answers.
    type Operation = (Option<Arc<Op>>, Arc<Seen>);

    fn init() -> Self {
        Self::default()
    }

    /// A command without an answer takes effect at some place before the end, or
    /// is put off until then, where it has none. Places where it would change
    /// nothing are the same as the end, and places that a read disproves later
    /// are none: without either there is far less to search.
    fn apply((op, seen): &Self::Operation, before: &Self) -> (bool, Self) {
        let mut after = before.clone();
        let Some(op) = op else {
            after.ended = true;
            return (true, after);
        };
        let said = after.play(op.player, op.call);
        let is_valid = match &op.answer {
            Some((_, heard)) => *heard == said,
            None if before.ended => return (true, before.clone()),
            None => after != *before && seen.allows(&after),
        };
        (is_valid, if is_valid { after } else { before.clone() })
    }
}

/// Whether one game explains all answers, and how long it took to find out;
/// none if that is not found out in time.
pub fn check(ops: &[Op]) -> Option<(bool, Duration)> {
    /// The order of two things at one moment: then they count as concurrent.
    const CALLED: u8 = 0;
    const ANSWERED: u8 = 1;
    let seen = Arc::new(Seen::of(ops));
    let mut actions = Vec::new();
    for (n, op) in ops.iter().cloned().map(Arc::new).enumerate() {
        // A read without an answer says nothing.
        if op.answer.is_none() && op.call == Call::Read {
            continue;
        }
        let called = op.called;
        let answered = op.answer.as_ref().map_or(Duration::MAX, |(at, _)| *at);
        let op = (Some(op), Arc::clone(&seen));
        actions.push((called, CALLED, n, Action::Call(op.clone())));
        actions.push((answered, ANSWERED, n, Action::Response(op)));
    }
    let (end, n) = (Duration::MAX, ops.len());
    let op = (None, seen);
    actions.push((end, CALLED, n, Action::Call(op.clone())));
    actions.push((end, ANSWERED, n, Action::Response(op)));
    actions.sort_by_key(|(at, what, n, _)| (*at, *what, *n));
    // Each command is a process of its own: a player who was not answered goes
    // on, and order in time is all that counts.
    let actions = actions.into_iter().map(|(_, _, n, action)| (n, action));
    let history = History::from_actions(actions.collect());
    let (found, answer) = mpsc::channel();
    let began = Instant::now();
    std::thread::spawn(move || {
        let is_linearizable = WGLChecker::<Model>::is_linearizable(history);
        // Nobody waits any more if it took too long.
        let _ = found.send(is_linearizable);
    });
    let is_linearizable = answer.recv_timeout(CHECK_PATIENCE).ok()?;
    Some((is_linearizable, began.elapsed()))
}

/// Prints a history in the order of its calls.
pub fn print(ops: &[Op]) {
    let mut ops: Vec<&Op> = ops.iter().collect();
    ops.sort_by_key(|op| op.called);
    for op in ops {
        let (player, call, called) = (op.player, op.call, op.called);
        match &op.answer {
            None => println!("{called:>12.4?} P{player} {call:?}: no answer"),
            Some((at, Answer::Said(said))) => {
                println!("{called:>12.4?} P{player} {call:?}: {said} at {at:.4?}");
            }
            Some((at, Answer::Shown(game))) => {
                let (round, mask, wrong) = (&game["round"], &game["mask"], &game["wrong"]);
                println!("{called:>12.4?} P{player} reads {round} {mask} {wrong} at {at:.4?}");
            }
        }
    }
}

#[cfg(test)]
mod tests;
