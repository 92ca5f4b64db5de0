//! The PIN of a room: its owner makes it and shows it, others type it.

use eframe::egui::{self, RichText};

use super::{
    parts::{announce, centred_row, main_button, note_place, once},
    theme::{Palette, bold, display},
    words::tr,
};
use crate::{
    game::PeerId,
    node::{BadPin, Command, Pin, RoomView},
};

/// How large it is shown, in points: to be read across a table.
const SIZE: f32 = 30.0;

/// A title, and the button by which the owner makes a PIN next to it. Below it the
/// PIN, once there is one.
pub(super) fn titled_ui(
    ui: &mut egui::Ui,
    title: String,
    room: &RoomView,
    me: PeerId,
) -> Option<Command> {
    if room.state.game().table().owner != Some(me) {
        ui.label(bold(title));
        return None;
    }
    if let Some(pin) = room.pin {
        ui.label(bold(title));
        return pin_ui(ui, pin);
    }
    let mut makes = false;
    egui::Sides::new().shrink_left().truncate().show(
        ui,
        |ui| ui.label(bold(title)),
        |ui| {
            let make = ui.small_button(tr!("pin-make"));
            let make = make.on_hover_text(tr!("pin-make-more"));
            note_place(&make, "Make a PIN");
            makes = once(&make);
        },
    );
    makes.then(|| Command::SetPin(Some(Pin::random())))
}

/// What its owner shows to friends.
fn pin_ui(ui: &mut egui::Ui, pin: Pin) -> Option<Command> {
    let mut command = None;
    ui.vertical_centered(|ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        let digits = pin.digits();
        let (first, second) = digits.split_at(3);
        let grouped = format!("{first} {second}");
        let text = RichText::new(&grouped).font(display(SIZE));
        let shown = ui.label(text.color(Palette::of(ui).accent));
        let name = tr!("pin-shown", pin = grouped.as_str());
        shown.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &name));
        announce(&shown);
        shown.on_hover_text(tr!("pin-make-more"));
        centred_row(ui, "pin", |ui| {
            let new = ui.small_button(tr!("pin-new"));
            if once(&new) {
                command = Some(Command::SetPin(Some(Pin::random())));
            }
            let off = ui.small_button(tr!("pin-off"));
            if once(&off) {
                command = Some(Command::SetPin(None));
            }
        });
    });
    command
}

/// The field for one, after its label.
pub(super) fn field_ui(ui: &mut egui::Ui, label: String, typed: &mut String) -> egui::Response {
    let label = ui.label(label);
    let field = egui::TextEdit::singleline(typed)
        .hint_text("123 456")
        .desired_width(92.0)
        // Room for spaces.
        .char_limit(12);
    ui.add(field).labelled_by(label.id)
}

/// What was typed; nothing is no PIN, and nothing wrong.
pub(super) fn typed(text: &str) -> Result<Option<Pin>, BadPin> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    text.parse().map(Some)
}

/// Says so if what was typed is none.
pub(super) fn check_ui(ui: &mut egui::Ui, text: &str, field: &egui::Response) {
    if typed(text).is_err() && !field.has_focus() {
        let text = RichText::new(tr!("pin-six")).color(Palette::of(ui).error);
        announce(&ui.label(text));
    }
}

/// Where the PIN of a locked room is typed, at its door.
pub(super) fn door_ui(ui: &mut egui::Ui, text: &mut String) -> Option<Command> {
    let mut command = None;
    ui.add_space(8.0);
    centred_row(ui, "door", |ui| {
        let field = field_ui(ui, tr!("pin-enter"), text);
        let pin = typed(text).ok().flatten();
        let go = ui.add_enabled(pin.is_some(), main_button(ui, tr!("pin-go")));
        note_place(&go, "Enter with PIN");
        let entered = field.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter));
        if let Some(pin) = pin.filter(|_| entered || once(&go)) {
            // One is asked for once.
            text.clear();
            command = Some(Command::ShowPin(pin));
        }
    });
    if !text.is_empty() && typed(text).is_err() {
        ui.label(RichText::new(tr!("pin-six")).color(Palette::of(ui).weak));
    }
    command
}
