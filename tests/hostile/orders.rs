//! What happens in an unlucky order: while a leader leaves, while somebody is removed,
//! while voters change. One seat is played call by call, so that the order is certain.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use dhangkanna::{
    config::Profile,
    consensus::{Entry, LogId, Member, Membership, NodeId, Vote, log_id},
    node::{Command, Timing, View},
    proto as pb,
};
use openraft::{
    EntryPayload, RaftNetworkV2 as _,
    entry::RaftEntry as _,
    raft::{AppendEntriesResponse, TransferLeaderRequest},
};
use tonic::Status;

use super::{
    Intruder, QUICK, Room,
    calls::{append, option},
    den::Den,
    server::{Answers, Append, Follows},
};
use crate::common::{PATIENCE, addr_of, join, node, room_of, sit, until};

/// A leader's program, changed, and what it needs to lead on.
struct Leader {
    rogue: Intruder,
    vote: Vote,
    last: LogId,
    members: BTreeMap<NodeId, Member>,
}

impl Leader {
    /// In the place of a room's host, which is killed.
    async fn of_killed(room: &mut Room, answers: Arc<dyn Answers>) -> Self {
        let (term, leader) = room.reign();
        let leader = leader.expect("a leader");
        assert_eq!(room.seats()[0].0, leader);
        room.kill(0);
        let rogue = Intruder::of_killed_with(room, 1, leader, answers).await;
        let entries = rogue.log.entries_after(None);
        let mut memberships = entries
            .iter()
            .rev()
            .filter_map(|entry| match &entry.payload {
                EntryPayload::Membership(membership) => Some(membership),
                _ => None,
            });
        let newest = memberships.next().expect("a membership");
        let members = newest.nodes().map(|(id, member)| (*id, member.clone()));
        Self {
            members: members.collect(),
            vote: Vote::new_committed(term, leader),
            last: rogue.log.last_log_id().expect("entries"),
            rogue,
        }
    }

    /// An entry that makes these voters of these members, so many after the last.
    fn membership(&self, ahead: u64, voters: &[&[NodeId]], members: &[NodeId]) -> Entry {
        let voters = voters.iter().map(|ids| ids.iter().copied().collect());
        let members = members.iter().map(|id| (*id, self.members[id].clone()));
        let members: BTreeMap<_, _> = members.collect();
        let membership = Membership::new(voters.collect(), members).expect("a membership");
        let id = log_id(self.vote.leader_id.term, self.last.index + ahead);
        Entry::new_membership(id, membership)
    }

    /// Sends all that it has, and some more, to a player; `None` if others have been
    /// elected.
    async fn sends(&self, room: &Room, n: usize, more: &[Entry], commit: LogId) -> Option<()> {
        let to = room.seats()[n];
        self.rogue.find(&room.players[n]).await;
        let mut raft = self.rogue.raft(room.cluster, to).await;
        let mut entries = self.rogue.log.entries_after(None);
        entries.extend(more.iter().cloned());
        let call = append(self.vote, None, entries, Some(commit));
        let answer = raft.append_entries(call, option()).await;
        match answer.expect("an answer") {
            AppendEntriesResponse::Success => Some(()),
            AppendEntriesResponse::HigherVote(_) => None,
            refused => panic!("{refused:?}"),
        }
    }
}

/// Plays a scenario in a room of three; again if others were elected before the changed
/// leader was there.
async fn in_time(scenario: impl AsyncFn(&mut Room) -> Option<()>) {
    for _ in 0..5 {
        let mut room = Room::of(3).await;
        room.has_voters(3).await;
        let done = scenario(&mut room).await;
        if done.is_some() {
            room.goes_on().await;
        }
        room.end().await;
        if done.is_some() {
            return;
        }
    }
    panic!("others are elected each time");
}

fn leads(seat: NodeId) -> impl Fn(&View) -> bool {
    move |view| room_of(view).is_some_and(|room| room.cluster.leader == Some(seat))
}

/// The leader leaves, and does not hear that its last entry has arrived. Who has
/// committed that knows the leader no more, and must yet listen for a moment: to the
/// same entry again, and to whom it hands over.
#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_ends_that_though_the_last_answer_was_lost() {
    in_time(async |room| {
        let [one, two, three] = [0, 1, 2].map(|n| room.seats()[n].0);
        let leader = Leader::of_killed(room, Arc::new(Follows)).await;
        let all = [one, two, three];
        let changes = leader.membership(1, &[&all, &[two]], &all);
        let without = leader.membership(2, &[&[two]], &[two, three]);
        let end = without.log_id;
        let more = [changes.clone(), without.clone()];
        // First to the one who will follow: it knows nothing newer than this leader.
        leader.sends(room, 1, &more, end).await?;
        let mut raft = leader.rogue.raft(room.cluster, room.seats()[1]).await;
        let before = Some(changes.log_id);
        let again = append(leader.vote, before, vec![without], Some(end));
        let answer = raft.append_entries(again, option()).await;
        answer.expect("the same entry again");
        let hands_over = TransferLeaderRequest::new(leader.vote, two, Some(end));
        let answer = raft.transfer_leader(hands_over, option()).await;
        let answer = answer.expect("an answer");
        answer.expect("whom it hands over to");
        leader.sends(room, 0, &more, end).await?;
        until(&room.players[1], "the next leader", leads(two)).await;
        // That was all.
        for n in [0, 1] {
            let mut raft = leader.rogue.raft(room.cluster, room.seats()[n]).await;
            let beat = append(leader.vote, Some(end), Vec::new(), Some(end));
            let refused = raft.append_entries(beat, option()).await;
            let refused = refused.expect_err("a refusal").to_string();
            assert!(refused.contains("no longer a member"), "{refused}");
        }
        drop(leader);
        Some(())
    })
    .await;
}

/// Gives its vote to one seat only, and only if that has all up to an entry.
struct VotesFor(NodeId, u64);

impl Answers for VotesFor {
    fn vote(&self, request: &pb::VoteRequest) -> pb::VoteReply {
        let by = request.vote.map(|vote| vote.node_id);
        let has = request.last_log_id.map_or(0, |last| last.index);
        pb::VoteReply {
            granted: by == Some(self.0) && has >= self.1,
            ..Follows.vote(request)
        }
    }
}

/// The leader removes somebody, and dies before anybody but one has that entry. Those
/// who have not elect whom it removes: who has it must hear that one.
#[tokio::test(flavor = "multi_thread")]
async fn whose_removal_was_never_committed_leads() {
    in_time(async |room| {
        let [one, two, three] = [0, 1, 2].map(|n| room.seats()[n].0);
        // All memberships so far are decided then.
        room.goes_on().await;
        let decided = room.applied(0);
        let votes = Arc::new(VotesFor(two, decided));
        let leader = Leader::of_killed(room, votes).await;
        let decided = log_id(leader.vote.leader_id.term, decided);
        let without = leader.membership(1, &[&[one, three]], &[one, three]);
        leader.sends(room, 1, &[without], decided).await?;
        // This one has all but that, and now knows where to ask for a vote.
        leader.sends(room, 0, &[], decided).await?;
        let is_removed = |view: &View| {
            let members = room_of(view).map(|room| &room.cluster.members);
            members.is_some_and(|members| members.iter().all(|member| member.node_id != two))
        };
        for player in &room.players {
            until(player, "the removed one leads", leads(two)).await;
        }
        until(&room.players[1], "no removal", |view| !is_removed(view)).await;
        drop(leader);
        Some(())
    })
    .await;
}

/// The leader is killed when it has begun to change the voters. One who is to lose its
/// vote comes back: until that is decided, it is needed for every election.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_voters_that_its_leader_began_is_ended_with_those_who_lose_their_vote() {
    in_time(async |room| {
        let all = [0, 1, 2].map(|n| room.seats()[n].0);
        room.kill(2);
        let leader = Leader::of_killed(room, Arc::new(Follows)).await;
        let begun = leader.membership(1, &[&all, &[all[1]]], &all);
        leader.sends(room, 0, &[begun], leader.last).await?;
        drop(leader);
        let name = Some("1");
        // Or the next program would be the killed leader's.
        let taking = async {
            loop {
                match Profile::open(Some(room.data.path()), name) {
                    Ok(profile) => break profile,
                    Err(_in_use) => tokio::task::yield_now().await,
                }
            }
        };
        let taken = tokio::time::timeout(PATIENCE, taking).await;
        let _taken = taken.expect("its profile");
        let back = room.wake(3);
        sit(&back, Command::Resume { which: None }).await;
        room.players.push(back);
        room.goes_on().await;
        // The second half of the change: the one who is left of it votes.
        room.has_voters(1).await;
        Some(())
    })
    .await;
}

/// Answers, and takes nothing more.
struct Lags;

impl Answers for Lags {
    fn append(&self, request: &pb::AppendEntriesRequest) -> Result<Append, Status> {
        if request.entries.is_empty() {
            return Ok(Append::Success(pb::Blank {}));
        }
        Err(Status::unavailable("not now"))
    }
}

/// Who votes must know whom to hear: else those with the newest membership could all
/// die, and who is left would refuse whom they let in.
#[tokio::test(flavor = "multi_thread")]
async fn who_lacks_the_newest_membership_gets_no_vote() {
    let mut room = Room::of(2).await;
    let lags = Intruder::with(Arc::new(Lags));
    lags.enter(&room).await;
    // It is there longer than the next one, and would be asked first.
    let next = node(room.data.path(), "P3", QUICK, || {});
    sit(&next, join(addr_of(&room.players[0]))).await;
    room.players.push(next);
    lags.sits_down(&room).await;
    room.has_voters(3).await;
    let view = room.players[0].view().borrow().clone();
    let members = &room_of(&view).expect("a room").cluster.members;
    let voters: BTreeSet<NodeId> = members
        .iter()
        .filter(|member| member.voter)
        .map(|member| member.node_id)
        .collect();
    assert_eq!(
        voters,
        room.seats().into_iter().map(|seat| seat.0).collect()
    );
    room.goes_on().await;
    drop(lags);
    room.end().await;
}

/// A newcomer knows nobody, and takes from whom it asked to be let in as much as a room
/// can be.
#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_takes_four_mebibytes_from_who_lets_it_in() {
    let data = tempfile::tempdir().expect("a folder");
    let den = Den::found();
    let newcomer = node(data.path(), "Ann", Timing::REAL, || {});
    let peer = den.host.find(&newcomer).await;
    let sending = tokio::time::timeout(PATIENCE, den.sends_the_largest_snapshot(peer));
    tokio::select! {
        sent = sending => sent.expect("it enters"),
        joined = newcomer.request(join(den.host.addr)) => panic!("{joined:?}"),
    }
    newcomer.shutdown().await.expect("stopped");
}

/// A leader that has just been elected does not know yet who else is gone.
#[tokio::test(flavor = "multi_thread")]
async fn who_leads_for_a_moment_leaves_the_room_to_who_is_there() {
    let mut room = Room::of(3).await;
    room.has_voters(3).await;
    // All know by now that they vote.
    room.goes_on().await;
    room.kill(0);
    let seats = room.seats();
    let of_leader = |view: &View| {
        let leader = room_of(view)?.cluster.leader;
        seats.iter().position(|(seat, _)| Some(*seat) == leader)
    };
    let view = until(&room.players[0], "the next leader", |view| {
        of_leader(view).is_some()
    })
    .await;
    let leaves = room
        .players
        .remove(of_leader(&view).expect("one of the two"));
    leaves.request(Command::Leave).await.expect("left");
    leaves.shutdown().await.expect("stopped");
    until(&room.players[0], "that it leads", |view| {
        room_of(view).is_some_and(|room| {
            let cluster = &room.cluster;
            cluster.leader == Some(cluster.node_id) && cluster.quorum
        })
    })
    .await;
    room.goes_on().await;
    room.end().await;
}
