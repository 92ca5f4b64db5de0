//! The PIN: who knows it comes in, and nobody learns it.

use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use dhangkanna::{
    consensus::{ClusterId, RULES},
    game::{Action, PeerId, Settings},
    net::{
        AddressBook, CallError, Exporter, Identity, Peers, Pin, Refusal, Stream, TlsTransport,
        Transport as _,
    },
    node::{Command, Failure, JoinTarget, NodeHandle, Stage, Timing, View},
};
use ring::hmac;
use spake2::{Ed25519Group, Password, Spake2};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::Room;
use crate::common::{PATIENCE, addr_of, files_below, node, room_of, until};

/// The first message of a joiner, and what it hears if the run goes on.
pub(super) const GREETING: usize = 16 + 33;
pub(super) const SHARE: usize = 1 + 33;
pub(super) const TAG: usize = 32;

/// Answers of an owner.
pub(super) const BUSY: u8 = 8;
pub(super) const WRONG: u8 = 20;

pub(super) fn pin(text: &str) -> Pin {
    text.parse().expect("six digits")
}

/// Any PIN but this one.
fn other_than(right: Pin) -> Pin {
    let mut all = ["000000", "111111"].map(pin).into_iter();
    all.find(|pin| *pin != right).expect("two of them")
}

async fn locked(room: &Room) {
    let locked = Settings {
        locked: true,
        ..Settings::default()
    };
    let lock = Command::Act(Action::Configure(locked));
    room.players[0].request(lock).await.expect("locked");
}

/// The owner makes a PIN, and shows it.
async fn new_pin(room: &Room) -> Pin {
    let made = Pin::random();
    let owner = &room.players[0];
    owner
        .request(Command::SetPin(Some(made)))
        .await
        .expect("a PIN");
    until(owner, "the PIN", |view| {
        room_of(view).is_some_and(|room| room.pin == Some(made))
    })
    .await;
    made
}

/// A locked room of some players, and its PIN.
pub(super) async fn locked_room(count: usize) -> (Room, Pin) {
    let room = Room::of(count).await;
    locked(&room).await;
    let made = new_pin(&room).await;
    (room, made)
}

pub(super) fn join_with(target: JoinTarget, pin: Pin) -> Command {
    Command::Join {
        target,
        wait: PATIENCE,
        pin: Some(pin),
    }
}

/// A friend's program, which sees what is announced on this computer.
pub(super) fn friend(data: &Path, name: &str) -> NodeHandle {
    node(data, name, Timing::REAL, || {})
}

pub(super) fn code(failed: Result<impl std::fmt::Debug, Failure>) -> &'static str {
    failed.expect_err("refused").code
}

/// Who is let in, and has not come.
pub(super) fn guests(room: &Room) -> usize {
    let view = room.players[0].view().borrow().clone();
    let state = Arc::clone(&room_of(&view).expect("a room").state);
    state.game().table().guests.len()
}

/// Somebody's program that shows PINs, without a seat.
pub(super) struct Guesser {
    identity: Arc<Identity>,
    pub(super) transport: Arc<TlsTransport>,
    peers: Peers,
    room: ClusterId,
    pub(super) owner: PeerId,
    pub(super) at: SocketAddr,
}

impl Guesser {
    pub(super) async fn of(room: &Room) -> Self {
        Self::at(room.cluster, addr_of(&room.players[0])).await
    }

    pub(super) async fn at(room: ClusterId, at: SocketAddr) -> Self {
        let identity = Arc::new(Identity::ephemeral().expect("a key"));
        let transport = TlsTransport::dialing(Arc::clone(&identity)).expect("a transport");
        let transport = Arc::new(transport);
        let peers = Peers::new(transport.clone(), Arc::new(AddressBook::default()), RULES);
        let owner = peers.who_is_at(at).await.expect("somebody there");
        Self {
            identity,
            transport,
            peers,
            room,
            owner,
            at,
        }
    }

    pub(super) async fn show(&self, pin: Pin) -> Result<(), CallError> {
        let me = self.identity.peer_id();
        self.peers.show_pin(me, self.owner, self.room, pin).await
    }

    /// Why a PIN is refused; `None` if it is right.
    pub(super) async fn tries(&self, pin: Pin) -> Option<Refusal> {
        match self.show(pin).await {
            Ok(()) => None,
            Err(CallError::Refused(refused)) => Some(refused.reason),
            Err(e) => panic!("{e}"),
        }
    }

    /// A connection for a run that keeps to nothing.
    async fn connect(&self) -> (Stream, Exporter) {
        let dialing = self.transport.dial_for_pin(self.at, self.owner);
        dialing.await.expect("a connection")
    }

    /// What a run begins with, by somebody who knows no PIN: any share.
    fn greeting(&self) -> Vec<u8> {
        // The base point of edwards25519, compressed.
        let mut share = [0x66; 33];
        (share[0], share[1]) = (b'A', 0x58);
        [self.room.as_bytes().as_slice(), &share].concat()
    }

    /// Begins a run, and hears the owner's share.
    async fn begins(&self) -> (Stream, Vec<u8>) {
        let (mut stream, _) = self.connect().await;
        stream.write_all(&self.greeting()).await.expect("sent");
        stream.flush().await.expect("sent");
        let mut answer = vec![0; 1];
        stream.read_exact(&mut answer).await.expect("an answer");
        if answer == [0] {
            let mut share = vec![0; SHARE - 1];
            stream.read_exact(&mut share).await.expect("a share");
            answer.extend(share);
        }
        (stream, answer)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_friend_with_the_pin_comes_in_by_room_and_by_address() {
    let (room, made) = locked_room(3).await;
    room.has_voters(3).await;
    // Whoever leads does what the owner says.
    let (owner, (seat, _)) = (&room.players[0], room.host());
    owner.request(Command::HandOver).await.expect("handed over");
    until(owner, "another leader", |view| {
        let leader = room_of(view).and_then(|room| room.cluster.leader);
        leader.is_some_and(|leader| leader != seat)
    })
    .await;
    let host = addr_of(&room.players[0]);
    // Any member's address leads to the owner.
    let member = addr_of(&room.players[1]);
    let targets = [
        JoinTarget::Cluster(room.cluster),
        JoinTarget::Room("P1's room".to_owned()),
        JoinTarget::Addr(host),
        JoinTarget::Addr(member),
    ];
    let mut friends = Vec::new();
    for (n, target) in targets.into_iter().enumerate() {
        let friend = friend(room.data.path(), &format!("Friend {n}"));
        if n == 2 {
            let wrong = join_with(target.clone(), other_than(made));
            assert_eq!(code(friend.request(wrong).await), "wrong_pin");
            assert_eq!(guests(&room), n, "those before");
        }
        let joining = friend.request(join_with(target, made));
        joining.await.expect("a seat");
        until(&friend, "a seat", |view| room_of(view).is_some()).await;
        room.goes_on().await;
        // It stays: the next one is somebody else, with another key.
        friends.push(friend);
    }
    // Without it the door is as it was.
    let stranger = friend(room.data.path(), "Stranger");
    let knock = Command::Join {
        target: JoinTarget::Addr(host),
        wait: PATIENCE,
        pin: None,
    };
    stranger.send(knock);
    until(&stranger, "the locked door", |view| {
        matches!(view.stage, Stage::Knocking { .. })
    })
    .await;
    stranger.shutdown().await.expect("gone");
    for friend in friends {
        friend.shutdown().await.expect("left");
    }
    // Nobody has written it down.
    let digits = made.digits();
    for (file, bytes) in files_below(room.data.path()).expect("files") {
        let mut windows = bytes.windows(digits.len());
        assert!(!windows.any(|it| it == digits.as_bytes()), "{file:?}");
    }
    room.end().await;
}

fn knocks(with_pin: bool) -> impl Fn(&View) -> bool {
    move |view| matches!(view.stage, Stage::Knocking { takes_pin, .. } if takes_pin == with_pin)
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_locked_door_the_pin_is_asked_for_where_there_is_one() {
    let room = Room::of(2).await;
    locked(&room).await;
    let friend = friend(room.data.path(), "Friend");
    friend.send(Command::Join {
        target: JoinTarget::Cluster(room.cluster),
        wait: PATIENCE,
        pin: None,
    });
    until(&friend, "the door", knocks(false)).await;
    let none = friend.request(Command::ShowPin(pin("123456"))).await;
    assert_eq!(code(none), "no_pin");
    let made = new_pin(&room).await;
    until(&friend, "the PIN's field", knocks(true)).await;
    let wrong = friend.request(Command::ShowPin(other_than(made))).await;
    assert_eq!(code(wrong), "wrong_pin");
    until(&friend, "the door", knocks(true)).await;
    friend.request(Command::ShowPin(made)).await.expect("right");
    until(&friend, "a seat", |view| room_of(view).is_some()).await;
    room.goes_on().await;
    friend.shutdown().await.expect("left");
    room.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pin_is_its_owners_and_ends_with_the_room() {
    let (room, made) = locked_room(2).await;
    let [owner, other] = &room.players[..] else {
        panic!("two players");
    };
    let guest = other.request(Command::SetPin(Some(made))).await;
    assert_eq!(code(guest), "not_owner");
    let shows = |node: &NodeHandle| {
        let view = node.view().borrow().clone();
        room_of(&view).and_then(|room| room.pin)
    };
    assert_eq!((shows(owner), shows(other)), (Some(made), None));
    // Whom the owner sends away may know it.
    let gone = PeerId::new([7; 32]);
    let away = Action::Remove {
        peer: gone,
        lock: true,
    };
    owner.request(Command::Act(away)).await.expect("removed");
    let next = shows(owner).expect("a PIN");
    assert_ne!(next, made);
    // Whose room it is has none for it yet.
    let (_, heir) = room.seats()[1];
    let pass = Command::Act(Action::PassOwner(heir));
    owner.request(pass).await.expect("passed on");
    let guesser = Guesser::of(&room).await;
    assert_eq!(guesser.tries(next).await, Some(Refusal::NoSuchRoom));
    assert_eq!(shows(owner), None);
    // Back in its hands, it has to be made again.
    let founder = Command::Act(Action::TakeOwner);
    owner.request(founder).await.expect("taken back");
    assert_eq!(guesser.tries(next).await, Some(Refusal::NoPin));
    room.goes_on().await;
    room.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_three_wrong_ones_even_the_right_one_waits() {
    let (room, made) = locked_room(2).await;
    let wrong = other_than(made);
    let guesser = Guesser::of(&room).await;
    for _ in 0..3 {
        assert_eq!(guesser.tries(wrong).await, Some(Refusal::WrongPin));
    }
    // For any key from there: it is the address that counts.
    let another = Guesser::of(&room).await;
    for guesser in [&guesser, &another] {
        assert_eq!(guesser.tries(wrong).await, Some(Refusal::PinTries));
        assert_eq!(guesser.tries(made).await, Some(Refusal::PinTries));
    }
    let friend = friend(room.data.path(), "Friend");
    let joining = join_with(JoinTarget::Addr(addr_of(&room.players[0])), made);
    let refused = friend.request(joining).await.expect_err("too many");
    assert_eq!(refused.code, "pin_tries");
    assert!(refused.message.contains("wait a minute"), "{refused:?}");
    friend.shutdown().await.expect("gone");
    assert_eq!(guests(&room), 0);
    // It is the same one as before: `net::pins` shows that it opens after a minute.
    let view = room.players[0].view().borrow().clone();
    assert_eq!(room_of(&view).expect("a room").pin, Some(made));
    room.goes_on().await;
    room.end().await;
}

/// A joiner's side of a run, as the documentation of `net::pin_run` has it.
struct Joiner {
    stream: Stream,
    run: Spake2<Ed25519Group>,
    share: Vec<u8>,
}

impl Joiner {
    async fn of(guesser: &Guesser, pin: Pin) -> Self {
        let (stream, exporter) = guesser.connect().await;
        let identity = |peer: PeerId| {
            let parts: [&[u8]; 4] = [
                b"dhangkanna/2/pin",
                guesser.room.as_bytes(),
                peer.as_bytes(),
                &exporter,
            ];
            spake2::Identity::new(&parts.concat())
        };
        let (run, share) = Spake2::start_a(
            &Password::new(pin.digits()),
            &identity(guesser.identity.peer_id()),
            &identity(guesser.owner),
        );
        Self { stream, run, share }
    }

    /// Sends its share, and hears the owner's; then, once `meanwhile` is done, its HMAC.
    /// Answers with what the owner says to that.
    async fn shows(mut self, room: ClusterId, meanwhile: impl Future<Output = ()>) -> Vec<u8> {
        let greeting = [room.as_bytes(), self.share.as_slice()].concat();
        self.stream.write_all(&greeting).await.expect("sent");
        self.stream.flush().await.expect("sent");
        let mut share = [0; SHARE];
        self.stream.read_exact(&mut share).await.expect("a share");
        let secret = self.run.finish(&share[1..]).expect("a share");
        meanwhile.await;
        let key = hmac::Key::new(hmac::HMAC_SHA256, &secret);
        let tag = hmac::sign(&key, b"joiner");
        self.stream.write_all(tag.as_ref()).await.expect("sent");
        self.stream.flush().await.expect("sent");
        let mut answer = Vec::new();
        let _ = self.stream.read_to_end(&mut answer).await;
        if answer.len() > 1 {
            hmac::verify(&key, b"owner", &answer[1..]).expect("the owner's HMAC");
        }
        answer
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pin_changes_while_somebody_shows_it() {
    let (room, made) = locked_room(2).await;
    let guesser = Guesser::of(&room).await;
    let shown = Joiner::of(&guesser, made).await;
    let answer = shown.shows(room.cluster, async {}).await;
    assert_eq!((answer[0], answer.len()), (0, 1 + TAG), "let in");
    until(&room.players[0], "a guest", |_| guests(&room) == 1).await;
    for next in [Some(other_than(made)), None] {
        let set = |pin| room.players[0].request(Command::SetPin(pin));
        set(Some(made)).await.expect("the PIN");
        let another = Guesser::of(&room).await;
        let changes = async {
            set(next).await.expect("another PIN");
        };
        let shown = Joiner::of(&another, made).await;
        let answer = shown.shows(room.cluster, changes).await;
        assert_eq!(answer, [WRONG]);
        assert_eq!(guests(&room), 1);
    }
    // Nor was it a guess: there are three left.
    let made = new_pin(&room).await;
    for _ in 0..3 {
        let tried = guesser.tries(other_than(made)).await;
        assert_eq!(tried, Some(Refusal::WrongPin));
    }
    room.goes_on().await;
    room.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_breaks_off_learns_nothing_and_costs_nothing() {
    let (room, made) = locked_room(2).await;
    let guesser = Guesser::of(&room).await;
    let mut shares = Vec::new();
    for _ in 0..20 {
        let (stream, share) = guesser.begins().await;
        assert_eq!(share[..2], [0, b'B']);
        shares.push(share);
        drop(stream);
        room.goes_on().await;
    }
    // Each is another one, whatever the PIN.
    shares.sort();
    shares.dedup();
    assert_eq!(shares.len(), 20);
    // Other rubbish: a share that is none, a room that is not there, silence.
    let bad = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut greeting = guesser.greeting();
        change(&mut greeting);
        greeting
    };
    let bad = [
        bad(&|g| g[16] = b'B'),
        // No point of the curve has this y (it is 2).
        bad(&|g| {
            g[17..].fill(0);
            g[17] = 2;
        }),
        bad(&|g| g[0] ^= 1),
        bad(&|g| g.truncate(48)),
        Vec::new(),
    ];
    for greeting in bad {
        let (mut stream, _) = guesser.connect().await;
        // It may have been enough already.
        let _ = stream.write_all(&greeting).await;
        let _ = stream.write_all(&[0; TAG]).await;
        let _ = stream.shutdown().await;
        let mut rest = Vec::new();
        // It ends, by itself.
        let ending = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut rest));
        let _ = ending.await.expect("the end");
        assert!(rest.len() <= SHARE + 1, "{rest:?}");
    }
    assert_eq!(guests(&room), 0);
    // No try was used.
    for _ in 0..3 {
        let tried = guesser.tries(other_than(made)).await;
        assert_eq!(tried, Some(Refusal::WrongPin));
    }
    room.goes_on().await;
    room.end().await;
}

/// One of those who show it is told that it is somebody else's turn.
async fn gives_way(showing: &mut Vec<(Stream, Vec<u8>)>) {
    let hearing = showing.iter_mut().map(|(stream, _)| {
        Box::pin(async move {
            let mut answer = [0];
            stream.read_exact(&mut answer).await.map(|_| answer)
        })
    });
    let told = futures::future::select_all(hearing);
    let told = tokio::time::timeout(PATIENCE, told).await;
    let (answer, n, others) = told.expect("in time");
    drop(others);
    assert_eq!(answer.expect("an answer"), [BUSY]);
    drop(showing.remove(n));
}

#[tokio::test(flavor = "multi_thread")]
async fn four_show_it_at_a_time_and_who_dawdles_gives_way() {
    let (room, made) = locked_room(2).await;
    let guesser = Guesser::of(&room).await;
    // Each who has to give way costs this address one of its three tries.
    let begun = futures::future::join_all((0..5).map(|_| guesser.begins())).await;
    let begun = begun.into_iter();
    let (mut showing, refused): (Vec<_>, Vec<_>) = begun.partition(|(_, share)| share.len() > 1);
    assert!(showing.len() >= 4, "{}", showing.len());
    assert!(refused.iter().all(|(_, answer)| *answer == [BUSY]));
    // On a slow computer the first may have taken too long already.
    for _ in 4..showing.len() {
        gives_way(&mut showing).await;
    }
    // A friend comes in all the same, and sooner than a run may take.
    let friend = friend(room.data.path(), "Friend");
    let target = JoinTarget::Cluster(room.cluster);
    let joining = friend.request(join_with(target, made));
    let joining = tokio::time::timeout(Duration::from_secs(8), joining).await;
    joining.expect("in time").expect("a seat");
    gives_way(&mut showing).await;
    room.goes_on().await;
    friend.shutdown().await.expect("left");
    room.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_long_is_not_read() {
    let (room, _) = locked_room(2).await;
    let guesser = Guesser::of(&room).await;
    let (mut stream, _) = guesser.connect().await;
    let flood = vec![b'A'; 8 * 1024 * 1024];
    // All of it does not fit between here and there.
    let sent = tokio::time::timeout(PATIENCE, async {
        stream.write_all(&guesser.greeting()).await?;
        stream.write_all(&flood).await?;
        stream.flush().await
    });
    assert!(sent.await.expect("an end").is_err(), "it was all taken");
    room.goes_on().await;
    room.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_class_comes_in_at_once_from_one_address() {
    let (room, made) = locked_room(1).await;
    let addr = addr_of(&room.players[0]);
    let data = tempfile::tempdir().expect("a folder");
    let friends: Vec<NodeHandle> = (0..12)
        .map(|n| friend(data.path(), &format!("Friend {n}")))
        .collect();
    let joining = friends
        .iter()
        .map(|friend| friend.request(join_with(JoinTarget::Addr(addr), made)));
    for joined in futures::future::join_all(joining).await {
        joined.expect("a seat");
    }
    room.goes_on().await;
    let leaving = friends.iter().map(NodeHandle::shutdown);
    futures::future::join_all(leaving).await;
    room.end().await;
}
