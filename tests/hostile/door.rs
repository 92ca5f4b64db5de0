//! Strangers at the door: many, and some who come in.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use dhangkanna::{
    consensus::RULES,
    game::Name,
    net::{Identity, Newcomer, Stream, TlsTransport, Transport as _},
    node::{Command, Timing},
    proto as pb,
};
use futures::{StreamExt as _, stream};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tonic::{
    Request, Status,
    codegen::http::Uri,
    transport::{Channel, Endpoint},
};
use tonic_prost::ProstCodec;

use super::{Intruder, Room, server::Follows};
use crate::common::{addr_of, join, node, room_of, sit, until};

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

/// A connection of a stranger's, for calls.
async fn channel_to(addr: SocketAddr) -> Channel {
    let identity = Arc::new(Identity::ephemeral().expect("a key"));
    let transport = Arc::new(TlsTransport::dialing(identity).expect("a transport"));
    let connector = tower::service_fn(move |_uri: Uri| {
        let transport = Arc::clone(&transport);
        async move {
            let (_, stream) = transport.dial(addr, None).await?;
            Ok::<_, std::io::Error>(TokioIo::new(stream))
        }
    });
    Endpoint::from_static("http://dhangkanna.local")
        .connect_with_connector(connector)
        .await
        .expect("a connection")
}

/// Begins a call, with a whole message or without, and never ends it.
async fn half_a_call(channel: Channel, has_message: bool) -> Option<Status> {
    let message = has_message.then(pb::JoinRequest::default);
    let body = stream::iter(message).chain(stream::pending());
    let mut client = tonic::client::Grpc::new(channel);
    client.ready().await.expect("a connection");
    let path = "/dhangkanna.v1.Lobby/Join".parse().expect("a path");
    let codec = ProstCodec::<pb::JoinRequest, pb::JoinReply>::default();
    let call = client.client_streaming(Request::new(body), path, codec);
    call.await.err()
}

/// Nobody waits for calls that do not end, and what they take is given back.
#[tokio::test(flavor = "multi_thread")]
async fn calls_that_never_end_are_ended() {
    let room = Room::of(2).await;
    let addr = addr_of(&room.players[0]);
    let mut channels = Vec::new();
    for _ in 0..8 {
        channels.push(channel_to(addr).await);
    }
    let halves = (0..8 * 60).map(|n| half_a_call(channels[n % 8].clone(), n % 2 == 0));
    let ended = tokio::time::timeout(Duration::from_secs(15), futures::future::join_all(halves));
    let ended = tokio::spawn(ended);
    room.goes_on().await;
    let ended = ended.await.expect("no panic").expect("all are ended");
    for status in ended {
        let status = status.expect("no answer");
        assert!(status.message().contains("Timeout"), "{status:?}");
    }
    room.goes_on().await;
    room.end().await;
}
