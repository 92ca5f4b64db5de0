//! Kanna and her things: drawn as SVG, turned into textures of the size they
//! are shown at; and the world around her: sky, clouds, hills, and what falls
//! from above.

use std::collections::HashMap;

use eframe::egui::{
    self, Color32, ColorImage, Mesh, Rect, Shape, Stroke, TextureHandle, TextureOptions, Vec2,
    pos2, vec2,
};
use resvg::{
    tiny_skia::{Pixmap, Transform},
    usvg,
};

use super::packed::{packed, unpacked};
use super::theme::{CARD_RADIUS, Palette, mix};
use crate::game::Reaction;

const KANNA: &[u8] = packed!("kanna/kanna.svg");
const BALLOON: &str = include_str!("../../assets/kanna/balloon.svg");
const POP: &str = include_str!("../../assets/kanna/pop.svg");
const CLOUD: &str = include_str!("../../assets/kanna/cloud.svg");
const RAINCLOUD: &str = include_str!("../../assets/kanna/raincloud.svg");
const PUDDLE: &str = include_str!("../../assets/kanna/puddle.svg");
const HILL: &str = include_str!("../../assets/kanna/hill.svg");
const CROWN: &str = include_str!("../../assets/kanna/crown.svg");
const REACTIONS: &str = include_str!("../../assets/kanna/reactions.svg");
const ICON: &[u8] = include_bytes!("../../assets/kanna/icon-192.png");

/// The two colours in `balloon.svg` and `pop.svg` that are replaced.
const BALLOON_MAIN: &str = "#ff8fa3";
const BALLOON_SHADE: &str = "#e86f88";

/// The balloons' colours, main and shade. The letters on them do not depend
/// on telling them apart.
pub(super) const BALLOONS: [[&str; 2]; 6] = [
    ["#ff8fa3", "#e86f88"],
    ["#ffc56b", "#e8a548"],
    ["#8fd694", "#6bb873"],
    ["#7cc4f0", "#559fd0"],
    ["#b9a2f0", "#957cd4"],
    ["#f7a8e0", "#db82c0"],
];

/// Textures are made in steps of so many pixels, and drawn a little smaller:
/// resizing the window does not make a new one a frame.
const STEP: f32 = 48.0;

/// The largest texture, in pixels.
const MAX_PIXELS: f32 = 1600.0;

/// How many textures are kept. A scene has about a dozen.
const MAX_TEXTURES: usize = 64;

/// What can be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Picture {
    /// Kanna, as she feels after so many misses, 0 to 6.
    Kanna(u32),
    /// The same, with her eyes shut.
    Blink(u32),
    /// Kanna after a win.
    Won,
    /// By its place in [`BALLOONS`].
    Balloon(usize),
    Pop(usize),
    Cloud,
    Raincloud,
    Puddle,
    Hill,
    Crown,
    Reaction(Reaction),
}

impl Picture {
    /// Width and height in the drawing's own units.
    pub(super) fn size(self) -> Vec2 {
        match self {
            Self::Kanna(_) | Self::Blink(_) | Self::Won => vec2(400.0, 480.0),
            Self::Balloon(_) => vec2(100.0, 130.0),
            Self::Pop(_) => vec2(100.0, 100.0),
            Self::Cloud => vec2(200.0, 90.0),
            Self::Raincloud => vec2(240.0, 140.0),
            Self::Puddle => vec2(260.0, 60.0),
            Self::Hill => vec2(800.0, 160.0),
            Self::Crown | Self::Reaction(_) => vec2(64.0, 64.0),
        }
    }

    fn svg(self) -> String {
        let coloured = |svg: &str, n: usize| {
            let [main, shade] = BALLOONS[n % BALLOONS.len()];
            svg.replace(BALLOON_MAIN, main)
                .replace(BALLOON_SHADE, shade)
        };
        match self {
            Self::Kanna(_) | Self::Blink(_) | Self::Won => unpacked(KANNA),
            Self::Balloon(n) => coloured(BALLOON, n),
            Self::Pop(n) => coloured(POP, n),
            Self::Cloud => CLOUD.to_owned(),
            Self::Raincloud => RAINCLOUD.to_owned(),
            Self::Puddle => PUDDLE.to_owned(),
            Self::Hill => HILL.to_owned(),
            Self::Crown => CROWN.to_owned(),
            Self::Reaction(_) => REACTIONS.to_owned(),
        }
    }

    /// Which parts of the drawing are shown.
    fn style(self) -> Option<String> {
        let (class, eyes) = match self {
            Self::Kanna(n) => (format!("m{}", n.min(6)), String::new()),
            Self::Blink(n) => {
                let n = n.min(6);
                let shut = format!(".m{n}.eyes{{display:none}} .b{n}{{display:inline}}");
                (format!("m{n}"), shut)
            }
            Self::Won => ("mwin".to_owned(), String::new()),
            Self::Reaction(reaction) => {
                let code = reaction.code();
                return Some(format!(".r{{display:none}} .r-{code}{{display:inline}}"));
            }
            _ => return None,
        };
        Some(format!(
            ".mood{{display:none}} .blink{{display:none}} .{class}{{display:inline}} {eyes}"
        ))
    }
}

/// The textures that are in use.
#[derive(Default)]
pub(super) struct Art {
    textures: HashMap<(Picture, u32), TextureHandle>,
}

impl Art {
    /// Draws a picture into a rectangle.
    pub(super) fn paint(&mut self, painter: &egui::Painter, picture: Picture, rect: Rect) {
        let pixels = rect.width() * painter.pixels_per_point();
        let steps = (pixels / STEP).ceil().clamp(1.0, MAX_PIXELS / STEP);
        if self.textures.len() >= MAX_TEXTURES {
            self.textures.clear();
        }
        // At most a few dozen, so the conversion is exact.
        let texture = self
            .textures
            .entry((picture, steps as u32))
            .or_insert_with(|| {
                // A drawing that cannot be read leaves its place empty; the
                // tests make sure that all can be.
                let image = rasterize(picture, steps * STEP)
                    .unwrap_or_else(|| ColorImage::filled([1, 1], Color32::TRANSPARENT));
                let name = format!("{picture:?}");
                painter
                    .ctx()
                    .load_texture(name, image, TextureOptions::LINEAR)
            });
        let uv = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
        painter.image(texture.id(), rect, uv, Color32::WHITE);
    }
}

/// Draws a picture so many pixels wide; `None` if its drawing cannot be read.
fn rasterize(picture: Picture, width: f32) -> Option<ColorImage> {
    let options = usvg::Options {
        style_sheet: picture.style(),
        ..usvg::Options::default()
    };
    let tree = usvg::Tree::from_str(&picture.svg(), &options).ok()?;
    let scale = width / picture.size().x;
    let height = (picture.size().y * scale).ceil();
    let mut pixmap = Pixmap::new(width as u32, height as u32)?;
    let natural = tree.size();
    let transform = Transform::from_scale(width / natural.width(), height / natural.height());
    resvg::render(&tree, transform, &mut pixmap.as_mut());
    let size = [pixmap.width() as usize, pixmap.height() as usize];
    Some(ColorImage::from_rgba_premultiplied(size, pixmap.data()))
}

/// The sky from light (0) to grey (1).
pub(super) fn grey_sky(p: &Palette, grey: f32) -> [Color32; 2] {
    [0, 1].map(|n| mix(p.sky[n], p.grey_sky[n], grey.clamp(0.0, 1.0)))
}

/// Fills a rectangle from the first colour at its top to the second.
pub(super) fn paint_sky(painter: &egui::Painter, rect: Rect, [top, bottom]: [Color32; 2]) {
    let mut mesh = Mesh::default();
    mesh.colored_vertex(rect.left_top(), top);
    mesh.colored_vertex(rect.right_top(), top);
    mesh.colored_vertex(rect.right_bottom(), bottom);
    mesh.colored_vertex(rect.left_bottom(), bottom);
    mesh.add_triangle(0, 1, 2);
    mesh.add_triangle(0, 2, 3);
    painter.add(Shape::mesh(mesh));
}

/// A cloud around a place of the scene, from 0 to 1, so many points wide.
pub(super) fn paint_cloud(
    art: &mut Art,
    painter: &egui::Painter,
    scene: Rect,
    at: Vec2,
    width: f32,
) {
    let cloud = Picture::Cloud;
    let size = vec2(width, width * cloud.size().y / cloud.size().x);
    let rect = Rect::from_center_size(scene.lerp_inside(at), size);
    art.paint(painter, cloud, rect);
}

/// Hills at the foot of a scene, so many points high, as often as they fit
/// next to each other.
pub(super) fn paint_hills(art: &mut Art, painter: &egui::Painter, scene: Rect, height: f32) {
    let hill = Picture::Hill;
    let natural = height * hill.size().x / hill.size().y;
    let count = (scene.width() / natural).round().max(1.0);
    let width = scene.width() / count;
    for n in 0..count as usize {
        let left = scene.left() + n as f32 * width;
        let min = pos2(left, scene.bottom() - height);
        art.paint(painter, hill, Rect::from_min_size(min, vec2(width, height)));
    }
}

/// Confetti that has come down so far, from 0 to 1.
pub(super) fn paint_confetti(painter: &egui::Painter, rect: Rect, fallen: f32) {
    // Scattered by a fixed rule: the same every time, and no frame differs.
    let colors = [
        Color32::from_rgb(255, 143, 163),
        Color32::from_rgb(255, 197, 107),
        Color32::from_rgb(143, 214, 148),
        Color32::from_rgb(124, 196, 240),
        Color32::from_rgb(185, 162, 240),
    ];
    let fall = (1.0 - fallen) * rect.height();
    for n in 0..70_u32 {
        let at = |seed: u32| scatter(n * 31 + seed);
        let center = rect.lerp_inside(vec2(at(0), at(1) * 0.85));
        let center = center - vec2(0.0, fall * (0.6 + at(2)));
        let turn = at(3) + (1.0 - fallen) * (at(4) - 0.5) * 3.0;
        let along = Vec2::angled(turn * std::f32::consts::TAU) * (2.5 + 3.0 * at(5));
        let across = along.rot90() * 0.6;
        let corners = vec![
            center + along + across,
            center + along - across,
            center - along - across,
            center - along + across,
        ];
        let color = colors[n as usize % colors.len()];
        painter.add(Shape::convex_polygon(corners, color, Stroke::NONE));
    }
}

/// A number from 0 to 1 that looks as if it had nothing to do with `n`
/// (the finalizer of MurmurHash3).
fn scatter(n: u32) -> f32 {
    let mut bits = n.wrapping_add(1).wrapping_mul(0x9e37_79b9);
    bits = (bits ^ (bits >> 16)).wrapping_mul(0x85eb_ca6b);
    bits = (bits ^ (bits >> 13)).wrapping_mul(0xc2b2_ae35);
    (bits >> 8) as f32 / (1 << 24) as f32
}

/// Rounds a scene's corners, over whatever reaches into them.
pub(super) fn round_off(painter: &egui::Painter, rect: Rect, ground: Color32) {
    painter.rect_stroke(
        rect.expand(3.0),
        f32::from(CARD_RADIUS) + 3.0,
        Stroke::new(6.0, ground),
        egui::StrokeKind::Middle,
    );
}

/// The program's icon.
pub(super) fn icon() -> egui::IconData {
    match image::load_from_memory_with_format(ICON, image::ImageFormat::Png) {
        Ok(icon) => {
            let icon = icon.into_rgba8();
            egui::IconData {
                width: icon.width(),
                height: icon.height(),
                rgba: icon.into_raw(),
            }
        }
        // The tests make sure that it can be read.
        Err(_) => egui::IconData::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_picture_can_be_drawn_and_every_mood_differs() {
        let moods = (0..=6).map(Picture::Kanna).chain([Picture::Won]);
        let images: Vec<_> = moods
            .map(|mood| rasterize(mood, 96.0).expect("a mood"))
            .collect();
        for (i, a) in images.iter().enumerate() {
            let drawn = a.pixels.iter().filter(|p| p.a() > 0).count();
            assert!(drawn > 96 * 115 / 5, "mood {i} is almost empty: {drawn}");
            for (j, b) in images.iter().enumerate().skip(i + 1) {
                assert_ne!(a.pixels, b.pixels, "moods {i} and {j}");
            }
        }
        for (n, open) in (0..=6).zip(&images) {
            let shut = rasterize(Picture::Blink(n), 96.0).expect("a blink");
            assert_ne!(shut.pixels, open.pixels, "mood {n}");
        }
        let others = [
            Picture::Pop(0),
            Picture::Cloud,
            Picture::Raincloud,
            Picture::Puddle,
            Picture::Hill,
            Picture::Crown,
        ];
        for picture in others {
            let image = rasterize(picture, 48.0).expect("a picture");
            assert!(image.pixels.iter().any(|p| p.a() > 0), "{picture:?}");
        }
        let balloons: Vec<_> = (0..6)
            .map(|n| {
                rasterize(Picture::Balloon(n), 48.0)
                    .expect("a balloon")
                    .pixels
            })
            .collect();
        for (i, a) in balloons.iter().enumerate() {
            assert!(balloons.iter().skip(i + 1).all(|b| a != b), "balloon {i}");
        }
        assert_eq!(icon().width, 192);
    }
}
