//! Files in a player's own folders, which nobody else can read, and files from
//! anywhere that are opened with care: what stands in a folder may be a link, a
//! pipe or without end.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind, Read as _, Write as _},
    path::Path,
};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

/// The largest JSON file that is read, in bytes.
const MAX_JSON_BYTES: u64 = 1024 * 1024;

/// Reads a file from anywhere, through links, too.
///
/// # Errors
/// What the system says, or if it is no regular file, or longer than `max` bytes.
pub fn read_bounded(path: &Path, max: u64) -> io::Result<Vec<u8>> {
    read(open(path, OpenOptions::new().read(true), true)?, max)
}

/// Reads a file in a player's own folder.
///
/// # Errors
/// As for [`read_bounded`], or if it is a link.
pub fn read_private(path: &Path, max: u64) -> io::Result<Vec<u8>> {
    read(open_private(path, OpenOptions::new().read(true))?, max)
}

fn read(file: File, max: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(max.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > max {
        let text = format!("it is longer than {max} bytes");
        return Err(io::Error::new(ErrorKind::FileTooLarge, text));
    }
    Ok(bytes)
}

/// Opens a file in a player's own folder. Only its owner can read it then, whether
/// it is new or not.
///
/// # Errors
/// What the system says, or if it is no regular file, or a link.
pub fn open_private(path: &Path, how: &mut OpenOptions) -> io::Result<File> {
    let file = open(path, how, false)?;
    #[cfg(unix)]
    narrow::keep_to_owner(path, &file.metadata()?, |only| file.set_permissions(only));
    Ok(file)
}

/// Opens a regular file, without waiting for whoever writes into a pipe.
fn open(path: &Path, how: &mut OpenOptions, follow: bool) -> io::Result<File> {
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt as _;
        let link = match follow {
            true => OFlags::empty(),
            false => OFlags::NOFOLLOW,
        };
        let flags = OFlags::NONBLOCK | OFlags::NOCTTY | link;
        // Bits of the system's own type: they fit.
        how.mode(0o600).custom_flags(flags.bits().cast_signed());
    }
    #[cfg(windows)]
    if !follow {
        use std::os::windows::fs::OpenOptionsExt as _;
        use windows_sys::Win32::Storage::FileSystem::FILE_FLAG_OPEN_REPARSE_POINT;
        how.custom_flags(FILE_FLAG_OPEN_REPARSE_POINT);
    }
    let opened = how.open(path).and_then(|file| Ok((file.metadata()?, file)));
    let refused = match opened {
        Ok((found, file)) if found.is_file() => return Ok(file),
        Ok(_) => None,
        Err(e) => Some(e),
    };
    // It is opened no more: what it is only makes the message better.
    let what = match fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() && !follow => {
            "it is a link, which is not followed here; put the file itself in its place"
        }
        Ok(found) if found.is_dir() => "it is a folder, not a file",
        Ok(found) if !found.is_file() && !found.is_symlink() => "it is not a regular file",
        _ => match refused {
            Some(e) => return Err(e),
            None => "it is not a regular file",
        },
    };
    Err(io::Error::new(ErrorKind::InvalidInput, what))
}

/// Writes a file that only its owner can read, whole or not at all: what is there
/// is replaced, be it a link or a pipe.
///
/// # Errors
/// What the system says.
pub fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    replace(path, bytes, File::sync_all)
}

/// The same for what need not outlive a power cut: it does not wait for the disk.
///
/// # Errors
/// What the system says.
pub fn write_passing(path: &Path, bytes: &[u8]) -> io::Result<()> {
    replace(path, bytes, |_file| Ok(()))
}

fn replace(path: &Path, bytes: &[u8], sync: fn(&File) -> io::Result<()>) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut draft = tempfile::NamedTempFile::new_in(folder)?;
    draft.write_all(bytes)?;
    sync(draft.as_file())?;
    draft.persist(path)?;
    Ok(())
}

/// Makes a folder that only its owner can enter, if there is none.
///
/// # Errors
/// What the system says, or if it is a link.
pub fn create_private(folder: &Path) -> io::Result<()> {
    create_folder(folder)?;
    let found = fs::symlink_metadata(folder)?;
    if found.is_symlink() {
        let text = format!("{} is a link, not a folder", folder.display());
        return Err(io::Error::new(ErrorKind::InvalidInput, text));
    }
    #[cfg(unix)]
    narrow::keep_to_owner(folder, &found, |only| fs::set_permissions(folder, only));
    Ok(())
}

/// Makes a folder, and those above it, that only their owner can enter. One that
/// is there stays as it is.
///
/// # Errors
/// What the system says.
pub fn create_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(folder)
}

#[cfg(unix)]
pub use narrow::{narrow, why_unsafe};

/// Who else can do what, where a file has an owner and a mode.
#[cfg(unix)]
mod narrow {
    use std::{
        fs::{self, Metadata, Permissions},
        io,
        os::unix::fs::{MetadataExt as _, PermissionsExt as _},
        path::Path,
    };

    /// What the group and others may do.
    const OTHERS: u32 = 0o077;

    /// What lets the group and others write.
    const OTHERS_WRITE: u32 = 0o022;

    /// In such a folder everybody can make files, and delete only their own.
    const STICKY: u32 = 0o1000;

    fn me() -> u32 {
        rustix::process::geteuid().as_raw()
    }

    /// Takes from others what they may do with a file or folder of ours.
    pub(super) fn keep_to_owner(
        path: &Path,
        found: &Metadata,
        set: impl FnOnce(Permissions) -> io::Result<()>,
    ) {
        if found.mode() & OTHERS == 0 || found.uid() != me() {
            return;
        }
        let path = path.display();
        match set(Permissions::from_mode(found.mode() & 0o700)) {
            Ok(()) => tracing::warn!("{path} was readable by others; now only by you"),
            Err(e) => tracing::warn!("{path} is readable by others, and cannot be changed: {e}"),
        }
    }

    /// Does so with all that is ours in a folder, and with the folder. Follows no
    /// links.
    pub fn narrow(path: &Path) {
        let Ok(found) = fs::symlink_metadata(path) else {
            return;
        };
        if found.is_symlink() || found.uid() != me() {
            return;
        }
        keep_to_owner(path, &found, |only| fs::set_permissions(path, only));
        if found.is_dir() {
            for file in fs::read_dir(path).into_iter().flatten().flatten() {
                narrow(&file.path());
            }
        }
    }

    /// Why what is in a folder is not safe from others, with what to do. Only a
    /// folder that is `shared` may be the system's, open to all if it is sticky, or
    /// be found through a link.
    ///
    /// # Errors
    /// If the folder cannot be looked at.
    pub fn why_unsafe(folder: &Path, shared: bool) -> io::Result<Option<String>> {
        const ROOT: u32 = 0;
        let ours = |found: &Metadata| found.uid() == me() || shared && found.uid() == ROOT;
        let path = folder.display();
        let link = fs::symlink_metadata(folder)?;
        if link.is_symlink() && !shared {
            return Ok(Some(format!(
                "{path} is a link; put the folder itself there"
            )));
        }
        let found = fs::metadata(folder)?;
        if !ours(&link) || !ours(&found) {
            return Ok(Some(format!("{path} belongs to another user")));
        }
        let is_sticky = shared && found.mode() & STICKY != 0;
        if found.mode() & OTHERS_WRITE != 0 && !is_sticky {
            return Ok(Some(format!(
                "others can write in {path}; forbid it (chmod go-w {path})"
            )));
        }
        Ok(None)
    }
}

/// Reads a JSON object in a profile's folder. What is not there, or does not fit
/// `T`, is as in a new profile: one bad value loses no other.
pub fn load_json<T: DeserializeOwned + Default>(path: &Path) -> T {
    let text = match read_private(path, MAX_JSON_BYTES) {
        Ok(text) => text,
        Err(e) if e.kind() == ErrorKind::NotFound => return T::default(),
        Err(e) => {
            tracing::warn!("{} is not used: {e}", path.display());
            return T::default();
        }
    };
    let fields = serde_json::from_slice(&text);
    let mut fields: Map<String, Value> = fields.unwrap_or_else(|e| {
        tracing::warn!("{} is damaged, and not used: {e}", path.display());
        Map::new()
    });
    fields.retain(|name, value| {
        let alone = Map::from_iter([(name.clone(), value.clone())]);
        let fits = T::deserialize(Value::Object(alone));
        fits.inspect_err(|e| tracing::warn!("{name} in {} is not used: {e}", path.display()))
            .is_ok()
    });
    T::deserialize(Value::Object(fields)).unwrap_or_default()
}

/// Keeps something as a JSON object in a profile's folder.
///
/// # Errors
/// What the system says.
pub fn save_json(path: &Path, value: &impl Serialize) -> io::Result<()> {
    write_private(path, &serde_json::to_vec(value)?)
}
