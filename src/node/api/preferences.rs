//! How a player wants their window, kept on this computer with the profile.

use std::{io, net::SocketAddr, ops::RangeInclusive, path::Path};

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::{
    coded_enum::coded_enum,
    files::{load_json, save_json},
};

/// The file in the profile's folder.
const FILE: &str = "settings.json";

/// How large everything can be drawn, in percent of the system's own size.
pub const SCALE: RangeInclusive<u16> = 80..=200;

/// How many addresses are remembered.
pub const ADDRESSES: usize = 4;

/// What a player chose for their window. How a *room* is set up is
/// [`Settings`](crate::game::Settings), and no part of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Preferences {
    /// BCP 47 tag of the language it speaks; the system's if not set.
    pub language: Option<String>,
    /// Its colours.
    pub look: Look,
    /// Its size in percent, within [`SCALE`].
    pub scale: u16,
    /// Whether nothing is to move in it.
    pub calm: bool,
    /// How loud its sounds are, in percent; 0 is silent.
    pub volume: u8,
    /// Whether the computer is kept awake while a round is on.
    pub awake: bool,
    /// The network interfaces on which players are looked for; if there are
    /// none, on all that may lead to some.
    #[serde(deserialize_with = "those_that_fit")]
    pub interfaces: Vec<String>,
    /// The addresses at which rooms were joined, the newest first; at most
    /// [`ADDRESSES`].
    #[serde(deserialize_with = "those_that_fit")]
    pub addresses: Vec<SocketAddr>,
}

coded_enum! {
    /// The colours of a window.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum Look {
        /// Light or dark, as the system is.
        #[default]
        System = "system",
        /// Dark text on light ground.
        Light = "light",
        /// Light text on dark ground.
        Dark = "dark",
        /// Black, white and yellow: a contrast of at least 7 to 1 (WCAG AAA).
        Contrast = "contrast",
    }
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            language: None,
            look: Look::default(),
            scale: 100,
            calm: false,
            volume: 30,
            awake: true,
            interfaces: Vec::new(),
            addresses: Vec::new(),
        }
    }
}

impl Preferences {
    /// Reads those of a profile. What is not there, or cannot be understood, is
    /// as at the first start.
    pub(crate) fn load(folder: &Path) -> Self {
        let mut read: Self = load_json(&folder.join(FILE));
        let default = Self::default();
        if !SCALE.contains(&read.scale) {
            read.scale = default.scale;
        }
        if read.volume > 100 {
            read.volume = default.volume;
        }
        read.addresses.truncate(ADDRESSES);
        read
    }

    /// The same, with an address at which a room was joined just now.
    pub(crate) fn joined_at(&self, addr: SocketAddr) -> Self {
        let mut joined = self.clone();
        joined.addresses.retain(|known| *known != addr);
        joined.addresses.insert(0, addr);
        joined.addresses.truncate(ADDRESSES);
        joined
    }

    pub(crate) fn save(&self, folder: &Path) -> io::Result<()> {
        save_json(&folder.join(FILE), self)
    }
}

/// Reads a list of which each value counts on its own.
fn those_that_fit<'de, T, D>(list: D) -> Result<Vec<T>, D::Error>
where
    T: for<'any> Deserialize<'any>,
    D: Deserializer<'de>,
{
    let values = Vec::<Value>::deserialize(list)?.into_iter();
    Ok(values.flat_map(serde_json::from_value).collect())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn are_kept_and_survive_a_bad_file() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(Preferences::load(folder.path()), Preferences::default());
        let chosen = Preferences {
            language: Some("de".to_owned()),
            look: Look::Contrast,
            scale: 150,
            calm: true,
            volume: 0,
            awake: false,
            interfaces: vec!["wlan0".to_owned()],
            addresses: vec!["10.0.0.5:40123".parse().expect("an address")],
        };
        chosen.save(folder.path()).expect("saved");
        assert_eq!(Preferences::load(folder.path()), chosen);
        let file = folder.path().join(FILE);
        // As version 0.2 writes it.
        let written = fs::read_to_string(&file).expect("read");
        assert_eq!(
            written,
            r#"{"language":"de","look":"contrast","scale":150,"calm":true,"volume":0,"awake":false,"interfaces":["wlan0"],"addresses":["10.0.0.5:40123"]}"#
        );
        for look in Look::ALL {
            let word = serde_json::to_value(look).expect("a word");
            assert_eq!(word, look.code());
        }
        // Each on its own: one bad value loses no other.
        fs::write(
            &file,
            r#"{"look":"plaid","scale":5000,"calm":1,"volume":200,"language":"fr",
                "addresses":["nowhere","10.0.0.5:40123"]}"#,
        )
        .expect("written");
        let read = Preferences::load(folder.path());
        let french = Preferences {
            language: Some("fr".to_owned()),
            addresses: chosen.addresses,
            ..Preferences::default()
        };
        assert_eq!(read, french);
        fs::write(&file, "{").expect("written");
        assert_eq!(Preferences::load(folder.path()), Preferences::default());
    }

    #[test]
    fn the_newest_addresses_are_remembered() {
        let mut preferences = Preferences::default();
        for port in [1, 2, 3, 4, 5, 3] {
            preferences = preferences.joined_at(SocketAddr::from(([10, 0, 0, 5], port)));
        }
        let ports: Vec<u16> = preferences.addresses.iter().map(SocketAddr::port).collect();
        assert_eq!(ports, [3, 5, 4, 2]);
    }
}
