//! A node in this process and the window on it, with neither display nor GPU.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use dhangkanna::{
    node::{NodeHandle, Timing, View},
    ui::App,
};
use eframe::egui;
use egui_kittest::{Harness, kittest::Queryable as _};

use super::{node, until};

/// A node and the window on it.
pub struct Player {
    pub node: NodeHandle,
    pub window: Harness<'static, Option<App>>,
    /// How often the node has told of a new view.
    pub changes: Arc<AtomicU64>,
}

impl Player {
    pub fn new(runtime: &tokio::runtime::Runtime, data: &std::path::Path, name: &str) -> Self {
        Self::sized(runtime, data, name, egui::vec2(1040.0, 720.0), Timing::REAL)
    }

    pub fn sized(
        runtime: &tokio::runtime::Runtime,
        data: &std::path::Path,
        name: &str,
        size: egui::Vec2,
        timing: Timing,
    ) -> Self {
        let changes = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&changes);
        let on_change = move || {
            counted.fetch_add(1, Ordering::Relaxed);
        };
        let entered = runtime.enter();
        let node = node(data, name, timing, on_change);
        drop(entered);
        let (views, sender) = (node.view(), node.clone());
        let draw = move |ui: &mut egui::Ui, app: &mut Option<App>| {
            let app = app.get_or_insert_with(|| {
                let (views, sender) = (views.clone(), sender.clone());
                App::new(ui.ctx(), views, move |command| sender.send(command))
            });
            app.draw(ui);
        };
        let window = Harness::builder()
            .with_size(size)
            // A change moves for less than a second, which is four steps; and
            // what another thread publishes may come in the middle of a run.
            .with_max_steps(24)
            .build_ui_state(draw, None);
        Self {
            node,
            window,
            changes,
        }
    }

    /// Waits for a view, and draws it.
    pub fn sees(
        &mut self,
        runtime: &tokio::runtime::Runtime,
        what: &str,
        is_it: impl Fn(&View) -> bool,
    ) {
        runtime.block_on(until(&self.node, what, is_it));
        self.window.run();
    }

    pub fn click(&mut self, name: &str) {
        self.window.get_by_label(name).click();
        self.window.run();
    }

    pub fn types(&mut self, letter: char) {
        self.window.event(egui::Event::Text(letter.to_string()));
        self.window.run();
    }

    pub fn shows(&self, text: &str) -> bool {
        self.window
            .query_all_by_label_contains(text)
            .next()
            .is_some()
    }
}

pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime")
}
