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
        let [a, b] = [pixel(left, top), pixel(left + 1.0, top)];
        let [c, d] = [pixel(left, top + 1.0), pixel(left + 1.0, top + 1.0)];
        std::array::from_fn(|i| {
            let above = a[i] + (b[i] - a[i]) * right;
            let below = c[i] + (d[i] - c[i]) * right;
            above + (below - above) * down
        })
    }
}

fn channels(color: Color32) -> [f32; 4] {
    color.to_array().map(|channel| f32::from(channel) / 255.0)
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
        let colors = [a, b, c].map(|vertex| channels(vertex.color));
        let flat = colors[0] == colors[1] && colors[1] == colors[2];
        let one_texel = a.uv == b.uv && b.uv == c.uv;
        let texel = texture.at(a.uv);
        // Pixels belong to one of two triangles that share an edge, by the
        // rule that GPUs use: the top and left edges are inside.
        let edges = [(b.pos, c.pos), (c.pos, a.pos), (a.pos, b.pos)];
        let inside = edges.map(|(from, to)| {
            let along = to - from;
            along.y < 0.0 || (along.y == 0.0 && along.x > 0.0)
        });
        for y in hull.top().floor() as usize..hull.bottom().ceil().max(0.0) as usize {
            for x in hull.left().floor() as usize..hull.right().ceil().max(0.0) as usize {
                let at = pos2(x as f32 + 0.5, y as f32 + 0.5);
                if !clip.contains(at) {
                    continue;
                }
                let parts = edges.map(|(from, to)| cross(from, to, at));
                let is_in = |n: usize| parts[n] > 0.0 || (parts[n] == 0.0 && inside[n]);
                if !(is_in(0) && is_in(1) && is_in(2)) {
                    continue;
                }
                let [u, v, w] = parts.map(|part| part / area);
                let color = if flat {
                    colors[0]
                } else {
                    std::array::from_fn(|i| colors[0][i] * u + colors[1][i] * v + colors[2][i] * w)
                };
                let texel = if one_texel {
                    texel
                } else {
                    let uv = a.uv.to_vec2() * u + b.uv.to_vec2() * v + c.uv.to_vec2() * w;
                    texture.at(uv.to_pos2())
                };
                let over: [f32; 4] = std::array::from_fn(|i| color[i] * texel[i]);
                let under = &mut self.pixels[y * self.width + x];
                *under = std::array::from_fn(|i| over[i] + under[i] * (1.0 - over[3]));
            }
        }
    }

    fn into_image(self) -> RgbaImage {
        let bytes = self.pixels.iter().flatten();
        let bytes = bytes.map(|channel| (channel * 255.0).round().clamp(0.0, 255.0) as u8);
        RgbaImage::from_raw(self.width as u32, self.height as u32, bytes.collect())
            .expect("as many bytes as pixels")
    }
}

/// Twice the area of a triangle; positive if it turns clockwise on the screen.
fn cross(a: Pos2, b: Pos2, c: Pos2) -> f32 {
    let (ab, ac) = (b - a, c - a);
    ab.x * ac.y - ab.y * ac.x
}
