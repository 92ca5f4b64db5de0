//! What `SECURITY.md` promises is held by tests that exist.

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

#[test]
fn each_promise_names_a_test_that_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let promises = fs::read_to_string(root.join("SECURITY.md")).expect("a text");
    let all = sources(&root.join("tests")) + &sources(&root.join("src"));
    let names = promises.split('`').skip(1).step_by(2);
    let mut found = 0;
    let names = names.filter(|name| *name != "::");
    for name in names.filter(|name| !name.contains(['.', ' '])) {
        let last = name
            .trim_end_matches("::")
            .rsplit("::")
            .next()
            .unwrap_or(name);
        let is_there = [format!("fn {last}("), format!("mod {last};")];
        assert!(is_there.iter().any(|it| all.contains(it)), "no test {name}");
        found += 1;
    }
    assert!(found > 15, "{found} tests are named");
}
