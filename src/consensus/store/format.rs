//! How values lie in the file: a checksum, a version, a protobuf message.

use redb::{Database, ReadableDatabase as _, TableDefinition};

use super::mem::StoreError;
use crate::{
    consensus::{
        Entry, LogId, Snapshot, Vote,
        codec::{self, DecodeError},
    },
    proto as pb,
};

/// Log entries by index.
pub(super) const LOG: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("log");

/// Single values by [`Slot`].
pub(super) const META: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("meta");

/// Raised when old values could not be read as new ones any more.
const VERSION: u8 = 2;

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
        meta: meta.try_into().map_err(|e| damaged(what, e))?,
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
