//! The objects that are printed, one a line. Described in `docs/HEADLESS.md`:
//! fields may be added, none is removed or changes its meaning. None of the
//! game's or the node's types is printed itself, so that those can change.

use serde_json::{Value, json};

use crate::{
    game::{
        CHANCES, ChatLine, Game, GuessMade, Letter, Name, PeerId, Question, Round, Said, Secret,
        Tried, Void,
    },
    node::{Done, Failure, Me, Record, RoomView, SetterView, Trouble},
};

/// What a command gets: the fields of its reply, or why it failed.
pub(super) type Answer = Result<Value, Failure>;

/// One object of the fields of two, in their order.
fn joined(mut first: Value, second: Value) -> Value {
    if let (Value::Object(first), Value::Object(second)) = (&mut first, second) {
        first.extend(second);
    }
    first
}

pub(super) fn ready(me: &Me) -> Value {
    json!({
        "event": "ready",
        "peer_id": me.peer_id.to_string(),
        "addr": me.addr,
        "profile": me.profile,
    })
}

pub(super) fn warning(message: &str) -> Value {
    json!({ "event": "warning", "message": message })
}

pub(super) fn bye(reason: &str) -> Value {
    json!({ "event": "bye", "reason": reason })
}

pub(super) fn game_event(room: &RoomView) -> Value {
    joined(json!({ "event": "game" }), game(room))
}

pub(super) fn cluster_event(room: &RoomView) -> Value {
    joined(json!({ "event": "cluster" }), cluster(room))
}

/// A line of the talk.
pub(super) fn talk_event(game: &Game, line: &ChatLine) -> Value {
    joined(json!({ "event": "talk" }), chat_line(game, line))
}

/// Who stands at the door.
pub(super) fn knock(peer: &PeerId, name: &Name) -> Value {
    json!({ "event": "knock", "name": name.to_string(), "peer_id": peer.to_string() })
}

/// The trouble a room is in; `None` if it needs no decision.
pub(super) fn trouble(trouble: &Trouble) -> Option<Value> {
    match trouble {
        Trouble::Stalled {
            missing,
            alone,
            may_lose,
        } => Some(json!({
            "event": "stalled",
            "missing": missing.iter().map(Name::to_string).collect::<Vec<_>>(),
            "alone": alone,
            "may_lose": may_lose,
        })),
        Trouble::Elsewhere { cluster_id, by } => Some(json!({
            "event": "continued_elsewhere",
            "cluster_id": cluster_id.to_string(),
            "by": by,
        })),
        Trouble::ChoosingLeader | Trouble::Reconnecting => None,
    }
}

/// What I see of the round that I set.
pub(super) fn setter(room: &RoomView, setter: &SetterView) -> Value {
    let offers = setter
        .offers
        .iter()
        .map(|deal| json!({ "secret": deal.secret.text(), "clue": deal.clue }));
    json!({
        "event": "setter",
        "round": room.state.game().round().map(Round::number),
        "offers": offers.collect::<Vec<_>>(),
        "chosen": setter.chosen,
    })
}

pub(super) fn reply(line: u64, answer: Answer) -> Value {
    let ok = answer.is_ok();
    let fields = answer
        .unwrap_or_else(|failure| json!({ "code": failure.code, "message": failure.message }));
    joined(json!({ "event": "reply", "line": line, "ok": ok }), fields)
}

/// What came of a command.
pub(super) fn done(done: Done) -> Value {
    match done {
        Done::Ok => json!({}),
        Done::Applied {
            outcome,
            index,
            copies,
        } => json!({ "outcome": outcome.code(), "index": index, "copies": copies }),
        Done::Read(room) => {
            let hash = room.state.digest();
            json!({
                "index": room.cluster.last_applied,
                "hash": hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>(),
                "game": game(&room),
            })
        }
        Done::Continued { cluster } => {
            json!({ "outcome": "continued", "cluster_id": cluster.to_string() })
        }
        Done::BroughtBack => json!({ "outcome": "brought_back" }),
        Done::Left { clean } => json!({ "outcome": "left", "clean": clean }),
    }
}

/// A part of what this seat sees, by its name.
pub(super) fn part(name: &str, part: Answer) -> Answer {
    Ok(json!({ name: part? }))
}

/// The whole talk that is kept.
pub(super) fn talk(room: &RoomView) -> Value {
    let game = room.state.game();
    let lines = game.table().talk.iter();
    lines.map(|line| talk_event(game, line)).collect()
}

/// The finished rounds, or one of them guess by guess.
pub(super) fn history(room: &RoomView, which: Option<u32>) -> Answer {
    let game = room.state.game();
    let mut rounds = game.table().history.iter();
    let Some(number) = which else {
        return Ok(rounds.map(|round| past_round(game, round)).collect());
    };
    let found = rounds.find(|round| round.number() == number);
    let gone = || Failure::new("no_round", format!("there is no finished round {number}"));
    Ok(step_by_step(game, found.ok_or_else(gone)?))
}

/// What the player has done so far.
pub(super) fn stats(record: &Record) -> Value {
    let hardest = record.hardest().into_iter();
    // How often a letter was guessed wrongly.
    let hardest = hardest.map(|(letter, misses)| json!({ "letter": letter, "misses": misses }));
    json!({
        "played": record.played,
        "won": record.won,
        "streak": record.streak,
        "best_streak": record.best_streak,
        "hardest": hardest.collect::<Vec<_>>(),
    })
}

/// The cluster as this seat sees it.
pub(super) fn cluster(room: &RoomView) -> Value {
    let cluster = &room.cluster;
    let members = cluster.members.iter().map(|member| {
        json!({
            "node_id": member.node_id.to_string(),
            "peer_id": member.peer_id.to_string(),
            "name": member.name.to_string(),
            "addr": member.addr,
            "voter": member.voter,
            "online": member.online,
        })
    });
    json!({
        "cluster_id": cluster.cluster_id.to_string(),
        "room": room.name.to_string(),
        // Texts: many JSON readers lose digits of such numbers.
        "node_id": cluster.node_id.to_string(),
        "role": cluster.role.code(),
        "leader": cluster.leader.map(|id| id.to_string()),
        "term": cluster.term,
        "last_applied": cluster.last_applied,
        "quorum": cluster.quorum,
        "state": match room.trouble {
            None => "playing",
            Some(Trouble::ChoosingLeader) => "choosing_leader",
            Some(Trouble::Reconnecting) => "reconnecting",
            Some(Trouble::Stalled { .. }) => "stalled",
            Some(Trouble::Elsewhere { .. }) => "continued_elsewhere",
        },
        "members": members.collect::<Vec<_>>(),
    })
}

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
fn chat_line(game: &Game, line: &ChatLine) -> Value {
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
fn past_round(game: &Game, round: &Round) -> Value {
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
fn step_by_step(game: &Game, round: &Round) -> Value {
    let steps = (0..=round.guesses().len()).map(|guesses| {
        let then = round.after(guesses);
        json!({ "mask": then.mask_text(), "chances_left": then.chances_left() })
    });
    let mut shown = past_round(game, round);
    shown["steps"] = steps.collect();
    shown
}
