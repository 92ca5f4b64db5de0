//! A room's file is checked as a whole before it is used: on a copy in memory,
//! so that a damaged one stays as it was found.
//!
//! redb repairs what a crash leaves, and trusts the rest: a bit that flipped
//! makes it panic, or go back to an older state.

use std::panic::{AssertUnwindSafe, catch_unwind};

use redb::{
    Database, ReadableDatabase as _, ReadableTable as _, StorageBackend as _,
    backends::InMemoryBackend,
};

use super::format::{self, LOG, META, Mem, Slot, StoreError, builder, io_error};

/// What a file says, for a program that knows the rules up to `rules`.
///
/// # Errors
/// If it is damaged, or another program's.
pub(super) fn content(bytes: &[u8], rules: u32) -> Result<Mem, StoreError> {
    if bytes.is_empty() {
        return Ok(Mem::default());
    }
    let read = AssertUnwindSafe(|| {
        let copy = InMemoryBackend::new();
        copy.set_len(bytes.len() as u64)
            .and_then(|()| copy.write(0, bytes))
            .map_err(io_error)?;
        let mut db = builder()
            .create_with_backend(copy)
            .map_err(|e| StoreError::Database(e.into()))?;
        match db.check_integrity() {
            Ok(true) => {}
            Ok(false) => return Err(damaged(&"its checksums are wrong")),
            Err(e) => return Err(damaged(&e)),
        }
        format::create_tables(&db).map_err(StoreError::Database)?;
        read_all(&db, rules)
    });
    catch_unwind(read).unwrap_or_else(|_panic| Err(damaged(&"it makes no sense")))
}

fn damaged(why: &impl ToString) -> StoreError {
    StoreError::Damaged(why.to_string())
}

fn read_all(db: &Database, rules: u32) -> Result<Mem, StoreError> {
    let from_redb = |e: redb::Error| match e {
        redb::Error::Corrupted(what) => StoreError::Damaged(what),
        other => StoreError::Database(other),
    };
    let mut mem = Mem::default();
    let txn = db.begin_read().map_err(|e| from_redb(e.into()))?;
    let meta = txn.open_table(META).map_err(|e| from_redb(e.into()))?;
    let get = |slot: Slot| {
        meta.get(slot.key())
            .map(|value| value.map(|v| v.value().to_vec()))
            .map_err(|e| from_redb(e.into()))
    };
    if let Some(bytes) = get(Slot::Vote)? {
        mem.vote = Some(format::decode_vote(&bytes)?);
    }
    if let Some(bytes) = get(Slot::Committed)? {
        mem.committed = Some(format::decode_log_id(&bytes)?);
    }
    if let Some(bytes) = get(Slot::Purged)? {
        mem.purged = Some(format::decode_log_id(&bytes)?);
    }
    mem.snapshot = get(Slot::Snapshot)?
        .map(|bytes| format::decode_snapshot(&bytes))
        .transpose()?;
    let log = txn.open_table(LOG).map_err(|e| from_redb(e.into()))?;
    let mut expected = mem.purged.as_ref().map(|id| id.index.saturating_add(1));
    for row in log.iter().map_err(|e| from_redb(e.into()))? {
        let (index, bytes) = row.map_err(|e| from_redb(e.into()))?;
        let index = index.value();
        if expected.is_some_and(|expected| expected != index) {
            return Err(StoreError::Damaged(format!(
                "entry {} is missing",
                expected.unwrap_or_default()
            )));
        }
        expected = Some(index.saturating_add(1));
        let entry = format::decode_entry(index, bytes.value(), rules)?;
        mem.log.insert(index, entry);
    }
    Ok(mem)
}
