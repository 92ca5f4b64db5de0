//! What is printed, as JSON.

use serde_json::{Value, json};

use super::table::table_json;
use crate::{
    game::{Game, GuessMade, Name, Secret, Tried},
    node::{ClusterView, Done, Failure, Reply, RoomView, Trouble},
};

pub(super) fn event(name: &str, fields: &Value) -> Value {
    let mut event = json!({"event": name});
    merge(&mut event, fields);
    event
}

pub(super) fn merge(into: &mut Value, fields: &Value) {
    if let (Value::Object(into), Value::Object(fields)) = (into, fields) {
        into.extend(fields.iter().map(|(k, v)| (k.clone(), v.clone())));
    }
}

pub(super) fn to_json(reply: Reply) -> Value {
    match reply {
        Ok(done) => done.to_json(),
        Err(failure) => failure_json(&failure),
    }
}

impl Done {
    pub(super) fn to_json(&self) -> Value {
        match self {
            Self::Ok => json!({"ok": true}),
            Self::Applied {
                outcome,
                index,
                copies,
            } => {
                json!({"ok": true, "outcome": outcome.code(), "index": index, "copies": copies})
            }
            Self::Read(room) => {
                let hash = room.state.digest();
                let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
                json!({
                    "ok": true,
                    "index": room.cluster.last_applied,
                    "hash": hash,
                    "game": game_json(room),
                })
            }
            Self::Continued { cluster } => {
                json!({"ok": true, "outcome": "continued", "cluster_id": cluster.to_string()})
            }
            Self::BroughtBack => json!({"ok": true, "outcome": "brought_back"}),
            Self::Left { clean } => json!({"ok": true, "outcome": "left", "clean": clean}),
        }
    }
}

pub(super) fn failure_json(failure: &Failure) -> Value {
    json!({"ok": false, "code": failure.code, "message": failure.message})
}

pub(super) fn game_json(room: &RoomView) -> Value {
    let game = room.state.game();
    let players: Vec<Value> = room
        .players
        .iter()
        .map(|p| {
            json!({
                "peer_id": p.peer_id.to_string(),
                "name": p.name.as_str(),
                "online": p.online,
                "watching": p.watching,
                "ready": p.ready,
                "score": p.score,
            })
        })
        .collect();
    let mut fields = json!({
        "index": room.state.game_index(),
        "round": 0,
        "phase": game.phase().code(),
        "pack": null,
        "clue": null,
        "mask": null,
        "guesses": [],
        "wrong": [],
        "chances_left": crate::game::CHANCES,
        "secret": null,
        "given_up": game.given_up().map(|g| &g.secret),
        "players": players,
    });
    if let Some(round) = game.round() {
        let mask = round.mask_text();
        let guesses: Vec<Value> = round
            .guesses()
            .iter()
            .map(|guess| guess_json(game, guess))
            .collect();
        let wrong: Vec<String> = round
            .misses()
            .filter_map(|g| g.letter())
            .map(|l| l.to_string())
            .collect();
        let secret = round.secret().filter(|_| round.phase().is_over());
        merge(
            &mut fields,
            &json!({
                "round": round.number(),
                "pack": round.pack(),
                "clue": round.clue(),
                "mask": mask,
                "guesses": guesses,
                "wrong": wrong,
                "chances_left": round.chances_left(),
                "secret": secret.map(Secret::text),
            }),
        );
    }
    merge(&mut fields, &table_json(game));
    fields
}

pub(super) fn guess_json(game: &Game, guess: &GuessMade) -> Value {
    let outcome = match guess.tried {
        Tried::Hint { .. } => "hint",
        _ if guess.is_hit() => "hit",
        _ => "miss",
    };
    let mut fields = json!({
        "letter": guess.letter().map(|letter| letter.to_string()),
        "player": game.name_of(&guess.by),
        "outcome": outcome,
    });
    if let Tried::Whole(whole) = &guess.tried {
        merge(&mut fields, &json!({"whole": whole.shown()}));
    }
    fields
}

pub(super) fn cluster_json(room: &RoomView) -> Value {
    let cluster: &ClusterView = &room.cluster;
    let members: Vec<Value> = cluster
        .members
        .iter()
        .map(|m| {
            json!({
                "node_id": m.node_id.to_string(),
                "peer_id": m.peer_id.to_string(),
                "name": m.name.as_str(),
                "addr": m.addr,
                "voter": m.voter,
                "online": m.online,
            })
        })
        .collect();
    json!({
        "cluster_id": cluster.cluster_id.to_string(),
        "room": room.name.as_str(),
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
        "members": members,
    })
}

/// The trouble a room is in, as an event; `None` if it needs no decision.
pub(super) fn trouble_json(trouble: Option<&Trouble>) -> Option<Value> {
    match trouble? {
        Trouble::Stalled {
            missing,
            alone,
            may_lose,
        } => Some(json!({
            "event": "stalled",
            "missing": missing.iter().map(Name::as_str).collect::<Vec<_>>(),
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
