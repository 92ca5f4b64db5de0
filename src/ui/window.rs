//! The program with a window, from its start to its end.

use std::time::Duration;

use anyhow::anyhow;
use eframe::{NativeOptions, Renderer, egui};

use super::{app::App, art, system, theme, words::Language};
use crate::{
    config::APP_ID,
    node::{Command, Node, NodeConfig, NodeHandle},
    signals,
};

/// What to do instead, where there is no window.
const HEADLESS: &str = "play without a window: `dhangkanna headless --host ROOM` or `--join ROOM`";

/// Finds out early whether a window can be opened at all.
///
/// # Errors
/// If the system names no display.
pub fn check_display() -> anyhow::Result<()> {
    let needs_one = cfg!(all(unix, not(target_os = "macos")));
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if needs_one && !is_set("DISPLAY") && !is_set("WAYLAND_DISPLAY") {
        return Err(anyhow!("there is no display here; {HEADLESS}"));
    }
    Ok(())
}

/// Opens the window, and returns when it is closed and the room is left. What
/// is wrong with `config` is said in the window.
///
/// # Errors
/// If no window can be opened.
pub fn run(
    runtime: &tokio::runtime::Runtime,
    config: anyhow::Result<NodeConfig>,
    first: Option<Command>,
) -> anyhow::Result<()> {
    let options = NativeOptions {
        renderer: Renderer::Glow,
        // Size and place of the window: each profile's own.
        persistence_path: config
            .as_ref()
            .ok()
            .map(|config| config.profile.window_file()),
        viewport: egui::ViewportBuilder::default()
            .with_app_id(APP_ID)
            .with_title("dhangkanna")
            .with_icon(art::icon())
            .with_inner_size(theme::WINDOW)
            .with_min_inner_size(theme::MIN_WINDOW),
        ..NativeOptions::default()
    };
    let mut running = None;
    let opened = eframe::run_native(
        "dhangkanna",
        options,
        Box::new(|creation| {
            let ctx = creation.egui_ctx.clone();
            let started = config.and_then(|config| {
                let repaint = ctx.clone();
                let _entered = runtime.enter();
                Ok(Node::start(config, move || repaint.request_repaint())?)
            });
            let app = match started {
                Ok(node) => {
                    running = Some(node.clone());
                    runtime.spawn(leave_on_signal(node.clone(), ctx.clone()));
                    #[cfg(windows)]
                    {
                        let (runtime, node) = (runtime.handle().clone(), node.clone());
                        crate::desktop::at_end_of_session(creation, move || {
                            let _ = runtime.block_on(node.shutdown());
                        });
                    }
                    if let Some(first) = first {
                        node.send(first);
                    }
                    let watched = node.clone();
                    App::new(&ctx, node.view(), move |command| node.send(command))
                        .watching(move || watched.raft_stats().unwrap_or_default())
                }
                Err(e) => App::failed(&ctx, e.to_string()),
            };
            let repaint = ctx.clone();
            let asked = system::follow(runtime, move || repaint.request_repaint());
            Ok(Box::new(
                app.speaking(language_of_system()).following(asked),
            ))
        }),
    );
    // The window is gone; the others still have to be told.
    if let Some(node) = running {
        let _ = runtime.block_on(node.shutdown());
    }
    opened.map_err(|e| anyhow!("the window cannot be opened ({e}); {HEADLESS}"))
}

/// The first of the system's languages that the window speaks.
fn language_of_system() -> Language {
    let mut tags = sys_locale::get_locales();
    let known = tags.find_map(|tag| Language::of_tag(&tag));
    known.unwrap_or_default()
}

/// A signal closes the window; a window that draws nothing, because it is
/// hidden, is not waited for.
#[expect(clippy::exit, reason = "only if the window's own loop does not end")]
async fn leave_on_signal(node: NodeHandle, ctx: egui::Context) {
    /// How long a window takes to close.
    const CLOSING: Duration = Duration::from_secs(1);
    let signal = signals::stop().await;
    tracing::info!("{signal}");
    let _ = node.shutdown().await;
    // Not `exit` at once: the graphics driver takes it badly while it draws.
    ctx.send_viewport_cmd(egui::ViewportCommand::Close);
    ctx.request_repaint();
    tokio::time::sleep(CLOSING).await;
    std::process::exit(0);
}
