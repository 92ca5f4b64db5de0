//! How hard a secret is: how many misses it costs a player who knows all words
//! of the language, on average over many plays.
//!
//! The player keeps in mind which words still fit what is shown, and guesses a
//! letter at random, the more likely the more of those words have it: as people
//! do, who lean towards common letters without counting. The word's length and
//! its spaces are seen; the clue is not read.

use dhangkanna::game::{Letter, Secret};
use fastrand::Rng;

/// Plays of each secret. With so many the average is good to a tenth or two.
const PLAYS: u32 = 200;

/// The average number of misses for each secret of a dictionary, in tenths.
pub fn rate(dictionary: &[&Secret]) -> Vec<u8> {
    let shapes: Vec<Vec<Option<&str>>> = dictionary.iter().map(|secret| shape(secret)).collect();
    let mut rated = Vec::with_capacity(dictionary.len());
    for (secret, own) in dictionary.iter().zip(&shapes) {
        let alike = dictionary
            .iter()
            .zip(&shapes)
            .filter(|(_, shape)| *shape == own);
        let alike: Vec<&Secret> = alike.map(|(secret, _)| *secret).collect();
        // The same for the same dictionary, whoever computes it.
        let mut random = Rng::with_seed(secret.text().bytes().fold(1, |seed, b| {
            seed.wrapping_mul(0x100_0000_01b3) ^ u64::from(b)
        }));
        let misses: u32 = (0..PLAYS).map(|_| play(secret, &alike, &mut random)).sum();
        rated.push(u8::try_from((misses * 10 + PLAYS / 2) / PLAYS).unwrap_or(u8::MAX));
    }
    rated
}

/// What is seen of a secret from the start.
fn shape(secret: &Secret) -> Vec<Option<&str>> {
    let cells = secret.cells().iter();
    cells
        .map(|cell| cell.letter.is_none().then_some(cell.shown.as_str()))
        .collect()
}

/// Plays one round, however many chances it takes; answers with the misses.
fn play(secret: &Secret, alike: &[&Secret], random: &mut Rng) -> u32 {
    let mut candidates: Vec<&Secret> = alike.to_vec();
    let mut tried: Vec<Letter> = Vec::new();
    let (mut open, mut misses) = (0, 0);
    let all = secret.letter_cells();
    while open != all {
        let Some(letter) = choose(&candidates, &tried, random) else {
            return misses;
        };
        tried.push(letter);
        let cells = secret.cells_of(letter);
        candidates.retain(|candidate| candidate.cells_of(letter) == cells);
        open |= cells;
        misses += u32::from(cells == 0);
    }
    misses
}

/// A letter that was not tried, by how many candidates have it.
fn choose(candidates: &[&Secret], tried: &[Letter], random: &mut Rng) -> Option<Letter> {
    let mut weights: Vec<(Letter, u64)> = Vec::new();
    for candidate in candidates {
        let mut letters: Vec<Letter> = candidate.letters().collect();
        letters.sort_unstable();
        letters.dedup();
        for letter in letters {
            if tried.contains(&letter) {
                continue;
            }
            match weights.iter_mut().find(|(known, _)| *known == letter) {
                Some((_, weight)) => *weight += 1,
                None => weights.push((letter, 1)),
            }
        }
    }
    let total: u64 = weights.iter().map(|(_, weight)| weight).sum();
    if total == 0 {
        return None;
    }
    let mut at = random.u64(..total);
    weights.into_iter().find_map(|(letter, weight)| {
        if at < weight {
            return Some(letter);
        }
        at -= weight;
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_letters_are_hard_and_lonely_shapes_easy() {
        let words = [
            "cat",
            "bat",
            "rat",
            "mat",
            "hat",
            "sat",
            "fat",
            "pat",
            "vat",
            "oat",
            "jazz",
            "a long phrase",
        ];
        let secrets: Vec<Secret> = words.iter().flat_map(|word| Secret::parse(word)).collect();
        let rated = rate(&secrets.iter().collect::<Vec<_>>());
        let of = |word| rated[words.iter().position(|w| *w == word).expect("a word")];
        // Nothing else looks like these.
        assert_eq!((of("jazz"), of("a long phrase")), (0, 0));
        // One of ten.
        assert!(of("cat") > 20, "{rated:?}");
        assert_eq!(rated, rate(&secrets.iter().collect::<Vec<_>>()));
    }
}
