//! A profile's key and certificate, made on its first run.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use rcgen::{CertificateParams, DistinguishedName, KeyPair};
use rustls::{
    Error,
    crypto::ring,
    pki_types::{CertificateDer, PrivatePkcs8KeyDer},
    server::ParsedCertificate,
    sign::{CertifiedKey, SingleCertAndKey},
};

use crate::{
    files::{read_private, write_private},
    game::PeerId,
    keys::{PublicKey, SigningKey},
};

/// The file of the key and the certificate, in PEM.
const FILE: &str = "identity.pem";

/// The largest such file that is read, in bytes.
const MAX_BYTES: u64 = 64 * 1024;

/// Who this profile is: a P-256 key, and a certificate that it signed itself.
pub struct Identity {
    key: SigningKey,
    pub(super) certified: Arc<CertifiedKey>,
}

/// Why there is no identity.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The file cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is there, and not what was written.
    #[error(
        "{path} is damaged ({why}). It says who you are in kept rooms: restore it from a backup, or move it away to start as a new player"
    )]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// The key could not be made.
    #[error("no key could be made: {0}")]
    Generate(#[from] rcgen::Error),
}

impl Identity {
    /// Reads a profile's identity, or makes it.
    ///
    /// # Errors
    /// See [`IdentityError`]. A damaged file is never overwritten.
    pub fn load_or_create(folder: &Path) -> Result<Self, IdentityError> {
        let path = folder.join(FILE);
        match read_private(&path, MAX_BYTES) {
            Ok(pem) => Self::parse(&pem).map_err(|why| IdentityError::Damaged { path, why }),
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                let (identity, pem) = Self::generate()?;
                write_private(&path, pem.as_bytes())
                    .map_err(|source| IdentityError::Io { path, source })?;
                Ok(identity)
            }
            Err(source) => Err(IdentityError::Io { path, source }),
        }
    }

    /// An identity that is not kept: for tests.
    ///
    /// # Errors
    /// If no key can be made.
    pub fn ephemeral() -> Result<Self, IdentityError> {
        Ok(Self::generate()?.0)
    }

    /// An identity in the form of the file: for simulations.
    ///
    /// # Errors
    /// In words, if it is none.
    #[doc(hidden)]
    pub fn from_pem(pem: &str) -> Result<Self, String> {
        Self::parse(pem.as_bytes())
    }

    /// Who this is.
    pub fn peer_id(&self) -> PeerId {
        self.key.public().peer_id()
    }

    /// Its key.
    pub fn key(&self) -> &SigningKey {
        &self.key
    }

    /// Shows the certificate, and signs, in both directions of TLS.
    pub(super) fn resolver(&self) -> Arc<SingleCertAndKey> {
        Arc::new(Arc::clone(&self.certified).into())
    }

    /// Finds a key that is broken, or that does not belong to the certificate.
    fn of(
        key: PrivatePkcs8KeyDer<'static>,
        certificate: CertificateDer<'static>,
    ) -> Result<Self, Error> {
        let bad = |e: &dyn ToString| Error::General(e.to_string());
        let signing = SigningKey::from_pkcs8(key.secret_pkcs8_der()).map_err(|e| bad(&e))?;
        let provider = ring::default_provider();
        let certified = CertifiedKey::from_der(vec![certificate], key.into(), &provider)?;
        Ok(Self {
            key: signing,
            certified: Arc::new(certified),
        })
    }

    fn generate() -> Result<(Self, String), rcgen::Error> {
        let key = KeyPair::generate()?;
        // Verifiers ignore names; nothing about the player goes in.
        let mut params = CertificateParams::new([])?;
        params.distinguished_name = DistinguishedName::new();
        let certificate = params.self_signed(&key)?;
        let pem = format!("{}{}", key.serialize_pem(), certificate.pem());
        let identity = Self::of(key.serialize_der().into(), certificate.der().clone());
        let identity = identity.map_err(|_bad| rcgen::Error::CouldNotParseCertificate)?;
        Ok((identity, pem))
    }

    fn parse(pem: &[u8]) -> Result<Self, String> {
        use rustls::pki_types::pem::PemObject as _;
        let key =
            PrivatePkcs8KeyDer::from_pem_slice(pem).map_err(|_none| "no key in it".to_owned())?;
        let certificate = CertificateDer::from_pem_slice(pem)
            .map_err(|_none| "no certificate in it".to_owned())?;
        Self::of(key, certificate).map_err(|e| e.to_string())
    }
}

/// Who a certificate belongs to.
///
/// # Errors
/// If it is no X.509 certificate, or not of a key that also signs what players say.
pub(super) fn peer_id(certificate: &CertificateDer<'_>) -> Result<PeerId, Error> {
    let spki = ParsedCertificate::try_from(certificate)?.subject_public_key_info();
    let key = PublicKey::from_spki(&spki);
    let key = key.ok_or_else(|| Error::General("its key is not one of P-256".to_owned()))?;
    Ok(key.peer_id())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn is_kept_private_and_whole() {
        let dir = tempfile::tempdir().expect("a folder");
        let first = Identity::load_or_create(dir.path()).expect("a new identity");
        let again = Identity::load_or_create(dir.path()).expect("the same");
        assert_eq!(first.peer_id(), again.peer_id());
        let path = dir.path().join(FILE);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(&path).expect("the file").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }

        let pem = fs::read_to_string(&path).expect("text");
        let (_, other) = Identity::generate().expect("another identity");
        let own_key = &pem[..pem.find("-----BEGIN CERT").expect("two parts")];
        let other_cert = &other[other.find("-----BEGIN CERT").expect("two parts")..];
        let damages: [&[u8]; 5] = [
            b"",
            b"\xff\xfe\0",
            &pem.as_bytes()[..pem.len() / 2],
            pem.replacen("MI", "AA", 1).leak().as_bytes(),
            format!("{own_key}{other_cert}").leak().as_bytes(),
        ];
        for damage in damages {
            fs::write(&path, damage).expect("the file");
            let error = Identity::load_or_create(dir.path())
                .err()
                .expect("an error");
            assert!(matches!(error, IdentityError::Damaged { .. }), "{error}");
            assert_eq!(fs::read(&path).expect("the file"), damage);
        }
    }
}
