//! A round, its tries and its secret.

use super::parts::{
    DecodeError, Decoded, alphabet, at_most, at_place, bytes32, cells, clue, letter, optional_peer,
    pack_id, peer_id, place, read_shape, secret, shape, whole,
};
use crate::{
    game::{
        Asked, Content, Frame, GuessMade, MAX_ASKED, MAX_GUESSES, Mode, PeerId, Question, Round,
        Sealed, Tried, Void, shape_of,
    },
    proto as pb,
};

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
        started_by: round.started_by.as_bytes().to_vec(),
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
    Ok(Round {
        number: round.number,
        started_by: peer_id(&round.started_by)?,
        pack: pack_id(round.pack)?,
        clue: clue(round.clue)?,
        content,
        guesses: at_most(round.guesses, MAX_GUESSES, "guesses")?
            .into_iter()
            .map(read_guess)
            .collect::<Decoded<_>>()?,
        frame,
    })
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
    let read = Frame {
        in_match: frame.in_match,
        mode: at_place(&Mode::ALL, frame.mode, "mode")?,
        alphabet: frame.alphabet.as_ref().map(alphabet).transpose()?,
        setter: optional_peer(&frame.setter)?,
        turn: optional_peer(&frame.turn)?,
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
    for asked in at_most(sealed.asked, MAX_ASKED, "questions")? {
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
