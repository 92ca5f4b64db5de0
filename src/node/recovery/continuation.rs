//! Going on without those who cannot be reached: the game moves into a new
//! cluster, and the seat in the old one is spent.
//!
//! Raft cannot do this: without a majority nothing may be decided. So a player
//! decides, and the program sees to it that nobody is left behind who still
//! plays, that the member with the newest log founds the new cluster, and that
//! nobody follows by itself who would lose anything: the founder signs up to which
//! entry its log goes, the fence, and who has one after it stays.

use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, SystemTime},
};

use tokio::time::Instant;

use super::keeper::{ASKING, survey};
use crate::{
    consensus::{Continuation, Genesis, Holder, LogId, NodeId, Notice},
    game::PeerId,
    net::{Refusal, Refused, Survey},
    node::{
        api::{Done, Failure, Reply},
        entry::seating,
        seat::{Seat, findings::Findings},
        shared::Shared,
    },
};

/// Asks around once more, and goes on: with those who play, if any do; where
/// others have gone already, if nothing is lost there; or else in a new cluster.
pub async fn go_on(shared: &Shared, seat: &Arc<Seat>) -> Reply {
    if !is_stuck(seat) {
        let message = "the others can be reached; nobody is missing";
        return Err(Failure::new("still_played", message));
    }
    seat.contact.freeze(seat.timing.freeze);
    let findings = survey(shared, seat, true, ASKING).await;
    let mut seat = Arc::clone(seat);
    if let Some((peer, notices)) = &findings.continued {
        match move_to(shared, &seat, notices, *peer, is_fenced()).await {
            Err(failure) => tracing::info!("not followed: {failure}"),
            followed => return followed,
        }
        // It was closed, and is open again.
        seat = shared.current_seat().unwrap_or(seat);
    }
    let seat = &seat;
    if findings.plays() {
        seat.contact.thaw();
        seat.findings.send_replace(Some(findings));
        return Ok(Done::BroughtBack);
    }
    let (best, peer) = newest_log(seat, &findings).await;
    let mut participants: BTreeSet<NodeId> = findings.answers.keys().copied().collect();
    participants.insert(seat.node_id());
    if best == seat.node_id() {
        let notice = found_next(shared, seat, &participants).await?;
        let cluster = notice.cluster();
        return Ok(Done::Continued { cluster });
    }
    let notice = seat.client(best, peer).carry_on(&participants).await?;
    may_follow(seat, &notice, best).map_err(|why| Failure::new("still_played", why))?;
    follow_founder(shared, seat, &notice, peer).await
}

/// Whether a room cannot decide anything, as far as this seat knows; or this seat, which
/// decides alone, has less of it than others.
pub fn is_stuck(seat: &Seat) -> bool {
    seat.cut_off_for() >= seat.timing.survey || !seat.newer_copies.lock().is_empty()
}

/// Who of those that were reached has the newest log; ties by PeerId, so that
/// two who ask choose the same.
async fn newest_log(seat: &Seat, findings: &Findings) -> (NodeId, PeerId) {
    if takes_any_log() {
        return (seat.node_id(), seat.me);
    }
    let others = findings.answers.iter();
    let others = others.map(|(id, (peer, survey))| (survey.last_log_id, *peer, *id));
    let mine = (seat.node.last_log_id().await, seat.me, seat.node_id());
    let newest = others
        .chain([mine])
        .max_by_key(|(last, peer, _)| (*last, *peer));
    newest.map_or((seat.node_id(), seat.me), |(_, peer, id)| (id, peer))
}

/// With the planted bug `AnyLog`: whoever asks founds the next cluster.
fn takes_any_log() -> bool {
    #[cfg(feature = "simulation")]
    return crate::planted::Bug::AnyLog.is_planted();
    #[cfg(not(feature = "simulation"))]
    false
}

/// A moment, by clocks of which one at least runs while the computer sleeps.
struct Moment(Instant, SystemTime);

impl Moment {
    fn now() -> Self {
        Self(Instant::now(), SystemTime::now())
    }

    /// The time since, or more.
    fn elapsed(&self) -> Duration {
        let by_wall_clock = self.1.elapsed().unwrap_or(Duration::MAX);
        self.0.elapsed().max(by_wall_clock)
    }
}

/// Makes the new cluster, with all that this node knows of the game, and tells
/// those who take part. Answers with what it has signed, also if it was made
/// already.
pub async fn found_next(
    shared: &Shared,
    seat: &Arc<Seat>,
    participants: &BTreeSet<NodeId>,
) -> Result<Notice, Refused> {
    let _switching = shared.switching.lock().await;
    if let Some(notice) = shared.went_on(seat.cluster_id).into_iter().next() {
        return Ok(notice);
    }
    if !is_stuck(seat) || !shared.is_current(seat) {
        return Err(Refusal::StillPlayed.because("that room is still being played"));
    }
    let asked = Moment::now();
    seat.contact.freeze(seat.timing.freeze);
    let answers = ask_to_keep_still(seat, participants).await;
    let mine = seat.node.last_log_id().await;
    let knows_more = |theirs: &Survey| theirs.last_log_id > mine && !takes_any_log();
    if let Some((_, peer, _)) = answers.iter().find(|(.., theirs)| knows_more(theirs)) {
        seat.contact.thaw();
        let text = format!("{} knows more of the game; try again", peer.short());
        return Err(Refusal::Busy.because(text));
    }
    // Who has applied something else keeps it.
    let agree = answers
        .iter()
        .filter(|(.., theirs)| seat.node.agrees(theirs.applied) == Some(true));
    let others: Vec<(NodeId, PeerId)> = agree.map(|(id, peer, _)| (*id, *peer)).collect();
    if asked.elapsed() >= seat.timing.freeze {
        seat.contact.thaw();
        return Err(Refusal::Busy.because("it took too long to ask the others; try again"));
    }
    // Closed first: from here on nothing can be added to the old log.
    seat.node.close().await;
    let state = seat.node.state_of_whole_log();
    let (fence, digest) = (seat.node.last_log_id().await, state.history().last().digest);
    let genesis = Genesis {
        parent: seat.cluster_id,
        state: state.founded_by(seat.me),
    };
    let next = match seating::found(shared, seat.room.clone(), Some(genesis)).await {
        Ok(next) => next,
        Err(failure) => {
            // The old seat is as good as it was.
            open_again(shared, seat).await;
            return Err(Refusal::Busy.because(failure.message));
        }
    };
    let Some(child) = next.credentials.path() else {
        return Err(Refusal::Busy.because("the new room has no founder"));
    };
    let participants = others.iter().map(|(id, _)| *id);
    let participants: BTreeSet<NodeId> = participants.chain([seat.node_id()]).collect();
    let notice = Continuation {
        parent: seat.cluster_id,
        founder: Holder {
            seat: seat.node_id(),
            key: seat.identity.key().public(),
        },
        path: seat.credentials.path(),
        child,
        fence,
        digest,
        participants: participants.iter().copied().collect(),
    };
    let notice = notice.signed_by(seat.identity.key());
    let cluster = notice.cluster();
    tracing::info!("the game goes on in {cluster}, with {participants:?}");
    shared.seat.send_replace(Some(next));
    // If the program ends before this is on disk, two rooms are kept, for all
    // to see.
    shared.note_continued(seat, notice.clone()).await;
    for (id, peer) in others {
        let (client, notice) = (seat.client(id, peer), notice.clone());
        tokio::spawn(async move {
            if let Err(e) = client.continued(&notice).await {
                tracing::info!("{} does not hear that the game goes on: {e}", peer.short());
            }
        });
    }
    Ok(notice)
}

/// Those of some members that answer, and keep still from now on.
async fn ask_to_keep_still(
    seat: &Seat,
    participants: &BTreeSet<NodeId>,
) -> Vec<(NodeId, PeerId, Survey)> {
    let membership = seat.node.membership();
    let others = membership
        .nodes()
        .filter(|(id, _)| **id != seat.node_id() && participants.contains(id));
    let asked = others.map(|(id, member)| async move {
        let (id, peer) = (*id, member.peer_id);
        let client = seat.client(id, peer);
        let survey = client.survey(true, seat.node.mark()).await.ok()?;
        Some((id, peer, survey))
    });
    let answers = futures::future::join_all(asked).await;
    answers.into_iter().flatten().collect()
}

/// Why this seat does not follow by itself where a member says that the game goes
/// on: it would lose something, or nobody can tell.
pub fn may_follow(seat: &Seat, notice: &Notice, by: NodeId) -> Result<(), &'static str> {
    let key_of = |id| seat.member(id).map(|member| member.key);
    let is_founder = notice.founder.seat == by && seat.member(by).is_some();
    if notice.parent != seat.cluster_id || !is_founder || !notice.is_genuine(key_of) {
        return Err("no member has signed that the game goes on");
    }
    if !notice.participants.contains(&seat.node_id()) {
        return Err("the game goes on without something that is known here");
    }
    Ok(())
}

/// Whether this seat's log has nothing that the founder's has not.
fn is_behind(seat: &Seat, last: Option<LogId>, notice: &Notice) -> bool {
    // All of the same: then it must be the same.
    let digest = || seat.node.state_of_whole_log().history().last().digest;
    last < notice.fence || (last == notice.fence && digest() == notice.digest)
}

/// Follows a member that has founded the next cluster, by itself: nobody is asked,
/// so nothing may be lost.
pub async fn follow_founder(
    shared: &Shared,
    seat: &Arc<Seat>,
    notice: &Notice,
    peer: PeerId,
) -> Reply {
    let notices = std::slice::from_ref(notice);
    move_to(shared, seat, notices, peer, is_fenced()).await
}

/// With the planted bug `NoFence`: what would be lost is not looked at.
fn is_fenced() -> bool {
    #[cfg(feature = "simulation")]
    return !crate::planted::Bug::NoFence.is_planted();
    #[cfg(not(feature = "simulation"))]
    true
}

/// Takes a seat where the game went on, and gives up the old one for good. The
/// player wants that.
pub async fn follow(shared: &Shared, seat: &Arc<Seat>, notices: &[Notice], peer: PeerId) -> Reply {
    move_to(shared, seat, notices, peer, false).await
}

async fn move_to(
    shared: &Shared,
    seat: &Arc<Seat>,
    notices: &[Notice],
    peer: PeerId,
    is_fenced: bool,
) -> Reply {
    let (Some(first), Some(last)) = (notices.first(), notices.last()) else {
        let nowhere = "nobody says where the game went on";
        return Err(Failure::new("no_such_room", nowhere));
    };
    let cluster = last.cluster();
    let _switching = shared.switching.lock().await;
    if !shared.is_current(seat) {
        // Somebody else was faster: the seat is there, or given up.
        return Ok(Done::Continued { cluster });
    }
    // Closed first, and then looked at: nothing is added any more.
    seat.node.close().await;
    if is_fenced && !is_behind(seat, seat.node.last_log_id().await, first) {
        open_again(shared, seat).await;
        let text = "something was decided here that is not known there";
        return Err(Failure::new("still_played", text));
    }
    let mut members = shared.env.announcers_of(cluster);
    members.retain(|seen| *seen != peer);
    members.insert(0, peer);
    let next = match seating::take_seat(shared, cluster, &members).await {
        Ok(next) => next,
        Err(failure) => {
            open_again(shared, seat).await;
            return Err(failure);
        }
    };
    let (before, now) = (seat.node.state(), next.node.state());
    if is_fenced && !now.goes_on_from(seat.cluster_id, &before) {
        // What was signed was not true.
        open_again(shared, seat).await;
        next.node.close().await;
        next.forget().await;
        let text = "the game goes on there without something that was decided here";
        return Err(Failure::new("still_played", text));
    }
    shared.note_continued(seat, first.clone()).await;
    Ok(Done::Continued { cluster })
}

/// A closed seat is as good as it was.
async fn open_again(shared: &Shared, seat: &Seat) {
    let now = Instant::now();
    let since = now.checked_sub(seat.cut_off_for()).unwrap_or(now);
    match Seat::reopen(&shared.env, seat.kept.clone(), since).await {
        Ok(again) => drop(shared.seat.send_replace(Some(again))),
        Err(failure) => tracing::error!("the seat cannot be opened again: {}", failure.message),
    }
}
