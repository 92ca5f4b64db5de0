//! The state of a room: the game, and whose commands were applied.

use prost::Message as _;
use sha2::{Digest as _, Sha256};

use super::{
    parts::name,
    round::{read_round, write_round},
    table,
    wire::{DecodeError, Decoded, cluster_id, must_know, peer_id},
};
use crate::{
    consensus::{MAX_ANCESTORS, RoomState, state::Session},
    game::{Game, GivenUp, PeerId, Player},
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
    })
}

impl RoomState {
    /// SHA-256 of the state as a snapshot holds it: the same on all nodes that
    /// have applied the same entries.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(pb::RoomState::from(self).encode_to_vec()).into()
    }
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
        table::read(game.table.ok_or(DecodeError::Missing("table"))?, rules)?,
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
        removed: player.removed,
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
        removed: player.removed,
    };
    Ok((peer_id(&player.peer_id)?, read))
}

// ---- rounds ----
