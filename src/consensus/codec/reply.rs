//! What came of a command.

use super::{super::Reply, DecodeError, Decoded};
use crate::{
    game::{Outcome, Rejection},
    proto as pb,
};

/// Each outcome and its number on the wire.
const OUTCOMES: [(Outcome, pb::Outcome); 10] = [
    (Outcome::Hit, pb::Outcome::Hit),
    (Outcome::Miss, pb::Outcome::Miss),
    (Outcome::Repeat, pb::Outcome::Repeat),
    (Outcome::Started, pb::Outcome::Started),
    (Outcome::Seated, pb::Outcome::Seated),
    (Outcome::Asked, pb::Outcome::Asked),
    (Outcome::Hinted, pb::Outcome::Hinted),
    (Outcome::Done, pb::Outcome::Done),
    (Outcome::Said, pb::Outcome::Said),
    (Outcome::Unchanged, pb::Outcome::Unchanged),
];

/// Each rejection and its number on the wire.
const REJECTIONS: [(Rejection, pb::Rejection); 28] = [
    (Rejection::NotALetter, pb::Rejection::NotALetter),
    (Rejection::NoRound, pb::Rejection::NoRound),
    (Rejection::RoundOver, pb::Rejection::RoundOver),
    (Rejection::RoundChanged, pb::Rejection::RoundChanged),
    (Rejection::BadSecret, pb::Rejection::BadSecret),
    (Rejection::BadName, pb::Rejection::BadName),
    (Rejection::NotSeated, pb::Rejection::NotSeated),
    (Rejection::Stale, pb::Rejection::Stale),
    (Rejection::NotInAlphabet, pb::Rejection::NotInAlphabet),
    (Rejection::NotYourTurn, pb::Rejection::NotYourTurn),
    (Rejection::YouSetIt, pb::Rejection::YouSetIt),
    (Rejection::Watching, pb::Rejection::Watching),
    (Rejection::NotSealed, pb::Rejection::NotSealed),
    (Rejection::NotSetter, pb::Rejection::NotSetter),
    (Rejection::BadAnswer, pb::Rejection::BadAnswer),
    (Rejection::NoHint, pb::Rejection::NoHint),
    (Rejection::NotOwner, pb::Rejection::NotOwner),
    (Rejection::BadSettings, pb::Rejection::BadSettings),
    (Rejection::MatchOn, pb::Rejection::MatchOn),
    (Rejection::NoMatch, pb::Rejection::NoMatch),
    (Rejection::MatchChanged, pb::Rejection::MatchChanged),
    (Rejection::RoundOn, pb::Rejection::RoundOn),
    (Rejection::NotReady, pb::Rejection::NotReady),
    (Rejection::TooFew, pb::Rejection::TooFew),
    (Rejection::Full, pb::Rejection::Full),
    (Rejection::NoSuchPlayer, pb::Rejection::NoSuchPlayer),
    (Rejection::Removed, pb::Rejection::Removed),
    (Rejection::OldRules, pb::Rejection::OldRules),
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
