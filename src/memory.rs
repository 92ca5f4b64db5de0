//! Memory that is free goes back to the system.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use crate::blocking;

/// How often memory that is free goes back, while it is said that more becomes free.
const DELAY: Duration = Duration::from_secs(10);

/// Whether it goes back soon.
static IS_DUE: AtomicBool = AtomicBool::new(false);

/// Whether it was said that more becomes free.
static IS_SAID: AtomicBool = AtomicBool::new(false);

/// Gives back what is free [`DELAY`] from now, twice that at most. To be called in a
/// runtime.
pub fn give_back_later() {
    IS_SAID.store(true, Ordering::Relaxed);
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
        while IS_SAID.swap(false, Ordering::Relaxed) {
            tokio::time::sleep(DELAY).await;
            // It is not worth a word where it cannot.
            let _ = blocking::run(give_back).await;
        }
        drop(due);
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
