//! A seat in a room: a Raft node, its folder, and the commands of its player.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, atomic::AtomicU64},
    time::{Duration, Instant},
};

use openraft::{ServerState, async_runtime::WatchReceiver as _};
use prost::Message as _;
use tokio::sync::{mpsc, watch};

use super::{Failure, Timing, membership::Watch, propose::Job};
use crate::{
    consensus::{
        Applied, LogStore, Member, NodeId, Raft, RoomState, StateMachine, StoredMembership,
        raft_config,
    },
    game::{Name, PeerId},
    net::{
        LeaderContact, Peers, RaftNetwork, Refusal, Refused, RoomKey, SeatAccess, write_private,
    },
    proto as pb,
};

/// The file of the log.
const LOG_FILE: &str = "raft.redb";

/// The file that says which seat this is. It holds the room's secret.
const SEAT_FILE: &str = "seat";

/// Commands of this player that may wait; then it is told "busy".
const QUEUE: usize = 256;

/// A seat in a room.
pub(super) struct Seat {
    pub(super) key: RoomKey,
    pub(super) room: Name,
    pub(super) node_id: NodeId,
    pub(super) me: PeerId,
    pub(super) raft: Raft,
    pub(super) peers: Peers,
    pub(super) timing: Timing,
    pub(super) applied: watch::Receiver<Applied>,
    pub(super) contact: LeaderContact,
    /// Held while the membership changes.
    pub(super) members: tokio::sync::Mutex<Watch>,
    pub(super) jobs: mpsc::Sender<Job>,
    /// Who was asked for this seat, and as which seat: told when it is given
    /// up before its log has arrived.
    pub(super) door: Mutex<Option<(PeerId, NodeId)>>,
    /// The last entry that a sole voter acknowledged with one copy.
    pub(super) owed: AtomicU64,
    store: LogStore,
    folder: PathBuf,
    led_since: Mutex<Option<Instant>>,
}

/// What a seat is opened with.
pub(super) struct NewSeat {
    pub(super) key: RoomKey,
    pub(super) room: Name,
    pub(super) node_id: NodeId,
    pub(super) me: PeerId,
    /// The folder of all seats in this room.
    pub(super) folder: PathBuf,
}

impl Seat {
    /// Opens a seat with an empty log, and starts its Raft node, which does
    /// nothing until it is initialized or added.
    pub(super) async fn open(
        new: NewSeat,
        peers: &Peers,
        timing: Timing,
    ) -> Result<Arc<Self>, Failure> {
        let NewSeat {
            key,
            room,
            node_id,
            me,
            folder,
        } = new;
        let seat_file = pb::SeatFile {
            format: 1,
            cluster_id: key.cluster_id.as_bytes().to_vec(),
            room_secret: key.secret.to_vec(),
            node_id,
            room: room.to_string(),
        };
        // Never another seat's: an old log under a new id could undo a vote.
        let folder = folder.join(node_id.to_string());
        let opening = folder.clone();
        let store = tokio::task::spawn_blocking(move || open_store(&opening, &seat_file))
            .await
            .map_err(|e| storage(&e))??;
        let (machine, applied) = StateMachine::new(store.clone()).map_err(|e| storage(&e))?;
        let config = Arc::new(raft_config().map_err(|e| storage(&e))?);
        let network = RaftNetwork::new(peers.clone(), key, node_id);
        let raft = Raft::new(node_id, config, network, store.clone(), machine)
            .await
            .map_err(|e| storage(&e))?;
        let (jobs, queue) = mpsc::channel(QUEUE);
        let seat = Arc::new(Self {
            key,
            room,
            node_id,
            me,
            raft,
            peers: peers.clone(),
            timing,
            applied,
            contact: LeaderContact::default(),
            members: tokio::sync::Mutex::default(),
            jobs,
            door: Mutex::new(None),
            owed: AtomicU64::new(0),
            store,
            folder,
            led_since: Mutex::new(None),
        });
        tokio::spawn(super::propose::work(Arc::downgrade(&seat), queue));
        Ok(seat)
    }

    /// What the services need of it.
    pub(super) fn access(&self) -> SeatAccess {
        SeatAccess {
            key: self.key,
            node_id: self.node_id,
            raft: self.raft.clone(),
            contact: self.contact.clone(),
        }
    }

    /// The state as of the last applied entry.
    pub(super) fn state(&self) -> Arc<RoomState> {
        Arc::clone(&self.applied.borrow().state)
    }

    /// The newest membership in the log.
    pub(super) fn membership(&self) -> Arc<StoredMembership> {
        let metrics = self.raft.server_metrics();
        let metrics = metrics.borrow_watched();
        Arc::clone(&metrics.membership_config)
    }

    /// The leader as this node knows it.
    pub(super) fn leader(&self) -> Option<NodeId> {
        self.raft.server_metrics().borrow_watched().current_leader
    }

    pub(super) fn leads(&self) -> bool {
        let metrics = self.raft.server_metrics();
        let leads = metrics.borrow_watched().state == ServerState::Leader;
        let mut since = self
            .led_since
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if !leads {
            *since = None;
        } else if since.is_none() {
            *since = Some(Instant::now());
        }
        leads
    }

    /// How long this node has led; zero if it does not.
    pub(super) fn leading_for(&self) -> Duration {
        let since = self
            .led_since
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        since.map_or(Duration::ZERO, |since| since.elapsed())
    }

    /// Whether a majority of the voters can be reached through the leader.
    pub(super) fn has_quorum(&self) -> bool {
        if self.leads() {
            let voters = self.membership().voter_ids().count();
            let metrics = self.raft.metrics();
            let acked = metrics.borrow_watched().last_quorum_acked;
            voters == 1
                || acked.is_some_and(|at| openraft::Instant::elapsed(&*at) < self.timing.quorum)
        } else {
            self.leader().is_some() && self.contact.age() < self.timing.quorum
        }
    }

    /// A member by its seat.
    pub(super) fn member(&self, id: NodeId) -> Option<Member> {
        self.membership().membership().get_node(&id).cloned()
    }

    /// "Ask the leader", with where it is, if that is known.
    pub(super) fn not_leader(&self) -> Refused {
        let leader = self
            .leader()
            .filter(|id| *id != self.node_id)
            .and_then(|id| self.member(id));
        Refused {
            leader: leader.map(|m| (m.peer_id, m.addrs)),
            ..Refusal::NotLeader.because("only the leader can do this")
        }
    }

    /// Why the Raft node has stopped, if it has.
    pub(super) fn fatal(&self) -> Option<String> {
        if let Some(why) = self.store.failure() {
            return Some(format!(
                "the room's file cannot be written ({why}); free some space and start again. What was acknowledged is kept"
            ));
        }
        let metrics = self.raft.metrics();
        let state = metrics.borrow_watched().running_state.clone();
        state.err().map(|e| e.to_string())
    }

    /// Stops the Raft node and closes its file.
    pub(super) async fn close(&self) {
        if let Err(e) = self.raft.shutdown().await {
            tracing::warn!("Raft ended badly: {e}");
        }
        self.store.close().await;
    }

    /// Deletes the log of a seat that is spent.
    pub(super) async fn forget(&self) {
        let folder = self.folder.clone();
        let removed = tokio::task::spawn_blocking(move || {
            fs::remove_dir_all(&folder)?;
            // The room's folder stays if it keeps another seat.
            let _ = folder.parent().map(fs::remove_dir);
            Ok::<(), io::Error>(())
        });
        if let Ok(Err(e)) = removed.await {
            tracing::warn!("{}: {e}", self.folder.display());
        }
    }

    /// Deletes the logs of earlier seats of this player in this room: the
    /// leader has put this one in their place.
    pub(super) async fn forget_earlier(&self) {
        let folder = self.folder.clone();
        let removing = tokio::task::spawn_blocking(move || {
            let seats = folder.parent().map(fs::read_dir);
            for seat in seats.into_iter().flatten().flatten().flatten() {
                if seat.path() != folder
                    && let Err(e) = fs::remove_dir_all(seat.path())
                {
                    tracing::warn!("{}: {e}", seat.path().display());
                }
            }
        });
        // It removes or it says why not.
        let _ = removing.await;
    }
}

fn open_store(folder: &Path, seat: &pb::SeatFile) -> Result<LogStore, Failure> {
    let cannot = |e: &io::Error| {
        Failure::new(
            "storage",
            format!(
                "{} cannot be written ({e}); free some space, or name another folder with --data-dir",
                folder.display()
            ),
        )
    };
    fs::create_dir_all(folder).map_err(|e| cannot(&e))?;
    write_private(&folder.join(SEAT_FILE), &seat.encode_to_vec()).map_err(|e| cannot(&e))?;
    LogStore::open(&folder.join(LOG_FILE)).map_err(|e| storage(&e))
}

fn storage(error: &dyn std::error::Error) -> Failure {
    Failure::new("storage", error.to_string())
}
