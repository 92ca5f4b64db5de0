//! What is kept besides the players and the round.

use std::sync::Arc;

use super::{
    parts::{at_place, name, place},
    round::{read_round, write_round},
    wire::{DecodeError, Decoded, optional_peer, peer_id},
};
use crate::{
    game::{ChatLine, Deal, Match, Mode, PeerId, Table},
    proto as pb,
};

impl From<&Table> for pb::Table {
    fn from(table: &Table) -> Self {
        let peers = |peers: &std::collections::BTreeSet<PeerId>| {
            let peers = peers.iter().map(|peer| peer.as_bytes().to_vec());
            peers.collect()
        };
        Self {
            joined: table.joined,
            owner: table
                .owner
                .map(|peer| peer.as_bytes().to_vec())
                .unwrap_or_default(),
            settings: Some((&table.settings).into()),
            newest_match: table.newest_match.as_ref().map(Into::into),
            streak: table.streak,
            best_streak: table.best_streak,
            counted: table.counted,
            said: table.said,
            talk: table.talk.iter().map(|line| (&**line).into()).collect(),
            history: table
                .history
                .iter()
                .map(|round| write_round(round))
                .collect(),
            knocks: table
                .knocks
                .iter()
                .map(|(peer, name)| pb::Knock {
                    peer_id: peer.as_bytes().to_vec(),
                    name: name.to_string(),
                })
                .collect(),
            guests: peers(&table.guests),
            refused: peers(&table.refused),
        }
    }
}

pub(super) fn read(table: pb::Table, rules: u32) -> Decoded<Table> {
    let peers = |peers: Vec<Vec<u8>>| {
        let peers = peers.iter().map(|peer| peer_id(peer));
        peers.collect::<Decoded<_>>()
    };
    let settings = table.settings.ok_or(DecodeError::Missing("settings"))?;
    Ok(Table {
        rules,
        joined: table.joined,
        owner: optional_peer(&table.owner)?,
        settings: settings.try_into()?,
        newest_match: table.newest_match.map(TryInto::try_into).transpose()?,
        streak: table.streak,
        best_streak: table.best_streak,
        counted: table.counted,
        said: table.said,
        talk: table
            .talk
            .into_iter()
            .map(|line| Ok(Arc::new(line.try_into()?)))
            .collect::<Decoded<_>>()?,
        history: table
            .history
            .into_iter()
            .map(|round| Ok(Arc::new(read_round(round)?)))
            .collect::<Decoded<_>>()?,
        knocks: table
            .knocks
            .iter()
            .map(|knock| Ok((peer_id(&knock.peer_id)?, name(&knock.name)?)))
            .collect::<Decoded<_>>()?,
        guests: peers(table.guests)?,
        refused: peers(table.refused)?,
    })
}

impl From<&Match> for pb::Match {
    fn from(newest: &Match) -> Self {
        Self {
            number: newest.number,
            mode: place(&Mode::ALL, &newest.mode),
            rounds: newest.rounds.into(),
            begun: newest.begun.into(),
            over: newest.over,
            pack: newest.pack.clone(),
            alphabet: Some((&*newest.alphabet).into()),
            deck: newest.deck.iter().map(Into::into).collect(),
            last_setter: newest.last_setter,
        }
    }
}

impl TryFrom<pb::Match> for Match {
    type Error = DecodeError;

    fn try_from(newest: pb::Match) -> Decoded<Self> {
        let small = |n: u32| u8::try_from(n).map_err(|_large| DecodeError::Invalid("rounds"));
        let alphabet = newest.alphabet.ok_or(DecodeError::Missing("alphabet"))?;
        let deck: Decoded<Vec<Deal>> = newest.deck.into_iter().map(Deal::try_from).collect();
        Ok(Self {
            number: newest.number,
            mode: at_place(&Mode::ALL, newest.mode, "mode")?,
            rounds: small(newest.rounds)?,
            begun: small(newest.begun)?,
            over: newest.over,
            pack: newest.pack,
            alphabet: Arc::new(alphabet.try_into()?),
            deck: deck?.into(),
            last_setter: newest.last_setter,
        })
    }
}

impl From<&ChatLine> for pb::Line {
    fn from(line: &ChatLine) -> Self {
        Self {
            number: line.number,
            peer_id: line.by.as_bytes().to_vec(),
            said: Some((&line.said).into()),
        }
    }
}

impl TryFrom<pb::Line> for ChatLine {
    type Error = DecodeError;

    fn try_from(line: pb::Line) -> Decoded<Self> {
        Ok(Self {
            number: line.number,
            by: peer_id(&line.peer_id)?,
            said: line
                .said
                .ok_or(DecodeError::Missing("message"))?
                .try_into()?,
        })
    }
}
