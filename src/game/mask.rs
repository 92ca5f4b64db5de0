//! What a round shows of its secret, cell by cell.

use std::borrow::Cow;

use super::{Content, Letter, Round, Tried};

impl Round {
    /// The secret cell by cell; `None` is still hidden.
    pub fn mask(&self) -> impl Iterator<Item = Option<Cow<'_, str>>> {
        let open = self.open();
        let is_open = move |i: usize| open & (1 << i) != 0;
        (0..self.len()).map(move |i| match &self.content {
            Content::Unset => None,
            Content::Open(secret) => {
                let cell = &secret.cells()[i];
                let shown = cell.letter.is_none() || is_open(i);
                shown.then_some(Cow::Borrowed(cell.shown.as_str()))
            }
            Content::Sealed(sealed) => match (&sealed.revealed, &sealed.shape[i]) {
                (_, Some(shown)) => Some(Cow::Borrowed(shown.as_str())),
                (Some(secret), None) if is_open(i) => {
                    Some(Cow::Borrowed(secret.cells()[i].shown.as_str()))
                }
                (_, None) => self.letter_at(i).map(|c| Cow::Owned(c.to_string())),
            },
        })
    }

    /// The mask as one text, with `_` for what is hidden.
    pub fn mask_text(&self) -> String {
        let hidden = Cow::Borrowed("_");
        self.mask()
            .map(|cell| cell.unwrap_or_else(|| hidden.clone()))
            .collect()
    }

    /// How many graphemes the secret has; 0 while it is not set.
    #[expect(clippy::len_without_is_empty, reason = "a secret is never empty")]
    pub fn len(&self) -> usize {
        match &self.content {
            Content::Unset => 0,
            Content::Open(secret) => secret.cells().len(),
            Content::Sealed(sealed) => sealed.shape.len(),
        }
    }

    /// The cells that were uncovered, a bit each.
    pub fn open(&self) -> u64 {
        self.guesses
            .iter()
            .fold(0, |open, guess| open | guess.cells)
    }

    /// The cells that hide letters in the beginning, a bit each.
    pub fn letter_cells(&self) -> u64 {
        match &self.content {
            Content::Unset => 0,
            Content::Open(secret) => secret.letter_cells(),
            Content::Sealed(sealed) => sealed.letter_cells(),
        }
    }

    /// The letter that uncovered a cell of a sealed secret. What the whole
    /// secret uncovered is read off that.
    fn letter_at(&self, cell: usize) -> Option<Letter> {
        let guess = self
            .guesses
            .iter()
            .find(|guess| guess.cells & (1 << cell) != 0)?;
        match &guess.tried {
            Tried::Letter(letter) | Tried::Hint { letter, .. } => Some(*letter),
            Tried::Whole(whole) => {
                let below = self.letter_cells() & ((1 << cell) - 1);
                whole.letters().get(below.count_ones() as usize).copied()
            }
        }
    }
}
