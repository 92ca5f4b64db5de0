//! One life of `memberlist`, on a thread of its own: whatever goes wrong in it
//! stays in it, and another one takes its place under a fresh id.
//!
//! That is also how its gaps are closed. It cannot change its address; it
//! forgets those who left by moving its list under its own index, which then
//! points elsewhere or nowhere (so here it never forgets, and is replaced
//! before it has to); a task of it that panics is missed by nobody.

use std::{
    collections::BTreeSet,
    future::Future,
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use memberlist::{
    Memberlist,
    delegate::{AliveDelegate, CompositeDelegate, EventDelegate, NodeDelegate, VoidDelegate},
    proto::{MaybeResolvedAddress, Meta, NodeState},
};
use parking_lot::Mutex;
use tokio::{runtime::Runtime, sync::Notify, time::timeout};

use super::{
    MAX_NODES, NodeId,
    link::{self, Link},
    sockets::Sockets,
};

/// How long it may take to answer us, who are on the same computer.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long the other side of an exchange may take.
const EXCHANGE: Duration = Duration::from_secs(2);

/// How often each node is asked whether it is there: one after the other.
const PROBE: Duration = Duration::from_secs(1);

/// How often everything is exchanged with somebody.
const EXCHANGES: Duration = Duration::from_secs(10);

/// How long leaving may take. News go out five times a second.
const LEAVE: Duration = Duration::from_millis(220);

/// Longer than any game: nobody is forgotten.
const NEVER: Duration = Duration::from_secs(365 * 24 * 3600);

/// Tasks that `memberlist` runs from beginning to end: three that listen, and
/// those that probe, gossip and exchange.
const TASKS: usize = 6;

/// With so many gone ones, more than live ones, it is time for a new life.
const MANY_GONE: usize = 16;

/// Hears of no pings and merges, nor of two who say to have one id: ids are random,
/// so somebody lies, and is not believed.
type Deaf = VoidDelegate<NodeId, SocketAddr>;

type List = Memberlist<
    Link,
    CompositeDelegate<NodeId, SocketAddr, Talker, Deaf, Talker, Deaf, Talker, Deaf>,
>;

/// A node as `memberlist` knows it.
pub(super) struct Node {
    pub(super) id: NodeId,
    pub(super) addr: SocketAddr,
    pub(super) meta: Meta,
}

/// One life.
pub(super) struct Instance {
    /// Taken when it drops.
    runtime: Option<Runtime>,
    list: List,
    talk: Arc<Talk>,
    poisoned: Arc<AtomicBool>,
    /// The address it tells others.
    pub(super) advertise: SocketAddr,
}

impl Instance {
    /// Begins. `changed` is told whenever somebody comes, goes or changes.
    pub(super) async fn start(
        sockets: &Sockets,
        advertise: SocketAddr,
        meta: Meta,
        changed: Arc<Notify>,
    ) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .max_blocking_threads(1)
            .thread_name("gossip")
            .enable_all()
            .build()?;
        let me = crate::random::u64();
        let poisoned = Arc::new(AtomicBool::new(false));
        let talk = Arc::new(Talk {
            meta: Mutex::new(meta),
            known: Mutex::default(),
            changed,
        });
        let link = link::Options {
            me,
            advertise,
            sockets: sockets.try_clone()?,
            poisoned: Arc::clone(&poisoned),
        };
        let options = memberlist::Options::lan()
            .with_timeout(EXCHANGE)
            .with_probe_interval(PROBE)
            .with_probe_timeout(PROBE / 2)
            // Those who are gone still count in its estimate of who could
            // confirm a suspicion: it would wait for them.
            .with_suspicion_max_timeout_mult(1)
            .with_push_pull_interval(EXCHANGES)
            .with_gossip_to_the_dead_time(NEVER);
        let talker = Talker(Arc::clone(&talk));
        let delegate = CompositeDelegate::new()
            .with_alive_delegate(talker.clone())
            .with_event_delegate(talker.clone())
            .with_node_delegate(talker);
        let starting = List::with_delegate(delegate, link, options);
        let starting = timeout(PATIENCE, runtime.spawn(starting)).await;
        let list = match starting {
            Ok(Ok(Ok(list))) => list,
            failed => {
                runtime.shutdown_background();
                let why = match failed {
                    Ok(Ok(Err(e))) => e.to_string(),
                    _ => "it does not start".to_owned(),
                };
                return Err(io::Error::other(format!("memberlist: {why}")));
            }
        };
        Ok(Self {
            runtime: Some(runtime),
            list,
            talk,
            poisoned,
            advertise,
        })
    }

    /// Goes to an address and exchanges everything with whoever is there.
    pub(super) fn meet(&self, addr: SocketAddr, then: impl FnOnce(bool) + Send + 'static) {
        let list = self.list.clone();
        self.spawn(async move {
            let met = list.join(MaybeResolvedAddress::Resolved(addr)).await;
            if let Err(e) = &met {
                tracing::debug!("nobody gossips at {addr}: {e}");
            }
            then(met.is_ok());
        });
    }

    /// Tells the others something else about us.
    pub(super) fn say(&self, meta: Meta) {
        *self.talk.meta.lock() = meta;
        let list = self.list.clone();
        self.spawn(async move {
            // It is said again and again for a while. Nobody waits for that.
            let _ = list.update_node(PATIENCE).await;
        });
    }

    /// All others that are there; `None` if it does not answer.
    pub(super) async fn others(&self) -> Option<Vec<Node>> {
        let list = self.list.clone();
        let online = self
            .answer(async move { list.online_members().await })
            .await?;
        let me = *self.list.local_id();
        let others = online.iter().filter(|node| *node.id() != me);
        let others = others.map(|node| Node {
            id: *node.id(),
            addr: *node.address(),
            meta: node.meta().clone(),
        });
        Some(others.take(MAX_NODES).collect())
    }

    /// Why another should take its place, if so.
    pub(super) async fn problem(&self) -> Option<&'static str> {
        if self.poisoned.load(Relaxed) {
            return Some("somebody has spoilt its id");
        }
        let metrics = self.runtime.as_ref()?.metrics();
        if metrics.num_alive_tasks() < TASKS + link::TASKS {
            return Some("a task of it has ended");
        }
        let list = self.list.clone();
        let count = async move { (list.num_members().await, list.num_online_members().await) };
        let Some((all, online)) = self.answer(count).await else {
            return Some("it does not answer");
        };
        let gone = all.saturating_sub(online);
        (gone >= MANY_GONE && gone > online).then_some("it remembers too many that are gone")
    }

    /// Says goodbye and ends.
    pub(super) async fn leave(self) {
        let list = self.list.clone();
        // Nobody may be there to hear it.
        self.answer(async move { list.leave(LEAVE).await.is_ok() })
            .await;
    }

    /// What would spoil its id.
    #[cfg(test)]
    pub(super) fn poisoned_message(&self) -> Vec<u8> {
        use memberlist::proto::{Data as _, Dead, Message};
        let dead = Dead::new(u32::MAX, *self.list.local_id(), 1);
        let message: Message<NodeId, SocketAddr> = dead.into();
        message.encode_to_vec().unwrap_or_default()
    }

    /// Ends what should never end.
    #[cfg(test)]
    pub(super) async fn end_tasks(&self) {
        let list = self.list.clone();
        self.answer(async move { list.shutdown().await.is_ok() })
            .await;
    }

    /// What comes of some work on its own thread, if anything does.
    async fn answer<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Option<T> {
        let runtime = self.runtime.as_ref()?;
        timeout(PATIENCE, runtime.spawn(work)).await.ok()?.ok()
    }

    fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        if let Some(runtime) = &self.runtime {
            runtime.spawn(work);
        }
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Its tasks end where they wait. It may be dropped on a thread
            // that must not block.
            runtime.shutdown_background();
        }
    }
}

/// What `memberlist` asks us, and what it tells.
struct Talk {
    /// What we say about us.
    meta: Mutex<Meta>,
    /// Everybody it has ever heard of.
    known: Mutex<BTreeSet<NodeId>>,
    changed: Arc<Notify>,
}

#[derive(Clone)]
struct Talker(Arc<Talk>);

/// No more nodes are remembered.
#[derive(Debug, thiserror::Error)]
#[error("there are {MAX_NODES} nodes already")]
struct Full;

impl NodeDelegate for Talker {
    async fn node_meta(&self, _limit: usize) -> Meta {
        self.0.meta.lock().clone()
    }
}

impl AliveDelegate for Talker {
    type Id = NodeId;
    type Address = SocketAddr;
    type Error = Full;

    async fn notify_alive(&self, node: Arc<NodeState<NodeId, SocketAddr>>) -> Result<(), Full> {
        let mut known = self.0.known.lock();
        if known.len() >= MAX_NODES && !known.contains(node.id()) {
            return Err(Full);
        }
        known.insert(*node.id());
        Ok(())
    }
}

impl EventDelegate for Talker {
    type Id = NodeId;
    type Address = SocketAddr;

    async fn notify_join(&self, _node: Arc<NodeState<NodeId, SocketAddr>>) {
        self.0.changed.notify_one();
    }

    async fn notify_leave(&self, _node: Arc<NodeState<NodeId, SocketAddr>>) {
        self.0.changed.notify_one();
    }

    async fn notify_update(&self, _node: Arc<NodeState<NodeId, SocketAddr>>) {
        self.0.changed.notify_one();
    }
}
