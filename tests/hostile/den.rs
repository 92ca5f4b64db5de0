//! A room that is hosted call by call, and that sends a newcomer as much as it wants.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use dhangkanna::{
    consensus::{
        Holder, Member, Membership, RoomState, Snapshot, SnapshotMeta, StoredMembership,
        TicketPath, Vote, log_id,
    },
    game::PeerId,
    net::Identity,
    proto as pb,
};
use openraft::{RaftNetworkV2 as _, error::ReplicationClosed, network::RPCOption};
use prost::Message as _;

use super::{
    intruder::Intruder,
    server::{Answers, Follows},
};

/// The largest message that members take, and what is left of it for all but the state.
const LARGEST: usize = 4 * 1024 * 1024;
const REST: usize = 8 * 1024;

/// How long it may take to send that.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long somebody may take to ask for a seat, whose program may only just start.
const ENTERING: Duration = Duration::from_secs(20);

/// Says that it hosts a room, as its founder.
struct Hosts(TicketPath);

impl Answers for Hosts {
    fn hello(&self) -> pb::HelloReply {
        let seat = self.0.founder.seat;
        pb::HelloReply {
            room: Some(pb::RoomInfo {
                cluster_id: self.0.cluster_id().as_bytes().to_vec(),
                room: "den".to_owned(),
                players: 1,
                phase: "guessing".to_owned(),
                leader_id: seat,
                node_id: seat,
                path: Some((&self.0).into()),
                ..Default::default()
            }),
            ..Follows.hello()
        }
    }
}

/// The host, and how it founded the room.
pub struct Den {
    pub host: Intruder,
    path: TicketPath,
}

impl Den {
    pub fn found() -> Self {
        let identity = Arc::new(Identity::ephemeral().expect("a key"));
        let founder = Holder {
            // As the answer to `Join` says.
            seat: 77,
            key: identity.key().public(),
        };
        let (_, path) = TicketPath::found(founder);
        let host = Intruder {
            seat: founder.seat,
            ..Intruder::as_somebody(identity, Arc::new(Hosts(path.clone())))
        };
        Self { host, path }
    }

    /// Sends somebody who wants to enter the largest snapshot there can be.
    ///
    /// # Panics
    /// If nobody asks for a seat, or that is not taken, in time.
    pub async fn sends_the_largest_snapshot(&self, newcomer: PeerId) {
        let host = &self.host;
        let entering = async {
            while !host.server.heard().contains(&"enter") {
                host.server.changed().await;
            }
        };
        let entered = tokio::time::timeout(ENTERING, entering).await;
        entered.expect("somebody who enters");
        let about = host.peers.hello(newcomer).await.expect("an answer");
        let seat = about.room.expect("a seat").node_id;
        let founder = self.path.founder;
        let member = Member::new(founder.key, Some(self.path.clone()), Vec::new());
        let members = BTreeMap::from([(founder.seat, member)]);
        let voters = vec![BTreeSet::from([founder.seat])];
        let membership = Membership::new(voters, members).expect("a membership");
        let first = Some(log_id(1, 0));
        let mut state = pb::RoomState::from(&RoomState::default()).encode_to_vec();
        // A field that nobody knows fills it up.
        let fills = vec![7; LARGEST - REST - state.len()];
        prost::encoding::bytes::encode(1000, &fills, &mut state);
        let snapshot = Snapshot {
            meta: SnapshotMeta {
                last_log_id: first,
                last_membership: StoredMembership::new(first, membership),
            },
            snapshot: state,
        };
        let mut raft = host.raft(self.path.cluster_id(), (seat, newcomer)).await;
        let vote = Vote::new_committed(1, founder.seat);
        let never = std::future::pending::<ReplicationClosed>();
        let option = RPCOption::new(PATIENCE);
        let installed = raft.full_snapshot(vote, snapshot, never, option).await;
        installed.expect("taken in time");
    }
}
