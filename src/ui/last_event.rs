//! What just happened, in words: found by comparing the game that was drawn
//! last with the newest one.

use super::words::tr;
use crate::{
    game::{Game, GuessMade, Mode, Names, PeerId, Phase, Round, Tried},
    node::RoomView,
};

/// How a sentence is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    Good,
    Bad,
    Plain,
}

/// The newest sentence.
#[derive(Default)]
pub(super) struct LastEvent {
    said: Option<(String, Tone)>,
}

impl LastEvent {
    /// Compares the newest game with the one before, if that was seen.
    pub(super) fn look_at(
        &mut self,
        seen: Option<&RoomView>,
        room: &RoomView,
        names: &Names,
        me: PeerId,
    ) {
        let Some(seen) = seen else {
            self.said = None;
            return;
        };
        let (before, now) = (seen.state.game(), room.state.game());
        let number = |game: &Game| game.round().map(Round::number);
        if number(before) != number(now) {
            self.said = None;
        }
        let said =
            compare(before, now, names, me).or_else(|| presence_change(seen, room, names, me));
        if said.is_some() {
            self.said = said;
        }
    }

    /// Says why what was tried here does not count, where that needs words.
    pub(super) fn refuse(&mut self, why: Option<&str>) {
        if let Some(why) = why {
            self.said = Some((why.to_owned(), Tone::Plain));
        }
    }

    /// The newest sentence.
    pub(super) fn said(&self) -> Option<(&str, Tone)> {
        self.said.as_ref().map(|(text, tone)| (&**text, *tone))
    }
}

/// Who has come or gone, and whose the room is now.
fn presence_change(
    before: &RoomView,
    now: &RoomView,
    names: &Names,
    me: PeerId,
) -> Option<(String, Tone)> {
    let online = |room: &RoomView, peer: PeerId| {
        let mut players = room.players.iter();
        players.any(|player| player.peer_id == peer && player.online)
    };
    // Whoever comes in sees who is there: that is no news.
    if !online(before, me) {
        return None;
    }
    let owner = |room: &RoomView| room.state.game().table().owner;
    if let (Some(old), Some(new)) = (owner(before), owner(now))
        && old != new
    {
        let (old_name, new_name) = (names.name_of(&old), names.name_of(&new));
        let again = now.state.game().table().founder == Some(new);
        let text = match (online(now, old), new == me) {
            (true, true) if again => tr!("told-owner-again-mine"),
            (true, false) if again => tr!("told-owner-again", new = new_name),
            (false, true) => tr!("told-owner-gone-mine", old = old_name),
            (false, false) => tr!("told-owner-gone", old = old_name, new = new_name),
            (true, true) => tr!("told-owner-passed-mine", old = old_name),
            (true, false) => tr!("told-owner-passed", old = old_name, new = new_name),
        };
        return Some((text, Tone::Plain));
    }
    let mut others = now.players.iter().filter(|player| player.peer_id != me);
    let changed = others.find(|player| online(before, player.peer_id) != player.online)?;
    let who = names.name_of(&changed.peer_id);
    let text = if changed.online {
        tr!("told-here", who = who)
    } else {
        tr!("told-gone", who = who)
    };
    Some((text, Tone::Plain))
}

/// What happened between two states of the same round.
fn compare(before: &Game, now: &Game, names: &Names, me: PeerId) -> Option<(String, Tone)> {
    let (was, is) = (before.round()?, now.round()?);
    if was.number() != is.number() {
        return None;
    }
    if is.guesses().len() > was.guesses().len() {
        let guess = is.guesses().last()?;
        return Some((
            in_words(guess, names.name_of(&guess.by), guess.by == me),
            tone(guess),
        ));
    }
    let turn = was
        .frame()
        .turn
        .filter(|turn| is.frame().turn != Some(*turn))?;
    if is.frame().mode != Mode::Turns || is.phase() != Phase::Guessing {
        return None;
    }
    let here = now
        .players()
        .get(&turn)
        .is_some_and(|player| player.plays());
    let text = match (here, turn == me) {
        (true, true) => tr!("told-time-mine"),
        (true, false) => tr!("told-time", who = names.name_of(&turn)),
        (false, _) => tr!("told-cannot-play", who = names.name_of(&turn)),
    };
    Some((text, Tone::Plain))
}

/// A try and what came of it, as a sentence.
fn in_words(guess: &GuessMade, who: &str, mine: bool) -> String {
    let me = if mine { "yes" } else { "no" };
    match &guess.tried {
        Tried::Letter(letter) => {
            let letter = letter.upper();
            let count = guess.cells.count_ones();
            tr!(
                "told-letter",
                count = count,
                me = me,
                who = who,
                letter = letter
            )
        }
        Tried::Hint { letter, .. } => {
            let letter = letter.upper();
            tr!("told-hint", me = me, who = who, letter = letter)
        }
        Tried::Whole(whole) if guess.is_hit() => {
            tr!("told-knew", me = me, who = who, word = whole.shown())
        }
        Tried::Whole(whole) => tr!("told-said", me = me, who = who, word = whole.shown()),
    }
}

fn tone(guess: &GuessMade) -> Tone {
    match (&guess.tried, guess.is_hit()) {
        (Tried::Hint { .. }, _) => Tone::Plain,
        (_, true) => Tone::Good,
        (_, false) => Tone::Bad,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::game::{Action, Alphabet, Deal, Letter, Name, Observation, Secret, Settings};

    fn peer(n: u8) -> PeerId {
        PeerId::new([n; 32])
    }

    fn act(game: &mut Game, by: u8, action: Action) {
        game.apply(1, peer(by), action).expect("an action");
    }

    /// Player 1 is "Ada", player 2 "Ben"; Ada has the first turn.
    fn turns() -> Game {
        let mut game = Game::default();
        game.observe(Observation::Rules(2));
        for (n, name) in [(1, "Ada"), (2, "Ben")] {
            let name = Name::parse(name).expect("a name");
            act(&mut game, n, Action::TakeSeat { name });
        }
        let settings = Settings {
            mode: Mode::Turns,
            rounds: 1,
            ..Settings::default()
        };
        act(&mut game, 1, Action::Configure(settings));
        let secret = Secret::parse("kanna").expect("a secret");
        let clue = String::new();
        let alphabet = Alphabet::of_language("en").expect("English");
        let start = Action::StartMatch {
            deal: Some(Deal { secret, clue }),
            alphabet: Arc::new(alphabet),
            force: true,
            after_match: None,
        };
        act(&mut game, 1, start);
        game
    }

    #[test]
    fn guesses_and_lost_turns_are_told() {
        let mut game = turns();
        let mut seen = |change: &dyn Fn(&mut Game)| {
            let before = game.clone();
            change(&mut game);
            let names = Names::of(&game);
            let ada = compare(&before, &game, &names, peer(1));
            let ben = compare(&before, &game, &names, peer(2));
            let text =
                |said: Option<(String, Tone)>| said.map(|(text, _)| text).unwrap_or_default();
            (text(ada), text(ben))
        };
        let both = |ada: &str, ben: &str| (ada.to_owned(), ben.to_owned());
        let guess = |letter: char| {
            let letter = Letter::from_folded(letter);
            Action::Guess {
                letter,
                round: None,
            }
        };
        assert_eq!(seen(&|_| {}), both("", ""));
        let found = seen(&|game| act(game, 1, guess('n')));
        assert_eq!(found, both("You found N twice.", "Ada found N twice."));
        let missed = seen(&|game| act(game, 2, guess('x')));
        assert_eq!(missed, both("Ben tried X. Pop!", "You tried X. Pop!"));
        let late = seen(&|game| {
            let round = game.round().expect("a round");
            let (round, step) = (round.number(), round.step());
            game.observe(Observation::TimeUp { round, step });
        });
        assert_eq!(late, both("You ran out of time.", "Ada ran out of time."));
        let gone = seen(&|game| {
            let (peer, here) = (peer(2), false);
            game.observe(Observation::Presence { peer, here });
        });
        let text = "Ben can’t play right now; the turn passes on.";
        assert_eq!(gone.0, text);
    }
}
