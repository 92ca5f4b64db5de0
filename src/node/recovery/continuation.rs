//! Going on without those who cannot be reached: the game moves into a new
//! cluster, and the seat in the old one is spent.
//!
//! Raft cannot do this: without a majority nothing may be decided. So a player
//! decides, and the program sees to it that nobody is left behind who still
//! plays, that the member with the newest log founds the new cluster, and that
//! nobody follows by itself who would lose anything: the founder signs up to which
//! entry its log goes, the fence, and only who has the same log follows, into a room
//! that begins with the same game.

use std::{
    collections::BTreeSet,
    iter,
    sync::Arc,
    time::{Duration, SystemTime},
};

use tokio::time::Instant;

use super::survey::{ASKING, survey};
use crate::{
    consensus::{ClusterId, Continuation, Genesis, Holder, LogId, NodeId, Notice},
    game::PeerId,
    net::{Refusal, Refused},
    node::{
        api::{Done, Failure, Reply},
        entry::seating::{self, Wanted},
        seat::{
            Seat,
            findings::{Claim, Findings},
        },
        shared::Shared,
    },
};

/// How long the founder waits for those who shall keep still.
const KEEPING_STILL: Duration = Duration::from_secs(1);

/// What may be lost by a move into another room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Care {
    /// Nobody is asked: nothing may be, and the game there is the same.
    ByItself,
    /// Nothing that was decided here.
    Decided,
    /// The player follows: anything may.
    None,
}

impl Care {
    /// With the planted bug `NoFence`: what would be lost is not looked at.
    fn planted(self) -> Self {
        #[cfg(feature = "simulation")]
        if crate::planted::Bug::NoFence.is_planted() {
            return Self::None;
        }
        self
    }

    /// What the log file says of such a move.
    fn says(self) -> &'static str {
        match self {
            Self::ByItself => "followed into",
            Self::Decided => "caught up in",
            Self::None => "moved into",
        }
    }

    /// Whether a log may be given up, as far as what the founder has signed tells.
    fn allows(self, last: Option<LogId>, digest: [u8; 32], notice: &Notice) -> bool {
        // All of the same: then it must be the same.
        let is_same = last == notice.fence && digest == notice.digest;
        match self {
            Self::ByItself => is_same,
            Self::Decided => is_same || last < notice.fence,
            Self::None => true,
        }
    }
}

/// Asks around once more, and goes on: with those who play, if any do; where
/// others have gone already, if nothing is lost there; or else in a new cluster.
pub async fn go_on(shared: &Shared, seat: &Arc<Seat>) -> Reply {
    if !seat.is_stuck() {
        let message = "the others can be reached; nobody is missing";
        return Err(Failure::new("still_played", message));
    }
    // The player was asked whose game goes on, and this is theirs.
    let takes_theirs = !seat.newer_copies.lock().is_empty();
    if takes_theirs {
        // Who shall not keep still can go on electing a leader.
        let findings = survey(shared, seat, false, ASKING).await;
        if findings.plays() || findings.is_given_up(&seat.other_voters(), true) {
            return take_theirs(shared, seat, &findings).await;
        }
        let mut others = findings.answers.values();
        if others.any(|(_, theirs)| seat.agrees_with(theirs) == Some(false)) {
            return Err(not_yet());
        }
    }
    seat.contact.freeze_own(seat.timing.freeze);
    let mut findings = survey(shared, seat, true, ASKING).await;
    let mut seat = Arc::clone(seat);
    if let Some((peer, notices)) = findings.continued.values().next() {
        match move_to(shared, &seat, notices, *peer, Care::Decided).await {
            Err(failure) => tracing::info!("not followed: {failure}"),
            followed => return followed,
        }
        // It was closed, and is open again.
        seat = shared.current_seat().unwrap_or(seat);
    }
    let seat = &seat;
    let unconfirmed = findings.unconfirmed();
    seat.doubt(&mut findings, unconfirmed, Claim::Plays);
    if findings.plays() {
        seat.contact.thaw();
        if takes_theirs {
            return take_theirs(shared, seat, &findings).await;
        }
        seat.findings.send_replace(Some(findings));
        return Ok(Done::BroughtBack);
    }
    let (best, peer) = newest_log(seat, &findings).await;
    if takes_theirs && best == seat.node_id() {
        seat.contact.thaw();
        return Err(not_yet());
    }
    if best == seat.node_id() {
        let notice = found_next(shared, seat).await?;
        let cluster = notice.cluster();
        return Ok(Done::Continued { cluster });
    }
    let followed = async {
        let notice = seat.client(best, peer).carry_on().await?;
        may_follow(seat, &notice, best).map_err(|why| Failure::new("still_played", why))?;
        move_to(shared, seat, &[notice], peer, Care::Decided).await
    };
    let followed = followed.await;
    if followed.is_err()
        && let Some(seat) = shared.current_seat()
    {
        // It may have been opened again since.
        seat.doubt(&mut findings, [best], Claim::KnowsMore);
    }
    followed
}

fn not_yet() -> Failure {
    Failure::new("busy", "the others cannot go on yet; try again")
}

/// Takes a seat in the game that the others play, instead of this copy of it.
async fn take_theirs(shared: &Shared, seat: &Arc<Seat>, findings: &Findings) -> Reply {
    if seat.newer_copies.lock().is_empty() {
        let message = "the game goes on as it is on this computer";
        return Err(Failure::new("still_played", message));
    }
    let taken = seating::rejoin(shared, seat, &findings.came_later).await;
    if !shared.is_current(seat) {
        return Ok(Done::Ok);
    }
    Err(taken.err().unwrap_or_else(not_yet))
}

/// Who of those that were reached has the newest log; ties by PeerId, so that
/// two who ask choose the same.
async fn newest_log(seat: &Seat, findings: &Findings) -> (NodeId, PeerId) {
    if takes_any_log() {
        return (seat.node_id(), seat.me);
    }
    let others = findings.answers.iter();
    let others = others.filter(|(id, _)| findings.waits_for(**id));
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
/// those who take part: all members that keep still. Answers with what it has signed,
/// also if it was made already.
pub async fn found_next(shared: &Shared, seat: &Arc<Seat>) -> Result<Notice, Refused> {
    let _switching = shared.switching.lock().await;
    if let Some(notice) = shared.went_on(seat.cluster_id).into_iter().next() {
        return Ok(notice);
    }
    if !seat.is_stuck() || !shared.is_current(seat) {
        return Err(Refusal::StillPlayed.because("that room is still being played"));
    }
    let asked = Moment::now();
    seat.contact.freeze_own(seat.timing.freeze);
    let mut findings = survey(shared, seat, true, KEEPING_STILL).await;
    let mine = seat.node.last_log_id().await;
    if let Err(refused) = nobody_objects(seat, &mut findings, mine) {
        seat.contact.thaw();
        return Err(refused);
    }
    // Who has applied something else keeps it.
    let agree = findings.answers.iter().filter(|(id, (_, theirs))| {
        let keeps_still = seat.member(**id).is_some() && findings.waits_for(**id) && !theirs.plays;
        keeps_still && seat.agrees_with(theirs) == Some(true)
    });
    let others: Vec<(NodeId, PeerId)> = agree.map(|(id, (peer, _))| (*id, *peer)).collect();
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
        next.node.close().await;
        open_again(shared, seat).await;
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

/// Whether this seat may found the next cluster, as far as the others say: nobody
/// plays, nobody knows more, and all members that answer keep still. Who has said so
/// before without anything coming of it is not believed.
fn nobody_objects(
    seat: &Seat,
    findings: &mut Findings,
    mine: Option<LogId>,
) -> Result<(), Refused> {
    let answers = findings.answers.iter();
    let members = answers.filter(|(id, _)| seat.member(**id).is_some());
    let knows_more = members.filter(|(_, (_, theirs))| theirs.last_log_id > mine);
    let knows_more = knows_more.filter(|_| !takes_any_log());
    let knows_more: Vec<NodeId> = knows_more.map(|(id, _)| *id).collect();
    let objections = knows_more.iter().chain(&findings.busy).copied();
    let objections: Vec<NodeId> = objections.collect();
    seat.doubt(findings, objections, Claim::KnowsMore);
    let unconfirmed = findings.unconfirmed();
    seat.doubt(findings, unconfirmed, Claim::Plays);
    if findings.plays() {
        return Err(Refusal::StillPlayed.because("that room is still being played"));
    }
    let more = iter::repeat("knows more of the game");
    let busy = iter::repeat("cannot keep still now");
    let mut objections = knows_more
        .iter()
        .zip(more)
        .chain(findings.busy.iter().zip(busy));
    match objections.find(|(id, _)| findings.waits_for(**id)) {
        Some((id, why)) => {
            let who = seat.member(*id).map(|member| member.peer_id.short());
            let who = who.unwrap_or_default();
            Err(Refusal::Busy.because(format!("{who} {why}; try again")))
        }
        None => Ok(()),
    }
}

/// Why this seat does not follow by itself where a member says that the game goes
/// on: it would lose something, or nobody can tell.
pub fn may_follow(seat: &Seat, notice: &Notice, by: NodeId) -> Result<(), &'static str> {
    let known = seat.credentials.known_members();
    let is_founder = notice.founder.seat == by && seat.member(by).is_some();
    if notice.parent != seat.cluster_id || !is_founder || !notice.is_genuine(&known) {
        return Err("no member has signed that the game goes on");
    }
    if !notice.participants.contains(&seat.node_id()) {
        return Err("the game goes on without something that is known here");
    }
    Ok(())
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
    move_to(shared, seat, notices, peer, Care::ByItself).await
}

/// Takes a seat where the game went on, for one whose log is an older copy.
pub async fn catch_up(
    shared: &Shared,
    seat: &Arc<Seat>,
    notices: &[Notice],
    peer: PeerId,
) -> Result<(), Failure> {
    let Ok(_switching) = shared.switching.try_lock() else {
        // Somebody sees to it.
        return Ok(());
    };
    let (Some(first), Some(last)) = (notices.first(), notices.last()) else {
        return Ok(());
    };
    if !shared.is_current(seat) {
        return Ok(());
    }
    // Who had signed it may have been sent away, as another has just shown.
    if !first.is_genuine(&seat.credentials.known_members()) {
        return Err(unknown_there());
    }
    let care = Care::Decided.planted();
    // No call of Raft's is answered any more, so it stays as it is.
    if !may_go(seat, care, first).await {
        return Err(unknown_there());
    }
    let cluster = last.cluster();
    let members = members_of(shared, cluster, peer);
    let _on_trial = Trial::begin(shared);
    let next = seating::take_seat(shared, cluster, &members, Wanted::ByProgram).await?;
    let (before, now) = (seat.node.state_of_whole_log(), next.node.state());
    if care != Care::None && !now.goes_on_from(seat.cluster_id, &before) {
        shared.seat.send_replace(Some(Arc::clone(seat)));
        next.node.close().await;
        next.forget().await;
        return Err(unknown_there());
    }
    seat.node.close().await;
    shared.note_continued(seat, first.clone()).await;
    tracing::info!("{} {cluster}", Care::Decided.says());
    Ok(())
}

/// Takes a seat where the game went on, and gives up the old one for good. The
/// player wants that.
pub async fn follow(shared: &Shared, seat: &Arc<Seat>, notices: &[Notice], peer: PeerId) -> Reply {
    move_to(shared, seat, notices, peer, Care::None).await
}

async fn move_to(
    shared: &Shared,
    seat: &Arc<Seat>,
    notices: &[Notice],
    peer: PeerId,
    care: Care,
) -> Reply {
    let says = care.says();
    let care = care.planted();
    let (Some(first), Some(last)) = (notices.first(), notices.last()) else {
        let nowhere = "nobody says where the game went on";
        return Err(Failure::new("no_such_room", nowhere));
    };
    let cluster = last.cluster();
    let _switching = shared.switching.lock().await;
    if !shared.is_current(seat) {
        // Somebody else was faster: the seat is there, or given up, or open again.
        let now = shared.current_seat();
        if now.is_some_and(|now| now.cluster_id == seat.cluster_id) {
            return Err(Failure::new(
                "busy",
                "another try has just failed; try again",
            ));
        }
        return Ok(Done::Continued { cluster });
    }
    if !may_go(seat, care, first).await {
        return Err(unknown_there());
    }
    // Closed, and looked at once more: nothing is added any more.
    seat.node.close().await;
    if !may_go(seat, care, first).await {
        open_again(shared, seat).await;
        return Err(unknown_there());
    }
    let members = members_of(shared, cluster, peer);
    // Nothing is said there before it is known to be this game.
    let _on_trial = Trial::begin(shared);
    let wanted = match care {
        Care::None => Wanted::ByPlayer,
        Care::ByItself | Care::Decided => Wanted::ByProgram,
    };
    let next = match seating::take_seat(shared, cluster, &members, wanted).await {
        Ok(next) => next,
        Err(failure) => {
            open_again(shared, seat).await;
            return Err(failure);
        }
    };
    let is_kept = match care {
        Care::ByItself => {
            let before = seat.node.state_of_whole_log();
            let genesis = Genesis {
                parent: seat.cluster_id,
                state: before.founded_by(first.founder.key.peer_id()),
            };
            next.node.log().genesis() == Some(genesis)
        }
        Care::Decided => {
            let (before, now) = (seat.node.state(), next.node.state());
            now.goes_on_from(seat.cluster_id, &before)
        }
        Care::None => true,
    };
    if !is_kept {
        // What was signed was not true, or nobody can tell.
        open_again(shared, seat).await;
        next.node.close().await;
        next.forget().await;
        let text = "the game there may lack something that was decided here";
        return Err(Failure::new("still_played", text));
    }
    shared.note_continued(seat, first.clone()).await;
    tracing::info!("{says} {cluster}");
    Ok(Done::Continued { cluster })
}

/// Ends a trial when it is dropped.
struct Trial<'a>(&'a Shared);

impl<'a> Trial<'a> {
    fn begin(shared: &'a Shared) -> Self {
        shared.on_trial.send_replace(true);
        Self(shared)
    }
}

impl Drop for Trial<'_> {
    fn drop(&mut self) {
        self.0.on_trial.send_replace(false);
    }
}

fn unknown_there() -> Failure {
    let text = "something was decided here that is not known there";
    Failure::new("still_played", text)
}

/// Who may be asked to let us into a room, the one who told of it first.
fn members_of(shared: &Shared, room: ClusterId, peer: PeerId) -> Vec<PeerId> {
    let mut members = shared.env.announcers_of(room);
    members.retain(|seen| *seen != peer);
    members.insert(0, peer);
    members
}

/// Whether a seat's log may be given up, as it is now.
async fn may_go(seat: &Seat, care: Care, notice: &Notice) -> bool {
    let last = seat.node.last_log_id().await;
    let digest = seat.node.state_of_whole_log().history().last().digest;
    care.allows(last, digest, notice)
}

/// A closed seat is as good as it was, unless the player has left meanwhile.
async fn open_again(shared: &Shared, seat: &Seat) {
    if shared.current_seat().is_none() {
        return;
    }
    let now = Instant::now();
    let since = now.checked_sub(seat.cut_off_for()).unwrap_or(now);
    let contact = seat.contact.kept();
    match Seat::reopen(&shared.env, seat.kept.clone(), since, contact).await {
        Ok(again) => {
            again.doubts.lock().clone_from(&seat.doubts.lock());
            drop(shared.seat.send_replace(Some(again)));
        }
        Err(failure) => tracing::error!("the seat cannot be opened again: {}", failure.message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consensus::{TicketPath, log_id};

    #[test]
    fn what_may_be_given_up() {
        let pair = rcgen::KeyPair::generate().expect("a key");
        let key = crate::keys::SigningKey::from_pkcs8(&pair.serialize_der()).expect("P-256");
        let founder = Holder {
            seat: 1,
            key: key.public(),
        };
        let (room, path) = TicketPath::found(founder);
        let notice = Continuation {
            parent: room,
            founder,
            path: Some(path),
            child: TicketPath::found(founder).1,
            fence: Some(log_id(2, 9)),
            digest: [7; 32],
            participants: vec![1, 2],
        };
        let notice = notice.signed_by(&key);
        let cases = [
            // last entry, digest; by itself, for who goes on, for who follows
            (Some(log_id(2, 9)), [7; 32], [true, true, true]),
            (Some(log_id(2, 9)), [8; 32], [false, false, true]),
            (Some(log_id(2, 8)), [7; 32], [false, true, true]),
            (Some(log_id(1, 20)), [8; 32], [false, true, true]),
            (None, [7; 32], [false, true, true]),
            (Some(log_id(2, 10)), [7; 32], [false, false, true]),
            (Some(log_id(3, 1)), [7; 32], [false, false, true]),
        ];
        for (last, digest, expected) in cases {
            let allows = [Care::ByItself, Care::Decided, Care::None]
                .map(|care| care.allows(last, digest, &notice));
            assert_eq!(allows, expected, "{last:?}");
        }
    }
}
