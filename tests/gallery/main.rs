//! Draws every screen and state of the window into `target/gallery`, and
//! compares them with the pictures in `snapshots`, which are of half the size.
//!
//! `DHANGKANNA_GALLERY=all` draws each in every look, size and language;
//! `DHANGKANNA_GALLERY=NAME` only those whose name has it.
//! `UPDATE_SNAPSHOTS=1` takes what is drawn as what it should be.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]
#![cfg(feature = "gui")]

mod paint;
mod scenes;
mod table;
#[path = "../common/words.rs"]
mod words;

use std::{fs, path::Path, sync::Arc};

use dhangkanna::{
    node::{Look, Preferences, View},
    ui::{App, Language},
};
use eframe::egui::{self, Vec2, vec2};
use egui_kittest::{Harness, SnapshotOptions, kittest::Queryable as _, try_image_snapshot_options};
use image::{RgbaImage, imageops::FilterType};
use scenes::Scene;
use tokio::sync::watch;
use words::message;

/// A way to look at a scene.
#[derive(Clone, Copy)]
struct Frame {
    name: &'static str,
    size: Vec2,
    /// Pixels per point.
    pixels: f32,
    look: Look,
    language: Language,
}

const WIDE: Frame = Frame {
    name: "",
    size: vec2(1040.0, 720.0),
    pixels: 1.0,
    look: Look::Light,
    language: Language::English,
};

const NARROW: Frame = Frame {
    name: "-narrow",
    size: vec2(480.0, 640.0),
    look: Look::Dark,
    ..WIDE
};

/// In all of these everything is drawn, if it is asked for.
const FRAMES: [Frame; 8] = [
    WIDE,
    NARROW,
    Frame {
        name: "-dark",
        look: Look::Dark,
        ..WIDE
    },
    Frame {
        name: "-contrast",
        look: Look::Contrast,
        ..WIDE
    },
    Frame {
        name: "-2x",
        pixels: 2.0,
        ..WIDE
    },
    Frame {
        name: "-de",
        language: Language::German,
        ..WIDE
    },
    Frame {
        name: "-es",
        language: Language::Spanish,
        ..WIDE
    },
    Frame {
        name: "-fr",
        language: Language::French,
        ..NARROW
    },
];

#[test]
fn every_screen_is_as_it_was() {
    let wanted = std::env::var("DHANGKANNA_GALLERY").unwrap_or_default();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/gallery");
    fs::create_dir_all(&folder).expect("a folder");
    let options = SnapshotOptions::new().output_path("tests/gallery/snapshots");
    let mut wrong = Vec::new();
    let mut drawn = 0;
    for scene in scenes::all() {
        for (n, frame) in FRAMES.iter().enumerate() {
            let name = format!("{}{}", scene.name, frame.name);
            // Each once wide and light, and once narrow and dark, is enough to
            // see what has changed.
            let compared = n < 2;
            let chosen = match wanted.as_str() {
                "" => compared,
                "all" => true,
                part => name.contains(part),
            };
            if !chosen {
                continue;
            }
            let image = draw(&scene, frame);
            image
                .save(folder.join(format!("{name}.png")))
                .expect("saved");
            drawn += 1;
            if compared && let Err(e) = try_image_snapshot_options(&half(&image), &name, &options) {
                wrong.push(e.to_string());
            }
        }
    }
    println!("{drawn} pictures in {}", folder.display());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What a scene looks like.
fn draw(scene: &Scene, frame: &Frame) -> RgbaImage {
    let mut view: View = scene.view.clone();
    view.me.preferences = Arc::new(Preferences {
        language: Some(frame.language.tag().to_owned()),
        look: frame.look,
        ..Preferences::default()
    });
    let (_sender, views) = watch::channel(Arc::new(view));
    let show = move |ui: &mut egui::Ui, app: &mut Option<App>| {
        app.get_or_insert_with(|| App::new(ui.ctx(), views.clone(), |_| {}))
            .draw(ui);
    };
    let mut window = Harness::builder()
        .with_size(frame.size)
        .with_pixels_per_point(frame.pixels)
        .with_max_steps(16)
        .renderer(paint::Painter::default())
        .build_ui_state(show, None);
    window.run();
    for id in scene.clicks {
        let label = message(frame.language, id);
        window.get_by_label(&label).click();
        window.run();
    }
    window.remove_cursor();
    window.run();
    window.render().expect("drawn")
}

fn half(image: &RgbaImage) -> RgbaImage {
    let (width, height) = (image.width() / 2, image.height() / 2);
    image::imageops::resize(image, width, height, FilterType::Triangle)
}
