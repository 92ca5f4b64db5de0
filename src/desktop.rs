//! Windows: what a program with a window has to arrange with the system.

#![expect(unsafe_code, reason = "these calls have no safe form")]

use std::ffi::c_void;

use raw_window_handle::{HasWindowHandle, RawWindowHandle};
use windows_sys::Win32::{
    Foundation::{HWND, LPARAM, LRESULT, WPARAM},
    System::Threading::{
        GetCurrentProcess, PROCESS_POWER_THROTTLING_CURRENT_VERSION,
        PROCESS_POWER_THROTTLING_EXECUTION_SPEED, PROCESS_POWER_THROTTLING_STATE,
        ProcessPowerThrottling, SetProcessInformation,
    },
    UI::{
        Accessibility::{HCF_HIGHCONTRASTON, HIGHCONTRASTW},
        Shell::{DefSubclassProc, SetWindowSubclass},
        WindowsAndMessaging::{
            SPI_GETCLIENTAREAANIMATION, SPI_GETHIGHCONTRAST, SystemParametersInfoW, WM_ENDSESSION,
            WM_QUERYENDSESSION,
        },
    },
};

/// What is asked of every program: whether nothing is to move, and whether the
/// colours are to differ as much as they can.
///
/// <https://learn.microsoft.com/en-us/windows/win32/api/winuser/nf-winuser-systemparametersinfow>
pub fn wishes() -> (bool, bool) {
    let mut moves = 1_i32;
    let mut contrast = HIGHCONTRASTW {
        cbSize: size_of::<HIGHCONTRASTW>() as u32,
        ..HIGHCONTRASTW::default()
    };
    // SAFETY: each is told the size and place of what it fills, and fills no
    // more; where one fails, it leaves what was there.
    unsafe {
        SystemParametersInfoW(SPI_GETCLIENTAREAANIMATION, 0, (&raw mut moves).cast(), 0);
        let size = contrast.cbSize;
        SystemParametersInfoW(SPI_GETHIGHCONTRAST, size, (&raw mut contrast).cast(), 0);
    }
    (moves == 0, contrast.dwFlags & HCF_HIGHCONTRASTON != 0)
}

/// Whether the program runs at full speed while its windows are hidden, where
/// Windows would slow it down to save power: it votes, and others wait for it.
///
/// <https://learn.microsoft.com/en-us/windows/win32/procthread/quality-of-service>
pub fn full_speed(wanted: bool) {
    let state = PROCESS_POWER_THROTTLING_STATE {
        Version: PROCESS_POWER_THROTTLING_CURRENT_VERSION,
        // Which of the ways of throttling is decided here, and that it is off;
        // none: the system decides.
        ControlMask: if wanted {
            PROCESS_POWER_THROTTLING_EXECUTION_SPEED
        } else {
            0
        },
        StateMask: 0,
    };
    let size = size_of_val(&state) as u32;
    // SAFETY: the structure is of the size that is told, and only read. Where
    // the system does not know it, it fails, and nothing changes.
    let done = unsafe {
        SetProcessInformation(
            GetCurrentProcess(),
            ProcessPowerThrottling,
            (&raw const state).cast::<c_void>(),
            size,
        )
    };
    if done == 0 {
        tracing::info!("this system does not tell how fast a hidden program runs");
    }
}

type Leave = Box<dyn Fn()>;

/// Does something when the user logs off or shuts down, and holds that up
/// meanwhile. Windows waits about 5 s. A program with a window is told so by
/// messages to it, and by nothing else.
///
/// <https://learn.microsoft.com/en-us/windows/win32/shutdown/logging-off>
pub fn at_end_of_session(window: &impl HasWindowHandle, leave: impl Fn() + 'static) {
    let handle = window.window_handle().map(|handle| handle.as_raw());
    let Ok(RawWindowHandle::Win32(handle)) = handle else {
        return;
    };
    // For as long as the program runs.
    let leave: *mut Leave = Box::into_raw(Box::new(Box::new(leave)));
    // SAFETY: the window is this thread's and exists, and what the pointer
    // leads to is never freed.
    unsafe {
        SetWindowSubclass(handle.hwnd.get() as HWND, Some(hear), 1, leave as usize);
    }
}

/// Hears the messages to the window before it does.
unsafe extern "system" fn hear(
    window: HWND,
    message: u32,
    wparam: WPARAM,
    lparam: LPARAM,
    _id: usize,
    leave: usize,
) -> LRESULT {
    match message {
        WM_QUERYENDSESSION => 1,
        // The end was called off if it is zero.
        WM_ENDSESSION if wparam != 0 => {
            tracing::info!("the user's session ends");
            // SAFETY: made from such a box in `at_end_of_session`, and never
            // freed; messages come on the thread that made it.
            let leave = unsafe { &*(leave as *const Leave) };
            leave();
            0
        }
        // SAFETY: with what this was called with.
        _ => unsafe { DefSubclassProc(window, message, wparam, lparam) },
    }
}
