//! What an announcer shows of itself when it is asked.

use std::net::SocketAddr;

use futures::{Stream, StreamExt as _};
use tokio::time::Instant;

use crate::{
    discovery::Ad,
    game::Name,
    net::{CallError, PROTOCOL, Peers, Refusal, RoomInfo},
};

/// How many are asked at a time.
const AT_A_TIME: usize = 32;

/// What an announcer showed of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// How it was let into the room it is in, whatever is announced in its name.
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
    /// It is not there, or in no room, or cannot show that it is.
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
    /// How often in a row it has shown nothing.
    pub failed: u32,
    /// Whether it still announced that when it was asked.
    pub announces: bool,
}

impl Known {
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
