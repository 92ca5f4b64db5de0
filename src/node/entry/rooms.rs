//! Which of the rooms on this network a player means.

use std::{collections::BTreeMap, mem, sync::Arc, time::Duration};

use futures::{StreamExt as _, stream::SelectAll};
use tokio::time::Instant;

use super::{
    announcers::{Announcers, DISPUTE},
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

/// When also those have been asked who may be silent to the first question: nobody sends
/// the same within a second again (RFC 6762 §6), so others hear it from the second one,
/// which comes after a second.
const ASKED_TWICE: Duration = Duration::from_secs(1);

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
    let began = Instant::now();
    let deadline = began + wait;
    let by_name = matches!(target, JoinTarget::Room(_));
    let all_asked = match by_name {
        true => deadline.min(began + ASKED_TWICE),
        false => began,
    };
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
    // Where several say that they lead it, they have a moment to agree, too.
    let (mut disputed, mut again): (Option<Instant>, bool) = (None, false);
    loop {
        let seen = Arc::clone(&ads.borrow_and_update());
        asked.retain(|peer, _| seen.contains_key(peer));
        let is_new = |ad: &Ad| asked.get(&ad.peer_id) != Some(ad);
        let new = seen.iter().filter(|(_, ad)| is_new(ad));
        let new = Ads::new(new.map(|(peer, ad)| (*peer, ad.clone())).collect());
        // Anybody can announce that somebody is elsewhere: all are asked, few of them at
        // one address.
        let mut new = announcers.to_ask(&new, &shared.env.met.read(), mem::take(&mut again));
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
        if let Some(best) = rooms.iter().find(|room| target.is_row(room)) {
            let at = settled.get_or_insert_with(|| all_asked.max(Instant::now()) + SETTLE);
            let is_open = is_open(best, target);
            let is_last_word = answers.is_empty() && !by_name && !is_open;
            if !is_last_word && Instant::now() < *at {
                continue;
            }
            let end = end.min(Instant::now() + DISPUTE);
            if is_open && Instant::now() < *disputed.get_or_insert(end) {
                // It may be an election: they are asked who leads now.
                let rivals = rooms.iter().filter(|r| r.cluster_id == best.cluster_id);
                for peer in rivals.flat_map(|room| &room.members) {
                    asked.remove(peer);
                }
                again = true;
                *at = Instant::now() + SETTLE;
                continue;
            }
            return choose(best, target, &rooms);
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

/// Whether it has to be said who is meant: who was let in once can show a room as its
/// own, also after it was sent away.
fn is_open(best: &Room, target: &JoinTarget) -> bool {
    best.is_rival && !matches!(target, JoinTarget::Member(..))
}

/// The room that was found, if there are no others that may be meant.
fn choose(
    best: &Room,
    target: &JoinTarget,
    rooms: &[Room],
) -> Result<(ClusterId, Vec<PeerId>), Failure> {
    let is_open = is_open(best, target);
    // Anybody can call a room as a friend does theirs.
    let is_alike = |room: &&Room| {
        let is_rival = is_open && room.cluster_id == best.cluster_id;
        is_rival || (target.is_row(room) && room.met == best.met)
    };
    let alike: Vec<_> = rooms.iter().filter(is_alike).map(how_to_join).collect();
    if is_open || alike.len() > 1 {
        let list = alike.join(", ");
        let text = format!("{target} may be one of several rooms; join one by its id: {list}");
        return Err(Failure::new("ambiguous", text));
    }
    match &best.why_not {
        Some(why_not) => Err(why_not.clone()),
        None => Ok((best.cluster_id, best.members.clone())),
    }
}

/// What is to be said to join this row, and no other.
fn how_to_join(room: &Room) -> String {
    match room.members.first() {
        Some(host) if room.is_rival => JoinTarget::Member(room.cluster_id, *host).to_string(),
        _ => room.cluster_id.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::game::{Name, Phase};

    fn row(cluster: u8, host: u8, met: bool, is_rival: bool) -> Room {
        Room {
            cluster_id: ClusterId::new([cluster; 16]),
            name: Name::parse("Den").expect("a name"),
            host: Name::placeholder(),
            players: 3,
            phase: Phase::Guessing,
            plays: None,
            addr: "192.0.2.1:4000".to_owned(),
            version: "0.2.0".to_owned(),
            met,
            members: vec![PeerId::new([host; 32])],
            is_rival,
            why_not: None,
        }
    }

    fn chosen(rooms: &[Room], target: &JoinTarget) -> Result<PeerId, String> {
        let best = rooms.iter().find(|room| target.is_row(room));
        let chosen = choose(best.expect("a row"), target, rooms);
        let host = chosen.map(|(_, members)| members[0]);
        host.map_err(|failure| format!("{}: {}", failure.code, failure.message))
    }

    #[test]
    fn who_shows_a_room_as_its_own_is_joined_only_if_that_is_said() {
        let [mut real, mallory] = [row(1, 1, false, true), row(1, 3, true, true)];
        real.name = Name::parse("Real").expect("a name");
        let rooms = [real, mallory];
        let cluster = rooms[0].cluster_id;
        let by_name = |name: &str| JoinTarget::Room(name.to_owned());
        for target in [
            by_name("Real"),
            by_name("Den"),
            JoinTarget::Cluster(cluster),
        ] {
            let why = chosen(&rooms, &target).expect_err("two say that it is theirs");
            assert!(why.starts_with("ambiguous"), "{why}");
            for room in &rooms {
                assert!(why.contains(&how_to_join(room)), "{why}");
            }
        }
        for room in &rooms {
            let host = room.members[0];
            let target = how_to_join(room).parse().expect("a target");
            assert_eq!(target, JoinTarget::Member(cluster, host));
            assert_eq!(chosen(&rooms, &target), Ok(host));
        }
    }

    #[test]
    fn a_room_is_joined_by_name_if_no_other_is_like_it() {
        let den = JoinTarget::Room("Den".to_owned());
        // A friend's, and a stranger's.
        let rooms = [row(1, 1, true, false), row(2, 2, false, false)];
        assert_eq!(chosen(&rooms, &den), Ok(rooms[0].members[0]));
        assert_eq!(chosen(&rooms[1..], &den), Ok(rooms[1].members[0]));
        let alike = [row(1, 1, false, false), row(2, 2, false, false)];
        let why = chosen(&alike, &den).expect_err("two of that name");
        assert!(why.contains(&alike[1].cluster_id.to_string()), "{why}");
    }
}
