//! How a player wants their window, kept on this computer with the profile.

use std::{fs, io, net::SocketAddr, ops::RangeInclusive, path::Path};

use serde_json::{Value, json};

use crate::files::write_private;

/// The file in the profile's folder.
const FILE: &str = "settings.json";

/// How large everything can be drawn, in percent of the system's own size.
pub const SCALE: RangeInclusive<u16> = 80..=200;

/// How many addresses are remembered.
pub const ADDRESSES: usize = 4;

/// What a player chose for their window.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    pub interfaces: Vec<String>,
    /// The addresses at which rooms were joined, the newest first; at most
    /// [`ADDRESSES`].
    pub addresses: Vec<SocketAddr>,
}

/// The colours of a window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Look {
    /// Light or dark, as the system is.
    #[default]
    System,
    /// Dark text on light ground.
    Light,
    /// Light text on dark ground.
    Dark,
    /// Black, white and yellow: a contrast of at least 7 to 1 (WCAG AAA).
    Contrast,
}

impl Look {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::System, Self::Light, Self::Dark, Self::Contrast];

    /// The word for it in the file.
    pub fn code(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
            Self::Contrast => "contrast",
        }
    }

    fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|look| look.code() == code)
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
        let Ok(text) = fs::read_to_string(folder.join(FILE)) else {
            return Self::default();
        };
        match serde_json::from_str(&text) {
            Ok(value) => Self::read(&value),
            Err(e) => {
                tracing::warn!("{FILE} is damaged, and not used: {e}");
                Self::default()
            }
        }
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
        write_private(&folder.join(FILE), self.to_json().to_string().as_bytes())
    }

    fn to_json(&self) -> Value {
        json!({
            "language": self.language,
            "look": self.look.code(),
            "scale": self.scale,
            "calm": self.calm,
            "volume": self.volume,
            "awake": self.awake,
            "interfaces": self.interfaces,
            "addresses": self.addresses.iter().map(ToString::to_string).collect::<Vec<_>>(),
        })
    }

    fn read(value: &Value) -> Self {
        let default = Self::default();
        let scale = value["scale"]
            .as_u64()
            .and_then(|scale| u16::try_from(scale).ok());
        Self {
            language: value["language"].as_str().map(str::to_owned),
            look: value["look"]
                .as_str()
                .and_then(Look::from_code)
                .unwrap_or(default.look),
            scale: scale
                .filter(|scale| SCALE.contains(scale))
                .unwrap_or(default.scale),
            calm: value["calm"].as_bool().unwrap_or(default.calm),
            volume: value["volume"]
                .as_u64()
                .and_then(|volume| u8::try_from(volume).ok())
                .filter(|volume| *volume <= 100)
                .unwrap_or(default.volume),
            awake: value["awake"].as_bool().unwrap_or(default.awake),
            interfaces: texts(&value["interfaces"]).map(str::to_owned).collect(),
            addresses: texts(&value["addresses"])
                .filter_map(|addr| addr.parse().ok())
                .take(ADDRESSES)
                .collect(),
        }
    }
}

/// The texts of a list; none if it is no list.
fn texts(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}

#[cfg(test)]
mod tests {
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
        // Each on its own: one bad value loses no other.
        fs::write(
            &file,
            r#"{"look":"plaid","scale":5000,"calm":1,"volume":200,"language":"fr"}"#,
        )
        .expect("written");
        let read = Preferences::load(folder.path());
        let french = Preferences {
            language: Some("fr".to_owned()),
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
