//! What a seat remembers for the time when it leads.

use std::{collections::BTreeMap, time::Duration};

use parking_lot::Mutex;
use tokio::time::Instant;

use super::{talk_limit::TalkLimit, trials::Trials};
use crate::{
    game::{Name, PeerId},
    net::MAX_MEMBERS,
};

/// Who knocks asks again and again; who has not for this long has gone.
pub const KNOCKING: Duration = Duration::from_secs(5);

/// What a seat remembers for the time when it leads.
#[derive(Debug, Default)]
pub struct Lead {
    /// Held while the membership changes.
    pub changing: tokio::sync::Mutex<()>,
    /// Held while an observation is on its way into the log.
    pub noticing: tokio::sync::Mutex<()>,
    pub trials: Mutex<Trials>,
    /// When the members were asked last which rules they know.
    pub rules_asked: Mutex<Option<Instant>>,
    pub knocks: Knocks,
    pub talk: TalkLimit,
}

/// Who waits to be let into a locked room.
#[derive(Debug, Default)]
pub struct Knocks(Mutex<BTreeMap<PeerId, (Name, Instant)>>);

impl Knocks {
    /// Somebody asks to be let in.
    pub fn note(&self, peer: PeerId, name: Name) {
        let mut knocks = self.0.lock();
        if knocks.len() < MAX_MEMBERS || knocks.contains_key(&peer) {
            knocks.insert(peer, (name, Instant::now()));
        }
    }

    /// Those who still ask.
    pub fn waiting(&self) -> BTreeMap<PeerId, Name> {
        let mut knocks = self.0.lock();
        knocks.retain(|_, (_, at)| at.elapsed() < KNOCKING);
        knocks
            .iter()
            .map(|(peer, (name, _))| (*peer, name.clone()))
            .collect()
    }
}
