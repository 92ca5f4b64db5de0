//! The window.

use crate::node::{self, Command};

/// placeholder
pub fn check_display() -> anyhow::Result<()> {
    Ok(())
}

/// placeholder
pub fn run(_runtime: &tokio::runtime::Runtime, _config: node::Config, _first: Option<Command>) -> anyhow::Result<()> {
    Ok(())
}
