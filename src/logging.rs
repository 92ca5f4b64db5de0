//! Where the log goes: errors to stderr, more to a file in the profile.
//! Secrets never reach it: their types do not print them.

mod files;
mod lines;

use std::{io::Write as _, path::Path};

use tracing::level_filters::LevelFilter;
use tracing_appender::non_blocking::{NonBlocking, WorkerGuard};
use tracing_subscriber::{Layer as _, filter::Targets, fmt, layer::SubscriberExt as _};

use self::{files::LogFiles, lines::Lines};

/// Keeps the log file open; what is not written yet is written when it drops.
pub struct Guard {
    lines: Lines,
    file: NonBlocking,
    _worker: WorkerGuard,
}

impl Drop for Guard {
    fn drop(&mut self) {
        // There is nobody to tell.
        let _ = self.file.write_all(self.lines.rest().as_bytes());
    }
}

/// Logs to stderr and, if a folder is named, at least at level info to files in it:
/// at most five of 8 MiB. If none can be written there (a full or read-only disk), the
/// game itself will say so.
pub fn start(level: LevelFilter, folder: Option<&Path>) -> Option<Guard> {
    let mut failed = Vec::new();
    let guard = folder.and_then(|folder| {
        let mut files = LogFiles::open(folder)
            .inspect_err(|e| failed.push(format!("there is no log in {}: {e}", folder.display())))
            .ok()?;
        failed.append(&mut files.stuck);
        let (file, worker) = tracing_appender::non_blocking(files);
        Some(Guard {
            lines: Lines::default(),
            file,
            _worker: worker,
        })
    });
    let to_file = guard.as_ref().map(|guard| {
        let file = guard.file.clone();
        fmt::layer()
            .event_format(guard.lines.clone())
            .with_writer(move || file.clone())
            .with_filter(targets(level.max(LevelFilter::INFO)))
    });
    let to_stderr = fmt::layer()
        .event_format(Lines::default())
        .with_writer(std::io::stderr)
        .with_filter(targets(level));
    let registry = tracing_subscriber::registry().with(to_stderr).with(to_file);
    // Set before, by a test: that one stays.
    let _ = tracing::subscriber::set_global_default(registry);
    for why in failed {
        tracing::warn!("{why}");
    }
    if guard.is_some() {
        log_panics();
    }
    guard
}

/// Our own messages at this level; of the libraries only what went wrong.
fn targets(level: LevelFilter) -> Targets {
    let (libraries, noisy) = if level >= LevelFilter::TRACE {
        (LevelFilter::DEBUG, LevelFilter::DEBUG)
    } else {
        (LevelFilter::ERROR.min(level), LevelFilter::OFF)
    };
    Targets::new()
        .with_default(libraries)
        // openraft calls a refused membership change an error; the policy
        // tries again.
        .with_target("openraft", noisy)
        // memberlist calls whatever a stranger sends an error, and each
        // peer that does not answer.
        .with_target("memberlist", noisy)
        .with_target("dhangkanna", level)
}

/// A panic of any thread goes to the log file too.
fn log_panics() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        tracing::error!("panic: {panic}");
        before(panic);
    }));
}
