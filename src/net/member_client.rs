//! Calls to one member of a room, for one seat.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use tonic::{Request, service::interceptor::InterceptedService, transport::Channel};

use super::{
    call::{CHANGE_DEADLINE, CallError, LATE, LOBBY_DEADLINE, Refusal, Refused, timed, within},
    codec,
    credentials::Credentials,
    header::Attach,
    messages::{Committed, PROTOCOL, Survey},
};
use crate::{
    consensus::{
        ClusterId, GameCommand, LogId, MAX_ANCESTORS, Mark, Notice,
        codec::{self as stored, DecodeError},
        lead_on,
    },
    proto::{self as pb, lobby_client::LobbyClient, members_client::MembersClient},
};

/// How long a member has to say how it is: it needs no disk for that.
const SURVEY_DEADLINE: Duration = Duration::from_secs(1);

/// The client of the members' service.
pub(super) type Client = MembersClient<InterceptedService<Channel, Attach>>;

/// One member's service, for the calls of one seat.
#[derive(Clone)]
pub struct MemberClient {
    pub(super) members: Client,
    pub(super) lobby: LobbyClient<Channel>,
    pub(super) seat: Credentials,
    pub(super) rules: u32,
}

impl MemberClient {
    /// Makes a call, connecting included. Who is not known there shows how it came
    /// into the room, and calls once more.
    ///
    /// # Errors
    /// If it is refused, or not answered. That another start of the seat plays is
    /// believed only with a signature.
    pub(super) async fn call<M, R, F>(
        &self,
        deadline: Duration,
        message: M,
        call: impl Fn(Client, Request<M>) -> F,
    ) -> Result<R, CallError>
    where
        M: Clone,
        F: Future<Output = Result<tonic::Response<R>, tonic::Status>>,
    {
        let until = Instant::now() + deadline;
        let made = |message: M| call(self.members.clone(), timed(message, deadline));
        let calling = async {
            match made(message.clone()).await {
                Err(status) if Refused::is(&status, Refusal::WhoAreYou) => {
                    self.introduce(deadline).await?;
                    made(message).await
                }
                answered => answered,
            }
        };
        match within(deadline, calling).await {
            Err(CallError::Refused(refused)) if refused.reason == Refusal::Replaced => {
                let is_proven = refused.start.as_ref();
                let is_proven = is_proven.is_some_and(|start| self.seat.is_overtaken_by(start));
                Err(if is_proven {
                    refused.into()
                } else {
                    CallError::Denied("it has no proof that another computer plays".to_owned())
                })
            }
            Err(CallError::Refused(refused)) if refused.reason == Refusal::Continued => {
                let told = timeout_at(until, self.went_on()).await;
                let told = told.map_err(|_late| CallError::Unreachable(LATE.to_owned()));
                Err(told.flatten().unwrap_or_else(|error| error))
            }
            answered => answered,
        }
    }

    /// Where the game went on, if the member can show it.
    async fn went_on(&self) -> Result<CallError, CallError> {
        let room = self.seat.cluster_id();
        let notices = went_on(self.lobby.clone(), room).await?;
        if lead_on(&notices, room, &self.seat.known_members()) {
            return Ok(CallError::Continued(notices));
        }
        Err(CallError::Denied(
            "it cannot show where the game went on".to_owned(),
        ))
    }

    async fn introduce(&self, deadline: Duration) -> Result<(), tonic::Status> {
        let unknown = || Refusal::NotAMember.because("this seat cannot show how it came in");
        let path = self.seat.path().ok_or_else(unknown)?;
        let request = pb::IntroduceRequest {
            cluster_id: self.seat.cluster_id().as_bytes().to_vec(),
            path: Some((&path).into()),
        };
        let mut lobby = self.lobby.clone();
        lobby.introduce(timed(request, deadline)).await.map(drop)
    }

    /// Asks the leader to remove this seat. It is removed also where it is not
    /// known.
    ///
    /// # Errors
    /// If it refuses, or does not answer.
    pub async fn leave(&self) -> Result<(), CallError> {
        let left = self.call(
            CHANGE_DEADLINE,
            pb::LeaveRequest {},
            |mut c, m| async move { c.leave(m).await },
        );
        match left.await {
            Err(CallError::Refused(refused))
                if matches!(refused.reason, Refusal::NotAMember | Refusal::Removed) =>
            {
                Ok(())
            }
            left => left.map(drop),
        }
    }

    /// Asks the leader up to which entry the log must be applied before a read,
    /// within `deadline`.
    ///
    /// # Errors
    /// If it refuses, or does not answer.
    pub async fn read_index(&self, deadline: Duration) -> Result<u64, CallError> {
        let asked = self.call(deadline, pb::ReadIndexRequest {}, |mut c, m| async move {
            c.read_index(m).await
        });
        Ok(asked.await?.index)
    }

    /// Asks a member how it is, and whether it has applied the same up to a mark; with
    /// `freeze`, and to freeze for a moment.
    ///
    /// # Errors
    /// If it does not answer, or has gone on elsewhere.
    pub async fn survey(
        &self,
        freeze: bool,
        applied: Mark,
        entry: Option<LogId>,
    ) -> Result<Survey, CallError> {
        let request = pb::SurveyRequest {
            freeze,
            applied: Some((&applied).into()),
            entry: entry.as_ref().map(Into::into),
        };
        let asked = self.call(SURVEY_DEADLINE, request, |mut c, m| async move {
            c.survey(m).await
        });
        Ok(codec::survey(asked.await?, self.rules)?)
    }

    /// Asks a member to go on in a new cluster.
    ///
    /// # Errors
    /// If it refuses, or does not answer, or has gone on elsewhere.
    pub async fn carry_on(&self) -> Result<Notice, CallError> {
        let asked = self.call(
            CHANGE_DEADLINE,
            pb::ContinueRequest {},
            |mut c, m| async move { c.r#continue(m).await },
        );
        Ok(stored::notice(asked.await?)?)
    }

    /// Tells a member that takes part where the game goes on.
    ///
    /// # Errors
    /// If it does not answer.
    pub async fn continued(&self, notice: &Notice) -> Result<(), CallError> {
        let request = pb::Notice::from(notice);
        let told = self.call(SURVEY_DEADLINE, request, |mut c, m| async move {
            c.continued(m).await
        });
        told.await.map(drop)
    }

    /// Asks the leader to commit a command, within `deadline`.
    ///
    /// # Errors
    /// If it refuses; also if it does not answer, and the command may be in some
    /// log.
    pub async fn propose(
        &self,
        command: &GameCommand,
        deadline: Duration,
    ) -> Result<Committed, Refused> {
        let request = pb::ProposeRequest {
            command: Some(command.into()),
        };
        let asked = self.call(
            deadline,
            request,
            |mut c, m| async move { c.propose(m).await },
        );
        let answer = asked.await.and_then(|answer| {
            let reply = answer.reply.ok_or(DecodeError::Missing("reply"))?;
            Ok(Committed {
                reply: stored::reply(reply)?,
                copies: answer.copies,
            })
        });
        answer.map_err(|error| match error {
            CallError::Refused(refused) => refused,
            unknown => Refused {
                said: Some(unknown.to_string()),
                ..Refusal::NoQuorum.plainly().maybe_appended()
            },
        })
    }
}

/// Where somebody says that a room went on.
pub(super) async fn went_on(
    mut lobby: LobbyClient<Channel>,
    room: ClusterId,
) -> Result<Vec<Notice>, CallError> {
    let request = pb::HelloRequest {
        protocol: PROTOCOL,
        room: room.as_bytes().to_vec(),
    };
    let reply = within(LOBBY_DEADLINE, lobby.hello(timed(request, LOBBY_DEADLINE))).await?;
    let notices = reply
        .went_on
        .into_iter()
        .take(MAX_ANCESTORS)
        .map(stored::notice);
    Ok(notices.collect::<Result<_, _>>()?)
}
