//! Which words are played with: the boxes to choose them by.

use eframe::egui;

use super::words::tr;
use crate::{
    game::Settings,
    node::{PackView, View},
};

/// Width of the boxes to choose words by, in points: three side by side.
pub(super) const COMBO: f32 = 104.0;

/// Says what a box is for, where it has no label next to it.
pub(super) fn name_box(response: egui::Response, name: &str, value: &str) {
    response.widget_info(|| {
        let mut info = egui::WidgetInfo::labeled(egui::Role::ComboBox, true, name);
        info.current_text_value = Some(value.to_owned());
        info
    });
    response.on_hover_text(name);
}

/// The language, and what the words are about.
pub(super) fn packs_ui(ui: &mut egui::Ui, view: &View, set: &mut Settings) {
    let chosen = view.packs.iter().find(|pack| pack.id == set.pack);
    // A pack that only its owner has: nothing is known but its id.
    let language = chosen.map_or("", |pack| &*pack.language);
    let in_language = |tag: &str| {
        let tag = tag.to_owned();
        view.packs.iter().filter(move |pack| pack.language == tag)
    };
    let mut languages: Vec<&PackView> = Vec::new();
    for pack in view.packs.iter() {
        if languages
            .iter()
            .all(|known| known.language != pack.language)
        {
            languages.push(pack);
        }
    }
    let language_name = chosen.map_or("?", |pack| &*pack.language_name);
    let combo = egui::ComboBox::from_id_salt("language").selected_text(language_name);
    let shown = combo.width(COMBO).height(360.0).show_ui(ui, |ui| {
        for pack in languages {
            let is_chosen = pack.language == language;
            let clicked = ui
                .selectable_label(is_chosen, &pack.language_name)
                .clicked();
            if clicked && !is_chosen {
                // All its words, if there is such a pack.
                let mut packs = in_language(&pack.language);
                let all = packs.find(|pack| pack.name == pack.language_name);
                set.pack.clone_from(&all.unwrap_or(pack).id);
            }
        }
    });
    name_box(shown.response, &tr!("pack-language"), language_name);
    let words = chosen.map_or_else(|| set.pack.clone(), words_of);
    let combo = egui::ComboBox::from_id_salt("pack").selected_text(&words);
    let shown = combo.width(COMBO).height(360.0).show_ui(ui, |ui| {
        for pack in in_language(language) {
            ui.selectable_value(&mut set.pack, pack.id.clone(), words_of(pack));
        }
    });
    name_box(shown.response, &tr!("pack-words"), &words);
}

/// What a pack's words are about.
fn words_of(pack: &PackView) -> String {
    if pack.name == pack.language_name {
        tr!("pack-all")
    } else {
        pack.name.clone()
    }
}

/// A pack's name, and its language.
pub(super) fn in_words(pack: &PackView) -> String {
    if pack.name == pack.language_name {
        pack.name.clone()
    } else {
        format!("{} ({})", pack.name, pack.language_name)
    }
}
