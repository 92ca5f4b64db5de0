//! A match: rounds in a row, points, and a ranking. How points are given is
//! written down in `docs/RULES.md`.

use std::{cmp::Reverse, sync::Arc};

use super::{
    Alphabet, Content, Deal, Frame, Game, Match, Mode, Outcome, PeerId, Phase, Rank, Rejection,
    Round, Secret, Void, pack::MAX_CLUE_BYTES,
};

impl Game {
    /// Whether a match is on.
    pub fn match_on(&self) -> Option<&Match> {
        self.table
            .newest_match
            .as_ref()
            .filter(|newest| !newest.over)
    }

    pub(super) fn start_match(
        &mut self,
        by: PeerId,
        deal: Option<Deal>,
        alphabet: Arc<Alphabet>,
        force: bool,
        expected: Option<u32>,
    ) -> Result<Outcome, Rejection> {
        self.must_own(&by)?;
        let newest = self
            .table
            .newest_match
            .as_ref()
            .map_or(0, |newest| newest.number);
        if expected.is_some_and(|number| number != newest) {
            return Err(Rejection::MatchChanged);
        }
        if self.match_on().is_some() {
            return Err(Rejection::MatchOn);
        }
        let settings = self.table.settings.clone();
        if self.at_table().count() < settings.mode.min_players() {
            return Err(Rejection::TooFew);
        }
        let waits = |(peer, player): (PeerId, &super::Player)| peer != by && !player.ready;
        if !force && self.at_table().any(waits) {
            return Err(Rejection::NotReady);
        }
        if !fits(deal.as_ref(), settings.mode, &alphabet) {
            return Err(Rejection::BadSecret);
        }
        self.stop_round();
        let number = newest.saturating_add(1);
        self.table.newest_match = Some(Match {
            number,
            mode: settings.mode,
            rounds: settings.rounds,
            begun: 0,
            over: false,
            pack: settings.pack.clone(),
            alphabet,
            last_setter: 0,
        });
        for player in self.players.values_mut() {
            player.ready = false;
            if !player.watching {
                (player.score, player.scored_in) = (0, number);
            }
        }
        self.begin_round(by, deal)
    }

    pub(super) fn next_round(
        &mut self,
        by: PeerId,
        after: u32,
        deal: Option<Deal>,
    ) -> Result<Outcome, Rejection> {
        let number = self.round.as_ref().map_or(0, Round::number);
        if after != number {
            return Err(Rejection::RoundChanged);
        }
        let on = self.match_on().ok_or(Rejection::NoMatch)?;
        if !self.phase().is_over() {
            return Err(Rejection::RoundOn);
        }
        let is_new = deal
            .as_ref()
            .is_none_or(|deal| !self.was_played(&deal.secret));
        if !is_new || !fits(deal.as_ref(), on.mode, &on.alphabet) {
            return Err(Rejection::BadSecret);
        }
        self.begin_round(by, deal)
    }

    /// Whether a secret of these letters was played in the match that is on, or is now.
    pub fn was_played(&self, secret: &Secret) -> bool {
        let number = self.match_on().map(|on| on.number);
        let ended = self.table.history.iter().map(AsRef::as_ref);
        ended
            .chain(self.round.as_ref())
            .filter(|round| Some(round.frame.in_match) == number)
            .filter_map(|round| round.secret())
            .any(|played| played.letters().eq(secret.letters()))
    }

    fn begin_round(&mut self, by: PeerId, deal: Option<Deal>) -> Result<Outcome, Rejection> {
        let Some(on) = self.match_on() else {
            return Err(Rejection::NoMatch);
        };
        if self.at_table().count() < on.mode.min_players() {
            return Err(Rejection::TooFew);
        }
        let nth = usize::from(on.begun);
        let mut frame = Frame {
            in_match: on.number,
            mode: on.mode,
            alphabet: Some(Arc::clone(&on.alphabet)),
            ..Frame::default()
        };
        if on.mode == Mode::Setter {
            frame.setter = self.next_after(on.last_setter);
        }
        let (content, clue) = match deal {
            Some(deal) => (Content::Open(deal.secret), deal.clue),
            None => (Content::Unset, String::new()),
        };
        if on.mode == Mode::Turns {
            // Who begins goes round, too.
            let players: Vec<PeerId> = self.at_table().map(|(peer, _)| peer).collect();
            frame.turn = players.iter().copied().cycle().nth(nth);
        }
        let pack = on.pack.clone();
        let setter = frame.setter.map(|setter| self.joined_of(&setter));
        if let Some(on) = &mut self.table.newest_match {
            on.begun = on.begun.saturating_add(1);
            on.last_setter = setter.unwrap_or(0);
        }
        let number = self
            .round
            .as_ref()
            .map_or(0, Round::number)
            .saturating_add(1);
        self.given_up = None;
        self.round = Some(Round::new(number, by, pack, clue, content, frame));
        Ok(Outcome::Started)
    }

    pub(super) fn stop_match(&mut self, by: PeerId) -> Result<Outcome, Rejection> {
        self.must_own(&by)?;
        if self.match_on().is_none() {
            return Err(Rejection::NoMatch);
        }
        let round = self.round.as_ref().filter(|round| round.is_on());
        if round.is_some_and(|round| round.frame.setter == Some(by)) {
            // To own the room does not make it another thing.
            self.void(Void::GivenUp);
        }
        self.stop_round();
        if let Some(on) = &mut self.table.newest_match {
            on.over = true;
        }
        Ok(Outcome::Done)
    }

    /// The round that is on counts for nobody any more.
    pub(super) fn stop_round(&mut self) {
        if self.round.as_ref().is_some_and(Round::is_on) {
            self.void(Void::Stopped);
        }
        self.count_round();
    }

    /// A newcomer, in the middle of a match, begins with the fewest points that
    /// anybody has: as far behind as the last one, and no further.
    pub(super) fn begin_score(&mut self, peer: PeerId) {
        let Some(number) = self.match_on().map(|on| on.number) else {
            return;
        };
        let counts = |player: &&super::Player| player.plays() && player.scored_in == number;
        let scores = self
            .players
            .values()
            .filter(counts)
            .map(|player| player.score);
        let least = scores.min().unwrap_or(0);
        self.change(peer, |player| {
            if !player.watching && player.scored_in != number {
                (player.score, player.scored_in) = (least, number);
            }
        });
    }

    /// Counts a round that has come to its end: points, streak, history.
    pub(super) fn count_round(&mut self) {
        let Some(round) = self.round.as_ref().filter(|round| round.phase().is_over()) else {
            return;
        };
        if round.number() <= self.table.counted {
            return;
        }
        let (round, phase) = (round.clone(), round.phase());
        self.table.counted = round.number();
        let counts = phase != Phase::Void || round.voided_by().is_some();
        if round.frame.in_match > 0 && counts {
            let peers: Vec<PeerId> = self.players.keys().copied().collect();
            for peer in peers {
                let points = round.points_of(&peer);
                self.change(peer, |player| {
                    if player.scored_in == round.frame.in_match {
                        player.score = player.score.saturating_add(points);
                    }
                });
            }
        }
        match (round.frame.mode, phase) {
            (Mode::Together, Phase::Won) => {
                self.table.streak = self.table.streak.saturating_add(1);
            }
            (Mode::Together, Phase::Lost) => self.table.streak = 0,
            _ => {}
        }
        self.table.best_streak = self.table.best_streak.max(self.table.streak);
        if let Some(on) = &mut self.table.newest_match
            && on.begun >= on.rounds
        {
            on.over = true;
        }
        self.table.keep(round);
    }

    /// The score of somebody in the newest match, with the points of the round
    /// that is on; `None` for who does not play in it.
    pub fn score_of(&self, peer: &PeerId) -> Option<u32> {
        let newest = self.table.newest_match.as_ref()?;
        let player = self.players.get(peer)?;
        if player.scored_in != newest.number {
            return None;
        }
        let on = self.round.as_ref().filter(|round| {
            // Sealed secrets give their points when they are shown.
            let sealed = matches!(round.content, Content::Sealed(_));
            round.number() > self.table.counted && round.frame.in_match == newest.number && !sealed
        });
        let points = on.map_or(0, |round| round.points_of(peer));
        Some(player.score.saturating_add(points))
    }

    /// The points of somebody, in the newest match or else in the last one that
    /// they played in.
    pub fn points_of(&self, peer: &PeerId) -> u32 {
        let kept = || self.players.get(peer).map_or(0, |player| player.score);
        self.score_of(peer).unwrap_or_else(kept)
    }

    /// The ranking of the newest match, the best first.
    pub fn ranking(&self) -> Vec<Rank> {
        let scores = self
            .players
            .keys()
            .filter_map(|peer| Some((*peer, self.score_of(peer)?)));
        let mut scores: Vec<(PeerId, u32)> = scores.collect();
        scores.sort_by_key(|(peer, score)| (Reverse(*score), self.joined_of(peer)));
        let place = |score| 1 + scores.iter().filter(|(_, other)| *other > score).count();
        scores
            .iter()
            .map(|(peer, score)| Rank {
                place: u32::try_from(place(*score)).unwrap_or(u32::MAX),
                peer: *peer,
                score: *score,
            })
            .collect()
    }
}

/// Whether a round of this mode can begin with what was dealt: one secret in the
/// alphabet of the match, or none where a player sets it.
fn fits(deal: Option<&Deal>, mode: Mode, alphabet: &Alphabet) -> bool {
    match (deal, mode) {
        (None, Mode::Setter) => true,
        (Some(Deal { clue, secret }), Mode::Together | Mode::Turns) => {
            clue.len() <= MAX_CLUE_BYTES && secret.letters().all(|letter| alphabet.has(letter))
        }
        _ => false,
    }
}

impl Round {
    /// The points of a player in this round. Whoever set the secret gets one for
    /// each miss, if it was found in the end: hard, but not too hard. Whoever
    /// breaks the round off gets none.
    pub fn points_of(&self, peer: &PeerId) -> u32 {
        if self.frame.setter == Some(*peer) {
            let found = self.phase() == Phase::Won;
            return if found {
                u32::try_from(self.misses().count()).unwrap_or(0)
            } else {
                0
            };
        }
        let own = self.guesses.iter().filter(|guess| guess.by == *peer);
        own.map(super::GuessMade::points).sum()
    }
}
