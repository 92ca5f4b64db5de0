//! The state of a room: the game, and whose commands were applied.

use prost::Message as _;
use sha2::{Digest as _, Sha256};

use super::{
    super::{MAX_ANCESTORS, RoomState, state::Session},
    DecodeError, Decoded, cluster_id, must_know,
    parts::{at_place, bytes32, cells, letter, name, place, read_shape, secret, shape, whole},
    peer_id, table,
};
use crate::{
    game::{
        Asked, Content, Frame, Game, GivenUp, GuessMade, Mode, PeerId, Player, Question, Round,
        Sealed, Tried, Void, shape_of,
    },
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

pub(super) fn write_round(round: &Round) -> pb::Round {
    pb::Round {
        number: round.number(),
        pack: round.pack().to_owned(),
        clue: round.clue().to_owned(),
        secret: match round.content() {
            Content::Open(secret) => cells(secret),
            Content::Unset | Content::Sealed(_) => Vec::new(),
        },
        guesses: round.guesses().iter().map(write_guess).collect(),
        started_by: round.started_by().as_bytes().to_vec(),
        frame: Some(write_frame(round)),
    }
}

fn write_guess(guess: &GuessMade) -> pb::GuessMade {
    let (hint, paid) = match guess.tried {
        Tried::Hint { paid, .. } => (true, paid),
        Tried::Letter(_) | Tried::Whole(_) => (false, false),
    };
    pb::GuessMade {
        letter: guess
            .letter()
            .map(|letter| letter.to_string())
            .unwrap_or_default(),
        peer_id: guess.by.as_bytes().to_vec(),
        cells: guess.cells,
        index: guess.index,
        hint,
        paid,
        whole: match &guess.tried {
            Tried::Whole(whole) => Some(whole.into()),
            Tried::Letter(_) | Tried::Hint { .. } => None,
        },
    }
}

fn write_frame(round: &Round) -> pb::Frame {
    let frame = round.frame();
    let peer = |peer: Option<PeerId>| peer.map(|peer| peer.as_bytes().to_vec());
    pb::Frame {
        in_match: frame.in_match,
        mode: place(&Mode::ALL, &frame.mode),
        alphabet: frame.alphabet.as_deref().map(Into::into),
        setter: peer(frame.setter).unwrap_or_default(),
        turn: peer(frame.turn).unwrap_or_default(),
        step: frame.step,
        void: frame.void.map_or(0, |void| place(&Void::ALL, &void)),
        sealed: match round.content() {
            Content::Sealed(sealed) => Some(write_sealed(sealed)),
            Content::Unset | Content::Open(_) => None,
        },
    }
}

fn write_sealed(sealed: &Sealed) -> pb::Sealed {
    let asked = sealed.asked.iter().map(|asked| {
        let mut message = pb::Asked {
            peer_id: asked.by.as_bytes().to_vec(),
            index: asked.index,
            ..pb::Asked::default()
        };
        match &asked.question {
            Question::Letter(letter) => message.letter = letter.to_string(),
            Question::Whole(whole) => message.whole = Some(whole.into()),
            Question::Hint { paid } => message.paid = *paid,
        }
        message
    });
    pb::Sealed {
        commitment: sealed.commitment.to_vec(),
        shape: shape(&sealed.shape),
        asked: asked.collect(),
        revealed: sealed.revealed.as_ref().map(cells).unwrap_or_default(),
    }
}

pub(super) fn read_round(round: pb::Round) -> Decoded<Round> {
    let (frame, sealed) = read_frame(round.frame.ok_or(DecodeError::Missing("frame"))?)?;
    let content = match sealed {
        Some(sealed) => Content::Sealed(sealed),
        None if round.secret.is_empty() && frame.setter.is_some() => Content::Unset,
        None => Content::Open(secret(round.secret)?),
    };
    Ok(Round::restore(
        round.number,
        peer_id(&round.started_by)?,
        round.pack,
        round.clue,
        content,
        round
            .guesses
            .into_iter()
            .map(read_guess)
            .collect::<Decoded<_>>()?,
        frame,
    ))
}

fn read_guess(guess: pb::GuessMade) -> Decoded<GuessMade> {
    let tried = match guess.whole {
        Some(message) => Tried::Whole(whole(Some(message))?),
        None if guess.hint => Tried::Hint {
            letter: letter(&guess.letter)?,
            paid: guess.paid,
        },
        None => Tried::Letter(letter(&guess.letter)?),
    };
    Ok(GuessMade {
        tried,
        by: peer_id(&guess.peer_id)?,
        cells: guess.cells,
        index: guess.index,
    })
}

fn read_frame(frame: pb::Frame) -> Decoded<(Frame, Option<Sealed>)> {
    let alphabet = frame
        .alphabet
        .map(crate::game::Alphabet::try_from)
        .transpose()?;
    let read = Frame {
        in_match: frame.in_match,
        mode: at_place(&Mode::ALL, frame.mode, "mode")?,
        alphabet: alphabet.map(std::sync::Arc::new),
        setter: table::optional_peer(&frame.setter)?,
        turn: table::optional_peer(&frame.turn)?,
        step: frame.step,
        void: match frame.void {
            0 => None,
            nth => Some(at_place(&Void::ALL, nth, "reason")?),
        },
    };
    Ok((read, frame.sealed.map(read_sealed).transpose()?))
}

fn read_sealed(sealed: pb::Sealed) -> Decoded<Sealed> {
    let commitment = bytes32(&sealed.commitment, "commitment")?;
    let mut read = Sealed::new(commitment, read_shape(sealed.shape)?)
        .map_err(|_bad| DecodeError::Invalid("shape"))?;
    for asked in sealed.asked {
        let question = match asked.whole {
            Some(message) => Question::Whole(whole(Some(message))?),
            None if asked.letter.is_empty() => Question::Hint { paid: asked.paid },
            None => Question::Letter(letter(&asked.letter)?),
        };
        read.asked.push_back(Asked {
            question,
            by: peer_id(&asked.peer_id)?,
            index: asked.index,
        });
    }
    if !sealed.revealed.is_empty() {
        let secret = secret(sealed.revealed)?;
        if shape_of(&secret) != read.shape {
            return Err(DecodeError::Invalid("secret"));
        }
        read.revealed = Some(secret);
    }
    Ok(read)
}
