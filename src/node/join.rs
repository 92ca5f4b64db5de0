//! Into somebody else's room: finding it, asking for admission, entering.

use std::{
    sync::{Arc, PoisonError},
    time::Duration,
};

use tokio::time::{Instant, timeout_at};

use super::{
    Failure, JoinTarget, Room, introduce,
    rooms::{group, group_with, twin_plays},
    seat::Seat,
    seating,
    shared::Shared,
};
use crate::{
    consensus::ClusterId,
    discovery::Ad,
    game::PeerId,
    net::{Admission, CallError, PROTOCOL, Refusal},
};

/// How long the steps of joining may take once the room is found.
pub(super) const JOIN_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a second room of the same name has to show up. Answers to one
/// question come within 120 ms (RFC 6762 §6), and over Wi-Fi a little later.
const SETTLE: Duration = Duration::from_millis(300);

/// The pause before the same is tried again: a leader is being elected.
pub(super) const PAUSE: Duration = Duration::from_millis(100);

/// How often a locked door is tried.
const KNOCK: Duration = Duration::from_millis(500);

/// How long an owner may think about it.
const KNOCK_PATIENCE: Duration = Duration::from_secs(600);

/// Somebody at a door, who is gone when this drops.
struct Knocking<'a>(&'a Shared, Instant);

impl<'a> Knocking<'a> {
    fn at_door_of(shared: &'a Shared) -> Self {
        Self(shared, Instant::now())
    }

    fn may_go_on(&self) -> bool {
        self.1.elapsed() < KNOCK_PATIENCE
    }
}

impl Drop for Knocking<'_> {
    fn drop(&mut self) {
        self.0.set_knocking(false);
    }
}

/// Finds a room, and takes a seat in it: the one that was kept there, if any.
pub(super) async fn join(
    shared: &Arc<Shared>,
    target: JoinTarget,
    wait: Duration,
) -> Result<Arc<Seat>, Failure> {
    let (cluster_id, members) = match target {
        JoinTarget::Addr(addr) => {
            let peer = shared.setup.peers.who_is_at(addr).await?;
            let about = shared.setup.peers.hello(peer).await?;
            if let Some(gossip) = &shared.setup.gossip {
                introduce::visit(gossip, addr, &about);
            }
            let room = about.room.ok_or_else(|| {
                let who = about.name;
                Failure::new("no_such_room", format!("{who} at {addr} is in no room yet"))
            })?;
            if peer == shared.setup.me {
                return Err(twin_plays());
            }
            (room.cluster_id, vec![peer])
        }
        named => find(shared, &named, wait).await?,
    };
    seating::sit(shared, cluster_id, &members).await
}

/// Waits until the room that is meant is seen.
async fn find(
    shared: &Shared,
    target: &JoinTarget,
    wait: Duration,
) -> Result<(ClusterId, Vec<PeerId>), Failure> {
    let deadline = Instant::now() + wait;
    let mut ads = shared.setup.ads.clone();
    let mut settled = matches!(target, JoinTarget::Cluster(_));
    loop {
        let seen = Arc::clone(&ads.borrow_and_update());
        let is_meant = |room: &Room| match target {
            JoinTarget::Cluster(id) => room.cluster_id == *id,
            JoinTarget::Room(name) => room.name.as_str() == name,
            JoinTarget::Addr(_) => false,
        };
        let rooms: Vec<Room> = group(&seen).into_iter().filter(is_meant).collect();
        match rooms.as_slice() {
            [] => {}
            [_] if !settled => {
                tokio::time::sleep(SETTLE).await;
                settled = true;
                continue;
            }
            [room] => {
                if let Some(why_not) = &room.why_not {
                    return Err(why_not.clone());
                }
                let peers = shared.members_seen(room.cluster_id);
                return Ok((room.cluster_id, peers));
            }
            several => {
                let ids: Vec<_> = several.iter().map(|r| r.cluster_id.to_string()).collect();
                return Err(Failure::new(
                    "ambiguous",
                    format!(
                        "{} rooms are called {target}; join one by its id: {}",
                        several.len(),
                        ids.join(", ")
                    ),
                ));
            }
        }
        if !matches!(timeout_at(deadline, ads.changed()).await, Ok(Ok(()))) {
            let rooms = group_with(&seen, shared.twin().as_ref());
            if rooms.iter().any(is_meant) {
                return Err(twin_plays());
            }
            return Err(Failure::new(
                "no_such_room",
                format!(
                    "no room {target} was found within {} s; check that both computers are on the same network, or join by address",
                    wait.as_secs()
                ),
            ));
        }
    }
}

pub(super) fn note_addresses(shared: &Shared, ad: &Ad) {
    for addr in &ad.addrs {
        shared.setup.peers.book().hint(ad.peer_id, *addr);
    }
}

/// Asks for admission: whoever of the members answers, and then the leader.
pub(super) async fn ask(
    shared: &Shared,
    room: ClusterId,
    members: &[PeerId],
    deadline: Instant,
) -> Result<(PeerId, Admission), Failure> {
    let knocking = Knocking::at_door_of(shared);
    let mut deadline = deadline;
    let mut in_turn = members.iter().copied().cycle();
    let mut next = in_turn.next();
    // Members in a row that were no help; all of them once is enough.
    let mut in_vain = 0;
    while let Some(peer) = next {
        let error = match shared.setup.peers.join(peer, room, &shared.name()).await {
            Ok(admission) => return Ok((peer, admission)),
            Err(error) => error,
        };
        let mut pause = PAUSE;
        match &error {
            CallError::Refused(refused) => match (refused.reason, &refused.leader) {
                (Refusal::NotLeader, Some((leader, addrs))) if *leader != peer => {
                    shared.setup.peers.book().hint_all(*leader, addrs);
                    next = Some(*leader);
                    pause = Duration::ZERO;
                    in_vain = 0;
                }
                // A leader is being elected, or it has just been.
                (Refusal::NotLeader | Refusal::NoQuorum | Refusal::Busy, _) => {
                    next = in_turn.next();
                    in_vain = 0;
                }
                (Refusal::NoSuchRoom, _) => {
                    next = in_turn.next();
                    in_vain += 1;
                }
                // As long as the player likes to wait, the leader is asked.
                (Refusal::Knocking, _) if knocking.may_go_on() => {
                    shared.set_knocking(true);
                    deadline = Instant::now() + JOIN_TIMEOUT;
                    pause = KNOCK;
                    in_vain = 0;
                }
                _ => return Err(error.into()),
            },
            // The leader that was named may have gone, too.
            CallError::Unreachable(_) => {
                next = in_turn.next();
                in_vain += 1;
            }
            CallError::Denied(_) | CallError::Continued(_) => return Err(error.into()),
        }
        if in_vain > members.len() || Instant::now() + pause >= deadline {
            return Err(error.into());
        }
        tokio::time::sleep(pause).await;
    }
    Err(Refusal::NoSuchRoom.because("nobody is in that room").into())
}

/// Asks the leader to add the seat, and waits until its log has arrived.
pub(super) async fn enter(
    shared: &Shared,
    seat: &Seat,
    (mut leader, mut admission): (PeerId, Admission),
    members: &[PeerId],
    deadline: Instant,
) -> Result<(), Failure> {
    let index = loop {
        *seat.door.lock().unwrap_or_else(PoisonError::into_inner) =
            Some((leader, admission.node_id));
        let mut client = seat.client(admission.node_id, leader);
        let error = match client
            .enter(shared.addr_texts(), shared.setup.peers.rules())
            .await
        {
            Ok(index) => break index,
            Err(error) => error,
        };
        let passing = match &error {
            CallError::Refused(refused) => {
                matches!(
                    refused.reason,
                    Refusal::NotLeader | Refusal::NoQuorum | Refusal::Busy
                )
            }
            CallError::Unreachable(_) => true,
            CallError::Denied(_) | CallError::Continued(_) => false,
        };
        if !passing || Instant::now() + PAUSE >= deadline {
            return Err(error.into());
        }
        tokio::time::sleep(PAUSE).await;
        (leader, admission) = ask(shared, seat.key.cluster_id, members, deadline).await?;
    };
    let mut applied = seat.applied.clone();
    let arrived = applied.wait_for(|applied| applied.index() >= index);
    match timeout_at(deadline, arrived).await {
        Ok(Ok(_)) => Ok(()),
        _ => Err(Failure::new(
            "unreachable",
            format!(
                "the room let you in, but its leader cannot reach this computer; allow port {} in your firewall",
                shared.setup.port
            ),
        )),
    }
}

impl From<CallError> for Failure {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Refused(refused) => refused.into(),
            CallError::Unreachable(why) => Self::new(
                "unreachable",
                format!(
                    "nobody answers ({why}); check that the other computer is on and that its firewall lets dhangkanna in"
                ),
            ),
            CallError::Denied(why) => Self::new("denied", why),
            CallError::Continued(_) => Self::new("continued", error.to_string()),
        }
    }
}

/// Whether an announcement is of a room that this program can join.
pub(super) fn why_not(ad: &Ad) -> Option<Failure> {
    if ad.protocol == PROTOCOL {
        return None;
    }
    let text = format!(
        "it runs version {} and this is {}; install the same version on both computers",
        ad.version,
        env!("CARGO_PKG_VERSION")
    );
    Some(Failure::new("version", text))
}
