//! Commands of players, what comes of them, and observations of the leader.

use prost::Message as _;
use sha2::{Digest as _, Sha256};

use super::parts::{
    DecodeError, Decoded, alphabet, bytes32, cells, clue, deal, letter, must_know, name, pack_id,
    peer_id, public_key, read_shape, said, secret, settings, shape, signature, whole,
};
use crate::{
    coded_enum::numbered_on_the_wire,
    consensus::{CommandId, CommandProof, GameCommand, Proposal, Response, Signed},
    game::{Action, FIRST_RULES, Observation, Outcome, Rejection},
    proto as pb,
};

impl From<&GameCommand> for pb::Command {
    fn from(command: &GameCommand) -> Self {
        let signed = command.signed.as_ref();
        Self {
            rules: command.action.rules(),
            id: Some(pb::CommandId {
                peer_id: command.id.peer_id.as_bytes().to_vec(),
                session: command.id.session,
                seq: command.id.seq,
            }),
            action: Some(write(&command.action, command.opens_session)),
            key: signed
                .map(|signed| signed.key.as_bytes().to_vec())
                .unwrap_or_default(),
            signature: signed
                .map(|signed| signed.signature.as_bytes().to_vec())
                .unwrap_or_default(),
        }
    }
}

/// SHA-256 of all that a player signs of a command, apart from where it is for.
pub fn digest(command: &GameCommand) -> [u8; 32] {
    let unsigned = pb::Command {
        key: Vec::new(),
        signature: Vec::new(),
        ..command.into()
    };
    Sha256::digest(unsigned.encode_to_vec()).into()
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
            deal,
            alphabet,
            force,
            after_match,
        } => A::StartMatch(pb::StartMatch {
            deal: deal.as_ref().map(Into::into),
            alphabet: Some((&**alphabet).into()),
            force: *force,
            after_match: *after_match,
        }),
        Action::NextRound { after_round, deal } => A::NextRound(pb::NextRound {
            after_round: *after_round,
            deal: deal.as_ref().map(Into::into),
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
        Action::TakeOwner => A::TakeOwner(pb::Nothing {}),
        Action::Remove { peer, lock } => A::Remove(pb::Remove {
            peer_id: peer.as_bytes().to_vec(),
            lock: *lock,
        }),
        Action::LetIn(peer) => A::LetIn(peer.as_bytes().to_vec()),
        Action::Refuse(peer) => A::Refuse(peer.as_bytes().to_vec()),
        Action::AnswerAll { let_in } => A::AnswerAll(*let_in),
    }
}

impl From<&CommandProof> for pb::CommandProof {
    fn from(proof: &CommandProof) -> Self {
        Self {
            session: proof.session,
            seq: proof.seq,
            digest: proof.digest.to_vec(),
            signature: proof.signature.as_bytes().to_vec(),
        }
    }
}

/// Reads what shows that a command was given.
///
/// # Errors
/// If its digest or signature is none.
#[expect(clippy::needless_pass_by_value, reason = "for `map`")]
pub fn command_proof(proof: pb::CommandProof) -> Decoded<CommandProof> {
    Ok(CommandProof {
        session: proof.session,
        seq: proof.seq,
        digest: bytes32(&proof.digest, "digest")?,
        signature: signature(&proof.signature)?,
    })
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
        signed: match (command.key.as_slice(), command.signature.as_slice()) {
            ([], []) => None,
            (key, written) => Some(Box::new(Signed {
                key: public_key(key)?,
                signature: signature(written)?,
            })),
        },
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
            alphabet: start.alphabet.as_ref().map(alphabet).transpose()?,
            after_round: start.after_round,
        },
        A::Solve(solve) => Action::Solve {
            whole: whole(solve.whole)?,
            round: solve.round,
        },
        A::Hint(hint) => Action::Hint { round: hint.round },
        A::Configure(chosen) => Action::Configure(settings(chosen)?),
        A::Ready(ready) => Action::Ready(ready),
        A::StartMatch(start) => Action::StartMatch {
            deal: start.deal.map(deal).transpose()?,
            alphabet: alphabet(&start.alphabet.ok_or(DecodeError::Missing("alphabet"))?)?,
            force: start.force,
            after_match: start.after_match,
        },
        A::NextRound(next) => Action::NextRound {
            after_round: next.after_round,
            deal: next.deal.map(deal).transpose()?,
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
        A::Say(message) => Action::Say(said(message)?),
        A::Watch(watching) => Action::Watch(watching),
        A::PassOwner(peer) => Action::PassOwner(peer_id(&peer)?),
        A::TakeOwner(pb::Nothing {}) => Action::TakeOwner,
        A::Remove(remove) => Action::Remove {
            peer: peer_id(&remove.peer_id)?,
            lock: remove.lock,
        },
        A::LetIn(peer) => Action::LetIn(peer_id(&peer)?),
        A::Refuse(peer) => Action::Refuse(peer_id(&peer)?),
        A::AnswerAll(let_in) => Action::AnswerAll { let_in },
        // It has no id, and no player may send one.
        A::Observation(_) => return Err(DecodeError::Invalid("command")),
    })
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
            key: Vec::new(),
            signature: Vec::new(),
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
            What::Rules(rules) => {
                // Also where the message says that it needs older ones.
                must_know(known, rules)?;
                Observation::Rules(rules)
            }
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

// ---- what comes of a command ----

numbered_on_the_wire!(
    Outcome, pb::Outcome:
    Hit, Miss, Repeat, Started, Seated, Asked, Hinted, Done, Said, Unchanged,
);

numbered_on_the_wire!(
    Rejection, pb::Rejection:
    NotALetter, NoRound, RoundOver, RoundChanged, BadSecret, BadName, NotSeated, Stale,
    NotInAlphabet, NotYourTurn, YouSetIt, Watching, NotSealed, NotSetter, BadAnswer,
    NoHint, NotOwner, BadSettings, MatchOn, NoMatch, MatchChanged, RoundOn, NotReady,
    TooFew, Full, NoSuchPlayer, Removed, OldRules, Founder, NotFounder,
);

impl From<&Response> for pb::Reply {
    fn from(reply: &Response) -> Self {
        let (outcome, rejection) = match reply.result {
            Some(Ok(outcome)) => (outcome.number(), 0),
            Some(Err(rejection)) => (0, rejection.number()),
            None => (0, 0),
        };
        Self {
            outcome,
            rejection,
            index: reply.index,
        }
    }
}

/// Reads what came of a command.
///
/// # Errors
/// If it is no outcome and no rejection that is known here.
pub fn reply(reply: pb::Reply) -> Decoded<Response> {
    let result = match (reply.outcome, reply.rejection) {
        (0, 0) => None,
        (number, 0) => Some(Ok(
            Outcome::from_number(number).ok_or(DecodeError::Invalid("outcome"))?
        )),
        (_, number) => Some(Err(
            Rejection::from_number(number).ok_or(DecodeError::Invalid("rejection"))?
        )),
    };
    Ok(Response {
        index: reply.index,
        result,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Once they are in the log, a program that does not know them cannot open it.
    #[test]
    fn rules_that_are_not_known_here_are_not_read() {
        let cases = [
            // raised to, and what the message says that it needs
            (2, 2, true),
            (3, 3, false),
            (3, 2, false),
            (u32::MAX, 0, false),
        ];
        for (raised, needs, ok) in cases {
            let message = pb::Command {
                rules: needs,
                ..pb::Command::from(&Observation::Rules(raised))
            };
            assert_eq!(proposal(message, 2).is_ok(), ok, "{raised}, {needs}");
        }
    }
}
