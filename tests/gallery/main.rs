//! Draws every screen and state of the window into `target/gallery`, and
//! compares them with the pictures in `snapshots`, which are of half the size.
//!
//! `DHANGKANNA_GALLERY=all` draws each in every look, size and language;
//! `DHANGKANNA_GALLERY=NAME` only those whose name has it.
//! `UPDATE_SNAPSHOTS=1` takes what is drawn as what it should be.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]
#![cfg(feature = "gui")]

#[path = "../common/mod.rs"]
mod common;
mod paint;
mod scenes;
mod table;
mod typing;

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use common::words::message;
use dhangkanna::{
    node::{Look, Preferences, View},
    ui::{App, Language},
};
use eframe::egui::{
    self, Rect, Shape, Vec2,
    accesskit::{Action, Role},
    vec2,
};
use egui_kittest::{
    Harness, SnapshotOptions,
    kittest::{NodeT as _, Queryable as _},
    try_image_snapshot_options,
};
use image::{RgbaImage, imageops::FilterType};
use scenes::Scene;
use tokio::sync::watch;

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

/// As large as the settings allow, in a usual window.
const LARGE: Frame = Frame {
    name: "-large",
    size: vec2(520.0, 360.0),
    pixels: 2.0,
    ..WIDE
};

/// In all of these everything is drawn, if it is asked for.
const FRAMES: [Frame; 10] = [
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
        name: "-full",
        size: vec2(1920.0, 1080.0),
        ..WIDE
    },
    LARGE,
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
    let wanted = wanted.as_str();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/gallery");
    fs::create_dir_all(&folder).expect("a folder");
    // Glyphs are rasterized with whatever SIMD the processor has, which rounds
    // a little differently: four levels of 255 are no change of the window.
    let options = SnapshotOptions::new()
        .threshold(10.0)
        .max_failed_pixels(10)
        .output_path("tests/gallery/snapshots");
    let scenes = scenes::all();
    let all = scenes.iter().enumerate().flat_map(|(nth, scene)| {
        FRAMES.iter().enumerate().filter_map(move |(n, frame)| {
            let name = format!("{}{}", scene.name, frame.name);
            // Each once wide and light, and once narrow and dark, is enough to
            // see what has changed.
            let compared = n < 2;
            // A page over a window of the least height is looked at for whether it
            // can be closed.
            let cramped = scene.is_dialog && frame.name == LARGE.name;
            let chosen = match wanted {
                "" => compared || cramped,
                "all" => true,
                part => name.contains(part),
            };
            chosen.then_some((nth, frame, name, compared))
        })
    });
    let all: Vec<_> = all.collect();
    // Beside each other: each picture is a window of its own.
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        while let Some((nth, frame, name, compared)) = all.get(next.fetch_add(1, Relaxed)) {
            // Made anew: some say how long ago something was.
            let (image, faults) = draw(&scenes::all()[*nth], frame);
            let faults = faults.into_iter().map(|fault| format!("{name}: {fault}"));
            wrong.lock().unwrap().extend(faults);
            let file = folder.join(format!("{name}.png"));
            image.save(file).expect("saved");
            if *compared && let Err(e) = try_image_snapshot_options(&half(&image), name, &options) {
                wrong.lock().unwrap().push(e.to_string());
            }
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(work))));
    let (wrong, drawn) = (wrong.into_inner().unwrap(), all.len());
    println!("{drawn} pictures in {}", folder.display());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Every control that can be used is reached by Tab, in every scene.
#[test]
fn nothing_is_out_of_reach_of_the_keyboard() {
    for mut scene in scenes::all() {
        // What is behind a question or a page has to wait.
        let clicks = std::mem::take(&mut scene.clicks);
        let behind = if clicks.is_empty() || !scene.is_dialog {
            BTreeSet::new()
        } else {
            controls(&open(&scene, &WIDE))
        };
        scene.clicks = clicks;
        let mut window = open(&scene, &WIDE);
        let wanted: BTreeSet<String> = controls(&window).difference(&behind).cloned().collect();
        let mut reached = BTreeSet::new();
        // Once around, and a little more.
        for _ in 0..wanted.len() + 10 {
            window.key_press(egui::Key::Tab);
            window.run_steps(2);
            let all = window.root().children_recursive();
            reached.extend(
                all.filter(|node| node.is_focused())
                    .map(|node| named(&node)),
            );
        }
        let missed: Vec<&String> = wanted.difference(&reached).collect();
        assert!(missed.is_empty(), "{}: {missed:?}", scene.name);
        println!("{}: {} controls", scene.name, wanted.len());
    }
}

/// Everything that can be clicked or typed into.
fn controls(window: &Harness<'_, Option<App>>) -> BTreeSet<String> {
    let all = window.root().children_recursive();
    let usable = all.filter(|node| {
        let node = node.accesskit_node();
        let is_focusable = node.data().supports_action(Action::Focus);
        is_focusable && !node.is_hidden() && !node.is_disabled()
    });
    usable.map(|node| named(&node)).collect()
}

/// A control by what it is and what it is called.
fn named(node: &egui_kittest::Node<'_>) -> String {
    let node = node.accesskit_node();
    let label = node.label().or_else(|| node.value()).unwrap_or_default();
    format!("{:?} {label}", node.role())
}

/// What a scene looks like, and what is wrong with it.
fn draw(scene: &Scene, frame: &Frame) -> (RgbaImage, Vec<String>) {
    let mut window = open(scene, frame);
    window.remove_cursor();
    window.run();
    let mut wrong = Vec::new();
    for node in window.root().children_recursive() {
        let Some(rect) = node.accesskit_node().raw_bounds() else {
            continue;
        };
        // In pixels, as a screen reader wants it.
        let right = rect.x1 / f64::from(frame.pixels);
        if rect.x0 < -1.0 || right > f64::from(frame.size.x) + 1.0 {
            wrong.push(format!("{} sticks out at {rect:?}", named(&node)));
        }
    }
    if scene.is_dialog {
        let close = message(frame.language, "close");
        let closes = window.query_all_by_label(&close);
        let bottoms: Vec<f32> = closes.map(|button| button.rect().bottom()).collect();
        if bottoms.iter().all(|bottom| *bottom > frame.size.y) {
            wrong.push(format!("it cannot be closed: {bottoms:?}"));
        }
    }
    // What was just said lies over the page until it is closed.
    if scene.view.notice.is_none() {
        for (under, over) in overlapping(&window) {
            wrong.push(format!("{over:?} stands on {under:?}"));
        }
    }
    (window.render().expect("drawn"), wrong)
}

/// The texts of a page that run into each other, by more than a pixel.
fn overlapping(window: &Harness<'_, Option<App>>) -> Vec<(String, String)> {
    let whole = window.ctx.content_rect();
    let mut texts: Vec<(Rect, String)> = Vec::new();
    let mut over = Vec::new();
    for clipped in &window.output().shapes {
        match &clipped.shape {
            // The ground of a question, which lies over the page behind it.
            Shape::Rect(ground) if ground.rect.contains_rect(whole) => texts.clear(),
            shape => add_texts(shape, clipped.clip_rect, &mut texts, &mut over),
        }
    }
    over
}

fn add_texts(
    shape: &Shape,
    clip: Rect,
    texts: &mut Vec<(Rect, String)>,
    over: &mut Vec<(String, String)>,
) {
    match shape {
        Shape::Vec(shapes) => {
            for shape in shapes {
                add_texts(shape, clip, texts, over);
            }
        }
        Shape::Text(text) => {
            for row in &text.galley.rows {
                let from = text.pos.to_vec2() + row.pos.to_vec2();
                let ink = row.visuals.mesh_bounds.translate(from).intersect(clip);
                let said = row.text();
                if said.trim().is_empty() || !ink.is_positive() {
                    continue;
                }
                let under = texts.iter().filter(|(other, _)| {
                    let both = ink.intersect(*other);
                    both.width() > 1.0 && both.height() > 1.0
                });
                over.extend(under.map(|(_, under)| (under.clone(), said.clone())));
                texts.push((ink, said));
            }
        }
        _ => {}
    }
}

/// The window on a scene.
fn open(scene: &Scene, frame: &Frame) -> Harness<'static, Option<App>> {
    let mut view: View = scene.view.clone();
    view.me.preferences = Arc::new(Preferences {
        language: Some(frame.language.tag().to_owned()),
        look: frame.look,
        ..Preferences::clone(&view.me.preferences)
    });
    let stats = scene.stats.clone();
    let (sender, views) = watch::channel(Arc::new(view));
    let show = move |ui: &mut egui::Ui, app: &mut Option<App>| {
        // As long as it is there, the node is said to run.
        let _ = &sender;
        let app = app.get_or_insert_with(|| {
            let stats = stats.clone();
            App::new(ui.ctx(), views.clone(), |_| {}).watching(move || stats.clone())
        });
        // A harness leaves a margin, eframe's window has none.
        let whole = egui::UiBuilder::new().max_rect(ui.ctx().content_rect());
        ui.scope_builder(whole, |ui| app.draw(ui));
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
        // Not by the pointer: it may be out of sight.
        window.get_by_label(&label).click_accesskit();
        window.run();
    }
    if !scene.whole.is_empty() {
        let label = message(frame.language, "solve-label");
        let field = window.get_by_role_and_label(Role::TextInput, &label);
        field.focus();
        field.type_text(scene.whole);
        window.run();
        window.key_press(egui::Key::Enter);
        window.run();
    }
    window
}

fn half(image: &RgbaImage) -> RgbaImage {
    let (width, height) = (image.width() / 2, image.height() / 2);
    image::imageops::resize(image, width, height, FilterType::Triangle)
}
