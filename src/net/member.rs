//! Calls of one member of a room to another. Those of Raft itself are made by
//! `raft_network`, with the same client.

use std::{collections::BTreeSet, time::Duration};

use tonic::{service::interceptor::InterceptedService, transport::Channel};

use super::{
    CallError, ClusterId, Committed, Refusal, Refused, Survey,
    client::{refuse, timed, within},
    guard::Attach,
};
use crate::{
    consensus::{
        Command, NodeId,
        codec::{self as stored, DecodeError},
    },
    proto::{self as pb, members_client::MembersClient},
};

/// How long entering and leaving may take: a membership change.
const CHANGE_DEADLINE: Duration = Duration::from_secs(4);

/// How long a member has to say how it is: it needs no disk for that.
const SURVEY_DEADLINE: Duration = Duration::from_secs(1);

/// The client of the members' service.
pub(super) type Client = MembersClient<InterceptedService<Channel, Attach>>;

/// Why a command was not committed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{refused}")]
pub struct ProposeError {
    /// What was said.
    pub refused: Refused,
    /// Whether the command may nevertheless be in some log: retry with the
    /// same id only.
    pub maybe_appended: bool,
}

/// One member's service.
#[derive(Clone)]
pub struct MemberClient(pub(super) Client);

impl MemberClient {
    /// Asks the leader to add this seat, of a program that knows the rules up
    /// to `rules`.
    ///
    /// # Errors
    /// If it refuses, or does not answer.
    pub async fn enter(&mut self, addrs: Vec<String>, rules: u32) -> Result<u64, CallError> {
        let request = pb::EnterRequest { addrs, rules };
        let request = timed(request, CHANGE_DEADLINE);
        let reply = within(CHANGE_DEADLINE, self.0.enter(request)).await?;
        refuse(reply.refused)?;
        Ok(reply.index)
    }

    /// Asks the leader to remove this seat.
    ///
    /// # Errors
    /// If it refuses, or does not answer.
    pub async fn leave(&mut self) -> Result<(), CallError> {
        let request = timed(pb::LeaveRequest {}, CHANGE_DEADLINE);
        let reply = within(CHANGE_DEADLINE, self.0.leave(request)).await?;
        refuse(reply.refused)
    }

    /// Asks the leader up to which entry the log must be applied before a read,
    /// within `deadline`.
    ///
    /// # Errors
    /// If it refuses, or does not answer.
    pub async fn read_index(&mut self, deadline: Duration) -> Result<u64, CallError> {
        let request = timed(pb::ReadIndexRequest {}, deadline);
        let reply = within(deadline, self.0.read_index(request)).await?;
        refuse(reply.refused)?;
        Ok(reply.index)
    }

    /// Asks a member how it is; with `freeze`, and to keep still for a moment.
    ///
    /// # Errors
    /// If it does not answer, or has gone on elsewhere.
    pub async fn survey(&mut self, freeze: bool) -> Result<Survey, CallError> {
        let request = timed(pb::SurveyRequest { freeze }, SURVEY_DEADLINE);
        let reply = within(SURVEY_DEADLINE, self.0.survey(request)).await?;
        Ok(reply.into())
    }

    /// Asks a member to go on in a new cluster, and answers with which.
    ///
    /// # Errors
    /// If it refuses, or does not answer, or has gone on elsewhere.
    pub async fn carry_on(
        &mut self,
        participants: &BTreeSet<NodeId>,
    ) -> Result<ClusterId, CallError> {
        let request = pb::ContinueRequest {
            participants: participants.iter().copied().collect(),
        };
        let request = timed(request, CHANGE_DEADLINE);
        let reply = within(CHANGE_DEADLINE, self.0.r#continue(request)).await?;
        refuse(reply.refused)?;
        Ok(stored::cluster_id(&reply.cluster_id)?)
    }

    /// Tells a member that takes part where the game goes on.
    ///
    /// # Errors
    /// If it does not answer.
    pub async fn continued(&mut self, cluster: ClusterId) -> Result<(), CallError> {
        let request = pb::ContinuedNotice {
            cluster_id: cluster.as_bytes().to_vec(),
        };
        let request = timed(request, SURVEY_DEADLINE);
        within(SURVEY_DEADLINE, self.0.continued(request)).await?;
        Ok(())
    }

    /// Asks the leader to commit a command, within `deadline`.
    ///
    /// # Errors
    /// See [`ProposeError`]. Without an answer the outcome is unknown.
    pub async fn propose(
        &mut self,
        command: &Command,
        deadline: Duration,
    ) -> Result<Committed, ProposeError> {
        let unknown = |e: CallError| match e {
            // By the guard: nobody has read it.
            CallError::Refused(refused) => ProposeError {
                refused,
                maybe_appended: false,
            },
            e => ProposeError {
                refused: Refusal::NoQuorum.because(e.to_string()),
                maybe_appended: true,
            },
        };
        let request = pb::ProposeRequest {
            command: Some(command.into()),
        };
        let reply = within(deadline, self.0.propose(timed(request, deadline)))
            .await
            .map_err(unknown)?;
        if let Some(refused) = reply.refused {
            let refused = Refused::try_from(refused).map_err(|e| unknown(e.into()))?;
            return Err(ProposeError {
                refused,
                maybe_appended: reply.maybe_appended,
            });
        }
        let answer = reply.reply.ok_or(DecodeError::Missing("reply"));
        let answer = answer.and_then(TryInto::try_into);
        Ok(Committed {
            reply: answer.map_err(|e| unknown(e.into()))?,
            copies: reply.copies,
        })
    }
}
