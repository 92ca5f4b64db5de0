//! What the window says, in the player's language. The messages are Fluent's
//! (`assets/words/*.ftl`), one file for each language with the same ids.

use std::cell::RefCell;

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource, FluentValue};

use super::packed::{packed, unpacked};
pub(super) use crate::game::upper;
use crate::{coded_enum::coded_enum, game::safe_text};

coded_enum! {
    /// A language that the window speaks, by its BCP 47 tag.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub enum Language {
        /// Where the system's language is none of them.
        #[default]
        English = "en",
        #[expect(missing_docs, reason = "a language's name says it all")]
        German = "de",
        #[expect(missing_docs, reason = "a language's name says it all")]
        Spanish = "es",
        #[expect(missing_docs, reason = "a language's name says it all")]
        French = "fr",
    }
}

impl Language {
    /// The language of a BCP 47 tag or a POSIX locale, such as `de-AT` or
    /// `de_AT.UTF-8`; `None` if the window does not speak it.
    pub fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_', '.', '@']).next()?;
        Self::from_code(&primary.to_ascii_lowercase())
    }

    fn messages(self) -> String {
        unpacked(match self {
            Self::English => packed!("words/en.ftl"),
            Self::German => packed!("words/de.ftl"),
            Self::Spanish => packed!("words/es.ftl"),
            Self::French => packed!("words/fr.ftl"),
        })
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
        let messages = match FluentResource::try_new(language.messages()) {
            Ok(messages) | Err((messages, _)) => messages,
        };
        let tag = language.code().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new(vec![tag]);
        // Marks around variables, for mixed directions: the fonts have no glyph
        // for them, and all four languages run one way.
        bundle.set_use_isolating(false);
        bundle.add_resource_overriding(messages);
        Self { language, bundle }
    }

    /// A message; its id if there is none. What others wrote is safe in it.
    fn say(&self, id: &str, args: &[(&str, FluentValue<'_>)]) -> String {
        let Some(pattern) = self.bundle.get_message(id).and_then(|found| found.value()) else {
            return id.to_owned();
        };
        let args = args.iter().map(|(name, value)| match value {
            FluentValue::String(text) => (*name, safe_text(text).into()),
            value => (*name, value.clone()),
        });
        let args: FluentArgs<'_> = args.collect();
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
    use super::*;

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
        let who = [("who", "Ben\n\n\u{202e}".into())];
        assert_eq!(words.say("told-here", &who), "Ben\u{fffd} is here.");
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
