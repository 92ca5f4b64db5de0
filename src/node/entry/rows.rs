//! The rows of the lobby: rooms as their members have shown them.

use std::{cmp::Reverse, collections::BTreeMap, net::SocketAddr};

use super::asking::Known;
use crate::{
    consensus::{ClusterId, NodeId},
    discovery::Ad,
    game::{Name, PeerId},
    net::Source,
    node::api::{Failure, Met, Room},
};

/// How many rooms of one computer are shown; more than it has windows.
pub const ROOMS_OF_ONE: usize = 8;

/// The members of one row, and what it is called.
pub struct Group<'a> {
    leader: Option<NodeId>,
    members: Vec<&'a Known>,
}

/// The members of a room, by whom they name as its leader: first with the founder, then
/// with more whom the player has met, then with more of them. One group, unless they
/// have named different ones for long.
pub fn groups<'a>(members: Vec<&'a Known>, is_disputed: bool, met: &Met) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    for known in members {
        let leader = known.member().and_then(|(_, room)| room.leader_id);
        match groups.iter_mut().find(|group| group.leader == leader) {
            Some(group) => group.members.push(known),
            None => groups.push(Group {
                leader,
                members: vec![known],
            }),
        }
    }
    groups.sort_by_key(|group| {
        let met = |known: &&&Known| met.last(&known.ad.peer_id).is_some();
        let has_founder = group.members.iter().any(|known| {
            let path = known.member().and_then(|(_, room)| room.path.as_ref());
            path.is_some_and(|path| path.holder() == path.founder)
        });
        let known = group.members.iter().filter(met).count();
        let rank = Reverse((has_founder, known, group.members.len()));
        (group.leader.is_none(), rank)
    });
    if let Some((first, others)) = groups.split_first_mut() {
        // Who knows no leader says nothing.
        for other in others
            .iter_mut()
            .filter(|o| !is_disputed || o.leader.is_none())
        {
            first.members.append(&mut other.members);
        }
    }
    groups.retain(|group| !group.members.is_empty());
    groups
}

impl Group<'_> {
    /// The row, in the leader's words, or else the first member's.
    pub fn room(&self, met: &Met, is_rival: bool) -> Option<Room> {
        let leads = |known: &&&Known| {
            let room = known.member().map(|(_, room)| room);
            room.is_some_and(|room| Some(room.node_id) == self.leader)
        };
        let best = self.members.iter().find(leads).or(self.members.first())?;
        let (name, room) = best.member()?;
        let mut members: Vec<PeerId> = vec![best.ad.peer_id];
        members.extend(
            self.members
                .iter()
                .map(|known| known.ad.peer_id)
                .filter(|peer| *peer != best.ad.peer_id),
        );
        Some(Room {
            cluster_id: room.cluster_id,
            name: room.room.clone(),
            host: name.clone(),
            players: room.players,
            phase: room.phase,
            plays: best.ad.plays.clone(),
            addr: best.addr()?.to_string(),
            version: best.ad.version.clone(),
            met: met.last(&best.ad.peer_id).is_some(),
            members,
            is_rival,
            why_not: None,
        })
    }
}

/// A room that this program cannot join.
pub fn room_of_another_version(ad: &Ad) -> Option<Room> {
    let text = format!(
        "it runs version {} and this computer {}; install the same version on both computers",
        ad.version,
        env!("CARGO_PKG_VERSION")
    );
    announced(ad, Some(Failure::new("version", text)))
}

/// What is announced of a room.
pub fn announced(ad: &Ad, why_not: Option<Failure>) -> Option<Room> {
    Some(Room {
        cluster_id: ad.cluster_id,
        name: ad.room.clone(),
        host: ad.player.clone(),
        players: ad.players,
        phase: ad.phase,
        plays: ad.plays.clone(),
        addr: ad.addrs.first().map(ToString::to_string)?,
        version: ad.version.clone(),
        met: false,
        members: vec![ad.peer_id],
        is_rival: false,
        why_not,
    })
}

/// First those whose host the player has met, then by name. The rows of one room stay
/// together and in their order: rivals name and place themselves as they like.
pub fn sort(rooms: &mut [Room]) {
    let mut ranks: BTreeMap<ClusterId, (bool, Name)> = BTreeMap::new();
    for room in rooms.iter() {
        let first = || (true, room.name.clone());
        let (is_new, _) = ranks.entry(room.cluster_id).or_insert_with(first);
        *is_new &= !room.met;
    }
    rooms.sort_by_cached_key(|room| (ranks.get(&room.cluster_id).cloned(), room.cluster_id));
}

/// Leaves out what is too much from one computer, where the player has met nobody.
pub fn limit(rooms: &mut Vec<Room>) {
    let mut of: BTreeMap<Source, usize> = BTreeMap::new();
    rooms.retain(|room| {
        let addr: Option<SocketAddr> = room.addr.parse().ok();
        let source = addr.map(|addr| Source::of(addr.ip()));
        let Some(source) = source.filter(|_| !room.met) else {
            return true;
        };
        let count = of.entry(source).or_default();
        *count += 1;
        *count <= ROOMS_OF_ONE
    });
}
