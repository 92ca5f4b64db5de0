//! What each command sets going.

use std::{future::Future, sync::Arc};

use tokio::sync::oneshot;

use super::{Actor, Move, Request, not_in_room};
use crate::{
    config::save_name,
    game::{Action, Name},
    node::{
        api::{Command, Done, Failure, JoinTarget, Preferences, Reply, Stage},
        entry::{leave, seating},
    },
};

impl<F: Fn() + Send + Sync + 'static> Actor<F> {
    pub(super) fn dispatch(&mut self, Request { command, reply }: Request) {
        match command {
            Command::Host { room } => {
                let room = room.unwrap_or_else(|| room_of(&self.shared.name()));
                let stage = Stage::Hosting(room.to_string());
                let shared = Arc::clone(&self.shared);
                self.start_move(reply, stage, async move {
                    Move::Into(seating::host(&shared, room).await, None)
                });
            }
            Command::Join { target, wait } => {
                let stage = Stage::Joining(self.name_of(&target));
                let shared = Arc::clone(&self.shared);
                let at = match &target {
                    JoinTarget::Addr(addr) => Some(*addr),
                    JoinTarget::Room(_) | JoinTarget::Cluster(_) => None,
                };
                self.start_move(reply, stage, async move {
                    Move::Into(seating::join(&shared, target, wait).await, at)
                });
            }
            Command::Resume { which } => {
                let name = which.as_ref().map(|which| self.name_of(which));
                let stage = Stage::Joining(name.unwrap_or_else(|| "the last room".to_owned()));
                let shared = Arc::clone(&self.shared);
                self.start_move(reply, stage, async move {
                    Move::Into(seating::resume(&shared, which).await, None)
                });
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
            Command::Guess { letter, round } => {
                self.propose(Action::Guess { letter, round }, reply);
            }
            Command::StartRound {
                pack,
                number,
                after_round,
            } => match self.packs.pick(&pack, number) {
                Ok((entry, from)) => {
                    let action = Action::StartRound {
                        clue: entry.clue.clone(),
                        secret: entry.secret.clone(),
                        alphabet: Some(Arc::clone(&from.alphabet)),
                        pack,
                        after_round,
                    };
                    self.propose(action, reply);
                }
                Err(e) => self.answer(reply, Err(Failure::new("no_such_entry", e.to_string()))),
            },
            Command::Act(action) => self.propose(action, reply),
            Command::StartMatch { force } => match self.deal(force) {
                Ok(action) => self.propose(action, reply),
                Err(failure) => self.answer(reply, Err(failure)),
            },
            Command::Choose(choice) => match self.choose(choice) {
                Ok(action) => self.propose(action, reply),
                Err(failure) => self.answer(reply, Err(failure)),
            },
            Command::Read => self.read(reply),
            Command::HandOver => self.hand_over(reply),
            Command::Rename(name) => {
                let kept = name.clone();
                self.save_later("the player's name", move |folder| save_name(folder, &kept));
                self.shared.set_name(name.clone());
                if self.seat.is_some() {
                    self.propose(Action::TakeSeat { name }, reply);
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
                self.addr = self.own_addr();
                self.prefer(Preferences {
                    interfaces,
                    ..Preferences::clone(&self.preferences)
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
                _ => self.answer(reply, Err(not_in_room())),
            },
            Command::DismissNotice => {
                self.notice = None;
                self.answer(reply, Ok(Done::Ok));
            }
            // Taken by the loop.
            Command::Shutdown => {}
        }
    }

    fn start_move(
        &mut self,
        reply: Option<oneshot::Sender<Reply>>,
        stage: Stage,
        moving: impl Future<Output = Move> + Send + 'static,
    ) {
        if self.seat.is_some() || self.moving.is_some() {
            let busy = Failure::new("in_room", "leave the room you are in first");
            return self.answer(reply, Err(busy));
        }
        self.notice = None;
        self.moving = Some((stage, Box::pin(moving), reply));
    }

    pub(super) fn start_leaving(&mut self, reply: Option<oneshot::Sender<Reply>>) {
        let shared = Arc::clone(&self.shared);
        let leaving = async move { Move::Out(leave::leave(&shared).await) };
        self.moving = Some((Stage::Leaving, Box::pin(leaving), reply));
    }

    fn name_of(&self, target: &JoinTarget) -> String {
        if let JoinTarget::Cluster(id) = target {
            let ads = self.ads.borrow();
            if let Some(ad) = ads.values().find(|ad| ad.cluster_id == *id) {
                return ad.room.to_string();
            }
            if let Some(kept) = self.kept.iter().find(|kept| kept.cluster_id == *id) {
                return kept.name.to_string();
            }
        }
        target.to_string()
    }
}

/// A room's name when none is given.
fn room_of(player: &Name) -> Name {
    Name::parse(&format!("{player}'s room"))
        .or_else(|_too_long| Name::parse(&format!("Room of {}", player.as_str())))
        .unwrap_or_else(|_too_long| player.clone())
}
