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
    /// How.
    pub how: How,
}

/// How a host goes on elsewhere.
#[derive(Debug)]
pub enum How {
    /// It has founded that, for itself and the seats of those who take part.
    Founded(Vec<NodeId>),
    /// By itself, with the very log of the founder.
    Followed,
    /// With a log that ends before the founder's.
    CaughtUp,
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
        if let Some((into, how)) = how(&line.0) {
            let by = state.host.clone();
            let into = into.parse().expect("a cluster");
            state.moves.push(Move { by, into, how });
        }
        if !self.is_quiet {
            println!("{:>9.3} {} {}", state.now.as_secs_f64(), state.host, line.0);
        }
    }

    fn enter(&self, _span: &span::Id) {}

    fn exit(&self, _span: &span::Id) {}
}

/// Where a game goes on, and how, if a line says so.
fn how(line: &str) -> Option<(&str, How)> {
    if let Some(into) = line.strip_prefix("followed into ") {
        return Some((into, How::Followed));
    }
    if let Some(into) = line.strip_prefix("caught up in ") {
        return Some((into, How::CaughtUp));
    }
    let (into, seats) = line
        .strip_prefix("the game goes on in ")?
        .split_once(", with ")?;
    let seats = seats.trim_matches(['{', '}']).split(", ");
    let seats = seats.map(|id| id.parse().expect("a seat")).collect();
    Some((into, How::Founded(seats)))
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
