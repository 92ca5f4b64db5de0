//! What several suites share: nodes in this process, which find each other without
//! any network.

#![allow(dead_code, reason = "each test uses a part of it")]

pub mod disk;
#[cfg(feature = "gui")]
pub mod player;
#[cfg(feature = "gui")]
pub mod words;

use std::{
    collections::BTreeMap,
    fs, io,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use dhangkanna::{
    config::Profile,
    discovery::Interfaces,
    game::Name,
    node::{
        Command, JoinTarget, Node, NodeConfig, NodeHandle, RoomView, Stage, Timing, View, World,
    },
};
use tokio::runtime::Runtime;

/// No wait in a test is longer.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A node in the lobby, listening on some port, on no interface but loopback.
pub fn node(
    data: &Path,
    name: &str,
    timing: Timing,
    on_change: impl Fn() + Send + Sync + 'static,
) -> NodeHandle {
    Node::start(config(data, name, timing), on_change).expect("a node")
}

/// The same, of a program that knows the rules up to a version.
pub fn node_knowing(data: &Path, name: &str, rules: u32) -> NodeHandle {
    let config = config(data, name, Timing::REAL);
    let world = World {
        rules,
        ..World::real(&config).expect("a world")
    };
    let NodeConfig { profile, name, .. } = config;
    Node::start_in(world, profile, name, Timing::REAL, || {})
}

fn config(data: &Path, name: &str, timing: Timing) -> NodeConfig {
    NodeConfig {
        profile: Profile::open(Some(data), None).expect("a profile"),
        name: Some(Name::parse(name).expect("a name")),
        port: 0,
        interfaces: Interfaces::only(vec!["no interface at all".to_owned()]),
        gossip: None,
        timing,
    }
}

/// A player's program ends at once. From a thread that may block.
pub fn kill(player: NodeHandle, program: Runtime) {
    tokio::task::block_in_place(|| program.shutdown_timeout(PATIENCE));
    // Without its handle, a program that runs leaves its room.
    drop(player);
}

/// Asks for a seat, and waits for it.
pub async fn sit(node: &NodeHandle, command: Command) {
    node.request(command).await.expect("a seat");
    until(node, "a seat", |view| room_of(view).is_some()).await;
}

/// Where a node can be joined, as its window shows it.
pub fn addr_of(node: &NodeHandle) -> SocketAddr {
    node.view().borrow().me.addr.parse().expect("an address")
}

/// The command to join at an address.
pub fn join(addr: SocketAddr) -> Command {
    Command::Join {
        target: JoinTarget::Addr(addr),
        wait: PATIENCE,
        pin: None,
    }
}

/// Waits until the view is as it should be.
pub async fn until(node: &NodeHandle, what: &str, is_it: impl Fn(&View) -> bool) -> Arc<View> {
    let mut views = node.view();
    let wait = views.wait_for(|view| is_it(view));
    match tokio::time::timeout(PATIENCE, wait).await {
        Ok(Ok(view)) => Arc::clone(&view),
        Ok(Err(_)) => panic!("{what}: the node stopped"),
        Err(_) => panic!("{what}: not in time; {:#?}", node.view().borrow()),
    }
}

/// The room somebody is in.
pub fn room_of(view: &View) -> Option<&RoomView> {
    match &view.stage {
        Stage::Room(room) => Some(room),
        _ => None,
    }
}

/// Copies a data directory as it is between two writes.
pub fn copy_settled(from: &Path, to: &Path) {
    let files = loop {
        match (files_below(from), files_below(from)) {
            (Ok(files), Ok(again)) if files == again => break files,
            (Err(e), _) | (_, Err(e)) if e.kind() != io::ErrorKind::NotFound => panic!("{e}"),
            // Something was written, or put in its place, meanwhile.
            _ => {}
        }
    };
    for (path, content) in files {
        let path = to.join(path.strip_prefix(from).expect("below it"));
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, content).expect("a file");
    }
}

/// All files below a folder.
pub fn files_below(folder: &Path) -> io::Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.append(&mut files_below(&path)?);
        } else {
            let content = fs::read(&path)?;
            files.insert(path, content);
        }
    }
    Ok(files)
}
