//! The store against openraft's own suite, and against restarts and damage; a node that
//! starts on it.

use std::{collections::BTreeMap, path::Path};

use openraft::{
    OptionalSend, RaftLogReader as _, RaftNetworkFactory, RaftNetworkV2, StorageError,
    entry::RaftEntry as _,
    error::{RPCError, ReplicationClosed, StreamingError, Unreachable},
    network::RPCOption,
    raft::{
        AppendEntriesRequest, AppendEntriesResponse, SnapshotResponse, VoteRequest, VoteResponse,
    },
    storage::{RaftLogStorage as _, RaftLogStorageExt as _},
    testing::log::{StoreBuilder, Suite},
};
use redb::ReadableTable as _;

use super::*;
use crate::keys::PublicKey;

struct OnDisk;

impl StoreBuilder<TypeConfig, LogStore, StateMachine, tempfile::TempDir> for OnDisk {
    async fn build(
        &self,
    ) -> Result<(tempfile::TempDir, LogStore, StateMachine), StorageError<TypeConfig>> {
        let dir = tempfile::tempdir().expect("a folder");
        let store = LogStore::open(&dir.path().join("raft.redb"), RULES).expect("a new file");
        let (machine, _watch) =
            StateMachine::new(ClusterId::new([1; 16]), store.clone()).expect("an empty snapshot");
        Ok((dir, store, machine))
    }
}

// The suite waits for stores that purge later; this one has when it returns.
#[tokio::test(start_paused = true)]
async fn the_store_passes_openrafts_suite() {
    Suite::test_store(&OnDisk).await.expect("the suite");
}

/// For the suite only: nobody is a member by default.
impl Default for Member {
    fn default() -> Self {
        let key = PublicKey::try_from(&[0; 65][..]).expect("65 bytes");
        Self::new(key, None, Vec::new())
    }
}

/// A file with entries 1 to 5 of term 1, purged up to 2.
async fn five_entries(path: &Path) {
    let mut store = LogStore::open(path, RULES).expect("a new file");
    let entries = (1..=5).map(|index| Entry::new_blank(log_id(1, index)));
    store.blocking_append(entries).await.expect("appended");
    store
        .save_vote(&Vote::new_committed(1, 7))
        .await
        .expect("saved");
    store.purge(log_id(1, 2)).await.expect("purged");
    store
        .save_committed(Some(log_id(1, 4)))
        .await
        .expect("saved");
    store.flush().await;
}

#[tokio::test]
async fn a_restart_finds_everything() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("raft.redb");
    five_entries(&path).await;
    let mut store = LogStore::open(&path, RULES).expect("the same file");
    let state = store.get_log_state().await.expect("a state");
    assert_eq!(state.last_purged_log_id, Some(log_id(1, 2)));
    assert_eq!(state.last_log_id, Some(log_id(1, 5)));
    let vote = store.read_vote().await.expect("a vote");
    assert_eq!(vote, Some(Vote::new_committed(1, 7)));
    let committed = store.read_committed().await.expect("a position");
    assert_eq!(committed, Some(log_id(1, 4)));
    let entries = store.try_get_log_entries(..).await.expect("entries");
    let indexes: Vec<u64> = entries.iter().map(|entry| entry.log_id.index).collect();
    assert_eq!(indexes, [3, 4, 5]);
}

/// Copies of one disk that start, each of which decides alone: no two of them may write
/// another entry with the same term and index.
#[tokio::test]
async fn copies_of_a_sole_voters_log_go_on_in_other_terms() {
    let mut terms = std::collections::BTreeSet::new();
    for _ in 0..8 {
        let mut copy = LogStore::open_backend(redb::backends::InMemoryBackend::new(), true);
        let copy = copy.as_mut().expect("a log");
        let members = BTreeMap::from([(7, Member::default())]);
        let membership = Membership::new(vec![[7].into()], members).expect("a membership");
        let entry = Entry::new_membership(log_id(5, 1), membership);
        copy.blocking_append([entry]).await.expect("appended");
        let vote = Vote::new_committed(5, 7);
        copy.save_vote(&vote).await.expect("saved");
        copy.raise_term_of_sole_voter(7).await.expect("raised");
        let vote = copy.read_vote().await.expect("read").expect("a vote");
        assert!((6..=1005).contains(&vote.leader_id.term), "{vote}");
        assert!(!vote.committed && vote.leader_id.voted_for == 7, "{vote}");
        terms.insert(vote.leader_id.term);
    }
    // By chance two may be the same, but hardly all.
    assert!(terms.len() > 1, "{terms:?}");
}

/// A network in which nobody answers.
struct Nobody;

impl RaftNetworkFactory<TypeConfig> for Nobody {
    type Network = Self;

    async fn new_client(&mut self, _: NodeId, _: &Member) -> Self {
        Self
    }
}

impl RaftNetworkV2<TypeConfig> for Nobody {
    type SnapshotData = Vec<u8>;

    async fn append_entries(
        &mut self,
        _: AppendEntriesRequest<TypeConfig>,
        _: RPCOption,
    ) -> Result<AppendEntriesResponse<TypeConfig>, RPCError<TypeConfig>> {
        Err(Unreachable::from_string("nobody").into())
    }

    async fn vote(
        &mut self,
        _: VoteRequest<TypeConfig>,
        _: RPCOption,
    ) -> Result<VoteResponse<TypeConfig>, RPCError<TypeConfig>> {
        Err(Unreachable::from_string("nobody").into())
    }

    async fn full_snapshot(
        &mut self,
        _: Vote,
        _: Snapshot,
        _: impl Future<Output = ReplicationClosed> + OptionalSend + 'static,
        _: RPCOption,
    ) -> Result<SnapshotResponse<TypeConfig>, StreamingError<TypeConfig>> {
        Err(Unreachable::from_string("nobody").into())
    }
}

/// Who comes back asks the other members first: a node that did not know them yet asked
/// nobody.
#[tokio::test]
async fn a_node_that_has_started_knows_the_members_of_its_log() {
    let mut store = LogStore::open_backend(redb::backends::InMemoryBackend::new(), true);
    let store = store.as_mut().expect("a log");
    let members = BTreeMap::from([7, 8].map(|id| (id, Member::default())));
    let membership = Membership::new(vec![[7].into()], members).expect("a membership");
    let entry = Entry::new_membership(log_id(5, 0), membership);
    store.blocking_append([entry]).await.expect("appended");
    let cluster = (ClusterId::new([1; 16]), 7);
    let node = RaftNode::start(cluster, Nobody, store.clone(), 100).await;
    let node = node.expect("started");
    assert_eq!(node.membership().nodes().count(), 2);
    assert!(node.is_voter() && node.is_sole_voter());
}

#[tokio::test]
async fn damage_is_said_and_nothing_is_changed() {
    const LOG: redb::TableDefinition<'_, u64, &[u8]> = redb::TableDefinition::new("log");
    const META: redb::TableDefinition<'_, &str, &[u8]> = redb::TableDefinition::new("meta");
    type Harm = fn(&redb::WriteTransaction) -> Result<(), redb::Error>;
    let harms: [(&str, Harm); 5] = [
        ("entry 4: its checksum is wrong", |txn| {
            let mut log = txn.open_table(LOG)?;
            let mut bytes = log.get(4)?.map(|v| v.value().to_vec()).unwrap_or_default();
            if let Some(last) = bytes.last_mut() {
                *last ^= 1;
            }
            log.insert(4, bytes.as_slice())?;
            Ok(())
        }),
        ("entry 3: its checksum is wrong", |txn| {
            let mut log = txn.open_table(LOG)?;
            let other = log.get(5)?.map(|v| v.value().to_vec()).unwrap_or_default();
            log.insert(3, other.as_slice())?;
            Ok(())
        }),
        ("entry 4 is missing", |txn| {
            txn.open_table(LOG)?.remove(4)?;
            Ok(())
        }),
        ("entry 5: it is cut off", |txn| {
            txn.open_table(LOG)?.insert(5, b"x".as_slice())?;
            Ok(())
        }),
        ("vote: its checksum is wrong", |txn| {
            txn.open_table(META)?.insert("vote", [0; 9].as_slice())?;
            Ok(())
        }),
    ];
    for (want, harm) in harms {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("raft.redb");
        five_entries(&path).await;
        {
            let db = redb::Database::open(&path).expect("the file");
            let txn = db.begin_write().expect("a transaction");
            harm(&txn).expect("harmed");
            txn.commit().expect("committed");
        }
        let error = LogStore::open(&path, RULES).expect_err(want).to_string();
        assert!(error.contains(want), "{error}");
        assert!(error.contains("Nothing was changed"), "{error}");
    }
}

#[tokio::test]
async fn another_file_is_refused() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("raft.redb");
    std::fs::write(&path, "not a database at all, ".repeat(500)).expect("a file");
    let before = std::fs::read(&path).expect("the file");
    LogStore::open(&path, RULES).expect_err("no database");
    assert_eq!(std::fs::read(&path).expect("the file"), before);
    five_entries(&dir.path().join("whole.redb")).await;
    let mut bytes = std::fs::read(dir.path().join("whole.redb")).expect("a file");
    bytes.truncate(bytes.len() / 2);
    std::fs::write(&path, bytes).expect("a file");
    LogStore::open(&path, RULES).expect_err("half a database");
}
