//! Going on without those who cannot be reached: the game moves into a new
//! cluster, and the seat in the old one is spent.
//!
//! Raft cannot do this: without a majority nothing may be decided. So a player
//! decides, and the program sees to it that nobody is left behind who still
//! plays, that the member with the newest log founds the new cluster, and that
//! those who take part acknowledge nothing in the old one meanwhile.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::keeper::survey;
use crate::{
    consensus::{ClusterId, Genesis, NodeId},
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
/// others have gone already; or else in a new cluster.
pub async fn go_on(shared: &Shared, seat: &Arc<Seat>) -> Reply {
    if !is_stuck(seat) {
        let message = "the others can be reached; nobody is missing";
        return Err(Failure::new("still_played", message));
    }
    seat.contact.freeze(seat.timing.freeze);
    let findings = survey(shared, seat, true).await;
    if let Some((peer, cluster)) = findings.continued {
        follow(shared, seat, cluster, peer).await?;
        return Ok(Done::Continued { cluster });
    }
    if findings.plays() {
        seat.contact.thaw();
        seat.findings.send_replace(Some(findings));
        return Ok(Done::BroughtBack);
    }
    let (best, peer) = newest_log(seat, &findings).await;
    let mut participants: BTreeSet<NodeId> = findings.answers.keys().copied().collect();
    participants.insert(seat.node_id());
    let cluster = if best == seat.node_id() {
        found_next(shared, seat, &participants).await?
    } else {
        let mut client = seat.client(best, peer);
        let cluster = client.carry_on(&participants).await?;
        follow(shared, seat, cluster, peer).await?;
        cluster
    };
    Ok(Done::Continued { cluster })
}

/// Whether a room cannot decide anything, as far as this seat knows.
pub fn is_stuck(seat: &Seat) -> bool {
    seat.cut_off_for() >= seat.timing.survey
}

/// Who of those that were reached has the newest log; ties by PeerId, so that
/// two who ask choose the same.
async fn newest_log(seat: &Seat, findings: &Findings) -> (NodeId, PeerId) {
    let mine = Survey {
        plays: false,
        knows_you: true,
        replaced_you: false,
        last_log_id: seat.node.last_log_id().await,
    };
    let mut logs: BTreeMap<NodeId, (PeerId, Survey)> = findings.answers.clone();
    logs.insert(seat.node_id(), (seat.me, mine));
    #[cfg(feature = "simulation")]
    if crate::planted::Bug::AnyLog.is_planted() {
        return (seat.node_id(), seat.me);
    }
    logs.into_iter()
        .max_by_key(|(_, (peer, survey))| (survey.last_log_id, *peer))
        .map_or((seat.node_id(), seat.me), |(id, (peer, _))| (id, peer))
}

/// Makes the new cluster, with all that this node knows of the game, and tells
/// those who take part. Answers with the new one, also if it was made already.
pub async fn found_next(
    shared: &Shared,
    seat: &Arc<Seat>,
    participants: &BTreeSet<NodeId>,
) -> Result<ClusterId, Refused> {
    let _switching = shared.switching.lock().await;
    if let Some((_, next)) = shared.continued_in(seat.key.cluster_id) {
        return Ok(next);
    }
    if !is_stuck(seat) || !shared.is_current(seat) {
        return Err(Refusal::StillPlayed.because("that room is still being played"));
    }
    seat.contact.freeze(seat.timing.freeze);
    let others: Vec<(NodeId, PeerId)> = seat
        .node
        .membership()
        .nodes()
        .filter(|(id, _)| **id != seat.node_id() && participants.contains(id))
        .map(|(id, member)| (*id, member.peer_id))
        .collect();
    // Closed first: from here on nothing can be added to the old log.
    seat.node.close().await;
    let genesis = Genesis {
        parent: seat.key.cluster_id,
        state: seat.node.state_of_whole_log().founded_by(seat.me),
    };
    let next = match seating::found(shared, seat.room.clone(), Some(genesis)).await {
        Ok(next) => next,
        Err(failure) => {
            // The old seat is as good as it was.
            if let Ok(again) = Seat::reopen(&shared.env, seat.kept.clone()).await {
                shared.seat.send_replace(Some(again));
            }
            return Err(Refusal::Busy.because(failure.message));
        }
    };
    let cluster = next.key.cluster_id;
    tracing::info!("the game goes on in {cluster}, with {participants:?}");
    shared.seat.send_replace(Some(next));
    // If the program ends before this is on disk, two rooms are kept, for all
    // to see.
    shared.note_continued(seat, cluster).await;
    for (id, peer) in others {
        let mut client = seat.client(id, peer);
        tokio::spawn(async move {
            if let Err(e) = client.continued(cluster).await {
                tracing::info!("{} does not hear that the game goes on: {e}", peer.short());
            }
        });
    }
    Ok(cluster)
}

/// Takes a seat where the game went on, and gives up the old one for good.
pub async fn follow(
    shared: &Shared,
    seat: &Arc<Seat>,
    cluster: ClusterId,
    peer: PeerId,
) -> Result<(), Failure> {
    let _switching = shared.switching.lock().await;
    if !shared.is_current(seat) {
        // Somebody else was faster: the seat is there, or given up.
        return Ok(());
    }
    let mut members = shared.env.announcers_of(cluster);
    members.retain(|seen| *seen != peer);
    members.insert(0, peer);
    seating::take_seat(shared, cluster, &members).await?;
    seat.node.close().await;
    shared.note_continued(seat, cluster).await;
    Ok(())
}
