//! What is printed for programs, and may be read by people in a terminal.

use std::fmt::Write as _;

use serde::Serialize;

use crate::game::breaks_line;

/// A value as JSON on one line, in which no text of anybody's is an order to a terminal:
/// what would be one is written as an escape (RFC 8259, section 7).
///
/// # Errors
/// If the value has no form in JSON.
pub(crate) fn line<T: Serialize>(value: &T) -> serde_json::Result<String> {
    let json = serde_json::to_string(value)?;
    if !json.contains(breaks_line) {
        return Ok(json);
    }
    let mut safe = String::with_capacity(json.len());
    for c in json.chars() {
        if breaks_line(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // A string takes all that is written.
                let _ = write!(safe, "\\u{unit:04x}");
            }
        } else {
            safe.push(c);
        }
    }
    Ok(safe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_an_order_to_a_terminal() {
        for text in [
            "a\u{9b}2J",
            "\u{1b}[2J",
            "\u{202e}evil",
            "\u{7f}",
            "Zoë 龙 🐉",
        ] {
            let json = line(&text).expect("JSON");
            assert!(!json.contains(breaks_line), "{json}");
            assert_eq!(
                serde_json::from_str::<String>(&json).expect("the text"),
                text
            );
        }
        assert_eq!(line(&"Zoë 龙").expect("JSON"), "\"Zoë 龙\"");
    }
}
