//! Hangman for the people on one local network, with no server: every player's
//! window embeds a Raft node, and the game is a replicated state machine.

pub mod config;
pub mod consensus;
pub mod discovery;
pub mod game;
pub mod net;
pub mod packs;
mod proto;
pub mod random;
