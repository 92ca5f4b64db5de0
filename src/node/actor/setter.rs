//! The setter's own program: it holds the secret, answers what is asked, and
//! shows the secret in the end. Only here is the secret known before.

use std::{collections::BTreeSet, sync::Arc};

use crate::{
    game::{
        self, Action, Content, Deal, Game, PeerId, Phase, Round, Salt, Secret, pack::parse_clue,
    },
    node::api::{Choice, Failure, SetterView},
    packs::Packs,
};

/// Lives as long as the program: whoever restarts it gives the round up.
#[derive(Default)]
pub(super) struct Setter {
    /// For which round of which match; dropped with the seat.
    pub(super) offers: Option<(u32, Arc<[Deal]>)>,
    /// What was sealed, or may have been: a command may be lost on its way.
    own: Vec<Own>,
    /// An answer is on its way.
    pub(super) is_answering: bool,
}

struct Own {
    round: u32,
    deal: Deal,
    salt: Salt,
}

impl Setter {
    /// What I see of the round that I set; `None` if it is another's.
    pub(super) fn view(&mut self, game: &Game, me: PeerId, packs: &Packs) -> Option<SetterView> {
        let round = mine(game, me)?;
        let mut view = SetterView {
            offers: Arc::default(),
            chosen: self.own(round).map(|own| own.deal.secret.text()),
        };
        if round.phase() == Phase::Setting {
            view.offers = self.offers(game, round, packs);
        }
        Some(view)
    }

    fn offers(&mut self, game: &Game, round: &Round, packs: &Packs) -> Arc<[Deal]> {
        if let Some((number, offers)) = &self.offers
            && *number == round.number()
        {
            return Arc::clone(offers);
        }
        let settings = &game.table().settings;
        let offers = round.frame().alphabet.as_ref().map(|alphabet| {
            packs.offers(round.pack(), settings.difficulty, alphabet, &played(game))
        });
        let offers = offers.unwrap_or_default();
        self.offers = Some((round.number(), Arc::clone(&offers)));
        offers
    }

    /// The secret that this round is about. Another start of the program may
    /// have sealed another one.
    fn own(&self, round: &Round) -> Option<&Own> {
        let Content::Sealed(sealed) = round.content() else {
            return None;
        };
        let seal_of = |own: &Own| game::seal(&own.deal.secret, &own.salt, &own.deal.clue);
        self.own
            .iter()
            .find(|own| seal_of(own) == sealed.commitment)
    }

    /// Takes a secret: what to propose.
    ///
    /// # Errors
    /// If there is nothing to set, or it cannot be played, in words.
    pub(super) fn choose(
        &mut self,
        game: &Game,
        me: PeerId,
        packs: &Packs,
        choice: Choice,
    ) -> Result<Action, Failure> {
        let round = mine(game, me).filter(|round| round.phase() == Phase::Setting);
        let round = round.ok_or(game::Rejection::NotSetter)?;
        let deal = match choice {
            Choice::Offer(nth) => {
                let offers = self.offers(game, round, packs);
                let offer = nth.checked_sub(1).and_then(|nth| offers.get(nth));
                offer.cloned().ok_or_else(|| {
                    let there = offers.len();
                    Failure::new("no_such_entry", format!("the offers are 1 to {there}"))
                })?
            }
            Choice::Own { secret, clue } => own_deal(round, &secret, &clue)?,
        };
        let alphabet = round.frame().alphabet.as_ref();
        let known = |letter| alphabet.is_none_or(|alphabet| alphabet.has(letter));
        if !deal.secret.letters().all(known) {
            return Err(game::Rejection::NotInAlphabet.into());
        }
        let salt = crate::random::bytes();
        let action = Action::Seal {
            round: round.number(),
            commitment: game::seal(&deal.secret, &salt, &deal.clue),
            shape: game::shape_of(&deal.secret),
            clue: deal.clue.clone(),
        };
        self.own.retain(|own| own.round == round.number());
        self.own.push(Own {
            round: round.number(),
            deal,
            salt,
        });
        Ok(action)
    }

    /// What the round asks of me now; `None` if nothing, or if an answer is on
    /// its way.
    pub(super) fn duty(&self, game: &Game, me: PeerId) -> Option<Action> {
        let round = mine(game, me).filter(|_| !self.is_answering)?;
        if round.phase() == Phase::Setting {
            return None;
        }
        let Some(own) = self.own(round) else {
            let round = round.number();
            return Some(Action::GiveUp { round });
        };
        let action = round.setter_action(&own.deal.secret, own.salt, crate::random::u64());
        #[cfg(feature = "simulation")]
        let action = crate::planted::false_answer(action, round);
        action
    }
}

/// The round that is on, if I set it.
fn mine(game: &Game, me: PeerId) -> Option<&Round> {
    let round = game.round()?;
    let is_mine = round.frame().setter == Some(me) && round.is_on();
    is_mine.then_some(round)
}

fn own_deal(round: &Round, secret: &str, clue: &str) -> Result<Deal, Failure> {
    let bad = |e: String| Failure::new("bad_secret", e);
    let clue = parse_clue(clue).map_err(|e| bad(e.to_string()))?;
    let secret = match &round.frame().alphabet {
        Some(alphabet) => Secret::parse_in(secret, alphabet),
        None => Secret::parse(secret),
    };
    Ok(Deal {
        secret: secret.map_err(|e| bad(e.to_string()))?,
        clue,
    })
}

/// The secrets of the rounds that are kept.
pub(super) fn played(game: &Game) -> BTreeSet<String> {
    let rounds = game.table().history.iter();
    rounds
        .filter_map(|round| Some(round.secret()?.text()))
        .collect()
}
