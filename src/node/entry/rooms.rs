//! Which of the rooms on this network a player means.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use futures::{StreamExt as _, stream::SelectAll};
use tokio::time::Instant;

use super::{
    announcers::Announcers,
    asking::ask,
    rows::{announced, sort},
};
use crate::{
    consensus::ClusterId,
    discovery::{Ad, Ads},
    game::PeerId,
    node::{
        api::{Failure, JoinTarget, Room},
        shared::Shared,
    },
};

/// How long a second room of the same name has to show up. Answers to one
/// question come within 120 ms (RFC 6762 §6), and over Wi-Fi a little later.
const SETTLE: Duration = Duration::from_millis(300);

/// How long answers are waited for when the time is up: about what a call may take.
const LAST_ANSWERS: Duration = Duration::from_secs(3);

/// Refuses a room that a copy of this profile plays in.
pub fn copy_plays() -> Failure {
    Failure::new(
        "twin",
        "a copy of this profile is playing there on another computer; start one of them with another --profile",
    )
}

/// A room that a copy of this profile plays in is no room to join.
pub fn with_copy(mut rooms: Vec<Room>, copy: Option<&Ad>) -> Vec<Room> {
    if let Some(copy) = copy
        && rooms.iter().all(|room| room.cluster_id != copy.cluster_id)
    {
        rooms.extend(announced(copy, Some(copy_plays())));
        sort(&mut rooms);
    }
    rooms
}

/// Waits until the room that is meant is seen, and has proven that it is one: which, and
/// who is in it.
pub async fn find(
    shared: &Shared,
    target: &JoinTarget,
    wait: Duration,
    mut proven: Vec<Ad>,
) -> Result<(ClusterId, Vec<PeerId>), Failure> {
    let deadline = Instant::now() + wait;
    let by_name = matches!(target, JoinTarget::Room(_));
    let mut ads = shared.env.ads.clone();
    let (mut announcers, mut answers) = (Announcers::of_joining(), SelectAll::new());
    // First who was a member a moment ago: anybody can announce many that are none.
    let mut asked: BTreeMap<PeerId, Ad> = BTreeMap::new();
    if !proven.is_empty() {
        proven.sort_by_key(|ad| !target.is(ad.cluster_id, &ad.room));
        asked.extend(proven.iter().map(|ad| (ad.peer_id, ad.clone())));
        answers.push(Box::pin(ask(&shared.env.peers, proven)));
    }
    // Once one is found, others have a moment to show up, too.
    let mut settled: Option<Instant> = None;
    loop {
        let seen = Arc::clone(&ads.borrow_and_update());
        asked.retain(|peer, _| seen.contains_key(peer));
        let is_new = |ad: &Ad| asked.get(&ad.peer_id) != Some(ad);
        let new = seen.iter().filter(|(_, ad)| is_new(ad));
        let new = Ads::new(new.map(|(peer, ad)| (*peer, ad.clone())).collect());
        // Anybody can announce that somebody is elsewhere: all are asked, few of them at
        // one address.
        let mut new = announcers.to_ask(&new, &shared.env.met.read(), false);
        new.retain(is_new);
        new.sort_by_key(|ad| !target.is(ad.cluster_id, &ad.room));
        if !new.is_empty() {
            asked.extend(new.iter().map(|ad| (ad.peer_id, ad.clone())));
            answers.push(Box::pin(ask(&shared.env.peers, new)));
        }
        let end = match answers.is_empty() {
            true => deadline,
            false => deadline + LAST_ANSWERS,
        };
        let until = settled.unwrap_or(end);
        tokio::select! {
            answer = answers.next(), if !answers.is_empty() => {
                // After the last one, they are looked at once more.
                if let Some(answer) = answer {
                    announcers.note(&seen, answer);
                }
            }
            Ok(()) = ads.changed() => continue,
            () = tokio::time::sleep_until(until) => {}
        }
        let rooms = announcers.rooms(&shared.env.met.read(), true);
        let found = rooms.iter().filter(|room| target.is_row(room));
        let found: Vec<&Room> = found.collect();
        if let Some(best) = found.first() {
            let at = settled.get_or_insert_with(|| Instant::now() + SETTLE);
            let is_last_word = answers.is_empty() && !by_name;
            if !is_last_word && Instant::now() < *at {
                continue;
            }
            // Anybody can call a room as a friend does theirs.
            let is_alike = |room: &&&Room| room.met == best.met;
            let alike = found.iter().filter(is_alike).map(|room| room.cluster_id);
            return choose(best, target, &alike.collect());
        }
        settled = None;
        if Instant::now() >= end {
            let copy = shared.env.copied_profile();
            if copy.is_some_and(|copy| target.is(copy.cluster_id, &copy.room)) {
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

/// The room that was found, if there are no others that may be meant.
fn choose(
    best: &Room,
    target: &JoinTarget,
    ids: &BTreeSet<ClusterId>,
) -> Result<(ClusterId, Vec<PeerId>), Failure> {
    if ids.len() > 1 {
        let list: Vec<_> = ids.iter().map(ToString::to_string).collect();
        return Err(Failure::new(
            "ambiguous",
            format!(
                "{} rooms are called {target}; join one by its id: {}",
                ids.len(),
                list.join(", ")
            ),
        ));
    }
    match &best.why_not {
        Some(why_not) => Err(why_not.clone()),
        None => Ok((best.cluster_id, best.members.clone())),
    }
}
