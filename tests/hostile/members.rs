//! Members that joined properly, and then lie; and those that were removed.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use dhangkanna::{
    consensus::{
        Mark, NodeId, Proposal, RoomState, Snapshot, SnapshotMeta, StoredMembership, Vote, log_id,
    },
    game::{Action, Letter},
    net::{Refusal, Refused},
    node::{Command, NodeHandle, Trouble, View},
    proto as pb,
};
use openraft::{
    EntryPayload, RaftNetworkV2 as _,
    error::ReplicationClosed,
    raft::{TransferLeaderRequest, VoteRequest},
};
use prost::Message as _;
use tonic::Status;

use super::{
    Intruder, QUICK, Room, SESSION,
    calls::{append, forged, option},
    server::{Answers, Append, Follows},
};
use crate::common::{PATIENCE, addr_of, join, node, room_of, sit, until};

type Lie = fn(&pb::AppendEntriesRequest) -> Result<Append, Status>;

/// Answers the leader's entries with a lie.
struct Lies<F>(F);

impl<F> Answers for Lies<F>
where
    F: Fn(&pb::AppendEntriesRequest) -> Result<Append, Status> + Send + Sync + 'static,
{
    fn append(&self, request: &pb::AppendEntriesRequest) -> Result<Append, Status> {
        (self.0)(request)
    }
}

/// After some guesses, and some looks of the seats at how they are, the leader and its
/// term are the same.
async fn assert_leads_on(room: &Room, reign: (u64, Option<u64>)) {
    let since = Instant::now();
    for n in 0.. {
        room.goes_on().await;
        if n >= 10 && since.elapsed() >= Duration::from_millis(600) {
            break;
        }
    }
    assert_eq!(room.reign(), reign);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_of_a_member_throws_out_the_leader() {
    let replaced: Lie = |_| Err(Refusal::Replaced.because("another copy plays").into());
    let lies: [Lie; 7] = [
        replaced,
        |_| Err(Status::already_exists("another copy plays")),
        |_| Err(Refusal::NotAMember.because("you are no member").into()),
        |_| {
            Ok(Append::Partial(pb::PartialSuccess {
                log_id: Some(pb::LogId {
                    term: 1,
                    index: 1_000_000_000,
                }),
            }))
        },
        |_| Ok(Append::Conflict(pb::Blank {})),
        // Between what was before and the last, if one looks at the terms first.
        |request| {
            if request.prev_log_id.is_some() {
                return Ok(Append::Conflict(pb::Blank {}));
            }
            Ok(Append::Partial(pb::PartialSuccess {
                log_id: Some(pb::LogId {
                    term: 0,
                    index: u64::MAX,
                }),
            }))
        },
        |request| {
            let term = request.vote.map_or(0, |vote| vote.term);
            Ok(Append::HigherVote(pb::Vote {
                term: term + 1_000_000,
                node_id: 77,
                committed: false,
            }))
        },
    ];
    for lie in lies {
        let room = Room::of(3).await;
        room.has_voters(3).await;
        let reign = room.reign();
        let intruder = Intruder::with(Arc::new(Lies(lie)));
        intruder.enter(&room).await;
        assert_leads_on(&room, reign).await;
        room.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_vote_in_an_answer_makes_terms_jump_or_two_leaders() {
    let room = Room::of(3).await;
    room.has_voters(3).await;
    let (host, _) = room.host();
    let votes = [
        (u64::MAX, 77, false),
        (u64::MAX - 1, host, true),
        (50, host, true),
        (2_000_000, 77, true),
    ];
    let reign = room.reign();
    for (term, node_id, committed) in votes {
        let vote = pb::Vote {
            term,
            node_id,
            committed,
        };
        let intruder = Intruder::with(Arc::new(Lies(move |_: &pb::AppendEntriesRequest| {
            Ok(Append::HigherVote(vote))
        })));
        intruder.enter(&room).await;
        assert_leads_on(&room, reign).await;
        drop(intruder);
    }
    room.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_learner_can_neither_lead_nor_depose() {
    let room = Room::of(3).await;
    room.has_voters(3).await;
    let reign = room.reign();
    let intruder = Intruder::with(Arc::new(Follows));
    intruder.enter(&room).await;
    let (seat, me) = (room.host(), intruder.seat);
    let mut raft = intruder.raft(room.cluster, seat).await;
    let last = Some(log_id(reign.0, 1_000));
    // As if the leader had handed over to it.
    let mut asks = VoteRequest::new(Vote::new(reign.0 + 1, me), last);
    asks.leadership_transfer = true;
    let asked = raft.vote(asks, option()).await;
    asked.expect_err("a refusal");
    // Calls that no member would make.
    let votes = [
        Vote::new(reign.0, 5),
        Vote::new(reign.0 + 2_000_000, me),
        Vote::new(u64::MAX - 1, me),
        Vote::new_committed(reign.0 + 1, me),
    ];
    for vote in votes {
        let asked = raft.vote(VoteRequest::new(vote, last), option()).await;
        asked.expect_err("a refusal");
        let asked = raft.pre_vote(VoteRequest::new(vote, last), option()).await;
        asked.expect_err("a refusal");
    }
    let host = seat.0;
    for vote in [
        Vote::new(reign.0 + 1, me),
        Vote::new_committed(reign.0, host),
        Vote::new_committed(reign.0 + 50, host),
        Vote::new_committed(u64::MAX - 1, me),
        // As if it had been elected.
        Vote::new_committed(reign.0 + 1, me),
        Vote::new_committed(reign.0, me),
    ] {
        let called = raft
            .append_entries(append(vote, None, Vec::new(), last), option())
            .await;
        called.expect_err("a refusal");
        let to = TransferLeaderRequest::new(vote, me, last);
        raft.transfer_leader(to, option())
            .await
            .expect_err("a refusal");
        let snapshot = Snapshot {
            meta: SnapshotMeta {
                last_log_id: last,
                last_membership: StoredMembership::default(),
            },
            snapshot: pb::RoomState::from(&RoomState::default()).encode_to_vec(),
        };
        let never = std::future::pending::<ReplicationClosed>();
        let installed = raft.full_snapshot(vote, snapshot, never, option()).await;
        installed.expect_err("a refusal");
    }
    assert_leads_on(&room, reign).await;
    room.end().await;
}

/// A learner can give a ticket to a seat that it made up, with whatever number; that seat
/// does not lead, either.
#[tokio::test(flavor = "multi_thread")]
async fn a_seat_that_a_member_made_up_does_not_lead() {
    let room = Room::of(3).await;
    room.has_voters(3).await;
    let reign = room.reign();
    let intruder = Intruder::with(Arc::new(Follows));
    intruder.enter(&room).await;
    let made_up = intruder.makes_up(&room, 1_000_000).await;
    for (n, seat) in room.seats().into_iter().enumerate() {
        made_up.find(&room.players[n]).await;
        let mut raft = made_up.raft(room.cluster, seat).await;
        for term in [reign.0, reign.0 + 1] {
            let vote = Vote::new_committed(term, made_up.seat);
            let called = raft.append_entries(append(vote, None, Vec::new(), None), option());
            called.await.expect_err("a refusal");
            let asks = VoteRequest::new(Vote::new(term, made_up.seat), None);
            raft.vote(asks, option()).await.expect_err("a refusal");
        }
    }
    assert_leads_on(&room, reign).await;
    room.end().await;
}

/// Where nobody leads it may be voted for, and puts off every election: until the owner
/// sends away who made it up. That can be decided only later.
#[tokio::test(flavor = "multi_thread")]
async fn a_seat_that_a_removed_member_made_up_stops_no_election() {
    let mut room = Room::of(3).await;
    room.has_voters(3).await;
    let intruder = Intruder::with(Arc::new(Follows));
    intruder.enter(&room).await;
    intruder.sits_down(&room).await;
    let made_up = intruder.makes_up(&room, u64::MAX / 2).await;
    let (term, _) = room.reign();
    let (host, owner) = (room.seats()[0], room.seats()[1]);
    let passed = room.players[0].request(Command::Act(Action::PassOwner(owner.1)));
    passed.await.expect("another owner");
    made_up.find(&room.players[1]).await;
    room.kill(2);
    room.kill(0);
    let asks = |term| VoteRequest::new(Vote::new(term, made_up.seat), Some(log_id(term, 1_000)));
    // Nobody is in a hurry any more.
    until(&room.players[0], "that nobody leads", |view| {
        let trouble = room_of(view).and_then(|room| room.trouble.as_ref());
        matches!(trouble, Some(Trouble::Stalled { .. }))
    })
    .await;
    // A majority is there again.
    let awake = room.wake(1);
    made_up.find(&awake).await;
    let granted = AtomicU64::new(0);
    let stalls = [host, owner].map(async |seat| {
        let mut raft = made_up.raft(room.cluster, seat).await;
        for term in term + 1.. {
            // Refused, sooner or later.
            let asked = raft.vote(asks(term), option()).await;
            let is_granted = asked.is_ok_and(|answer| answer.vote_granted);
            granted.fetch_add(u64::from(is_granted), Relaxed);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    let sent_away = async {
        sit(&awake, Command::Resume { which: None }).await;
        while granted.load(Relaxed) == 0 {
            tokio::task::yield_now().await;
        }
        let remove = Action::Remove {
            peer: intruder.identity.peer_id(),
            lock: false,
        };
        // It may be decided later than that waits.
        let _ = room.players[0].request(Command::Act(remove)).await;
        for player in [&room.players[0], &awake] {
            until(player, "a room without it", |view| {
                room_of(view).is_some_and(|room| room.cluster.members.len() == 3)
            })
            .await;
        }
    };
    let sent_away = tokio::time::timeout(2 * PATIENCE, sent_away);
    tokio::select! {
        done = sent_away => done.expect("a room that goes on"),
        _ = futures::future::join_all(stalls) => unreachable!(),
    }
    room.players.push(awake);
    room.goes_on().await;
    room.end().await;
}

/// A removed player's program, with all that it had: its key, its path, its log.
#[tokio::test(flavor = "multi_thread")]
async fn a_removed_member_changes_nothing() {
    let room = Room::of(3).await;
    room.has_voters(3).await;
    let reign = room.reign();
    let intruder = Intruder::with(Arc::new(Follows));
    intruder.enter(&room).await;
    let client = intruder.member(room.cluster, room.host());
    client
        .survey(false, Mark::default(), None)
        .await
        .expect("an answer to a member");
    let mut raft = intruder.raft(room.cluster, room.host()).await;

    client.leave().await.expect("left");
    let refused = client
        .survey(false, Mark::default(), None)
        .await
        .expect_err("a refusal");
    assert!(
        refused.to_string().contains("no longer a member"),
        "{refused}"
    );
    let last = Some(log_id(reign.0 + 9, 1_000));
    let vote = Vote::new(reign.0 + 1, intruder.seat);
    let asked = raft.vote(VoteRequest::new(vote, last), option()).await;
    let refused = asked.expect_err("a refusal").to_string();
    assert!(refused.contains("no longer a member"), "{refused}");
    let call = append(
        Vote::new_committed(reign.0 + 1, intruder.seat),
        None,
        Vec::new(),
        None,
    );
    let called = raft.append_entries(call, option()).await;
    called.expect_err("a refusal");
    // Nor somebody whom it lets in now, however new it says that this is.
    let newest = room.applied(0);
    for base in [0, newest, newest + 1, u64::MAX] {
        let made_up = intruder.makes_up(&room, base).await;
        made_up.find(&room.players[0]).await;
        let client = made_up.member(room.cluster, room.host());
        let asked = client.survey(false, Mark::default(), None).await;
        let refused = asked.expect_err("a refusal").to_string();
        assert!(refused.contains("no longer a member"), "{base}: {refused}");
    }
    assert_leads_on(&room, reign).await;
    room.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_speaks_for_nobody_else() {
    let room = Room::of(2).await;
    let intruder = Intruder::with(Arc::new(Follows));
    intruder.enter(&room).await;
    intruder.sits_down(&room).await;
    let client = intruder.member(room.cluster, room.host());
    let deadline = Duration::from_secs(5);
    for command in forged(&room, room.host().1, &intruder.identity) {
        client
            .propose(&command, deadline)
            .await
            .expect_err("a refusal");
    }
    let applied = room.applied(0);
    room.goes_on().await;
    // Nothing was written of it.
    let has_all = async {
        while intruder.log.last_log_id().map(|last| last.index) <= Some(applied) {
            intruder.server.changed().await;
        }
    };
    let has_all = tokio::time::timeout(PATIENCE, has_all).await;
    has_all.expect("what was written");
    let entries = intruder.log.entries_after(None).into_iter();
    let said = entries.filter(|entry| {
        matches!(&entry.payload, EntryPayload::Normal(Proposal::Command(command))
            if command.id.session >= SESSION)
    });
    assert_eq!(said.count(), 1, "that it sat down");
    room.end().await;
}

/// A removed player's program stays where it is.
#[tokio::test(flavor = "multi_thread")]
async fn who_was_removed_loses_the_seat_without_its_help() {
    let room = Room::of(2).await;
    let intruder = Intruder::with(Arc::new(Follows));
    intruder.enter(&room).await;
    intruder.sits_down(&room).await;
    let client = intruder.member(room.cluster, room.host());
    let peer = intruder.identity.peer_id();
    let remove = Action::Remove { peer, lock: false };
    let removed = room.players[0].request(Command::Act(remove)).await;
    removed.expect("removed");
    until(&room.players[0], "one member less", |view| {
        room_of(view).is_some_and(|room| room.cluster.members.len() == 2)
    })
    .await;
    // What is decided next is after the end of its membership.
    room.goes_on().await;
    let refused = client.survey(false, Mark::default(), None).await;
    let refused = refused.expect_err("a refusal").to_string();
    assert!(refused.contains("no longer a member"), "{refused}");
    room.end().await;
}

/// Hands over until somebody leads.
async fn leads(leader: NodeId, players: &[&NodeHandle]) {
    let handing_over = async {
        loop {
            let now = |view: &View| room_of(view).and_then(|room| room.cluster.leader);
            until(players[0], "a leader", |view| now(view).is_some()).await;
            let seats = players.iter().map(|player| {
                let view = player.view().borrow().clone();
                (room_of(&view).map(|room| room.cluster.node_id), *player)
            });
            let leads = now(&players[0].view().borrow());
            if leads == Some(leader) {
                return;
            }
            if let Some((_, player)) = seats.into_iter().find(|(seat, _)| *seat == leads) {
                let _ = player.request(Command::HandOver).await;
            }
            tokio::task::yield_now().await;
        }
    };
    let done = tokio::time::timeout(2 * PATIENCE, handing_over).await;
    done.unwrap_or_else(|_late| {
        let views = players.iter().map(|player| player.view().borrow().clone());
        let clusters = views.map(|view| room_of(&view).map(|room| room.cluster.clone()));
        panic!(
            "{leader} does not lead: {:#?}",
            clusters.collect::<Vec<_>>()
        )
    });
}

/// Who slept since before does not know it, and cannot tell its path from one that the
/// removed player made up.
#[tokio::test(flavor = "multi_thread")]
async fn who_slept_follows_whom_a_player_let_in_who_was_removed_later() {
    who_slept_follows(true).await;
}

/// Nor does it know the number of that seat, which a member lets another key show.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_kept_out_by_who_shows_the_same_seat() {
    who_slept_follows(false).await;
}

async fn who_slept_follows(is_removed: bool) {
    let mut room = Room::of(3).await;
    room.has_voters(3).await;
    let (removed, _) = room.seats()[1];
    let players: Vec<&NodeHandle> = room.players.iter().collect();
    leads(removed, &players).await;
    let intruder = Intruder::with(Arc::new(Follows));
    let leader = intruder.find(&room.players[1]).await;
    intruder.enter_at(leader, room.cluster).await;
    let sleeper = room.seats()[2];
    room.kill(2);
    let folder = tempfile::tempdir().expect("a folder");
    let newcomer = node(folder.path(), "P4", QUICK, || {});
    sit(&newcomer, join(addr_of(&room.players[1]))).await;
    until(&newcomer, "its vote", |view| {
        room_of(view).is_some_and(|room| {
            let mut members = room.cluster.members.iter();
            members.any(|member| member.node_id == room.cluster.node_id && member.voter)
        })
    })
    .await;
    room.players.push(newcomer);
    let [_, (_, peer), (seat, _)] = room.seats()[..] else {
        panic!("three are here");
    };
    // Another key in the newcomer's seat, which a member lets in.
    let borrows = Intruder {
        seat,
        ..Intruder::with(Arc::new(Follows))
    };
    let borrowed = intruder.makes_up_as(borrows, &room, u64::MAX / 2).await;
    let peers = [peer, intruder.identity.peer_id()];
    for peer in peers.into_iter().take(1 + usize::from(is_removed)) {
        let remove = Action::Remove { peer, lock: false };
        let done = room.players[0].request(Command::Act(remove)).await;
        done.expect("removed");
    }
    until(&room.players[0], "a room without it", |view| {
        room_of(view).is_some_and(|room| room.cluster.members.iter().all(|m| m.node_id != removed))
    })
    .await;
    // Its program stays, and its profile with it.
    let _removed = room.players.remove(1);
    leads(seat, &[&room.players[0], &room.players[1]]).await;
    let awake = room.wake(3);
    borrowed.find(&awake).await;
    let (term, _) = room.reign();
    let calls = async {
        let mut raft = borrowed.raft(room.cluster, sleeper).await;
        let member = borrowed.member(room.cluster, sleeper);
        let vote = Vote::new_committed(term, seat);
        loop {
            // That its program has started later than the real one.
            let _ = member.survey(false, Mark::default(), None).await;
            if is_removed {
                let beat = append(vote, None, Vec::new(), None);
                let answer = raft.append_entries(beat, option()).await;
                answer.expect_err("a refusal");
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let follows = async {
        sit(&awake, Command::Resume { which: None }).await;
        until(&awake, "its leader", |view| {
            let led = room_of(view).map(|room| (room.cluster.leader, room.trouble.is_some()));
            led == Some((Some(seat), false))
        })
        .await;
    };
    tokio::select! {
        () = follows => {}
        () = calls => unreachable!(),
    }
    room.players.push(awake);
    room.goes_on().await;
    room.end().await;
}

/// Who was away while somebody was removed hears that from the others first.
#[tokio::test(flavor = "multi_thread")]
async fn a_removed_member_cannot_lead_who_slept_meanwhile() {
    let mut room = Room::of(4).await;
    room.has_voters(3).await;
    let intruder = Intruder::with(Arc::new(Follows));
    intruder.enter(&room).await;
    let sleeper = room.seats()[3];
    // It also calls with a key that it has let in itself.
    let made_up = intruder.makes_up(&room, u64::MAX / 2).await;
    for key in [&intruder, &made_up] {
        key.find(&room.players[3]).await;
    }
    let (term, _) = room.reign();
    let last = intruder.log.last_log_id().expect("entries");
    room.kill(3);
    let remove = Action::Remove {
        peer: intruder.identity.peer_id(),
        lock: false,
    };
    let removed = room.players[0].request(Command::Act(remove)).await;
    removed.expect("removed");
    until(&room.players[0], "one member less", |view| {
        room_of(view).is_some_and(|room| room.cluster.members.len() == 4)
    })
    .await;
    // They call without a pause, from before the sleeper is awake.
    let cluster = room.cluster;
    let calling = [&intruder, &made_up].map(async |by| {
        let mut raft = by.raft(cluster, sleeper).await;
        let vote = Vote::new_committed(term + 5, by.seat);
        let mut refused = 0;
        loop {
            let call = append(vote, Some(last), Vec::new(), Some(last));
            match raft.append_entries(call, option()).await {
                Ok(answer) => panic!("the sleeper listens: {answer:?}"),
                Err(e) if e.to_string().contains("removed you") => refused += 1,
                Err(e) if e.to_string().contains("no longer a member") => return refused,
                Err(_not_there) => tokio::time::sleep(Duration::from_millis(5)).await,
            }
        }
    });
    let calling = futures::future::join_all(calling);
    let awake = room.wake(4);
    let sits = sit(&awake, Command::Resume { which: None });
    let both = async { futures::join!(calling, sits).0 };
    let refused = tokio::time::timeout(Duration::from_secs(10), both).await;
    let refused = refused.unwrap_or_else(|_late| {
        let view = awake.view().borrow().clone();
        panic!("{:#?}", room_of(&view).map(|room| &room.cluster));
    });
    println!("refused {refused:?} times before its log had arrived");
    room.players.push(awake);
    room.goes_on().await;
    room.end().await;
}

/// By a program that gives commands as fast as it can.
#[tokio::test(flavor = "multi_thread")]
async fn who_gives_too_many_commands_keeps_nobody_waiting() {
    /// More than the leader has to take, however fast this machine is.
    const MANY: usize = 20_000;
    /// At a time.
    const CALLS: usize = 50;
    let room = Room::of(3).await;
    let mallory = Intruder::with(Arc::new(Follows));
    mallory.enter(&room).await;
    mallory.sits_down(&room).await;
    let reign = room.reign();
    let client = mallory.member(room.cluster, room.host());
    // Whether it counts is another's to say: it is taken, or decided again.
    let guess = Action::Guess {
        letter: Letter::parse("x").expect("a letter"),
        round: None,
    };
    let guess = mallory.says(room.cluster, 2, guess);
    let at_once = async || {
        let calls = (0..CALLS).map(|_| client.propose(&guess, PATIENCE));
        futures::future::join_all(calls).await
    };
    let given = async {
        for given in (0..MANY).step_by(CALLS) {
            let answers = at_once().await;
            let is_refused = |answer: &Result<_, Refused>| {
                let refused = answer.as_ref().err();
                refused.is_some_and(|refused| refused.reason == Refusal::TooFast)
            };
            if answers.iter().any(is_refused) {
                return given;
            }
        }
        panic!("the leader takes all of them");
    }
    .await;
    assert!(given > 100, "somebody who types would notice: {given}");
    let flooding = async {
        loop {
            at_once().await;
        }
    };
    tokio::select! {
        () = flooding => unreachable!(),
        () = assert_leads_on(&room, reign) => {}
    }
    room.end().await;
}
