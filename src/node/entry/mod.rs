//! Into a room and out of it.

pub mod announcers;
pub mod gossip;
pub mod leave;
pub mod pin;
pub mod rooms;
pub mod seating;
