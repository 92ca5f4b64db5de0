//! The seats that are kept on disk: rooms to come back to, and rooms that went
//! on elsewhere.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use prost::Message as _;

use crate::{
    consensus::{
        ClusterId, NodeId, Notice,
        codec::{cluster_id, notice},
    },
    files::{create_private, read_private, write_private},
    game::Name,
    proto as pb,
};

/// The file of the log in a seat's folder.
pub const LOG_FILE: &str = "raft.redb";

/// The file that says which seat a folder holds.
const SEAT_FILE: &str = "seat";

/// How it is written. Format 1 had a secret of the room's, which is not read.
const FORMAT: u32 = 2;
/// The largest such file that is read, in bytes.
const MAX_SEAT_BYTES: u64 = 64 * 1024;

/// How many rooms that went on elsewhere are remembered: each answers members
/// that come back late.
const MAX_CONTINUED: usize = 64;

/// How long the log of a spent seat is kept: long enough to find out that it should
/// not have been given up.
const SET_ASIDE: Duration = Duration::from_secs(24 * 3600);

/// What is added to the name of the folder of a seat that another one replaced.
/// Whoever wants it back takes that away.
const OLD: &str = "old";

/// How many such folders a room keeps. The first ones: a member that takes one seat
/// after the other from us must not push out what we had before.
const MAX_OLD: usize = 4;

/// A seat's folder.
#[derive(Clone, Debug)]
pub struct KeptSeat {
    pub cluster_id: ClusterId,
    pub room: Name,
    pub node_id: NodeId,
    pub folder: PathBuf,
    /// Where the game went on; then this seat is spent.
    pub continued: Option<Notice>,
    /// When its log was written last.
    pub used: SystemTime,
}

impl KeptSeat {
    /// Writes the file that says which seat this is.
    pub fn save(&self) -> io::Result<()> {
        let file = pb::SeatFile {
            format: FORMAT,
            cluster_id: self.cluster_id.as_bytes().to_vec(),
            node_id: self.node_id,
            room: self.room.to_string(),
            continued: self.continued.as_ref().map(Into::into),
        };
        create_private(&self.folder)?;
        write_private(&self.folder.join(SEAT_FILE), &file.encode_to_vec())
    }

    /// Notes for good that the game went on in another cluster: nobody must vote with
    /// the log any more. It is kept for a while all the same.
    pub fn note_continued(&mut self, notice: Notice) -> io::Result<()> {
        self.continued = Some(notice);
        self.save()
    }

    /// Deletes the log of a room that went on elsewhere long ago.
    fn tidy_up(&self) {
        let log = self.folder.join(LOG_FILE);
        if self.continued.is_some()
            && is_spent_for_long(&self.folder)
            && log.exists()
            && let Err(e) = fs::remove_file(&log)
        {
            tracing::warn!("{}: {e}", log.display());
        }
    }

    fn read(folder: PathBuf) -> io::Result<Self> {
        let bytes = read_private(&folder.join(SEAT_FILE), MAX_SEAT_BYTES)?;
        let file = pb::SeatFile::decode(&bytes[..])
            .map_err(|e| io::Error::other(format!("the seat file is damaged: {e}")))?;
        if file.format > FORMAT {
            return Err(io::Error::other("a newer version of the program wrote it"));
        }
        let written = |name| fs::metadata(folder.join(name)).and_then(|file| file.modified());
        Ok(Self {
            cluster_id: cluster_id(&file.cluster_id).map_err(io::Error::other)?,
            room: Name::from_log(&file.room).map_err(io::Error::other)?,
            node_id: file.node_id,
            continued: file
                .continued
                .map(notice)
                .transpose()
                .map_err(io::Error::other)?,
            used: written(LOG_FILE).or_else(|_none| written(SEAT_FILE))?,
            folder,
        })
    }
}

/// All seats in a profile's folder of rooms, the one used last first. What
/// cannot be read is left alone, and said.
pub fn scan(rooms: &Path) -> Vec<KeptSeat> {
    let mut seats: Vec<KeptSeat> = folders(rooms).flat_map(|room| scan_room(&room)).collect();
    seats.sort_by_key(|seat| std::cmp::Reverse(seat.used));
    seats.iter().for_each(KeptSeat::tidy_up);
    let old = folders(rooms).flat_map(|room| old_seats(&room));
    old.filter(|seat| is_spent_for_long(seat))
        .for_each(|seat| remove(&seat));
    let continued = seats.iter().filter(|seat| seat.continued.is_some());
    for old in continued.skip(MAX_CONTINUED) {
        remove(&old.folder);
    }
    seats
}

/// The seats in a room's folder, the one used last first.
pub fn scan_room(room: &Path) -> Vec<KeptSeat> {
    let mut seats: Vec<KeptSeat> = folders(room)
        .filter(|folder| !is_old(folder))
        .filter_map(|folder| match KeptSeat::read(folder.clone()) {
            Ok(seat) => Some(seat),
            // Just being made, or a crash came first: nothing is lost.
            Err(e) if e.kind() == io::ErrorKind::NotFound => None,
            Err(e) => {
                tracing::warn!("{}: {e}", folder.display());
                None
            }
        })
        .collect();
    seats.sort_by_key(|seat| std::cmp::Reverse(seat.used));
    seats
}

/// Sets aside the other seats that a room's folder keeps: a leader has put this one
/// in their place, so nobody may vote with their logs any more.
pub fn set_others_aside(seat: &KeptSeat) {
    let Some(room) = seat.folder.parent() else {
        return;
    };
    for other in scan_room(room) {
        if other.folder == seat.folder {
            continue;
        }
        if old_seats(room).count() >= MAX_OLD {
            remove(&other.folder);
            continue;
        }
        let spent = fs::File::options()
            .write(true)
            .open(other.folder.join(SEAT_FILE))
            .and_then(|file| file.set_modified(SystemTime::now()))
            .and_then(|()| fs::rename(&other.folder, other.folder.with_extension(OLD)));
        if let Err(e) = spent {
            tracing::warn!("{}: {e}", other.folder.display());
        }
    }
}

/// Deletes all seats in a room's folder.
pub fn forget(room: &Path) {
    let kept = scan_room(room).into_iter().map(|seat| seat.folder);
    kept.chain(old_seats(room)).for_each(|seat| remove(&seat));
}

fn old_seats(room: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    folders(room).filter(|folder| is_old(folder))
}

fn is_old(folder: &Path) -> bool {
    folder.extension().is_some_and(|end| end == OLD)
}

/// Whether a seat's file was written last when it was spent, more than a day ago.
fn is_spent_for_long(folder: &Path) -> bool {
    let spent = fs::metadata(folder.join(SEAT_FILE)).and_then(|file| file.modified());
    spent.is_ok_and(|at| at.elapsed().is_ok_and(|time| time > SET_ASIDE))
}

/// Deletes a seat's folder, and the room's with it if it keeps no other seat.
pub fn remove(folder: &Path) {
    if let Err(e) = fs::remove_dir_all(folder) {
        tracing::warn!("{}: {e}", folder.display());
    }
    // It is not empty if it keeps another seat.
    let _ = folder.parent().map(fs::remove_dir);
}

fn folders(parent: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    fs::read_dir(parent)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        consensus::{Continuation, Holder, TicketPath},
        keys::{PublicKey, Signature},
    };

    #[test]
    fn a_seat_in_whose_place_another_is_kept_is_set_aside_for_a_day() {
        let rooms = tempfile::tempdir().expect("a folder");
        let cluster_id = ClusterId::random();
        let room = rooms.path().join(cluster_id.to_string());
        let seat = |node_id: u64| KeptSeat {
            cluster_id,
            room: Name::parse("den").expect("a name"),
            node_id,
            folder: room.join(node_id.to_string()),
            continued: None,
            used: SystemTime::now(),
        };
        // One after the other, as a hostile leader might have it.
        for node_id in 1..=10 {
            let seat = seat(node_id);
            seat.save().expect("saved");
            fs::write(seat.folder.join(LOG_FILE), "log").expect("written");
            set_others_aside(&seat);
            let kept = scan(rooms.path()).into_iter().map(|seat| seat.node_id);
            assert_eq!(kept.collect::<Vec<_>>(), [node_id]);
        }
        let logs = |n: u64| room.join(format!("{n}.{OLD}")).join(LOG_FILE).exists();
        assert!((1..=4).all(logs), "the first ones are there");
        assert_eq!(old_seats(&room).count(), MAX_OLD);
        let yesterday = SystemTime::now() - 2 * SET_ASIDE;
        let file = room.join(format!("2.{OLD}")).join(SEAT_FILE);
        let file = fs::File::options().write(true).open(file);
        file.and_then(|file| file.set_modified(yesterday))
            .expect("set");
        scan(rooms.path());
        assert!(logs(1) && !logs(2) && logs(3));
        forget(&room);
        assert!(!room.exists());
    }

    #[test]
    fn seats_are_found_again_and_damage_is_left_alone() {
        let rooms = tempfile::tempdir().expect("a folder");
        let cluster_id = ClusterId::random();
        let folder = rooms.path().join(cluster_id.to_string()).join("7");
        let mut seat = KeptSeat {
            cluster_id,
            room: Name::parse("den").expect("a name"),
            node_id: 7,
            folder: folder.clone(),
            continued: None,
            used: SystemTime::now(),
        };
        seat.save().expect("saved");
        fs::write(folder.join(LOG_FILE), "log").expect("written");
        let damaged = rooms.path().join("x/8");
        fs::create_dir_all(&damaged).expect("a folder");
        fs::write(damaged.join(SEAT_FILE), "nonsense").expect("written");
        let found = scan(rooms.path());
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].cluster_id, found[0].node_id), (cluster_id, 7));
        assert_eq!(found[0].continued, None);

        let founder = Holder {
            seat: 7,
            key: PublicKey::try_from(&[1; 65][..]).expect("65 bytes"),
        };
        let (_, child) = TicketPath::found(founder);
        let next = Continuation {
            parent: cluster_id,
            founder,
            path: None,
            child,
            fence: None,
            digest: [2; 32],
            participants: vec![7],
        };
        let next = next.with(Signature::try_from(&[3; 64][..]).expect("64 bytes"));
        seat.note_continued(next.clone()).expect("left behind");
        let log = folder.join(LOG_FILE);
        assert_eq!(scan(rooms.path())[0].continued, Some(next));
        assert!(log.exists(), "it is kept for a day");
        let yesterday = SystemTime::now() - 2 * SET_ASIDE;
        let file = fs::File::options().write(true).open(folder.join(SEAT_FILE));
        file.and_then(|file| file.set_modified(yesterday))
            .expect("set");
        scan(rooms.path());
        assert!(!log.exists());
        assert!(damaged.join(SEAT_FILE).exists());
        remove(&folder);
        assert!(!folder.parent().expect("a parent").exists());
    }
}
