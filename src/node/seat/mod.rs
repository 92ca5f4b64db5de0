//! A seat in a room: a Raft node, its folder, and what it knows of the others.

mod ask;
pub mod door;
pub mod findings;
pub mod folder;
pub mod lead;
mod others;
mod times;
pub mod view;

use std::{
    collections::BTreeSet,
    io,
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, SystemTime},
};

use parking_lot::{Mutex, RwLock};
use tokio::{sync::watch, time::Instant};

use self::{
    findings::{Claim, Doubts, Findings, Histories},
    folder::{KeptSeat, LOG_FILE},
    lead::Lead,
    times::{Latencies, RoundClock},
};
use super::{
    api::{Clock, Failure, Met, Timing},
    world::Env,
};
use crate::{
    blocking,
    budget::Budget,
    consensus::{ClusterId, GameCommand, LogStore, Member, NodeId, RaftNode},
    files,
    game::{Name, PeerId},
    net::{
        Contact, Credentials, Identity, MemberClient, Peers, RaftNetwork, Refusal, Refused,
        SeatAccess, Survey,
    },
};

/// A seat in a room.
pub struct Seat {
    pub cluster_id: ClusterId,
    pub room: Name,
    pub me: PeerId,
    pub identity: Arc<Identity>,
    /// What it shows of itself to others.
    pub credentials: Credentials,
    pub node: RaftNode,
    pub peers: Peers,
    pub timing: Timing,
    /// Whom the player has met.
    pub met: Arc<RwLock<Met>>,
    pub contact: Contact,
    /// How the others were, when they were asked last; `None` while there was
    /// no need to ask.
    pub findings: watch::Sender<Option<Findings>>,
    /// Whose word about that has brought nothing.
    pub doubts: Mutex<Doubts>,
    /// How often another seat in its place was asked for.
    pub rejoins: AtomicUsize,
    /// Whether the others have applied the same.
    pub histories: Mutex<Histories>,
    /// The others have said that this seat is no member any more.
    pub lost_membership: watch::Sender<bool>,
    /// One of them has said so: the others are to be asked.
    pub is_doubted: AtomicBool,
    /// A command of this start of the profile was applied here.
    pub entered: AtomicBool,
    /// Held while the others are asked because somebody calls after a silence.
    pub is_asking: tokio::sync::Mutex<()>,
    /// Whom this player, as the owner, sends away, until that is decided.
    removing: Mutex<Vec<GameCommand>>,
    /// How often those are asked who only announce something.
    pub asks: Budget<PeerId>,
    /// How many of them are dialled at one address.
    pub strangers_at: Budget<IpAddr>,
    /// Who was asked to add this seat, and as which seat: told when it is given
    /// up before its log has arrived.
    pub admitted_by: Mutex<Option<(PeerId, NodeId)>>,
    /// The last entry that a sole voter acknowledged with one copy.
    last_single_copy: AtomicU64,
    pub lead: Lead,
    pub round_clock: RoundClock,
    pub latencies: Latencies,
    /// Since when the player waits for the others, if none was heard yet.
    since: Instant,
    /// It was kept, and has not asked yet whether the others know more.
    pub is_back: AtomicBool,
    /// Who has applied more than its log holds, although it decides alone: until its
    /// player has said whose game goes on, it does not.
    pub newer_copies: Mutex<Vec<Name>>,
    /// What is kept of it on disk.
    pub kept: KeptSeat,
}

impl Seat {
    /// Opens a new seat with an empty log, and starts its Raft node, which
    /// does nothing until it founds a cluster or is added to one.
    pub async fn open(
        env: &Env,
        cluster_id: ClusterId,
        node_id: NodeId,
        room: Name,
    ) -> Result<Arc<Self>, Failure> {
        let room_folder = env.rooms.join(cluster_id.to_string());
        let kept = KeptSeat {
            cluster_id,
            room,
            node_id,
            // Never another seat's: an old log under a new id could undo a vote.
            folder: room_folder.join(node_id.to_string()),
            continued: None,
            used: SystemTime::now(),
        };
        let saved = kept.clone();
        let open_log = log_opener(env);
        let store = blocking::run(move || {
            // Its log first: a crash in between leaves nothing to come back to.
            files::create_private(&saved.folder).map_err(|e| cannot_write(&saved, &e))?;
            let store = open_log(&saved)?;
            saved.save().map_err(|e| cannot_write(&saved, &e))?;
            Ok::<_, Failure>(store)
        });
        let store = store.await.map_err(|e| storage(&e))??;
        Self::start(env, kept, store, Instant::now(), Contact::default()).await
    }

    /// Opens a seat that was kept, with its log, and starts its Raft node; the player
    /// waits for the others `since` then.
    pub async fn reopen(
        env: &Env,
        kept: KeptSeat,
        since: Instant,
        contact: Contact,
    ) -> Result<Arc<Self>, Failure> {
        let opening = kept.clone();
        let open_log = log_opener(env);
        let store = blocking::run(move || {
            if opening.folder.join(LOG_FILE).exists() {
                let log = open_log(&opening)?;
                if log.last_log_id().is_some() {
                    return Ok(log);
                }
            }
            // Its vote is forgotten, so nobody may vote in its name again.
            let lost = format!(
                "{} has lost its log; join the room again",
                opening.folder.display()
            );
            Err(Failure::new("storage", lost))
        });
        Self::start(
            env,
            kept,
            store.await.map_err(|e| storage(&e))??,
            since,
            contact,
        )
        .await
    }

    async fn start(
        env: &Env,
        kept: KeptSeat,
        store: LogStore,
        since: Instant,
        contact: Contact,
    ) -> Result<Arc<Self>, Failure> {
        let (cluster_id, node_id) = (kept.cluster_id, kept.node_id);
        let log = store.clone();
        let credentials = Credentials::new(
            &env.identity,
            cluster_id,
            node_id,
            env.session,
            log,
            contact.clone(),
        );
        let network = RaftNetwork::new(env.peers.clone(), credentials.clone(), contact.clone());
        let member = (cluster_id, node_id);
        let is_back = store.last_log_id().is_some();
        let node = RaftNode::start(member, network, store, env.per_snapshot).await;
        Ok(Arc::new(Self {
            cluster_id,
            room: kept.room.clone(),
            me: env.me,
            identity: Arc::clone(&env.identity),
            credentials,
            node: node.map_err(|e| storage(&e))?,
            peers: env.peers.clone(),
            timing: env.timing,
            met: Arc::clone(&env.met),
            contact,
            findings: watch::Sender::new(None),
            doubts: Mutex::default(),
            histories: Mutex::default(),
            lost_membership: watch::Sender::new(false),
            is_doubted: AtomicBool::new(false),
            entered: AtomicBool::new(false),
            is_asking: tokio::sync::Mutex::default(),
            rejoins: AtomicUsize::default(),
            removing: Mutex::default(),
            asks: Budget::new(2, 1),
            strangers_at: Budget::new(8, 2),
            admitted_by: Mutex::new(None),
            last_single_copy: AtomicU64::new(0),
            lead: Lead::default(),
            round_clock: RoundClock::default(),
            latencies: Latencies::default(),
            since,
            is_back: AtomicBool::new(is_back),
            newer_copies: Mutex::default(),
            kept,
        }))
    }

    /// Whether a member has applied the same entries as this seat, if one of both can
    /// tell: whoever is further can.
    pub fn agrees_with(&self, survey: &Survey) -> Option<bool> {
        self.node.agrees(survey.applied).or(survey.agrees)
    }

    /// Notes that the word of some has brought nothing so far, and leaves out those
    /// whose word is not believed any more.
    pub fn doubt(
        &self,
        findings: &mut Findings,
        ids: impl IntoIterator<Item = NodeId>,
        claim: Claim,
    ) {
        let mut doubts = self.doubts.lock();
        for id in ids {
            doubts.note(id, claim);
            if findings.newcomers.contains(&id) {
                doubts.note_newcomer(claim, |id| self.member(id).is_some());
            }
        }
        findings.disbelieved = doubts.disbelieved();
    }

    /// Its player is not asked any more whose game goes on: it may be elected. Answers
    /// with those who have more of the game.
    pub fn end_question(&self) -> Vec<Name> {
        let newer = std::mem::take(&mut *self.newer_copies.lock());
        if !newer.is_empty() {
            self.node.may_elect();
        }
        newer
    }

    /// What the services need of it.
    pub fn access(&self) -> SeatAccess {
        SeatAccess {
            cluster_id: self.cluster_id,
            node_id: self.node_id(),
            raft: self.node.raft(),
            log: self.node.log(),
            contact: self.contact.clone(),
            rules: self.peers.rules(),
        }
    }

    /// Which member it is.
    pub fn node_id(&self) -> NodeId {
        self.node.id()
    }

    /// Whether the game knows the session of a start of this profile.
    pub fn knows(&self, session: u64) -> bool {
        self.node.state().session_of(&self.me) == Some(session)
    }

    /// Whether another start of this profile has entered the game after the one
    /// with this session did.
    pub fn is_overtaken(&self, session: u64) -> bool {
        let newest = self.node.state().session_of(&self.me);
        self.entered.load(Relaxed) && newest.is_some_and(|newest| newest != session)
    }

    /// Whether a majority of the voters can be reached through the leader.
    pub fn has_quorum(&self) -> bool {
        if !self.node.is_leader() {
            return self.node.leader().is_some() && self.contact.age() < self.timing.quorum;
        }
        let answered = self.node.since_majority_answered();
        self.node.is_sole_voter() || answered.is_some_and(|since| since < self.timing.quorum)
    }

    /// Time since this seat could last take part in a decision: as the leader,
    /// since a majority answered; else since such a leader was heard.
    pub fn cut_off_for(&self) -> Duration {
        if !self.node.is_leader() {
            return self.contact.age().min(self.since.elapsed());
        }
        if self.node.is_sole_voter() {
            return Duration::ZERO;
        }
        let answered = self.node.since_majority_answered();
        answered
            .unwrap_or(Duration::MAX)
            .min(self.node.leading_for())
    }

    /// Whether the room cannot decide anything, as far as this seat knows; or this seat,
    /// which decides alone, has less of it than others.
    pub fn is_stuck(&self) -> bool {
        self.cut_off_for() >= self.timing.survey || !self.newer_copies.lock().is_empty()
    }

    /// All voters but this seat, by the newest membership here.
    pub fn other_voters(&self) -> BTreeSet<NodeId> {
        let membership = self.node.membership();
        let others = membership.voter_ids().filter(|id| *id != self.node_id());
        others.collect()
    }

    /// Whether an owner has sent somebody away, as far as is known here, and that one is
    /// not back.
    pub fn was_sent_away(&self, peer: &PeerId) -> bool {
        let is_removed = self.node.state().game().is_removed(peer);
        self.contact.was_sent_away(peer) || is_removed && !self.contact.is_back(peer)
    }

    /// The players of the committed membership whom no owner has sent away, as far as is
    /// known here; also if most voters name them: if those who hear of an open removal went
    /// on naming its target, nobody would believe the owner.
    pub fn members_who_stay(&self) -> BTreeSet<PeerId> {
        let state = self.node.state();
        let mut sent_away = self.contact.removals().sent_away();
        let removing = self.removing().into_iter();
        sent_away.extend(removing.filter_map(|command| state.would_send_away(&command)));
        let mut members = self.node.committed_members();
        members.retain(|peer| !sent_away.contains(peer) && !state.game().is_removed(peer));
        members
    }

    /// A member by its seat.
    pub fn member(&self, id: NodeId) -> Option<Member> {
        self.node.membership().membership().get_node(&id).cloned()
    }

    /// Another seat of this room, to be called.
    pub fn client(&self, id: NodeId, peer: PeerId) -> MemberClient {
        if let Some(member) = self.member(id) {
            self.peers.book().hint_all(member.peer_id, &member.addrs);
        }
        self.peers.member(&self.credentials, id, peer)
    }

    /// "Ask the leader", with where it is, if that is known.
    pub fn not_leader(&self) -> Refused {
        let leader = self
            .node
            .leader()
            .filter(|id| *id != self.node_id())
            .and_then(|id| self.member(id));
        Refused {
            leader: leader.map(|m| (m.peer_id, m.addrs)),
            ..Refusal::NotLeader.because("only the leader can do this")
        }
    }

    /// The clock that the round runs against.
    pub fn clock(&self) -> Option<Clock> {
        self.round_clock.of(self.node.state().game(), &self.timing)
    }

    /// Deletes the log of a seat that is spent.
    pub async fn forget(&self) {
        let folder = self.kept.folder.clone();
        let removing = blocking::run(move || folder::remove(&folder));
        // It removes or it says why not.
        let _ = removing.await;
    }

    /// Sets aside the earlier seats of this player in this room: the leader has put
    /// this one in their place.
    pub async fn set_earlier_aside(&self) {
        let kept = self.kept.clone();
        // It does or it says why not.
        let _ = blocking::run(move || folder::set_others_aside(&kept)).await;
    }
}

/// Fresh for every seat. 0 stands for "none" on the wire.
pub fn new_node_id() -> NodeId {
    // Half the range: safe for readers that have only signed numbers.
    (crate::random::u64() >> 1).max(1)
}

fn log_opener(env: &Env) -> impl Fn(&KeptSeat) -> Result<LogStore, Failure> + use<> {
    let (open_log, rules) = (Arc::clone(&env.open_log), env.peers.rules());
    move |kept| open_log(&kept.folder.join(LOG_FILE), rules).map_err(|e| storage(&e))
}

fn cannot_write(kept: &KeptSeat, error: &io::Error) -> Failure {
    let folder = kept.folder.display();
    Failure::new(
        "storage",
        format!(
            "cannot write to {folder} ({error}); free some disk space, or choose another folder with --data-dir"
        ),
    )
}

fn storage(error: &dyn std::error::Error) -> Failure {
    Failure::new("storage", error.to_string())
}
