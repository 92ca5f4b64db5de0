//! What a player has done so far: kept on this computer, in the profile, and
//! told to nobody.

use std::{collections::BTreeMap, io, path::Path, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{
    consensus::{ClusterId, RoomState},
    files::{load_json, save_json},
    game::{PeerId, Phase, Round},
};

/// The file in the profile's folder.
const FILE: &str = "record.json";

/// Rooms whose rounds are remembered as counted; beyond it the room with the
/// fewest rounds is forgotten.
const MAX_ROOMS: usize = 256;

/// How many of the hardest letters are told.
pub const HARDEST: usize = 3;

/// Rounds that a player took part in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Record {
    /// How many; void rounds are none.
    pub played: u32,
    /// In how many the secret was found.
    pub won: u32,
    /// How many of them in a row, up to now.
    pub streak: u32,
    /// The most of them in a row.
    pub best_streak: u32,
    /// Letters that the player guessed wrongly, and how often.
    misses: BTreeMap<char, u32>,
    /// The last round that was counted, of each room, by the text of its id.
    counted: BTreeMap<String, u32>,
}

impl Record {
    /// Reads the record of a profile. What cannot be read begins anew; it is
    /// overwritten with the next round.
    pub(crate) fn load(folder: &Path) -> Self {
        load_json(&folder.join(FILE))
    }

    pub(crate) fn save(&self, folder: &Path) -> io::Result<()> {
        save_json(&folder.join(FILE), self)
    }

    /// Counts the rounds of a room that have ended since the last look: whether there
    /// is anything new to keep. What others hand over may say that the player has
    /// guessed in any round. So in a room that is new to the player, those that were
    /// over do not count; and at the first look from a seat, of those after the last
    /// one that was counted, only the next: it was on when the player was last here.
    pub(crate) fn count(
        self: &mut Arc<Self>,
        room: ClusterId,
        state: &RoomState,
        me: PeerId,
        is_first_look: bool,
    ) -> bool {
        let history = &state.game().table().history;
        let before = [&[room], state.ancestors()].concat();
        let counted = before
            .iter()
            .filter_map(|room| self.counted.get(&room.to_string()))
            .max();
        let newest = history.back().map_or(0, |round| round.number());
        if counted.is_some_and(|counted| newest <= *counted) {
            return false;
        }
        let counted = counted.copied().unwrap_or(newest);
        let most = if is_first_look { 1 } else { usize::MAX };
        let room = room.to_string();
        let record = Arc::make_mut(self);
        let ended = history.iter().filter(|round| round.number() > counted);
        for round in ended.take(most) {
            record.count_round(round, me);
        }
        record.counted.insert(room.clone(), newest);
        if record.counted.len() > MAX_ROOMS {
            let others = record.counted.iter().filter(|(other, _)| **other != room);
            let least = others.min_by_key(|(_, round)| **round);
            if let Some(room) = least.map(|(room, _)| room.clone()) {
                record.counted.remove(&room);
            }
        }
        true
    }

    fn count_round(&mut self, round: &Round, me: PeerId) {
        let mut mine = round
            .guesses()
            .iter()
            .filter(|guess| guess.by == me)
            .peekable();
        let phase = round.phase();
        if phase == Phase::Void || mine.peek().is_none() {
            return;
        }
        for guess in mine.filter(|guess| !guess.is_hit()) {
            if let Some(letter) = guess.letter() {
                *self.misses.entry(letter.as_char()).or_default() += 1;
            }
        }
        self.played += 1;
        if phase == Phase::Won {
            self.won += 1;
            self.streak += 1;
            self.best_streak = self.best_streak.max(self.streak);
        } else {
            self.streak = 0;
        }
    }

    /// The letters that were guessed wrongly most often, at most [`HARDEST`].
    pub fn hardest(&self) -> Vec<(char, u32)> {
        let mut letters: Vec<_> = self.misses.iter().map(|(c, n)| (*c, *n)).collect();
        letters.sort_by_key(|(c, n)| (std::cmp::Reverse(*n), *c));
        letters.truncate(HARDEST);
        letters
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::{
        consensus::{CommandId, GameCommand, Genesis, Proposal},
        game::{Action, Letter, Name, Observation, Secret},
    };

    fn play(state: &mut RoomState, index: &mut u64, by: PeerId, action: Action) {
        *index += 1;
        let command = GameCommand {
            id: CommandId {
                peer_id: by,
                session: 1,
                seq: *index,
            },
            opens_session: matches!(action, Action::TakeSeat { .. }),
            action,
            signed: None,
        };
        state.apply(*index, Proposal::Command(command));
    }

    const ME: PeerId = PeerId::new([1; 32]);
    const OTHER: PeerId = PeerId::new([2; 32]);

    /// Where both sit, and the index of the last entry.
    fn room() -> (RoomState, u64) {
        let (mut state, mut index) = (RoomState::default(), 0);
        state.apply(1, Proposal::Observation(Observation::Rules(2)));
        for peer in [ME, OTHER] {
            let name = Name::parse("P").expect("a name");
            play(&mut state, &mut index, peer, Action::TakeSeat { name });
        }
        (state, index)
    }

    /// A round in which one of them guesses.
    fn round((state, index): &mut (RoomState, u64), by: PeerId, letters: &str) {
        let start = Action::StartRound {
            pack: "p".to_owned(),
            clue: String::new(),
            secret: Secret::parse("oo").expect("a secret"),
            alphabet: None,
            after_round: None,
        };
        play(state, index, OTHER, start);
        for letter in letters.chars() {
            let guess = Action::Guess {
                letter: Letter::from_folded(letter),
                round: None,
            };
            play(state, index, by, guess);
        }
    }

    fn continued(parent: ClusterId, state: RoomState) -> RoomState {
        let mut next = RoomState::default();
        let genesis = Genesis { parent, state };
        next.apply(1, Proposal::Genesis(Box::new(genesis)));
        next
    }

    #[test]
    fn what_others_say_was_played_before_does_not_count() {
        let (mut game, at) = (room(), ClusterId::random());
        for _ in 0..3 {
            round(&mut game, ME, "o");
        }
        let mut record = Arc::new(Record::default());
        assert!(record.count(at, &game.0, ME, true));
        assert_eq!(record.played, 0);
        // This one does, though it ended while the player was away.
        round(&mut game, ME, "o");
        assert!(record.count(at, &game.0, ME, true));
        assert_eq!(record.played, 1);
        // Another room says that it continues this one.
        for _ in 0..3 {
            round(&mut game, ME, "o");
        }
        let next = continued(at, game.0.clone());
        assert!(record.count(ClusterId::random(), &next, ME, true));
        assert_eq!(record.played, 2);
        // While the player is here, several may end between two looks.
        let mut here = Arc::new(Record::default());
        assert!(here.count(at, &room().0, ME, true));
        assert!(here.count(at, &game.0, ME, false));
        assert_eq!(here.played, 7);
    }

    #[test]
    fn each_round_counts_once_for_who_took_part() {
        let (mut game, at) = (room(), ClusterId::random());
        let mut record = Arc::new(Record::default());
        assert!(record.count(at, &game.0, ME, true));
        round(&mut game, ME, "xqo");
        assert!(record.count(at, &game.0, ME, false));
        assert!(!record.count(at, &game.0, ME, false));
        round(&mut game, OTHER, "o");
        round(&mut game, ME, "xo");
        // Given up: it is not counted.
        round(&mut game, ME, "x");
        round(&mut game, ME, "xbcdef");
        assert!(record.count(at, &game.0, ME, false));
        let got = (record.played, record.won, record.streak, record.best_streak);
        assert_eq!(got, (3, 2, 0, 2));
        assert_eq!(record.hardest(), [('x', 3), ('b', 1), ('c', 1)]);
        // The same rounds, in a room that continues this one.
        let next = continued(at, game.0);
        assert!(!record.count(ClusterId::random(), &next, ME, true));
        // Kept; what is damaged begins anew.
        let folder = tempfile::tempdir().expect("a folder");
        record.save(folder.path()).expect("saved");
        assert_eq!(Record::load(folder.path()), *record);
        let file = folder.path().join(FILE);
        let text = fs::read_to_string(&file).expect("read");
        let damaged = text.replace(r#""played":3"#, r#""played":-3"#);
        fs::write(&file, damaged).expect("written");
        let kept = Record {
            played: 0,
            ..Record::clone(&record)
        };
        assert_eq!(Record::load(folder.path()), kept);
        fs::write(&file, r#"{"played":-1}"#).expect("written");
        assert_eq!(Record::load(folder.path()), Record::default());
        // As it is written by version 0.2.
        let text = r#"{"format":1,"played":3,"won":2,"streak":0,"best_streak":2,"misses":{"x":3},"counted":{"0707070707070707070707070707070707":4}}"#;
        fs::write(&file, text).expect("written");
        let read = Record::load(folder.path());
        assert_eq!((read.played, read.best_streak), (3, 2));
        assert_eq!(read.hardest(), [('x', 3)]);
        assert_eq!(read.counted.values().collect::<Vec<_>>(), [&4]);
    }
}
