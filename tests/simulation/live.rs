//! A node on its host: what it does by itself, and the orders that it takes.

use std::{net::IpAddr, path::PathBuf, sync::Arc, time::Duration};

use dhangkanna::{
    config::Profile,
    game::Name,
    net::Identity,
    node::{Command, Done, JoinTarget, Node, Timing},
};
use tokio::sync::mpsc;

use crate::{
    checks::Acknowledged,
    run::{Told, room_of},
    world::Shared,
};

/// A member that was away this long loses its seat: sooner than with people.
const REMOVE: Duration = Duration::from_secs(12);

/// Into the room that everybody plays in.
pub fn join() -> Command {
    Command::Join {
        target: JoinTarget::Room("den".to_owned()),
        wait: Duration::from_secs(10),
        pin: None,
    }
}

/// A node on its host, from a start to a crash.
#[expect(clippy::too_many_arguments, reason = "called in one place")]
pub async fn live(
    shared: Shared,
    told: Told,
    folder: PathBuf,
    host: String,
    identity: Arc<Identity>,
    ip: IpAddr,
    queue: Arc<tokio::sync::Mutex<mpsc::UnboundedReceiver<Command>>>,
    hosts: bool,
) {
    let peer = identity.peer_id();
    let world = shared.world(identity, ip).await.expect("a world");
    let profile = Profile::open(Some(&folder), Some("1")).expect("a profile");
    let keeps_a_room =
        std::fs::read_dir(profile.rooms()).is_ok_and(|mut rooms| rooms.next().is_some());
    let name = Name::parse(&host).ok();
    let timing = Timing {
        remove: REMOVE,
        ..Timing::REAL
    };
    let node = Node::start_in(world, profile, name, timing, || {});
    told.nodes
        .lock()
        .unwrap()
        .insert(host.clone(), node.clone());
    let first = match (keeps_a_room, hosts) {
        (true, _) => Command::Resume { which: None },
        (false, true) => Command::Host {
            room: Name::parse("den").ok(),
            pin: None,
        },
        (false, false) => join(),
    };
    let _ = node.request(first).await;
    let mut queue = queue.lock().await;
    while let Some(command) = queue.recv().await {
        let (node, told) = (node.clone(), told.clone());
        tokio::spawn(async move {
            let before = room_of(&node);
            let leaves = command == Command::Leave;
            let reply = node.request(command).await;
            if leaves {
                let _ = node.request(join()).await;
                return;
            }
            let after = room_of(&node);
            let same = before
                .zip(after)
                .filter(|(before, after)| before.cluster.cluster_id == after.cluster.cluster_id);
            match reply {
                Ok(Done::Applied {
                    outcome,
                    index,
                    copies,
                }) if same.is_some() => {
                    let cluster = same.expect("checked").0.cluster.cluster_id;
                    told.acknowledged.lock().unwrap().push(Acknowledged {
                        cluster,
                        index,
                        peer,
                        outcome,
                        copies,
                    });
                }
                _ => {}
            }
        });
    }
}
