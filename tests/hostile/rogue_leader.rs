//! A leader that was elected by the rules, and whose program is changed then.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::{Duration, Instant},
};

use dhangkanna::{
    consensus::{
        ClusterId, CommandId, Entry, Genesis, LogId, Membership, NodeId, Proposal, RoomState,
        Snapshot, SnapshotMeta, StoredMembership, Vote, log_id,
    },
    game::{Action, Letter, Name, PeerId},
    net::Connection,
    node::{Command, Trouble, View},
    proto as pb,
};
use openraft::{EntryPayload, RaftNetworkV2 as _, entry::RaftEntry as _, error::ReplicationClosed};
use tonic::Status;

use super::{
    Intruder, Room, SESSION,
    calls::{append, command, forged, made_up, option, takes},
    server::Answers,
};
use crate::common::{room_of, until};

/// Longer than a follower that took no entries is still taken for one that has all
/// (`SILENCE` in `net/contact.rs`).
const LOOKS_BEHIND: Duration = Duration::from_secs(2);

/// A room of three whose leader's program is killed. A changed one goes on with its key,
/// its log and its term.
struct Changed {
    room: Room,
    rogue: Intruder,
    /// Who owns the room, and led it.
    owner: PeerId,
    /// Those of all three, the leader's first.
    seats: Vec<(NodeId, PeerId)>,
    term: u64,
    /// Up to where all have applied its log.
    decided: u64,
}

impl Changed {
    async fn leader() -> Self {
        let mut room = Room::of(3).await;
        room.has_voters(3).await;
        room.goes_on().await;
        let seats = room.seats();
        let owner = room.host().1;
        let (term, leader) = room.reign();
        assert_eq!(Some(seats[0].0), leader);
        let decided = (0..3).map(|n| room.applied(n)).min().expect("three");
        room.kill(0);
        let rogue = Intruder::of_killed(&room, 1, seats[0].0).await;
        Self {
            room,
            rogue,
            owner,
            seats,
            term,
            decided,
        }
    }

    /// The vote by which it led.
    fn vote(&self) -> Vote {
        self.vote_of(self.term)
    }

    fn vote_of(&self, term: u64) -> Vote {
        Vote::new_committed(term, self.seats[0].0)
    }

    /// The id of the entry after its last.
    fn next(&self) -> LogId {
        let last = self.rogue.log.last_log_id().expect("entries");
        log_id(self.term, last.index + 1)
    }

    /// Its calls to the others.
    async fn rafts(&self) -> Vec<Connection> {
        let mut rafts = Vec::new();
        for (n, seat) in self.seats[1..].iter().enumerate() {
            self.rogue.find(&self.room.players[n]).await;
            rafts.push(self.rogue.raft(self.room.cluster, *seat).await);
        }
        rafts
    }

    /// Gives all others its log, and these entries after it.
    async fn append(&self, more: Vec<Entry>) {
        let mut entries = self.rogue.log.entries_after(None);
        entries.extend(more);
        for mut raft in self.rafts().await {
            takes(&mut raft, self.vote(), entries.clone()).await;
        }
    }
}

/// Says that every command was decided, and by which entry.
struct Agrees(u64);

impl Answers for Agrees {
    fn propose(&self) -> Result<pb::ProposeReply, Status> {
        let reply = pb::Reply {
            outcome: pb::Outcome::Hit.into(),
            rejection: 0,
            index: self.0,
        };
        Ok(pb::ProposeReply {
            reply: Some(reply),
            copies: 2,
        })
    }
}

/// "A hit, index 5", and no such entry: what came of a command is read from the own
/// log, which has its player's signature.
#[tokio::test(flavor = "multi_thread")]
async fn an_outcome_without_an_entry_is_none() {
    futures::future::join_all([0, 1, 1000].map(no_outcome_by)).await;
}

/// The entry that is named is so many after the last.
async fn no_outcome_by(ahead: u64) {
    let mut room = Room::of(2).await;
    let (_, leader) = room.reign();
    let (term, leader) = (room.reign().0, leader.expect("a leader"));
    let guest = room.seats()[1];
    room.kill(0);
    let vote = Vote::new_committed(term, leader);
    let last = room.applied(0);
    let rogue = Intruder::of_killed_with(&room, 1, leader, Arc::new(Agrees(last + ahead))).await;
    rogue.find(&room.players[0]).await;
    let mut raft = rogue.raft(room.cluster, guest).await;
    let letter = Letter::parse("z").expect("a letter");
    let guess = Command::Act(Action::Guess {
        letter,
        round: None,
    });
    let leads = async {
        let last = rogue.log.last_log_id();
        loop {
            let beat = append(vote, last, Vec::new(), last);
            raft.append_entries(beat, option()).await.expect("taken");
            rogue.server.heard_within(Duration::from_millis(100)).await;
        }
    };
    let decided = tokio::select! {
        decided = room.players[0].request(guess) => decided,
        () = leads => unreachable!(),
    };
    decided.expect_err("an outcome that is none");
    assert!(rogue.server.heard().contains(&"propose"));
    let view = room.players[0].view().borrow().clone();
    let game = room_of(&view).expect("a room").state.game();
    assert!(game.round().expect("a round").guesses().is_empty());
    room.end().await;
}

/// What its members sign is all that counts.
#[tokio::test(flavor = "multi_thread")]
async fn a_rogue_leader_speaks_for_nobody_else() {
    let changed = Changed::leader().await;
    let Changed { room, rogue, .. } = &changed;
    let (mut entries, mut last) = (Vec::new(), changed.next());
    for (_, victim) in &changed.seats[1..] {
        for command in forged(room, *victim, &rogue.identity) {
            entries.push(Entry::new_normal(last, Proposal::Command(command)));
            last.index += 1;
        }
    }
    changed.append(entries).await;
    for player in &room.players {
        let view = until(player, "the entries", |view| {
            room_of(view).is_some_and(|room| room.cluster.last_applied >= last.index - 1)
        })
        .await;
        let table = room_of(&view).expect("a room").state.game().table();
        assert_eq!(table.owner, Some(changed.owner));
        let players = room_of(&view).expect("a room").state.game().players();
        assert_eq!(players.len(), 3);
        assert!(
            players
                .values()
                .all(|player| player.name.as_str() != "Mallory")
        );
    }
    room.goes_on().await;
    changed.room.end().await;
}

/// A snapshot is applied as it is, whoever signed what is in it. Who takes the entries as
/// they come needs none, and who needs one asks another member whether it is true.
#[tokio::test(flavor = "multi_thread")]
async fn a_made_up_state_is_not_taken_from_a_leader() {
    let changed = Changed::leader().await;
    let Changed { room, rogue, .. } = &changed;
    let last = rogue.log.last_log_id().expect("entries");
    for ahead in [0, 1, 1_000_000] {
        for mut raft in changed.rafts().await {
            let last = log_id(changed.term, last.index + ahead);
            let who = (changed.owner, changed.seats[1].1);
            let snapshot = made_up(room, rogue, who, last);
            let never = std::future::pending::<ReplicationClosed>();
            let installed = raft
                .full_snapshot(changed.vote(), snapshot, never, option())
                .await;
            assert!(installed.is_err() || ahead == 0, "{installed:?}");
        }
    }
    room.goes_on().await;
    for player in &room.players {
        let view = player.view().borrow().clone();
        let table = room_of(&view).expect("a room").state.game().table();
        assert_eq!(table.owner, Some(changed.owner));
    }
    changed.room.end().await;
}

/// What was appended, and may be decided, although nobody here knows yet: another leader
/// does not put something else in its place.
#[tokio::test(flavor = "multi_thread")]
async fn what_most_voters_hold_is_not_led_over() {
    let changed = Changed::leader().await;
    let Changed { room, rogue, .. } = &changed;
    let last = rogue.log.last_log_id();
    let name = Name::parse("Kept").expect("a name");
    let own = rogue.says(room.cluster, 1, Action::TakeSeat { name });
    let mut entries = rogue.log.entries_after(None);
    let kept = Entry::new_normal(changed.next(), Proposal::Command(own));
    entries.push(kept);
    let mut rafts = changed.rafts().await;
    for raft in &mut rafts {
        let call = append(changed.vote(), None, entries.clone(), last);
        raft.append_entries(call, option()).await.expect("taken");
    }
    let term = changed.term + 1;
    let other = Entry::new_blank(log_id(term, changed.next().index));
    for raft in &mut rafts {
        for ahead in [0, 1] {
            let vote = changed.vote_of(term + ahead);
            let call = append(vote, last, vec![other.clone()], Some(other.log_id));
            let refused = raft.append_entries(call, option()).await;
            let refused = refused.expect_err("a refusal").to_string();
            assert!(refused.contains("decided"), "{refused}");
        }
    }
    for player in &room.players {
        until(player, "the entry", |view| {
            let players = room_of(view).map(|room| room.state.game().players());
            players.is_some_and(|all| all.values().any(|p| p.name.as_str() == "Kept"))
        })
        .await;
    }
    room.goes_on().await;
    changed.room.end().await;
}

/// A leader that keeps others from what it says is decided, until they look as if they
/// were behind: what most voters lack was not decided.
#[tokio::test(flavor = "multi_thread")]
async fn what_most_voters_lack_is_no_snapshot() {
    let changed = Changed::leader().await;
    let Changed { room, rogue, .. } = &changed;
    let (vote, last) = (changed.vote(), rogue.log.last_log_id());
    let ahead = log_id(changed.term, changed.next().index + 1_000);
    let mut rafts = changed.rafts().await;
    for raft in &mut rafts {
        takes(raft, vote, rogue.log.entries_after(None)).await;
    }
    let began = Instant::now();
    while began.elapsed() < LOOKS_BEHIND {
        for raft in &mut rafts {
            let beat = append(vote, last, Vec::new(), Some(ahead));
            raft.append_entries(beat, option()).await.expect("taken");
        }
        for raft in &mut rafts {
            let who = (changed.owner, changed.seats[1].1);
            let snapshot = made_up(room, rogue, who, ahead);
            let never = std::future::pending::<ReplicationClosed>();
            let installed = raft.full_snapshot(vote, snapshot, never, option());
            installed.await.expect_err("a refusal");
        }
        rogue.server.heard_within(Duration::from_millis(100)).await;
    }
    room.goes_on().await;
    changed.room.end().await;
}

/// It leads on with another history than the one that was decided: openraft would say
/// yes without a look at it.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_decided_is_not_led_over() {
    let changed = Changed::leader().await;
    let (term, decided) = (changed.term, changed.decided);
    let entries = changed.rogue.log.entries_after(None);
    let real = |index: u64| entries[usize::try_from(index).expect("an index")].log_id;
    for mut raft in changed.rafts().await {
        let vote = changed.vote_of(term + 1);
        let blank = |index| Entry::new_blank(log_id(term + 1, index));
        let calls = [
            append(vote, Some(log_id(0, decided)), Vec::new(), None),
            append(vote, Some(log_id(term + 1, decided)), Vec::new(), None),
            append(
                vote,
                Some(real(decided - 1)),
                vec![blank(decided), blank(decided + 1)],
                None,
            ),
        ];
        for call in calls {
            let refused = raft.append_entries(call, option()).await;
            let refused = refused.expect_err("a refusal").to_string();
            assert!(refused.contains("older than what was decided"), "{refused}");
        }
        // Nor is it followed for its heartbeats.
        let beat = append(vote, Some(real(decided)), Vec::new(), None);
        let refused = raft.append_entries(beat, option()).await;
        refused.expect_err("a refusal");
        // What it has as they have it is taken.
        let call = append(changed.vote(), Some(real(decided)), Vec::new(), None);
        raft.append_entries(call, option()).await.expect("taken");
    }
    changed.room.goes_on().await;
    changed.room.end().await;
}

/// It appends what nobody has to sign: another game, as if this room continued one.
#[tokio::test(flavor = "multi_thread")]
async fn a_rogue_leader_puts_no_other_game_in_the_place_of_this_one() {
    let changed = Changed::leader().await;
    let mut forged = RoomState::default();
    let sits = Action::TakeSeat {
        name: Name::parse("King Mallory").expect("a name"),
    };
    let id = CommandId {
        peer_id: changed.owner,
        session: SESSION,
        seq: 1,
    };
    forged.apply(1, Proposal::Command(command(id, sits, true)));
    let genesis = Genesis {
        parent: ClusterId::random(),
        state: forged,
    };
    let next = changed.next();
    for mut raft in changed.rafts().await {
        // A snapshot of nothing would be the end of the seat.
        let snapshot = Snapshot {
            meta: SnapshotMeta {
                last_log_id: Some(log_id(changed.term, next.index + 100)),
                last_membership: StoredMembership::default(),
            },
            snapshot: b"no state".to_vec(),
        };
        let never = std::future::pending::<ReplicationClosed>();
        let installed = raft.full_snapshot(changed.vote(), snapshot, never, option());
        installed.await.expect_err("a refusal");
    }
    let genesis = Proposal::Genesis(Box::new(genesis));
    changed.append(vec![Entry::new_normal(next, genesis)]).await;
    for player in &changed.room.players {
        let view = until(player, "the entry", |view| {
            room_of(view).is_some_and(|room| room.cluster.last_applied >= next.index)
        })
        .await;
        let game = room_of(&view).expect("a room").state.game().clone();
        assert_eq!(game.table().owner, Some(changed.owner));
        assert_eq!(game.players().len(), 3);
        assert!(game.round().is_some());
    }
    changed.room.goes_on().await;
    changed.room.end().await;
}

/// It tells each of the others something else.
#[tokio::test(flavor = "multi_thread")]
async fn a_split_view_is_shown_to_all() {
    let changed = Changed::leader().await;
    let Changed { room, rogue, .. } = &changed;
    let next = changed.next();
    for (mut raft, name) in changed.rafts().await.into_iter().zip(["Here", "There"]) {
        // Both are its own command, and signed.
        let name = Name::parse(name).expect("a name");
        let own = rogue.says(room.cluster, 1, Action::TakeSeat { name });
        let mut entries = rogue.log.entries_after(None);
        entries.push(Entry::new_normal(next, Proposal::Command(own)));
        takes(&mut raft, changed.vote(), entries).await;
    }
    let split = |view: &View| {
        let trouble = room_of(view).and_then(|room| room.trouble.as_ref());
        matches!(trouble, Some(Trouble::Split { .. }))
    };
    for player in &room.players {
        let seen = until(player, "a split view", split);
        let seen = tokio::time::timeout(Duration::from_secs(10), seen).await;
        seen.expect("shown within 10 s");
    }
    changed.room.end().await;
}

/// It tells each of the others that there are only the two of them.
#[tokio::test(flavor = "multi_thread")]
async fn a_split_of_the_members_is_shown_to_all() {
    let changed = Changed::leader().await;
    let Changed { room, rogue, .. } = &changed;
    let (vote, next) = (changed.vote(), changed.next());
    let entries = rogue.log.entries_after(None);
    let all = entries.iter().rev().find_map(|entry| match &entry.payload {
        EntryPayload::Membership(membership) => Some(membership.clone()),
        _ => None,
    });
    let all = all.expect("a membership");
    let mut rafts = changed.rafts().await;
    for (raft, (seat, _)) in rafts.iter_mut().zip(&changed.seats[1..]) {
        let two = BTreeSet::from([changed.seats[0].0, *seat]);
        let nodes = all.nodes().filter(|(id, _)| two.contains(id));
        let nodes: BTreeMap<_, _> = nodes.map(|(id, member)| (*id, member.clone())).collect();
        let membership = Membership::new(vec![two], nodes).expect("a membership");
        let mut entries = entries.clone();
        entries.push(Entry::new_membership(next, membership));
        takes(raft, vote, entries).await;
    }
    let leads = async {
        loop {
            for raft in &mut rafts {
                let beat = append(vote, Some(next), Vec::new(), Some(next));
                raft.append_entries(beat, option()).await.expect("taken");
            }
            rogue.server.heard_within(Duration::from_millis(50)).await;
        }
    };
    let shown = async {
        for player in &room.players {
            let split = |view: &View| {
                let trouble = room_of(view).and_then(|room| room.trouble.as_ref());
                matches!(trouble, Some(Trouble::Split { with }) if with.len() == 1)
            };
            until(player, "a split", split).await;
        }
    };
    let shown = tokio::time::timeout(Duration::from_secs(10), shown);
    tokio::select! {
        shown = shown => shown.expect("shown within 10 s"),
        () = leads => unreachable!(),
    }
    changed.room.end().await;
}
