//! When the system asks the program to end.

/// Waits for Ctrl-C, or the system's polite request to end. Answers with what
/// it was.
pub async fn stop() -> &'static str {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        // Without a handler the signal ends the process, as it would anyway.
        let wait = |kind| async move {
            match signal(kind) {
                Ok(mut signal) => {
                    signal.recv().await;
                }
                Err(_) => std::future::pending().await,
            }
        };
        tokio::select! {
            () = wait(SignalKind::interrupt()) => "interrupt",
            () = wait(SignalKind::terminate()) => "terminate",
            () = wait(SignalKind::hangup()) => "hangup",
        }
    }
    #[cfg(windows)]
    {
        use tokio::signal::windows;
        async fn pending() {
            std::future::pending::<()>().await;
        }
        tokio::select! {
            _ = tokio::signal::ctrl_c() => "interrupt",
            () = async { match windows::ctrl_close() { Ok(mut s) => { s.recv().await; } Err(_) => pending().await } } => "close",
            () = async { match windows::ctrl_shutdown() { Ok(mut s) => { s.recv().await; } Err(_) => pending().await } } => "shutdown",
        }
    }
}
