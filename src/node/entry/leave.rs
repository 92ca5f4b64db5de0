//! Out of a room, or out of the lead.

use std::time::Duration;

use tokio::time::{Instant, timeout, timeout_at};

use crate::{
    net::Refused,
    node::{
        api::{Done, Failure, Reply},
        leader::membership,
        seat::Seat,
        shared::Shared,
    },
};

/// How often we check whether there is another leader.
const LOOK: Duration = Duration::from_millis(20);

/// How long a leader that has left waits for the next one.
const SUCCESSION: Duration = Duration::from_secs(1);

/// Closing a file takes milliseconds; a disk that hangs is not waited for.
pub const CLOSE: Duration = Duration::from_secs(1);

/// Gives up a seat within [`Timing::leave`](crate::node::Timing::leave), and closes it.
///
/// If others remain and know it, the seat is spent and its log is deleted. If
/// nobody else is in the room, or nobody can be told, the room is kept.
pub async fn leave(shared: &Shared) -> Done {
    let deadline = Instant::now() + shared.env.timing.leave;
    // Not in the middle of a change of seats, if that comes to its end in time.
    let _switching = timeout_at(deadline, shared.switching.lock()).await;
    let Some(seat) = shared.current_seat() else {
        return Done::Left { clean: true };
    };
    let (entered, others) = {
        let membership = seat.node.membership();
        let members = membership.nodes().count();
        let me = usize::from(membership.get_node(&seat.node_id()).is_some());
        (members > 0, members > me)
    };
    let told = if entered {
        others && timeout_at(deadline, take_leave(&seat)).await.is_ok()
    } else {
        timeout_at(deadline, withdraw(&seat)).await.is_ok()
    };
    if told && seat.node.is_leader() {
        let _ = timeout(SUCCESSION, successor(shared, &seat)).await;
    }
    let clean = told || (entered && !others);
    shared.seat.send_replace(None);
    let closed = timeout(CLOSE, seat.node.close()).await.is_ok();
    if closed && (told || !entered) {
        seat.forget().await;
    }
    Done::Left { clean }
}

/// Hands the leadership over within [`Timing::leave`](crate::node::Timing::leave), if this seat
/// leads and others are present. It stays a member.
pub async fn hand_over(seat: &Seat) -> Reply {
    let handed_over = timeout(seat.timing.leave, async {
        membership::give_up_vote(seat).await?;
        // Where nobody else is present, it leads on.
        while seat.node.is_leader() && !seat.node.is_voter() {
            seat.node.leader_differs_from(Some(seat.node_id())).await;
        }
        // In between nobody leads.
        seat.node.leader_differs_from(None).await;
        Ok::<_, Refused>(Done::Ok)
    });
    match handed_over.await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(refused)) => Err(Failure::new("busy", refused.message)),
        Err(_late) => Err(Failure::new("timeout", "there is no other leader yet")),
    }
}

/// Returns once the others have a membership without this seat.
async fn take_leave(seat: &Seat) {
    loop {
        let leader = seat.node.leader();
        if seat.node.is_leader() {
            match membership::dismiss(seat, seat.node_id()).await {
                Ok(()) => return,
                Err(e) => tracing::debug!("cannot leave yet: {e}"),
            }
        } else if let Some(id) = leader
            && let Some(member) = seat.member(id)
        {
            match seat.client(id, member.peer_id).leave().await {
                Ok(()) => return,
                Err(e) => tracing::debug!("cannot leave yet: {e}"),
            }
        }
        let _ = timeout(2 * LOOK, seat.node.leader_differs_from(leader)).await;
    }
}

/// Gives up a seat whose log has not arrived: whoever was asked for it may
/// have added it already.
async fn withdraw(seat: &Seat) {
    let asked = *seat.admitted_by.lock();
    if let Some((peer, id)) = asked
        && let Err(e) = seat.client(id, peer).leave().await
    {
        tracing::debug!("nobody was told: {e}");
    }
}

/// A leader that removed itself is not told who follows; it asks. Its seat is
/// spent in any case, so this only spares the others a longer election.
async fn successor(shared: &Shared, seat: &Seat) {
    let others: Vec<_> = seat
        .node
        .membership()
        .nodes()
        .filter(|(id, _)| **id != seat.node_id())
        .map(|(_, member)| member.peer_id)
        .collect();
    loop {
        for peer in &others {
            let about = shared.env.peers.hello(*peer).await;
            let leader = about.ok().and_then(|about| about.room?.leader_id);
            if leader.is_some_and(|leader| leader != seat.node_id()) {
                return;
            }
        }
        tokio::time::sleep(LOOK).await;
    }
}
