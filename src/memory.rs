//! Memory that is free goes back to the system.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use crate::blocking;

/// How long after it was said that memory becomes free it goes back.
const DELAY: Duration = Duration::from_secs(20);

/// Whether it goes back soon.
static IS_DUE: AtomicBool = AtomicBool::new(false);

/// Gives back, in [`DELAY`], what is free then. To be called in a runtime.
pub fn give_back_later() {
    if IS_DUE.swap(true, Ordering::Relaxed) {
        return;
    }
    /// Also where the runtime ends before.
    struct Due;
    impl Drop for Due {
        fn drop(&mut self) {
            IS_DUE.store(false, Ordering::Relaxed);
        }
    }
    let due = Due;
    tokio::spawn(async move {
        tokio::time::sleep(DELAY).await;
        drop(due);
        // It is not worth a word where it cannot.
        let _ = blocking::run(give_back).await;
    });
}

/// Gives back the pages that are free between others that are not: glibc keeps them,
/// where other systems do not. It takes some milliseconds at most.
fn give_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        #[expect(unsafe_code, reason = "a C function")]
        // SAFETY: it takes a number, at any time and on any thread.
        let _was_any = unsafe { libc::malloc_trim(0) };
    }
}
