//! What the nodes log: counted, and shown if somebody looks.

use std::{
    fmt::{self, Write as _},
    sync::{Arc, Mutex},
    time::Duration,
};

use dhangkanna::consensus::{ClusterId, NodeId};
use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

/// How often a snapshot was installed, so far.
#[derive(Clone, Debug, Default)]
pub struct Log {
    is_quiet: bool,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    host: String,
    now: Duration,
    snapshots_installed: u64,
    /// What nobody has looked at yet.
    moves: Vec<Move>,
}

/// A game goes on in another cluster, by the word of a host.
#[derive(Debug)]
pub struct Move {
    /// Which host.
    pub by: String,
    /// The other cluster.
    pub into: ClusterId,
    /// The seats of those who take part, if it has founded that; if not, it has
    /// followed by itself.
    pub participants: Option<Vec<NodeId>>,
}

impl Log {
    /// A log that is shown unless it is quiet.
    pub fn new(is_quiet: bool) -> Self {
        Self {
            is_quiet,
            state: Arc::default(),
        }
    }

    /// Sets the time since the begin of the simulation.
    pub fn set_time(&self, now: Duration) {
        self.state.lock().unwrap().now = now;
    }

    /// The moves since the last look.
    pub fn take_moves(&self) -> Vec<Move> {
        std::mem::take(&mut self.state.lock().unwrap().moves)
    }

    /// How often a snapshot was installed.
    pub fn snapshots_installed(&self) -> u64 {
        self.state.lock().unwrap().snapshots_installed
    }
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        // turmoil's spans tell whose turn it is.
        metadata.is_span() && metadata.target().starts_with("turmoil")
            || metadata.target().starts_with("dhangkanna") && *metadata.level() <= Level::INFO
    }

    fn new_span(&self, attributes: &span::Attributes<'_>) -> span::Id {
        let mut host = Host::default();
        attributes.record(&mut host);
        if let Some(host) = host.0 {
            self.state.lock().unwrap().host = host;
        }
        span::Id::from_u64(1)
    }

    fn record(&self, _span: &span::Id, _values: &span::Record<'_>) {}

    fn record_follows_from(&self, _span: &span::Id, _follows: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line::default();
        event.record(&mut line);
        let mut state = self.state.lock().unwrap();
        if line.0.starts_with("snapshot installed") {
            state.snapshots_installed += 1;
        }
        let founded = line.0.strip_prefix("the game goes on in ");
        let founded = founded.and_then(|rest| rest.split_once(", with "));
        let followed = line.0.strip_prefix("followed into ");
        if let Some((into, seats)) = founded
            .map(|(into, seats)| (into, Some(seats)))
            .or(followed.map(|into| (into, None)))
        {
            let ids = |seats: &str| {
                let seats = seats.trim_matches(['{', '}']).split(", ");
                seats.map(|id| id.parse().expect("a seat")).collect()
            };
            let by = state.host.clone();
            state.moves.push(Move {
                by,
                into: into.parse().expect("a cluster"),
                participants: seats.map(ids),
            });
        }
        if !self.is_quiet {
            println!("{:>9.3} {} {}", state.now.as_secs_f64(), state.host, line.0);
        }
    }

    fn enter(&self, _span: &span::Id) {}

    fn exit(&self, _span: &span::Id) {}
}

/// An event's message.
#[derive(Default)]
struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            let _ = write!(self.0, "{value:?}");
        }
    }
}

/// The host's name in a span.
#[derive(Default)]
struct Host(Option<String>);

impl Visit for Host {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "name" {
            self.0 = Some(value.to_owned());
        }
    }

    fn record_debug(&mut self, _field: &Field, _value: &dyn fmt::Debug) {}
}
