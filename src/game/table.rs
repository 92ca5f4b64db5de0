//! Who sits at the table, whose room it is, and what is kept besides the round.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use super::{ChatLine, FIRST_RULES, Match, Name, PeerId, Round, Settings};

/// The most players at the table; more can watch.
pub const MAX_PLAYERS: usize = 24;

/// The most strangers who may wait at the door.
pub const MAX_KNOCKS: usize = 8;

/// How many rounds the history keeps, the newest ones.
pub const MAX_HISTORY: usize = 200;

/// How many of those who were let in, or refused, are remembered.
const MAX_GUESTS: usize = 256;

/// Someone who has, or had, a seat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Player {
    /// What the others see.
    pub name: Name,
    /// Counts those who came, from 1: the order of turns.
    pub joined: u32,
    /// Points of that match, without the round that is on.
    pub score: u32,
    /// The match that the score is of.
    pub scored_in: u32,
    /// Whether the leader hears of them.
    pub here: bool,
    /// Whether they only watch.
    pub watching: bool,
    /// Whether they are ready for the match.
    pub ready: bool,
    /// Whether the owner has sent them away.
    pub removed: bool,
}

/// What is kept besides the players and the round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The rules that the room plays by.
    pub rules: u32,
    /// How many have come so far.
    pub joined: u32,
    /// Whose room it is.
    pub owner: Option<PeerId>,
    /// How the room plays.
    pub settings: Settings,
    /// The newest match.
    pub newest_match: Option<Match>,
    /// Rounds that were won together, in a row.
    pub streak: u32,
    /// The longest streak.
    pub best_streak: u32,
    /// The last round that was counted.
    pub counted: u32,
    /// How many lines were said so far.
    pub said: u64,
    /// The newest of them.
    pub talk: VecDeque<Arc<ChatLine>>,
    /// The newest finished rounds.
    pub history: VecDeque<Arc<Round>>,
    /// Who waits at the door.
    pub knocks: BTreeMap<PeerId, Name>,
    /// Who may come in although the room is locked.
    pub guests: BTreeSet<PeerId>,
    /// Who was not let in.
    pub refused: BTreeSet<PeerId>,
}

/// What the door says to somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// Come in.
    Open,
    /// Knock, and wait.
    Locked,
    /// The owner has said no.
    Refused,
    /// The owner has sent them away.
    Removed,
}

impl Default for Table {
    fn default() -> Self {
        Self {
            rules: FIRST_RULES,
            joined: 0,
            owner: None,
            settings: Settings::default(),
            newest_match: None,
            streak: 0,
            best_streak: 0,
            counted: 0,
            said: 0,
            talk: VecDeque::new(),
            history: VecDeque::new(),
            knocks: BTreeMap::new(),
            guests: BTreeSet::new(),
            refused: BTreeSet::new(),
        }
    }
}

impl Player {
    /// Somebody who has just come.
    pub fn new(name: Name) -> Self {
        Self {
            name,
            joined: 0,
            score: 0,
            scored_in: 0,
            here: false,
            watching: false,
            ready: false,
            removed: false,
        }
    }

    /// Whether they play now.
    pub fn plays(&self) -> bool {
        self.here && !self.watching && !self.removed
    }
}

impl Table {
    /// Keeps a finished round.
    pub(super) fn keep(&mut self, round: Round) {
        self.history.push_back(Arc::new(round));
        if self.history.len() > MAX_HISTORY {
            self.history.pop_front();
        }
    }

    pub(super) fn let_in(&mut self, peer: PeerId) {
        self.knocks.remove(&peer);
        self.refused.remove(&peer);
        remember(&mut self.guests, peer);
    }

    pub(super) fn refuse(&mut self, peer: PeerId) {
        self.knocks.remove(&peer);
        self.guests.remove(&peer);
        remember(&mut self.refused, peer);
    }
}

fn remember(peers: &mut BTreeSet<PeerId>, peer: PeerId) {
    if peers.len() >= MAX_GUESTS && !peers.contains(&peer) {
        peers.pop_first();
    }
    peers.insert(peer);
}
