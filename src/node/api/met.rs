//! Whom a player has played with: kept on this computer, in the profile, and told to
//! nobody.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::Path,
};

use serde::{Deserialize, Serialize};

use crate::{
    consensus::MAX_MEMBERS,
    files::{load_json, save_json},
    game::{Game, Name, PeerId},
};

/// The file in the profile's folder.
const FILE: &str = "met.json";

/// How many are remembered. Who was met on the fewest days is forgotten first, of these
/// who was met longest ago: new faces do not push out friends.
const MAX: usize = 512;

/// How many are met for the first time on one day, at most: whoever leads a room can
/// seat new keys of their own again and again.
const MAX_NEW: usize = 2 * MAX_MEMBERS;

/// When somebody was met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meeting {
    /// What they were called.
    pub name: String,
    /// The last time, in days since 1970.
    pub day: u64,
    /// On how many days; older versions did not count them.
    #[serde(default = "once")]
    pub days: u32,
}

fn once() -> u32 {
    1
}

/// With whom a player has played since round `before` had ended: who is here of a
/// cluster's members, if the player took part in a round that has ended since. The
/// room's leader makes anybody a player with one entry, and a member only of who has a
/// place in the room.
pub(crate) fn played_with(
    game: &Game,
    members: &BTreeSet<PeerId>,
    me: PeerId,
    before: u32,
) -> Vec<(PeerId, Name)> {
    let mut ended = game.table().history.iter();
    if !ended.any(|round| round.number() > before && round.is_of(&me)) {
        return Vec::new();
    }
    let players = game.players().iter();
    let here = players.filter(|(peer, player)| player.here && members.contains(peer));
    here.filter(|(peer, _)| **peer != me)
        .map(|(peer, player)| (*peer, player.name.clone()))
        .collect()
}

/// Everybody who was met, by the text of their id: the keys that prove who they are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Met {
    players: BTreeMap<String, Meeting>,
}

impl Met {
    /// Reads who was met. What cannot be read begins anew.
    pub(crate) fn load(folder: &Path) -> Self {
        load_json(&folder.join(FILE))
    }

    pub(crate) fn save(&self, folder: &Path) -> io::Result<()> {
        save_json(&folder.join(FILE), self)
    }

    /// Notes that somebody is met on a day; whether that is news. Of too many new ones
    /// on one day, the last are not noted.
    pub(crate) fn note(&mut self, peer: &PeerId, name: &Name, day: u64) -> bool {
        let id = peer.to_string();
        let known = self.players.get(&id);
        let days = match known {
            None if self.new_on(day) >= MAX_NEW => return false,
            None => 1,
            Some(known) => known.days.saturating_add(u32::from(known.day != day)),
        };
        let name = name.to_string();
        let meeting = Meeting { name, day, days };
        if known == Some(&meeting) {
            return false;
        }
        if known.is_none() && self.players.len() >= MAX {
            self.forget_one();
        }
        self.players.insert(id, meeting);
        true
    }

    fn new_on(&self, day: u64) -> usize {
        let is_new = |met: &&Meeting| (met.day, met.days) == (day, 1);
        self.players.values().filter(is_new).count()
    }

    fn forget_one(&mut self) {
        let least = self
            .players
            .iter()
            .min_by_key(|(_, met)| (met.days, met.day));
        if let Some(peer) = least.map(|(peer, _)| peer.clone()) {
            self.players.remove(&peer);
        }
    }

    /// When somebody was met, if they were.
    pub fn last(&self, peer: &PeerId) -> Option<&Meeting> {
        self.players.get(&peer.to_string())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::game::{Action, Alphabet, Letter, Mode, Observation, Secret, Settings};

    fn peer(n: u16) -> PeerId {
        let mut id = [0; 32];
        id[..2].copy_from_slice(&n.to_le_bytes());
        PeerId::new(id)
    }

    #[test]
    fn the_last_ones_are_remembered() {
        let (dir, name) = (tempfile::tempdir().expect("a folder"), Name::placeholder());
        let mut met = Met::load(dir.path());
        for n in 0..600_u16 {
            assert!(met.note(&peer(n), &name, n.into()));
        }
        assert!(!met.note(&peer(599), &name, 599));
        assert!(met.note(&peer(599), &name, 600));
        assert_eq!(met.players.len(), MAX);
        assert!(met.last(&peer(0)).is_none() && met.last(&peer(400)).is_some());
        met.save(dir.path()).expect("saved");
        assert_eq!(Met::load(dir.path()), met);
    }

    #[test]
    fn new_faces_do_not_push_out_friends() {
        let (mut met, name) = (Met::default(), Name::placeholder());
        let friends: Vec<PeerId> = (0..10).map(peer).collect();
        for friend in &friends {
            assert!(met.note(friend, &name, 1));
            assert!(met.note(friend, &name, 2));
        }
        // A day in a room whose leader seats one new key after the other.
        for n in 10..1000 {
            met.note(&peer(n), &name, 3);
        }
        assert_eq!(met.players.len(), friends.len() + MAX_NEW);
        // And so for two weeks.
        for n in 1000..15_000 {
            met.note(&peer(n), &name, u64::from(n / 1000) + 3);
        }
        assert_eq!(met.players.len(), MAX);
        let is_remembered = |friend| met.last(friend).is_some_and(|met| met.days == 2);
        assert!(friends.iter().all(is_remembered));
    }

    #[test]
    fn who_was_met_is_read_as_older_versions_wrote_it() {
        let dir = tempfile::tempdir().expect("a folder");
        let text = format!(
            r#"{{"players":{{"{}":{{"name":"Ada","day":5}}}}}}"#,
            peer(1)
        );
        std::fs::write(dir.path().join(FILE), text).expect("written");
        let met = Met::load(dir.path());
        let ada = met.last(&peer(1)).expect("a friend");
        assert_eq!((ada.name.as_str(), ada.day, ada.days), ("Ada", 5, 1));
    }

    fn act(game: &mut Game, by: PeerId, action: Action) {
        game.apply(1, by, action).expect("done");
    }

    /// A round that somebody solves.
    fn round(game: &mut Game, by: PeerId) {
        let start = Action::StartRound {
            pack: "p".to_owned(),
            clue: String::new(),
            secret: Secret::parse("oo").expect("a secret"),
            alphabet: None,
            after_round: None,
        };
        act(game, by, start);
        let letter = Letter::from_folded('o');
        let guess = Action::Guess {
            letter,
            round: None,
        };
        act(game, by, guess);
    }

    #[test]
    fn only_members_of_a_round_that_was_played_together_are_met() {
        let [me, friend, made_up, away] = [1, 2, 3, 4].map(peer);
        let mut game = Game::default();
        for one in [friend, me, made_up, away] {
            let name = Name::placeholder();
            act(&mut game, one, Action::TakeSeat { name });
        }
        game.observe(Observation::Presence {
            peer: away,
            here: false,
        });
        let members = BTreeSet::from([me, friend, away]);
        let met = |game: &Game, before| -> Vec<PeerId> {
            let played = played_with(game, &members, me, before);
            played.into_iter().map(|(peer, _)| peer).collect()
        };
        assert!(met(&game, 0).is_empty());
        // A round that others play.
        round(&mut game, friend);
        assert!(met(&game, 0).is_empty());
        round(&mut game, me);
        assert_eq!(met(&game, 0), [friend]);
        assert_eq!(met(&game, 1), [friend]);
        // It was over before.
        assert!(met(&game, 2).is_empty());
        round(&mut game, friend);
        assert!(met(&game, 2).is_empty());
    }

    #[test]
    fn who_sets_the_word_plays_too() {
        let met = [true, false].map(met_by_setting);
        // Whose turn it was, and who did nothing, has not played.
        assert_eq!(met, [1, 0]);
    }

    /// How many are met in a round of whoever sets the word, or not.
    fn met_by_setting(is_set: bool) -> usize {
        let [me, friend] = [1, 2].map(peer);
        let mut game = Game::default();
        for one in [me, friend] {
            let name = Name::placeholder();
            act(&mut game, one, Action::TakeSeat { name });
        }
        let settings = Settings {
            mode: Mode::Setter,
            ..Settings::default()
        };
        act(&mut game, me, Action::Configure(settings));
        let start = Action::StartMatch {
            deal: None,
            alphabet: Arc::new(Alphabet::of_language("en").expect("English")),
            force: true,
            after_match: None,
        };
        act(&mut game, me, start);
        assert_eq!(
            game.round().and_then(|round| round.frame().setter),
            Some(me)
        );
        if is_set {
            let seal = Action::Seal {
                round: 1,
                commitment: [0; 32],
                shape: vec![None],
                clue: String::new(),
            };
            act(&mut game, me, seal);
        }
        act(&mut game, me, Action::GiveUp { round: 1 });
        let members = BTreeSet::from([me, friend]);
        played_with(&game, &members, me, 0).len()
    }
}
