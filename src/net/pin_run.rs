//! How a joiner and the owner of a room show each other that both know its PIN,
//! without saying it: SPAKE2, then an HMAC of each, the joiner's first. A run has a
//! TLS connection of its own, and is bound to it, to both keys and to the room: whoever
//! stands in between has two connections, and sees two runs that fail. Whoever runs it
//! without the PIN learns whether one guess was right, and nothing else; the joiner's
//! guess is known by its HMAC, and counts then.
//!
//! | from | bytes |
//! |---|---|
//! | joiner | 16: the room; 33: its share |
//! | owner | 1: 0, or the number of a refusal, which is the end; 33: its share |
//! | joiner | 32: its HMAC |
//! | owner | 1: as above; 32: its HMAC |

use std::{io, time::Duration};

use ring::hmac;
use spake2::{Ed25519Group, Identity, Password, Spake2};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    time::Instant,
};

use super::{
    call::{CallError, Refusal},
    client::Peers,
    messages::Visitor,
    pins::Pin,
    places::Source,
    service::Handler,
    transport::{Exporter, Stream},
};
use crate::{consensus::ClusterId, game::PeerId};

/// How long a run may take for the owner, and for the joiner what comes before its HMAC,
/// and what comes after.
const RUN: Duration = Duration::from_secs(10);

/// The pause before an owner is asked again that was busy.
const PAUSE: Duration = Duration::from_millis(200);

/// How long that is tried while others show it, too.
const PATIENCE: Duration = Duration::from_secs(10);

/// What stands first in each identity.
const LABEL: &[u8] = b"dhangkanna/2/pin";

/// The answer that is no refusal.
const GO_ON: u8 = 0;

const ROOM: usize = 16;
const SHARE: usize = 33;
const TAG: usize = 32;

/// What a run is bound to.
#[derive(Clone, Copy)]
struct Binding {
    room: ClusterId,
    joiner: PeerId,
    owner: PeerId,
    exporter: Exporter,
}

impl Binding {
    /// The identities of joiner and owner, whose lengths are always the same.
    fn identities(&self) -> [Identity; 2] {
        [self.joiner, self.owner].map(|whose| {
            let parts = [
                LABEL,
                self.room.as_bytes(),
                whose.as_bytes(),
                &self.exporter,
            ];
            Identity::new(&parts.concat())
        })
    }

    /// The joiner's side: what it keeps, and its share.
    fn join(&self, pin: Pin) -> (Side, Vec<u8>) {
        let [joiner, owner] = self.identities();
        let (run, share) = Spake2::start_a(&Password::new(pin.digits()), &joiner, &owner);
        (Side(run), share)
    }

    /// The owner's side.
    fn own(&self, pin: Pin) -> (Side, Vec<u8>) {
        let [joiner, owner] = self.identities();
        let (run, share) = Spake2::start_b(&Password::new(pin.digits()), &joiner, &owner);
        (Side(run), share)
    }
}

/// One side of a run.
struct Side(Spake2<Ed25519Group>);

impl Side {
    /// What both have in common, if the other one's share is one.
    fn meet(self, share: &[u8]) -> io::Result<Common> {
        let secret = self.0.finish(share);
        let secret = secret.map_err(|e| io::Error::other(e.to_string()))?;
        Ok(Common(hmac::Key::new(hmac::HMAC_SHA256, &secret)))
    }
}

/// A key that is the same on both sides if the PIN and all else are.
struct Common(hmac::Key);

/// Whose HMAC it is.
const OF_JOINER: &[u8] = b"joiner";
const OF_OWNER: &[u8] = b"owner";

impl Common {
    fn tag(&self, whose: &[u8]) -> hmac::Tag {
        hmac::sign(&self.0, whose)
    }

    /// In constant time.
    fn is_tag(&self, whose: &[u8], tag: &[u8]) -> bool {
        hmac::verify(&self.0, whose, tag).is_ok()
    }
}

async fn read<const N: usize>(stream: &mut Stream) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    stream.read_exact(&mut bytes).await?;
    Ok(bytes)
}

async fn write(stream: &mut Stream, parts: &[&[u8]]) -> io::Result<()> {
    stream.write_all(&parts.concat()).await?;
    stream.flush().await
}

impl Peers {
    /// Shows the owner of a room that this player, `me`, knows its PIN, and makes sure
    /// that the owner does. Then the owner has let this player in. Waits a while for an
    /// owner that is busy, but shows it once only.
    ///
    /// # Errors
    /// If it is wrong, was got wrong too often, or the owner cannot be reached.
    pub async fn show_pin(
        &self,
        me: PeerId,
        owner: PeerId,
        room: ClusterId,
        pin: Pin,
    ) -> Result<(), CallError> {
        let deadline = Instant::now() + PATIENCE;
        let (mut stream, common) = loop {
            let beginning = async {
                let (stream, exporter) = self.connect_for_pin(owner).await?;
                let binding = Binding {
                    room,
                    joiner: me,
                    owner,
                    exporter,
                };
                begin(stream, binding, pin).await
            };
            match in_time(beginning).await {
                Err(CallError::Refused(refused))
                    if refused.reason == Refusal::Busy && Instant::now() + PAUSE < deadline =>
                {
                    tokio::time::sleep(PAUSE).await;
                }
                begun => break begun?,
            }
        };
        // Who is no owner has guessed once by this, and must not guess again.
        in_time(confirm(&mut stream, &common)).await
    }
}

/// A half of the joiner's part.
async fn in_time<T>(
    half: impl Future<Output = io::Result<Result<T, Refusal>>>,
) -> Result<T, CallError> {
    match tokio::time::timeout(RUN, half).await {
        Ok(Ok(done)) => done.map_err(|why| why.plainly().into()),
        Ok(Err(e)) => Err(CallError::Unreachable(e.to_string())),
        Err(_late) => Err(CallError::Unreachable("no answer".to_owned())),
    }
}

/// The shares.
async fn begin(
    mut stream: Stream,
    binding: Binding,
    pin: Pin,
) -> io::Result<Result<(Stream, Common), Refusal>> {
    let (side, share) = binding.join(pin);
    write(&mut stream, &[binding.room.as_bytes(), &share]).await?;
    if let Err(why) = answer(&mut stream).await? {
        return Ok(Err(why));
    }
    let theirs: [u8; SHARE] = read(&mut stream).await?;
    let common = side.meet(&theirs)?;
    Ok(Ok((stream, common)))
}

/// The HMACs.
async fn confirm(stream: &mut Stream, common: &Common) -> io::Result<Result<(), Refusal>> {
    write(stream, &[common.tag(OF_JOINER).as_ref()]).await?;
    if let Err(why) = answer(stream).await? {
        return Ok(Err(why));
    }
    let tag: [u8; TAG] = read(stream).await?;
    // It may say yes to everybody.
    let is_owner = common.is_tag(OF_OWNER, &tag);
    Ok(is_owner.then_some(()).ok_or(Refusal::WrongPin))
}

/// Whether the owner goes on.
async fn answer(stream: &mut Stream) -> io::Result<Result<(), Refusal>> {
    let number = stream.read_u8().await?;
    if number == GO_ON {
        return Ok(Ok(()));
    }
    // Nothing that is not understood is tried again.
    Ok(Err(
        Refusal::from_number(number.into()).unwrap_or(Refusal::WrongPin)
    ))
}

/// The owner's part: hears whoever has connected for it.
pub(super) async fn hear<H: Handler>(
    handler: &H,
    mut stream: Stream,
    exporter: Exporter,
    joiner: Visitor,
) {
    let running = async {
        let answer = match check(handler, &mut stream, exporter, joiner).await? {
            Ok(tag) => [&[GO_ON], tag.as_ref()].concat(),
            Err(why) => vec![u8::try_from(why.number()).unwrap_or(u8::MAX)],
        };
        write(&mut stream, &[&answer]).await?;
        stream.shutdown().await
    };
    match tokio::time::timeout(RUN, running).await {
        Ok(Ok(())) => {}
        Ok(Err(e)) => tracing::debug!("{} does not show the PIN: {e}", joiner.remote),
        Err(_late) => tracing::debug!("{} does not show the PIN in time", joiner.remote),
    }
}

async fn check<H: Handler>(
    handler: &H,
    stream: &mut Stream,
    exporter: Exporter,
    joiner: Visitor,
) -> io::Result<Result<hmac::Tag, Refusal>> {
    let room: [u8; ROOM] = read(stream).await?;
    let theirs: [u8; SHARE] = read(stream).await?;
    let room = ClusterId::try_from(&room[..]).map_err(io::Error::other)?;
    let Some(owner) = handler.owns(room) else {
        return Ok(Err(Refusal::NoSuchRoom));
    };
    let pins = handler.pins();
    let mut run = match pins.begin(Source::of(joiner.remote.ip())) {
        Ok(run) => run,
        Err(refused) => return Ok(Err(refused.reason)),
    };
    let binding = Binding {
        room,
        joiner: joiner.peer_id,
        owner,
        exporter,
    };
    let (side, share) = binding.own(run.pin);
    let confirming = async {
        write(stream, &[&[GO_ON], &share]).await?;
        read::<TAG>(stream).await
    };
    let tag = tokio::select! {
        tag = confirming => tag?,
        _ = &mut run.ended => return Ok(Err(Refusal::Busy)),
    };
    let common = side.meet(&theirs)?;
    if let Err(refused) = pins.decide(&run, common.is_tag(OF_JOINER, &tag)) {
        if refused.reason == Refusal::WrongPin {
            tracing::warn!("a wrong PIN comes from {}", joiner.remote.ip());
        }
        return Ok(Err(refused.reason));
    }
    let let_in = handler.let_in(joiner.peer_id).await;
    // The next one's turn.
    drop(run);
    Ok(match let_in {
        Ok(()) => Ok(common.tag(OF_OWNER)),
        Err(refused) => Err(refused.reason),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn binding() -> Binding {
        Binding {
            room: ClusterId::try_from(&[1; 16][..]).expect("16 bytes"),
            joiner: PeerId::new([2; 32]),
            owner: PeerId::new([3; 32]),
            exporter: [4; 32],
        }
    }

    fn pin(text: &str) -> Pin {
        text.parse().expect("six digits")
    }

    /// Whether each believes the other.
    fn run(joins: (Binding, &str), owns: (Binding, &str)) -> (bool, bool) {
        let (joiner, x) = joins.0.join(pin(joins.1));
        let (owner, y) = owns.0.own(pin(owns.1));
        assert_eq!((x.len(), y.len()), (SHARE, SHARE));
        let joiner = joiner.meet(&y).expect("a share");
        let owner = owner.meet(&x).expect("a share");
        (
            joiner.is_tag(OF_OWNER, owner.tag(OF_OWNER).as_ref()),
            owner.is_tag(OF_JOINER, joiner.tag(OF_JOINER).as_ref()),
        )
    }

    #[test]
    fn only_the_same_pin_room_keys_and_connection_fit() {
        let here = binding();
        assert_eq!(run((here, "123456"), (here, "123456")), (true, true));
        assert_eq!(run((here, "123456"), (here, "123457")), (false, false));
        let other = |change: &dyn Fn(&mut Binding)| {
            let mut there = here;
            change(&mut there);
            run((here, "123456"), (there, "123456"))
        };
        let others = [
            other(&|b| b.room = ClusterId::try_from(&[9; 16][..]).expect("16 bytes")),
            other(&|b| b.joiner = PeerId::new([9; 32])),
            other(&|b| b.owner = PeerId::new([9; 32])),
            other(&|b| b.exporter[31] ^= 1),
            other(&|b| (b.joiner, b.owner) = (b.owner, b.joiner)),
        ];
        assert_eq!(others, [(false, false); 5]);
    }

    #[test]
    fn what_is_sent_back_proves_nothing() {
        let here = binding();
        let (joiner, x) = here.join(pin("123456"));
        assert!(joiner.meet(&x).is_err(), "its own share");
        let (joiner, _) = here.join(pin("123456"));
        let (_, y) = here.own(pin("123456"));
        let common = joiner.meet(&y).expect("a share");
        let tag = common.tag(OF_JOINER);
        assert!(!common.is_tag(OF_OWNER, tag.as_ref()), "its own HMAC");
    }

    #[test]
    fn what_is_no_share_is_an_error() {
        let here = binding();
        let (_, share) = here.join(pin("123456"));
        let mut no_point = share.clone();
        // No point of the curve has this y (it is 2).
        no_point[1..].fill(0);
        no_point[1] = 2;
        for bad in [&share[..32], &[share.as_slice(), &[0]].concat(), &no_point] {
            let (owner, _) = here.own(pin("123456"));
            assert!(owner.meet(bad).is_err());
        }
    }
}
