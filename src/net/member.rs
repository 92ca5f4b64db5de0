//! Calls of one member of a room to another. Those of Raft itself are made by
//! `raft_network`, with the same client.

use std::{collections::BTreeSet, time::Duration};

use tonic::{service::interceptor::InterceptedService, transport::Channel};

use super::{
    call::{CallError, timed, within},
    header::Attach,
    messages::{Committed, Survey},
    refusal::{Refusal, Refused},
};
use crate::{
    consensus::{
        ClusterId, GameCommand, NodeId,
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
        Ok(reply.index)
    }

    /// Asks the leader to remove this seat.
    ///
    /// # Errors
    /// If it refuses, or does not answer.
    pub async fn leave(&mut self) -> Result<(), CallError> {
        let request = timed(pb::LeaveRequest {}, CHANGE_DEADLINE);
        within(CHANGE_DEADLINE, self.0.leave(request)).await?;
        Ok(())
    }

    /// Asks the leader up to which entry the log must be applied before a read,
    /// within `deadline`.
    ///
    /// # Errors
    /// If it refuses, or does not answer.
    pub async fn read_index(&mut self, deadline: Duration) -> Result<u64, CallError> {
        let request = timed(pb::ReadIndexRequest {}, deadline);
        let reply = within(deadline, self.0.read_index(request)).await?;
        Ok(reply.index)
    }

    /// Asks a member how it is; with `freeze`, and to freeze for a moment.
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
    /// If it refuses; also if it does not answer, and the command may be in some
    /// log.
    pub async fn propose(
        &mut self,
        command: &GameCommand,
        deadline: Duration,
    ) -> Result<Committed, Refused> {
        let request = pb::ProposeRequest {
            command: Some(command.into()),
        };
        let asked = within(deadline, self.0.propose(timed(request, deadline)));
        let answer = asked.await.and_then(|answer| {
            let reply = answer.reply.ok_or(DecodeError::Missing("reply"))?;
            Ok(Committed {
                reply: reply.try_into()?,
                copies: answer.copies,
            })
        });
        answer.map_err(|error| match error {
            CallError::Refused(refused) => refused,
            unknown => Refusal::NoQuorum
                .because(unknown.to_string())
                .maybe_appended(),
        })
    }
}
