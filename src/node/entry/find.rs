//! Finds the room that a player means.

use std::{sync::Arc, time::Duration};

use tokio::time::{Instant, timeout_at};

use super::rooms::{copy_plays, group, group_with};
use crate::{
    consensus::ClusterId,
    game::PeerId,
    node::{
        api::{Failure, JoinTarget, Room},
        shared::Shared,
    },
};

/// How long a second room of the same name has to show up. Answers to one
/// question come within 120 ms (RFC 6762 §6), and over Wi-Fi a little later.
const SETTLE: Duration = Duration::from_millis(300);

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
        let is_meant = |room: &Room| match target {
            JoinTarget::Cluster(id) => room.cluster_id == *id,
            JoinTarget::Room(name) => room.name.as_str() == name,
            JoinTarget::Addr(_) => false,
        };
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
