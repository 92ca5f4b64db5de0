//! Disks that are full.

use std::{io::Write as _, path::Path, process::Command};

use crate::{lab::Lab, seat::Seat};

/// A small disk of its own, while this lives.
struct SmallDisk<'a>(&'a Path);

impl<'a> SmallDisk<'a> {
    fn mount(path: &'a Path) -> Self {
        std::fs::create_dir_all(path).expect("a folder");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=8m", "tmpfs"])
            .arg(path)
            .status();
        assert!(mounted.expect("mount").success());
        Self(path)
    }
}

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.0).status();
    }
}

/// A seat whose disk is full says so and ends, the others play on, and it comes
/// back when there is space again.
#[test]
#[ignore = "needs root"]
fn a_full_disk_ends_one_seat_only() {
    let lab = Lab::new(3);
    let data = lab.path("P1");
    let _disk = SmallDisk::mount(&data);
    let mut host = Seat::ready(&lab, 1, "P1", &["--host", "den"]);
    let mut others = [2, 3].map(|n| Seat::ready(&lab, n, &format!("P{n}"), &["--join", "den"]));
    host.until("three voters", "cluster", |e| {
        let members = e["members"].as_array();
        members.is_some_and(|m| m.iter().filter(|m| m["voter"] == true).count() == 3)
    });
    host.must("start kanna#1");
    let filler = data.join("filler");
    let mut file = std::fs::File::create(&filler).expect("a file");
    while file.write_all(&[0; 4096]).is_ok() {}
    // The end of it is the first entry that needs a new page in its file.
    let mut commands = 0;
    while !host.has_ended() {
        commands += 1;
        assert!(commands < 5000, "it goes on");
        others[0].must("start kanna#1");
    }
    let status = host.end();
    assert_eq!(status.code(), Some(1));
    others[1].must("guess a");
    // What is open takes space.
    drop(file);
    std::fs::remove_file(&filler).expect("space again");
    let host = Seat::ready(&lab, 1, "P1", &["--resume"]);
    let index = others[0].must("state")["game"]["index"].as_u64();
    host.shown(index.expect("an index"));
}
