//! The rooms on this network: announcements, grouped by cluster; and which of
//! them a player means.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use tokio::time::{Instant, timeout_at};

use crate::{
    consensus::ClusterId,
    discovery::{Ad, Ads},
    game::PeerId,
    net::PROTOCOL,
    node::{
        api::{Failure, JoinTarget, Room},
        shared::Shared,
    },
};

/// How often a room in the lobby is asked whether it is still there: a host
/// that crashed said no goodbye.
pub const CHECK: Duration = Duration::from_secs(3);

/// How many rooms are asked at a time.
pub const CHECKS: usize = 8;

/// How long a second room of the same name has to show up. Answers to one
/// question come within 120 ms (RFC 6762 §6), and over Wi-Fi a little later.
const SETTLE: Duration = Duration::from_millis(300);

/// Refuses a room that a copy of this profile plays in.
pub fn copy_plays() -> Failure {
    Failure::new(
        "twin",
        "a copy of this profile is playing there on another computer; start one of them with another --profile",
    )
}

/// The rooms of these announcements, and of one in our own name, by name.
pub fn group_with(ads: &Ads, copy: Option<&Ad>) -> Vec<Room> {
    let mut rooms = group(ads);
    if let Some(copy) = copy
        && rooms.iter().all(|room| room.cluster_id != copy.cluster_id)
    {
        let alone = Ads::new(BTreeMap::from([(copy.peer_id, copy.clone())]));
        rooms.extend(group(&alone).into_iter().map(|room| Room {
            why_not: Some(copy_plays()),
            ..room
        }));
        sort(&mut rooms);
    }
    rooms
}

/// The rooms of these announcements, by name.
pub fn group(ads: &Ads) -> Vec<Room> {
    let mut by_cluster: BTreeMap<ClusterId, Vec<&Ad>> = BTreeMap::new();
    for ad in ads.values() {
        by_cluster.entry(ad.cluster_id).or_default().push(ad);
    }
    let mut rooms: Vec<Room> = by_cluster
        .into_iter()
        .filter_map(|(cluster_id, ads)| {
            // The leader's own word, or else the first member's.
            let best = ads.iter().max_by_key(|ad| ad.leads)?;
            Some(Room {
                cluster_id,
                name: best.room.clone(),
                host: best.player.clone(),
                players: best.players,
                phase: best.phase,
                plays: best.plays.clone(),
                addr: best.addrs.first().map(ToString::to_string)?,
                version: best.version.clone(),
                why_not: why_not(best),
            })
        })
        .collect();
    sort(&mut rooms);
    rooms
}

fn sort(rooms: &mut [Room]) {
    rooms.sort_by(|a, b| (&a.name, a.cluster_id).cmp(&(&b.name, b.cluster_id)));
}

/// Whether an announcement is of a room that this program can join.
fn why_not(ad: &Ad) -> Option<Failure> {
    if ad.protocol == PROTOCOL {
        return None;
    }
    let text = format!(
        "it runs version {} and this computer {}; install the same version on both computers",
        ad.version,
        env!("CARGO_PKG_VERSION")
    );
    Some(Failure::new("version", text))
}

/// Waits until the room that is meant is seen.
pub async fn find(
    shared: &Shared,
    target: &JoinTarget,
    wait: Duration,
) -> Result<(ClusterId, Vec<PeerId>), Failure> {
    let deadline = Instant::now() + wait;
    let mut ads = shared.env.ads.clone();
    let mut settled = matches!(target, JoinTarget::Cluster(_));
    loop {
        let seen = Arc::clone(&ads.borrow_and_update());
        let is_meant = |room: &Room| target.is(room.cluster_id, &room.name);
        let rooms: Vec<Room> = group(&seen).into_iter().filter(is_meant).collect();
        match rooms.as_slice() {
            [] => {}
            [_] if !settled => {
                tokio::time::sleep(SETTLE).await;
                settled = true;
                continue;
            }
            [room] => {
                if let Some(why_not) = &room.why_not {
                    return Err(why_not.clone());
                }
                let peers = shared.env.announcers_of(room.cluster_id);
                return Ok((room.cluster_id, peers));
            }
            several => {
                let ids: Vec<_> = several.iter().map(|r| r.cluster_id.to_string()).collect();
                return Err(Failure::new(
                    "ambiguous",
                    format!(
                        "{} rooms are called {target}; join one by its id: {}",
                        several.len(),
                        ids.join(", ")
                    ),
                ));
            }
        }
        if !matches!(timeout_at(deadline, ads.changed()).await, Ok(Ok(()))) {
            let rooms = group_with(&seen, shared.env.copied_profile().as_ref());
            if rooms.iter().any(is_meant) {
                return Err(copy_plays());
            }
            return Err(Failure::new(
                "no_such_room",
                format!(
                    "no room {target} was found within {} s; check that both computers are on the same network, or join by address",
                    wait.as_secs()
                ),
            ));
        }
    }
}
