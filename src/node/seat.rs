//! A seat in a room: a Raft node, its folder, and the commands of its player.

use std::{
    fs, io,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, SystemTime},
};

use openraft::{ServerState, async_runtime::WatchReceiver as _};
use tokio::{sync::watch, time::Instant};

use super::{
    Failure, Timing,
    contact::Findings,
    kept::{self, KeptSeat, LOG_FILE},
    lens::Latencies,
    membership::Watch,
    referee::Referee,
    shared::Shared,
};
use crate::{
    blocking,
    consensus::{
        Applied, ClusterId, LogId, LogStore, Member, NodeId, Raft, RoomState, StateMachine,
        StoredMembership, raft_config,
    },
    game::{Name, PeerId},
    net::{Contact, MemberClient, Peers, RaftNetwork, Refusal, Refused, RoomKey, SeatAccess},
};

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
    pub(super) contact: Contact,
    /// How the others were, when they were asked last; `None` while there was
    /// no need to ask.
    pub(super) findings: watch::Sender<Option<Findings>>,
    /// A leader has said that this seat was given up.
    pub(super) disowned: AtomicBool,
    /// A command of this start of the profile was applied here.
    pub(super) entered: AtomicBool,
    /// Held while the membership changes.
    pub(super) changing: tokio::sync::Mutex<()>,
    pub(super) watch: Mutex<Watch>,
    /// Who was asked for this seat, and as which seat: told when it is given
    /// up before its log has arrived.
    pub(super) door: Mutex<Option<(PeerId, NodeId)>>,
    /// The last entry that a sole voter acknowledged with one copy.
    pub(super) owed: AtomicU64,
    pub(super) referee: Referee,
    pub(super) latencies: Latencies,
    pub(super) opened: Instant,
    store: LogStore,
    kept: KeptSeat,
    led_since: Mutex<Option<Instant>>,
    closed: AtomicBool,
    /// Set when the Raft node's task has ended, for whatever reason.
    ended: Arc<AtomicBool>,
}

impl Seat {
    /// Opens a new seat with an empty log, and starts its Raft node, which
    /// does nothing until it is initialized or added.
    pub(super) async fn open(
        shared: &Shared,
        key: RoomKey,
        room: Name,
    ) -> Result<Arc<Self>, Failure> {
        let node_id = new_node_id();
        let room_folder = shared.setup.rooms.join(key.cluster_id.to_string());
        let kept = KeptSeat {
            key,
            room,
            node_id,
            // Never another seat's: an old log under a new id could undo a vote.
            folder: room_folder.join(node_id.to_string()),
            continued_in: None,
            used: SystemTime::now(),
        };
        let saved = kept.clone();
        let open_log = log_opener(shared);
        let store = blocking::run(move || {
            // Its log first: a crash in between leaves nothing to come back to.
            fs::create_dir_all(&saved.folder).map_err(|e| cannot_write(&saved, &e))?;
            let store = open_log(&saved)?;
            saved.save().map_err(|e| cannot_write(&saved, &e))?;
            Ok::<_, Failure>(store)
        });
        Self::start(shared, kept, store.await.map_err(|e| storage(&e))??).await
    }

    /// Opens a seat that was kept, with its log, and starts its Raft node.
    pub(super) async fn reopen(shared: &Shared, kept: KeptSeat) -> Result<Arc<Self>, Failure> {
        let opening = kept.clone();
        let open_log = log_opener(shared);
        let store = blocking::run(move || {
            if opening.folder.join(LOG_FILE).exists() {
                return open_log(&opening);
            }
            // Its vote is forgotten, so nobody may vote in its name again.
            let lost = format!(
                "{} has lost its log; join the room anew",
                opening.folder.display()
            );
            Err(Failure::new("storage", lost))
        });
        Self::start(shared, kept, store.await.map_err(|e| storage(&e))??).await
    }

    async fn start(shared: &Shared, kept: KeptSeat, store: LogStore) -> Result<Arc<Self>, Failure> {
        let (machine, applied) = StateMachine::new(store.clone()).map_err(|e| storage(&e))?;
        let config = Arc::new(raft_config(shared.setup.per_snapshot).map_err(|e| storage(&e))?);
        let contact = Contact::default();
        let ended = Arc::new(AtomicBool::new(false));
        let (key, node_id) = (kept.key, kept.node_id);
        let network = RaftNetwork::new(shared.setup.peers.clone(), key, node_id, contact.clone());
        let raft = Raft::new(node_id, config, network, store.clone(), machine)
            .await
            .map_err(|e| storage(&e))?;
        let (mut running, noted) = (raft.server_metrics(), Arc::clone(&ended));
        tokio::spawn(async move {
            while running.changed().await.is_ok() {}
            noted.store(true, Relaxed);
        });
        Ok(Arc::new(Self {
            key,
            room: kept.room.clone(),
            node_id,
            me: shared.setup.me,
            raft,
            peers: shared.setup.peers.clone(),
            timing: shared.setup.timing,
            applied,
            contact,
            findings: watch::Sender::new(None),
            disowned: AtomicBool::new(false),
            entered: AtomicBool::new(false),
            changing: tokio::sync::Mutex::default(),
            watch: Mutex::default(),
            door: Mutex::new(None),
            owed: AtomicU64::new(0),
            referee: Referee::default(),
            latencies: Latencies::default(),
            opened: Instant::now(),
            store,
            kept,
            led_since: Mutex::new(None),
            closed: AtomicBool::new(false),
            ended,
        }))
    }

    /// What the services need of it.
    pub(super) fn access(&self) -> SeatAccess {
        SeatAccess {
            key: self.key,
            node_id: self.node_id,
            raft: self.raft.clone(),
            contact: self.contact.clone(),
            rules: self.peers.rules(),
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

    /// Whether another start of this profile has entered the game after the one
    /// with this session did.
    pub(super) fn is_overtaken(&self, session: u64) -> bool {
        let newest = self.state().session_of(&self.me);
        self.entered.load(Relaxed) && newest.is_some_and(|newest| newest != session)
    }

    /// Whether it has a vote, by the newest membership in the log.
    pub(super) fn votes(&self) -> bool {
        self.membership().voter_ids().any(|id| id == self.node_id)
    }

    /// Whether it has the only vote: nothing it decides needs anybody else.
    pub(super) fn is_sole_voter(&self) -> bool {
        self.membership().voter_ids().eq([self.node_id])
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
            let metrics = self.raft.metrics();
            let acked = metrics.borrow_watched().last_quorum_acked;
            self.is_sole_voter()
                || acked.is_some_and(|at| openraft::Instant::elapsed(&*at) < self.timing.quorum)
        } else {
            self.leader().is_some() && self.contact.age() < self.timing.quorum
        }
    }

    /// Time since this seat could last take part in a decision: as the leader,
    /// since a majority answered; else since such a leader was heard.
    pub(super) fn cut_off_for(&self) -> Duration {
        if !self.leads() {
            return self.contact.age().min(self.opened.elapsed());
        }
        if self.is_sole_voter() {
            return Duration::ZERO;
        }
        let metrics = self.raft.metrics();
        let acked = metrics.borrow_watched().last_quorum_acked;
        let since_acked = acked.map(|at| openraft::Instant::elapsed(&*at));
        since_acked.unwrap_or(Duration::MAX).min(self.leading_for())
    }

    /// The last entry in the log here, committed or not, after all that Raft
    /// was given to do before.
    pub(super) async fn last_log_id(&self) -> Option<LogId> {
        let last = self
            .raft
            .with_raft_state(|state| state.log_ids.last().copied());
        // Where Raft has ended, nothing can be added.
        last.await.unwrap_or_else(|_ended| self.store.last_log_id())
    }

    /// The state after the whole log that is here, committed or not.
    pub(super) fn state_of_whole_log(&self) -> RoomState {
        let applied = self.applied.borrow().clone();
        let mut state = RoomState::clone(&applied.state);
        for (index, proposal) in self.store.proposals_after(applied.index()) {
            state.apply(index, proposal);
        }
        state
    }

    /// Whether a player has any seat.
    pub(super) fn seats(&self, peer: &PeerId) -> bool {
        let membership = self.membership();
        membership
            .nodes()
            .any(|(_, member)| member.peer_id == *peer)
    }

    /// A member by its seat.
    pub(super) fn member(&self, id: NodeId) -> Option<Member> {
        self.membership().membership().get_node(&id).cloned()
    }

    /// Another seat of this room, to be called.
    pub(super) fn client(&self, id: NodeId, peer: PeerId) -> MemberClient {
        if let Some(member) = self.member(id) {
            self.peers.book().hint_all(member.peer_id, &member.addrs);
        }
        self.peers.member(&self.key, self.node_id, id, peer)
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

    /// Why the Raft node has stopped, if it has without being closed.
    pub(super) fn fatal(&self) -> Option<String> {
        if self.closed.load(Relaxed) {
            return None;
        }
        if let Some(why) = self.store.failure() {
            return Some(format!(
                "the room's file cannot be written ({why}); free some space and start again. What was acknowledged is kept"
            ));
        }
        let metrics = self.raft.metrics();
        let state = metrics.borrow_watched().running_state.clone();
        if let Err(e) = state {
            return Some(e.to_string());
        }
        // It has told nobody why: it panicked.
        self.ended.load(Relaxed).then(|| {
            "this seat has stopped by a mistake in the program; start again. What was acknowledged is kept".to_owned()
        })
    }

    /// Stops the Raft node and closes its file.
    pub(super) async fn close(&self) {
        self.closed.store(true, Relaxed);
        if let Err(e) = self.raft.shutdown().await {
            tracing::warn!("Raft ended badly: {e}");
        }
        self.store.close().await;
    }

    /// Deletes the log of a seat that is spent.
    pub(super) async fn forget(&self) {
        let folder = self.kept.folder.clone();
        let removing = blocking::run(move || kept::remove(&folder));
        // It removes or it says why not.
        let _ = removing.await;
    }

    /// Deletes the logs of earlier seats of this player in this room: the
    /// leader has put this one in their place.
    pub(super) async fn forget_earlier(&self) {
        let folder = self.kept.folder.clone();
        let removing = blocking::run(move || {
            let seats = folder.parent().map(fs::read_dir);
            for seat in seats.into_iter().flatten().flatten().flatten() {
                if seat.path() != folder {
                    kept::remove(&seat.path());
                }
            }
        });
        // It removes or it says why not.
        let _ = removing.await;
    }

    /// Notes for good, on a closed seat, that the game went on elsewhere.
    pub(super) async fn leave_behind(&self, cluster: ClusterId) -> io::Result<()> {
        let mut kept = self.kept.clone();
        let noting = blocking::run(move || kept.leave_behind(cluster));
        noting.await?
    }

    /// What is kept of this seat on disk.
    pub(super) fn kept(&self) -> &KeptSeat {
        &self.kept
    }
}

/// Fresh for every seat. 0 stands for "none" on the wire.
fn new_node_id() -> NodeId {
    loop {
        // Half the range: safe for readers that have only signed numbers.
        let id = crate::random::u64() >> 1;
        if id != 0 {
            return id;
        }
    }
}

fn log_opener(shared: &Shared) -> impl Fn(&KeptSeat) -> Result<LogStore, Failure> + use<> {
    let (open_log, rules) = (
        Arc::clone(&shared.setup.open_log),
        shared.setup.peers.rules(),
    );
    move |kept| open_log(&kept.folder.join(LOG_FILE), rules).map_err(|e| storage(&e))
}

fn cannot_write(kept: &KeptSeat, error: &io::Error) -> Failure {
    let folder = kept.folder.display();
    Failure::new(
        "storage",
        format!(
            "{folder} cannot be written ({error}); free some space, or name another folder with --data-dir"
        ),
    )
}

fn storage(error: &dyn std::error::Error) -> Failure {
    Failure::new("storage", error.to_string())
}
