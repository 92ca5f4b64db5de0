//! Names that look alike, and how they are told apart where they are shown.

use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    sync::LazyLock,
};

use unicode_normalization::UnicodeNormalization as _;

use super::{
    Game, MAX_NAME_CHARS, Name, PeerId,
    line::{is_blank, is_hidden, short_text},
    name::usual,
};

/// What a character looks like, by characters, in their order.
static PROTOTYPES: LazyLock<Vec<(char, &str)>> = LazyLock::new(|| {
    let lines = include_str!("../../assets/unicode/confusables.txt").lines();
    let lines = lines.filter(|line| !line.starts_with("# "));
    let pairs = lines.filter_map(|line| line.split_once('\t'));
    let mut all: Vec<(char, &str)> = pairs
        .flat_map(|(prototype, alike)| alike.chars().map(move |c| (c, prototype)))
        .collect();
    all.sort_unstable();
    all
});

/// What a name looks like: two names with the same skeleton (UTS #39) can be
/// mistaken for one another, such as those with a Latin and a Cyrillic P. Nor does
/// case tell names apart. For comparing only, never shown.
pub fn looks_like(name: &Name) -> String {
    skeleton(name.as_str())
}

fn skeleton(text: &str) -> String {
    let visible: String = text.chars().filter(|c| !is_hidden(*c)).collect();
    let words: Vec<String> = usual(&visible)
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .map(|word| {
            // A small letter may look like what its large one does not, and the
            // other way round.
            let small = prototypes_of(&prototypes_of(word).to_lowercase());
            prototypes_of(&small.to_lowercase())
        })
        .collect();
    words.join(" ")
}

fn prototypes_of(text: &str) -> String {
    let mut prototypes = String::with_capacity(text.len());
    for c in text.nfd() {
        match PROTOTYPES.binary_search_by_key(&c, |(alike, _)| *alike) {
            Ok(at) => prototypes.push_str(PROTOTYPES[at].1),
            Err(_) => prototypes.push(c),
        }
    }
    prototypes.nfd().collect()
}

/// How the names in a room are shown: safely (see
/// [`safe_text`](super::safe_text)), and no two of them alike. Of those that look
/// alike the one that is here longest is shown as it is, the others with a number:
/// "Ada", "Ada (2)".
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    shown: BTreeMap<PeerId, String>,
    /// Those who look like somebody else here.
    alike: BTreeSet<PeerId>,
}

impl Names {
    /// The names of a room: of its players, and of those who knock.
    pub fn of(game: &Game) -> Self {
        let players = game.players().iter();
        let mut all: Vec<_> = players
            .map(|(peer, player)| (player.joined, *peer, &player.name))
            .collect();
        all.sort_unstable();
        let knocks = game.table().knocks.iter();
        let knocks = knocks.filter(|(peer, _)| !game.players().contains_key(peer));
        all.extend(knocks.map(|(peer, name)| (0, *peer, name)));
        let mut names = Self::default();
        // Who has a look, and the number of the next of that look.
        let mut first: BTreeMap<String, (PeerId, u32)> = BTreeMap::new();
        for (_, peer, name) in all {
            let mut shown = short_text(name.as_str(), MAX_NAME_CHARS);
            if is_blank(&shown) {
                shown = char::REPLACEMENT_CHARACTER.to_string();
            }
            let look = skeleton(&shown);
            if let Some((other, mut number)) = first.get(&look).copied() {
                names.alike.extend([peer, other]);
                // Somebody else may be called just that.
                let unlike = loop {
                    let numbered = format!("{shown} ({number})");
                    number += 1;
                    if let Entry::Vacant(free) = first.entry(skeleton(&numbered)) {
                        free.insert((peer, 2));
                        break numbered;
                    }
                };
                first.insert(look, (other, number));
                shown = unlike;
            } else {
                first.insert(look, (peer, 2));
            }
            names.shown.insert(peer, shown);
        }
        names
    }

    /// A player's name as it is shown, or a placeholder for one that was
    /// forgotten.
    pub fn name_of(&self, peer: &PeerId) -> &str {
        self.shown.get(peer).map_or("someone", String::as_str)
    }

    /// Whether somebody else here looks like this one.
    pub fn is_alike(&self, peer: &PeerId) -> bool {
        self.alike.contains(peer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::game::{Action, Observation, Settings};

    fn look(text: &str) -> String {
        looks_like(&Name::from_log(text).expect("a name"))
    }

    #[test]
    fn the_table_is_sorted_and_whole() {
        assert!(PROTOTYPES.len() > 3600);
        assert!(PROTOTYPES.windows(2).all(|two| two[0].0 < two[1].0));
    }

    #[test]
    fn names_look_alike_or_not() {
        let alike = [
            ("P1", "Р1"),
            ("P1", "Ｐ１"),
            ("P1", "P1\u{200b}"),
            ("P1", "P\u{ad}l"),
            ("P1", "ΡI"),
            ("Ada", "Аdа"),
            ("ADA", "ada"),
            ("Ben", "Веn"),
            ("Tom", "Torn"),
            ("Zoë", "Zoe\u{308}"),
            ("a  b", "a\u{3000}b"),
            ("Peter Pan", "РЕТЕR РАN"),
        ];
        for (one, other) in alike {
            assert_eq!(look(one), look(other), "{one} {other}");
        }
        let names = [
            "Ada", "Ben", "Bea", "Zoe", "Zoë", "Ana", "Аня", "מרים", "🐉",
        ];
        let looks: BTreeSet<String> = names.into_iter().map(look).collect();
        assert_eq!(looks.len(), names.len());
    }

    fn peer(n: u8) -> PeerId {
        PeerId::new([n; 32])
    }

    fn seat(game: &mut Game, n: u8, name: &str) {
        let name = Name::from_log(name).expect("a name");
        let seated = game.apply(u64::from(n), peer(n), Action::TakeSeat { name });
        seated.expect("a seat");
    }

    #[test]
    fn who_came_later_has_a_number() {
        let mut game = Game::default();
        // Who came first does not come first by id.
        for (n, name) in [
            (9, "Ada"),
            (3, "Аdа"),
            (5, "Ben"),
            (1, "Ada"),
            (2, "Ada (2)"),
        ] {
            seat(&mut game, n, name);
        }
        seat(&mut game, 4, "\u{202e}\u{200b}");
        seat(&mut game, 6, "\u{3164}");
        seat(&mut game, 7, &"W\n".repeat(60));
        let locked = Settings {
            locked: true,
            ..Settings::default()
        };
        let configured = game.apply(20, peer(9), Action::Configure(locked));
        configured.expect("settings");
        game.observe(Observation::Knock {
            peer: peer(0),
            name: Name::from_log("ВЕN").expect("a name"),
        });
        let names = Names::of(&game);
        let long = format!("{}…", "W\u{fffd}".repeat(12).trim_end_matches('\u{fffd}'));
        let want = [
            (9, "Ada", true),
            (3, "Аdа (2)", true),
            (5, "Ben", true),
            (1, "Ada (3)", true),
            (2, "Ada (2) (2)", true),
            (4, "\u{fffd}", true),
            (6, "\u{fffd} (2)", true),
            (7, &long, false),
            (0, "ВЕN (2)", true),
            (8, "someone", false),
        ];
        for (n, shown, alike) in want {
            let (name, is) = (names.name_of(&peer(n)), names.is_alike(&peer(n)));
            assert_eq!((name, is), (shown, alike), "{n}");
        }
    }

    #[test]
    fn a_full_room_of_one_name_is_numbered_through() {
        let mut game = Game::default();
        for n in 0..=255 {
            seat(&mut game, n, ["Ada", "Аda", "ADA (7)"][usize::from(n % 3)]);
        }
        let names = Names::of(&game);
        let looks: BTreeSet<String> = names.shown.values().map(|name| skeleton(name)).collect();
        assert_eq!(looks.len(), 256);
    }
}
