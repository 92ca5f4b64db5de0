//! What players do in a round, and at the table.

use std::sync::Arc;

use super::{
    Action, ChatLine, Content, Game, Letter, MAX_LINES, MAX_PLAYERS, Mode, Outcome, PeerId, Phase,
    Question, Rejection, Round, Said, Salt, Sealed, Secret, Settings, Void, answer,
    sealed::put_right,
};

impl Round {
    /// What the program of its setter, who knows the secret, does next by itself;
    /// `None` if nothing is asked of it. `luck` chooses the letter of a hint.
    #[must_use]
    pub fn setter_action(&self, secret: &Secret, salt: Salt, luck: u64) -> Option<Action> {
        let round = self.number();
        match self.phase() {
            Phase::Revealing => Some(Action::Reveal {
                round,
                secret: secret.clone(),
                salt,
            }),
            Phase::Guessing => {
                let question = &self.asked().next()?.question;
                let (letter, cells) = answer(question, secret, self.open(), luck);
                Some(Action::Answer {
                    round,
                    nth: u32::try_from(self.guesses().len()).unwrap_or(u32::MAX),
                    letter,
                    cells,
                })
            }
            _ => None,
        }
    }
}

impl Game {
    pub(super) fn must_own(&self, by: &PeerId) -> Result<(), Rejection> {
        if self.table.owner == Some(*by) {
            Ok(())
        } else {
            Err(Rejection::NotOwner)
        }
    }

    /// Whether a player may try something now, in the round that is meant.
    ///
    /// # Errors
    /// If not: why.
    pub fn must_play(&self, by: &PeerId, expected: Option<u32>) -> Result<(), Rejection> {
        let round = self.round.as_ref().ok_or(Rejection::NoRound)?;
        if expected.is_some_and(|number| number != round.number()) {
            return Err(Rejection::RoundChanged);
        }
        if self.players.get(by).is_some_and(|player| player.watching) {
            return Err(Rejection::Watching);
        }
        if round.frame.setter == Some(*by) {
            return Err(Rejection::YouSetIt);
        }
        let in_turns = round.frame.mode == Mode::Turns && round.is_on();
        if in_turns && round.frame.turn != Some(*by) {
            return Err(Rejection::NotYourTurn);
        }
        Ok(())
    }

    pub(super) fn guess(
        &mut self,
        index: u64,
        by: PeerId,
        question: Question,
    ) -> Result<Outcome, Rejection> {
        let round = self.round.as_mut().ok_or(Rejection::NoRound)?;
        let letters: &[Letter] = match &question {
            Question::Letter(letter) => &[*letter],
            Question::Whole(whole) => whole.letters(),
            Question::Hint { .. } => &[],
        };
        if !letters.iter().all(|letter| round.frame.has(*letter)) {
            return Err(Rejection::NotInAlphabet);
        }
        let outcome = round.try_at(by, question, index)?;
        let passes = matches!(outcome, Outcome::Hit | Outcome::Miss);
        if passes && round.frame.turn.is_some() && round.is_on() {
            self.pass_turn();
        }
        Ok(outcome)
    }

    /// The next one at the table has the turn.
    pub(super) fn pass_turn(&mut self) {
        let turn = self.round.as_ref().and_then(|round| round.frame.turn);
        let joined = turn.map_or(0, |peer| self.joined_of(&peer));
        let next = self.next_after(joined);
        if let Some(round) = &mut self.round {
            round.frame.turn = next;
            round.next_step();
        }
    }

    /// A turn of somebody who is gone is nobody's.
    pub(super) fn settle_turn(&mut self) {
        let Some(round) = &self.round else { return };
        if round.frame.mode != Mode::Turns || round.phase() != Phase::Guessing {
            return;
        }
        let gone = round.frame.turn.is_some_and(|turn| !self.plays(&turn));
        let awaited = round.frame.turn.is_none() && self.at_table().next().is_some();
        if gone || awaited {
            self.pass_turn();
        }
    }

    /// Without its setter a round cannot go on.
    pub(super) fn settle_setter(&mut self) {
        let Some(round) = &self.round else { return };
        let gone = round
            .frame
            .setter
            .is_some_and(|setter| !self.plays(&setter));
        if gone && round.is_on() {
            self.void(Void::SetterGone);
        }
    }

    pub(super) fn void(&mut self, why: Void) {
        if let Some(round) = &mut self.round {
            round.frame.void = Some(why);
            if let Content::Sealed(sealed) = &mut round.content {
                sealed.asked.clear();
            }
        }
    }

    // ---- the setter ----

    fn setters_round(&mut self, by: &PeerId, number: u32) -> Result<&mut Round, Rejection> {
        let round = self.round.as_mut().ok_or(Rejection::NoRound)?;
        if round.number() != number {
            return Err(Rejection::RoundChanged);
        }
        if round.frame.setter != Some(*by) || round.phase().is_over() {
            return Err(Rejection::NotSetter);
        }
        Ok(round)
    }

    pub(super) fn seal_secret(
        &mut self,
        by: &PeerId,
        number: u32,
        sealed: Sealed,
        clue: String,
    ) -> Result<Outcome, Rejection> {
        let round = self.setters_round(by, number)?;
        if round.phase() != Phase::Setting {
            return Err(Rejection::NotSetter);
        }
        round.content = Content::Sealed(sealed);
        round.clue = clue;
        round.next_step();
        Ok(Outcome::Started)
    }

    pub(super) fn answer(
        &mut self,
        by: &PeerId,
        (number, nth): (u32, u32),
        hint: Option<Letter>,
        cells: u64,
    ) -> Result<Outcome, Rejection> {
        let round = self.setters_round(by, number)?;
        let made = u32::try_from(round.guesses.len()).unwrap_or(u32::MAX);
        let phase = round.phase();
        let hidden = round.letter_cells() & !round.open();
        let fits_hint = hint.is_some_and(|letter| {
            let is_new = round.guesses.iter().all(|g| g.letter() != Some(letter));
            is_new && round.frame.has(letter)
        });
        let Content::Sealed(sealed) = &mut round.content else {
            return Err(Rejection::NotSetter);
        };
        let asked = sealed.asked.front().ok_or(Rejection::NotSetter)?;
        if made != nth || phase != Phase::Guessing {
            return Err(Rejection::NotSetter);
        }
        let fits = match asked.question {
            Question::Letter(_) => hint.is_none(),
            Question::Whole(_) => hint.is_none() && (cells == 0 || cells == hidden),
            Question::Hint { .. } => cells != 0 && fits_hint,
        };
        let tried = asked
            .question
            .tried(hint)
            .filter(|_| fits && cells & !hidden == 0);
        let tried = tried.ok_or(Rejection::BadAnswer)?;
        let (by, index) = (asked.by, asked.index);
        sealed.asked.pop_front();
        round.note(tried, by, cells, index);
        round.drop_answered();
        round.next_step();
        Ok(Outcome::Done)
    }

    pub(super) fn reveal(
        &mut self,
        by: &PeerId,
        number: u32,
        secret: Secret,
        salt: &Salt,
    ) -> Result<Outcome, Rejection> {
        let round = self.setters_round(by, number)?;
        if round.phase() != Phase::Revealing {
            return Err(Rejection::NotSetter);
        }
        let is_true = secret.letters().all(|letter| round.frame.has(letter));
        if let Content::Sealed(sealed) = &mut round.content {
            let is_sealed = is_true && sealed.is_of(&secret, salt, &round.clue);
            if !is_sealed || !put_right(&mut round.guesses, &secret) {
                round.frame.void = Some(Void::FalseAnswer);
            }
            sealed.revealed = is_sealed.then_some(secret);
        }
        Ok(Outcome::Done)
    }

    pub(super) fn give_up(&mut self, by: &PeerId, number: u32) -> Result<Outcome, Rejection> {
        self.setters_round(by, number)?;
        self.void(Void::GivenUp);
        Ok(Outcome::Done)
    }

    // ---- at the table ----

    pub(super) fn configure(
        &mut self,
        by: &PeerId,
        settings: Settings,
    ) -> Result<Outcome, Rejection> {
        self.must_own(by)?;
        if !settings.are_valid() {
            return Err(Rejection::BadSettings);
        }
        let now = &self.table.settings;
        if *now == settings {
            return Ok(Outcome::Unchanged);
        }
        // The door can be locked at any time.
        let only_the_door = Settings {
            locked: now.locked,
            ..settings.clone()
        } == *now;
        if self.match_on().is_some() && !only_the_door {
            return Err(Rejection::MatchOn);
        }
        self.table.settings = settings;
        if !self.table.settings.locked {
            self.table.knocks.clear();
            self.table.refused.clear();
        }
        Ok(Outcome::Done)
    }

    pub(super) fn set_ready(&mut self, by: PeerId, ready: bool) -> Outcome {
        let before = self.players.get(&by).map(|player| player.ready);
        self.change(by, |player| player.ready = ready);
        done_if(before != Some(ready))
    }

    pub(super) fn say(&mut self, by: PeerId, said: Said) -> Outcome {
        self.table.said = self.table.said.saturating_add(1);
        let number = self.table.said;
        self.table
            .talk
            .push_back(Arc::new(ChatLine { number, by, said }));
        if self.table.talk.len() > MAX_LINES {
            self.table.talk.pop_front();
        }
        Outcome::Said
    }

    pub(super) fn watch(&mut self, by: PeerId, watching: bool) -> Result<Outcome, Rejection> {
        let before = self.players.get(&by).map(|player| player.watching);
        if before == Some(watching) {
            return Ok(Outcome::Unchanged);
        }
        if !watching && self.at_table().count() >= MAX_PLAYERS {
            return Err(Rejection::Full);
        }
        self.change(by, |player| {
            player.watching = watching;
            player.ready = false;
        });
        self.begin_score(by);
        Ok(Outcome::Done)
    }

    pub(super) fn take_owner(&mut self, by: PeerId) -> Result<Outcome, Rejection> {
        if self.table.founder != Some(by) {
            return Err(Rejection::NotFounder);
        }
        if self.table.owner == Some(by) {
            return Ok(Outcome::Unchanged);
        }
        // Whoever asks is here, even if the leader has not noticed yet.
        self.change(by, |player| player.here = true);
        self.table.owner = Some(by);
        Ok(Outcome::Done)
    }

    /// Sends somebody away. Who is a member is not known here, so it may be anybody.
    pub(super) fn remove(
        &mut self,
        by: &PeerId,
        peer: PeerId,
        lock: bool,
    ) -> Result<Outcome, Rejection> {
        self.must_own(by)?;
        if peer == *by {
            return Err(Rejection::NoSuchPlayer);
        }
        if self.table.founder == Some(peer) {
            return Err(Rejection::Founder);
        }
        let locks = lock && !self.table.settings.locked;
        self.table.settings.locked |= lock;
        let is_new = !self.is_removed(&peer);
        if is_new {
            self.change(peer, |player| {
                player.here = false;
                player.ready = false;
            });
            self.table.remove(peer);
            // One with a PIN may have let in many keys: who has not come yet asks again.
            let players = &self.players;
            let guests = &mut self.table.guests;
            guests.retain(|guest| players.contains_key(guest));
        }
        Ok(done_if(is_new || locks))
    }
}

pub(super) fn done_if(changed: bool) -> Outcome {
    if changed {
        Outcome::Done
    } else {
        Outcome::Unchanged
    }
}

impl Round {
    /// Drops questions that have an answer meanwhile, or can have none.
    fn drop_answered(&mut self) {
        let over = self.phase() != Phase::Guessing;
        let last = self.chances_left() <= 1;
        let known: Vec<Letter> = self.guesses.iter().filter_map(|g| g.letter()).collect();
        if let Content::Sealed(sealed) = &mut self.content {
            sealed.asked.retain(|asked| {
                !over
                    && match &asked.question {
                        Question::Letter(letter) => !known.contains(letter),
                        Question::Hint { paid } => !(*paid && last),
                        Question::Whole(_) => true,
                    }
            });
        }
    }
}
