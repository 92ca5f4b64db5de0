//! Between the stored and sent messages and our types. Decoding is the only
//! step that can fail, and says what is wrong.

mod command;
mod entry;
mod game;
mod parts;
mod round;

pub use self::{
    command::{command, command_proof, digest, reply},
    entry::{MAX_NODES, canonical, entry, holder, notice, snapshot_meta, ticket_path},
    game::{digest_of_game, mark, state, stored_state},
    parts::{DecodeError, Decoded, MAX_ADDRS, addrs, cluster_id, peer_id, public_key, signature},
};
