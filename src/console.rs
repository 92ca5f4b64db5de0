//! The terminal, on Windows: a program with a window has none there, unless it
//! asks for that of whoever started it.
//!
//! <https://learn.microsoft.com/en-us/windows/console/attachconsole>

#![expect(unsafe_code, reason = "these two calls have no safe form")]

use std::{io::stdout, os::windows::io::AsRawHandle as _};

use windows_sys::Win32::System::Console::{ATTACH_PARENT_PROCESS, AttachConsole, FreeConsole};

/// Prints to the terminal that the program was started from, if there is one.
/// Output that goes to a file or a pipe still does.
pub fn attach() {
    if stdout().as_raw_handle().is_null() {
        // SAFETY: it is given no memory. It fails where there is no terminal,
        // or if the program has one already; then nothing changes.
        unsafe { AttachConsole(ATTACH_PARENT_PROCESS) };
    }
}

/// From now on, closing that terminal does not close the program.
pub fn detach() {
    // SAFETY: it is given no memory, and fails if there is no terminal.
    unsafe { FreeConsole() };
}
