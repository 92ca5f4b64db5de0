//! A call of another node, and why it may bring no answer.

use std::{future::Future, time::Duration};

use tonic::{Code, Request, Status};

use super::{
    header::continued_in,
    refusal::{Refusal, Refused},
};
use crate::consensus::{ClusterId, codec::DecodeError};

/// Why a call brought no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// It was answered with no.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// Nobody answers, or not in time, or nothing sensible.
    #[error("no answer: {0}")]
    Unreachable(String),
    /// Something answers that is not this program, or not this version of it.
    #[error("{0}")]
    Denied(String),
    /// It has left that room behind, for this one.
    #[error("the game continued in another room")]
    Continued(ClusterId),
}

/// A request that tells the other side when nobody waits any more.
pub(super) fn timed<T>(message: T, deadline: Duration) -> Request<T> {
    let mut request = Request::new(message);
    request.set_timeout(deadline);
    request
}

/// Waits for an answer, connecting included.
pub(super) async fn within<T>(
    deadline: Duration,
    call: impl Future<Output = Result<tonic::Response<T>, Status>>,
) -> Result<T, CallError> {
    match tokio::time::timeout(deadline, call).await {
        Ok(Ok(response)) => Ok(response.into_inner()),
        Ok(Err(status)) => Err(status.into()),
        Err(_late) => Err(CallError::Unreachable("it took too long".to_owned())),
    }
}

impl From<Status> for CallError {
    fn from(status: Status) -> Self {
        if let Some(cluster) = continued_in(&status) {
            return Self::Continued(cluster);
        }
        if let Some(refused) = Refused::of(&status) {
            return refused.map_or_else(Into::into, Self::Refused);
        }
        match status.code() {
            Code::AlreadyExists => Refusal::Replaced.because(status.message()).into(),
            Code::PermissionDenied
            | Code::Unauthenticated
            | Code::NotFound
            | Code::FailedPrecondition
            | Code::InvalidArgument
            | Code::Unimplemented => Self::Denied(status.message().to_owned()),
            _ => Self::Unreachable(innermost(&status)),
        }
    }
}

impl From<DecodeError> for CallError {
    fn from(error: DecodeError) -> Self {
        Self::Denied(format!("invalid answer: {error}"))
    }
}

/// The cause that a person can do something about stands at the bottom.
fn innermost(status: &Status) -> String {
    let mut error: &dyn std::error::Error = status;
    while let Some(source) = error.source() {
        error = source;
    }
    match error.downcast_ref::<Status>() {
        Some(status) => status.message().to_owned(),
        None => error.to_string(),
    }
}
