//! What the program is, whose, and where it keeps things.

use eframe::egui::{self, RichText};

use super::{
    parts::{called, close_button, dialog_height, dialog_scroll, page},
    theme::{Palette, bold},
    words::tr,
};
use crate::node::View;

/// The licences of what is drawn and played with.
const ASSETS: &str = include_str!("../../assets/LICENSES.md");

/// Draws the page, if it is open.
pub(super) fn about_ui(ui: &egui::Ui, view: &View, open: &mut bool) {
    let window = ui.ctx().content_rect().size();
    page(ui, "about", open, |ui, open| {
        ui.set_width((window.x - 60.0).min(560.0));
        let version = env!("CARGO_PKG_VERSION");
        ui.heading(format!("dhangkanna {version}"));
        ui.label(tr!("lobby-about"));
        let height = dialog_height(ui, 240.0).min(420.0);
        dialog_scroll(height).show(ui, |ui| {
            ui.label(tr!("about-free"));
            ui.label(tr!("settings-private"));
            ui.label(bold(tr!("about-keys")));
            ui.label(tr!("about-keys-more"));
            folder_ui(ui, &tr!("about-logs"), &view.me.logs);
            folder_ui(ui, &tr!("about-data"), &view.me.folder);
            ui.add_space(4.0);
            ui.label(bold(tr!("about-licences")));
            let weak = Palette::of(ui).weak;
            ui.label(RichText::new(plain(ASSETS)).small().color(weak));
        });
        ui.add_space(4.0);
        close_button(ui, open);
    });
}

fn folder_ui(ui: &mut egui::Ui, what: &str, folder: &str) {
    ui.horizontal_wrapped(|ui| {
        ui.label(what);
        ui.label(RichText::new(folder).monospace());
        let copy = ui.button(tr!("about-copy"));
        called(&copy, &tr!("about-copy"), what);
        if copy.clicked() {
            ui.ctx().copy_text(folder.to_owned());
        }
    });
}

/// Markdown as running text: without its marks.
fn plain(markdown: &str) -> String {
    let lines = markdown.lines().filter(|line| !line.starts_with("|---"));
    let lines = lines.map(|line| {
        let line = line.trim_start_matches('#').trim();
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let cells: Vec<&str> = cells.into_iter().filter(|cell| !cell.is_empty()).collect();
        cells.join(": ").replace('`', "")
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_left_out() {
        let text = plain("# Title\n\n| what | licence |\n|---|---|\n| `a.svg` | MIT |\n");
        assert_eq!(text, "Title\n\nwhat: licence\na.svg: MIT");
        assert!(plain(ASSETS).contains("Nunito"));
    }
}
