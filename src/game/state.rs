//! The whole state of the game in a room: the round, who sits at the table, whose
//! room it is, and what is kept besides.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use super::{Alphabet, ChatLine, FIRST_RULES, Mode, Name, PeerId, Phase, Round, Secret, Settings};

/// The most players at the table; more can watch.
pub const MAX_PLAYERS: usize = 24;

/// The most strangers who may wait at the door.
pub const MAX_KNOCKS: usize = 24;

/// How many rounds the history keeps, the newest ones.
pub const MAX_HISTORY: usize = 200;

/// How many of those who were let in, of those who were refused, and of those who
/// were sent away are remembered; the one that was longest is forgotten first.
pub const MAX_LISTED: usize = 256;

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
    /// Who founded it: its first owner; of a continuation, who made its cluster.
    /// They cannot be sent away, and may take the room back.
    pub founder: Option<PeerId>,
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
    /// Who waits at the door, at most [`MAX_KNOCKS`]: who comes when all places are
    /// taken has none until somebody was answered or went away.
    pub knocks: BTreeMap<PeerId, Name>,
    /// Who was let in, the newest last. A removal ends that for who has not come yet.
    pub guests: Vec<PeerId>,
    /// Who was not let in, the newest last.
    pub refused: Vec<PeerId>,
    /// What the owner said last to all who knocked until then.
    pub answer_to_all: Option<AnswerToAll>,
    /// Whom the owner has sent away, the newest last. They need not be players.
    pub removed: Vec<PeerId>,
}

/// What the owner said to all who knocked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnswerToAll {
    /// The index of the log entry: it was said to those who had knocked before.
    pub index: u64,
    /// Whether they may come in.
    pub let_in: bool,
}

/// A secret, and what is told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deal {
    /// Shown from the start.
    pub clue: String,
    /// What is to be found.
    pub secret: Secret,
}

/// The rounds that are played for one ranking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// Counts the matches of a room from 1.
    pub number: u32,
    /// Who guesses.
    pub mode: Mode,
    /// How many rounds it has.
    pub rounds: u8,
    /// How many have begun.
    pub begun: u8,
    /// Whether it is over.
    pub over: bool,
    /// The id of the word pack.
    pub pack: String,
    /// What can be guessed.
    pub alphabet: Arc<Alphabet>,
    /// Who set the last secret, as counted by [`Player::joined`].
    pub last_setter: u32,
}

/// One row of the ranking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rank {
    /// From 1; players of the same score share one.
    pub place: u32,
    /// Who.
    pub peer: PeerId,
    /// Points, with those of the round that is on.
    pub score: u32,
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
            founder: None,
            settings: Settings::default(),
            newest_match: None,
            streak: 0,
            best_streak: 0,
            counted: 0,
            said: 0,
            talk: VecDeque::new(),
            history: VecDeque::new(),
            knocks: BTreeMap::new(),
            guests: Vec::new(),
            refused: Vec::new(),
            answer_to_all: None,
            removed: Vec::new(),
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
        }
    }

    /// Whether they play now.
    pub fn plays(&self) -> bool {
        self.here && !self.watching
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
        self.drop_from_lists(&peer);
        remember(&mut self.guests, peer);
    }

    pub(super) fn refuse(&mut self, peer: PeerId) {
        self.drop_from_lists(&peer);
        remember(&mut self.refused, peer);
    }

    pub(super) fn answer_all(&mut self, answer: AnswerToAll) {
        self.answer_to_all = Some(answer);
        for peer in std::mem::take(&mut self.knocks).into_keys() {
            if answer.let_in {
                self.let_in(peer);
            } else {
                self.refuse(peer);
            }
        }
    }

    pub(super) fn remove(&mut self, peer: PeerId) {
        self.drop_from_lists(&peer);
        remember(&mut self.removed, peer);
    }

    fn drop_from_lists(&mut self, peer: &PeerId) {
        self.knocks.remove(peer);
        for list in [&mut self.guests, &mut self.refused, &mut self.removed] {
            list.retain(|listed| listed != peer);
        }
    }
}

fn remember(peers: &mut Vec<PeerId>, peer: PeerId) {
    if peers.len() >= MAX_LISTED {
        peers.remove(0);
    }
    peers.push(peer);
}

/// A round that was replaced before it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenUp {
    /// Its number.
    pub number: u32,
    /// What it was about: told, since nobody can find it any more.
    pub secret: String,
    /// Who started the next one.
    pub by: PeerId,
}

/// The whole state of the game in a room.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Game {
    pub(super) players: BTreeMap<PeerId, Player>,
    pub(super) round: Option<Round>,
    pub(super) given_up: Option<GivenUp>,
    pub(super) table: Table,
}

impl Game {
    /// The newest round, running or over; `None` before the first.
    pub fn round(&self) -> Option<&Round> {
        self.round.as_ref()
    }

    /// The round that the newest one replaced, if it was still on.
    pub fn given_up(&self) -> Option<&GivenUp> {
        self.given_up.as_ref()
    }

    /// Everyone who has, or had, a seat, in a fixed order.
    pub fn players(&self) -> &BTreeMap<PeerId, Player> {
        &self.players
    }

    /// What is kept besides the players and the round.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// A player's name, or a placeholder for one that was forgotten.
    pub fn name_of(&self, peer: &PeerId) -> &str {
        self.players
            .get(peer)
            .map_or("someone", |player| player.name.as_str())
    }

    /// Where the game stands.
    pub fn phase(&self) -> Phase {
        self.round.as_ref().map_or(Phase::Lobby, Round::phase)
    }

    /// Puts a stored game together again. The caller vouches that it came from
    /// [`Game::apply`].
    pub fn restore(
        players: BTreeMap<PeerId, Player>,
        round: Option<Round>,
        given_up: Option<GivenUp>,
        table: Table,
    ) -> Self {
        Self {
            players,
            round,
            given_up,
            table,
        }
    }

    // ---- who sits in the room, and who owns it ----

    /// Takes a seat, or changes the name on it.
    pub(super) fn seat(&mut self, by: PeerId, name: Name) {
        let newcomer = !self.players.contains_key(&by);
        let player = self
            .players
            .entry(by)
            .or_insert_with(|| Player::new(name.clone()));
        player.name = name;
        player.here = true;
        if newcomer {
            self.table.joined = self.table.joined.saturating_add(1);
            player.joined = self.table.joined;
            if self.at_table().count() > MAX_PLAYERS {
                self.change(by, |player| player.watching = true);
            }
            self.begin_score(by);
        }
    }

    /// Those who play now, in the order in which they came.
    pub fn at_table(&self) -> impl Iterator<Item = (PeerId, &Player)> {
        let playing = self.players.iter().filter(|(_, player)| player.plays());
        let mut playing: Vec<_> = playing.map(|(peer, player)| (*peer, player)).collect();
        playing.sort_by_key(|(peer, player)| (player.joined, *peer));
        playing.into_iter()
    }

    /// The one at the table who comes after somebody, in a circle.
    pub(super) fn next_after(&self, joined: u32) -> Option<PeerId> {
        let mut playing = self.at_table();
        let first = self.at_table().next();
        let next = playing.find(|(_, player)| player.joined > joined);
        next.or(first).map(|(peer, _)| peer)
    }

    pub(super) fn joined_of(&self, peer: &PeerId) -> u32 {
        self.players.get(peer).map_or(0, |player| player.joined)
    }

    pub(super) fn change(&mut self, peer: PeerId, what: impl FnOnce(&mut Player)) {
        if let Some(player) = self.players.get_mut(&peer) {
            what(player);
        }
    }

    /// From now on, the room is one that somebody else founded, who may have been
    /// sent away from the one before.
    pub fn found(&mut self, founder: PeerId) {
        self.table.founder = Some(founder);
        // Its log counts anew.
        self.table.answer_to_all = None;
        self.table.removed.retain(|peer| *peer != founder);
    }

    /// Whether somebody must not be forgotten: who is here, the owner, the founder.
    pub fn must_stay(&self, peer: &PeerId) -> bool {
        let is_here = self.players.get(peer).is_some_and(|player| player.here);
        is_here || [self.table.owner, self.table.founder].contains(&Some(*peer))
    }

    pub(super) fn plays(&self, peer: &PeerId) -> bool {
        self.players.get(peer).is_some_and(Player::plays)
    }

    /// Whether somebody has, or had, a seat here, or was let in by the owner.
    pub fn knows(&self, peer: &PeerId) -> bool {
        let table = &self.table;
        self.players.contains_key(peer)
            || table.guests.contains(peer)
            || table.founder == Some(*peer)
    }

    /// Whether somebody may come in.
    pub fn door(&self, peer: &PeerId) -> Door {
        let table = &self.table;
        if self.is_removed(peer) {
            Door::Removed
        } else if self.knows(peer) {
            Door::Open
        } else if table.refused.contains(peer) {
            Door::Refused
        } else if !table.settings.locked {
            Door::Open
        } else {
            Door::Locked
        }
    }

    /// Whether the owner has sent somebody away.
    pub fn is_removed(&self, peer: &PeerId) -> bool {
        self.table.removed.contains(peer)
    }

    /// Passes the room on if its owner is gone: to who is here longest, to one
    /// who plays before one who watches.
    pub(super) fn settle_owner(&mut self) {
        let is_here = |peer: &PeerId| {
            let player = self.players.get(peer);
            player.is_some_and(|player| player.here)
        };
        if self.table.owner.as_ref().is_some_and(is_here) {
            return;
        }
        let here = self.players.iter().filter(|(peer, _)| is_here(peer));
        let next = here.min_by_key(|(peer, player)| (player.watching, player.joined, **peer));
        if let Some((peer, _)) = next {
            self.table.owner = Some(*peer);
            self.table.founder.get_or_insert(*peer);
        }
    }
}
