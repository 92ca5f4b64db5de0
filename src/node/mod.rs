//! A player's node: one identity, one place to look around from, and at most
//! one seat in a room.
//!
//! [`Node::start`] runs it on the tokio runtime it is called in. Whoever draws or
//! prints it sends [`Command`]s through a bounded channel and watches an
//! immutable [`View`]. The node knows nothing of windows: `on_change` is called
//! after each new view, from any thread, and must not block.

mod actor;
mod chronicle;
mod cluster_view;
mod command;
mod contact;
mod continuation;
mod handler;
mod introduce;
mod join;
mod kept;
mod leave;
mod lens;
mod membership;
pub mod policy;
mod preferences;
mod propose;
mod read;
mod record;
mod referee;
mod rooms;
mod seat;
mod seating;
mod setter;
mod shared;
mod timing;
mod view;
mod world;

use std::{io, sync::Arc};

use tokio::sync::{mpsc, oneshot, watch};

pub use chronicle::{ClusterEvent, Happening};
pub use cluster_view::{ClusterView, MemberView, Role};
pub use command::{Command, Done, Failure, JoinTarget, Reply};
pub use introduce::meet;
pub use lens::{Lens, Sight};
pub use preferences::{ADDRESSES, Look, Preferences, SCALE};
pub use record::{HARDEST, Record};
pub use referee::Clock;
pub use rooms::group as group_rooms;
pub use setter::{Choice, SetterView};
pub use timing::Timing;
pub use view::{
    KeptRoom, Looking, Me, Notice, PackView, Pending, PlayerView, Room, RoomView, Stage, Trouble,
    View,
};
pub use world::{Addresses, OpenLog, World};

use crate::{
    config::Profile,
    discovery::{GossipConfig, Interfaces},
    game::Name,
    net::{AddressBook, IdentityError, Peers, Server},
    packs::Packs,
};

/// Commands that may wait for the node. A player's clicks never fill it.
const COMMANDS: usize = 64;

/// How to start a node.
#[derive(Debug)]
pub struct Config {
    /// The player's folder, locked.
    pub profile: Profile,
    /// The player's name; else the one the profile remembers.
    pub name: Option<Name>,
    /// The port to listen on; 0 takes the last one, or any.
    pub port: u16,
    /// The network interfaces to look around on.
    pub interfaces: Interfaces,
    /// Whether to gossip, too. Without the feature `gossip` nobody does.
    pub gossip: Option<GossipConfig>,
    /// All policy times.
    pub timing: Timing,
}

/// Why a node could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The profile's identity cannot be read or made.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// Nothing can listen on the port.
    #[error(
        "port {port} cannot be used ({source}); name another with --port, or none to get a free one"
    )]
    Port {
        /// Which port.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
}

/// Starts nodes.
#[derive(Debug)]
pub struct Node;

impl Node {
    /// Starts a node in the lobby.
    ///
    /// # Errors
    /// See [`StartError`].
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn start(
        config: Config,
        on_change: impl Fn() + Send + Sync + 'static,
    ) -> Result<NodeHandle, StartError> {
        let world = World::real(&config)?;
        let Config {
            profile,
            name,
            timing,
            ..
        } = config;
        let node = Self::start_in(world, profile, name, timing, on_change);
        #[cfg(all(target_os = "linux", feature = "gui"))]
        {
            // It must not keep a node going that nobody else holds.
            let commands = node.commands.downgrade();
            tokio::spawn(crate::sleep::watch(move || {
                let commands = commands.upgrade();
                async move {
                    if let Some(commands) = commands
                        && let Err(e) = request(&commands, Command::HandOver).await
                    {
                        tracing::info!("before the computer sleeps: {e}");
                    }
                }
            }));
        }
        Ok(node)
    }

    /// Starts a node in a world of the caller's.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    #[doc(hidden)]
    pub fn start_in(
        world: World,
        profile: Profile,
        name: Option<Name>,
        timing: Timing,
        on_change: impl Fn() + Send + Sync + 'static,
    ) -> NodeHandle {
        let World {
            peer_id,
            transport,
            addresses,
            discovery,
            open_log,
            per_snapshot,
            rules,
        } = world;
        let book = Arc::new(AddressBook::default());
        let session = crate::random::u64();
        let peers = Peers::new(Arc::clone(&transport), Arc::clone(&book), session, rules);
        let name = name.unwrap_or_else(|| profile.player_name());
        if let Err(e) = profile.save_player_name(&name) {
            tracing::warn!("the player's name is not kept: {e}");
        }
        let (packs, warnings) = Packs::load(&profile.packs());
        let setup = shared::Setup {
            me: peer_id,
            peers,
            timing,
            addresses,
            port: transport.port(),
            open_log,
            per_snapshot,
            rooms: profile.rooms(),
            ads: discovery.ads(),
            own: discovery.own(),
            gossip: discovery.gossip.clone(),
            session,
        };
        let node = shared::Shared::new(setup, name);
        let server = Server::start(transport, book, Arc::clone(&node));
        let (commands, queue) = mpsc::channel(COMMANDS);
        let actor = actor::Actor::new(
            node, profile, packs, warnings, discovery, server, queue, on_change,
        );
        let view = actor.view();
        let task = tokio::spawn(actor.run());
        NodeHandle {
            commands,
            view,
            task: Arc::new(tokio::sync::Mutex::new(Some(task))),
        }
    }
}

/// The way to a running node. Cheap to clone.
#[derive(Clone, Debug)]
pub struct NodeHandle {
    commands: mpsc::Sender<actor::Request>,
    view: watch::Receiver<Arc<View>>,
    task: Arc<tokio::sync::Mutex<Option<tokio::task::JoinHandle<()>>>>,
}

impl NodeHandle {
    /// The newest view, and those to come. It ends when the node does.
    pub fn view(&self) -> watch::Receiver<Arc<View>> {
        self.view.clone()
    }

    /// Sends a command whose failure is shown in [`View::notice`]. Never
    /// blocks.
    pub fn send(&self, command: Command) {
        // A full queue means that 64 clicks wait: one more is no loss.
        let _ = self.commands.try_send(actor::Request {
            command,
            reply: None,
        });
    }

    /// Sends a command and waits for what comes of it.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn request(&self, command: Command) -> Reply {
        request(&self.commands, command).await
    }

    /// Leaves the room, says goodbye and stops, within [`Timing::leave`] and a
    /// little. Second callers wait for the first.
    ///
    /// # Errors
    /// If the node was not in a room that it could leave.
    pub async fn shutdown(&self) -> Reply {
        let mut task = self.task.lock().await;
        let left = self.request(Command::Shutdown).await;
        if let Some(task) = task.take() {
            // A panic was reported by the hook.
            let _ = task.await;
        }
        left
    }
}

async fn request(commands: &mpsc::Sender<actor::Request>, command: Command) -> Reply {
    let gone = || Failure::new("stopped", "the program is shutting down");
    let (reply, answer) = oneshot::channel();
    let request = actor::Request {
        command,
        reply: Some(reply),
    };
    commands.send(request).await.map_err(|_closed| gone())?;
    answer.await.unwrap_or_else(|_dropped| Err(gone()))
}
