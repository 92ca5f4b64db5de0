//! Out of a room.

use std::{sync::Arc, time::Duration};

use openraft::async_runtime::WatchReceiver as _;
use tokio::time::{Instant, timeout, timeout_at};

use super::{Done, handler::Shared, seat::Seat};

/// How often it is looked whether another leader is there.
const LOOK: Duration = Duration::from_millis(20);

/// How long a leader that has left waits for the next one.
const SUCCESSION: Duration = Duration::from_secs(1);

/// Closing a file takes milliseconds; a disk that hangs is not waited for.
const CLOSE: Duration = Duration::from_secs(1);

/// Gives up a seat within [`super::Timing::leave`], and closes it.
///
/// If others remain and know it, the seat is spent and its log is deleted. If
/// nobody else is in the room, or nobody can be told, the room is kept.
pub(super) async fn leave(shared: &Shared, seat: Arc<Seat>) -> Done {
    let deadline = Instant::now() + shared.timing.leave;
    let others = seat.membership().nodes().any(|(id, _)| *id != seat.node_id);
    // A seat that nobody was told of has no membership at all.
    let entered = seat.membership().nodes().next().is_some();
    let told = others
        && timeout_at(deadline, take_leave(shared, &seat))
            .await
            .is_ok();
    let clean = told || !others;
    shared.set_seat(None);
    let closed = timeout(CLOSE, seat.close()).await.is_ok();
    if closed && (told || !entered) {
        seat.forget();
    }
    Done::Left { clean }
}

/// Returns once the others have a membership without this seat, and a leader.
async fn take_leave(shared: &Shared, seat: &Seat) {
    loop {
        let leader = seat.leader();
        if seat.leads() {
            match seat.dismiss(seat.node_id).await {
                Ok(()) => return wait_for_successor(shared, seat).await,
                Err(e) => tracing::debug!("cannot leave yet: {e}"),
            }
        } else if let Some(id) = leader
            && let Some(member) = seat.member(id)
        {
            let mut client = shared
                .peers
                .member(&seat.key, seat.node_id, id, member.peer_id);
            match client.leave().await {
                Ok(()) => return,
                Err(e) => tracing::debug!("cannot leave yet: {e}"),
            }
        }
        let mut metrics = seat.raft.server_metrics();
        let pause = Instant::now() + 2 * LOOK;
        while metrics.borrow_watched().current_leader == leader {
            if !matches!(timeout_at(pause, metrics.changed()).await, Ok(Ok(()))) {
                break;
            }
        }
    }
}

/// A leader that removed itself is not told who follows; it asks. Its seat is
/// spent in any case, so this only spares the others a longer election.
async fn wait_for_successor(shared: &Shared, seat: &Seat) {
    let _ = timeout(SUCCESSION, successor(shared, seat)).await;
}

async fn successor(shared: &Shared, seat: &Seat) {
    let others: Vec<_> = seat
        .membership()
        .nodes()
        .filter(|(id, _)| **id != seat.node_id)
        .map(|(_, member)| member.peer_id)
        .collect();
    loop {
        for peer in &others {
            let about = shared.peers.hello(*peer).await;
            let leader = about.ok().and_then(|about| about.room?.leader_id);
            if leader.is_some_and(|leader| leader != seat.node_id) {
                return;
            }
        }
        tokio::time::sleep(LOOK).await;
    }
}
