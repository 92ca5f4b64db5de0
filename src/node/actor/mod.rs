//! The node's one task that decides: it takes commands, starts what takes
//! long, and publishes a view whenever something has changed ([`publish`]).

mod background;
mod commands;
mod dispatch;
mod event_log;
mod matches;
mod publish;
mod seat_changes;
mod setter;
mod stop;
mod switch;

use std::{
    collections::BTreeMap, future::Future, io, net::SocketAddr, path::PathBuf, pin::Pin, sync::Arc,
};

use tokio::{
    sync::{mpsc, oneshot, watch},
    task::JoinHandle,
    time::MissedTickBehavior,
};

use self::{
    event_log::EventLog,
    seat_changes::{SeatChanges, seat_changed},
    setter::Setter,
};
use super::{
    api::{
        Command, Done, Failure, KeptRoom, Looking, Notice, PackView, Pending, Preferences, Record,
        Reply, Stage, View,
    },
    entry::{gossip, rooms},
    leader::{membership, referee},
    recovery::keeper,
    seat::Seat,
    shared::{Eviction, Shared},
};
use crate::{
    config::Profile,
    discovery::{Ad, Ads, Discovery, Examination},
    game::PeerId,
    net::Server,
    packs::Packs,
};

/// What came of commands and reads, on its way to who asked, and a few things
/// of our own.
const OUTCOMES: usize = 320;

/// A command and who waits for its reply.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) command: Command,
    /// `None`: a failure is shown on screen.
    pub(super) reply: Option<oneshot::Sender<Reply>>,
}

/// Something that takes long, and ends in a seat or without one.
enum Move {
    /// Into a room, at the address that was asked for, if one was.
    Into(Result<Arc<Seat>, Failure>, Option<SocketAddr>),
    Out(Done),
}

type Moving = Pin<Box<dyn Future<Output = Move> + Send>>;

/// What the actor hears from its own helpers.
enum Event {
    /// A command of this player came to an end.
    Ended {
        asked: Option<Pending>,
        outcome: Reply,
        reply: Option<oneshot::Sender<Reply>>,
    },
    /// An answer of the setter's program came to an end.
    Answered,
    /// A pack was taken, or why not.
    Packs {
        outcome: Result<(Packs, String), String>,
        reply: Option<oneshot::Sender<Reply>>,
    },
    /// The network was looked at.
    Examined(Option<Examination>),
    /// A text was written into this file, or why not.
    Exported {
        outcome: Result<PathBuf, io::Error>,
        reply: Option<oneshot::Sender<Reply>>,
    },
    /// Rooms that did not answer, or answered from elsewhere.
    Silent(BTreeMap<PeerId, Ad>),
    /// Rooms that can be come back to.
    Kept(Arc<[KeptRoom]>),
    /// A change of clusters, or of the leader, came to an end.
    Switched {
        outcome: Reply,
        reply: Option<oneshot::Sender<Reply>>,
    },
}

pub(super) struct Actor<F> {
    shared: Arc<Shared>,
    profile: Profile,
    packs: Packs,
    discovery: Discovery,
    ads: watch::Receiver<Ads>,
    own: watch::Receiver<Option<Ad>>,
    server: Server,
    queue: mpsc::Receiver<Request>,
    events: mpsc::Sender<Event>,
    heard: mpsc::Receiver<Event>,
    publish: watch::Sender<Arc<View>>,
    on_change: F,

    seat: Option<Arc<Seat>>,
    seats: watch::Receiver<Option<Arc<Seat>>>,
    evictions: watch::Receiver<Option<Eviction>>,
    knocks: watch::Receiver<bool>,
    /// The packs, as the views list them.
    pack_list: Arc<[PackView]>,
    setter: Setter,
    record: Arc<Record>,
    preferences: Arc<Preferences>,
    /// The newest write into the profile, which the next one waits for.
    saving: Option<JoinHandle<()>>,
    /// Keeps in contact with the others.
    keeper: tokio::task::AbortHandle,
    seat_changes: Option<SeatChanges>,
    addr: String,
    moving: Option<(Stage, Moving, Option<oneshot::Sender<Reply>>)>,
    /// Announcements whose room did not answer.
    silent: BTreeMap<PeerId, Ad>,
    checking: bool,
    kept: Arc<[KeptRoom]>,
    answers: Vec<(oneshot::Sender<Reply>, Reply)>,
    pending: Vec<Pending>,
    single_copy: bool,
    notice: Option<Notice>,
    notices: u64,
    announced: Option<Ad>,
    event_log: EventLog,
    examination: Looking,
}

impl<F: Fn() + Send + Sync + 'static> Actor<F> {
    #[expect(clippy::too_many_arguments, reason = "called once, by Node::start")]
    pub(super) fn new(
        shared: Arc<Shared>,
        profile: Profile,
        packs: Packs,
        warnings: Vec<String>,
        discovery: Discovery,
        server: Server,
        queue: mpsc::Receiver<Request>,
        on_change: F,
    ) -> Self {
        let (events, heard) = mpsc::channel(OUTCOMES);
        let (ads, own) = (discovery.ads(), discovery.own());
        let mut warnings: Vec<String> = warnings;
        warnings.extend(discovery.warnings.clone());
        let (publish, _) = watch::channel(Arc::new(View::empty(shared.env.me, shared.name())));
        let keeping = [Arc::clone(&shared), Arc::clone(&shared)];
        let keeper = tokio::spawn(async move {
            let [seat, gossip] = keeping;
            futures::join!(keeper::keep(seat), gossip::run(gossip));
        });
        let keeper = keeper.abort_handle();
        let mut actor = Self {
            seats: shared.seat_changes(),
            evictions: shared.evictions(),
            knocks: shared.knocks(),
            pack_list: packs.all().iter().map(PackView::of).collect(),
            setter: Setter::default(),
            record: Arc::new(Record::load(profile.folder())),
            preferences: Arc::new(Preferences::load(profile.folder())),
            saving: None,
            keeper,
            kept: Arc::default(),
            shared,
            profile,
            packs,
            discovery,
            ads,
            own,
            server,
            queue,
            events,
            heard,
            publish,
            on_change,
            seat: None,
            seat_changes: None,
            addr: String::new(),
            moving: None,
            silent: BTreeMap::new(),
            checking: false,
            answers: Vec::new(),
            pending: Vec::new(),
            single_copy: false,
            notice: None,
            notices: 0,
            announced: None,
            event_log: EventLog::default(),
            examination: Looking::Not,
        };
        actor.addr = actor.own_addr();
        actor.list_kept();
        actor.publish.send_replace(Arc::new(actor.lobby()));
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
        let mut check = tokio::time::interval(rooms::CHECK);
        check.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
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
                Some(event) = self.heard.recv() => self.hear(event),
                Ok(()) = self.seats.changed() => self.change_seats(),
                Ok(()) = self.evictions.changed() => self.evicted(),
                _ = self.ads.changed() => self.note_addresses(),
                Ok(()) = self.own.changed() => {}
                Ok(()) = self.knocks.changed() => {}
                () = seat_changed(&mut self.seat_changes) => {}
                _ = policy.tick(), if in_room => self.tend(),
                _ = check.tick() => {
                    self.addr = self.own_addr();
                    if !in_room && !self.checking {
                        self.check_rooms();
                    }
                }
            }
        }
    }

    fn moved(&mut self, moved: Move) {
        let reply = self.moving.take().and_then(|(_, _, reply)| reply);
        self.pending.clear();
        self.single_copy = false;
        self.setter.forget_offers();
        match moved {
            Move::Into(Ok(seat), at) => {
                if let Some(addr) = at {
                    let preferences = self.preferences.joined_at(addr);
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

    fn answer(&mut self, reply: Option<oneshot::Sender<Reply>>, outcome: Reply) {
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
        self.notice = Some(Notice {
            number: self.notices,
            text,
            code,
            what: what.to_owned(),
            is_error,
        });
    }
}

/// The end of what takes long; never, if nothing does.
async fn next_move(moving: &mut Option<(Stage, Moving, Option<oneshot::Sender<Reply>>)>) -> Move {
    match moving {
        Some((_, moving, _)) => moving.await,
        None => std::future::pending().await,
    }
}

fn not_in_room() -> Failure {
    Failure::new("not_in_room", "host or join a room first")
}
