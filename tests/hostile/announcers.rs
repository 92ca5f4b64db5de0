//! Whoever announces a room that it is not in.

use std::{collections::BTreeSet, fs, path::Path, sync::Arc, time::Duration};

use dhangkanna::{
    config::Profile,
    consensus::{ClusterId, Holder, NodeId, TicketPath},
    game::{Action, Letter, Name, PeerId},
    net::PROTOCOL,
    node::{Command, JoinTarget, Timing, Trouble},
    proto as pb,
};

use tokio::net::TcpListener;

use super::{
    Intruder, Room,
    server::{Answers, Follows},
};
use crate::common::{PATIENCE, addr_of, node, room_of, sit, until};

/// Says that it is in a room, with whatever path it could get.
struct Pretends {
    cluster: ClusterId,
    seat: NodeId,
    path: Option<TicketPath>,
}

impl Answers for Pretends {
    fn hello(&self) -> pb::HelloReply {
        pb::HelloReply {
            room: Some(pb::RoomInfo {
                cluster_id: self.cluster.as_bytes().to_vec(),
                room: "den".to_owned(),
                players: 3,
                phase: "guessing".to_owned(),
                leader_id: self.seat,
                node_id: self.seat,
                path: self.path.as_ref().map(Into::into),
                ..Default::default()
            }),
            ..Follows.hello()
        }
    }

    fn survey(&self) -> Result<pb::SurveyReply, tonic::Status> {
        Ok(pb::SurveyReply {
            plays: true,
            leads: true,
            ..Default::default()
        })
    }
}

/// Announces that an intruder leads a room, as one of this computer's profiles.
pub fn announce(room: &Room, intruder: &Intruder, nth: usize) -> Profile {
    let (peer, port) = (intruder.identity.peer_id(), intruder.addr.port());
    announce_in(room.data.path(), nth, (peer, port), room.cluster)
}

/// Announces that somebody who listens at a port leads a room.
fn announce_in(data: &Path, nth: usize, of: (PeerId, u16), cluster: ClusterId) -> Profile {
    announce_next(data, nth, of, cluster, "")
}

/// Announces that somebody who listens at a port leads a room that goes on from others.
pub fn announce_next(
    data: &Path,
    nth: usize,
    (peer, port): (PeerId, u16),
    cluster: ClusterId,
    ancestors: &str,
) -> Profile {
    let name = format!("mallory{nth}");
    let profile = Profile::open(Some(data), Some(&name)).expect("a profile");
    let text = format!(
        "port={port}\nv={PROTOCOL}\nver=0.2.0\np={peer}\nn=Mallory\nc={cluster}\nr=den\nl=1\nm=3\ns=guessing\na={ancestors}\n"
    );
    fs::write(profile.folder().join("announcement"), text).expect("written");
    profile
}

/// What somebody may have who was never let in: nothing; a path of a room of its
/// own; the path of a member, which it heard from that one's `Hello`.
async fn paths(room: &Room, intruder: &Intruder) -> Vec<Option<TicketPath>> {
    let own = Holder {
        seat: intruder.seat,
        key: intruder.identity.key().public(),
    };
    let peer = intruder.find(&room.players[0]).await;
    let about = intruder.peers.hello(peer).await.expect("an answer");
    let of_host = about.room.expect("a room").path.expect("a path");
    let taken_over = TicketPath {
        founder: own,
        ..of_host.clone()
    };
    vec![
        None,
        Some(TicketPath::found(own).1),
        Some(of_host),
        Some(taken_over),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn who_only_announces_a_room_is_asked_nothing_but_hello() {
    futures::future::join_all((0..4).map(is_asked_nothing_but_hello)).await;
}

async fn is_asked_nothing_but_hello(case: usize) {
    let mut room = Room::of(3).await;
    room.has_voters(3).await;
    let scout = Intruder::with(Arc::new(Follows));
    let path = paths(&room, &scout).await.swap_remove(case);
    let pretends = Arc::new(Pretends {
        cluster: room.cluster,
        seat: scout.seat,
        path,
    });
    let identity = Arc::clone(&scout.identity);
    drop(scout);
    let intruder = Intruder::as_somebody(identity, pretends);
    let _announced = announce(&room, &intruder, case);
    // Both at once: after the first, the third might soon be the only voter. Then it
    // looks for anybody who knows more.
    room.kill(0);
    room.kill(0);
    let alone = |view: &dhangkanna::node::View| {
        let trouble = room_of(view).and_then(|room| room.trouble.as_ref());
        matches!(trouble, Some(Trouble::Stalled { alone: true, .. }))
    };
    // Not taken for a member that plays: one may go on.
    until(&room.players[0], "alone", alone).await;
    let heard = intruder.server.heard();
    assert!(heard.contains(&"hello"), "{heard:?}");
    assert!(heard.iter().all(|call| *call == "hello"), "{heard:?}");
    room.players[0]
        .request(Command::Continue)
        .await
        .expect("a room");
    room.goes_on().await;
    room.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_friend_who_joins_by_name_gets_into_the_real_room() {
    let room = Room::of(2).await;
    let scout = Intruder::with(Arc::new(Follows));
    let mut intruders = Vec::new();
    let mut announced = Vec::new();
    for (n, path) in paths(&room, &scout).await.into_iter().enumerate() {
        let pretends = Arc::new(Pretends {
            cluster: room.cluster,
            seat: scout.seat,
            path,
        });
        let intruder = Intruder::with(pretends);
        announced.push(announce(&room, &intruder, n));
        intruders.push(intruder);
    }
    let friend = node(room.data.path(), "Friend", Timing::REAL, || {});
    // Who is asked again has answered.
    for intruder in &intruders {
        let asked_twice = async {
            while intruder.server.heard().len() < 2 {
                intruder
                    .server
                    .heard_within(Duration::from_millis(100))
                    .await;
            }
        };
        let asked_twice = tokio::time::timeout(PATIENCE, asked_twice).await;
        asked_twice.expect("asked again");
    }
    let real: BTreeSet<_> = room.seats().into_iter().map(|(_, peer)| peer).collect();
    let listed = until(&friend, "the room", |view| !view.rooms.is_empty()).await;
    assert_eq!(listed.rooms.len(), 1);
    let members: BTreeSet<_> = listed.rooms[0].members.iter().copied().collect();
    assert_eq!(members, real);
    let join = Command::Join {
        target: JoinTarget::Cluster(room.cluster),
        wait: Duration::from_secs(10),
        pin: None,
    };
    friend.request(join).await.expect("a seat");
    let view = until(&friend, "a seat", |view| room_of(view).is_some()).await;
    let members = &room_of(&view).expect("a room").cluster.members;
    assert_eq!(members.len(), 3);
    for intruder in &intruders {
        let heard = intruder.server.heard();
        assert!(heard.iter().all(|call| *call == "hello"), "{heard:?}");
    }
    room.goes_on().await;
    friend.shutdown().await.expect("left");
    room.end().await;
}

/// Where nobody but a liar announces a room, joining it ends, and says so.
#[tokio::test(flavor = "multi_thread")]
async fn who_only_announces_a_room_keeps_nobody_waiting() {
    let room = Room::of(1).await;
    let scout = Intruder::with(Arc::new(Follows));
    let pretends = Arc::new(Pretends {
        cluster: ClusterId::random(),
        seat: scout.seat,
        path: None,
    });
    let intruder = Intruder::with(Arc::clone(&pretends) as Arc<dyn Answers>);
    let _announced = announce(&room, &intruder, 0);
    let friend = node(room.data.path(), "Friend", Timing::REAL, || {});
    let join = Command::Join {
        target: JoinTarget::Room("den".to_owned()),
        wait: Duration::from_secs(2),
        pin: None,
    };
    let joining = tokio::time::timeout(Duration::from_secs(10), friend.request(join));
    let failed = joining.await.expect("an end").expect_err("no such room");
    assert_eq!(failed.code, "no_such_room");
    assert!(intruder.server.heard().contains(&"hello"));
    friend.shutdown().await.expect("left");
    room.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_announcement_of_the_host_hides_no_room() {
    let room = Room::of(1).await;
    let (_, host) = room.host();
    let port = addr_of(&room.players[0]).port();
    // All that is announced: that the host leads a room that is none.
    let data = tempfile::tempdir().expect("a folder");
    let _announced = announce_in(data.path(), 0, (host, port), ClusterId::random());
    let friend = node(data.path(), "Friend", Timing::REAL, || {});
    let listed = until(&friend, "the room", |view| !view.rooms.is_empty()).await;
    let clusters: Vec<ClusterId> = listed.rooms.iter().map(|room| room.cluster_id).collect();
    assert_eq!(clusters, [room.cluster]);
    let join = Command::Join {
        target: JoinTarget::Room("P1's room".to_owned()),
        wait: Duration::from_secs(10),
        pin: None,
    };
    friend.request(join).await.expect("a seat");
    room.goes_on().await;
    friend.shutdown().await.expect("left");
    room.end().await;
}

/// Many announce that they are in a room, and answer nobody. Their keys come first, whatever
/// the members' are.
#[tokio::test(flavor = "multi_thread")]
async fn however_many_announce_a_room_its_members_are_asked_first() {
    let room = Room::of(1).await;
    let friend = node(room.data.path(), "Friend", Timing::REAL, || {});
    until(&friend, "the room", |view| !view.rooms.is_empty()).await;
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let _announced = announce_many(&room, &silent, room.cluster, "");
    // What they announce has been read.
    let asked = tokio::time::timeout(PATIENCE, silent.accept()).await;
    let _asked = asked.expect("a call").expect("a connection");
    let join = Command::Join {
        target: JoinTarget::Cluster(room.cluster),
        wait: Duration::from_secs(3),
        pin: None,
    };
    friend.request(join).await.expect("a seat");
    room.goes_on().await;
    friend.shutdown().await.expect("left");
    room.end().await;
}

/// Many keys that all listen at one port announce a room.
fn announce_many(
    room: &Room,
    at: &TcpListener,
    cluster: ClusterId,
    ancestors: &str,
) -> Vec<Profile> {
    let port = at.local_addr().expect("an address").port();
    let announced = (0..96).map(|n| {
        let mut key = [0; 32];
        key[31] = n;
        let of = (PeerId::new(key), port);
        announce_next(room.data.path(), n.into(), of, cluster, ancestors)
    });
    announced.collect()
}

/// Many announce that they are in a room, or in one that goes on from it, and name one
/// address: those in the room do not flood it.
#[tokio::test(flavor = "multi_thread")]
async fn members_dial_no_address_again_and_again_that_others_announce() {
    const WINDOW: Duration = Duration::from_secs(11);
    // Eight at once, and two a second; of both at most what the lobby has.
    const MOST: usize = 8 + 2 * 11 + 10;
    let room = Room::of(1).await;
    let next = ClusterId::new([1; 16]);
    let rooms = [
        (room.cluster, String::new()),
        (next, room.cluster.to_string()),
    ];
    for (cluster, ancestors) in rooms {
        let named = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let announced = announce_many(&room, &named, cluster, &ancestors);
        let mut dialled = 0;
        let counting = async {
            loop {
                let _connection = named.accept().await.expect("a connection");
                dialled += 1;
            }
        };
        // Five seconds from one comparison to the next.
        let window = tokio::time::timeout(WINDOW, counting).await;
        assert!(
            window.is_err() && (1..=MOST).contains(&dialled),
            "{dialled}"
        );
        drop(announced);
    }
    room.goes_on().await;
    room.end().await;
}

/// A second room is called as that of a friend.
#[tokio::test(flavor = "multi_thread")]
async fn a_strangers_room_of_the_same_name_does_not_keep_friends_apart() {
    let room = Room::of(1).await;
    let den = || Command::Join {
        target: JoinTarget::Room("P1's room".to_owned()),
        wait: Duration::from_secs(10),
        pin: None,
    };
    let friend = node(room.data.path(), "Friend", Timing::REAL, || {});
    friend.request(den()).await.expect("a seat");
    // They play to the end, so they have met.
    for letter in ["k", "a", "n", "m", "u", "i"] {
        let letter = Letter::parse(letter).expect("a letter");
        let guess = Action::Guess {
            letter,
            round: None,
        };
        friend.request(Command::Act(guess)).await.expect("a hit");
    }
    until(&friend, "the end", |view| {
        let round = room_of(view).and_then(|room| room.state.game().round());
        round.is_some_and(|round| !round.is_on())
    })
    .await;
    friend.request(Command::Leave).await.expect("left");
    until(&friend, "met", |view| view.rooms.iter().any(|row| row.met)).await;
    let stranger = node(room.data.path(), "Stranger", Timing::REAL, || {});
    let host = Command::Host {
        room: Some(Name::parse("P1's room").expect("a name")),
        pin: None,
    };
    sit(&stranger, host).await;
    until(&friend, "both", |view| view.rooms.len() == 2).await;
    friend.request(den()).await.expect("a seat");
    let view = until(&friend, "a seat", |view| room_of(view).is_some()).await;
    let cluster = room_of(&view).expect("a room").cluster.cluster_id;
    assert_eq!(cluster, room.cluster);
    // Who has met nobody has to say which one.
    let newcomer = node(room.data.path(), "Newcomer", Timing::REAL, || {});
    until(&newcomer, "both", |view| view.rooms.len() == 2).await;
    let failed = newcomer.request(den()).await.expect_err("two rooms");
    assert_eq!(failed.code, "ambiguous", "{failed:?}");
    assert!(failed.message.contains(&room.cluster.to_string()));
    room.start_round().await;
    room.goes_on().await;
    for player in [newcomer, stranger, friend] {
        player.shutdown().await.expect("left");
    }
    room.end().await;
}

/// Who has just answered somebody else is silent to the first question.
#[tokio::test(flavor = "multi_thread")]
async fn who_joins_by_name_waits_for_all_of_that_name() {
    /// As long as a node waits between two looks at its computer: the second host is seen
    /// at a later one, and before the second question is answered.
    const SILENT: Duration = Duration::from_millis(500);
    let mut hosts = Vec::new();
    for _ in 0..2 {
        let data = tempfile::tempdir().expect("a folder");
        let host = node(data.path(), "Host", Timing::REAL, || {});
        let room = Some(Name::parse("den").expect("a name"));
        sit(&host, Command::Host { room, pin: None }).await;
        hosts.push((host, data));
    }
    let seen = tempfile::tempdir().expect("a folder");
    let friend = node(seen.path(), "Friend", Timing::REAL, || {});
    let join = Command::Join {
        target: JoinTarget::Room("den".to_owned()),
        wait: Duration::from_secs(5),
        pin: None,
    };
    let one_by_one = async {
        let mut announced = Vec::new();
        for (nth, (host, _)) in hosts.iter().enumerate() {
            tokio::time::sleep(SILENT * u32::from(nth > 0)).await;
            let view = host.view().borrow().clone();
            let of = (view.me.peer_id, addr_of(host).port());
            let cluster = room_of(&view).expect("a room").cluster.cluster_id;
            announced.push(announce_in(seen.path(), nth, of, cluster));
        }
        announced
    };
    let (joined, _announced) = tokio::join!(friend.request(join), one_by_one);
    let failed = joined.expect_err("two rooms");
    assert_eq!(failed.code, "ambiguous", "{failed:?}");
    for player in hosts.into_iter().map(|(host, _)| host).chain([friend]) {
        player.shutdown().await.expect("left");
    }
}
