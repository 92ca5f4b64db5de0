//! All suites that need no other computer and no privilege, as one program: linked
//! once, and run beside each other. What each proves is in `tests/README.md`.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod common;

#[cfg(feature = "gui")]
mod access;
mod backup;
mod deals;
#[cfg(feature = "gui")]
mod gallery;
mod game;
mod golden;
#[cfg(unix)]
mod home;
mod hostile;
mod layers;
mod matches;
mod policy;
mod security;
#[cfg(feature = "simulation")]
mod setter;
mod storage;
mod strangers;
mod texts;
mod versions;
#[cfg(feature = "gui")]
mod window;
#[cfg(feature = "gui")]
mod words;
