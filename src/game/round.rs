//! One round: a secret, and the tries at it.

use std::sync::Arc;

use super::{
    Alphabet, GuessMade, Letter, MAX_SECRET_CELLS, Mode, Outcome, PeerId, Rejection, Secret, Tried,
    Whole,
    sealed::{Asked, MAX_ASKED, Question, Sealed},
};
use crate::coded_enum::coded_enum;

/// How many misses a round allows: the sixth loses it. One balloon each.
pub const CHANCES: u32 = 6;

/// The most tries that a round keeps: each of them uncovers a cell or costs a chance.
pub const MAX_GUESSES: usize = MAX_SECRET_CELLS + CHANCES as usize;

/// Up to so many letters, the first hint is free.
pub const SHORT: u32 = 4;

coded_enum! {
    /// Where a game stands.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Phase {
        /// No round yet.
        Lobby = "lobby",
        /// The setter chooses a secret.
        Setting = "setting",
        /// Letters are being guessed.
        Guessing = "guessing",
        /// The round is decided, and its setter is to show the secret.
        Revealing = "revealing",
        /// Every letter was found.
        Won = "won",
        /// Every chance was used.
        Lost = "lost",
        /// The round was broken off, or its setter lied.
        Void = "void",
    }
}

coded_enum! {
    /// Why a round did not come to its end.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Void {
        /// The setter took too long.
        TooSlow = "too_slow",
        /// The setter left, or was cut off.
        SetterGone = "setter_gone",
        /// The setter gave it up.
        GivenUp = "given_up",
        /// What was shown in the end is not what was sealed or answered.
        FalseAnswer = "false_answer",
        /// The match was stopped, or another round was started in its place.
        Stopped = "stopped",
    }
}

/// What is known of the secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Nothing yet: the setter is to choose it.
    Unset,
    /// All of it, on every node.
    Open(Secret),
    /// What its setter has told.
    Sealed(Sealed),
}

/// A round, from its secret to its end. Its phase, mask and chances follow
/// from the tries; none of them is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Round {
    /// Counts the rounds of a room from 1.
    pub(crate) number: u32,
    /// Who started it.
    pub(crate) started_by: PeerId,
    pub(crate) pack: String,
    pub(crate) clue: String,
    pub(crate) content: Content,
    pub(crate) guesses: Vec<GuessMade>,
    pub(crate) frame: Frame,
}

/// How a round of a match is played.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// In which match; 0 if in none.
    pub in_match: u32,
    /// Who guesses.
    pub mode: Mode,
    /// What can be guessed; without one, any letter.
    pub alphabet: Option<Arc<Alphabet>>,
    /// Who knows the secret, in [`Mode::Setter`].
    pub setter: Option<PeerId>,
    /// Whose turn it is, in [`Mode::Turns`].
    pub turn: Option<PeerId>,
    /// Counts what must happen in time: a new number, a new clock.
    pub step: u32,
    /// Why it did not come to its end, if so.
    pub void: Option<Void>,
}

impl Frame {
    /// Whether this letter can be guessed.
    pub fn has(&self, letter: Letter) -> bool {
        let alphabet = self.alphabet.as_ref();
        alphabet.is_none_or(|alphabet| alphabet.has(letter))
    }
}

impl Phase {
    /// Whether a round has come to its end.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Won | Self::Lost | Self::Void)
    }
}

impl Round {
    pub(super) fn new(
        number: u32,
        started_by: PeerId,
        pack: String,
        clue: String,
        content: Content,
        frame: Frame,
    ) -> Self {
        Self {
            number,
            started_by,
            pack,
            clue,
            content,
            guesses: Vec::new(),
            frame,
        }
    }

    /// Tries at the secret, if that is known here; else the setter is asked.
    pub(super) fn try_at(
        &mut self,
        by: PeerId,
        question: Question,
        index: u64,
    ) -> Result<Outcome, Rejection> {
        match self.phase() {
            Phase::Guessing => {}
            Phase::Setting => return Err(Rejection::NotSealed),
            _ => return Err(Rejection::RoundOver),
        }
        if self.was_tried(&question) {
            return Ok(Outcome::Repeat);
        }
        let open = self.open();
        match &mut self.content {
            Content::Unset => Err(Rejection::NotSealed),
            Content::Sealed(sealed) => {
                if sealed.asked.len() >= MAX_ASKED {
                    return Err(Rejection::NotSealed);
                }
                if sealed.asked.is_empty() {
                    self.frame.step = self.frame.step.saturating_add(1);
                }
                sealed.asked.push_back(Asked {
                    question,
                    by,
                    index,
                });
                Ok(Outcome::Asked)
            }
            Content::Open(secret) => {
                // The log's order is as good as chance, and the same everywhere.
                let (letter, cells) = super::sealed::answer(&question, secret, open, index);
                let tried = question.tried(letter).ok_or(Rejection::NoHint)?;
                Ok(self.note(tried, by, cells, index))
            }
        }
    }

    /// Notes what came of a try.
    pub(super) fn note(&mut self, tried: Tried, by: PeerId, cells: u64, index: u64) -> Outcome {
        let outcome = match tried {
            Tried::Hint { .. } => Outcome::Hinted,
            _ if cells == 0 => Outcome::Miss,
            _ => Outcome::Hit,
        };
        self.guesses.push(GuessMade {
            tried,
            by,
            cells,
            index,
        });
        outcome
    }

    /// Whether a hint costs a chance; refused if it would cost the last one.
    ///
    /// # Errors
    /// [`Rejection::NoHint`], also while another hint is waited for.
    pub fn price_of_hint(&self) -> Result<bool, Rejection> {
        let is_hint = |guess: &&GuessMade| matches!(guess.tried, Tried::Hint { .. });
        let mut waiting = self.asked();
        let waits = waiting.any(|asked| matches!(asked.question, Question::Hint { .. }));
        if waits {
            // One at a time.
            return Err(Rejection::NoHint);
        }
        let given = self.guesses.iter().filter(is_hint).count();
        if given == 0 && self.letter_cells().count_ones() <= SHORT {
            return Ok(false);
        }
        if self.chances_left() <= 1 {
            return Err(Rejection::NoHint);
        }
        Ok(true)
    }

    /// The round as it was after its first tries, to step through it.
    pub fn after(&self, tries: usize) -> Self {
        let mut then = self.clone();
        then.guesses.truncate(tries);
        then
    }

    /// Where the round stands; never [`Phase::Lobby`].
    pub fn phase(&self) -> Phase {
        if self.frame.void.is_some() {
            return Phase::Void;
        }
        let hidden = match &self.content {
            Content::Unset => return Phase::Setting,
            Content::Open(_) => false,
            Content::Sealed(sealed) => sealed.revealed.is_none(),
        };
        let lost = self.chances_left() == 0;
        if !lost && self.letter_cells() & !self.open() != 0 {
            return Phase::Guessing;
        }
        match (hidden, lost) {
            (true, _) => Phase::Revealing,
            (false, true) => Phase::Lost,
            (false, false) => Phase::Won,
        }
    }

    /// Whether the round has not come to its end: its secret is being chosen,
    /// guessed or shown.
    pub fn is_on(&self) -> bool {
        !self.phase().is_over()
    }

    /// Whose fault it is that the round is void: its setter's. Then it counts
    /// for all others. `None` if it is not void, or was stopped for all.
    pub fn voided_by(&self) -> Option<PeerId> {
        let why = self.frame.void.filter(|why| *why != Void::Stopped);
        why.and(self.frame.setter)
    }

    /// Chances that are left, 0 to [`CHANCES`].
    pub fn chances_left(&self) -> u32 {
        let used = self.guesses.iter().filter(|guess| guess.costs()).count();
        CHANCES.saturating_sub(u32::try_from(used).unwrap_or(CHANCES))
    }

    /// The tries that missed, in order.
    pub fn misses(&self) -> impl Iterator<Item = &GuessMade> {
        self.guesses.iter().filter(|guess| !guess.is_hit())
    }

    /// Counts the rounds of a room from 1.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// The id of its word pack.
    pub fn pack(&self) -> &str {
        &self.pack
    }

    /// Its clue; may be empty.
    pub fn clue(&self) -> &str {
        &self.clue
    }

    /// What is known of the secret.
    pub fn content(&self) -> &Content {
        &self.content
    }

    /// The secret, if it is known here. Whoever shows it must ask
    /// [`Round::phase`] first.
    pub fn secret(&self) -> Option<&Secret> {
        match &self.content {
            Content::Unset => None,
            Content::Open(secret) => Some(secret),
            Content::Sealed(sealed) => sealed.revealed.as_ref(),
        }
    }

    /// The tries that counted, in order.
    pub fn guesses(&self) -> &[GuessMade] {
        &self.guesses
    }

    /// How it is played.
    pub fn frame(&self) -> &Frame {
        &self.frame
    }

    /// Counts what must happen in time.
    pub fn step(&self) -> u32 {
        self.frame.step
    }

    pub(super) fn next_step(&mut self) {
        self.frame.step = self.frame.step.saturating_add(1);
    }

    /// Whether somebody took part in it: guessed, or set the secret.
    pub fn is_of(&self, peer: &PeerId) -> bool {
        let guessed = self.guesses.iter().any(|guess| guess.by == *peer);
        let is_set = self.content != Content::Unset;
        guessed || is_set && self.frame.setter == Some(*peer)
    }

    /// What waits for the setter, the first one first.
    pub fn asked(&self) -> impl Iterator<Item = &Asked> {
        let sealed = match &self.content {
            Content::Sealed(sealed) => Some(sealed),
            Content::Unset | Content::Open(_) => None,
        };
        sealed.into_iter().flat_map(|sealed| &sealed.asked)
    }

    /// Whether a letter was tried, or waits for the setter.
    pub fn knows(&self, letter: Letter) -> bool {
        self.was_tried(&Question::Letter(letter))
    }

    fn was_tried(&self, question: &Question) -> bool {
        let is_same = |tried: &Tried| match (question, tried) {
            (Question::Letter(asked), tried) => tried.letter() == Some(*asked),
            (Question::Whole(asked), Tried::Whole(whole)) => whole.letters() == asked.letters(),
            (Question::Whole(_) | Question::Hint { .. }, _) => false,
        };
        let waits = |asked: &Asked| match (question, &asked.question) {
            (Question::Letter(a), Question::Letter(b)) => a == b,
            (Question::Whole(a), Question::Whole(b)) => Whole::letters(a) == b.letters(),
            _ => false,
        };
        self.guesses.iter().any(|guess| is_same(&guess.tried)) || self.asked().any(waits)
    }
}
