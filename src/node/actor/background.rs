//! What takes a while and runs in the background: a text of the window's on its
//! way into a file, and a look at the network.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use tokio::sync::oneshot;

use super::{Actor, Event};
use crate::{
    blocking,
    discovery::Examination,
    node::api::{Done, Failure, Looking, Preferences, Reply},
};

/// The folder in the profile's.
const FOLDER: &str = "events";

impl<F: Fn() + Send + Sync + 'static> Actor<F> {
    pub(super) fn export(&self, text: String, reply: Option<oneshot::Sender<Reply>>) {
        let folder = self.profile.folder().join(FOLDER);
        let events = self.events.clone();
        tokio::spawn(async move {
            let writing = blocking::run(move || write(&folder, &text)).await;
            let outcome = writing.unwrap_or_else(Err);
            // If the actor has gone, so has whoever asked.
            let _ = events.send(Event::Exported { outcome, reply }).await;
        });
    }

    /// Takes how the window is to be, and keeps it.
    pub(super) fn prefer(&mut self, preferences: Preferences) {
        self.preferences = Arc::new(preferences.clone());
        self.save_later("the settings", move |folder| preferences.save(folder));
    }

    /// Looks at the network, unless that is done just now.
    pub(super) fn examine(&mut self, reply: Option<oneshot::Sender<Reply>>) {
        if self.examination != Looking::Now {
            self.examination = Looking::Now;
            let interfaces = self.discovery.interfaces().clone();
            let (port, events) = (self.shared.env.port, self.events.clone());
            tokio::spawn(async move {
                let looking = blocking::run(move || Examination::make(&interfaces, port)).await;
                // If the actor has gone, so has whoever asked.
                let _ = events.send(Event::Examined(looking.ok())).await;
            });
        }
        self.answer(reply, Ok(Done::Ok));
    }

    pub(super) fn exported(
        &mut self,
        outcome: Result<PathBuf, io::Error>,
        reply: Option<oneshot::Sender<Reply>>,
    ) {
        match outcome {
            Ok(file) => {
                let file = file.display().to_string();
                let text = format!("The events were saved to {file}.");
                self.say("exported", &file, text, false);
                self.answer(reply, Ok(Done::Ok));
            }
            Err(e) => {
                let why = format!("the events cannot be saved: {e}");
                self.answer(reply, Err(Failure::new("storage", why)));
            }
        }
    }
}

/// Writes into a new file, named by the time.
fn write(folder: &Path, text: &str) -> io::Result<PathBuf> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let name = format!("{}.txt", now.unwrap_or_default().as_millis());
    fs::create_dir_all(folder)?;
    let file = folder.join(name);
    fs::write(&file, text)?;
    Ok(file)
}
