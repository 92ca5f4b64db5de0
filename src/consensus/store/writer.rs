//! The one thread that writes a room's file.

use std::{
    fmt, io,
    sync::{
        Arc, OnceLock,
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::Duration,
};

use openraft::storage::IOFlushed;
use parking_lot::Mutex;
use redb::{Database, WriteTransaction};
use tokio::sync::oneshot;

use super::{
    super::TypeConfig,
    format::{LOG, META, Slot},
};

/// How many operations may queue. Raft has a handful of appends in flight.
const QUEUE: usize = 256;

/// How many operations one transaction takes at most, so that the first of
/// them does not wait forever.
const BATCH: usize = 128;

/// How many transactions a value that can wait sits out.
const LAZY: u32 = 64;

/// After how long without any it is written by itself.
const IDLE: Duration = Duration::from_millis(500);

type Done = oneshot::Sender<io::Result<()>>;

/// What can be written.
pub(super) enum Op {
    /// Adds entries, and reports when they are on disk.
    Append(Vec<(u64, Vec<u8>)>, IOFlushed<TypeConfig>),
    /// Sets a value.
    Put(Slot, Vec<u8>, Done),
    /// Sets a value whenever something else is committed.
    PutLazily(Slot, Vec<u8>),
    /// Removes entries from this index on.
    Truncate(u64, Done),
    /// Removes entries up to and with this index, and notes the last one.
    Purge(u64, Vec<u8>, Done),
    /// Reports when all that came before is on disk.
    Flush(Done),
    /// Ends the thread, and reports when the file is closed.
    Close(Done),
}

/// Why a file could not be written, once that has happened.
pub(super) type Failure = Arc<OnceLock<String>>;

/// Where operations go. Dropping it closes the file after the last one.
pub(super) struct Writer {
    failure: Failure,
    way: Way,
}

enum Way {
    /// A thread of its own, which puts what is queued into one transaction.
    Thread {
        ops: Option<mpsc::SyncSender<Op>>,
        thread: Mutex<Option<thread::JoinHandle<()>>>,
    },
    /// In place, one by one: for simulations, where a disk takes no time.
    InPlace(Mutex<Option<(Database, Lazy)>>),
}

// redb's database has none of its own.
impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut writer = f.debug_struct("Writer");
        writer
            .field("failure", &self.failure)
            .finish_non_exhaustive()
    }
}

impl Writer {
    pub(super) fn start(db: Database) -> io::Result<Self> {
        let (ops, queue) = mpsc::sync_channel(QUEUE);
        let failure = Failure::default();
        let noted = Arc::clone(&failure);
        let thread = thread::Builder::new()
            .name("log-writer".to_owned())
            .spawn(move || {
                let done = run(&db, &queue, &noted);
                drop(db);
                if let Some(done) = done {
                    // Whoever closed it may have given up waiting.
                    let _ = done.send(Ok(()));
                }
            })?;
        let way = Way::Thread {
            ops: Some(ops),
            thread: Mutex::new(Some(thread)),
        };
        Ok(Self { failure, way })
    }

    pub(super) fn in_place(db: Database) -> Self {
        Self {
            failure: Failure::default(),
            way: Way::InPlace(Mutex::new(Some((db, Lazy::default())))),
        }
    }

    pub(super) fn failure(&self) -> Option<&str> {
        self.failure.get().map(String::as_str)
    }

    pub(super) fn send(&self, op: Op) -> io::Result<()> {
        let gone = || io::Error::other("the room's file is closed");
        match &self.way {
            Way::Thread { ops, .. } => {
                let ops = ops.as_ref().ok_or_else(gone)?;
                ops.send(op).map_err(|_closed| gone())
            }
            Way::InPlace(file) => {
                let mut file = file.lock();
                let Some((db, lazy)) = &mut *file else {
                    return Err(gone());
                };
                match op {
                    Op::PutLazily(slot, bytes) => lazy.put_aside(slot, bytes),
                    Op::Close(done) => {
                        commit(db, std::mem::take(&mut lazy.values), &self.failure);
                        *file = None;
                        let _ = done.send(Ok(()));
                    }
                    op => {
                        lazy.forget_older(&op);
                        let mut batch = vec![op];
                        lazy.join(&mut batch);
                        commit(db, batch, &self.failure);
                    }
                }
                Ok(())
            }
        }
    }

    pub(super) async fn wait(&self, op: impl FnOnce(Done) -> Op) -> io::Result<()> {
        let (done, result) = oneshot::channel();
        self.send(op(done))?;
        result
            .await
            .unwrap_or_else(|_gone| Err(io::Error::other("the writing thread ended")))
    }

    pub(super) async fn put(&self, slot: Slot, bytes: Vec<u8>) -> io::Result<()> {
        self.wait(|done| Op::Put(slot, bytes, done)).await
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        let Way::Thread { ops, thread } = &mut self.way else {
            return;
        };
        // Closes the queue; then the file is closed when this returns.
        *ops = None;
        if let Some(thread) = thread.get_mut().take() {
            // A panic there was reported by the panic hook.
            let _ = thread.join();
        }
    }
}

/// Writes until the queue ends; answers who closed it.
fn run(db: &Database, queue: &mpsc::Receiver<Op>, failure: &Failure) -> Option<Done> {
    let mut lazy = Lazy::default();
    let mut closed = None;
    while closed.is_none() {
        let first = match lazy.values.is_empty() {
            true => queue.recv().map_err(RecvTimeoutError::from),
            false => queue.recv_timeout(IDLE),
        };
        let first = match first {
            Ok(first) => first,
            Err(RecvTimeoutError::Timeout) => {
                commit(db, std::mem::take(&mut lazy.values), failure);
                continue;
            }
            Err(RecvTimeoutError::Disconnected) => break,
        };
        let mut batch = Vec::with_capacity(2);
        let mut next = Some(first);
        while let Some(op) = next {
            match op {
                Op::PutLazily(slot, bytes) => lazy.put_aside(slot, bytes),
                Op::Close(done) => {
                    closed = Some(done);
                    break;
                }
                op => {
                    lazy.forget_older(&op);
                    batch.push(op);
                }
            }
            next = (batch.len() < BATCH)
                .then(|| queue.try_recv().ok())
                .flatten();
        }
        if !batch.is_empty() {
            lazy.join(&mut batch);
            commit(db, batch, failure);
        }
    }
    if !lazy.values.is_empty() {
        commit(db, lazy.values, failure);
    }
    closed
}

/// Values that can wait: each costs a few pages in a transaction, so they ride
/// along with every [`LAZY`]th one only, and with the last before a pause.
#[derive(Default)]
struct Lazy {
    values: Vec<Op>,
    skipped: u32,
}

impl Lazy {
    /// Keeps only the newest value of a slot.
    fn put_aside(&mut self, slot: Slot, bytes: Vec<u8>) {
        self.values
            .retain(|op| !matches!(op, Op::PutLazily(other, _) if *other == slot));
        self.values.push(Op::PutLazily(slot, bytes));
    }

    /// What is written now must not be overwritten by what came before.
    fn forget_older(&mut self, op: &Op) {
        if let Op::Put(slot, ..) = op {
            self.values
                .retain(|op| !matches!(op, Op::PutLazily(other, _) if other == slot));
        }
    }

    fn join(&mut self, batch: &mut Vec<Op>) {
        let flushed = batch.iter().any(|op| matches!(op, Op::Flush(_)));
        self.skipped += 1;
        if flushed || self.skipped >= LAZY {
            self.skipped = 0;
            batch.append(&mut self.values);
        }
    }
}

fn commit(db: &Database, batch: Vec<Op>, failure: &Failure) {
    // A flush alone needs no transaction: whatever came before is committed.
    let needed = batch.iter().any(|op| !matches!(op, Op::Flush(_)));
    let result = if needed {
        write(db, &batch).map_err(|e| e.to_string())
    } else {
        Ok(())
    };
    if let Err(e) = &result {
        tracing::warn!("the room's file cannot be written: {e}");
        // The first one is the cause; redb refuses whatever comes after it.
        failure.get_or_init(|| e.clone());
    }
    for op in batch {
        let result = || match &result {
            Ok(()) => Ok(()),
            Err(e) => Err(io::Error::other(e.clone())),
        };
        // Nobody may be waiting any more.
        match op {
            Op::Append(_, flushed) => flushed.io_completed(result()),
            Op::Put(_, _, done)
            | Op::Truncate(_, done)
            | Op::Purge(_, _, done)
            | Op::Flush(done)
            | Op::Close(done) => {
                let _ = done.send(result());
            }
            Op::PutLazily(..) => {}
        }
    }
}

/// One transaction, durable when it returns (redb's default).
fn write(db: &Database, batch: &[Op]) -> Result<(), redb::Error> {
    #[cfg_attr(
        not(feature = "simulation"),
        expect(unused_mut, reason = "a planted bug")
    )]
    let mut txn = db.begin_write()?;
    #[cfg(feature = "simulation")]
    crate::planted::drop_sync(&mut txn)?;
    apply(&txn, batch)?;
    txn.commit()?;
    Ok(())
}

fn apply(txn: &WriteTransaction, batch: &[Op]) -> Result<(), redb::Error> {
    let mut log = txn.open_table(LOG)?;
    // A table costs pages in every transaction that opens it.
    let needs_meta = |op: &Op| matches!(op, Op::Put(..) | Op::PutLazily(..) | Op::Purge(..));
    let mut meta = batch
        .iter()
        .any(needs_meta)
        .then(|| txn.open_table(META))
        .transpose()?;
    for op in batch {
        match op {
            Op::Append(rows, _) => {
                for (index, bytes) in rows {
                    log.insert(index, bytes.as_slice())?;
                }
            }
            Op::Put(slot, bytes, _) | Op::PutLazily(slot, bytes) => {
                if let Some(meta) = &mut meta {
                    meta.insert(slot.key(), bytes.as_slice())?;
                }
            }
            Op::Truncate(from, _) => log.retain_in(*from.., |_, _| false)?,
            Op::Purge(upto, bytes, _) => {
                log.retain_in(..=*upto, |_, _| false)?;
                if let Some(meta) = &mut meta {
                    meta.insert(Slot::Purged.key(), bytes.as_slice())?;
                }
            }
            Op::Flush(_) | Op::Close(_) => {}
        }
    }
    Ok(())
}
