//! Draws a window without a GPU: what the window tessellates, triangle by
//! triangle. The same pixels on every machine, so that pictures can be
//! compared.

use std::collections::HashMap;

use eframe::egui::{
    self, Color32, ColorImage, ImageData, Pos2, Rect, TextureFilter, TextureId, TexturesDelta,
    epaint::{ImageDelta, Mesh, Primitive, Vertex},
    pos2,
};
use egui_kittest::TestRenderer;
use image::RgbaImage;

/// Keeps the textures, and draws.
#[derive(Default)]
pub struct Painter {
    textures: HashMap<TextureId, Texture>,
}

struct Texture {
    image: ColorImage,
    smooth: bool,
}

impl TestRenderer for Painter {
    fn handle_delta(&mut self, delta: &mut TexturesDelta) {
        for (id, changes) in delta.set.drain() {
            for change in changes {
                self.change(id, change);
            }
        }
        for id in delta.free.drain() {
            self.textures.remove(&id);
        }
    }

    fn render(
        &mut self,
        ctx: &egui::Context,
        output: &egui::FullOutput,
    ) -> Result<RgbaImage, String> {
        let scale = output.pixels_per_point;
        let size = ctx.content_rect().size() * scale;
        let mut canvas = Canvas::new(size.x.round() as usize, size.y.round() as usize);
        for clipped in ctx.tessellate(output.shapes.clone(), scale) {
            let Primitive::Mesh(mesh) = clipped.primitive else {
                return Err("a paint callback cannot be drawn".to_owned());
            };
            let texture = self.textures.get(&mesh.texture_id);
            let texture = texture.ok_or_else(|| format!("no texture {:?}", mesh.texture_id))?;
            canvas.draw(&mesh, texture, clipped.clip_rect * scale, scale);
        }
        Ok(canvas.into_image())
    }
}

impl Painter {
    fn change(&mut self, id: TextureId, change: ImageDelta) {
        let ImageData::Color(image) = change.image;
        let Some([left, top]) = change.pos else {
            let texture = Texture {
                image: (*image).clone(),
                smooth: change.options.magnification == TextureFilter::Linear,
            };
            self.textures.insert(id, texture);
            return;
        };
        let Some(texture) = self.textures.get_mut(&id) else {
            return;
        };
        let [width, height] = image.size;
        let across = texture.image.size[0];
        for row in 0..height {
            let from = &image.pixels[row * width..][..width];
            texture.image.pixels[(top + row) * across + left..][..width].copy_from_slice(from);
        }
    }
}

impl Texture {
    /// The colour at a place from 0 to 1, each channel from 0 to 1.
    fn at(&self, uv: Pos2) -> [f32; 4] {
        let [width, height] = self.image.size;
        let pixel = |x: f32, y: f32| {
            let x = (x.max(0.0) as usize).min(width - 1);
            let y = (y.max(0.0) as usize).min(height - 1);
            channels(self.image.pixels[y * width + x])
        };
        let (x, y) = (uv.x * width as f32, uv.y * height as f32);
        if !self.smooth {
            return pixel(x, y);
        }
        let (x, y) = (x - 0.5, y - 0.5);
        let (left, top) = (x.floor(), y.floor());
        let (right, down) = (x - left, y - top);
        // In the middle of a texel, as nearly all letters are.
        if right.min(1.0 - right) < 0.002 && down.min(1.0 - down) < 0.002 {
            return pixel(x.round(), y.round());
        }
        let [a, b] = [pixel(left, top), pixel(left + 1.0, top)];
        let [c, d] = [pixel(left, top + 1.0), pixel(left + 1.0, top + 1.0)];
        lerp(lerp(a, b, right), lerp(c, d, right), down)
    }
}

fn channels(color: Color32) -> [f32; 4] {
    let [r, g, b, a] = color.to_array();
    let unit = 1.0 / 255.0;
    [
        r as f32 * unit,
        g as f32 * unit,
        b as f32 * unit,
        a as f32 * unit,
    ]
}

/// Premultiplied colours in gamma space, as egui blends them.
struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<[f32; 4]>,
}

impl Canvas {
    fn new(width: usize, height: usize) -> Self {
        let pixels = vec![[0.0, 0.0, 0.0, 1.0]; width * height];
        Self {
            width,
            height,
            pixels,
        }
    }

    fn draw(&mut self, mesh: &Mesh, texture: &Texture, clip: Rect, scale: f32) {
        let clip = Rect::from_min_max(clip.min.round(), clip.max.round());
        let whole = Rect::from_min_max(Pos2::ZERO, pos2(self.width as f32, self.height as f32));
        let clip = clip.intersect(whole);
        for corners in mesh.indices.chunks_exact(3) {
            let corner = |n: usize| {
                let mut vertex = mesh.vertices[corners[n] as usize];
                vertex.pos = (vertex.pos.to_vec2() * scale).to_pos2();
                vertex
            };
            self.triangle([corner(0), corner(1), corner(2)], texture, clip);
        }
    }

    fn triangle(&mut self, [a, mut b, mut c]: [Vertex; 3], texture: &Texture, clip: Rect) {
        let mut area = cross(a.pos, b.pos, c.pos);
        if area < 0.0 {
            std::mem::swap(&mut b, &mut c);
            area = -area;
        }
        if area <= 0.0 {
            return;
        }
        let hull = Rect::from_points(&[a.pos, b.pos, c.pos]).intersect(clip);
        let edges = [(b.pos, c.pos), (c.pos, a.pos), (a.pos, b.pos)];
        let colors = [a, b, c].map(|vertex| channels(vertex.color));
        let flat = colors[0] == colors[1] && colors[1] == colors[2];
        let one_texel = a.uv == b.uv && b.uv == c.uv;
        let texel = texture.at(a.uv);
        let solid = times(colors[0], texel);
        for y in hull.top().floor() as usize..hull.bottom().ceil().max(0.0) as usize {
            let Some((from, to)) = span(edges, y, clip, hull) else {
                continue;
            };
            let row = &mut self.pixels[y * self.width..][from..to];
            if flat && one_texel {
                if solid[3] >= 1.0 {
                    row.fill(solid);
                } else {
                    for under in row {
                        blend(under, solid);
                    }
                }
                continue;
            }
            for (n, under) in row.iter_mut().enumerate() {
                let at = pos2((from + n) as f32 + 0.5, y as f32 + 0.5);
                let u = cross(edges[0].0, edges[0].1, at) / area;
                let v = cross(edges[1].0, edges[1].1, at) / area;
                let w = 1.0 - u - v;
                let color = if flat {
                    colors[0]
                } else {
                    mixed(colors, u, v, w)
                };
                let texel = if one_texel {
                    texel
                } else {
                    texture.at(pos2(
                        a.uv.x * u + b.uv.x * v + c.uv.x * w,
                        a.uv.y * u + b.uv.y * v + c.uv.y * w,
                    ))
                };
                blend(under, times(color, texel));
            }
        }
    }

    fn into_image(self) -> RgbaImage {
        let mut bytes = Vec::with_capacity(self.pixels.len() * 4);
        for [r, g, b, a] in self.pixels {
            // From 0 to 1, so this rounds.
            let byte = |channel: f32| (channel * 255.0 + 0.5) as u8;
            bytes.extend_from_slice(&[byte(r), byte(g), byte(b), byte(a)]);
        }
        RgbaImage::from_raw(self.width as u32, self.height as u32, bytes)
            .expect("as many bytes as pixels")
    }
}

/// Which pixels of a row are in a triangle: those whose centres are, by the rule
/// of GPUs for two that share an edge: the top and left ones are inside.
fn span(edges: [(Pos2, Pos2); 3], y: usize, clip: Rect, hull: Rect) -> Option<(usize, usize)> {
    let is_in = |x: usize| {
        let at = pos2(x as f32 + 0.5, y as f32 + 0.5);
        clip.contains(at)
            && edges.iter().all(|&(from, to)| {
                let side = cross(from, to, at);
                let along = to - from;
                let top_left = along.y < 0.0 || (along.y == 0.0 && along.x > 0.0);
                side > 0.0 || (side == 0.0 && top_left)
            })
    };
    // Where the row crosses the edges, and a pixel more on both sides.
    let center = y as f32 + 0.5;
    let (mut left, mut right) = (hull.right(), hull.left());
    for (from, to) in edges {
        let (low, high) = (from.y.min(to.y), from.y.max(to.y));
        if center < low - 1.0 || center > high + 1.0 {
            continue;
        }
        let share = if high > low {
            ((center - from.y) / (to.y - from.y)).clamp(0.0, 1.0)
        } else {
            0.0
        };
        let x = from.x + (to.x - from.x) * share;
        left = left.min(x);
        right = right.max(x);
        if high - low < 1.0 {
            left = left.min(from.x.min(to.x));
            right = right.max(from.x.max(to.x));
        }
    }
    let mut first = (left.max(hull.left()).floor() as usize).saturating_sub(1);
    let mut end = right.min(hull.right()).ceil().max(0.0) as usize + 1;
    while first < end && !is_in(first) {
        first += 1;
    }
    while end > first && !is_in(end - 1) {
        end -= 1;
    }
    (first < end).then_some((first, end))
}

// Written out: without optimisation, closures over arrays take ten times as long.
fn times(a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
    [a[0] * b[0], a[1] * b[1], a[2] * b[2], a[3] * b[3]]
}

fn blend(under: &mut [f32; 4], over: [f32; 4]) {
    let through = 1.0 - over[3];
    under[0] = over[0] + under[0] * through;
    under[1] = over[1] + under[1] * through;
    under[2] = over[2] + under[2] * through;
    under[3] = over[3] + under[3] * through;
}

fn mixed([a, b, c]: [[f32; 4]; 3], u: f32, v: f32, w: f32) -> [f32; 4] {
    [
        a[0] * u + b[0] * v + c[0] * w,
        a[1] * u + b[1] * v + c[1] * w,
        a[2] * u + b[2] * v + c[2] * w,
        a[3] * u + b[3] * v + c[3] * w,
    ]
}

fn lerp(a: [f32; 4], b: [f32; 4], t: f32) -> [f32; 4] {
    [
        a[0] + (b[0] - a[0]) * t,
        a[1] + (b[1] - a[1]) * t,
        a[2] + (b[2] - a[2]) * t,
        a[3] + (b[3] - a[3]) * t,
    ]
}

/// Twice the area of a triangle; positive if it turns clockwise on the screen.
fn cross(a: Pos2, b: Pos2, c: Pos2) -> f32 {
    let (ab, ac) = (b - a, c - a);
    ab.x * ac.y - ab.y * ac.x
}
