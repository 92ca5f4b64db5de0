//! Where letters lie on the keys: as on most desks of their language.

use crate::game::{Alphabet, Letter};

/// Rows of keys. The first that has all letters of an alphabet, and no others,
/// is drawn.
const LAYOUTS: [[&str; 3]; 5] = [
    ["qwertyuiop", "asdfghjkl", "zxcvbnm"],
    ["qwertzuiopü", "asdfghjklöä", "yxcvbnmß"],
    ["qwertyuiop", "asdfghjklñ", "zxcvbnm"],
    ["qwertyuiopå", "asdfghjklöä", "zxcvbnm"],
    ["йцукенгшщзхї", "фівапролджєґ", "ячсмитьбю"],
];

/// The most letters of a row, where there is no layout: they stand in order.
const ROW: usize = 12;

/// The rows of keys for an alphabet; without one, those of English.
pub(super) fn rows(alphabet: Option<&Alphabet>) -> Vec<Vec<Letter>> {
    let row = |text: &&str| text.chars().map(Letter::from_folded).collect::<Vec<_>>();
    let Some(alphabet) = alphabet else {
        return LAYOUTS[0].iter().map(row).collect();
    };
    let layouts = LAYOUTS
        .iter()
        .map(|rows| rows.iter().map(row).collect::<Vec<_>>());
    let fits = |rows: &Vec<Vec<Letter>>| {
        let keys = rows.iter().flatten();
        keys.clone().count() == alphabet.letters().len() && keys.clone().all(|l| alphabet.has(*l))
    };
    layouts.into_iter().find(fits).unwrap_or_else(|| {
        // As even as they can be.
        let count = alphabet.letters().len();
        let per_row = count.div_ceil(count.div_ceil(ROW).max(1)).max(1);
        alphabet
            .letters()
            .chunks(per_row)
            .map(<[Letter]>::to_vec)
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_has_a_key() {
        for (tag, first) in [
            ("en", "qwertyuiop"),
            ("de", "qwertzuiopü"),
            ("sv", "qwertyuiopå"),
            ("uk", "йцукенгшщзхї"),
            ("pl", "aąbcćdeęfghi"),
        ] {
            let alphabet = Alphabet::of_language(tag).expect(tag);
            let rows = rows(Some(&alphabet));
            let mut keys: Vec<Letter> = rows.iter().flatten().copied().collect();
            let mut letters = alphabet.letters().to_vec();
            keys.sort();
            letters.sort();
            assert_eq!(keys, letters, "{tag}");
            let row: String = rows[0].iter().map(|letter| letter.as_char()).collect();
            assert_eq!(row, first, "{tag}");
        }
    }
}
