//! The state of a room: the game, and whose commands were applied.

use std::{collections::BTreeMap, sync::Arc};

use prost::Message as _;
use sha2::{Digest as _, Sha256};

use super::{
    command::{command, reply},
    parts::{
        DecodeError, Decoded, alphabet, at_place, bytes32, cluster_id, must_know, name,
        optional_peer, peer_id, place, said, settings, signature,
    },
    round::{read_round, write_round},
};
use crate::{
    consensus::{
        GameCommand, History, MAX_ANCESTORS, Mark, RoomState, history::MARKS as MAX_MARKS,
        state::Session,
    },
    game::{Action, AnswerToAll, ChatLine, Game, GivenUp, Match, Mode, PeerId, Player, Table},
    proto as pb,
};

impl From<&RoomState> for pb::RoomState {
    fn from(state: &RoomState) -> Self {
        Self {
            rules: state.game.table().rules,
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
                    digest: session
                        .proof
                        .map(|(digest, _)| digest.to_vec())
                        .unwrap_or_default(),
                    signature: session
                        .proof
                        .map(|(_, signature)| signature.as_bytes().to_vec())
                        .unwrap_or_default(),
                })
                .collect(),
            ancestors: state
                .ancestors
                .iter()
                .map(|id| id.as_bytes().to_vec())
                .collect(),
            history: Some(pb::History {
                last: Some((&state.history.last).into()),
                marks: state.history.marks.iter().map(Into::into).collect(),
            }),
            removals: state.removals.values().map(Into::into).collect(),
        }
    }
}

impl From<&Mark> for pb::Mark {
    fn from(mark: &Mark) -> Self {
        Self {
            index: mark.index,
            digest: mark.digest.to_vec(),
        }
    }
}

/// Reads a mark.
///
/// # Errors
/// If its digest is none.
pub fn mark(mark: &pb::Mark) -> Decoded<Mark> {
    Ok(Mark {
        index: mark.index,
        digest: bytes32(&mark.digest, "digest")?,
    })
}

fn removals(commands: Vec<pb::Command>, known: u32) -> Decoded<BTreeMap<PeerId, GameCommand>> {
    let removals = commands.into_iter().map(|message| {
        let removal = command(message, known)?;
        match removal.action {
            Action::Remove { peer, .. } => Ok((peer, removal)),
            _ => Err(DecodeError::Invalid("removal")),
        }
    });
    removals.collect()
}

fn history(history: pb::History) -> Decoded<History> {
    if history.marks.len() > MAX_MARKS {
        return Err(DecodeError::Invalid("history"));
    }
    let last = history.last.ok_or(DecodeError::Missing("history"))?;
    Ok(History {
        last: mark(&last)?,
        marks: history.marks.iter().map(mark).collect::<Decoded<_>>()?,
    })
}

/// Reads the state of a room, for a program that knows the rules up to `known`.
///
/// # Errors
/// If it is not a whole state, or of newer rules.
pub fn state(state: pb::RoomState, known: u32) -> Decoded<RoomState> {
    must_know(known, state.rules)?;
    if state.ancestors.len() > MAX_ANCESTORS {
        return Err(DecodeError::Invalid("ancestors"));
    }
    let sessions = state
        .sessions
        .into_iter()
        .map(|session| {
            Ok((
                peer_id(&session.peer_id)?,
                Session {
                    session: session.session,
                    seq: session.seq,
                    reply: reply(session.reply.ok_or(DecodeError::Missing("reply"))?)?,
                    proof: match (session.digest.as_slice(), session.signature.as_slice()) {
                        ([], []) => None,
                        (digest, written) => {
                            Some((bytes32(digest, "digest")?, signature(written)?))
                        }
                    },
                },
            ))
        })
        .collect::<Decoded<_>>()?;
    let game = state.game.ok_or(DecodeError::Missing("game"))?;
    Ok(RoomState {
        game: read_game(game, state.rules)?,
        game_index: state.game_index,
        sessions,
        ancestors: state
            .ancestors
            .iter()
            .map(|id| cluster_id(id))
            .collect::<Decoded<_>>()?,
        history: state.history.map(history).transpose()?.unwrap_or_default(),
        removals: removals(state.removals, state.rules)?,
    })
}

/// Reads the state of a room as a snapshot holds it.
///
/// # Errors
/// As for [`state`].
pub fn stored_state(bytes: &[u8], known: u32) -> Decoded<RoomState> {
    let message = pb::RoomState::decode(bytes).map_err(|_bad| DecodeError::Invalid("state"))?;
    state(message, known)
}

impl RoomState {
    /// SHA-256 of the state as a snapshot holds it: the same on all nodes that
    /// have applied the same entries.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(pb::RoomState::from(self).encode_to_vec()).into()
    }
}

/// SHA-256 of a game as a snapshot holds it, which has no signatures in it.
pub fn digest_of_game(game: &Game) -> [u8; 32] {
    Sha256::digest(pb::Game::from(game).encode_to_vec()).into()
}

impl From<&Game> for pb::Game {
    fn from(game: &Game) -> Self {
        Self {
            players: game.players().iter().map(write_player).collect(),
            round: game.round().map(write_round),
            given_up: game.given_up().map(|given_up| pb::GivenUp {
                number: given_up.number,
                secret: given_up.secret.clone(),
                by: given_up.by.as_bytes().to_vec(),
            }),
            table: Some(game.table().into()),
        }
    }
}

fn read_game(game: pb::Game, rules: u32) -> Decoded<Game> {
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
    Ok(Game::restore(
        game.players
            .iter()
            .map(read_player)
            .collect::<Decoded<_>>()?,
        game.round.map(read_round).transpose()?,
        given_up,
        read_table(game.table.ok_or(DecodeError::Missing("table"))?, rules)?,
    ))
}

fn write_player((peer, player): (&PeerId, &Player)) -> pb::Player {
    pb::Player {
        peer_id: peer.as_bytes().to_vec(),
        name: player.name.to_string(),
        joined: player.joined,
        score: player.score,
        scored_in: player.scored_in,
        here: player.here,
        watching: player.watching,
        ready: player.ready,
    }
}

fn read_player(player: &pb::Player) -> Decoded<(PeerId, Player)> {
    let read = Player {
        name: name(&player.name)?,
        joined: player.joined,
        score: player.score,
        scored_in: player.scored_in,
        here: player.here,
        watching: player.watching,
        ready: player.ready,
    };
    Ok((peer_id(&player.peer_id)?, read))
}

// ---- what is kept besides the players and the round ----

impl From<&Table> for pb::Table {
    fn from(table: &Table) -> Self {
        let optional = |peer: &Option<PeerId>| {
            let bytes = peer.as_ref().map(|peer| peer.as_bytes().to_vec());
            bytes.unwrap_or_default()
        };
        let peers = |peers: &[PeerId]| {
            let peers = peers.iter().map(|peer| peer.as_bytes().to_vec());
            peers.collect()
        };
        Self {
            joined: table.joined,
            owner: optional(&table.owner),
            founder: optional(&table.founder),
            settings: Some((&table.settings).into()),
            newest_match: table.newest_match.as_ref().map(Into::into),
            streak: table.streak,
            best_streak: table.best_streak,
            counted: table.counted,
            said: table.said,
            talk: table.talk.iter().map(|line| (&**line).into()).collect(),
            history: table
                .history
                .iter()
                .map(|round| write_round(round))
                .collect(),
            knocks: table
                .knocks
                .iter()
                .map(|(peer, name)| pb::Knock {
                    peer_id: peer.as_bytes().to_vec(),
                    name: name.to_string(),
                })
                .collect(),
            guests: peers(&table.guests),
            refused: peers(&table.refused),
            removed: peers(&table.removed),
            answer_to_all: table.answer_to_all.map(|answer| pb::AnswerToAll {
                index: answer.index,
                let_in: answer.let_in,
            }),
        }
    }
}

fn read_table(table: pb::Table, rules: u32) -> Decoded<Table> {
    let peers = |peers: Vec<Vec<u8>>| {
        let peers = peers.iter().map(|peer| peer_id(peer));
        peers.collect::<Decoded<_>>()
    };
    Ok(Table {
        rules,
        joined: table.joined,
        owner: optional_peer(&table.owner)?,
        founder: optional_peer(&table.founder)?,
        settings: settings(table.settings.ok_or(DecodeError::Missing("settings"))?)?,
        newest_match: table.newest_match.map(read_match).transpose()?,
        streak: table.streak,
        best_streak: table.best_streak,
        counted: table.counted,
        said: table.said,
        talk: table
            .talk
            .into_iter()
            .map(|message| Ok(Arc::new(line(message)?)))
            .collect::<Decoded<_>>()?,
        history: table
            .history
            .into_iter()
            .map(|round| Ok(Arc::new(read_round(round)?)))
            .collect::<Decoded<_>>()?,
        knocks: table
            .knocks
            .iter()
            .map(|knock| Ok((peer_id(&knock.peer_id)?, name(&knock.name)?)))
            .collect::<Decoded<_>>()?,
        guests: peers(table.guests)?,
        refused: peers(table.refused)?,
        removed: peers(table.removed)?,
        answer_to_all: table.answer_to_all.map(|answer| AnswerToAll {
            index: answer.index,
            let_in: answer.let_in,
        }),
    })
}

impl From<&Match> for pb::Match {
    fn from(newest: &Match) -> Self {
        Self {
            number: newest.number,
            mode: place(&Mode::ALL, &newest.mode),
            rounds: newest.rounds.into(),
            begun: newest.begun.into(),
            over: newest.over,
            pack: newest.pack.clone(),
            alphabet: Some((&*newest.alphabet).into()),
            last_setter: newest.last_setter,
        }
    }
}

fn read_match(newest: pb::Match) -> Decoded<Match> {
    let small = |n: u32| u8::try_from(n).map_err(|_large| DecodeError::Invalid("rounds"));
    Ok(Match {
        number: newest.number,
        mode: at_place(&Mode::ALL, newest.mode, "mode")?,
        rounds: small(newest.rounds)?,
        begun: small(newest.begun)?,
        over: newest.over,
        pack: newest.pack,
        alphabet: alphabet(&newest.alphabet.ok_or(DecodeError::Missing("alphabet"))?)?,
        last_setter: newest.last_setter,
    })
}

impl From<&ChatLine> for pb::Line {
    fn from(line: &ChatLine) -> Self {
        Self {
            number: line.number,
            peer_id: line.by.as_bytes().to_vec(),
            said: Some((&line.said).into()),
        }
    }
}

fn line(line: pb::Line) -> Decoded<ChatLine> {
    Ok(ChatLine {
        number: line.number,
        by: peer_id(&line.peer_id)?,
        said: said(line.said.ok_or(DecodeError::Missing("message"))?)?,
    })
}
