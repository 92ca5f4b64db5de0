//! What strangers send, looked at before `memberlist` sees it: read once in a
//! sandbox, and refused unless it is sane. Its own decoder slices by lengths
//! that the sender chose, and its arithmetic trusts numbers from the network.

use std::{
    net::SocketAddr,
    panic::{AssertUnwindSafe, catch_unwind},
};

use memberlist::proto::{Data, DecodeError, Message, MessageRef, MessagesDecoder, PushNodeState};

use super::{MAX_NODES, NodeId};
pub(super) use crate::discovery::interfaces::is_host;

type State = PushNodeState<NodeId, SocketAddr>;

/// The greatest incarnation that is believed. It grows by one with each change
/// and each accusation, so a room does not get there in years; `memberlist`
/// counts on from whatever it is told, and overflows.
const MAX_INCARNATION: u32 = 1 << 20;

/// Whoever accuses us of this incarnation wants to bring us to the greatest,
/// from where nobody would believe us any more.
const POISONED_INCARNATION: u32 = 1 << 19;

/// The most bytes that anything may carry in addition to what `memberlist` says.
const MAX_EXTRA: usize = 64;

/// What to do with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Hand it on.
    Sane,
    /// Drop it.
    Bad,
    /// Drop it, and go on under another id: this one is spoilt.
    PoisonedIncarnation,
}

/// Looks at a datagram from `from`.
pub(super) fn packet(bytes: &[u8], from: SocketAddr, me: NodeId) -> Verdict {
    sandboxed(|| {
        let messages = MessagesDecoder::<NodeId, SocketAddr, _>::new(bytes)?;
        let mut poisoned = false;
        let mut any = false;
        for message in messages.iter() {
            any = true;
            let (sane, node) = match Message::<NodeId, SocketAddr>::from_ref(message?)? {
                // Answered to the address it names: that must be its own, or
                // we could be made to send to somebody else.
                Message::Ping(ping) => {
                    let source = ping.source().address();
                    (is_same_host(source, &from), None)
                }
                Message::IndirectPing(ping) => {
                    let source = is_same_host(ping.source().address(), &from);
                    (source && is_host(ping.target().address()), None)
                }
                Message::Ack(ack) => (ack.payload().len() <= MAX_EXTRA, None),
                Message::Nack(_) => (true, None),
                Message::Alive(alive) => {
                    let node = alive.node();
                    let node_id = (*node.id(), alive.incarnation());
                    (is_host(node.address()), Some(node_id))
                }
                Message::Suspect(m) => (true, Some((*m.node(), m.incarnation()))),
                Message::Dead(m) => (true, Some((*m.node(), m.incarnation()))),
                // Not by datagram, or not used at all.
                _ => (false, None),
            };
            match node {
                _ if !sane => return Ok(Verdict::Bad),
                Some((node, incarnation)) if node == me && incarnation >= POISONED_INCARNATION => {
                    poisoned = true;
                }
                Some((_, incarnation)) if incarnation > MAX_INCARNATION => {
                    return Ok(Verdict::Bad);
                }
                _ => {}
            }
        }
        Ok(match (poisoned, any) {
            (true, _) => Verdict::PoisonedIncarnation,
            (false, true) => Verdict::Sane,
            (false, false) => Verdict::Bad,
        })
    })
}

/// Looks at the one message of a stream.
pub(super) fn stream(bytes: &[u8], me: NodeId) -> Verdict {
    sandboxed(|| {
        let messages = MessagesDecoder::<NodeId, SocketAddr, _>::new(bytes)?;
        let mut messages = messages.iter();
        let (Some(message), None) = (messages.next(), messages.next()) else {
            return Ok(Verdict::Bad);
        };
        let exchange = match message? {
            MessageRef::PushPull(exchange) => exchange,
            MessageRef::Ping(_) | MessageRef::Ack(_) | MessageRef::ErrorResponse(_) => {
                return Ok(Verdict::Sane);
            }
            _ => return Ok(Verdict::Bad),
        };
        if exchange.user_data().len() > MAX_EXTRA {
            return Ok(Verdict::Bad);
        }
        let states = exchange.states().iter::<State>();
        for (n, state) in states.enumerate() {
            let state = State::from_ref(state?)?;
            if *state.id() == me && state.incarnation() >= POISONED_INCARNATION {
                return Ok(Verdict::PoisonedIncarnation);
            }
            let is_sane = state.incarnation() <= MAX_INCARNATION && is_host(state.address());
            if n >= MAX_NODES || !is_sane {
                return Ok(Verdict::Bad);
            }
        }
        Ok(Verdict::Sane)
    })
}

fn is_same_host(a: &SocketAddr, b: &SocketAddr) -> bool {
    is_host(a) && a.ip().to_canonical() == b.ip().to_canonical()
}

/// A panic while reading is one more way of not being readable. What was read
/// without one is read without one again.
fn sandboxed(read: impl FnOnce() -> Result<Verdict, DecodeError>) -> Verdict {
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(Ok(verdict)) => verdict,
        Ok(Err(_)) | Err(_) => Verdict::Bad,
    }
}

#[cfg(test)]
mod tests {
    use memberlist::proto::{
        Ack, Alive, Dead, Meta, Node, Ping, ProtocolVersion, PushPull, State as Life, Suspect,
    };
    use proptest::prelude::*;

    use super::*;

    const ME: NodeId = 7;

    fn addr(last: u8) -> SocketAddr {
        SocketAddr::from(([10, 0, 0, last], 17946))
    }

    fn bytes(message: impl Into<Message<NodeId, SocketAddr>>) -> Vec<u8> {
        message.into().encode_to_vec().expect("a message")
    }

    fn alive(id: NodeId, incarnation: u32, addr: SocketAddr) -> Message<NodeId, SocketAddr> {
        let meta = Meta::try_from(vec![1; Meta::MAX_SIZE]).expect("a meta");
        Alive::new(incarnation, Node::new(id, addr))
            .with_meta(meta)
            .with_protocol_version(ProtocolVersion::V1)
            .into()
    }

    fn ping(source: SocketAddr) -> Message<NodeId, SocketAddr> {
        Ping::new(1, Node::new(1, source), Node::new(ME, addr(7))).into()
    }

    fn exchange(states: Vec<State>, extra: usize) -> Vec<u8> {
        let exchange = PushPull::new(true, states.into_iter());
        bytes(exchange.with_user_data(vec![0; extra].into()))
    }

    #[test]
    fn datagrams_are_judged() {
        let all = SocketAddr::from(([255, 255, 255, 255], 17946));
        let group = SocketAddr::from(([224, 0, 0, 251], 5353));
        let nowhere = SocketAddr::from(([10, 0, 0, 1], 0));
        let table = [
            (bytes(ping(addr(1))), Verdict::Sane),
            (bytes(ping(addr(2))), Verdict::Bad),
            (bytes(alive(1, 3, addr(9))), Verdict::Sane),
            (bytes(alive(1, 3, all)), Verdict::Bad),
            (bytes(alive(1, 3, group)), Verdict::Bad),
            (bytes(alive(1, 3, nowhere)), Verdict::Bad),
            (bytes(alive(1, MAX_INCARNATION, addr(9))), Verdict::Sane),
            (bytes(alive(1, MAX_INCARNATION + 1, addr(9))), Verdict::Bad),
            (
                bytes(alive(ME, u32::MAX, addr(9))),
                Verdict::PoisonedIncarnation,
            ),
            (
                bytes(Suspect::new(POISONED_INCARNATION, ME, 1)),
                Verdict::PoisonedIncarnation,
            ),
            (bytes(Dead::new(3, ME, 1)), Verdict::Sane),
            (bytes(Dead::new(u32::MAX, 2, 1)), Verdict::Bad),
            (bytes(Ack::new(1)), Verdict::Sane),
            (
                bytes(Ack::new(1).with_payload(vec![0; 1000].into())),
                Verdict::Bad,
            ),
            (bytes(Message::UserData(vec![1].into())), Verdict::Bad),
            (exchange(Vec::new(), 0), Verdict::Bad),
            (Vec::new(), Verdict::Bad),
            (vec![9, 0x80], Verdict::Bad),
            (vec![9, 0xff, 0xff, 0xff, 0xff, 0x0f], Verdict::Bad),
            (vec![1, 200, 0, 0, 0, 1, 2], Verdict::Bad),
        ];
        for (n, (bytes, want)) in table.iter().enumerate() {
            assert_eq!(packet(bytes, addr(1), ME), *want, "case {n}");
        }
    }

    #[test]
    fn streams_are_judged() {
        let state = |id, incarnation, addr| State::new(incarnation, id, addr, Life::Alive);
        let many = |n: usize| (0..n).map(|n| state(n as u64 + 10, 1, addr(1))).collect();
        let table = [
            (exchange(vec![state(1, 1, addr(1))], 0), Verdict::Sane),
            (exchange(many(MAX_NODES), 0), Verdict::Sane),
            (exchange(many(MAX_NODES + 1), 0), Verdict::Bad),
            (exchange(Vec::new(), MAX_EXTRA + 1), Verdict::Bad),
            (exchange(vec![state(1, u32::MAX, addr(1))], 0), Verdict::Bad),
            (
                exchange(vec![state(ME, POISONED_INCARNATION, addr(1))], 0),
                Verdict::PoisonedIncarnation,
            ),
            (bytes(ping(addr(1))), Verdict::Sane),
            (bytes(Message::UserData(vec![1].into())), Verdict::Bad),
            (bytes(alive(1, 1, addr(1))), Verdict::Bad),
            (b"GET / HTTP/1.1\r\n\r\n".to_vec(), Verdict::Bad),
            (Vec::new(), Verdict::Bad),
        ];
        for (n, (bytes, want)) in table.iter().enumerate() {
            assert_eq!(stream(bytes, ME), *want, "case {n}");
        }
    }

    proptest! {
        #[test]
        fn garbage_is_never_fatal(mut bytes in proptest::collection::vec(any::<u8>(), 0..300), tag in 0u8..17) {
            if let Some(first) = bytes.first_mut() {
                *first = tag;
            }
            let _ = packet(&bytes, addr(1), ME);
            let _ = stream(&bytes, ME);
        }

        #[test]
        fn damage_is_never_fatal(at in 0usize..60, to in any::<u8>(), len in 0usize..600) {
            let mut bytes = bytes(alive(1, 3, addr(9)));
            if let Some(byte) = bytes.get_mut(at) {
                *byte = to;
            }
            bytes.truncate(len);
            let _ = packet(&bytes, addr(1), ME);
        }
    }
}
