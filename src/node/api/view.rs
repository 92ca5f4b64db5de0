//! What the node shows. Immutable: a new one is published when anything in it
//! has changed.

use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, SystemTime},
};

use tokio::time::Instant;

use super::{cluster::ClusterView, error::Failure, preferences::Preferences, record::Record};
use crate::{
    consensus::{ClusterId, RoomState},
    discovery::{Examination, Plays},
    game::{Action, Deal, Letter, Name, PeerId, Phase, Wait, pack::Pack},
    net::Pin,
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
    /// Who I am, forever.
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
    /// The word for it, of those that a [`Failure`] has and a
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
    /// Whether I have played with the host before.
    pub met: bool,
    /// Who was found to be in it, the host first.
    pub members: Vec<PeerId>,
    /// Whether members of this room name different leaders for long, and this is one
    /// of several rows: somebody's program does not keep to the rules.
    pub is_rival: bool,
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
    Knocking {
        /// Which one.
        room: String,
        /// Whether its PIN opens it.
        takes_pin: bool,
    },
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
    pub(crate) fn of(action: &Action) -> Option<Self> {
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
    /// Who of those who knock has played with me before.
    pub met: BTreeSet<PeerId>,
    /// The PIN, if the room is mine and has one.
    pub pin: Option<Pin>,
}

/// What the setter sees, and nobody else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetterView {
    /// What there is to choose from; empty once it is chosen.
    pub offers: Arc<[Deal]>,
    /// What was chosen.
    pub chosen: Option<String>,
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
        /// Whether a majority of the voters is missing: then an acknowledged
        /// guess may be on none but their computers, and going on without them
        /// would lose it.
        may_lose: bool,
    },
    /// Others have gone on in another cluster.
    Elsewhere {
        /// Which.
        cluster_id: ClusterId,
        /// The name of one of them.
        by: String,
        /// Whether this room cannot be played as it is: then it, too, may go on elsewhere.
        is_stuck: bool,
    },
    /// This computer decides alone, and came back with less than the others say was
    /// decided: its disk may hold an older copy. Its player says whose game goes on.
    NewerCopy {
        /// Who has more.
        with: Vec<Name>,
    },
    /// Others have applied other entries than this node has: somebody's program does
    /// not keep to the rules.
    Split {
        /// Who.
        with: Vec<Name>,
        /// Whether nothing can be decided here: then it may go on without them.
        is_stuck: bool,
    },
}

/// A clock that a round runs against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// What is waited for.
    pub wait: Wait,
    /// Since when, as this node saw it.
    pub since: Instant,
    /// For how long.
    pub limit: Duration,
}

impl Clock {
    /// Time that is left.
    pub fn left(&self) -> Duration {
        self.limit.saturating_sub(self.since.elapsed())
    }
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
    pub(crate) fn of(pack: &Pack) -> Self {
        Self {
            id: pack.id.clone(),
            name: pack.name.clone(),
            language: pack.language.clone(),
            language_name: packs::name_of_language(&pack.language).to_owned(),
        }
    }
}
