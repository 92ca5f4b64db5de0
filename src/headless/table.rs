//! What is printed of matches, talk and history, as JSON.

use std::sync::Arc;

use serde_json::{Value, json};

use super::json::{guess_json, merge};
use crate::{
    game::{Game, Line, PeerId, Question, Round, Said, Secret},
    node::{Failure, Record, RoomView},
};

/// The fields of a game beside its players and its round.
pub(super) fn table_json(game: &Game) -> Value {
    let table = game.table();
    let name = |peer: &PeerId| game.name_of(peer).to_owned();
    let settings = &table.settings;
    let frame = game.round().map(Round::frame);
    let ranking: Vec<Value> = game
        .ranking()
        .iter()
        .map(|rank| json!({"place": rank.place, "player": name(&rank.peer), "score": rank.score}))
        .collect();
    let newest = table.newest_match.as_ref().map(|newest| {
        json!({
            "number": newest.number,
            "mode": newest.mode.code(),
            "rounds": newest.rounds,
            "begun": newest.begun,
            "over": newest.over,
            "ranking": ranking,
        })
    });
    let asked = game.round().map(|round| {
        let asked = round.asked().map(|asked| match &asked.question {
            Question::Letter(letter) => json!({"letter": letter.to_string()}),
            Question::Whole(whole) => json!({"whole": whole.shown()}),
            Question::Hint { .. } => json!({"hint": true}),
        });
        asked.collect::<Vec<_>>()
    });
    json!({
        "rules": table.rules,
        "owner": table.owner.as_ref().map(name),
        "settings": {
            "mode": settings.mode.code(),
            "rounds": settings.rounds,
            "turn_seconds": settings.turn_seconds,
            "pack": settings.pack,
            "difficulty": settings.difficulty.code(),
            "locked": settings.locked,
        },
        "match": newest,
        "streak": table.streak,
        "setter": frame.and_then(|frame| frame.setter.as_ref()).map(name),
        "turn": frame.and_then(|frame| frame.turn.as_ref()).map(name),
        "void": frame.and_then(|frame| frame.void).map(|void| void.code()),
        "asked": asked.unwrap_or_default(),
        "alphabet": frame.and_then(|frame| frame.alphabet.as_ref()).map(|alphabet| {
            alphabet.letters().iter().map(|letter| letter.as_char()).collect::<String>()
        }),
        "knocks": table.knocks.values().map(|name| name.as_str()).collect::<Vec<_>>(),
    })
}

/// What I see of the round that I set.
pub(super) fn setter_json(room: &RoomView) -> Option<Value> {
    let setter = room.setter.as_ref()?;
    let offers = setter
        .offers
        .iter()
        .map(|deal| json!({"secret": deal.secret.text(), "clue": deal.clue}));
    Some(json!({
        "event": "setter",
        "round": room.state.game().round().map(Round::number),
        "offers": offers.collect::<Vec<_>>(),
        "chosen": setter.chosen,
    }))
}

/// One line of the talk, as an event.
pub(super) fn line_json(game: &Game, line: &Line) -> Value {
    let mut fields = json!({
        "event": "talk",
        "number": line.number,
        "player": game.name_of(&line.by),
        "peer_id": line.by.to_string(),
    });
    let said = match &line.said {
        Said::Text(text) => json!({"text": text.as_str()}),
        Said::Reaction(reaction) => json!({"reaction": reaction.code()}),
    };
    merge(&mut fields, &said);
    fields
}

/// The whole talk that is kept.
pub(super) fn talk_json(room: &RoomView) -> Value {
    let game = room.state.game();
    game.table()
        .talk
        .iter()
        .map(|line| line_json(game, line))
        .collect()
}

/// What the player has done so far.
pub(super) fn stats_json(record: &Record) -> Value {
    let hardest = record.hardest();
    let hardest = hardest
        .iter()
        .map(|(c, misses)| json!({"letter": c.to_string(), "misses": misses}));
    json!({
        "played": record.played,
        "won": record.won,
        "streak": record.streak,
        "best_streak": record.best_streak,
        "hardest": hardest.collect::<Vec<_>>(),
    })
}

/// The finished rounds, or one of them guess by guess.
pub(super) fn history_json(room: &RoomView, which: Option<u32>) -> Result<Value, Failure> {
    let game = room.state.game();
    let rounds = &game.table().history;
    match which {
        None => Ok(rounds.iter().map(|round| round_json(game, round)).collect()),
        Some(number) => {
            let found = rounds.iter().find(|round| round.number() == number);
            let gone = || Failure::new("no_round", format!("there is no finished round {number}"));
            let round = found.ok_or_else(gone)?;
            let mut fields = round_json(game, round);
            let steps: Vec<Value> = (0..=round.guesses().len())
                .map(|guesses| {
                    let then = round.after(guesses);
                    json!({"mask": then.mask_text(), "chances_left": then.chances_left()})
                })
                .collect();
            merge(&mut fields, &json!({"steps": steps}));
            Ok(fields)
        }
    }
}

fn round_json(game: &Game, round: &Arc<Round>) -> Value {
    let guesses = round.guesses().iter().map(|guess| {
        let mut fields = guess_json(game, guess);
        merge(
            &mut fields,
            &json!({"index": guess.index, "points": guess.points()}),
        );
        fields
    });
    json!({
        "round": round.number(),
        "match": round.frame().in_match,
        "mode": round.frame().mode.code(),
        "pack": round.pack(),
        "clue": round.clue(),
        "secret": round.secret().map(Secret::text),
        "setter": round.frame().setter.as_ref().map(|peer| game.name_of(peer)),
        "phase": round.phase().code(),
        "void": round.frame().void.map(|void| void.code()),
        "guesses": guesses.collect::<Vec<_>>(),
    })
}
