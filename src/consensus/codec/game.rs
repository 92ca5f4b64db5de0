//! The state of a room: the game, and whose commands were applied.

use std::{collections::BTreeMap, sync::Arc};

use prost::Message as _;
use sha2::{Digest as _, Sha256};

use super::{
    command::{command, reply},
    parts::{
        DecodeError, Decoded, alphabet, at_most, at_place, bytes32, cluster_id, must_know, name,
        optional_peer, pack_id, peer_id, place, said, settings, signature, text,
    },
    round::{read_round, write_round},
};
use crate::{
    consensus::{
        GameCommand, History, MAX_ANCESTORS, Mark, RoomState,
        history::MARKS as MAX_MARKS,
        rounds::RoundDigests,
        state::{MAX_SESSIONS, Session},
    },
    game::{
        Action, AnswerToAll, ChatLine, Game, GivenUp, MAX_HISTORY, MAX_KNOCKS, MAX_LINES,
        MAX_LISTED, MAX_SECRET_BYTES, Match, Mode, PeerId, Player, Round, Table,
    },
    proto as pb,
};

impl From<&RoomState> for pb::RoomState {
    fn from(state: &RoomState) -> Self {
        Self {
            rules: state.game.table().rules,
            game: Some((&state.game).into()),
            game_index: state.game_index,
            sessions: state
                .sessions
                .iter()
                .map(|(peer, session)| pb::Session {
                    peer_id: peer.as_bytes().to_vec(),
                    session: session.session,
                    seq: session.seq,
                    reply: Some((&session.reply).into()),
                    digest: session
                        .proof
                        .map(|(digest, _)| digest.to_vec())
                        .unwrap_or_default(),
                    signature: session
                        .proof
                        .map(|(_, signature)| signature.as_bytes().to_vec())
                        .unwrap_or_default(),
                })
                .collect(),
            ancestors: state
                .ancestors
                .iter()
                .map(|id| id.as_bytes().to_vec())
                .collect(),
            history: Some(pb::History {
                entries: state.history.entries.to_vec(),
                last: Some((&state.history.last).into()),
                marks: state.history.marks.iter().map(Into::into).collect(),
            }),
            removals: state.removals.values().map(Into::into).collect(),
        }
    }
}

impl From<&Mark> for pb::Mark {
    fn from(mark: &Mark) -> Self {
        Self {
            index: mark.index,
            digest: mark.digest.to_vec(),
        }
    }
}

/// Reads a mark.
///
/// # Errors
/// If its digest is none.
pub fn mark(mark: &pb::Mark) -> Decoded<Mark> {
    Ok(Mark {
        index: mark.index,
        digest: bytes32(&mark.digest, "digest")?,
    })
}

fn removals(commands: Vec<pb::Command>, known: u32) -> Decoded<BTreeMap<PeerId, GameCommand>> {
    // One for each who is listed as removed.
    let commands = at_most(commands, MAX_LISTED, "removals")?;
    let removals = commands.into_iter().map(|message| {
        let removal = command(message, known)?;
        match removal.action {
            Action::Remove { peer, .. } => Ok((peer, removal)),
            _ => Err(DecodeError::Invalid("removal")),
        }
    });
    removals.collect()
}

fn history(history: pb::History) -> Decoded<History> {
    let marks = at_most(history.marks, MAX_MARKS, "history")?;
    let last = history.last.ok_or(DecodeError::Missing("history"))?;
    Ok(History {
        entries: bytes32(&history.entries, "digest")?,
        last: mark(&last)?,
        marks: marks.iter().map(mark).collect::<Decoded<_>>()?,
    })
}

/// Reads the state of a room, for a program that knows the rules up to `known`. Whoever
/// sends it may have made it up: it is held to the bounds that the game itself keeps.
///
/// # Errors
/// If it is not a whole state, out of bounds, or of newer rules.
pub fn state(state: pb::RoomState, known: u32) -> Decoded<RoomState> {
    must_know(known, state.rules)?;
    let sessions = at_most(state.sessions, MAX_SESSIONS, "sessions")?
        .into_iter()
        .map(|session| {
            Ok((
                peer_id(&session.peer_id)?,
                Session {
                    session: session.session,
                    seq: session.seq,
                    reply: reply(session.reply.ok_or(DecodeError::Missing("reply"))?)?,
                    proof: match (session.digest.as_slice(), session.signature.as_slice()) {
                        ([], []) => None,
                        (digest, written) => {
                            Some((bytes32(digest, "digest")?, signature(written)?))
                        }
                    },
                },
            ))
        })
        .collect::<Decoded<_>>()?;
    let game = state.game.ok_or(DecodeError::Missing("game"))?;
    Ok(RoomState {
        game: read_game(game, state.rules)?,
        game_index: state.game_index,
        sessions,
        ancestors: at_most(state.ancestors, MAX_ANCESTORS, "ancestors")?
            .iter()
            .map(|id| cluster_id(id))
            .collect::<Decoded<_>>()?,
        history: state.history.map(history).transpose()?.unwrap_or_default(),
        removals: removals(state.removals, state.rules)?,
        rounds: RoundDigests::default(),
    })
}

/// Reads the state of a room as a snapshot holds it.
///
/// # Errors
/// As for [`state`]; and if what it says was applied did not lead to that game.
pub fn stored_state(bytes: &[u8], known: u32) -> Decoded<RoomState> {
    let message = pb::RoomState::decode(bytes).map_err(|_bad| DecodeError::Invalid("state"))?;
    let state = state(message, known)?;
    let is_its_game = state
        .history
        .led_to(digest_of_game(&state.game, &state.rounds));
    is_its_game
        .then_some(state)
        .ok_or(DecodeError::Invalid("history"))
}

impl RoomState {
    /// SHA-256 of the state as a snapshot holds it: the same on all nodes that
    /// have applied the same entries.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(pb::RoomState::from(self).encode_to_vec()).into()
    }
}

/// SHA-256 of a game as a snapshot holds it, which has no signatures in it, and of those
/// of its rounds that are over.
pub fn digest_of_game(game: &Game, rounds: &RoundDigests) -> [u8; 32] {
    let written = |round: &Round| Sha256::digest(write_round(round).encode_to_vec()).into();
    let rounds = rounds.of(&game.table().history, written);
    let digest = Sha256::new_with_prefix(write_game(game, Vec::new()).encode_to_vec());
    digest.chain_update(rounds.as_flattened()).finalize().into()
}

impl From<&Game> for pb::Game {
    fn from(game: &Game) -> Self {
        let history = game.table().history.iter();
        let history = history.map(|round| write_round(round));
        write_game(game, history.collect())
    }
}

/// A game with what is written of the rounds that are over.
pub(super) fn write_game(game: &Game, history: Vec<pb::Round>) -> pb::Game {
    pb::Game {
        players: game.players().iter().map(write_player).collect(),
        round: game.round().map(write_round),
        given_up: game.given_up().map(|given_up| pb::GivenUp {
            number: given_up.number,
            secret: given_up.secret.clone(),
            by: given_up.by.as_bytes().to_vec(),
        }),
        table: Some(write_table(game.table(), history)),
    }
}

fn read_game(game: pb::Game, rules: u32) -> Decoded<Game> {
    let given_up = game
        .given_up
        .map(|given_up| {
            Ok(GivenUp {
                number: given_up.number,
                secret: text(given_up.secret, MAX_SECRET_BYTES, "secret")?,
                by: peer_id(&given_up.by)?,
            })
        })
        .transpose()?;
    Ok(Game::restore(
        // Whoever has a seat has a session.
        at_most(game.players, MAX_SESSIONS, "players")?
            .iter()
            .map(read_player)
            .collect::<Decoded<_>>()?,
        game.round.map(read_round).transpose()?,
        given_up,
        read_table(game.table.ok_or(DecodeError::Missing("table"))?, rules)?,
    ))
}

fn write_player((peer, player): (&PeerId, &Player)) -> pb::Player {
    pb::Player {
        peer_id: peer.as_bytes().to_vec(),
        name: player.name.to_string(),
        joined: player.joined,
        score: player.score,
        scored_in: player.scored_in,
        here: player.here,
        watching: player.watching,
        ready: player.ready,
    }
}

fn read_player(player: &pb::Player) -> Decoded<(PeerId, Player)> {
    let read = Player {
        name: name(&player.name)?,
        joined: player.joined,
        score: player.score,
        scored_in: player.scored_in,
        here: player.here,
        watching: player.watching,
        ready: player.ready,
    };
    Ok((peer_id(&player.peer_id)?, read))
}

// ---- what is kept besides the players and the round ----

fn write_table(table: &Table, history: Vec<pb::Round>) -> pb::Table {
    let optional = |peer: &Option<PeerId>| {
        let bytes = peer.as_ref().map(|peer| peer.as_bytes().to_vec());
        bytes.unwrap_or_default()
    };
    let peers = |peers: &[PeerId]| {
        let peers = peers.iter().map(|peer| peer.as_bytes().to_vec());
        peers.collect()
    };
    pb::Table {
        joined: table.joined,
        owner: optional(&table.owner),
        founder: optional(&table.founder),
        settings: Some((&table.settings).into()),
        newest_match: table.newest_match.as_ref().map(Into::into),
        streak: table.streak,
        best_streak: table.best_streak,
        counted: table.counted,
        said: table.said,
        talk: table.talk.iter().map(|line| (&**line).into()).collect(),
        history,
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
        removed: peers(&table.removed),
        answer_to_all: table.answer_to_all.map(|answer| pb::AnswerToAll {
            index: answer.index,
            let_in: answer.let_in,
        }),
    }
}

fn listed(peers: Vec<Vec<u8>>, what: &'static str) -> Decoded<Vec<PeerId>> {
    let peers = at_most(peers, MAX_LISTED, what)?;
    peers.iter().map(|peer| peer_id(peer)).collect()
}

fn read_table(table: pb::Table, rules: u32) -> Decoded<Table> {
    let settings = settings(table.settings.ok_or(DecodeError::Missing("settings"))?)?;
    if !settings.are_valid() {
        return Err(DecodeError::Invalid("settings"));
    }
    Ok(Table {
        rules,
        joined: table.joined,
        owner: optional_peer(&table.owner)?,
        founder: optional_peer(&table.founder)?,
        settings,
        newest_match: table.newest_match.map(read_match).transpose()?,
        streak: table.streak,
        best_streak: table.best_streak,
        counted: table.counted,
        said: table.said,
        talk: at_most(table.talk, MAX_LINES, "talk")?
            .into_iter()
            .map(|message| Ok(Arc::new(line(message)?)))
            .collect::<Decoded<_>>()?,
        history: at_most(table.history, MAX_HISTORY, "rounds")?
            .into_iter()
            .map(|round| Ok(Arc::new(read_round(round)?)))
            .collect::<Decoded<_>>()?,
        knocks: at_most(table.knocks, MAX_KNOCKS, "knocks")?
            .iter()
            .map(|knock| Ok((peer_id(&knock.peer_id)?, name(&knock.name)?)))
            .collect::<Decoded<_>>()?,
        guests: listed(table.guests, "guests")?,
        refused: listed(table.refused, "refused")?,
        removed: listed(table.removed, "removed")?,
        answer_to_all: table.answer_to_all.map(|answer| AnswerToAll {
            index: answer.index,
            let_in: answer.let_in,
        }),
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
            last_setter: newest.last_setter,
        }
    }
}

fn read_match(newest: pb::Match) -> Decoded<Match> {
    let small = |n: u32| u8::try_from(n).map_err(|_large| DecodeError::Invalid("rounds"));
    Ok(Match {
        number: newest.number,
        mode: at_place(&Mode::ALL, newest.mode, "mode")?,
        rounds: small(newest.rounds)?,
        begun: small(newest.begun)?,
        over: newest.over,
        pack: pack_id(newest.pack)?,
        alphabet: alphabet(&newest.alphabet.ok_or(DecodeError::Missing("alphabet"))?)?,
        last_setter: newest.last_setter,
    })
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

fn line(line: pb::Line) -> Decoded<ChatLine> {
    Ok(ChatLine {
        number: line.number,
        by: peer_id(&line.peer_id)?,
        said: said(line.said.ok_or(DecodeError::Missing("message"))?)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        consensus::{CommandId, RULES},
        game::{
            Letter, MAX_ASKED, MAX_GUESSES, MAX_PACK_ID_BYTES, MAX_SECRET_CELLS, Name, Reaction,
            Said, Secret, pack::MAX_CLUE_BYTES,
        },
    };

    /// In the order of their numbers.
    fn id(n: usize) -> Vec<u8> {
        let mut id = vec![0; 32];
        id[..8].copy_from_slice(&(n as u64).to_be_bytes());
        id
    }

    fn sealed_round() -> pb::Round {
        let sealed = pb::Sealed {
            commitment: vec![0; 32],
            shape: vec![pb::Shape { shown: None }],
            ..pb::Sealed::default()
        };
        pb::Round {
            started_by: id(1),
            frame: Some(pb::Frame {
                mode: 1,
                sealed: Some(sealed),
                ..pb::Frame::default()
            }),
            ..pb::Round::default()
        }
    }

    /// A room with all that has lists or texts in it, and these empty.
    fn room() -> pb::RoomState {
        let mut room = pb::RoomState::from(&RoomState::default());
        game(&mut room).round = Some(sealed_round());
        game(&mut room).given_up = Some(pb::GivenUp {
            by: id(1),
            ..pb::GivenUp::default()
        });
        let alphabet = pb::Alphabet {
            letters: "a".to_owned(),
            ..pb::Alphabet::default()
        };
        table(&mut room).newest_match = Some(pb::Match {
            mode: 1,
            alphabet: Some(alphabet),
            ..pb::Match::default()
        });
        room
    }

    fn game(room: &mut pb::RoomState) -> &mut pb::Game {
        room.game.as_mut().expect("a game")
    }

    fn table(room: &mut pb::RoomState) -> &mut pb::Table {
        game(room).table.as_mut().expect("a table")
    }

    fn round(room: &mut pb::RoomState) -> &mut pb::Round {
        game(room).round.as_mut().expect("a round")
    }

    fn player(n: usize) -> pb::Player {
        pb::Player {
            peer_id: id(n),
            name: "P".to_owned(),
            ..pb::Player::default()
        }
    }

    fn session(n: usize) -> pb::Session {
        pb::Session {
            peer_id: id(n),
            reply: Some(pb::Reply::default()),
            ..pb::Session::default()
        }
    }

    fn removal(n: usize) -> pb::Command {
        let peer = |n| peer_id(&id(n)).expect("an id");
        let command = GameCommand {
            id: CommandId {
                peer_id: peer(0),
                session: 1,
                seq: 1,
            },
            opens_session: false,
            action: Action::Remove {
                peer: peer(n),
                lock: false,
            },
            signed: None,
        };
        (&command).into()
    }

    fn knock(n: usize) -> pb::Knock {
        pb::Knock {
            peer_id: id(n),
            name: "P".to_owned(),
        }
    }

    fn said_by(n: usize) -> pb::Line {
        pb::Line {
            peer_id: id(n),
            said: Some((&Said::Reaction(Reaction::Cheer)).into()),
            ..pb::Line::default()
        }
    }

    fn guess(n: usize) -> pb::GuessMade {
        pb::GuessMade {
            letter: "a".to_owned(),
            peer_id: id(n),
            ..pb::GuessMade::default()
        }
    }

    fn hint_for(n: usize) -> pb::Asked {
        pb::Asked {
            peer_id: id(n),
            ..pb::Asked::default()
        }
    }

    fn some<T>(n: usize, one: impl Fn(usize) -> T) -> Vec<T> {
        (0..n).map(one).collect()
    }

    fn ask(room: &mut pb::RoomState, n: usize) {
        let frame = round(room).frame.as_mut().expect("a frame");
        frame.sealed.as_mut().expect("a secret").asked = some(n, hint_for);
    }

    fn deal(room: &mut pb::RoomState, pack: String) {
        let on = table(room).newest_match.as_mut().expect("a match");
        on.pack = pack;
    }

    fn give_up(room: &mut pb::RoomState, secret: String) {
        game(room).given_up.as_mut().expect("a round").secret = secret;
    }

    /// Makes a list, or a text, so long.
    type Fill = fn(&mut pb::RoomState, usize);

    #[test]
    fn a_state_is_held_to_the_bounds_of_the_game() {
        let cases: [(&str, usize, Fill); 17] = [
            ("sessions", MAX_SESSIONS, |r, n| {
                r.sessions = some(n, session);
            }),
            ("players", MAX_SESSIONS, |r, n| {
                game(r).players = some(n, player);
            }),
            ("ancestors", MAX_ANCESTORS, |r, n| {
                r.ancestors = some(n, |n| id(n)[..16].to_vec());
            }),
            ("removals", MAX_LISTED, |r, n| r.removals = some(n, removal)),
            ("guests", MAX_LISTED, |r, n| table(r).guests = some(n, id)),
            ("refused", MAX_LISTED, |r, n| table(r).refused = some(n, id)),
            ("removed", MAX_LISTED, |r, n| table(r).removed = some(n, id)),
            ("knocks", MAX_KNOCKS, |r, n| {
                table(r).knocks = some(n, knock);
            }),
            ("talk", MAX_LINES, |r, n| table(r).talk = some(n, said_by)),
            ("rounds", MAX_HISTORY, |r, n| {
                table(r).history = some(n, |_| sealed_round());
            }),
            ("guesses", MAX_GUESSES, |r, n| {
                round(r).guesses = some(n, guess);
            }),
            ("questions", MAX_ASKED, ask),
            ("pack id", MAX_PACK_ID_BYTES, |r, n| {
                round(r).pack = "p".repeat(n);
            }),
            ("pack id", MAX_PACK_ID_BYTES, |r, n| deal(r, "p".repeat(n))),
            ("clue", MAX_CLUE_BYTES, |r, n| round(r).clue = "c".repeat(n)),
            ("secret", MAX_SECRET_BYTES, |r, n| give_up(r, "s".repeat(n))),
            // A finished round is one, too.
            ("clue", MAX_CLUE_BYTES, |r, n| {
                table(r).history = vec![sealed_round()];
                table(r).history[0].clue = "c".repeat(n);
            }),
        ];
        for (what, max, fill) in cases {
            let mut full = room();
            fill(&mut full, max);
            let read = state(full.clone(), RULES);
            assert!(
                read.is_ok_and(|read| pb::RoomState::from(&read) == full),
                "{max} {what}"
            );
            let mut over = room();
            fill(&mut over, max + 1);
            let read = state(over, RULES);
            assert_eq!(read, Err(DecodeError::Invalid(what)), "too many {what}");
        }
    }

    #[test]
    fn the_longest_round_is_read() {
        let by = PeerId::new([1; 32]);
        let mut state = RoomState::default();
        let mut act = |action| state.game.apply(1, by, action).map(|_outcome| ());
        let name = Name::placeholder();
        assert_eq!(act(Action::TakeSeat { name }), Ok(()));
        // As many letters as a secret can have, and all misses but the last.
        let letters = (0x4e00..).filter_map(char::from_u32);
        let letters: Vec<char> = letters.take(MAX_SECRET_CELLS + 5).collect();
        let secret: String = letters[5..].iter().collect();
        let start = Action::StartRound {
            pack: "p".repeat(MAX_PACK_ID_BYTES),
            clue: "c".repeat(MAX_CLUE_BYTES),
            secret: Secret::parse(&secret).expect("a secret"),
            alphabet: None,
            after_round: None,
        };
        assert_eq!(act(start), Ok(()));
        for letter in &letters {
            let letter = Letter::from_folded(*letter);
            let round = None;
            assert_eq!(act(Action::Guess { letter, round }), Ok(()));
        }
        let made = state.game.round().expect("a round").guesses().len();
        assert_eq!(made, letters.len());
        let read = super::state(pb::RoomState::from(&state), RULES);
        assert_eq!(read, Ok(state));
    }

    #[test]
    fn a_room_has_the_settings_that_an_owner_can_choose() {
        for turn_seconds in [0, 301] {
            let mut room = room();
            let settings = table(&mut room).settings.as_mut().expect("settings");
            settings.turn_seconds = turn_seconds;
            let read = state(room, RULES);
            assert_eq!(read, Err(DecodeError::Invalid("settings")));
        }
    }
}
