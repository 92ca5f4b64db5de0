//! Which room, and what opens it.

use std::fmt;

use subtle::ConstantTimeEq as _;

use crate::consensus::ClusterId;

/// A room and the secret that its members share. Never printed, announced or
/// logged.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RoomKey {
    /// Which room.
    pub cluster_id: ClusterId,
    /// What members prove to each other.
    pub secret: [u8; 32],
}

impl RoomKey {
    /// A new room's.
    pub fn random() -> Self {
        Self {
            cluster_id: ClusterId::random(),
            secret: crate::random::bytes(),
        }
    }

    /// Compares in a time that does not tell where the first difference is.
    pub(super) fn opened_by(&self, secret: &[u8]) -> bool {
        self.secret.ct_eq(secret).into()
    }
}

impl fmt::Debug for RoomKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RoomKey({})", self.cluster_id)
    }
}
