//! What an announcer shows of itself when it is asked.

use std::{net::SocketAddr, time::Duration};

use futures::{Stream, StreamExt as _};
use tokio::time::Instant;

use crate::{
    discovery::Ad,
    game::Name,
    net::{CallError, PROTOCOL, Peers, Refusal, RoomInfo},
};

/// How many are asked at a time.
const AT_A_TIME: usize = 32;

/// How long somebody is left alone who showed nothing, the first time.
const AGAIN: Duration = Duration::from_secs(2);

/// The longest such pause.
const LONGEST: Duration = Duration::from_secs(60);

/// What an announcer showed of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// How it was let into the room it announces.
    Member {
        /// What the player is called.
        name: Name,
        /// The room.
        room: Box<RoomInfo>,
        /// Where it answered, which need not be where it says it is.
        at: Option<SocketAddr>,
    },
    /// It is there, and runs another version.
    OtherVersion,
    /// It is not there, or not in that room, or cannot show that it is.
    Nothing,
}

/// Asks announcers, several at a time. Their answers come as they arrive.
pub fn ask(peers: &Peers, ads: Vec<Ad>) -> impl Stream<Item = (Ad, Shown)> + use<> {
    let peers = peers.clone();
    let asked = ads.into_iter().map(move |ad| {
        let peers = peers.clone();
        async move {
            for addr in &ad.addrs {
                peers.book().hint(ad.peer_id, *addr);
            }
            let about = peers.hello(ad.peer_id).await;
            let shown = match about {
                Ok(about) => {
                    // Whatever is announced in its name.
                    let room = about.room.filter(|room| room.is_proven_by(ad.peer_id));
                    room.map_or(Shown::Nothing, |room| Shown::Member {
                        name: about.name,
                        room: Box::new(room),
                        at: peers.book().of(&ad.peer_id).first().copied(),
                    })
                }
                Err(CallError::Refused(refused)) if refused.reason == Refusal::Version => {
                    Shown::OtherVersion
                }
                Err(CallError::Unreachable(_)) => Shown::Nothing,
                Err(_) if ad.protocol != PROTOCOL => Shown::OtherVersion,
                Err(_) => Shown::Nothing,
            };
            (ad, shown)
        }
    });
    futures::stream::iter(asked).buffer_unordered(AT_A_TIME)
}

/// Somebody who announces a room, or did, and what it showed when it was asked.
#[derive(Debug)]
pub struct Known {
    pub ad: Ad,
    pub shown: Shown,
    pub asked: Instant,
    /// Whether it still announced that when it was asked.
    pub announces: bool,
    /// How often in a row it showed nothing.
    pub in_vain: u32,
}

impl Known {
    /// Whether it is to be asked again: who shows nothing is asked less and less often.
    pub fn is_due(&self) -> bool {
        let Some(times) = self.in_vain.checked_sub(1) else {
            return true;
        };
        let pause = AGAIN.saturating_mul(1 << times.min(5));
        self.asked.elapsed() >= pause.min(LONGEST)
    }

    /// What it has proven.
    pub fn member(&self) -> Option<(&Name, &RoomInfo)> {
        match &self.shown {
            Shown::Member { name, room, .. } => Some((name, room)),
            Shown::OtherVersion | Shown::Nothing => None,
        }
    }

    /// Where it is: where it answered, or else says that it is.
    pub fn addr(&self) -> Option<SocketAddr> {
        match &self.shown {
            Shown::Member { at: Some(at), .. } => Some(*at),
            _ => self.ad.addrs.first().copied(),
        }
    }
}
