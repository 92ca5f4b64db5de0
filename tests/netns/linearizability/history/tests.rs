//! That the check finds what is wrong, and nothing else.

use super::{Call::*, *};

type Line<'a> = (usize, Call, u64, u64, &'a str);

/// An answer that says nothing.
const LOST: &str = "";

/// Player, call, from, to, answer. That to a read is what was guessed in
/// round 1 of `kanna kamui` by then, as player and letter.
fn explained(history: &[Line<'_>]) -> bool {
    let op = |(player, call, from, to, answer): &Line<'_>| {
        let heard = match call {
            Read => {
                let mut game = Model::default();
                game.play(1, Start(0));
                for made in answer.split_whitespace() {
                    let (player, letter) = made.split_at(1);
                    let letter = letter.parse().expect("a letter");
                    game.guesses
                        .push((letter, player.parse().expect("a player")));
                }
                Answer::Shown(game.show())
            }
            _ => Answer::Said((*answer).to_owned()),
        };
        Op {
            player: *player,
            call: *call,
            called: Duration::from_millis(*from),
            answer: (*answer != LOST || *call == Read)
                .then_some((Duration::from_millis(*to), heard)),
        }
    };
    let start: Line<'_> = (1, Start(0), 0, 1, "started");
    let ops: Vec<Op> = [&[start], history].concat().iter().map(op).collect();
    check(&ops).expect("an end").0
}

#[test]
fn what_one_game_explains() {
    let k = Guess('k');
    let x = Guess('x');
    let table: [(&str, &[Line<'_>]); 8] = [
        (
            "in order",
            &[
                (1, k, 2, 3, "hit"),
                (2, Read, 4, 5, "1k"),
                (2, k, 6, 7, "repeat"),
            ],
        ),
        (
            "seen before it was answered",
            &[(1, k, 2, 9, "hit"), (2, Read, 3, 4, "1k")],
        ),
        (
            "not seen before it was answered",
            &[(1, k, 2, 9, "hit"), (2, Read, 3, 4, "")],
        ),
        (
            "unanswered, and seen",
            &[(1, k, 2, 0, LOST), (2, Read, 3, 4, "1k")],
        ),
        (
            "unanswered, and never seen",
            &[(1, k, 2, 0, LOST), (2, Read, 30, 40, "")],
        ),
        (
            "unanswered, and late",
            &[
                (1, k, 2, 0, LOST),
                (2, x, 3, 4, "miss"),
                (2, Read, 5, 6, "2x"),
                (2, Read, 7, 8, "2x 1k"),
            ],
        ),
        (
            "the answers' order is not the game's",
            &[
                (1, k, 2, 9, "hit"),
                (2, k, 2, 5, "repeat"),
                (3, Read, 3, 4, "1k"),
            ],
        ),
        (
            "unanswered guesses in either order",
            &[
                (1, k, 2, 0, LOST),
                (2, x, 2, 0, LOST),
                (3, Read, 5, 6, "2x 1k"),
            ],
        ),
    ];
    for (what, history) in table {
        assert!(explained(history), "{what}");
    }
}

#[test]
fn what_no_game_explains() {
    let k = Guess('k');
    let x = Guess('x');
    let table: [(&str, &[Line<'_>]); 9] = [
        ("a stale read", &[(1, k, 2, 3, "hit"), (2, Read, 4, 5, "")]),
        (
            "a lost guess",
            &[(1, x, 2, 3, "miss"), (2, x, 4, 5, "miss")],
        ),
        (
            "a guess that its own retry repeats",
            &[(1, x, 2, 3, "repeat")],
        ),
        (
            "a guess that counts twice",
            &[(1, x, 2, 3, "miss"), (2, Read, 4, 5, "1x 1x")],
        ),
        ("a guess that was not made", &[(2, Read, 2, 3, "1k")]),
        (
            "somebody else's guess",
            &[(1, k, 2, 3, "hit"), (2, Read, 4, 5, "2k")],
        ),
        (
            "a game that goes back",
            &[
                (1, k, 2, 0, LOST),
                (2, Read, 3, 4, "1k"),
                (3, Read, 5, 6, ""),
            ],
        ),
        (
            "two orders",
            &[
                (1, k, 2, 9, "hit"),
                (2, x, 2, 9, "miss"),
                (3, Read, 3, 4, "1k"),
                (4, Read, 3, 4, "2x"),
            ],
        ),
        ("a round that is not over", &[(1, k, 2, 3, "round_over")]),
    ];
    for (what, history) in table {
        assert!(!explained(history), "{what}");
    }
}
