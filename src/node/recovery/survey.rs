//! Asks the other members how they are, and notes what they know.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use futures::{StreamExt as _, stream::FuturesUnordered};
use tokio::time::{Instant, timeout_at};

use crate::{
    consensus::{GameCommand, MAX_MEMBERS, NodeId, TicketPath},
    discovery::Ads,
    game::PeerId,
    net::{CallError, Refusal, Survey},
    node::{
        entry::seating,
        seat::{Seat, findings::Findings},
        shared::Shared,
    },
    random,
};

/// How many are asked at a time who only announce the room: as many as may be in it.
const STRANGERS: usize = MAX_MEMBERS;

/// How long the others are waited for: who is silent must not keep a seat from being
/// looked after.
pub const ASKING: Duration = Duration::from_secs(2);

/// Some of those who only announce something, whom the player has met first and who was
/// sent away last: anybody can, in any number of names, and name anybody's address.
pub fn some_of(
    shared: &Shared,
    seat: &Seat,
    ads: &Ads,
    mut announcers: Vec<PeerId>,
) -> Vec<PeerId> {
    announcers.sort_by_cached_key(|peer| {
        let is_met = shared.env.met.read().last(peer).is_some();
        (seat.was_sent_away(peer), !is_met, random::u64())
    });
    let may_be_dialled = |peer: &PeerId| {
        let ad = ads.get(peer).into_iter();
        let mut addrs = ad.flat_map(|ad| &ad.addrs);
        addrs.all(|addr| seat.strangers_at.take(&addr.ip()))
    };
    let some = announcers.into_iter().filter(may_be_dialled);
    some.take(STRANGERS).collect()
}

/// Asks all members how they are, and whoever else shows that they were let into
/// the room: all those we know may have been replaced while we slept. With
/// `freeze`, they freeze for a moment if they do not play. Who has not answered
/// within `time` is not waited for.
pub async fn survey(shared: &Shared, seat: &Seat, freeze: bool, time: Duration) -> Findings {
    let membership = seat.node.membership();
    // Of a player with two seats both: a leader that lies could have made up one of them.
    let members: BTreeSet<(PeerId, NodeId)> = membership
        .nodes()
        .filter(|(id, _)| **id != seat.node_id())
        .map(|(id, member)| (member.peer_id, *id))
        // An owner who is none any more may have sent away all the others.
        .filter(|(peer, _)| !seat.was_sent_away(peer) || !seat.contact.removals().is_certain(peer))
        .collect();
    let is_member = |peer: &PeerId| members.iter().any(|(member, _)| member == peer);
    let ads = Arc::clone(&shared.env.ads.borrow());
    let in_room = ads.values().filter(|ad| ad.cluster_id == seat.cluster_id);
    let strangers = in_room.map(|ad| ad.peer_id);
    let strangers = strangers.filter(|peer| !is_member(peer)).collect();
    let strangers = some_of(shared, seat, &ads, strangers);
    let asked = members.iter().map(|(peer, _)| peer).chain(&strangers);
    for ad in asked.filter_map(|peer| ads.get(peer)) {
        shared.env.note_addresses(ad);
    }
    // They were let in again after all, maybe, and have what this player has signed since.
    let sent_away = strangers.iter().filter(|peer| seat.was_sent_away(peer));
    let sent_away: BTreeSet<PeerId> = sent_away.copied().collect();
    let asked = members.iter().map(|(peer, id)| (*peer, Some(*id)));
    let strangers = strangers.into_iter().map(|peer| (peer, None));
    let mut asked: FuturesUnordered<_> = asked
        .chain(strangers)
        .map(|(peer, id)| async move { (peer, ask(shared, seat, peer, id, freeze).await) })
        .collect();
    hear_removals(seat, seat.me, &seat.removing(), true);
    let mut voters = seat.node.voting_players();
    voters.remove(&seat.me);
    seat.contact.answers().note_voters(voters);
    let mut known = seat.credentials.known_members();
    let state = seat.node.state();
    let removed = state.game().table().removed.iter().copied();
    known
        .sent_away
        .extend(removed.filter(|peer| seat.was_sent_away(peer)));
    let mut findings = Findings {
        disbelieved: seat.doubts.lock().disbelieved(),
        ..Findings::default()
    };
    let until = Instant::now() + time;
    while let Ok(Some((peer, answer))) = timeout_at(until, asked.next()).await {
        if let Ok((_, _, Ok(survey))) = &answer {
            findings
                .proofs
                .extend(survey.proof.map(|proof| (peer, proof)));
        }
        if sent_away.contains(&peer) {
            continue;
        }
        if let Ok((_, _, Ok(survey))) = &answer {
            hear(seat, peer, is_member(&peer), survey);
        }
        let answer = match answer {
            // Its other seat, which is asked as well.
            Ok((id, Some(_), _)) if members.contains(&(peer, id)) => continue,
            Ok((id, Some(path), answer)) => {
                note_elsewhere(seat, &mut findings, peer, &answer);
                let is_newer = known.has(path.holder(), Some(&path), seat.cluster_id);
                if is_newer {
                    findings.came_later.insert(peer);
                }
                // Anybody can show any seat. Where our own log does not count, it does not
                // say who else is in the room either.
                let is_taken = id == seat.node_id() || known.members.contains_key(&id);
                let may_speak = is_newer || seat.contact.is_outdated() && !is_taken;
                let speaks = may_speak && !seat.was_sent_away(&peer);
                if !speaks || !findings.newcomers.insert(id) {
                    continue;
                }
                Ok((id, answer))
            }
            answer => answer.map(|(id, _, answer)| (id, answer)),
        };
        if seat.was_sent_away(&peer) {
            continue;
        }
        match answer {
            Ok((id, Ok(survey))) => {
                seat.histories.lock().note(id, seat.agrees_with(&survey));
                findings.answers.insert(id, (peer, survey));
            }
            Ok((id, Err(CallError::Refused(refused)))) => match refused.reason {
                Refusal::NotAMember => drop(findings.gave_up.insert(id, peer)),
                Refusal::Removed => {
                    findings.gave_up.insert(id, peer);
                    findings.sent_us_away.insert(id, peer);
                }
                // A stranger plays no part in the next room.
                Refusal::Busy if !findings.newcomers.contains(&id) => {
                    findings.busy.insert(id);
                }
                Refusal::Replaced => findings.is_replaced = true,
                _ => {}
            },
            Ok((id, Err(CallError::Continued(notices)))) => {
                findings.continued.insert(id, (peer, notices));
            }
            Ok((_, Err(e))) | Err(e) => {
                tracing::debug!("{} does not say how it is: {e}", peer.short());
            }
        }
    }
    findings
}

/// Asks the others how they are, once for all who want to know it meanwhile.
pub async fn ask_others(shared: &Shared, seat: &Seat) {
    let _asking = seat.is_asking.lock().await;
    if !seat.contact.answers().has_asked() {
        let have_asked = seat.contact.answers().asking();
        survey(shared, seat, false, ASKING).await;
        have_asked();
    }
}

/// Notes who is in no membership here and says that this seat is none there, or has
/// another game: it may be right where a leader lies. And that this player sits elsewhere,
/// which this player has signed.
fn note_elsewhere(
    seat: &Seat,
    findings: &mut Findings,
    peer: PeerId,
    answer: &Result<Survey, CallError>,
) {
    match answer {
        Ok(survey) if seat.agrees_with(survey) == Some(false) => {
            findings.strangers_differ.insert(peer);
        }
        Err(CallError::Refused(refused)) if refused.reason == Refusal::NotAMember => {
            findings.strangers_gave_up.insert(peer);
        }
        Err(CallError::Refused(refused)) if refused.reason == Refusal::Replaced => {
            findings.is_replaced = true;
        }
        _ => {}
    }
}

/// Asks one peer, and answers with its seat, too. Who is not known as a member has
/// to show first how it came into the room, which is answered as well; so has who has
/// another seat than is known here.
async fn ask(
    shared: &Shared,
    seat: &Seat,
    peer: PeerId,
    id: Option<NodeId>,
    freeze: bool,
) -> Result<(NodeId, Option<TicketPath>, Result<Survey, CallError>), CallError> {
    if let Some(id) = id {
        let answer = seat.compare_with(id, peer, freeze).await;
        let is_gone = matches!(&answer, Err(CallError::Refused(refused))
            if refused.reason == Refusal::NoSuchRoom);
        if !is_gone || peer == seat.me {
            return Ok((id, None, answer));
        }
    }
    let path = seating::prove(shared, peer, seat.cluster_id).await?;
    let id = path.holder().seat;
    let answer = seat.compare_with(id, peer, freeze).await;
    Ok((id, Some(path), answer))
}

/// Notes whom owners have sent away, as a member shows, who may be the owner here.
fn hear_removals(seat: &Seat, by: PeerId, removals: &[GameCommand], are_open: bool) {
    if removals.is_empty() {
        return;
    }
    let state = seat.node.state();
    // An owner who leads, and is followed, has no need of that: the log comes.
    let leader = seat.node.leader().filter(|_| are_open && seat.has_quorum());
    let leader = leader.and_then(|id| seat.member(id)).map(|it| it.peer_id);
    let removals = removals.iter();
    for removal in removals.filter(|removal| Some(removal.id.peer_id) != leader) {
        match state.sent_away_by(seat.cluster_id, removal) {
            // Nobody is heard on their own removal.
            Some(peer) if peer != by => {
                let mut removals = seat.contact.removals();
                removals.note_shown(peer, removal, are_open, state.game().table().founder);
            }
            _ => {}
        }
    }
}

/// Notes what a member knows and this seat may not.
fn hear(seat: &Seat, by: PeerId, is_member: bool, survey: &Survey) {
    hear_removals(seat, by, &survey.removals, false);
    hear_removals(seat, by, &survey.removing, true);
    let member = is_member.then_some(by);
    seat.contact.answers().note(member, survey);
}
