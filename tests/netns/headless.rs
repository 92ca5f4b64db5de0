//! The headless program's exit codes, messages and signals.

use std::{process::Command, time::Instant};

use crate::harness::{
    lab::Lab,
    seat::{PATIENCE, Seat, program, run_to_end},
};

/// How many rooms are seen from a host.
fn rooms(lab: &Lab, host: usize) -> usize {
    let output = Command::new("ip")
        .args(["netns", "exec", &lab.host(host), &program(host), "rooms"])
        .arg("--json")
        .arg("--data-dir")
        .arg(lab.path("nobody"))
        .output()
        .expect("the program");
    String::from_utf8_lossy(&output.stdout).lines().count()
}

#[test]
#[ignore = "needs root"]
fn what_goes_wrong_is_said() {
    let lab = Lab::new(2);
    let run = |args: &[&str]| run_to_end(&lab, 2, args);
    let (code, said) = run(&["--join", "nowhere", "--wait", "0.5"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("no room nowhere was found") && said.lines().count() == 1,
        "{said}"
    );
    let (code, said) = run(&["--join", "10.77.0.1:9", "--wait", "1"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("nobody answers") && said.lines().count() == 1,
        "{said}"
    );
    assert_eq!(run(&[]).0, Some(2));
    assert_eq!(run(&["--host", "den", "--join", "den"]).0, Some(2));
    // Two rooms of one name: joined by id only.
    let first = Seat::ready(&lab, 1, "P1", &["--host", "den"]);
    let second = Seat::ready(&lab, 1, "P2", &["--host", "den"]);
    // The second one is announced once it has asked whether its name is free.
    let deadline = Instant::now() + PATIENCE;
    while rooms(&lab, 2) < 2 {
        assert!(Instant::now() < deadline, "only one room is seen");
    }
    let (code, said) = run(&["--join", "den", "--wait", "5"]);
    assert_eq!(code, Some(1), "{said}");
    for seat in [&first, &second] {
        let id = seat.newest("cluster")["cluster_id"]
            .as_str()
            .unwrap()
            .to_owned();
        assert!(said.contains(&id), "{said}");
    }
    let id = second.newest("cluster")["cluster_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let third = Seat::ready(&lab, 2, "P3", &["--join", &id]);
    third.wait("both members", |e| {
        e["members"].as_array().is_some_and(|m| m.len() == 2)
    });
    // By address, without any discovery.
    let addr = first.newest("ready")["addr"].as_str().unwrap().to_owned();
    let mut fourth = Seat::ready(&lab, 2, "P4", &["--join", &addr, "--interface", "none"]);
    for (line, code) in [
        ("guess k", "no_round"),
        ("guess kk", "not_a_letter"),
        ("guess 7", "not_a_letter"),
        ("start klingon", "no_such_entry"),
        ("start kanna#0", "no_such_entry"),
        ("start kanna#99999", "no_such_entry"),
        ("", "unknown_command"),
        ("dance", "unknown_command"),
        (&"x".repeat(100_000), "unknown_command"),
    ] {
        let (_, reply) = fourth.ask(line);
        assert_eq!(reply["code"], code, "{reply}");
    }
    fourth.must("start kanna#1");
}

#[test]
#[ignore = "needs root"]
fn signals_and_the_end_of_input() {
    for signal in ["TERM", "INT"] {
        let lab = Lab::new(2);
        let host = Seat::ready(&lab, 1, "P1", &["--host", "den"]);
        let mut guest = Seat::ready(&lab, 2, "P2", &["--join", "den"]);
        let pid = host.id().to_string();
        let sent = std::process::Command::new("kill")
            .args(["-s", signal, &pid])
            .status();
        assert!(sent.expect("kill").success());
        let (_, bye) = host.wait("bye", |e| e["event"] == "bye");
        println!("{signal}: {bye}");
        assert!(host.end().success());
        guest.wait("me as leader", |e| {
            e["event"] == "cluster" && e["role"] == "leader"
        });
        guest.must("start kanna#1");
    }
}
