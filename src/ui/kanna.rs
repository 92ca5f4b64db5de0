//! The story in a picture: Kanna under her balloons, one for each chance.

use eframe::egui::{
    self, Align2, Color32, FontId, Pos2, Rect, Stroke, Vec2, epaint::CubicBezierShape, pos2, vec2,
};

use super::{
    art::{Art, Picture, grey_sky, paint_cloud, paint_confetti, paint_hills, paint_sky, round_off},
    motion::{End, Motion, Pose, ease_out},
    theme::{Palette, mix},
    words::tr,
};
use crate::{
    game::{CHANCES, Names, Phase, Round, Tried},
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
pub(super) fn scene_ui(
    ui: &mut egui::Ui,
    art: &mut Art,
    room: &RoomView,
    names: &Names,
    motion: &mut Motion,
    calm: bool,
    size: Vec2,
) {
    let (rect, response) = ui.allocate_exact_size(size, egui::Sense::hover());
    let description = describe(room);
    response
        .widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, description.clone()));
    if !ui.is_rect_visible(rect) {
        return;
    }
    let pose = motion.pose(ui.ctx(), room, calm);
    let p = Palette::of(ui);
    let painter = ui.painter_at(rect);
    let sky = match pose.end {
        End::Won => p.win_sky,
        _ => grey_sky(p, pose.sunk / CHANCES as f32),
    };
    paint_sky(&painter, rect, sky);
    let line = mix(p.text, Color32::GRAY, 0.5);
    if is_banner(rect) {
        paint_banner(art, &painter, rect, &pose);
    } else {
        paint_cloud(art, &painter, rect, vec2(0.16, 0.2), rect.width() * 0.26);
        paint_cloud(art, &painter, rect, vec2(0.86, 0.38), rect.width() * 0.22);
        paint_hills(art, &painter, rect, rect.height() * 0.17);
        match pose.end {
            End::Won => paint_win(art, &painter, rect, &pose),
            End::Lost => paint_loss(art, &painter, rect, &pose),
            End::Not => paint_flight(art, &painter, rect, &pose, line),
        }
    }
    if let Some(round) = room.state.game().round()
        && pose.misses > 0
        && pose.popped
        && pose.end != End::Won
    {
        paint_last_miss(&painter, ui, rect, names, round);
    }
    round_off(&painter, rect, p.ground);
}

/// Whether there is only room for a low picture: then she looks out of it,
/// next to her balloons.
fn is_banner(rect: Rect) -> bool {
    rect.height() < 210.0 && rect.width() > rect.height() * 1.6
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

/// Kanna's size: the whole group of her and six balloons fits the scene.
fn kanna_height(rect: Rect) -> f32 {
    (rect.height() * 0.46).min(rect.width() * 0.72)
}

fn paint_flight(art: &mut Art, painter: &egui::Painter, rect: Rect, pose: &Pose, line: Color32) {
    let height = kanna_height(rect);
    // She sinks from just below the balloons to just above the grass.
    let highest = rect.top() + height * 0.98;
    let lowest = rect.bottom() - rect.height() * 0.1 - height * 0.82;
    let sunk = pose.sunk / (CHANCES - 1) as f32;
    let grip = pos2(
        rect.center().x + height * 0.06,
        egui::lerp(highest..=lowest.max(highest), sunk) - height * 0.012 * pose.breath,
    );
    let width = height * 0.225;
    let size = Picture::Balloon(0).size() * (width / 100.0);
    let left = CHANCES.saturating_sub(pose.misses) as usize;
    let sway = vec2(0.0, -0.05 * pose.breath);
    let knot_of = |n: usize| {
        let (x, y) = PLACES[n];
        grip + (vec2(x, y) + sway * (1.0 + n as f32 * 0.3)) * width
    };
    for (n, (x, _)) in PLACES.iter().enumerate().take(left) {
        let knot = knot_of(n);
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
        let min = knot_of(n) - vec2(size.x * 0.5, size.y * 124.0 / 130.0);
        art.paint(painter, Picture::Balloon(n), Rect::from_min_size(min, size));
    }
    if pose.misses > 0 && pose.popped {
        let center = knot_of(left) - vec2(0.0, size.y * 0.55);
        paint_pop(art, painter, center, width * 1.1, left, pose.done);
    }
    let picture = kanna_of(pose);
    let scale = height / picture.size().y;
    let mut rect = Rect::from_min_size(grip - GRIP * scale, picture.size() * scale);
    // A breath makes her a little longer, not wider.
    rect.max.y += rect.height() * 0.012 * pose.breath;
    art.paint(painter, picture, rect);
}

/// Kanna as she feels.
fn kanna_of(pose: &Pose) -> Picture {
    match pose.end {
        End::Won => Picture::Won,
        End::Lost => Picture::Kanna(CHANCES),
        End::Not if pose.blinks => Picture::Blink(pose.misses),
        End::Not => Picture::Kanna(pose.misses),
    }
}

/// What is left of a balloon: it bursts, and is seen for a while.
fn paint_pop(
    art: &mut Art,
    painter: &egui::Painter,
    center: Pos2,
    size: f32,
    nth: usize,
    done: f32,
) {
    // Out at once, and back a little.
    let grown = 0.5 + 0.8 * ease_out((done * 3.0).min(1.0)) - 0.3 * ease_out(done);
    let burst = Rect::from_center_size(center, Vec2::splat(size * grown));
    art.paint(painter, Picture::Pop(nth), burst);
}

fn paint_loss(art: &mut Art, painter: &egui::Painter, rect: Rect, pose: &Pose) {
    let height = kanna_height(rect) * 1.1;
    let picture = kanna_of(pose);
    let scale = height / picture.size().y;
    let min = pos2(
        rect.center().x - 200.0 * scale,
        rect.bottom() - rect.height() * 0.06 - 465.0 * scale,
    );
    let at = |x: f32, y: f32, w: f32, h: f32| {
        Rect::from_min_size(min + vec2(x, y) * scale, vec2(w, h) * scale)
    };
    // She comes down first, then the cloud moves in.
    let down = (pose.done * 2.0).min(1.0).powi(2);
    let cloud = ease_out((pose.done * 2.0 - 1.0).max(0.0));
    let puddle = at(45.0, 418.0, 340.0, 60.0);
    let puddle = puddle.scale_from_center(0.3 + 0.7 * down);
    art.paint(painter, Picture::Puddle, puddle);
    let drift = (1.0 - cloud) * rect.width();
    let raincloud = at(70.0, -10.0, 260.0, 152.0).translate(vec2(drift, 0.0));
    art.paint(painter, Picture::Raincloud, raincloud);
    let fall = (1.0 - down) * height * 0.5;
    let her = Rect::from_min_size(min, picture.size() * scale);
    art.paint(painter, picture, her.translate(vec2(0.0, -fall)));
}

fn paint_win(art: &mut Art, painter: &egui::Painter, rect: Rect, pose: &Pose) {
    let height = kanna_height(rect) * 1.3;
    let picture = kanna_of(pose);
    let scale = height / picture.size().y;
    paint_confetti(painter, rect, ease_out(pose.done));
    let min = pos2(
        rect.center().x - 200.0 * scale,
        rect.center().y - height * 0.5 - hop(pose.done) * height,
    );
    art.paint(
        painter,
        picture,
        Rect::from_min_size(min, picture.size() * scale),
    );
}

/// How high she jumps for joy, in her own height: thrice, lower each time.
fn hop(done: f32) -> f32 {
    (done * 3.0 * std::f32::consts::PI).sin().abs() * (1.0 - done) * 0.16
}

/// A low scene: she looks out of it at the left, her balloons stand in a row.
fn paint_banner(art: &mut Art, painter: &egui::Painter, rect: Rect, pose: &Pose) {
    let high = rect.height();
    paint_cloud(art, painter, rect, vec2(0.6, 0.2), high * 0.7);
    paint_cloud(art, painter, rect, vec2(0.93, 0.3), high * 0.6);
    paint_hills(art, painter, rect, high * 0.3);
    if pose.end == End::Won {
        paint_confetti(painter, rect, ease_out(pose.done));
    }
    let picture = kanna_of(pose);
    // Down to her waist.
    let scale = high * 1.45 / picture.size().y;
    let top = match pose.end {
        End::Won => 20.0,
        End::Lost => 120.0,
        End::Not => 48.0,
    };
    let jump = if pose.end == End::Won {
        hop(pose.done) * high
    } else {
        high * 0.012 * pose.breath
    };
    let min = pos2(
        rect.left() + high * 0.75 - 200.0 * scale,
        rect.top() - top * scale - jump,
    );
    art.paint(
        painter,
        picture,
        Rect::from_min_size(min, picture.size() * scale),
    );
    if pose.end == End::Lost {
        let cloud = Rect::from_min_size(
            rect.min + vec2(high * 1.4, high * 0.35),
            vec2(high * 0.9, high * 0.52),
        );
        art.paint(painter, Picture::Raincloud, cloud);
    }
    if pose.end != End::Not {
        return;
    }
    let first = rect.left() + high * 1.55;
    // Below the words about the last miss.
    let step = ((rect.right() - 16.0 - first) / CHANCES as f32).min(high * 0.36);
    let size = Picture::Balloon(0).size() * (step * 0.92 / 100.0);
    let left = CHANCES.saturating_sub(pose.misses) as usize;
    for n in 0..=left.min(PLACES.len() - 1) {
        let bob = if n % 2 == 0 { -0.04 } else { 0.04 } * (1.0 - pose.breath);
        let center = pos2(
            first + (n as f32 + 0.5) * step,
            rect.bottom() - high * (0.34 + bob),
        );
        if n < left {
            let balloon = Rect::from_center_size(center, size);
            art.paint(painter, Picture::Balloon(n), balloon);
        } else if pose.misses > 0 && pose.popped {
            paint_pop(art, painter, center, size.x, n, pose.done);
        }
    }
}

/// What popped the last balloon (a letter, a word, or a hint that was paid), and
/// whose it was.
fn paint_last_miss(
    painter: &egui::Painter,
    ui: &egui::Ui,
    rect: Rect,
    names: &Names,
    round: &Round,
) {
    let Some(miss) = round.guesses().iter().rev().find(|guess| guess.costs()) else {
        return;
    };
    let who = names.name_of(&miss.by);
    let p = Palette::of(ui);
    let what = match &miss.tried {
        Tried::Letter(letter) => Some(letter.upper()),
        Tried::Whole(whole) => Some(tr!("quoted", word = whole.shown())),
        Tried::Hint { .. } => None,
    };
    let text = match what {
        Some(what) => tr!("pop-letter", what = what, who = who),
        None => tr!("pop-hint", who = who),
    };
    let font = FontId::proportional(14.0);
    let max = rect.width() - 40.0;
    let galley = ui.ctx().fonts_mut(|fonts| {
        fonts.layout_job(egui::text::LayoutJob {
            wrap: egui::text::TextWrapping::truncate_at_width(max),
            ..egui::text::LayoutJob::simple_singleline(text, font, p.text)
        })
    });
    let size = galley.size() + vec2(20.0, 8.0);
    let ground = if is_banner(rect) {
        Align2::RIGHT_TOP.anchor_size(rect.right_top() + vec2(-10.0, 8.0), size)
    } else {
        Align2::CENTER_TOP.anchor_size(rect.center_top() + vec2(0.0, 12.0), size)
    };
    painter.rect_filled(ground, 12.0, p.card);
    painter.galley(ground.min + vec2(10.0, 4.0), galley, p.text);
}
