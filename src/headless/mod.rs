//! The seat without a window: commands on stdin, one a line, and JSON objects
//! on stdout, one a line. Described in `docs/HEADLESS.md`; a public interface.

mod event;
mod game;
#[cfg(test)]
#[path = "../../tests/golden/headless.rs"]
mod golden;
mod parse;
mod printer;

use std::{convert::Infallible, sync::Arc, time::Duration};

use anyhow::{Context as _, bail};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader},
    sync::{mpsc, watch},
};

use self::{
    event::{Answer, Cluster, Event, Part},
    parse::{Input, must_be_in, parse},
    printer::Printer,
};
use crate::{
    node::{Command, Done, Failure, Node, NodeConfig, NodeHandle, RoomView, Stage, Trouble, View},
    signals,
};

/// The longest command line, in bytes. What is longer is no command.
const MAX_LINE: usize = 4096;

/// Lines that are read ahead; beyond it stdin waits.
const LINES: usize = 256;

/// How long the lines that were read already may take after a signal: some
/// hundred lines of text.
const LAST_REPLIES: Duration = Duration::from_secs(1);

/// How long somebody may think about whose copy of a game is played.
const OWN_COPY: Duration = Duration::from_secs(10);

/// Takes a seat with `first`, and runs until it is told to leave.
///
/// # Errors
/// A sentence, if there is no seat to be had or the node cannot go on.
pub async fn run(config: NodeConfig, first: Command) -> anyhow::Result<()> {
    let node = Node::start(config, || {})?;
    let printer = Arc::new(Printer::start()?);
    let ended = play(&node, &printer, first).await;
    // However it ended: the others are told.
    let _ = node.shutdown().await;
    if let Ok(reason) = ended {
        printer.print(&Event::Bye { reason })?;
    }
    printer.finish().await;
    ended.map(drop)
}

/// Answers why the seat was given up.
async fn play(
    node: &NodeHandle,
    printer: &Arc<Printer>,
    first: Command,
) -> anyhow::Result<&'static str> {
    let stop = signals::stop();
    tokio::pin!(stop);
    tokio::select! {
        seated = node.request(first) => {
            if let Err(failure) = seated {
                bail!(failure.message);
            }
        }
        signal = &mut stop => return Ok(signal),
    }
    let view = Arc::clone(&node.view().borrow());
    printer.print(&Event::Ready {
        peer_id: view.me.peer_id.to_string(),
        addr: view.me.addr.clone(),
        profile: view.me.profile.clone(),
    })?;
    let (stopping, stopped) = watch::channel(false);
    let mut serving = tokio::spawn(serve(node.clone(), Arc::clone(printer), stopped));
    let signal = tokio::select! {
        served = &mut serving => return served.context("the command reader failed")?,
        ended = show_changes(node, printer) => match ended? {},
        never = play_own_copy(node) => match never {},
        signal = &mut stop => signal,
    };
    // Lines that were read already still get their reply: from a node that has
    // stopped, at once.
    let _ = node.shutdown().await;
    stopping.send_replace(true);
    if let Ok(served) = tokio::time::timeout(LAST_REPLIES, serving).await {
        served.context("the command reader failed")??;
    }
    Ok(signal)
}

/// Where nobody is there to ask, this computer's copy of the game is played.
async fn play_own_copy(node: &NodeHandle) -> Infallible {
    let mut views = node.view();
    let has_less = |view: &Arc<View>| match &view.stage {
        Stage::Room(room) => matches!(room.trouble, Some(Trouble::NewerCopy { .. })),
        _ => false,
    };
    loop {
        if views.wait_for(has_less).await.is_err() {
            return std::future::pending().await;
        }
        let decided = views.wait_for(|view| !has_less(view));
        if tokio::time::timeout(OWN_COPY, decided).await.is_err()
            && let Err(e) = node.request(Command::PlayOwnCopy).await
        {
            tracing::warn!("this computer's copy is not played: {e}");
        }
    }
}

/// Prints what changes. Ends only if the node does without being asked to.
async fn show_changes(node: &NodeHandle, printer: &Printer) -> anyhow::Result<Infallible> {
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
            bail!("the node stopped; see the log file");
        }
    }
}

/// Answers command lines in order, each when it is done.
async fn serve(
    node: NodeHandle,
    printer: Arc<Printer>,
    mut stopped: watch::Receiver<bool>,
) -> anyhow::Result<&'static str> {
    let (lines, mut queue) = mpsc::channel(LINES);
    tokio::spawn(read_lines(lines));
    let mut number = 0_u64;
    loop {
        let line = tokio::select! {
            biased;
            Some(line) = queue.recv() => line,
            // Only when no line waits. The end of input alone keeps the seat.
            _ = stopped.wait_for(|stopped| *stopped) => return Ok("stopped"),
        };
        number += 1;
        let view = Arc::clone(&node.view().borrow());
        let room = match &view.stage {
            Stage::Room(room) => Some(&**room),
            _ => None,
        };
        let answer = match parse(&line, room) {
            Ok(Input::Leave) => {
                let left = node.shutdown().await;
                let left = left.unwrap_or(Done::Left { clean: false });
                printer.print(&Event::reply(number, left.into()))?;
                return Ok("leave");
            }
            Ok(Input::State) => look(room, |room| Ok(Part::game(room))),
            Ok(Input::Cluster) => look(room, |room| Ok(Part::Cluster(Cluster::of(room)))),
            Ok(Input::Talk) => look(room, |room| Ok(Part::talk(room))),
            Ok(Input::History(which)) => look(room, |room| Part::history(room, which)),
            Ok(Input::Stats) => Answer::Part(Part::Stats(view.me.record.as_ref().into())),
            Ok(Input::Command(command)) => node.request(command).await.into(),
            Err(failure) => failure.into(),
        };
        printer.show(&Arc::clone(&node.view().borrow()))?;
        printer.print(&Event::reply(number, answer))?;
    }
}

fn look(room: Option<&RoomView>, part: impl Fn(&RoomView) -> Result<Part, Failure>) -> Answer {
    must_be_in(room).and_then(part).into()
}

/// Reads stdin line by line, never more than [`MAX_LINE`] of one.
async fn read_lines(lines: mpsc::Sender<String>) {
    let mut input = BufReader::new(tokio::io::stdin());
    loop {
        let mut line = Vec::new();
        let mut too_long = false;
        loop {
            let limit = MAX_LINE as u64;
            match (&mut input).take(limit).read_until(b'\n', &mut line).await {
                Ok(0) if too_long => break,
                Ok(0) | Err(_) => return,
                Ok(n) if n == MAX_LINE && !line.ends_with(b"\n") => too_long = true,
                Ok(_) => break,
            }
            line.clear();
        }
        if too_long {
            // Answered once, whatever its length.
            line.clear();
        }
        let line = String::from_utf8_lossy(&line).trim().to_owned();
        if lines.send(line).await.is_err() {
            return;
        }
    }
}
