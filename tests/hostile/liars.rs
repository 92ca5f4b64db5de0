//! One that says of the room, or of itself, what is not so.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use dhangkanna::{
    consensus::{ClusterId, Continuation, Holder, NodeId, TicketPath, log_id},
    game::Action,
    net::{Identity, PROTOCOL, Refusal},
    node::{Command, Done, Stage, Timing, Trouble, View},
    proto as pb,
};
use parking_lot::Mutex;
use tonic::Status;

use super::{
    Intruder, QUICK, Room,
    announcers::{announce, announce_next},
    calls::leads,
    let_in,
    server::{Answers, Append, Follows},
};
use crate::common::{PATIENCE, join, node, room_of, sit, until};

/// What it says when it is asked how it is.
#[derive(Clone, Copy, Debug)]
enum Lie {
    /// We play.
    Plays,
    /// You are no member.
    NoMember,
}

impl Answers for Lie {
    fn survey(&self) -> Result<pb::SurveyReply, Status> {
        match self {
            Self::Plays => Ok(pb::SurveyReply {
                plays: true,
                ..Follows.survey()?
            }),
            Self::NoMember => Err(Refusal::NotAMember.because("you are no member").into()),
        }
    }
}

/// Knows more than anybody, in a new seat each time that it is asked: it lets itself in.
#[derive(Default)]
struct InNewSeats {
    /// Who it is, and how it came in, once it lies.
    lies: Mutex<Option<(Arc<Identity>, TicketPath)>>,
}

impl Answers for InNewSeats {
    fn hello(&self) -> pb::HelloReply {
        let next = self.lies.lock().as_ref().map(|(identity, path)| {
            let holder = Holder {
                seat: dhangkanna::random::u64() >> 1,
                key: identity.key().public(),
            };
            let path = let_in(identity, path, holder, u64::MAX / 2).expect("a path");
            leads(&path, holder.seat)
        });
        pb::HelloReply {
            room: next,
            ..Follows.hello()
        }
    }

    fn survey_of(&self, seat: NodeId) -> Result<pb::SurveyReply, Status> {
        match self.lies.lock().as_ref() {
            None => return Follows.survey(),
            Some((_, path)) if path.holder().seat == seat => {
                return Err(Refusal::NoSuchRoom.because("not here").into());
            }
            Some(_) => {}
        }
        Ok(pb::SurveyReply {
            last_log_id: Some((&log_id(1_000_000_000, 1_000_000_000)).into()),
            ..Follows.survey()?
        })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn new_seats_of_one_liar_keep_nobody_from_going_on() {
    let lies = Arc::new(InNewSeats::default());
    goes_on_without("new seats", lies.clone(), |liar, room| {
        let path = liar.credentials(room.cluster).path().expect("a path");
        *lies.lies.lock() = Some((Arc::clone(&liar.identity), path));
    })
    .await;
}

/// The others are gone, and only the liar answers.
async fn goes_on_without(
    lie: &str,
    answers: Arc<dyn Answers>,
    begin: impl FnOnce(&Intruder, &Room),
) {
    let mut room = Room::of(3).await;
    room.has_voters(3).await;
    let liar = Intruder::with(answers);
    liar.enter(&room).await;
    liar.sits_down(&room).await;
    begin(&liar, &room);
    room.kill(0);
    room.kill(0);
    until(&room.players[0], "nobody to play with", |view| {
        room_of(view).is_some_and(|room| !room.cluster.quorum)
    })
    .await;
    let going_on = async {
        loop {
            match room.players[0].request(Command::Continue).await {
                Ok(Done::Continued { .. }) => return,
                Ok(other) => panic!("{lie}: {other:?}"),
                Err(_not_yet) => tokio::task::yield_now().await,
            }
        }
    };
    let going_on = tokio::time::timeout(PATIENCE, going_on).await;
    going_on.unwrap_or_else(|_late| panic!("{lie}: {:?}", room.players[0].view().borrow()));
    assert!(liar.server.heard().contains(&"survey"), "{lie}");
    room.goes_on().await;
    drop(liar);
    room.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_liar_keeps_nobody_from_going_on() {
    let lies = [("plays", Lie::Plays), ("no member", Lie::NoMember)];
    let lies = lies.map(|(name, lie)| goes_on_without(name, Arc::new(lie), |_, _| ()));
    futures::future::join_all(lies).await;
}

/// It said so before, as if it were in another game: the window shows that, and what can
/// be done when nothing is decided any more.
#[tokio::test(flavor = "multi_thread")]
async fn who_says_that_we_are_none_leaves_a_way_out() {
    let mut room = Room::of(3).await;
    room.has_voters(3).await;
    let liar = Intruder::with(Arc::new(Lie::NoMember));
    liar.enter(&room).await;
    liar.sits_down(&room).await;
    let trouble = |view: &View| room_of(view).and_then(|room| room.trouble.clone());
    until(&room.players[2], "another game", |view| {
        matches!(trouble(view), Some(Trouble::Split { .. }))
    })
    .await;
    room.kill(0);
    room.kill(0);
    until(&room.players[0], "a way out", |view| match trouble(view) {
        Some(Trouble::Split { is_stuck, .. }) => is_stuck,
        trouble => matches!(trouble, Some(Trouble::Stalled { .. })),
    })
    .await;
    drop(liar);
    room.end().await;
}

/// Leads the game, as it says and shows, and later: you are no member.
#[derive(Default)]
struct SendsAway {
    lies: AtomicBool,
    room: Mutex<Option<pb::RoomInfo>>,
}

impl Answers for SendsAway {
    fn hello(&self) -> pb::HelloReply {
        pb::HelloReply {
            room: self.room.lock().clone(),
            ..Follows.hello()
        }
    }

    fn survey(&self) -> Result<pb::SurveyReply, Status> {
        if self.lies.load(Ordering::Relaxed) {
            return Lie::NoMember.survey();
        }
        Ok(pb::SurveyReply {
            leads: true,
            ..Lie::Plays.survey()?
        })
    }
}

/// Who decides alone is asked whose game goes on, and no member decides that instead.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_asked_whose_game_goes_on_is_not_sent_away() {
    let mut room = Room::of(1).await;
    let lies = Arc::new(SendsAway::default());
    let liar = Intruder::with(lies.clone());
    liar.enter(&room).await;
    let path = liar.credentials(room.cluster).path().expect("a path");
    *lies.room.lock() = Some(leads(&path, liar.seat));
    room.kill(0);
    let host = room.wake(1);
    let resume = Command::Resume { which: None };
    host.request(resume).await.expect("its seat");
    let is_asked = |view: &View| {
        let trouble = room_of(view).and_then(|room| room.trouble.as_ref());
        matches!(trouble, Some(Trouble::NewerCopy { .. }))
    };
    until(&host, "the question", is_asked).await;
    lies.lies.store(true, Ordering::Relaxed);
    // A look that came to nothing is followed by another one.
    is_asked_times(&liar, "survey", 12).await;
    assert!(is_asked(&host.view().borrow()));
    // For another seat, with the liar's log.
    assert!(!liar.server.heard().contains(&"join"));
    host.request(Command::PlayOwnCopy).await.expect("its game");
    until(&host, "its game", |view| {
        room_of(view).is_some_and(|room| room.trouble.is_none() && room.cluster.leader.is_some())
    })
    .await;
    let cluster = room_of(&host.view().borrow())
        .expect("a room")
        .cluster
        .cluster_id;
    assert_eq!(cluster, room.cluster);
    room.players.push(host);
    room.goes_on().await;
    room.end().await;
}

/// Who was removed lets in two new keys: in a seat of its own, and in the host's. Both
/// announce the room, and say what they are told.
async fn let_in_by_a_removed_member(room: &Room, lies: bool) -> [Intruder; 2] {
    let removed = Intruder::with(Arc::new(Follows));
    removed.enter(room).await;
    removed.sits_down(room).await;
    let count = room.players.len();
    let remove = Action::Remove {
        peer: removed.identity.peer_id(),
        lock: false,
    };
    let done = room.players[0].request(Command::Act(remove)).await;
    done.expect("removed");
    for player in &room.players {
        until(player, "one member less", |view| {
            room_of(view).is_some_and(|room| room.cluster.members.len() == count)
        })
        .await;
    }
    let makes_up = async |seat: Option<NodeId>| {
        let says = Arc::new(SendsAway::default());
        says.lies.store(lies, Ordering::Relaxed);
        let new = Intruder::with(says.clone());
        let seat = seat.unwrap_or(new.seat);
        let new = Intruder { seat, ..new };
        let new = removed.makes_up_as(new, room, u64::MAX / 2).await;
        let path = new.credentials(room.cluster).path().expect("a path");
        *says.room.lock() = Some(leads(&path, new.seat));
        new
    };
    [makes_up(None).await, makes_up(Some(room.host().0)).await]
}

/// The only voter is gone, and they say: you are no member, join here.
#[tokio::test(flavor = "multi_thread")]
async fn who_was_removed_takes_nobody_along_while_the_host_is_away() {
    let timing = Timing {
        stall: Duration::from_secs(2),
        ..QUICK
    };
    let mut room = Room::with(2, timing).await;
    let keys = let_in_by_a_removed_member(&room, true).await;
    let _announced = [0, 1].map(|n| announce(&room, &keys[n], n));
    room.kill(0);
    // Who hears no voter believes others after that time.
    let (gone, until_believed) = (Instant::now(), 2 * timing.stall);
    while gone.elapsed() < until_believed {
        for key in &keys {
            is_asked_times(key, "survey", 1).await;
        }
    }
    until(&room.players[0], "the question", |view| {
        let trouble = room_of(view).and_then(|room| room.trouble.as_ref());
        matches!(trouble, Some(Trouble::Stalled { .. }))
    })
    .await;
    for key in &keys {
        let heard = key.server.heard();
        assert!(!heard.contains(&"join"), "it is asked for a seat");
    }
    let host = room.wake(1);
    sit(&host, Command::Resume { which: None }).await;
    room.players.insert(0, host);
    room.goes_on().await;
    room.end().await;
}

/// Nor do they keep the host from going on after a start.
#[tokio::test(flavor = "multi_thread")]
async fn who_was_removed_keeps_no_host_from_going_on() {
    // With some of the keys and seats that they may have, only.
    for _ in 0..8 {
        keeps_no_host_from_going_on().await;
    }
}

async fn keeps_no_host_from_going_on() {
    let mut room = Room::of(1).await;
    let keys = let_in_by_a_removed_member(&room, false).await;
    let _announced = [0, 1].map(|n| announce(&room, &keys[n], n));
    room.kill(0);
    let host = room.wake(1);
    sit(&host, Command::Resume { which: None }).await;
    until(&host, "its game", |view| {
        room_of(view).is_some_and(|room| room.trouble.is_none() && room.cluster.leader.is_some())
    })
    .await;
    for key in &keys {
        assert!(key.server.heard().contains(&"survey"), "it was not asked");
    }
    room.players.push(host);
    room.goes_on().await;
    room.end().await;
}

/// Follows, and later: the owner has removed you.
#[derive(Default)]
struct SaysRemoved(AtomicBool);

impl SaysRemoved {
    fn refusal(&self) -> Result<(), Status> {
        match self.0.load(Ordering::Relaxed) {
            false => Ok(()),
            true => Err(Refusal::Removed.because("you were removed").into()),
        }
    }
}

impl Answers for SaysRemoved {
    fn append(&self, request: &pb::AppendEntriesRequest) -> Result<Append, Status> {
        self.refusal()?;
        Follows.append(request)
    }

    fn survey(&self) -> Result<pb::SurveyReply, Status> {
        self.refusal()?;
        Follows.survey()
    }
}

/// Two voters tell a player that the owner has removed them: they lose their place in the
/// room, and nothing that they have of it.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_sent_away_by_liars_keeps_the_game() {
    let mut room = Room::of(1).await;
    let lies = Arc::new(SaysRemoved::default());
    let liars = [(); 2].map(|()| Intruder::with(lies.clone()));
    for liar in &liars {
        liar.enter(&room).await;
        liar.sits_down(&room).await;
    }
    room.has_voters(3).await;
    room.goes_on().await;
    lies.0.store(true, Ordering::Relaxed);
    let host = room.players.remove(0);
    let is_kept = |view: &View| view.kept.iter().any(|kept| kept.cluster_id == room.cluster);
    until(&host, "the lobby, with the room it was in", |view| {
        matches!(view.stage, Stage::Lobby) && is_kept(view)
    })
    .await;
    let resume = Command::Resume { which: None };
    host.request(resume).await.expect("its game");
    until(&host, "its game", |view| {
        room_of(view).is_some_and(|of| of.cluster.cluster_id == room.cluster)
    })
    .await;
    room.players.push(host);
    room.end().await;
}

/// Says that the game went on in another room, and shows some notices.
#[derive(Default)]
struct WentOn(Mutex<Vec<pb::Notice>>);

impl Answers for WentOn {
    fn hello(&self) -> pb::HelloReply {
        pb::HelloReply {
            went_on: self.0.lock().clone(),
            ..Follows.hello()
        }
    }

    fn append(&self, _request: &pb::AppendEntriesRequest) -> Result<Append, Status> {
        Err(Refusal::Continued.because("the game went on").into())
    }
}

/// That the game went on from a room, as somebody signs it who has this path.
fn notice(
    identity: &Identity,
    seat: NodeId,
    parent: ClusterId,
    path: Option<TicketPath>,
) -> pb::Notice {
    let founder = Holder {
        seat,
        key: identity.key().public(),
    };
    let continuation = Continuation {
        parent,
        founder,
        path,
        child: TicketPath::found(founder).1,
        fence: None,
        digest: [7; 32],
        participants: Vec::new(),
    };
    pb::Notice::from(&continuation.signed_by(identity.key()))
}

/// What somebody may show who has founded nothing that goes on from a room.
fn unproven(room: ClusterId) -> Vec<Vec<pb::Notice>> {
    let identity = Identity::ephemeral().expect("a key");
    let founder = Holder {
        seat: 77,
        key: identity.key().public(),
    };
    let own = TicketPath::found(founder).1;
    let with = |parent, path| notice(&identity, founder.seat, parent, path);
    vec![
        Vec::new(),
        vec![with(room, None)],
        vec![with(room, Some(own))],
        vec![with(ClusterId::random(), None)],
    ]
}

/// Asked more than once: so what it showed first was looked at.
async fn is_asked_again(liar: &Intruder, what: &str) {
    is_asked_times(liar, what, 3).await;
}

async fn is_asked_times(liar: &Intruder, what: &str, times: usize) {
    let answered = || {
        let heard = liar.server.heard();
        heard.iter().filter(|call| **call == what).count()
    };
    let before = answered();
    let asked = async {
        while answered() < before + times {
            liar.server.changed().await;
        }
    };
    tokio::time::timeout(PATIENCE, asked).await.expect("asked");
}

fn is_shown_no_other_room(room: &Room) {
    for player in &room.players {
        let view = player.view().borrow().clone();
        let trouble = &room_of(&view).expect("a room").trouble;
        let is_shown = matches!(trouble, Some(Trouble::Elsewhere { .. }));
        assert!(!is_shown, "{trouble:?}");
    }
}

/// What it shows is looked at, and the player cannot follow it.
async fn is_not_followed(room: &Room, liar: &Intruder) {
    is_asked_again(liar, "hello").await;
    let follow = room.players[0].request(Command::Follow).await;
    assert_eq!(follow.expect_err("nowhere to go").code, "nowhere");
    is_shown_no_other_room(room);
    room.goes_on().await;
}

/// The leader, which decides alone, would be shown a way out of its own room.
#[tokio::test(flavor = "multi_thread")]
async fn where_the_game_went_on_is_not_believed_without_a_members_signature() {
    let room = Room::of(2).await;
    for notices in unproven(room.cluster) {
        let liar = Intruder::with(Arc::new(WentOn(Mutex::new(notices))));
        liar.enter(&room).await;
        is_not_followed(&room, &liar).await;
    }
    room.end().await;
}

/// Nor if a stranger announces a room of its own that goes on from this one.
#[tokio::test(flavor = "multi_thread")]
async fn where_the_game_went_on_is_not_believed_of_strangers() {
    let room = Room::of(1).await;
    for (n, notices) in unproven(room.cluster).into_iter().enumerate() {
        let liar = Intruder::with(Arc::new(WentOn(Mutex::new(notices))));
        let of = (liar.identity.peer_id(), liar.addr.port());
        let (next, this) = (ClusterId::random(), room.cluster.to_string());
        let _announced = announce_next(room.data.path(), n, of, next, &this);
        is_not_followed(&room, &liar).await;
    }
    room.end().await;
}

/// A member has founded a room of its own, and signs as it should. Who plays with others
/// is not asked whether to go there.
#[tokio::test(flavor = "multi_thread")]
async fn who_plays_is_not_asked_whether_to_follow_a_member() {
    let room = Room::of(3).await;
    room.has_voters(3).await;
    let shows = Arc::new(WentOn::default());
    let liar = Intruder::with(shows.clone());
    liar.enter(&room).await;
    let path = liar.credentials(room.cluster).path();
    assert!(path.is_some());
    let genuine = notice(&liar.identity, liar.seat, room.cluster, path);
    *shows.0.lock() = vec![genuine];
    is_asked_again(&liar, "hello").await;
    // Whatever is shown has been shown.
    room.goes_on().await;
    is_shown_no_other_room(&room);
    room.end().await;
}

/// Speaks another protocol, of a version with a name of its own.
struct OtherProtocol;

impl Answers for OtherProtocol {
    fn hello(&self) -> pb::HelloReply {
        pb::HelloReply {
            protocol: PROTOCOL + 1,
            version: "9\u{1b}[2J\n\u{202e}evil".to_owned(),
            ..Follows.hello()
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_name_of_another_version_is_plain() {
    let other = Intruder::with(Arc::new(OtherProtocol));
    let data = tempfile::tempdir().expect("a folder");
    let ann = node(data.path(), "Ann", Timing::REAL, || {});
    let failed = ann.request(join(other.addr)).await;
    let failed = failed.expect_err("another protocol");
    assert_eq!(failed.code, Refusal::Version.code(), "{failed:?}");
    let is_plain = |c: char| c.is_ascii_graphic() || c == ' ';
    assert!(failed.message.chars().all(is_plain), "{failed:?}");
    ann.shutdown().await.expect("left");
}
