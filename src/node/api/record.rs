//! What a player has done so far: kept on this computer, in the profile, and
//! told to nobody.

use std::{collections::BTreeMap, fs, io, path::Path, sync::Arc};

use serde_json::{Value, json};

use crate::{
    consensus::{ClusterId, RoomState},
    files::write_private,
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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// How many; rounds that count for nobody are none.
    pub played: u32,
    /// In how many the secret was found.
    pub won: u32,
    /// How many of them in a row, up to now.
    pub streak: u32,
    /// The most of them in a row.
    pub best_streak: u32,
    /// Letters that the player guessed wrongly, and how often.
    misses: BTreeMap<char, u32>,
    /// The last round that was counted, of each room.
    counted: BTreeMap<ClusterId, u32>,
}

impl Record {
    /// Reads the record of a profile. What cannot be read begins anew; it is
    /// overwritten with the next round.
    pub(crate) fn load(folder: &Path) -> Self {
        let Ok(text) = fs::read_to_string(folder.join(FILE)) else {
            return Self::default();
        };
        let read = serde_json::from_str(&text)
            .ok()
            .and_then(|value| Self::read(&value));
        read.unwrap_or_else(|| {
            tracing::warn!("{FILE} is damaged, and begun anew");
            Self::default()
        })
    }

    pub(crate) fn save(&self, folder: &Path) -> io::Result<()> {
        write_private(&folder.join(FILE), self.to_json().to_string().as_bytes())
    }

    /// Counts the rounds of a room that have ended since the last look: whether
    /// there were any.
    pub(crate) fn count(
        self: &mut Arc<Self>,
        room: ClusterId,
        state: &RoomState,
        me: PeerId,
    ) -> bool {
        let history = &state.game().table().history;
        let before = [&[room], state.ancestors()].concat();
        let counted = before
            .iter()
            .filter_map(|room| self.counted.get(room))
            .max();
        let counted = counted.copied().unwrap_or(0);
        let newest = history.back().map_or(0, |round| round.number());
        if newest <= counted {
            return false;
        }
        let record = Arc::make_mut(self);
        for round in history.iter().filter(|round| round.number() > counted) {
            record.count_round(round, me);
        }
        record.counted.insert(room, newest);
        if record.counted.len() > MAX_ROOMS {
            let others = record.counted.iter().filter(|(other, _)| **other != room);
            let least = others.min_by_key(|(_, round)| **round);
            if let Some(room) = least.map(|(room, _)| *room) {
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

    fn to_json(&self) -> Value {
        let misses = self.misses.iter().map(|(c, n)| (c.to_string(), json!(n)));
        let counted = self
            .counted
            .iter()
            .map(|(room, n)| (room.to_string(), json!(n)));
        json!({
            "format": 1,
            "played": self.played,
            "won": self.won,
            "streak": self.streak,
            "best_streak": self.best_streak,
            "misses": misses.collect::<serde_json::Map<_, _>>(),
            "counted": counted.collect::<serde_json::Map<_, _>>(),
        })
    }

    fn read(value: &Value) -> Option<Self> {
        let number = |value: &Value| u32::try_from(value.as_u64()?).ok();
        let field = |name: &str| number(value.get(name)?);
        let misses = value.get("misses")?.as_object()?.iter();
        let counted = value.get("counted")?.as_object()?.iter();
        Some(Self {
            played: field("played")?,
            won: field("won")?,
            streak: field("streak")?,
            best_streak: field("best_streak")?,
            misses: misses
                .map(|(c, n)| Some((c.chars().next()?, number(n)?)))
                .collect::<Option<_>>()?,
            counted: counted
                .map(|(room, n)| Some((room.parse().ok()?, number(n)?)))
                .collect::<Option<_>>()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        consensus::{Command, CommandId, Genesis, Proposal},
        game::{Action, Letter, Name, Notice, Secret},
    };

    fn play(state: &mut RoomState, index: &mut u64, by: PeerId, action: Action) {
        *index += 1;
        let command = Command {
            id: CommandId {
                peer_id: by,
                session: 1,
                seq: *index,
            },
            opens_session: matches!(action, Action::Seat { .. }),
            action,
        };
        state.apply(*index, Proposal::Command(command));
    }

    #[test]
    fn each_round_counts_once_for_who_took_part() {
        let (me, other, room) = (
            PeerId::new([1; 32]),
            PeerId::new([2; 32]),
            ClusterId::random(),
        );
        let (mut state, mut index) = (RoomState::default(), 0);
        state.apply(1, Proposal::Notice(Notice::Rules(2)));
        for peer in [me, other] {
            let name = Name::parse("P").expect("a name");
            play(&mut state, &mut index, peer, Action::Seat { name });
        }
        let mut record = Arc::new(Record::default());
        let mut round = |state: &mut RoomState, by: PeerId, letters: &str| {
            let start = Action::StartRound {
                pack: "p".to_owned(),
                clue: String::new(),
                secret: Secret::parse("oo").expect("a secret"),
                alphabet: None,
                after_round: None,
            };
            play(state, &mut index, other, start);
            for letter in letters.chars() {
                let letter = Letter::from_folded(letter);
                play(
                    state,
                    &mut index,
                    by,
                    Action::Guess {
                        letter,
                        round: None,
                    },
                );
            }
        };
        round(&mut state, me, "xqo");
        assert!(record.count(room, &state, me));
        assert!(!record.count(room, &state, me));
        round(&mut state, other, "o");
        round(&mut state, me, "xo");
        // Given up: it counts for nobody.
        round(&mut state, me, "x");
        round(&mut state, me, "xbcdef");
        assert!(record.count(room, &state, me));
        let got = (record.played, record.won, record.streak, record.best_streak);
        assert_eq!(got, (3, 2, 0, 2));
        assert_eq!(record.hardest(), [('x', 3), ('b', 1), ('c', 1)]);
        // The same rounds, in a room that continues this one.
        let mut next = RoomState::default();
        let genesis = Genesis {
            parent: room,
            state,
        };
        next.apply(1, Proposal::Genesis(Box::new(genesis)));
        assert!(!record.count(ClusterId::random(), &next, me));
        // Kept, and begun anew if it is damaged.
        let folder = tempfile::tempdir().expect("a folder");
        record.save(folder.path()).expect("saved");
        assert_eq!(Record::load(folder.path()), *record);
        fs::write(folder.path().join(FILE), "{\"played\":-1}").expect("written");
        assert_eq!(Record::load(folder.path()), Record::default());
    }
}
