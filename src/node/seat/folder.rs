//! The seats that are kept on disk: rooms to come back to, and rooms that went
//! on elsewhere.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use prost::Message as _;

use crate::{
    consensus::{ClusterId, NodeId, codec::cluster_id},
    files::{create_private, read_private, write_private},
    game::Name,
    net::RoomKey,
    proto as pb,
};

/// The file of the log in a seat's folder.
pub const LOG_FILE: &str = "raft.redb";

/// The file that says which seat a folder holds. It has the room's secret.
const SEAT_FILE: &str = "seat";

/// The largest such file that is read, in bytes.
const MAX_SEAT_BYTES: u64 = 64 * 1024;

/// How many rooms that went on elsewhere are remembered: each answers members
/// that come back late.
const MAX_CONTINUED: usize = 64;

/// A seat's folder.
#[derive(Clone, Debug)]
pub struct KeptSeat {
    pub key: RoomKey,
    pub room: Name,
    pub node_id: NodeId,
    pub folder: PathBuf,
    /// Where the game went on; then this seat is spent.
    pub continued_in: Option<ClusterId>,
    /// When its log was written last.
    pub used: SystemTime,
}

impl KeptSeat {
    /// Writes the file that says which seat this is.
    pub fn save(&self) -> io::Result<()> {
        let file = pb::SeatFile {
            format: 1,
            cluster_id: self.key.cluster_id.as_bytes().to_vec(),
            room_secret: self.key.secret.to_vec(),
            node_id: self.node_id,
            room: self.room.to_string(),
            continued_in: self
                .continued_in
                .map(|id| id.as_bytes().to_vec())
                .unwrap_or_default(),
        };
        create_private(&self.folder)?;
        write_private(&self.folder.join(SEAT_FILE), &file.encode_to_vec())
    }

    /// Notes for good that the game went on in another cluster, and deletes
    /// the log, which nobody must vote with any more.
    pub fn note_continued(&mut self, cluster: ClusterId) -> io::Result<()> {
        self.continued_in = Some(cluster);
        self.save()?;
        fs::remove_file(self.folder.join(LOG_FILE))
    }

    fn read(folder: PathBuf) -> io::Result<Self> {
        let bytes = read_private(&folder.join(SEAT_FILE), MAX_SEAT_BYTES)?;
        let bad = |what: &str| io::Error::other(format!("the seat file is damaged: {what}"));
        let file = pb::SeatFile::decode(&bytes[..]).map_err(|e| bad(&e.to_string()))?;
        if file.format != 1 {
            return Err(io::Error::other("a newer version of the program wrote it"));
        }
        let secret = file.room_secret.try_into();
        let written = |name| fs::metadata(folder.join(name)).and_then(|file| file.modified());
        Ok(Self {
            key: RoomKey {
                cluster_id: cluster_id(&file.cluster_id).map_err(io::Error::other)?,
                secret: secret.map_err(|_length| bad("room secret"))?,
            },
            room: Name::parse(&file.room).map_err(io::Error::other)?,
            node_id: file.node_id,
            continued_in: match file.continued_in.as_slice() {
                [] => None,
                id => Some(cluster_id(id).map_err(io::Error::other)?),
            },
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
    let continued = seats.iter().filter(|seat| seat.continued_in.is_some());
    for old in continued.skip(MAX_CONTINUED) {
        remove(&old.folder);
    }
    seats
}

/// The seats in a room's folder, the one used last first.
pub fn scan_room(room: &Path) -> Vec<KeptSeat> {
    let mut seats: Vec<KeptSeat> = folders(room)
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

    #[test]
    fn seats_are_found_again_and_damage_is_left_alone() {
        let rooms = tempfile::tempdir().expect("a folder");
        let key = RoomKey::random();
        let folder = rooms.path().join(key.cluster_id.to_string()).join("7");
        let mut seat = KeptSeat {
            key,
            room: Name::parse("den").expect("a name"),
            node_id: 7,
            folder: folder.clone(),
            continued_in: None,
            used: SystemTime::now(),
        };
        seat.save().expect("saved");
        fs::write(folder.join(LOG_FILE), "log").expect("written");
        let damaged = rooms.path().join("x/8");
        fs::create_dir_all(&damaged).expect("a folder");
        fs::write(damaged.join(SEAT_FILE), "nonsense").expect("written");
        let found = scan(rooms.path());
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].key, found[0].node_id), (key, 7));
        assert_eq!(found[0].continued_in, None);

        let next = ClusterId::random();
        seat.note_continued(next).expect("left behind");
        assert!(!folder.join(LOG_FILE).exists());
        assert_eq!(scan(rooms.path())[0].continued_in, Some(next));
        assert!(damaged.join(SEAT_FILE).exists());
        remove(&folder);
        assert!(!folder.parent().expect("a parent").exists());
    }
}
