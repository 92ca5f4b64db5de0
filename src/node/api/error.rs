//! Why something was not done.

use crate::{
    game::Rejection,
    net::{CallError, Refused},
};

/// Why something was not done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// For programs: one lower-case word.
    pub code: &'static str,
    /// For people: what is wrong and what to do.
    pub message: String,
}

impl Failure {
    /// A failure of this kind, in these words.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    /// What can be done in a room only.
    pub(crate) fn not_in_room() -> Self {
        Self::new("not_in_room", "host or join a room first")
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        Self::new(refused.reason.code(), refused.message)
    }
}

impl From<Rejection> for Failure {
    fn from(rejection: Rejection) -> Self {
        Self::new(rejection.code(), rejection.to_string())
    }
}

impl From<CallError> for Failure {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Refused(refused) => refused.into(),
            CallError::Unreachable(why) => Self::new(
                "unreachable",
                format!(
                    "nobody answers ({why}); check that the other computer is on and that its firewall allows dhangkanna"
                ),
            ),
            CallError::Denied(why) => Self::new("denied", why),
            CallError::Continued(_) => Self::new("continued", error.to_string()),
        }
    }
}
