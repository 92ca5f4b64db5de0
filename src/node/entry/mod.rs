//! Into a room and out of it.

pub mod announcers;
pub mod asking;
pub mod gossip;
pub mod leave;
pub mod pin;
pub mod rooms;
mod rows;
pub mod seating;
