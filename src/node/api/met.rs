//! Whom a player has played with: kept on this computer, in the profile, and told to
//! nobody.

use std::{collections::BTreeMap, io, path::Path};

use serde::{Deserialize, Serialize};

use crate::{
    files::{load_json, save_json},
    game::{Name, PeerId},
};

/// The file in the profile's folder.
const FILE: &str = "met.json";

/// How many are remembered; who was met longest ago is forgotten first.
const MAX: usize = 512;

/// The last time that somebody was met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meeting {
    /// What they were called.
    pub name: String,
    /// Days since 1970.
    pub day: u64,
}

/// Everybody who was met, by the text of their id: the keys that prove who they are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Met {
    players: BTreeMap<String, Meeting>,
}

impl Met {
    /// Reads who was met. What cannot be read begins anew.
    pub(crate) fn load(folder: &Path) -> Self {
        load_json(&folder.join(FILE))
    }

    pub(crate) fn save(&self, folder: &Path) -> io::Result<()> {
        save_json(&folder.join(FILE), self)
    }

    /// Notes that somebody is met on a day; whether that is news.
    pub(crate) fn note(&mut self, peer: &PeerId, name: &Name, day: u64) -> bool {
        let meeting = Meeting {
            name: name.to_string(),
            day,
        };
        let known = self.players.insert(peer.to_string(), meeting.clone());
        if self.players.len() > MAX {
            let oldest = self.players.iter().min_by_key(|(_, met)| met.day);
            if let Some(oldest) = oldest.map(|(peer, _)| peer.clone()) {
                self.players.remove(&oldest);
            }
        }
        known != Some(meeting)
    }

    /// The last time that somebody was met.
    pub fn last(&self, peer: &PeerId) -> Option<&Meeting> {
        self.players.get(&peer.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(n: u16) -> PeerId {
        let mut id = [0; 32];
        id[..2].copy_from_slice(&n.to_le_bytes());
        PeerId::new(id)
    }

    #[test]
    fn the_last_ones_are_remembered() {
        let (dir, name) = (tempfile::tempdir().expect("a folder"), Name::placeholder());
        let mut met = Met::load(dir.path());
        for n in 0..600_u16 {
            assert!(met.note(&peer(n), &name, n.into()));
        }
        assert!(!met.note(&peer(599), &name, 599));
        assert!(met.note(&peer(599), &name, 600));
        assert_eq!(met.players.len(), MAX);
        assert!(met.last(&peer(0)).is_none() && met.last(&peer(400)).is_some());
        met.save(dir.path()).expect("saved");
        assert_eq!(Met::load(dir.path()), met);
    }
}
