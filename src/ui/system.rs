//! What the player has asked of every program on this computer: dark colours,
//! more contrast, nothing that moves.

use tokio::{
    runtime::Runtime,
    sync::watch::{self, Receiver},
};

use crate::node::Look;

/// What the system asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct System {
    /// Its colours, where it names some that the window would not find out by
    /// itself.
    pub look: Option<Look>,
    /// Whether nothing is to move.
    pub calm: bool,
}

/// Tells what the system asks for, and tells again whenever that changes.
#[cfg(target_os = "linux")]
pub(super) fn follow(
    runtime: &Runtime,
    changed: impl Fn() + Send + Sync + 'static,
) -> Receiver<System> {
    let (system, asked) = watch::channel(System::default());
    runtime.spawn(async move {
        if let Err(e) = portal::follow(&system, &changed).await {
            tracing::info!("no desktop tells about colours and motion: {e}");
        }
    });
    asked
}

/// Tells what the system asks for, as it is at the start.
#[cfg(not(target_os = "linux"))]
pub(super) fn follow(_: &Runtime, _: impl Fn()) -> Receiver<System> {
    #[cfg(windows)]
    let (calm, contrast) = crate::desktop::wishes();
    #[cfg(target_os = "macos")]
    let (calm, contrast) = {
        let workspace = objc2_app_kit::NSWorkspace::sharedWorkspace();
        (
            workspace.accessibilityDisplayShouldReduceMotion(),
            workspace.accessibilityDisplayShouldIncreaseContrast(),
        )
    };
    #[cfg(not(any(windows, target_os = "macos")))]
    let (calm, contrast) = (false, false);
    let look = contrast.then_some(Look::Contrast);
    watch::channel(System { look, calm }).1
}

/// The desktops of Linux: the XDG portal for settings,
/// <https://flatpak.github.io/xdg-desktop-portal/docs/doc-org.freedesktop.portal.Settings.html>.
#[cfg(target_os = "linux")]
mod portal {
    use std::collections::HashMap;

    use futures::StreamExt as _;
    use tokio::sync::watch::Sender;
    use zbus::zvariant::{OwnedValue, Value};

    use super::System;
    use crate::node::Look;

    const ALL: &str = "org.freedesktop.appearance";
    const GNOME: &str = "org.gnome.desktop.interface";
    const KDE: &str = "org.kde.kdeglobals.KDE";

    /// By namespace, and by key.
    type All = HashMap<String, HashMap<String, OwnedValue>>;

    #[zbus::proxy(
        interface = "org.freedesktop.portal.Settings",
        default_service = "org.freedesktop.portal.Desktop",
        default_path = "/org/freedesktop/portal/desktop",
        gen_blocking = false
    )]
    trait Settings {
        fn read_all(&self, namespaces: &[&str]) -> zbus::Result<All>;

        #[zbus(signal)]
        fn setting_changed(&self, namespace: &str, key: &str, value: Value<'_>)
        -> zbus::Result<()>;
    }

    pub(super) async fn follow(system: &Sender<System>, changed: &impl Fn()) -> zbus::Result<()> {
        let namespaces = [ALL, GNOME, KDE];
        let bus = zbus::Connection::session().await?;
        let portal = SettingsProxy::new(&bus).await?;
        let mut changes = portal.receive_setting_changed().await?;
        loop {
            let now = asked(&portal.read_all(&namespaces).await?);
            if system.send_if_modified(|last| std::mem::replace(last, now) != now) {
                tracing::info!("the desktop asks for {now:?}");
                changed();
            }
            loop {
                let Some(change) = changes.next().await else {
                    return Ok(());
                };
                if namespaces.contains(&change.args()?.namespace) {
                    break;
                }
            }
        }
    }

    fn asked(all: &All) -> System {
        let value = |namespace: &str, key: &str| {
            let value: Option<&Value<'_>> = all.get(namespace)?.get(key).map(|value| &**value);
            value
        };
        let number = |key: &str| value(ALL, key).and_then(|v| v.downcast_ref::<u32>().ok());
        let look = match (number("contrast"), number("color-scheme")) {
            (Some(1), _) => Some(Look::Contrast),
            (_, Some(1)) => Some(Look::Dark),
            (_, Some(2)) => Some(Look::Light),
            _ => None,
        };
        // The first is new; the others are what it stands for.
        let gnome = value(GNOME, "enable-animations").and_then(|v| v.downcast_ref::<bool>().ok());
        let kde = value(KDE, "AnimationDurationFactor").and_then(|v| v.downcast_ref::<&str>().ok());
        let kde = kde.and_then(|factor| factor.parse::<f64>().ok());
        let calm = number("reduced-motion") == Some(1) || gnome == Some(false) || kde == Some(0.0);
        System { look, calm }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn what_desktops_ask_for_is_understood() {
            let cases: [(&str, &str, Value<'_>, System); 8] = [
                (ALL, "color-scheme", 1_u32.into(), look(Look::Dark)),
                (ALL, "color-scheme", 2_u32.into(), look(Look::Light)),
                (ALL, "contrast", 1_u32.into(), look(Look::Contrast)),
                (ALL, "reduced-motion", 1_u32.into(), CALM),
                (GNOME, "enable-animations", false.into(), CALM),
                (KDE, "AnimationDurationFactor", "0".into(), CALM),
                (
                    KDE,
                    "AnimationDurationFactor",
                    "0.7".into(),
                    System::default(),
                ),
                // What it may not be.
                (ALL, "color-scheme", "dark".into(), System::default()),
            ];
            for (namespace, key, value, wanted) in cases {
                let value = OwnedValue::try_from(value).expect("a value");
                let keys = HashMap::from([(key.to_owned(), value)]);
                let all = HashMap::from([(namespace.to_owned(), keys)]);
                assert_eq!(asked(&all), wanted, "{namespace} {key}");
            }
            assert_eq!(asked(&HashMap::new()), System::default());
        }

        const CALM: System = System {
            look: None,
            calm: true,
        };

        fn look(look: Look) -> System {
            System {
                look: Some(look),
                calm: false,
            }
        }
    }
}
