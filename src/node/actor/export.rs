//! A text of the window's, on its way into a file.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use tokio::sync::oneshot;

use super::{Actor, Event};
use crate::{
    blocking,
    node::{Done, Failure, Reply},
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

    pub(super) fn exported(
        &mut self,
        outcome: Result<PathBuf, io::Error>,
        reply: Option<oneshot::Sender<Reply>>,
    ) {
        match outcome {
            Ok(file) => {
                self.say(format!("The events are in {}.", file.display()), false);
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
