//! The changed program of a member that was removed: it has the seat's key and path,
//! and says whatever would change a game. Nobody who knows of the removal listens.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use dhangkanna::{
    consensus::{
        self, ClusterId, CommandId, Continuation, GameCommand, Holder, LogId, LogStore, Mark,
        Member, NodeId, Notice, Proposal, RULES, TicketPath, TypeConfig, Vote, codec, log_id,
    },
    game::Action,
    net::{AddressBook, Connection, Contact, Credentials, Identity, Peers, RaftNetwork},
};
use openraft::{
    EntryPayload, RaftNetworkFactory as _, RaftNetworkV2 as _,
    network::RPCOption,
    raft::{AppendEntriesRequest, TransferLeaderRequest, VoteRequest},
    storage::RaftLogStorageExt as _,
};
use tokio::sync::mpsc;

use crate::{common::disk::Disk, world};

/// The session of the commands that it gives: later than that of any start.
pub const SESSION: u64 = 1 << 51;

/// How far ahead the terms are that it makes up: no room gets there by itself.
pub const AHEAD: u64 = 100_000;

/// How long it waits for an answer.
const PATIENCE: Duration = Duration::from_secs(1);

/// A seat that was removed, and what its program still has.
#[derive(Clone)]
pub struct Seat {
    pub cluster: ClusterId,
    pub id: NodeId,
    pub identity: Arc<Identity>,
    /// The newest membership that has it, and so its path.
    pub entry: consensus::Entry,
}

/// Whom it calls.
#[derive(Clone)]
pub struct Callee {
    /// The name of the host.
    pub host: String,
    pub seat: NodeId,
    pub member: Member,
    pub addr: SocketAddr,
    /// The end of its log.
    pub last: Option<LogId>,
}

/// A call that it shall make.
#[derive(Clone)]
pub struct Call {
    pub from: Seat,
    pub to: Callee,
    /// In which term.
    pub term: u64,
    /// Which kind of call.
    pub kind: u64,
}

/// How many kinds there are.
pub const KINDS: u64 = 8;

/// What became of its calls.
#[derive(Clone, Default)]
pub struct Heard {
    /// Those that were answered, in words.
    answered: Arc<Mutex<Vec<String>>>,
    refused: Arc<AtomicU64>,
}

impl Heard {
    /// How many were refused.
    pub fn refused(&self) -> u64 {
        self.refused.load(Relaxed)
    }

    /// # Panics
    /// If somebody listened.
    pub fn check(&self) {
        let answered = self.answered.lock().unwrap();
        assert!(answered.is_empty(), "{answered:?}");
    }
}

/// Makes calls, until the simulation ends.
pub async fn run(mut calls: mpsc::UnboundedReceiver<Call>, heard: Heard) {
    let mut programs = BTreeMap::new();
    while let Some(call) = calls.recv().await {
        let of = (call.from.cluster, call.from.id);
        let program = match programs.entry(of) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(Program::start(&call.from).await),
        };
        let (program, heard) = (Program::clone(program), heard.clone());
        tokio::spawn(async move {
            let (seat, host, kind) = (call.from.id, call.to.host.clone(), call.kind);
            match program.call(call).await {
                Ok(()) => {
                    let text = format!("removed seat {seat} is heard by {host}: call {kind}");
                    heard.answered.lock().unwrap().push(text);
                }
                Err(e) if e.contains("member of th") || e.contains("removed you") => {
                    heard.refused.fetch_add(1, Relaxed);
                }
                Err(e) => tracing::debug!(target: "dhangkanna::simulation", "{host}: {e}"),
            }
        });
    }
}

/// The program of one seat.
#[derive(Clone)]
struct Program {
    peers: Peers,
    credentials: Credentials,
}

impl Program {
    async fn start(seat: &Seat) -> Self {
        let mut log = LogStore::open_backend(Disk::default(), true).expect("a log");
        let entry = seat.entry.clone();
        log.blocking_append([entry]).await.expect("an empty log");
        let transport = world::dialing(seat.identity.peer_id());
        Self {
            peers: Peers::new(transport, Arc::new(AddressBook::default()), RULES),
            credentials: Credentials::new(
                &seat.identity,
                seat.cluster,
                seat.id,
                SESSION,
                log,
                Contact::default(),
            ),
        }
    }

    async fn raft(&self, to: &Callee) -> Connection {
        let (peers, credentials) = (self.peers.clone(), self.credentials.clone());
        let mut network = RaftNetwork::new(peers, credentials, Contact::default());
        network.new_client(to.seat, &to.member).await
    }

    /// Makes a call; says why it is refused.
    async fn call(&self, call: Call) -> Result<(), String> {
        let Call {
            from,
            to,
            term,
            kind,
        } = call;
        let (peer, last) = (to.member.peer_id, to.last);
        self.peers.book().confirm(peer, to.addr);
        let client = self.peers.member(&self.credentials, to.seat, peer);
        let mut raft = self.raft(&to).await;
        let option = RPCOption::new(PATIENCE);
        let elected = Vote::new_committed(term, from.id);
        let index = last.map_or(0, |last| last.index + 1);
        let newest = Some(log_id(term, index));
        let raft_call = match kind {
            0 => {
                let asks = VoteRequest::new(Vote::new(term, from.id), newest);
                raft.vote(asks, option).await.map(drop)
            }
            1 => {
                let asks = VoteRequest::new(Vote::new(term, from.id), newest);
                raft.pre_vote(asks, option).await.map(drop)
            }
            2 => {
                let leads = heartbeat(elected, last);
                raft.append_entries(leads, option).await.map(drop)
            }
            3 => {
                let entry = consensus::Entry {
                    log_id: log_id(term, index),
                    payload: EntryPayload::Normal(Proposal::Command(command(&from))),
                };
                let mut leads = heartbeat(elected, last);
                leads.entries = vec![entry];
                leads.leader_commit = newest;
                raft.append_entries(leads, option).await.map(drop)
            }
            4 => {
                let hands_over = TransferLeaderRequest::new(elected, to.seat, last);
                raft.transfer_leader(hands_over, option).await.map(drop)
            }
            5 => {
                let asked = client.survey(true, Mark::default(), None).await;
                return asked.map(drop).map_err(|e| e.to_string());
            }
            6 => {
                let proposed = client.propose(&command(&from), PATIENCE).await;
                return proposed.map(drop).map_err(|e| e.to_string());
            }
            _ => {
                let told = client.continued(&moved(&from, &to, last)).await;
                return told.map_err(|e| e.to_string());
            }
        };
        raft_call.map_err(|e| e.to_string())
    }
}

fn heartbeat(vote: Vote, last: Option<LogId>) -> AppendEntriesRequest<TypeConfig> {
    AppendEntriesRequest {
        vote,
        prev_log_id: last,
        entries: Vec::new(),
        leader_commit: last,
    }
}

/// A command of the removed player's, as it signs it.
fn command(seat: &Seat) -> GameCommand {
    let id = CommandId {
        peer_id: seat.identity.peer_id(),
        session: SESSION,
        seq: 1,
    };
    let command = GameCommand {
        id,
        opens_session: true,
        action: Action::Watch(true),
        signed: None,
    };
    let digest = codec::digest(&command);
    command.sign(seat.cluster, &digest, seat.identity.key())
}

/// That the game goes on in a room of its own.
fn moved(seat: &Seat, to: &Callee, last: Option<LogId>) -> Notice {
    let founder = Holder {
        seat: seat.id,
        key: seat.identity.key().public(),
    };
    let path = match &seat.entry.payload {
        EntryPayload::Membership(membership) => membership
            .get_node(&seat.id)
            .and_then(|member| member.path.clone()),
        _ => None,
    };
    let continuation = Continuation {
        parent: seat.cluster,
        founder,
        path,
        child: TicketPath::found(founder).1,
        fence: last.map(|last| log_id(*last.leader_id + AHEAD, last.index)),
        digest: [0; 32],
        participants: vec![to.seat],
    };
    continuation.signed_by(seat.identity.key())
}

/// Whether a command is one of its own.
pub fn is_forged(id: &CommandId) -> bool {
    id.session == SESSION
}
