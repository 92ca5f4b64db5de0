//! Names and reasons that several parts of the window say.

use super::words::tr;
use crate::game::{Game, Mode, Round, Void};

/// Why a round is void, and by whom; `None` if it is not.
pub(super) fn void(game: &Game, round: &Round) -> Option<String> {
    let who = round.voided_by();
    let who = who.map_or_else(String::new, |who| game.name_of(&who).to_owned());
    Some(match round.frame().void? {
        Void::TooSlow => tr!("void-too-slow", who = who),
        Void::SetterGone => tr!("void-setter-gone", who = who),
        Void::GivenUp => tr!("void-given-up", who = who),
        Void::FalseAnswer => tr!("void-false", who = who),
        Void::Stopped => tr!("void-stopped"),
    })
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
