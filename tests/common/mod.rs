//! What several suites share: nodes in this process, which find each other without
//! any network.

#![allow(dead_code, reason = "each test uses a part of it")]

pub mod disk;
#[cfg(feature = "gui")]
pub mod player;
#[cfg(feature = "gui")]
pub mod words;

use std::{path::Path, sync::Arc, time::Duration};

use dhangkanna::{
    config::Profile,
    discovery::Interfaces,
    game::Name,
    node::{Node, NodeConfig, NodeHandle, RoomView, Stage, Timing, View},
};

/// No wait in a test is longer.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A node in the lobby, listening on some port, on no interface but loopback.
pub fn node(
    data: &Path,
    name: &str,
    timing: Timing,
    on_change: impl Fn() + Send + Sync + 'static,
) -> NodeHandle {
    let config = NodeConfig {
        profile: Profile::open(Some(data), None).expect("a profile"),
        name: Some(Name::parse(name).expect("a name")),
        port: 0,
        interfaces: Interfaces::only(vec!["no interface at all".to_owned()]),
        gossip: None,
        timing,
    };
    Node::start(config, on_change).expect("a node")
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
