//! A call of another node, and why it may bring no answer. A refusal is a gRPC
//! error whose details say why, for programs and for people.

use std::{future::Future, time::Duration};

use prost::Message as _;
use tonic::{Code, Request, Status};

use super::{
    header::start,
    messages::{REPLACED, Start},
};
use crate::{
    coded_enum::{coded_enum, numbered_on_the_wire},
    consensus::{
        Notice,
        codec::{self, DecodeError, Decoded},
    },
    game::{PeerId, shown},
    proto as pb,
};

/// How long a stranger's call may take, connecting included.
pub(super) const LOBBY_DEADLINE: Duration = Duration::from_secs(4);

/// How long entering and leaving may take: a membership change.
pub(super) const CHANGE_DEADLINE: Duration = Duration::from_secs(4);

/// Why a call brought no answer. As a text it is for the log: what the other side says
/// stands in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// It was answered with no.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// Nobody answers, or not in time, or nothing sensible.
    #[error("no answer: {0}")]
    Unreachable(String),
    /// Something answers that is not this program, or not this version of it.
    #[error("{0}")]
    Denied(String),
    /// It has left that room behind: where the game went on, step by step.
    #[error("the game continued in another room")]
    Continued(Vec<Notice>),
}

/// A request that tells the other side when nobody waits any more.
pub(super) fn timed<T>(message: T, deadline: Duration) -> Request<T> {
    let mut request = Request::new(message);
    request.set_timeout(deadline);
    request
}

/// Said of an answer that did not come in time.
pub(super) const LATE: &str = "it took too long";

/// Waits for an answer, connecting included.
pub(super) async fn within<T>(
    deadline: Duration,
    call: impl Future<Output = Result<tonic::Response<T>, Status>>,
) -> Result<T, CallError> {
    match tokio::time::timeout(deadline, call).await {
        Ok(Ok(response)) => Ok(response.into_inner()),
        Ok(Err(status)) => Err(status.into()),
        Err(_late) => Err(CallError::Unreachable(LATE.to_owned())),
    }
}

impl From<Status> for CallError {
    fn from(status: Status) -> Self {
        if let Some(refused) = Refused::of(&status) {
            return refused.map_or_else(Into::into, Self::Refused);
        }
        let message = shown(status.message(), MAX_MESSAGE);
        match status.code() {
            Code::PermissionDenied
            | Code::Unauthenticated
            | Code::NotFound
            | Code::FailedPrecondition
            | Code::InvalidArgument
            | Code::Unimplemented => Self::Denied(message),
            _ => Self::Unreachable(shown(&innermost(&status), MAX_MESSAGE)),
        }
    }
}

impl From<DecodeError> for CallError {
    fn from(error: DecodeError) -> Self {
        Self::Denied(format!("invalid answer: {error}"))
    }
}

/// The cause that a person can do something about stands at the bottom.
fn innermost(status: &Status) -> String {
    let mut error: &dyn std::error::Error = status;
    while let Some(source) = error.source() {
        error = source;
    }
    match error.downcast_ref::<Status>() {
        Some(status) => status.message().to_owned(),
        None => error.to_string(),
    }
}

/// The longest text of a refusal, in characters.
const MAX_MESSAGE: usize = 200;

/// The gRPC code of a refusal.
const REFUSED: Code = Code::Aborted;

/// Why a call was refused. Final unless a leader is named.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", said.as_ref().unwrap_or(message))]
pub struct Refused {
    /// For programs.
    pub reason: Refusal,
    /// For people, in this program's words.
    pub message: String,
    /// What the other side says of it, which may be anything: for the log only.
    pub said: Option<String>,
    /// With [`Refusal::NotLeader`]: whom to ask instead, and where.
    pub leader: Option<(PeerId, Vec<String>)>,
    /// Whether the command that was proposed may be in some log all the same:
    /// retry with the same id only.
    pub maybe_appended: bool,
    /// With [`Refusal::Replaced`]: the start that plays.
    pub start: Option<Box<Start>>,
}

coded_enum! {
    /// The kinds of refusals.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Refusal {
        /// The two programs speak different protocols.
        Version = "version",
        /// It is not in that room.
        NoSuchRoom = "no_such_room",
        /// All [`MAX_MEMBERS`](crate::net::MAX_MEMBERS) seats are taken.
        RoomFull = "room_full",
        /// The name cannot be shown.
        BadName = "bad_name",
        /// Only the leader can do this.
        NotLeader = "not_leader",
        /// The leader cannot reach a majority of the voters.
        NoQuorum = "no_quorum",
        /// The caller holds no seat here.
        NotAMember = "not_a_member",
        /// Too much is asked at once.
        Busy = "busy",
        /// The player has taken another seat since.
        Replaced = "replaced",
        /// Nobody is to be left behind: the room has a leader and a quorum.
        StillPlayed = "still_played",
        /// The room is locked, and its owner is asked.
        Knocking = "knocking",
        /// Its owner has said no.
        NotLetIn = "not_let_in",
        /// Its owner has sent the player away.
        Removed = "removed",
        /// Too much was said in too short a time.
        TooFast = "too_fast",
        /// The room plays by older rules.
        OldRules = "old_rules",
        /// The caller is not known as a member, and has to show how it came in.
        WhoAreYou = "who_are_you",
        /// The game went on in another room.
        Continued = "continued",
        /// The caller's log is older than what was decided since.
        OlderLog = "older_log",
        /// A text that nobody could have typed.
        BadText = "bad_text",
        /// It is not the room's PIN.
        WrongPin = "wrong_pin",
        /// There were too many wrong PINs in the last minute.
        PinTries = "pin_tries",
        /// The room has no PIN.
        NoPin = "no_pin",
    }
}

impl Refusal {
    /// A refusal with these words.
    pub fn because(self, message: impl Into<String>) -> Refused {
        Refused {
            reason: self,
            message: message.into(),
            said: None,
            leader: None,
            maybe_appended: false,
            start: None,
        }
    }

    /// A refusal in the words that every one of this kind can be said in.
    pub(crate) fn plainly(self) -> Refused {
        self.because(self.words())
    }

    /// What it means to somebody who was refused, whoever did.
    fn words(self) -> &'static str {
        match self {
            Self::Version => {
                "the two computers have different versions; install the same version on both"
            }
            Self::NoSuchRoom => "that room was not found there",
            Self::RoomFull => "the room is full",
            Self::BadName => "that name cannot be shown there; choose another one",
            Self::NotLeader => "the players have no leader yet; try again in a moment",
            Self::NoQuorum => "most players of that room cannot be reached right now",
            Self::NotAMember => "you have no seat in that room any more; join it again",
            Self::Busy => "too much is going on there; try again in a moment",
            Self::Replaced => REPLACED,
            Self::StillPlayed => "that room is still being played",
            Self::Knocking => "nobody has let you in yet; ask the owner of the room",
            Self::NotLetIn => "the owner of the room did not let you in",
            Self::Removed => "the owner of the room removed you",
            Self::TooFast => "not so fast; wait a moment",
            Self::OldRules => "everybody in the room needs the newest version for that",
            Self::WhoAreYou => "you are not known in that room; join it again",
            Self::Continued => "the game continued in another room",
            Self::OlderLog => "this computer has an older copy of the game than the others",
            Self::BadText => "that text cannot be shown to the others; write another one",
            Self::WrongPin => {
                "that is not the PIN of the room; if it is what its owner shows, another computer answers in the owner's place"
            }
            Self::PinTries => "there were too many wrong PINs; wait a minute",
            Self::NoPin => "the room takes no PIN now; ask its owner for one, or join without",
        }
    }
}

impl Refused {
    /// The same, with the start that plays.
    #[must_use]
    pub fn proven_by(self, start: Start) -> Self {
        Self {
            start: Some(Box::new(start)),
            ..self
        }
    }

    /// The same, for a command that may be in some log.
    #[must_use]
    pub fn maybe_appended(self) -> Self {
        Self {
            maybe_appended: true,
            ..self
        }
    }
}

impl From<Refused> for Status {
    fn from(refused: Refused) -> Self {
        // It is sent twice, in headers, which have a limit.
        let message: String = refused.message.chars().take(MAX_MESSAGE).collect();
        let refused = Refused {
            message: message.clone(),
            ..refused
        };
        let details = pb::Refused::from(refused).encode_to_vec();
        Self::with_details(REFUSED, message, details.into())
    }
}

impl Refused {
    /// Whether a gRPC error is a refusal of this kind.
    pub(super) fn is(status: &Status, kind: Refusal) -> bool {
        matches!(Self::of(status), Some(Ok(refused)) if refused.reason == kind)
    }

    /// The refusal that a gRPC error stands for, if it does.
    pub(super) fn of(status: &Status) -> Option<Decoded<Self>> {
        if status.code() != REFUSED || status.details().is_empty() {
            return None;
        }
        let read = pb::Refused::decode(status.details());
        let read = read.map_err(|_bad| DecodeError::Invalid("refusal"));
        Some(read.and_then(self::refused))
    }
}

numbered_on_the_wire!(
    Refusal, pb::Refusal:
    Version, NoSuchRoom, RoomFull, BadName, NotLeader, NoQuorum, NotAMember, Busy,
    StillPlayed, Replaced, Knocking, NotLetIn, Removed, TooFast, OldRules, WhoAreYou,
    Continued, OlderLog, BadText, WrongPin, PinTries, NoPin,
);

impl From<Refused> for pb::Refused {
    fn from(refused: Refused) -> Self {
        let (peer, addrs) = refused.leader.unzip();
        Self {
            reason: refused.reason.number(),
            message: refused.message,
            leader_peer_id: peer
                .map(|peer: PeerId| peer.as_bytes().to_vec())
                .unwrap_or_default(),
            leader_addrs: addrs.unwrap_or_default(),
            maybe_appended: refused.maybe_appended,
            start: refused.start.map(|start| (*start).into()),
        }
    }
}

fn refused(refused: pb::Refused) -> Decoded<Refused> {
    let leader = if refused.leader_peer_id.is_empty() {
        None
    } else {
        let peer = codec::peer_id(&refused.leader_peer_id)?;
        Some((peer, codec::addrs(refused.leader_addrs)?))
    };
    let reason = Refusal::from_number(refused.reason).ok_or(DecodeError::Invalid("refusal"))?;
    Ok(Refused {
        said: Some(shown(&refused.message, MAX_MESSAGE)),
        leader,
        maybe_appended: refused.maybe_appended,
        start: match refused.start {
            Some(message) => Some(Box::new(start(Some(message))?)),
            None => None,
        },
        ..reason.plainly()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_strangers_say_is_one_plain_line() {
        let bad = "a\u{202e}b\u{2066}c\u{200f}d\u{61c}e\u{2028}f\u{7}\u{1b}[2Jg\nh\u{9b}i \u{e9}";
        let long = bad.repeat(100);
        let details = pb::Refused {
            message: long.clone(),
            reason: Refusal::Busy.number(),
            ..pb::Refused::default()
        };
        let mut answers: Vec<Status> = (1..=16)
            .map(|code| Status::new(Code::from_i32(code), long.clone()))
            .collect();
        answers.push(Status::with_details(
            REFUSED,
            "",
            details.encode_to_vec().into(),
        ));
        for answer in answers {
            let code = answer.code();
            let error = CallError::from(answer);
            let text = error.to_string();
            assert!(text.contains("abcdef[2Jg hi \u{e9}"), "{code:?}: {text:?}");
            assert!(
                text.chars().count() <= MAX_MESSAGE + 20,
                "{code:?}: {text:?}"
            );
        }
    }
}
