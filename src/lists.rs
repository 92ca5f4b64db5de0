//! What is listed: the rooms on this network, after looking around for a while
//! (`dhangkanna rooms`), and the word packs (`dhangkanna packs`).

use std::{io::Write as _, net::SocketAddr, path::Path, sync::Arc, time::Duration};

use serde::Serialize;

use crate::{
    config::{packs_in, profiles_in},
    consensus::RULES,
    discovery::{Ads, Discovery, DiscoveryConfig, GossipConfig, GossipHandle, Interfaces},
    game::{Difficulty, PeerId, safe_json, safe_text},
    net::{AddressBook, Identity, Peers, TlsTransport},
    node::{self, Room, ask_rooms},
    packs::Packs,
};

/// Prints the rooms on this network, after looking around for so long: a line
/// each, or a JSON object.
///
/// # Errors
/// If stdout is closed.
pub async fn rooms(
    data_dir: &Path,
    interfaces: Interfaces,
    gossip: Option<GossipConfig>,
    wait: Duration,
    as_json: bool,
) -> anyhow::Result<()> {
    let discovery = Discovery::start(&DiscoveryConfig {
        // Nobody: so all announcements are somebody else's.
        peer_id: PeerId::new([0; 32]),
        port: 0,
        interfaces,
        profiles: profiles_in(data_dir),
        profile: None,
        gossip,
    });
    for warning in &discovery.warnings {
        eprintln!("dhangkanna: {}", safe_text(warning));
    }
    let looking = tokio::time::sleep(wait);
    match &discovery.gossip {
        Some(gossip) => {
            futures::join!(looking, meet(gossip));
        }
        None => looking.await,
    }
    let ads = Ads::clone(&discovery.ads().borrow());
    let rooms = match asking() {
        Ok(peers) => ask_rooms(&peers, &ads).await,
        Err(e) => {
            eprintln!("dhangkanna: nobody can be asked: {e}");
            Vec::new()
        }
    };
    discovery.shutdown().await;
    let mut out = std::io::stdout().lock();
    for room in &rooms {
        if as_json {
            writeln!(
                out,
                "{}",
                safe_json(&serde_json::to_string(&RoomLine::of(room, &ads))?)
            )?;
        } else {
            writeln!(out, "{}", safe_text(&room_as_text(room)))?;
        }
    }
    if rooms.is_empty() && !as_json {
        writeln!(
            out,
            "No room was seen within {} s. If there is one, check that both computers are on the same network, or join by address.",
            wait.as_secs_f32()
        )?;
    }
    Ok(())
}

/// Asks those whose address is known where they gossip.
async fn meet(gossip: &GossipHandle) {
    if gossip.members.is_empty() {
        return;
    }
    let peers = match asking() {
        Ok(peers) => peers,
        Err(e) => return eprintln!("dhangkanna: nobody can be asked: {e}"),
    };
    for addr in gossip.members.iter() {
        match node::meet(&peers, gossip, *addr).await {
            Ok(true) => {}
            Ok(false) => eprintln!("dhangkanna: {addr} does not gossip; start it with --gossip"),
            Err(e) => eprintln!("dhangkanna: {}", safe_text(&e.to_string())),
        }
    }
}

/// Only asks, and is nobody.
fn asking() -> anyhow::Result<Peers> {
    let transport = TlsTransport::dialing(Arc::new(Identity::ephemeral()?))?;
    Ok(Peers::new(
        Arc::new(transport),
        Arc::new(AddressBook::default()),
        RULES,
    ))
}

/// What `--json` prints of a room; described in `docs/HEADLESS.md`.
#[derive(Serialize)]
pub(crate) struct RoomLine<'a> {
    room: &'a str,
    cluster_id: String,
    players: u32,
    phase: &'static str,
    mode: Option<&'static str>,
    language: Option<&'a str>,
    locked: Option<bool>,
    addr: &'a str,
    version: &'a str,
    joinable: bool,
    why_not: Option<&'a str>,
    seen: Vec<Seen<'a>>,
}

/// A member whose announcement was seen.
#[derive(Serialize)]
struct Seen<'a> {
    name: &'a str,
    peer_id: String,
    addrs: &'a [SocketAddr],
}

impl<'a> RoomLine<'a> {
    pub(crate) fn of(room: &'a Room, ads: &'a Ads) -> Self {
        let seen = room.members.iter().filter_map(|peer| ads.get(peer));
        let seen = seen.map(|ad| Seen {
            name: ad.player.as_str(),
            peer_id: ad.peer_id.to_string(),
            addrs: &ad.addrs,
        });
        let plays = room.plays.as_ref();
        Self {
            room: room.name.as_str(),
            cluster_id: room.cluster_id.to_string(),
            players: room.players,
            phase: room.phase.code(),
            mode: plays.map(|plays| plays.mode.code()),
            language: plays.map(|plays| plays.language.as_str()),
            locked: plays.map(|plays| plays.locked),
            addr: &room.addr,
            version: &room.version,
            joinable: room.why_not.is_none(),
            why_not: room.why_not.as_ref().map(|why| why.message.as_str()),
            seen: seen.collect(),
        }
    }
}

fn room_as_text(room: &Room) -> String {
    let players = match room.players {
        1 => "1 player".to_owned(),
        n => format!("{n} players"),
    };
    let state = room
        .why_not
        .as_ref()
        .map_or(room.phase.code(), |why| &why.message);
    format!(
        "{}  (host {}, {players}, {state})  {}  {}",
        room.name, room.host, room.addr, room.cluster_id
    )
}

/// What `--json` prints of a pack.
#[derive(Serialize)]
struct PackLine<'a> {
    id: &'a str,
    name: &'a str,
    language: &'a str,
    category: &'a str,
    words: usize,
    easy: usize,
    normal: usize,
    hard: usize,
    licence: &'a str,
}

/// Prints all packs: a line each, or a JSON object.
///
/// # Errors
/// If stdout is closed.
pub fn packs(data_dir: &Path, as_json: bool) -> anyhow::Result<()> {
    let (packs, warnings) = Packs::load(&packs_in(data_dir));
    for warning in warnings {
        eprintln!("dhangkanna: {}", safe_text(&warning));
    }
    let mut out = std::io::stdout().lock();
    for pack in packs.all() {
        let count = |level| {
            pack.entries
                .iter()
                .filter(|e| e.difficulty() == level)
                .count()
        };
        let [easy, normal, hard] =
            [Difficulty::Easy, Difficulty::Normal, Difficulty::Hard].map(count);
        let words = pack.entries.len();
        let category = pack.category.as_deref().unwrap_or("");
        if as_json {
            let line = PackLine {
                id: &pack.id,
                name: &pack.name,
                language: &pack.language,
                category,
                words,
                easy,
                normal,
                hard,
                licence: &pack.licence,
            };
            writeln!(out, "{}", safe_json(&serde_json::to_string(&line)?))?;
        } else {
            let line = format!(
                "{:16} {:4} {category:12} {words:5} words: {easy} easy, {normal} normal, {hard} hard  {}  ({})",
                pack.id, pack.language, pack.name, pack.licence
            );
            writeln!(out, "{}", safe_text(&line))?;
        }
    }
    Ok(())
}
