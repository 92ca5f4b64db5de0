//! Programs that keep to no rule, against real nodes: what they send and answer is
//! written here call by call. Each test shows what the attack does not do, and that
//! a round goes on meanwhile.

mod announcers;
mod calls;
mod den;
mod door;
mod false_owner;
mod intruder;
mod liars;
mod members;
mod notices;
mod older_copy;
mod orders;
mod pin;
mod replays;
mod rogue_leader;
mod rogue_voter;
mod roles;
mod server;
mod split;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    sync::Arc,
    time::Duration,
};

use dhangkanna::{
    consensus::{
        ClusterId, Entry, Holder, LogStore, Member, Membership, NodeId, RULES, Ticket, TicketPath,
        log_id,
    },
    game::{Action, Letter, Name, Outcome, PeerId},
    net::Identity,
    node::{Command, Done, NodeHandle, Timing},
};
use openraft::{entry::RaftEntry as _, storage::RaftLogStorageExt as _};
use tokio::runtime::Runtime;

use self::{
    intruder::{Intruder, SESSION},
    server::{Answers, Follows},
};
use crate::common::{addr_of, join, kill, node, room_of, sit, until};

/// Players who never met have a vote as soon as those who did.
const QUICK: Timing = Timing {
    promote_stranger: Duration::from_secs(1),
    ..Timing::REAL
};

/// Some players in a room, the host first, with a round that is on.
pub struct Room {
    pub players: Vec<NodeHandle>,
    /// Each player's program.
    programs: Vec<Runtime>,
    pub cluster: ClusterId,
    pub data: tempfile::TempDir,
    timing: Timing,
}

impl Room {
    pub async fn of(count: usize) -> Self {
        Self::with(count, QUICK).await
    }

    /// The same, where things take as long as `timing` says.
    pub async fn with(count: usize, timing: Timing) -> Self {
        let data = tempfile::tempdir().expect("a folder");
        let (mut players, mut programs) = (Vec::new(), Vec::new());
        for n in 0..count {
            let program = Runtime::new().expect("a runtime");
            let player = {
                let _in_it = program.enter();
                node(data.path(), &format!("P{}", n + 1), timing, || {})
            };
            let command = match players.first() {
                None => Command::Host {
                    room: None,
                    pin: None,
                },
                Some(host) => join(addr_of(host)),
            };
            sit(&player, command).await;
            players.push(player);
            programs.push(program);
        }
        let cluster = {
            let view = players[0].view().borrow().clone();
            room_of(&view).expect("a room").cluster.cluster_id
        };
        let room = Self {
            players,
            programs,
            cluster,
            data,
            timing,
        };
        room.start_round().await;
        room
    }

    async fn start_round(&self) {
        let start = Command::StartRound {
            pack: "kanna".to_owned(),
            number: Some(1),
            after_round: None,
        };
        self.players[0].request(start).await.expect("a round");
    }

    /// Waits for so many voters.
    pub async fn has_voters(&self, count: usize) {
        until(&self.players[0], "voters", |view| {
            let members = room_of(view).map(|room| &room.cluster.members);
            members.is_some_and(|members| members.iter().filter(|m| m.voter).count() == count)
        })
        .await;
    }

    /// A guess of each player is decided.
    pub async fn goes_on(&self) {
        for player in &self.players {
            let letter = Letter::parse("x").expect("a letter");
            let guess = Command::Act(Action::Guess {
                letter,
                round: None,
            });
            let done = player.request(guess).await.unwrap_or_else(|e| {
                let views = self.players.iter().map(|p| p.view().borrow().clone());
                panic!("no outcome: {e:?}; {:#?}", views.collect::<Vec<_>>())
            });
            let Done::Applied { outcome, .. } = done else {
                panic!("{done:?}");
            };
            assert!(matches!(outcome, Outcome::Miss | Outcome::Repeat));
        }
    }

    /// The host's seat, and who it is.
    pub fn host(&self) -> (NodeId, PeerId) {
        let view = self.players[0].view().borrow().clone();
        let cluster = &room_of(&view).expect("a room").cluster;
        (cluster.node_id, view.me.peer_id)
    }

    /// Everybody's seat, and who they are.
    pub fn seats(&self) -> Vec<(NodeId, PeerId)> {
        let seats = self.players.iter().map(|player| {
            let view = player.view().borrow().clone();
            let cluster = &room_of(&view).expect("a room").cluster;
            (cluster.node_id, view.me.peer_id)
        });
        seats.collect()
    }

    /// Index of the last entry that a player has applied.
    pub fn applied(&self, n: usize) -> u64 {
        let view = self.players[n].view().borrow().clone();
        room_of(&view).expect("a room").cluster.last_applied
    }

    /// The term and the leader, as the host sees them.
    pub fn reign(&self) -> (u64, Option<NodeId>) {
        let view = self.players[0].view().borrow().clone();
        let cluster = &room_of(&view).expect("a room").cluster;
        (cluster.term, cluster.leader)
    }

    /// A player's program ends at once.
    pub fn kill(&mut self, n: usize) {
        kill(self.players.remove(n), self.programs.remove(n));
    }

    /// A killed player starts the program again.
    pub fn wake(&mut self, profile: usize) -> NodeHandle {
        let program = Runtime::new().expect("a runtime");
        let player = {
            let _in_it = program.enter();
            // Its profile is the first that nobody has open.
            node(self.data.path(), &format!("P{profile}"), self.timing, || {})
        };
        self.programs.push(program);
        player
    }

    pub async fn end(self) {
        for player in self.players {
            player.shutdown().await.expect("left");
        }
        for program in self.programs {
            program.shutdown_background();
        }
    }
}

/// How somebody came in whom a member lets in at an entry.
pub fn let_in(by: &Identity, path: &TicketPath, holder: Holder, base: u64) -> Option<TicketPath> {
    let statement = Ticket::statement(path.cluster_id(), holder, base, path.holder());
    path.extended_by(Ticket {
        holder,
        base,
        signature: by.key().sign(&statement),
    })
}

/// An intruder among players of this process.
impl Intruder {
    /// A player whose program was killed, in its place: with its key and its log.
    pub async fn of_killed(room: &Room, profile: usize, seat: NodeId) -> Self {
        Self::of_killed_with(room, profile, seat, Arc::new(Follows)).await
    }

    /// The same, which answers calls as `answers` say.
    pub async fn of_killed_with(
        room: &Room,
        profile: usize,
        seat: NodeId,
        answers: Arc<dyn Answers>,
    ) -> Self {
        let folder = room.data.path().join(format!("profiles/{profile}"));
        let pem = fs::read_to_string(folder.join("identity.pem")).expect("a key");
        let identity = Arc::new(Identity::from_pem(&pem).expect("a key"));
        let file = folder.join(format!("rooms/{}/{seat}/raft.redb", room.cluster));
        let opening = async {
            loop {
                // The killed program has not let go of it yet.
                match LogStore::open(&file, RULES) {
                    Ok(log) => break log,
                    Err(_) => tokio::task::yield_now().await,
                }
            }
        };
        let log = tokio::time::timeout(Duration::from_secs(5), opening).await;
        let log = log.expect("its log");
        let somebody = Self::as_somebody(identity, answers);
        Self {
            seat,
            log,
            ..somebody
        }
    }

    /// Joins a room in the usual way, as far as its program keeps to that.
    pub async fn enter(&self, room: &Room) {
        let peer = self.find(&room.players[0]).await;
        self.enter_at(peer, room.cluster).await;
    }

    /// Sits down to play.
    pub async fn sits_down(&self, room: &Room) {
        let name = Name::parse("Mallory").expect("a name");
        let sits = self.says(room.cluster, 1, Action::TakeSeat { name });
        let client = self.member(room.cluster, room.host());
        let seated = client.propose(&sits, Duration::from_secs(5)).await;
        seated.expect("a seat");
    }

    /// Makes up a seat, with a key of its own and a ticket from this one, as if it had
    /// been let in after the entry `base`.
    pub async fn makes_up(&self, room: &Room, base: u64) -> Self {
        let made_up = Self::with(Arc::new(Follows));
        self.makes_up_as(made_up, room, base).await
    }

    /// The same for somebody, in whatever seat that says it has.
    pub async fn makes_up_as(&self, made_up: Self, room: &Room, base: u64) -> Self {
        let holder = made_up.holder();
        let path = self.credentials(room.cluster).path().expect("a path");
        let path = let_in(&self.identity, &path, holder, base);
        made_up
            .claims(Member::new(holder.key, path, Vec::new()))
            .await;
        assert!(made_up.credentials(room.cluster).path().is_some());
        made_up
    }

    pub fn holder(&self) -> Holder {
        Holder {
            seat: self.seat,
            key: self.identity.key().public(),
        }
    }

    /// From now on its own log says that this is its seat.
    pub async fn claims(&self, member: Member) {
        let nodes = BTreeMap::from([(self.seat, member)]);
        let voters = vec![BTreeSet::from([self.seat])];
        let membership = Membership::new(voters, nodes).expect("a membership");
        let entry = Entry::new_membership(log_id(1, 0), membership);
        let mut log = self.log.clone();
        log.blocking_append([entry]).await.expect("appended");
    }

    /// Notes where a node is.
    pub async fn find(&self, node: &NodeHandle) -> PeerId {
        let found = self.peers.who_is_at(addr_of(node)).await;
        found.expect("somebody there")
    }
}
