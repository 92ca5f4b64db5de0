//! Between the stored and sent messages and our types. Decoding is the only
//! step that can fail, and says what is wrong.

mod command;
mod entry;
mod game;
mod parts;
mod reply;
mod round;
mod table;
mod wire;

pub use self::{
    command::command,
    entry::entry,
    game::state,
    wire::{DecodeError, Decoded, MAX_ADDRS, addrs, cluster_id, peer_id},
};
