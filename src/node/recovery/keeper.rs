//! Looks after a seat: what it does while it hears no leader, or no majority.

use std::{
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use super::survey::survey;
use crate::{
    net::Refusal,
    node::{
        entry::seating,
        seat::Seat,
        shared::{Eviction, Shared},
    },
};

/// How often we check whether the others are still heard.
const LOOK: Duration = Duration::from_millis(250);

/// Looks after whatever seat the node has, until the node ends.
pub async fn keep(shared: Arc<Shared>) {
    let mut seats = shared.seat_changes();
    loop {
        let seat = seats.borrow_and_update().clone();
        match seat {
            Some(seat) => {
                tokio::time::sleep(LOOK).await;
                look_after(&shared, &seat).await;
            }
            None => {
                if seats.changed().await.is_err() {
                    return;
                }
            }
        }
    }
}

async fn look_after(shared: &Shared, seat: &Arc<Seat>) {
    if seat.contact.is_replaced() || seat.is_overtaken(shared.env.session) {
        return shared.evict(seat, Eviction::Replaced);
    }
    let entered = seat.node.membership().nodes().next().is_some();
    let is_lost = entered && seat.cut_off_for() >= seat.timing.survey;
    if !is_lost && !seat.lost_membership.load(Relaxed) {
        seat.findings
            .send_if_modified(|findings| findings.take().is_some());
        return;
    }
    let findings = survey(shared, seat, false).await;
    match findings.given_up() {
        Some(true) => return shared.evict(seat, Eviction::Replaced),
        Some(false) => seat.lost_membership.store(true, Relaxed),
        None => {}
    }
    seat.findings.send_replace(Some(findings));
    if seat.lost_membership.load(Relaxed)
        && let Err(e) = seating::rejoin(shared, seat).await
    {
        if e.code == Refusal::Removed.code() {
            return shared.evict(seat, Eviction::Removed);
        }
        tracing::info!("the seat was given up, and cannot be taken again yet: {e}");
    }
}
