//! `dhangkanna rooms`: looks around for a while, and lists what is there.

use std::{io::Write as _, path::PathBuf, time::Duration};

use serde_json::json;

use crate::{
    config::{data_dir_or_default, profiles_in},
    discovery::{self, Discovery, Interfaces},
    game::PeerId,
    node::{Room, group_rooms},
};

/// How to look around.
#[derive(Debug)]
pub struct Config {
    /// Where profiles are; by default the platform's data directory.
    pub data_dir: Option<PathBuf>,
    /// Which network interfaces to use.
    pub interfaces: Interfaces,
    /// For how long.
    pub wait: Duration,
    /// Whether programs read the list.
    pub json: bool,
}

/// Prints the rooms on this network.
///
/// # Errors
/// If stdout is closed, or the system has no place for data.
pub async fn run(config: Config) -> anyhow::Result<()> {
    let data_dir = data_dir_or_default(config.data_dir.as_deref())?;
    let discovery = Discovery::start(&discovery::Config {
        // Nobody: so all announcements are somebody else's.
        peer_id: PeerId::new([0; 32]),
        port: 0,
        interfaces: config.interfaces,
        profiles: profiles_in(&data_dir),
        profile: None,
    });
    if let Some(warning) = &discovery.warning {
        eprintln!("dhangkanna: {warning}");
    }
    tokio::time::sleep(config.wait).await;
    let rooms = group_rooms(&discovery.ads().borrow());
    discovery.shutdown().await;
    let mut out = std::io::stdout().lock();
    for room in &rooms {
        if config.json {
            writeln!(out, "{}", as_json(room))?;
        } else {
            writeln!(out, "{}", as_text(room))?;
        }
    }
    if rooms.is_empty() && !config.json {
        writeln!(
            out,
            "No room was seen within {} s. If there is one, check that both computers are on the same network, or join by address.",
            config.wait.as_secs_f32()
        )?;
    }
    Ok(())
}

fn as_json(room: &Room) -> serde_json::Value {
    json!({
        "room": room.name.as_str(),
        "cluster_id": room.cluster_id.to_string(),
        "players": room.players,
        "phase": room.phase.code(),
        "addr": room.addr,
        "version": room.version,
        "joinable": room.why_not.is_none(),
        "why_not": room.why_not,
    })
}

fn as_text(room: &Room) -> String {
    let players = match room.players {
        1 => "1 player".to_owned(),
        n => format!("{n} players"),
    };
    let state = room.why_not.as_deref().unwrap_or(room.phase.code());
    format!(
        "{}  (host {}, {players}, {state})  {}  {}",
        room.name, room.host, room.addr, room.cluster_id
    )
}
