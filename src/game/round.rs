//! One round: a secret, and the guesses at it.

use super::{Letter, Outcome, PeerId, Rejection, Secret};

/// How many misses a round allows: the sixth loses it. One balloon each.
pub const CHANCES: u32 = 6;

/// Where a game stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// No round yet.
    Lobby,
    /// Letters are being guessed.
    Guessing,
    /// Every letter was found.
    Won,
    /// Every chance was used.
    Lost,
}

impl Phase {
    /// The word for it in the headless interface and on the network.
    pub fn code(self) -> &'static str {
        match self {
            Self::Lobby => "lobby",
            Self::Guessing => "guessing",
            Self::Won => "won",
            Self::Lost => "lost",
        }
    }

    /// Reads [`Phase::code`] back; `None` for a word of another version.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Lobby, Self::Guessing, Self::Won, Self::Lost]
            .into_iter()
            .find(|phase| phase.code() == code)
    }

    /// Whether a round was played to its end.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Won | Self::Lost)
    }
}

/// A guess that counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GuessMade {
    /// What was guessed.
    pub letter: Letter,
    /// By whom.
    pub by: PeerId,
    /// Whether the secret has it.
    pub hit: bool,
}

/// A round, from its secret to its end. Its phase, mask and chances follow
/// from the guesses; none of them is kept beside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Round {
    number: u32,
    started_by: PeerId,
    pack: String,
    clue: String,
    secret: Secret,
    guesses: Vec<GuessMade>,
}

impl Round {
    pub(super) fn new(
        number: u32,
        started_by: PeerId,
        pack: String,
        clue: String,
        secret: Secret,
    ) -> Self {
        Self::restore(number, started_by, pack, clue, secret, Vec::new())
    }

    /// Puts a stored round together again.
    pub fn restore(
        number: u32,
        started_by: PeerId,
        pack: String,
        clue: String,
        secret: Secret,
        guesses: Vec<GuessMade>,
    ) -> Self {
        Self {
            number,
            started_by,
            pack,
            clue,
            secret,
            guesses,
        }
    }

    pub(super) fn guess(&mut self, by: PeerId, letter: Letter) -> Result<Outcome, Rejection> {
        if self.phase().is_over() {
            return Err(Rejection::RoundOver);
        }
        if self.was_guessed(letter) {
            return Ok(Outcome::Repeat);
        }
        let hit = self.secret.contains(letter);
        self.guesses.push(GuessMade { letter, by, hit });
        Ok(if hit { Outcome::Hit } else { Outcome::Miss })
    }

    /// Where the round stands; never [`Phase::Lobby`].
    pub fn phase(&self) -> Phase {
        if self.chances_left() == 0 {
            Phase::Lost
        } else if self
            .secret
            .cells()
            .iter()
            .all(|cell| self.reveals(cell.letter))
        {
            Phase::Won
        } else {
            Phase::Guessing
        }
    }

    /// Misses still allowed, 0 to [`CHANCES`].
    pub fn chances_left(&self) -> u32 {
        let misses = self.misses().count();
        CHANCES.saturating_sub(u32::try_from(misses).unwrap_or(CHANCES))
    }

    /// The secret cell by cell; `None` is still hidden.
    pub fn mask(&self) -> impl Iterator<Item = Option<&str>> {
        self.secret
            .cells()
            .iter()
            .map(|cell| self.reveals(cell.letter).then_some(cell.shown.as_str()))
    }

    /// The guesses that cost a chance, in order.
    pub fn misses(&self) -> impl Iterator<Item = &GuessMade> {
        self.guesses.iter().filter(|guess| !guess.hit)
    }

    /// Counts the rounds of a room from 1.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Who started it.
    pub fn started_by(&self) -> PeerId {
        self.started_by
    }

    /// The id of its word pack.
    pub fn pack(&self) -> &str {
        &self.pack
    }

    /// Its clue; may be empty.
    pub fn clue(&self) -> &str {
        &self.clue
    }

    /// The secret. Every node has it; whoever shows it must ask
    /// [`Round::phase`] first.
    pub fn secret(&self) -> &Secret {
        &self.secret
    }

    /// The guesses that counted, in order.
    pub fn guesses(&self) -> &[GuessMade] {
        &self.guesses
    }

    fn was_guessed(&self, letter: Letter) -> bool {
        self.guesses.iter().any(|guess| guess.letter == letter)
    }

    fn reveals(&self, letter: Option<Letter>) -> bool {
        letter.is_none_or(|letter| self.was_guessed(letter))
    }
}
