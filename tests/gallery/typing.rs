//! What is typed stays where it was begun, whatever happens around it; and what
//! is clicked twice is asked for once.

use std::sync::Arc;

use dhangkanna::{
    consensus::{CommandId, GameCommand, Proposal, RoomState},
    game::{Action, Name},
    node::{Command, KeptRoom, Pending, RaftStats, RoomView, Stage, Trouble, View},
};
use eframe::egui::{self, Vec2, accesskit::Role, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::{
    scenes,
    table::{cluster_id, peer},
    window::Window,
};

impl Window {
    fn on(scene: &str, size: Vec2) -> Self {
        showing(view_of(scene), size)
    }

    fn go_to(&mut self, scene: &str) {
        self.show(view_of(scene));
        self.harness.run();
        self.harness.run();
    }

    fn field<'a>(&'a self, label: &'a str) -> egui_kittest::Node<'a> {
        self.harness.get_by_role_and_label(Role::TextInput, label)
    }

    /// Clicks whatever is there now.
    fn click_at(&mut self, at: egui::Pos2) {
        self.harness.event(egui::Event::PointerMoved(at));
        for pressed in [true, false] {
            self.harness.event(egui::Event::PointerButton {
                pos: at,
                button: egui::PointerButton::Primary,
                pressed,
                modifiers: egui::Modifiers::NONE,
            });
            self.harness.run_steps(1);
        }
    }

    /// Goes to a field, and types.
    fn begin(&mut self, label: &str, text: &str) {
        self.field(label).focus();
        self.harness.run();
        self.type_blindly(text);
    }

    /// Types as a keyboard does: into whatever has the focus.
    fn type_blindly(&mut self, text: &str) {
        for letter in text.chars() {
            self.harness.event(egui::Event::Text(letter.to_string()));
        }
        self.harness.run();
    }
}

fn showing(view: View, size: Vec2) -> Window {
    Window::new(view, RaftStats::default(), size, 1.0, 0.05)
}

fn view_of(scene: &str) -> View {
    let mut all = scenes::all().into_iter();
    all.find(|other| other.name == scene).expect(scene).view
}

/// Types one half of a word, goes on to another scene, and types the rest.
fn interrupted(size: Vec2, label: &str, scenes: &[&str]) {
    let mut window = Window::on(scenes[0], size);
    window.begin(label, "he");
    for scene in &scenes[1..] {
        window.go_to(scene);
        assert!(window.field(label).is_focused(), "{label}, at {scene}");
    }
    window.type_blindly("llo");
    assert_eq!(window.field(label).value().as_deref(), Some("hello"));
    assert_eq!(window.asked(), []);
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
    // Rooms are found, and lost.
    let lobby = [
        "lobby-empty",
        "lobby-full",
        "lobby-long-names",
        "lobby-full",
    ];
    interrupted(wide, "Join by address", &lobby);
    interrupted(narrow, "Join by address", &lobby);
}

#[test]
fn a_word_that_is_refused_is_typed_on() {
    let mut window = Window::on("mood-3", vec2(1040.0, 720.0));
    window.begin("Know it?", "größe");
    window.harness.key_press(egui::Key::Enter);
    window.harness.run();
    assert!(window.field("Know it?").is_focused());
    window.type_blindly("x");
    assert_eq!(window.asked(), []);
}

#[test]
fn what_was_begun_in_one_room_is_not_for_the_next() {
    let mut window = Window::on("mood-3", vec2(1040.0, 720.0));
    for (label, text) in [("Say something", "not for others"), ("Know it?", "beast")] {
        window.begin(label, text);
        assert_eq!(window.field(label).value().as_deref(), Some(text));
    }
    window.go_to("lobby-empty");
    window.go_to("mood-3");
    for label in ["Say something", "Know it?"] {
        assert_eq!(window.field(label).value().unwrap_or_default(), "");
    }
}

/// Holds Enter until it was repeated twice.
fn hold_enter(window: &mut Window) {
    for (pressed, repeat) in [(true, false), (true, true), (true, true), (false, false)] {
        window.harness.event(egui::Event::Key {
            key: egui::Key::Enter,
            physical_key: None,
            pressed,
            repeat,
            modifiers: egui::Modifiers::NONE,
        });
        window.harness.run_steps(1);
    }
    window.harness.run();
}

#[test]
fn what_costs_is_asked_for_once() {
    let is_hint = |asked: &[Command]| matches!(asked, [Command::Act(Action::Hint { .. })]);
    let name = "Hint (−1 balloon)";
    let mut window = Window::on("mood-0", vec2(1040.0, 720.0));
    for _ in 0..2 {
        window.harness.get_by_label(name).click();
        window.harness.run_steps(1);
    }
    window.harness.run();
    assert!(is_hint(&window.asked()), "clicked: {:?}", window.asked());

    // Nor does the second click of two fall on a key that was not there before.
    let key = window.harness.get_by_label("Letter Q").rect();
    let mut window = Window::on("room-waiting", vec2(1040.0, 720.0));
    window.click_at(key.center());
    window.show(view_of("mood-0"));
    window.harness.run_steps(1);
    window.click_at(key.center());
    window.harness.run();
    assert_eq!(window.asked(), []);

    let mut window = Window::on("mood-0", vec2(1040.0, 720.0));
    window.harness.get_by_label(name).focus();
    window.harness.run();
    hold_enter(&mut window);
    assert!(is_hint(&window.asked()), "held: {:?}", window.asked());

    // One is on its way.
    let mut view = view_of("mood-0");
    let Stage::Room(room) = &mut view.stage else {
        unreachable!("mood-0 is a room");
    };
    Arc::make_mut(room).pending.push(Pending::Hint);
    let mut window = Window::on("mood-0", vec2(1040.0, 720.0));
    window.show(view);
    window.harness.run();
    window.harness.get_by_label(name).click();
    window.harness.run();
    assert_eq!(window.asked(), []);
}

#[test]
fn what_takes_its_place_was_not_meant() {
    let mut two = view_of("lobby-full");
    let mut kept = two.kept.to_vec();
    kept.push(KeptRoom {
        cluster_id: cluster_id(41),
        ..kept[0].clone()
    });
    two.kept = kept.clone().into();
    let mut one = two.clone();
    one.kept = kept[1..].into();
    let forgotten = |asked: &[Command]| asked == [Command::Forget(kept[0].cluster_id)];
    /// The upper one's button.
    fn forget(window: &Window) -> egui_kittest::Node<'_> {
        let all = window.harness.get_all_by_label("Forget Friday evening");
        let upper = all.min_by(|a, b| a.rect().top().total_cmp(&b.rect().top()));
        upper.expect("a button")
    }
    let size = vec2(1040.0, 1200.0);

    let mut window = showing(two.clone(), size);
    let place = forget(&window).rect();
    window.click_at(place.center());
    window.show(one.clone());
    window.harness.run_steps(1);
    assert_eq!(forget(&window).rect(), place);
    window.click_at(place.center());
    window.harness.run();
    assert!(forgotten(&window.asked()), "clicked: {:?}", window.asked());

    let mut window = showing(two, size);
    forget(&window).focus();
    window.harness.run();
    hold_enter(&mut window);
    window.show(one);
    window.harness.run();
    window.harness.key_press(egui::Key::Enter);
    window.harness.run();
    assert!(forgotten(&window.asked()), "held: {:?}", window.asked());
}

/// Opens the menu of somebody, and asks to send them away.
fn ask_to_remove(window: &mut Window, name: &str) {
    for label in [&*format!("Options for {name}"), "Remove from the room…"] {
        window.harness.get_by_label(label).click_accesskit();
        window.harness.run();
    }
    let title = format!("Remove {name}?");
    assert!(window.harness.query_by_label(&title).is_some());
}

#[test]
fn anybody_can_be_sent_away_and_the_door_locked_behind_them() {
    let view = view_of("room-removed");
    let mut window = showing(view.clone(), vec2(1040.0, 720.0));
    let remove = |n, lock| {
        let peer = peer(n);
        Command::Act(Action::Remove { peer, lock })
    };
    let press = |window: &mut Window, label: &str| {
        window.harness.get_by_label(label).click_accesskit();
        window.harness.run();
    };
    // A player; the room is locked unless the owner says no.
    ask_to_remove(&mut window, "Cleo");
    press(&mut window, "Remove");
    ask_to_remove(&mut window, "Cleo");
    press(&mut window, "Lock the room, too");
    press(&mut window, "Remove");
    // A member who never took a seat.
    ask_to_remove(&mut window, "Someone (0909)");
    press(&mut window, "Cancel");
    ask_to_remove(&mut window, "Someone (0909)");
    press(&mut window, "Remove");
    let asked = [remove(2, true), remove(2, false), remove(8, true)];
    assert_eq!(window.asked(), asked);
    // In a locked room that is no question.
    let mut window = Window::on("room-knock", vec2(1040.0, 720.0));
    ask_to_remove(&mut window, "Cleo");
    let lock = window.harness.query_by_label("Lock the room, too");
    assert!(lock.is_none());
    press(&mut window, "Remove");
    assert_eq!(window.asked(), [remove(2, false)]);
}

#[test]
fn all_who_knock_are_answered_with_one_click() {
    let answer = |let_in| Command::Act(Action::AnswerAll { let_in });
    for (label, let_in) in [("Let all in", true), ("Refuse all", false)] {
        // Several are seen to wait; behind one there may be others.
        let mut several = Window::on("room-knocks", vec2(1040.0, 720.0));
        let mut one = Window::on("room-knock", vec2(1040.0, 720.0));
        one.harness
            .get_by_label("Options for Dan")
            .click_accesskit();
        one.harness.run();
        for window in [&mut several, &mut one] {
            window.harness.get_by_label(label).click_accesskit();
            window.harness.run();
            assert_eq!(window.asked(), [answer(let_in)]);
        }
    }
}

/// Where players see two games and nothing is decided, too, one can go on.
#[test]
fn a_split_that_is_stuck_leaves_a_way_out() {
    const ON: &str = "Continue without them";
    let view = view_of("split");
    let split = |is_stuck| {
        let Stage::Room(room) = &view.stage else {
            panic!("a room");
        };
        let split = RoomView {
            trouble: Some(Trouble::Split {
                with: vec![Name::parse("Ben").expect("a name")],
                is_stuck,
            }),
            ..RoomView::clone(room)
        };
        let stage = Stage::Room(Arc::new(split));
        showing(
            View {
                stage,
                ..view.clone()
            },
            vec2(1040.0, 720.0),
        )
    };
    assert!(split(false).harness.query_by_label(ON).is_none());
    let mut window = split(true);
    window.harness.get_by_label(ON).click_accesskit();
    window.harness.run();
    assert_eq!(window.asked(), [Command::Continue]);
}

#[test]
fn the_founder_takes_the_room_back_and_is_not_sent_away() {
    let view = view_of("room-waiting");
    let Stage::Room(room) = &view.stage else {
        panic!("a room");
    };
    let by = |n, session, action| {
        let id = CommandId {
            peer_id: peer(n),
            session: 1,
            seq: session,
        };
        Proposal::Command(GameCommand {
            id,
            opens_session: false,
            action,
            signed: None,
        })
    };
    let mut state = RoomState::clone(&room.state);
    state.apply(90, by(0, 90, Action::PassOwner(peer(1))));
    let passed = RoomView {
        state: Arc::new(state),
        ..RoomView::clone(room)
    };
    let mut view = view.clone();
    view.stage = Stage::Room(Arc::new(passed));
    let mut window = showing(view.clone(), vec2(1040.0, 720.0));
    let take = window.harness.get_by_label("Take the room back");
    take.click_accesskit();
    window.harness.run();
    assert_eq!(window.asked(), [Command::Act(Action::TakeOwner)]);
    // The other one owns the room, and sees that the founder stays.
    view.me.peer_id = peer(1);
    let mut window = showing(view, vec2(1040.0, 720.0));
    assert!(
        window
            .harness
            .query_by_label("Take the room back")
            .is_none()
    );
    let founder = window.harness.get_by_label("Options for Ada");
    founder.click_accesskit();
    window.harness.run();
    let remove = window.harness.get_by_label("Remove from the room…");
    assert!(remove.accesskit_node().data().is_disabled());
}
