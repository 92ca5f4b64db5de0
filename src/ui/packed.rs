//! Texts that the program holds compressed (zlib, RFC 1950), as `build.rs` wrote them.

/// A text of `assets/`, compressed.
macro_rules! packed {
    ($name:literal) => {
        include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".z"))
    };
}
pub(super) use packed;

/// A text as it was before.
pub(super) fn unpacked(packed: &[u8]) -> String {
    // The tests make sure that all can be read.
    let text = fdeflate::decompress_to_vec(packed).unwrap_or_default();
    String::from_utf8(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_what_it_was() {
        let texts: [(&[u8], &str); 2] = [
            (
                packed!("kanna/kanna.svg"),
                include_str!("../../assets/kanna/kanna.svg"),
            ),
            (
                packed!("words/fr.ftl"),
                include_str!("../../assets/words/fr.ftl"),
            ),
        ];
        for (packed, text) in texts {
            assert_eq!(unpacked(packed), text);
            assert!(packed.len() < text.len() / 2);
        }
    }
}
