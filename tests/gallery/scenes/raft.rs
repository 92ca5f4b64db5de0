//! What the cluster does, and what goes wrong in it.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use dhangkanna::node::{ClusterEvent, ClusterEventKind, LogStats, RaftStats, Role, Trouble};

use super::super::table::{Table, cluster_id, name};
use super::{Scene, opened, scene, together, within};

/// Raft, watched by its leader.
pub fn watched() -> Vec<Scene> {
    let events = |all: Vec<(u64, ClusterEventKind)>| -> Arc<[ClusterEvent]> {
        // Half a minute more than told, so that it is the same whenever it is drawn.
        let began = SystemTime::now() - Duration::from_secs(30 * 60 + 30);
        let event = |(term, what)| ClusterEvent {
            at: began + Duration::from_secs(term * 4 * 60),
            term,
            what,
        };
        all.into_iter().map(event).collect()
    };
    let mut table = together();
    table.guess(0, "ea");
    let mut room = table.view();
    room.cluster.term = 4;
    room.cluster.events = events(vec![
        (3, ClusterEventKind::Opened),
        (
            3,
            ClusterEventKind::Leads {
                who: name("Ben"),
                me: false,
                votes: None,
            },
        ),
        (3, ClusterEventKind::Joined(name("Cleo"))),
        (3, ClusterEventKind::Votes(name("Cleo"))),
        (3, ClusterEventKind::NoLeader { who: name("Ben") }),
        (4, ClusterEventKind::Campaigns),
        (
            4,
            ClusterEventKind::Leads {
                who: name("Ada"),
                me: true,
                votes: Some((2, 3)),
            },
        ),
        (
            4,
            ClusterEventKind::QuorumBack {
                after: Duration::from_millis(812),
            },
        ),
        (4, ClusterEventKind::Away(name("Ben"))),
        (
            4,
            ClusterEventKind::Back {
                who: name("Ben"),
                after: Duration::from_millis(3120),
            },
        ),
    ]);
    let latencies = (0..48_u64).map(|n| Duration::from_micros(4_000 + n * n * 977 % 9_000));
    let stats = RaftStats {
        log: LogStats {
            last_log: room.cluster.last_applied,
            committed: room.cluster.last_applied,
            snapshot: 0,
        },
        lag: [(2, 0), (3, 1)].into(),
        latencies: latencies.collect(),
        ..RaftStats::default()
    };
    let moods = ["Brave", "Calm", "Gentle", "Jolly", "Merry", "Maximiliane"];
    let named = |animal| moods.map(|mood| format!("{mood} {animal}"));
    let names = ["Robin", "Lynx", "Fox", "Heron"].map(named).concat();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let crowd = |count: usize| {
        let mut room = Table::new("Class 7b", &names[..count]).view();
        room.cluster.role = Role::Follower;
        room.cluster.leader = Some(room.cluster.members[3].node_id);
        room.cluster.members[7].online = false;
        room
    };
    vec![
        Scene {
            stats,
            ..opened("watch", within(room), &["raft-open"])
        },
        opened("watch-9", within(crowd(9)), &["raft-open"]),
        opened("watch-19", within(crowd(19)), &["raft-open"]),
        opened("watch-23", within(crowd(23)), &["raft-open"]),
        opened("watch-24", within(crowd(24)), &["raft-open"]),
    ]
}

/// Nobody leads, nobody answers, the others are elsewhere.
pub fn troubles() -> Vec<Scene> {
    let mut table = together();
    table.guess(0, "eax");
    let room = table.view();
    let mut election = room.clone();
    election.cluster.role = Role::Candidate;
    election.cluster.leader = None;
    election.cluster.quorum = false;
    election.cluster.term = 4;
    election.trouble = Some(Trouble::ChoosingLeader);
    let mut stalled = election.clone();
    for n in [1, 2] {
        stalled.cluster.members[n].online = false;
        stalled.players[n].online = false;
    }
    stalled.trouble = Some(Trouble::Stalled {
        missing: vec![name("Ben"), name("Cleo")],
        alone: true,
        may_lose: true,
    });
    let mut elsewhere = stalled.clone();
    elsewhere.cluster.cluster_id = cluster_id(3);
    elsewhere.trouble = Some(Trouble::Elsewhere {
        cluster_id: cluster_id(2),
        by: "Ben".to_owned(),
        is_stuck: true,
    });
    let mut split = room.clone();
    split.trouble = Some(Trouble::Split {
        with: vec![name("Ben")],
        is_stuck: false,
    });
    let mut newer = room.clone();
    newer.trouble = Some(Trouble::NewerCopy {
        with: vec![name("Ben")],
    });
    let mut back = room.clone();
    back.cluster.role = Role::Follower;
    back.trouble = Some(Trouble::Reconnecting);
    let mut one_copy = room;
    one_copy.single_copy = true;
    one_copy.cluster.members[2].online = false;
    one_copy.players[2].online = false;
    vec![
        scene("choosing-leader", within(election)),
        scene("stalled", within(stalled)),
        scene("newer-copy", within(newer)),
        scene("split", within(split)),
        scene("continued-elsewhere", within(elsewhere)),
        scene("reconnecting", within(back)),
        scene("one-copy", within(one_copy)),
    ]
}
