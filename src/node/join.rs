//! Into a room: hosting one, finding one, sitting down.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, atomic::Ordering::Relaxed},
    time::Duration,
};

use openraft::{ServerState, async_runtime::WatchReceiver as _};
use tokio::{
    sync::oneshot,
    time::{Instant, timeout_at},
};

use super::{
    Failure, JoinTarget, Room, handler::Shared, kept, propose::Job, rooms::group, seat::Seat,
};
use crate::{
    consensus::{ClusterId, Genesis, Member, Proposal},
    discovery::Ad,
    game::{Action, Name, PeerId},
    net::{Admission, CallError, PROTOCOL, Refusal, RoomKey},
};

/// How long the steps of joining may take once the room is found.
const JOIN_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a second room of the same name has to show up. Answers to one
/// question come within 120 ms (RFC 6762 §6), and over Wi-Fi a little later.
const SETTLE: Duration = Duration::from_millis(300);

/// The pause before the same is tried again: a leader is being elected.
const PAUSE: Duration = Duration::from_millis(100);

/// Makes a room of one, and sits down in it.
pub(super) async fn host(shared: &Arc<Shared>, room: Name) -> Result<Arc<Seat>, Failure> {
    let _switching = shared.switching.lock().await;
    let seat = found(shared, room, None).await?;
    shared.set_seat(Some(Arc::clone(&seat)));
    if let Err(failure) = sit_down(shared).await {
        shared.set_seat(None);
        return Err(failure);
    }
    Ok(seat)
}

/// Makes a cluster of one, which may begin with another one's game.
pub(super) async fn found(
    shared: &Shared,
    room: Name,
    genesis: Option<Genesis>,
) -> Result<Arc<Seat>, Failure> {
    let seat = Seat::open(shared, RoomKey::random(), room).await?;
    let me = Member {
        peer_id: shared.me,
        addrs: texts(shared),
    };
    let stopped = |e: String| Failure::new("storage", seat.fatal().unwrap_or(e));
    seat.raft
        .initialize(BTreeMap::from([(seat.node_id, me)]))
        .await
        .map_err(|e| stopped(e.to_string()))?;
    let mut metrics = seat.raft.server_metrics();
    while metrics.borrow_watched().state != ServerState::Leader {
        metrics
            .changed()
            .await
            .map_err(|e| stopped(e.to_string()))?;
    }
    // openraft changes the membership only after an entry of the leader's own.
    seat.raft
        .write_blank()
        .await
        .map_err(|e| stopped(e.to_string()))?;
    if let Some(genesis) = genesis {
        let genesis = Proposal::Genesis(Box::new(genesis));
        let written = seat.raft.client_write(genesis).await;
        written.map_err(|e| stopped(e.to_string()))?;
    }
    Ok(seat)
}

/// Finds a room, and takes a seat in it: the one that was kept there, if any.
pub(super) async fn join(
    shared: &Arc<Shared>,
    target: JoinTarget,
    wait: Duration,
) -> Result<Arc<Seat>, Failure> {
    let (cluster_id, members) = match target {
        JoinTarget::Addr(addr) => {
            let peer = shared.peers.who_is_at(addr).await?;
            let about = shared.peers.hello(peer).await?;
            let room = about.room.ok_or_else(|| {
                let who = about.name;
                Failure::new("no_such_room", format!("{who} at {addr} is in no room yet"))
            })?;
            (room.cluster_id, vec![peer])
        }
        named => find(shared, &named, wait).await?,
    };
    let _switching = shared.switching.lock().await;
    if let Some(seat) = take_kept_seat(shared, cluster_id).await {
        return Ok(seat);
    }
    let seat = take_seat(shared, cluster_id, &members).await?;
    if let Err(failure) = sit_down(shared).await {
        give_back(shared, &seat).await;
        return Err(failure);
    }
    seat.forget_earlier().await;
    Ok(seat)
}

/// Comes back to a room that was kept, by its name or id; to the last one by
/// default. Does not wait for the others: they may come later.
pub(super) async fn resume(
    shared: &Arc<Shared>,
    which: Option<JoinTarget>,
) -> Result<Arc<Seat>, Failure> {
    let _switching = shared.switching.lock().await;
    let folder = shared.rooms.clone();
    let seats = tokio::task::spawn_blocking(move || kept::scan(&folder));
    let seats = seats.await.unwrap_or_default();
    let mut seats = seats.into_iter().filter(|seat| seat.continued_in.is_none());
    let found = seats.find(|seat| match &which {
        None => true,
        Some(JoinTarget::Cluster(id)) => seat.key.cluster_id == *id,
        Some(JoinTarget::Room(name)) => seat.room.as_str() == name,
        Some(JoinTarget::Addr(_)) => false,
    });
    let kept = found.ok_or_else(|| {
        let message = match &which {
            None => "no room is kept here".to_owned(),
            Some(target) => format!("no room {target} is kept here"),
        };
        Failure::new("no_such_room", message)
    })?;
    let seat = Seat::reopen(shared, kept).await?;
    shared.set_seat(Some(Arc::clone(&seat)));
    // In the background, until a leader is there.
    let job = Job {
        action: Action::Seat {
            name: shared.name(),
        },
        done: Box::new(|outcome| tracing::info!("back on the seat: {outcome:?}")),
    };
    let _ = shared.jobs.try_send(job);
    Ok(seat)
}

/// Takes the seat that was kept in a room whose members are there, if it is
/// still ours.
async fn take_kept_seat(shared: &Arc<Shared>, room: ClusterId) -> Option<Arc<Seat>> {
    let folder = shared.rooms.join(room.to_string());
    let seats = tokio::task::spawn_blocking(move || kept::scan_room(&folder));
    let mut seats = seats.await.unwrap_or_default().into_iter();
    let kept = seats.find(|seat| seat.continued_in.is_none())?;
    let seat = match Seat::reopen(shared, kept).await {
        Ok(seat) => seat,
        Err(e) => {
            tracing::warn!("the kept seat cannot be used: {e}");
            return None;
        }
    };
    shared.set_seat(Some(Arc::clone(&seat)));
    let disowned = async {
        while !seat.disowned.load(Relaxed) {
            tokio::time::sleep(PAUSE).await;
        }
    };
    let is_ours = tokio::select! {
        // Without an answer it is kept: the others may be on their way back.
        seated = sit_down(shared) => !seated.is_err_and(|e| e.code == Refusal::Replaced.code()),
        () = disowned => false,
    };
    if is_ours {
        return Some(seat);
    }
    shared.set_seat(None);
    seat.close().await;
    None
}

/// Takes a new seat in a room, in place of the one we have, if any; on failure
/// that one stays.
pub(super) async fn take_seat(
    shared: &Arc<Shared>,
    room: ClusterId,
    members: &[PeerId],
) -> Result<Arc<Seat>, Failure> {
    let deadline = Instant::now() + JOIN_TIMEOUT;
    let before = shared.current_seat();
    let (leader, admission) = ask(shared, room, members, deadline).await?;
    let seat = Seat::open(shared, admission.key, admission.room.clone()).await?;
    // From now on the leader's calls are answered.
    shared.set_seat(Some(Arc::clone(&seat)));
    if let Err(failure) = enter(shared, &seat, (leader, admission), members, deadline).await {
        give_back(shared, &seat).await;
        shared.set_seat(before);
        return Err(failure);
    }
    Ok(seat)
}

async fn give_back(shared: &Shared, seat: &Seat) {
    shared.set_seat(None);
    seat.close().await;
    seat.forget().await;
}

/// Takes a new seat in the same room, whose members have given up the one we
/// have: we were away for long.
pub(super) async fn rejoin(shared: &Arc<Shared>, seat: &Arc<Seat>) -> Result<(), Failure> {
    let Ok(_switching) = shared.switching.try_lock() else {
        // Somebody sees to it.
        return Ok(());
    };
    if !shared.has_seat(seat) {
        return Ok(());
    }
    let mut members = shared.members_seen(seat.key.cluster_id);
    for (_, member) in seat.membership().nodes() {
        if member.peer_id != shared.me && !members.contains(&member.peer_id) {
            members.push(member.peer_id);
        }
    }
    let next = take_seat(shared, seat.key.cluster_id, &members).await?;
    seat.close().await;
    next.forget_earlier().await;
    Ok(())
}

/// Waits until the room that is meant is seen.
async fn find(
    shared: &Shared,
    target: &JoinTarget,
    wait: Duration,
) -> Result<(ClusterId, Vec<PeerId>), Failure> {
    let deadline = Instant::now() + wait;
    let mut ads = shared.ads.clone();
    let mut settled = matches!(target, JoinTarget::Cluster(_));
    loop {
        let seen = Arc::clone(&ads.borrow_and_update());
        let rooms: Vec<Room> = group(&seen)
            .into_iter()
            .filter(|room| match target {
                JoinTarget::Cluster(id) => room.cluster_id == *id,
                JoinTarget::Room(name) => room.name.as_str() == name,
                JoinTarget::Addr(_) => false,
            })
            .collect();
        match rooms.as_slice() {
            [] => {}
            [_] if !settled => {
                tokio::time::sleep(SETTLE).await;
                settled = true;
                continue;
            }
            [room] => {
                if let Some(why_not) = &room.why_not {
                    return Err(Failure::new("version", why_not.clone()));
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
        shared.peers.book().hint(ad.peer_id, *addr);
    }
}

/// Asks for admission: whoever of the members answers, and then the leader.
async fn ask(
    shared: &Shared,
    room: ClusterId,
    members: &[PeerId],
    deadline: Instant,
) -> Result<(PeerId, Admission), Failure> {
    let mut in_turn = members.iter().copied().cycle();
    let mut next = in_turn.next();
    // Members in a row that were no help; all of them once is enough.
    let mut in_vain = 0;
    while let Some(peer) = next {
        let error = match shared.peers.join(peer, room, &shared.name()).await {
            Ok(admission) => return Ok((peer, admission)),
            Err(error) => error,
        };
        let mut pause = PAUSE;
        match &error {
            CallError::Refused(refused) => match (refused.reason, &refused.leader) {
                (Refusal::NotLeader, Some((leader, addrs))) if *leader != peer => {
                    shared.peers.book().hint_all(*leader, addrs);
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
async fn enter(
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
        let error = match client.enter(texts(shared)).await {
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
                shared.port
            ),
        )),
    }
}

/// Takes the seat in the game.
async fn sit_down(shared: &Shared) -> Result<(), Failure> {
    let (reply, answer) = oneshot::channel();
    let job = Job {
        action: Action::Seat {
            name: shared.name(),
        },
        done: Box::new(|outcome| drop(reply.send(outcome))),
    };
    let gone = || Failure::new("stopped", "the program is shutting down");
    shared.jobs.send(job).await.map_err(|_closed| gone())?;
    answer.await.map_err(|_dropped| gone())?.map(drop)
}

fn texts(shared: &Shared) -> Vec<String> {
    shared.addrs().iter().map(ToString::to_string).collect()
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
pub(super) fn why_not(ad: &Ad) -> Option<String> {
    if ad.protocol == PROTOCOL {
        return None;
    }
    Some(format!(
        "it runs version {} and this is {}; install the same version on both computers",
        ad.version,
        env!("CARGO_PKG_VERSION")
    ))
}
