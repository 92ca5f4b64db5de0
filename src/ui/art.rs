//! Kanna and her things: drawn as SVG, turned into textures of the size they
//! are shown at.

use std::collections::HashMap;

use eframe::egui::{self, Color32, ColorImage, TextureHandle, TextureOptions, Vec2};
use resvg::{
    tiny_skia::{Pixmap, Transform},
    usvg,
};

use crate::game::Reaction;

const KANNA: &str = include_str!("../../assets/kanna/kanna.svg");
const BALLOON: &str = include_str!("../../assets/kanna/balloon.svg");
const POP: &str = include_str!("../../assets/kanna/pop.svg");
const CLOUD: &str = include_str!("../../assets/kanna/cloud.svg");
const RAINCLOUD: &str = include_str!("../../assets/kanna/raincloud.svg");
const PUDDLE: &str = include_str!("../../assets/kanna/puddle.svg");
const HILL: &str = include_str!("../../assets/kanna/hill.svg");
const CROWN: &str = include_str!("../../assets/kanna/crown.svg");
const REACTIONS: &str = include_str!("../../assets/kanna/reactions.svg");
const ICON: &[u8] = include_bytes!("../../assets/kanna/icon-256.png");

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
    Kanna(Mood),
    /// Kanna after so many misses, with her eyes shut.
    Blink(u32),
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

/// How Kanna feels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Mood {
    /// By the misses, 0 to 6.
    Misses(u32),
    Won,
}

impl Picture {
    /// The drawing, and its width and height in its own units.
    fn drawing(self) -> (&'static str, Vec2) {
        match self {
            Self::Kanna(_) | Self::Blink(_) => (KANNA, Vec2::new(400.0, 480.0)),
            Self::Balloon(_) => (BALLOON, Vec2::new(100.0, 130.0)),
            Self::Pop(_) => (POP, Vec2::new(100.0, 100.0)),
            Self::Cloud => (CLOUD, Vec2::new(200.0, 90.0)),
            Self::Raincloud => (RAINCLOUD, Vec2::new(240.0, 140.0)),
            Self::Puddle => (PUDDLE, Vec2::new(260.0, 60.0)),
            Self::Hill => (HILL, Vec2::new(800.0, 160.0)),
            Self::Crown => (CROWN, Vec2::new(64.0, 64.0)),
            Self::Reaction(_) => (REACTIONS, Vec2::new(64.0, 64.0)),
        }
    }

    /// Width and height in the drawing's own units.
    pub(super) fn size(self) -> Vec2 {
        self.drawing().1
    }

    fn svg(self) -> String {
        let (svg, _) = self.drawing();
        let (Self::Balloon(n) | Self::Pop(n)) = self else {
            return svg.to_owned();
        };
        let [main, shade] = BALLOONS[n % BALLOONS.len()];
        svg.replace(BALLOON_MAIN, main)
            .replace(BALLOON_SHADE, shade)
    }

    /// Which parts of the drawing are shown.
    fn style(self) -> Option<String> {
        let (mood, eyes) = match self {
            Self::Kanna(mood) => (mood, String::new()),
            Self::Blink(n) => {
                let n = n.min(6);
                let shut = format!(".m{n}.eyes{{display:none}} .b{n}{{display:inline}}");
                (Mood::Misses(n), shut)
            }
            Self::Reaction(reaction) => {
                let code = reaction.code();
                return Some(format!(".r{{display:none}} .r-{code}{{display:inline}}"));
            }
            _ => return None,
        };
        let class = match mood {
            Mood::Misses(n) => format!("m{}", n.min(6)),
            Mood::Won => "mwin".to_owned(),
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
    pub(super) fn paint(&mut self, painter: &egui::Painter, picture: Picture, rect: egui::Rect) {
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
                let image = rasterize(picture, steps * STEP);
                let name = format!("{picture:?}");
                painter
                    .ctx()
                    .load_texture(name, image, TextureOptions::LINEAR)
            });
        let uv = egui::Rect::from_min_max(egui::pos2(0.0, 0.0), egui::pos2(1.0, 1.0));
        painter.image(texture.id(), rect, uv, Color32::WHITE);
    }
}

/// Draws a picture so many pixels wide. A drawing that cannot be read leaves
/// its place empty; the tests make sure that all can be.
fn rasterize(picture: Picture, width: f32) -> ColorImage {
    try_rasterize(picture, width)
        .unwrap_or_else(|| ColorImage::filled([1, 1], Color32::TRANSPARENT))
}

fn try_rasterize(picture: Picture, width: f32) -> Option<ColorImage> {
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
        let moods: Vec<_> = (0..=6).map(Mood::Misses).chain([Mood::Won]).collect();
        let images: Vec<_> = moods
            .iter()
            .map(|mood| try_rasterize(Picture::Kanna(*mood), 96.0).expect("a mood"))
            .collect();
        for (i, a) in images.iter().enumerate() {
            let drawn = a.pixels.iter().filter(|p| p.a() > 0).count();
            assert!(drawn > 96 * 115 / 5, "mood {i} is almost empty: {drawn}");
            for (j, b) in images.iter().enumerate().skip(i + 1) {
                assert_ne!(a.pixels, b.pixels, "moods {i} and {j}");
            }
        }
        for (n, open) in (0..=6).zip(&images) {
            let shut = try_rasterize(Picture::Blink(n), 96.0).expect("a blink");
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
            let image = try_rasterize(picture, 48.0).expect("a picture");
            assert!(image.pixels.iter().any(|p| p.a() > 0), "{picture:?}");
        }
        let balloons: Vec<_> = (0..6)
            .map(|n| {
                try_rasterize(Picture::Balloon(n), 48.0)
                    .expect("a balloon")
                    .pixels
            })
            .collect();
        for (i, a) in balloons.iter().enumerate() {
            assert!(balloons.iter().skip(i + 1).all(|b| a != b), "balloon {i}");
        }
        assert_eq!(icon().width, 256);
    }
}
