//! The story in a picture: Kanna under her balloons, one for each chance.

use eframe::egui::{
    self, Align2, Color32, FontId, Mesh, Pos2, Rect, Shape, Stroke, Vec2, epaint::CubicBezierShape,
    pos2, vec2,
};

use super::{
    art::{Art, Mood, Picture},
    theme::{CARD_RADIUS, Palette, mix},
    words::tr,
};
use crate::{
    game::{CHANCES, GuessMade, Phase, Round, Tried},
    node::RoomView,
};

/// Where Kanna's fist holds the strings, in her drawing's units.
const GRIP: Vec2 = vec2(200.0, 60.0);

/// The balloons around the grip, in units of a balloon's width, and the order
/// in which they pop: the outer ones first.
const PLACES: [(f32, f32); 6] = [
    (-0.42, -1.55),
    (0.52, -1.62),
    (0.05, -2.45),
    (-1.25, -2.1),
    (1.3, -2.2),
    (-0.75, -3.0),
];

/// Draws the scene of a room into the space there is.
pub(super) fn scene_ui(ui: &mut egui::Ui, art: &mut Art, room: &RoomView, size: Vec2) {
    let (rect, response) = ui.allocate_exact_size(size, egui::Sense::hover());
    let description = describe(room);
    response
        .widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, description.clone()));
    if !ui.is_rect_visible(rect) {
        return;
    }
    let round = room.state.game().round();
    let misses = round.map_or(0, |round| CHANCES - round.chances_left());
    let won = room.state.game().phase() == Phase::Won;
    let painter = ui.painter_at(rect);
    paint_sky(&painter, Palette::of(ui), rect, misses, won);
    let cloud = Picture::Cloud;
    let cloud_at = |x: f32, y: f32, w: f32| {
        let size = vec2(w, w * cloud.size().y / cloud.size().x);
        Rect::from_center_size(rect.lerp_inside(vec2(x, y)), size)
    };
    art.paint(&painter, cloud, cloud_at(0.16, 0.2, rect.width() * 0.26));
    art.paint(&painter, cloud, cloud_at(0.86, 0.38, rect.width() * 0.22));
    let hill = Rect::from_min_max(
        pos2(rect.left(), rect.bottom() - rect.height() * 0.17),
        rect.right_bottom(),
    );
    art.paint(&painter, Picture::Hill, hill);
    if won {
        paint_win(art, &painter, rect);
    } else if misses >= CHANCES {
        paint_loss(art, &painter, rect);
    } else {
        paint_flight(art, &painter, ui, rect, misses);
    }
    if let Some(round) = round
        && misses > 0
        && !won
    {
        paint_last_miss(&painter, ui, rect, room, round);
    }
    // Rounded corners, over whatever reaches into them.
    let ground = Palette::of(ui).ground;
    painter.rect_stroke(
        rect.expand(3.0),
        f32::from(CARD_RADIUS) + 3.0,
        Stroke::new(6.0, ground),
        egui::StrokeKind::Middle,
    );
}

/// The picture in words.
fn describe(room: &RoomView) -> String {
    match room.state.game().round() {
        None => tr!("kanna-waits"),
        Some(round) => match (round.phase(), round.chances_left()) {
            (Phase::Won, _) => tr!("kanna-won"),
            (Phase::Lost, _) => tr!("kanna-lost"),
            (_, n) => tr!("kanna-floats", count = n),
        },
    }
}

fn paint_sky(painter: &egui::Painter, p: &Palette, rect: Rect, misses: u32, won: bool) {
    let grey = misses as f32 / CHANCES as f32;
    let [top, bottom] = if won {
        p.win_sky
    } else {
        [
            mix(p.sky[0], p.grey_sky[0], grey),
            mix(p.sky[1], p.grey_sky[1], grey),
        ]
    };
    let mut mesh = Mesh::default();
    mesh.colored_vertex(rect.left_top(), top);
    mesh.colored_vertex(rect.right_top(), top);
    mesh.colored_vertex(rect.right_bottom(), bottom);
    mesh.colored_vertex(rect.left_bottom(), bottom);
    mesh.add_triangle(0, 1, 2);
    mesh.add_triangle(0, 2, 3);
    painter.add(Shape::mesh(mesh));
}

/// Kanna's size: the whole group of her and six balloons fits the scene.
fn kanna_height(rect: Rect) -> f32 {
    (rect.height() * 0.46).min(rect.width() * 0.72)
}

fn paint_flight(art: &mut Art, painter: &egui::Painter, ui: &egui::Ui, rect: Rect, misses: u32) {
    let picture = Picture::Kanna(Mood::Misses(misses));
    let height = kanna_height(rect);
    let scale = height / picture.size().y;
    // She sinks from just below the balloons to just above the grass.
    let highest = rect.top() + height * 0.98;
    let lowest = rect.bottom() - rect.height() * 0.1 - height * 0.82;
    let sunk = misses as f32 / (CHANCES - 1) as f32;
    let grip = pos2(
        rect.center().x + height * 0.06,
        egui::lerp(highest..=lowest.max(highest), sunk),
    );
    let width = height * 0.225;
    let size = Picture::Balloon(0).size() * (width / 100.0);
    let left = (CHANCES - misses) as usize;
    let line = mix(Palette::of(ui).text, Color32::GRAY, 0.5);
    for &(x, y) in &PLACES[..left] {
        let knot = grip + vec2(x, y) * width;
        painter.add(CubicBezierShape::from_points_stroke(
            [
                knot,
                knot + vec2(0.0, 0.6 * width),
                grip - vec2(x * 0.1 * width, 0.8 * width),
                grip,
            ],
            false,
            Color32::TRANSPARENT,
            Stroke::new(1.5, line),
        ));
    }
    // From the back to the front.
    for n in (0..left).rev() {
        let (x, y) = PLACES[n];
        let knot = grip + vec2(x, y) * width;
        let min = knot - vec2(size.x * 0.5, size.y * 124.0 / 130.0);
        art.paint(painter, Picture::Balloon(n), Rect::from_min_size(min, size));
    }
    if misses > 0 {
        let (x, y) = PLACES[left];
        let burst = Vec2::splat(width * 1.1);
        let center = grip + vec2(x, y) * width - vec2(0.0, size.y * 0.55);
        art.paint(
            painter,
            Picture::Pop(left),
            Rect::from_center_size(center, burst),
        );
    }
    paint_kanna(art, painter, picture, grip, scale);
}

fn paint_kanna(art: &mut Art, painter: &egui::Painter, picture: Picture, grip: Pos2, scale: f32) {
    let rect = Rect::from_min_size(grip - GRIP * scale, picture.size() * scale);
    art.paint(painter, picture, rect);
}

fn paint_loss(art: &mut Art, painter: &egui::Painter, rect: Rect) {
    let picture = Picture::Kanna(Mood::Misses(CHANCES));
    let height = kanna_height(rect) * 1.1;
    let scale = height / picture.size().y;
    let min = pos2(
        rect.center().x - 200.0 * scale,
        rect.bottom() - rect.height() * 0.06 - 465.0 * scale,
    );
    let at = |x: f32, y: f32, w: f32, h: f32| {
        Rect::from_min_size(min + vec2(x, y) * scale, vec2(w, h) * scale)
    };
    art.paint(painter, Picture::Puddle, at(45.0, 418.0, 340.0, 60.0));
    art.paint(painter, Picture::Raincloud, at(70.0, -10.0, 260.0, 152.0));
    art.paint(
        painter,
        picture,
        Rect::from_min_size(min, picture.size() * scale),
    );
}

fn paint_win(art: &mut Art, painter: &egui::Painter, rect: Rect) {
    let picture = Picture::Kanna(Mood::Won);
    let height = kanna_height(rect) * 1.3;
    let scale = height / picture.size().y;
    paint_confetti(painter, rect);
    let min = pos2(
        rect.center().x - 200.0 * scale,
        rect.center().y - height * 0.5,
    );
    art.paint(
        painter,
        picture,
        Rect::from_min_size(min, picture.size() * scale),
    );
}

fn paint_confetti(painter: &egui::Painter, rect: Rect) {
    // Scattered by a fixed rule: the same every time, and no frame differs.
    let colors = [
        Color32::from_rgb(255, 143, 163),
        Color32::from_rgb(255, 197, 107),
        Color32::from_rgb(143, 214, 148),
        Color32::from_rgb(124, 196, 240),
        Color32::from_rgb(185, 162, 240),
    ];
    for n in 0..70_u32 {
        let at = |seed: u32| ((n * seed) % 997) as f32 / 997.0;
        let center = rect.lerp_inside(vec2(at(613), at(389) * 0.85));
        let along = Vec2::angled(at(271) * std::f32::consts::TAU) * (2.5 + 3.0 * at(149));
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

/// What popped the last balloon: a letter, a word, or a hint that was paid.
fn last_miss(round: &Round) -> Option<(&GuessMade, String)> {
    let last = round.guesses().iter().rev().find(|guess| guess.costs())?;
    let what = match &last.tried {
        Tried::Letter(letter) => letter.as_char().to_uppercase().collect(),
        Tried::Whole(whole) => tr!("quoted", word = whole.shown()),
        Tried::Hint { .. } => String::new(),
    };
    Some((last, what))
}

/// Which letter popped the last balloon, and whose it was.
fn paint_last_miss(
    painter: &egui::Painter,
    ui: &egui::Ui,
    rect: Rect,
    room: &RoomView,
    round: &Round,
) {
    let Some((miss, letter)) = last_miss(round) else {
        return;
    };
    let who = room.state.game().name_of(&miss.by);
    let p = Palette::of(ui);
    let text = match miss.tried {
        Tried::Hint { .. } => tr!("pop-hint", who = who),
        Tried::Letter(_) | Tried::Whole(_) => tr!("pop-letter", what = letter, who = who),
    };
    let font = FontId::proportional(14.0);
    let max = rect.width() - 40.0;
    let galley = ui.ctx().fonts_mut(|fonts| {
        fonts.layout_job(egui::text::LayoutJob {
            wrap: egui::text::TextWrapping::truncate_at_width(max),
            ..egui::text::LayoutJob::simple_singleline(text, font, p.text)
        })
    });
    let ground = Align2::CENTER_TOP.anchor_size(
        rect.center_top() + vec2(0.0, 12.0),
        galley.size() + vec2(20.0, 8.0),
    );
    painter.rect_filled(ground, 12.0, p.card);
    painter.galley(ground.min + vec2(10.0, 4.0), galley, p.text);
}
