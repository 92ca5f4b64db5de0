//! Work that waits for a disk, off the runtime's own thread.

use std::io;

/// Does it on a thread where waiting disturbs nobody; in a simulation, in
/// place, since there a disk takes no time.
///
/// # Errors
/// If it panics, or the program ends.
pub async fn run<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> io::Result<T> {
    if crate::random::is_seeded() {
        return Ok(work());
    }
    tokio::task::spawn_blocking(work)
        .await
        .map_err(io::Error::other)
}
