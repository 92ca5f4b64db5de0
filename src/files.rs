//! Files in a player's own folders.

use std::{
    fs,
    io::{self, Write as _},
    path::Path,
};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

/// Writes a file that only its owner can read, whole or not at all.
///
/// # Errors
/// What the system says.
pub fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let draft = path.with_extension("new");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(&draft)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&draft, path)
}

/// Reads a JSON object in a profile's folder. What is not there, or does not fit
/// `T`, is as in a new profile: one bad value loses no other.
pub fn load_json<T: DeserializeOwned + Default>(path: &Path) -> T {
    let Ok(text) = fs::read_to_string(path) else {
        return T::default();
    };
    let fields = serde_json::from_str(&text);
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
