//! The Raft node of one member: openraft, in the words of the paper. Whoever is
//! above this folder uses it by this type; only `net`, which carries Raft's
//! calls, knows openraft's own.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use openraft::{
    EntryPayload, RaftNetworkFactory, ReadPolicy, ServerState,
    async_runtime::WatchReceiver as _,
    error::{Fatal, LinearizableReadError, RaftError},
    network::NetSnapshot,
    raft::Precondition,
};
use parking_lot::Mutex;
use tokio::{
    sync::watch,
    time::{Instant, timeout_at},
};

use super::{
    history::{Mark, Recent},
    standing::{LogStats, NodeError, Progress, Role, Standing},
    state::{ClusterId, CommandId, NodeId, Proposal, Response, RoomState},
    state_machine::{Applied, Decided, Raft, StateMachine},
    store::LogStore,
    types::{LogId, Member, Membership, Runtime, StoredMembership, TypeConfig, Vote, raft_config},
};
use crate::{game::PeerId, random};

type ServerMetrics = openraft::metrics::RaftServerMetrics<TypeConfig>;
type DataMetrics = openraft::metrics::RaftDataMetrics<TypeConfig>;
type WatchOf<T> = openraft::alias::WatchReceiverOf<TypeConfig, T>;

/// A running Raft node, with its log. It runs until it is closed.
pub struct RaftNode {
    cluster: ClusterId,
    id: NodeId,
    raft: Raft,
    store: LogStore,
    applied: watch::Receiver<Applied>,
    recent: Recent,
    decided: Decided,
    watched: Arc<Watched>,
    /// Whether it may ask for votes.
    elects: AtomicBool,
    closed: AtomicBool,
}

/// What the task that watches a node notes.
#[derive(Default)]
struct Watched {
    /// The newest term in which it leads, and since when.
    led: Mutex<Option<(u64, Instant)>>,
    /// Raft's task has ended, for whatever reason.
    ended: AtomicBool,
}

impl RaftNode {
    /// Starts a node of a cluster on what its log holds. With an empty log it waits until
    /// it is added to a cluster, or [`found`](Self::found) makes one. Else it asks for
    /// no votes before [`may_elect`](Self::may_elect): others may know more. It takes
    /// a snapshot every `per_snapshot` entries.
    ///
    /// # Errors
    /// If the log cannot be used, in words.
    pub async fn start<N>(
        (cluster, id): (ClusterId, NodeId),
        network: N,
        mut store: LogStore,
        per_snapshot: u64,
    ) -> io::Result<Self>
    where
        N: RaftNetworkFactory<TypeConfig>,
        N::Network: NetSnapshot<TypeConfig, SnapshotData = Vec<u8>>,
    {
        let (machine, applied) = StateMachine::new(cluster, store.clone())?;
        let (recent, decided) = (machine.recent(), machine.decided());
        let is_new = store.last_log_id().is_none();
        store.raise_term_of_sole_voter(id).await?;
        let config = raft_config(per_snapshot, is_new).map_err(io::Error::other)?;
        let config = Arc::new(config);
        let starting = async {
            let raft = Raft::new(id, config, network, store.clone(), machine).await?;
            // Before openraft's task answers, its metrics may not show the log's members yet.
            raft.with_raft_state(|_| ()).await?;
            Ok::<Raft, Fatal<TypeConfig>>(raft)
        };
        let raft = Runtime::scope(random::u64(), starting)
            .await
            .map_err(io::Error::other)?;
        let watched = Arc::<Watched>::default();
        tokio::spawn(watch_node(raft.server_metrics(), Arc::clone(&watched)));
        Ok(Self {
            cluster,
            id,
            raft,
            store,
            applied,
            recent,
            decided,
            watched,
            elects: AtomicBool::new(is_new),
            closed: AtomicBool::new(false),
        })
    }

    /// Lets it ask for votes.
    pub fn may_elect(&self) {
        self.elects.store(true, Ordering::Relaxed);
        self.raft.runtime_config().elect(true);
    }

    /// Which member it is.
    pub fn id(&self) -> NodeId {
        self.id
    }

    /// Its log.
    pub fn log(&self) -> LogStore {
        self.store.clone()
    }

    /// openraft's handle, for those who carry Raft's calls.
    pub fn raft(&self) -> Raft {
        self.raft.clone()
    }

    /// Its place in its cluster now.
    pub fn standing(&self) -> Standing {
        self.metrics(|metrics| Standing {
            role: match metrics.state {
                ServerState::Leader => Role::Leader,
                ServerState::Candidate => Role::Candidate,
                ServerState::Follower => Role::Follower,
                _ => Role::Learner,
            },
            leader: metrics.current_leader,
            term: metrics.vote.leader_id.term,
            membership: Arc::clone(&metrics.membership_config),
        })
    }

    /// Whether it leads.
    pub fn is_leader(&self) -> bool {
        self.metrics(|metrics| metrics.state == ServerState::Leader)
    }

    /// How long it has led; zero if it does not.
    pub fn leading_for(&self) -> Duration {
        let (leads, term) = self.metrics(|metrics| {
            let leads = metrics.state == ServerState::Leader;
            (leads, metrics.vote.leader_id.term)
        });
        let led = *self.watched.led.lock();
        led.filter(|(of, _)| leads && *of == term)
            .map_or(Duration::ZERO, |(_, since)| since.elapsed())
    }

    /// The leader, as far as it knows.
    pub fn leader(&self) -> Option<NodeId> {
        self.metrics(|metrics| metrics.current_leader)
    }

    /// Its vote; a committed one is the vote for a leader that was elected.
    pub fn vote(&self) -> Vote {
        self.metrics(|metrics| metrics.vote)
    }

    /// The newest membership in its log, committed or not.
    pub fn membership(&self) -> Arc<StoredMembership> {
        self.metrics(|metrics| Arc::clone(&metrics.membership_config))
    }

    /// The players of the newest membership that is known to be committed.
    pub fn committed_members(&self) -> BTreeSet<PeerId> {
        self.metrics(|metrics| {
            let members = metrics.committed_membership_config.membership().nodes();
            members.map(|(_, member)| member.peer_id).collect()
        })
    }

    /// The players who vote by the newest membership, and by the newest that is known to
    /// be committed.
    pub fn voting_players(&self) -> BTreeSet<PeerId> {
        self.metrics(|metrics| {
            let both = [
                &metrics.membership_config,
                &metrics.committed_membership_config,
            ];
            let [newest, committed] = both.map(|stored| {
                let voters = stored.voter_ids();
                let members = voters.filter_map(|id| stored.membership().get_node(&id));
                members
                    .map(|member| member.peer_id)
                    .collect::<BTreeSet<_>>()
            });
            newest.intersection(&committed).copied().collect()
        })
    }

    /// Whether it votes, by the newest membership in its log.
    pub fn is_voter(&self) -> bool {
        self.membership().voter_ids().any(|id| id == self.id)
    }

    /// Whether nobody else votes: what it decides needs nobody else.
    pub fn is_sole_voter(&self) -> bool {
        self.membership().voter_ids().eq([self.id])
    }

    /// As the leader: time since a majority of the voters answered; `None` if
    /// none did since it leads, or on others.
    pub fn since_majority_answered(&self) -> Option<Duration> {
        let metrics = self.raft.metrics();
        let answered = metrics.borrow_watched().last_quorum_acked;
        answered.map(|at| openraft::Instant::elapsed(&*at))
    }

    /// How far the members are.
    pub fn progress(&self) -> Progress {
        let metrics = self.raft.metrics();
        let metrics = metrics.borrow_watched();
        let matched = metrics.replication.iter().flatten();
        let answers = metrics.heartbeat.iter().flatten();
        Progress {
            last_log: metrics.last_log_index.unwrap_or(0),
            matched: matched
                .map(|(id, last)| (*id, last.map_or(0, |last| last.index())))
                .collect(),
            since_answer: answers
                .filter_map(|(id, at)| Some((*id, openraft::Instant::elapsed(&**at.as_ref()?))))
                .collect(),
        }
    }

    /// As the leader: how many other members hold an entry on disk.
    pub fn others_holding(&self, index: u64) -> usize {
        let metrics = self.raft.data_metrics();
        let metrics = metrics.borrow_watched();
        others_holding(&metrics, self.id, index)
    }

    /// As the leader: waits until another member holds an entry on disk, until
    /// the deadline. Answers with how many do.
    pub async fn another_holds(&self, index: u64, deadline: Instant) -> usize {
        let mut metrics = self.raft.data_metrics();
        let held = timeout_at(deadline, async {
            loop {
                let others = others_holding(&metrics.borrow_watched(), self.id, index);
                if others > 0 || metrics.changed().await.is_err() {
                    return others;
                }
            }
        });
        held.await.unwrap_or(0)
    }

    /// Positions in its log.
    pub fn log_stats(&self) -> LogStats {
        let metrics = self.raft.metrics();
        let metrics = metrics.borrow_watched();
        let index = |log_id: Option<LogId>| log_id.map_or(0, |log_id| log_id.index);
        LogStats {
            last_log: metrics.last_log_index.unwrap_or(0),
            committed: index(metrics.local_committed),
            snapshot: index(metrics.snapshot),
        }
    }

    /// What is applied here, now and later.
    pub fn applied(&self) -> watch::Receiver<Applied> {
        self.applied.clone()
    }

    /// The state as of the last applied entry.
    pub fn state(&self) -> Arc<RoomState> {
        Arc::clone(&self.applied.borrow().state)
    }

    /// The state after the whole log that is here, committed or not.
    pub fn state_of_whole_log(&self) -> RoomState {
        let applied = self.applied.borrow().clone();
        let mut state = RoomState::clone(&applied.state);
        for entry in self.store.entries_after(applied.log_id) {
            state.apply_entry(self.cluster, entry);
        }
        state
    }

    /// The digest after the last applied entry.
    pub fn mark(&self) -> Mark {
        self.applied.borrow().state.history().last()
    }

    /// Whether somebody has applied what was applied here, as far as both have come;
    /// `None` if that is not remembered here.
    pub fn agrees(&self, mark: Mark) -> Option<bool> {
        if mark == Mark::default() {
            return Some(true);
        }
        let known = self.recent.at(mark.index);
        let known = known.or_else(|| self.state().history().at(mark.index));
        known.map(|known| known == mark)
    }

    /// A mark up to an entry that somebody has applied who cannot be compared with by the
    /// newest ones: one of the two is far ahead.
    pub fn earlier_mark(&self, index: u64) -> Option<Mark> {
        self.recent.newest_up_to(index)
    }

    /// The same for another node of this program, by the newest entry that both remember.
    pub fn agrees_with(&self, other: &Self) -> Option<bool> {
        let theirs = other.state();
        let agree = theirs
            .history()
            .marks()
            .filter_map(|mark| self.agrees(mark));
        other.agrees(self.mark()).or_else(|| agree.last())
    }

    /// The last entry in the log here, committed or not, after all that Raft
    /// was given to do before.
    pub async fn last_log_id(&self) -> Option<LogId> {
        let last = self
            .raft
            .with_raft_state(|state| state.log_ids.last().copied());
        // Where Raft has ended, nothing can be added.
        last.await.unwrap_or_else(|_ended| self.store.last_log_id())
    }

    /// Changes of its role, its leader, its term and its members.
    pub fn changes(&self) -> Changes {
        Changes(self.raft.server_metrics())
    }

    /// Waits until it knows another leader than this one, or none.
    pub async fn leader_differs_from(&self, known: Option<NodeId>) {
        let mut metrics = self.raft.server_metrics();
        while metrics.borrow_watched().current_leader == known {
            if metrics.changed().await.is_err() {
                // Raft has stopped; the deadline ends this.
                std::future::pending::<()>().await;
            }
        }
    }

    /// Waits until a command is applied here, and answers with what came of it.
    pub async fn has_decided(&self, id: &CommandId) -> Response {
        let mut applied = self.applied.clone();
        loop {
            let in_state = applied.borrow_and_update().state.reply_to(id);
            if let Some(reply) = in_state.or_else(|| self.decided.reply_to(id)) {
                return reply;
            }
            if applied.changed().await.is_err() {
                // Raft has stopped; the deadline ends this.
                std::future::pending::<()>().await;
            }
        }
    }

    /// Waits until an entry is applied here; false if it is not by the deadline.
    pub async fn has_applied(&self, index: u64, deadline: Instant) -> bool {
        let mut applied = self.applied.clone();
        let here = applied.wait_for(|applied| applied.index() >= index);
        matches!(timeout_at(deadline, here).await, Ok(Ok(_)))
    }

    /// Makes a cluster of this node alone, and leads it.
    ///
    /// # Errors
    /// If its log cannot be written.
    pub async fn found(&self, me: Member) -> Result<(), NodeError> {
        let stopped = |e: &dyn ToString| NodeError::Stopped(e.to_string());
        self.raft
            .initialize(BTreeMap::from([(self.id, me)]))
            .await
            .map_err(|e| stopped(&e))?;
        let mut metrics = self.raft.server_metrics();
        while metrics.borrow_watched().state != ServerState::Leader {
            metrics.changed().await.map_err(|e| stopped(&e))?;
        }
        // The membership can be changed only after an entry of the leader's own.
        let written = self.raft.write_blank().await;
        written.map(drop).map_err(|e| stopped(&e))
    }

    /// As the leader: appends a proposal, and returns once it is committed and
    /// applied here.
    ///
    /// # Errors
    /// [`NodeError`] says whether it may be in the log anyway.
    pub async fn write(&self, proposal: Proposal) -> Result<Response, NodeError> {
        let written = self.raft.client_write(proposal).await;
        written.map(|done| done.data).map_err(Into::into)
    }

    /// As the leader: appends a membership after the one with this log id, and
    /// returns once it is committed, with its own.
    ///
    /// # Errors
    /// If another membership has come in between, or see [`NodeError`].
    pub async fn append_membership(
        &self,
        next: Membership,
        after: Option<LogId>,
    ) -> Result<LogId, NodeError> {
        let precondition = Precondition::LastMembershipLogId {
            last_membership_log_id: after,
        };
        let appended = self
            .raft
            .append_membership(next, EntryPayload::Blank, [precondition]);
        Ok(appended.await?.log_id)
    }

    /// As the leader: index of the entry that a read which begins now must see
    /// applied (§6.4 of the thesis). It waits for a majority as long as a lease
    /// at the most.
    ///
    /// # Errors
    /// See [`NodeError`].
    pub async fn read_index(&self) -> Result<u64, NodeError> {
        match self.raft.get_read_linearizer(ReadPolicy::ReadIndex).await {
            Ok(linearizer) => Ok(linearizer.read_log_id().index()),
            Err(RaftError::APIError(LinearizableReadError::ForwardToLeader(_))) => {
                Err(NodeError::NotLeader)
            }
            Err(RaftError::APIError(e)) => Err(NodeError::Interrupted(e.to_string())),
            Err(RaftError::Fatal(e)) => Err(NodeError::Stopped(e.to_string())),
        }
    }

    /// Asks the voters whether they would elect it, and for their votes if so
    /// (pre-vote, §9.6 of the thesis): who still hears a leader says no.
    ///
    /// # Errors
    /// If the node has stopped.
    pub async fn campaign(&self) -> Result<(), NodeError> {
        if !self.elects.load(Ordering::Relaxed) {
            return Ok(());
        }
        let asked = self.raft.trigger().elect(true).await;
        asked.map_err(|e| NodeError::Stopped(e.to_string()))
    }

    /// Why it has stopped, if it has without being closed.
    pub fn failure(&self) -> Option<String> {
        if self.closed.load(Ordering::Relaxed) {
            return None;
        }
        if let Some(why) = self.store.failure() {
            return Some(format!(
                "the room's file cannot be written ({why}); free some disk space and restart. Nothing that was acknowledged is lost"
            ));
        }
        let metrics = self.raft.metrics();
        let running = metrics.borrow_watched().running_state.clone();
        if let Err(e) = running {
            return Some(e.to_string());
        }
        // It has told nobody why: it panicked.
        self.watched.ended.load(Ordering::Relaxed).then(|| {
            "the game stopped because of a bug; please restart. Nothing that was acknowledged is lost"
                .to_owned()
        })
    }

    /// Stops the node and closes its log, also if it is not waited for.
    pub async fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
        let (raft, store) = (self.raft.clone(), self.store.clone());
        let closing = tokio::spawn(async move {
            if let Err(e) = raft.shutdown().await {
                tracing::warn!("Raft ended badly: {e}");
            }
            store.close().await;
        });
        // A panic was reported by the hook.
        let _ = closing.await;
    }

    fn metrics<T>(&self, read: impl FnOnce(&ServerMetrics) -> T) -> T {
        let metrics = self.raft.server_metrics();
        let metrics = metrics.borrow_watched();
        read(&metrics)
    }
}

/// Tells when something about a node's place in its cluster has changed.
pub struct Changes(WatchOf<ServerMetrics>);

impl Changes {
    /// Waits for the next change; false once the node has stopped.
    pub async fn next(&mut self) -> bool {
        self.0.changed().await.is_ok()
    }
}

fn others_holding(metrics: &DataMetrics, me: NodeId, index: u64) -> usize {
    let replication = metrics.replication.iter().flatten();
    let others = replication.filter(|(id, _)| **id != me);
    let have = others.filter(|(_, matched)| matched.is_some_and(|m| m.index() >= index));
    have.count()
}

/// Notes since when a node leads, until it ends.
async fn watch_node(mut metrics: WatchOf<ServerMetrics>, watched: Arc<Watched>) {
    loop {
        let leads_in = {
            let metrics = metrics.borrow_watched();
            let term = metrics.vote.leader_id.term;
            (metrics.state == ServerState::Leader).then_some(term)
        };
        if let Some(term) = leads_in {
            let mut led = watched.led.lock();
            if led.is_none_or(|(of, _)| of != term) {
                *led = Some((term, Instant::now()));
            }
        }
        if metrics.changed().await.is_err() {
            return watched.ended.store(true, Ordering::Relaxed);
        }
    }
}
