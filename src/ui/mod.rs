//! The window. It draws the newest [`View`](crate::node::View) and sends [`Command`](crate::node::Command)s; it keeps
//! drafts (what is being typed, what is open) and nothing else. Nothing here
//! waits, or touches a disk or a network.

mod about;
mod app;
mod art;
mod awake;
mod board;
mod finding;
mod history;
mod kanna;
mod keyboard;
mod last_event;
mod lobby;
mod motion;
mod packed;
mod parts;
mod people;
mod phrases;
mod pin;
mod places;
mod ring;
mod room;
mod room_list;
mod setter_panel;
mod settings;
mod setup;
mod sound;
mod system;
mod talk;
mod theme;
mod trouble;
mod watch;
mod window;
mod words;

pub use app::App;
pub use system::System;
pub use window::{check_display, run};
pub use words::Language;
