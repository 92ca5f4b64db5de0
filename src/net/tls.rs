//! Mutual TLS 1.3 between keys: no names, no authorities. Each side proves
//! that it holds the key of its certificate, and each side's [`PeerId`] is the
//! digest of that key. Whether that peer may do something is decided later.

use std::{io, sync::Arc};

use rustls::{
    ClientConfig, ConnectionCommon, DigitallySignedStruct, DistinguishedName, Error, ServerConfig,
    SignatureScheme,
    client::{
        Resumption,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, ring, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime},
    server::{
        NoServerSessionStorage,
        danger::{ClientCertVerified, ClientCertVerifier},
    },
    version::TLS13,
};

use super::identity::{Identity, peer_id};
use crate::game::PeerId;

/// What HTTP/2 over TLS calls itself (RFC 9113 §3.2).
pub(super) const HTTP2: &[u8] = b"h2";

/// What a run of the PIN calls itself.
pub(super) const PIN: &[u8] = b"dhangkanna-pin/2";

/// The largest certificate, in bytes: more than twice what ours have.
const MAX_CERTIFICATE_BYTES: usize = 1024;

/// What both ends of a connection derive from its handshake, and nobody else knows
/// (RFC 8446 §7.5).
pub type Exporter = [u8; 32];

/// The exporter of a session that is for a run of the PIN; `None` for another one.
pub(super) fn exporter_of<Data>(session: &ConnectionCommon<Data>) -> io::Result<Option<Exporter>> {
    /// Labels that are not registered begin like this (RFC 5705 §4).
    const EXPORTER: &[u8] = b"EXPERIMENTAL dhangkanna/2/pin";
    if session.alpn_protocol() != Some(PIN) {
        return Ok(None);
    }
    let exported = session.export_keying_material([0; 32], EXPORTER, None);
    exported.map(Some).map_err(io::Error::other)
}

/// Who is at the other end of a session.
pub(super) fn peer_of(certificates: Option<&[CertificateDer<'_>]>) -> io::Result<PeerId> {
    let certificate = certificates.and_then(<[_]>::first);
    let nobody = || io::Error::other("it presented no certificate");
    peer_id(certificate.ok_or_else(nobody)?).map_err(io::Error::other)
}

/// For the side that accepts: any key, but proven.
pub(super) fn server_config(identity: &Identity) -> Result<Arc<ServerConfig>, Error> {
    let provider = Arc::new(ring::default_provider());
    let verifier = Arc::new(AnyKey {
        provider: Arc::clone(&provider),
        expected: None,
    });
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&TLS13])?
        .with_client_cert_verifier(verifier)
        .with_cert_resolver(identity.resolver());
    // Nothing of a session is kept for the next one: strangers would fill that.
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    config.alpn_protocols = vec![HTTP2.to_vec(), PIN.to_vec()];
    Ok(Arc::new(config))
}

/// For the side that dials: the expected key, or any if none is expected yet; and
/// what is spoken on the connection.
pub(super) fn client_config(
    identity: &Identity,
    expected: Option<PeerId>,
    protocol: &[u8],
) -> Result<Arc<ClientConfig>, Error> {
    let provider = Arc::new(ring::default_provider());
    let verifier = Arc::new(AnyKey {
        provider: Arc::clone(&provider),
        expected,
    });
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_client_cert_resolver(identity.resolver());
    config.resumption = Resumption::disabled();
    config.alpn_protocols = vec![protocol.to_vec()];
    Ok(Arc::new(config))
}

#[derive(Debug)]
struct AnyKey {
    provider: Arc<CryptoProvider>,
    expected: Option<PeerId>,
}

impl AnyKey {
    /// Checks what was shown: one small certificate, for all that is shown is kept as
    /// long as the connection.
    fn check(
        &self,
        certificate: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
    ) -> Result<(), Error> {
        if !others.is_empty() || certificate.len() > MAX_CERTIFICATE_BYTES {
            return Err(Error::General("more than a key is shown".to_owned()));
        }
        let actual = peer_id(certificate)?;
        match self.expected {
            Some(expected) if expected != actual => Err(Error::General(format!(
                "another player ({}) answers there",
                actual.short()
            ))),
            _ => Ok(()),
        }
    }
}

impl ServerCertVerifier for AnyKey {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.check(end_entity, intermediates)
            .map(|()| ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::General("TLS 1.3 only".to_owned()))
    }

    /// The one check that must not be left out: without it, anybody could
    /// show somebody else's certificate.
    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let algorithms = &self.provider.signature_verification_algorithms;
        algorithms.supported_schemes()
    }
}

impl ClientCertVerifier for AnyKey {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        self.check(end_entity, intermediates)
            .map(|()| ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        ServerCertVerifier::verify_tls12_signature(self, message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        ServerCertVerifier::verify_tls13_signature(self, message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        ServerCertVerifier::supported_verify_schemes(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_shows_its_key_and_nothing_else() {
        let identity = Identity::ephemeral().expect("a key");
        let verifier = AnyKey {
            provider: Arc::new(ring::default_provider()),
            expected: None,
        };
        let own = &identity.certified.cert[0];
        assert!(own.len() < MAX_CERTIFICATE_BYTES / 2, "{}", own.len());
        let now = UnixTime::now();
        let shown = |own: &CertificateDer<'_>, others: &[CertificateDer<'_>]| {
            let name = ServerName::try_from("a.local").expect("a name");
            let by_server = verifier.verify_server_cert(own, others, &name, &[], now);
            let by_client = verifier.verify_client_cert(own, others, now);
            assert_eq!(by_server.is_ok(), by_client.is_ok());
            by_client.is_ok()
        };
        assert!(shown(own, &[]));
        assert!(!shown(own, &[CertificateDer::from(vec![0])]));
        // DER ends where it says.
        let padded = [own.as_ref(), &[0; MAX_CERTIFICATE_BYTES]].concat();
        assert!(!shown(&padded.into(), &[]));
        let config = server_config(&identity).expect("a config");
        assert_eq!(config.send_tls13_tickets, 0);
        assert!(!config.session_storage.can_cache());
    }
}
