//! Into a room by its PIN, which the owner's program checks, whoever leads.

use crate::{
    consensus::ClusterId,
    game::PeerId,
    net::{CallError, Pin, Refusal, RoomInfo},
    node::{api::Failure, shared::Shared},
};

/// How a peer sees a room that it was let into once.
async fn info(shared: &Shared, peer: PeerId, room: ClusterId) -> Result<RoomInfo, CallError> {
    let its_room = shared.env.peers.hello(peer).await?.room;
    its_room
        .filter(|its_room| its_room.cluster_id == room && its_room.is_proven_by(peer))
        .ok_or_else(|| Refusal::NoSuchRoom.because("nobody is in that room").into())
}

/// The owner of a room, of whom one of its members knows.
async fn owner_of(
    shared: &Shared,
    room: ClusterId,
    members: &[PeerId],
) -> Result<PeerId, CallError> {
    let mut error: CallError = Refusal::NoSuchRoom.because("nobody is in that room").into();
    for member in members {
        match info(shared, *member, room).await {
            Ok(RoomInfo {
                owner: Some((owner, addrs)),
                ..
            }) => {
                shared.env.peers.book().hint_all(owner, &addrs);
                return Ok(owner);
            }
            Ok(_) => {}
            Err(e) => error = e,
        }
    }
    Err(error)
}

/// The owner of a room, if its program takes a PIN now, as one may find out who knocks
/// at a member's door.
pub async fn taker(shared: &Shared, room: ClusterId, member: PeerId) -> Option<PeerId> {
    let owner = owner_of(shared, room, &[member]).await.ok()?;
    let takes_pin = info(shared, owner, room).await.ok()?.takes_pin;
    takes_pin.then_some(owner)
}

/// Shows the PIN of a room to its owner, and answers who that is: from then on the
/// owner, who has shown to know it, too, is to be asked.
pub async fn show(
    shared: &Shared,
    room: ClusterId,
    members: &[PeerId],
    pin: Pin,
) -> Result<PeerId, Failure> {
    let owner = owner_of(shared, room, members).await?;
    show_owner(shared, room, owner, pin).await?;
    Ok(owner)
}

/// The same where it is known who that is.
pub async fn show_owner(
    shared: &Shared,
    room: ClusterId,
    owner: PeerId,
    pin: Pin,
) -> Result<(), Failure> {
    let peers = &shared.env.peers;
    Ok(peers.show_pin(shared.env.me, owner, room, pin).await?)
}
