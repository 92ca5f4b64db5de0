//! Who sits in the room, and who owns it.

use super::{Door, Game, MAX_PLAYERS, Name, PeerId, Player, Rejection};

impl Game {
    /// Takes a seat, or changes the name on it.
    pub(super) fn seat(&mut self, by: PeerId, name: Name) -> Result<(), Rejection> {
        let known = self.players.get(&by);
        if known.is_some_and(|player| player.removed) {
            return Err(Rejection::Removed);
        }
        let newcomer = known.is_none();
        let player = self
            .players
            .entry(by)
            .or_insert_with(|| Player::new(name.clone()));
        player.name = name;
        player.here = true;
        if newcomer {
            self.table.joined = self.table.joined.saturating_add(1);
            player.joined = self.table.joined;
            if self.at_table().count() > MAX_PLAYERS {
                self.change(by, |player| player.watching = true);
            }
            self.begin_score(by);
        }
        Ok(())
    }

    /// Those who play now, in the order in which they came.
    pub fn at_table(&self) -> impl Iterator<Item = (PeerId, &Player)> {
        let playing = self.players.iter().filter(|(_, player)| player.plays());
        let mut playing: Vec<_> = playing.map(|(peer, player)| (*peer, player)).collect();
        playing.sort_by_key(|(peer, player)| (player.joined, *peer));
        playing.into_iter()
    }

    /// The one at the table who comes after somebody, in a circle.
    pub(super) fn next_after(&self, joined: u32) -> Option<PeerId> {
        let mut playing = self.at_table();
        let first = self.at_table().next();
        let next = playing.find(|(_, player)| player.joined > joined);
        next.or(first).map(|(peer, _)| peer)
    }

    pub(super) fn joined_of(&self, peer: &PeerId) -> u32 {
        self.players.get(peer).map_or(0, |player| player.joined)
    }

    pub(super) fn change(&mut self, peer: PeerId, what: impl FnOnce(&mut Player)) {
        if let Some(player) = self.players.get_mut(&peer) {
            what(player);
        }
    }

    pub(super) fn plays(&self, peer: &PeerId) -> bool {
        self.players.get(peer).is_some_and(Player::plays)
    }

    /// Whether somebody may come in.
    pub fn door(&self, peer: &PeerId) -> Door {
        let table = &self.table;
        match self.players.get(peer) {
            Some(player) if player.removed => Door::Removed,
            Some(_) => Door::Open,
            None if !table.settings.locked || table.guests.contains(peer) => Door::Open,
            None if table.refused.contains(peer) => Door::Refused,
            None => Door::Locked,
        }
    }

    /// Passes the room on if its owner is gone: to who is here longest, to one
    /// who plays before one who watches.
    pub(super) fn settle_owner(&mut self) {
        let is_here = |peer: &PeerId| {
            let player = self.players.get(peer);
            player.is_some_and(|player| player.here && !player.removed)
        };
        if self.table.owner.as_ref().is_some_and(is_here) {
            return;
        }
        let here = self.players.iter().filter(|(peer, _)| is_here(peer));
        let next = here.min_by_key(|(peer, player)| (player.watching, player.joined, **peer));
        if let Some((peer, _)) = next {
            self.table.owner = Some(*peer);
        }
    }
}
