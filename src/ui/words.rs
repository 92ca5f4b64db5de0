//! What the window says, in the player's language. The messages are Fluent's
//! (`assets/words/*.ftl`), one file for each language with the same ids.

use std::cell::RefCell;

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource, FluentValue};

pub(super) use crate::game::upper;

/// A language that the window speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// Where the system's language is none of them.
    #[default]
    English,
    #[expect(missing_docs, reason = "a language's name says it all")]
    German,
    #[expect(missing_docs, reason = "a language's name says it all")]
    Spanish,
    #[expect(missing_docs, reason = "a language's name says it all")]
    French,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::English, Self::German, Self::Spanish, Self::French];

    /// Its BCP 47 tag.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::Spanish => "es",
            Self::French => "fr",
        }
    }

    /// What those who speak it call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "Deutsch",
            Self::Spanish => "Español",
            Self::French => "Français",
        }
    }

    /// The language of a BCP 47 tag or a POSIX locale, such as `de-AT` or
    /// `de_AT.UTF-8`; `None` if the window does not speak it.
    pub fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_', '.', '@']).next()?;
        let is_it = |language: &Self| language.tag().eq_ignore_ascii_case(primary);
        Self::ALL.into_iter().find(is_it)
    }

    fn messages(self) -> &'static str {
        match self {
            Self::English => include_str!("../../assets/words/en.ftl"),
            Self::German => include_str!("../../assets/words/de.ftl"),
            Self::Spanish => include_str!("../../assets/words/es.ftl"),
            Self::French => include_str!("../../assets/words/fr.ftl"),
        }
    }
}

/// The messages of one language.
struct Words {
    language: Language,
    bundle: FluentBundle<FluentResource>,
}

impl Words {
    fn of(language: Language) -> Self {
        // What could be read of it; the tests make sure that it is all.
        let messages = match FluentResource::try_new(language.messages().to_owned()) {
            Ok(messages) | Err((messages, _)) => messages,
        };
        let tag = language.tag().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new(vec![tag]);
        // Marks around variables, for mixed directions: the fonts have no glyph
        // for them, and all four languages run one way.
        bundle.set_use_isolating(false);
        bundle.add_resource_overriding(messages);
        Self { language, bundle }
    }

    /// A message; its id if there is none.
    fn say(&self, id: &str, args: &[(&str, FluentValue<'_>)]) -> String {
        let Some(pattern) = self.bundle.get_message(id).and_then(|found| found.value()) else {
            return id.to_owned();
        };
        let args: FluentArgs<'_> = args.iter().cloned().collect();
        let mut errors = Vec::new();
        self.bundle
            .format_pattern(pattern, Some(&args), &mut errors)
            .into_owned()
    }
}

thread_local! {
    /// Of the window that this thread draws.
    static WORDS: RefCell<Words> = RefCell::new(Words::of(Language::default()));
}

/// What the node says, in another language than its own, which is English;
/// `None` if it has to do.
pub(super) fn notice(code: &str, what: &str) -> Option<String> {
    let id = format!("notice-{}", code.replace('_', "-"));
    WORDS.with_borrow(|words| {
        let known = words.bundle.has_message(&id);
        known.then(|| words.say(&id, &[("what", what.into())]))
    })
}

/// What the node says in English, as a sentence of its own: written as part of
/// a longer one, it begins small and has no full stop.
pub(super) fn sentence(text: &str) -> String {
    let mut rest = text.chars();
    let first = rest.next().map(|c| upper(&c.to_string()));
    let end = if text.ends_with(['.', '!', '?', '…']) {
        ""
    } else {
        "."
    };
    format!("{}{}{end}", first.unwrap_or_default(), rest.as_str())
}

/// From now on this thread's window speaks this language.
pub(super) fn speak(language: Language) {
    WORDS.with_borrow_mut(|words| {
        if words.language != language {
            *words = Words::of(language);
        }
    });
}

/// A message in the window's language. Use [`tr!`].
pub(super) fn say(id: &str, args: &[(&str, FluentValue<'_>)]) -> String {
    WORDS.with_borrow(|words| words.say(id, args))
}

/// A message by its id, in the window's language, with values for its variables.
macro_rules! tr {
    ($id:literal $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::ui::words::say(
            $id,
            &[$((stringify!($name), ::fluent_bundle::FluentValue::from($value))),*],
        )
    };
}
pub(super) use tr;

#[cfg(test)]
mod tests {
    use std::{
        collections::{BTreeMap, BTreeSet},
        fs,
        path::PathBuf,
    };

    use super::*;

    /// The ids of a language's messages, and the variables of each.
    fn messages(language: Language) -> BTreeMap<String, BTreeSet<String>> {
        let text = language.messages();
        if let Err((_, errors)) = FluentResource::try_new(text.to_owned()) {
            panic!("{language:?}: {errors:?}");
        }
        let mut messages: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut id = String::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            if let Some((start, _)) = line.split_once(" = ")
                && line.starts_with(|c: char| c.is_ascii_lowercase())
            {
                id = start.to_owned();
                let before = messages.insert(id.clone(), BTreeSet::new());
                assert_eq!(before, None, "{language:?} has {id} twice");
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

    /// The sources below a folder, but for those of these names.
    fn sources(folder: &str, without: &[&str]) -> Vec<String> {
        let (mut folders, mut texts) = (vec![PathBuf::from(folder)], Vec::new());
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                } else if !without.iter().any(|name| path.ends_with(name)) {
                    texts.push(fs::read_to_string(&path).expect("a source"));
                }
            }
        }
        texts
    }

    /// The ids that the window uses, and the variables it gives to each.
    fn used() -> BTreeMap<String, BTreeSet<String>> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/ui");
        let mut used: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for text in sources(folder, &["words.rs"]) {
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
        let english = messages(Language::English);
        for language in Language::ALL {
            let other = messages(language);
            for (id, variables) in &english {
                assert_eq!(other.get(id), Some(variables), "{id} in {language:?}");
            }
            let others = other.keys().filter(|id| !is_notice(id)).count();
            assert_eq!(others, english.len(), "{language:?}");
        }
    }

    /// The node's own language is English; all others say the same of it.
    #[test]
    fn what_the_node_says_is_said_in_every_other_language() {
        let of = |language: Language| -> BTreeMap<String, BTreeSet<String>> {
            let all = messages(language).into_iter();
            all.filter(|(id, _)| is_notice(id)).collect()
        };
        assert!(of(Language::English).is_empty());
        let german = of(Language::German);
        assert!(german.len() > 30, "{}", german.len());
        assert_eq!(of(Language::Spanish), german);
        assert_eq!(of(Language::French), german);
        let node = ["node", "net", "game"].map(|part| {
            let folder = format!("{}/src/{part}", env!("CARGO_MANIFEST_DIR"));
            sources(&folder, &[]).join("\n")
        });
        for id in german.keys() {
            let code = id.trim_start_matches("notice-").replace('-', "_");
            let quoted = format!("\"{code}\"");
            assert!(node.iter().any(|text| text.contains(&quoted)), "{code}");
        }
    }

    #[test]
    fn what_is_said_is_there_and_what_is_there_is_said() {
        let (english, used) = (messages(Language::English), used());
        for (id, variables) in &used {
            assert_eq!(english.get(id), Some(variables), "{id}");
        }
        for id in english.keys() {
            assert!(used.contains_key(id), "{id} is never said");
        }
    }

    #[test]
    fn numbers_and_people_change_the_words() {
        let words = Words::of(Language::English);
        let balloons = |count: u32| words.say("balloons-left", &[("count", count.into())]);
        assert_eq!(balloons(1), "One balloon left!");
        assert_eq!(balloons(6), "6 balloons left.");
        let found = |count: u32, me: &str| {
            let args = [
                ("count", count.into()),
                ("me", me.to_owned().into()),
                ("who", "Ben".into()),
                ("letter", "E".into()),
            ];
            words.say("told-letter", &args)
        };
        assert_eq!(found(0, "yes"), "You tried E. Pop!");
        assert_eq!(found(3, "no"), "Ben found E 3 times.");
        assert_eq!(words.say("no-such-thing", &[]), "no-such-thing");
        assert_eq!(Words::of(Language::German).say("ok", &[]), "OK");
    }

    #[test]
    fn what_the_node_says_becomes_a_sentence() {
        for (said, sentence_of) in [
            ("nobody answers", "Nobody answers."),
            ("You left. Bye!", "You left. Bye!"),
            ("…", "…"),
        ] {
            assert_eq!(sentence(said), sentence_of);
        }
    }

    /// French has a space before `:`, `;`, `!`, `?` and `%`, where no line may
    /// end; so has every language before `%`.
    #[test]
    fn no_line_begins_with_a_mark() {
        for language in Language::ALL {
            let messages = language.messages().lines();
            for line in messages.filter(|line| !line.starts_with('#')) {
                let broken = [" :", " ;", " !", " ?", " %", "« ", " »"];
                let found = broken.iter().find(|mark| line.contains(**mark));
                assert_eq!(found, None, "{language:?}: {line}");
            }
        }
    }

    #[test]
    fn languages_are_known_by_their_tags() {
        for (tag, language) in [
            ("de", Some(Language::German)),
            ("de-AT", Some(Language::German)),
            ("fr_CA.UTF-8", Some(Language::French)),
            ("ES", Some(Language::Spanish)),
            ("C", None),
            ("", None),
        ] {
            assert_eq!(Language::of_tag(tag), language, "{tag}");
        }
    }
}
