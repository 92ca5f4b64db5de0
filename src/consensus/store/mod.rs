//! The log on disk: one redb file a room.
//!
//! All writes go through one thread ([`writer`]), which puts what is queued
//! into one transaction and reports it flushed only after the commit. Reads
//! never touch the disk: the log between two snapshots is a few hundred small
//! entries, so all of it is also in memory.

mod check;
mod format;
mod writer;

use std::{fmt::Debug, fs::OpenOptions, io, ops::RangeBounds, path::Path, sync::Arc};

use openraft::{
    EntryPayload, LogState, OptionalSend, RaftLogReader,
    storage::{IOFlushed, RaftLogStorage},
};
use parking_lot::RwLock;
use redb::{Database, DatabaseError, StorageBackend, backends::FileBackend};

use super::{
    Entry, Genesis, KnownMembers, LogId, Member, Membership, NodeId, Proposal, RULES, Snapshot,
    TicketPath, TypeConfig, Vote,
};
use crate::{files, random};
pub use format::StoreError;
use format::{Mem, Slot, builder, io_error};
use writer::{Op, Writer};

/// By how many terms a node that votes alone steps forward at a start, at most.
const TERMS: u64 = 1000;
/// The largest file of a room that is read, in bytes: far more than one ever has.
const MAX_FILE_BYTES: u64 = 1024 * 1024 * 1024;

/// The log of one room. Cheap to clone; clones share the log.
#[derive(Clone, Debug)]
pub struct LogStore {
    /// The newest rules that the program knows.
    pub(super) rules: u32,
    mem: Arc<RwLock<Mem>>,
    writer: Arc<Writer>,
}

impl LogStore {
    /// Opens a room's file, or makes it, in a program that knows the rules up
    /// to `rules`.
    ///
    /// # Errors
    /// If the file cannot be opened, is damaged, or was written by another
    /// version of the program.
    pub fn open(path: &Path, rules: u32) -> Result<Self, StoreError> {
        let mem = match files::read_private(path, MAX_FILE_BYTES) {
            Ok(bytes) => check::content(&bytes, rules)?,
            Err(e) if e.kind() == io::ErrorKind::NotFound => Mem::default(),
            Err(e) => return Err(io_error(e)),
        };
        let mut how = OpenOptions::new();
        how.read(true).write(true).create(true).truncate(false);
        let open = || {
            let file = FileBackend::new(files::open_private(path, &mut how)?)?;
            builder().create_with_backend(file)
        };
        Self::load(mem, rules, open, false)
    }

    /// The same on storage of the caller's: for tests that break it, and, written
    /// in place instead of by a thread, for simulations.
    ///
    /// # Errors
    /// As for [`LogStore::open`].
    #[doc(hidden)]
    pub fn open_backend(backend: impl StorageBackend, in_place: bool) -> Result<Self, StoreError> {
        let length = backend.len().map_err(io_error)?;
        let mut bytes = vec![0; usize::try_from(length).unwrap_or(usize::MAX)];
        backend.read(0, &mut bytes).map_err(io_error)?;
        let mem = check::content(&bytes, RULES)?;
        let open = || builder().create_with_backend(backend);
        Self::load(mem, RULES, open, in_place)
    }

    /// Why the file cannot be written any more, if so.
    pub fn failure(&self) -> Option<&str> {
        self.writer.failure()
    }

    /// The last entry, or the last one that was purged.
    pub fn last_log_id(&self) -> Option<LogId> {
        let mem = self.mem.read();
        let last = mem.log.values().next_back().map(|entry| entry.log_id);
        last.or(mem.purged)
    }

    /// All entries after one, or after nothing.
    pub fn entries_after(&self, log_id: Option<LogId>) -> Vec<Entry> {
        let from = log_id.map_or(0, |id| id.index.saturating_add(1));
        let mem = self.mem.read();
        mem.log
            .range(from..)
            .map(|(_, entry)| entry.clone())
            .collect()
    }

    /// The id of the entry with that index, if it is here and not purged.
    pub fn id_at(&self, index: u64) -> Option<LogId> {
        let mem = self.mem.read();
        mem.log.get(&index).map(|entry| entry.log_id)
    }

    /// Whether an entry is here; `None` if it may be one of those that are purged.
    pub fn holds(&self, id: LogId) -> Option<bool> {
        let mem = self.mem.read();
        if mem.purged.is_some_and(|purged| id.index <= purged.index) {
            return None;
        }
        let ours = mem.log.get(&id.index);
        Some(ours.is_some_and(|ours| ours.log_id == id))
    }

    /// Whether a seat votes, by the newest membership here.
    pub fn is_voter(&self, seat: NodeId) -> bool {
        let mem = self.mem.read();
        let newest = mem.memberships().next();
        newest.is_some_and(|membership| membership.voter_ids().any(|voter| voter == seat))
    }

    /// Makes a node that votes alone vote for itself in a later term, so that two
    /// copies of its disk never write different entries under one log id.
    ///
    /// # Errors
    /// If that cannot be written.
    pub async fn raise_term_of_sole_voter(&mut self, node: NodeId) -> io::Result<()> {
        let (voters, vote) = {
            let mem = self.mem.read();
            let newest = mem.memberships().next();
            let voters: Vec<NodeId> = newest.iter().flat_map(|m| m.voter_ids()).collect();
            (voters, mem.vote)
        };
        if voters != [node] {
            return Ok(());
        }
        let term = vote.map_or(0, |vote| vote.leader_id.term);
        let by = 1 + random::u64() % TERMS;
        self.save_vote(&Vote::new(term.saturating_add(by), node))
            .await
    }

    /// A member, by the newest membership here that has its seat.
    pub fn member(&self, seat: NodeId) -> Option<Member> {
        let mem = self.mem.read();
        let mut memberships = mem.memberships();
        let member = memberships.find_map(|membership| membership.get_node(&seat));
        member.cloned()
    }

    /// How a seat came into the room, by the newest membership here that says so.
    pub fn path_of(&self, seat: NodeId) -> Option<TicketPath> {
        let mem = self.mem.read();
        let members = mem.memberships();
        let mut members = members.filter_map(|membership| membership.get_node(&seat));
        members.find_map(|member| member.path.clone())
    }

    /// All members that are known here.
    pub fn known_members(&self) -> KnownMembers {
        let mem = self.mem.read();
        let in_snapshot = mem.snapshot.as_ref().map(|snapshot| &snapshot.meta);
        let in_log = mem.log.iter().filter_map(|(index, entry)| {
            let EntryPayload::Membership(membership) = &entry.payload else {
                return None;
            };
            Some((*index, membership))
        });
        let mut all: Vec<(u64, &Membership)> = in_log.collect();
        if let Some(of_snapshot) = in_snapshot.map(|meta| &meta.last_membership) {
            let index = of_snapshot.log_id().map_or(0, |id| id.index);
            all.push((index, of_snapshot.membership()));
        }
        all.sort_by_key(|(index, _)| *index);
        let applied = in_snapshot.and_then(|meta| meta.last_log_id);
        let decided = mem.committed.max(applied).map(|id| id.index);
        let newest = all.last().map(|(index, _)| *index);
        let committed = all.iter().map(|(index, _)| *index);
        let committed = committed.filter(|index| Some(*index) <= decided).max();
        let mut known = KnownMembers {
            committed,
            ..KnownMembers::default()
        };
        for (index, membership) in all {
            let counts = [newest, committed].contains(&Some(index));
            for (seat, member) in membership.nodes() {
                if counts {
                    known.members.insert(*seat, member.key);
                } else {
                    known.former.insert(*seat);
                }
            }
        }
        known
            .former
            .retain(|seat| !known.members.contains_key(seat));
        known
    }

    /// What the room began with, if it continues another one; `None` also if that is
    /// not in the log any more.
    pub fn genesis(&self) -> Option<Genesis> {
        let mem = self.mem.read();
        // With a snapshot in the place of the first entries, nobody can tell.
        mem.log.get(&0)?;
        let first = mem.log.values().find_map(|entry| match &entry.payload {
            EntryPayload::Normal(proposal) => Some(proposal),
            EntryPayload::Blank | EntryPayload::Membership(_) => None,
        });
        match first? {
            Proposal::Genesis(genesis) => Some(Genesis::clone(genesis)),
            Proposal::Command(_) | Proposal::Observation(_) => None,
        }
    }

    /// Waits until everything that was handed in is on disk.
    pub async fn flush(&self) {
        // A writer that is gone has nothing left to write.
        let _ = self.writer.wait(Op::Flush).await;
    }

    /// Writes what was handed in and closes the file; clones can only read.
    pub async fn close(&self) {
        // A writer that is gone has closed it.
        let _ = self.writer.wait(Op::Close).await;
    }

    /// Stores the snapshot that the state machine restarts from. An older one
    /// than the stored is left out: building and installing may overlap.
    pub(super) async fn save_snapshot(&self, snapshot: &Snapshot) -> io::Result<()> {
        {
            let mut mem = self.mem.write();
            let stored = mem.snapshot.as_ref().and_then(|s| s.meta.last_log_id);
            // By the index: a later term makes no state a later one.
            let index = |id: Option<LogId>| id.map(|id| id.index);
            if stored.is_some() && index(snapshot.meta.last_log_id) <= index(stored) {
                return Ok(());
            }
            mem.snapshot = Some(snapshot.clone());
        }
        self.writer
            .put(Slot::Snapshot, format::encode_snapshot(snapshot))
            .await
    }

    /// The newest snapshot.
    pub(super) fn current_snapshot(&self) -> Option<Snapshot> {
        self.mem.read().snapshot.clone()
    }

    /// Opens the file for writing; its content is known.
    fn load(
        mem: Mem,
        rules: u32,
        open: impl FnOnce() -> Result<Database, DatabaseError>,
        in_place: bool,
    ) -> Result<Self, StoreError> {
        let db = open().map_err(|e| StoreError::Database(e.into()))?;
        format::create_tables(&db).map_err(StoreError::Database)?;
        let writer = match in_place {
            true => Writer::in_place(db),
            false => Writer::start(db).map_err(io_error)?,
        };
        Ok(Self {
            rules,
            mem: Arc::new(RwLock::new(mem)),
            writer: Arc::new(writer),
        })
    }
}

impl RaftLogReader<TypeConfig> for LogStore {
    async fn try_get_log_entries<R: RangeBounds<u64> + Clone + Debug + OptionalSend>(
        &mut self,
        range: R,
    ) -> io::Result<Vec<Entry>> {
        let mem = self.mem.read();
        Ok(mem.log.range(range).map(|(_, e)| e.clone()).collect())
    }

    async fn read_vote(&mut self) -> io::Result<Option<Vote>> {
        Ok(self.mem.read().vote)
    }
}

impl RaftLogStorage<TypeConfig> for LogStore {
    type LogReader = Self;

    async fn get_log_state(&mut self) -> io::Result<LogState<TypeConfig>> {
        // Read one after the other: a writer that waits in between would block both.
        let last_purged_log_id = self.mem.read().purged;
        Ok(LogState {
            last_purged_log_id,
            last_log_id: self.last_log_id(),
        })
    }

    async fn get_log_reader(&mut self) -> Self {
        self.clone()
    }

    async fn save_vote(&mut self, vote: &Vote) -> io::Result<()> {
        self.writer
            .put(Slot::Vote, format::encode_vote(vote))
            .await?;
        self.mem.write().vote = Some(*vote);
        Ok(())
    }

    async fn save_committed(&mut self, committed: Option<LogId>) -> io::Result<()> {
        let Some(id) = committed else {
            self.mem.write().committed = None;
            return Ok(());
        };
        let brings_members = {
            let mut mem = self.mem.write();
            let before = mem.committed.replace(id);
            let from = before.map_or(0, |before| before.index.saturating_add(1));
            let mut entries = mem.log.range(from..id.index.saturating_add(1));
            entries.any(|(_, entry)| matches!(entry.payload, EntryPayload::Membership(_)))
        };
        let bytes = format::encode_log_id(&id);
        if brings_members {
            // Who is no member any more is none after a restart either.
            return self.writer.put(Slot::Committed, bytes).await;
        }
        // Rides along with a later commit. It shortens a restart; and who comes back
        // knows by it what was decided, also to a leader that has forgotten it.
        self.writer.send(Op::PutLazily(Slot::Committed, bytes))
    }

    async fn read_committed(&mut self) -> io::Result<Option<LogId>> {
        Ok(self.mem.read().committed)
    }

    async fn append<I>(&mut self, entries: I, flushed: IOFlushed<TypeConfig>) -> io::Result<()>
    where
        I: IntoIterator<Item = Entry> + OptionalSend,
        I::IntoIter: OptionalSend,
    {
        let entries: Vec<Entry> = entries.into_iter().collect();
        let rows = entries.iter().map(format::encode_entry).collect();
        self.mem
            .write()
            .log
            .extend(entries.into_iter().map(|entry| (entry.log_id.index, entry)));
        self.writer.send(Op::Append(rows, flushed))
    }

    async fn truncate_after(&mut self, last_log_id: Option<LogId>) -> io::Result<()> {
        let from = last_log_id.map_or(0, |id| id.index.saturating_add(1));
        self.mem.write().log.split_off(&from);
        self.writer.wait(|done| Op::Truncate(from, done)).await
    }

    async fn purge(&mut self, upto: LogId) -> io::Result<()> {
        {
            let mut mem = self.mem.write();
            if mem.purged.is_some_and(|purged| purged.index >= upto.index) {
                return Ok(());
            }
            mem.log = mem.log.split_off(&upto.index.saturating_add(1));
            mem.purged = Some(upto);
        }
        self.writer
            .wait(|done| Op::Purge(upto.index, format::encode_log_id(&upto), done))
            .await
    }
}
