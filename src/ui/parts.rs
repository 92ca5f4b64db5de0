//! What pages are made of: cards, dialogs, buttons, rows.

use eframe::egui::{self, Margin, ScrollArea, Stroke};

use super::{
    theme::{CARD_RADIUS, Palette, bold, swatch},
    words::tr,
};
use crate::game::{Names, PeerId, safe_text};

/// A card: the ground of things that belong together.
pub(super) fn card(ui: &egui::Ui) -> egui::Frame {
    let p = Palette::of(ui);
    egui::Frame::new()
        .fill(p.card)
        .stroke(Stroke::new(1.0, p.line))
        .corner_radius(CARD_RADIUS)
        .inner_margin(Margin::symmetric(16, 12))
}

/// A card as wide as there is space, its contents at the left.
pub(super) fn in_card(ui: &mut egui::Ui, contents: impl FnOnce(&mut egui::Ui)) {
    card(ui).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.with_layout(egui::Layout::top_down(egui::Align::Min), contents);
    });
}

/// Something whose controls keep their ids, and with them the focus, whatever
/// comes or goes before it. Drawn once in a window.
pub(super) fn fixed<R>(
    ui: &mut egui::Ui,
    id: impl std::hash::Hash + std::fmt::Debug,
    contents: impl FnOnce(&mut egui::Ui) -> R,
) -> R {
    let builder = egui::UiBuilder::new().scope_id(egui::Id::unique(id));
    ui.scope_builder(builder, contents).inner
}

/// Whether a button was pressed once, and on purpose. What is done by it may put
/// another thing in its place, or ask another price: neither the second click of
/// two nor a key that is held down was meant for that.
pub(super) fn once(button: &egui::Response) -> bool {
    let repeated = |event: &egui::Event| matches!(event, egui::Event::Key { repeat: true, .. });
    let held = || button.ctx.input(|input| input.events.iter().any(repeated));
    button.clicked() && !button.double_clicked() && !button.triple_clicked() && !held()
}

/// Lets a screen reader say a text whenever it changes.
pub(super) fn announce(told: &egui::Response) {
    told.ctx.accesskit_node_builder(told.id, |node| {
        node.set_live(egui::accesskit::Live::Polite);
    });
}

/// A text in at most so many rows: a longer one ends with "…", and is whole while
/// the pointer is on it.
pub(super) fn in_rows(
    ui: &egui::Ui,
    text: impl Into<egui::WidgetText>,
    rows: usize,
) -> egui::Label {
    let style = ui.style();
    let text = text.into();
    let job = text.into_layout_job(style, egui::FontSelection::Default, ui.text_valign());
    let mut job = std::sync::Arc::unwrap_or_clone(job);
    job.wrap.max_rows = rows;
    egui::Label::new(job).wrap()
}

/// Draws a text into the middle of a place: smaller if it would stick out, and
/// nothing of it outside.
pub(super) fn paint_inside(
    painter: &egui::Painter,
    place: egui::Rect,
    text: &str,
    font: &egui::FontId,
    color: egui::Color32,
) {
    let text = safe_text(text);
    let layout = |size: f32| {
        let font = egui::FontId::new(size, font.family.clone());
        painter.layout_no_wrap(text.clone().into_owned(), font, color)
    };
    let mut galley = layout(font.size);
    let too_wide = galley.size().x / place.width();
    if too_wide > 1.0 {
        // Smaller than this nothing can be read.
        galley = layout((font.size / too_wide).max(4.0));
    }
    let at = egui::Align2::CENTER_CENTER.align_size_within_rect(galley.size(), place);
    let inside = painter.with_clip_rect(painter.clip_rect().intersect(place));
    inside.galley(at.min, galley, color);
}

/// A small square in the colour of a player's key, next to a name that looks like
/// another here.
pub(super) fn swatch_ui(ui: &mut egui::Ui, names: &Names, peer: &PeerId) {
    if names.is_alike(peer) {
        let size = egui::Vec2::splat(10.0);
        let (rect, _) = ui.allocate_exact_size(size, egui::Sense::hover());
        ui.painter().rect_filled(rect, 2.0, swatch(peer));
    }
}

/// A heading inside of a page.
pub(super) fn part_ui(ui: &mut egui::Ui, title: String) {
    ui.add_space(4.0);
    ui.label(bold(title).size(16.0));
}

/// A question or a page over the window, which waits until it is answered.
pub(super) fn dialog<R>(
    ui: &egui::Ui,
    id: &str,
    contents: impl FnOnce(&mut egui::Ui) -> R,
) -> egui::ModalResponse<R> {
    let frame = card(ui)
        .inner_margin(Margin::symmetric(22, 18))
        .shadow(ui.visuals().window_shadow);
    let shown = egui::Modal::new(egui::Id::unique(id))
        .frame(frame)
        .show(ui.ctx(), contents);
    // It stands in the middle by the size it had in the last frame.
    let id = egui::Id::unique((id, "size"));
    let size = shown.response.rect.size();
    let last: Option<egui::Vec2> = ui.data(|data| data.get_temp(id));
    if last.is_none_or(|last| (size - last).abs().max_elem() > 1.0) {
        ui.data_mut(|data| data.insert_temp(id, size));
        ui.ctx().request_discard("the size of a dialog has changed");
    }
    shown
}

/// A page over the window while it is `open`, which its contents can end, too.
pub(super) fn page(
    ui: &egui::Ui,
    id: &str,
    open: &mut bool,
    contents: impl FnOnce(&mut egui::Ui, &mut bool),
) {
    if *open {
        let shown = dialog(ui, id, |ui| contents(ui, open));
        *open &= !shown.should_close();
    }
}

/// The button that closes a page.
pub(super) fn close_button(ui: &mut egui::Ui, open: &mut bool) {
    let close = ui.add(main_button(ui, tr!("close")));
    note_place(&close, "Close");
    *open &= !close.clicked();
}

/// A question over the window while it is `open`: its title, what it means, `rest`
/// below that, and the buttons that leave everything as it is and that do it.
/// Whether it is done.
pub(super) fn ask(
    ui: &egui::Ui,
    id: &str,
    open: &mut bool,
    [title, more, not, go]: [String; 4],
    rest: impl FnOnce(&mut egui::Ui),
) -> bool {
    let mut goes = false;
    page(ui, id, open, |ui, open| {
        ui.set_max_width(360.0);
        ui.heading(title);
        ui.label(more);
        rest(ui);
        ui.add_space(8.0);
        ui.horizontal(|ui| {
            let stays = ui.add(main_button(ui, not)).clicked();
            goes = ui.button(go).clicked();
            *open &= !stays && !goes;
        });
    });
    goes
}

/// The height of what scrolls in a dialog, next to other things that need `rest`,
/// both in points.
pub(super) fn dialog_height(ui: &egui::Ui, rest: f32) -> f32 {
    (ui.ctx().content_rect().height() - rest).max(120.0)
}

/// What scrolls in a dialog if it is higher than this, in points. It has its
/// height at once; otherwise a dialog that gets more to show would grow a
/// little with each frame.
pub(super) fn dialog_scroll(height: f32) -> ScrollArea {
    ScrollArea::vertical()
        .max_height(height)
        .min_scrolled_height(height)
}

/// The button for what most people want to do here.
pub(super) fn main_button(ui: &egui::Ui, text: impl Into<String>) -> egui::Button<'static> {
    let p = Palette::of(ui);
    egui::Button::new(bold(text).color(p.on_accent))
        .fill(p.accent)
        // As high as other buttons.
        .stroke(Stroke::new(1.0, p.accent))
        .corner_radius(10)
}

/// One of several choices: filled if it is the chosen one.
pub(super) fn choice(ui: &mut egui::Ui, chosen: bool, text: &str) -> egui::Response {
    let button = if chosen {
        main_button(ui, text)
    } else {
        egui::Button::new(text)
    };
    let response = ui.add(button.selected(chosen));
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, true, chosen, text));
    response
}

/// Lays out by a size that is known only after it was drawn: that of the last
/// frame (before the first, `guess`), and once more if it has changed.
pub(super) fn measured(
    ui: &mut egui::Ui,
    salt: &str,
    guess: f32,
    contents: impl FnOnce(&mut egui::Ui, f32) -> f32,
) {
    let id = ui.scope_id().with((salt, "size"));
    let last: f32 = ui.data(|data| data.get_temp(id)).unwrap_or(guess);
    let now = contents(ui, last);
    if (now - last).abs() > 1.0 {
        ui.data_mut(|data| data.insert_temp(id, now));
        ui.ctx().request_discard("the size has changed");
    }
}

/// A row in the middle, as wide as it was in the last frame.
pub(super) fn centred_row(ui: &mut egui::Ui, salt: &str, contents: impl FnOnce(&mut egui::Ui)) {
    measured(ui, salt, 300.0, |ui, width| {
        let row = ui.horizontal(|ui| {
            ui.add_space(((ui.available_width() - width) / 2.0).max(0.0));
            let left = ui.cursor().left();
            contents(ui);
            ui.min_rect().right() - left
        });
        row.inner
    });
}

/// Says whom or what a button is about, which sighted users see next to it.
pub(super) fn called(button: &egui::Response, text: &str, name: &str) {
    let name = format!("{text}: {name}");
    button.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
}

/// Notes where a control is, for those who steer the window from outside.
pub(super) fn note_place(response: &egui::Response, name: &str) {
    let at = response.rect.center();
    tracing::debug!("control {name:?} at {:.0} {:.0}", at.x, at.y);
}
