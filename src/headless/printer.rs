//! Writes stdout, beside the node.

use std::{
    collections::BTreeMap,
    io::{self, Write as _},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{SyncSender, TrySendError},
    },
    time::Duration,
};

use anyhow::anyhow;
use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::{
    json::{cluster_json, event, game_json, merge, trouble_json},
    table::{line_json, setter_json},
};
use crate::{
    consensus::RoomState,
    game::{Name, PeerId},
    node::{ClusterView, PlayerView, RoomView, SetterView, Stage, Trouble, View},
};

/// Lines that may wait to be read. A reader this far behind is none.
const UNREAD: usize = 4096;

/// Prints whole lines, and each event only when it differs from the last of
/// its kind.
pub(super) struct Printer {
    lines: SyncSender<Option<String>>,
    written: Mutex<Option<oneshot::Receiver<()>>>,
    shown: Mutex<Shown>,
}

#[derive(Default)]
struct Shown {
    game: Option<(Arc<RoomState>, Vec<PlayerView>)>,
    setter: Option<SetterView>,
    said: u64,
    knocks: BTreeMap<PeerId, Name>,
    cluster: Option<(ClusterView, Option<Trouble>)>,
    notice: u64,
}

impl Printer {
    /// A reader that is slow, or has stopped reading, must not hold up the
    /// node: a thread of its own writes.
    pub(super) fn start() -> anyhow::Result<Self> {
        let (lines, queue) = std::sync::mpsc::sync_channel::<Option<String>>(UNREAD);
        let (done, written) = oneshot::channel();
        std::thread::Builder::new()
            .name("stdout".to_owned())
            .spawn(move || {
                let mut out = io::stdout().lock();
                while let Ok(Some(line)) = queue.recv() {
                    if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
                        break;
                    }
                }
                let _ = done.send(());
            })?;
        Ok(Self {
            lines,
            written: Mutex::new(Some(written)),
            shown: Mutex::default(),
        })
    }

    /// Waits until all is written, or nobody reads it.
    pub(super) async fn finish(&self) {
        /// A reader that still reads takes no longer.
        const LAST_LINES: Duration = Duration::from_secs(2);
        let _ = self.lines.try_send(None);
        let written = self
            .written
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(written) = written {
            let _ = tokio::time::timeout(LAST_LINES, written).await;
        }
    }

    pub(super) fn reply(&self, line: u64, fields: &Value) -> anyhow::Result<()> {
        let mut reply = json!({"event": "reply", "line": line});
        merge(&mut reply, fields);
        self.print(&reply)
    }

    pub(super) fn print(&self, value: &Value) -> anyhow::Result<()> {
        self.lines
            .try_send(Some(value.to_string()))
            .map_err(|e| match e {
                TrySendError::Full(_) => anyhow!("nobody reads stdout"),
                TrySendError::Disconnected(_) => anyhow!("stdout is closed"),
            })
    }

    pub(super) fn show(&self, view: &View) -> anyhow::Result<()> {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(notice) = &view.notice
            && notice.number > shown.notice
        {
            shown.notice = notice.number;
            self.print(&json!({"event": "warning", "message": notice.text}))?;
        }
        let Stage::Room(room) = &view.stage else {
            return Ok(());
        };
        let cluster = (room.cluster.clone(), room.trouble.clone());
        if shown.cluster.as_ref() != Some(&cluster) {
            self.print(&event("cluster", &cluster_json(room)))?;
            let before = shown.cluster.replace(cluster);
            let before = before.and_then(|(_, trouble)| trouble_json(trouble.as_ref()));
            let trouble = trouble_json(room.trouble.as_ref());
            if let Some(trouble) = trouble.filter(|now| before.as_ref() != Some(now)) {
                self.print(&trouble)?;
            }
        }
        let is_shown = |(state, players): &(Arc<RoomState>, Vec<PlayerView>)| {
            state.game_index() == room.state.game_index() && *players == room.players
        };
        if !shown.game.as_ref().is_some_and(is_shown) {
            self.print(&event("game", &game_json(room)))?;
            shown.game = Some((Arc::clone(&room.state), room.players.clone()));
        }
        self.show_table(&mut shown, view, room)
    }

    /// What only some are told, and what is said.
    fn show_table(&self, shown: &mut Shown, view: &View, room: &RoomView) -> anyhow::Result<()> {
        let game = room.state.game();
        let table = game.table();
        for line in table.talk.iter().filter(|line| line.number > shown.said) {
            self.print(&line_json(game, line))?;
        }
        shown.said = table.said;
        if shown.setter != room.setter {
            shown.setter.clone_from(&room.setter);
            if let Some(event) = setter_json(room) {
                self.print(&event)?;
            }
        }
        if table.owner == Some(view.me.peer_id) {
            let is_new = |peer: &&PeerId| !shown.knocks.contains_key(*peer);
            for peer in table.knocks.keys().filter(is_new) {
                let name = table.knocks.get(peer).map(Name::as_str);
                let peer = peer.to_string();
                self.print(&json!({"event": "knock", "name": name, "peer_id": peer}))?;
            }
            shown.knocks.clone_from(&table.knocks);
        }
        Ok(())
    }
}
