//! Keys that say who somebody is, and what is signed with them: ECDSA over P-256
//! with SHA-256 (FIPS 186-5), by `ring`.
//!
//! A signature is never an id of anything: each has a second valid form.

use std::{collections::VecDeque, fmt};

use parking_lot::Mutex;
use ring::{
    error::KeyRejected,
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _,
        UnparsedPublicKey,
    },
};
use sha2::{Digest as _, Sha256};

use crate::game::PeerId;

/// What stands before the point in the `SubjectPublicKeyInfo` of a P-256 key whose
/// point is not compressed (RFC 5480 §2).
const SPKI: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// Somebody's public key: a point of P-256, not compressed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey([u8; 65]);

impl PublicKey {
    /// The key in a `SubjectPublicKeyInfo`, if that is of this kind.
    pub fn from_spki(spki: &[u8]) -> Option<Self> {
        spki.strip_prefix(&SPKI)?.try_into().ok()
    }

    /// Whose key it is: SHA-256 of its `SubjectPublicKeyInfo`.
    pub fn peer_id(&self) -> PeerId {
        let digest = Sha256::new().chain_update(SPKI).chain_update(self.0);
        PeerId::new(digest.finalize().into())
    }

    /// The point.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether this key's owner signed a statement.
    ///
    /// A command is signed or checked when it is proposed, and checked by all when it is
    /// applied, within milliseconds; so the last ones are remembered.
    pub fn has_signed(&self, statement: &Statement, signature: &Signature) -> bool {
        let digest = digest(self, statement, signature);
        if SIGNED.lock().contains(&digest) {
            return true;
        }
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, self.0);
        let has = key.verify(&statement.0, &signature.0).is_ok();
        if has {
            remember(digest);
        }
        has
    }
}

fn digest(key: &PublicKey, statement: &Statement, signature: &Signature) -> [u8; 32] {
    let digest = Sha256::new().chain_update(key.0).chain_update(signature.0);
    digest.chain_update(&statement.0).finalize().into()
}

fn remember(digest: [u8; 32]) {
    let mut signed = SIGNED.lock();
    signed.truncate(MAX_SIGNED - 1);
    signed.push_front(digest);
}

/// How many signatures are remembered.
const MAX_SIGNED: usize = 64;

/// SHA-256 of the last keys, signatures and statements that belong together.
static SIGNED: Mutex<VecDeque<[u8; 32]>> = Mutex::new(VecDeque::new());

impl TryFrom<&[u8]> for PublicKey {
    type Error = std::array::TryFromSliceError;

    fn try_from(point: &[u8]) -> Result<Self, Self::Error> {
        point.try_into().map(Self)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.peer_id().short())
    }
}

/// A signature: two numbers of 32 bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature([u8; 64]);

impl Signature {
    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl TryFrom<&[u8]> for Signature {
    type Error = std::array::TryFromSliceError;

    fn try_from(bytes: &[u8]) -> Result<Self, Self::Error> {
        bytes.try_into().map(Self)
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signature(..)")
    }
}

/// What can be signed. No bytes can be read as two kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Somebody was let into a room.
    Ticket,
    /// A start of a program plays in a seat.
    Start,
    /// A player's command.
    Command,
    /// A game goes on in another room.
    Continued,
}

/// Something to sign: its kind, and its fields one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement(Vec<u8>);

impl Statement {
    /// One without fields.
    pub fn new(kind: Kind) -> Self {
        let kind = match kind {
            Kind::Ticket => "ticket",
            Kind::Start => "start",
            Kind::Command => "command",
            Kind::Continued => "continued",
        };
        Self(format!("dhangkanna/2/{kind}\0").into_bytes())
    }

    /// With a field of a length that is always the same.
    #[must_use]
    pub fn fixed<const N: usize>(mut self, field: &[u8; N]) -> Self {
        self.0.extend(field);
        self
    }

    /// With a number as a field.
    #[must_use]
    pub fn number(self, field: u64) -> Self {
        self.fixed(&field.to_be_bytes())
    }
}

/// A private key.
pub struct SigningKey(EcdsaKeyPair);

impl SigningKey {
    /// The key in a PKCS #8 document.
    ///
    /// # Errors
    /// If it holds no P-256 key, or is broken.
    pub fn from_pkcs8(document: &[u8]) -> Result<Self, KeyRejected> {
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        EcdsaKeyPair::from_pkcs8(algorithm, document, &SystemRandom::new()).map(Self)
    }

    /// What others know of it.
    pub fn public(&self) -> PublicKey {
        let mut point = [0; 65];
        point.copy_from_slice(self.0.public_key().as_ref());
        PublicKey(point)
    }

    /// Signs.
    ///
    /// # Panics
    /// If the system has no random source.
    #[expect(clippy::expect_used, reason = "without entropy no signature is safe")]
    pub fn sign(&self, statement: &Statement) -> Signature {
        let signed = self.0.sign(&SystemRandom::new(), &statement.0);
        let mut signature = [0; 64];
        signature.copy_from_slice(signed.expect("the system's random source").as_ref());
        let signature = Signature(signature);
        remember(digest(&self.public(), statement, &signature));
        signature
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> SigningKey {
        let pair = rcgen::KeyPair::generate().expect("a key");
        SigningKey::from_pkcs8(&pair.serialize_der()).expect("a P-256 key")
    }

    #[test]
    fn a_signature_is_of_one_key_kind_and_content() {
        let (ada, bob) = (key(), key());
        let ticket = Statement::new(Kind::Ticket).fixed(b"room").number(7);
        let signature = ada.sign(&ticket);
        assert!(ada.public().has_signed(&ticket, &signature));
        // As it is for others, who have not signed it themselves.
        SIGNED.lock().clear();
        assert!(ada.public().has_signed(&ticket, &signature));
        assert!(!bob.public().has_signed(&ticket, &signature));
        let others = [
            Statement::new(Kind::Start).fixed(b"room").number(7),
            Statement::new(Kind::Ticket).fixed(b"room").number(8),
            Statement::new(Kind::Ticket).fixed(b"room"),
        ];
        for other in others {
            assert!(!ada.public().has_signed(&other, &signature), "{other:?}");
        }
        let mut damaged = signature;
        damaged.0[63] ^= 1;
        assert!(!ada.public().has_signed(&ticket, &damaged));
    }

    #[test]
    fn whose_key_it_is_follows_from_its_usual_form() {
        let pair = rcgen::KeyPair::generate().expect("a key");
        let spki = rcgen::PublicKeyData::subject_public_key_info(&pair);
        let key = PublicKey::from_spki(&spki).expect("the usual form");
        assert_eq!(key.as_bytes(), &spki[26..]);
        let digest: [u8; 32] = Sha256::digest(&spki).into();
        assert_eq!(key.peer_id(), PeerId::new(digest));
        let other = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).expect("a key");
        let spki = rcgen::PublicKeyData::subject_public_key_info(&other);
        assert_eq!(PublicKey::from_spki(&spki), None);
    }
}
