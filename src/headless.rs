//! The seat without a window: commands on stdin, one a line, and JSON objects
//! on stdout, one a line. Described in `docs/HEADLESS.md`; a public interface.

use std::{
    convert::Infallible,
    io::{self, Write as _},
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Context as _, bail};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader},
    sync::mpsc,
};

use crate::{
    consensus::RoomState,
    game::{Letter, Phase, pack::is_id},
    node::{
        self, ClusterView, Command, Done, Failure, Node, NodeHandle, PlayerView, Reply, RoomView,
        Stage, View,
    },
    signals,
};

/// The longest command line, in bytes. What is longer is no command.
const MAX_LINE: usize = 4096;

/// Lines that are read ahead; beyond it stdin waits.
const LINES: usize = 256;

/// The pack of `start` without one.
const DEFAULT_PACK: &str = "kanna";

/// Takes a seat with `first`, and runs until it is told to leave.
///
/// # Errors
/// A sentence, if there is no seat to be had or the node cannot go on.
pub async fn run(config: node::Config, first: Command) -> anyhow::Result<()> {
    let node = Node::start(config, || {})?;
    let stop = signals::stop();
    tokio::pin!(stop);
    tokio::select! {
        seated = node.request(first) => {
            if let Err(failure) = seated {
                let _ = node.shutdown().await;
                bail!(failure.message);
            }
        }
        signal = &mut stop => {
            let _ = node.shutdown().await;
            return print(&json!({"event": "bye", "reason": signal}));
        }
    }
    let printer = Arc::new(Printer::default());
    let view = Arc::clone(&node.view().borrow());
    print(&json!({
        "event": "ready",
        "peer_id": view.me.peer_id.to_string(),
        "addr": view.me.addr,
        "profile": view.me.profile,
    }))?;
    let mut serving = tokio::spawn(serve(node.clone(), Arc::clone(&printer)));
    let watching = watch(&node, &printer);
    let reason = tokio::select! {
        // A reply "left" has been printed: the node has stopped already.
        served = &mut serving => served.context("the command reader failed")??,
        ended = watching => match ended? {},
        signal = &mut stop => signal,
    };
    serving.abort();
    // After `leave` this finds the node stopped, which is fine.
    let _ = node.shutdown().await;
    print(&json!({"event": "bye", "reason": reason}))
}

/// Prints what changes. Ends only if the node does without being asked to.
async fn watch(node: &NodeHandle, printer: &Printer) -> anyhow::Result<Infallible> {
    let mut views = node.view();
    loop {
        let view = Arc::clone(&views.borrow_and_update());
        if let Some(fatal) = &view.fatal {
            bail!("{fatal}");
        }
        if view.stage == Stage::Stopped {
            return std::future::pending().await;
        }
        printer.show(&view)?;
        if views.changed().await.is_err() {
            bail!("the node stopped; the log file says why");
        }
    }
}

/// Answers command lines in order, each when it is done.
async fn serve(node: NodeHandle, printer: Arc<Printer>) -> anyhow::Result<&'static str> {
    let (lines, mut queue) = mpsc::channel(LINES);
    tokio::spawn(read_lines(lines));
    let mut number = 0_u64;
    while let Some(line) = queue.recv().await {
        number += 1;
        let reply = match parse(&line) {
            Ok(Line::Leave) => {
                let left = node.shutdown().await;
                print_reply(
                    number,
                    &left.unwrap_or(Done::Left { clean: false }).to_json(),
                )?;
                return Ok("leave");
            }
            Ok(Line::State) => look(&node, |room| ("game", game_json(room))),
            Ok(Line::Cluster) => look(&node, |room| ("cluster", cluster_json(room))),
            Ok(Line::Command(command)) => to_json(node.request(command).await),
            Err(failure) => failure_json(&failure),
        };
        printer.show(&Arc::clone(&node.view().borrow()))?;
        print_reply(number, &reply)?;
    }
    // The end of input keeps the seat.
    std::future::pending().await
}

/// One line of stdin, understood.
enum Line {
    Command(Command),
    State,
    Cluster,
    Leave,
}

fn parse(line: &str) -> Result<Line, Failure> {
    let mut words = line.split_whitespace();
    let (command, argument) = (words.next().unwrap_or(""), words.next());
    if words.next().is_some() {
        return Err(unknown());
    }
    match (command, argument) {
        ("guess", letter) => {
            let letter = Letter::parse(letter.unwrap_or(""))
                .map_err(|_bad| Failure::new("not_a_letter", "guess one letter"))?;
            Ok(Line::Command(Command::Guess {
                letter,
                round: None,
            }))
        }
        ("start", which) => {
            let (pack, number) = parse_entry(which.unwrap_or(DEFAULT_PACK))?;
            Ok(Line::Command(Command::StartRound {
                pack,
                number,
                after_round: None,
            }))
        }
        ("state", None) => Ok(Line::State),
        ("cluster", None) => Ok(Line::Cluster),
        ("leave", None) => Ok(Line::Leave),
        _ => Err(unknown()),
    }
}

/// `PACK` or `PACK#N`.
fn parse_entry(text: &str) -> Result<(String, Option<usize>), Failure> {
    let bad = || Failure::new("no_such_entry", "name a pack, or an entry as PACK#N");
    let (pack, number) = match text.split_once('#') {
        Some((pack, number)) => (pack, Some(number.parse().map_err(|_bad| bad())?)),
        None => (text, None),
    };
    if is_id(pack) {
        Ok((pack.to_owned(), number))
    } else {
        Err(bad())
    }
}

fn unknown() -> Failure {
    Failure::new(
        "unknown_command",
        "the commands are: guess LETTER, start [PACK[#N]], state, cluster, leave",
    )
}

fn look(node: &NodeHandle, part: impl Fn(&RoomView) -> (&'static str, Value)) -> Value {
    let view = Arc::clone(&node.view().borrow());
    match &view.stage {
        Stage::Room(room) => {
            let (key, value) = part(room);
            json!({"ok": true, key: value})
        }
        _ => failure_json(&Failure::new("not_in_room", "there is no seat any more")),
    }
}

/// Prints each event only when it differs from the last of its kind.
#[derive(Default)]
struct Printer(Mutex<Shown>);

#[derive(Default)]
struct Shown {
    game: Option<(Arc<RoomState>, Vec<PlayerView>)>,
    cluster: Option<ClusterView>,
    notice: u64,
}

impl Printer {
    fn show(&self, view: &View) -> anyhow::Result<()> {
        let mut shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(notice) = &view.notice
            && notice.number > shown.notice
        {
            shown.notice = notice.number;
            print(&json!({"event": "warning", "message": notice.text}))?;
        }
        let Stage::Room(room) = &view.stage else {
            return Ok(());
        };
        if shown.cluster.as_ref() != Some(&room.cluster) {
            print(&event("cluster", &cluster_json(room)))?;
            shown.cluster = Some(room.cluster.clone());
        }
        let is_shown = |(state, players): &(Arc<RoomState>, Vec<PlayerView>)| {
            state.game_index() == room.state.game_index() && *players == room.players
        };
        if !shown.game.as_ref().is_some_and(is_shown) {
            print(&event("game", &game_json(room)))?;
            shown.game = Some((Arc::clone(&room.state), room.players.clone()));
        }
        Ok(())
    }
}

fn print_reply(line: u64, fields: &Value) -> anyhow::Result<()> {
    let mut reply = json!({"event": "reply", "line": line});
    merge(&mut reply, fields);
    print(&reply)
}

fn print(value: &Value) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{value}")
        .and_then(|()| out.flush())
        .context("stdout is closed")
}

fn event(name: &str, fields: &Value) -> Value {
    let mut event = json!({"event": name});
    merge(&mut event, fields);
    event
}

fn merge(into: &mut Value, fields: &Value) {
    if let (Value::Object(into), Value::Object(fields)) = (into, fields) {
        into.extend(fields.iter().map(|(k, v)| (k.clone(), v.clone())));
    }
}

fn to_json(reply: Reply) -> Value {
    match reply {
        Ok(done) => done.to_json(),
        Err(failure) => failure_json(&failure),
    }
}

impl Done {
    fn to_json(self) -> Value {
        match self {
            Self::Ok => json!({"ok": true}),
            Self::Applied {
                outcome,
                index,
                copies,
            } => {
                json!({"ok": true, "outcome": outcome.code(), "index": index, "copies": copies})
            }
            Self::Left { clean } => json!({"ok": true, "outcome": "left", "clean": clean}),
        }
    }
}

fn failure_json(failure: &Failure) -> Value {
    json!({"ok": false, "code": failure.code, "message": failure.message})
}

fn game_json(room: &RoomView) -> Value {
    let game = room.state.game();
    let players: Vec<Value> = room
        .players
        .iter()
        .map(|p| {
            json!({
                "peer_id": p.peer_id.to_string(),
                "name": p.name.as_str(),
                "online": p.online,
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
        let mask: String = round.mask().map(|cell| cell.unwrap_or("_")).collect();
        let guesses: Vec<Value> = round
            .guesses()
            .iter()
            .map(|guess| {
                json!({
                    "letter": guess.letter.to_string(),
                    "player": game.name_of(&guess.by),
                    "outcome": if guess.hit { "hit" } else { "miss" },
                })
            })
            .collect();
        let wrong: Vec<String> = round.misses().map(|g| g.letter.to_string()).collect();
        let is_over = matches!(round.phase(), Phase::Won | Phase::Lost);
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
                "secret": is_over.then(|| round.secret().text()),
            }),
        );
    }
    fields
}

fn cluster_json(room: &RoomView) -> Value {
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
        "members": members,
    })
}

/// Reads stdin line by line, never more than [`MAX_LINE`] of one.
async fn read_lines(lines: mpsc::Sender<String>) {
    let mut input = BufReader::new(tokio::io::stdin());
    loop {
        let mut line = Vec::new();
        let limit = MAX_LINE as u64;
        match (&mut input).take(limit).read_until(b'\n', &mut line).await {
            Ok(0) | Err(_) => return,
            Ok(n) if n == MAX_LINE && !line.ends_with(b"\n") => {
                // Answered once, whatever its length.
                line.clear();
                if skip_line(&mut input).await.is_err() {
                    return;
                }
            }
            Ok(_) => {}
        }
        let line = String::from_utf8_lossy(&line).trim().to_owned();
        if lines.send(line).await.is_err() {
            return;
        }
    }
}

async fn skip_line(input: &mut BufReader<tokio::io::Stdin>) -> io::Result<()> {
    loop {
        let buffer = input.fill_buf().await?;
        if buffer.is_empty() {
            return Ok(());
        }
        let newline = buffer.iter().position(|b| *b == b'\n');
        let used = newline.map_or(buffer.len(), |at| at + 1);
        input.consume(used);
        if newline.is_some() {
            return Ok(());
        }
    }
}
