//! Somebody with a key of their own, a program of their own, and a server.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use dhangkanna::{
    consensus::{ClusterId, CommandId, GameCommand, LogStore, Member, NodeId, RULES, codec},
    game::{Action, Name, PeerId},
    net::{
        AddressBook, CallError, Connection, Contact, Credentials, Identity, MemberClient, Newcomer,
        Peers, RaftNetwork, TlsTransport, Transport as _,
    },
};
use openraft::RaftNetworkFactory as _;
use redb::backends::InMemoryBackend;

use super::server::{Answers, HostileServer};

/// The start of an intruder's program: later than that of whatever stock program had
/// its key.
pub const SESSION: u64 = 1 << 51;

pub fn command(id: CommandId, action: Action, opens_session: bool) -> GameCommand {
    GameCommand {
        id,
        opens_session,
        action,
        signed: None,
    }
}

/// A command as a player's program signs it.
pub fn signed(command: GameCommand, cluster: ClusterId, by: &Identity) -> GameCommand {
    let digest = codec::digest(&command);
    command.sign(cluster, &digest, by.key())
}

/// Somebody with a key of their own, a program of their own, and a server.
pub struct Intruder {
    pub identity: Arc<Identity>,
    pub peers: Peers,
    pub addr: SocketAddr,
    pub seat: NodeId,
    pub log: LogStore,
    pub server: HostileServer,
    /// What it says with its heartbeats.
    pub contact: Contact,
}

impl Intruder {
    /// Listens, and answers calls as `answers` say.
    pub fn with(answers: Arc<dyn Answers>) -> Self {
        let identity = Arc::new(Identity::ephemeral().expect("a key"));
        Self::as_somebody(identity, answers)
    }

    /// The same with a key that it has from somewhere.
    pub fn as_somebody(identity: Arc<Identity>, answers: Arc<dyn Answers>) -> Self {
        let transport = TlsTransport::bind(Arc::clone(&identity), 0).expect("a port");
        let transport = Arc::new(transport);
        let addr = SocketAddr::from(([127, 0, 0, 1], transport.port()));
        let log = LogStore::open_backend(InMemoryBackend::new(), true).expect("a log");
        let seat = dhangkanna::random::u64() >> 1;
        let server = HostileServer::start(Arc::clone(&transport), (seat, log.clone()), answers);
        Self {
            peers: Peers::new(transport, Arc::new(AddressBook::default()), RULES),
            identity,
            addr,
            seat,
            log,
            server,
            contact: Contact::default(),
        }
    }

    /// Asks for a place in a room, and takes it.
    ///
    /// # Errors
    /// If it is not let in.
    pub async fn ask_in(&self, leader: PeerId, cluster: ClusterId) -> Result<u64, CallError> {
        let name = Name::parse("Mallory").expect("a name");
        self.peers.join(leader, cluster, &name).await?;
        let newcomer = Newcomer {
            node_id: self.seat,
            key: self.identity.key().public(),
            addrs: vec![self.addr.to_string()],
            rules: RULES,
        };
        self.peers.enter(leader, cluster, newcomer).await
    }

    /// The same, and waits until the log has arrived.
    pub async fn enter_at(&self, leader: PeerId, cluster: ClusterId) {
        self.ask_in(leader, cluster).await.expect("a seat");
        let credentials = self.credentials(cluster);
        tokio::time::timeout(Duration::from_secs(10), async {
            while credentials.path().is_none() {
                self.server.changed().await;
            }
        })
        .await
        .expect("its membership");
    }

    pub fn credentials(&self, cluster: ClusterId) -> Credentials {
        Credentials::new(
            &self.identity,
            cluster,
            self.seat,
            SESSION,
            self.log.clone(),
            Contact::default(),
        )
    }

    /// A command of its own, signed; the first one opens its session.
    pub fn says(&self, cluster: ClusterId, seq: u64, action: Action) -> GameCommand {
        let id = CommandId {
            peer_id: self.identity.peer_id(),
            session: SESSION,
            seq,
        };
        signed(command(id, action, seq == 1), cluster, &self.identity)
    }

    /// A member's service, called in the name of its seat.
    pub fn member(&self, cluster: ClusterId, to: (NodeId, PeerId)) -> MemberClient {
        self.peers.member(&self.credentials(cluster), to.0, to.1)
    }

    /// openraft's way to a member.
    pub async fn raft(&self, cluster: ClusterId, (seat, peer_id): (NodeId, PeerId)) -> Connection {
        let credentials = self.credentials(cluster);
        let mut network = RaftNetwork::new(self.peers.clone(), credentials, self.contact.clone());
        let member = Member {
            peer_id,
            ..Member::new(self.identity.key().public(), None, Vec::new())
        };
        network.new_client(seat, &member).await
    }
}
