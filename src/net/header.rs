//! What every call between members carries, and what a call into a room is
//! answered that went on elsewhere.

use prost::Message as _;
use tonic::{
    Request, Status,
    metadata::{BinaryMetadataValue, MetadataMap},
    service::Interceptor,
};

use super::messages::{PROTOCOL, RoomKey};
use crate::{
    consensus::{
        ClusterId, NodeId,
        codec::{self, DecodeError, Decoded},
    },
    proto as pb,
};

/// The metadata entry of the header.
const KEY: &str = "dhangkanna-header-bin";

/// The metadata entry of a refusal that says where the game went on.
const CONTINUED: &str = "dhangkanna-continued-bin";

/// What every call between members carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) protocol: u32,
    pub(super) cluster_id: ClusterId,
    pub(super) from: NodeId,
    pub(super) to: NodeId,
    pub(super) secret: Vec<u8>,
    pub(super) listen_port: u16,
    pub(super) session: u64,
}

impl Header {
    pub(super) fn new(
        key: &RoomKey,
        from: NodeId,
        to: NodeId,
        listen_port: u16,
        session: u64,
    ) -> Self {
        Self {
            protocol: PROTOCOL,
            cluster_id: key.cluster_id,
            from,
            to,
            secret: key.secret.to_vec(),
            listen_port,
            session,
        }
    }

    pub(super) fn read(metadata: &MetadataMap) -> Option<Self> {
        let bytes = metadata.get_bin(KEY)?.to_bytes().ok()?;
        Self::decode(pb::Header::decode(bytes).ok()?).ok()
    }

    pub(super) fn decode(header: pb::Header) -> Decoded<Self> {
        Ok(Self {
            protocol: header.protocol,
            cluster_id: codec::cluster_id(&header.cluster_id)?,
            from: header.from,
            to: header.to,
            secret: header.room_secret,
            listen_port: u16::try_from(header.listen_port)
                .map_err(|_large| DecodeError::Invalid("port"))?,
            session: header.session,
        })
    }
}

impl From<&Header> for pb::Header {
    fn from(header: &Header) -> Self {
        Self {
            protocol: header.protocol,
            cluster_id: header.cluster_id.as_bytes().to_vec(),
            from: header.from,
            to: header.to,
            room_secret: header.secret.clone(),
            listen_port: header.listen_port.into(),
            session: header.session,
        }
    }
}

/// Puts a header on every call of a client.
#[derive(Clone)]
pub(super) struct Attach(BinaryMetadataValue);

impl Attach {
    pub(super) fn new(header: &Header) -> Self {
        let bytes = pb::Header::from(header).encode_to_vec();
        let mut value = BinaryMetadataValue::from_bytes(&bytes);
        // Kept out of HPACK's tables and of debug output: it holds the secret.
        value.set_sensitive(true);
        Self(value)
    }
}

impl Interceptor for Attach {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        request.metadata_mut().insert_bin(KEY, self.0.clone());
        Ok(request)
    }
}

/// The answer to a call into a room that went on elsewhere.
pub(super) fn went_on_in(cluster: ClusterId) -> Status {
    let mut status = Status::failed_precondition("the game continued in another room");
    let value = BinaryMetadataValue::from_bytes(cluster.as_bytes());
    status.metadata_mut().insert_bin(CONTINUED, value);
    status
}

/// Where a refused call says that the game went on.
pub(super) fn continued_in(status: &Status) -> Option<ClusterId> {
    let bytes = status.metadata().get_bin(CONTINUED)?.to_bytes().ok()?;
    ClusterId::try_from(&bytes[..]).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_survives_the_wire_and_stays_secret() {
        let header = Header::new(&RoomKey::random(), 1, 2, 4000, 5);
        let mut attach = Attach::new(&header);
        let request = attach.call(Request::new(())).expect("a request");
        assert_eq!(Header::read(request.metadata()), Some(header));
        let value = request.metadata().get_bin(KEY).expect("the entry");
        assert!(value.is_sensitive());
    }
}
