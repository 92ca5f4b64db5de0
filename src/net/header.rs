//! What every call between members carries.

use prost::Message as _;
use tonic::{
    Request, Status,
    metadata::{BinaryMetadataValue, MetadataMap},
    service::Interceptor,
};

use super::messages::Start;
use crate::{
    consensus::{
        ClusterId, NodeId,
        codec::{self, DecodeError, Decoded},
    },
    proto as pb,
};

/// The metadata entry of the header.
const KEY: &str = "dhangkanna-header-bin";

/// What every call between members carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) protocol: u32,
    pub(super) cluster_id: ClusterId,
    pub(super) to: NodeId,
    /// The calling seat, and which start of its program this is.
    pub(super) start: Start,
    pub(super) listen_port: u16,
}

impl Header {
    pub(super) fn read(metadata: &MetadataMap) -> Option<Self> {
        let bytes = metadata.get_bin(KEY)?.to_bytes().ok()?;
        Self::decode(pb::Header::decode(bytes).ok()?).ok()
    }

    pub(super) fn decode(header: pb::Header) -> Decoded<Self> {
        Ok(Self {
            protocol: header.protocol,
            cluster_id: codec::cluster_id(&header.cluster_id)?,
            to: header.to,
            start: start(header.start)?,
            listen_port: u16::try_from(header.listen_port)
                .map_err(|_large| DecodeError::Invalid("port"))?,
        })
    }
}

impl From<&Header> for pb::Header {
    fn from(header: &Header) -> Self {
        Self {
            protocol: header.protocol,
            cluster_id: header.cluster_id.as_bytes().to_vec(),
            to: header.to,
            start: Some(header.start.into()),
            listen_port: header.listen_port.into(),
        }
    }
}

impl From<Start> for pb::Start {
    fn from(start: Start) -> Self {
        Self {
            seat: start.seat,
            session: start.session,
            signature: start.signature.as_bytes().to_vec(),
        }
    }
}

pub(super) fn start(start: Option<pb::Start>) -> Decoded<Start> {
    let start = start.ok_or(DecodeError::Missing("start"))?;
    Ok(Start {
        seat: start.seat,
        session: start.session,
        signature: codec::signature(&start.signature)?,
    })
}

/// Puts a header on every call of a client.
#[derive(Clone)]
pub(super) struct Attach(BinaryMetadataValue);

impl Attach {
    pub(super) fn new(header: &Header) -> Self {
        let bytes = pb::Header::from(header).encode_to_vec();
        Self(BinaryMetadataValue::from_bytes(&bytes))
    }
}

impl Interceptor for Attach {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        request.metadata_mut().insert_bin(KEY, self.0.clone());
        Ok(request)
    }
}
