//! What each command sets going.

use std::{future::Future, net::SocketAddr, sync::Arc};

use super::{Actor, Asker, Move, Request};
use crate::{
    config::save_name,
    game::{Action, Name},
    node::{
        api::{Command, Done, Failure, JoinTarget, Preferences, Stage},
        entry::{leave, seating},
        seat::Seat,
    },
};

impl<F: Fn() + Send + Sync + 'static> Actor<F> {
    pub(super) fn dispatch(&mut self, Request { command, reply }: Request) {
        match command {
            Command::Host { room } => {
                let room = room.unwrap_or_else(|| room_of(&self.shared.name()));
                let stage = Stage::Hosting(room.to_string());
                let hosting = seating::host(Arc::clone(&self.shared), room);
                self.start_move(reply, stage, hosting, None);
            }
            Command::Join { target, wait } => {
                let stage = Stage::Joining(self.name_of(&target));
                let at = match &target {
                    JoinTarget::Addr(addr) => Some(*addr),
                    JoinTarget::Room(_) | JoinTarget::Cluster(_) => None,
                };
                let joining = seating::join(Arc::clone(&self.shared), target, wait);
                self.start_move(reply, stage, joining, at);
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
            Command::Act(action) => self.propose(Ok(action), reply),
            Command::StartMatch { force } => {
                let action = self.deal(force);
                self.propose(action, reply);
            }
            Command::Choose(choice) => {
                let action = self.choose(choice);
                self.propose(action, reply);
            }
            Command::Read => self.read(reply),
            Command::HandOver => self.hand_over(reply),
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
        if let JoinTarget::Cluster(id) = target {
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
}

/// A room's name when none is given.
fn room_of(player: &Name) -> Name {
    Name::parse(&format!("{player}'s room"))
        .or_else(|_too_long| Name::parse(&format!("Room of {}", player.as_str())))
        .unwrap_or_else(|_too_long| player.clone())
}
