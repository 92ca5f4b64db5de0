//! Every colour, size and font of the window, in one place.

use std::sync::Arc;

use eframe::egui::{
    self, Color32, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, RichText, Shadow,
    Stroke, TextStyle, Theme, ThemePreference, Vec2, Visuals, style::WidgetVisuals,
};

use crate::{game::PeerId, node::Look};

/// The smallest window everything fits in, in points.
pub(super) const MIN_WINDOW: [f32; 2] = [420.0, 640.0];

/// The window at its first start, in points.
pub(super) const WINDOW: [f32; 2] = [1040.0, 720.0];

/// Below this width the room is one column.
pub(super) const NARROW: f32 = 900.0;

/// In a window of this size, in points, what is played with is drawn larger.
const ROOMY: Vec2 = Vec2::new(1400.0, 880.0);

/// How much larger than in a usual window the mask and the keys are drawn.
pub(super) fn roominess(ui: &egui::Ui) -> f32 {
    let window = ui.ctx().content_rect().size();
    if window.x >= ROOMY.x && window.y >= ROOMY.y {
        1.3
    } else {
        1.0
    }
}

/// The widest a text column gets: longer lines are hard to read.
pub(super) const COLUMN: f32 = 620.0;

/// Corners of cards.
pub(super) const CARD_RADIUS: u8 = 14;

/// Space between unrelated things.
pub(super) const GAP: f32 = 14.0;

/// The colours of one theme. Text on its ground has a contrast of at least
/// 4.5 to 1 (WCAG AA).
#[derive(Clone, Copy, Debug)]
pub(super) struct Palette {
    pub(super) ground: Color32,
    pub(super) card: Color32,
    pub(super) line: Color32,
    /// Around what can be clicked or typed into.
    pub(super) edge: Color32,
    pub(super) text: Color32,
    pub(super) weak: Color32,
    pub(super) accent: Color32,
    pub(super) on_accent: Color32,
    pub(super) hit: Color32,
    pub(super) on_hit: Color32,
    pub(super) miss: Color32,
    pub(super) on_miss: Color32,
    pub(super) key: Color32,
    pub(super) error: Color32,
    pub(super) error_ground: Color32,
    /// The sky from top to bottom with six chances left…
    pub(super) sky: [Color32; 2],
    /// …and with none.
    pub(super) grey_sky: [Color32; 2],
    /// The sky of a win.
    pub(super) win_sky: [Color32; 2],
}

const fn rgb(hex: u32) -> Color32 {
    let [_, r, g, b] = hex.to_be_bytes();
    Color32::from_rgb(r, g, b)
}

/// Text on the light colours of pictures, which are the same in every look.
pub(super) const INK: Color32 = rgb(0x33244a);

const LIGHT: Palette = Palette {
    ground: rgb(0xf6f1fb),
    card: rgb(0xffffff),
    line: rgb(0xd9cdea),
    edge: rgb(0x8d7cb4),
    text: rgb(0x33244a),
    weak: rgb(0x6b5c85),
    accent: rgb(0x7a4fc4),
    on_accent: rgb(0xffffff),
    hit: rgb(0x1f7a4d),
    on_hit: rgb(0xffffff),
    miss: rgb(0xe6dcef),
    on_miss: rgb(0x6b5c85),
    key: rgb(0xffffff),
    error: rgb(0x9c1f4a),
    error_ground: rgb(0xfde7ee),
    sky: [rgb(0xaedcf7), rgb(0xfbe3f3)],
    grey_sky: [rgb(0x9d9db3), rgb(0xcfcbd9)],
    win_sky: [rgb(0xffd9a8), rgb(0xffeef5)],
};

const DARK: Palette = Palette {
    ground: rgb(0x1e1730),
    card: rgb(0x2a2142),
    line: rgb(0x4a3d6b),
    edge: rgb(0x8474ad),
    text: rgb(0xf1eaff),
    weak: rgb(0xb9abd6),
    accent: rgb(0xb594f5),
    on_accent: rgb(0x1e1730),
    hit: rgb(0x5fd39a),
    on_hit: rgb(0x10281c),
    miss: rgb(0x3a3054),
    on_miss: rgb(0xb9abd6),
    key: rgb(0x3a2f5a),
    error: rgb(0xff9db8),
    error_ground: rgb(0x4a2036),
    sky: [rgb(0x2c3a72), rgb(0x7a5a9a)],
    grey_sky: [rgb(0x2b2b3a), rgb(0x55536a)],
    win_sky: [rgb(0x6a4a7a), rgb(0xd98a6a)],
};

/// For those who see little: all text and marks at 7 to 1 or more (WCAG AAA),
/// and told apart by their brightness.
const CONTRAST: Palette = Palette {
    ground: rgb(0x000000),
    card: rgb(0x000000),
    line: rgb(0xffffff),
    edge: rgb(0xffffff),
    text: rgb(0xffffff),
    weak: rgb(0xe0e0e0),
    accent: rgb(0xffe14a),
    on_accent: rgb(0x000000),
    hit: rgb(0x7dffb2),
    on_hit: rgb(0x000000),
    miss: rgb(0x2b2b2b),
    on_miss: rgb(0xffffff),
    key: rgb(0x000000),
    error: rgb(0xffb3c4),
    error_ground: rgb(0x3a0010),
    sky: [rgb(0x0b1a4a), rgb(0x2b2b6b)],
    grey_sky: [rgb(0x1a1a1a), rgb(0x3a3a3a)],
    win_sky: [rgb(0x4a2a00), rgb(0x7a5200)],
};

impl Palette {
    /// The colours that are on, known by their ground.
    pub(super) fn of(ui: &egui::Ui) -> &'static Self {
        let ground = ui.visuals().panel_fill;
        let mut all = [&LIGHT, &DARK, &CONTRAST].into_iter();
        all.find(|palette| palette.ground == ground)
            .unwrap_or(&LIGHT)
    }
}

/// The family of headings, tiles and keys.
const DISPLAY: &str = "display";

/// Nunito, in the weight of running text and in the weight of headings.
const FONTS: [(&str, &[u8]); 2] = [
    (
        "text",
        include_bytes!("../../assets/fonts/Nunito-Medium.ttf"),
    ),
    (
        DISPLAY,
        include_bytes!("../../assets/fonts/Nunito-ExtraBold.ttf"),
    ),
];

/// The font of headings, tiles and keys.
pub(super) fn display(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name(DISPLAY.into()))
}

/// The colour of a player's key, by which names that look alike are told apart.
pub(super) fn swatch(peer: &PeerId) -> Color32 {
    let [hue, light, ..] = *peer.as_bytes();
    let share = |byte: u8| f32::from(byte) / 255.0;
    egui::ecolor::Hsva::new(share(hue), 0.75, 0.55 + 0.4 * share(light), 1.0).into()
}

/// Text that stands out.
pub(super) fn bold(text: impl Into<String>) -> RichText {
    RichText::new(text).family(FontFamily::Name(DISPLAY.into()))
}

/// Takes the window's fonts; they are there from the next pass on.
pub(super) fn set_fonts(ctx: &egui::Context) {
    // What they lack, such as other scripts and pictographs, comes from the system's.
    let mut fonts = FontDefinitions::empty();
    for (name, data) in FONTS {
        let data = Arc::new(FontData::from_static(data));
        fonts.font_data.insert(name.to_owned(), data);
    }
    for (family, name) in [
        (FontFamily::Proportional, "text"),
        (FontFamily::Monospace, "text"),
        (FontFamily::Name(DISPLAY.into()), DISPLAY),
    ] {
        fonts.families.insert(family, vec![name.to_owned()]);
    }
    ctx.set_fonts(fonts);
}

/// Whether the window's fonts are there.
pub(super) fn has_fonts(ctx: &egui::Context) -> bool {
    let family = FontFamily::Name(DISPLAY.into());
    ctx.fonts(|fonts| fonts.definitions().families.contains_key(&family))
}

/// Puts on a look; until then, and where the system does not say, it is light.
pub(super) fn apply_appearance(ctx: &egui::Context, look: Look) {
    ctx.options_mut(|options| options.fallback_theme = Theme::Light);
    ctx.set_theme(match look {
        Look::System => ThemePreference::System,
        Look::Light => ThemePreference::Light,
        Look::Dark | Look::Contrast => ThemePreference::Dark,
    });
    let dark = if look == Look::Contrast {
        &CONTRAST
    } else {
        &DARK
    };
    for (theme, palette) in [(Theme::Light, &LIGHT), (Theme::Dark, dark)] {
        ctx.style_mut_of(theme, |style| {
            style.visuals = visuals(theme, palette);
            style.text_styles = [
                (TextStyle::Small, FontId::proportional(12.5)),
                (TextStyle::Body, FontId::proportional(15.0)),
                (TextStyle::Button, FontId::proportional(15.0)),
                (TextStyle::Heading, display(22.0)),
                (TextStyle::Monospace, FontId::monospace(13.0)),
            ]
            .into();
            style.spacing.item_spacing = Vec2::new(8.0, 8.0);
            style.spacing.button_padding = Vec2::new(14.0, 8.0);
            // As high as a button, so that what stands beside it is in line.
            style.spacing.interact_size.y = 36.0;
            style.spacing.text_edit_width = 240.0;
            // A blinking cursor would draw two frames a second forever.
            style.visuals.text_cursor.blink = false;
        });
    }
}

fn visuals(theme: Theme, p: &Palette) -> Visuals {
    let mut visuals = theme.default_visuals();
    visuals.panel_fill = p.ground;
    visuals.window_fill = p.card;
    visuals.window_stroke = Stroke::new(1.0, p.line);
    visuals.window_corner_radius = CornerRadius::same(CARD_RADIUS);
    visuals.window_shadow = Shadow {
        offset: [0, 6],
        blur: 24,
        spread: 0,
        color: Color32::from_black_alpha(60),
    };
    visuals.extreme_bg_color = p.key;
    visuals.text_edit_bg_color = Some(p.key);
    visuals.weak_text_color = Some(p.weak);
    visuals.hyperlink_color = p.accent;
    visuals.selection.bg_fill = p.accent.gamma_multiply(0.35);
    visuals.selection.stroke = Stroke::new(1.5, p.accent);
    let widget = |fill, stroke| WidgetVisuals {
        bg_fill: fill,
        weak_bg_fill: fill,
        bg_stroke: stroke,
        corner_radius: CornerRadius::same(9),
        fg_stroke: Stroke::new(1.0, p.text),
        expansion: 0.0,
    };
    let widgets = &mut visuals.widgets;
    widgets.noninteractive = widget(p.card, Stroke::new(1.0, p.line));
    widgets.inactive = widget(p.key, Stroke::new(1.0, p.edge));
    // As wide as at rest: what is pointed at does not move.
    widgets.hovered = widget(p.key, Stroke::new(1.0, p.accent));
    widgets.active = widget(p.line, Stroke::new(1.0, p.accent));
    widgets.open = widget(p.key, Stroke::new(1.0, p.accent));
    visuals
}

/// Mixes two colours; `t` from 0 (all `a`) to 1 (all `b`).
pub(super) fn mix(a: Color32, b: Color32, t: f32) -> Color32 {
    a.lerp_to_gamma(b, t)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// WCAG 2.2, "relative luminance".
    fn luminance(color: Color32) -> f64 {
        let channel = |c: u8| {
            let c = f64::from(c) / 255.0;
            if c <= 0.04045 {
                c / 12.92
            } else {
                ((c + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * channel(color.r()) + 0.7152 * channel(color.g()) + 0.0722 * channel(color.b())
    }

    /// WCAG 2.2, "contrast ratio": from 1 to 21.
    fn contrast(a: Color32, b: Color32) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn the_fonts_have_every_letter_of_the_packs_and_the_messages() {
        let mut needed: std::collections::BTreeSet<char> = (' '..='~').collect();
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/");
        for part in ["packs", "words"] {
            for file in std::fs::read_dir(format!("{folder}{part}")).expect("a folder") {
                let text = std::fs::read_to_string(file.expect("a file").path()).expect("text");
                needed.extend(crate::ui::words::upper(&text).chars());
                needed.extend(text.chars().filter(|c| !c.is_control()));
            }
        }
        needed.retain(|c| !c.is_control());
        assert!(needed.contains(&'Ї') && (needed.contains(&'Ø') || needed.contains(&'Å')));
        for (name, data) in FONTS {
            let mut alone = FontDefinitions::empty();
            let data = Arc::new(FontData::from_static(data));
            alone.font_data.insert(name.to_owned(), data);
            for family in [FontFamily::Proportional, FontFamily::Monospace] {
                alone.families.insert(family, vec![name.to_owned()]);
            }
            let ctx = egui::Context::default();
            ctx.set_fonts(alone);
            let mut output = ctx.run_ui(egui::RawInput::default(), |_| {});
            output.textures_delta.clear();
            let font = FontId::proportional(15.0);
            let has = |c: &char| ctx.fonts_mut(|fonts| fonts.has_glyph(&font, *c));
            let missing: String = needed.iter().filter(|c| !has(c)).collect();
            assert_eq!(missing, "", "{name} lacks them");
        }
    }

    #[test]
    fn text_can_be_read() {
        assert!((contrast(Color32::BLACK, Color32::WHITE) - 21.0).abs() < 0.01);
        for (name, p, least) in [
            ("light", &LIGHT, 4.5),
            ("dark", &DARK, 4.5),
            ("contrast", &CONTRAST, 7.0),
        ] {
            let mut pairs = vec![
                ("on accent", p.on_accent, p.accent),
                ("on hit", p.on_hit, p.hit),
                ("on miss", p.on_miss, p.miss),
                ("error", p.error, p.error_ground),
                ("detail", p.text, p.error_ground),
                ("key", p.text, p.key),
                ("placeholder", p.weak, p.key),
                ("not found", p.error, p.miss),
                // The lobby's title stands in the upper half of its sky.
                ("title", p.text, p.sky[0]),
                ("title", p.text, mix(p.sky[0], p.sky[1], 0.5)),
            ];
            for ground in [p.ground, p.card] {
                pairs.extend([
                    ("text", p.text, ground),
                    ("weak", p.weak, ground),
                    ("accent", p.accent, ground),
                    ("hit", p.hit, ground),
                    ("error", p.error, ground),
                ]);
                // WCAG 2.2, 1.4.11: what shows where a control is.
                let ratio = contrast(p.edge, ground);
                assert!(ratio >= 3.0, "{name}: edges have {ratio:.2}");
            }
            for (what, text, ground) in pairs {
                let ratio = contrast(text, ground);
                assert!(ratio >= least, "{name}: {what} has {ratio:.2}");
            }
        }
    }
}
