//! How a room plays: what its owner chooses between two matches.

use crate::coded_enum::coded_enum;

/// The rules by which every room begins, before the first entry of its log.
/// Never changed: all programs make the same of the same log. Newer rules come
/// by an entry ([`Observation::Rules`](super::Observation::Rules)).
pub const FIRST_RULES: u32 = 2;

/// The longest id of a word pack, in bytes.
pub const MAX_PACK_ID_BYTES: usize = 32;

/// The most rounds of a match: about an hour.
pub const MAX_ROUNDS: u8 = 20;

/// How long a turn may take, in seconds: shorter is no fun, longer is no limit.
pub const TURN_SECONDS: std::ops::RangeInclusive<u16> = 5..=300;

coded_enum! {
    /// Who guesses, and who knows.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub enum Mode {
        /// One team: anyone guesses at any time.
        #[default]
        Together = "together",
        /// One after the other, against the clock.
        Turns = "turns",
        /// One player knows the secret, the others guess; it goes round.
        Setter = "setter",
    }
}

impl Mode {
    /// How many players it takes.
    pub fn min_players(self) -> usize {
        match self {
            Self::Together | Self::Turns => 1,
            Self::Setter => 2,
        }
    }
}

coded_enum! {
    /// How hard secrets shall be, by the misses of a player who knows all words.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub enum Difficulty {
        /// All of them.
        #[default]
        Any = "any",
        /// Up to 1.5 misses.
        Easy = "easy",
        /// Up to 3 misses.
        Normal = "normal",
        /// More than 3 misses.
        Hard = "hard",
    }
}

impl Difficulty {
    /// What a secret is that takes so many misses, in tenths.
    pub fn of(tenths: u8) -> Self {
        match tenths {
            0..=15 => Self::Easy,
            16..=30 => Self::Normal,
            31.. => Self::Hard,
        }
    }
}

/// What the owner of a room chooses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Who guesses.
    pub mode: Mode,
    /// Rounds of a match, 1 to [`MAX_ROUNDS`].
    pub rounds: u8,
    /// How long a turn may take, in [`TURN_SECONDS`].
    pub turn_seconds: u16,
    /// The id of the word pack.
    pub pack: String,
    /// How hard the secrets shall be.
    pub difficulty: Difficulty,
    /// Whether strangers have to knock.
    pub locked: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            mode: Mode::Together,
            rounds: 5,
            turn_seconds: 30,
            pack: "kanna".to_owned(),
            difficulty: Difficulty::Any,
            locked: false,
        }
    }
}

impl Settings {
    /// Whether each setting is within its bounds.
    pub fn are_valid(&self) -> bool {
        (1..=MAX_ROUNDS).contains(&self.rounds)
            && TURN_SECONDS.contains(&self.turn_seconds)
            && (1..=MAX_PACK_ID_BYTES).contains(&self.pack.len())
    }
}
