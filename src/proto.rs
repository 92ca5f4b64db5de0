//! The messages of `proto/`, generated at build time. Only the two codecs
//! ([`crate::consensus::codec`] and `net::codec`) look inside them.

#![allow(
    missing_docs,
    clippy::all,
    clippy::derive_partial_eq_without_eq,
    clippy::missing_errors_doc,
    reason = "generated code"
)]

tonic::include_proto!("dhangkanna.v1");
