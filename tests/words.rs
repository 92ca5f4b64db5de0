//! The window's messages (`assets/words/*.ftl`) and the sources that say them:
//! each language has what is said, and nothing else.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use dhangkanna::net::Refusal;
use fluent_bundle::FluentResource;

/// The variables of each message, by its id.
type Messages = BTreeMap<String, BTreeSet<String>>;

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The texts of the files below a folder, but for those of these names.
fn texts(folder: PathBuf, without: &[&str]) -> BTreeMap<PathBuf, String> {
    let (mut folders, mut texts) = (vec![folder], BTreeMap::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if !without.iter().any(|name| path.ends_with(name)) {
                let text = fs::read_to_string(&path).expect("a text");
                texts.insert(path, text);
            }
        }
    }
    texts
}

/// The texts of all languages, by their tags.
fn languages() -> BTreeMap<String, String> {
    let files = texts(here("assets/words"), &[]).into_iter();
    let tag = |path: PathBuf| path.file_stem().unwrap().to_string_lossy().into_owned();
    files.map(|(path, text)| (tag(path), text)).collect()
}

/// The messages of a language.
fn messages(language: &str) -> Messages {
    let text = &languages()[language];
    if let Err((_, errors)) = FluentResource::try_new(text.clone()) {
        panic!("{language}: {errors:?}");
    }
    let mut messages = Messages::new();
    let mut id = String::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if let Some((start, _)) = line.split_once(" = ")
            && line.starts_with(|c: char| c.is_ascii_lowercase())
        {
            id = start.to_owned();
            let before = messages.insert(id.clone(), BTreeSet::new());
            assert_eq!(before, None, "{language} has {id} twice");
        }
        let variables = line.split('$').skip(1).map(|rest| {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric());
            rest[..end.unwrap_or(rest.len())].to_owned()
        });
        messages.entry(id.clone()).or_default().extend(variables);
    }
    messages.remove("");
    messages
}

fn is_notice(id: &str) -> bool {
    id.starts_with("notice-")
}

/// The messages that the window uses, with the variables it gives to each.
fn used() -> Messages {
    let mut used = Messages::new();
    for text in texts(here("src/ui"), &["words.rs"]).values() {
        for (at, call) in text.match_indices("tr!(") {
            // Not `include_str!(`.
            if text[..at].ends_with(|c: char| c == '_' || c.is_alphanumeric()) {
                continue;
            }
            let rest = text[at + call.len()..].trim_start();
            let rest = rest.strip_prefix('"').expect("an id");
            let (id, rest) = rest.split_once('"').expect("an id");
            // Up to the end of the macro's call, names before " = ".
            let mut depth = 1;
            let end = rest.find(|c| {
                depth += i32::from(c == '(') - i32::from(c == ')');
                depth == 0
            });
            let args = &rest[..end.expect("the end of a call")];
            let args = args.split_whitespace().collect::<Vec<_>>().join(" ");
            let names = args.split(" = ").map(|part| {
                let name = part.rsplit(|c: char| !c.is_ascii_lowercase()).next();
                name.unwrap_or_default().to_owned()
            });
            let mut names: Vec<String> = names.collect();
            names.pop();
            used.entry(id.to_owned()).or_default().extend(names);
        }
    }
    used
}

#[test]
fn every_language_says_everything() {
    let english = messages("en");
    let languages = languages();
    assert!(languages.len() > 3, "{:?}", languages.keys());
    for language in languages.keys() {
        let other = messages(language);
        for (id, variables) in &english {
            assert_eq!(other.get(id), Some(variables), "{id} in {language}");
        }
        let others = other.keys().filter(|id| !is_notice(id)).count();
        assert_eq!(others, english.len(), "{language}");
    }
}

/// The node's own language is English; all others say the same of it.
#[test]
fn what_the_node_says_is_said_in_every_other_language() {
    let of = |language: &str| -> Messages {
        let all = messages(language).into_iter();
        all.filter(|(id, _)| is_notice(id)).collect()
    };
    assert!(of("en").is_empty());
    let german = of("de");
    assert!(german.len() > 30, "{}", german.len());
    for language in languages().keys().filter(|language| *language != "en") {
        assert_eq!(of(language), german, "{language}");
    }
    let node = ["src/node", "src/net", "src/game"].map(|folder| {
        let sources: Vec<String> = texts(here(folder), &[]).into_values().collect();
        sources.join("\n")
    });
    for id in german.keys() {
        let code = id.trim_start_matches("notice-").replace('-', "_");
        let quoted = format!("\"{code}\"");
        assert!(node.iter().any(|text| text.contains(&quoted)), "{code}");
    }
}

/// Whoever says no to a call says why by a word. In English, `net::call` has a sentence
/// for each.
#[test]
fn what_other_computers_refuse_is_said_in_every_language() {
    let codes = Refusal::ALL.map(Refusal::code).into_iter();
    let codes: Vec<&str> = codes.chain(["denied", "unreachable"]).collect();
    for language in languages().keys().filter(|language| *language != "en") {
        let all = messages(language);
        for code in &codes {
            let id = format!("notice-{}", code.replace('_', "-"));
            assert!(all.contains_key(&id), "{id} in {language}");
        }
    }
}

#[test]
fn what_is_said_is_there_and_what_is_there_is_said() {
    let (english, used) = (messages("en"), used());
    for (id, variables) in &used {
        assert_eq!(english.get(id), Some(variables), "{id}");
    }
    for id in english.keys() {
        assert!(used.contains_key(id), "{id} is never said");
    }
}

/// French has a space before `:`, `;`, `!` and `?`, at which no line may end; so
/// has every language before `%`.
#[test]
fn no_line_begins_with_a_mark() {
    for (language, text) in languages() {
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let mut marks = [" :", " ;", " !", " ?", " %", "« ", " »"].iter();
            let found = marks.find(|mark| line.contains(**mark));
            assert_eq!(found, None, "{language}: {line}");
        }
    }
}
