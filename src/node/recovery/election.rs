//! An election as soon as the leader's program has ended.

use std::time::Duration;

use tokio::time::Instant;

use crate::node::seat::Seat;

/// How often a voter that has lost its leader asks to be elected: this, and up
/// to as much again at random, so that two rarely ask at once.
const HINT: Duration = Duration::from_millis(20);

/// How long it asks before it leaves the matter to the election timeout.
const HINTS: Duration = Duration::from_secs(2);

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
