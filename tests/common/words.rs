//! What the window says.

use dhangkanna::ui::Language;

/// A message of a language, without variables.
pub fn message(language: Language, id: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/words/");
    let file = format!("{folder}{}.ftl", language.code());
    let messages = std::fs::read_to_string(file).expect("a language");
    let mut lines = messages.lines();
    let found = lines.find_map(|line| line.strip_prefix(&format!("{id} = ")));
    found.expect(id).to_owned()
}
