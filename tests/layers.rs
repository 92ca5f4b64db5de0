//! Which file of the program uses which: imports go down the layers only, and
//! no two files use each other. Read off the paths in the source, those of
//! re-exports followed to the file that defines the item. Tests inside the
//! program are left out.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// From the bottom to the top: each may use what stands before it. What stands
/// in one row knows nothing of each other.
const LAYERS: &[&[&str]] = &[
    &[
        "budget",
        "coded_enum",
        "console",
        "files",
        "hex_id",
        "proto",
        "random",
        "signals",
        "sleep",
    ],
    &["blocking"],
    &["memory"],
    &["game"],
    &["keys"],
    &["packs", "planted"],
    &["config", "consensus"],
    &["discovery", "net"],
    &["logging"],
    &["node"],
    &["desktop", "headless", "lists"],
    &["ui"],
    &["cli"],
];

/// The same for the parts of `node`.
const NODE: &[&[&str]] = &[
    &["api"],
    &["policy", "world"],
    &["seat"],
    &["shared"],
    &["client", "leader"],
    &["entry"],
    &["recovery"],
    &["service"],
    &["actor"],
];

/// What is drawn and printed comes from the node, the game and these.
const FACES: [&str; 2] = ["ui", "headless"];

/// What they must not know.
const BEHIND_THE_NODE: [&str; 3] = ["consensus", "discovery", "net"];

/// A module: the names on the way to it from the crate's root.
type Module = Vec<String>;

#[derive(Default)]
struct Source {
    /// What `use` brings in: the name here, and the path to it. `*` for all.
    imports: Vec<(String, Vec<String>)>,
    /// All other paths.
    paths: Vec<Vec<String>>,
    /// Items that are defined here.
    items: BTreeSet<String>,
}

struct Program(BTreeMap<Module, Source>);

/// The words and marks of a source text, without comments, strings and tests.
fn tokens(text: &str) -> Vec<String> {
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or(text);
    let mut tokens = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '/' && chars.peek() == Some(&'/') {
            chars.by_ref().find(|c| *c == '\n');
        } else if c == '"' {
            while let Some(c) = chars.next() {
                if c == '\\' {
                    chars.next();
                } else if c == '"' {
                    break;
                }
            }
        } else if c == '\'' {
            // A character, or the start of a lifetime.
            let mut ahead = chars.clone();
            if ahead.next() == Some('\\') || ahead.next() == Some('\'') {
                if chars.next() == Some('\\') {
                    chars.next();
                }
                chars.by_ref().find(|c| *c == '\'');
            }
        } else if c.is_alphanumeric() || c == '_' {
            let mut word = c.to_string();
            while let Some(c) = chars.next_if(|c| c.is_alphanumeric() || *c == '_') {
                word.push(c);
            }
            tokens.push(word);
        } else if c == ':' && chars.next_if_eq(&':').is_some() {
            tokens.push("::".to_owned());
        } else if !c.is_whitespace() {
            tokens.push(c.to_string());
        }
    }
    tokens
}

/// Reads the tree of a `use` from its first token on, up to what ends it.
fn read_use(tokens: &[String], at: &mut usize, before: &[String], to: &mut Source) {
    let mut path = before.to_vec();
    let (mut name, mut is_empty) = (None, true);
    while let Some(token) = tokens.get(*at) {
        match token.as_str() {
            "::" => {}
            "{" => {
                while !matches!(tokens.get(*at).map(String::as_str), Some("}") | None) {
                    *at += 1;
                    read_use(tokens, at, &path, to);
                }
                *at += 1;
                return;
            }
            "as" => {
                *at += 1;
                name = tokens.get(*at).cloned();
            }
            "," | ";" | "}" => break,
            "self" if !path.is_empty() => {}
            _ => path.push(token.clone()),
        }
        is_empty = false;
        *at += 1;
    }
    if let Some(name) = name.or_else(|| path.last().cloned())
        && !is_empty
    {
        to.imports.push((name, path));
    }
}

fn read(text: &str) -> Source {
    const ITEMS: [&str; 9] = [
        "const",
        "enum",
        "fn",
        "macro_rules",
        "static",
        "struct",
        "trait",
        "type",
        "union",
    ];
    let tokens = tokens(text);
    let mut source = Source::default();
    // Where modules inside the file begin: how many braces were open.
    let (mut braces, mut inner) = (0, Vec::new());
    let mut at = 0;
    while at < tokens.len() {
        match tokens[at].as_str() {
            "{" => braces += 1,
            "}" => {
                braces -= 1;
                inner.pop_if(|at| *at == braces);
            }
            "mod" if tokens.get(at + 2).is_some_and(|t| t == "{") => inner.push(braces),
            // From there, `super` is this file.
            "super" if !inner.is_empty() => {
                at += 1;
                continue;
            }
            _ => {}
        }
        if tokens[at] == "use" {
            at += 1;
            if !inner.is_empty() && tokens[at] == "super" {
                at += 2;
            }
            read_use(&tokens, &mut at, &[], &mut source);
        } else if ITEMS.contains(&tokens[at].as_str()) {
            let name = tokens[at + 1..].iter().find(|t| *t != "!");
            source.items.extend(name.cloned());
        } else if tokens.get(at + 1).is_some_and(|t| t == "::") {
            let mut path = vec![tokens[at].clone()];
            while tokens.get(at + 1).is_some_and(|t| t == "::") {
                at += 2;
                path.extend(tokens.get(at).cloned());
            }
            source.paths.push(path);
        }
        at += 1;
    }
    source
}

impl Program {
    fn load() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut program = Self(BTreeMap::new());
        program.load_folder(&root, &[]);
        program
    }

    fn load_folder(&mut self, folder: &Path, module: &[String]) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.file_stem().expect("a name").to_string_lossy();
            let mut module = module.to_vec();
            if !matches!(&*name, "lib" | "mod") {
                module.push(name.into_owned());
            }
            if path.is_dir() {
                self.load_folder(&path, &module);
            } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("main.rs") {
                let text = fs::read_to_string(&path).expect("a source");
                self.0.insert(module, read(&text));
            }
        }
    }

    /// The module whose file defines what a path names; `None` for other crates.
    fn resolve(&self, from: &[String], path: &[String], depth: usize) -> Option<Module> {
        let mut here = from.to_vec();
        let mut rest = path;
        while let Some(first) = rest.first() {
            match first.as_str() {
                "crate" => here.clear(),
                "super" => drop(here.pop()?),
                "self" => {}
                _ => break,
            }
            rest = &rest[1..];
        }
        let is_relative = rest.len() == path.len();
        for (n, name) in rest.iter().enumerate() {
            let child: Module = here.iter().cloned().chain([name.clone()]).collect();
            if self.0.contains_key(&child) {
                here = child;
                continue;
            }
            let source = self.0.get(&here)?;
            if let Some((_, import)) = source.imports.iter().find(|(n, _)| n == name)
                && depth < 8
            {
                let whole: Vec<_> = import.iter().chain(&rest[n + 1..]).cloned().collect();
                return self.resolve(&here, &whole, depth + 1);
            }
            if source.items.contains(name) {
                return Some(here);
            }
            let globs = source.imports.iter().filter(|(name, _)| name == "*");
            for (_, glob) in globs {
                let whole: Vec<_> = glob[..glob.len() - 1]
                    .iter()
                    .chain(&rest[n..])
                    .cloned()
                    .collect();
                if depth < 8
                    && let Some(found) = self.resolve(&here, &whole, depth + 1)
                {
                    return Some(found);
                }
            }
            // What a macro makes, if it is not another crate's.
            return (!(is_relative && n == 0)).then_some(here);
        }
        Some(here)
    }

    /// Which files each file uses.
    fn uses(&self) -> BTreeMap<Module, BTreeSet<Module>> {
        let uses = self.0.iter().map(|(module, source)| {
            let imports = source.imports.iter().map(|(_, path)| path);
            let mut used: BTreeSet<Module> = imports
                .chain(&source.paths)
                .filter_map(|path| self.resolve(module, path, 0))
                .collect();
            used.remove(module);
            (module.clone(), used)
        });
        uses.collect()
    }
}

fn show(module: &[String]) -> String {
    module.join("/")
}

/// Files that use each other, each set once.
fn circles(uses: &BTreeMap<Module, BTreeSet<Module>>) -> Vec<String> {
    let reached = |from: &Module| {
        let (mut seen, mut next) = (BTreeSet::new(), vec![from]);
        while let Some(module) = next.pop() {
            next.extend(
                uses[module]
                    .iter()
                    .filter(|used| seen.insert((*used).clone())),
            );
        }
        seen
    };
    let reached: BTreeMap<&Module, BTreeSet<Module>> =
        uses.keys().map(|from| (from, reached(from))).collect();
    let circles: BTreeSet<String> = uses
        .keys()
        .filter(|from| reached[from].contains(*from))
        .map(|from| {
            let circle = reached[from].iter().filter(|to| reached[to].contains(from));
            circle.map(|m| show(m)).collect::<Vec<_>>().join(" ")
        })
        .collect();
    circles.into_iter().collect()
}

/// Uses that go up, or to a neighbour, among the children of a module.
fn upwards(
    uses: &BTreeMap<Module, BTreeSet<Module>>,
    of: &[&str],
    layers: &[&[&str]],
) -> Vec<String> {
    let layer = |module: &Module| {
        let name = module
            .strip_prefix(&of.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>()[..])?
            .first()?;
        let at = layers.iter().position(|row| row.contains(&name.as_str()));
        Some((
            at.unwrap_or_else(|| panic!("{name} is in no layer")),
            name.clone(),
        ))
    };
    let mut wrong = Vec::new();
    for (from, used) in uses {
        for to in used {
            if let (Some((above, a)), Some((below, b))) = (layer(from), layer(to))
                && a != b
                && below >= above
            {
                wrong.push(format!("{} uses {}", show(from), show(to)));
            }
        }
    }
    wrong
}

#[test]
fn no_two_files_use_each_other() {
    assert_eq!(circles(&Program::load().uses()), Vec::<String>::new());
}

#[test]
fn imports_go_down_only() {
    let uses = Program::load().uses();
    assert_eq!(upwards(&uses, &[], LAYERS), Vec::<String>::new());
    assert_eq!(upwards(&uses, &["node"], NODE), Vec::<String>::new());
}

#[test]
fn the_window_knows_the_node_and_the_game_only() {
    for (module, source) in &Program::load().0 {
        let imports = source.imports.iter().map(|(_, path)| path);
        for path in imports.chain(&source.paths) {
            let is_face = module.first().is_some_and(|m| FACES.contains(&m.as_str()));
            let behind = path
                .get(1)
                .is_some_and(|m| BEHIND_THE_NODE.contains(&m.as_str()));
            let wrong = is_face && path[0] == "crate" && behind;
            assert!(!wrong, "{} uses {}", show(module), path.join("::"));
        }
    }
}

#[test]
fn the_node_does_not_know_openraft() {
    for (module, source) in &Program::load().0 {
        let imports = source.imports.iter().map(|(_, path)| path);
        let knows = imports
            .chain(&source.paths)
            .any(|path| path[0].starts_with("openraft"));
        assert!(
            !(knows && module.first().is_some_and(|m| m == "node")),
            "{}",
            show(module)
        );
    }
}

#[test]
fn a_planted_import_is_found() {
    let mut program = Program::load();
    let planted = read("use crate::node::{self, api::View};\nuse super::Game;");
    let round = program
        .0
        .get_mut(&vec!["game".to_owned(), "round".to_owned()]);
    round.expect("a module").imports.extend(planted.imports);
    let uses = program.uses();
    assert!(!circles(&uses).is_empty());
    let wrong = upwards(&uses, &[], LAYERS);
    assert!(
        wrong.contains(&"game/round uses node/api/view".to_owned()),
        "{wrong:?}"
    );
}
