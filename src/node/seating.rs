//! Seats: made in a room of one's own, taken in another's, kept on disk, taken
//! anew when they were given up.

use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::Ordering::Relaxed},
};

use openraft::{ServerState, async_runtime::WatchReceiver as _};
use tokio::{sync::oneshot, time::Instant};

use super::{
    Failure, JoinTarget,
    join::{JOIN_TIMEOUT, PAUSE, ask, enter},
    kept,
    propose::Job,
    rooms::twin_plays,
    seat::Seat,
    shared::Shared,
};
use crate::{
    blocking,
    consensus::{ClusterId, Genesis, Member, Proposal},
    game::{Action, Name, PeerId},
    net::{Refusal, RoomKey},
};

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
        peer_id: shared.setup.me,
        addrs: shared.addr_texts(),
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
        let first = Proposal::Genesis(Box::new(genesis));
        let written = seat.raft.client_write(first).await;
        written.map_err(|e| stopped(e.to_string()))?;
    }
    Ok(seat)
}

/// Sits down in a room whose members are there: on the seat that was kept, if
/// any.
pub(super) async fn sit(
    shared: &Arc<Shared>,
    cluster_id: ClusterId,
    members: &[PeerId],
) -> Result<Arc<Seat>, Failure> {
    let _switching = shared.switching.lock().await;
    if shared.has_twin_in(cluster_id).await {
        return Err(twin_plays());
    }
    if let Some(seat) = take_kept_seat(shared, cluster_id).await {
        return Ok(seat);
    }
    let seat = take_seat(shared, cluster_id, members).await?;
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
    let folder = shared.setup.rooms.clone();
    let seats = blocking::run(move || kept::scan(&folder));
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
    if shared.has_twin_in(kept.key.cluster_id).await {
        return Err(twin_plays());
    }
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
    let folder = shared.setup.rooms.join(room.to_string());
    let seats = blocking::run(move || kept::scan_room(&folder));
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
    // It may have taken long to be let in.
    let deadline = Instant::now() + JOIN_TIMEOUT;
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
        if member.peer_id != shared.setup.me && !members.contains(&member.peer_id) {
            members.push(member.peer_id);
        }
    }
    let next = take_seat(shared, seat.key.cluster_id, &members).await?;
    seat.close().await;
    next.forget_earlier().await;
    Ok(())
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
