//! Refusals: gRPC errors whose details say why, for programs and for people.

use prost::Message as _;
use tonic::{Code, Status};

use crate::{
    consensus::codec::{self, DecodeError, Decoded},
    game::PeerId,
    proto as pb,
};

/// The gRPC code of a refusal.
const REFUSED: Code = Code::Aborted;

/// Why a call was refused. Final unless a leader is named.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refused {
    /// For programs.
    pub reason: Refusal,
    /// For people.
    pub message: String,
    /// With [`Refusal::NotLeader`]: whom to ask instead, and where.
    pub leader: Option<(PeerId, Vec<String>)>,
    /// Whether the command that was proposed may be in some log all the same:
    /// retry with the same id only.
    pub maybe_appended: bool,
}

/// The kinds of refusals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The two programs speak different protocols.
    Version,
    /// It is not in that room.
    NoSuchRoom,
    /// All [`MAX_MEMBERS`] seats are taken.
    RoomFull,
    /// The name cannot be shown.
    BadName,
    /// Only the leader can do this.
    NotLeader,
    /// The leader cannot reach a majority of the voters.
    NoQuorum,
    /// The caller holds no seat here.
    NotAMember,
    /// Too much is asked at once.
    Busy,
    /// The player has taken another seat since.
    Replaced,
    /// Nobody is to be left behind: the room has a leader and a quorum.
    StillPlayed,
    /// The room is locked, and its owner is asked.
    Knocking,
    /// Its owner has said no.
    NotLetIn,
    /// Its owner has sent the player away.
    Removed,
    /// Too much was said in too short a time.
    TooFast,
    /// The room plays by older rules.
    OldRules,
}

impl Refusal {
    /// The word for it in the headless interface.
    pub fn code(self) -> &'static str {
        match self {
            Self::Version => "version",
            Self::NoSuchRoom => "no_such_room",
            Self::RoomFull => "room_full",
            Self::BadName => "bad_name",
            Self::NotLeader => "not_leader",
            Self::NoQuorum => "no_quorum",
            Self::NotAMember => "not_a_member",
            Self::Busy => "busy",
            Self::Replaced => "replaced",
            Self::StillPlayed => "still_played",
            Self::Knocking => "knocking",
            Self::NotLetIn => "not_let_in",
            Self::Removed => "removed",
            Self::TooFast => "too_fast",
            Self::OldRules => "old_rules",
        }
    }

    /// A refusal with these words.
    pub fn because(self, message: impl Into<String>) -> Refused {
        Refused {
            reason: self,
            message: message.into(),
            leader: None,
            maybe_appended: false,
        }
    }
}

impl Refused {
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
        let message = refused.message.clone();
        let details = pb::Refused::from(refused).encode_to_vec();
        Self::with_details(REFUSED, message, details.into())
    }
}

impl Refused {
    /// The refusal that a gRPC error stands for, if it does.
    pub(super) fn of(status: &Status) -> Option<Decoded<Self>> {
        if status.code() != REFUSED || status.details().is_empty() {
            return None;
        }
        let read = pb::Refused::decode(status.details());
        let read = read.map_err(|_bad| DecodeError::Invalid("refusal"));
        Some(read.and_then(TryInto::try_into))
    }
}

/// Each refusal and its number on the wire.
const REFUSALS: [(Refusal, pb::Refusal); 15] = [
    (Refusal::Version, pb::Refusal::Version),
    (Refusal::NoSuchRoom, pb::Refusal::NoSuchRoom),
    (Refusal::RoomFull, pb::Refusal::RoomFull),
    (Refusal::BadName, pb::Refusal::BadName),
    (Refusal::NotLeader, pb::Refusal::NotLeader),
    (Refusal::NoQuorum, pb::Refusal::NoQuorum),
    (Refusal::NotAMember, pb::Refusal::NotAMember),
    (Refusal::Busy, pb::Refusal::Busy),
    (Refusal::StillPlayed, pb::Refusal::StillPlayed),
    (Refusal::Replaced, pb::Refusal::Replaced),
    (Refusal::Knocking, pb::Refusal::Knocking),
    (Refusal::NotLetIn, pb::Refusal::NotLetIn),
    (Refusal::Removed, pb::Refusal::Removed),
    (Refusal::TooFast, pb::Refusal::TooFast),
    (Refusal::OldRules, pb::Refusal::OldRules),
];

impl From<Refused> for pb::Refused {
    fn from(refused: Refused) -> Self {
        let found = REFUSALS.iter().find(|(ours, _)| *ours == refused.reason);
        let (peer, addrs) = refused.leader.unzip();
        Self {
            reason: found.map_or(0, |(_, theirs)| *theirs as i32),
            message: refused.message,
            leader_peer_id: peer
                .map(|peer: PeerId| peer.as_bytes().to_vec())
                .unwrap_or_default(),
            leader_addrs: addrs.unwrap_or_default(),
            maybe_appended: refused.maybe_appended,
        }
    }
}

impl TryFrom<pb::Refused> for Refused {
    type Error = DecodeError;

    fn try_from(refused: pb::Refused) -> Decoded<Self> {
        let leader = if refused.leader_peer_id.is_empty() {
            None
        } else {
            let peer = codec::peer_id(&refused.leader_peer_id)?;
            Some((peer, codec::addrs(refused.leader_addrs)?))
        };
        Ok(Self {
            reason: REFUSALS
                .iter()
                .find(|(_, theirs)| *theirs as i32 == refused.reason)
                .map(|(ours, _)| *ours)
                .ok_or(DecodeError::Invalid("refusal"))?,
            message: refused.message.chars().take(200).collect(),
            leader,
            maybe_appended: refused.maybe_appended,
        })
    }
}
