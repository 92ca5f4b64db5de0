//! Seats: made in a room of one's own, asked for and taken in another's, kept on
//! disk, taken anew when they were given up.

use std::{
    collections::BTreeSet,
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use tokio::{sync::oneshot, time::Instant};

use super::{
    gossip, pin,
    rooms::{copy_plays, find},
};
use crate::{
    blocking,
    consensus::{ClusterId, Genesis, Holder, Member, NodeError, Proposal, TicketPath},
    discovery::Ad,
    game::{Action, Name, PeerId},
    net::{Admission, CallError, Contact, Newcomer, Pin, Refusal},
    node::{
        api::{Failure, JoinTarget},
        seat::{Seat, folder, new_node_id},
        shared::{GivenUp, Job, Knock, Shared},
    },
};

/// How long the steps of joining may take once the room is found.
pub const JOIN_TIMEOUT: Duration = Duration::from_secs(10);

/// The pause before the same is tried again: a leader is being elected.
const PAUSE: Duration = Duration::from_millis(100);

/// How often it is asked whether the owner has let us in.
const KNOCK: Duration = Duration::from_millis(500);

/// How often in a row a named leader is asked: members that lie could name each other for
/// ever.
const MAX_HINTS: usize = 3;

/// How long an owner may think about it.
const KNOCK_PATIENCE: Duration = Duration::from_secs(600);

/// Who wants a seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The player, who may wait as long as an owner likes to think.
    ByPlayer,
    /// The program, for one who is known there: who lets it knock only keeps it waiting.
    ByProgram,
}

/// Somebody who waits to be let in, and does not any more when this drops.
struct Knocking<'a>(&'a Shared);

impl Drop for Knocking<'_> {
    fn drop(&mut self) {
        self.0.set_knocking(None);
    }
}

/// How long it may take to find out whether the owner takes a PIN: the leader forgets
/// who does not knock for some seconds.
const LOOK_FOR_PIN: Duration = Duration::from_secs(1);

/// Makes a room of one, which may have a PIN, and sits down in it.
pub async fn host(shared: Arc<Shared>, room: Name, pin: Option<Pin>) -> Result<Arc<Seat>, Failure> {
    let _switching = shared.switching.lock().await;
    let seat = found(&shared, room, None).await?;
    shared.seat.send_replace(Some(Arc::clone(&seat)));
    if let Err(failure) = sit_down(&shared).await {
        give_back(&shared, &seat).await;
        return Err(failure);
    }
    shared.pins.set(pin);
    Ok(seat)
}

/// Makes a cluster of one, which may begin with another one's game.
pub async fn found(
    shared: &Shared,
    room: Name,
    genesis: Option<Genesis>,
) -> Result<Arc<Seat>, Failure> {
    let me = Holder {
        seat: new_node_id(),
        key: shared.env.identity.key().public(),
    };
    let (cluster_id, path) = TicketPath::found(me);
    let seat = Seat::open(&shared.env, cluster_id, me.seat, room).await?;
    let me = Member::new(me.key, Some(path), shared.env.addr_texts());
    let stopped = |e: NodeError| {
        let why = seat.node.failure().unwrap_or_else(|| e.to_string());
        Failure::new("storage", why)
    };
    seat.node.found(me).await.map_err(stopped)?;
    if let Some(genesis) = genesis {
        let first = Proposal::Genesis(Box::new(genesis));
        seat.node.write(first).await.map_err(stopped)?;
    }
    Ok(seat)
}

/// Finds a room, and takes a seat in it: the one that was kept there, if any. Those who
/// are `proven` showed that they are in one, in the lobby, and are asked first. With a
/// PIN, nobody but its owner is asked for one: who answers at an address is whoever
/// answers, but the owner's program shows that it knows the PIN.
pub async fn join(
    shared: Arc<Shared>,
    target: JoinTarget,
    wait: Duration,
    pin: Option<Pin>,
    proven: Vec<Ad>,
) -> Result<Arc<Seat>, Failure> {
    let (cluster_id, mut members) = match target {
        JoinTarget::Addr(addr) => {
            let peer = shared.env.peers.who_is_at(addr).await?;
            let about = shared.env.peers.hello(peer).await?;
            if let Some(gossip) = &shared.env.gossip {
                gossip::visit(gossip, addr, &about);
            }
            let room = about.room.ok_or_else(|| {
                let who = about.name;
                Failure::new("no_such_room", format!("{who} at {addr} has no room yet"))
            })?;
            if peer == shared.env.me {
                return Err(copy_plays());
            }
            (room.cluster_id, vec![peer])
        }
        named => find(&shared, &named, wait, proven).await?,
    };
    let _switching = shared.switching.lock().await;
    if shared.env.copied_profile_plays_in(cluster_id).await {
        return Err(copy_plays());
    }
    let lost = match take_kept_seat(&shared, cluster_id).await {
        Ok(seat) => return Ok(seat),
        Err(lost) => lost,
    };
    if let Some(pin) = pin {
        members = vec![pin::show(&shared, cluster_id, &members, pin).await?];
    }
    let seat = take_seat(&shared, cluster_id, &members, Wanted::ByPlayer).await?;
    if let Err(failure) = sit_down(&shared).await {
        give_back(&shared, &seat).await;
        return Err(failure);
    }
    if let Some(lost) = lost {
        say_what_is_lost(&shared, &lost, &seat);
    }
    seat.set_earlier_aside().await;
    Ok(seat)
}

/// Comes back to a room that was kept, by its name or id; to the last one by
/// default. Does not wait for the others: they may come later.
pub async fn resume(shared: Arc<Shared>, which: Option<JoinTarget>) -> Result<Arc<Seat>, Failure> {
    let _switching = shared.switching.lock().await;
    let folder = shared.env.rooms.clone();
    let seats = blocking::run(move || folder::scan(&folder));
    let seats = seats.await.unwrap_or_default();
    let mut seats = seats.into_iter().filter(|seat| seat.continued.is_none());
    let found = seats.find(|seat| {
        let target = which.as_ref();
        target.is_none_or(|target| target.is(seat.cluster_id, &seat.room))
    });
    let kept = found.ok_or_else(|| {
        let message = match &which {
            None => "no room is saved on this computer".to_owned(),
            Some(target) => format!("no room {target} is saved on this computer"),
        };
        Failure::new("no_such_room", message)
    })?;
    if shared.env.copied_profile_plays_in(kept.cluster_id).await {
        return Err(copy_plays());
    }
    let seat = Seat::reopen(&shared.env, kept, Instant::now(), Contact::default()).await?;
    shared.seat.send_replace(Some(Arc::clone(&seat)));
    // In the background, until a leader is there.
    let (done, seated) = oneshot::channel();
    let action = Action::TakeSeat {
        name: shared.name(),
    };
    let _ = shared.jobs.try_send(Job { action, done });
    tokio::spawn(async move {
        if let Ok(outcome) = seated.await {
            tracing::info!("back on the seat: {outcome:?}");
        }
    });
    Ok(seat)
}

/// Takes the seat that was kept in a room whose members are there, if it is
/// still ours.
///
/// # Errors
/// If there is none, or it is lost: then with the seat, which is closed.
async fn take_kept_seat(shared: &Shared, room: ClusterId) -> Result<Arc<Seat>, Option<Arc<Seat>>> {
    let folder = shared.env.rooms.join(room.to_string());
    let seats = blocking::run(move || folder::scan_room(&folder));
    let mut seats = seats.await.unwrap_or_default().into_iter();
    let kept = seats.find(|seat| seat.continued.is_none()).ok_or(None)?;
    let seat = match Seat::reopen(&shared.env, kept, Instant::now(), Contact::default()).await {
        Ok(seat) => seat,
        Err(e) => {
            tracing::warn!("the kept seat cannot be used: {e}");
            return Err(None);
        }
    };
    shared.seat.send_replace(Some(Arc::clone(&seat)));
    let mut lost_membership = seat.lost_membership.subscribe();
    let is_ours = tokio::select! {
        // Without an answer it is kept: the others may be on their way back.
        seated = sit_down(shared) => !seated.is_err_and(|e| e.code == Refusal::Replaced.code()),
        _ = lost_membership.wait_for(|lost| *lost) => false,
    };
    if is_ours {
        return Ok(seat);
    }
    shared.seat.send_replace(None);
    seat.node.close().await;
    Err(Some(seat))
}

/// Tells the player if something was decided in a seat that is unknown in the one that
/// takes its place.
fn say_what_is_lost(shared: &Shared, before: &Seat, now: &Seat) {
    let is_another = before.node.agrees_with(&now.node) == Some(false);
    let applied = before.node.state();
    if is_another || !now.node.state().has_applied_all(&applied) {
        shared.give_up_log(before, GivenUp::OddOneOut);
    }
}

/// Takes a new seat in a room, in place of the one we have, if any; on failure
/// that one stays.
pub async fn take_seat(
    shared: &Shared,
    room: ClusterId,
    members: &[PeerId],
    wanted: Wanted,
) -> Result<Arc<Seat>, Failure> {
    let deadline = Instant::now() + JOIN_TIMEOUT;
    let before = shared.current_seat();
    let mut seats = shared.seat.subscribe();
    let node_id =
        |seat: &Option<Arc<Seat>>| seat.as_ref().map(|seat| (seat.cluster_id, seat.node_id()));
    let (leader, admission) = tokio::select! {
        let_in = ask(shared, room, members, deadline, wanted) => let_in?,
        // An owner may think for long, and the player leave meanwhile.
        _ = seats.wait_for(|now| node_id(now) != node_id(&before)) => {
            return Err(Failure::new("not_in_room", "the seat was left meanwhile"));
        }
    };
    // It may have taken long to be let in.
    let deadline = Instant::now() + JOIN_TIMEOUT;
    let seat = Seat::open(&shared.env, room, new_node_id(), admission.room.clone()).await?;
    // From now on the leader's calls are answered.
    shared.seat.send_replace(Some(Arc::clone(&seat)));
    if let Err(failure) = enter(shared, &seat, leader, members, deadline, wanted).await {
        // Unless the player has left meanwhile.
        let has_stayed = shared.is_current(&seat);
        give_back(shared, &seat).await;
        if has_stayed {
            shared.seat.send_replace(before);
        }
        return Err(failure);
    }
    Ok(seat)
}

/// What a peer shows of how it came into a room. Whoever cannot show that is not
/// asked for anything.
pub async fn prove(
    shared: &Shared,
    peer: PeerId,
    room: ClusterId,
) -> Result<TicketPath, CallError> {
    let about = shared.env.peers.hello(peer).await?;
    let its_room = about.room.filter(|its_room| its_room.cluster_id == room);
    let its_room = its_room.ok_or_else(|| {
        let elsewhere = format!("{} is in another room", about.name);
        Refusal::NoSuchRoom.because(elsewhere)
    })?;
    let is_proven = its_room.is_proven_by(peer);
    let path = its_room.path.filter(|_| is_proven);
    path.ok_or_else(|| {
        let unproven = format!("{} cannot show that it belongs to that room", about.name);
        CallError::Refused(Refusal::NoSuchRoom.because(unproven))
    })
}

/// Asks for admission: whoever of the members answers, and then the leader.
async fn ask(
    shared: &Shared,
    room: ClusterId,
    members: &[PeerId],
    deadline: Instant,
    wanted: Wanted,
) -> Result<(Holder, Admission), Failure> {
    let _knocking = Knocking(shared);
    let patience = Instant::now() + KNOCK_PATIENCE;
    let may_knock = || wanted == Wanted::ByPlayer && Instant::now() < patience;
    let mut deadline = deadline;
    let mut in_turn = members.iter().copied().cycle();
    let mut next = in_turn.next();
    // Members in a row that were no help; all of them once is enough.
    let mut in_vain = 0;
    let mut hints = 0;
    let mut refused_by = BTreeSet::new();
    while let Some(peer) = next {
        let asking = async {
            let holder = prove(shared, peer, room).await?.holder();
            let admission = shared.env.peers.join(peer, room, &shared.name()).await?;
            Ok((holder, admission))
        };
        let error: CallError = match asking.await {
            Ok(let_in) => return Ok(let_in),
            Err(error) => error,
        };
        let mut pause = PAUSE;
        let mut then = None;
        match &error {
            CallError::Refused(refused) => match (refused.reason, &refused.leader) {
                (Refusal::NotLeader, Some((leader, _))) if refused_by.contains(leader) => {
                    in_vain += 1;
                }
                (Refusal::NotLeader, Some((leader, addrs)))
                    if ![peer, shared.env.me].contains(leader) && hints < MAX_HINTS =>
                {
                    shared.env.peers.book().hint_all(*leader, addrs);
                    then = Some(*leader);
                    hints += 1;
                    pause = Duration::ZERO;
                    in_vain = 0;
                }
                // A leader is being elected, or it has just been.
                (Refusal::NotLeader | Refusal::NoQuorum | Refusal::Busy, _) => {
                    in_vain = 0;
                    if refused.reason == Refusal::Busy {
                        pause = KNOCK;
                    }
                }
                (Refusal::NoSuchRoom, _) => in_vain += 1,
                // As long as the player likes to wait, the leader is asked.
                (Refusal::Knocking, _) if may_knock() => {
                    let looking = pin::taker(shared, room, peer);
                    let taker = tokio::time::timeout(LOOK_FOR_PIN, looking).await;
                    shared.set_knocking(Some(Knock {
                        room,
                        takes_pin: taker.ok().flatten(),
                    }));
                    then = Some(peer);
                    deadline = Instant::now() + JOIN_TIMEOUT;
                    pause = KNOCK;
                    in_vain = 0;
                    hints = 0;
                }
                (Refusal::NotAMember, _) if peer == shared.env.me => return Err(copy_plays()),
                // It may lie, and others say otherwise.
                _ if wanted == Wanted::ByProgram => {
                    refused_by.insert(peer);
                    in_vain += 1;
                }
                _ => return Err(error.into()),
            },
            // The leader that was named may have gone, too.
            CallError::Unreachable(_) => in_vain += 1,
            _ if wanted == Wanted::ByProgram => in_vain += 1,
            CallError::Denied(_) | CallError::Continued(_) => return Err(error.into()),
        }
        if in_vain > members.len() || Instant::now() + pause >= deadline {
            return Err(error.into());
        }
        if then.is_none() {
            hints = 0;
        }
        next = then.or_else(|| in_turn.next());
        tokio::time::sleep(pause).await;
    }
    Err(Refusal::NoSuchRoom.because("nobody is in that room").into())
}

/// Asks the leader to add the seat, and waits until its log has arrived.
async fn enter(
    shared: &Shared,
    seat: &Seat,
    mut leader: Holder,
    members: &[PeerId],
    deadline: Instant,
    wanted: Wanted,
) -> Result<(), Failure> {
    let newcomer = Newcomer {
        node_id: seat.node_id(),
        key: shared.env.identity.key().public(),
        addrs: shared.env.addr_texts(),
        rules: shared.env.peers.rules(),
    };
    let index = loop {
        let peer = leader.key.peer_id();
        *seat.admitted_by.lock() = Some((peer, leader.seat));
        seat.contact.ask_in(leader);
        let entering = shared
            .env
            .peers
            .enter(peer, seat.cluster_id, newcomer.clone());
        let error = match entering.await {
            Ok(index) => break index,
            Err(error) => error,
        };
        let passing = match &error {
            CallError::Refused(refused) => matches!(
                refused.reason,
                Refusal::NotLeader | Refusal::NoQuorum | Refusal::Busy
            ),
            CallError::Unreachable(_) => true,
            CallError::Denied(_) | CallError::Continued(_) => false,
        };
        if !passing || Instant::now() + PAUSE >= deadline {
            return Err(error.into());
        }
        tokio::time::sleep(PAUSE).await;
        (leader, _) = ask(shared, seat.cluster_id, members, deadline, wanted).await?;
    };
    if seat.node.has_applied(index, deadline).await {
        return Ok(());
    }
    Err(Failure::new(
        "unreachable",
        format!(
            "the room let you in, but its leader cannot reach this computer; allow port {} in your firewall",
            shared.env.port
        ),
    ))
}

async fn give_back(shared: &Shared, seat: &Seat) {
    shared.seat.send_replace(None);
    seat.node.close().await;
    seat.forget().await;
}

/// Takes a new seat in the same room: its members have given up the one we have, for we
/// were away for long; or their log counts. Of those who are no members here, who
/// `came_later` may let us in.
pub async fn rejoin(
    shared: &Shared,
    seat: &Arc<Seat>,
    came_later: &BTreeSet<PeerId>,
) -> Result<(), Failure> {
    let Ok(_switching) = shared.switching.try_lock() else {
        // Somebody sees to it.
        return Ok(());
    };
    if !shared.is_current(seat) {
        return Ok(());
    }
    let membership = seat.node.membership();
    let known = membership.nodes().map(|(_, member)| member.peer_id);
    let mut members: Vec<PeerId> = known.filter(|peer| *peer != shared.env.me).collect();
    // Those first that seem to be there. Who only says that it is in the room may have
    // another game there, and who says nothing is there no more.
    let announcers = shared.env.announcers_of(seat.cluster_id);
    // Where our own log does not count, it does not say who is in the room either.
    let may_be_in = |peer: &&PeerId| seat.contact.is_outdated() || came_later.contains(*peer);
    let others = announcers.iter().filter(|peer| !members.contains(peer));
    let others: Vec<PeerId> = others.filter(may_be_in).copied().collect();
    let is_there = |peer: &PeerId| announcers.contains(peer);
    members.sort_by_key(|peer| !is_there(peer));
    let at = members.partition_point(is_there);
    members.splice(at..at, others);
    members.retain(|peer| !seat.was_sent_away(peer));
    // Who is asked first can let us in, and do no more; and be the only one that seems to be
    // there.
    let turn = seat.rejoins.fetch_add(1, Relaxed);
    let are_there = members.partition_point(is_there);
    let count = if turn.is_multiple_of(2) {
        are_there
    } else {
        members.len()
    };
    let first = turn.div_ceil(2).checked_rem(count).unwrap_or(0);
    members[..count].rotate_left(first);
    let next = take_seat(shared, seat.cluster_id, &members, Wanted::ByProgram).await?;
    seat.node.close().await;
    say_what_is_lost(shared, seat, &next);
    next.set_earlier_aside().await;
    Ok(())
}

/// Takes the seat in the game.
async fn sit_down(shared: &Shared) -> Result<(), Failure> {
    let (done, seated) = oneshot::channel();
    let action = Action::TakeSeat {
        name: shared.name(),
    };
    let gone = || Failure::new("stopped", "the program is shutting down");
    let sent = shared.jobs.send(Job { action, done }).await;
    sent.map_err(|_closed| gone())?;
    seated.await.map_err(|_dropped| gone())?.map(drop)
}
