//! The word packs of the program.

use std::collections::BTreeSet;

use crate::game::pack::Pack;

/// The category of a pack of all words of a language.
pub const EVERYTHING: &str = "everything";

/// The packs of the program, in the order they are offered.
pub(super) const BUILT_IN: [&str; 32] = [
    include_str!("../../assets/packs/kanna.txt"),
    include_str!("../../assets/packs/en-animals.txt"),
    include_str!("../../assets/packs/en-clothes.txt"),
    include_str!("../../assets/packs/en-feelings.txt"),
    include_str!("../../assets/packs/en-food.txt"),
    include_str!("../../assets/packs/en-home.txt"),
    include_str!("../../assets/packs/en-jobs.txt"),
    include_str!("../../assets/packs/en-music.txt"),
    include_str!("../../assets/packs/en-nature.txt"),
    include_str!("../../assets/packs/en-phrases.txt"),
    include_str!("../../assets/packs/en-science.txt"),
    include_str!("../../assets/packs/en-sea.txt"),
    include_str!("../../assets/packs/en-sports.txt"),
    include_str!("../../assets/packs/en-tales.txt"),
    include_str!("../../assets/packs/en-technology.txt"),
    include_str!("../../assets/packs/en-travel.txt"),
    include_str!("../../assets/packs/de-animals.txt"),
    include_str!("../../assets/packs/de-food.txt"),
    include_str!("../../assets/packs/es-animals.txt"),
    include_str!("../../assets/packs/es-food.txt"),
    include_str!("../../assets/packs/fr-animals.txt"),
    include_str!("../../assets/packs/fr-food.txt"),
    include_str!("../../assets/packs/it-animals.txt"),
    include_str!("../../assets/packs/it-food.txt"),
    include_str!("../../assets/packs/pl-animals.txt"),
    include_str!("../../assets/packs/pl-food.txt"),
    include_str!("../../assets/packs/pt-animals.txt"),
    include_str!("../../assets/packs/pt-food.txt"),
    include_str!("../../assets/packs/sv-animals.txt"),
    include_str!("../../assets/packs/sv-food.txt"),
    include_str!("../../assets/packs/uk-animals.txt"),
    include_str!("../../assets/packs/uk-food.txt"),
];

/// Packs of all words of a language: its tag, the id, and the name.
pub(super) const WHOLE: [(&str, &str, &str); 9] = [
    ("en", "english", "English"),
    ("de", "deutsch", "Deutsch"),
    ("es", "espanol", "Español"),
    ("fr", "francais", "Français"),
    ("it", "italiano", "Italiano"),
    ("pl", "polski", "Polski"),
    ("pt", "portugues", "Português"),
    ("sv", "svenska", "Svenska"),
    ("uk", "ukrainska", "Українська"),
];

/// All words of a language in one pack.
pub(super) fn whole(packs: &[Pack], (language, id, name): &(&str, &str, &str)) -> Option<Pack> {
    let mut of_language = packs
        .iter()
        .filter(|p| p.language == *language && p.id != "kanna");
    let first = of_language.clone().next()?;
    let mut seen = BTreeSet::new();
    let mut entries = Vec::new();
    for entry in of_language.by_ref().flat_map(|pack| &pack.entries) {
        if seen.insert(entry.secret.text().to_lowercase()) {
            entries.push(entry.clone());
        }
    }
    Some(Pack {
        id: (*id).to_owned(),
        name: (*name).to_owned(),
        category: Some(EVERYTHING.to_owned()),
        entries,
        ..first.clone()
    })
}
