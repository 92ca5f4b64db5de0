//! Draws every screen and state of the window, and compares them with the pictures
//! in `snapshots`, which are of half the size.
//!
//! `DHANGKANNA_GALLERY=all` draws each in every look, size and language into
//! `target/gallery`; `DHANGKANNA_GALLERY=NAME` only those whose name has it.
//! `UPDATE_SNAPSHOTS=1` takes what is drawn as what it should be.

mod hostile;
mod paint;
mod scenes;
mod table;
mod typing;
mod window;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::common::words::message;
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
use image::RgbaImage;

use scenes::Scene;
use window::Window;

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
fn lobbies() {
    look_at(scenes::lobbies);
}

#[test]
fn moods() {
    look_at(scenes::moods);
}

#[test]
fn rounds() {
    look_at(scenes::rounds);
}

#[test]
fn rooms() {
    look_at(scenes::rooms);
}

#[test]
fn raft() {
    look_at(scenes::raft);
}

/// Each scene in a window of its own.
fn look_at(scenes: fn() -> Vec<Scene>) {
    let wanted = std::env::var("DHANGKANNA_GALLERY").unwrap_or_default();
    fs::create_dir_all(folder()).expect("a folder");
    let mut wrong = Vec::new();
    for n in 0..scenes().len() {
        // Made anew: some say how long ago something was.
        wrong.extend(faults(&scenes()[n], &wanted));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/gallery")
}

/// Draws a scene in all frames that are wanted, walks through its controls, and
/// says what is wrong.
fn faults(scene: &Scene, wanted: &str) -> Vec<String> {
    // Glyphs are rasterized with whatever SIMD the processor has, which rounds
    // a little differently: four levels of 255 are no change of the window.
    let options = SnapshotOptions::new()
        .threshold(10.0)
        .max_failed_pixels(10)
        .output_path("tests/gallery/snapshots");
    let mut wrong = Vec::new();
    let mut window = opened(scene, &WIDE);
    let before = controls(&window);
    click_through(&mut window, scene, &WIDE);
    for (n, frame) in FRAMES.iter().enumerate() {
        let name = format!("{}{}", scene.name, frame.name);
        // Each once wide and light, and once narrow and dark, is enough to
        // see what has changed.
        let compared = n < 2;
        // A page over a window of the least height is looked at for whether it
        // can be closed.
        let cramped = scene.is_dialog && frame.name == LARGE.name;
        let is_wanted = match wanted {
            "" => compared || cramped,
            "all" => true,
            part => name.contains(part),
        };
        if !is_wanted {
            continue;
        }
        // A harness cannot change its pixels per point without its size in points.
        if window.harness.ctx.pixels_per_point() != frame.pixels {
            window = opened(scene, frame);
            click_through(&mut window, scene, frame);
        }
        let (image, faults) = draw(&mut window, scene, frame);
        wrong.extend(faults.into_iter().map(|fault| format!("{name}: {fault}")));
        if !wanted.is_empty() {
            let file = folder().join(format!("{name}.png"));
            image.save(file).expect("saved");
        }
        if compared && let Err(e) = try_image_snapshot_options(&half(&image), &name, &options) {
            wrong.push(e.to_string());
        }
    }
    // What is behind a question or a page has to wait.
    let behind = if scene.is_dialog && !scene.clicks.is_empty() {
        before
    } else {
        BTreeSet::new()
    };
    put_in(&mut window, scene, &WIDE);
    let missed = out_of_reach(&mut window, &behind);
    wrong.extend(
        missed
            .into_iter()
            .map(|control| format!("{}: {control} is out of reach of the keyboard", scene.name)),
    );
    wrong
}

/// Every control is reached by Tab; says which are not.
fn out_of_reach(window: &mut Window, behind: &BTreeSet<String>) -> Vec<String> {
    let wanted: BTreeSet<String> = controls(window).difference(behind).cloned().collect();
    let mut reached = BTreeSet::new();
    // Once around, and a little more.
    for _ in 0..wanted.len() + 10 {
        if wanted.is_subset(&reached) {
            break;
        }
        window.harness.key_down(egui::Key::Tab);
        window.harness.step();
        let all = window.harness.root().children_recursive();
        let focused = all.filter(|node| node.is_focused());
        reached.extend(focused.map(|node| named(&node)));
    }
    wanted.difference(&reached).cloned().collect()
}

/// The window on a scene, before anything is clicked.
fn opened(scene: &Scene, frame: &Frame) -> Window {
    let view = seen_in(scene, frame);
    Window::new(view, scene.stats.clone(), frame.size, frame.pixels, 0.25)
}

/// Clicks and types what a scene wants.
fn click_through(window: &mut Window, scene: &Scene, frame: &Frame) {
    let harness = &mut window.harness;
    for id in scene.clicks {
        let label = message(frame.language, id);
        // Not by the pointer: it may be out of sight.
        harness.get_by_label(&label).click_accesskit();
        harness.run();
    }
    if !scene.whole.is_empty() {
        let label = message(frame.language, "solve-label");
        let field = harness.get_by_role_and_label(Role::TextInput, &label);
        field.focus();
        field.type_text(scene.whole);
        harness.run();
        harness.key_press(egui::Key::Enter);
        harness.run();
    }
}

/// A scene's view, to be looked at in a frame.
fn seen_in(scene: &Scene, frame: &Frame) -> View {
    let mut view = scene.view.clone();
    view.me.preferences = Arc::new(Preferences {
        language: Some(frame.language.code().to_owned()),
        look: frame.look,
        ..Preferences::clone(&view.me.preferences)
    });
    view
}

/// Shows the scene in a frame.
fn put_in(window: &mut Window, scene: &Scene, frame: &Frame) {
    window.show(seen_in(scene, frame));
    window.harness.set_size(frame.size);
    window.harness.run();
}

/// Everything that can be clicked or typed into.
fn controls(window: &Window) -> BTreeSet<String> {
    let all = window.harness.root().children_recursive();
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
fn draw(window: &mut Window, scene: &Scene, frame: &Frame) -> (RgbaImage, Vec<String>) {
    put_in(window, scene, frame);
    let window = &mut window.harness;
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
        for (under, over) in overlapping(window) {
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

/// A picture of half the size.
fn half(image: &RgbaImage) -> RgbaImage {
    let (width, height) = (image.width() / 2, image.height() / 2);
    let row = 4 * image.width() as usize;
    let bytes = image.as_raw().as_slice();
    let mut half = Vec::with_capacity(bytes.len() / 4);
    // Loops as plain as these are fast also where nothing is optimized.
    let mut at = 0;
    for _ in 0..height {
        for _ in 0..width {
            for n in at..at + 4 {
                let upper = bytes[n] as u16 + bytes[n + 4] as u16;
                let lower = bytes[n + row] as u16 + bytes[n + row + 4] as u16;
                half.push(((upper + lower + 2) / 4) as u8);
            }
            at += 8;
        }
        at += row;
    }
    RgbaImage::from_raw(width, height, half).expect("a quarter of the pixels")
}
