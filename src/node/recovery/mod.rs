//! What a seat does without a leader or a majority.

pub mod continuation;
pub mod keeper;
pub mod survey;
