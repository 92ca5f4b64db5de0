//! A line of stdin, understood.

use std::collections::BTreeSet;

use crate::{
    game::{
        Action, Difficulty, Game, Letter, Mode, PeerId, Reaction, Rejection, Said, Settings, Text,
        Whole, pack::is_id,
    },
    node::{Choice, Command, Failure, Pin, RoomView},
};

/// The pack of `start` without one.
const DEFAULT_PACK: &str = "kanna";

/// What a line asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Input {
    Command(Command),
    State,
    Cluster,
    Talk,
    /// The finished rounds; one of them, by its number.
    History(Option<u32>),
    Stats,
    Leave,
}

/// All commands, for who mistypes one.
const COMMANDS: &str = "the commands are: guess LETTER, solve WORDS, hint, start [PACK[#N]], \
    mode together|turns|setter, rounds N, turn SECONDS, pack ID, difficulty any|easy|normal|hard, \
    lock, unlock, pin [off], ready, unready, match [force], next, stop, choose N, set WORDS [= CLUE], give_up, \
    say TEXT, react NAME, watch, play, owner PLAYER, take_owner, remove PLAYER [lock], accept [PLAYER|all], refuse [PLAYER|all], \
    continue, follow, play_own, hand_over, state, read, talk, history [N], stats, add_pack FILE, cluster, leave";

/// Reads a line, as it is meant in the room as it is now.
pub(super) fn parse(line: &str, room: Option<&RoomView>) -> Result<Input, Failure> {
    let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let rest = rest.trim();
    let act = |action| Ok(Input::Command(Command::Act(action)));
    let command = |command| Ok(Input::Command(command));
    let game = || must_be_in(room).map(|room| room.state.game());
    match (word, rest.is_empty()) {
        ("guess", _) => {
            let alphabet =
                room.and_then(|room| room.state.game().round()?.frame().alphabet.clone());
            let letter = letter(rest, alphabet.as_deref()).ok_or(Rejection::NotALetter)?;
            act(Action::Guess {
                letter,
                round: None,
            })
        }
        ("solve", false) => {
            let round = game()?.round().ok_or(Rejection::NoRound)?;
            let whole = Whole::parse(rest, round.frame().alphabet.as_deref());
            act(Action::Solve {
                whole: whole.ok_or(Rejection::NotInAlphabet)?,
                round: None,
            })
        }
        ("hint", true) => act(Action::Hint { round: None }),
        ("start", none) => {
            let (pack, number) = entry(if none { DEFAULT_PACK } else { rest })?;
            command(Command::StartRound {
                pack,
                number,
                after_round: None,
            })
        }
        ("mode" | "rounds" | "turn" | "pack" | "difficulty", false) | ("lock" | "unlock", true) => {
            let mut settings = game()?.table().settings.clone();
            set(&mut settings, word, rest).ok_or(Rejection::BadSettings)?;
            act(Action::Configure(settings))
        }
        ("pin", true) => command(Command::SetPin(Some(Pin::random()))),
        ("pin", false) if rest == "off" => command(Command::SetPin(None)),
        ("ready", true) => act(Action::Ready(true)),
        ("unready", true) => act(Action::Ready(false)),
        ("match", none) if none || rest == "force" => command(Command::StartMatch { force: !none }),
        ("next", true) => command(Command::NextRound {
            after_round: game()?.round().map_or(0, |round| round.number()),
        }),
        ("stop", true) => act(Action::StopMatch),
        ("choose", false) => {
            let nth = rest.parse().map_err(|_bad| Rejection::NotSetter)?;
            command(Command::Choose(Choice::Offer(nth)))
        }
        ("set", false) => {
            let (secret, clue) = rest.split_once('=').unwrap_or((rest, ""));
            command(Command::Choose(Choice::Own {
                secret: secret.trim().to_owned(),
                clue: clue.trim().to_owned(),
            }))
        }
        ("give_up", true) => act(Action::GiveUp {
            round: game()?.round().map_or(0, |round| round.number()),
        }),
        ("say", _) => {
            let text = Text::parse(rest).map_err(|e| Failure::new("bad_text", e.to_string()))?;
            act(Action::Say(Said::Text(text)))
        }
        ("react", _) => {
            let names = Reaction::ALL.map(Reaction::code).join(", ");
            let bad = || Failure::new("bad_text", format!("the reactions are: {names}"));
            act(Action::Say(Said::Reaction(
                Reaction::from_code(rest).ok_or_else(bad)?,
            )))
        }
        ("watch", true) => act(Action::Watch(true)),
        ("play", true) => act(Action::Watch(false)),
        ("owner", false) => act(Action::PassOwner(player(game()?, rest)?)),
        ("take_owner", true) => act(Action::TakeOwner),
        ("remove", false) => {
            let (peer, lock) = removed(must_be_in(room)?, rest)?;
            act(Action::Remove { peer, lock })
        }
        ("accept", _) if rest == "all" => act(Action::AnswerAll { let_in: true }),
        ("refuse", _) if rest == "all" => act(Action::AnswerAll { let_in: false }),
        ("accept", _) => act(Action::LetIn(knocker(game()?, rest)?)),
        ("refuse", _) => act(Action::Refuse(knocker(game()?, rest)?)),
        ("continue", true) => command(Command::Continue),
        ("follow", true) => command(Command::Follow),
        ("play_own", true) => command(Command::PlayOwnCopy),
        ("hand_over", true) => command(Command::HandOver),
        ("read", true) => command(Command::Read),
        ("state", true) => Ok(Input::State),
        ("cluster", true) => Ok(Input::Cluster),
        ("talk", true) => Ok(Input::Talk),
        ("history", true) => Ok(Input::History(None)),
        ("history", false) => {
            let bad = |_| Failure::new("no_round", "name a round by its number");
            Ok(Input::History(Some(rest.parse().map_err(bad)?)))
        }
        ("stats", true) => Ok(Input::Stats),
        ("add_pack", false) => command(Command::AddPack(rest.into())),
        ("leave", true) => Ok(Input::Leave),
        _ => Err(Failure::new("unknown_command", COMMANDS)),
    }
}

/// The room, where there has to be one.
pub(super) fn must_be_in(room: Option<&RoomView>) -> Result<&RoomView, Failure> {
    room.ok_or_else(|| Failure::new("not_in_room", "you are no longer in a room"))
}

/// Changes one setting; `None` if the value is none.
fn set(settings: &mut Settings, word: &str, value: &str) -> Option<()> {
    match word {
        "mode" => settings.mode = Mode::from_code(value)?,
        "rounds" => settings.rounds = value.parse().ok()?,
        "turn" => settings.turn_seconds = value.parse().ok()?,
        "pack" => settings.pack = is_id(value).then(|| value.to_owned())?,
        "difficulty" => settings.difficulty = Difficulty::from_code(value)?,
        "lock" => settings.locked = true,
        "unlock" => settings.locked = false,
        _ => return None,
    }
    Some(())
}

/// The letter that is meant: as it counts in the alphabet, if it does.
fn letter(text: &str, alphabet: Option<&crate::game::Alphabet>) -> Option<Letter> {
    let letter = Letter::parse(text).ok()?;
    let counted = alphabet.and_then(|alphabet| alphabet.letter(letter.as_char()));
    Some(counted.unwrap_or(letter))
}

/// `PACK` or `PACK#N`.
fn entry(text: &str) -> Result<(String, Option<usize>), Failure> {
    let bad = || Failure::new("no_such_entry", "name a pack, or an entry as PACK#N");
    let (pack, number) = match text.split_once('#') {
        Some((pack, number)) => (pack, Some(number.parse().map_err(|_bad| bad())?)),
        None => (text, None),
    };
    if is_id(pack) {
        Ok((pack.to_owned(), number))
    } else {
        Err(bad())
    }
}

/// A player by id, or by a name that only one has.
fn player(game: &Game, text: &str) -> Result<PeerId, Failure> {
    let players = game.players().iter();
    one_of(
        players.map(|(peer, player)| (*peer, player.name.as_str())),
        text,
    )
}

/// Who knocks; if only one does, by no name at all. Also who was sent away.
fn knocker(game: &Game, text: &str) -> Result<PeerId, Failure> {
    let knocks = &game.table().knocks;
    if let (true, 1, Some(peer)) = (text.is_empty(), knocks.len(), knocks.keys().next()) {
        return Ok(*peer);
    }
    let knocks = knocks.iter().map(|(peer, name)| (*peer, name.as_str()));
    let removed = game.table().removed.iter();
    one_of(
        knocks.chain(removed.map(|peer| (*peer, game.name_of(peer)))),
        text,
    )
}

/// `PLAYER` or `PLAYER lock`: who is to be sent away, a member without a seat, too,
/// who is called as in `cluster`; and whether to lock the room. A name that ends so
/// is meant as it stands.
fn removed(room: &RoomView, text: &str) -> Result<(PeerId, bool), Failure> {
    let game = room.state.game();
    let members = &room.cluster.members;
    let ids: Vec<String> = members.iter().map(|m| m.node_id.to_string()).collect();
    let find = |text: &str| {
        let players = game.players().iter();
        let players = players.map(|(peer, player)| (*peer, player.name.as_str()));
        let seats = members.iter().zip(&ids);
        let seats =
            seats.flat_map(|(m, id)| [(m.peer_id, m.name.as_str()), (m.peer_id, id.as_str())]);
        let all = players.chain(seats);
        one_of(all.filter(|(peer, _)| !game.is_removed(peer)), text)
    };
    match (find(text), text.strip_suffix(" lock")) {
        (Err(e), Some(who)) if e.code == Rejection::NoSuchPlayer.code() => {
            Ok((find(who.trim_end())?, true))
        }
        (found, _) => Ok((found?, false)),
    }
}

fn one_of<'a>(all: impl Iterator<Item = (PeerId, &'a str)>, text: &str) -> Result<PeerId, Failure> {
    let found: BTreeSet<PeerId> = all
        .filter(|(peer, name)| *name == text || peer.to_string() == text)
        .map(|(peer, _)| peer)
        .collect();
    match found.iter().collect::<Vec<_>>().as_slice() {
        [] => Err(Rejection::NoSuchPlayer.into()),
        [peer] => Ok(**peer),
        several => {
            let ids: Vec<String> = several.iter().map(ToString::to_string).collect();
            let message = format!(
                "{} have that name; name one by id: {}",
                ids.len(),
                ids.join(", ")
            );
            Err(Failure::new("ambiguous", message))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_without_a_room() {
        let ok = [
            "guess k",
            "guess É",
            "start",
            "start kanna#3",
            "hint",
            "ready",
            "unready",
            "match",
            "match force",
            "choose 2",
            "set moon = Up there",
            "set moon",
            "say hello  you",
            "react cheer",
            "watch",
            "play",
            "take_owner",
            "pin",
            "pin off",
            "stop",
            "continue",
            "leave",
            "history",
            "history 3",
        ];
        for line in ok {
            assert!(parse(line, None).is_ok(), "{line}");
        }
        let bad = [
            ("guess", "not_a_letter"),
            ("guess kk", "not_a_letter"),
            ("start klingon!", "no_such_entry"),
            ("start kanna#x", "no_such_entry"),
            ("mode solo", "not_in_room"),
            ("say", "bad_text"),
            ("react jump", "bad_text"),
            ("match now", "unknown_command"),
            // One that is made is not guessed as easily.
            ("pin 123456", "unknown_command"),
            ("hint please", "unknown_command"),
            ("history x", "no_round"),
            ("", "unknown_command"),
            ("dance", "unknown_command"),
        ];
        for (line, code) in bad {
            assert_eq!(parse(line, None).map_err(|e| e.code), Err(code), "{line}");
        }
    }
}
