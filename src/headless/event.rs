//! The objects that are printed, one a line. Described in `docs/HEADLESS.md`:
//! fields may be added, none is removed or changes its meaning. None of the
//! game's or the node's types is printed itself, so that those can change.

use serde::Serialize;

use super::game::{ChatEntry, Game, PastRound};
use crate::{
    game::{Name, Round},
    node::{ClusterView, Done, Failure, Record, Reply, RoomView, SetterView, Trouble},
};

/// A line of stdout.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(super) enum Event {
    Ready {
        peer_id: String,
        addr: String,
        profile: String,
    },
    Game(Box<Game>),
    Cluster(Cluster),
    Reply {
        line: u64,
        ok: bool,
        #[serde(flatten)]
        answer: Answer,
    },
    Stalled {
        missing: Vec<String>,
        alone: bool,
        may_lose: bool,
    },
    NewerCopy {
        with: Vec<String>,
    },
    Split {
        with: Vec<String>,
    },
    ContinuedElsewhere {
        cluster_id: String,
        by: String,
    },
    Setter {
        round: Option<u32>,
        offers: Vec<Offer>,
        chosen: Option<String>,
    },
    Talk(ChatEntry),
    Knock {
        name: String,
        peer_id: String,
        met: bool,
    },
    Pin {
        pin: Option<String>,
    },
    Warning {
        message: String,
    },
    Bye {
        reason: &'static str,
    },
}

/// What a reply says, besides its line and whether it succeeded.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Answer {
    Ok {},
    Applied {
        outcome: &'static str,
        index: u64,
        copies: u32,
    },
    Read {
        index: u64,
        hash: String,
        game: Box<Game>,
    },
    Seat(SeatOutcome),
    Part(Part),
    Failed {
        code: &'static str,
        message: String,
    },
}

/// A part of what this seat sees, by its name.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Part {
    Game(Box<Game>),
    Cluster(Cluster),
    Talk(Vec<Event>),
    History(History),
    Stats(Stats),
}

/// The finished rounds, or one of them.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum History {
    All(Vec<PastRound>),
    One(Box<PastRound>),
}

/// What became of the player's seat.
#[derive(Debug, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub(super) enum SeatOutcome {
    Continued { cluster_id: String },
    BroughtBack,
    Left { clean: bool },
}

/// The cluster as this seat sees it.
#[derive(Debug, Serialize)]
pub(super) struct Cluster {
    cluster_id: String,
    room: String,
    // Texts: many JSON readers lose digits of such numbers.
    node_id: String,
    role: &'static str,
    leader: Option<String>,
    term: u64,
    last_applied: u64,
    quorum: bool,
    state: &'static str,
    members: Vec<Member>,
}

#[derive(Debug, Serialize)]
struct Member {
    node_id: String,
    peer_id: String,
    name: String,
    addr: String,
    voter: bool,
    online: bool,
}

/// A secret that a setter is offered.
#[derive(Debug, Serialize)]
pub(super) struct Offer {
    secret: String,
    clue: String,
}

/// What the player has done so far.
#[derive(Debug, Serialize)]
pub(super) struct Stats {
    played: u32,
    won: u32,
    streak: u32,
    best_streak: u32,
    hardest: Vec<Missed>,
}

/// How often a letter was guessed wrongly.
#[derive(Debug, Serialize)]
struct Missed {
    letter: char,
    misses: u32,
}

impl Event {
    pub(super) fn reply(line: u64, answer: Answer) -> Self {
        Self::Reply {
            line,
            ok: !matches!(answer, Answer::Failed { .. }),
            answer,
        }
    }

    /// The trouble a room is in; `None` if it needs no decision.
    pub(super) fn of_trouble(trouble: &Trouble) -> Option<Self> {
        match trouble {
            Trouble::Stalled {
                missing,
                alone,
                may_lose,
            } => Some(Self::Stalled {
                missing: missing.iter().map(Name::to_string).collect(),
                alone: *alone,
                may_lose: *may_lose,
            }),
            Trouble::Elsewhere { cluster_id, by, .. } => Some(Self::ContinuedElsewhere {
                cluster_id: cluster_id.to_string(),
                by: by.clone(),
            }),
            Trouble::NewerCopy { with } => Some(Self::NewerCopy {
                with: with.iter().map(Name::to_string).collect(),
            }),
            Trouble::Split { with, .. } => Some(Self::Split {
                with: with.iter().map(Name::to_string).collect(),
            }),
            Trouble::ChoosingLeader | Trouble::Reconnecting => None,
        }
    }

    /// What I see of the round that I set.
    pub(super) fn of_setter(room: &RoomView, setter: &SetterView) -> Self {
        let offers = setter.offers.iter().map(|deal| Offer {
            secret: deal.secret.text(),
            clue: deal.clue.clone(),
        });
        Self::Setter {
            round: room.state.game().round().map(Round::number),
            offers: offers.collect(),
            chosen: setter.chosen.clone(),
        }
    }
}

impl Part {
    /// The game as it is here.
    pub(super) fn game(room: &RoomView) -> Self {
        Self::Game(Box::new(Game::of(room)))
    }

    /// The whole talk that is kept.
    pub(super) fn talk(room: &RoomView) -> Self {
        let game = room.state.game();
        let lines = game.table().talk.iter();
        Self::Talk(
            lines
                .map(|line| Event::Talk(ChatEntry::of(game, line)))
                .collect(),
        )
    }

    /// The finished rounds, or one of them guess by guess.
    pub(super) fn history(room: &RoomView, which: Option<u32>) -> Result<Self, Failure> {
        let game = room.state.game();
        let mut rounds = game.table().history.iter();
        let Some(number) = which else {
            let all = rounds.map(|round| PastRound::of(game, round));
            return Ok(Self::History(History::All(all.collect())));
        };
        let found = rounds.find(|round| round.number() == number);
        let gone = || Failure::new("no_round", format!("there is no finished round {number}"));
        let one = PastRound::step_by_step(game, found.ok_or_else(gone)?);
        Ok(Self::History(History::One(Box::new(one))))
    }
}

impl From<Failure> for Answer {
    fn from(Failure { code, message }: Failure) -> Self {
        Self::Failed { code, message }
    }
}

impl From<Result<Part, Failure>> for Answer {
    fn from(part: Result<Part, Failure>) -> Self {
        part.map_or_else(Self::from, Self::Part)
    }
}

impl From<Reply> for Answer {
    fn from(reply: Reply) -> Self {
        reply.map_or_else(Self::from, Self::from)
    }
}

impl From<Done> for Answer {
    fn from(done: Done) -> Self {
        match done {
            Done::Ok => Self::Ok {},
            Done::Applied {
                outcome,
                index,
                copies,
            } => Self::Applied {
                outcome: outcome.code(),
                index,
                copies,
            },
            Done::Read(room) => {
                let hash = room.state.digest();
                Self::Read {
                    index: room.cluster.last_applied,
                    hash: hash.iter().map(|byte| format!("{byte:02x}")).collect(),
                    game: Box::new(Game::of(&room)),
                }
            }
            Done::Continued { cluster } => Self::Seat(SeatOutcome::Continued {
                cluster_id: cluster.to_string(),
            }),
            Done::BroughtBack => Self::Seat(SeatOutcome::BroughtBack),
            Done::Left { clean } => Self::Seat(SeatOutcome::Left { clean }),
        }
    }
}

impl From<&Record> for Stats {
    fn from(record: &Record) -> Self {
        let hardest = record.hardest().into_iter();
        Self {
            played: record.played,
            won: record.won,
            streak: record.streak,
            best_streak: record.best_streak,
            hardest: hardest
                .map(|(letter, misses)| Missed { letter, misses })
                .collect(),
        }
    }
}

impl Cluster {
    pub(super) fn of(room: &RoomView) -> Self {
        let cluster: &ClusterView = &room.cluster;
        let members = cluster.members.iter().map(|member| Member {
            node_id: member.node_id.to_string(),
            peer_id: member.peer_id.to_string(),
            name: member.name.to_string(),
            addr: member.addr.clone(),
            voter: member.voter,
            online: member.online,
        });
        Self {
            cluster_id: cluster.cluster_id.to_string(),
            room: room.name.to_string(),
            node_id: cluster.node_id.to_string(),
            role: cluster.role.code(),
            leader: cluster.leader.map(|id| id.to_string()),
            term: cluster.term,
            last_applied: cluster.last_applied,
            quorum: cluster.quorum,
            state: match room.trouble {
                None => "playing",
                Some(Trouble::ChoosingLeader) => "choosing_leader",
                Some(Trouble::Reconnecting) => "reconnecting",
                Some(Trouble::Stalled { .. }) => "stalled",
                Some(Trouble::Elsewhere { .. }) => "continued_elsewhere",
                Some(Trouble::NewerCopy { .. }) => "newer_copy",
                Some(Trouble::Split { .. }) => "split",
            },
            members: members.collect(),
        }
    }
}
