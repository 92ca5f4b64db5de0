//! Hangman for the people on one local network, with no server: every player's
//! window embeds a Raft node, and the game is a replicated state machine.
//!
//! `game` is pure; `consensus` replicates it; `net` carries it; `discovery`
//! finds the others; `node` puts them together and shows a
//! [`View`](node::View); `ui` draws it and `headless` prints it.
//! Dependencies run one way; see `docs/ARCHITECTURE.md`.

mod blocking;
mod budget;
pub mod cli;
mod coded_enum;
pub mod config;
pub mod consensus;
#[cfg(windows)]
pub mod console;
#[cfg(all(windows, feature = "gui"))]
mod desktop;
pub mod discovery;
mod files;
pub mod game;
pub mod headless;
mod hex_id;
pub mod keys;
pub mod lists;
pub mod logging;
mod memory;
pub mod net;
pub mod node;
pub mod packs;
#[cfg(feature = "simulation")]
pub mod planted;
pub mod proto;
pub mod random;
pub mod signals;
#[cfg(all(target_os = "linux", feature = "gui"))]
mod sleep;
#[cfg(feature = "gui")]
pub mod ui;
