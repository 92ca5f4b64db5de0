//! What all decoding begins with: what can be wrong with a message; and the small
//! parts that the messages are made of.

use std::sync::Arc;

use crate::{
    consensus::ClusterId,
    game::{
        Alphabet, Cell, Deal, Difficulty, Letter, MAX_PACK_ID_BYTES, MAX_SECRET_CELLS, Mode, Name,
        PeerId, Reaction, Said, Secret, Settings, Text, Whole, pack::MAX_CLUE_BYTES,
    },
    keys::{PublicKey, Signature},
    proto as pb,
};

/// The most addresses of one member: a laptop has a handful.
pub const MAX_ADDRS: usize = 8;

/// The longest address, in bytes: IPv6 with scope and port.
const MAX_ADDR_BYTES: usize = 100;

/// A message that is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// A part that must be there is not.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// A part is out of its bounds.
    #[error("{0} is invalid")]
    Invalid(&'static str),
    /// A newer build wrote it.
    #[error(
        "this room needs rules version {needed}, and this program knows up to {known}; install the newest version and join again"
    )]
    NewerRules {
        /// The version that can read it.
        needed: u32,
        /// The newest version that this program knows.
        known: u32,
    },
}

/// What comes of decoding.
pub type Decoded<T> = Result<T, DecodeError>;

/// Checks a list of addresses from the wire: number and length only, since
/// they are hints that are parsed when dialled.
///
/// # Errors
/// If it is out of bounds.
pub fn addrs(addrs: Vec<String>) -> Decoded<Vec<String>> {
    if addrs.len() > MAX_ADDRS || addrs.iter().any(|addr| addr.len() > MAX_ADDR_BYTES) {
        return Err(DecodeError::Invalid("addresses"));
    }
    Ok(addrs)
}

/// Reads a cluster id.
///
/// # Errors
/// If it is not 16 bytes.
pub fn cluster_id(bytes: &[u8]) -> Decoded<ClusterId> {
    ClusterId::try_from(bytes).map_err(|_bad| DecodeError::Invalid("cluster id"))
}

/// Reads a peer id.
///
/// # Errors
/// If it is not 32 bytes.
pub fn peer_id(bytes: &[u8]) -> Decoded<PeerId> {
    PeerId::try_from(bytes).map_err(|_bad| DecodeError::Invalid("peer id"))
}

/// Reads a public key.
///
/// # Errors
/// If it is not 65 bytes.
pub fn public_key(bytes: &[u8]) -> Decoded<PublicKey> {
    PublicKey::try_from(bytes).map_err(|_length| DecodeError::Invalid("key"))
}

/// Reads a signature.
///
/// # Errors
/// If it is not 64 bytes.
pub fn signature(bytes: &[u8]) -> Decoded<Signature> {
    Signature::try_from(bytes).map_err(|_length| DecodeError::Invalid("signature"))
}

/// Refuses what only a newer program can apply.
pub(super) fn must_know(known: u32, needed: u32) -> Decoded<()> {
    if needed > known {
        return Err(DecodeError::NewerRules { needed, known });
    }
    Ok(())
}

/// A list, if it is no longer than the game lets it become.
pub(super) fn at_most<T>(list: Vec<T>, max: usize, what: &'static str) -> Decoded<Vec<T>> {
    if list.len() > max {
        return Err(DecodeError::Invalid(what));
    }
    Ok(list)
}

/// Reads a peer id where there may be none.
pub(super) fn optional_peer(bytes: &[u8]) -> Decoded<Option<PeerId>> {
    if bytes.is_empty() {
        return Ok(None);
    }
    peer_id(bytes).map(Some)
}

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

pub(super) fn alphabet(alphabet: &pb::Alphabet) -> Decoded<Arc<Alphabet>> {
    let counts = alphabet.from.chars().zip(letters(&alphabet.to)).collect();
    Alphabet::from_parts(letters(&alphabet.letters), counts)
        .map(Arc::new)
        .map_err(|_bad| DecodeError::Invalid("alphabet"))
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

pub(super) fn settings(settings: pb::Settings) -> Decoded<Settings> {
    // What is out of bounds is refused in words, by the game.
    Ok(Settings {
        mode: at_place(&Mode::ALL, settings.mode, "mode")?,
        rounds: u8::try_from(settings.rounds).unwrap_or(u8::MAX),
        turn_seconds: u16::try_from(settings.turn_seconds).unwrap_or(u16::MAX),
        pack: pack_id(settings.pack)?,
        difficulty: at_place(&Difficulty::ALL, settings.difficulty, "difficulty")?,
        locked: settings.locked,
    })
}

impl From<&Deal> for pb::Deal {
    fn from(deal: &Deal) -> Self {
        Self {
            clue: deal.clue.clone(),
            secret: cells(&deal.secret),
        }
    }
}

pub(super) fn deal(deal: pb::Deal) -> Decoded<Deal> {
    Ok(Deal {
        clue: clue(deal.clue)?,
        secret: secret(deal.secret)?,
    })
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

pub(super) fn said(said: pb::Said) -> Decoded<Said> {
    use pb::said::What;
    Ok(match said.what.ok_or(DecodeError::Missing("message"))? {
        What::Text(text) => {
            Said::Text(Text::from_log(&text).map_err(|_bad| DecodeError::Invalid("message"))?)
        }
        What::Reaction(nth) => Said::Reaction(at_place(&Reaction::ALL, nth, "reaction")?),
    })
}
