//! Names and reasons that several parts of the window say.

use super::words::tr;
use crate::game::{Mode, Void};

/// Why a round counts for nobody.
pub(super) fn void(why: Void) -> String {
    match why {
        Void::TooSlow => tr!("void-too-slow"),
        Void::SetterGone => tr!("void-setter-gone"),
        Void::GivenUp => tr!("void-given-up"),
        Void::FalseAnswer => tr!("void-false"),
        Void::Stopped => tr!("void-stopped"),
    }
}

/// What a mode is called.
pub(super) fn mode(of: Mode) -> String {
    match of {
        Mode::Together => tr!("mode-together"),
        Mode::Turns => tr!("mode-turns"),
        Mode::Setter => tr!("mode-setter"),
    }
}

/// So many points.
pub(super) fn points(score: u32) -> String {
    tr!("points", count = score)
}
