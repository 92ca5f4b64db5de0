//! Arguments, logs, and which of the program's faces to show.

// No console next to the window on Windows.
#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

use std::process::ExitCode;

use clap::Parser as _;
use dhangkanna::{cli::Cli, game::safe_text};

fn main() -> ExitCode {
    #[cfg(windows)]
    dhangkanna::console::attach();
    match dhangkanna::cli::run(Cli::parse()) {
        Ok(code) => code,
        Err(e) => {
            // Each error says all of its cause that helps; the log has the rest.
            tracing::info!("{e:?}");
            eprintln!("dhangkanna: {}", safe_text(&e.to_string()));
            ExitCode::FAILURE
        }
    }
}
