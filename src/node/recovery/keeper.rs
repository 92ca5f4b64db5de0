//! Looks after a seat: what it does while it hears no leader, or no majority,
//! and as soon as the leader's program has ended.

use std::{
    collections::BTreeSet,
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use futures::{StreamExt as _, stream::FuturesUnordered};
use tokio::time::{Instant, timeout};

use super::{
    continuation,
    survey::{ASKING, some_of, survey},
};
use crate::{
    consensus::{CommandProof, NodeId, lead_on},
    game::{Name, PeerId},
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

/// How often the members compare what they have applied. A split is shown within ten
/// seconds, though twice somebody is waited for who does not answer.
const COMPARE: Duration = Duration::from_secs(4);

/// When they do so again, if one of them says that this seat is no member: longer than a
/// seat that its leader has removed believes that it is led ([`Timing::quorum`]).
const AGAIN: Duration = Duration::from_millis(1250);

/// How long those are waited for who may know where the game went on.
const WHERE: Duration = Duration::from_secs(1);

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
    let mut compare_at = Instant::now() + COMPARE;
    loop {
        let seat = seats.wait_for(Option::is_some).await;
        let Ok(Some(seat)) = seat.map(|seat| seat.clone()) else {
            return;
        };
        if seat.is_back.swap(false, Relaxed) {
            come_back(&shared, &seat).await;
        }
        tokio::time::sleep(LOOK).await;
        if Instant::now() >= compare_at {
            compare_at = Instant::now() + compare(&shared, &seat).await;
        }
        look_after(&shared, &seat).await;
    }
}

/// Asks the others whether they have applied the same. Raft sees to it, unless
/// somebody's program lies: then all who can tell show it, and who differs from most
/// takes a new seat, with their log. After how long they are asked again.
async fn compare(shared: &Shared, seat: &Arc<Seat>) -> Duration {
    if seat.contact.is_frozen() {
        return COMPARE;
    }
    let findings = survey(shared, seat, false, ASKING).await;
    let membership = seat.node.membership();
    let is_member = |id: &NodeId| membership.membership().get_node(id).is_some();
    let mut histories = seat.histories.lock();
    histories.differ.retain(is_member);
    histories.same.retain(is_member);
    let mut is_certain = true;
    // Who is led by nobody keeps what it has seen.
    if seat.has_quorum() {
        let (apart, not_known_to) = apart(seat, &findings);
        // Who is just leaving is not led any more when they are asked again.
        is_certain = not_known_to.is_subset(&histories.not_known_to);
        histories.apart = apart;
        if is_certain {
            histories.apart.extend(&not_known_to);
        }
        histories.not_known_to = not_known_to;
    }
    if histories.is_odd_one_out(&membership.voter_ids().collect()) {
        drop(histories);
        tracing::warn!("most others have applied something else: taking a new seat");
        shared.give_up_log(seat, GivenUp::OddOneOut);
    }
    if is_certain { COMPARE } else { AGAIN }
}

/// For a seat that is led: players of this game who are in a room with this one's id, and
/// know nothing of us there, or have another game: a leader that lies can tell each of us
/// who the members are. One leader's members learn of each other as its log comes, and who
/// is not one any more does not hear it. Those of them apart who are members here, and know
/// nothing of us.
fn apart(seat: &Seat, findings: &Findings) -> (BTreeSet<PeerId>, BTreeSet<PeerId>) {
    let (membership, state) = (seat.node.membership(), seat.node.state());
    let game = state.game();
    let is_apart = |peer: &PeerId| game.players().contains_key(peer) && !game.is_removed(peer);
    let is_member = |peer: &PeerId| membership.nodes().any(|(_, m)| m.peer_id == *peer);
    let have_another = findings.strangers_differ.iter().copied();
    let not_known_there: BTreeSet<PeerId> = findings.gave_up.values().copied().collect();
    let not_known_there = not_known_there.union(&findings.strangers_gave_up).copied();
    // Who has not heard yet that the owner let us in again is only behind.
    let are_behind: Vec<PeerId> = findings.sent_us_away.values().copied().collect();
    let not_known_there = not_known_there.filter(|peer| !are_behind.contains(peer));
    let (members, strangers): (Vec<_>, Vec<_>) =
        not_known_there.filter(is_apart).partition(is_member);
    let apart = strangers.into_iter().chain(have_another.filter(is_apart));
    (apart.collect(), members.into_iter().collect())
}

/// A seat that was kept asks the others before it asks for votes: its log may be an
/// older copy, from a backup, than what it has told them. Nobody answers: then there
/// is nobody to wait for.
async fn come_back(shared: &Shared, seat: &Arc<Seat>) {
    note_removed(seat);
    let findings = survey(shared, seat, false, COMING_BACK).await;
    if findings.is_replaced {
        return shared.evict(seat, Eviction::Replaced);
    }
    if seat.contact.is_outdated() {
        // That was shown once, and is not said again by who went on elsewhere.
        return;
    }
    let key = shared.env.identity.key().public();
    let state = seat.node.state_of_whole_log();
    let own = state.proof_of(&seat.me).map(|own| (own.session, own.seq));
    let is_newer = |(_, proof): &&(PeerId, CommandProof)| {
        Some((proof.session, proof.seq)) > own && proof.is_signed_by(&key, seat.cluster_id)
    };
    let have_more = findings.proofs.iter().filter(is_newer);
    let have_more: BTreeSet<PeerId> = have_more.map(|(peer, _)| *peer).collect();
    // Whom the owner has sent away cannot give a seat in the place of this one.
    if have_more.iter().any(|peer| !seat.was_sent_away(peer)) {
        tracing::warn!("this room's file is an older copy: taking a new seat");
        return shared.give_up_log(seat, GivenUp::OlderCopy);
    }
    // What a sole voter decided was on its disk. Others, with more or with something else,
    // cannot prove what was decided, but they may be right.
    let last = seat.node.last_log_id().await.map_or(0, |last| last.index());
    let answers = findings.answers.into_values();
    let newer = answers.filter(|(_, survey)| {
        // With fewer entries too: it decides, and this seat did not elect it.
        let leads_another = survey.plays && survey.leads;
        let differs = seat.agrees_with(survey) == Some(false);
        survey.applied.index > last || leads_another || differs
    });
    let players = state.game().players();
    let name_of = |peer: PeerId| players.get(&peer).map(|player| player.name.clone());
    let newer: BTreeSet<PeerId> = newer.map(|(peer, _)| peer).chain(have_more).collect();
    let newer: Vec<Name> = newer
        .into_iter()
        .map(|peer| name_of(peer).unwrap_or_else(Name::placeholder))
        .collect();
    if seat.node.is_sole_voter() && !newer.is_empty() {
        tracing::warn!("others have more of the game than this computer, or another one");
        *seat.newer_copies.lock() = newer;
    } else {
        seat.node.may_elect();
    }
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
    let announcers = continue_it.map(|ad| ad.peer_id);
    let announcers = announcers.filter(|peer| seat.asks.take(peer)).collect();
    let mut asked = FuturesUnordered::new();
    for peer in some_of(shared, seat, &ads, announcers) {
        if let Some(ad) = ads.get(&peer) {
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

/// Notes whom the owner has sent away, as the game here says now.
fn note_removed(seat: &Seat) {
    let state = seat.node.state();
    let mut removals = seat.contact.removals();
    removals.keep_shown(|by| state.would_send_away(by).is_some());
    removals.note_removed(&state.game().table().removed);
}

async fn look_after(shared: &Shared, seat: &Arc<Seat>) {
    hear_where_it_went(shared, seat).await;
    if seat.contact.is_replaced() || seat.is_overtaken(shared.env.session) {
        return shared.evict(seat, Eviction::Replaced);
    }
    note_removed(seat);
    if !seat.node.is_sole_voter() {
        // It follows somebody now, who has more or not.
        drop(seat.end_question());
    }
    let membership = seat.node.membership();
    let entered = membership.nodes().next().is_some();
    let is_lost = entered && seat.cut_off_for() >= seat.timing.survey;
    if !seat.is_stuck() {
        seat.doubts.lock().clear();
    }
    let is_doubted = seat.is_doubted.swap(false, Relaxed) || seat.contact.is_outdated();
    if !is_lost && !is_doubted {
        seat.lost_membership
            .send_if_modified(|lost| std::mem::replace(lost, false));
        seat.findings
            .send_if_modified(|findings| findings.take().is_some());
        return;
    }
    let mut findings = survey(shared, seat, false, ASKING).await;
    if findings.is_replaced {
        return shared.evict(seat, Eviction::Replaced);
    }
    let others = seat.other_voters();
    let state = seat.node.state();
    let is_owner = state.game().table().owner == Some(seat.me);
    // Who has heard it is told by anybody.
    let has_heard = !findings.sent_us_away.is_empty() && state.game().is_removed(&seat.me);
    if has_heard || findings.is_sent_away(&others, is_owner) {
        return shared.evict(seat, Eviction::Removed);
    }
    if is_lost {
        let unconfirmed = findings.unconfirmed();
        seat.doubt(&mut findings, unconfirmed, Claim::Plays);
    }
    let is_outdated = seat.contact.is_outdated();
    // Who decides alone is asked whose game goes on, and no other member decides that.
    let decides_alone = seat.node.is_sole_voter();
    let is_long = seat.cut_off_for() >= seat.timing.stall;
    let is_given_up = is_outdated || !decides_alone && findings.is_given_up(&others, is_long);
    seat.findings.send_replace(Some(findings.clone()));
    seat.lost_membership
        .send_if_modified(|lost| std::mem::replace(lost, is_given_up) != is_given_up);
    if !is_given_up {
        return;
    }
    if is_outdated && let Some((by, (peer, notices))) = findings.all_went_to() {
        // The log of the others counts, and this is where it went on.
        if let Err(e) = continuation::catch_up(shared, seat, notices, *peer).await {
            tracing::info!("the game went on elsewhere, and cannot be followed yet: {e}");
            seat.doubt(&mut findings, [by], Claim::WentOn);
        }
        return;
    }
    if let Err(e) = seating::rejoin(shared, seat, &findings.came_later).await {
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
