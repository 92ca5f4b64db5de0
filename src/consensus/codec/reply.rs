//! What came of a command.

use super::wire::{DecodeError, Decoded};
use crate::{
    coded_enum::numbered_on_the_wire,
    consensus::Response,
    game::{Outcome, Rejection},
    proto as pb,
};

numbered_on_the_wire!(
    Outcome, pb::Outcome:
    Hit, Miss, Repeat, Started, Seated, Asked, Hinted, Done, Said, Unchanged,
);

numbered_on_the_wire!(
    Rejection, pb::Rejection:
    NotALetter, NoRound, RoundOver, RoundChanged, BadSecret, BadName, NotSeated, Stale,
    NotInAlphabet, NotYourTurn, YouSetIt, Watching, NotSealed, NotSetter, BadAnswer,
    NoHint, NotOwner, BadSettings, MatchOn, NoMatch, MatchChanged, RoundOn, NotReady,
    TooFew, Full, NoSuchPlayer, Removed, OldRules,
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

impl TryFrom<pb::Reply> for Response {
    type Error = DecodeError;

    fn try_from(reply: pb::Reply) -> Decoded<Self> {
        let result = match (reply.outcome, reply.rejection) {
            (0, 0) => None,
            (number, 0) => Some(Ok(
                Outcome::from_number(number).ok_or(DecodeError::Invalid("outcome"))?
            )),
            (_, number) => Some(Err(
                Rejection::from_number(number).ok_or(DecodeError::Invalid("rejection"))?
            )),
        };
        Ok(Self {
            index: reply.index,
            result,
        })
    }
}
