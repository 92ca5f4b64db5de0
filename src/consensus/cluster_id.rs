//! Which cluster.

use crate::hex_id::hex_id;

hex_id! {
    /// Names a cluster forever: 128 random bits, made when a room is hosted.
    pub struct ClusterId(16);
    BadClusterId: "a cluster id is 32 hexadecimal digits"
}

impl ClusterId {
    /// A new cluster's.
    pub fn random() -> Self {
        Self::new(crate::random::bytes())
    }
}
