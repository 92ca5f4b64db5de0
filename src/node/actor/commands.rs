//! This player's commands: what each sets going, and what comes of it.

use std::{
    future::Future,
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use tokio::sync::oneshot;

use super::{Actor, Asker, Move, Request, setter::played};
use crate::{
    blocking,
    config::save_name,
    discovery::Examination,
    files,
    game::{Action, Mode, Name, Outcome},
    node::{
        api::{
            Choice, Command, Done, Failure, JoinTarget, Looking, PackView, Pending, Preferences,
            Reply, Stage,
        },
        client,
        entry::{leave, seating},
        seat::Seat,
        shared::Job,
    },
    packs::Packs,
};

/// The folder of exported events in the profile's.
const FOLDER: &str = "events";

impl<F: Fn() + Send + Sync + 'static> Actor<F> {
    pub(super) fn dispatch(&mut self, Request { command, reply }: Request) {
        match command {
            Command::Host { room, pin } => {
                let room = room.unwrap_or_else(|| room_of(&self.shared.name()));
                let stage = Stage::Hosting(room.to_string());
                let hosting = seating::host(Arc::clone(&self.shared), room, pin);
                self.start_move(reply, stage, hosting, None);
            }
            Command::Join { target, wait, pin } => {
                let stage = Stage::Joining(self.name_of(&target));
                let at = match &target {
                    JoinTarget::Addr(addr) => Some(*addr),
                    JoinTarget::Room(_) | JoinTarget::Cluster(_) | JoinTarget::Member(..) => None,
                };
                let proven = self.announcers.proven();
                let joining = seating::join(Arc::clone(&self.shared), target, wait, pin, proven);
                self.start_move(reply, stage, joining, at);
            }
            Command::ShowPin(pin) => self.show_pin(pin, reply),
            Command::SetPin(pin) => {
                let set = self.set_pin(pin);
                self.answer(reply, set);
            }
            Command::Resume { which } => {
                let name = which.as_ref().map(|which| self.name_of(which));
                let stage = Stage::Joining(name.unwrap_or_else(|| "the last room".to_owned()));
                let resuming = seating::resume(Arc::clone(&self.shared), which);
                self.start_move(reply, stage, resuming, None);
            }
            Command::Continue => self.switch(reply, None),
            Command::Follow => {
                if let Some(elsewhere) = self.elsewhere() {
                    self.switch(reply, Some(elsewhere));
                } else {
                    let nowhere = "nobody has continued without you";
                    self.answer(reply, Err(Failure::new("nowhere", nowhere)));
                }
            }
            Command::Forget(room) => {
                self.forget(room);
                self.answer(reply, Ok(Done::Ok));
            }
            Command::StartRound {
                pack,
                number,
                after_round,
            } => {
                let action = match self.packs.pick(&pack, number) {
                    Ok((entry, from)) => Ok(Action::StartRound {
                        clue: entry.clue.clone(),
                        secret: entry.secret.clone(),
                        alphabet: Some(Arc::clone(&from.alphabet)),
                        pack,
                        after_round,
                    }),
                    Err(e) => Err(Failure::new("no_such_entry", e.to_string())),
                };
                self.propose(action, reply);
            }
            Command::Act(action) => {
                if matches!(action, Action::Remove { .. }) {
                    self.change_pin();
                }
                self.propose(Ok(action), reply);
            }
            Command::StartMatch { force } => self.propose(self.start_match(force), reply),
            Command::NextRound { after_round } => {
                self.propose(self.next_round(after_round), reply);
            }
            Command::Choose(choice) => {
                let action = self.choose(choice);
                self.propose(action, reply);
            }
            Command::Read => self.read(reply),
            Command::HandOver => self.hand_over(reply),
            Command::PlayOwnCopy => self.play_own_copy(reply),
            Command::Rename(name) => {
                let kept = name.clone();
                self.save_later("the player's name", move |folder| save_name(folder, &kept));
                *self.shared.name.write() = name.clone();
                if self.seat.is_some() {
                    self.propose(Ok(Action::TakeSeat { name }), reply);
                } else {
                    self.answer(reply, Ok(Done::Ok));
                }
            }
            Command::Prefer(preferences) => {
                self.prefer(preferences);
                self.answer(reply, Ok(Done::Ok));
            }
            Command::UseInterfaces(interfaces) => {
                self.discovery.choose(interfaces.clone());
                self.looks_elsewhere = true;
                self.lobby.me.addr = self.shared.env.own_addr();
                self.prefer(Preferences {
                    interfaces,
                    ..Preferences::clone(&self.lobby.me.preferences)
                });
                self.examine(reply);
            }
            Command::AddPack(file) => self.add_pack(file, reply),
            Command::Examine => self.examine(reply),
            Command::Export(text) => self.export(text, reply),
            Command::Leave => match (&self.seat, &self.moving) {
                (Some(_), None) => {
                    self.discovery.announce(None);
                    self.announced = None;
                    self.start_leaving(reply);
                }
                // Giving up on the way in.
                (None, Some((Stage::Hosting(_) | Stage::Joining(_), ..))) => {
                    if let Some((_, _, joining)) = self.moving.take() {
                        let cancelled = Failure::new("cancelled", "joining was cancelled");
                        drop(joining.map(|joining| joining.send(Err(cancelled))));
                    }
                    // It may have been let in already.
                    if self.shared.current_seat().is_some() {
                        self.start_leaving(reply);
                    } else {
                        self.answer(reply, Ok(Done::Ok));
                    }
                }
                _ => self.answer(reply, Err(Failure::not_in_room())),
            },
            Command::DismissNotice => {
                self.lobby.notice = None;
                self.answer(reply, Ok(Done::Ok));
            }
            // Taken by the loop.
            Command::Shutdown => {}
        }
    }

    fn start_move(
        &mut self,
        reply: Asker,
        stage: Stage,
        moving: impl Future<Output = Result<Arc<Seat>, Failure>> + Send + 'static,
        at: Option<SocketAddr>,
    ) {
        if self.seat.is_some() || self.moving.is_some() {
            let busy = Failure::new("in_room", "leave the room you are in first");
            return self.answer(reply, Err(busy));
        }
        self.lobby.notice = None;
        let moving = async move { Move::Into(moving.await, at) };
        self.moving = Some((stage, Box::pin(moving), reply));
    }

    pub(super) fn start_leaving(&mut self, reply: Asker) {
        let shared = Arc::clone(&self.shared);
        let leaving = async move { Move::Out(leave::leave(&shared).await) };
        self.moving = Some((Stage::Leaving, Box::pin(leaving), reply));
    }

    fn name_of(&self, target: &JoinTarget) -> String {
        if let JoinTarget::Cluster(id) | JoinTarget::Member(id, _) = target {
            let ads = self.shared.env.ads.borrow();
            if let Some(ad) = ads.values().find(|ad| ad.cluster_id == *id) {
                return ad.room.to_string();
            }
            if let Some(kept) = self.lobby.kept.iter().find(|kept| kept.cluster_id == *id) {
                return kept.name.to_string();
            }
        }
        target.to_string()
    }

    /// Hands an action to the seat, and hears what comes of it.
    fn propose(&mut self, action: Result<Action, Failure>, reply: Asker) {
        let action = match action {
            Ok(action) => action,
            Err(failure) => return self.answer(reply, Err(failure)),
        };
        if self.seat.is_none() || self.moving.is_some() {
            return self.answer(reply, Err(Failure::not_in_room()));
        }
        let asked = Pending::of(&action);
        let (done, outcome) = oneshot::channel();
        if self.shared.jobs.try_send(Job { action, done }).is_err() {
            let busy = Failure::new("busy", "too many commands are waiting already");
            return self.answer(reply, Err(busy));
        }
        self.pending.extend(asked);
        self.later(outcome, move |actor, outcome| {
            // Else the node has ended before.
            if let Ok(outcome) = outcome {
                actor.ended(asked, outcome, reply);
            }
        });
    }

    /// A command of this player came to an end.
    fn ended(&mut self, asked: Option<Pending>, outcome: Reply, reply: Asker) {
        if let Some(at) = self.pending.iter().position(|p| Some(*p) == asked) {
            self.pending.remove(at);
        }
        if let Ok(Done::Applied {
            outcome, copies, ..
        }) = outcome
        {
            self.single_copy = copies < 2;
            if let (Outcome::Repeat, Some(Pending::Letter(letter))) = (outcome, asked) {
                let letter = letter.upper();
                let text = format!("{letter} was already guessed; that costs nothing.");
                self.say("repeat", &letter, text, false);
            }
        }
        self.answer(reply, outcome);
    }

    /// Looks at the game as of now, outside the queue of commands.
    fn read(&mut self, reply: Asker) {
        if self.seat.is_none() || self.moving.is_some() {
            return self.answer(reply, Err(Failure::not_in_room()));
        }
        let Ok(place) = Arc::clone(&self.reads).try_acquire_owned() else {
            let busy = Failure::new("busy", "too many reads are waiting already");
            return self.answer(reply, Err(busy));
        };
        let shared = Arc::clone(&self.shared);
        let reading = async move { (client::read(&shared).await, place) };
        self.later(reading, |actor, (outcome, _place)| {
            actor.answer(reply, outcome);
        });
    }

    /// Takes how the window is to be, and keeps it.
    pub(super) fn prefer(&mut self, preferences: Preferences) {
        self.lobby.me.preferences = Arc::new(preferences.clone());
        self.save_later("the settings", move |folder| preferences.save(folder));
    }

    /// Looks at the network, unless that is done just now.
    fn examine(&mut self, reply: Asker) {
        if self.lobby.examination != Looking::Now {
            self.lobby.examination = Looking::Now;
            let interfaces = self.discovery.interfaces().clone();
            let port = self.shared.env.port;
            let looking = blocking::run(move || Examination::make(&interfaces, port));
            self.later(looking, |actor, found| {
                if let Ok(found) = &found {
                    tracing::info!("this computer's network: {found:?}");
                }
                let found = found.map(|it| Looking::Found(Arc::new(it)));
                actor.lobby.examination = found.unwrap_or(Looking::Not);
            });
        }
        self.answer(reply, Ok(Done::Ok));
    }

    /// Writes a text of the window's into a file.
    fn export(&mut self, text: String, reply: Asker) {
        let folder = self.profile.folder().join(FOLDER);
        let writing = blocking::run(move || write(&folder, &text));
        self.later(writing, |actor, written| match written.flatten() {
            Ok(file) => {
                let file = file.display().to_string();
                let text = format!("The events were saved to {file}.");
                actor.say("exported", &file, text, false);
                actor.answer(reply, Ok(Done::Ok));
            }
            Err(e) => {
                let why = format!("the events cannot be saved: {e}");
                actor.answer(reply, Err(Failure::new("storage", why)));
            }
        });
    }

    /// A match as the room is set up, with a secret from my packs.
    fn start_match(&self, force: bool) -> Result<Action, Failure> {
        let seat = self.seat.as_ref().ok_or_else(Failure::not_in_room)?;
        let state = seat.node.state();
        let game = state.game();
        let settings = &game.table().settings;
        let count = match settings.mode {
            // All that it takes, so that what is missing is said before.
            Mode::Together | Mode::Turns => usize::from(settings.rounds),
            // They come from the setters.
            Mode::Setter => 0,
        };
        let dealt = self
            .packs
            .deal(&settings.pack, settings.difficulty, count, &played(game));
        let (deck, alphabet) = dealt.map_err(|e| Failure::new("no_such_entry", e.to_string()))?;
        Ok(Action::StartMatch {
            deal: deck.first().cloned(),
            alphabet,
            force,
            after_match: Some(game.table().newest_match.as_ref().map_or(0, |m| m.number)),
        })
    }

    /// The next round, with a secret from my packs.
    fn next_round(&self, after_round: u32) -> Result<Action, Failure> {
        let seat = self.seat.as_ref().ok_or_else(Failure::not_in_room)?;
        let state = seat.node.state();
        let deal = self.packs.next(state.game(), &played(state.game()));
        Ok(Action::NextRound {
            after_round,
            deal: deal.map_err(|e| Failure::new("no_such_entry", e.to_string()))?,
        })
    }

    /// Takes a secret for the others.
    fn choose(&mut self, choice: Choice) -> Result<Action, Failure> {
        let seat = self.seat.as_ref().ok_or_else(Failure::not_in_room)?;
        let (state, me) = (seat.node.state(), self.shared.env.me);
        self.setter.choose(state.game(), me, &self.packs, choice)
    }

    /// Takes a word pack of the player's own.
    fn add_pack(&mut self, file: PathBuf, reply: Asker) {
        let folder = self.profile.packs();
        let adding = blocking::run(move || Packs::add(&folder, &file));
        self.later(adding, |actor, added| {
            match added.unwrap_or_else(|e| Err(e.to_string())) {
                Ok((packs, name)) => {
                    actor.lobby.packs = packs.all().iter().map(PackView::of).collect();
                    actor.packs = packs;
                    let text = format!("The word pack {name} was added.");
                    actor.say("pack_added", &name, text, false);
                    actor.answer(reply, Ok(Done::Ok));
                }
                Err(why) => actor.answer(reply, Err(Failure::new("bad_pack", why))),
            }
        });
    }

    /// Writes into the profile's folder without waiting for the disk; one after
    /// the other, so that what is newest stays.
    pub(super) fn save_later(
        &mut self,
        what: &'static str,
        save: impl FnOnce(&Path) -> io::Result<()> + Send + 'static,
    ) {
        let (before, folder) = (self.saving.take(), self.profile.folder().to_owned());
        self.saving = Some(tokio::spawn(async move {
            if let Some(before) = before {
                let _ = before.await;
            }
            let saved = blocking::run(move || save(&folder)).await;
            if let Err(e) = saved.flatten() {
                tracing::warn!("not kept: {what}: {e}");
            }
        }));
    }
}

/// Writes into a new file, named by the time.
fn write(folder: &Path, text: &str) -> io::Result<PathBuf> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let name = format!("{}.txt", now.unwrap_or_default().as_millis());
    files::create_private(folder)?;
    let file = folder.join(name);
    files::write_private(&file, text.as_bytes())?;
    Ok(file)
}

/// A room's name when none is given.
fn room_of(player: &Name) -> Name {
    Name::parse(&format!("{player}'s room"))
        .or_else(|_too_long| Name::parse(&format!("Room of {}", player.as_str())))
        .unwrap_or_else(|_too_long| player.clone())
}
