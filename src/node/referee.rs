//! The leader's part in the game: it notices time, and who is here, and writes
//! both into the log. So all nodes agree on them, and the game stays pure.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::{Instant, timeout};

use super::{Timing, seat::Seat};
use crate::{
    consensus::Proposal,
    game::{Door, Game, Name, Notice, PeerId, Wait},
    net::MAX_MEMBERS,
};

/// A notice that is not committed by then is given up, and looked at anew.
const PATIENCE: Duration = Duration::from_secs(2);

/// How often the members are asked which rules they know, while the room plays
/// by older ones.
const ASK_RULES: Duration = Duration::from_secs(2);

/// Who knocks asks again and again; who has not for this long is gone.
const KNOCKING: Duration = Duration::from_secs(5);

/// What a player may say in [`TALK_TIME`].
const TALK: usize = 5;

/// See [`TALK`].
const TALK_TIME: Duration = Duration::from_secs(3);

/// What a seat remembers to notice time.
#[derive(Debug, Default)]
pub(super) struct Referee {
    /// Round and step, and when this node saw them first.
    step: Mutex<Option<((u32, u32), Instant)>>,
    knocking: Mutex<BTreeMap<PeerId, (Name, Instant)>>,
    talking: Mutex<BTreeMap<PeerId, VecDeque<Instant>>>,
    asked_rules: Mutex<Option<Instant>>,
    /// Held while a notice is on its way.
    busy: tokio::sync::Mutex<()>,
}

/// A clock that a round runs against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// What is waited for.
    pub wait: Wait,
    /// Since when, as this node saw it.
    pub since: Instant,
    /// For how long.
    pub limit: Duration,
}

impl Clock {
    /// Time that is left.
    pub fn left(&self) -> Duration {
        self.limit.saturating_sub(self.since.elapsed())
    }
}

impl Referee {
    /// Somebody is at the door, and is to wait.
    pub(super) fn knocks(&self, peer: PeerId, name: Name) {
        let mut knocking = lock(&self.knocking);
        if knocking.len() < MAX_MEMBERS || knocking.contains_key(&peer) {
            knocking.insert(peer, (name, Instant::now()));
        }
    }

    /// Whether somebody may say something now.
    pub(super) fn may_talk(&self, peer: PeerId) -> bool {
        let now = Instant::now();
        let mut talking = lock(&self.talking);
        talking.retain(|_, times| times.back().is_some_and(|t| now - *t < TALK_TIME));
        let times = talking.entry(peer).or_default();
        while times.front().is_some_and(|t| now - *t >= TALK_TIME) {
            times.pop_front();
        }
        let may = times.len() < TALK;
        if may {
            times.push_back(now);
        }
        may
    }

    /// The clock of the round that is on.
    pub(super) fn clock(&self, game: &Game, timing: &Timing) -> Option<Clock> {
        let round = game.round()?;
        let wait = Wait::of(round)?;
        let key = (round.number(), round.step());
        let mut step = lock(&self.step);
        let since = match *step {
            Some((known, since)) if known == key => since,
            _ => Instant::now(),
        };
        *step = Some((key, since));
        let limit = match wait {
            Wait::Turn => Duration::from_secs(game.table().settings.turn_seconds.into()),
            Wait::Setting => timing.setting,
            Wait::Answer => timing.answer,
        };
        Some(Clock { wait, since, limit })
    }
}

impl Seat {
    /// Looks at the game, and notices what has to be noticed. For the leader;
    /// does nothing on others, or while a notice is on its way.
    pub(super) async fn referee(&self) {
        let Ok(_busy) = self.referee.busy.try_lock() else {
            return;
        };
        if !self.leads() {
            return;
        }
        if !self.has_quorum() || self.contact.is_frozen() {
            // Nobody can play meanwhile, so no time runs.
            *lock(&self.referee.step) = None;
            return;
        }
        let state = self.state();
        if state.game().table().rules < self.peers.rules() {
            return self.raise_rules().await;
        }
        for notice in self.notices(state.game()) {
            tracing::debug!("noticed: {notice:?}");
            self.notice(notice).await;
        }
        self.see_off(state.game()).await;
    }

    fn notices(&self, game: &Game) -> Vec<Notice> {
        let mut notices = Vec::new();
        let facts = self.member_facts();
        let membership = self.membership();
        for (peer, player) in game.players() {
            let mut seats = membership.nodes().filter(|(_, m)| m.peer_id == *peer);
            let here = seats.any(|(id, _)| {
                facts
                    .iter()
                    .any(|m| m.id == *id && m.silent < self.timing.absent)
            });
            // A new leader has not heard of anybody yet, and to the founder of a
            // continuation the others are still on their way.
            let knows = self.leading_for() >= self.timing.absent;
            if knows && here != player.here && !player.removed {
                notices.push(Notice::Presence { peer: *peer, here });
            }
        }
        if let Some(clock) = self.referee.clock(game, &self.timing)
            && clock.left().is_zero()
            && let Some(round) = game.round()
        {
            notices.push(Notice::TimeUp {
                round: round.number(),
                step: round.step(),
            });
        }
        let mut knocking = lock(&self.referee.knocking);
        knocking.retain(|_, (_, at)| at.elapsed() < KNOCKING);
        for (peer, (name, _)) in &*knocking {
            let waits = game.table().knocks.contains_key(peer);
            if !waits && game.door(peer) == Door::Locked {
                let (peer, name) = (*peer, name.clone());
                notices.push(Notice::Knock { peer, name });
            }
        }
        let gone = game
            .table()
            .knocks
            .keys()
            .filter(|peer| !knocking.contains_key(peer));
        // A new leader hears of them only when they ask again.
        if self.leading_for() >= KNOCKING {
            notices.extend(gone.map(|peer| Notice::KnockedOff(*peer)));
        }
        notices
    }

    /// Takes the seats of those whom the owner has sent away. They go by
    /// themselves, if they can.
    async fn see_off(&self, game: &Game) {
        let membership = self.membership();
        let removed = |peer: &PeerId| game.players().get(peer).is_some_and(|p| p.removed);
        let gone: Vec<_> = membership
            .nodes()
            .filter(|(id, member)| **id != self.node_id && removed(&member.peer_id))
            .map(|(id, _)| *id)
            .collect();
        for id in gone {
            if let Err(e) = self.dismiss(id).await {
                tracing::debug!("who was removed keeps the seat for now: {e}");
            }
        }
    }

    /// Appends a notice.
    pub(super) async fn notice(&self, notice: Notice) {
        let written = self.raft.client_write(Proposal::Notice(notice));
        match timeout(PATIENCE, written).await {
            Ok(Ok(_)) => {}
            Ok(Err(e)) => tracing::debug!("not noticed: {e}"),
            Err(_late) => tracing::debug!("not noticed in time"),
        }
    }

    /// Raises the room's rules once all members know newer ones. Nobody comes
    /// in meanwhile.
    async fn raise_rules(&self) {
        {
            let mut asked = lock(&self.referee.asked_rules);
            if asked.is_some_and(|at| at.elapsed() < ASK_RULES) {
                return;
            }
            *asked = Some(Instant::now());
        }
        let (membership, rules) = (self.membership(), self.peers.rules());
        let others = membership.nodes().filter(|(id, _)| **id != self.node_id);
        let knows = others.map(|(_, member)| async move {
            let about = self.peers.hello(member.peer_id).await;
            about.is_ok_and(|about| about.rules >= rules)
        });
        let knows = futures::future::join_all(knows).await;
        let _changing = self.changing.lock().await;
        // Whoever came meanwhile was not asked.
        let is_same = self.membership().log_id() == membership.log_id();
        if is_same && knows.into_iter().all(|knows| knows) {
            tracing::info!("all members know the rules {rules}");
            self.notice(Notice::Rules(rules)).await;
        }
    }

    /// The clock that the round runs against.
    pub(super) fn clock(&self) -> Option<Clock> {
        self.referee.clock(self.state().game(), &self.timing)
    }
}

/// Locks; what a panic has left is whole.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn nobody_floods_the_talk() {
        let (referee, ada, bob) = (
            Referee::default(),
            PeerId::new([1; 32]),
            PeerId::new([2; 32]),
        );
        let said = |peer| (0..8).filter(|_| referee.may_talk(peer)).count();
        assert_eq!((said(ada), said(bob)), (5, 5));
        tokio::time::advance(Duration::from_millis(2900)).await;
        assert_eq!(said(ada), 0);
        tokio::time::advance(Duration::from_millis(200)).await;
        assert_eq!((said(ada), said(bob)), (5, 5));
    }
}
