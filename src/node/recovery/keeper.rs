//! Looks after a seat: what it does while it hears no leader, or no majority,
//! and as soon as the leader's program has ended.

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;

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

/// How often a voter that has lost its leader asks to be elected: this, and up
/// to as much again at random, so that two rarely ask at once.
const HINT: Duration = Duration::from_millis(20);

/// How long it asks before it leaves the matter to the election timeout.
const HINTS: Duration = Duration::from_secs(2);

/// Looks after whatever seat the node has, until the node ends.
pub async fn keep(shared: Arc<Shared>) {
    let mut seats = shared.seat.subscribe();
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
    if !is_lost && !*seat.lost_membership.borrow() {
        seat.findings
            .send_if_modified(|findings| findings.take().is_some());
        return;
    }
    let findings = survey(shared, seat, false).await;
    match findings.given_up() {
        Some(true) => return shared.evict(seat, Eviction::Replaced),
        Some(false) => drop(seat.lost_membership.send_replace(true)),
        None => {}
    }
    seat.findings.send_replace(Some(findings));
    let lost_membership = *seat.lost_membership.borrow();
    if lost_membership && let Err(e) = seating::rejoin(shared, seat).await {
        if e.code == Refusal::Removed.code() {
            return shared.evict(seat, Eviction::Removed);
        }
        tracing::info!("the seat was given up, and cannot be taken again yet: {e}");
    }
}

/// The leader's connection has closed: its program has ended, most likely.
/// Asks for votes at once and again, instead of waiting for the election
/// timeout. Safe, since it asks whether it would be elected first (pre-vote),
/// and those who still hear the leader say no.
pub async fn hurry_election(seat: &Seat) {
    let vote = seat.node.vote();
    let votes = seat.node.is_voter();
    let since = Instant::now();
    while votes && since.elapsed() < HINTS && seat.contact.age() >= since.elapsed() {
        let current = seat.node.vote();
        let led = current != vote && current.committed;
        if led || seat.node.campaign().await.is_err() {
            return;
        }
        let spread = Duration::from_millis(crate::random::u64() % 20);
        tokio::time::sleep(HINT + spread).await;
    }
}
