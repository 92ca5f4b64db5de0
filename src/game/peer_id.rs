//! Who a player is, forever.

use std::{fmt, str::FromStr};

/// SHA-256 of a profile's TLS public key (SPKI).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerId([u8; 32]);

/// Not 64 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a peer id is 64 hexadecimal digits")]
pub struct BadPeerId;

impl PeerId {
    /// Wraps the digest.
    pub const fn new(digest: [u8; 32]) -> Self {
        Self(digest)
    }

    /// The digest.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The first four digits: enough to tell apart two players of one name.
    pub fn short(&self) -> String {
        self.to_string()[..4].to_owned()
    }
}

impl TryFrom<&[u8]> for PeerId {
    type Error = BadPeerId;

    fn try_from(bytes: &[u8]) -> Result<Self, BadPeerId> {
        bytes.try_into().map(Self).map_err(|_wrong_len| BadPeerId)
    }
}

impl FromStr for PeerId {
    type Err = BadPeerId;

    fn from_str(text: &str) -> Result<Self, BadPeerId> {
        if text.len() != 64 || !text.is_ascii() {
            return Err(BadPeerId);
        }
        let mut digest = [0; 32];
        for (i, byte) in digest.iter_mut().enumerate() {
            *byte =
                u8::from_str_radix(&text[2 * i..2 * i + 2], 16).map_err(|_not_hex| BadPeerId)?;
        }
        Ok(Self(digest))
    }
}

impl fmt::Display for PeerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for PeerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PeerId({})", self.short())
    }
}
