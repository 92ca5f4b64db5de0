//! Everything that can happen in a game, and what can come of it.

use std::sync::Arc;

use super::{
    Alphabet, Deal, FIRST_RULES, Letter, Name, PeerId, Salt, Secret, Settings, Text, Whole,
    talk::Said,
};
/// What a player does. With a [`Observation`], the only way to change a
/// [`Game`](super::Game).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Takes a seat, or changes the name on it.
    TakeSeat {
        /// The name the others see.
        name: Name,
    },
    /// Guesses a letter.
    Guess {
        /// The folded letter.
        letter: Letter,
        /// If set, the guess counts in this round only: a click that was meant
        /// for a round that is over must not cost a chance in the next.
        round: Option<u32>,
    },
    /// Starts a round outside of a match, giving up the one that may be on.
    StartRound {
        /// The id of the word pack.
        pack: String,
        /// Shown from the start; may be empty.
        clue: String,
        /// What is to be found.
        secret: Secret,
        /// What can be guessed; without one, any letter.
        alphabet: Option<Arc<Alphabet>>,
        /// If set, refused unless this is still the newest round (0: none yet):
        /// two players who press "next round" at once get one round.
        after_round: Option<u32>,
    },
    /// Guesses the whole secret.
    Solve {
        /// What it is said to be.
        whole: Whole,
        /// As of [`Action::Guess`].
        round: Option<u32>,
    },
    /// Asks for a letter.
    Hint {
        /// As of [`Action::Guess`].
        round: Option<u32>,
    },
    /// The owner chooses how the room plays.
    Configure(Settings),
    /// Says whether a player is ready for the match.
    Ready(bool),
    /// The owner starts a match.
    StartMatch {
        /// The secret of the first round; none where a player sets it.
        deal: Option<Deal>,
        /// What can be guessed.
        alphabet: Arc<Alphabet>,
        /// Whether to start before everybody is ready.
        force: bool,
        /// If set, refused unless this is still the newest match (0: none yet).
        after_match: Option<u32>,
    },
    /// Goes on to the next round of the match.
    NextRound {
        /// The round that is over.
        after_round: u32,
        /// The secret of the next one; none where a player sets it. It is dealt
        /// only now, so that no log holds it before.
        deal: Option<Deal>,
    },
    /// The owner ends the match before its last round.
    StopMatch,
    /// The setter commits to a secret.
    Seal {
        /// In this round.
        round: u32,
        /// The digest of salt, secret and clue.
        commitment: [u8; 32],
        /// What is shown from the start, cell by cell; `None` hides a letter.
        shape: Vec<Option<String>>,
        /// Shown from the start.
        clue: String,
    },
    /// The setter answers the question that was asked first.
    Answer {
        /// In this round.
        round: u32,
        /// How many questions were answered before.
        nth: u32,
        /// The letter of a hint.
        letter: Option<Letter>,
        /// The cells it uncovers, a bit each; none is a miss.
        cells: u64,
    },
    /// The setter shows what it was.
    Reveal {
        /// In this round.
        round: u32,
        /// The secret.
        secret: Secret,
        /// What it was sealed with.
        salt: Salt,
    },
    /// The setter gives the round up.
    GiveUp {
        /// In this round.
        round: u32,
    },
    /// Says something.
    Say(Said),
    /// Only watches, or takes a seat again.
    Watch(bool),
    /// The owner hands the room to somebody else.
    PassOwner(PeerId),
    /// The founder takes the room back.
    TakeOwner,
    /// The owner sends somebody away, whether or not they took a seat.
    Remove {
        /// Whom.
        peer: PeerId,
        /// Whether to lock the room, too, with the same entry: else they could come
        /// back at once, with another key.
        lock: bool,
    },
    /// The owner lets somebody in: who knocked, was sent away, or has shown the PIN.
    LetIn(PeerId),
    /// The owner does not let in who knocked.
    Refuse(PeerId),
    /// The owner lets in, or not, all who knock: also those whose knocks the leader
    /// keeps back, because others knock at their address.
    AnswerAll {
        /// Whether they may come in.
        let_in: bool,
    },
}

/// What the leader of the cluster notices: the only way by which time, and who
/// is here, enter the game. Each changes something once, whoever says it twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Observation {
    /// From now on the room plays by these rules; sent when all members know
    /// them.
    Rules(u32),
    /// Somebody has come, or is gone.
    Presence {
        /// Who.
        peer: PeerId,
        /// Whether they are here.
        here: bool,
    },
    /// The time for this step of the round is up.
    TimeUp {
        /// In this round.
        round: u32,
        /// See [`Round::step`](super::Round::step).
        step: u32,
    },
    /// A stranger wants to come in, where that has to be asked for: the room is locked,
    /// or many have come in the last minute.
    Knock {
        /// Who.
        peer: PeerId,
        /// What they call themselves.
        name: Name,
    },
    /// Who knocked does not wait any more.
    KnockWithdrawn(PeerId),
}

impl Action {
    /// The oldest rules that know this action. The first action of newer rules
    /// will be the first exception.
    pub fn rules(&self) -> u32 {
        FIRST_RULES
    }

    /// A word for the log files, which never hold a secret.
    pub fn word(&self) -> &'static str {
        match self {
            Self::TakeSeat { .. } => "seat",
            Self::Guess { .. } => "guess",
            Self::StartRound { .. } => "start",
            Self::Solve { .. } => "solve",
            Self::Hint { .. } => "hint",
            Self::Configure(_) => "configure",
            Self::Ready(_) => "ready",
            Self::StartMatch { .. } => "match",
            Self::NextRound { .. } => "next",
            Self::StopMatch => "stop",
            Self::Seal { .. } => "seal",
            Self::Answer { .. } => "answer",
            Self::Reveal { .. } => "reveal",
            Self::GiveUp { .. } => "give up",
            Self::Say(_) => "say",
            Self::Watch(_) => "watch",
            Self::PassOwner(_) => "pass owner",
            Self::TakeOwner => "take owner",
            Self::Remove { .. } => "remove",
            Self::LetIn(_) => "let in",
            Self::Refuse(_) => "refuse",
            Self::AnswerAll { let_in: true } => "let all in",
            Self::AnswerAll { let_in: false } => "refuse all",
        }
    }
}

impl From<Text> for Said {
    fn from(text: Text) -> Self {
        Self::Text(text)
    }
}
