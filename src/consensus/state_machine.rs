//! Applies committed entries to the [`RoomState`], and tells who watches.

use std::{collections::BTreeMap, io, sync::Arc};

use futures::{Stream, TryStreamExt as _};
use openraft::{
    EntryPayload, OptionalSend, RaftSnapshotBuilder,
    storage::{EntryResponder, RaftStateMachine},
};
use parking_lot::Mutex;
use prost::Message as _;
use tokio::sync::watch;

use super::{
    codec,
    history::Recent,
    state::{ClusterId, CommandId, Proposal, Response, RoomState},
    store::LogStore,
    types::{LogId, Snapshot, SnapshotMeta, StoredMembership, TypeConfig},
};
use crate::{game::PeerId, proto as pb};

/// The Raft node of a seat, as openraft has it.
pub type Raft = openraft::Raft<TypeConfig, StateMachine>;

/// What was applied so far. Immutable; a new one is published after each batch.
#[derive(Clone, Debug, Default)]
pub struct Applied {
    /// The last entry.
    pub log_id: Option<LogId>,
    /// The state after it.
    pub state: Arc<RoomState>,
}

impl Applied {
    /// Index of the last applied entry; 0 before the first.
    pub fn index(&self) -> u64 {
        self.log_id.map_or(0, |id| id.index)
    }
}

/// openraft's state machine. It lives in memory: a restart loads the last
/// snapshot and replays the log after it.
#[derive(Debug)]
pub struct StateMachine {
    cluster: ClusterId,
    applied: Applied,
    membership: StoredMembership,
    recent: Recent,
    decided: Decided,
    store: LogStore,
    watch: watch::Sender<Applied>,
}

/// What came of the last command of each player that was applied here: also of those
/// that are not remembered in the state, for they changed nothing. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Decided(Arc<Mutex<BTreeMap<PeerId, (CommandId, Response)>>>);

/// How many players are remembered.
const MAX_DECIDED: usize = 256;

impl Decided {
    fn note(&self, id: CommandId, reply: Response) {
        let mut all = self.0.lock();
        if all.len() >= MAX_DECIDED && !all.contains_key(&id.peer_id) {
            all.pop_first();
        }
        let known = all.entry(id.peer_id).or_insert((id, reply));
        if (id.session, id.seq) >= (known.0.session, known.0.seq) {
            *known = (id, reply);
        }
    }

    /// What came of a command, if it is its player's last one here.
    pub fn reply_to(&self, id: &CommandId) -> Option<Response> {
        let all = self.0.lock();
        let (last, reply) = all.get(&id.peer_id)?;
        (last == id).then_some(*reply)
    }
}

impl StateMachine {
    /// Starts from the snapshot of the file of a room, whose cluster's commands are
    /// signed for it.
    ///
    /// # Errors
    /// If the snapshot cannot be read by this build.
    pub fn new(
        cluster: ClusterId,
        store: LogStore,
    ) -> io::Result<(Self, watch::Receiver<Applied>)> {
        let (watch, watcher) = watch::channel(Applied::default());
        let snapshot = store.current_snapshot();
        let mut machine = Self {
            cluster,
            applied: Applied::default(),
            membership: StoredMembership::default(),
            recent: Recent::default(),
            decided: Decided::default(),
            store,
            watch,
        };
        if let Some(snapshot) = snapshot {
            machine.load(&snapshot)?;
        }
        Ok((machine, watcher))
    }

    /// The digests after the newest entries.
    pub fn recent(&self) -> Recent {
        self.recent.clone()
    }

    /// What came of the players' last commands.
    pub fn decided(&self) -> Decided {
        self.decided.clone()
    }

    fn load(&mut self, snapshot: &Snapshot) -> io::Result<()> {
        let state = self.decode(&snapshot.snapshot)?;
        self.recent.note(state.history().last());
        self.applied = Applied {
            log_id: snapshot.meta.last_log_id,
            state: Arc::new(state),
        };
        self.membership = snapshot.meta.last_membership.clone();
        self.publish();
        Ok(())
    }

    fn decode(&self, bytes: &[u8]) -> io::Result<RoomState> {
        codec::stored_state(bytes, self.store.rules).map_err(io::Error::other)
    }

    fn publish(&self) {
        self.watch.send_replace(self.applied.clone());
    }
}

impl RaftStateMachine<TypeConfig> for StateMachine {
    type SnapshotData = Vec<u8>;
    type SnapshotBuilder = SnapshotBuilder;

    async fn applied_state(&mut self) -> io::Result<(Option<LogId>, StoredMembership)> {
        Ok((self.applied.log_id, self.membership.clone()))
    }

    async fn apply<S>(&mut self, mut entries: S) -> io::Result<()>
    where
        S: Stream<Item = io::Result<EntryResponder<TypeConfig>>> + Unpin + OptionalSend,
    {
        let mut replies = Vec::new();
        while let Some((entry, responder)) = entries.try_next().await? {
            let log_id = Some(entry.log_id);
            if let EntryPayload::Membership(membership) = &entry.payload {
                self.membership = StoredMembership::new(log_id, membership.clone());
            }
            let id = match &entry.payload {
                EntryPayload::Normal(Proposal::Command(command)) => Some(command.id),
                _ => None,
            };
            let state = Arc::make_mut(&mut self.applied.state);
            let reply = state.apply_entry(self.cluster, entry);
            if let Some(id) = id.filter(|_| reply.result.is_some()) {
                self.decided.note(id, reply);
            }
            self.recent.note(state.history().last());
            self.applied.log_id = log_id;
            replies.extend(responder.map(|responder| (responder, reply)));
        }
        // Published before it is acknowledged: who has the reply sees the game.
        self.publish();
        for (responder, reply) in replies {
            responder.send(reply);
        }
        Ok(())
    }

    async fn get_snapshot_builder(&mut self) -> SnapshotBuilder {
        SnapshotBuilder {
            applied: self.applied.clone(),
            membership: self.membership.clone(),
            store: self.store.clone(),
        }
    }

    async fn install_snapshot(&mut self, meta: &SnapshotMeta, data: Vec<u8>) -> io::Result<()> {
        let snapshot = Snapshot {
            meta: meta.clone(),
            snapshot: data,
        };
        // Decoded first: what this build cannot read is not stored.
        self.decode(&snapshot.snapshot)?;
        self.store.save_snapshot(&snapshot).await?;
        self.load(&snapshot)?;
        tracing::info!("snapshot installed, at entry {}", self.applied.index());
        Ok(())
    }

    async fn get_current_snapshot(&mut self) -> io::Result<Option<Snapshot>> {
        Ok(self.store.current_snapshot())
    }
}

/// Makes a snapshot of one moment while entries are applied.
#[derive(Debug)]
pub struct SnapshotBuilder {
    applied: Applied,
    membership: StoredMembership,
    store: LogStore,
}

impl RaftSnapshotBuilder<TypeConfig> for SnapshotBuilder {
    type SnapshotData = Vec<u8>;

    async fn build_snapshot(&mut self) -> io::Result<Snapshot> {
        let snapshot = Snapshot {
            meta: SnapshotMeta {
                last_log_id: self.applied.log_id,
                last_membership: self.membership.clone(),
            },
            snapshot: pb::RoomState::from(&*self.applied.state).encode_to_vec(),
        };
        self.store.save_snapshot(&snapshot).await?;
        tracing::debug!("snapshot at {}", self.applied.index());
        Ok(snapshot)
    }
}
