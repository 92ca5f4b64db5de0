//! The digests of the rounds that are over: that of the game is made at each entry, so
//! what does not change any more is written once.

use std::{collections::VecDeque, sync::Arc};

use parking_lot::Mutex;

use crate::game::Round;

/// A round that is over, and its digest.
type Digested = (Arc<Round>, [u8; 32]);

/// What is remembered of them. Clones share it: the same round has the same everywhere.
#[derive(Clone, Debug, Default)]
pub struct RoundDigests(Arc<Mutex<VecDeque<Digested>>>);

/// It follows from the game.
impl PartialEq for RoundDigests {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

impl Eq for RoundDigests {}

impl RoundDigests {
    /// Those of these rounds, the oldest first, of which each is made by `digest` once.
    pub fn of<'a>(
        &self,
        rounds: impl IntoIterator<Item = &'a Arc<Round>>,
        digest: impl Fn(&Round) -> [u8; 32],
    ) -> Vec<[u8; 32]> {
        let mut known = self.0.lock();
        let mut now = VecDeque::with_capacity(known.len());
        for round in rounds {
            // The oldest are forgotten first.
            while (known.front()).is_some_and(|(front, _)| !Arc::ptr_eq(front, round)) {
                known.pop_front();
            }
            let one = known.pop_front();
            now.push_back(one.unwrap_or_else(|| (Arc::clone(round), digest(round))));
        }
        *known = now;
        known.iter().map(|(_, digest)| *digest).collect()
    }
}
