//! The log files of a profile: a few, of a bounded size.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use crate::files::{create_private, open_private};

/// The largest log file, in bytes.
const MAX_BYTES: u64 = 8 * 1024 * 1024;

/// How many there are at most.
const FILES: usize = 5;

/// Writes to the newest file, `dhangkanna.log`. When it is full, it becomes
/// `dhangkanna.1.log`, the one of that name `dhangkanna.2.log`, and so on; the oldest
/// goes.
pub struct LogFiles {
    folder: PathBuf,
    max: u64,
    file: File,
    len: u64,
    /// What is in the way, and stays.
    pub stuck: Vec<String>,
}

impl LogFiles {
    /// Goes on with the newest file of a folder, and deletes what has no place there:
    /// logs of other names, and those that are too large or no files.
    ///
    /// # Errors
    /// If none can be written there.
    pub fn open(folder: &Path) -> io::Result<Self> {
        Self::of_size(folder, MAX_BYTES)
    }

    fn of_size(folder: &Path, max: u64) -> io::Result<Self> {
        create_private(folder)?;
        let known: Vec<String> = (0..FILES).map(name).collect();
        let mut stuck = Vec::new();
        for found in fs::read_dir(folder)?.flatten() {
            let file = found.file_name().to_string_lossy().into_owned();
            let is_log = file.starts_with("dhangkanna.") && file.ends_with(".log");
            let fits = |meta: fs::Metadata| meta.is_file() && meta.len() <= max;
            // What a link leads to does not matter.
            if is_log
                && !(known.contains(&file) && found.metadata().is_ok_and(fits))
                && let Err(e) = fs::remove_file(found.path())
            {
                stuck.push(format!("{} is in the way: {e}", found.path().display()));
            }
        }
        let file = append(&folder.join(name(0)))?;
        Ok(Self {
            len: file.metadata()?.len(),
            folder: folder.to_owned(),
            max,
            file,
            stuck,
        })
    }

    fn turn(&mut self) -> io::Result<()> {
        let path = |nth| self.folder.join(name(nth));
        for nth in (1..FILES).rev() {
            // There may be none of that name yet.
            let _ = fs::rename(path(nth - 1), path(nth));
        }
        self.file = append(&path(0))?;
        // If it could not be renamed, its space counts more than its lines.
        self.file.set_len(0)?;
        self.len = 0;
        Ok(())
    }
}

impl Write for LogFiles {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        // At least a part of each line, should one be longer than a file.
        let line = &line[..line
            .len()
            .min(usize::try_from(self.max).unwrap_or(usize::MAX))];
        if self.len + line.len() as u64 > self.max {
            self.turn()?;
        }
        let written = self.file.write(line)?;
        self.len += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// The name of the nth file, the newest first.
fn name(nth: usize) -> String {
    match nth {
        0 => "dhangkanna.log".to_owned(),
        nth => format!("dhangkanna.{nth}.log"),
    }
}

fn append(path: &Path) -> io::Result<File> {
    open_private(path, OpenOptions::new().append(true).create(true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_few_files_and_none_is_large() {
        const MAX: u64 = 1000;
        let dir = tempfile::tempdir().expect("a folder");
        let put = |name: &str, len: usize| fs::write(dir.path().join(name), vec![b'x'; len]);
        put("dhangkanna.2026-11-23.log", 10).expect("of an earlier version");
        put("dhangkanna.2.log", 5000).expect("too large");
        put("dhangkanna.log", 900).expect("written");
        put("notes", 5000).expect("not ours");
        for n in 0..500 {
            // Each fifth start goes on with what is there.
            let mut log = LogFiles::of_size(dir.path(), MAX).expect("a log");
            for line in 0..5 {
                let line = format!("{n}.{line} {}\n", "-".repeat(n % 90));
                log.write_all(line.as_bytes()).expect("a line");
            }
        }
        let mut log = LogFiles::of_size(dir.path(), MAX).expect("a log");
        log.write_all(&[b'y'; 2500]).expect("a long line");
        let mut sizes = std::collections::BTreeMap::new();
        for file in fs::read_dir(dir.path()).expect("a folder").flatten() {
            let name = file.file_name().into_string().expect("a name");
            sizes.insert(name, file.metadata().expect("a file").len());
        }
        assert_eq!(sizes.remove("notes"), Some(5000), "{sizes:?}");
        let names: Vec<String> = (0..FILES).map(name).collect();
        assert_eq!(sizes.len(), names.len(), "{sizes:?}");
        assert!(names.iter().all(|name| sizes[name] <= MAX), "{sizes:?}");
        // The long line took three.
        let before = fs::read_to_string(dir.path().join(name(3))).expect("a log");
        assert!(before.contains("\n499.4 "), "{before}");
    }
}
