//! The world around Kanna: sky, clouds, hills, and what falls from above.

use eframe::egui::{self, Color32, Mesh, Rect, Shape, Stroke, Vec2, pos2, vec2};

use super::{
    art::{Art, Picture},
    theme::{CARD_RADIUS, Palette, mix},
};

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
