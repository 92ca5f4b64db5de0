//! `dhangkanna packs`: lists the word packs, or writes how hard each word of a
//! pack is into its file.

use std::{
    collections::BTreeSet,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, anyhow};
use serde::Serialize;

use crate::{
    config::packs_in,
    difficulty,
    game::{Difficulty, Secret, pack::Pack},
    packs::{Packs, text_of},
};

/// What `--json` prints of a pack.
#[derive(Serialize)]
struct PackLine<'a> {
    id: &'a str,
    name: &'a str,
    language: &'a str,
    category: &'a str,
    words: usize,
    easy: usize,
    normal: usize,
    hard: usize,
    licence: &'a str,
}

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
            let line = PackLine {
                id: &pack.id,
                name: &pack.name,
                language: &pack.language,
                category,
                words,
                easy,
                normal,
                hard,
                licence: &pack.licence,
            };
            writeln!(out, "{}", serde_json::to_string(&line)?)?;
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

/// Computes how hard each word of a pack is, among all words of its language,
/// and writes it into the file.
///
/// # Errors
/// If the file cannot be read, is no pack, or cannot be written; then it is as
/// it was.
pub fn rate(file: &PathBuf) -> anyhow::Result<()> {
    let in_words = |e: String| anyhow!("{}: {e}", file.display());
    let bytes = fs::read(file).with_context(|| file.display().to_string())?;
    let text = text_of(bytes).map_err(in_words)?;
    let pack = Pack::parse(&text).map_err(|e| in_words(e.to_string()))?;
    let built_in = Packs::built_in();
    let others = built_in
        .all()
        .iter()
        .filter(|other| other.language == pack.language);
    let mut seen = BTreeSet::new();
    let all = pack
        .entries
        .iter()
        .chain(others.flat_map(|other| &other.entries));
    let dictionary: Vec<&Secret> = all
        .map(|entry| &entry.secret)
        .filter(|secret| seen.insert(secret.text().to_lowercase()))
        .collect();
    // The pack's own words stand first, none of them twice.
    let rated = difficulty::rate(&dictionary);
    let mut rated = rated.iter();
    let mut body = false;
    let mut written = String::new();
    for line in text.lines() {
        let trimmed = line.trim();
        let is_entry = body && !trimmed.is_empty() && !trimmed.starts_with('#');
        body |= trimmed == "---";
        match is_entry.then(|| rated.next()).flatten() {
            Some(tenths) => {
                let entry = without_rating(trimmed);
                written.push_str(&format!("{entry} [{}.{}]", tenths / 10, tenths % 10));
            }
            None => written.push_str(line),
        }
        written.push('\n');
    }
    let mut draft = file.clone().into_os_string();
    draft.push(".new");
    fs::write(&draft, written)
        .and_then(|()| fs::rename(&draft, file))
        .with_context(|| format!("{} cannot be written", file.display()))
}

fn without_rating(entry: &str) -> &str {
    let rated = entry
        .strip_suffix(']')
        .and_then(|rest| rest.rsplit_once(" ["));
    match rated {
        Some((rest, number)) if number.parse::<f32>().is_ok() => rest.trim_end(),
        _ => entry,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rated_pack_is_the_same_but_for_the_numbers() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("mine.txt");
        let text = "# mine\nid: mine\nname: M\nlanguage: tlh\nlicence: CC0-1.0\n---\n\
            # words\nzyzzyva = A weevil [sic]\n\nqoph = A letter [9.9]\n";
        fs::write(&file, text).expect("written");
        rate(&file).expect("rated");
        let once = fs::read_to_string(&file).expect("read");
        rate(&file).expect("rated again");
        assert_eq!(fs::read_to_string(&file).expect("read"), once);
        let pack = Pack::parse(&once).expect("a pack");
        assert!(
            pack.entries.iter().all(|entry| entry.misses.is_some()),
            "{once}"
        );
        assert_eq!(pack.entries[0].clue, "A weevil [sic]");
        assert_eq!(once.lines().count(), text.lines().count());
        assert!(!once.contains("9.9"), "{once}");
        // What is no pack stays as it is.
        fs::write(&file, "hello").expect("written");
        let e = rate(&file).expect_err("no pack");
        assert!(e.to_string().contains("line 1"), "{e}");
        assert_eq!(fs::read_to_string(&file).expect("read"), "hello");
    }
}
