//! Everything a player can ask of the node, and what comes of it.

use std::{net::SocketAddr, path::PathBuf, str::FromStr, sync::Arc, time::Duration};

use super::{
    error::Failure,
    preferences::Preferences,
    view::{Room, RoomView},
};
use crate::{
    consensus::ClusterId,
    game::{Action, Name, Outcome, PeerId},
    net::Pin,
};

/// What a player asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Makes a room, and sits down in it.
    Host {
        /// What it is called; by default after the player.
        room: Option<Name>,
        /// Its PIN, if it is to have one from the start.
        pin: Option<Pin>,
    },
    /// Sits down in a room.
    Join {
        /// Which one.
        target: JoinTarget,
        /// How long to look for it.
        wait: Duration,
        /// Its PIN: its owner's program lets in who knows it, and shows that it is
        /// the owner's.
        pin: Option<Pin>,
    },
    /// Shows the PIN of the locked room at whose door the player waits.
    ShowPin(Pin),
    /// Changes the PIN of the player's own room, or takes it off.
    SetPin(Option<Pin>),
    /// Comes back to a room that was kept on this computer.
    Resume {
        /// Which one; by default the one that was played last.
        which: Option<JoinTarget>,
    },
    /// Goes on without those who cannot be reached.
    Continue,
    /// Goes where the others went on.
    Follow,
    /// Deletes a kept room.
    Forget(ClusterId),
    /// Starts a round.
    StartRound {
        /// The id of the word pack.
        pack: String,
        /// Which entry, from 1; by default any.
        number: Option<usize>,
        /// If set, only if this is still the newest round.
        after_round: Option<u32>,
    },
    /// Does something in the game.
    Act(Action),
    /// Starts a match, as the room is set up.
    StartMatch {
        /// Whether to start before everybody is ready.
        force: bool,
    },
    /// Goes on to the next round of the match.
    NextRound {
        /// The round that is over.
        after_round: u32,
    },
    /// Takes a secret for the others to guess.
    Choose(Choice),
    /// Looks at the game as of now: at all that was acknowledged to anyone.
    Read,
    /// Changes the player's name.
    Rename(Name),
    /// Hands the leadership over, if this seat has it, and stays a member: the
    /// computer is about to sleep.
    HandOver,
    /// Goes on with the game as it is on this computer, although others have more of it
    /// ([`Trouble::NewerCopy`](super::Trouble::NewerCopy)).
    PlayOwnCopy,
    /// Changes how the window is.
    Prefer(Preferences),
    /// Takes a word pack: its file is copied to the player's own.
    AddPack(PathBuf),
    /// Looks for players on these network interfaces from now on, and examines
    /// the network anew; on all that may lead to some, if there are none.
    UseInterfaces(Vec<String>),
    /// Looks at this computer's network, to say why rooms are not found.
    Examine,
    /// Writes a text of the window's into a file in the profile's folder, and
    /// says where.
    Export(String),
    /// Gives up the seat.
    Leave,
    /// Takes the notice off the screen.
    DismissNotice,
    /// Leaves and stops the node. Use
    /// [`NodeHandle::shutdown`](crate::node::NodeHandle::shutdown).
    Shutdown,
}

/// Which secret a setter takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// One of those offered, from 1.
    Offer(usize),
    /// One of their own.
    Own {
        /// The secret.
        secret: String,
        /// What is told of it; may be empty.
        clue: String,
    },
}

/// Which room to join: an address, an id or a name.
///
/// ```
/// use dhangkanna::node::JoinTarget;
///
/// let target = |text: &str| text.parse::<JoinTarget>().expect("anything is a target");
/// assert!(matches!(target("192.168.1.7:4000"), JoinTarget::Addr(_)));
/// assert!(matches!(target("00112233445566778899aabbccddeeff"), JoinTarget::Cluster(_)));
/// assert_eq!(target("den"), JoinTarget::Room("den".to_owned()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JoinTarget {
    /// The one of this name.
    Room(String),
    /// The one of this id.
    Cluster(ClusterId),
    /// Whatever room is played at this address.
    Addr(SocketAddr),
    /// The one of this id, in which this player is, where there are rivals. As a text
    /// `CLUSTER/PEER`.
    Member(ClusterId, PeerId),
}

impl JoinTarget {
    /// Whether a room is meant, by what is known of it; an address says nothing
    /// of that.
    pub(crate) fn is(&self, cluster_id: ClusterId, room: &Name) -> bool {
        match self {
            Self::Cluster(id) | Self::Member(id, _) => *id == cluster_id,
            Self::Room(name) => room.as_str() == name,
            Self::Addr(_) => false,
        }
    }

    /// Whether this row of the lobby is meant.
    pub(crate) fn is_row(&self, room: &Room) -> bool {
        let has_member = |peer| room.members.contains(peer);
        self.is(room.cluster_id, &room.name)
            && !matches!(self, Self::Member(_, peer) if !has_member(peer))
    }
}

impl FromStr for JoinTarget {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let cluster = text.parse().map(Self::Cluster).ok();
        let member = || {
            let (cluster, peer) = text.split_once('/')?;
            Some(Self::Member(cluster.parse().ok()?, peer.parse().ok()?))
        };
        let addr = || text.parse().map(Self::Addr).ok();
        let room = || Self::Room(text.to_owned());
        Ok(cluster.or_else(member).or_else(addr).unwrap_or_else(room))
    }
}

impl std::fmt::Display for JoinTarget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Room(name) => f.write_str(name),
            Self::Cluster(id) => write!(f, "{id}"),
            Self::Addr(addr) => write!(f, "{addr}"),
            Self::Member(id, peer) => write!(f, "{id}/{peer}"),
        }
    }
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    /// It takes effect at once, or already has.
    Ok,
    /// The command is in the log, and applied here.
    Applied {
        /// What it did.
        outcome: Outcome,
        /// The index of its entry.
        index: u64,
        /// How many members had it on disk.
        copies: u32,
    },
    /// The room as of a moment between command and reply.
    Read(Arc<RoomView>),
    /// The game goes on in another cluster, and the player is in it.
    Continued {
        /// Which.
        cluster: ClusterId,
    },
    /// The others still play: they take this player back.
    BroughtBack,
    /// The seat is given up.
    Left {
        /// Whether the others know: if not, they see a crash, and the room is
        /// kept here.
        clean: bool,
    },
}

/// What comes of a command.
pub type Reply = Result<Done, Failure>;
