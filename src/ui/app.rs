//! The one place where the window's own state changes.

use std::{sync::Arc, time::Duration};

use eframe::egui::{self, Align2, RichText, vec2};
use tokio::sync::watch;

use super::{
    about::about_ui,
    art::Art,
    awake::Awake,
    lobby::{self, lobby_ui},
    parts::{announce, card, in_rows, main_button},
    pin,
    room::{self, room_ui},
    settings::{settings_ui, shortcuts},
    system::System,
    theme::{self, Palette},
    words::{self, Language, sentence, tr},
};
use crate::{
    game::{PeerId, safe_text},
    node::{Command, Look, Notice, Preferences, RaftStats, Stage, View},
};

/// The window's content.
pub struct App {
    /// What is drawn, or why the program cannot run.
    views: Result<watch::Receiver<Arc<View>>, String>,
    send: Box<dyn Fn(Command) + Send>,
    raft_stats: Box<dyn Fn() -> RaftStats + Send>,
    art: Art,
    lobby: lobby::Draft,
    room: room::Draft,
    /// The PIN that is typed at a locked door.
    pin: String,
    /// Whether a room was drawn last.
    in_room: bool,
    /// Frames drawn since the start; written to the log at the first one.
    frames: u64,
    /// The view of the last frame.
    drawn: Option<Arc<View>>,
    /// The system's, for those who chose none.
    language: Language,
    /// What the system asks of every program.
    system: Option<watch::Receiver<System>>,
    /// What the window looks like now.
    applied: (Preferences, System),
    settings_open: bool,
    about_open: bool,
    awake: Awake,
}

impl App {
    /// Draws `views`, and hands what the player does to `send`, which must
    /// not block.
    pub fn new(
        ctx: &egui::Context,
        views: watch::Receiver<Arc<View>>,
        send: impl Fn(Command) + Send + 'static,
    ) -> Self {
        Self {
            views: Ok(views),
            send: Box::new(send),
            ..Self::failed(ctx, String::new())
        }
    }

    /// Draws why the program cannot run.
    pub fn failed(ctx: &egui::Context, failure: String) -> Self {
        theme::set_fonts(ctx);
        theme::apply_appearance(ctx, Look::default());
        // The size is one of the settings, which are kept.
        ctx.options_mut(|options| options.zoom_with_keyboard = false);
        Self {
            views: Err(failure),
            send: Box::new(|_| {}),
            raft_stats: Box::new(RaftStats::default),
            art: Art::default(),
            lobby: lobby::Draft::default(),
            room: room::Draft::default(),
            pin: String::new(),
            in_room: false,
            frames: 0,
            drawn: None,
            language: Language::default(),
            system: None,
            applied: <(Preferences, System)>::default(),
            settings_open: false,
            about_open: false,
            awake: Awake::default(),
        }
    }

    /// Speaks a language to those who chose none.
    #[must_use]
    pub fn speaking(mut self, language: Language) -> Self {
        self.language = language;
        self
    }

    /// Does what the system asks of every program, where the player chose
    /// nothing else.
    #[must_use]
    pub fn following(mut self, system: watch::Receiver<System>) -> Self {
        self.system = Some(system);
        self
    }

    /// Shows the numbers of a Raft node, which must be there at once.
    #[must_use]
    pub fn watching(mut self, raft_stats: impl Fn() -> RaftStats + Send + 'static) -> Self {
        self.raft_stats = Box::new(raft_stats);
        self
    }

    /// Draws one frame. (Without eframe, so that tests can call it.)
    pub fn draw(&mut self, ui: &mut egui::Ui) {
        if !theme::has_fonts(ui.ctx()) {
            // Only if this app was made while a frame was drawn.
            ui.ctx()
                .request_discard("the fonts are there from the next pass on");
            return;
        }
        self.apply_appearance(ui.ctx());
        let ground = Palette::of(ui).ground;
        ui.painter().rect_filled(ui.max_rect(), 0.0, ground);
        let views = match &self.views {
            Ok(views) => views,
            Err(failure) => {
                return failure_ui(
                    ui,
                    &tr!("cannot-start"),
                    &sentence(&safe_text(failure)),
                    |_| {},
                );
            }
        };
        let stopped = views.has_changed().is_err();
        let view = Arc::clone(&views.borrow());
        self.log_new(&view);
        if let Some(fatal) = &view.fatal {
            let logs = tr!("about-logs-at", folder = view.me.logs.as_str());
            let text = format!("{}\n{logs}", sentence(&safe_text(fatal)));
            let mut back = false;
            failure_ui(ui, &tr!("cannot-go-on"), &text, |ui| {
                back = ui.add(main_button(ui, tr!("back-to-lobby"))).clicked();
            });
            if back {
                (self.send)(Command::Leave);
            }
            return;
        }
        if stopped && view.stage != Stage::Stopped {
            let logs = tr!("about-logs-at", folder = view.me.logs.as_str());
            let text = format!("{}\n{logs}", tr!("engine-stopped"));
            return failure_ui(ui, &tr!("went-wrong"), &text, |_| {});
        }
        if let Some(notice) = &view.notice
            && notice_ui(ui, notice)
        {
            (self.send)(Command::DismissNotice);
        }
        self.awake.look_at(&view);
        let system = self.applied.1;
        let open = &mut self.settings_open;
        let now = &*view.me.preferences;
        let set = settings_ui(ui, now, system, open, &mut self.about_open);
        if let Some(command) = set.or_else(|| shortcuts(ui.ctx(), now)) {
            (self.send)(command);
        }
        about_ui(ui, &view, &mut self.about_open);
        // Going on in another cluster, without those who are missing, is no leaving.
        let in_room = matches!(view.stage, Stage::Room(_));
        if std::mem::replace(&mut self.in_room, in_room) && !in_room {
            self.room.leave();
        }
        if !matches!(view.stage, Stage::Knocking { .. }) {
            self.pin.clear();
        }
        let none = |_: &mut egui::Ui| None;
        let commands = match &view.stage {
            Stage::Room(room) => {
                let calm = now.calm || system.calm;
                self.room.watch.look_at(&self.raft_stats);
                room_ui(ui, &mut self.art, &view, room, &mut self.room, open, calm)
            }
            Stage::Lobby => lobby_ui(ui, &mut self.art, &view, &mut self.lobby, open),
            Stage::Hosting(room) => {
                waiting_ui(ui, &tr!("opening", room = room.as_str()), true, none)
            }
            Stage::Joining(room) => {
                waiting_ui(ui, &tr!("joining", room = room.as_str()), true, none)
            }
            Stage::Knocking { room, takes_pin } => {
                let text = tr!("knocking", room = room.as_str());
                waiting_ui(ui, &text, true, |ui| {
                    takes_pin.then(|| pin::door_ui(ui, &mut self.pin)).flatten()
                })
            }
            Stage::Leaving => waiting_ui(ui, &tr!("leaving"), false, none),
            Stage::Stopped => waiting_ui(ui, &tr!("good-bye"), false, none),
        };
        for command in commands {
            (self.send)(command);
        }
        // A word pack that was dropped onto the window.
        let dropped = ui.input(|input| input.raw.dropped_files.clone());
        for file in dropped {
            (self.send)(Command::AddPack(file.path().to_owned()));
        }
    }
}

impl App {
    /// Looks and speaks as the player prefers.
    fn apply_appearance(&mut self, ctx: &egui::Context) {
        let views = self.views.as_ref().ok();
        let chosen = views.map(|views| Arc::clone(&views.borrow().me.preferences));
        let chosen = chosen.unwrap_or_default();
        let system = self.system.as_ref().map(|system| *system.borrow());
        let system = system.unwrap_or_default();
        let look = |chosen: Look, system: System| match chosen {
            Look::System => system.look.unwrap_or_default(),
            chosen => chosen,
        };
        let (applied, was) = (&self.applied.0, self.applied.1);
        if look(chosen.look, system) != look(applied.look, was) {
            theme::apply_appearance(ctx, look(chosen.look, system));
        }
        if chosen.scale != applied.scale {
            ctx.set_zoom_factor(f32::from(chosen.scale) / 100.0);
        }
        let calm = chosen.calm || system.calm;
        if calm != (applied.calm || was.calm) {
            let seconds = if calm { 0.0 } else { ANIMATION };
            ctx.all_styles_mut(|style| style.animation_time = seconds);
        }
        let language = chosen.language.as_deref().and_then(Language::of_tag);
        words::speak(language.unwrap_or(self.language));
        if (&*chosen, system) != (applied, was) {
            self.applied = ((*chosen).clone(), system);
        }
    }

    /// Writes to the log what is drawn for the first time.
    fn log_new(&mut self, view: &Arc<View>) {
        if self
            .drawn
            .as_ref()
            .is_some_and(|drawn| Arc::ptr_eq(drawn, view))
        {
            return;
        }
        self.drawn = Some(Arc::clone(view));
        match &view.stage {
            Stage::Room(room) => {
                let game = room.state.game();
                let round = game.round();
                let mask = round.map(|round| round.mask_text());
                let table = game.table();
                let name = |peer: Option<PeerId>| {
                    peer.map_or("-".to_owned(), |peer| format!("{:?}", game.name_of(&peer)))
                };
                let frame = round.map(|round| round.frame());
                let newest = table.newest_match.as_ref();
                tracing::debug!(
                    "draws room {:?} mode={} ready={} round={}/{} match={} turn={} setter={} tries={} asked={} players={} index={} phase={} mask={:?}",
                    room.name.as_str(),
                    table.settings.mode.code(),
                    room.players.iter().filter(|player| player.ready).count(),
                    newest.map_or(0, |newest| newest.begun),
                    newest.map_or(0, |newest| newest.rounds),
                    if game.match_on().is_some() {
                        "on"
                    } else {
                        "over"
                    },
                    name(frame.and_then(|frame| frame.turn)),
                    name(frame.and_then(|frame| frame.setter)),
                    round.map_or(0, |round| round.guesses().len()),
                    round.map_or(0, |round| round.asked().count()),
                    room.cluster.members.len(),
                    room.state.game_index(),
                    game.phase().code(),
                    mask.unwrap_or_default(),
                );
            }
            Stage::Lobby => tracing::debug!("draws lobby rooms={}", view.rooms.len()),
            other => tracing::debug!("draws {other:?}"),
        }
    }
}

impl eframe::App for App {
    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        self.draw(ui);
        self.frames += 1;
        if self.frames == 1 {
            tracing::info!("first frame");
        } else {
            tracing::trace!("frame {}", self.frames);
        }
    }

    /// Only the window's size and place are kept.
    fn persist_egui_memory(&self) -> bool {
        false
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        visuals.panel_fill.to_normalized_gamma_f32()
    }
}

/// How long something takes to open, in seconds.
const ANIMATION: f32 = 0.2;

/// How long a notice stays that tells of no failure, in seconds.
const NOTICE: f64 = 6.0;

/// A sentence over the page, which stays where it is; whether it was dismissed,
/// or has been there long enough.
fn notice_ui(ui: &egui::Ui, notice: &Notice) -> bool {
    let p = Palette::of(ui);
    let (fill, color) = if notice.is_error {
        (p.error_ground, p.error)
    } else {
        (p.card, p.text)
    };
    let width = ui.max_rect().width().min(560.0) - 32.0;
    // It lies over the page.
    let rows = (ui.max_rect().height() / 100.0).clamp(2.0, 6.0) as usize;
    let shown = egui::Area::new(egui::Id::unique("notice"))
        .order(egui::Order::Foreground)
        // There at once: each frame of fading in is one more to draw.
        .fade_in(false)
        .anchor(Align2::CENTER_TOP, vec2(0.0, 8.0))
        .show(ui.ctx(), |ui| {
            card(ui)
                .fill(fill)
                .shadow(ui.visuals().window_shadow)
                .show(ui, |ui| {
                    ui.set_width(width);
                    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                        let close = ui.button(tr!("ok"));
                        ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                            let said = words::notice(notice.code, &notice.what);
                            let whole = safe_text(&notice.text);
                            let text = said.clone().unwrap_or_else(|| sentence(&whole));
                            let label = in_rows(ui, RichText::new(text).color(color), rows);
                            let label = ui.add(label);
                            announce(&label);
                            if said.is_some() {
                                // It may say more: which address, which file.
                                label.on_hover_text(whole);
                            }
                        });
                        close.clicked()
                    })
                    .inner
                })
        });
    if shown.inner.inner {
        return true;
    }
    if notice.is_error {
        return false;
    }
    // As long as it was seen, whoever drew it first.
    let id = egui::Id::unique("notice since");
    let now = ui.input(|input| input.time);
    let (number, since) = ui.data(|data| data.get_temp(id)).unwrap_or((0, now));
    let since = if number == notice.number { since } else { now };
    ui.data_mut(|data| data.insert_temp(id, (notice.number, since)));
    let left = since + NOTICE - now;
    if left > 0.0 {
        ui.ctx()
            .request_repaint_after(Duration::from_secs_f64(left));
    }
    left <= 0.0
}

fn waiting_ui(
    ui: &mut egui::Ui,
    text: &str,
    can_cancel: bool,
    more: impl FnOnce(&mut egui::Ui) -> Option<Command>,
) -> Vec<Command> {
    let mut commands = Vec::new();
    centered(ui, |ui| {
        ui.heading(text);
        commands.extend(more(ui));
        if can_cancel {
            ui.add_space(8.0);
            if ui.button(tr!("cancel")).clicked() {
                commands.push(Command::Leave);
            }
        }
    });
    commands
}

/// What cannot go on, why, and what can be done about it.
fn failure_ui(ui: &mut egui::Ui, heading: &str, failure: &str, more: impl FnOnce(&mut egui::Ui)) {
    centered(ui, |ui| {
        ui.heading(RichText::new(heading).color(Palette::of(ui).error));
        ui.add_space(6.0);
        ui.label(failure);
        ui.add_space(6.0);
        more(ui);
    });
}

fn centered(ui: &mut egui::Ui, contents: impl FnOnce(&mut egui::Ui)) {
    let width = ui.available_width().min(460.0);
    let rect = Align2::CENTER_CENTER.align_size_within_rect(vec2(width, 180.0), ui.max_rect());
    ui.scope_builder(egui::UiBuilder::new().max_rect(rect), |ui| {
        card(ui).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.vertical_centered(contents);
        });
    });
}
