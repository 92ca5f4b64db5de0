//! A voter that never led, and whose program is changed.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use dhangkanna::{
    consensus::{CommandId, Entry, Member, Membership, NodeId, Proposal, Vote, log_id},
    game::Action,
    net::{Identity, Refusal},
    node::{Command, Trouble},
    proto as pb,
};
use openraft::{
    RaftNetworkV2 as _, entry::RaftEntry as _, error::ReplicationClosed,
    raft::AppendEntriesResponse,
};
use prost::Message as _;
use tonic::Status;

use super::{
    Intruder, Room,
    calls::{append, command, made_up, option, signed, takes},
    server::{Answers, Append, Follows},
};
use crate::common::{PATIENCE, addr_of, join, room_of, sit, until};

/// A room of two with somebody else who votes, and has all entries.
async fn with_a_voter(answers: Arc<dyn Answers>) -> (Room, Intruder) {
    let room = Room::of(2).await;
    let rogue = Intruder::with(answers);
    rogue.enter(&room).await;
    rogue.sits_down(&room).await;
    room.has_voters(3).await;
    // The memberships on the way to three voters are decided then.
    room.goes_on().await;
    let has_all = async {
        while rogue.log.last_log_id().map(|last| last.index) < Some(room.applied(0)) {
            rogue.server.changed().await;
        }
    };
    let has_all = tokio::time::timeout(Duration::from_secs(5), has_all).await;
    has_all.expect("all entries");
    (room, rogue)
}

/// Waits until a seat is nobody's member any more.
async fn all_are_without(room: &Room, seat: NodeId) {
    for player in &room.players {
        until(player, "a room without it", |view| {
            room_of(view).is_some_and(|room| {
                let members = &room.cluster.members;
                members.iter().all(|m| m.node_id != seat)
            })
        })
        .await;
    }
}

/// Says each time that it has voted for somebody else, once it votes.
#[derive(Default)]
struct Deposes(AtomicBool);

impl Answers for Deposes {
    fn append(&self, request: &pb::AppendEntriesRequest) -> Result<Append, Status> {
        let term = request.vote.map_or(0, |vote| vote.term);
        if !self.0.load(Relaxed) {
            return Follows.append(request);
        }
        Ok(Append::HigherVote(pb::Vote {
            term: term + 1,
            node_id: 77,
            committed: false,
        }))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_voter_ends_a_lead_once_and_not_again_and_again() {
    let answers = Arc::new(Deposes::default());
    let (room, rogue) = with_a_voter(answers.clone()).await;
    let term = room.reign().0;
    answers.0.store(true, Relaxed);
    until(&room.players[0], "another term", |view| {
        room_of(view).is_some_and(|room| room.cluster.term > term && room.cluster.leader.is_some())
    })
    .await;
    room.goes_on().await;
    let reign = room.reign();
    let heard = rogue.server.heard().len();
    while rogue.server.heard().len() < heard + 5 {
        rogue.server.changed().await;
    }
    room.goes_on().await;
    assert_eq!(room.reign(), reign);
    room.end().await;
}

/// A leader says that more is decided than there is, of earlier terms so that it looks
/// less.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_not_decided() {
    let (room, rogue) = with_a_voter(Arc::new(Follows)).await;
    let term = room.reign().0;
    let mut entries = rogue.log.entries_after(None);
    let next = entries.len() as u64;
    entries.push(Entry::new_blank(log_id(term + 1, next)));
    for (n, seat) in room.seats().into_iter().enumerate() {
        rogue.find(&room.players[n]).await;
        let mut raft = rogue.raft(room.cluster, seat).await;
        let vote = |ahead| Vote::new_committed(term + ahead, rogue.seat);
        let far = |ahead| Some(log_id(term + ahead, 1 << 59));
        let call = append(vote(1), None, entries.clone(), far(0));
        raft.append_entries(call, option()).await.expect("taken");
        let prev = Some(log_id(term + 2, next + 1));
        let calls = [
            append(vote(2), prev, Vec::new(), far(1)),
            append(vote(2), Some(log_id(term + 1, next)), Vec::new(), far(1)),
            // Of a leader that is none any more.
            append(vote(1), Some(log_id(term + 1, next)), Vec::new(), far(0)),
        ];
        for call in calls {
            // Refused or not: nothing comes of it.
            let _ = raft.append_entries(call, option()).await;
        }
    }
    room.goes_on().await;
    for decided in [0, 1].map(|n| room.applied(n)) {
        assert!(decided < next + 100, "{decided}");
    }
    room.end().await;
}

/// A voter says that it leads, and puts an entry of its term where others were decided,
/// by which less would be.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_decided_does_not_become_less() {
    let (room, rogue) = with_a_voter(Arc::new(Follows)).await;
    let term = room.reign().0 + 1;
    let vote = Vote::new_committed(term, rogue.seat);
    let ours = |index| rogue.log.id_at(index);
    for (n, seat) in room.seats().into_iter().enumerate() {
        rogue.find(&room.players[n]).await;
        let mut raft = rogue.raft(room.cluster, seat).await;
        let applied = room.applied(n);
        for index in [0, 1, applied / 2, applied - 1, applied] {
            let before = index.checked_sub(1);
            let own = log_id(term, index);
            let blank = || vec![Entry::new_blank(own)];
            let calls = [
                append(vote, before.and_then(ours), blank(), Some(own)),
                append(vote, Some(own), Vec::new(), Some(own)),
            ];
            for call in calls {
                let taken = raft.append_entries(call, option()).await;
                // Nobody is asked first whether it was decided.
                let refused = taken.expect_err("a refusal").to_string();
                assert!(refused.contains("older than what was decided"), "{refused}");
            }
            let gap = append(vote, None, blank(), Some(own));
            let taken = raft.append_entries(gap, option()).await;
            taken.expect_err("a refusal");
        }
        assert!(room.applied(n) >= applied);
    }
    room.goes_on().await;
    room.end().await;
}

/// Who leads, or has all that was decided, takes no snapshot of somebody who says that
/// it leads now.
#[tokio::test(flavor = "multi_thread")]
async fn who_has_all_takes_no_snapshot() {
    let (room, rogue) = with_a_voter(Arc::new(Follows)).await;
    let owner = room.host().1;
    let mallory = rogue.identity.peer_id();
    let term = room.reign().0 + 1;
    let vote = Vote::new_committed(term, rogue.seat);
    let last = rogue.log.last_log_id().expect("entries");
    for (n, seat) in room.seats().into_iter().enumerate() {
        rogue.find(&room.players[n]).await;
        let mut raft = rogue.raft(room.cluster, seat).await;
        for ahead in [1, 1_000_000] {
            let last = log_id(term, last.index + ahead);
            let snapshot = made_up(&room, &rogue, (owner, mallory), last);
            let never = std::future::pending::<ReplicationClosed>();
            let installed = raft.full_snapshot(vote, snapshot, never, option()).await;
            installed.expect_err("a refusal");
        }
    }
    room.goes_on().await;
    for player in &room.players {
        let view = player.view().borrow().clone();
        let table = room_of(&view).expect("a room").state.game().table();
        assert_eq!(table.owner, Some(owner));
    }
    room.end().await;
}

/// A leader appends that the owner sent its player away, and stays. Leaders take away
/// the seats of those who were removed, but this one not its own.
#[tokio::test(flavor = "multi_thread")]
async fn a_leader_that_was_removed_and_stays_is_followed_no_more() {
    let (room, rogue) = with_a_voter(Arc::new(Follows)).await;
    let (owner, term) = (room.host().1, room.reign().0 + 1);
    let owners = fs::read_to_string(room.data.path().join("profiles/1/identity.pem"));
    let owners = Identity::from_pem(&owners.expect("a key")).expect("a key");
    let view = room.players[0].view().borrow().clone();
    let session = room_of(&view).expect("a room").state.session_of(&owner);
    let id = CommandId {
        peer_id: owner,
        session: session.expect("a session"),
        seq: 1 << 40,
    };
    let remove = Action::Remove {
        peer: rogue.identity.peer_id(),
        lock: false,
    };
    let remove = signed(command(id, remove, false), room.cluster, &owners);
    let last = rogue.log.last_log_id().expect("entries");
    let next = log_id(term, last.index + 1);
    let mut entries = rogue.log.entries_after(None);
    entries.push(Entry::new_normal(next, Proposal::Command(remove)));
    let vote = Vote::new_committed(term, rogue.seat);
    let stays = async {
        let mut rafts = Vec::new();
        for (n, seat) in room.seats().into_iter().enumerate() {
            rogue.find(&room.players[n]).await;
            let mut raft = rogue.raft(room.cluster, seat).await;
            takes(&mut raft, vote, entries.clone()).await;
            rafts.push(raft);
        }
        loop {
            for raft in &mut rafts {
                let beat = append(vote, Some(next), Vec::new(), Some(next));
                // Refused, sooner or later.
                let _ = raft.append_entries(beat, option()).await;
            }
            rogue.server.heard_within(Duration::from_millis(50)).await;
        }
    };
    let goes_on = async {
        for player in &room.players {
            until(player, "a room without it", |view| {
                room_of(view).is_some_and(|room| {
                    let members = &room.cluster.members;
                    room.cluster.term > term && members.iter().all(|m| m.node_id != rogue.seat)
                })
            })
            .await;
        }
    };
    tokio::select! {
        () = goes_on => {}
        () = stays => unreachable!(),
    }
    room.end().await;
}

/// Takes no command, for a reason that the player could mend.
struct TakesNone(Refusal);

impl Answers for TakesNone {
    fn propose(&self) -> Result<pb::ProposeReply, Status> {
        Err(self.0.because("later").into())
    }
}

/// A voter says that it leads, and decides nothing. The owner sends it away.
#[tokio::test(flavor = "multi_thread")]
async fn who_lets_nothing_be_decided_can_be_sent_away() {
    let refuses = [Refusal::TooFast, Refusal::BadText, Refusal::NotLeader];
    let refuses = refuses.map(|why| Arc::new(TakesNone(why)) as Arc<dyn Answers>);
    let all = [Arc::new(Follows) as Arc<dyn Answers>];
    let all = all.into_iter().chain(refuses);
    futures::future::join_all(all.map(is_sent_away)).await;
}

async fn is_sent_away(answers: Arc<dyn Answers>) {
    let (room, rogue) = with_a_voter(answers).await;
    let vote = Vote::new_committed(room.reign().0 + 1, rogue.seat);
    let last = rogue.log.last_log_id();
    let stalls = async {
        let mut rafts = Vec::new();
        for (n, seat) in room.seats().into_iter().enumerate() {
            rogue.find(&room.players[n]).await;
            rafts.push(rogue.raft(room.cluster, seat).await);
        }
        loop {
            for raft in &mut rafts {
                let beat = append(vote, last, Vec::new(), None);
                // Refused, sooner or later.
                let _ = raft.append_entries(beat, option()).await;
            }
            rogue.server.heard_within(Duration::from_millis(50)).await;
        }
    };
    let sent_away = async {
        until(&room.players[0], "its lead", |view| {
            room_of(view).is_some_and(|room| room.cluster.leader == Some(rogue.seat))
        })
        .await;
        let remove = Action::Remove {
            peer: rogue.identity.peer_id(),
            lock: false,
        };
        let removed = room.players[0].request(Command::Act(remove));
        // It may be decided later than that waits.
        let _ = removed.await;
        all_are_without(&room, rogue.seat).await;
        room.goes_on().await;
    };
    tokio::select! {
        () = sent_away => {}
        () = stalls => unreachable!(),
    }
    room.end().await;
}

/// Says that it leads, and has whatever it is asked about. It votes for one of the others
/// only, whose entries it does not take any more.
#[derive(Default)]
struct Swears(AtomicU64);

impl Answers for Swears {
    fn append(&self, request: &pb::AppendEntriesRequest) -> Result<Append, Status> {
        match self.0.load(Relaxed) {
            0 => Follows.append(request),
            _ => Err(Status::unavailable("no")),
        }
    }

    fn vote(&self, request: &pb::VoteRequest) -> pb::VoteReply {
        let candidate = request.vote.as_ref().map(|vote| vote.node_id);
        pb::VoteReply {
            granted: candidate == Some(self.0.load(Relaxed)),
            ..Follows.vote(request)
        }
    }

    fn survey(&self) -> Result<pb::SurveyReply, Status> {
        Ok(pb::SurveyReply {
            plays: true,
            leads: true,
            holds: Some(true),
            ..Follows.survey()?
        })
    }
}

/// A voter gives one of the others an entry of its own, and says that it may be decided.
/// Once the owner has sent it away, nobody asks it.
#[tokio::test(flavor = "multi_thread")]
async fn who_was_sent_away_is_not_asked_what_was_decided() {
    let swears = Arc::new(Swears::default());
    let (room, rogue) = with_a_voter(swears.clone()).await;
    let term = room.reign().0 + 1;
    let mut entries = rogue.log.entries_after(None);
    let next = entries.last().map_or(0, |last| last.log_id.index + 1);
    entries.push(Entry::new_blank(log_id(term, next)));
    let [host, guest] = [0, 1].map(|n| room.seats()[n]);
    swears.0.store(host.0, Relaxed);
    rogue.find(&room.players[1]).await;
    let mut raft = rogue.raft(room.cluster, guest).await;
    let vote = Vote::new_committed(term, rogue.seat);
    let call = append(vote, None, entries, rogue.log.last_log_id());
    raft.append_entries(call, option()).await.expect("taken");
    let remove = Command::Act(Action::Remove {
        peer: rogue.identity.peer_id(),
        lock: false,
    });
    // It may be decided later than that waits.
    let _ = room.players[0].request(remove).await;
    all_are_without(&room, rogue.seat).await;
    room.goes_on().await;
    room.end().await;
}

/// Tells a player of terms that nobody else knows, each that far after the one before.
async fn leads_astray(room: &Room, rogue: &Intruder, player: usize, steps: &[u64]) {
    let seat = room.seats()[player];
    rogue.find(&room.players[player]).await;
    let mut raft = rogue.raft(room.cluster, seat).await;
    let mut term = room.reign().0;
    for step in steps {
        term += step;
        let vote = Vote::new_committed(term, rogue.seat);
        let beat = append(vote, None, Vec::new(), None);
        raft.append_entries(beat, option()).await.expect("taken");
    }
}

/// Follows, until it takes and gives nothing any more.
#[derive(Default)]
struct Retires(AtomicBool);

impl Answers for Retires {
    fn append(&self, request: &pb::AppendEntriesRequest) -> Result<Append, Status> {
        match self.0.load(Relaxed) {
            false => Follows.append(request),
            true => Err(Status::unavailable("no")),
        }
    }

    fn vote(&self, request: &pb::VoteRequest) -> pb::VoteReply {
        pb::VoteReply {
            granted: !self.0.load(Relaxed),
            ..Follows.vote(request)
        }
    }
}

/// The members of the room.
fn members(rogue: &Intruder) -> BTreeMap<NodeId, Member> {
    let entries = rogue.log.entries_after(None);
    let all = entries.iter().filter_map(|entry| entry.get_membership());
    let most = all.max_by_key(|m| m.nodes().count()).expect("a membership");
    let most = most.nodes();
    most.map(|(id, member)| (*id, member.clone())).collect()
}

/// A voter that was never elected leaves an entry with another membership, of which only
/// itself is a voter, and ends: the one who has it is elected by nobody, and elects
/// nobody. The players go on without it.
#[tokio::test(flavor = "multi_thread")]
async fn an_entry_of_nobodys_leader_ends_no_game() {
    let retires = Arc::new(Retires::default());
    let (room, rogue) = with_a_voter(retires.clone()).await;
    retires.0.store(true, Relaxed);
    let term = room.reign().0 + 1;
    let last = rogue.log.last_log_id().expect("entries");
    let voters = vec![BTreeSet::from([rogue.seat])];
    let taken = Membership::new(voters, members(&rogue)).expect("a membership");
    let next = log_id(term, last.index + 1);
    let entry = Entry::new_membership(next, taken);
    let seat = room.seats()[1];
    rogue.find(&room.players[1]).await;
    let mut raft = rogue.raft(room.cluster, seat).await;
    let vote = Vote::new_committed(term, rogue.seat);
    let call = append(vote, Some(last), vec![entry], None);
    raft.append_entries(call, option()).await.expect("taken");
    drop(rogue);
    for player in &room.players {
        until(player, "nobody decides", |view| {
            let trouble = room_of(view).and_then(|room| room.trouble.as_ref());
            matches!(trouble, Some(Trouble::Stalled { .. }))
        })
        .await;
    }
    let going_on = async {
        while let Err(not_yet) = room.players[0].request(Command::Continue).await {
            assert_eq!(not_yet.code, "busy", "{not_yet:?}");
            tokio::task::yield_now().await;
        }
    };
    let going_on = tokio::time::timeout(PATIENCE, going_on).await;
    going_on.expect("it goes on");
    room.goes_on().await;
    room.end().await;
}

/// A voter that was never elected gives one of the others an endless log, of which nothing
/// is decided.
#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_nobody_decides_fills_no_disk() {
    const MOST: usize = 16 * 1024 * 1024;
    let (room, rogue) = with_a_voter(Arc::new(Follows)).await;
    let term = room.reign().0;
    let seats: BTreeSet<NodeId> = members(&rogue).into_keys().collect();
    let mut all = members(&rogue);
    for n in 1..20 {
        let identity = Identity::ephemeral().expect("a key");
        let addrs = vec![format!("[2001:db8:1111:2222:3333:4444:5555:6666]:{n}"); 8];
        let member = Member::new(identity.key().public(), None, addrs);
        all.insert(n, member);
    }
    let large = Membership::new(vec![seats], all).expect("a membership");
    let seat = room.seats()[1];
    rogue.find(&room.players[1]).await;
    let mut raft = rogue.raft(room.cluster, seat).await;
    let mut vote = Vote::new_committed(term + 1, rogue.seat);
    let (mut last, mut taken) = (rogue.log.last_log_id().expect("entries"), 0);
    loop {
        let ids = last.index + 1..=last.index + 25;
        let entries = ids.map(|n| Entry::new_membership(log_id(term, n), large.clone()));
        let entries: Vec<Entry> = entries.collect();
        let bytes = entries
            .iter()
            .map(|entry| pb::Entry::from(entry).encoded_len());
        let (bytes, next) = (bytes.sum::<usize>(), entries.last().expect("some").log_id);
        let call = append(vote, Some(last), entries, None);
        match raft.append_entries(call, option()).await {
            Ok(AppendEntriesResponse::Success) => (last, taken) = (next, taken + bytes),
            // The others hold elections.
            Ok(AppendEntriesResponse::HigherVote(theirs)) => {
                vote = Vote::new_committed(theirs.leader_id.term + 1, rogue.seat);
            }
            Ok(other) => panic!("{other:?}"),
            Err(e) if e.to_string().contains("not applied yet") => break,
            Err(e) => panic!("after {taken} bytes: {e}"),
        }
        assert!(taken <= MOST, "{taken}");
    }
    assert!(taken > MOST / 2, "{taken}");
    room.goes_on().await;
    room.end().await;
}

/// As far ahead as a term may be, less what may be elected meanwhile.
const FAR: u64 = 999_000;

/// The two others elect one of them, whatever the voter has told one of them that has
/// ended since.
#[tokio::test(flavor = "multi_thread")]
async fn a_term_that_nobody_knows_ends_no_room() {
    let (room, rogue) = with_a_voter(Arc::new(Follows)).await;
    leads_astray(&room, &rogue, 1, &[FAR, FAR]).await;
    drop(rogue);
    // A voter deposes no leader twice within five seconds.
    until(&room.players[0], "a term for both", |view| {
        room_of(view).is_some_and(|room| {
            let cluster = &room.cluster;
            cluster.term > 2 * FAR && cluster.leader.is_some() && cluster.quorum
        })
    })
    .await;
    room.goes_on().await;
    room.end().await;
}

/// A voter tells somebody without a vote of a term that nobody else knows.
#[tokio::test(flavor = "multi_thread")]
async fn who_was_led_astray_is_back_soon() {
    for steps in [&[1_000][..], &[FAR, FAR]] {
        is_back_soon(steps).await;
    }
}

async fn is_back_soon(steps: &[u64]) {
    let (mut room, rogue) = with_a_voter(Arc::new(Follows)).await;
    let player = room.wake(3);
    sit(&player, join(addr_of(&room.players[0]))).await;
    room.players.push(player);
    room.goes_on().await;
    let seat = room.seats()[2];
    leads_astray(&room, &rogue, 2, steps).await;
    until(&room.players[2], "another seat", |view| {
        room_of(view)
            .is_some_and(|room| room.cluster.node_id != seat.0 && room.cluster.leader.is_some())
    })
    .await;
    room.goes_on().await;
    room.end().await;
}
