//! What the leader asks of an action before it goes into the log: that each of its
//! texts could have been typed. A program that somebody changed may propose
//! anything; what is in the log, everybody's window has to draw.

use std::sync::Arc;

use super::{
    Action, Alphabet, BadAlphabet, BadName, BadSecret, BadText, Letter, Name, NotALetter, Said,
    Secret, Text, Whole,
    pack::{Reason, is_id, parse_clue},
    secret::is_cell,
};

/// Why an action cannot have been typed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotTyped {
    /// Its name.
    #[error(transparent)]
    Name(#[from] BadName),
    /// Its message.
    #[error(transparent)]
    Text(#[from] BadText),
    /// Its letter.
    #[error(transparent)]
    Letter(#[from] NotALetter),
    /// Its secret, or a guess at one.
    #[error(transparent)]
    Secret(#[from] BadSecret),
    /// Its alphabet.
    #[error(transparent)]
    Alphabet(#[from] BadAlphabet),
    /// Its clue, or the id of its word pack.
    #[error(transparent)]
    Pack(#[from] Reason),
    /// A text that was read, but is written in another way than it came.
    #[error("a text is not as the program writes it; install the newest version")]
    Otherwise,
}

impl Action {
    /// Whether each text in it is as a player could have typed it, or a word pack
    /// holds it. Uses Unicode tables, so it is for the proposer and the leader
    /// only, before an action is in the log.
    ///
    /// # Errors
    /// The first text that is not, and why.
    pub fn check(&self) -> Result<(), NotTyped> {
        match self {
            Self::TakeSeat { name } => check_name(name),
            Self::Guess { letter, .. } => check_letter(*letter),
            Self::Answer { letter, .. } => letter.map_or(Ok(()), check_letter),
            Self::StartRound {
                pack,
                clue,
                secret,
                alphabet,
                ..
            } => {
                check_pack_id(pack)?;
                check_clue(clue)?;
                check_alphabet(alphabet.as_ref())?;
                check_secret(secret, alphabet.as_ref())
            }
            Self::StartMatch { deal, alphabet, .. } => {
                check_alphabet(Some(alphabet))?;
                deal.iter().try_for_each(|deal| {
                    check_clue(&deal.clue)?;
                    check_secret(&deal.secret, Some(alphabet))
                })
            }
            // Which alphabet it has, the game checks.
            Self::NextRound { deal, .. } => deal.iter().try_for_each(|deal| {
                check_clue(&deal.clue)?;
                check_revealed(&deal.secret)
            }),
            Self::Solve { whole, .. } => check_whole(whole),
            Self::Configure(settings) => check_pack_id(&settings.pack),
            Self::Seal { shape, clue, .. } => {
                check_clue(clue)?;
                check_cells(shape.iter().flatten())
            }
            // Which alphabet it has, the game checks.
            Self::Reveal { secret, .. } => check_revealed(secret),
            Self::Say(Said::Text(text)) => {
                let typed = Text::parse(text.as_str())?;
                is_same(typed == *text)
            }
            Self::Say(Said::Reaction(_))
            | Self::Hint { .. }
            | Self::Ready(_)
            | Self::StopMatch
            | Self::GiveUp { .. }
            | Self::Watch(_)
            | Self::PassOwner(_)
            | Self::Remove { .. }
            | Self::TakeOwner
            | Self::LetIn(_)
            | Self::AnswerAll { .. }
            | Self::Refuse(_) => Ok(()),
        }
    }
}

fn is_same(same: bool) -> Result<(), NotTyped> {
    same.then_some(()).ok_or(NotTyped::Otherwise)
}

fn check_name(name: &Name) -> Result<(), NotTyped> {
    let typed = Name::parse(name.as_str())?;
    is_same(typed == *name)
}

fn check_letter(letter: Letter) -> Result<(), NotTyped> {
    let typed = Letter::parse(&letter.to_string())?;
    is_same(typed == letter)
}

fn check_pack_id(id: &str) -> Result<(), NotTyped> {
    if !is_id(id) {
        return Err(Reason::BadId.into());
    }
    Ok(())
}

fn check_clue(clue: &str) -> Result<(), NotTyped> {
    let typed = parse_clue(clue)?;
    is_same(typed == clue)
}

fn check_alphabet(alphabet: Option<&Arc<Alphabet>>) -> Result<(), NotTyped> {
    let Some(alphabet) = alphabet else {
        return Ok(());
    };
    let letters = alphabet.letters().iter().copied();
    let counted = alphabet.counts().keys().copied().map(Letter::from_folded);
    letters.chain(counted).try_for_each(check_letter)
}

fn check_secret(secret: &Secret, alphabet: Option<&Arc<Alphabet>>) -> Result<(), NotTyped> {
    check_cells(secret.cells().iter().map(|cell| &cell.shown))?;
    let typed = match alphabet {
        Some(alphabet) => Secret::parse_in(&secret.text(), alphabet),
        None => Secret::parse(&secret.text()),
    };
    is_same(typed? == *secret)
}

/// Of a secret whose alphabet is the match's.
fn check_revealed(secret: &Secret) -> Result<(), NotTyped> {
    check_cells(secret.cells().iter().map(|cell| &cell.shown))?;
    let mut letters = secret.cells().iter().filter_map(|cell| cell.letter);
    letters.try_for_each(check_letter)
}

fn check_cells<'a>(mut cells: impl Iterator<Item = &'a String>) -> Result<(), NotTyped> {
    if cells.all(|shown| is_cell(shown)) {
        Ok(())
    } else {
        Err(BadSecret::Control.into())
    }
}

/// Its letters are those of the round's alphabet, by which é may count as e: only
/// that it has so many, and each is one, can be said without it.
fn check_whole(whole: &Whole) -> Result<(), NotTyped> {
    let typed = Whole::parse(whole.shown(), None).ok_or(BadSecret::Control)?;
    let as_many = typed.letters().len() == whole.letters().len();
    is_same(as_many && typed.shown() == whole.shown())?;
    whole.letters().iter().copied().try_for_each(check_letter)
}
