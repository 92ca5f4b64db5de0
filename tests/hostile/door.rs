//! Strangers at the door: many, and some who come in.

use std::{
    collections::BTreeSet,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use dhangkanna::{
    consensus::{ClusterId, Entry, NodeId, Proposal, RULES},
    game::{Action, Letter, Name, PeerId},
    net::{CallError, Identity, Newcomer, Refusal, Stream, TlsTransport, Transport as _},
    node::{Command, NodeHandle, Timing, View},
    proto as pb,
};
use futures::{StreamExt as _, stream};
use hyper_util::rt::TokioIo;
use openraft::EntryPayload;
use tokio::net::TcpStream;
use tonic::{
    Request, Status,
    codegen::http::Uri,
    transport::{Channel, Endpoint},
};
use tonic_prost::ProstCodec;

use super::{Intruder, Room, server::Follows};
use crate::common::{PATIENCE, addr_of, join, node, room_of, sit, until};

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
        move |view: &View| {
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

/// The host removes somebody, who has no seat then.
async fn removes(room: &Room, peer: PeerId) {
    let remove = Command::Act(Action::Remove { peer, lock: false });
    let removed = room.players[0].request(remove).await;
    removed.expect("removed");
    until(&room.players[0], "one member less", |view| {
        let members = room_of(view).map(|room| &room.cluster.members);
        members.is_some_and(|members| members.iter().all(|member| member.peer_id != peer))
    })
    .await;
}

/// Somebody joins within three seconds, while the others play.
async fn a_friend_comes(room: &Room, name: &str) -> NodeHandle {
    let friend = node(room.data.path(), name, Timing::REAL, || {});
    let joined = sit(&friend, join(addr_of(&room.players[0])));
    let joined = tokio::time::timeout(Duration::from_secs(3), joined).await;
    joined.expect("a seat in time");
    room.goes_on().await;
    friend
}

/// Those of somebody who is a member, and of who was removed.
#[tokio::test(flavor = "multi_thread")]
async fn who_was_met_cannot_take_all_connections() {
    let room = Room::of(2).await;
    let intruder = Intruder::with(Arc::new(Follows));
    intruder.enter(&room).await;
    intruder.sits_down(&room).await;
    let transport = TlsTransport::dialing(Arc::clone(&intruder.identity)).expect("a transport");
    let addr = addr_of(&room.players[0]);
    for is_removed in [false, true] {
        if is_removed {
            removes(&room, intruder.identity.peer_id()).await;
        }
        let mut connections = Vec::new();
        for _ in 0..300 {
            connections.extend(transport.dial(addr, None).await.ok());
        }
        let friend = a_friend_comes(&room, "Friend").await;
        friend.request(Command::Leave).await.expect("left");
        friend.shutdown().await.expect("stopped");
        drop(connections);
    }
    room.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_removed_is_a_stranger_who_asks_too_often() {
    let room = Room::of(2).await;
    let intruder = Intruder::with(Arc::new(Follows));
    intruder.enter(&room).await;
    intruder.sits_down(&room).await;
    let (_, host) = room.host();
    let peer = intruder.identity.peer_id();
    // They play a round, and have met.
    for letter in "abcdefghijklmnopqrstuvwxyz".chars() {
        let letter = Letter::parse(&letter.to_string()).expect("a letter");
        let guess = Action::Guess {
            letter,
            round: None,
        };
        if room.players[0].request(Command::Act(guess)).await.is_err() {
            break;
        }
    }
    let has_met = |view: &View| view.me.record.played == 1;
    until(&room.players[0], "the end of the round", has_met).await;
    removes(&room, peer).await;
    let name = Name::parse("Mallory").expect("a name");
    let asks = (0..500).map(|_| intruder.peers.join(host, room.cluster, &name));
    let answers = futures::future::join_all(asks).await;
    let answered = |reason: Refusal| {
        let refused = answers.iter().filter(
            |answer| matches!(answer, Err(CallError::Refused(refused)) if refused.reason == reason),
        );
        refused.count()
    };
    assert!(answered(Refusal::Removed) > 0, "{answers:?}");
    assert!(answered(Refusal::Busy) > 100, "{answers:?}");
    room.start_round().await;
    room.goes_on().await;
    room.end().await;
}

/// How many seats a key gets at once, and a second after that (`ENTERS_OF_KEY` in
/// `node/shared.rs`).
const SEATS_OF_KEY: (f64, f64) = (4.0, 2.0);

/// What a room has written so far, as a member has it.
async fn entries_of(room: &Room, witness: &Intruder) -> Vec<Entry> {
    let all = room.applied(0);
    let has_all = async {
        while witness
            .log
            .last_log_id()
            .is_none_or(|last| last.index() < all)
        {
            witness.server.changed().await;
        }
    };
    let has_all = tokio::time::timeout(PATIENCE, has_all).await;
    has_all.expect("what was written");
    witness.log.entries_after(None)
}

/// A player's seats in an entry, if that is a membership.
fn seats_in(entry: &Entry, peer: PeerId) -> impl Iterator<Item = NodeId> {
    let membership = match &entry.payload {
        EntryPayload::Membership(membership) => Some(membership),
        _ => None,
    };
    let members = membership.into_iter().flat_map(|m| m.nodes());
    members
        .filter(move |(_, member)| member.peer_id == peer)
        .map(|(id, _)| *id)
}

/// Asks for one new seat after the other without waiting for them.
async fn asks_for_seats(intruder: &Intruder, room: ClusterId, host: PeerId, count: u64) {
    let asks = (0..count).map(|_| {
        let newcomer = Newcomer {
            node_id: dhangkanna::random::u64() >> 1,
            key: intruder.identity.key().public(),
            addrs: vec![intruder.addr.to_string()],
            rules: RULES,
        };
        let asking = intruder.peers.enter(host, room, newcomer);
        tokio::time::timeout(Duration::from_millis(50), asking)
    });
    let answers = stream::iter(asks).buffer_unordered(64);
    answers.count().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_new_seats_keeps_no_friend_out() {
    let room = Room::of(2).await;
    let (_, host) = room.host();
    let intruder = Intruder::with(Arc::new(Follows));
    intruder.enter(&room).await;
    intruder.sits_down(&room).await;
    let witness = Intruder::with(Arc::new(Follows));
    witness.enter(&room).await;
    witness.sits_down(&room).await;
    let began = Instant::now();
    asks_for_seats(&intruder, room.cluster, host, 3000).await;
    let friend = a_friend_comes(&room, "Friend").await;
    let at_most = SEATS_OF_KEY.0 + SEATS_OF_KEY.1 * began.elapsed().as_secs_f64();
    let peer = intruder.identity.peer_id();
    let entries = entries_of(&room, &witness).await;
    let seats: BTreeSet<_> = entries.iter().flat_map(|e| seats_in(e, peer)).collect();
    // It had one.
    let given = seats.len() - 1;
    println!("{given} seats, of at most {at_most:.1}");
    assert!(given > 0 && given as f64 <= at_most, "{given}, {at_most}");
    friend.request(Command::Leave).await.expect("left");
    friend.shutdown().await.expect("stopped");
    room.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn seats_that_were_asked_for_before_a_removal_are_not_given_after_it() {
    let room = Room::of(2).await;
    let (_, host) = room.host();
    let intruder = Intruder::with(Arc::new(Follows));
    intruder.enter(&room).await;
    intruder.sits_down(&room).await;
    let witness = Intruder::with(Arc::new(Follows));
    witness.enter(&room).await;
    witness.sits_down(&room).await;
    let peer = intruder.identity.peer_id();
    let flood = asks_for_seats(&intruder, room.cluster, host, 500);
    futures::join!(flood, removes(&room, peer));
    room.goes_on().await;
    let (mut seats, mut is_removed, mut given) = (BTreeSet::new(), false, 0);
    for entry in entries_of(&room, &witness).await {
        if let EntryPayload::Normal(Proposal::Command(command)) = &entry.payload {
            is_removed |= matches!(command.action, Action::Remove { .. });
        }
        let new = seats_in(&entry, peer)
            .filter(|id| seats.insert(*id))
            .count();
        given += if is_removed { new } else { 0 };
    }
    assert!(is_removed && !seats.is_empty());
    assert!(
        given <= 1,
        "{given}: only one can be on its way into the log"
    );
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
    // As many as there may be, each with as many calls as it may have.
    for _ in 0..32 {
        channels.push(channel_to(addr).await);
    }
    let halves = (0..32 * 8).map(|n| half_a_call(channels[n % 32].clone(), n % 2 == 0));
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
