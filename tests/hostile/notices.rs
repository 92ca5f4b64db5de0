//! Members that say where the game went on, and want the others there.

use std::{fs, sync::Arc, time::Duration};

use dhangkanna::{
    consensus::{ClusterId, Continuation, Holder, NodeId, Notice, TicketPath, Vote, log_id},
    game::PeerId,
    net::{Identity, Refusal},
    node::{Command, Done, NodeHandle, Timing, Trouble, View},
    proto as pb,
};
use openraft::{RaftNetworkV2 as _, raft::VoteRequest};
use parking_lot::Mutex;
use tonic::Status;

use super::{
    Intruder, Room,
    calls::option,
    server::{Answers, Follows},
};
use crate::common::{PATIENCE, addr_of, join, node, room_of, sit, until};

/// Says that the game went on elsewhere, once it knows where.
#[derive(Default)]
struct Elsewhere(Mutex<Option<Notice>>);

impl Answers for Elsewhere {
    fn hello(&self) -> pb::HelloReply {
        let notice = self.0.lock();
        pb::HelloReply {
            went_on: notice.iter().map(Into::into).collect(),
            ..Follows.hello()
        }
    }

    fn survey(&self) -> Result<pb::SurveyReply, Status> {
        match *self.0.lock() {
            Some(_) => Err(Refusal::Continued.because("").into()),
            None => Follows.survey(),
        }
    }
}

/// What somebody may sign to move others into a room of its own.
fn notices(intruder: &Intruder, room: &Room, victim: NodeId, child: TicketPath) -> Vec<Notice> {
    let key = intruder.identity.key();
    let founder = Holder {
        seat: intruder.seat,
        key: key.public(),
    };
    let continuation = Continuation {
        parent: room.cluster,
        founder,
        path: intruder.credentials(room.cluster).path(),
        child,
        // More than there ever was.
        fence: Some(log_id(1_000, 1_000_000)),
        digest: [7; 32],
        participants: vec![victim, intruder.seat],
    };
    let with = |change: &dyn Fn(&mut Continuation)| {
        let mut changed = continuation.clone();
        change(&mut changed);
        changed.signed_by(key)
    };
    let other = Identity::ephemeral().expect("a key");
    vec![
        // Signed as it should be; its room is not what it says.
        with(&|_| {}),
        // It knows less than the victim.
        with(&|one| one.fence = None),
        with(&|one| one.fence = Some(log_id(1, 3))),
        with(&|one| one.participants.clear()),
        with(&|one| one.parent = ClusterId::random()),
        with(&|one| one.founder.seat = victim),
        with(&|one| one.child.founder.key = other.key().public()),
        continuation.clone().signed_by(other.key()),
    ]
}

/// A room that an intruder has founded with the program as it is, and where somebody
/// takes in who comes.
async fn den(room: &Room) -> (Arc<Identity>, TicketPath, NodeHandle) {
    let founder = node(room.data.path(), "Mallory", Timing::REAL, || {});
    let host = Command::Host {
        room: None,
        pin: None,
    };
    sit(&founder, host).await;
    let pem = room.data.path().join("profiles/4/identity.pem");
    let pem = fs::read_to_string(pem).expect("a key");
    let identity = Arc::new(Identity::from_pem(&pem).expect("a key"));
    let scout = Intruder::with(Arc::new(Follows));
    let peer = scout.find(&founder).await;
    assert_eq!(peer, identity.peer_id());
    let about = scout.peers.hello(peer).await.expect("an answer");
    let path = about.room.expect("a room").path.expect("a path");
    let accomplice = node(room.data.path(), "Eve", Timing::REAL, || {});
    sit(&accomplice, join(addr_of(&founder))).await;
    founder.shutdown().await.expect("left");
    (identity, path, accomplice)
}

/// Somebody says where the game went on, to one player of a room.
struct Liar {
    intruder: Intruder,
    cluster: ClusterId,
    victim: (NodeId, PeerId),
}

impl Liar {
    /// Whether the victim answers in the room, and is not on its way elsewhere.
    async fn is_answered(&self) -> Result<(), String> {
        let asks = VoteRequest::new(Vote::new(2, self.intruder.seat), None);
        let mut raft = self.intruder.raft(self.cluster, self.victim).await;
        match raft
            .pre_vote(asks, option())
            .await
            .map_err(|e| e.to_string())
        {
            // While somebody leads, who has no vote is not asked for one.
            Err(e) if e.contains("only members") => Ok(()),
            answer => answer.map(drop),
        }
    }

    async fn says(&self, notice: &Notice) {
        let client = self.intruder.member(self.cluster, self.victim);
        client.continued(notice).await.expect("an answer");
    }

    /// Whether that is believed at first.
    async fn is_believed(&self, notice: &Notice) -> bool {
        self.says(notice).await;
        match self.is_answered().await {
            Ok(()) => false,
            Err(e) => {
                assert!(e.contains("moving to another room"), "{e}");
                true
            }
        }
    }

    /// The victim stays where it was, after a look.
    async fn is_seen_through(&self) {
        let answers = async {
            while self.is_answered().await.is_err() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let answers = tokio::time::timeout(PATIENCE, answers).await;
        answers.expect("it answers again");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_moved_into_a_members_own_room() {
    let mut room = Room::of(3).await;
    room.has_voters(3).await;
    let victim = room.seats()[2];
    let (identity, child, accomplice) = den(&room).await;
    let elsewhere = Arc::new(Elsewhere::default());
    let intruder = Intruder::as_somebody(identity, elsewhere.clone());
    intruder.enter(&room).await;
    intruder.find(&room.players[2]).await;
    let notices = notices(&intruder, &room, victim.0, child);
    let liar = Liar {
        intruder,
        cluster: room.cluster,
        victim,
    };
    // While it is played, nobody goes anywhere.
    for notice in &notices {
        assert!(!liar.is_believed(notice).await);
    }
    room.goes_on().await;
    room.kill(0);
    room.kill(0);
    let stuck = |view: &View| {
        let trouble = room_of(view).and_then(|room| room.trouble.as_ref());
        matches!(trouble, Some(Trouble::Stalled { .. }))
    };
    until(&room.players[0], "stuck", stuck).await;
    let in_den = |view: &View| room_of(view).expect("a room").cluster.last_applied;
    let (before, den) = (room.applied(0), in_den(&accomplice.view().borrow()));
    let [genuine, behind_1, behind_2, forged @ ..] = &notices[..] else {
        panic!("{notices:?}");
    };
    for notice in forged {
        assert!(!liar.is_believed(notice).await, "{notice:?}");
    }
    // The room there is not what was signed.
    assert!(liar.is_believed(genuine).await);
    liar.is_seen_through().await;
    assert_ne!(in_den(&accomplice.view().borrow()), den);
    // Something is known here that is not known there.
    for notice in [behind_1, behind_2] {
        until(&room.players[0], "stuck again", stuck).await;
        liar.says(notice).await;
        liar.is_seen_through().await;
    }
    // The seat is open, in the same room, with the same log.
    let still = |view: &View| {
        room_of(view).is_some_and(|shown| {
            let cluster = &shown.cluster;
            (cluster.cluster_id, cluster.last_applied) == (room.cluster, before)
        })
    };
    until(&room.players[0], "the same room", still).await;
    // Nor when the player wants to go on.
    *elsewhere.0.lock() = Some(behind_2.clone());
    let told = |view: &View| {
        let trouble = room_of(view).and_then(|room| room.trouble.as_ref());
        matches!(trouble, Some(Trouble::Elsewhere { .. }))
    };
    until(&room.players[0], "told where", told).await;
    let done = room.players[0].request(Command::Continue).await;
    let Ok(Done::Continued { cluster }) = done else {
        panic!("{done:?}");
    };
    assert_ne!(cluster, behind_2.cluster());
    let view = until(&room.players[0], "a room of its own", |view| {
        room_of(view).is_some_and(|room| room.cluster.cluster_id == cluster)
    })
    .await;
    let game = room_of(&view).expect("a room").state.game();
    assert!(!game.round().expect("a round").guesses().is_empty());
    accomplice.shutdown().await.expect("left");
    room.end().await;
}
