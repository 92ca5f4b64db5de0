//! Strangers at the door: many, and some who come in.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use dhangkanna::{
    net::{Identity, Stream, TlsTransport, Transport as _},
    node::{Command, Timing},
};
use tokio::net::TcpStream;

use super::{Intruder, Room, server::Follows};
use crate::common::{addr_of, join, node, room_of, sit, until};

/// Asks for a seat, as a program does that never plays.
async fn ghost(room: &Room) -> Intruder {
    let intruder = Intruder::with(Arc::new(Follows));
    let peer = intruder.find(&room.players[0]).await;
    // As many as the room lets in.
    let _ = intruder.ask_in(peer, room.cluster).await;
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

/// Connections that are open, and say nothing.
async fn idle(addr: SocketAddr, count: usize) -> Vec<TcpOrTls> {
    let identity = Arc::new(Identity::ephemeral().expect("a key"));
    let transport = TlsTransport::dialing(identity).expect("a transport");
    let mut all = Vec::new();
    for n in 0..count {
        all.push(match n % 3 {
            0 => TcpOrTls::Tcp(TcpStream::connect(addr).await.expect("a connection")),
            _ => TcpOrTls::Tls(transport.dial(addr, None).await.expect("a connection").1),
        });
    }
    all
}

#[expect(dead_code, reason = "they are only held")]
enum TcpOrTls {
    Tcp(TcpStream),
    Tls(Stream),
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_connections_keep_nobody_out() {
    let room = Room::of(2).await;
    let addr = addr_of(&room.players[0]);
    let connections = idle(addr, 400).await;
    let data = tempfile::tempdir().expect("a folder");
    for n in 0..3 {
        let friend = node(data.path(), &format!("Friend {n}"), Timing::REAL, || {});
        let joined = tokio::time::timeout(Duration::from_secs(3), sit(&friend, join(addr)));
        joined.await.expect("a seat in time");
        room.goes_on().await;
        friend.shutdown().await.expect("left");
    }
    drop(connections);
    room.goes_on().await;
    room.end().await;
}
