//! The small parts that commands and state are made of.

use super::wire::{DecodeError, Decoded};
use crate::{
    game::{
        Alphabet, Cell, Deal, Difficulty, Letter, MAX_PACK_ID_BYTES, MAX_SECRET_CELLS, Mode, Name,
        Reaction, Said, Secret, Settings, Text, Whole, pack::MAX_CLUE_BYTES,
    },
    proto as pb,
};

/// The place of one of several in their list, from 1: 0 is "none" on the wire.
pub(super) fn place<T: PartialEq>(all: &[T], one: &T) -> u32 {
    let at = all.iter().position(|other| other == one);
    at.map_or(0, |at| u32::try_from(at + 1).unwrap_or(0))
}

/// Reads [`place`] back.
pub(super) fn at_place<T: Copy>(all: &[T], place: u32, what: &'static str) -> Decoded<T> {
    let at = usize::try_from(place).ok().and_then(|at| at.checked_sub(1));
    let found = at.and_then(|at| all.get(at));
    found.copied().ok_or(DecodeError::Invalid(what))
}

pub(super) fn cells(secret: &Secret) -> Vec<pb::Cell> {
    secret
        .cells()
        .iter()
        .map(|cell| pb::Cell {
            shown: cell.shown.clone(),
            letter: cell.letter.map(|letter| letter.to_string()),
        })
        .collect()
}

pub(super) fn secret(cells: Vec<pb::Cell>) -> Decoded<Secret> {
    let cells = cells
        .into_iter()
        .map(|cell| {
            Ok(Cell {
                shown: cell.shown,
                letter: cell.letter.as_deref().map(letter).transpose()?,
            })
        })
        .collect::<Decoded<_>>()?;
    Secret::from_cells(cells).map_err(|_bad| DecodeError::Invalid("secret"))
}

pub(super) fn letter(text: &str) -> Decoded<Letter> {
    match letters(text).as_slice() {
        [letter] => Ok(*letter),
        _ => Err(DecodeError::Invalid("letter")),
    }
}

fn letters(text: &str) -> Vec<Letter> {
    text.chars().map(Letter::from_folded).collect()
}

fn text_of<'a>(letters: impl IntoIterator<Item = &'a Letter>) -> String {
    letters.into_iter().map(|letter| letter.as_char()).collect()
}

pub(super) fn name(text: &str) -> Decoded<Name> {
    Name::from_log(text).map_err(|_bad| DecodeError::Invalid("name"))
}

pub(super) fn text(text: String, max_bytes: usize, what: &'static str) -> Decoded<String> {
    if text.len() > max_bytes {
        return Err(DecodeError::Invalid(what));
    }
    Ok(text)
}

pub(super) fn clue(clue: String) -> Decoded<String> {
    text(clue, MAX_CLUE_BYTES, "clue")
}

pub(super) fn pack_id(id: String) -> Decoded<String> {
    text(id, MAX_PACK_ID_BYTES, "pack id")
}

pub(super) fn bytes32(bytes: &[u8], what: &'static str) -> Decoded<[u8; 32]> {
    bytes
        .try_into()
        .map_err(|_length| DecodeError::Invalid(what))
}

pub(super) fn shape(shape: &[Option<String>]) -> Vec<pb::Shape> {
    let cells = shape.iter().cloned();
    cells.map(|shown| pb::Shape { shown }).collect()
}

pub(super) fn read_shape(shape: Vec<pb::Shape>) -> Decoded<Vec<Option<String>>> {
    let cells: Vec<_> = shape.into_iter().map(|cell| cell.shown).collect();
    // As a secret's cells are.
    let fits = |cell: &Option<String>| cell.as_ref().is_none_or(|shown| shown.len() <= 40);
    if cells.len() > MAX_SECRET_CELLS || !cells.iter().all(fits) {
        return Err(DecodeError::Invalid("shape"));
    }
    Ok(cells)
}

impl From<&Alphabet> for pb::Alphabet {
    fn from(alphabet: &Alphabet) -> Self {
        Self {
            letters: text_of(alphabet.letters()),
            from: alphabet.counts().keys().collect(),
            to: text_of(alphabet.counts().values()),
        }
    }
}

impl TryFrom<pb::Alphabet> for Alphabet {
    type Error = DecodeError;

    fn try_from(alphabet: pb::Alphabet) -> Decoded<Self> {
        let counts = alphabet.from.chars().zip(letters(&alphabet.to)).collect();
        Self::from_parts(letters(&alphabet.letters), counts)
            .map_err(|_bad| DecodeError::Invalid("alphabet"))
    }
}

impl From<&Whole> for pb::Whole {
    fn from(whole: &Whole) -> Self {
        Self {
            shown: whole.shown().to_owned(),
            letters: text_of(whole.letters()),
        }
    }
}

pub(super) fn whole(whole: Option<pb::Whole>) -> Decoded<Whole> {
    let whole = whole.ok_or(DecodeError::Missing("guess"))?;
    Whole::from_parts(whole.shown, letters(&whole.letters)).ok_or(DecodeError::Invalid("guess"))
}

impl From<&Settings> for pb::Settings {
    fn from(settings: &Settings) -> Self {
        Self {
            mode: place(&Mode::ALL, &settings.mode),
            rounds: settings.rounds.into(),
            turn_seconds: settings.turn_seconds.into(),
            pack: settings.pack.clone(),
            difficulty: place(&Difficulty::ALL, &settings.difficulty),
            locked: settings.locked,
        }
    }
}

impl TryFrom<pb::Settings> for Settings {
    type Error = DecodeError;

    fn try_from(settings: pb::Settings) -> Decoded<Self> {
        // What is out of bounds is refused in words, by the game.
        Ok(Self {
            mode: at_place(&Mode::ALL, settings.mode, "mode")?,
            rounds: u8::try_from(settings.rounds).unwrap_or(u8::MAX),
            turn_seconds: u16::try_from(settings.turn_seconds).unwrap_or(u16::MAX),
            pack: pack_id(settings.pack)?,
            difficulty: at_place(&Difficulty::ALL, settings.difficulty, "difficulty")?,
            locked: settings.locked,
        })
    }
}

impl From<&Deal> for pb::Deal {
    fn from(deal: &Deal) -> Self {
        Self {
            clue: deal.clue.clone(),
            secret: cells(&deal.secret),
        }
    }
}

impl TryFrom<pb::Deal> for Deal {
    type Error = DecodeError;

    fn try_from(deal: pb::Deal) -> Decoded<Self> {
        Ok(Self {
            clue: clue(deal.clue)?,
            secret: secret(deal.secret)?,
        })
    }
}

impl From<&Said> for pb::Said {
    fn from(said: &Said) -> Self {
        use pb::said::What;
        Self {
            what: Some(match said {
                Said::Text(text) => What::Text(text.as_str().to_owned()),
                Said::Reaction(reaction) => What::Reaction(place(&Reaction::ALL, reaction)),
            }),
        }
    }
}

impl TryFrom<pb::Said> for Said {
    type Error = DecodeError;

    fn try_from(said: pb::Said) -> Decoded<Self> {
        use pb::said::What;
        Ok(match said.what.ok_or(DecodeError::Missing("message"))? {
            What::Text(text) => {
                Self::Text(Text::from_log(&text).map_err(|_bad| DecodeError::Invalid("message"))?)
            }
            What::Reaction(nth) => Self::Reaction(at_place(&Reaction::ALL, nth, "reaction")?),
        })
    }
}
