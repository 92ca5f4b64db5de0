//! Why something was not done.

use crate::{
    game::Rejection,
    net::{CallError, Refusal, Refused},
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
        // Anybody may have answered: what they say is in the log, and never said as ours.
        tracing::info!("a call failed: {error}");
        let (code, text) = match error {
            CallError::Refused(refused) => return refused.into(),
            CallError::Unreachable(_) => (
                "unreachable",
                "nobody answers; check that the other computer is on and that its firewall allows dhangkanna",
            ),
            CallError::Denied(_) => (
                "denied",
                "what answers there is not understood; check the address, and install the same version on both computers",
            ),
            CallError::Continued(_) => return Refusal::Continued.plainly().into(),
        };
        Self::new(code, text)
    }
}

#[cfg(test)]
mod tests {
    use tonic::{Code, Status};

    use super::*;

    #[test]
    fn what_a_peer_says_is_in_the_log_and_not_said_as_ours() {
        const THEIRS: &str = "Your computer is in danger";
        let refused = Refusal::ALL.map(|why| (Some(why), Status::from(why.because(THEIRS))));
        let others = (1..=16).map(|code| (None, Status::new(Code::from_i32(code), THEIRS)));
        for (why, status) in refused.into_iter().chain(others) {
            let error = CallError::from(status);
            assert!(error.to_string().contains(THEIRS), "{error:?}");
            let failure = Failure::from(error);
            assert!(!failure.message.contains(THEIRS), "{failure:?}");
            assert!(!failure.message.is_empty(), "{failure:?}");
            let codes = why.map_or(vec!["denied", "unreachable"], |why| vec![why.code()]);
            assert!(codes.contains(&failure.code), "{failure:?}");
        }
    }
}
