//! What `SECURITY.md` promises is held by tests that exist; so is each case that broke a
//! draft of the protocol.

use std::{fs, path::Path};

/// All sources below a folder, as one text.
fn sources(folder: &Path) -> String {
    let mut text = String::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            text.push_str(&sources(&path));
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            text.push_str(&fs::read_to_string(&path).expect("a source"));
        }
    }
    text
}

/// A text of this repository, and all its sources.
fn text_and_sources(name: &str) -> (String, String) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join(name)).expect("a text");
    let all = sources(&root.join("tests")) + &sources(&root.join("src"));
    (text, all)
}

/// The names of tests in a text, each of which is the name of one or of a module of them.
fn tests_named<'a>(text: &'a str, all: &str) -> Vec<&'a str> {
    let names = text.split('`').skip(1).step_by(2);
    let names = names.filter(|name| *name != "::");
    let names: Vec<&str> = names.filter(|name| !name.contains(['.', ' '])).collect();
    for name in &names {
        let last = name.trim_end_matches("::").rsplit("::").next();
        let last = last.unwrap_or(name);
        let is_there = [format!("fn {last}("), format!("mod {last};")];
        assert!(is_there.iter().any(|it| all.contains(it)), "no test {name}");
    }
    names
}

#[test]
fn each_promise_names_a_test_that_exists() {
    let (promises, all) = text_and_sources("SECURITY.md");
    let found = tests_named(&promises, &all).len();
    assert!(found > 15, "{found} tests are named");
}

#[test]
fn each_order_that_broke_a_draft_names_a_test_that_exists() {
    let (text, all) = text_and_sources("tests/README.md");
    let (_, section) = text
        .split_once("\n## Orders of events that broke drafts of the protocol\n")
        .expect("the section");
    let section = section.split("\n## ").next().expect("its text");
    let rows = section.lines().filter(|line| line.starts_with('|'));
    let mut cases = 0;
    for row in rows.skip(2) {
        let tests = row.split(" | ").nth(1).expect("a column of tests");
        assert!(!tests_named(tests, &all).is_empty(), "no test: {row}");
        cases += 1;
    }
    assert!(cases > 15, "{cases} cases");
}
