//! What crosses the network: gRPC over mutual TLS 1.3, between peers that
//! know each other by their keys.
//!
//! `lobby` calls are for strangers, `members` calls for those whose key and seat
//! stand in the membership: [`authority`] has the rules, and the [`guard`] asks it
//! before a body is read. What a call means is the business of the [`Handler`], which
//! the node implements; Raft's own calls go to openraft once they keep to [`bounds`].

mod address_book;
mod ahead;
mod answers;
mod authority;
mod bounds;
mod call;
mod client;
mod codec;
mod contact;
mod credentials;
mod freeze;
mod guard;
mod header;
mod holds;
mod identity;
mod lacking;
mod member_client;
mod messages;
mod paced;
mod pin_run;
mod pins;
mod places;
mod raft_network;
mod removals;
mod seat_access;
mod seen;
mod server;
mod service;
mod tls;
mod traffic;
mod transport;

pub use address_book::AddressBook;
pub use call::{CallError, Refusal, Refused};
pub use client::Peers;
pub use contact::{Contact, LeaderStatus};
pub use credentials::Credentials;
pub use identity::{Identity, IdentityError};
pub use member_client::MemberClient;
pub use messages::{
    About, Admission, Caller, Committed, Newcomer, PROTOCOL, REPLACED, RoomInfo, Start, Survey,
    Visitor,
};
pub use pins::{BadPin, Pin, Pins};
pub use places::Source;
pub use raft_network::{Connection, RaftNetwork};
pub use seat_access::SeatAccess;
pub use server::Server;
pub use service::Handler;
pub use traffic::{Call, Calls, Exchange, Traffic};
pub use transport::{Accepting, Exporter, Handshake, Io, Stream, TlsTransport, Transport, Wire};
