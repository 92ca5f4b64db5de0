//! What a room's file holds, and what can be wrong with it.

use std::{collections::BTreeMap, io};

use redb::Builder;

use crate::consensus::{Entry, LogId, Snapshot, Vote};

/// redb's page cache, in bytes. The whole file is smaller.
const CACHE_BYTES: usize = 4 * 1024 * 1024;

/// What can go wrong with a room's file, in words for its player.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It cannot be opened or written.
    #[error("the room's file cannot be used: {0}")]
    Database(#[from] redb::Error),
    /// An older version of the program wrote it.
    #[error(
        "this room was made by an older version of dhangkanna and cannot be opened by this one; nothing was changed. Start a new room, or open this one with the version that made it"
    )]
    Older,
    /// A newer version of the program wrote it.
    #[error("{0}. Nothing was changed")]
    Newer(String),
    /// It was changed by something other than this program, or the disk is
    /// failing.
    #[error(
        "the room's file is damaged: {0}. Nothing was changed; move its folder away to start afresh"
    )]
    Damaged(String),
}

/// All of the file's content.
#[derive(Debug, Default)]
pub(super) struct Mem {
    pub(super) snapshot: Option<Snapshot>,
    pub(super) log: BTreeMap<u64, Entry>,
    pub(super) vote: Option<Vote>,
    pub(super) committed: Option<LogId>,
    pub(super) purged: Option<LogId>,
}

pub(super) fn io_error(e: io::Error) -> StoreError {
    StoreError::Database(redb::StorageError::Io(e).into())
}

/// How every file is opened.
pub(super) fn builder() -> Builder {
    let mut builder = Builder::new();
    builder.set_cache_size(CACHE_BYTES);
    builder
}
