//! Who may call a node for what, asked of real ones. The rules alone are tested beside
//! them.

use std::{fmt::Debug, sync::Arc};

use dhangkanna::{
    consensus::{
        Continuation, Mark, Member, NodeId, Notice, RoomState, Snapshot, SnapshotMeta,
        StoredMembership, TicketPath, Vote, log_id,
    },
    game::{Action, PeerId},
    net::{CallError, Contact, Credentials, Identity, MemberClient, Newcomer, Refusal},
    node::{Command, Done, Timing, Trouble, View},
    proto as pb,
};
use openraft::{
    RaftNetworkV2 as _,
    error::ReplicationClosed,
    raft::{TransferLeaderRequest, VoteRequest},
};
use prost::Message as _;

use super::{
    Intruder, Room, SESSION,
    calls::{append, option},
    server::Follows,
};
use crate::common::{PATIENCE, room_of, until};

/// A deadline that no test reaches.
const LONG: std::time::Duration = std::time::Duration::from_secs(5);

/// What only members do is refused to somebody whom the node knows as something else.
const MEMBERS_ONLY: &str = "only members of the room can do this";

fn refused<T: Debug, E: ToString>(what: &str, called: Result<T, E>, why: &str) {
    let refused = called.map_err(|e| e.to_string()).expect_err(what);
    assert!(refused.contains(why), "{what}: {refused}");
}

fn refused_for<T: Debug>(what: &str, called: Result<T, CallError>, why: Refusal) {
    match called {
        Err(CallError::Refused(refused)) => assert_eq!(refused.reason, why, "{what}: {refused}"),
        other => panic!("{what}: {other:?}"),
    }
}

/// That somebody has gone on in a room of its own, with somebody else.
fn notice(by: &Intruder, room: &Room, with: NodeId) -> Notice {
    let continuation = Continuation {
        parent: room.cluster,
        founder: by.holder(),
        path: by.credentials(room.cluster).path(),
        child: TicketPath::found(by.holder()).1,
        fence: None,
        digest: [7; 32],
        participants: vec![with],
    };
    continuation.signed_by(by.identity.key())
}

/// Raft's calls as somebody makes them who leads, or wants to.
async fn may_not_lead(by: &Intruder, room: &Room, to: (NodeId, PeerId), why: &str) {
    let mut raft = by.raft(room.cluster, to).await;
    let (term, _) = room.reign();
    let leads = Vote::new_committed(term, by.seat);
    let asks = VoteRequest::new(Vote::new(term + 1, by.seat), None);
    let called = raft.append_entries(append(leads, None, Vec::new(), None), option());
    refused("entries", called.await, why);
    refused("a vote", raft.vote(asks.clone(), option()).await, why);
    refused("a pre-vote", raft.pre_vote(asks, option()).await, why);
    let transfer = TransferLeaderRequest::new(leads, by.seat, None);
    let transferred = raft.transfer_leader(transfer, option()).await;
    refused("a hand-over", transferred, why);
    let snapshot = Snapshot {
        meta: SnapshotMeta {
            last_log_id: None,
            last_membership: StoredMembership::default(),
        },
        snapshot: pb::RoomState::from(&RoomState::default()).encode_to_vec(),
    };
    let never = std::future::pending::<ReplicationClosed>();
    let installed = raft.full_snapshot(leads, snapshot, never, option()).await;
    refused("a snapshot", installed, why);
}

/// A seat that shows a path, and is in no membership here: it may be new.
#[tokio::test(flavor = "multi_thread")]
async fn who_only_shows_a_path_may_ask_how_it_is_and_no_more() {
    let room = Room::of(2).await;
    let intruder = Intruder::with(Arc::new(Follows));
    intruder.enter(&room).await;
    let made_up = intruder.makes_up(&room, 1_000_000).await;
    let says = made_up.says(room.cluster, 1, Action::Watch(true));
    for (n, to) in room.seats().into_iter().enumerate() {
        made_up.find(&room.players[n]).await;
        let client = made_up.member(room.cluster, to);
        let asked = client.survey(false, Mark::default(), None).await;
        asked.expect("how it is");
        let proposed = client.propose(&says, LONG).await.map_err(CallError::from);
        refused_for("a command", proposed, Refusal::NotAMember);
        refused_for("a read", client.read_index(LONG).await, Refusal::NotAMember);
        let carried_on = client.carry_on().await;
        refused_for("to go on", carried_on, Refusal::NotAMember);
        let told = client.continued(&notice(&made_up, &room, to.0)).await;
        refused_for("a notice", told, Refusal::NotAMember);
        may_not_lead(&made_up, &room, to, MEMBERS_ONLY).await;
    }
    room.goes_on().await;
    room.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_no_vote_makes_no_call_of_rafts_while_somebody_leads() {
    let room = Room::of(2).await;
    let intruder = Intruder::with(Arc::new(Follows));
    intruder.enter(&room).await;
    for (n, to) in room.seats().into_iter().enumerate() {
        intruder.find(&room.players[n]).await;
        may_not_lead(&intruder, &room, to, MEMBERS_ONLY).await;
    }
    room.goes_on().await;
    room.end().await;
}

/// A member's service, as some start of a seat calls it.
fn called_as(by: &Intruder, room: &Room, key: &Identity, seat: NodeId, start: u64) -> MemberClient {
    let log = by.log.clone();
    let contact = Contact::default();
    let credentials = Credentials::new(key, room.cluster, seat, start, log, contact);
    let (id, peer) = room.host();
    by.peers.member(&credentials, id, peer)
}

async fn asks(client: MemberClient) -> Result<(), CallError> {
    client.survey(false, Mark::default(), None).await.map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_of_the_callers_own_seat_and_its_newest_start() {
    let room = Room::of(2).await;
    let intruder = Intruder::with(Arc::new(Follows));
    intruder.enter(&room).await;
    let (own, me) = (&*intruder.identity, intruder.seat);
    let other = Identity::ephemeral().expect("a key");
    let called = |key, seat, start| asks(called_as(&intruder, &room, key, seat, start));
    called(own, me, SESSION).await.expect("an answer");
    // In the name of another member, and of the one that is called.
    for (seat, _) in room.seats() {
        let asked = called(own, seat, SESSION + 1).await;
        refused("another's seat", asked, "another player's seat");
    }
    // A start that somebody else has signed, or nobody: it ends no other.
    let asked = called(&other, me, SESSION + 9).await;
    refused("another's signature", asked, "is not signed");
    called(own, me, SESSION).await.expect("an answer");
    // A later start takes the seat over.
    called(own, me, SESSION + 1).await.expect("an answer");
    for earlier in [SESSION, SESSION - 1] {
        let asked = called(own, me, earlier).await;
        refused_for("an earlier start", asked, Refusal::Replaced);
    }
    called(own, me, SESSION + 1).await.expect("an answer");
    room.goes_on().await;
    room.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_is_shown_by_its_holder_and_as_it_was_signed() {
    let room = Room::of(2).await;
    let intruder = Intruder::with(Arc::new(Follows));
    intruder.enter(&room).await;
    let of_intruder = intruder.credentials(room.cluster).path().expect("a path");
    let made_up = intruder.makes_up(&room, 1_000_000).await;
    let good = made_up.credentials(room.cluster).path().expect("a path");
    let with = |change: fn(&mut TicketPath)| {
        let mut path = good.clone();
        change(&mut path);
        path
    };
    let elsewhere = TicketPath::found(made_up.holder()).1;
    let cases = [
        ("another member's", of_intruder, "another player's path"),
        ("as it is", good.clone(), ""),
        (
            "for later",
            with(|path| path.tickets[1].base += 1),
            "into another room",
        ),
        (
            "of another",
            with(|path| path.nonce[0] ^= 1),
            "into another room",
        ),
        ("its own room's", elsewhere, "into another room"),
    ];
    for (what, path, why) in cases {
        // With the same key and seat, and nothing that was shown before.
        let shows = Intruder {
            seat: made_up.seat,
            ..Intruder::as_somebody(Arc::clone(&made_up.identity), Arc::new(Follows))
        };
        shows.find(&room.players[0]).await;
        let key = made_up.holder().key;
        shows.claims(Member::new(key, Some(path), Vec::new())).await;
        let asked = asks(shows.member(room.cluster, room.host())).await;
        if why.is_empty() {
            asked.expect(what);
            // Somebody comes: what was shown has to be shown again.
            let next = Intruder::with(Arc::new(Follows));
            next.enter(&room).await;
        } else {
            refused(what, asked, why);
        }
    }
    room.goes_on().await;
    room.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_enters_with_anothers_key() {
    let room = Room::of(1).await;
    let intruder = Intruder::with(Arc::new(Follows));
    let host = intruder.find(&room.players[0]).await;
    let other = Identity::ephemeral().expect("a key");
    let newcomer = |key| Newcomer {
        node_id: intruder.seat,
        key,
        addrs: vec![intruder.addr.to_string()],
        rules: dhangkanna::consensus::RULES,
    };
    let stranger = newcomer(other.key().public());
    let entered = intruder.peers.enter(host, room.cluster, stranger).await;
    refused("another's key", entered, "another player's key");
    let own = newcomer(intruder.identity.key().public());
    let entered = intruder.peers.enter(host, room.cluster, own).await;
    entered.expect("a seat");
    room.goes_on().await;
    room.end().await;
}

/// A seat's number is its player's for ever: those who slept would take the next one for
/// the one before.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_takes_a_seat_that_was_anothers() {
    let room = Room::of(2).await;
    let (host, gone) = (room.seats()[0], Intruder::with(Arc::new(Follows)));
    gone.enter(&room).await;
    let intruder = Intruder::with(Arc::new(Follows));
    let peer = intruder.find(&room.players[0]).await;
    let enters = async |node_id| {
        let newcomer = Newcomer {
            node_id,
            key: intruder.identity.key().public(),
            addrs: vec![intruder.addr.to_string()],
            rules: dhangkanna::consensus::RULES,
        };
        intruder.peers.enter(peer, room.cluster, newcomer).await
    };
    const WHY: &str = "another player's seat";
    for seat in [0, host.0, gone.seat] {
        refused("a seat", enters(seat).await, WHY);
    }
    let left = gone.member(room.cluster, host).leave().await;
    left.expect("nobody sits there");
    refused("a seat that was left", enters(gone.seat).await, WHY);
    room.goes_on().await;
    room.end().await;
}

/// A voter's program is changed. It may ask for votes; but as what it is.
#[tokio::test(flavor = "multi_thread")]
async fn a_voter_neither_leads_without_an_election_nor_hands_over() {
    let mut room = Room::of(3).await;
    room.has_voters(3).await;
    let seats = room.seats();
    let (term, leader) = room.reign();
    let leader = leader.expect("a leader");
    room.kill(2);
    let rogue = Intruder::of_killed(&room, 3, seats[2].0).await;
    let (me, last) = (rogue.seat, rogue.log.last_log_id());
    for (n, seat) in seats[..2].iter().enumerate() {
        rogue.find(&room.players[n]).await;
        let mut raft = rogue.raft(room.cluster, *seat).await;
        let elected = Vote::new_committed(term + 1, me);
        let asks = VoteRequest::new(elected, last);
        refused("a vote", raft.vote(asks.clone(), option()).await, "vote");
        refused("a pre-vote", raft.pre_vote(asks, option()).await, "vote");
        // In the leader's name, and as a follower.
        for vote in [Vote::new_committed(term, leader), Vote::new(term, me)] {
            let transfer = TransferLeaderRequest::new(vote, me, last);
            let transferred = raft.transfer_leader(transfer, option()).await;
            refused("a hand-over", transferred, "vote");
            let called = raft.append_entries(append(vote, last, Vec::new(), last), option());
            refused("entries", called.await, "vote");
        }
        // As if it had all entries, and the leader had handed over to it.
        let newest = Some(log_id(term, 1_000));
        let mut asks = VoteRequest::new(Vote::new(term + 1, me), newest);
        asks.leadership_transfer = true;
        let answer = raft.vote(asks, option()).await.expect("an answer");
        assert!(!answer.vote_granted, "{answer}");
    }
    room.goes_on().await;
    assert_eq!(room.reign(), (term, Some(leader)));
    drop(rogue);
    room.end().await;
}

/// Where a game has gone on, its old room is answered with that.
#[tokio::test(flavor = "multi_thread")]
async fn who_calls_a_room_that_was_left_hears_where_the_game_went_on() {
    let mut room = Room::of(2).await;
    let host = room.seats()[0].0;
    let guest = room.seats()[1];
    let plays = room.players[1].request(Command::Continue).await;
    assert_eq!(plays.expect_err("it is played").code, "still_played");
    room.kill(0);
    until(&room.players[0], "nobody to play with", |view| {
        room_of(view).is_some_and(|room| !room.cluster.quorum)
    })
    .await;
    let going_on = async {
        loop {
            match room.players[0].request(Command::Continue).await {
                Ok(Done::Continued { cluster }) => break cluster,
                // It has not been alone for long enough.
                Err(e) if e.code == "still_played" => tokio::task::yield_now().await,
                other => panic!("{other:?}"),
            }
        }
    };
    let cluster = tokio::time::timeout(PATIENCE, going_on).await;
    let cluster = cluster.expect("another room");
    let back = Intruder::of_killed(&room, 1, host).await;
    back.find(&room.players[0]).await;
    let client = back.member(room.cluster, guest);
    match client.survey(false, Mark::default(), None).await {
        Err(CallError::Continued(notices)) => {
            assert_eq!(notices.last().map(|n| n.cluster()), Some(cluster));
        }
        other => panic!("{other:?}"),
    }
    drop(back);
    room.end().await;
}

/// Neither its own player nor a member takes a node out of a room that, as far as it
/// knows, is played: not even after it had to wait for its leader.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_stuck_goes_nowhere() {
    let timing = Timing {
        // It is asked whether to go on long before it is stuck.
        survey: std::time::Duration::from_secs(3600),
        stall: std::time::Duration::from_secs(1),
        ..Timing::REAL
    };
    let mut room = Room::with(2, timing).await;
    let intruder = Intruder::with(Arc::new(Follows));
    intruder.enter(&room).await;
    intruder.sits_down(&room).await;
    let guest = room.seats()[1];
    intruder.find(&room.players[1]).await;
    room.kill(0);
    until(&room.players[0], "a question", |view: &View| {
        let trouble = room_of(view).and_then(|room| room.trouble.as_ref());
        matches!(trouble, Some(Trouble::Stalled { .. }))
    })
    .await;
    let plays = room.players[0].request(Command::Continue).await;
    assert_eq!(plays.expect_err("it is played").code, "still_played");
    let client = intruder.member(room.cluster, guest);
    let carried_on = client.carry_on().await;
    refused_for("to go on", carried_on, Refusal::StillPlayed);
    let told = notice(&intruder, &room, guest.0);
    client.continued(&told).await.expect("an answer");
    // Whoever goes elsewhere keeps still from then on.
    let asked = client.survey(false, Mark::default(), None).await;
    asked.expect("an answer");
    let asks = VoteRequest::new(Vote::new(2, intruder.seat), None);
    let mut raft = intruder.raft(room.cluster, guest).await;
    let asked = raft.pre_vote(asks, option()).await;
    asked.expect("it does not keep still");
    let view = room.players[0].view().borrow().clone();
    let shown = room_of(&view).expect("a room");
    assert_eq!(shown.cluster.cluster_id, room.cluster);
    room.end().await;
}
