//! The store against openraft's own suite, and against restarts and damage.

use openraft::{
    StorageError,
    testing::log::{StoreBuilder, Suite},
};

use super::*;

struct OnDisk;

impl StoreBuilder<TypeConfig, LogStore, StateMachine, tempfile::TempDir> for OnDisk {
    async fn build(
        &self,
    ) -> Result<(tempfile::TempDir, LogStore, StateMachine), StorageError<TypeConfig>> {
        let dir = tempfile::tempdir().expect("a folder");
        let store = LogStore::open(&dir.path().join("raft.redb")).expect("a new file");
        let (machine, _watch) = StateMachine::new(store.clone()).expect("an empty snapshot");
        Ok((dir, store, machine))
    }
}

#[tokio::test]
async fn the_store_passes_openrafts_suite() {
    Suite::test_store(&OnDisk).await.expect("the suite");
}

/// For the suite only: nobody is a member by default.
impl Default for Member {
    fn default() -> Self {
        Self {
            peer_id: PeerId::new([0; 32]),
            addrs: Vec::new(),
        }
    }
}
