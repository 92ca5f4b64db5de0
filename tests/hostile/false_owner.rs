//! Who stands in the place of a room's owner, or between the owner and somebody who shows
//! the PIN.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

use dhangkanna::{
    consensus::{ClusterId, Holder, TicketPath},
    net::{Identity, Refusal, Stream, Transport as _},
    node::JoinTarget,
    proto as pb,
};
use parking_lot::Mutex;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::{
    Intruder, Room,
    pin::{
        BUSY, GREETING, Guesser, SHARE, TAG, WRONG, code, friend, guests, join_with, locked_room,
        pin,
    },
    server::{Answers, Follows},
};

/// Stands between a joiner and the owner, with a key of its own and a connection to
/// each: hands on whatever they say.
struct Between {
    room: ClusterId,
    as_room: ClusterId,
    path: TicketPath,
    identity: Arc<Identity>,
    /// The way to the owner.
    guesser: Guesser,
    heard: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Answers for Between {
    fn hello(&self) -> pb::HelloReply {
        pb::HelloReply {
            room: Some(pb::RoomInfo {
                cluster_id: self.as_room.as_bytes().to_vec(),
                room: "P1's room".to_owned(),
                players: 2,
                phase: "guessing".to_owned(),
                leader_id: self.path.holder().seat,
                node_id: self.path.holder().seat,
                path: Some((&self.path).into()),
                owner_peer_id: self.identity.peer_id().as_bytes().to_vec(),
                owner_addrs: Vec::new(),
                takes_pin: true,
            }),
            ..Follows.hello()
        }
    }

    fn pin(&self, mut joiner: Stream) {
        let (heard, room) = (Arc::clone(&self.heard), self.room);
        let dialing = self
            .guesser
            .transport
            .dial_for_pin(self.guesser.at, self.guesser.owner);
        tokio::spawn(async move {
            let (mut owner, _) = dialing.await?;
            let mut greeting = vec![0; GREETING];
            joiner.read_exact(&mut greeting).await?;
            heard.lock().push(greeting.clone());
            // Of the owner's room, whatever the joiner was told.
            greeting[..16].copy_from_slice(room.as_bytes());
            owner.write_all(&greeting).await?;
            owner.flush().await?;
            for (from_owner, bytes) in [(true, SHARE), (false, TAG), (true, 1)] {
                let (from, to) = match from_owner {
                    true => (&mut owner, &mut joiner),
                    false => (&mut joiner, &mut owner),
                };
                let mut said = Vec::new();
                // A refusal is shorter, and the end.
                from.take(bytes as u64).read_to_end(&mut said).await?;
                heard.lock().push(said.clone());
                to.write_all(&said).await?;
                to.flush().await?;
            }
            Ok::<_, std::io::Error>(())
        });
    }
}

impl Between {
    /// Says to be in a room of its own making, of the same name, or in that room.
    async fn of(room: &Room, identity: &Arc<Identity>, as_its_own: bool) -> Self {
        let holder = Holder {
            seat: 77,
            key: identity.key().public(),
        };
        let (own, path) = TicketPath::found(holder);
        Self {
            room: room.cluster,
            as_room: if as_its_own { own } else { room.cluster },
            path,
            identity: Arc::clone(identity),
            guesser: Guesser::of(room).await,
            heard: Arc::default(),
        }
    }
}

/// A relay, and what it hears.
async fn between(room: &Room, as_its_own: bool) -> (Intruder, Arc<Mutex<Vec<Vec<u8>>>>) {
    let identity = Arc::new(Identity::ephemeral().expect("a key"));
    let between = Between::of(room, &identity, as_its_own).await;
    let heard = Arc::clone(&between.heard);
    let relay = Intruder::as_somebody(identity, Arc::new(between));
    (relay, heard)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_between_two_seats_sees_nothing_and_has_one_guess() {
    let (room, made) = locked_room(2).await;
    let (relay, heard) = between(&room, true).await;
    let joiner = friend(room.data.path(), "Friend");
    let target = JoinTarget::Addr(relay.addr);
    // The right PIN, to the wrong computer.
    let joining = joiner.request(join_with(target.clone(), made)).await;
    assert_eq!(code(joining), "wrong_pin");
    let flights: Vec<usize> = heard.lock().iter().map(Vec::len).collect();
    assert_eq!(flights, [GREETING, SHARE, TAG, 1], "it did its best");
    assert_eq!(heard.lock()[3], [WRONG]);
    // Neither of them let it, or the joiner, any further.
    let calls = relay.server.heard();
    assert!(calls.iter().all(|call| *call == "hello"), "{calls:?}");
    assert_eq!(guests(&room), 0);
    // It was a guess of the relay's: two more, and its address is at its end.
    for _ in 0..2 {
        let joining = joiner.request(join_with(target.clone(), made)).await;
        assert_eq!(code(joining), "wrong_pin");
    }
    let joining = joiner.request(join_with(target, made)).await;
    assert_eq!(code(joining), "pin_tries");
    assert_eq!(guests(&room), 0);
    room.goes_on().await;
    joiner.shutdown().await.expect("gone");
    room.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_names_the_real_room_is_not_even_asked() {
    let (room, made) = locked_room(2).await;
    let (relay, heard) = between(&room, false).await;
    let joiner = friend(room.data.path(), "Friend");
    let target = JoinTarget::Addr(relay.addr);
    let joining = joiner.request(join_with(target, made)).await;
    assert_eq!(code(joining), "no_such_room");
    assert_eq!(heard.lock().len(), 0);
    // Not even if the joiner takes the relay for the owner.
    let friend = Guesser::at(room.cluster, relay.addr).await;
    assert_eq!(friend.tries(made).await, Some(Refusal::WrongPin));
    assert_eq!(guests(&room), 0);
    room.goes_on().await;
    joiner.shutdown().await.expect("gone");
    room.end().await;
}

/// Takes a run up to what the joiner shows in the end, without the PIN.
async fn takes_tag(joiner: &mut Stream) -> std::io::Result<[u8; TAG]> {
    let mut greeting = [0; GREETING];
    joiner.read_exact(&mut greeting).await?;
    // The joiner's own share, as an owner's.
    let mut share = greeting[16..].to_vec();
    share[0] = b'B';
    joiner.write_all(&[&[0], share.as_slice()].concat()).await?;
    joiner.flush().await?;
    let mut tag = [0; TAG];
    joiner.read_exact(&mut tag).await?;
    Ok(tag)
}

/// Says yes to every PIN.
struct SaysYes;

impl Answers for SaysYes {
    fn pin(&self, mut joiner: Stream) {
        tokio::spawn(async move {
            let tag = takes_tag(&mut joiner).await?;
            joiner.write_all(&[&[0], tag.as_slice()].concat()).await?;
            joiner.flush().await
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_says_yes_without_the_pin_is_not_believed() {
    let room = ClusterId::random();
    let liar = Intruder::with(Arc::new(SaysYes));
    let friend = Guesser::at(room, liar.addr).await;
    assert_eq!(friend.tries(pin("123456")).await, Some(Refusal::WrongPin));
}

/// Owns a room of its own, and answers every confirmation with the same number.
struct Refuses {
    with: u8,
    own: Between,
    confirmed: Arc<AtomicUsize>,
}

impl Answers for Refuses {
    fn hello(&self) -> pb::HelloReply {
        self.own.hello()
    }

    fn pin(&self, mut joiner: Stream) {
        let (with, confirmed) = (self.with, Arc::clone(&self.confirmed));
        tokio::spawn(async move {
            let mut greeting = [0; GREETING];
            joiner.read_exact(&mut greeting).await?;
            let mut share = greeting[16..].to_vec();
            share[0] = b'B';
            joiner.write_all(&[&[0], share.as_slice()].concat()).await?;
            joiner.flush().await?;
            joiner.read_exact(&mut [0; TAG]).await?;
            confirmed.fetch_add(1, Relaxed);
            joiner.write_all(&[with]).await?;
            joiner.flush().await
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_false_owner_has_one_guess_for_each_typing() {
    let (room, made) = locked_room(1).await;
    let joiner = friend(room.data.path(), "Friend");
    for (with, want) in [(BUSY, "busy"), (200, "wrong_pin")] {
        let identity = Arc::new(Identity::ephemeral().expect("a key"));
        let confirmed = Arc::default();
        let refuses = Refuses {
            with,
            own: Between::of(&room, &identity, true).await,
            confirmed: Arc::clone(&confirmed),
        };
        let liar = Intruder::as_somebody(identity, Arc::new(refuses));
        let joining = join_with(JoinTarget::Addr(liar.addr), made);
        assert_eq!(code(joiner.request(joining).await), want);
        assert_eq!(confirmed.load(Relaxed), 1, "{want}");
    }
    room.goes_on().await;
    joiner.shutdown().await.expect("gone");
    room.end().await;
}
