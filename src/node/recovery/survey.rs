//! Asks the other members how they are.

use std::{collections::BTreeMap, sync::Arc};

use futures::{StreamExt as _, stream::FuturesUnordered};

use crate::{
    consensus::NodeId,
    game::PeerId,
    net::{CallError, Survey},
    node::{
        seat::{Seat, findings::Findings},
        shared::Shared,
    },
};

/// Asks all members how they are, and whoever else is seen in the room: all
/// those we know may have been replaced while we slept. With `freeze`, they
/// freeze for a moment if they do not play.
pub async fn survey(shared: &Shared, seat: &Seat, freeze: bool) -> Findings {
    let membership = seat.node.membership();
    let members: BTreeMap<PeerId, NodeId> = membership
        .nodes()
        .filter(|(id, _)| **id != seat.node_id())
        .map(|(id, member)| (member.peer_id, *id))
        .collect();
    let ads = Arc::clone(&shared.env.ads.borrow());
    let mut strangers = Vec::new();
    for ad in ads.values() {
        shared.env.note_addresses(ad);
        if ad.cluster_id == seat.key.cluster_id && !members.contains_key(&ad.peer_id) {
            strangers.push(ad.peer_id);
        }
    }
    let members = members.into_iter().map(|(peer, id)| (peer, Some(id)));
    let strangers = strangers.into_iter().map(|peer| (peer, None));
    let mut asked: FuturesUnordered<_> = members
        .chain(strangers)
        .map(|(peer, id)| async move { (peer, id, ask(shared, seat, peer, id, freeze).await) })
        .collect();
    let mut findings = Findings::default();
    while let Some((peer, _, answer)) = asked.next().await {
        match answer {
            Ok((id, survey)) => {
                findings.answers.insert(id, (peer, survey));
            }
            Err(CallError::Continued(cluster)) => findings.continued = Some((peer, cluster)),
            Err(e) => tracing::debug!("{} does not say how it is: {e}", peer.short()),
        }
    }
    findings
}

/// Asks one peer; whose seat is not known, is asked for that first.
async fn ask(
    shared: &Shared,
    seat: &Seat,
    peer: PeerId,
    id: Option<NodeId>,
    freeze: bool,
) -> Result<(NodeId, Survey), CallError> {
    let id = match id {
        Some(id) => id,
        None => match shared.env.peers.hello(peer).await?.room {
            Some(room) if room.cluster_id == seat.key.cluster_id => room.node_id,
            _ => return Err(CallError::Denied("it is in another room".to_owned())),
        },
    };
    let mut client = seat.client(id, peer);
    Ok((id, client.survey(freeze).await?))
}
