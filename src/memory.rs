//! Memory that is free goes back to the system.

/// Gives back the pages that are free between others that are not: glibc keeps them,
/// where other systems do not. It takes some milliseconds at most.
pub fn give_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        #[expect(unsafe_code, reason = "a C function")]
        // SAFETY: it takes a number, at any time and on any thread.
        let _was_any = unsafe { libc::malloc_trim(0) };
    }
}
