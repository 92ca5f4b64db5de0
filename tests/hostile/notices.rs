//! Members that say where the game went on, and want the others there; or that nobody
//! may go on.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    sync::Arc,
    time::Duration,
};

use dhangkanna::{
    consensus::{
        ClusterId, CommandId, Continuation, Entry, Genesis, Holder, LogId, Mark, Member,
        Membership, NodeId, Notice, Proposal, RoomState, TicketPath, Vote, log_id,
    },
    game::{Action, PeerId},
    net::{Identity, Refusal},
    node::{Command, Done, NodeHandle, Timing, Trouble, View},
    proto as pb,
};
use openraft::{RaftNetworkV2 as _, entry::RaftEntry as _, raft::VoteRequest};
use parking_lot::Mutex;
use tokio::sync::watch;
use tonic::Status;

use super::{
    Intruder, Room, SESSION,
    calls::{append, command, option},
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

/// An intruder follows the log until it has what all have.
async fn has_the_log(room: &Room, intruder: &Intruder) {
    let same = async {
        let last = || intruder.log.last_log_id().map(|last| last.index);
        while (0..3).any(|n| Some(room.applied(n)) != last()) {
            intruder
                .server
                .heard_within(Duration::from_millis(20))
                .await;
        }
    };
    let same = tokio::time::timeout(PATIENCE, same).await;
    same.expect("the same log");
}

/// Leaves a player of three alone with an intruder who has the same log.
async fn strand(room: &mut Room, intruder: &Intruder) {
    room.goes_on().await;
    has_the_log(room, intruder).await;
    room.kill(0);
    room.kill(0);
    until(&room.players[0], "stuck", stuck).await;
}

/// The game after an entry of the log that an intruder has.
fn game_after(intruder: &Intruder, room: &Room, last: Option<LogId>) -> RoomState {
    let mut state = RoomState::default();
    let entries = intruder.log.entries_after(None).into_iter();
    for entry in entries.filter(|entry| Some(entry.log_id) <= last) {
        state.apply_entry(room.cluster, entry);
    }
    let index = last.map_or(0, |last| last.index);
    assert_eq!(state.history().last().index, index, "it has all entries");
    state
}

/// What somebody may sign to move others into a room of its own, in which this entry
/// is known.
fn notices(
    intruder: &Intruder,
    room: &Room,
    victim: NodeId,
    child: TicketPath,
    (fence, digest): (Option<LogId>, [u8; 32]),
) -> Vec<Notice> {
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
        fence,
        digest,
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
        // More than there ever was.
        with(&|one| one.fence = Some(log_id(1_000, 1_000_000))),
        // It has another log.
        with(&|one| one.digest = [7; 32]),
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

fn stuck(view: &View) -> bool {
    let trouble = room_of(view).and_then(|room| room.trouble.as_ref());
    matches!(trouble, Some(Trouble::Stalled { .. })) || told(view)
}

/// Whether the player is asked whether to follow.
fn told(view: &View) -> bool {
    let trouble = room_of(view).and_then(|room| room.trouble.as_ref());
    matches!(trouble, Some(Trouble::Elsewhere { .. }))
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

    /// The last entry that the victim has.
    async fn last(&self) -> Option<LogId> {
        let client = self.intruder.member(self.cluster, self.victim);
        let survey = client.survey(false, Mark::default(), None).await;
        survey.expect("an answer").last_log_id
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
    let sign = |log| notices(&intruder, &room, victim.0, child.clone(), log);
    let early = sign((Some(log_id(1_000, 1_000_000)), [7; 32]));
    room.goes_on().await;
    // While it is played, nobody goes anywhere.
    let liar = Liar {
        intruder,
        cluster: room.cluster,
        victim,
    };
    for notice in &early {
        assert!(!liar.is_believed(notice).await);
    }
    liar.intruder.sits_down(&room).await;
    strand(&mut room, &liar.intruder).await;
    let last = liar.last().await;
    let game = game_after(&liar.intruder, &room, last);
    let log = (last, game.history().last().digest);
    let notices = notices(&liar.intruder, &room, victim.0, child, log);
    let in_den = |view: &View| room_of(view).expect("a room").cluster.last_applied;
    let (before, den) = (room.applied(0), in_den(&accomplice.view().borrow()));
    let [genuine, ahead, other, behind_1, behind_2, forged @ ..] = &notices[..] else {
        panic!("{notices:?}");
    };
    for notice in forged {
        assert!(!liar.is_believed(notice).await, "{notice:?}");
    }
    // The room there is not what was signed.
    assert!(liar.is_believed(genuine).await);
    liar.is_seen_through().await;
    assert_ne!(in_den(&accomplice.view().borrow()), den);
    // Something is known here that is not known there, or nobody can tell.
    let den = in_den(&accomplice.view().borrow());
    for notice in [ahead, other, behind_1, behind_2] {
        until(&room.players[0], "stuck again", stuck).await;
        liar.says(notice).await;
        liar.is_seen_through().await;
    }
    assert_eq!(in_den(&accomplice.view().borrow()), den);
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

/// Lets in who asks, into a room of which it is the founder.
struct Founds {
    path: TicketPath,
    entered: watch::Sender<Option<NodeId>>,
}

impl Answers for Founds {
    fn hello(&self) -> pb::HelloReply {
        pb::HelloReply {
            room: Some(pb::RoomInfo {
                cluster_id: self.path.cluster_id().as_bytes().to_vec(),
                room: "den".to_owned(),
                players: 1,
                phase: "guessing".to_owned(),
                leader_id: self.path.founder.seat,
                node_id: self.path.founder.seat,
                path: Some((&self.path).into()),
                ..Default::default()
            }),
            ..Follows.hello()
        }
    }

    fn enter(&self, request: &pb::EnterRequest) {
        let seat = request.holder.as_ref().map(|holder| holder.seat);
        self.entered.send_replace(seat);
    }
}

/// Waits for the victim in the room that it founds, and gives it this log.
async fn lead_into(liar: &Liar, founds: &Founds, proposals: Vec<Proposal>) {
    let mut entered = founds.entered.subscribe();
    entered.mark_unchanged();
    entered.changed().await.expect("somebody enters");
    let seat = entered.borrow().expect("its seat");
    let known = liar.intruder.log.known_members().members;
    let founder = founds.path.founder;
    let nodes = BTreeMap::from([
        (
            founder.seat,
            Member::new(founder.key, Some(founds.path.clone()), Vec::new()),
        ),
        (seat, Member::new(known[&liar.victim.0], None, Vec::new())),
    ]);
    let voters = vec![BTreeSet::from([founder.seat])];
    let members = Membership::new(voters, nodes).expect("a membership");
    let mut entries = vec![Entry::new_membership(log_id(1, 0), members)];
    for (index, proposal) in (1..).zip(proposals) {
        entries.push(Entry::new_normal(log_id(1, index), proposal));
    }
    if entries.len() < 2 {
        entries.push(Entry::new_blank(log_id(1, 1)));
    }
    let last = entries.last().map(|entry| entry.log_id);
    let cluster = founds.path.cluster_id();
    let mut raft = liar.intruder.raft(cluster, (seat, liar.victim.1)).await;
    let vote = Vote::new_committed(1, founder.seat);
    let leads = raft.append_entries(append(vote, None, entries, last), option());
    leads.await.expect("taken");
}

/// The founder of the next room has the very log that the others have, and has signed so.
/// What the room begins with has no signature of any player.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_moved_by_itself_into_another_game() {
    let mut room = Room::of(3).await;
    room.has_voters(3).await;
    let victim = room.seats()[2];
    let identity = Arc::new(Identity::ephemeral().expect("a key"));
    let me = identity.peer_id();
    let seat = dhangkanna::random::u64() >> 1;
    let founder = Holder {
        seat,
        key: identity.key().public(),
    };
    let child = TicketPath::found(founder).1;
    let founds = Arc::new(Founds {
        path: child.clone(),
        entered: watch::Sender::new(None),
    });
    let intruder = Intruder {
        seat,
        ..Intruder::as_somebody(identity, founds.clone())
    };
    intruder.enter(&room).await;
    intruder.find(&room.players[2]).await;
    let liar = Liar {
        intruder,
        cluster: room.cluster,
        victim,
    };
    let signed = async |room: &Room| {
        let last = liar.last().await;
        let game = game_after(&liar.intruder, room, last);
        let log = (last, game.history().last().digest);
        let all = notices(&liar.intruder, room, victim.0, child.clone(), log);
        (game, all.into_iter().next().expect("the genuine one"))
    };
    // Not while it is played, though all of it is true.
    liar.intruder.sits_down(&room).await;
    has_the_log(&room, &liar.intruder).await;
    let (_, early) = signed(&room).await;
    let mut entered = founds.entered.subscribe();
    liar.says(&early).await;
    let moves = tokio::time::timeout(Duration::from_secs(1), entered.changed()).await;
    assert!(moves.is_err(), "somebody enters");
    room.goes_on().await;
    strand(&mut room, &liar.intruder).await;
    let (game, notice) = signed(&room).await;

    let genesis = |state| {
        Proposal::Genesis(Box::new(Genesis {
            parent: room.cluster,
            state,
        }))
    };
    let real = game.clone().founded_by(me);
    let id = CommandId {
        peer_id: real.game().table().owner.expect("an owner"),
        session: SESSION,
        seq: 1,
    };
    let gives = command(id, Action::PassOwner(victim.1), true);
    let mut owned = real.clone();
    owned.apply(1_000, Proposal::Command(gives.clone()));
    assert_ne!(owned.game().table().owner, real.game().table().owner);
    let elsewhere = Proposal::Genesis(Box::new(Genesis {
        parent: ClusterId::random(),
        state: real.clone(),
    }));
    let cases = [
        vec![genesis(owned)],
        vec![genesis(game)],
        vec![elsewhere],
        vec![Proposal::Command(gives), genesis(real.clone())],
        vec![],
    ];
    for proposals in cases {
        until(&room.players[0], "stuck again", stuck).await;
        let moves = async {
            liar.says(&notice).await;
            liar.is_seen_through().await;
        };
        tokio::join!(moves, lead_into(&liar, &founds, proposals));
        let view = until(&room.players[0], "the question", told).await;
        assert_eq!(
            room_of(&view).expect("a room").cluster.cluster_id,
            room.cluster
        );
    }
    // With the very game it follows, and nobody has to be asked.
    let moves = liar.says(&notice);
    tokio::join!(moves, lead_into(&liar, &founds, vec![genesis(real)]));
    until(&room.players[0], "the next room", |view| {
        room_of(view).is_some_and(|shown| shown.cluster.cluster_id == child.cluster_id())
    })
    .await;
    for player in room.players {
        // Nobody answers there.
        let _ = player.shutdown().await;
    }
    for program in room.programs {
        program.shutdown_background();
    }
}

/// Says what it likes when it is asked how it is.
struct Claims(Mutex<pb::SurveyReply>);

impl Answers for Claims {
    fn survey(&self) -> Result<pb::SurveyReply, Status> {
        Ok(self.0.lock().clone())
    }
}

/// One member says that the room is played, or that it knows more.
#[tokio::test(flavor = "multi_thread")]
async fn one_liar_keeps_nobody_from_going_on_for_ever() {
    let quiet = || Follows.survey().expect("an answer");
    let plays = pb::SurveyReply {
        plays: true,
        leads: true,
        ..quiet()
    };
    let knows_more = pb::SurveyReply {
        last_log_id: Some((&log_id(1_000_000_000, 1_000_000_000)).into()),
        ..quiet()
    };
    let cases = [(plays, "still being played"), (knows_more, "knows more")];
    let cases = cases.map(|(claim, why)| is_kept_for_a_while(quiet(), claim, why));
    futures::future::join_all(cases).await;
}

async fn is_kept_for_a_while(quiet: pb::SurveyReply, claim: pb::SurveyReply, why: &str) {
    let mut room = Room::of(3).await;
    room.has_voters(3).await;
    let victim = room.seats()[2];
    let claims = Arc::new(Claims(Mutex::new(quiet)));
    let [liar, other] = [claims.clone() as Arc<dyn Answers>, Arc::new(Follows)].map(Intruder::with);
    for intruder in [&liar, &other] {
        intruder.enter(&room).await;
        intruder.sits_down(&room).await;
        intruder.find(&room.players[2]).await;
    }
    room.goes_on().await;
    room.kill(0);
    room.kill(0);
    until(&room.players[0], "stuck", stuck).await;
    // Whoever asks somebody to found the next room: all members are heard.
    *claims.0.lock() = claim;
    let asked = other.member(room.cluster, victim).carry_on().await;
    let refused = asked.expect_err("a refusal").to_string();
    assert!(refused.contains(why), "{refused}");
    let goes_on = async {
        loop {
            match room.players[0].request(Command::Continue).await {
                Ok(Done::Continued { cluster }) => break cluster,
                // It may be true.
                _ => liar.server.heard_within(Duration::from_secs(1)).await,
            }
        }
    };
    let cluster = tokio::time::timeout(PATIENCE, goes_on).await;
    let cluster = cluster.expect("a room");
    until(&room.players[0], "a room of its own", |view| {
        room_of(view).is_some_and(|shown| shown.cluster.cluster_id == cluster)
    })
    .await;
    room.goes_on().await;
    room.end().await;
}

/// A member asks all others to keep still, again and again.
#[tokio::test(flavor = "multi_thread")]
async fn no_member_keeps_the_others_from_electing_a_leader() {
    let mut room = Room::of(3).await;
    room.has_voters(3).await;
    let intruder = Intruder::with(Arc::new(Follows));
    intruder.enter(&room).await;
    intruder.sits_down(&room).await;
    let seats = room.seats();
    for player in &room.players {
        intruder.find(player).await;
    }
    let (term, _) = room.reign();
    room.kill(0);
    let asks = seats[1..].iter().map(|seat| async {
        let client = intruder.member(room.cluster, *seat);
        loop {
            // Refused or not.
            let _ = client.survey(true, Mark::default(), None).await;
        }
    });
    let asks = futures::future::join_all(asks);
    let led = until(&room.players[0], "another leader", |view| {
        room_of(view).is_some_and(|room| {
            let cluster = &room.cluster;
            cluster.term > term && cluster.leader.is_some() && cluster.quorum
        })
    });
    tokio::select! {
        _ = led => {}
        _ = asks => unreachable!(),
    }
    room.goes_on().await;
    room.end().await;
}
