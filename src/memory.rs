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

/// Keeps what all threads allocate together, in glibc: it gives each of them a part of the
/// memory, up to eight for each processor, and what is free in one of them is of no use to
/// the others. To be called before there are other threads; it takes no time.
pub fn share_arenas() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        const ARENAS: libc::c_int = 2;
        #[expect(unsafe_code, reason = "a C function")]
        // SAFETY: it takes two numbers, of which the first names what the second is.
        let _is_set = unsafe { libc::mallopt(libc::M_ARENA_MAX, ARENAS) };
    }
}

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
