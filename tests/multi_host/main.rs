//! The program on several hosts: Linux network namespaces on one bridge, real
//! processes, real multicast, real TLS. Needs root, so it is left out of a
//! plain `cargo test`:
//!
//! ```text
//! cargo test --release --test multi_host -- --ignored --test-threads=1
//! ```
//!
//! Each scenario runs a few times; `DHANGKANNA_RUNS` sets how often. Times are
//! printed, never asserted. The namespaces are made here and taken away again,
//! also when a scenario fails.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]
#![cfg(target_os = "linux")]

mod back;
mod company;
mod costs;
mod disks;
mod faults;
mod finding;
#[cfg(feature = "gossip")]
mod gossip;
mod history;
mod lab;
mod leaders;
mod linear;
#[cfg(feature = "gui")]
mod logind;
mod lost;
mod playing;
mod seat;
mod stats;
mod tables;
mod watching;
mod window;
mod windows;
