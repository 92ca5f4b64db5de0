//! The window over a view that the test makes up.

use std::sync::{Arc, Mutex};

use dhangkanna::{
    node::{Command, RaftStats, View},
    ui::App,
};
use eframe::egui::{self, UiBuilder, Vec2};
use egui_kittest::Harness;
use tokio::sync::watch;

use super::paint::Painter;

pub struct Window {
    pub harness: Harness<'static, Option<App>>,
    views: watch::Sender<Arc<View>>,
    asked: Arc<Mutex<Vec<Command>>>,
}

impl Window {
    /// Of so many points, each of so many pixels; a frame takes `step` seconds.
    pub fn new(view: View, stats: RaftStats, size: Vec2, pixels: f32, step: f32) -> Self {
        let (views, shown) = watch::channel(Arc::new(view));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let ask = Arc::clone(&asked);
        let draw = move |ui: &mut egui::Ui, app: &mut Option<App>| {
            let app = app.get_or_insert_with(|| {
                let (ask, stats) = (Arc::clone(&ask), stats.clone());
                let ask = move |command| ask.lock().unwrap().push(command);
                App::new(ui.ctx(), shown.clone(), ask).watching(move || stats.clone())
            });
            // A harness leaves a margin, eframe's window has none.
            let whole = UiBuilder::new().max_rect(ui.ctx().content_rect());
            ui.scope_builder(whole, |ui| app.draw(ui));
        };
        let builder = Harness::builder()
            .with_size(size)
            .with_pixels_per_point(pixels)
            .with_max_steps((4.0 / step) as u64)
            .with_step_dt(step)
            .renderer(Painter::default());
        let mut harness = builder.build_ui_state(draw, None);
        harness.run();
        Self {
            harness,
            views,
            asked,
        }
    }

    /// Shows another view, from the next frame on.
    pub fn show(&self, view: View) {
        self.views.send_replace(Arc::new(view));
    }

    /// What was asked of the node.
    pub fn asked(&self) -> Vec<Command> {
        self.asked.lock().unwrap().clone()
    }
}
