//! How long a frame takes while everything moves: drawing the window and
//! tessellating what it drew, at 1280×800. What the GPU does with it is not in
//! it.
//!
//! ```text
//! cargo bench --bench frame
//! ```

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a bench may panic")]

#[allow(dead_code, reason = "the gallery looks at more of a scene")]
#[path = "../tests/gallery/scenes/mod.rs"]
mod scenes;
#[path = "../tests/gallery/table.rs"]
mod table;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use dhangkanna::{
    node::{Stage, View},
    ui::App,
};
use eframe::egui;
use tokio::sync::watch;

/// Frames that are measured of each scene.
const FRAMES: usize = 600;

/// Frames before: the first ones make fonts and textures.
const WARM: usize = 120;

fn main() {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("load {}", load.trim());
    let scene = |name: &str| {
        let mut all = scenes::all().into_iter();
        all.find(|scene| scene.name == name).expect("a scene").view
    };
    // From five misses to the loss, from six chances to the win, and Raft.
    measure("a balloon pops", &[scene("mood-2"), scene("mood-3")]);
    measure("a loss", &[scene("mood-5"), scene("mood-6-lost")]);
    measure("a win", &[scene("mood-5"), scene("mood-won")]);
    measure("24 players", &[scene("room-of-24"), scene("room-of-24")]);
    measure("nothing", &[scene("lobby-full"), scene("lobby-full")]);
}

/// Draws one view and then the other, again and again, so that what lies
/// between them never comes to rest.
fn measure(name: &str, views: &[View; 2]) {
    let (sender, receiver) = watch::channel(Arc::new(views[0].clone()));
    let ctx = egui::Context::default();
    let mut app = App::new(&ctx, receiver, |_| {});
    let mut times = Vec::new();
    for n in 0..FRAMES + WARM {
        // Less than a second, which is how long a change moves.
        if n % 40 == 0 {
            let mut view = views[n / 40 % 2].clone();
            if let Stage::Room(room) = &mut view.stage {
                Arc::make_mut(room).cluster.last_applied += n as u64;
            }
            sender.send_replace(Arc::new(view));
        }
        let input = egui::RawInput {
            screen_rect: Some(egui::Rect::from_min_size(
                egui::Pos2::ZERO,
                egui::vec2(1280.0, 800.0),
            )),
            time: Some(n as f64 / 60.0),
            focused: true,
            ..egui::RawInput::default()
        };
        let began = Instant::now();
        let mut output = ctx.run_ui(input, |ui| app.draw(ui));
        let shapes = std::mem::take(&mut output.shapes);
        let triangles = ctx.tessellate(shapes, output.pixels_per_point);
        let took = began.elapsed();
        output.textures_delta.clear();
        drop(triangles);
        if n >= WARM {
            times.push(took);
        }
    }
    report(name, &mut times);
}

fn report(name: &str, times: &mut [Duration]) {
    times.sort();
    let ms = |share: f64| {
        let at = ((times.len() - 1) as f64 * share) as usize;
        times[at].as_secs_f64() * 1e3
    };
    println!(
        "{name}: median {:.2} ms, p99 {:.2}, worst {:.2} ({} frames)",
        ms(0.5),
        ms(0.99),
        ms(1.0),
        times.len()
    );
}
