//! The objects that are printed, one a line. Described in `docs/HEADLESS.md`:
//! fields may be added, none is removed or changes its meaning. None of the
//! game's or the node's types is printed itself, so that those can change.

use serde_json::{Value, json};

use super::game::{chat_line, game, past_round, step_by_step};
use crate::{
    game::{Name, PeerId, Round},
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
pub(super) fn talk_event(game: &crate::game::Game, line: &crate::game::ChatLine) -> Value {
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
