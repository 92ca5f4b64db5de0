//! Writes stdout, on a thread of its own.

use std::{
    collections::BTreeMap,
    io::{self, Write as _},
    sync::{
        Arc,
        mpsc::{SyncSender, TrySendError},
    },
    time::Duration,
};

use anyhow::anyhow;
use parking_lot::Mutex;
use tokio::sync::oneshot;

use super::{
    event::{Cluster, Event},
    game::{ChatEntry, Game},
};
use crate::{
    game::{Name, PeerId, safe_json},
    node::{Pin, RoomView, Stage, View},
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
pub(super) struct Shown {
    room: Option<Arc<RoomView>>,
    said: u64,
    knocks: BTreeMap<PeerId, Name>,
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
        let written = self.written.lock().take();
        if let Some(written) = written {
            let _ = tokio::time::timeout(LAST_LINES, written).await;
        }
    }

    pub(super) fn print(&self, event: &Event) -> anyhow::Result<()> {
        self.lines
            .try_send(Some(safe_json(&serde_json::to_string(event)?)))
            .map_err(|e| match e {
                TrySendError::Full(_) => anyhow!("nobody reads stdout"),
                TrySendError::Disconnected(_) => anyhow!("stdout is closed"),
            })
    }

    pub(super) fn show(&self, view: &View) -> anyhow::Result<()> {
        // Held until all is printed: what is newer comes later.
        let mut shown = self.shown.lock();
        let events = shown.update(view);
        events.iter().try_for_each(|event| self.print(event))
    }
}

impl Shown {
    /// What is to be printed now.
    pub(super) fn update(&mut self, view: &View) -> Vec<Event> {
        let mut events = Vec::new();
        if let Some(notice) = &view.notice
            && notice.number > self.notice
        {
            self.notice = notice.number;
            let message = notice.text.clone();
            events.push(Event::Warning { message });
        }
        let Stage::Room(room) = &view.stage else {
            return events;
        };
        let before = self.room.replace(Arc::clone(room));
        let before = before.as_deref();
        if !before.is_some_and(|b| b.cluster == room.cluster && b.trouble == room.trouble) {
            events.push(Event::Cluster(Cluster::of(room)));
            let before = before.and_then(|before| before.trouble.as_ref());
            let changed = room.trouble.as_ref().filter(|now| before != Some(*now));
            events.extend(changed.and_then(Event::of_trouble));
        }
        let is_shown = |before: &RoomView| {
            let same = before.state.game_index() == room.state.game_index();
            same && before.players == room.players
        };
        if !before.is_some_and(is_shown) {
            events.push(Event::Game(Box::new(Game::of(room))));
        }
        self.update_table(view, room, before, &mut events);
        events
    }

    /// What only some are told, and what is said.
    fn update_table(
        &mut self,
        view: &View,
        room: &RoomView,
        before: Option<&RoomView>,
        events: &mut Vec<Event>,
    ) {
        let game = room.state.game();
        let table = game.table();
        let said = table.talk.iter().filter(|line| line.number > self.said);
        events.extend(said.map(|line| Event::Talk(ChatEntry::of(game, line))));
        self.said = table.said;
        if room.pin != before.and_then(|before| before.pin) {
            let pin = room.pin.map(Pin::digits);
            events.push(Event::Pin { pin });
        }
        let before = before.and_then(|before| before.setter.as_ref());
        let setter = room.setter.as_ref().filter(|now| before != Some(*now));
        events.extend(setter.map(|setter| Event::of_setter(room, setter)));
        if table.owner == Some(view.me.peer_id) {
            let new = table.knocks.iter();
            let new = new.filter(|(peer, _)| !self.knocks.contains_key(*peer));
            events.extend(new.map(|(peer, name)| Event::Knock {
                name: name.to_string(),
                peer_id: peer.to_string(),
                met: room.met.contains(peer),
            }));
            self.knocks.clone_from(&table.knocks);
        }
    }
}
