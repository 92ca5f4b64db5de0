//! Looks after a seat: what it does while it hears no leader, or no majority,
//! and as soon as the leader's program has ended. It asks the other members how
//! they are.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use futures::{StreamExt as _, stream::FuturesUnordered};
use tokio::time::{Instant, timeout, timeout_at};

use crate::{
    consensus::{GameCommand, MAX_MEMBERS, NodeId, lead_on},
    game::{Name, PeerId},
    net::{CallError, Refusal, Survey},
    node::{
        entry::seating,
        seat::{
            Seat,
            findings::{Claim, Findings},
        },
        shared::{Eviction, GivenUp, Shared},
    },
    random,
};

/// How often we check whether the others are still heard.
const LOOK: Duration = Duration::from_millis(250);

/// How often the members compare what they have applied.
const COMPARE: Duration = Duration::from_secs(5);

/// How many are asked at a time who only announce the room: as many as may be in it.
const STRANGERS: usize = MAX_MEMBERS;

/// How long those are waited for who may know where the game went on.
const WHERE: Duration = Duration::from_secs(1);

/// How long the others are waited for: who is silent must not keep a seat from being
/// looked after.
pub const ASKING: Duration = Duration::from_secs(2);

/// How long a seat that was kept waits for the others' answers.
const COMING_BACK: Duration = Duration::from_secs(1);

/// How often a voter that has lost its leader asks to be elected: this, and up
/// to as much again at random, so that two rarely ask at once.
const HINT: Duration = Duration::from_millis(20);

/// How long it asks before it leaves the matter to the election timeout.
const HINTS: Duration = Duration::from_secs(2);

/// Looks after whatever seat the node has, until the node ends.
pub async fn keep(shared: Arc<Shared>) {
    let mut seats = shared.seat.subscribe();
    let mut compared = Instant::now();
    loop {
        let seat = seats.wait_for(Option::is_some).await;
        let Ok(Some(seat)) = seat.map(|seat| seat.clone()) else {
            return;
        };
        if seat.is_back.swap(false, Relaxed) {
            come_back(&shared, &seat).await;
        }
        tokio::time::sleep(LOOK).await;
        if compared.elapsed() >= COMPARE {
            compared = Instant::now();
            compare(&shared, &seat).await;
        }
        look_after(&shared, &seat).await;
    }
}

/// Asks the others whether they have applied the same. Raft sees to it, unless
/// somebody's program lies: then all who can tell show it, and who differs from most
/// takes a new seat, with their log.
async fn compare(shared: &Shared, seat: &Arc<Seat>) {
    if seat.contact.is_frozen() {
        return;
    }
    let findings = survey(shared, seat, false, ASKING).await;
    let membership = seat.node.membership();
    let is_member = |id: &NodeId| membership.membership().get_node(id).is_some();
    let mut histories = seat.histories.lock();
    histories.differ.retain(is_member);
    histories.same.retain(is_member);
    histories.apart = apart(seat, &findings);
    if histories.is_odd_one_out(&membership.voter_ids().collect()) {
        drop(histories);
        tracing::warn!("most others have applied something else: taking a new seat");
        give_up_log(shared, seat, GivenUp::OddOneOut);
    }
}

/// Players of this game who are in a room with this one's id, and know nothing of us
/// there although we are led: a leader that lies can tell each of us who the members
/// are. One leader's members learn of each other as its log comes, and who is not one
/// any more does not hear it.
fn apart(seat: &Seat, findings: &Findings) -> BTreeSet<PeerId> {
    let (membership, state) = (seat.node.membership(), seat.node.state());
    let is_apart = |peer: &PeerId| {
        let game = state.game();
        let is_member = membership
            .nodes()
            .any(|(_, member)| member.peer_id == *peer);
        seat.has_quorum()
            && !is_member
            && game.players().contains_key(peer)
            && !game.is_removed(peer)
    };
    let not_known_there = findings.gave_up.values().copied();
    // Who has not heard yet that the owner let us in again is only behind.
    let are_behind = &findings.sent_us_away;
    let not_known_there = not_known_there.filter(|peer| !are_behind.contains(peer));
    not_known_there.filter(is_apart).collect()
}

/// A seat that was kept asks the others before it asks for votes: its log may be an
/// older copy, from a backup, than what it has told them. Nobody answers: then there
/// is nobody to wait for.
async fn come_back(shared: &Shared, seat: &Arc<Seat>) {
    let findings = survey(shared, seat, false, COMING_BACK).await;
    if findings.is_replaced {
        return shared.evict(seat, Eviction::Replaced);
    }
    let key = shared.env.identity.key().public();
    let state = seat.node.state_of_whole_log();
    let own = state.proof_of(&seat.me).map(|own| (own.session, own.seq));
    let mut proofs = findings
        .answers
        .values()
        .filter_map(|(_, survey)| survey.proof);
    let is_outdated = proofs.any(|proof| {
        Some((proof.session, proof.seq)) > own && proof.is_signed_by(&key, seat.cluster_id)
    });
    if is_outdated {
        tracing::warn!("this room's file is an older copy: taking a new seat");
        return give_up_log(shared, seat, GivenUp::OlderCopy);
    }
    // What a sole voter decided was on its disk. Others cannot prove what it was, but
    // they may be right.
    let last = seat.node.last_log_id().await.map_or(0, |last| last.index());
    let answers = findings.answers.into_values();
    let newer = answers.filter(|(_, survey)| survey.applied.index > last);
    let players = state.game().players();
    let name_of = |peer: PeerId| players.get(&peer).map(|player| player.name.clone());
    let newer: Vec<Name> = newer
        .map(|(peer, _)| name_of(peer).unwrap_or_else(Name::placeholder))
        .collect();
    if seat.node.is_sole_voter() && !newer.is_empty() {
        tracing::warn!("others have more of the game than this computer");
        *seat.newer_copies.lock() = newer;
    } else {
        seat.node.may_elect();
    }
}

/// From now on the log of the others counts.
fn give_up_log(shared: &Shared, seat: &Seat, why: GivenUp) {
    if !seat.contact.is_outdated() {
        seat.contact.mark_outdated();
        shared.given_up.send_replace(Some(why));
    }
}

/// Some of those who only announce something, whom the player has met first: anybody
/// can, in any number of names.
fn some_of(shared: &Shared, mut announcers: Vec<PeerId>) -> Vec<PeerId> {
    announcers.sort_by_cached_key(|peer| {
        let is_met = shared.env.met.read().last(peer).is_some();
        (!is_met, random::u64())
    });
    announcers.truncate(STRANGERS);
    announcers
}

/// Asks whoever announces a room that continues this one how that came about. What
/// nobody has signed who was in this room is not shown.
async fn hear_where_it_went(shared: &Shared, seat: &Seat) {
    if seat.contact.continued().is_some() {
        return;
    }
    let ads = Arc::clone(&shared.env.ads.borrow());
    let continue_it = ads
        .values()
        .filter(|ad| ad.ancestors.contains(&seat.cluster_id));
    let announcers = continue_it.map(|ad| ad.peer_id).collect();
    let mut asked = FuturesUnordered::new();
    for peer in some_of(shared, announcers) {
        if let Some(ad) = ads.get(&peer).filter(|_| seat.asks.take(&peer)) {
            shared.env.note_addresses(ad);
            let asking = shared.env.peers.went_on(peer, seat.cluster_id);
            asked.push(async move { (peer, asking.await) });
        }
    }
    let hearing = async {
        while let Some((peer, notices)) = asked.next().await {
            let known = seat.credentials.known_members();
            match notices {
                Ok(notices) if lead_on(&notices, seat.cluster_id, &known) => {
                    return seat.contact.hear_continued(peer, notices);
                }
                _ => tracing::debug!("{} cannot show that it goes on", peer.short()),
            }
        }
    };
    // What does not answer must not keep the seat from being looked after.
    let _ = timeout(WHERE, hearing).await;
}

async fn look_after(shared: &Shared, seat: &Arc<Seat>) {
    hear_where_it_went(shared, seat).await;
    if seat.contact.is_replaced() || seat.is_overtaken(shared.env.session) {
        return shared.evict(seat, Eviction::Replaced);
    }
    let state = seat.node.state();
    seat.contact
        .keep_sent_away(|by| state.would_send_away(by).is_some());
    seat.contact.note_removed(&state.game().table().removed);
    let membership = seat.node.membership();
    let entered = membership.nodes().next().is_some();
    let is_lost = entered && seat.cut_off_for() >= seat.timing.survey;
    if !seat.is_stuck() {
        seat.doubts.lock().clear();
    }
    let is_doubted = seat.is_doubted.swap(false, Relaxed) || seat.contact.is_outdated();
    if !is_lost && !is_doubted {
        seat.findings
            .send_if_modified(|findings| findings.take().is_some());
        return;
    }
    let mut findings = survey(shared, seat, false, ASKING).await;
    if findings.is_replaced {
        return shared.evict(seat, Eviction::Replaced);
    }
    if is_lost {
        let unconfirmed = findings.unconfirmed();
        seat.doubt(&mut findings, unconfirmed, Claim::Plays);
    }
    let is_given_up =
        seat.contact.is_outdated() || findings.is_given_up(&membership.voter_ids().collect());
    seat.findings.send_replace(Some(findings));
    seat.lost_membership
        .send_if_modified(|lost| std::mem::replace(lost, is_given_up) != is_given_up);
    if is_given_up && let Err(e) = seating::rejoin(shared, seat).await {
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
        let spread = Duration::from_millis(random::u64() % 20);
        tokio::time::sleep(HINT + spread).await;
    }
}

/// Asks all members how they are, and whoever else shows that they were let into
/// the room: all those we know may have been replaced while we slept. With
/// `freeze`, they freeze for a moment if they do not play. Who has not answered
/// within `time` is not waited for.
pub async fn survey(shared: &Shared, seat: &Seat, freeze: bool, time: Duration) -> Findings {
    let membership = seat.node.membership();
    let members: BTreeMap<PeerId, NodeId> = membership
        .nodes()
        .filter(|(id, _)| **id != seat.node_id())
        .map(|(id, member)| (member.peer_id, *id))
        .filter(|(peer, _)| !seat.contact.was_sent_away(peer))
        .collect();
    let ads = Arc::clone(&shared.env.ads.borrow());
    let mut strangers = Vec::new();
    for ad in ads.values() {
        shared.env.note_addresses(ad);
        if ad.cluster_id == seat.cluster_id
            && !members.contains_key(&ad.peer_id)
            && !seat.contact.was_sent_away(&ad.peer_id)
        {
            strangers.push(ad.peer_id);
        }
    }
    let is_member = |peer: &PeerId| members.contains_key(peer);
    let asked = members.iter().map(|(peer, id)| (*peer, Some(*id)));
    let strangers = some_of(shared, strangers);
    let strangers = strangers.into_iter().map(|peer| (peer, None));
    let mut asked: FuturesUnordered<_> = asked
        .chain(strangers)
        .map(|(peer, id)| async move { (peer, ask(shared, seat, peer, id, freeze).await) })
        .collect();
    hear_removals(seat, seat.me, &seat.removing(), true);
    let mut findings = Findings {
        disbelieved: seat.doubts.lock().disbelieved(),
        ..Findings::default()
    };
    let until = Instant::now() + time;
    while let Ok(Some((peer, answer))) = timeout_at(until, asked.next()).await {
        match answer {
            Ok((id, Ok(survey))) => {
                hear(seat, (id, peer), is_member(&peer), &survey);
                findings.answers.insert(id, (peer, survey));
                if !is_member(&peer) {
                    findings.strangers.insert(id);
                }
            }
            Ok((id, Err(CallError::Refused(refused)))) => match refused.reason {
                Refusal::NotAMember => drop(findings.gave_up.insert(id, peer)),
                Refusal::Removed => {
                    findings.gave_up.insert(id, peer);
                    findings.sent_us_away.insert(peer);
                }
                // A stranger plays no part in the next room.
                Refusal::Busy if is_member(&peer) => drop(findings.busy.insert(id)),
                Refusal::Replaced => findings.is_replaced = true,
                _ => {}
            },
            Ok((_, Err(CallError::Continued(notices)))) => {
                findings.continued = Some((peer, notices));
            }
            Ok((_, Err(e))) | Err(e) => {
                tracing::debug!("{} does not say how it is: {e}", peer.short());
            }
        }
    }
    findings
}

/// Asks one peer, and answers with its seat, too. Who is not known as a member has
/// to show first how it came into the room.
async fn ask(
    shared: &Shared,
    seat: &Seat,
    peer: PeerId,
    id: Option<NodeId>,
    freeze: bool,
) -> Result<(NodeId, Result<Survey, CallError>), CallError> {
    let id = match id {
        Some(id) => id,
        None => seating::prove(shared, peer, seat.cluster_id).await?.seat,
    };
    let client = seat.client(id, peer);
    Ok((id, client.survey(freeze, seat.node.mark(), None).await))
}

/// Notes whom owners have sent away, as a member shows, who may be the owner here.
fn hear_removals(seat: &Seat, by: PeerId, removals: &[GameCommand], are_open: bool) {
    if removals.is_empty() {
        return;
    }
    let state = seat.node.state();
    for removal in removals {
        match state.sent_away_by(seat.cluster_id, removal) {
            // Nobody is heard on their own removal.
            Some(peer) if peer != by => seat.contact.note_sent_away(peer, removal, are_open),
            _ => {}
        }
    }
}

/// Notes what a member knows and this seat may not.
fn hear(seat: &Seat, (id, by): (NodeId, PeerId), is_member: bool, survey: &Survey) {
    // Whoever is further can tell.
    let agrees = seat.node.agrees(survey.applied).or(survey.agrees);
    seat.histories.lock().note(id, agrees);
    hear_removals(seat, by, &survey.removals, false);
    hear_removals(seat, by, &survey.removing, true);
    let term = survey.last_log_id.map_or(0, |last| *last.leader_id);
    seat.contact.note_answer(is_member.then_some(by), term);
}
