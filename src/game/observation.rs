//! What the leader of the cluster observes: time, and who is here.

use super::{Door, Game, MAX_KNOCKS, Observation, Outcome, Round, Void, Wait, play::done_if};

impl Game {
    /// Applies an observation. Nothing is refused: what has changed meanwhile is
    /// [`Outcome::Unchanged`].
    pub fn observe(&mut self, observation: Observation) -> Outcome {
        let outcome = match observation {
            Observation::Rules(rules) => {
                let is_newer = rules > self.table.rules;
                self.table.rules = self.table.rules.max(rules);
                done_if(is_newer)
            }
            Observation::Presence { peer, here } => {
                let player = self.players.get(&peer);
                let known = player.is_some_and(|p| p.here != here && !p.removed);
                self.change(peer, |player| {
                    if known {
                        player.here = here;
                        player.ready = false;
                    }
                });
                if known && here {
                    self.begin_score(peer);
                }
                done_if(known)
            }
            Observation::TimeUp { round, step } => self.time_is_up(round, step),
            Observation::Knock { peer, name } => {
                let is_new = self.door(&peer) == Door::Locked
                    && self.table.knocks.len() < MAX_KNOCKS
                    && self.table.knocks.get(&peer) != Some(&name);
                if is_new {
                    self.table.knocks.insert(peer, name);
                }
                done_if(is_new)
            }
            Observation::KnockWithdrawn(peer) => done_if(self.table.knocks.remove(&peer).is_some()),
        };
        self.settle();
        outcome
    }

    fn time_is_up(&mut self, number: u32, step: u32) -> Outcome {
        let is_meant = |round: &&Round| round.number() == number && round.step() == step;
        let Some(round) = self.round.as_ref().filter(is_meant) else {
            return Outcome::Unchanged;
        };
        match Wait::of(round) {
            None => Outcome::Unchanged,
            Some(Wait::Turn) => {
                self.pass_turn();
                Outcome::Done
            }
            Some(Wait::Setting | Wait::Answer) => {
                self.void(Void::TooSlow);
                Outcome::Done
            }
        }
    }
}
