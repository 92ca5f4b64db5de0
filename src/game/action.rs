//! Everything that can happen in a game, and what can come of it.

use std::sync::Arc;

use super::{
    Alphabet, Deal, FIRST_RULES, Letter, Name, PeerId, Salt, Secret, Settings, Text, Whole,
    talk::Said,
};
use crate::coded_enum::coded_enum;

/// What a player does. With a [`Notice`], the only way to change a
/// [`Game`](super::Game).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Takes a seat, or changes the name on it.
    Seat {
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
        /// The secrets, one a round; none where a player sets them.
        deck: Arc<[Deal]>,
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
    /// The owner sends somebody away.
    Remove(PeerId),
    /// The owner lets somebody in who knocked, or was sent away.
    LetIn(PeerId),
    /// The owner does not let in who knocked.
    Refuse(PeerId),
}

/// What the leader of the cluster notices: the only way by which time, and who
/// is here, enter the game. Each changes something once, whoever says it twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
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
    /// A stranger wants to come in, where that has to be asked for.
    Knock {
        /// Who.
        peer: PeerId,
        /// What they call themselves.
        name: Name,
    },
    /// Who knocked does not wait any more.
    KnockedOff(PeerId),
}

coded_enum! {
    /// What an applied action did.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Outcome {
        /// The letter is in the secret, or the whole of it is right.
        Hit = "hit",
        /// It is not, and cost a chance.
        Miss = "miss",
        /// The same was guessed before in this round; it costs nothing.
        Repeat = "repeat",
        /// A new round began.
        Started = "started",
        /// The player has a seat.
        Seated = "seated",
        /// The setter is asked.
        Asked = "asked",
        /// A letter is shown.
        Hinted = "hinted",
        /// Done; there is no more to say about it.
        Done = "done",
        /// It was said. The game is as before.
        Said = "said",
        /// It was so already.
        Unchanged = "unchanged",
    }
}

coded_enum! {
    /// Why an action changed nothing.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
    pub enum Rejection {
        /// Not something that can be guessed.
        #[error("guess one letter")]
        NotALetter = "not_a_letter",
        /// No round has been started yet.
        #[error("no round is on; start one")]
        NoRound = "no_round",
        /// The round is won or lost.
        #[error("this round is over; start the next one")]
        RoundOver = "round_over",
        /// It was meant for another round than the one that is on.
        #[error("another round has started in the meantime")]
        RoundChanged = "round_changed",
        /// The secret cannot be played.
        #[error("this word cannot be used")]
        BadSecret = "bad_secret",
        /// The name cannot be shown.
        #[error("this name cannot be used")]
        BadName = "bad_name",
        /// The player never took a seat here.
        #[error("take a seat first")]
        NotSeated = "not_seated",
        /// The command is from an older session of this player.
        #[error("this seat was taken over by a newer start of the program")]
        Stale = "stale",
        /// The alphabet of the round lacks it.
        #[error("this letter is not in the alphabet of the words")]
        NotInAlphabet = "not_in_alphabet",
        /// Another player's turn.
        #[error("it is another player's turn")]
        NotYourTurn = "not_your_turn",
        /// The setter knows the secret.
        #[error("you set this word, so the others guess it")]
        YouSetIt = "you_set_it",
        /// Who watches does not play.
        #[error("you are watching; take a seat to play")]
        Watching = "watching",
        /// Nobody has sealed a secret yet.
        #[error("the word is still being chosen")]
        NotSealed = "not_sealed",
        /// Not the setter, or not now.
        #[error("you have no word to choose and no guess to answer")]
        NotSetter = "not_setter",
        /// An answer that no secret could give.
        #[error("no word could have this answer")]
        BadAnswer = "bad_answer",
        /// A hint would cost the last chance.
        #[error("you cannot spend your last balloon on a hint")]
        NoHint = "no_hint",
        /// Only the owner of the room may.
        #[error("only the owner of the room can do that")]
        NotOwner = "not_owner",
        /// A setting out of its bounds.
        #[error(
            "a match has 1 to 20 rounds and a turn 5 to 300 seconds; choose one of the modes and packs"
        )]
        BadSettings = "bad_settings",
        /// A match is on.
        #[error("a match is on; wait until it ends, or ask the owner to stop it")]
        MatchOn = "match_on",
        /// No match is on.
        #[error("no match is on; the owner starts one")]
        NoMatch = "no_match",
        /// Another match has begun or ended meanwhile.
        #[error("another match has started in the meantime")]
        MatchChanged = "match_changed",
        /// The round is still on.
        #[error("this round is still on")]
        RoundOn = "round_on",
        /// Somebody is not ready.
        #[error("not everybody is ready; start anyway, or wait")]
        NotReady = "not_ready",
        /// Too few players for the mode.
        #[error("this needs more players")]
        TooFew = "too_few",
        /// All places at the table are taken.
        #[error("all 24 places are taken; you can watch")]
        Full = "full",
        /// Nobody of this name or id.
        #[error("there is no such player here")]
        NoSuchPlayer = "no_such_player",
        /// The owner has sent the player away.
        #[error("the owner of the room removed you")]
        Removed = "removed",
        /// The room plays by older rules, because an older program is in it.
        #[error("everybody in this room needs the newest version for that")]
        OldRules = "old_rules",
    }
}

impl Outcome {
    /// Whether the game is another than before.
    pub fn changes_game(self) -> bool {
        !matches!(self, Self::Repeat | Self::Said | Self::Unchanged)
    }
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
            Self::Seat { .. } => "seat",
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
            Self::Remove(_) => "remove",
            Self::LetIn(_) => "let in",
            Self::Refuse(_) => "refuse",
        }
    }
}

impl From<Text> for Said {
    fn from(text: Text) -> Self {
        Self::Text(text)
    }
}
