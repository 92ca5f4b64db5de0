//! The program on several hosts: Linux network namespaces on one bridge, real
//! processes, real multicast, real TLS. Needs root, so it is left out of a
//! plain `cargo test`:
//!
//! ```text
//! cargo test --test netns -- --ignored --test-threads=1
//! ```
//!
//! Each scenario runs a few times; `DHANGKANNA_RUNS` sets how often. The namespaces
//! are made here and taken away again, also when a scenario fails.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]
#![cfg(target_os = "linux")]

mod chat;
mod continuation;
mod copied_profile;
mod crowd;
mod discovery;
mod durability;
mod failover;
mod flood;
#[cfg(feature = "gossip")]
mod gossip;
mod gui;
mod harness;
mod headless;
mod linearizability;
mod locked_room;
mod modes;
mod newcomer;
mod partition;
mod rejoin;
mod removed;
mod replication;
mod resources;
