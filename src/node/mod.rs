//! A player's node: one identity, one place to look around from, and at most
//! one seat in a room.
//!
//! [`Node::start`] runs it on the tokio runtime it is called in. Whoever draws or
//! prints it sends [`Command`]s through a bounded channel and watches an
//! immutable [`View`]. The node knows nothing of windows: `on_change` is called
//! after each new view, from any thread, and must not block.

mod actor;
mod api;
mod client;
mod entry;
mod leader;
pub mod policy;
mod recovery;
mod seat;
mod service;
mod shared;
mod world;

use std::sync::Arc;

use parking_lot::RwLock;
use tokio::sync::{mpsc, oneshot, watch};

pub use self::{
    api::*,
    entry::{announcers::ask_rooms, gossip::meet},
    world::{Addresses, NodeConfig, OpenLog, StartError, World},
};
use self::{seat::Seat, service::Service, shared::Shared, world::Env};
use crate::{
    config::{Profile, save_name},
    game::Name,
    net::{AddressBook, Peers, Server},
};
pub use crate::{
    consensus::{ClusterId, LogStats, NodeId, Role, RoomState},
    discovery::{Examination, Firewall, Found, Plays},
    net::{BadPin, Calls, Exchange, Pin},
};

/// Commands that may wait for the node. A player's clicks never fill it.
const COMMANDS: usize = 64;

/// Starts nodes.
#[derive(Debug)]
pub struct Node;

impl Node {
    /// Starts a node in the lobby.
    ///
    /// ```
    /// use dhangkanna::{
    ///     config::Profile,
    ///     discovery::Interfaces,
    ///     node::{Command, Node, NodeConfig, Stage, Timing},
    /// };
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # tokio::runtime::Runtime::new()?.block_on(async {
    /// # let data = tempfile::tempdir()?;
    /// let node = Node::start(
    ///     NodeConfig {
    ///         profile: Profile::open(Some(data.path()), None)?,
    ///         name: None,
    ///         port: 0,
    ///         interfaces: Interfaces::only(vec!["lo".to_owned()]),
    ///         gossip: None,
    ///         timing: Timing::REAL,
    ///     },
    ///     || println!("there is a new view"),
    /// )?;
    /// node.request(Command::Host { room: None, pin: None }).await?;
    /// let view = node.view().borrow().clone();
    /// assert!(matches!(view.stage, Stage::Room(_)));
    /// node.shutdown().await?;
    /// # Ok(()) })
    /// # }
    /// ```
    ///
    /// # Errors
    /// See [`StartError`].
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn start(
        config: NodeConfig,
        on_change: impl Fn() + Send + Sync + 'static,
    ) -> Result<NodeHandle, StartError> {
        let world = World::real(&config)?;
        let NodeConfig {
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
            identity,
            transport,
            addresses,
            discovery,
            open_log,
            per_snapshot,
            rules,
        } = world;
        let book = Arc::new(AddressBook::default());
        let session = profile.next_session();
        let peers = Peers::new(Arc::clone(&transport), Arc::clone(&book), rules);
        let name = name.unwrap_or_else(|| profile.player_name());
        if let Err(e) = save_name(profile.folder(), &name) {
            tracing::warn!("the player's name is not kept: {e}");
        }
        let env = Env {
            me: identity.peer_id(),
            identity,
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
            met: Arc::new(RwLock::new(Met::load(profile.folder()))),
            session,
        };
        let (jobs, waiting) = mpsc::channel(client::QUEUE);
        let shared = Arc::new(Shared::new(env, name, jobs));
        // It ends with the last reference.
        tokio::spawn(client::run(Arc::downgrade(&shared), waiting));
        let service = Arc::new(Service(Arc::clone(&shared)));
        let server = Server::start(transport, book, service);
        let seats = shared.seat.subscribe();
        let (commands, queue) = mpsc::channel(COMMANDS);
        let actor = actor::Actor::new(shared, profile, discovery, server, queue, on_change);
        let view = actor.view();
        tokio::spawn(actor.run());
        NodeHandle {
            commands,
            view,
            seats,
        }
    }
}

/// The way to a running node. Cheap to clone.
#[derive(Clone)]
pub struct NodeHandle {
    commands: mpsc::Sender<actor::Request>,
    view: watch::Receiver<Arc<View>>,
    seats: watch::Receiver<Option<Arc<Seat>>>,
}

impl NodeHandle {
    /// The newest view, and those to come. It ends when the node does.
    pub fn view(&self) -> watch::Receiver<Arc<View>> {
        self.view.clone()
    }

    /// The numbers of the seat's Raft node at this moment; `None` in no room.
    /// Never blocks.
    pub fn raft_stats(&self) -> Option<RaftStats> {
        let seat = self.seats.borrow().clone();
        seat.map(|seat| seat.stats())
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
        let left = self.request(Command::Shutdown).await;
        // Views end with the node.
        let mut view = self.view();
        while view.changed().await.is_ok() {}
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
