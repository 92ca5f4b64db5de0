//! Who a player is, forever.

use crate::hex_id::hex_id;

hex_id! {
    /// SHA-256 of a profile's TLS public key (SPKI).
    pub struct PeerId(32);
    BadPeerId: "a peer id is 64 hexadecimal digits"
}

impl PeerId {
    /// The first four digits: enough to tell apart two players of one name.
    pub fn short(&self) -> String {
        self.to_string()[..4].to_owned()
    }
}
