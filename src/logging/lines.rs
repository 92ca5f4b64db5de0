//! The lines of a log: one event each, and of what comes again and again the first
//! in a minute and how many more there were. Whatever strangers put into them.

use std::{
    collections::HashMap,
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use tracing::{Event, Level, Metadata, Subscriber, callsite::Identifier};
use tracing_subscriber::{
    fmt::{
        FmtContext, FormatEvent, FormatFields,
        format::{self, Writer},
        time::{FormatTime as _, SystemTime},
    },
    registry::LookupSpan,
};

use crate::game::shown;

/// How long what was written is not written again.
const PERIOD: Duration = Duration::from_secs(60);

/// How many different lines of one place in the program are written within that
/// time.
const DIFFERENT: usize = 32;

/// The longest line, in characters.
const MAX_CHARS: usize = 4000;

/// Writes events. Clones share what they count.
#[derive(Clone, Default)]
pub struct Lines(Arc<Mutex<HashMap<Identifier, Spell>>>);

/// What was written, of one place in the program, since when.
struct Spell {
    since: Instant,
    lines: Vec<String>,
    more: u64,
}

impl Spell {
    /// What is said of the lines that were not written.
    fn rest(&self) -> String {
        match (self.more, self.lines.first()) {
            (more @ 1.., Some(line)) => stamped(&format!("{line} … and {more} times more")),
            _ => String::new(),
        }
    }
}

impl Lines {
    /// What was counted and is not written yet, for the end of the log.
    pub fn rest(&self) -> String {
        let spells = std::mem::take(&mut *self.0.lock());
        spells.values().map(Spell::rest).collect()
    }

    /// What is written for an event: its line, unless there were enough like it, after
    /// what was counted of others.
    fn of(&self, place: &Metadata<'_>, line: &str, now: Instant) -> String {
        let mut spells = self.0.lock();
        let is_over = |spell: &mut Spell| now.duration_since(spell.since) >= PERIOD;
        let over = spells.extract_if(|_, spell| is_over(spell));
        let mut text: String = over.map(|(_, spell)| spell.rest()).collect();
        if let Some(different) = different(place) {
            let spell = spells.entry(place.callsite()).or_insert_with(|| Spell {
                since: now,
                lines: Vec::new(),
                more: 0,
            });
            if spell.lines.len() >= different || spell.lines.iter().any(|known| known == line) {
                spell.more += 1;
                return text;
            }
            spell.lines.push(line.to_owned());
        }
        text.push_str(&stamped(line));
        text
    }
}

/// How many different lines of this kind are written in a [`PERIOD`]; `None` for all.
/// Where strangers are listened to, they can make each different.
fn different(of: &Metadata<'_>) -> Option<usize> {
    let of_strangers = ["dhangkanna::net", "dhangkanna::discovery"];
    let target = of.target();
    if of_strangers.iter().any(|part| target.starts_with(part)) {
        return Some(1);
    }
    // Whoever asks for more than usual wants to see all that this program does.
    (*of.level() <= Level::INFO).then_some(DIFFERENT)
}

/// A line with the time before it.
fn stamped(line: &str) -> String {
    let mut text = String::new();
    // Strings take all.
    let _ = SystemTime.format_time(&mut Writer::new(&mut text));
    text.push_str(&format!(" {line}\n"));
    text
}

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        ctx: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut text = String::new();
        let format = format::Format::default().without_time();
        format.format_event(ctx, Writer::new(&mut text), event)?;
        let line = shown(text.trim_end(), MAX_CHARS);
        writer.write_str(&self.of(event.metadata(), &line, Instant::now()))
    }
}

#[cfg(test)]
mod tests {
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    /// Where a log is written to in a test.
    #[derive(Clone, Default)]
    struct Page(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Page {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_comes_again_is_counted() {
        let (lines, page) = (Lines::default(), Page::default());
        let to = page.clone();
        let layer = tracing_subscriber::fmt::layer()
            .event_format(lines.clone())
            .with_writer(move || to.clone());
        let later = |lines: &Lines| {
            for spell in lines.0.lock().values_mut() {
                spell.since -= PERIOD;
            }
        };
        let flood = |from: u32| {
            for n in from..from + 500 {
                tracing::warn!(target: "dhangkanna::net::server", "{n} is turned away");
                tracing::debug!(target: "dhangkanna::net::server", "{n} said nothing");
                tracing::info!(target: "dhangkanna::discovery::new", "a \u{202e}new\nplace {n}");
                tracing::info!(target: "dhangkanna::node", "the same");
                tracing::info!(target: "dhangkanna::node", "voters are {}", n % 4);
                tracing::error!(target: "some::library", "{n}");
                tracing::debug!(target: "dhangkanna::ui", "drawn");
            }
        };
        let subscriber = tracing_subscriber::registry().with(layer);
        tracing::subscriber::with_default(subscriber, || {
            flood(1000);
            later(&lines);
            flood(2000);
        });
        let text = String::from_utf8(page.0.lock().clone()).expect("text") + &lines.rest();
        let count = |what: &str| text.lines().filter(|line| line.contains(what)).count();
        let table = [
            // Two floods; after each what was counted.
            (" is turned away", 4),
            (
                "WARN dhangkanna::net::server: 1000 is turned away … and 499 times more",
                1,
            ),
            (
                "WARN dhangkanna::net::server: 2000 is turned away … and 499 times more",
                1,
            ),
            ("said nothing", 4),
            ("a new place 1000", 2),
            ("the same … and 499 times more", 2),
            ("voters are ", 4 + 1 + 4 + 1),
            ("some::library: ", DIFFERENT + 1 + DIFFERENT + 1),
            ("drawn", 1000),
        ];
        for (what, want) in table {
            assert_eq!(count(what), want, "{what}");
        }
    }
}
