//! What the node shows. Immutable: a new one is published when anything in it
//! has changed.

use std::{
    sync::{Arc, atomic::Ordering::Relaxed},
    time::SystemTime,
};

use super::{
    Clock, ClusterView, Failure, MemberView, Preferences, Record, SetterView, contact::Findings,
    seat::Seat,
};
use crate::{
    consensus::RoomState,
    discovery::{Examination, Plays},
    game::{Action, Letter, Name, PeerId, Phase, pack::Pack},
    net::ClusterId,
    packs,
};

/// All there is to draw or print.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// Who I am.
    pub me: Me,
    /// The rooms that can be seen from here.
    pub rooms: Arc<[Room]>,
    /// The rooms kept on this computer that I can come back to, the last one
    /// first.
    pub kept: Arc<[KeptRoom]>,
    /// The word packs I can start rounds from.
    pub packs: Arc<[PackView]>,
    /// Where I am.
    pub stage: Stage,
    /// What was found out about this computer's network.
    pub examination: Looking,
    /// The newest thing worth saying, until it is dismissed or outdated.
    pub notice: Option<Notice>,
    /// If set, the node cannot go on, for this reason.
    pub fatal: Option<String>,
}

/// Whether the network was looked at, and what was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Looking {
    /// Nobody has asked.
    #[default]
    Not,
    /// It takes two seconds.
    Now,
    /// That was found.
    Found(Arc<Examination>),
}

/// A word pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackView {
    /// What commands call it.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// BCP 47 tag of its language.
    pub language: String,
    /// What those who speak it call the language; the tag if that is not known.
    pub language_name: String,
}

/// This player.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Me {
    /// Who I am, for ever.
    pub peer_id: PeerId,
    /// What the others see.
    pub name: Name,
    /// Where I listen: `IP:PORT`, for those who join by address.
    pub addr: String,
    /// My profile on this computer.
    pub profile: String,
    /// The folder of that profile.
    pub folder: String,
    /// The folder of its logs.
    pub logs: String,
    /// What I have done so far.
    pub record: Arc<Record>,
    /// How I want my window.
    pub preferences: Arc<Preferences>,
}

/// A sentence for the player.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Counts up, so that the same sentence twice is two notices.
    pub number: u64,
    /// What to say, in English.
    pub text: String,
    /// The word for it, of those that a [`Failure`](super::Failure) has and a
    /// few more, by which it can be said in another language.
    pub code: &'static str,
    /// The one thing in it that another language needs: a letter, a name, a
    /// file.
    pub what: String,
    /// Whether something failed.
    pub is_error: bool,
}

/// A room seen from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Room {
    /// Which.
    pub cluster_id: ClusterId,
    /// Its name.
    pub name: Name,
    /// Who leads it, or another player in it.
    pub host: Name,
    /// How many seats are taken.
    pub players: u32,
    /// Where its game stands.
    pub phase: Phase,
    /// How it is played, if that is told.
    pub plays: Option<Plays>,
    /// Where one of its members listens.
    pub addr: String,
    /// The version of that member's program.
    pub version: String,
    /// Why it cannot be joined, if so.
    pub why_not: Option<Failure>,
}

/// A room kept on this computer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptRoom {
    /// Which.
    pub cluster_id: ClusterId,
    /// Its name.
    pub name: Name,
    /// When it was played last.
    pub used: SystemTime,
}

/// Where the player is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// In no room.
    Lobby,
    /// Making a room of this name.
    Hosting(String),
    /// On the way into a room.
    Joining(String),
    /// At the locked door of a room: its owner is asked.
    Knocking(String),
    /// In a room.
    Room(Arc<RoomView>),
    /// On the way out.
    Leaving,
    /// Shut down: this is the last view.
    Stopped,
}

/// What a player asks for and waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pending {
    /// A guess.
    Letter(Letter),
    /// A hint.
    Hint,
}

impl Pending {
    pub(super) fn of(action: &Action) -> Option<Self> {
        match action {
            Action::Guess { letter, .. } => Some(Self::Letter(*letter)),
            Action::Hint { .. } => Some(Self::Hint),
            _ => None,
        }
    }
}

/// The room from inside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomView {
    /// Its name.
    pub name: Name,
    /// The game as of the last applied entry.
    pub state: Arc<RoomState>,
    /// Everyone who has or had a seat, those who are here first.
    pub players: Vec<PlayerView>,
    /// How the cluster is doing.
    pub cluster: ClusterView,
    /// What I asked for that is not committed yet.
    pub pending: Vec<Pending>,
    /// Whether the last command of mine is on my disk only.
    pub single_copy: bool,
    /// What keeps the game from going on, or its player from being in it.
    pub trouble: Option<Trouble>,
    /// What I see of a round that I set.
    pub setter: Option<SetterView>,
    /// The clock that the round runs against.
    pub clock: Option<Clock>,
}

/// What keeps a game from going on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The leader is gone, and the voters choose the next; it takes less than
    /// a second.
    ChoosingLeader,
    /// The others play, and this node is on its way back to them.
    Reconnecting,
    /// Nothing can be decided without those who are missing.
    Stalled {
        /// Who does not answer.
        missing: Vec<Name>,
        /// Whether anybody else does; if not, it may be this computer that is
        /// cut off.
        alone: bool,
        /// Whether more than one voter is missing: then going on without them
        /// may lose the last guesses.
        may_lose: bool,
    },
    /// Others have gone on in another cluster.
    Elsewhere {
        /// Which.
        cluster_id: ClusterId,
        /// The name of one of them.
        by: String,
    },
}

/// A player in the room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlayerView {
    /// Who.
    pub peer_id: PeerId,
    /// Their name.
    pub name: Name,
    /// Whether they hold a seat now.
    pub online: bool,
    /// Whether they lead the cluster.
    pub leads: bool,
    /// Whether they only watch.
    pub watching: bool,
    /// Whether they are ready for the match.
    pub ready: bool,
    /// Points in the newest match, if they play in it.
    pub score: Option<u32>,
}

impl PackView {
    pub(super) fn of(pack: &Pack) -> Self {
        Self {
            id: pack.id.clone(),
            name: pack.name.clone(),
            language: pack.language.clone(),
            language_name: packs::name_of_language(&pack.language).to_owned(),
        }
    }
}

impl View {
    /// In no room, with nothing around.
    pub(super) fn empty(peer_id: PeerId, name: Name) -> Self {
        Self {
            me: Me {
                peer_id,
                name,
                addr: String::new(),
                profile: String::new(),
                folder: String::new(),
                logs: String::new(),
                record: Arc::default(),
                preferences: Arc::default(),
            },
            rooms: Arc::default(),
            kept: Arc::default(),
            packs: Arc::default(),
            stage: Stage::Lobby,
            examination: Looking::Not,
            notice: None,
            fatal: None,
        }
    }
}

impl RoomView {
    /// The room as a seat sees it now.
    pub(super) fn of(seat: &Arc<Seat>) -> Self {
        let (log_id, state) = {
            let applied = seat.applied.borrow();
            (applied.log_id, Arc::clone(&applied.state))
        };
        let cluster = ClusterView::of(seat, &state, log_id.map_or(0, |id| id.index));
        let trouble = trouble(seat, &cluster);
        Self {
            name: seat.room.clone(),
            players: players(&state, &cluster),
            cluster,
            state,
            pending: Vec::new(),
            single_copy: false,
            trouble,
            setter: None,
            clock: seat.clock(),
        }
    }
}

fn trouble(seat: &Seat, cluster: &ClusterView) -> Option<Trouble> {
    let findings = seat.findings.borrow().clone();
    let plays = findings.as_ref().is_some_and(Findings::plays);
    if plays || seat.disowned.load(Relaxed) {
        return Some(Trouble::Reconnecting);
    }
    if seat.cut_off_for() >= seat.timing.stall {
        let findings = findings.unwrap_or_default();
        let mut others = cluster.members.iter().filter(|m| m.node_id != seat.node_id);
        let answers = |m: &&MemberView| findings.answers.contains_key(&m.node_id);
        let missing: Vec<&MemberView> = others.clone().filter(|m| !answers(m)).collect();
        return Some(Trouble::Stalled {
            alone: !others.any(|m| answers(&m)),
            may_lose: missing.iter().filter(|m| m.voter).count() > 1,
            missing: missing.into_iter().map(|m| m.name.clone()).collect(),
        });
    }
    (!cluster.quorum || cluster.leader.is_none()).then_some(Trouble::ChoosingLeader)
}

fn players(state: &RoomState, cluster: &ClusterView) -> Vec<PlayerView> {
    let seat_of = |peer: &PeerId| cluster.members.iter().find(|m| m.peer_id == *peer);
    let mut players: Vec<PlayerView> = state
        .game()
        .players()
        .iter()
        .filter(|(_, player)| !player.removed)
        .map(|(peer_id, player)| {
            let seat = seat_of(peer_id);
            PlayerView {
                peer_id: *peer_id,
                name: player.name.clone(),
                online: seat.is_some_and(|m| m.online),
                leads: seat.is_some_and(|m| Some(m.node_id) == cluster.leader),
                watching: player.watching,
                ready: player.ready,
                score: state.game().score_of(peer_id),
            }
        })
        .collect();
    // Stable, so both halves stay in the order of the ids.
    players.sort_by_key(|player| !player.online);
    players
}
