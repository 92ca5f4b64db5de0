//! Gossip needs somebody to begin with. Whoever listens for the game at an
//! address tells, when asked, where it gossips: one address is enough to know.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use tokio::time::MissedTickBehavior;

use crate::{
    discovery::GossipHandle,
    game::PeerId,
    net::{About, CallError, Peers},
    node::shared::Shared,
};

/// How often somebody is asked who is not heard of: a room that is come back
/// to knows its members, but not where they gossip by now.
const PERIOD: Duration = Duration::from_secs(3);

/// Asks whoever listens at an address where it gossips, and goes there. Answers
/// with whether it gossips at all.
///
/// # Errors
/// If it does not answer, or is another program.
pub async fn meet(
    peers: &Peers,
    gossip: &GossipHandle,
    addr: SocketAddr,
) -> Result<bool, CallError> {
    let peer = peers.who_is_at(addr).await?;
    let about = peers.hello(peer).await?;
    Ok(visit(gossip, addr, &about))
}

/// Goes to where somebody gossips who was asked at an address.
pub fn visit(gossip: &GossipHandle, addr: SocketAddr, about: &About) -> bool {
    let there = about.gossip_port.map(|port| {
        let mut there = addr;
        there.set_port(port);
        there
    });
    if let Some(there) = there {
        gossip.meet(there);
    }
    there.is_some()
}

/// Asks those who were named until they have answered, and, one at a time, the
/// members of our room who are not heard of.
pub async fn run(shared: Arc<Shared>) {
    let Some(gossip) = shared.env.gossip.clone() else {
        return;
    };
    let mut named = gossip.members.to_vec();
    let mut last: Option<PeerId> = None;
    let mut tick = tokio::time::interval(PERIOD);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // As long as anybody looks around.
    while shared.env.ads.has_changed().is_ok() {
        tick.tick().await;
        let mut unanswered = Vec::new();
        for addr in named {
            match meet(&shared.env.peers, &gossip, addr).await {
                Ok(true) => {}
                Ok(false) => tracing::warn!("{addr} does not gossip; start it with --gossip"),
                Err(e) => {
                    tracing::info!("nobody can be asked about gossip at {addr}: {e}");
                    unanswered.push(addr);
                }
            }
        }
        named = unanswered;
        last = unheard(&shared, last);
        if let Some(peer) = last
            && let Ok(about) = shared.env.peers.hello(peer).await
            && let Some(addr) = shared.env.peers.book().of(&peer).first()
        {
            visit(&gossip, *addr, &about);
        }
    }
}

/// The next member after `last`, in turn, whose announcement is not seen.
fn unheard(shared: &Shared, last: Option<PeerId>) -> Option<PeerId> {
    let seat = shared.current_seat()?;
    let ads = Arc::clone(&shared.env.ads.borrow());
    let membership = seat.node.membership();
    let members = membership.nodes().map(|(_, member)| member.peer_id);
    let mut unheard: Vec<PeerId> = members
        .filter(|peer| *peer != shared.env.me && !ads.contains_key(peer))
        .collect();
    unheard.sort();
    let next = unheard.iter().find(|peer| Some(**peer) > last);
    next.or(unheard.first()).copied()
}
