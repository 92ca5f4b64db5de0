//! A disk in memory, that loses what was not synced when the power is cut, and
//! fails as it is told.

use std::{
    io,
    sync::{Arc, Mutex},
};

use redb::StorageBackend;

/// What goes wrong, counted in the disk's operations from 0.
#[derive(Clone, Copy, Debug, Default)]
pub enum Fault {
    /// Nothing.
    #[default]
    None,
    /// From this write on the disk is full.
    FullFrom(u64),
    /// From this read on nothing can be read.
    UnreadableFrom(u64),
    /// From this operation on the power is off, and each one fails.
    PowerCutAt(u64),
}

/// A file on such a disk. Clones are the same file.
#[derive(Clone, Debug, Default)]
pub struct Disk(Arc<Mutex<Content>>);

#[derive(Debug, Default)]
struct Content {
    now: Vec<u8>,
    synced: Vec<u8>,
    unsynced: Vec<Change>,
    fault: Fault,
    reads: u64,
    writes: u64,
    operations: u64,
}

#[derive(Debug)]
enum Change {
    Length(usize),
    Bytes(usize, Vec<u8>),
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Length(length) => bytes.resize(*length, 0),
            Self::Bytes(at, written) => {
                let end = at + written.len();
                if bytes.len() < end {
                    bytes.resize(end, 0);
                }
                bytes[*at..end].copy_from_slice(written);
            }
        }
    }
}

/// Whether an operation works.
enum Operation {
    Read,
    Write,
    Sync,
}

impl Content {
    fn permit(&mut self, operation: &Operation) -> io::Result<()> {
        let nth = self.operations;
        self.operations += 1;
        let counter = match operation {
            Operation::Read => &mut self.reads,
            Operation::Write => &mut self.writes,
            Operation::Sync => &mut 0,
        };
        let of_its_kind = *counter;
        *counter += 1;
        match (self.fault, operation) {
            (Fault::PowerCutAt(at), _) if nth >= at => Err(io::Error::other("the power is off")),
            (Fault::UnreadableFrom(at), Operation::Read) if of_its_kind >= at => {
                Err(io::Error::other("the disk cannot be read"))
            }
            (Fault::FullFrom(at), Operation::Write) if of_its_kind >= at => {
                Err(io::ErrorKind::StorageFull.into())
            }
            _ => Ok(()),
        }
    }

    fn change(&mut self, change: Change) {
        change.apply(&mut self.now);
        self.unsynced.push(change);
    }
}

impl Disk {
    /// A disk that holds this.
    pub fn holding(bytes: Vec<u8>) -> Self {
        Self(Arc::new(Mutex::new(Content {
            now: bytes.clone(),
            synced: bytes,
            ..Content::default()
        })))
    }

    /// Plans a fault, and counts from 0 again.
    pub fn plan(&self, fault: Fault) {
        let mut content = self.0.lock().unwrap();
        content.fault = fault;
        (content.reads, content.writes, content.operations) = (0, 0, 0);
    }

    /// How many operations there were since the last plan.
    pub fn operations(&self) -> u64 {
        self.0.lock().unwrap().operations
    }

    /// What is on it, as programs see it.
    pub fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap().now.clone()
    }

    /// What is found after a power cut: of the writes that were not synced, any
    /// part, for they are written in any order, and the last one may be torn.
    /// Whoever still holds this disk writes in vain.
    pub fn after_power_cut(&self) -> Self {
        let content = self.0.lock().unwrap();
        let mut found = content.synced.clone();
        for change in &content.unsynced {
            match (dhangkanna::random::u64() % 3, change) {
                (0, _) => change.apply(&mut found),
                (1, Change::Bytes(at, written)) => {
                    // Disks write sectors of 512 bytes whole.
                    let sectors = written.len() / 512 + 1;
                    let torn = 512 * (dhangkanna::random::u64() as usize % sectors);
                    Change::Bytes(*at, written[..torn].to_vec()).apply(&mut found);
                }
                _ => {}
            }
        }
        Self::holding(found)
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> Result<u64, io::Error> {
        Ok(self.0.lock().unwrap().now.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), io::Error> {
        let mut content = self.0.lock().unwrap();
        content.permit(&Operation::Read)?;
        let at = offset as usize;
        let bytes = content.now.get(at..at + out.len());
        out.copy_from_slice(bytes.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn set_len(&self, len: u64) -> Result<(), io::Error> {
        let mut content = self.0.lock().unwrap();
        content.permit(&Operation::Write)?;
        content.change(Change::Length(len as usize));
        Ok(())
    }

    fn sync_data(&self) -> Result<(), io::Error> {
        let mut content = self.0.lock().unwrap();
        content.permit(&Operation::Sync)?;
        let unsynced = std::mem::take(&mut content.unsynced);
        for change in unsynced {
            change.apply(&mut content.synced);
        }
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> Result<(), io::Error> {
        let mut content = self.0.lock().unwrap();
        content.permit(&Operation::Write)?;
        content.change(Change::Bytes(offset as usize, data.to_vec()));
        Ok(())
    }
}
