//! A secret that only its setter knows: what the others see of it, and how they
//! check at the end that it never changed.

use std::collections::VecDeque;

use sha2::{Digest as _, Sha256};

use super::{GuessMade, Letter, MAX_SECRET_CELLS, PeerId, Rejection, Secret, Tried, Whole};

/// Tries that may wait for the setter: more than an alphabet has letters.
pub const MAX_ASKED: usize = 64;

/// Random bytes that keep a short secret from being guessed by its digest.
pub type Salt = [u8; 32];

/// What is asked of the setter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// Where is this letter?
    Letter(Letter),
    /// Show one of the letters.
    Hint {
        /// Whether it will cost a chance.
        paid: bool,
    },
    /// Is it this?
    Whole(Whole),
}

/// A question, and who asked it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// What.
    pub question: Question,
    /// By whom.
    pub by: PeerId,
    /// The log index of the entry that brought it.
    pub index: u64,
}

/// What all know of a sealed secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// The digest of salt, secret and clue.
    pub commitment: [u8; 32],
    /// What was shown from the start, cell by cell; `None` hides a letter.
    pub shape: Vec<Option<String>>,
    /// What waits for an answer, the first one first.
    pub asked: VecDeque<Asked>,
    /// The secret, once it was shown and found to be true.
    pub revealed: Option<Secret>,
}

impl Sealed {
    /// Takes a commitment.
    ///
    /// # Errors
    /// If no secret could have this shape.
    pub fn new(commitment: [u8; 32], shape: Vec<Option<String>>) -> Result<Self, Rejection> {
        let hides = shape.iter().any(Option::is_none);
        if !hides || shape.len() > MAX_SECRET_CELLS {
            return Err(Rejection::BadSecret);
        }
        Ok(Self {
            commitment,
            shape,
            asked: VecDeque::new(),
            revealed: None,
        })
    }

    /// The cells that hide a letter, a bit each.
    pub fn letter_cells(&self) -> u64 {
        let hidden = self
            .shape
            .iter()
            .enumerate()
            .filter(|(_, cell)| cell.is_none());
        hidden.fold(0, |cells, (i, _)| cells | 1 << i)
    }

    /// Whether a secret is the one that was sealed.
    pub fn is_of(&self, secret: &Secret, salt: &Salt, clue: &str) -> bool {
        seal(secret, salt, clue) == self.commitment && shape_of(secret) == self.shape
    }
}

/// Puts right what was answered falsely, so that each gets what they found.
/// Answers whether all was true.
pub fn put_right(made: &mut [GuessMade], secret: &Secret) -> bool {
    let (mut open, mut all_true) = (0, true);
    for guess in made {
        let cells = guess.tried.uncovers(secret, open);
        open |= cells;
        // A hint must show something.
        let hint_is_none = matches!(guess.tried, Tried::Hint { .. }) && cells == 0;
        all_true &= cells == guess.cells && !hint_is_none;
        guess.cells = cells;
    }
    all_true
}

/// What is shown of a secret from the start.
pub fn shape_of(secret: &Secret) -> Vec<Option<String>> {
    let cells = secret.cells().iter();
    cells
        .map(|cell| cell.letter.is_none().then(|| cell.shown.clone()))
        .collect()
}

/// The digest that commits to a secret: SHA-256 over all of it and the salt,
/// each part with its length, so that no two secrets have the same input.
pub fn seal(secret: &Secret, salt: &Salt, clue: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    let mut part = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    };
    part(b"dhangkanna: a sealed secret");
    part(salt);
    part(clue.as_bytes());
    for cell in secret.cells() {
        part(cell.shown.as_bytes());
        let letter = cell.letter.map(|letter| letter.to_string());
        part(letter.unwrap_or_default().as_bytes());
    }
    hash.finalize().into()
}

/// What the setter answers to a question: the cells, and the letter of a hint.
/// `luck` picks the hint.
pub fn answer(question: &Question, secret: &Secret, open: u64, luck: u64) -> (Option<Letter>, u64) {
    let letter = match question {
        Question::Hint { .. } => secret.hint(open, luck),
        Question::Letter(_) | Question::Whole(_) => None,
    };
    let tried = question.tried(letter);
    (
        letter,
        tried.map_or(0, |tried| tried.uncovers(secret, open)),
    )
}

impl Question {
    /// The try that this question was, once it is answered; `None` for a hint
    /// without a letter.
    pub fn tried(&self, hint: Option<Letter>) -> Option<Tried> {
        Some(match self {
            Self::Letter(letter) => Tried::Letter(*letter),
            Self::Whole(whole) => Tried::Whole(whole.clone()),
            Self::Hint { paid } => Tried::Hint {
                letter: hint?,
                paid: *paid,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret {
        Secret::parse(text).expect("a secret")
    }

    fn letter(text: &str) -> Letter {
        Letter::parse(text).expect("a letter")
    }

    fn made(secret: &Secret, letters: &str) -> Vec<GuessMade> {
        let mut open = 0;
        let mut guess = |c: char| {
            let tried = Tried::Letter(letter(&c.to_string()));
            let cells = tried.uncovers(secret, open);
            open |= cells;
            GuessMade {
                tried,
                by: PeerId::new([1; 32]),
                cells,
                index: 1,
            }
        };
        letters.chars().map(&mut guess).collect()
    }

    #[test]
    fn only_the_truth_is_proved() {
        let (moon, salt) = (secret("full moon"), [7; 32]);
        let sealed = Sealed::new(seal(&moon, &salt, "clue"), shape_of(&moon)).expect("sealed");
        let honest = made(&moon, "xol");
        assert!(sealed.is_of(&moon, &salt, "clue"));
        assert!(!sealed.is_of(&moon, &[8; 32], "clue"));
        assert!(!sealed.is_of(&moon, &salt, "other"));
        assert!(!sealed.is_of(&secret("full mood"), &salt, "clue"));
        assert!(put_right(&mut honest.clone(), &moon));
        // Each answer that was not true is found, and put right.
        for n in 0..honest.len() {
            for bit in [0, 1, 6] {
                let mut lies = honest.clone();
                lies[n].cells ^= 1 << bit;
                assert!(!put_right(&mut lies, &moon), "{n} {bit}");
                assert_eq!(lies, honest);
            }
        }
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        let salt = [0; 32];
        assert_ne!(
            seal(&secret("ab"), &salt, "c"),
            seal(&secret("b"), &salt, "ca")
        );
        assert_ne!(
            seal(&secret("a b"), &salt, ""),
            seal(&secret("ab"), &salt, " ")
        );
    }

    #[test]
    fn a_shape_without_a_letter_is_none() {
        let shown = vec![Some("7".to_owned()); 3];
        assert_eq!(Sealed::new([0; 32], shown), Err(Rejection::BadSecret));
        assert_eq!(
            Sealed::new([0; 32], vec![None; 61]),
            Err(Rejection::BadSecret)
        );
    }
}
