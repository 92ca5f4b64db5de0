//! What is typed stays where it was begun, whatever happens around it; and what
//! is clicked twice is asked for once.

use std::sync::{Arc, Mutex};

use dhangkanna::{
    game::Action,
    node::{Command, View},
    ui::App,
};
use eframe::egui::{self, UiBuilder, Vec2, accesskit::Role, vec2};
use egui_kittest::{Harness, kittest::Queryable as _};
use tokio::sync::watch;

use super::scenes;

/// A window whose view can be changed, and what it asked for.
struct Window {
    harness: Harness<'static, Option<App>>,
    views: watch::Sender<Arc<View>>,
    asked: Arc<Mutex<Vec<Command>>>,
}

impl Window {
    fn on(scene: &str, size: Vec2) -> Self {
        let (views, shown) = watch::channel(Arc::new(view_of(scene)));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let ask = Arc::clone(&asked);
        let draw = move |ui: &mut egui::Ui, app: &mut Option<App>| {
            let ask = Arc::clone(&ask);
            let app = app.get_or_insert_with(|| {
                App::new(ui.ctx(), shown.clone(), move |command| {
                    ask.lock().unwrap().push(command);
                })
            });
            let whole = UiBuilder::new().max_rect(ui.ctx().content_rect());
            ui.scope_builder(whole, |ui| app.draw(ui));
        };
        let builder = Harness::builder()
            .with_size(size)
            .with_max_steps(80)
            .with_step_dt(0.05);
        let mut harness = builder.build_ui_state(draw, None);
        harness.run();
        Self {
            harness,
            views,
            asked,
        }
    }

    fn go_to(&mut self, scene: &str) {
        self.views.send_replace(Arc::new(view_of(scene)));
        self.harness.run();
        self.harness.run();
    }

    fn field<'a>(&'a self, label: &'a str) -> egui_kittest::Node<'a> {
        self.harness.get_by_role_and_label(Role::TextInput, label)
    }

    /// Types as a keyboard does: into whatever has the focus.
    fn type_blindly(&mut self, text: &str) {
        for letter in text.chars() {
            self.harness.event(egui::Event::Text(letter.to_string()));
        }
        self.harness.run();
    }
}

fn view_of(scene: &str) -> View {
    let mut all = scenes::all().into_iter();
    all.find(|other| other.name == scene).expect(scene).view
}

/// Types one half of a word, goes on to another scene, and types the rest.
fn interrupted(size: Vec2, label: &str, scenes: &[&str]) {
    let mut window = Window::on(scenes[0], size);
    window.field(label).focus();
    window.harness.run();
    window.type_blindly("he");
    for scene in &scenes[1..] {
        window.go_to(scene);
        assert!(window.field(label).is_focused(), "{label}, at {scene}");
    }
    window.type_blindly("llo");
    assert_eq!(window.field(label).value().as_deref(), Some("hello"));
    assert_eq!(*window.asked.lock().unwrap(), []);
}

#[test]
fn what_comes_above_takes_no_focus() {
    let (wide, narrow) = (vec2(1040.0, 720.0), vec2(480.0, 640.0));
    // The keys come, and the panel that says that nobody can be reached.
    // And the game goes on in another cluster.
    let round = [
        "room-waiting",
        "mood-0",
        "stalled",
        "continued-elsewhere",
        "mood-3",
    ];
    interrupted(wide, "Say something", &round);
    interrupted(narrow, "Say something", &round);
    interrupted(wide, "Know it?", &["mood-3", "stalled", "mood-3"]);
    interrupted(narrow, "Know it?", &["mood-3", "stalled", "mood-3"]);
    // Somebody knocks, a player more is there.
    let door = ["room-waiting", "room-knock", "room-removed"];
    interrupted(wide, "Say something", &door);
    interrupted(narrow, "Say something", &door);
}

#[test]
fn what_was_begun_in_one_room_is_not_for_the_next() {
    let mut window = Window::on("mood-3", vec2(1040.0, 720.0));
    for (label, text) in [("Say something", "not for others"), ("Know it?", "beast")] {
        window.field(label).focus();
        window.harness.run();
        window.type_blindly(text);
        assert_eq!(window.field(label).value().as_deref(), Some(text));
    }
    window.go_to("lobby-empty");
    window.go_to("mood-3");
    for label in ["Say something", "Know it?"] {
        assert_eq!(window.field(label).value().unwrap_or_default(), "");
    }
}

#[test]
fn a_double_click_takes_one_hint() {
    let mut window = Window::on("mood-0", vec2(1040.0, 720.0));
    for _ in 0..2 {
        let hint = window.harness.get_by_label("Hint (−1 balloon)");
        hint.click();
        window.harness.run_steps(1);
    }
    window.harness.run();
    let asked = window.asked.lock().unwrap();
    assert!(
        matches!(asked[..], [Command::Act(Action::Hint { .. })]),
        "{asked:?}"
    );
}
