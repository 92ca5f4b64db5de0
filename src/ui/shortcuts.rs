//! Keys that mean the same on every page.

use eframe::egui::{self, Key, KeyboardShortcut, Modifiers, gui_zoom::kb_shortcuts as zoom};

use crate::node::{Command, Preferences, SCALE};

const FULL_SCREEN: KeyboardShortcut = KeyboardShortcut::new(Modifiers::NONE, Key::F11);

/// How much larger or smaller a key makes everything, in percent.
const STEP: u16 = 10;

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
        now.scale + STEP
    } else if pressed(&zoom::ZOOM_OUT) {
        now.scale - STEP
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
