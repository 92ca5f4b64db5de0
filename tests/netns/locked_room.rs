//! A locked room: who is let in, refused, removed and let in again.

use crate::harness::{
    lab::Lab,
    room::room,
    seat::{Seat, run_to_end, run_to_end_as},
};

#[test]
#[ignore = "needs root"]
fn a_locked_room_is_knocked_at() {
    let lab = Lab::new(5);
    let mut seats = room(&lab, 3);
    seats[0].must("lock");
    // Let in.
    let stranger = Seat::start(&lab, 4, "P4", &["--join", "den"]);
    seats[0].wait("a knock", |e| e["event"] == "knock" && e["name"] == "P4");
    seats[1].until("the knock", "game", |game| game["knocks"][0] == "P4");
    assert_eq!(seats[1].ask("accept").1["code"], "not_owner");
    seats[0].must("accept");
    stranger.wait("ready", |e| e["event"] == "ready");
    // Refused, in words.
    let refused = std::thread::scope(|scope| {
        let joining = scope.spawn(|| run_to_end(&lab, 5, &["--join", "den", "--name", "P5"]));
        seats[0].wait("a knock", |e| e["event"] == "knock" && e["name"] == "P5");
        seats[0].must("refuse P5");
        joining.join().expect("its end")
    });
    assert_eq!(refused.0, Some(1), "{}", refused.1);
    assert!(refused.1.contains("did not let you in"), "{}", refused.1);
    // Who was in comes back without asking: after a crash, and after leaving.
    seats.remove(2).kill();
    let back = Seat::ready(&lab, 3, "P3", &["--resume"]);
    assert!(back.leave().success());
    let back = Seat::ready(&lab, 3, "P3", &["--join", "den"]);
    // Sent away, told, not let in again, let in again.
    seats[0].must("unlock");
    seats[0].must("remove P3 lock");
    back.wait("word of it", |e| {
        e["event"] == "warning"
            && e["message"]
                .as_str()
                .is_some_and(|m| m.contains("removed you"))
    });
    seats[1].until("one less", "cluster", |c| {
        c["members"].as_array().is_some_and(|m| m.len() == 3)
    });
    drop(back);
    let (code, said) = run_to_end_as(&lab, 3, "P3", &["--join", "den", "--name", "P3"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("removed you"), "{said}");
    // On the same computer with another profile: a stranger, who knocks.
    let again = Seat::start(&lab, 3, "Other", &["--join", "den"]);
    seats[0].wait("a knock", |e| e["event"] == "knock" && e["name"] == "Other");
    seats[0].must("refuse Other");
    drop(again);
    seats[0].must("accept P3");
    Seat::ready(&lab, 3, "P3", &["--join", "den"]);
}
