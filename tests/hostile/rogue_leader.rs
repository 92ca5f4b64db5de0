//! A leader that was elected by the rules, and whose program is changed then.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::{Duration, Instant},
};

use dhangkanna::{
    consensus::{
        ClusterId, CommandId, Continuation, Entry, GameCommand, Genesis, Holder, LogId, Member,
        Membership, NodeId, Proposal, RoomState, Snapshot, SnapshotMeta, StoredMembership,
        TicketPath, Vote, log_id,
    },
    game::{Action, Letter, Name, PeerId},
    net::{Connection, LeaderStatus},
    node::{Command, Trouble},
    proto as pb,
};
use openraft::{
    EntryPayload, RaftNetworkV2 as _, entry::RaftEntry as _, error::ReplicationClosed,
    raft::AppendEntriesResponse,
};
use parking_lot::Mutex;
use tonic::Status;

use super::{
    Intruder, Room, SESSION,
    calls::{append, command, forged, leads, made_up, option, takes},
    server::{Answers, Follows},
};
use crate::common::{room_of, sit, until};

/// Longer than a follower that took no entries is still taken for one that has all
/// (`SILENCE` in `net/contact.rs`).
const LOOKS_BEHIND: Duration = Duration::from_secs(2);

/// A room of three whose leader's program is killed. A changed one goes on with its key,
/// its log and its term.
pub(super) struct Changed {
    pub(super) room: Room,
    pub(super) rogue: Intruder,
    /// Who owns the room, and led it.
    owner: PeerId,
    /// Those of all three, the leader's first.
    pub(super) seats: Vec<(NodeId, PeerId)>,
    pub(super) term: u64,
    /// Up to where all have applied its log.
    decided: u64,
}

impl Changed {
    pub(super) async fn leader() -> Self {
        Self::leader_with(Arc::new(Follows)).await
    }

    /// The same, which answers calls as `answers` say.
    async fn leader_with(answers: Arc<dyn Answers>) -> Self {
        Self::leader_of(async || Room::of(3).await, answers).await
    }

    /// The same of rooms of three that are made in some way.
    async fn leader_of(room: impl AsyncFn() -> Room, answers: Arc<dyn Answers>) -> Self {
        for _ in 0..5 {
            let changed = Self::of_killed(room().await, answers.clone()).await;
            if changed.is_followed().await {
                return changed;
            }
            // It took so long to get there that the others elect one of them.
            changed.room.end().await;
        }
        panic!("nobody follows a leader that comes back");
    }

    /// Whether the others still follow it.
    async fn is_followed(&self) -> bool {
        let beats = self.rafts().await.into_iter().map(async |mut raft| {
            let beat = append(self.vote(), None, Vec::new(), None);
            raft.append_entries(beat, option())
                .await
                .expect("an answer")
        });
        let answers = futures::future::join_all(beats).await;
        answers
            .iter()
            .all(|answer| matches!(answer, AppendEntriesResponse::Success))
    }

    async fn of_killed(mut room: Room, answers: Arc<dyn Answers>) -> Self {
        room.has_voters(3).await;
        room.goes_on().await;
        let seats = room.seats();
        let owner = room.host().1;
        let (term, leader) = room.reign();
        assert_eq!(Some(seats[0].0), leader);
        let decided = (0..3).map(|n| room.applied(n)).min().expect("three");
        room.kill(0);
        let rogue = Intruder::of_killed_with(&room, 1, seats[0].0, answers).await;
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
    pub(super) fn vote(&self) -> Vote {
        self.vote_of(self.term)
    }

    fn vote_of(&self, term: u64) -> Vote {
        Vote::new_committed(term, self.seats[0].0)
    }

    /// The id of the entry after its last.
    pub(super) fn next(&self) -> LogId {
        let last = self.rogue.log.last_log_id().expect("entries");
        log_id(self.term, last.index + 1)
    }

    /// Its calls to the others.
    pub(super) async fn rafts(&self) -> Vec<Connection> {
        let mut rafts = Vec::new();
        for (n, seat) in self.seats[1..].iter().enumerate() {
            self.rogue.find(&self.room.players[n]).await;
            rafts.push(self.rogue.raft(self.room.cluster, *seat).await);
        }
        rafts
    }

    /// The members of the room.
    pub(super) fn members(&self) -> BTreeMap<NodeId, Member> {
        let entries = self.rogue.log.entries_after(None);
        let mut memberships = entries
            .iter()
            .rev()
            .filter_map(|entry| entry.get_membership());
        let newest = memberships.next().expect("a membership");
        let members = newest.nodes();
        members.map(|(id, member)| (*id, member.clone())).collect()
    }

    /// Gives all others its log and some more, keeps from them what it says is decided,
    /// and wants to put a made-up game in the place of theirs. Whether they set their logs
    /// aside for that.
    async fn replaces_nothing(&self, more: Vec<Entry>) -> bool {
        let mut set_aside = false;
        let Self { room, rogue, .. } = self;
        let vote = self.vote();
        let mut entries = rogue.log.entries_after(None);
        entries.extend(more);
        let last = entries.last().map(|entry| entry.log_id);
        let ahead = log_id(self.term, self.next().index + 1_000);
        let mut rafts = self.rafts().await;
        for raft in &mut rafts {
            takes(raft, vote, entries.clone()).await;
        }
        let began = Instant::now();
        while began.elapsed() < LOOKS_BEHIND {
            for raft in &mut rafts {
                let beat = append(vote, last, Vec::new(), Some(ahead));
                if let Err(refused) = raft.append_entries(beat, option()).await {
                    let refused = refused.to_string();
                    assert!(refused.contains("is an older copy"), "{refused}");
                    set_aside = true;
                }
            }
            for raft in &mut rafts {
                let who = (self.owner, self.seats[1].1);
                let snapshot = made_up(room, rogue, who, ahead);
                let never = std::future::pending::<ReplicationClosed>();
                let installed = raft.full_snapshot(vote, snapshot, never, option());
                installed.await.expect_err("a refusal");
            }
            rogue.server.heard_within(Duration::from_millis(100)).await;
        }
        set_aside
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

/// What a player said before its last start comes again, as that player signed it.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_before_a_start_is_not_said_again() {
    let restarted = async || {
        let mut room = Room::of(3).await;
        room.has_voters(3).await;
        room.goes_on().await;
        room.kill(1);
        let player = room.wake(2);
        sit(&player, Command::Resume { which: None }).await;
        room.players.push(player);
        room
    };
    let changed = Changed::leader_of(restarted, Arc::new(Follows)).await;
    let Changed { room, rogue, .. } = &changed;
    let (_, victim) = changed.seats[2];
    let entries = rogue.log.entries_after(None);
    let said = entries.into_iter().filter_map(|entry| match entry.payload {
        EntryPayload::Normal(Proposal::Command(command)) => Some(command),
        _ => None,
    });
    let said: Vec<_> = said.filter(|said| said.id.peer_id == victim).collect();
    let newest = said.iter().map(|said| said.id.session).max();
    let before: Vec<_> = said
        .into_iter()
        .filter(|said| Some(said.id.session) < newest)
        .collect();
    let guessed = |command: &GameCommand| matches!(command.action, Action::Guess { .. });
    assert!(before.iter().any(guessed), "{before:?}");
    let games = || {
        room.players.iter().map(|player| {
            let view = player.view().borrow().clone();
            let game = room_of(&view).expect("a room").state.game().clone();
            let round = game.round().expect("a round").guesses().len();
            (round, game.players().len(), game.table().owner)
        })
    };
    let then: Vec<_> = games().collect();
    let first = changed.next();
    let again = before.into_iter().zip(first.index..);
    let again: Vec<Entry> = again
        .map(|(said, index)| {
            Entry::new_normal(log_id(changed.term, index), Proposal::Command(said))
        })
        .collect();
    let last = first.index + again.len() as u64 - 1;
    changed.append(again).await;
    for player in &room.players {
        until(player, "the entries", |view| {
            room_of(view).is_some_and(|room| room.cluster.last_applied >= last)
        })
        .await;
    }
    assert_eq!(games().collect::<Vec<_>>(), then);
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
    assert!(!changed.replaces_nothing(Vec::new()).await);
    changed.room.goes_on().await;
    changed.room.end().await;
}

/// The same by one that has made itself the only voter.
#[tokio::test(flavor = "multi_thread")]
async fn who_makes_itself_the_only_voter_replaces_no_game() {
    let changed = Changed::leader().await;
    let voters = vec![BTreeSet::from([changed.seats[0].0])];
    let alone = Membership::new(voters, changed.members()).expect("a membership");
    let alone = Entry::new_membership(changed.next(), alone);
    assert!(changed.replaces_nothing(vec![alone]).await);
    // Its game would come into a seat of its own.
    for player in &changed.room.players {
        until(player, "a word of it", |view| {
            let said = view.notice.as_ref().map(|notice| notice.code);
            said == Some("older_copy")
        })
        .await;
    }
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

/// Stays in the room that it leads, and has founded another one.
#[derive(Default)]
struct Founds(Mutex<Option<TicketPath>>);

impl Answers for Founds {
    fn hello(&self) -> pb::HelloReply {
        let path = self.0.lock();
        let room = path.as_ref().map(|path| leads(path, path.founder.seat));
        pb::HelloReply {
            room,
            ..Follows.hello()
        }
    }
}

/// It says that it reaches nobody, until the others are stuck, and then that the game
/// goes on in a room of its own. They can go on without it, so they are asked.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_follows_by_itself_who_stopped_the_game() {
    let founds = Arc::new(Founds::default());
    let changed = Changed::leader_with(founds.clone()).await;
    let Changed { room, rogue, .. } = &changed;
    let founder = Holder {
        seat: rogue.seat,
        key: rogue.identity.key().public(),
    };
    let (_, child) = TicketPath::found(founder);
    *founds.0.lock() = Some(child.clone());
    let entries = rogue.log.entries_after(None);
    let last = rogue.log.last_log_id();
    let mut state = RoomState::default();
    for entry in entries.clone() {
        state.apply_entry(room.cluster, entry);
    }
    let continuation = Continuation {
        parent: room.cluster,
        founder,
        path: rogue.credentials(room.cluster).path(),
        child,
        fence: last,
        digest: state.history().last().digest,
        participants: changed.seats.iter().map(|(seat, _)| *seat).collect(),
    };
    let notice = continuation.signed_by(rogue.identity.key());
    rogue.contact.tell(LeaderStatus {
        cut_off: true,
        ..LeaderStatus::default()
    });
    let mut rafts = changed.rafts().await;
    for raft in &mut rafts {
        takes(raft, changed.vote(), entries.clone()).await;
    }
    let stops = async {
        loop {
            for raft in &mut rafts {
                let beat = append(changed.vote(), last, Vec::new(), last);
                // While they look whether to follow they take nothing.
                let _ = raft.append_entries(beat, option()).await;
            }
            rogue.server.heard_within(Duration::from_millis(20)).await;
        }
    };
    let says = async {
        for player in &room.players {
            until(player, "stuck", |view| {
                room_of(view).is_some_and(|room| room.trouble.is_some())
            })
            .await;
        }
        for victim in &changed.seats[1..] {
            let client = rogue.member(room.cluster, *victim);
            client.continued(&notice).await.expect("an answer");
        }
        for player in &room.players {
            until(player, "a question", |view| {
                let trouble = room_of(view).and_then(|room| room.trouble.as_ref());
                matches!(trouble, Some(Trouble::Elsewhere { .. }))
            })
            .await;
        }
    };
    tokio::select! {
        () = says => {}
        () = stops => unreachable!(),
    }
    assert!(!rogue.server.heard().contains(&"join"));
    changed.room.end().await;
}
