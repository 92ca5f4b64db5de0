//! A player comes back with an older copy of the log, and a member lies about where the
//! others are.

use std::{fs, sync::Arc};

use dhangkanna::{
    consensus::{Continuation, Holder, NodeId, Notice, TicketPath, log_id},
    game::PeerId,
    net::{Refusal, Refused},
    node::Command,
    proto as pb,
};
use parking_lot::Mutex;
use tonic::Status;

use super::{
    Intruder, Room,
    announcers::announce,
    calls::leads,
    server::{Answers, Follows},
};
use crate::common::{copy_settled, room_of, sit, until};

/// Shows a room, once it has one; and if it is where another one went on, says that.
#[derive(Default)]
struct Shows {
    room: Mutex<Option<pb::RoomInfo>>,
    went_on: Mutex<Option<Notice>>,
}

/// Keeps waiting who wants a seat: refuses it, or gives one and does no more.
struct KeepsWaiting {
    reason: Option<Refusal>,
    room: Mutex<Option<pb::RoomInfo>>,
    /// Whom it names.
    leader: Mutex<Option<(PeerId, Vec<String>)>>,
}

impl KeepsWaiting {
    fn by(reason: Option<Refusal>) -> Arc<Self> {
        Arc::new(Self {
            reason,
            room: Mutex::default(),
            leader: Mutex::default(),
        })
    }
}

impl Answers for KeepsWaiting {
    fn hello(&self) -> pb::HelloReply {
        pb::HelloReply {
            room: self.room.lock().clone(),
            ..Follows.hello()
        }
    }

    fn join(&self) -> Result<pb::JoinReply, Status> {
        let Some(reason) = self.reason else {
            return Follows.join();
        };
        let refused = Refused {
            leader: self.leader.lock().clone(),
            ..reason.because("wait")
        };
        Err(refused.into())
    }
}

impl Answers for Shows {
    fn hello(&self) -> pb::HelloReply {
        pb::HelloReply {
            room: self.room.lock().clone(),
            went_on: self.went_on.lock().iter().map(Into::into).collect(),
            ..Follows.hello()
        }
    }

    fn survey(&self) -> Result<pb::SurveyReply, Status> {
        match *self.went_on.lock() {
            Some(_) => Err(Refusal::Continued.because("").into()),
            None => Follows.survey(),
        }
    }
}

/// A room of its own that goes on from this one, as far as its founder can say so.
fn founds_next(liar: &Intruder, room: &Room, shows: &Shows) {
    let founder = Holder {
        seat: liar.seat,
        key: liar.identity.key().public(),
    };
    let (_, child) = TicketPath::found(founder);
    *shows.room.lock() = Some(leads(&child, liar.seat));
    let continuation = Continuation {
        parent: room.cluster,
        founder,
        path: liar.credentials(room.cluster).path(),
        child,
        // More than anybody has.
        fence: Some(log_id(1_000, 1_000_000)),
        digest: [7; 32],
        participants: vec![liar.seat],
    };
    *shows.went_on.lock() = Some(continuation.signed_by(liar.identity.key()));
}

/// Puts an older copy of the third player's profile in its place, from before it has said
/// something.
async fn third_has_an_older_copy(room: &mut Room) {
    let backup = tempfile::tempdir().expect("a folder");
    let profile = room.data.path().join("profiles/3");
    copy_settled(&profile, backup.path());
    room.goes_on().await;
    room.kill(2);
    fs::remove_dir_all(&profile).expect("removed");
    copy_settled(backup.path(), &profile);
}

/// Starts the third player again, who takes another seat than the older one in the game
/// of the others.
async fn third_is_back(room: &mut Room, older: NodeId) {
    let awake = room.wake(3);
    sit(&awake, Command::Resume { which: None }).await;
    until(&awake, "the game of the others", |view| {
        room_of(view).is_some_and(|of| {
            let members = &of.cluster.members;
            of.cluster.cluster_id == room.cluster
                && of.cluster.node_id != older
                && of.trouble.is_none()
                && members
                    .iter()
                    .any(|member| member.node_id == of.cluster.node_id)
        })
    })
    .await;
    room.players.push(awake);
}

/// Members that are asked for a seat first, for they announce the room, let nobody in.
async fn comes_back_in_spite_of(liars: [Arc<KeepsWaiting>; 2]) {
    let mut room = Room::of(3).await;
    room.has_voters(3).await;
    let mut announced = Vec::new();
    let mut members = Vec::new();
    for (n, answers) in liars.iter().enumerate() {
        // Of those who are there the first seats are asked first.
        let liar = Intruder {
            seat: n as NodeId + 1,
            ..Intruder::with(answers.clone())
        };
        liar.enter(&room).await;
        liar.sits_down(&room).await;
        let path = liar.credentials(room.cluster).path().expect("a path");
        *answers.room.lock() = Some(leads(&path, liar.seat));
        announced.push(announce(&room, &liar, n));
        members.push(liar);
    }
    for (n, answers) in liars.iter().enumerate() {
        if answers.reason == Some(Refusal::NotLeader) {
            let other = &members[1 - n];
            let addrs = vec![other.addr.to_string()];
            *answers.leader.lock() = Some((other.identity.peer_id(), addrs));
        }
    }
    let (older, _) = room.seats()[2];
    third_has_an_older_copy(&mut room).await;
    third_is_back(&mut room, older).await;
    for liar in &members {
        assert!(liar.server.heard().contains(&"join"), "it was not asked");
    }
    room.goes_on().await;
    drop(announced);
    room.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_member_keeps_who_comes_back_waiting() {
    let reasons = [
        [Some(Refusal::Knocking); 2],
        [Some(Refusal::NotLeader); 2],
        [Some(Refusal::Removed); 2],
        [None, Some(Refusal::Knocking)],
    ];
    let liars = reasons.map(|reasons| reasons.map(KeepsWaiting::by));
    futures::future::join_all(liars.map(comes_back_in_spite_of)).await;
}

/// "All have gone where I am", says one member, and lets in other keys to the seats of
/// those who play on.
#[tokio::test(flavor = "multi_thread")]
async fn who_has_an_older_copy_goes_back_to_those_who_play() {
    let mut room = Room::of(3).await;
    room.has_voters(3).await;
    let shows = Arc::new(Shows::default());
    let liar = Intruder::with(shows.clone());
    liar.enter(&room).await;
    liar.sits_down(&room).await;
    let (older, _) = room.seats()[2];
    third_has_an_older_copy(&mut room).await;

    let mut announced = Vec::new();
    let mut others = Vec::new();
    for (n, (seat, _)) in room.seats().into_iter().enumerate() {
        let shows = Arc::new(Shows::default());
        let other = Intruder {
            seat,
            ..Intruder::with(shows.clone())
        };
        let other = liar.makes_up_as(other, &room, u64::MAX / 2).await;
        let path = other.credentials(room.cluster).path().expect("a path");
        *shows.room.lock() = Some(leads(&path, seat));
        announced.push(announce(&room, &other, n));
        others.push(other);
    }
    founds_next(&liar, &room, &shows);
    third_is_back(&mut room, older).await;
    for liar in others.iter().chain([&liar]) {
        assert!(!liar.server.heard().contains(&"join"), "it is led away");
    }
    room.goes_on().await;
    drop(announced);
    room.end().await;
}
