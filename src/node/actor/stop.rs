//! The end of the actor: out of the room, goodbye, the last view.

use std::{sync::Arc, time::Duration};

use tokio::sync::oneshot;

use super::{Actor, Move, next_move};
use crate::node::{
    api::{Done, Reply, Stage, View},
    entry::leave,
};

/// How long the last write into the profile may take.
const SAVING: Duration = Duration::from_secs(1);

impl<F: Fn() + Send + Sync + 'static> Actor<F> {
    pub(super) async fn stop(mut self, reply: Option<oneshot::Sender<Reply>>) {
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
