//! How long this player's newest commands took to be agreed on.

use eframe::egui::{self, Rect, RichText, Stroke, pos2, vec2};

use super::{theme::Palette, words::tr};
use crate::node::RaftStats;

/// How long this player's newest commands took, as bars; the newest at the
/// right.
pub(super) fn latencies_ui(ui: &mut egui::Ui, stats: &RaftStats, width: f32) {
    let p = Palette::of(ui);
    let all: Vec<f32> = stats
        .latencies
        .iter()
        .map(|t| t.as_secs_f32() * 1e3)
        .collect();
    let Some(last) = all.last() else {
        ui.label(RichText::new(tr!("latency-none")).small().color(p.weak));
        return;
    };
    let mut sorted = all.clone();
    sorted.sort_by(f32::total_cmp);
    let (median, worst) = (sorted[sorted.len() / 2], sorted[sorted.len() - 1]);
    let ms = |value: f32| format!("{value:.1}");
    let text = tr!(
        "latency",
        count = all.len(),
        last = ms(*last),
        median = ms(median),
        worst = ms(worst)
    );
    ui.label(RichText::new(text.clone()).small().color(p.weak));
    let (rect, response) = ui.allocate_exact_size(vec2(width, 40.0), egui::Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &text));
    let painter = ui.painter_at(rect);
    painter.line_segment(
        [rect.left_bottom(), rect.right_bottom()],
        Stroke::new(1.0, p.line),
    );
    let step = (rect.width() / 60.0).min(10.0);
    for (n, value) in all.iter().rev().enumerate() {
        let right = rect.right() - n as f32 * step;
        let high = (value / worst * rect.height()).max(2.0);
        let bar = Rect::from_min_max(
            pos2(right - step + 1.5, rect.bottom() - high),
            pos2(right, rect.bottom()),
        );
        painter.rect_filled(bar, 1.5, p.accent);
    }
}
