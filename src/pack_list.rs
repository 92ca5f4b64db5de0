//! `dhangkanna packs`: lists the word packs.

use std::{io::Write as _, path::Path};

use serde_json::json;

use crate::{config::packs_in, game::Difficulty, packs::Packs};

/// Prints all packs: a line each, or a JSON object.
///
/// # Errors
/// If stdout is closed.
pub fn list(data_dir: &Path, as_json: bool) -> anyhow::Result<()> {
    let (packs, warnings) = Packs::load(&packs_in(data_dir));
    for warning in warnings {
        eprintln!("dhangkanna: {warning}");
    }
    let mut out = std::io::stdout().lock();
    for pack in packs.all() {
        let count = |level| {
            pack.entries
                .iter()
                .filter(|e| e.difficulty() == level)
                .count()
        };
        let [easy, normal, hard] =
            [Difficulty::Easy, Difficulty::Normal, Difficulty::Hard].map(count);
        let words = pack.entries.len();
        let category = pack.category.as_deref().unwrap_or("");
        if as_json {
            let line = json!({
                "id": pack.id,
                "name": pack.name,
                "language": pack.language,
                "category": category,
                "words": words,
                "easy": easy,
                "normal": normal,
                "hard": hard,
                "licence": pack.licence,
            });
            writeln!(out, "{line}")?;
        } else {
            writeln!(
                out,
                "{:16} {:4} {category:12} {words:5} words: {easy} easy, {normal} normal, {hard} hard  {}  ({})",
                pack.id, pack.language, pack.name, pack.licence
            )?;
        }
    }
    Ok(())
}
