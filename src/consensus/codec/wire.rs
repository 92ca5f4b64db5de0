//! What all decoding begins with: what can be wrong with a message, and the ids
//! and addresses in it.

use crate::{consensus::ClusterId, game::PeerId};

/// The most addresses of one member: a laptop has a handful.
pub const MAX_ADDRS: usize = 8;

/// The longest address, in bytes: IPv6 with scope and port.
const MAX_ADDR_BYTES: usize = 100;

/// A message that is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// A part that must be there is not.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// A part is out of its bounds.
    #[error("{0} is invalid")]
    Invalid(&'static str),
    /// A newer build wrote it.
    #[error(
        "this room needs rules version {needed}, and this program knows up to {known}; install the newest version and join again"
    )]
    NewerRules {
        /// The version that can read it.
        needed: u32,
        /// The newest version that this program knows.
        known: u32,
    },
}

/// What comes of decoding.
pub type Decoded<T> = Result<T, DecodeError>;

/// Checks a list of addresses from the wire: number and length only, since
/// they are hints that are parsed when dialled.
///
/// # Errors
/// If it is out of bounds.
pub fn addrs(addrs: Vec<String>) -> Decoded<Vec<String>> {
    if addrs.len() > MAX_ADDRS || addrs.iter().any(|addr| addr.len() > MAX_ADDR_BYTES) {
        return Err(DecodeError::Invalid("addresses"));
    }
    Ok(addrs)
}

/// Reads a cluster id.
///
/// # Errors
/// If it is not 16 bytes.
pub fn cluster_id(bytes: &[u8]) -> Decoded<ClusterId> {
    ClusterId::try_from(bytes).map_err(|_bad| DecodeError::Invalid("cluster id"))
}

/// Reads a peer id.
///
/// # Errors
/// If it is not 32 bytes.
pub fn peer_id(bytes: &[u8]) -> Decoded<PeerId> {
    PeerId::try_from(bytes).map_err(|_bad| DecodeError::Invalid("peer id"))
}

/// Refuses what only a newer program can apply.
pub(super) fn must_know(known: u32, needed: u32) -> Decoded<()> {
    if needed > known {
        return Err(DecodeError::NewerRules { needed, known });
    }
    Ok(())
}

/// Reads a peer id where there may be none.
pub(super) fn optional_peer(bytes: &[u8]) -> Decoded<Option<PeerId>> {
    if bytes.is_empty() {
        return Ok(None);
    }
    peer_id(bytes).map(Some)
}
