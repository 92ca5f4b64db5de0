//! The game as it is printed: with its players, its talk and its history.

use serde_json::{Value, json};

use crate::{
    game::{
        CHANCES, ChatLine, Game, GuessMade, Letter, Name, PeerId, Question, Round, Said, Secret,
        Tried, Void,
    },
    node::RoomView,
};

/// A room's game, now.
pub(super) fn game(room: &RoomView) -> Value {
    let game = room.state.game();
    let table = game.table();
    let round = game.round();
    let frame = round.map(Round::frame);
    let name = |peer: &PeerId| game.name_of(peer).to_owned();
    let guesses = round.into_iter().flat_map(Round::guesses);
    let misses = round.into_iter().flat_map(Round::misses);
    let wrong = misses.filter_map(|guess| guess.letter());
    let asked = round.into_iter().flat_map(Round::asked);
    let found = round.filter(|round| round.phase().is_over());
    let players = room.players.iter().map(|player| {
        json!({
            "peer_id": player.peer_id.to_string(),
            "name": player.name.to_string(),
            "online": player.online,
            "watching": player.watching,
            "ready": player.ready,
            "score": player.score,
        })
    });
    let ranking = game.ranking().into_iter().map(
        |rank| json!({ "place": rank.place, "player": name(&rank.peer), "score": rank.score }),
    );
    let newest_match = table.newest_match.as_ref().map(|newest| {
        json!({
            "number": newest.number,
            "mode": newest.mode.code(),
            "rounds": newest.rounds,
            "begun": newest.begun,
            "over": newest.over,
            "ranking": ranking.collect::<Vec<_>>(),
        })
    });
    let alphabet = frame.and_then(|frame| frame.alphabet.as_ref());
    json!({
        "index": room.state.game_index(),
        "round": round.map_or(0, Round::number),
        "phase": game.phase().code(),
        "pack": round.map(Round::pack),
        "clue": round.map(Round::clue),
        "mask": round.map(Round::mask_text),
        "guesses": guesses.map(|made| guess(game, made)).collect::<Vec<_>>(),
        "wrong": wrong.map(Letter::as_char).collect::<Vec<_>>(),
        "chances_left": round.map_or(CHANCES, Round::chances_left),
        "secret": found.and_then(Round::secret).map(Secret::text),
        "given_up": game.given_up().map(|given_up| &given_up.secret),
        "players": players.collect::<Vec<_>>(),
        "rules": table.rules,
        "owner": table.owner.as_ref().map(name),
        "settings": {
            "mode": table.settings.mode.code(),
            "rounds": table.settings.rounds,
            "turn_seconds": table.settings.turn_seconds,
            "pack": table.settings.pack,
            "difficulty": table.settings.difficulty.code(),
            "locked": table.settings.locked,
        },
        "match": newest_match,
        "streak": table.streak,
        "setter": frame.and_then(|frame| frame.setter.as_ref()).map(name),
        "turn": frame.and_then(|frame| frame.turn.as_ref()).map(name),
        "void": frame.and_then(|frame| frame.void).map(Void::code),
        "asked": asked.map(|asked| question(&asked.question)).collect::<Vec<_>>(),
        "alphabet": alphabet.map(|alphabet| {
            alphabet.letters().iter().map(|l| l.as_char()).collect::<String>()
        }),
        "knocks": table.knocks.values().map(Name::to_string).collect::<Vec<_>>(),
    })
}

fn guess(game: &Game, guess: &GuessMade) -> Value {
    let mut shown = json!({
        "letter": guess.letter().map(Letter::as_char),
        "player": game.name_of(&guess.by),
        "outcome": match guess.tried {
            Tried::Hint { .. } => "hint",
            _ if guess.is_hit() => "hit",
            _ => "miss",
        },
    });
    if let Tried::Whole(whole) = &guess.tried {
        shown["whole"] = whole.shown().into();
    }
    shown
}

/// What waits for the setter.
fn question(asked: &Question) -> Value {
    match asked {
        Question::Letter(letter) => json!({ "letter": letter.as_char() }),
        Question::Whole(whole) => json!({ "whole": whole.shown() }),
        Question::Hint { .. } => json!({ "hint": true }),
    }
}

/// A line of the talk.
pub(super) fn chat_line(game: &Game, line: &ChatLine) -> Value {
    let mut shown = json!({
        "number": line.number,
        "player": game.name_of(&line.by),
        "peer_id": line.by.to_string(),
    });
    match &line.said {
        Said::Text(text) => shown["text"] = text.as_str().into(),
        Said::Reaction(reaction) => shown["reaction"] = reaction.code().into(),
    }
    shown
}

/// A finished round.
pub(super) fn past_round(game: &Game, round: &Round) -> Value {
    let frame = round.frame();
    let guesses = round.guesses().iter().map(|made| {
        let mut shown = guess(game, made);
        shown["index"] = made.index.into();
        shown["points"] = made.points().into();
        shown
    });
    json!({
        "round": round.number(),
        "match": frame.in_match,
        "mode": frame.mode.code(),
        "pack": round.pack(),
        "clue": round.clue(),
        "secret": round.secret().map(Secret::text),
        "setter": frame.setter.map(|peer| game.name_of(&peer)),
        "phase": round.phase().code(),
        "void": frame.void.map(Void::code),
        "guesses": guesses.collect::<Vec<_>>(),
    })
}

/// The same, with how it stood before each guess and in the end.
pub(super) fn step_by_step(game: &Game, round: &Round) -> Value {
    let steps = (0..=round.guesses().len()).map(|guesses| {
        let then = round.after(guesses);
        json!({ "mask": then.mask_text(), "chances_left": then.chances_left() })
    });
    let mut shown = past_round(game, round);
    shown["steps"] = steps.collect();
    shown
}
