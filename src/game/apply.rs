//! Applies what players do, and what the leader of the cluster observes: time, and
//! who is here.

use std::sync::Arc;

use super::{
    Action, Alphabet, AnswerToAll, Content, Door, Frame, Game, GivenUp, MAX_KNOCKS, Mode,
    Observation, Outcome, PeerId, Phase, Question, Rejection, Round, Sealed, Secret, Void,
    play::done_if,
};

impl Game {
    /// Applies one action of a player, which entry `index` of the log brought.
    ///
    /// # Errors
    /// A [`Rejection`] leaves the game exactly as it was.
    pub fn apply(&mut self, index: u64, by: PeerId, action: Action) -> Result<Outcome, Rejection> {
        if action.rules() > self.table.rules {
            return Err(Rejection::OldRules);
        }
        if self.is_removed(&by) {
            return Err(Rejection::Removed);
        }
        if let Action::TakeSeat { name } = action {
            self.seat(by, name);
            self.settle();
            return Ok(Outcome::Seated);
        }
        if !self.players.contains_key(&by) {
            return Err(Rejection::NotSeated);
        }
        let outcome = self.act(index, by, action)?;
        self.settle();
        Ok(outcome)
    }

    fn act(&mut self, index: u64, by: PeerId, action: Action) -> Result<Outcome, Rejection> {
        match action {
            // Taken above.
            Action::TakeSeat { .. } => Ok(Outcome::Seated),
            Action::Guess { letter, round } => {
                self.must_play(&by, round)?;
                self.guess(index, by, Question::Letter(letter))
            }
            Action::Solve { whole, round } => {
                self.must_play(&by, round)?;
                self.guess(index, by, Question::Whole(whole))
            }
            Action::Hint { round } => {
                self.must_play(&by, round)?;
                let paid = self
                    .round
                    .as_ref()
                    .ok_or(Rejection::NoRound)?
                    .price_of_hint()?;
                self.guess(index, by, Question::Hint { paid })
            }
            Action::StartRound {
                pack,
                clue,
                secret,
                alphabet,
                after_round,
            } => self.start_round(by, pack, clue, secret, alphabet, after_round),
            Action::Configure(settings) => self.configure(&by, settings),
            Action::Ready(ready) => Ok(self.set_ready(by, ready)),
            Action::StartMatch {
                deal,
                alphabet,
                force,
                after_match,
            } => self.start_match(by, deal, alphabet, force, after_match),
            Action::NextRound { after_round, deal } => self.next_round(by, after_round, deal),
            Action::StopMatch => self.stop_match(by),
            Action::Seal {
                round,
                commitment,
                shape,
                clue,
            } => self.seal_secret(&by, round, Sealed::new(commitment, shape)?, clue),
            Action::Answer {
                round,
                nth,
                letter,
                cells,
            } => self.answer(&by, (round, nth), letter, cells),
            Action::Reveal {
                round,
                secret,
                salt,
            } => self.reveal(&by, round, secret, &salt),
            Action::GiveUp { round } => self.give_up(&by, round),
            Action::Say(said) => Ok(self.say(by, said)),
            Action::Watch(watching) => self.watch(by, watching),
            Action::PassOwner(peer) => {
                self.must_own(&by)?;
                let here = self.players.get(&peer).filter(|player| player.here);
                here.ok_or(Rejection::NoSuchPlayer)?;
                self.table.owner = Some(peer);
                Ok(Outcome::Done)
            }
            Action::TakeOwner => self.take_owner(by),
            Action::Remove { peer, lock } => self.remove(&by, peer, lock),
            Action::LetIn(peer) => {
                self.must_own(&by)?;
                let is_listed = self.table.guests.contains(&peer);
                let is_in = is_listed || self.players.contains_key(&peer);
                if is_in && !self.is_removed(&peer) {
                    return Ok(Outcome::Unchanged);
                }
                self.table.let_in(peer);
                Ok(Outcome::Done)
            }
            Action::Refuse(peer) => {
                self.must_own(&by)?;
                if !self.table.knocks.contains_key(&peer) {
                    return Err(Rejection::NoSuchPlayer);
                }
                self.table.refuse(peer);
                Ok(Outcome::Done)
            }
            Action::AnswerAll { let_in } => {
                self.must_own(&by)?;
                self.table.answer_all(AnswerToAll { index, let_in });
                Ok(Outcome::Done)
            }
        }
    }

    /// What follows from what has changed: whose room it is, whose turn it is,
    /// and whether the round is over.
    pub(super) fn settle(&mut self) {
        self.settle_owner();
        self.settle_setter();
        self.settle_turn();
        self.count_round();
    }

    /// Forgets a player who holds no seat any more. What they guessed stays.
    pub fn forget(&mut self, peer: &PeerId) {
        self.players.remove(peer);
        self.settle();
    }

    fn start_round(
        &mut self,
        by: PeerId,
        pack: String,
        clue: String,
        secret: Secret,
        alphabet: Option<Arc<Alphabet>>,
        expected: Option<u32>,
    ) -> Result<Outcome, Rejection> {
        let newest = self.round.as_ref().map_or(0, Round::number);
        if expected.is_some_and(|number| number != newest) {
            return Err(Rejection::RoundChanged);
        }
        if self.match_on().is_some() {
            return Err(Rejection::MatchOn);
        }
        let replaced = self
            .round
            .as_ref()
            .filter(|round| round.phase() == Phase::Guessing);
        self.given_up = replaced.and_then(|round| {
            Some(GivenUp {
                number: round.number(),
                secret: round.secret()?.text(),
                by,
            })
        });
        self.stop_round();
        let (number, content) = (newest.saturating_add(1), Content::Open(secret));
        let frame = Frame {
            alphabet,
            ..Frame::default()
        };
        self.round = Some(Round::new(number, by, pack, clue, content, frame));
        Ok(Outcome::Started)
    }
}

/// What a round waits for, within a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// For a guess of the player whose turn it is.
    Turn,
    /// For a secret.
    Setting,
    /// For the setter's program, to answer or to show the secret.
    Answer,
}

impl Wait {
    /// What this round waits for; `None` if it may take its time.
    pub fn of(round: &Round) -> Option<Self> {
        match round.phase() {
            Phase::Setting => Some(Self::Setting),
            Phase::Revealing => Some(Self::Answer),
            Phase::Guessing if round.asked().next().is_some() => Some(Self::Answer),
            Phase::Guessing if round.frame().mode == Mode::Turns => Some(Self::Turn),
            _ => None,
        }
    }
}

impl Game {
    /// Applies an observation. Nothing is refused: what has changed meanwhile is
    /// [`Outcome::Unchanged`].
    pub fn observe(&mut self, observation: Observation) -> Outcome {
        let outcome = match observation {
            Observation::Rules(rules) => {
                let is_newer = rules > self.table.rules;
                self.table.rules = self.table.rules.max(rules);
                done_if(is_newer)
            }
            Observation::Presence { peer, here } => {
                let player = self.players.get(&peer);
                let known = player.is_some_and(|p| p.here != here) && !self.is_removed(&peer);
                self.change(peer, |player| {
                    if known {
                        player.here = here;
                        player.ready = false;
                    }
                });
                if known && here {
                    self.begin_score(peer);
                }
                done_if(known)
            }
            Observation::TimeUp { round, step } => self.time_is_up(round, step),
            Observation::Knock { peer, name } => {
                let may_knock = matches!(self.door(&peer), Door::Locked | Door::Open);
                let is_new = may_knock
                    && !self.knows(&peer)
                    && self.table.knocks.len() < MAX_KNOCKS
                    && self.table.knocks.get(&peer) != Some(&name);
                if is_new {
                    self.table.knocks.insert(peer, name);
                }
                done_if(is_new)
            }
            Observation::KnockWithdrawn(peer) => done_if(self.table.knocks.remove(&peer).is_some()),
        };
        self.settle();
        outcome
    }

    fn time_is_up(&mut self, number: u32, step: u32) -> Outcome {
        let is_meant = |round: &&Round| round.number() == number && round.step() == step;
        let Some(round) = self.round.as_ref().filter(is_meant) else {
            return Outcome::Unchanged;
        };
        match Wait::of(round) {
            None => Outcome::Unchanged,
            Some(Wait::Turn) => {
                self.pass_turn();
                Outcome::Done
            }
            Some(Wait::Setting | Wait::Answer) => {
                self.void(Void::TooSlow);
                Outcome::Done
            }
        }
    }
}
