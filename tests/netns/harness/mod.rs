//! What the scenarios are made of: hosts, the program on them, and what is waited
//! for.

#[path = "../../hostile/den.rs"]
pub mod den;
#[path = "../../hostile/intruder.rs"]
pub mod intruder;
pub mod lab;
#[cfg(feature = "gui")]
pub mod logind;
pub mod room;
pub mod seat;
#[allow(dead_code, reason = "each suite uses a part of it")]
#[path = "../../hostile/server.rs"]
pub mod server;
pub mod stats;
pub mod xvfb;
