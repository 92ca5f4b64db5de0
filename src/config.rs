//! Where a player's things are: the data directory, the profile in it, the
//! settings that outlive the program.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use crate::{files, game::Name};

/// The name by which a desktop finds the menu entry and icon of a window.
pub const APP_ID: &str = "io.github.dhangkanna.dhangkanna";

/// How many profiles are tried when none is named: nobody opens more windows
/// on one computer.
const MAX_AUTO_PROFILES: usize = 32;

/// The longest name of a profile: it is a folder.
const MAX_PROFILE_BYTES: usize = 40;

/// How often, and how long apart, a profile's lock is tried: another seat
/// that looks whether we run holds it for an instant.
const LOCK_TRIES: (u32, Duration) = (3, Duration::from_millis(15));

/// The file that is locked while a profile runs.
const LOCK: &str = "lock";

/// The file with the player's name.
const PLAYER: &str = "player";

/// The file with the port that was listened on last.
const PORT: &str = "port";

/// The file with the number of the last start.
const SESSION: &str = "session";
/// The largest of these files that is read, in bytes.
const MAX_BYTES: u64 = 4096;

/// Why there is no profile.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// The system does not say where data goes.
    #[error("this system has no home directory; name a folder with --data-dir")]
    NoHome,
    /// The name cannot be a folder.
    #[error("a profile's name has 1 to 40 letters, digits, hyphens or underscores")]
    BadName,
    /// Another window has it.
    #[error(
        "the profile `{0}` is open in another window; name another with --profile, or none to get a free one"
    )]
    InUse(String),
    /// All that are tried by themselves are open.
    #[error("{MAX_AUTO_PROFILES} windows are open already; close one")]
    TooMany,
    /// Others could put files of theirs in the place of ours.
    #[error("{0}, or name another folder with --data-dir")]
    Unsafe(String),
    /// The folder cannot be made or written.
    #[error("{path} cannot be written ({source}); name another folder with --data-dir")]
    Io {
        /// Which folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// A player's folder, locked for this process.
#[derive(Debug)]
pub struct Profile {
    name: String,
    data_dir: PathBuf,
    folder: PathBuf,
    // The lock ends with the process, however it ends.
    _lock: File,
}

impl Profile {
    /// Opens a profile: the one that is named, or else the first that no
    /// other window has.
    ///
    /// # Errors
    /// See [`ProfileError`].
    pub fn open(data_dir: Option<&Path>, name: Option<&str>) -> Result<Self, ProfileError> {
        let data_dir = data_dir_or_default(data_dir)?;
        if let Some(name) = name {
            let ok = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
            if name.is_empty() || name.len() > MAX_PROFILE_BYTES || !name.chars().all(ok) {
                return Err(ProfileError::BadName);
            }
            return Self::try_open(&data_dir, name)?
                .ok_or_else(|| ProfileError::InUse(name.to_owned()));
        }
        for n in 1..=MAX_AUTO_PROFILES {
            if let Some(profile) = Self::try_open(&data_dir, &n.to_string())? {
                return Ok(profile);
            }
        }
        Err(ProfileError::TooMany)
    }

    fn try_open(data_dir: &Path, name: &str) -> Result<Option<Self>, ProfileError> {
        let profiles = profiles_in(data_dir);
        let folder = profiles.join(name);
        let io = |source| ProfileError::Io {
            path: folder.clone(),
            source,
        };
        for (folder, shared) in [(data_dir, true), (&profiles, false), (&folder, false)] {
            files::create_folder(folder).map_err(io)?;
            #[cfg(unix)]
            if let Some(why) = files::why_unsafe(folder, shared).map_err(io)? {
                return Err(ProfileError::Unsafe(why));
            }
            if !shared {
                files::create_private(folder).map_err(io)?;
            }
        }
        let mut how = OpenOptions::new();
        how.read(true).write(true).create(true).truncate(false);
        let lock = files::open_private(&folder.join(LOCK), &mut how).map_err(io)?;
        let (tries, pause) = LOCK_TRIES;
        for _ in 0..tries {
            match lock.try_lock() {
                Ok(()) => {
                    return Ok(Some(Self {
                        name: name.to_owned(),
                        data_dir: data_dir.to_owned(),
                        folder,
                        _lock: lock,
                    }));
                }
                Err(TryLockError::WouldBlock) => std::thread::sleep(pause),
                Err(TryLockError::Error(source)) => return Err(io(source)),
            }
        }
        Ok(None)
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Takes from other users what they may do with what is kept here, and with the
    /// player's packs; says so in the log.
    #[cfg(unix)]
    pub fn narrow(&self) {
        files::narrow(&self.folder);
        files::narrow(&self.packs());
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The folder of all profiles.
    pub fn all_profiles(&self) -> PathBuf {
        profiles_in(&self.data_dir)
    }

    /// The folder of its rooms.
    pub fn rooms(&self) -> PathBuf {
        self.folder.join("rooms")
    }

    /// The folder of its log files.
    pub fn logs(&self) -> PathBuf {
        self.folder.join("logs")
    }

    /// The folder of the player's own word packs, shared by all profiles.
    pub fn packs(&self) -> PathBuf {
        packs_in(&self.data_dir)
    }

    /// The file of the window's size and place, which the window's library opens
    /// by its name: so it is there, and a file of ours.
    #[cfg(feature = "gui")]
    pub fn window_file(&self) -> PathBuf {
        let path = self.folder.join("window.ron");
        if files::read_private(&path, MAX_BYTES).is_err()
            && let Err(e) = files::write_passing(&path, b"{}")
        {
            tracing::warn!("{} cannot be used: {e}", path.display());
        }
        path
    }

    /// The port this profile listened on last: others look for it there, and a
    /// firewall may have been opened for it.
    pub fn last_port(&self) -> Option<u16> {
        let port = read_text(&self.folder.join(PORT))?.trim().parse();
        port.ok().filter(|port| *port != 0)
    }

    /// Keeps the port for the next start.
    ///
    /// # Errors
    /// What the system says.
    pub fn save_port(&self, port: u16) -> io::Result<()> {
        files::write_private(&self.folder.join(PORT), port.to_string().as_bytes())
    }

    /// The number of a new start of the program: the time in milliseconds since
    /// 1970, or one more than the last one if that is greater. A start that is not
    /// kept still has one.
    pub fn next_session(&self) -> u64 {
        let file = self.folder.join(SESSION);
        let last = read_text(&file);
        let last = last.and_then(|text| text.trim().parse::<u64>().ok());
        // What is beyond the year 200000 is damaged, and would leave no next one.
        let last = last.filter(|last| *last < 1 << 52);
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let now = now.map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(0));
        let session = now.max(last.map_or(0, |last| last + 1));
        if let Err(e) = files::write_private(&file, session.to_string().as_bytes()) {
            tracing::warn!("the number of this start is not kept: {e}");
        }
        session
    }

    /// The player's name: the one chosen last, or a suggestion.
    pub fn player_name(&self) -> Name {
        let chosen = read_text(&self.folder.join(PLAYER));
        chosen
            .and_then(|text| Name::parse(&text).ok())
            .unwrap_or_else(suggest_name)
    }
}

/// Keeps the player's name in a profile's folder.
///
/// # Errors
/// If it cannot be written.
pub fn save_name(folder: &Path, name: &Name) -> io::Result<()> {
    files::write_private(&folder.join(PLAYER), name.as_str().as_bytes())
}

/// The data directory: the one that is named, or the platform's.
///
/// # Errors
/// If the system does not know the player's home.
pub fn data_dir_or_default(data_dir: Option<&Path>) -> Result<PathBuf, ProfileError> {
    match data_dir {
        Some(dir) => Ok(dir.to_owned()),
        None => directories::ProjectDirs::from("", "", "dhangkanna")
            .map(|dirs| dirs.data_dir().to_owned())
            .ok_or(ProfileError::NoHome),
    }
}

/// The folder of the player's own word packs in a data directory.
pub fn packs_in(data_dir: &Path) -> PathBuf {
    data_dir.join("packs")
}

/// The folder of all profiles in a data directory.
pub fn profiles_in(data_dir: &Path) -> PathBuf {
    data_dir.join("profiles")
}

/// Whether some process has this profile's folder open.
pub fn profile_is_running(folder: &Path) -> bool {
    files::open_private(&folder.join(LOCK), OpenOptions::new().read(true))
        .is_ok_and(|lock| matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

fn read_text(path: &Path) -> Option<String> {
    let bytes = files::read_private(path, MAX_BYTES).ok()?;
    String::from_utf8(bytes).ok()
}

/// A name to start with, so that nobody has to think of one.
fn suggest_name() -> Name {
    const HOW: [&str; 12] = [
        "Brave", "Sunny", "Swift", "Clever", "Merry", "Gentle", "Lucky", "Mighty", "Quiet",
        "Cosmic", "Fluffy", "Jolly",
    ];
    const WHO: [&str; 12] = [
        "Dragon", "Otter", "Fox", "Owl", "Badger", "Heron", "Lynx", "Panda", "Robin", "Whale",
        "Gecko", "Hedgehog",
    ];
    let random = crate::random::u64();
    let how = HOW[(random % 12) as usize];
    let who = WHO[(random / 12 % 12) as usize];
    // Two words of letters are always a name.
    Name::parse(&format!("{how} {who}")).unwrap_or_else(|_bad| Name::placeholder())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_second_start_takes_the_next_profile() {
        let dir = tempfile::tempdir().expect("a folder");
        let first = Profile::open(Some(dir.path()), None).expect("the first");
        let second = Profile::open(Some(dir.path()), None).expect("the second");
        assert_eq!((first.name(), second.name()), ("1", "2"));
        assert!(profile_is_running(first.folder()));
        let taken = Profile::open(Some(dir.path()), Some("1"));
        assert!(matches!(taken, Err(ProfileError::InUse(_))));
        let folder = first.folder().to_owned();
        drop(first);
        assert!(!profile_is_running(&folder));
        let third = Profile::open(Some(dir.path()), None).expect("the first again");
        assert_eq!(third.name(), "1");
    }

    #[test]
    fn says_what_is_wrong() {
        let dir = tempfile::tempdir().expect("a folder");
        for name in ["", "..", "a/b", "a b", &"x".repeat(41)] {
            let error = Profile::open(Some(dir.path()), Some(name)).expect_err(name);
            assert!(matches!(error, ProfileError::BadName), "{name:?}: {error}");
        }
        let file = dir.path().join("file");
        fs::write(&file, "").expect("a file");
        let error = Profile::open(Some(&file), None).expect_err("a file is no folder");
        assert!(error.to_string().contains("--data-dir"), "{error}");
    }

    #[test]
    fn keeps_the_players_name() {
        let dir = tempfile::tempdir().expect("a folder");
        let profile = Profile::open(Some(dir.path()), None).expect("a profile");
        let suggested = profile.player_name();
        assert!(suggested.as_str().contains(' '));
        let name = Name::parse("Ada").expect("a name");
        save_name(profile.folder(), &name).expect("saved");
        assert_eq!(profile.player_name(), name);
        fs::write(profile.folder().join(PLAYER), b"\xff\0").expect("a file");
        assert!(profile.player_name().as_str().contains(' '));
    }
}
