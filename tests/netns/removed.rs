//! A removed player's program, changed: with its old state and its old key, and with a
//! new key that the old one lets in.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use dhangkanna::{
    consensus::{
        ClusterId, Continuation, Entry, Holder, LogId, Mark, Member, Membership, NodeId, Proposal,
        RoomState, Snapshot, SnapshotMeta, StoredMembership, Ticket, TicketPath, TypeConfig, Vote,
        log_id,
    },
    game::{Action, Name, PeerId},
    proto as pb,
};
use openraft::{
    RaftNetworkV2 as _,
    entry::RaftEntry as _,
    error::ReplicationClosed,
    network::RPCOption,
    raft::{
        AppendEntriesRequest, AppendEntriesResponse, SnapshotResponse, TransferLeaderRequest,
        VoteRequest,
    },
    storage::RaftLogStorageExt as _,
};
use prost::Message as _;
use tokio::runtime::Runtime;

use crate::harness::{
    intruder::Intruder,
    lab::Lab,
    room::{agree, room, settle},
    seat::Seat,
    server::Follows,
};

/// How the third member was while the fourth was removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Was {
    Awake,
    Asleep,
    Restarted,
    /// The fourth reaches it, and nobody else.
    CutOff,
    /// Nobody reaches it.
    Alone,
}

#[test]
#[ignore = "needs root"]
fn a_removed_members_program_changes_no_game() {
    for was in [
        Was::Awake,
        Was::Asleep,
        Was::Restarted,
        Was::CutOff,
        Was::Alone,
    ] {
        changes_no_game(was);
    }
}

/// Whom it calls.
#[derive(Clone, Copy)]
struct Target {
    seat: NodeId,
    peer: PeerId,
    addr: SocketAddr,
}

impl Target {
    fn of(seat: &Seat) -> Self {
        let (cluster, ready) = (seat.newest("cluster"), seat.newest("ready"));
        let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
        Self {
            seat: text(&cluster["node_id"]).parse().expect("an id"),
            peer: text(&ready["peer_id"]).parse().expect("an id"),
            addr: text(&ready["addr"]).parse().expect("an address"),
        }
    }
}

/// The removed player's computer.
struct Mallory {
    runtime: Runtime,
    old: Arc<Intruder>,
    cluster: ClusterId,
    /// How often it was followed or voted for, by the first two and by the third member.
    taken: Arc<[AtomicU64; 2]>,
    calls: Arc<AtomicU64>,
}

impl Mallory {
    /// Joins in the usual way, and sits down.
    fn join(lab: &Lab, host: usize, cluster: ClusterId, leader: Target) -> Self {
        let joining = lab.on_host(host, move || {
            // Its threads stay on the host.
            let runtime = Runtime::new().expect("a runtime");
            let old = runtime.block_on(async {
                let mut old = Intruder::with(Arc::new(Follows));
                old.addr.set_ip([10, 77, 0, host as u8].into());
                let peer = old.peers.who_is_at(leader.addr).await.expect("the leader");
                old.enter_at(peer, cluster).await;
                let member = old.member(cluster, (leader.seat, leader.peer));
                let name = Name::parse("Mallory").expect("a name");
                let sits = old.says(cluster, 1, Action::TakeSeat { name });
                let seated = member.propose(&sits, Duration::from_secs(5)).await;
                seated.expect("seated");
                old
            });
            (runtime, Arc::new(old))
        });
        let (runtime, old) = joining.join().expect("a member");
        Self {
            runtime,
            old,
            cluster,
            taken: Arc::default(),
            calls: Arc::default(),
        }
    }

    /// Calls some members without a pause, with both keys. The one that is watched is
    /// the last.
    fn attack(&self, targets: &[Target], owner: PeerId, was: Was) {
        let (old, cluster) = (Arc::clone(&self.old), self.cluster);
        let making = self
            .runtime
            .spawn(async move { renewed(&old, cluster).await });
        let new = self.runtime.block_on(making).expect("another key");
        for who in [Arc::clone(&self.old), Arc::new(new)] {
            for (n, target) in targets.iter().enumerate() {
                let attack = Attack {
                    by: Arc::clone(&who),
                    cluster: self.cluster,
                    target: *target,
                    owner,
                    asks_to_go_on: n + 1 < targets.len() || was != Was::CutOff,
                };
                let is_last = usize::from(n + 1 == targets.len());
                let (taken, calls) = (Arc::clone(&self.taken), Arc::clone(&self.calls));
                self.runtime.spawn(async move {
                    loop {
                        taken[is_last].fetch_add(attack.once().await, Relaxed);
                        calls.fetch_add(1, Relaxed);
                    }
                });
            }
        }
    }

    fn taken(&self) -> [u64; 2] {
        [0, 1].map(|n| self.taken[n].load(Relaxed))
    }

    /// Waits until it has tried everything so many times more.
    fn goes_on(&self, times: u64) {
        let until = self.calls.load(Relaxed) + times;
        let since = Instant::now();
        while self.calls.load(Relaxed) < until {
            assert!(since.elapsed() < Duration::from_secs(20), "it has given up");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// A new key, with the old log, and let in by the old key.
async fn renewed(old: &Intruder, cluster: ClusterId) -> Intruder {
    let mut new = Intruder::with(Arc::new(Follows));
    new.addr.set_ip(old.addr.ip());
    let holder = Holder {
        seat: new.seat,
        key: new.identity.key().public(),
    };
    let path = old.credentials(cluster).path().expect("its path");
    // Newer than all that anybody knows.
    let base = u64::MAX / 2;
    let statement = Ticket::statement(cluster, holder, base, path.holder());
    let path = path.extended_by(Ticket {
        holder,
        base,
        signature: old.identity.key().sign(&statement),
    });
    let member = Member::new(holder.key, path, vec![new.addr.to_string()]);
    let mut entries = old.log.entries_after(None);
    let last = old.log.last_log_id().expect("entries");
    let nodes = std::collections::BTreeMap::from([(new.seat, member)]);
    let membership = Membership::new(vec![[new.seat].into()], nodes).expect("a membership");
    let next = LogId {
        index: last.index + 1,
        ..last
    };
    entries.push(Entry::new_membership(next, membership));
    let mut log = new.log.clone();
    log.blocking_append(entries).await.expect("appended");
    new
}

/// One program's calls to one member.
struct Attack {
    by: Arc<Intruder>,
    cluster: ClusterId,
    target: Target,
    owner: PeerId,
    /// Whether it asks the member to go on in another room. One that is cut off from
    /// all others does.
    asks_to_go_on: bool,
}

impl Attack {
    /// Everything once: as the leader of a later term, as a candidate, as a member.
    /// How often it was followed or voted for.
    async fn once(&self) -> u64 {
        let (by, to) = (&self.by, (self.target.seat, self.target.peer));
        by.peers.book().confirm(self.target.peer, self.target.addr);
        let option = || RPCOption::new(Duration::from_millis(500));
        let mut raft = by.raft(self.cluster, to).await;
        let last = by.log.last_log_id().expect("entries");
        let term = 1_000;
        let next = log_id(term, last.index + 1);
        let gives = Action::PassOwner(by.identity.peer_id());
        let mut forged = by.says(self.cluster, 2, gives.clone());
        forged.id.peer_id = self.owner;
        let own = by.says(self.cluster, 3, gives.clone());
        let entries = [own, forged]
            .into_iter()
            .zip(next.index..)
            .map(|(one, index)| Entry::new_normal(log_id(term, index), Proposal::Command(one)));
        let append = AppendEntriesRequest {
            vote: Vote::new_committed(term, by.seat),
            prev_log_id: Some(last),
            entries: entries.collect(),
            leader_commit: Some(next),
        };
        let led = raft.append_entries(append, option()).await;
        let mut vote = VoteRequest::new(Vote::new(term + 1, by.seat), Some(next));
        vote.leadership_transfer = true;
        let _ = raft.pre_vote(vote.clone(), option()).await;
        let voted = raft.vote(vote, option()).await;
        let vote = Vote::new_committed(term, by.seat);
        let to_itself = TransferLeaderRequest::new(vote, by.seat, Some(next));
        let _ = raft.transfer_leader(to_itself, option()).await;
        let never = std::future::pending::<ReplicationClosed>();
        let state = self.made_up_state(next);
        let installed = raft.full_snapshot(vote, state, never, option()).await;
        let entered = by.ask_in(to.1, self.cluster).await;

        let member = by.member(self.cluster, to);
        let gives = by.says(self.cluster, 4, gives);
        let _ = member.propose(&gives, Duration::from_millis(500)).await;
        if self.asks_to_go_on {
            let _ = member.carry_on().await;
        }
        let _ = member.continued(&self.notice()).await;
        let _ = member.survey(true, Mark::default(), Some(next)).await;
        // Who lacks the entry before has followed it, too.
        let is_led = led.is_ok_and(|led| !matches!(led, AppendEntriesResponse::HigherVote(_)));
        let has_vote = voted.is_ok_and(|voted| voted.vote_granted);
        let is_new = |answer: SnapshotResponse<TypeConfig>| answer.vote <= vote;
        u64::from(is_led)
            + u64::from(has_vote)
            + u64::from(installed.is_ok_and(is_new))
            + u64::from(entered.is_ok())
    }

    /// Another game, in which nobody else votes.
    fn made_up_state(&self, last: LogId) -> Snapshot {
        let entries = self.by.log.entries_after(None).into_iter().rev();
        let mut memberships = entries.filter_map(|entry| entry.get_membership());
        let newest = memberships.next().expect("a membership");
        Snapshot {
            meta: SnapshotMeta {
                last_log_id: Some(last),
                last_membership: StoredMembership::new(Some(last), newest),
            },
            snapshot: pb::RoomState::from(&RoomState::default()).encode_to_vec(),
        }
    }

    /// That the game went on in a room of its own.
    fn notice(&self) -> dhangkanna::consensus::Notice {
        let key = self.by.identity.key();
        let founder = Holder {
            seat: self.by.seat,
            key: key.public(),
        };
        let continuation = Continuation {
            parent: self.cluster,
            founder,
            path: self.by.credentials(self.cluster).path(),
            child: TicketPath::found(founder).1,
            fence: Some(log_id(1_000, 1_000_000)),
            digest: [7; 32],
            participants: vec![self.target.seat, self.by.seat],
        };
        continuation.signed_by(key)
    }
}

fn changes_no_game(was: Was) {
    let lab = Lab::new(4);
    let mut seats = room(&lab, 3);
    seats[0].must("start kanna#1");
    let cluster = seats[0].newest("cluster");
    let id = cluster["cluster_id"].as_str().expect("an id");
    let targets: Vec<Target> = seats.iter().map(Target::of).collect();
    let mallory = Mallory::join(&lab, 4, id.parse().expect("an id"), targets[0]);
    seats[2].until("all", "cluster", |c| {
        c["members"]
            .as_array()
            .is_some_and(|members| members.len() == 4)
    });
    seats[0].until("who is to go", "game", |game| {
        game["players"]
            .as_array()
            .is_some_and(|players| players.len() == 4)
    });
    let third = seats.pop().expect("a seat");
    let third = match was {
        Was::Awake => Some(third),
        Was::Asleep => {
            third.signal("STOP");
            Some(third)
        }
        Was::Restarted => {
            third.kill();
            None
        }
        Was::CutOff | Was::Alone => {
            lab.split(&[3]);
            if was == Was::CutOff {
                lab.reach(4, 3);
            }
            third.until("that it is cut off", "cluster", |c| c["state"] != "playing");
            Some(third)
        }
    };
    // A new key of its own knocks then.
    seats[0].must("remove Mallory lock");
    seats[0].until("one less", "cluster", |c| {
        c["members"]
            .as_array()
            .is_some_and(|members| members.len() == 3)
    });
    mallory.attack(&targets, targets[0].peer, was);
    if let (Was::Alone, Some(third)) = (was, &third) {
        // It has asked in vain how the others are; all come back to it at once.
        third.until("the question", "stalled", |_| true);
        lab.heal(&[3]);
    }
    let third = match third {
        Some(third) if was == Was::Asleep => {
            // Its system takes calls that it will read when it wakes.
            std::thread::sleep(Duration::from_secs(2));
            third.signal("CONT");
            third
        }
        Some(third) => third,
        None => Seat::ready(&lab, 3, "P3", &["--resume"]),
    };
    mallory.goes_on(50);
    if was == Was::CutOff {
        println!(
            "cut off, it took {} calls of the removed one",
            mallory.taken()[1]
        );
        lab.heal(&[3]);
    }
    seats.push(third);
    settle(&seats, 3, 3);
    // From now on it knows.
    let taken = mallory.taken();
    let reign = ["term", "leader"].map(|key| seats[0].newest("cluster")[key].clone());
    for (n, letter) in ["k", "x", "a"].into_iter().enumerate() {
        seats[n].must(&format!("guess {letter}"));
        mallory.goes_on(20);
    }
    agree(&mut seats, &[]);
    for seat in &seats {
        let game = seat.newest("game");
        assert_eq!(game["mask"], "ka__a ka___", "{was:?}: {game}");
        assert_eq!(game["guesses"].as_array().map(Vec::len), Some(3), "{was:?}");
        assert_eq!(game["owner"], "P1", "{was:?}: {game}");
        let now = ["term", "leader"].map(|key| seat.newest("cluster")[key].clone());
        assert_eq!(now, reign, "{was:?}");
    }
    assert_eq!(mallory.taken(), taken, "{was:?}: a call was taken");
    if was != Was::CutOff {
        assert_eq!(taken, [0, 0], "{was:?}: a call was taken");
    }
    println!(
        "{was:?}: {} times everything, nothing changed",
        mallory.calls.load(Relaxed)
    );
    mallory.runtime.shutdown_background();
}
