//! What a setter chooses, and sees of the round that they set.

use std::sync::Arc;

use crate::game::Deal;

/// Which secret a setter takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// One of those offered, from 1.
    Offer(usize),
    /// One of their own.
    Own {
        /// The secret.
        secret: String,
        /// What is told of it; may be empty.
        clue: String,
    },
}

/// What the setter sees, and nobody else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetterView {
    /// What there is to choose from; empty once it is chosen.
    pub offers: Arc<[Deal]>,
    /// What was chosen.
    pub chosen: Option<String>,
}
