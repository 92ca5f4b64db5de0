//! Strangers at the door: many, and some who come in.

use std::{sync::Arc, time::Duration};

use dhangkanna::{net::Newcomer, node::Command};

use super::{Intruder, Room, server::Follows};
use crate::common::{addr_of, join, node, room_of, sit, until};
use dhangkanna::{consensus::RULES, game::Name, node::Timing};

/// Asks for a seat, as a program does that never plays.
async fn ghost(room: &Room) -> Intruder {
    let intruder = Intruder::with(Arc::new(Follows));
    let peer = intruder.find(&room.players[0]).await;
    let newcomer = Newcomer {
        node_id: intruder.seat,
        key: intruder.identity.key().public(),
        addrs: vec![intruder.addr.to_string()],
        rules: RULES,
    };
    let name = Name::parse("Ghost").expect("a name");
    // As many as the room lets in.
    let joined = intruder.peers.join(peer, room.cluster, &name).await;
    if joined.is_ok() {
        let _ = intruder.peers.enter(peer, room.cluster, newcomer).await;
    }
    intruder
}

#[tokio::test(flavor = "multi_thread")]
async fn who_never_sits_down_gets_no_vote_and_loses_its_seat() {
    let room = Room::of(2).await;
    let mut ghosts = Vec::new();
    for _ in 0..6 {
        ghosts.push(ghost(&room).await);
    }
    let members = |count: usize| {
        move |view: &dhangkanna::node::View| {
            let room = room_of(view).expect("a room");
            let voters = room.cluster.members.iter().filter(|m| m.voter).count();
            assert_eq!(voters, 1, "of two players one votes");
            room.cluster.members.len() == count
        }
    };
    until(&room.players[0], "the ghosts", members(8)).await;
    room.goes_on().await;
    until(&room.players[0], "no ghosts", members(2)).await;
    drop(ghosts);
    room.goes_on().await;
    // A friend finds a place.
    let data = tempfile::tempdir().expect("a folder");
    let friend = node(data.path(), "Friend", Timing::REAL, || {});
    let joined = sit(&friend, join(addr_of(&room.players[0])));
    let joined = tokio::time::timeout(Duration::from_secs(3), joined).await;
    joined.expect("a seat in time");
    friend.request(Command::Leave).await.expect("left");
    friend.shutdown().await.expect("stopped");
    room.end().await;
}
