//! Who may call a seat, by what that seat knows: one set of rules, and the only
//! one. TLS has shown the caller's key; here it is decided what that key may do.

use std::time::Duration;

use super::{
    call::{Refusal, Refused},
    header::Header,
    messages::PROTOCOL,
};
use crate::{
    consensus::{ClusterId, Holder, NodeId, StoredMembership, Vote},
    game::PeerId,
    keys::PublicKey,
};

/// How long a leader that is no member any more may still finish what it began:
/// telling that it left, and handing over.
pub(super) const PARTING: Duration = Duration::from_secs(1);

/// What a seat knows that is called.
#[derive(Clone, Copy)]
pub(super) struct Knowledge<'a> {
    pub(super) node_id: NodeId,
    /// The newest membership in the log. It may be rolled back.
    pub(super) newest: &'a StoredMembership,
    /// The newest one that is committed.
    pub(super) committed: &'a StoredMembership,
    pub(super) vote: Vote,
    /// The leader that was followed, while it was a member, and how long ago it
    /// called last.
    pub(super) followed: Option<(Vote, Holder, Duration)>,
    /// Whether this seat leads, or hears a leader that is somebody else than the caller.
    pub(super) is_led: bool,
    /// The caller's key, if it has shown a path into the cluster, or was asked to
    /// let this seat in.
    pub(super) introduced: Option<PublicKey>,
}

/// What a caller is to the seat that it calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// A member, by the newest membership or the committed one. While somebody else
    /// leads, one without a vote does not; it may have got one in entries that are not
    /// here, so where nobody leads, it may be who does.
    Member {
        /// Whether it may lead, or ask for votes.
        may_lead: bool,
    },
    /// Somebody with a path into the cluster, from a membership that is not here
    /// yet; or who lets this seat in. Does not lead while somebody else does, either:
    /// any member can give a ticket to a seat that it made up.
    Newer {
        /// Whether it may lead, or ask for votes.
        may_lead: bool,
    },
    /// The leader that is followed, just after it left.
    PartingLeader,
}

/// What a call is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// One of Raft's.
    Raft,
    /// To hear how the seat is.
    Survey,
    /// Something that only members do.
    Members,
}

impl Role {
    /// Whether such a caller may call for this.
    pub(super) fn may(self, purpose: Purpose) -> bool {
        match self {
            Self::Member { may_lead } => may_lead || purpose != Purpose::Raft,
            Self::Newer { may_lead } => match purpose {
                Purpose::Raft => may_lead,
                Purpose::Survey => true,
                Purpose::Members => false,
            },
            Self::PartingLeader => purpose == Purpose::Raft,
        }
    }
}

/// Whether a header is meant for a seat.
///
/// # Errors
/// If it is of another protocol, room or seat.
pub(super) fn check_target(
    header: &Header,
    seat: Option<(ClusterId, NodeId)>,
) -> Result<(), Refused> {
    if header.protocol != PROTOCOL {
        return Err(Refusal::Version.because(format!(
            "this computer speaks protocol {PROTOCOL}, not {}",
            header.protocol
        )));
    }
    match seat {
        Some((cluster_id, node_id)) if cluster_id == header.cluster_id => {
            if node_id == header.to {
                return Ok(());
            }
            Err(Refusal::NoSuchRoom.because("that seat no longer exists"))
        }
        _ => Err(Refusal::NoSuchRoom.because("this computer is not in that room")),
    }
}

/// What the owner of a key is, who calls for the seat `from`; and that key.
///
/// # Errors
/// If it is unknown here, or speaks for somebody else's seat.
pub(super) fn role_of(
    from: NodeId,
    peer: PeerId,
    here: &Knowledge<'_>,
) -> Result<(Role, PublicKey), Refused> {
    let member = [here.newest, here.committed]
        .into_iter()
        .find_map(|stored| stored.membership().get_node(&from));
    if from == here.node_id || member.is_some_and(|member| member.peer_id != peer) {
        return Err(Refusal::NotAMember.because("that is another player's seat"));
    }
    if let Some(member) = member {
        let mut known = [here.newest, here.committed].into_iter();
        let votes = known.any(|stored| stored.voter_ids().any(|voter| voter == from));
        let may_lead = votes || !here.is_led;
        return Ok((Role::Member { may_lead }, member.key));
    }
    let followed = here.followed.filter(|(vote, leader, since)| {
        let is_it = leader.seat == from && leader.key.peer_id() == peer;
        is_it && *vote == here.vote && *since < PARTING
    });
    if let Some((_, leader, _)) = followed {
        return Ok((Role::PartingLeader, leader.key));
    }
    match here.introduced {
        Some(key) => {
            let may_lead = !here.is_led;
            Ok((Role::Newer { may_lead }, key))
        }
        None => Err(Refusal::WhoAreYou.because("only members of the room can do this")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consensus::{Member, Membership, log_id};
    use std::collections::{BTreeMap, BTreeSet};

    const HERE: NodeId = 1;

    fn key(n: u8) -> PublicKey {
        PublicKey::try_from(&[n; 65][..]).expect("65 bytes")
    }

    fn membership(index: u64, seats: &[u8]) -> StoredMembership {
        let members = seats.iter().map(|n| {
            let member = Member::new(key(*n), None, Vec::new());
            (NodeId::from(*n), member)
        });
        let nodes: BTreeMap<_, _> = members.collect();
        let voters = seats.iter().map(|n| NodeId::from(*n)).filter(|n| *n <= 2);
        let voters = vec![voters.collect::<BTreeSet<_>>()];
        let membership = Membership::new(voters, nodes).expect("a membership");
        StoredMembership::new(Some(log_id(1, index)), membership)
    }

    /// The leader of a term that was followed, so long ago.
    fn followed(term: u64, seat: NodeId, millis: u64) -> (Vote, Holder, Duration) {
        let leader = Holder {
            seat,
            key: key(seat as u8),
        };
        let vote = Vote::new_committed(term, seat);
        (vote, leader, Duration::from_millis(millis))
    }

    fn after<'a>(followed: (Vote, Holder, Duration), here: Knowledge<'a>) -> Knowledge<'a> {
        Knowledge {
            followed: Some(followed),
            ..here
        }
    }

    /// Who may do what: a word for each caller and what is known of it, and what it
    /// may call for.
    #[test]
    fn what_a_caller_may_do_follows_from_what_is_known_of_it() {
        let (nobody, both) = (StoredMembership::default(), membership(4, &[1, 2, 3]));
        let (without, alone) = (membership(5, &[1, 2]), membership(6, &[1]));
        let base = Knowledge {
            node_id: HERE,
            newest: &both,
            committed: &both,
            vote: Vote::new_committed(7, 3),
            followed: None,
            is_led: false,
            introduced: None,
        };
        let led = Knowledge {
            is_led: true,
            ..base
        };
        let rolled_back = Knowledge {
            newest: &without,
            committed: &both,
            ..base
        };
        let uncommitted = Knowledge {
            newest: &both,
            committed: &alone,
            ..base
        };
        let removed = Knowledge {
            newest: &without,
            committed: &without,
            ..base
        };
        let introduced = Knowledge {
            introduced: Some(key(9)),
            ..removed
        };
        let empty = Knowledge {
            newest: &nobody,
            committed: &nobody,
            ..base
        };
        let let_in = Knowledge {
            introduced: Some(key(9)),
            ..empty
        };
        let introduced_while_led = Knowledge {
            is_led: true,
            ..introduced
        };
        let left = |term, seat, millis| after(followed(term, seat, millis), removed);
        let (all, raft, newer) = ("raft survey members", "raft", "raft survey");
        let learner = "survey members";
        let cases = [
            // what, seat, key, knowledge, what it may
            ("a member", 3, 3, base, all),
            ("a voter", 2, 2, led, all),
            ("a learner while another one leads", 3, 3, led, learner),
            ("a member being removed", 3, 3, rolled_back, all),
            ("a member being added", 3, 3, uncommitted, all),
            ("a member with another key", 3, 9, base, ""),
            (
                "a member being removed, with another key",
                3,
                9,
                rolled_back,
                "",
            ),
            ("a member for another's seat", 3, 2, base, ""),
            ("whoever for our own seat", 1, 9, base, ""),
            ("ourselves", 1, 1, base, ""),
            ("a removed member", 3, 3, removed, ""),
            ("a stranger", 9, 9, base, ""),
            ("a stranger to an empty seat", 9, 9, empty, ""),
            ("who lets us in", 9, 9, let_in, newer),
            ("who showed a path", 9, 9, introduced, newer),
            (
                "who showed a path while another one leads",
                9,
                9,
                introduced_while_led,
                "survey",
            ),
            ("the leader that left", 3, 3, left(7, 3, 900), raft),
            ("the leader that left long ago", 3, 3, left(7, 3, 1000), ""),
            ("another key for it", 3, 9, left(7, 3, 100), ""),
            ("another seat of its player's", 4, 3, left(7, 3, 100), ""),
            ("an earlier leader that left", 3, 3, left(6, 3, 100), ""),
            ("who left and was not the leader", 4, 4, left(7, 3, 100), ""),
        ];
        for (what, seat, by, here, expected) in cases {
            let role = role_of(seat, key(by).peer_id(), &here).ok();
            let purposes = [
                (Purpose::Raft, "raft"),
                (Purpose::Survey, "survey"),
                (Purpose::Members, "members"),
            ];
            let may = |purpose| role.is_some_and(|(role, _)| role.may(purpose));
            let words: Vec<_> = purposes
                .iter()
                .filter(|(p, _)| may(*p))
                .map(|p| p.1)
                .collect();
            assert_eq!(words.join(" "), expected, "{what}");
            if let Some((_, known)) = role {
                assert_eq!(known, key(by), "{what}");
            }
        }
    }

    #[test]
    fn a_call_is_for_one_seat_of_one_room() {
        let room = ClusterId::random();
        let start = crate::net::messages::Start {
            seat: 2,
            session: 1,
            signature: crate::keys::Signature::try_from(&[0; 64][..]).expect("64 bytes"),
        };
        let good = Header {
            protocol: PROTOCOL,
            cluster_id: room,
            to: HERE,
            start,
            listen_port: 4000,
        };
        let with = |change: fn(&mut Header)| {
            let mut header = good.clone();
            change(&mut header);
            header
        };
        let seat = Some((room, HERE));
        let cases = [
            (good.clone(), seat, None),
            (with(|h| h.protocol = 99), seat, Some(Refusal::Version)),
            (
                with(|h| h.cluster_id = ClusterId::random()),
                seat,
                Some(Refusal::NoSuchRoom),
            ),
            (with(|h| h.to = 7), seat, Some(Refusal::NoSuchRoom)),
            (good.clone(), None, Some(Refusal::NoSuchRoom)),
        ];
        for (header, seat, expected) in cases {
            let refused = check_target(&header, seat).err();
            assert_eq!(refused.map(|r| r.reason), expected, "{header:?}");
        }
    }
}
