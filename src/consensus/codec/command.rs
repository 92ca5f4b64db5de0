//! Commands of players, and observations of the leader.

use std::sync::Arc;

use super::{
    parts::{bytes32, cells, clue, letter, name, pack_id, read_shape, secret, shape, whole},
    wire::{DecodeError, Decoded, must_know, peer_id},
};
use crate::{
    consensus::{CommandId, GameCommand, Proposal},
    game::{Action, Deal, FIRST_RULES, MAX_ROUNDS, Observation},
    proto as pb,
};

impl From<&GameCommand> for pb::Command {
    fn from(command: &GameCommand) -> Self {
        Self {
            rules: command.action.rules(),
            id: Some(pb::CommandId {
                peer_id: command.id.peer_id.as_bytes().to_vec(),
                session: command.id.session,
                seq: command.id.seq,
            }),
            action: Some(write(&command.action, command.opens_session)),
        }
    }
}

fn write(action: &Action, opens: bool) -> pb::command::Action {
    use pb::command::Action as A;
    match action {
        Action::TakeSeat { name } => A::OpenSession(pb::OpenSession {
            name: name.to_string(),
            opens,
        }),
        Action::Guess { letter, round } => A::Guess(pb::Guess {
            letter: letter.to_string(),
            round: *round,
        }),
        Action::StartRound {
            pack,
            clue,
            secret,
            alphabet,
            after_round,
        } => A::StartRound(pb::StartRound {
            pack: pack.clone(),
            clue: clue.clone(),
            secret: cells(secret),
            after_round: *after_round,
            alphabet: alphabet.as_deref().map(Into::into),
        }),
        Action::Solve { whole, round } => A::Solve(pb::Solve {
            whole: Some(whole.into()),
            round: *round,
        }),
        Action::Hint { round } => A::Hint(pb::Hint { round: *round }),
        Action::Configure(settings) => A::Configure(settings.into()),
        Action::Ready(ready) => A::Ready(*ready),
        Action::StartMatch {
            deck,
            alphabet,
            force,
            after_match,
        } => A::StartMatch(pb::StartMatch {
            deck: deck.iter().map(Into::into).collect(),
            alphabet: Some((&**alphabet).into()),
            force: *force,
            after_match: *after_match,
        }),
        Action::NextRound { after_round } => A::NextRound(pb::NextRound {
            after_round: *after_round,
        }),
        Action::StopMatch => A::StopMatch(pb::Nothing {}),
        Action::Seal {
            round,
            commitment,
            shape: cells,
            clue,
        } => A::Seal(pb::Seal {
            round: *round,
            commitment: commitment.to_vec(),
            shape: shape(cells),
            clue: clue.clone(),
        }),
        Action::Answer {
            round,
            nth,
            letter,
            cells,
        } => A::Answer(pb::Answer {
            round: *round,
            nth: *nth,
            letter: letter.map(|letter| letter.to_string()),
            cells: *cells,
        }),
        Action::Reveal {
            round,
            secret,
            salt,
        } => A::Reveal(pb::Reveal {
            round: *round,
            secret: cells(secret),
            salt: salt.to_vec(),
        }),
        Action::GiveUp { round } => A::GiveUp(*round),
        Action::Say(said) => A::Say(said.into()),
        Action::Watch(watching) => A::Watch(*watching),
        Action::PassOwner(peer) => A::PassOwner(peer.as_bytes().to_vec()),
        Action::Remove(peer) => A::Remove(peer.as_bytes().to_vec()),
        Action::LetIn(peer) => A::LetIn(peer.as_bytes().to_vec()),
        Action::Refuse(peer) => A::Refuse(peer.as_bytes().to_vec()),
    }
}

/// Reads a command, for a program that knows the rules up to `known`.
///
/// # Errors
/// If it is not a whole command, or of newer rules.
pub fn command(command: pb::Command, known: u32) -> Decoded<GameCommand> {
    use pb::command::Action as A;
    must_know(known, command.rules)?;
    let id = command.id.ok_or(DecodeError::Missing("command id"))?;
    let action = command.action.ok_or(DecodeError::Missing("action"))?;
    Ok(GameCommand {
        id: CommandId {
            peer_id: peer_id(&id.peer_id)?,
            session: id.session,
            seq: id.seq,
        },
        opens_session: matches!(&action, A::OpenSession(open) if open.opens),
        action: read(action)?,
    })
}

fn read(action: pb::command::Action) -> Decoded<Action> {
    use pb::command::Action as A;
    Ok(match action {
        A::OpenSession(open) => Action::TakeSeat {
            name: name(&open.name)?,
        },
        A::Guess(guess) => Action::Guess {
            letter: letter(&guess.letter)?,
            round: guess.round,
        },
        A::StartRound(start) => Action::StartRound {
            pack: pack_id(start.pack)?,
            clue: clue(start.clue)?,
            secret: secret(start.secret)?,
            alphabet: start.alphabet.map(read_alphabet).transpose()?,
            after_round: start.after_round,
        },
        A::Solve(solve) => Action::Solve {
            whole: whole(solve.whole)?,
            round: solve.round,
        },
        A::Hint(hint) => Action::Hint { round: hint.round },
        A::Configure(settings) => Action::Configure(settings.try_into()?),
        A::Ready(ready) => Action::Ready(ready),
        A::StartMatch(start) => {
            if start.deck.len() > usize::from(MAX_ROUNDS) {
                return Err(DecodeError::Invalid("deck"));
            }
            let deck: Decoded<Vec<Deal>> = start.deck.into_iter().map(Deal::try_from).collect();
            let alphabet = start.alphabet.ok_or(DecodeError::Missing("alphabet"))?;
            Action::StartMatch {
                deck: deck?.into(),
                alphabet: read_alphabet(alphabet)?,
                force: start.force,
                after_match: start.after_match,
            }
        }
        A::NextRound(next) => Action::NextRound {
            after_round: next.after_round,
        },
        A::StopMatch(pb::Nothing {}) => Action::StopMatch,
        A::Seal(seal) => Action::Seal {
            round: seal.round,
            commitment: bytes32(&seal.commitment, "commitment")?,
            shape: read_shape(seal.shape)?,
            clue: clue(seal.clue)?,
        },
        A::Answer(answer) => Action::Answer {
            round: answer.round,
            nth: answer.nth,
            letter: answer.letter.as_deref().map(letter).transpose()?,
            cells: answer.cells,
        },
        A::Reveal(reveal) => Action::Reveal {
            round: reveal.round,
            secret: secret(reveal.secret)?,
            salt: bytes32(&reveal.salt, "salt")?,
        },
        A::GiveUp(round) => Action::GiveUp { round },
        A::Say(said) => Action::Say(said.try_into()?),
        A::Watch(watching) => Action::Watch(watching),
        A::PassOwner(peer) => Action::PassOwner(peer_id(&peer)?),
        A::Remove(peer) => Action::Remove(peer_id(&peer)?),
        A::LetIn(peer) => Action::LetIn(peer_id(&peer)?),
        A::Refuse(peer) => Action::Refuse(peer_id(&peer)?),
        // It has no id, and no player may send one.
        A::Observation(_) => return Err(DecodeError::Invalid("command")),
    })
}

fn read_alphabet(alphabet: pb::Alphabet) -> Decoded<Arc<crate::game::Alphabet>> {
    Ok(Arc::new(alphabet.try_into()?))
}

// ---- observations ----

impl From<&Observation> for pb::Command {
    fn from(observation: &Observation) -> Self {
        use pb::observation::What;
        let what = match observation {
            Observation::Rules(rules) => What::Rules(*rules),
            Observation::Presence { peer, here } => What::Presence(pb::Presence {
                peer_id: peer.as_bytes().to_vec(),
                here: *here,
            }),
            Observation::TimeUp { round, step } => What::TimeUp(pb::TimeUp {
                round: *round,
                step: *step,
            }),
            Observation::Knock { peer, name } => What::Knock(pb::Knock {
                peer_id: peer.as_bytes().to_vec(),
                name: name.to_string(),
            }),
            Observation::KnockWithdrawn(peer) => What::KnockWithdrawn(peer.as_bytes().to_vec()),
        };
        Self {
            rules: match observation {
                Observation::Rules(rules) => *rules,
                _ => FIRST_RULES,
            },
            id: None,
            action: Some(pb::command::Action::Observation(pb::Observation {
                what: Some(what),
            })),
        }
    }
}

/// Reads what an entry brings: a command or an observation.
pub(super) fn proposal(message: pb::Command, known: u32) -> Decoded<Proposal> {
    must_know(known, message.rules)?;
    let Some(pb::command::Action::Observation(observation)) = message.action else {
        return Ok(Proposal::Command(command(message, known)?));
    };
    use pb::observation::What;
    Ok(Proposal::Observation(
        match observation
            .what
            .ok_or(DecodeError::Missing("observation"))?
        {
            What::Rules(rules) => Observation::Rules(rules),
            What::Presence(presence) => Observation::Presence {
                peer: peer_id(&presence.peer_id)?,
                here: presence.here,
            },
            What::TimeUp(time_up) => Observation::TimeUp {
                round: time_up.round,
                step: time_up.step,
            },
            What::Knock(knock) => Observation::Knock {
                peer: peer_id(&knock.peer_id)?,
                name: name(&knock.name)?,
            },
            What::KnockWithdrawn(peer) => Observation::KnockWithdrawn(peer_id(&peer)?),
        },
    ))
}
