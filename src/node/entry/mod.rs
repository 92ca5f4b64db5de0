//! Into a room and out of it.

mod admit;
pub mod gossip;
pub mod leave;
pub mod rooms;
pub mod seating;

pub use admit::JOIN_TIMEOUT;
