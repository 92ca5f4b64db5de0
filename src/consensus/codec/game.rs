//! Commands, replies, and the state of a room.

use super::{
    super::{Command, CommandId, MAX_ANCESTORS, Reply, RoomState, state::Session},
    DecodeError, Decoded, cluster_id, known_rules, peer_id,
};
use crate::{
    game::{
        Action, Cell, Game, GivenUp, GuessMade, Letter, Name, Outcome, Player, Rejection, Round,
        Secret,
        pack::{MAX_CLUE_BYTES, MAX_ID_BYTES},
    },
    proto as pb,
};

impl From<&Command> for pb::Command {
    fn from(command: &Command) -> Self {
        use pb::command::Action as A;
        Self {
            rules: 1,
            id: Some(pb::CommandId {
                peer_id: command.id.peer_id.as_bytes().to_vec(),
                session: command.id.session,
                seq: command.id.seq,
            }),
            action: Some(match &command.action {
                Action::Seat { name } => A::OpenSession(pb::OpenSession {
                    name: name.to_string(),
                    opens: command.opens_session,
                }),
                Action::Guess { letter, round } => A::Guess(pb::Guess {
                    letter: letter.to_string(),
                    round: *round,
                }),
                Action::StartRound {
                    pack,
                    clue,
                    secret,
                    after_round,
                } => A::StartRound(pb::StartRound {
                    pack: pack.clone(),
                    clue: clue.clone(),
                    secret: cells(secret),
                    after_round: *after_round,
                }),
            }),
        }
    }
}

impl TryFrom<pb::Command> for Command {
    type Error = DecodeError;

    fn try_from(command: pb::Command) -> Decoded<Self> {
        use pb::command::Action as A;
        known_rules(command.rules)?;
        let id = command.id.ok_or(DecodeError::Missing("command id"))?;
        let mut opens_session = false;
        let action = match command.action.ok_or(DecodeError::Missing("action"))? {
            A::OpenSession(open) => {
                opens_session = open.opens;
                Action::Seat {
                    name: name(&open.name)?,
                }
            }
            A::Guess(guess) => Action::Guess {
                letter: letter(&guess.letter)?,
                round: guess.round,
            },
            A::StartRound(start) => Action::StartRound {
                pack: text(start.pack, MAX_ID_BYTES, "pack id")?,
                clue: text(start.clue, MAX_CLUE_BYTES, "clue")?,
                secret: secret(start.secret)?,
                after_round: start.after_round,
            },
        };
        Ok(Self {
            id: CommandId {
                peer_id: peer_id(&id.peer_id)?,
                session: id.session,
                seq: id.seq,
            },
            opens_session,
            action,
        })
    }
}

// ---- replies ----

/// Each outcome and its number on the wire.
const OUTCOMES: [(Outcome, pb::Outcome); 5] = [
    (Outcome::Hit, pb::Outcome::Hit),
    (Outcome::Miss, pb::Outcome::Miss),
    (Outcome::Repeat, pb::Outcome::Repeat),
    (Outcome::Started, pb::Outcome::Started),
    (Outcome::Seated, pb::Outcome::Seated),
];

/// Each rejection and its number on the wire.
const REJECTIONS: [(Rejection, pb::Rejection); 8] = [
    (Rejection::NotALetter, pb::Rejection::NotALetter),
    (Rejection::NoRound, pb::Rejection::NoRound),
    (Rejection::RoundOver, pb::Rejection::RoundOver),
    (Rejection::RoundChanged, pb::Rejection::RoundChanged),
    (Rejection::BadSecret, pb::Rejection::BadSecret),
    (Rejection::BadName, pb::Rejection::BadName),
    (Rejection::NotSeated, pb::Rejection::NotSeated),
    (Rejection::Stale, pb::Rejection::Stale),
];

impl From<&Reply> for pb::Reply {
    fn from(reply: &Reply) -> Self {
        let mut message = Self {
            index: reply.index,
            ..Self::default()
        };
        match reply.result {
            Some(Ok(outcome)) => {
                let found = OUTCOMES.iter().find(|(ours, _)| *ours == outcome);
                message.outcome = found.map_or(0, |(_, theirs)| *theirs as i32);
            }
            Some(Err(rejection)) => {
                let found = REJECTIONS.iter().find(|(ours, _)| *ours == rejection);
                message.rejection = found.map_or(0, |(_, theirs)| *theirs as i32);
            }
            None => {}
        }
        message
    }
}

impl TryFrom<pb::Reply> for Reply {
    type Error = DecodeError;

    fn try_from(reply: pb::Reply) -> Decoded<Self> {
        let result = match (reply.outcome, reply.rejection) {
            (0, 0) => None,
            (outcome, 0) => Some(Ok(OUTCOMES
                .iter()
                .find(|(_, theirs)| *theirs as i32 == outcome)
                .ok_or(DecodeError::Invalid("outcome"))?
                .0)),
            (_, rejection) => Some(Err(REJECTIONS
                .iter()
                .find(|(_, theirs)| *theirs as i32 == rejection)
                .ok_or(DecodeError::Invalid("rejection"))?
                .0)),
        };
        Ok(Self {
            index: reply.index,
            result,
        })
    }
}

// ---- the state ----

impl From<&RoomState> for pb::RoomState {
    fn from(state: &RoomState) -> Self {
        Self {
            rules: 1,
            game: Some((&state.game).into()),
            game_index: state.game_index,
            sessions: state
                .sessions
                .iter()
                .map(|(peer, session)| pb::Session {
                    peer_id: peer.as_bytes().to_vec(),
                    session: session.session,
                    seq: session.seq,
                    reply: Some((&session.reply).into()),
                })
                .collect(),
            ancestors: state
                .ancestors
                .iter()
                .map(|id| id.as_bytes().to_vec())
                .collect(),
        }
    }
}

impl TryFrom<pb::RoomState> for RoomState {
    type Error = DecodeError;

    fn try_from(state: pb::RoomState) -> Decoded<Self> {
        known_rules(state.rules)?;
        if state.ancestors.len() > MAX_ANCESTORS {
            return Err(DecodeError::Invalid("ancestors"));
        }
        let sessions = state
            .sessions
            .into_iter()
            .map(|session| {
                let reply = session.reply.ok_or(DecodeError::Missing("reply"))?;
                Ok((
                    peer_id(&session.peer_id)?,
                    Session {
                        session: session.session,
                        seq: session.seq,
                        reply: reply.try_into()?,
                    },
                ))
            })
            .collect::<Decoded<_>>()?;
        Ok(Self {
            game: state.game.ok_or(DecodeError::Missing("game"))?.try_into()?,
            game_index: state.game_index,
            sessions,
            ancestors: state
                .ancestors
                .iter()
                .map(|id| cluster_id(id))
                .collect::<Decoded<_>>()?,
        })
    }
}

impl From<&Game> for pb::Game {
    fn from(game: &Game) -> Self {
        Self {
            players: game
                .players()
                .iter()
                .map(|(peer, player)| pb::Player {
                    peer_id: peer.as_bytes().to_vec(),
                    name: player.name.to_string(),
                })
                .collect(),
            round: game.round().map(|round| pb::Round {
                number: round.number(),
                pack: round.pack().to_owned(),
                clue: round.clue().to_owned(),
                secret: cells(round.secret()),
                guesses: round
                    .guesses()
                    .iter()
                    .map(|guess| pb::GuessMade {
                        letter: guess.letter.to_string(),
                        peer_id: guess.by.as_bytes().to_vec(),
                        hit: guess.hit,
                    })
                    .collect(),
                started_by: round.started_by().as_bytes().to_vec(),
            }),
            given_up: game.given_up().map(|given_up| pb::GivenUp {
                number: given_up.number,
                secret: given_up.secret.clone(),
                by: given_up.by.as_bytes().to_vec(),
            }),
        }
    }
}

impl TryFrom<pb::Game> for Game {
    type Error = DecodeError;

    fn try_from(game: pb::Game) -> Decoded<Self> {
        let players = game
            .players
            .into_iter()
            .map(|player| {
                let name = name(&player.name)?;
                Ok((peer_id(&player.peer_id)?, Player { name }))
            })
            .collect::<Decoded<_>>()?;
        let given_up = game
            .given_up
            .map(|given_up| {
                Ok(GivenUp {
                    number: given_up.number,
                    secret: given_up.secret,
                    by: peer_id(&given_up.by)?,
                })
            })
            .transpose()?;
        Ok(Self::restore(
            players,
            game.round.map(round).transpose()?,
            given_up,
        ))
    }
}

fn round(round: pb::Round) -> Decoded<Round> {
    let guesses = round
        .guesses
        .into_iter()
        .map(|guess| {
            Ok(GuessMade {
                letter: letter(&guess.letter)?,
                by: peer_id(&guess.peer_id)?,
                hit: guess.hit,
            })
        })
        .collect::<Decoded<_>>()?;
    Ok(Round::restore(
        round.number,
        peer_id(&round.started_by)?,
        round.pack,
        round.clue,
        secret(round.secret)?,
        guesses,
    ))
}

// ---- small parts ----

fn cells(secret: &Secret) -> Vec<pb::Cell> {
    secret
        .cells()
        .iter()
        .map(|cell| pb::Cell {
            shown: cell.shown.clone(),
            letter: cell.letter.map(|letter| letter.to_string()),
        })
        .collect()
}

fn secret(cells: Vec<pb::Cell>) -> Decoded<Secret> {
    let cells = cells
        .into_iter()
        .map(|cell| {
            Ok(Cell {
                shown: cell.shown,
                letter: cell.letter.as_deref().map(letter).transpose()?,
            })
        })
        .collect::<Decoded<_>>()?;
    Secret::from_cells(cells).map_err(|_bad| DecodeError::Invalid("secret"))
}

fn letter(text: &str) -> Decoded<Letter> {
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some(c), None) => Ok(Letter::from_folded(c)),
        _ => Err(DecodeError::Invalid("letter")),
    }
}

fn name(text: &str) -> Decoded<Name> {
    Name::from_log(text).map_err(|_bad| DecodeError::Invalid("name"))
}

fn text(text: String, max_bytes: usize, what: &'static str) -> Decoded<String> {
    if text.len() > max_bytes {
        return Err(DecodeError::Invalid(what));
    }
    Ok(text)
}
