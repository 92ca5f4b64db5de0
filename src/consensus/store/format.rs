//! What a room's file holds, what can be wrong with it, and how values lie in it:
//! a checksum, a version, a protobuf message.

use std::{collections::BTreeMap, io};

use openraft::EntryPayload;

use redb::{Builder, Database, ReadableDatabase as _, TableDefinition};

use crate::{
    consensus::{
        Entry, LogId, Membership, Snapshot, Vote,
        codec::{self, DecodeError},
    },
    proto as pb,
};

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

impl Mem {
    /// All memberships that are here, the newest first.
    pub(super) fn memberships(&self) -> impl Iterator<Item = &Membership> {
        let entries = self.log.values().rev();
        let in_log = entries.filter_map(|entry| match &entry.payload {
            EntryPayload::Membership(membership) => Some(membership),
            _ => None,
        });
        let snapshot = self.snapshot.iter();
        in_log.chain(snapshot.map(|snapshot| snapshot.meta.last_membership.membership()))
    }
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

/// Log entries by index.
pub(super) const LOG: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("log");

/// Single values by [`Slot`].
pub(super) const META: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("meta");

/// Raised when old values could not be read as new ones any more.
const VERSION: u8 = 3;

/// Bytes before the message: CRC-32, then the version.
const HEADER: usize = 5;

/// The single values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    Vote,
    Committed,
    Purged,
    Snapshot,
}

impl Slot {
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Vote => "vote",
            Self::Committed => "committed",
            Self::Purged => "purged",
            Self::Snapshot => "snapshot",
        }
    }
}

/// Makes the tables in a new file; does nothing in another.
pub(super) fn create_tables(db: &Database) -> Result<(), redb::Error> {
    let txn = db.begin_read()?;
    let is_new = txn.list_tables()?.next().is_none();
    drop(txn);
    if is_new {
        let txn = db.begin_write()?;
        txn.open_table(LOG)?;
        txn.open_table(META)?;
        txn.commit()?;
    }
    Ok(())
}

pub(super) fn encode_entry(entry: &Entry) -> (u64, Vec<u8>) {
    let index = entry.log_id.index;
    (index, seal(&entry_name(index), &pb::Entry::from(entry)))
}

pub(super) fn decode_entry(index: u64, bytes: &[u8], rules: u32) -> Result<Entry, StoreError> {
    let what = entry_name(index);
    let message: pb::Entry = unseal(&what, bytes)?;
    let entry = codec::entry(message, rules).map_err(|e| match e {
        DecodeError::NewerRules { .. } => StoreError::Newer(e.to_string()),
        _ => damaged(&what, e),
    })?;
    if entry.log_id.index == index {
        Ok(entry)
    } else {
        Err(damaged(&what, "it holds another entry"))
    }
}

pub(super) fn encode_vote(vote: &Vote) -> Vec<u8> {
    seal(Slot::Vote.key(), &pb::Vote::from(vote))
}

pub(super) fn decode_vote(bytes: &[u8]) -> Result<Vote, StoreError> {
    unseal::<pb::Vote>(Slot::Vote.key(), bytes).map(Vote::from)
}

pub(super) fn encode_log_id(id: &LogId) -> Vec<u8> {
    // Both slots share a name in the checksum: neither is ever read as the other.
    seal("log id", &pb::LogId::from(id))
}

pub(super) fn decode_log_id(bytes: &[u8]) -> Result<LogId, StoreError> {
    unseal::<pb::LogId>("log id", bytes).map(LogId::from)
}

pub(super) fn encode_snapshot(snapshot: &Snapshot) -> Vec<u8> {
    let message = pb::Snapshot {
        meta: Some((&snapshot.meta).into()),
        data: snapshot.snapshot.clone(),
    };
    seal(Slot::Snapshot.key(), &message)
}

pub(super) fn decode_snapshot(bytes: &[u8]) -> Result<Snapshot, StoreError> {
    let what = Slot::Snapshot.key();
    let message: pb::Snapshot = unseal(what, bytes)?;
    let meta = message.meta.unwrap_or_default();
    Ok(Snapshot {
        meta: codec::snapshot_meta(meta).map_err(|e| damaged(what, e))?,
        snapshot: message.data,
    })
}

fn entry_name(index: u64) -> String {
    format!("entry {index}")
}

/// The name is part of the checksum, so a value that ends up under another
/// key is noticed too.
fn checksum(what: &str, rest: &[u8]) -> [u8; 4] {
    let mut crc = crc32fast::Hasher::new();
    crc.update(what.as_bytes());
    crc.update(rest);
    crc.finalize().to_be_bytes()
}

fn seal(what: &str, message: &impl prost::Message) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEADER + message.encoded_len());
    bytes.extend_from_slice(&[0; 4]);
    bytes.push(VERSION);
    bytes.extend_from_slice(&message.encode_to_vec());
    let crc = checksum(what, &bytes[4..]);
    bytes[..4].copy_from_slice(&crc);
    bytes
}

fn unseal<M: prost::Message + Default>(what: &str, bytes: &[u8]) -> Result<M, StoreError> {
    if bytes.len() < HEADER {
        return Err(damaged(what, "it is cut off"));
    }
    if bytes[..4] != checksum(what, &bytes[4..]) {
        return Err(damaged(what, "its checksum is wrong"));
    }
    match bytes[4] {
        ..VERSION => return Err(StoreError::Older),
        VERSION => {}
        newer => {
            let words = format!(
                "this room has format {newer}, and this program knows up to {VERSION}; install the newest version"
            );
            return Err(StoreError::Newer(words));
        }
    }
    M::decode(&bytes[HEADER..]).map_err(|e| damaged(what, e))
}

#[expect(clippy::needless_pass_by_value, reason = "shorter for the callers")]
fn damaged(what: &str, why: impl ToString) -> StoreError {
    StoreError::Damaged(format!("{what}: {}", why.to_string()))
}
