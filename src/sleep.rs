//! The computer's sleep, where the system tells of it: systemd's logind, on the
//! system's D-Bus. See its documentation,
//! <https://systemd.io/INHIBITOR_LOCKS/>.
//!
//! Where nobody tells, a computer that sleeps is missed like one that crashed.

use futures::StreamExt as _;
use zbus::zvariant::OwnedFd;

#[zbus::proxy(
    interface = "org.freedesktop.login1.Manager",
    default_service = "org.freedesktop.login1",
    default_path = "/org/freedesktop/login1",
    gen_blocking = false
)]
trait Manager {
    /// A lock that lasts until the file is closed.
    fn inhibit(&self, what: &str, who: &str, why: &str, mode: &str) -> zbus::Result<OwnedFd>;

    /// The computer is about to sleep, or has woken up.
    #[zbus(signal)]
    fn prepare_for_sleep(&self, start: bool) -> zbus::Result<()>;
}

/// Does something each time the computer is about to sleep, and holds that up
/// meanwhile. logind waits 5 s at most, unless it is told otherwise.
pub(crate) async fn watch<F: Future<Output = ()>>(before: impl Fn() -> F) {
    if let Err(e) = hear_of_sleep(before).await {
        tracing::info!("nobody tells when this computer goes to sleep: {e}");
    }
}

async fn hear_of_sleep<F: Future<Output = ()>>(before: impl Fn() -> F) -> zbus::Result<()> {
    let bus = zbus::Connection::system().await?;
    let manager = ManagerProxy::new(&bus).await?;
    let mut signals = manager.receive_prepare_for_sleep().await?;
    let mut lock = Some(delay(&manager).await?);
    while let Some(signal) = signals.next().await {
        if signal.args()?.start {
            tracing::info!("this computer is about to sleep");
            before().await;
            drop(lock.take());
        } else {
            lock = Some(delay(&manager).await?);
        }
    }
    Ok(())
}

async fn delay(manager: &ManagerProxy<'_>) -> zbus::Result<OwnedFd> {
    let why = "Somebody else must lead the game first";
    manager.inhibit("sleep", "Dhangkanna", why, "delay").await
}
