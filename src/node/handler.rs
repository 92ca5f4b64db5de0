//! What a node answers to others.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError, RwLock, Weak},
};

use tokio::{
    sync::{mpsc, watch},
    time::Instant,
};

use super::{
    Addresses, OpenLog, Timing, contact, continuation, join, kept,
    propose::{self, Job},
    seat::Seat,
};
use crate::{
    consensus::{ClusterId, Command, Member, NodeId},
    discovery::{Ad, Ads, GossipHandle},
    game::{Name, PeerId},
    net::{
        About, Admission, Caller, Committed, Handler, MAX_MEMBERS, Peers, ProposeError, REPLACED,
        Refusal, Refused, RoomInfo, RoomKey, SeatAccess, Survey, Visitor,
    },
};

/// How many strangers may knock in a second. A class that joins at once
/// spreads over a few; a program that floods us gets "busy".
const JOINS_PER_SECOND: u32 = 40;

/// What the node's parts share.
pub(super) struct Shared {
    pub(super) me: PeerId,
    pub(super) peers: Peers,
    pub(super) timing: Timing,
    addresses: Addresses,
    pub(super) port: u16,
    pub(super) open_log: OpenLog,
    pub(super) per_snapshot: u64,
    /// The folder of all rooms.
    pub(super) rooms: PathBuf,
    /// What is announced around us.
    pub(super) ads: watch::Receiver<Ads>,
    /// The way to our gossip, if we gossip.
    pub(super) gossip: Option<GossipHandle>,
    /// This player's commands, on their way into the log.
    pub(super) jobs: mpsc::Sender<Job>,
    /// Held while one seat takes the place of another.
    pub(super) switching: tokio::sync::Mutex<()>,
    /// A random number of this start.
    pub(super) session: u64,
    this: Weak<Self>,
    name: RwLock<Name>,
    seat: watch::Sender<Option<Arc<Seat>>>,
    /// Rooms that went on elsewhere: what opened them, and where they went.
    left_behind: Mutex<BTreeMap<ClusterId, (RoomKey, ClusterId)>>,
    evicted: watch::Sender<bool>,
    joins: Mutex<(Instant, u32)>,
}

/// What [`Shared`] is made of.
pub(super) struct Parts {
    pub(super) me: PeerId,
    pub(super) name: Name,
    pub(super) peers: Peers,
    pub(super) timing: Timing,
    pub(super) addresses: Addresses,
    pub(super) port: u16,
    pub(super) open_log: OpenLog,
    pub(super) per_snapshot: u64,
    pub(super) rooms: PathBuf,
    pub(super) ads: watch::Receiver<Ads>,
    pub(super) gossip: Option<GossipHandle>,
    pub(super) session: u64,
}

impl Shared {
    /// Also starts what proposes this player's commands; it ends with the last
    /// reference.
    pub(super) fn new(parts: Parts) -> Arc<Self> {
        let (jobs, queue) = mpsc::channel(propose::QUEUE);
        let left_behind = kept::scan(&parts.rooms)
            .into_iter()
            .filter_map(|seat| Some((seat.key.cluster_id, (seat.key, seat.continued_in?))))
            .collect();
        let shared = Arc::new_cyclic(|this| Self {
            me: parts.me,
            peers: parts.peers,
            timing: parts.timing,
            addresses: parts.addresses,
            port: parts.port,
            open_log: parts.open_log,
            per_snapshot: parts.per_snapshot,
            rooms: parts.rooms,
            ads: parts.ads,
            gossip: parts.gossip,
            jobs,
            switching: tokio::sync::Mutex::default(),
            session: parts.session,
            this: Weak::clone(this),
            name: RwLock::new(parts.name),
            seat: watch::Sender::new(None),
            left_behind: Mutex::new(left_behind),
            evicted: watch::Sender::new(false),
            joins: Mutex::new((Instant::now(), 0)),
        });
        tokio::spawn(propose::work(Arc::downgrade(&shared), queue));
        shared
    }

    pub(super) fn name(&self) -> Name {
        let name = self.name.read().unwrap_or_else(PoisonError::into_inner);
        name.clone()
    }

    pub(super) fn set_name(&self, name: Name) {
        *self.name.write().unwrap_or_else(PoisonError::into_inner) = name;
    }

    pub(super) fn current_seat(&self) -> Option<Arc<Seat>> {
        self.seat.borrow().clone()
    }

    /// The seat, as it changes.
    pub(super) fn seats(&self) -> watch::Receiver<Option<Arc<Seat>>> {
        self.seat.subscribe()
    }

    pub(super) fn set_seat(&self, seat: Option<Arc<Seat>>) {
        self.seat.send_replace(seat);
    }

    /// Whether this is the seat the node has now.
    pub(super) fn has_seat(&self, seat: &Arc<Seat>) -> bool {
        let current = self.seat.borrow();
        current.as_ref().is_some_and(|s| Arc::ptr_eq(s, seat))
    }

    /// Told when the seat was taken by another start of this profile.
    pub(super) fn evictions(&self) -> watch::Receiver<bool> {
        self.evicted.subscribe()
    }

    /// Another seat of this player has taken the place of this one.
    pub(super) fn evict(&self, seat: &Arc<Seat>) {
        if self.has_seat(seat) {
            self.evicted.send_replace(true);
        }
    }

    /// Who announces a room.
    pub(super) fn members_seen(&self, room: ClusterId) -> Vec<PeerId> {
        let ads = Arc::clone(&self.ads.borrow());
        let mut members: Vec<&Ad> = ads.values().filter(|ad| ad.cluster_id == room).collect();
        // One of the others may have crashed without a goodbye.
        members.sort_by_key(|ad| !ad.leads);
        for ad in &members {
            join::note_addresses(self, ad);
        }
        members.iter().map(|ad| ad.peer_id).collect()
    }

    /// Where a room went on that this node has left behind.
    pub(super) fn continued_in(&self, room: ClusterId) -> Option<(RoomKey, ClusterId)> {
        let left = self.left_behind.lock();
        let left = left.unwrap_or_else(PoisonError::into_inner);
        left.get(&room).copied()
    }

    /// Notes that the game of a closed seat goes on elsewhere.
    pub(super) async fn leave_behind(&self, seat: &Seat, cluster: ClusterId) {
        self.left_behind
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(seat.key.cluster_id, (seat.key, cluster));
        if let Err(e) = seat.leave_behind(cluster).await {
            tracing::warn!("the old room is kept although the game went on: {e}");
        }
    }

    /// Where others may reach us.
    pub(super) fn addrs(&self) -> Vec<SocketAddr> {
        let mut addrs = (self.addresses)();
        addrs.truncate(crate::consensus::codec::MAX_ADDRS - 1);
        if addrs.is_empty() {
            // No network at all: seats on this computer can still play.
            addrs.push(SocketAddr::from(([127, 0, 0, 1], self.port)));
        }
        addrs
    }

    /// The same, as it stands in messages.
    pub(super) fn addr_texts(&self) -> Vec<String> {
        self.addrs().iter().map(ToString::to_string).collect()
    }

    fn leading_seat(&self) -> Result<Arc<Seat>, Refused> {
        let seat = self.current_seat().ok_or_else(no_such_room)?;
        if seat.leads() {
            Ok(seat)
        } else {
            Err(seat.not_leader())
        }
    }

    /// The same for a call that only a member may make.
    fn seat_leading(&self, caller: Caller) -> Result<Arc<Seat>, Refused> {
        let seat = self.leading_seat()?;
        let member = seat.member(caller.node_id);
        if member.is_some_and(|member| member.peer_id == caller.peer_id) {
            return Ok(seat);
        }
        Err(if seat.seats(&caller.peer_id) {
            Refusal::Replaced.because(REPLACED)
        } else {
            Refusal::NotAMember.because("your seat was given up; join the room again")
        })
    }

    fn is_flooded(&self) -> bool {
        let mut joins = self.joins.lock().unwrap_or_else(PoisonError::into_inner);
        if joins.0.elapsed().as_secs() >= 1 {
            *joins = (Instant::now(), 0);
        }
        joins.1 += 1;
        joins.1 > JOINS_PER_SECOND
    }
}

async fn spawned<T: Send + 'static>(
    work: impl Future<Output = Result<T, Refused>> + Send + 'static,
) -> Result<T, Refused> {
    tokio::spawn(work)
        .await
        .unwrap_or_else(|e| Err(Refusal::Busy.because(e.to_string())))
}

fn no_such_room() -> Refused {
    Refusal::NoSuchRoom.because("that room is not played here any more")
}

impl Handler for Shared {
    fn seat(&self) -> Option<SeatAccess> {
        self.current_seat().map(|seat| seat.access())
    }

    fn continued(&self, room: ClusterId) -> Option<(RoomKey, ClusterId)> {
        self.continued_in(room)
    }

    fn hung_up(&self, peer: PeerId) {
        let Some(seat) = self.current_seat() else {
            return;
        };
        let leader = seat.leader().and_then(|id| seat.member(id));
        if leader.is_some_and(|leader| leader.peer_id == peer) {
            tracing::info!("the leader has hung up");
            let Some(shared) = self.this.upgrade() else {
                return;
            };
            tokio::spawn(async move {
                // Voters are connected to their leader only: while its lease
                // runs out there is time to connect to each other.
                let connecting = contact::survey(&shared, &seat, false);
                futures::join!(contact::hurry_election(&seat), connecting);
            });
        }
    }

    fn about(&self) -> About {
        About {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            name: self.name(),
            room: self.current_seat().map(|seat| RoomInfo {
                cluster_id: seat.key.cluster_id,
                room: seat.room.clone(),
                players: u32::try_from(seat.membership().nodes().count()).unwrap_or(u32::MAX),
                phase: seat.state().game().phase(),
                leader_id: seat.leader(),
                node_id: seat.node_id,
            }),
            gossip_port: self.gossip.as_ref().map(|gossip| gossip.port),
        }
    }

    async fn join(
        &self,
        visitor: Visitor,
        room: ClusterId,
        name: Name,
    ) -> Result<Admission, Refused> {
        if self.is_flooded() {
            return Err(Refusal::Busy.because("too many want to join at once; try again"));
        }
        let seat = self.current_seat().ok_or_else(no_such_room)?;
        if seat.key.cluster_id != room {
            return Err(no_such_room());
        }
        if visitor.peer_id == self.me {
            return Err(Refusal::NotAMember.because(
                "you are in this room already, with a copy of the same profile; start with another one",
            ));
        }
        if !seat.leads() {
            return Err(seat.not_leader());
        }
        if !seat.has_quorum() {
            return Err(
                Refusal::NoQuorum.because("most players of that room cannot be reached just now")
            );
        }
        let membership = seat.membership();
        let others = membership
            .nodes()
            .filter(|(_, member)| member.peer_id != visitor.peer_id);
        if others.count() >= MAX_MEMBERS {
            return Err(Refusal::RoomFull.because(format!("all {MAX_MEMBERS} seats are taken")));
        }
        tracing::info!("{name} ({}) is let in", visitor.peer_id.short());
        Ok(Admission {
            room: seat.room.clone(),
            key: seat.key,
            node_id: seat.node_id,
        })
    }

    async fn enter(&self, caller: Caller, addrs: Vec<String>) -> Result<u64, Refused> {
        let seat = self.leading_seat()?;
        self.peers.book().hint_all(caller.peer_id, &addrs);
        let member = Member {
            peer_id: caller.peer_id,
            addrs,
        };
        // On its own: a caller that hangs up must not leave it half done.
        spawned(async move { seat.admit(caller.node_id, member).await }).await
    }

    async fn propose(&self, caller: Caller, command: Command) -> Result<Committed, ProposeError> {
        let seat = self.seat_leading(caller).map_err(|refused| ProposeError {
            refused,
            maybe_appended: false,
        })?;
        seat.commit_here(command).await
    }

    async fn read_index(&self, caller: Caller) -> Result<u64, Refused> {
        self.seat_leading(caller)?.read_index().await
    }

    async fn leave(&self, caller: Caller) -> Result<(), Refused> {
        let seat = self.leading_seat()?;
        match seat.member(caller.node_id) {
            Some(member) if member.peer_id == caller.peer_id => {
                spawned(async move { seat.dismiss(caller.node_id).await }).await
            }
            Some(_) => Err(Refusal::NotAMember.because("that seat is somebody else's")),
            // The answer to the first request was lost.
            None => Ok(()),
        }
    }

    async fn survey(&self, caller: Caller, freeze: bool) -> Result<Survey, Refused> {
        let seat = self.current_seat().ok_or_else(no_such_room)?;
        let plays = seat.has_quorum();
        if freeze && !plays {
            seat.contact.freeze(self.timing.freeze);
        }
        let knows_you = seat.member(caller.node_id).is_some();
        Ok(Survey {
            plays,
            knows_you,
            replaced_you: !knows_you && seat.seats(&caller.peer_id),
            last_log_id: seat.last_log_id().await,
        })
    }

    async fn carry_on(
        &self,
        _caller: Caller,
        participants: BTreeSet<NodeId>,
    ) -> Result<ClusterId, Refused> {
        let seat = self.current_seat().ok_or_else(no_such_room)?;
        let shared = self.this.upgrade().ok_or_else(no_such_room)?;
        let founding = async move { continuation::found_next(&shared, &seat, &participants).await };
        spawned(founding).await
    }

    fn follow(&self, caller: Caller, cluster: ClusterId) {
        let (Some(seat), Some(shared)) = (self.current_seat(), self.this.upgrade()) else {
            return;
        };
        if !continuation::is_stuck(&seat) {
            // The notice took longer than we kept still, and the missing are
            // back: what is acknowledged here since then is not known there.
            tracing::info!("not followed into {cluster}: this room is played");
            return;
        }
        seat.contact.freeze(join::JOIN_TIMEOUT);
        tokio::spawn(async move {
            match continuation::follow(&shared, &seat, cluster, caller.peer_id).await {
                Ok(()) => tracing::info!("followed into {cluster}"),
                Err(e) => {
                    tracing::warn!("cannot follow into {cluster}: {e}");
                    seat.contact.thaw();
                }
            }
        });
    }
}
