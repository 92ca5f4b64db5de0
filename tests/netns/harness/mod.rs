//! What the scenarios are made of: hosts, the program on them, and what is waited
//! for.

pub mod lab;
#[cfg(feature = "gui")]
pub mod logind;
pub mod room;
pub mod seat;
pub mod stats;
pub mod xvfb;
