//! The node's one task that decides: it takes commands, starts what takes
//! long, and publishes a view whenever something has changed ([`publish`]).

mod commands;
mod event_log;
mod pin;
mod publish;
mod setter;
mod switch;

use std::{future::Future, net::SocketAddr, pin::Pin, sync::Arc, time::Duration};

use tokio::{
    sync::{Semaphore, mpsc, oneshot, watch},
    task::{AbortHandle, JoinHandle, JoinSet},
    time::MissedTickBehavior,
};

use self::{event_log::EventLog, setter::Setter};
use super::{
    api::{
        Command, Done, Failure, Looking, Me, Notice, PackView, Pending, Preferences, Record, Reply,
        Stage, View,
    },
    entry::{
        announcers::{self, Announcers},
        gossip, leave,
    },
    leader::{membership, referee},
    recovery::keeper,
    seat::Seat,
    shared::Shared,
};
use crate::{
    config::Profile,
    consensus::{Applied, Changes, NodeId},
    discovery::{Ad, Ads, Discovery},
    net::Server,
    packs::Packs,
};

/// How long the last write into the profile may take.
const SAVING: Duration = Duration::from_secs(1);

/// Reads that may wait; then the player is told "busy".
const READS: usize = 32;

/// Who waits for a reply. `None`: a failure is shown on screen.
type Asker = Option<oneshot::Sender<Reply>>;

/// A command and who waits for its reply.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) command: Command,
    pub(super) reply: Asker,
}

/// Something that takes long, and ends in a seat or without one.
enum Move {
    /// Into a room, at the address that was asked for, if one was.
    Into(Result<Arc<Seat>, Failure>, Option<SocketAddr>),
    Out(Done),
}

type Moving = Pin<Box<dyn Future<Output = Move> + Send>>;

/// What the actor does when something that ran in the background has ended.
type Then<F> = Box<dyn FnOnce(&mut Actor<F>) + Send>;

/// The channels of a seat that tell when to look again.
struct SeatChanges {
    applied: watch::Receiver<Applied>,
    cluster: Changes,
}

impl SeatChanges {
    fn of(seat: &Seat) -> Self {
        Self {
            applied: seat.node.applied(),
            cluster: seat.node.changes(),
        }
    }
}

pub(super) struct Actor<F> {
    shared: Arc<Shared>,
    profile: Profile,
    packs: Packs,
    discovery: Discovery,
    server: Server,
    queue: mpsc::Receiver<Request>,
    /// At most one task for each command and read that may wait, and a few more.
    background: JoinSet<Then<F>>,
    publish: watch::Sender<Arc<View>>,
    on_change: F,

    seat: Option<Arc<Seat>>,
    /// What the views show in any case.
    lobby: View,
    setter: Setter,
    /// The last round that had ended when the player was last seen to sit in a room, and
    /// from which seat.
    ended: Option<(NodeId, u32)>,
    /// The newest write into the profile, which the next one waits for.
    saving: Option<JoinHandle<()>>,
    /// Keeps in contact with the others.
    keeper: AbortHandle,
    seat_changes: Option<SeatChanges>,
    moving: Option<(Stage, Moving, Asker)>,
    /// Who announces rooms, and what they showed when they were asked.
    announcers: Announcers,
    is_asking: bool,
    /// Other interfaces were chosen, and what is announced there is not known yet.
    looks_elsewhere: bool,
    answers: Vec<(oneshot::Sender<Reply>, Reply)>,
    pending: Vec<Pending>,
    /// The places for reads that are under way.
    reads: Arc<Semaphore>,
    single_copy: bool,
    notices: u64,
    announced: Option<Ad>,
    event_log: EventLog,
}

impl<F: Fn() + Send + Sync + 'static> Actor<F> {
    pub(super) fn new(
        shared: Arc<Shared>,
        profile: Profile,
        discovery: Discovery,
        server: Server,
        queue: mpsc::Receiver<Request>,
        on_change: F,
    ) -> Self {
        let (packs, mut warnings) = Packs::load(&profile.packs());
        warnings.extend(discovery.warnings.clone());
        let keeping = keeper::keep(Arc::clone(&shared));
        let gossiping = gossip::run(Arc::clone(&shared));
        let keeper = tokio::spawn(futures::future::join(keeping, gossiping));
        let lobby = View {
            me: Me {
                peer_id: shared.env.me,
                name: shared.name(),
                addr: shared.env.own_addr(),
                profile: profile.name().to_owned(),
                folder: profile.folder().display().to_string(),
                logs: profile.logs().display().to_string(),
                record: Arc::new(Record::load(profile.folder())),
                preferences: Arc::new(Preferences::load(profile.folder())),
            },
            rooms: Arc::default(),
            kept: Arc::default(),
            packs: packs.all().iter().map(PackView::of).collect(),
            stage: Stage::Lobby,
            examination: Looking::Not,
            notice: None,
            fatal: None,
        };
        let mut actor = Self {
            publish: watch::Sender::new(Arc::new(lobby.clone())),
            lobby,
            setter: Setter::default(),
            ended: None,
            saving: None,
            keeper: keeper.abort_handle(),
            shared,
            profile,
            packs,
            discovery,
            server,
            queue,
            background: JoinSet::new(),
            on_change,
            seat: None,
            seat_changes: None,
            moving: None,
            announcers: Announcers::default(),
            is_asking: false,
            looks_elsewhere: false,
            answers: Vec::new(),
            pending: Vec::new(),
            reads: Arc::new(Semaphore::new(READS)),
            single_copy: false,
            notices: 0,
            announced: None,
            event_log: EventLog::default(),
        };
        actor.list_kept();
        if !warnings.is_empty() {
            actor.say("warnings", "", warnings.join("\n"), true);
        }
        actor
    }

    pub(super) fn view(&self) -> watch::Receiver<Arc<View>> {
        self.publish.subscribe()
    }

    pub(super) async fn run(mut self) {
        let mut policy = tokio::time::interval(self.shared.env.timing.policy);
        policy.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut check = tokio::time::interval(announcers::CHECK);
        check.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let env = &self.shared.env;
        let (mut ads, mut own) = (env.ads.clone(), env.own.clone());
        let mut seats = self.shared.seat.subscribe();
        let mut evictions = self.shared.evicted.subscribe();
        let mut given_up = self.shared.given_up.subscribe();
        let mut knocks = self.shared.knocking.subscribe();
        loop {
            // Before the view: an outcome is of the room that it shows.
            if seats.has_changed().is_ok_and(|changed| changed) {
                seats.mark_unchanged();
                self.change_seats();
            }
            self.show();
            let in_room = self.seat.is_some();
            tokio::select! {
                request = self.queue.recv() => match request {
                    Some(Request { command: Command::Shutdown, reply }) => {
                        return self.stop(reply).await;
                    }
                    Some(request) => self.dispatch(request),
                    // Every handle is gone: nobody can see or steer us.
                    None => return self.stop(None).await,
                },
                moved = next_move(&mut self.moving) => self.moved(moved),
                Some(ended) = self.background.join_next() => {
                    // A panic was reported by the hook.
                    if let Ok(then) = ended {
                        then(&mut self);
                    }
                }
                Ok(()) = seats.changed() => seats.mark_changed(),
                Ok(()) = evictions.changed() => {
                    let why = *evictions.borrow_and_update();
                    self.evicted(why);
                }
                Ok(()) = given_up.changed() => {
                    let why = *given_up.borrow_and_update();
                    self.log_given_up(why);
                }
                Ok(()) = ads.changed() => {
                    self.note_moves(&ads.borrow_and_update());
                    if std::mem::take(&mut self.looks_elsewhere) {
                        self.announcers = Announcers::default();
                    }
                    self.ask_announcers(false);
                }
                Ok(()) = own.changed() => {}
                Ok(()) = knocks.changed() => {}
                () = seat_changed(&mut self.seat_changes) => {}
                _ = policy.tick(), if in_room => self.tend(),
                _ = check.tick() => {
                    self.lobby.me.addr = self.shared.env.own_addr();
                    self.ask_announcers(true);
                }
            }
        }
    }

    fn moved(&mut self, moved: Move) {
        let reply = self.moving.take().and_then(|(_, _, reply)| reply);
        self.pending.clear();
        self.single_copy = false;
        // What was offered in another room is not for this one.
        self.setter.offers = None;
        match moved {
            Move::Into(Ok(seat), at) => {
                if let Some(addr) = at {
                    let preferences = self.lobby.me.preferences.joined_at(addr);
                    self.prefer(preferences);
                }
                self.seat_changes = Some(SeatChanges::of(&seat));
                self.seat = Some(seat);
                self.answer(reply, Ok(Done::Ok));
            }
            Move::Into(Err(failure), _) => self.answer(reply, Err(failure)),
            Move::Out(done) => {
                self.seat = None;
                self.seat_changes = None;
                self.list_kept();
                if done == (Done::Left { clean: false }) {
                    let text = "You left, but the others could not be told; they see you as away.";
                    self.say("left_untold", "", text.to_owned(), true);
                }
                self.answer(reply, Ok(done));
            }
        }
    }

    /// The leader's regular look at the members, in parallel with everything else.
    fn tend(&self) {
        if let Some(seat) = &self.seat {
            let seat = Arc::clone(seat);
            tokio::spawn(
                async move { futures::join!(membership::tend(&seat), referee::look(&seat)) },
            );
        }
    }

    /// Notes where members of the room have moved: of all others anybody can announce any
    /// number.
    fn note_moves(&self, ads: &Ads) {
        if let Some(seat) = &self.seat {
            let membership = seat.node.membership();
            let members = membership.nodes().map(|(_, member)| member.peer_id);
            let announced = members.filter_map(|peer| ads.get(&peer));
            announced.for_each(|ad| self.shared.env.note_addresses(ad));
        }
    }

    /// Works in the background, and then does something with what came of it.
    fn later<T: Send + 'static>(
        &mut self,
        work: impl Future<Output = T> + Send + 'static,
        then: impl FnOnce(&mut Self, T) + Send + 'static,
    ) {
        self.background.spawn(async move {
            let outcome = work.await;
            Box::new(move |actor: &mut Self| then(actor, outcome)) as Then<F>
        });
    }

    fn answer(&mut self, reply: Asker, outcome: Reply) {
        match reply {
            // Sent after the next view: who has the reply sees what it did.
            Some(reply) => self.answers.push((reply, outcome)),
            None => {
                if let Err(failure) = outcome {
                    self.say(failure.code, "", failure.message, true);
                }
            }
        }
    }

    fn say(&mut self, code: &'static str, what: &str, text: String, is_error: bool) {
        self.notices += 1;
        self.lobby.notice = Some(Notice {
            number: self.notices,
            text,
            code,
            what: what.to_owned(),
            is_error,
        });
    }

    /// The end of the actor: out of the room, goodbye, the last view.
    async fn stop(mut self, reply: Asker) {
        self.discovery.announce(None);
        // On the way in or out: that is waited for, within its own bounds.
        let mut left = Done::Left { clean: true };
        if matches!(self.moving, Some((Stage::Leaving, ..))) {
            let moved = next_move(&mut self.moving).await;
            if let Move::Out(done) = &moved {
                left = done.clone();
            }
            self.moved(moved);
        }
        self.moving = None;
        // Also if joining was broken off in between.
        let is_in = self.seat.take().is_some();
        if self.shared.current_seat().is_some() {
            let done = leave::leave(&self.shared).await;
            if is_in {
                left = done;
            }
        }
        self.keeper.abort();
        // What changes files or clusters comes to its end.
        self.background.detach_all();
        let mut last = View::clone(&self.publish.borrow());
        last.stage = Stage::Stopped;
        self.publish.send_replace(Arc::new(last));
        (self.on_change)();
        self.send_answers();
        self.discovery.shutdown().await;
        self.server.shutdown().await;
        // While the profile is ours; a disk that hangs does not hold up the end.
        if let Some(saving) = self.saving.take() {
            let _ = tokio::time::timeout(SAVING, saving).await;
        }
        drop(self.profile);
        if let Some(reply) = reply {
            // Whoever asked may have gone.
            let _ = reply.send(Ok(left));
        }
    }
}

/// The end of what takes long; never, if nothing does.
async fn next_move(moving: &mut Option<(Stage, Moving, Asker)>) -> Move {
    match moving {
        Some((_, moving, _)) => moving.await,
        None => std::future::pending().await,
    }
}

/// Something has changed that the view shows; never, without a seat.
async fn seat_changed(changes: &mut Option<SeatChanges>) {
    /// Things that no channel tells, such as the age of the last contact.
    const LOOK: Duration = Duration::from_millis(500);
    let Some(SeatChanges { applied, cluster }) = changes else {
        return std::future::pending().await;
    };
    tokio::select! {
        Ok(()) = applied.changed() => {}
        true = cluster.next() => {}
        // Also when Raft has stopped and the channels are closed.
        () = tokio::time::sleep(LOOK) => {}
    }
}
