//! Who may not talk to a node, and what becomes of those who try.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use crate::common::{copy_settled, join, node, room_of, sit, until};
use dhangkanna::{
    consensus::{
        ClusterId, CommandId, Continuation, GameCommand, Holder, LogStore, Mark, Member, NodeId,
        Notice, RULES, TicketPath, Vote,
    },
    game::{Action, Letter, Name, PeerId},
    net::{
        AddressBook, CallError, Contact, Credentials, Identity, PROTOCOL, Peers, RaftNetwork,
        Refusal, TlsTransport,
    },
    node::{Command, NodeHandle, Stage, Timing},
    proto::{self as pb, lobby_client::LobbyClient},
};
use openraft::{
    RaftNetworkFactory as _, RaftNetworkV2 as _, network::RPCOption, raft::VoteRequest,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// A room, and somebody with a key of their own who is not in it.
struct Scene {
    host: NodeHandle,
    addr: SocketAddr,
    peer: PeerId,
    stranger: Peers,
    identity: Arc<Identity>,
    _data: tempfile::TempDir,
}

impl Scene {
    async fn new() -> Self {
        let data = tempfile::tempdir().expect("a folder");
        let host = node(data.path(), "Host", Timing::REAL, || {});
        host.request(Command::Host {
            room: None,
            pin: None,
        })
        .await
        .expect("a room");
        let view = until(&host, "a room", |view| room_of(view).is_some()).await;
        let addr: SocketAddr = view.me.addr.parse().expect("an address");
        let identity = Arc::new(Identity::ephemeral().expect("a key"));
        let transport = TlsTransport::dialing(Arc::clone(&identity)).expect("a transport");
        let stranger = Peers::new(Arc::new(transport), Arc::new(AddressBook::default()), RULES);
        let peer = stranger.who_is_at(addr).await.expect("the host");
        assert_eq!(peer, view.me.peer_id);
        Self {
            host,
            addr,
            peer,
            stranger,
            identity,
            _data: data,
        }
    }

    fn cluster(&self) -> dhangkanna::consensus::ClusterId {
        let view = Arc::clone(&self.host.view().borrow());
        room_of(&view).expect("a room").cluster.cluster_id
    }

    fn seat(&self) -> u64 {
        let view = Arc::clone(&self.host.view().borrow());
        room_of(&view).expect("a room").cluster.node_id
    }

    /// The stranger, as a seat that it made up.
    fn seat_of_stranger(&self, cluster: ClusterId, seat: NodeId) -> Credentials {
        let log = LogStore::open_backend(redb::backends::InMemoryBackend::new(), true);
        let (log, contact) = (log.expect("a log"), Contact::default());
        Credentials::new(&self.identity, cluster, seat, 1, log, contact)
    }

    /// That the stranger's seat has taken the game somewhere else.
    fn notice(&self, parent: ClusterId, seat: NodeId) -> Notice {
        let key = self.identity.key();
        let founder = Holder {
            seat,
            key: key.public(),
        };
        let continuation = Continuation {
            parent,
            founder,
            path: None,
            child: TicketPath::found(founder).1,
            fence: None,
            digest: [0; 32],
            participants: vec![self.seat()],
        };
        continuation.signed_by(key)
    }

    /// The room is as it was, and still answers.
    async fn end_unharmed(self) {
        let about = self.stranger.hello(self.peer).await.expect("an answer");
        assert_eq!(about.room.expect("a room").players, 1);
        self.host.shutdown().await.expect("left");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn plain_text_grpc_is_refused() {
    let scene = Scene::new().await;
    let url = format!("http://{}", scene.addr);
    let endpoint = tonic::transport::Endpoint::from_shared(url).expect("a URL");
    // Lazy: TCP connects, and nothing but TLS comes through.
    let mut client = LobbyClient::new(endpoint.connect_lazy());
    let request = pb::HelloRequest {
        protocol: PROTOCOL,
        room: Vec::new(),
    };
    let answer = tokio::time::timeout(Duration::from_secs(10), client.hello(request)).await;
    answer.expect("a prompt answer").expect_err("a refusal");
    scene.end_unharmed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_without_a_certificate_is_refused() {
    let scene = Scene::new().await;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .expect("TLS 1.3")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(trusting::Anyone(provider)))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
    let tcp = TcpStream::connect(scene.addr).await.expect("a connection");
    let name = "dhangkanna.local".try_into().expect("a name");
    // In TLS 1.3 the refusal comes after the client's side is done.
    if let Ok(mut stream) = connector.connect(name, tcp).await {
        let _ = stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await;
        let mut answer = Vec::new();
        let read = tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut answer));
        let error = read.await.expect("a prompt end").expect_err("a refusal");
        assert!(error.to_string().contains("CertificateRequired"), "{error}");
        assert!(answer.is_empty());
    }
    scene.end_unharmed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_and_other_protocols_do_no_harm() {
    let scene = Scene::new().await;
    let noise: Vec<u8> = (0..100_000_u32).map(|n| (n * 7919 % 251) as u8).collect();
    for bytes in [
        &noise[..],
        b"GET / HTTP/1.1\r\n\r\n",
        b"SSH-2.0-x\r\n",
        b"\x16\x03\x01",
    ] {
        let mut tcp = TcpStream::connect(scene.addr).await.expect("a connection");
        // The other side may hang up before all is written.
        let _ = tcp.write_all(bytes).await;
        let _ = tcp.shutdown().await;
        let mut answer = Vec::new();
        let read = tokio::time::timeout(Duration::from_secs(10), tcp.read_to_end(&mut answer));
        let _ = read.await.expect("a prompt end");
        assert!(answer.len() < 100, "only a TLS alert: {answer:?}");
    }
    scene.end_unharmed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_members_can_call_members() {
    let scene = Scene::new().await;
    // An open room: the stranger may join, and is no member by that.
    let name = Name::parse("Stranger").expect("a name");
    let joined = scene.stranger.join(scene.peer, scene.cluster(), &name);
    joined.await.expect("an open room");
    let (own, room) = (scene.seat(), scene.cluster());
    for (cluster, seat, why) in [
        (room, 77, "cannot show how it came in"),
        (room, own, "another player's seat"),
        (ClusterId::random(), 77, "not in that room"),
    ] {
        let credentials = scene.seat_of_stranger(cluster, seat);
        let contact = Contact::default();
        let mut network = RaftNetwork::new(scene.stranger.clone(), credentials.clone(), contact);
        let host = Member {
            peer_id: scene.peer,
            ..Member::new(
                scene.identity.key().public(),
                None,
                vec![scene.addr.to_string()],
            )
        };
        let mut connection = network.new_client(own, &host).await;
        let request = VoteRequest::new(Vote::new(1000, seat), None);
        let option = || RPCOption::new(Duration::from_secs(5));
        let error = connection.vote(request.clone(), option()).await;
        let error = error.expect_err("a refusal").to_string();
        assert!(error.contains(why), "{error}");
        let error = connection.pre_vote(request, option()).await;
        let error = error.expect_err("a refusal").to_string();
        assert!(error.contains(why), "{error}");

        let client = scene.stranger.member(&credentials, own, scene.peer);
        let deadline = Duration::from_secs(5);
        let command = |peer_id| GameCommand {
            id: CommandId {
                peer_id,
                session: 1,
                seq: 1,
            },
            opens_session: false,
            action: Action::Guess {
                letter: Letter::parse("k").expect("a letter"),
                round: None,
            },
            signed: None,
        };
        for peer in [scene.identity.peer_id(), scene.peer] {
            let error = client.propose(&command(peer), deadline).await;
            let error = error.expect_err("a refusal");
            assert!(error.to_string().contains(why), "{error}");
            assert!(!error.maybe_appended);
        }
        let said = |error: CallError| assert!(error.to_string().contains(why), "{error}");
        said(client.read_index(deadline).await.expect_err("a refusal"));
        said(
            client
                .survey(true, Mark::default(), None)
                .await
                .expect_err("a refusal"),
        );
        let notice = scene.notice(cluster, seat);
        said(client.continued(&notice).await.expect_err("a refusal"));
        said(client.carry_on().await.expect_err("a refusal"));
    }
    let term = room_of(&scene.host.view().borrow())
        .expect("a room")
        .cluster
        .term;
    assert_eq!(term, 1, "the stranger's vote changed nothing");
    scene.end_unharmed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_version_is_told_so() {
    let scene = Scene::new().await;
    let name = Name::parse("Stranger").expect("a name");
    let nowhere = scene
        .stranger
        .join(scene.peer, ClusterId::random(), &name)
        .await;
    let Err(CallError::Refused(refused)) = nowhere else {
        panic!("{nowhere:?}");
    };
    assert_eq!(refused.reason, Refusal::NoSuchRoom);
    let reply = scene
        .stranger
        .join_as(scene.peer, scene.cluster(), "S", PROTOCOL + 1)
        .await;
    let Err(CallError::Refused(refused)) = reply else {
        panic!("{reply:?}");
    };
    assert_eq!(refused.reason, Refusal::Version);
    assert!(refused.message.contains("same version"), "{refused}");
    for bad in ["", "a\nb", &"x".repeat(3000)] {
        let reply = scene
            .stranger
            .join_as(scene.peer, scene.cluster(), bad, PROTOCOL)
            .await;
        let Err(CallError::Refused(refused)) = reply else {
            panic!("{reply:?}");
        };
        assert_eq!(refused.reason, Refusal::BadName, "{bad:?}");
    }
    // Larger than any stranger's message may be.
    let huge = "x".repeat(1_000_000);
    let reply = scene
        .stranger
        .join_as(scene.peer, scene.cluster(), &huge, PROTOCOL)
        .await;
    assert!(
        matches!(reply, Err(CallError::Unreachable(_) | CallError::Denied(_))),
        "{reply:?}"
    );
    scene.end_unharmed().await;
}

/// A client that believes everybody.
mod trusting {
    use std::sync::Arc;

    use rustls::{
        DigitallySignedStruct, Error, SignatureScheme,
        client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        crypto::CryptoProvider,
        pki_types::{CertificateDer, ServerName, UnixTime},
    };

    #[derive(Debug)]
    pub struct Anyone(pub Arc<CryptoProvider>);

    impl ServerCertVerifier for Anyone {
        fn verify_server_cert(
            &self,
            _end_entity: &CertificateDer<'_>,
            _intermediates: &[CertificateDer<'_>],
            _name: &ServerName<'_>,
            _ocsp: &[u8],
            _now: UnixTime,
        ) -> Result<ServerCertVerified, Error> {
            Ok(ServerCertVerified::assertion())
        }

        fn verify_tls12_signature(
            &self,
            _message: &[u8],
            _certificate: &CertificateDer<'_>,
            _signature: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            Ok(HandshakeSignatureValid::assertion())
        }

        fn verify_tls13_signature(
            &self,
            _message: &[u8],
            _certificate: &CertificateDer<'_>,
            _signature: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            Ok(HandshakeSignatureValid::assertion())
        }

        fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
            self.0.signature_verification_algorithms.supported_schemes()
        }
    }
}

/// Of two computers with one profile, the later start plays on. The earlier is
/// closed to everybody until it has another seat, and open with that.
#[tokio::test(flavor = "multi_thread")]
async fn who_lost_its_seat_to_a_copy_can_be_joined_in_its_next_room() {
    let scene = Scene::new().await;
    let data = tempfile::tempdir().expect("a folder");
    let ann = node(data.path(), "Ann", Timing::REAL, || {});
    sit(&ann, join(scene.addr)).await;
    let before = Arc::clone(&ann.view().borrow());
    let addr: SocketAddr = before.me.addr.parse().expect("an address");

    let copied = tempfile::tempdir().expect("a folder");
    copy_settled(data.path(), copied.path());
    let copy = node(copied.path(), "Ann", Timing::REAL, || {});
    sit(&copy, Command::Resume { which: None }).await;
    let start = Command::StartRound {
        pack: "kanna".to_owned(),
        number: Some(1),
        after_round: None,
    };
    copy.request(start).await.expect("a round");
    until(&ann, "it is told", |view| view.stage == Stage::Lobby).await;
    scene.stranger.who_is_at(addr).await.expect_err("no answer");

    sit(
        &ann,
        Command::Host {
            room: None,
            pin: None,
        },
    )
    .await;
    let data = tempfile::tempdir().expect("a folder");
    let guest = node(data.path(), "Guest", Timing::REAL, || {});
    sit(&guest, join(addr)).await;
    for node in [guest, ann, copy] {
        node.shutdown().await.expect("left");
    }
}
