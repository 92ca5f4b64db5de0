//! Files that people call word packs: each is read, or refused with its line.

#![no_main]

use dhangkanna::{game::pack::Pack, packs::text_of};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = text_of(data.to_vec()) else {
        return;
    };
    match Pack::parse(&text) {
        Ok(pack) => {
            for entry in &pack.entries {
                assert!(entry.secret.letters().all(|letter| pack.alphabet.has(letter)));
            }
        }
        Err(e) => assert!(e.line >= 1 && e.line <= text.lines().count().max(1)),
    }
});
