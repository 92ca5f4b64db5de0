//! What comes of an action: what it did, or why it was rejected.

use crate::coded_enum::coded_enum;

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
        /// Who founded the room stays.
        #[error(
            "who founded this room cannot be removed; host a new room to play without them"
        )]
        Founder = "founder",
        /// Only who founded the room may.
        #[error("only who founded this room can take it back")]
        NotFounder = "not_founder",
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
