//! How the window looks and speaks: the page to set it on, and the keys for it
//! that mean the same on every page.

use eframe::egui::{
    self, Key, KeyboardShortcut, Modifiers, RichText, gui_zoom::kb_shortcuts as zoom,
};

use super::{
    parts::{choice, close_button, dialog_height, dialog_scroll, note_place, page},
    system::System,
    theme::Palette,
    words::{Language, tr},
};
use crate::{
    node::{Command, Look, Preferences, SCALE},
    packs::name_of_language,
};

/// How large everything can be chosen to be, in percent of the system's size;
/// keys go in smaller steps.
const SIZES: [u16; 5] = [80, 100, 120, 150, 200];

/// How much louder or quieter a click makes the sounds, in percent.
const VOLUME_STEP: u8 = 10;

const FULL_SCREEN: KeyboardShortcut = KeyboardShortcut::new(Modifiers::NONE, Key::F11);

/// How much larger or smaller a key makes everything, in percent.
const SCALE_STEP: u16 = 10;

/// Draws the settings, if they are open; what was changed is done at once.
pub(super) fn settings_ui(
    ui: &egui::Ui,
    now: &Preferences,
    system: System,
    open: &mut bool,
    about_open: &mut bool,
) -> Option<Command> {
    let mut set = now.clone();
    page(ui, "settings", open, |ui, open| {
        ui.set_width((ui.ctx().content_rect().width() - 60.0).min(460.0));
        ui.heading(tr!("settings"));
        ui.add_space(4.0);
        dialog_scroll(dialog_height(ui, 150.0)).show(ui, |ui| {
            language_ui(ui, &mut set);
            ui.label(tr!("settings-look"));
            ui.horizontal_wrapped(|ui| {
                for look in Look::ALL {
                    let button = choice(ui, set.look == look, &name_of(look));
                    note_place(&button, look.code());
                    if button.clicked() {
                        set.look = look;
                    }
                }
            });
            scale_ui(ui, &mut set);
            volume_ui(ui, &mut set);
            if system.calm {
                // It is asked of every program.
                let mut always = true;
                let always = egui::Checkbox::new(&mut always, tr!("settings-calm"));
                ui.add_enabled(false, always)
                    .on_disabled_hover_text(tr!("settings-calm-system"));
            } else {
                ui.checkbox(&mut set.calm, tr!("settings-calm"));
            }
            ui.checkbox(&mut set.awake, tr!("settings-awake"));
            ui.add_space(4.0);
            let weak = Palette::of(ui).weak;
            ui.label(RichText::new(tr!("settings-private")).small().color(weak));
        });
        ui.add_space(4.0);
        ui.horizontal(|ui| {
            close_button(ui, open);
            let about = ui.button(tr!("about"));
            note_place(&about, "About");
            if about.clicked() {
                (*open, *about_open) = (false, true);
            }
        });
    });
    (set != *now).then_some(Command::Prefer(set))
}

fn language_ui(ui: &mut egui::Ui, set: &mut Preferences) {
    let chosen = set.language.as_deref().and_then(Language::of_tag);
    let name = |language: Option<Language>| match language {
        Some(language) => name_of_language(language.code()).to_owned(),
        None => tr!("settings-system"),
    };
    ui.horizontal(|ui| {
        let label = ui.label(tr!("settings-language"));
        egui::ComboBox::from_id_salt("language of the window")
            .width(180.0)
            .height(300.0)
            .selected_text(name(chosen))
            .show_ui(ui, |ui| {
                let all = Language::ALL.map(Some);
                for language in [None].into_iter().chain(all) {
                    let is_chosen = language == chosen;
                    if ui.selectable_label(is_chosen, name(language)).clicked() {
                        set.language = language.map(|language| language.code().to_owned());
                    }
                }
            })
            .response
            .labelled_by(label.id);
    });
}

/// A choice, not a slider or steps: all of it moves away under the pointer.
fn scale_ui(ui: &mut egui::Ui, set: &mut Preferences) {
    ui.horizontal_wrapped(|ui| {
        ui.label(tr!("settings-size"));
        for scale in SIZES {
            let text = format!("{scale} %");
            if choice(ui, set.scale == scale, &text).clicked() {
                set.scale = scale;
            }
        }
    });
}

/// In steps, and silence in one.
fn volume_ui(ui: &mut egui::Ui, set: &mut Preferences) {
    let now = set.volume;
    ui.horizontal_wrapped(|ui| {
        ui.label(tr!("settings-volume", percent = now));
        for (text, to) in [
            (tr!("settings-silent"), 0),
            (tr!("settings-quieter"), now.saturating_sub(VOLUME_STEP)),
            (tr!("settings-louder"), (now + VOLUME_STEP).min(100)),
        ] {
            if ui.add_enabled(to != now, egui::Button::new(text)).clicked() {
                set.volume = to;
            }
        }
    });
}

fn name_of(look: Look) -> String {
    match look {
        Look::System => tr!("settings-system"),
        Look::Light => tr!("look-light"),
        Look::Dark => tr!("look-dark"),
        Look::Contrast => tr!("look-contrast"),
    }
}

/// Does what was pressed: another size, which is kept, or the whole screen.
pub(super) fn shortcuts(ctx: &egui::Context, now: &Preferences) -> Option<Command> {
    let pressed = |shortcut| ctx.input_mut(|input| input.consume_shortcut(shortcut));
    if pressed(&FULL_SCREEN) {
        let is_full = ctx.input(|input| input.viewport().fullscreen == Some(true));
        ctx.send_viewport_cmd(egui::ViewportCommand::Fullscreen(!is_full));
    }
    let scale = if pressed(&zoom::ZOOM_RESET) {
        100
    } else if pressed(&zoom::ZOOM_IN) || pressed(&zoom::ZOOM_IN_SECONDARY) {
        now.scale + SCALE_STEP
    } else if pressed(&zoom::ZOOM_OUT) {
        now.scale - SCALE_STEP
    } else {
        return None;
    };
    let is_new = scale != now.scale && SCALE.contains(&scale);
    is_new.then(|| {
        Command::Prefer(Preferences {
            scale,
            ..now.clone()
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(key: Key, modifiers: Modifiers, now: &Preferences) -> Option<Command> {
        let ctx = egui::Context::default();
        let input = egui::RawInput {
            events: vec![egui::Event::Key {
                key,
                physical_key: None,
                pressed: true,
                repeat: false,
                modifiers,
            }],
            ..egui::RawInput::default()
        };
        let mut command = None;
        let mut output = ctx.run_ui(input, |ui| command = shortcuts(ui.ctx(), now));
        output.textures_delta.clear();
        command
    }

    #[test]
    fn the_size_changes_in_steps_within_its_bounds() {
        let mut now = Preferences::default();
        let sized = |key, now: &Preferences| match press(key, Modifiers::COMMAND, now) {
            Some(Command::Prefer(set)) => Some(set.scale),
            _ => None,
        };
        assert_eq!(sized(Key::Plus, &now), Some(110));
        assert_eq!(sized(Key::Equals, &now), Some(110));
        assert_eq!(sized(Key::Minus, &now), Some(90));
        assert_eq!(sized(Key::Num0, &now), None);
        now.scale = *SCALE.end();
        assert_eq!(sized(Key::Plus, &now), None);
        assert_eq!(sized(Key::Num0, &now), Some(100));
        now.scale = *SCALE.start();
        assert_eq!(sized(Key::Minus, &now), None);
        assert!(press(Key::Plus, Modifiers::NONE, &now).is_none());
    }
}
