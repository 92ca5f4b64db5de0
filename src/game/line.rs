//! What a text may hold that stands on one line between the texts of others: what
//! keeps it from being typed, and how it is drawn if it is in a log all the same.

use std::borrow::Cow;

use unicode_normalization::char::{canonical_combining_class, is_combining_mark};
use unicode_segmentation::UnicodeSegmentation as _;

/// What is drawn for a character that would break the line, or turn it around.
const REPLACED: char = '\u{fffd}';

/// What a line must not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unfit {
    /// Control characters, line ends, or characters that change the direction.
    Control,
    /// A character that draws nothing.
    Hidden,
    /// More marks on a letter than one can read, or a mark on nothing.
    Marks,
}

/// Whether a text has control characters, line ends, or characters that reorder
/// the text next to them.
pub(super) fn breaks_out(text: &str) -> bool {
    text.chars().any(|c| c.is_control() || reorders(c))
}

/// Whether nothing of a text can be seen.
pub(super) fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || is_hidden(c))
}

/// Looks for what would let a text be mistaken for another, or leave its line.
pub(super) fn check(text: &str) -> Result<(), Unfit> {
    if breaks_out(text) || text.chars().any(is_direction_mark) {
        return Err(Unfit::Control);
    }
    let chars: Vec<char> = text.chars().collect();
    let mut marks = Marks::default();
    for (n, c) in chars.iter().enumerate() {
        if is_hidden(*c) {
            if !joins(&chars, n) {
                return Err(Unfit::Hidden);
            }
        } else if !marks.fits(*c) {
            return Err(Unfit::Marks);
        }
    }
    Ok(())
}

/// A text as it is drawn between those of others, whoever wrote it: on one line,
/// in its place, and at its height. What breaks the line or turns it around is
/// U+FFFD, one for each run; what draws nothing is left out, and so are marks that
/// pile up. Texts that [`Name::parse`](super::Name::parse) takes stay as they are.
pub fn safe_text(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|b| (b' '..=b'~').contains(&b)) {
        return Cow::Borrowed(text);
    }
    let chars: Vec<char> = text.chars().collect();
    let mut safe = String::with_capacity(text.len());
    let mut marks = Marks::default();
    for (n, c) in chars.iter().copied().enumerate() {
        if c.is_control() || reorders(c) {
            marks = Marks::default();
            if !safe.ends_with(REPLACED) {
                safe.push(REPLACED);
            }
        } else if is_hidden(c) {
            if joins(&chars, n) {
                safe.push(c);
            }
        } else if marks.fits(c) {
            safe.push(c);
        }
    }
    Cow::Owned(safe)
}

/// JSON that a terminal shows as it is, whoever wrote the texts in it: what controls
/// it, breaks the line or changes the direction is escaped.
pub fn safe_json(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    for c in json.chars() {
        if c.is_control() || reorders(c) || is_direction_mark(c) {
            // It is in a text, and has four digits.
            safe.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            safe.push(c);
        }
    }
    safe
}

/// A safe text of at most `max` graphemes: a longer one ends with "…".
pub fn short_text(text: &str, max: usize) -> String {
    let safe = safe_text(text);
    if safe.graphemes(true).nth(max).is_none() {
        return safe.into_owned();
    }
    let kept = safe.graphemes(true).take(max.saturating_sub(1));
    kept.chain(["…"]).collect()
}

/// Counts the marks on a letter.
#[derive(Default)]
struct Marks {
    /// Whether there is something for them to stand on.
    has_base: bool,
    count: usize,
}

impl Marks {
    /// Whether the next character is none, or one that still fits.
    fn fits(&mut self, c: char) -> bool {
        if !is_combining_mark(c) {
            *self = Self {
                has_base: !c.is_whitespace(),
                count: 0,
            };
            return true;
        }
        // Where vowels are marks, and letters stand below each other, a syllable
        // has more of them: Hebrew, the scripts of India and their relatives.
        let most = match c {
            '\u{0590}'..='\u{05ff}'
            | '\u{0900}'..='\u{0dff}'
            | '\u{0f00}'..='\u{109f}'
            | '\u{1700}'..='\u{1a1f}'
            | '\u{1b00}'..='\u{1c4f}'
            | '\u{a800}'..='\u{abff}'
            | '\u{11000}'..='\u{11fff}' => 4,
            _ => 2,
        };
        self.count += 1;
        self.has_base && self.count <= most
    }
}

/// The bidirectional overrides, embeddings and isolates (UAX #9), and the line
/// and paragraph separators.
fn reorders(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

/// Marks of a direction, which draw nothing. In a sentence of two directions
/// they have their use.
fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}')
}

/// Characters that draw nothing by themselves: those that Unicode lets programs
/// ignore (`Default_Ignorable_Code_Point`), and those whose glyph is empty.
pub(super) fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}'
        | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{13430}'..='\u{13442}' | '\u{16fe4}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d159}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Whether a hidden character changes how its neighbours are drawn, so that it is
/// rightly there.
fn joins(chars: &[char], at: usize) -> bool {
    let before = at.checked_sub(1).map(|before| chars[before]);
    let (Some(before), after) = (before, chars.get(at + 1).copied()) else {
        return false;
    };
    let is_cjk = |c| matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}');
    // Symbols that are letters to Unicode: 🅰, 🅱.
    let is_symbol = |c: char| !c.is_alphanumeric() && !c.is_whitespace() && !is_combining_mark(c);
    let is_symbol = |c| is_symbol(c) || matches!(c, '\u{1f100}'..='\u{1faff}');
    match chars[at] {
        // The parts of an emoji, and the ways to draw one.
        '\u{200d}' if !is_letter_that_joins(before) => {
            let is_part = |c| is_symbol(c) && !c.is_ascii();
            let before = match before {
                '\u{fe0e}' | '\u{fe0f}' => at.checked_sub(2).map(|before| chars[before]),
                _ => Some(before),
            };
            let is_emoji = |c: Option<char>| c.is_some_and(|c| is_part(c) && !is_hidden(c));
            is_emoji(before) && is_emoji(after)
        }
        '\u{fe00}'..='\u{fe0f}' if after == Some('\u{20e3}') => before.is_ascii(),
        '\u{fe00}'..='\u{fe0f}' => is_cjk(before) || (is_symbol(before) && !is_hidden(before)),
        '\u{e0100}'..='\u{e01ef}' => is_cjk(before),
        '\u{e0020}'..='\u{e007f}' => is_flag(chars, at),
        // How letters are joined, and how consonants: Persian, Hindi, Mongolian.
        '\u{200c}' | '\u{200d}' => {
            let is_virama = canonical_combining_class(before) == 9;
            is_letter_that_joins(before) && (is_virama || after.is_some_and(is_letter_that_joins))
        }
        '\u{180b}'..='\u{180d}' | '\u{180f}' => matches!(before, '\u{1820}'..='\u{18aa}'),
        _ => false,
    }
}

fn is_letter_that_joins(c: char) -> bool {
    let is_of_such_a_script = matches!(c,
        '\u{0620}'..='\u{08ff}' | '\u{0900}'..='\u{0dff}' | '\u{1000}'..='\u{109f}'
        | '\u{1780}'..='\u{17ff}' | '\u{1800}'..='\u{18af}');
    is_of_such_a_script && (c.is_alphabetic() || is_combining_mark(c)) && !is_hidden(c)
}

/// Whether a tag belongs to one of the three flags that are made of them.
fn is_flag(chars: &[char], at: usize) -> bool {
    const FLAGS: [&str; 3] = ["gbeng\u{7f}", "gbsct\u{7f}", "gbwls\u{7f}"];
    let is_tag = |c: &char| matches!(c, '\u{e0020}'..='\u{e007f}');
    let start = at - chars[..at].iter().rev().take_while(|c| is_tag(c)).count();
    let tags = chars[start..].iter().take_while(|c| is_tag(c));
    let text: Option<String> = tags
        .map(|tag| char::from_u32(u32::from(*tag) - 0xe_0000))
        .collect();
    let flag = start.checked_sub(1).map(|flag| chars[flag]);
    flag == Some('🏴') && text.is_some_and(|text| FLAGS.contains(&&*text))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What real names and sentences hold.
    const WRITTEN: [&str; 24] = [
        "Ada",
        "Zoë O’Neil-Ó",
        "D´Artagnan",
        "Nguyễn Thị Minh",
        "محمد",
        "مُحَمَّد",
        "می‌خواهم",
        "शक्ति",
        "क्‍ष",
        "അവന്‍",
        "น้ำทิพย์",
        "བསྒྲུབས",
        "ကြောင့်",
        "ស្ត្រី",
        "שָׁלוֹם",
        "葛\u{e0100}城",
        "👩‍👩‍👧",
        "👩🏽‍🚀",
        "❤️‍🔥",
        "🏳️‍🌈",
        "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
        "1️⃣ ©️",
        "🐉 Kanna 🐉",
        "한국어 日本語 中文",
    ];

    #[test]
    fn what_people_write_stays_as_it_is() {
        for text in WRITTEN {
            assert_eq!(check(text), Ok(()), "{text}");
            assert_eq!(safe_text(text), text);
        }
    }

    #[test]
    fn what_hides_or_breaks_out_is_found_and_drawn_safely() {
        let many = format!("e{}", "\u{301}".repeat(58));
        let table: [(&str, Unfit, &str); 24] = [
            ("a\nb", Unfit::Control, "a\u{fffd}b"),
            ("a\r\n\n\u{2028}\u{2029}b", Unfit::Control, "a\u{fffd}b"),
            ("\u{1b}[2J", Unfit::Control, "\u{fffd}[2J"),
            ("a\0\u{85}\u{9b}", Unfit::Control, "a\u{fffd}"),
            ("a\u{202e}b\u{2066}", Unfit::Control, "a\u{fffd}b\u{fffd}"),
            ("a\u{200e}\u{200f}\u{61c}", Unfit::Control, "a"),
            ("P1\u{200b}", Unfit::Hidden, "P1"),
            ("P\u{ad}1", Unfit::Hidden, "P1"),
            ("\u{feff}P1", Unfit::Hidden, "P1"),
            ("P\u{2060}1", Unfit::Hidden, "P1"),
            ("P\u{200c}1", Unfit::Hidden, "P1"),
            ("P\u{200d}1", Unfit::Hidden, "P1"),
            ("a\u{200d}🐉", Unfit::Hidden, "a🐉"),
            ("🐉\u{200d}", Unfit::Hidden, "🐉"),
            ("م\u{200c}", Unfit::Hidden, "م"),
            ("\u{2800}", Unfit::Hidden, ""),
            ("\u{115f}\u{1160}\u{3164}\u{ffa0}", Unfit::Hidden, ""),
            ("P1\u{fe0f}", Unfit::Hidden, "P1"),
            ("\u{fe0f}", Unfit::Hidden, ""),
            ("P1\u{e0041}", Unfit::Hidden, "P1"),
            ("🏴\u{e0041}", Unfit::Hidden, "🏴"),
            ("e\u{301}\u{302}\u{303}", Unfit::Marks, "e\u{301}\u{302}"),
            (&many, Unfit::Marks, "e\u{301}\u{301}"),
            ("\u{301} \u{20dd}", Unfit::Marks, " "),
        ];
        for (text, why, drawn) in table {
            assert_eq!(check(text), Err(why), "{text:?}");
            assert_eq!(safe_text(text), drawn, "{text:?}");
        }
    }

    #[test]
    fn a_long_text_is_cut_between_graphemes() {
        assert_eq!(short_text("abc", 3), "abc");
        assert_eq!(short_text("abcd", 3), "ab…");
        assert_eq!(short_text("👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧", 2), "👩‍👩‍👧…");
    }

    proptest! {
        #[test]
        fn what_is_drawn_never_leaves_its_line(text in "\\PC{0,20}|(?s).{0,40}") {
            let safe = safe_text(&text);
            prop_assert!(!breaks_out(&safe), "{:?}", safe);
            prop_assert_eq!(safe_text(&safe), &*safe, "twice");
            if check(&text).is_ok() {
                prop_assert_eq!(&*safe, &*text);
            }
        }
    }

    #[test]
    fn no_text_in_json_controls_the_terminal() {
        let c0_to_c1 = (0..=0x1f).chain(0x7f..=0x9f);
        let directions = (0x202a..=0x202e).chain(0x2066..=0x2069);
        let others = [0x61c, 0x200e, 0x200f, 0x2028, 0x2029];
        for code in c0_to_c1.chain(directions).chain(others) {
            let text = format!("é{}\u{1f600}", char::from_u32(code).expect("a character"));
            let json = safe_json(&serde_json::to_string(&text).expect("JSON"));
            let others = json.chars().filter(|c| !c.is_ascii_graphic());
            assert!(others.eq("é\u{1f600}".chars()), "U+{code:04x}: {json:?}");
            let read: String = serde_json::from_str(&json).expect("JSON");
            assert_eq!(read, text);
        }
    }
}
