//! Keeping in contact: what a seat does while it hears no leader, or no
//! majority.

use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use futures::{StreamExt as _, stream::FuturesUnordered};
use openraft::async_runtime::WatchReceiver as _;
use tokio::time::Instant;

use super::{
    join,
    seat::Seat,
    seating,
    shared::{Eviction, Shared},
};
use crate::{
    consensus::{ClusterId, NodeId},
    game::PeerId,
    net::{CallError, Refusal, Survey},
};

/// How often it is looked whether the others are still heard.
const LOOK: Duration = Duration::from_millis(250);

/// How often a voter that has lost its leader asks to be elected: this, and up
/// to as much again at random, so that two rarely ask at once.
const HINT: Duration = Duration::from_millis(20);

/// How long it asks before it leaves the matter to the election timeout.
const HINTS: Duration = Duration::from_secs(2);

/// How the others were when they were asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Findings {
    /// Who answered.
    pub(super) answers: BTreeMap<NodeId, (PeerId, Survey)>,
    /// Who has gone on in another cluster, and in which.
    pub(super) continued: Option<(PeerId, ClusterId)>,
}

impl Findings {
    /// Whether the room is played without us.
    pub(super) fn plays(&self) -> bool {
        self.answers.values().any(|(_, survey)| survey.plays)
    }

    /// Whether those who play have given up our seat; and whether another seat
    /// of ours has taken its place.
    fn given_up(&self) -> Option<bool> {
        let mut playing = self.answers.values().filter(|(_, survey)| survey.plays);
        let found = playing.find(|(_, survey)| !survey.knows_you)?;
        Some(found.1.replaced_you)
    }
}

/// Looks after whatever seat the node has, until the node ends.
pub(super) async fn keep(shared: Arc<Shared>) {
    let mut seats = shared.seats();
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

async fn look_after(shared: &Arc<Shared>, seat: &Arc<Seat>) {
    if seat.contact.is_replaced() || seat.is_overtaken(shared.setup.session) {
        return shared.evict(seat, Eviction::Replaced);
    }
    let entered = seat.membership().nodes().next().is_some();
    let is_lost = entered && seat.cut_off_for() >= seat.timing.survey;
    if !is_lost && !seat.disowned.load(Relaxed) {
        seat.findings
            .send_if_modified(|findings| findings.take().is_some());
        return;
    }
    let findings = survey(shared, seat, false).await;
    match findings.given_up() {
        Some(true) => return shared.evict(seat, Eviction::Replaced),
        Some(false) => seat.disowned.store(true, Relaxed),
        None => {}
    }
    seat.findings.send_replace(Some(findings));
    if seat.disowned.load(Relaxed)
        && let Err(e) = seating::rejoin(shared, seat).await
    {
        if e.code == Refusal::Removed.code() {
            return shared.evict(seat, Eviction::Removed);
        }
        tracing::info!("the seat was given up, and cannot be taken again yet: {e}");
    }
}

/// Asks all members how they are, and whoever else is seen in the room: all
/// those we know may have been replaced while we slept. With `freeze`, they
/// keep still for a moment if they do not play.
pub(super) async fn survey(shared: &Shared, seat: &Seat, freeze: bool) -> Findings {
    let membership = seat.membership();
    let members: BTreeMap<PeerId, NodeId> = membership
        .nodes()
        .filter(|(id, _)| **id != seat.node_id)
        .map(|(id, member)| (member.peer_id, *id))
        .collect();
    let ads = Arc::clone(&shared.setup.ads.borrow());
    let mut strangers = Vec::new();
    for ad in ads.values() {
        join::note_addresses(shared, ad);
        if ad.cluster_id == seat.key.cluster_id && !members.contains_key(&ad.peer_id) {
            strangers.push(ad.peer_id);
        }
    }
    let members = members.into_iter().map(|(peer, id)| (peer, Some(id)));
    let strangers = strangers.into_iter().map(|peer| (peer, None));
    let mut asked: FuturesUnordered<_> = members
        .chain(strangers)
        .map(|(peer, id)| async move { (peer, id, ask(shared, seat, peer, id, freeze).await) })
        .collect();
    let mut findings = Findings::default();
    while let Some((peer, _, answer)) = asked.next().await {
        match answer {
            Ok((id, survey)) => {
                findings.answers.insert(id, (peer, survey));
            }
            Err(CallError::Continued(cluster)) => findings.continued = Some((peer, cluster)),
            Err(e) => tracing::debug!("{} does not say how it is: {e}", peer.short()),
        }
    }
    findings
}

/// Asks one peer; whose seat is not known, is asked for that first.
async fn ask(
    shared: &Shared,
    seat: &Seat,
    peer: PeerId,
    id: Option<NodeId>,
    freeze: bool,
) -> Result<(NodeId, Survey), CallError> {
    let id = match id {
        Some(id) => id,
        None => match shared.setup.peers.hello(peer).await?.room {
            Some(room) if room.cluster_id == seat.key.cluster_id => room.node_id,
            _ => return Err(CallError::Denied("it is in another room".to_owned())),
        },
    };
    let mut client = seat.client(id, peer);
    Ok((id, client.survey(freeze).await?))
}

/// The leader's connection has closed: its program has ended, most likely.
/// Asks for votes at once and again, instead of waiting for the election
/// timeout. Safe, since it asks whether it would be elected first (pre-vote),
/// and those who still hear the leader say no.
pub(super) async fn hurry_election(seat: &Seat) {
    let vote = seat.raft.server_metrics().borrow_watched().vote;
    let votes = seat.votes();
    let since = Instant::now();
    while votes && since.elapsed() < HINTS && seat.contact.age() >= since.elapsed() {
        let current = seat.raft.server_metrics().borrow_watched().vote;
        let led = current != vote && current.committed;
        if led || seat.raft.trigger().elect(true).await.is_err() {
            return;
        }
        let spread = Duration::from_millis(crate::random::u64() % 20);
        tokio::time::sleep(HINT + spread).await;
    }
}
