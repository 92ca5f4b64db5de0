//! The files of this computer: only their owner can read them, whatever the umask,
//! and nothing that stands in their place is trusted, followed or waited for.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _, symlink},
    path::{Path, PathBuf},
    process::{Child, Command as Program, Output, Stdio},
    sync::mpsc,
    time::Duration,
};

use crate::common::{PATIENCE, node, room_of, sit};
use dhangkanna::{
    config::{Profile, profile_is_running},
    consensus::{LogStore, RULES},
    net::Identity,
    node::{Command, NodeHandle, Timing},
    packs::Packs,
};

/// What may be in the place of a file, and what is said of it.
const NO_FILES: [(&str, &str); 6] = [
    ("pipe", "not a regular file"),
    ("socket", "not a regular file"),
    ("folder", "folder"),
    ("device", "not a regular file"),
    ("link to a pipe", "not a regular file"),
    ("huge", ""),
];

/// Puts it there.
fn put(what: &str, at: &Path) {
    let _ = fs::remove_file(at);
    match what {
        "pipe" => {
            let made = Program::new("mkfifo").arg(at).status().expect("mkfifo");
            assert!(made.success());
        }
        "socket" => drop(std::os::unix::net::UnixListener::bind(at).expect("a socket")),
        "folder" => fs::create_dir(at).expect("a folder"),
        // Nobody can make one in a folder but root.
        "device" => symlink("/dev/zero", at).expect("a link"),
        "link to a pipe" => {
            let pipe = at.with_extension("pipe");
            put("pipe", &pipe);
            symlink(pipe, at).expect("a link");
        }
        "huge" => {
            let file = fs::File::create(at).expect("a file");
            file.set_len(1 << 40).expect("a file with a hole");
        }
        other => panic!("{other}"),
    }
}

/// Does what could wait for ever.
fn soon<T: Send + 'static>(what: &str, work: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, waiting) = mpsc::channel();
    std::thread::spawn(move || done.send(work()));
    let done = waiting.recv_timeout(PATIENCE);
    done.unwrap_or_else(|e| panic!("{what}: {e}"))
}

fn open(data: &Path) -> Result<Profile, String> {
    let data = data.to_owned();
    soon("a profile", move || Profile::open(Some(&data), Some("1"))).map_err(|e| e.to_string())
}

/// The program itself, hosting a room, with everything allowed that its folders and
/// files do not forbid.
fn start(data: &Path) -> Child {
    Program::new("sh")
        .args(["-c", r#"umask 0; exec "$0" "$@""#])
        .arg(env!("CARGO_BIN_EXE_dhangkanna"))
        .args(["headless", "--host", "den", "--interface", "none at all"])
        .arg("--data-dir")
        .arg(data)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program")
}

/// Waits for the answer to a line of its input.
fn answered(mut program: Child, line: usize) -> Child {
    let mut out = BufReader::new(program.stdout.take().expect("its stdout"));
    let want = format!(r#""line":{line}"#);
    let out = soon("the program", move || {
        let mut line = String::new();
        while !line.contains(&want) {
            line.clear();
            if out.read_line(&mut line).expect("text") == 0 {
                return None;
            }
        }
        Some(out)
    });
    match out {
        Some(out) => program.stdout = Some(out.into_inner()),
        None => panic!("it ended: {:?}", leave(program)),
    }
    program
}

/// Waits until the room is announced to other profiles.
fn announced(data: &Path) {
    let file = data.join("profiles/1/announcement");
    let is_there = move || fs::symlink_metadata(&file).is_ok_and(|file| file.is_file());
    soon("an announcement", move || {
        while !is_there() {
            std::thread::sleep(Duration::from_millis(10));
        }
    });
}

/// Leaves the room, and returns what was printed.
fn leave(mut program: Child) -> Output {
    let stdin = program.stdin.take();
    // It may have said no already.
    let _ = stdin.expect("its stdin").write_all(b"leave\n");
    soon("the program", move || program.wait_with_output()).expect("its output")
}

/// All files and folders in a folder, with their modes.
fn modes(folder: &Path) -> Vec<(PathBuf, u32)> {
    let mut all = Vec::new();
    for file in fs::read_dir(folder).expect("a folder").flatten() {
        let meta = match file.metadata() {
            // It has taken another one's place meanwhile.
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => continue,
            meta => meta.expect("a file"),
        };
        all.push((file.path(), meta.mode() & 0o777));
        if meta.is_dir() {
            all.extend(modes(&file.path()));
        }
    }
    all
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("a mode");
}

fn pack(folder: &Path, name: &str, id: &str) -> PathBuf {
    let file = folder.join(name);
    let text = format!("id: {id}\nname: M\nlanguage: en\nlicence: CC0-1.0\n---\nmoon = Up\n");
    fs::write(&file, text).expect("a pack");
    file
}

/// A runtime with a node in a room on it.
fn hosting(data: &Path) -> (tokio::runtime::Runtime, NodeHandle) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let _entered = runtime.enter();
    let host = node(data, "Host", Timing::REAL, || {});
    runtime.block_on(sit(
        &host,
        Command::Host {
            room: None,
            pin: None,
        },
    ));
    drop(_entered);
    (runtime, host)
}

/// Which files and folders there must be, each only for its owner.
fn all_private(data: &Path, names: &[&str]) {
    let all = modes(data);
    for name in names {
        let there = all.iter().any(|(path, _)| path.ends_with(name));
        assert!(there, "{name}: {all:?}");
    }
    for (path, mode) in all {
        let want = if path.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(mode, want, "{}", path.display());
    }
}

#[test]
fn all_is_private_whatever_the_umask() {
    let data = tempfile::tempdir().expect("a folder");
    let elsewhere = tempfile::tempdir().expect("a folder");
    let file = pack(elsewhere.path(), "a.txt", "mine");
    let mut program = start(data.path());
    let stdin = program.stdin.as_mut().expect("its stdin");
    writeln!(stdin, "add_pack {}\nread", file.display()).expect("written");
    let program = answered(program, 2);
    announced(data.path());
    let room = [
        "rooms",
        "raft.redb",
        "seat",
        "announcement",
        "lock",
        "port",
        "player",
    ];
    let others = [
        "identity.pem",
        "logs",
        "dhangkanna.log",
        "packs",
        "mine.txt",
    ];
    all_private(data.path(), &[&room[..], &others[..]].concat());
    assert!(leave(program).status.success());

    // What only a window asks for.
    let (runtime, host) = hosting(data.path());
    let events = Command::Export("what happened".to_owned());
    runtime.block_on(host.request(events)).expect("a file");
    all_private(data.path(), &["events"]);
    runtime.block_on(host.shutdown()).expect("left");
}

#[cfg(feature = "gui")]
#[test]
fn the_windows_file_is_there_and_private() {
    let data = tempfile::tempdir().expect("a folder");
    let profile = open(data.path()).expect("a profile");
    let file = profile.window_file();
    all_private(data.path(), &["window.ron"]);
    fs::write(&file, "{\"window\":\"\"}").expect("written");
    assert_eq!(profile.window_file(), file);
    assert_eq!(fs::read(&file).expect("a file"), b"{\"window\":\"\"}");
    for what in ["pipe", "socket", "device", "link to a pipe", "huge"] {
        put(what, &file);
        assert_eq!(profile.window_file(), file);
        assert_eq!(fs::read(&file).expect("a file"), b"{}", "{what}");
    }
}

#[test]
fn what_others_could_read_they_cannot_after_a_start() {
    let data = tempfile::tempdir().expect("a folder");
    fs::create_dir(data.path().join("packs")).expect("a folder");
    pack(&data.path().join("packs"), "a.txt", "mine");
    let first = leave(start(data.path()));
    assert!(first.status.success(), "{first:?}");
    let profiles = data.path().join("profiles");
    let profile = profiles.join("1");
    for (path, _) in modes(data.path()) {
        let guarded = path == profiles || path == profile;
        let mode = match path.is_dir() {
            // Others could write in the folders in it.
            true if guarded => 0o755,
            true => 0o777,
            false => 0o666,
        };
        set_mode(&path, mode);
    }
    set_mode(data.path(), 0o755);
    let again = leave(start(data.path()));
    assert!(again.status.success(), "{again:?}");
    for (path, mode) in modes(data.path()) {
        assert_eq!(mode & 0o077, 0, "{}", path.display());
    }
    let log = fs::read_to_string(profile.join("logs/dhangkanna.log")).expect("a log");
    assert!(log.contains("identity.pem was readable by others"), "{log}");
    // The data directory is the player's own affair.
    let mode = fs::metadata(data.path()).expect("a folder").mode();
    assert_eq!(mode & 0o777, 0o755);
}

#[test]
fn a_folder_that_others_can_change_is_refused() {
    let fresh = || {
        let data = tempfile::tempdir().expect("a folder");
        drop(open(data.path()).expect("a profile"));
        data
    };
    let table = [
        ("", 0o777, "chmod go-w"),
        ("", 0o775, "chmod go-w"),
        ("profiles", 0o770, "chmod go-w"),
        ("profiles", 0o1777, "chmod go-w"),
        ("profiles/1", 0o702, "chmod go-w"),
        // As in /tmp: nobody can put another folder in the place of ours.
        ("", 0o1777, ""),
        ("", 0o755, ""),
        ("profiles", 0o755, ""),
        ("profiles/1", 0o755, ""),
    ];
    for (folder, mode, want) in table {
        let data = fresh();
        set_mode(&data.path().join(folder), mode);
        match open(data.path()) {
            Ok(_) => assert_eq!(want, "", "{folder} {mode:o}"),
            Err(e) => {
                assert!(
                    !want.is_empty() && e.contains(want),
                    "{folder} {mode:o}: {e}"
                );
                assert!(e.contains("--data-dir"), "{e}");
            }
        }
    }
    for folder in ["profiles", "profiles/1"] {
        let data = fresh();
        let (at, moved) = (data.path().join(folder), data.path().join("moved"));
        fs::rename(&at, &moved).expect("moved");
        symlink(&moved, &at).expect("a link");
        let e = open(data.path()).expect_err(folder);
        assert!(e.contains("is a link"), "{e}");
    }
    if rustix::process::geteuid().is_root() {
        for folder in ["", "profiles", "profiles/1"] {
            let data = fresh();
            std::os::unix::fs::chown(data.path().join(folder), Some(4711), None).expect("given");
            let e = open(data.path()).expect_err(folder);
            assert!(e.contains("belongs to another user"), "{e}");
        }
    }
    // In a place of everybody's, a folder of our own is made.
    let place = tempfile::tempdir().expect("a folder");
    set_mode(place.path(), 0o1777);
    let data = place.path().join("mine");
    drop(open(&data).expect("a profile"));
    assert_eq!(fs::metadata(&data).expect("a folder").mode() & 0o777, 0o700);
}

#[test]
fn neither_links_nor_leftovers_are_followed() {
    let data = tempfile::tempdir().expect("a folder");
    let target = data.path().join("target");
    let folder = data.path().join("profiles/1");
    drop(open(data.path()).expect("a profile"));
    let untouched = |what: &str| {
        let text = fs::read_to_string(&target).expect("the target");
        assert_eq!(text, "precious", "{what}");
        assert_eq!(
            fs::metadata(&target).expect("it").mode() & 0o777,
            0o644,
            "{what}"
        );
    };
    let link = |name: &str| {
        fs::write(&target, "precious").expect("written");
        set_mode(&target, 0o644);
        let at = folder.join(name);
        let _ = fs::remove_file(&at);
        symlink(&target, at).expect("a link");
    };
    link("lock");
    let e = open(data.path()).expect_err("a link");
    assert!(e.contains("is a link"), "{e}");
    untouched("lock");
    assert!(!profile_is_running(&folder));
    fs::remove_file(folder.join("lock")).expect("removed");

    link("identity.pem");
    let e = Identity::load_or_create(&folder).err().expect("a link");
    assert!(e.to_string().contains("is a link"), "{e}");
    untouched("identity.pem");
    fs::remove_file(folder.join("identity.pem")).expect("removed");

    for name in [
        "identity.new",
        "player.new",
        "port.new",
        "announcement.new",
        "settings.new",
    ] {
        link(name);
    }
    for name in [
        "player",
        "port",
        "announcement",
        "settings.json",
        "record.json",
    ] {
        link(name);
    }
    let (runtime, host) = hosting(data.path());
    assert!(runtime.block_on(async { room_of(&host.view().borrow()).is_some() }));
    announced(data.path());
    untouched("drafts and small files");
    for name in ["player", "port", "announcement", "identity.pem"] {
        let meta = fs::symlink_metadata(folder.join(name)).expect(name);
        assert!(meta.is_file() && meta.mode() & 0o777 == 0o600, "{name}");
    }
    runtime.block_on(host.shutdown()).expect("left");

    let logs = folder.join("logs");
    let _ = fs::remove_dir_all(&logs);
    fs::create_dir(&logs).expect("a folder");
    link("logs/dhangkanna.log");
    assert!(leave(start(data.path())).status.success());
    untouched("the log");
    let room = folder.join("rooms/x");
    fs::create_dir_all(&room).expect("a folder");
    link("rooms/x/raft.redb");
    let e = LogStore::open(&room.join("raft.redb"), RULES).expect_err("a link");
    assert!(e.to_string().contains("is a link"), "{e}");
    untouched("the room's log");
}

#[test]
fn what_is_no_file_neither_hangs_nor_fills_the_memory() {
    for (what, _) in NO_FILES {
        let data = tempfile::tempdir().expect("a folder");
        let folder = data.path().join("profiles/1");
        drop(open(data.path()).expect("a profile"));
        // Another profile, of which only the announcement is read, and the lock.
        drop(Profile::open(Some(data.path()), Some("other")).expect("another"));
        let small = ["player", "port", "settings.json", "record.json"];
        let of_others = ["../other/announcement", "../other/lock"];
        for name in small.iter().chain(&of_others) {
            put(what, &folder.join(name));
        }
        fs::create_dir_all(folder.join("rooms/x/7")).expect("a folder");
        put(what, &folder.join("rooms/x/7/seat"));
        fs::create_dir_all(folder.join("logs")).expect("a folder");
        put(what, &folder.join("logs/dhangkanna.log"));
        let said = leave(start(data.path()));
        assert!(said.status.success(), "{what}: {said:?}");

        for name in ["lock", "identity.pem", "rooms/x/7/raft.redb"] {
            let at = folder.join(name);
            let _ = fs::remove_file(&at);
            put(what, &at);
            let (data, folder) = (data.path().to_owned(), folder.clone());
            let e = soon(&format!("{name}: {what}"), move || match name {
                "lock" => Profile::open(Some(&data), Some("1"))
                    .err()
                    .map(|e| e.to_string()),
                "identity.pem" => Identity::load_or_create(&folder)
                    .err()
                    .map(|e| e.to_string()),
                _ => LogStore::open(&at, RULES).err().map(|e| e.to_string()),
            });
            // A lock is never read.
            let fits = (name, what) == ("lock", "huge");
            assert!(fits || e.is_some(), "{name}: {what}");
            assert!(fits || !e.unwrap_or_default().is_empty(), "{name}: {what}");
        }
    }
}

#[test]
fn a_pack_is_a_file_of_at_most_two_mebibytes() {
    for (what, want) in NO_FILES {
        let data = tempfile::tempdir().expect("a folder");
        let folder = data.path().join("packs");
        fs::create_dir(&folder).expect("a folder");
        pack(&folder, "a.txt", "first");
        put(what, &folder.join("b.txt"));
        pack(&folder, "c.txt", "last");
        let load = folder.clone();
        let (packs, warnings) = soon(what, move || Packs::load(&load));
        assert!(packs.get("first").is_some() && packs.get("last").is_some());
        assert_eq!(warnings.len(), 1, "{what}: {warnings:?}");
        let want = if want.is_empty() { "too large" } else { want };
        assert!(
            warnings[0].contains("b.txt") && warnings[0].contains(want),
            "{warnings:?}"
        );

        let (to, file) = (folder.clone(), folder.join("b.txt"));
        let e = soon(what, move || Packs::add(&to, &file)).expect_err(what);
        assert!(e.contains("b.txt") && e.contains(want), "{what}: {e}");

        let mut listing = Program::new(env!("CARGO_BIN_EXE_dhangkanna"));
        listing.args(["packs", "--data-dir"]).arg(data.path());
        let listed = soon(what, move || listing.output()).expect("the program");
        let said = String::from_utf8_lossy(&listed.stderr).into_owned();
        assert!(
            listed.status.success() && said.contains(want),
            "{what}: {said}"
        );
    }
    // One that grows is read up to the bound.
    let e = soon("/proc", || {
        Packs::add(Path::new("/nowhere"), Path::new("/proc/self/pagemap"))
    });
    assert!(e.is_err());
}

#[test]
fn a_pack_that_is_added_replaces_what_has_its_name() {
    let data = tempfile::tempdir().expect("a folder");
    let folder = data.path().join("packs");
    fs::create_dir(&folder).expect("a folder");
    let file = pack(data.path(), "new.txt", "mine");
    let (target, at) = (data.path().join("target"), folder.join("mine.txt"));
    fs::write(&target, "precious").expect("written");
    symlink(&target, &at).expect("a link");
    let add = |file: &Path| {
        let (folder, file) = (folder.clone(), file.to_owned());
        soon("a pack", move || Packs::add(&folder, &file))
    };
    add(&file).expect("added");
    assert_eq!(fs::read_to_string(&target).expect("the target"), "precious");
    assert!(fs::symlink_metadata(&at).expect("a pack").is_file());
    put("pipe", &at);
    let (packs, _) = add(&file).expect("added");
    assert!(packs.get("mine").is_some());
    assert!(
        !fs::symlink_metadata(&at)
            .expect("a pack")
            .file_type()
            .is_fifo()
    );
    // A link to a pack is one, and so is the player's folder elsewhere.
    let elsewhere = tempfile::tempdir().expect("a folder");
    fs::remove_dir_all(&folder).expect("removed");
    symlink(elsewhere.path(), &folder).expect("a link");
    symlink(&file, folder.join("x.txt")).expect("a link");
    let (packs, warnings) = Packs::load(&folder);
    assert!(packs.get("mine").is_some(), "{warnings:?}");
    let other = pack(data.path(), "other.txt", "other");
    add(&other).expect("added");
    assert!(elsewhere.path().join("other.txt").exists());
}

#[test]
fn a_flood_of_connections_is_two_lines_in_the_log() {
    let data = tempfile::tempdir().expect("a folder");
    let mut program = start(data.path());
    let stdin = program.stdin.as_mut().expect("its stdin");
    writeln!(stdin, "read").expect("written");
    let program = answered(program, 1);
    let profile = data.path().join("profiles/1");
    let port = fs::read_to_string(profile.join("port")).expect("a port");
    let port: u16 = port.parse().expect("a number");
    let connect = |_| std::net::TcpStream::connect(("127.0.0.1", port)).expect("a connection");
    let open: Vec<_> = (0..300).map(connect).collect();
    assert!(leave(program).status.success());
    drop(open);
    let log: String = modes(&profile.join("logs"))
        .iter()
        .map(|(file, _)| fs::read_to_string(file).expect("a log"))
        .collect();
    let lines: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("too many"))
        .collect();
    let [line, count] = lines[..] else {
        panic!("{} lines: {log}", lines.len());
    };
    let what = line.split_once("WARN").expect("a warning").1;
    assert!(
        count.contains(what) && count.ends_with(" times more"),
        "{count}"
    );
}

/// What is in a folder that somebody handed over is called as they like.
#[test]
fn the_name_of_a_file_does_not_control_the_terminal() {
    let data = tempfile::tempdir().expect("a folder");
    let folder = data.path().join("packs");
    fs::create_dir(&folder).expect("a folder");
    fs::write(folder.join("b\u{1b}[2J\u{202e}\u{9b}.txt"), "no pack").expect("a file");
    pack(&folder, "m.txt", "mine");
    let text = fs::read_to_string(folder.join("m.txt")).expect("a pack");
    let named = text.replace("name: M", "name: M\u{85}\u{202e}\u{200f}");
    fs::write(folder.join("m.txt"), named).expect("a pack");
    for args in [&["packs"][..], &["packs", "--json"]] {
        let mut listing = Program::new(env!("CARGO_BIN_EXE_dhangkanna"));
        listing.args(args).arg("--data-dir").arg(data.path());
        let listed = listing.output().expect("the program");
        let said =
            [listed.stdout, listed.stderr].map(|said| String::from_utf8(said).expect("text"));
        assert!(said[1].contains("b\u{fffd}[2J\u{fffd}.txt"), "{said:?}");
        for said in said {
            let controls = |c: char| c != '\n' && c.is_control() || "\u{202e}".contains(c);
            assert!(!said.contains(controls), "{said:?}");
        }
    }
}

/// The log says what is in its way.
#[test]
fn a_folder_called_like_a_log_is_no_reason_for_no_log() {
    let data = tempfile::tempdir().expect("a folder");
    drop(open(data.path()).expect("a profile"));
    let logs = data.path().join("profiles/1/logs");
    fs::create_dir_all(logs.join("dhangkanna.x.log")).expect("a folder");
    let said = leave(start(data.path()));
    assert!(said.status.success(), "{said:?}");
    let log = fs::read_to_string(logs.join("dhangkanna.log")).expect("a log");
    assert!(log.contains("dhangkanna.x.log is in the way"), "{log}");
}
