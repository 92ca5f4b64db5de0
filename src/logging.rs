//! Where the log goes: errors to stderr, more to a file in the profile.
//! Secrets never reach it: their types do not print them.

use std::{fmt::Debug, fs, path::Path};

use tracing::{field::Field, level_filters::LevelFilter};
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::{
    Layer as _,
    field::MakeExt as _,
    filter::Targets,
    fmt::{
        self,
        format::{Writer, debug_fn},
    },
    layer::SubscriberExt as _,
};

use crate::game::safe_text;

/// How many days of log files are kept.
const DAYS: usize = 5;

/// Keeps the log file open; what is not written yet is written when it drops.
pub type Guard = Option<tracing_appender::non_blocking::WorkerGuard>;

/// Logs to stderr and, if a folder is named, at least at level info to a file a
/// day in it. If none can be written there (a full or read-only disk), the game
/// itself will say so.
pub fn start(level: LevelFilter, folder: Option<&Path>) -> Guard {
    let file = folder.and_then(|folder| {
        fs::create_dir_all(folder).ok()?;
        RollingFileAppender::builder()
            .rotation(Rotation::DAILY)
            .filename_prefix("dhangkanna")
            .filename_suffix("log")
            .max_log_files(DAYS)
            .build(folder)
            .ok()
    });
    let (file, guard) = file.map(tracing_appender::non_blocking).unzip();
    let to_file = file.map(|file| {
        fmt::layer()
            .fmt_fields(debug_fn(write_field).delimited(" "))
            .with_ansi(false)
            .with_writer(file)
            .with_filter(targets(level.max(LevelFilter::INFO)))
    });
    let to_stderr = fmt::layer()
        .fmt_fields(debug_fn(write_field).delimited(" "))
        .with_writer(std::io::stderr)
        .with_filter(targets(level));
    let registry = tracing_subscriber::registry().with(to_stderr).with(to_file);
    // Set before, by a test: that one stays.
    let _ = tracing::subscriber::set_global_default(registry);
    if guard.is_some() {
        log_panics();
    }
    guard
}

/// A part of a message on one line, whatever strangers called themselves in it:
/// what would end the line, or steer the terminal, is escaped.
fn write_field(writer: &mut Writer<'_>, field: &Field, value: &dyn Debug) -> std::fmt::Result {
    if field.name() != "message" {
        write!(writer, "{}=", field.name())?;
    }
    writer.write_str(&escaped(&format!("{value:?}")))
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        let one = c.to_string();
        if safe_text(&one) == one {
            escaped.push(c);
        } else {
            escaped.extend(c.escape_unicode());
        }
    }
    escaped
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_stays_on_its_line() {
        let text = "\"Ada\" é 🐉\n\u{1b}[2J\u{202e}";
        let one_line = "\"Ada\" é 🐉\\u{a}\\u{1b}[2J\\u{202e}";
        assert_eq!(escaped(text), one_line);
    }
}
