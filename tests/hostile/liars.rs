//! One member that says of the room what is not so.

use std::{fmt::Debug, sync::Arc};

use dhangkanna::{
    consensus::{ClusterId, Continuation, Holder, TicketPath},
    net::{Identity, Refusal},
    node::{Command, Done, Failure, Trouble},
    proto as pb,
};
use tonic::Status;

use super::{
    Intruder, Room,
    server::{Answers, Append, Follows},
};
use crate::common::{PATIENCE, room_of, until};

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

/// The others are gone, and only the liar answers.
async fn goes_on_without(lie: Lie) {
    let mut room = Room::of(3).await;
    room.has_voters(3).await;
    let liar = Intruder::with(Arc::new(lie));
    liar.enter(&room).await;
    liar.sits_down(&room).await;
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
                Ok(other) => panic!("{lie:?}: {other:?}"),
                Err(_not_yet) => tokio::task::yield_now().await,
            }
        }
    };
    let going_on = tokio::time::timeout(PATIENCE, going_on).await;
    going_on.unwrap_or_else(|_late| panic!("{lie:?}: {:?}", room.players[0].view().borrow()));
    assert!(liar.server.heard().contains(&"survey"), "{lie:?}");
    room.goes_on().await;
    drop(liar);
    room.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_liar_keeps_nobody_from_going_on() {
    let lies = [Lie::Plays, Lie::NoMember];
    futures::future::join_all(lies.map(goes_on_without)).await;
}

/// Says that the game went on in another room, and shows some notices.
struct WentOn(Vec<pb::Notice>);

impl Answers for WentOn {
    fn hello(&self) -> pb::HelloReply {
        pb::HelloReply {
            went_on: self.0.clone(),
            ..Follows.hello()
        }
    }

    fn append(&self, _request: &pb::AppendEntriesRequest) -> Result<Append, Status> {
        Err(Refusal::Continued.because("the game went on").into())
    }
}

/// What somebody may show who has founded nothing that goes on from a room.
fn unproven(room: ClusterId) -> Vec<Vec<pb::Notice>> {
    let identity = Identity::ephemeral().expect("a key");
    let founder = Holder {
        seat: 77,
        key: identity.key().public(),
    };
    let own = TicketPath::found(founder).1;
    let with = |parent, path| {
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
    };
    vec![
        Vec::new(),
        vec![with(room, None)],
        vec![with(room, Some(own))],
        vec![with(ClusterId::random(), None)],
    ]
}

fn is_not_followed<T: Debug>(room: &Room, follow: Result<T, Failure>) {
    assert_eq!(follow.expect_err("nowhere to go").code, "nowhere");
    let view = room.players[0].view().borrow().clone();
    let trouble = &room_of(&view).expect("a room").trouble;
    assert!(
        !matches!(trouble, Some(Trouble::Elsewhere { .. })),
        "{trouble:?}"
    );
}

/// The leader, which decides alone, would be shown a way out of its own room.
#[tokio::test(flavor = "multi_thread")]
async fn where_the_game_went_on_is_not_believed_without_a_members_signature() {
    let room = Room::of(2).await;
    for notices in unproven(room.cluster) {
        let liar = Intruder::with(Arc::new(WentOn(notices)));
        liar.enter(&room).await;
        let answered = || {
            let heard = liar.server.heard();
            heard.iter().filter(|call| **call == "hello").count()
        };
        // Asked more than once: so what it showed first was looked at.
        let asked = async {
            while answered() < 3 {
                liar.server.changed().await;
            }
        };
        tokio::time::timeout(PATIENCE, asked).await.expect("asked");
        let follow = room.players[0].request(Command::Follow).await;
        is_not_followed(&room, follow);
        room.goes_on().await;
    }
    room.end().await;
}
