//! What only the leader does: it changes the members, and notices for the game.

pub mod membership;
pub mod referee;
