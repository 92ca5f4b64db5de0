//! Raft at work, to be watched: in one line at the foot of a room, and on a page
//! with the ring, what happened, and how long things take.

use std::time::{Duration, SystemTime};

use eframe::egui::{self, Rect, RichText, ScrollArea, Stroke, pos2, vec2};

use super::{
    art::Art,
    parts::{close_button, dialog, dialog_scroll, note_place, part_ui},
    ring::{Ring, legend_ui, ring_ui, role},
    theme::{NARROW, Palette},
    words::tr,
};
use crate::{
    game::{Names, safe_text, short_text},
    node::{ClusterEvent, ClusterEventKind, ClusterView, Command, RaftStats, RoomView},
};

/// How often the numbers are read.
const LOOK: Duration = Duration::from_millis(80);

/// Which of the facts is the quorum.
const QUORUM: usize = 2;

/// Whether the page is open, and what is on its way there.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) open: bool,
    /// The numbers of this node at the last look; only while it is open.
    stats: RaftStats,
    ring: Ring,
}

impl Draft {
    /// Takes the newest numbers, if the page is open.
    pub(super) fn look_at(&mut self, stats: impl Fn() -> RaftStats) {
        if self.open {
            self.stats = stats();
        }
    }
}

/// Draws the strip at the foot of a room. Whether more of it is asked for.
pub(super) fn strip_ui(ui: &mut egui::Ui, cluster: &ClusterView, names: &Names) -> bool {
    let p = Palette::of(ui);
    let leader = cluster
        .leader
        .and_then(|id| cluster.members.iter().find(|m| m.node_id == id));
    let voters = cluster.members.iter().filter(|m| m.voter).count();
    let role = role(cluster);
    let narrow = ui.available_width() < NARROW * 0.8;
    let most = if narrow { 9 } else { 24 };
    let leader = leader.map_or_else(
        || tr!("leader-none"),
        |m| short_text(names.name_of(&m.peer_id), most),
    );
    let facts = [
        (tr!("node"), role, tr!("node-more")),
        (tr!("leader"), leader, tr!("leader-more")),
        (
            tr!("quorum"),
            if cluster.quorum {
                tr!("yes")
            } else {
                tr!("no")
            },
            tr!("quorum-more"),
        ),
        (tr!("term"), cluster.term.to_string(), tr!("term-more")),
        (
            tr!("applied"),
            cluster.last_applied.to_string(),
            tr!("applied-more"),
        ),
        (
            tr!("voters"),
            tr!(
                "voters-of",
                voters = voters,
                members = cluster.members.len()
            ),
            tr!("voters-more"),
        ),
    ];
    let mut opened = false;
    egui::Sides::new().shrink_left().truncate().show(
        ui,
        |ui| {
            ui.spacing_mut().item_spacing = egui::vec2(5.0, 2.0);
            for (n, (name, value, meaning)) in facts.into_iter().enumerate() {
                // One text each, so that a line never breaks inside.
                let mut job = egui::text::LayoutJob::default();
                let font = egui::FontId::proportional(13.0);
                let alert = n == QUORUM && !cluster.quorum;
                let color = if alert { p.error } else { p.text };
                job.append(&name, 0.0, egui::TextFormat::simple(font.clone(), p.weak));
                job.append(&value, 6.0, egui::TextFormat::simple(font, color));
                let galley = ui.painter().layout_job(job);
                // As many as there is room for.
                if galley.size().x > ui.available_width() {
                    break;
                }
                ui.label(galley).on_hover_text(meaning);
                ui.add_space(9.0);
            }
        },
        |ui| {
            ui.spacing_mut().button_padding = egui::vec2(10.0, 4.0);
            let button = ui.button(tr!("raft-open"));
            note_place(&button, "Watch Raft");
            opened = button.clicked();
        },
    );
    opened
}

/// Draws the page, if it is open.
pub(super) fn watch_ui(
    ui: &egui::Ui,
    art: &mut Art,
    room: &RoomView,
    names: &Names,
    calm: bool,
    draft: &mut Draft,
) -> Option<Command> {
    if !draft.open {
        return None;
    }
    let cluster = &room.cluster;
    let stats = &draft.stats;
    let now = ui.input(|input| input.time);
    let moves = draft.ring.look_at(stats, now) && !calm;
    if calm {
        draft.ring.clear();
    }
    let mut command = None;
    let window = ui.ctx().content_rect().size();
    let wide = window.x >= NARROW;
    let modal = dialog(ui, "watch", |ui| {
        let width = (window.x - 90.0).min(900.0);
        ui.set_width(width);
        egui::Sides::new().shrink_left().truncate().show(
            ui,
            |ui| ui.heading(tr!("raft")),
            |ui| {
                close_button(ui, &mut draft.open);
                let export = ui.button(tr!("raft-save"));
                if export.on_hover_text(tr!("raft-save-more")).clicked() {
                    command = Some(Command::Export(as_text(room)));
                }
            },
        );
        let height = (window.y - 190.0).min(520.0);
        let ring = if wide {
            vec2(width * 0.52, height - 150.0)
        } else {
            vec2(width - 12.0, 280.0)
        };
        let picture = |ui: &mut egui::Ui, art: &mut Art| {
            let weak = Palette::of(ui).weak;
            ui.label(RichText::new(facts(room, stats)).small().color(weak));
            ring_ui(ui, art, cluster, names, stats, &draft.ring, ring);
            legend_ui(ui);
            part_ui(ui, tr!("latency-title"));
            latencies_ui(ui, stats, ring.x - 10.0);
        };
        if wide {
            ui.horizontal_top(|ui| {
                ui.vertical(|ui| {
                    ui.set_width(ring.x);
                    picture(ui, art);
                });
                ui.add_space(8.0);
                ui.vertical(|ui| {
                    part_ui(ui, tr!("events"));
                    ScrollArea::vertical()
                        .max_height(height - 30.0)
                        .auto_shrink([false, false])
                        .show(ui, |ui| events_ui(ui, &cluster.events));
                });
            });
        } else {
            dialog_scroll(height).show(ui, |ui| {
                picture(ui, art);
                part_ui(ui, tr!("events"));
                events_ui(ui, &cluster.events);
            });
        }
    });
    draft.open &= !modal.should_close();
    let next = if moves { Duration::ZERO } else { LOOK };
    ui.ctx().request_repaint_after(next);
    command
}

/// Where this node stands, in a line.
fn facts(room: &RoomView, stats: &RaftStats) -> String {
    tr!(
        "raft-facts",
        role = role(&room.cluster),
        term = room.cluster.term,
        log = stats.log.last_log,
        committed = stats.log.committed,
        applied = room.cluster.last_applied
    )
}

/// How long this player's newest commands took, as bars; the newest at the
/// right.
fn latencies_ui(ui: &mut egui::Ui, stats: &RaftStats, width: f32) {
    let p = Palette::of(ui);
    let all: Vec<f32> = stats
        .latencies
        .iter()
        .map(|t| t.as_secs_f32() * 1e3)
        .collect();
    let Some(last) = all.last() else {
        ui.label(RichText::new(tr!("latency-none")).small().color(p.weak));
        return;
    };
    let mut sorted = all.clone();
    sorted.sort_by(f32::total_cmp);
    let (median, worst) = (sorted[sorted.len() / 2], sorted[sorted.len() - 1]);
    let ms = |value: f32| format!("{value:.1}");
    let text = tr!(
        "latency",
        count = all.len(),
        last = ms(*last),
        median = ms(median),
        worst = ms(worst)
    );
    ui.label(RichText::new(text.clone()).small().color(p.weak));
    let (rect, response) = ui.allocate_exact_size(vec2(width, 40.0), egui::Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &text));
    let painter = ui.painter_at(rect);
    painter.line_segment(
        [rect.left_bottom(), rect.right_bottom()],
        Stroke::new(1.0, p.line),
    );
    let step = (rect.width() / 60.0).min(10.0);
    for (n, value) in all.iter().rev().enumerate() {
        let right = rect.right() - n as f32 * step;
        let high = (value / worst * rect.height()).max(2.0);
        let bar = Rect::from_min_max(
            pos2(right - step + 1.5, rect.bottom() - high),
            pos2(right, rect.bottom()),
        );
        painter.rect_filled(bar, 1.5, p.accent);
    }
}

/// What happened, the newest first.
fn events_ui(ui: &mut egui::Ui, events: &[ClusterEvent]) {
    let p = Palette::of(ui);
    ui.spacing_mut().item_spacing.y = 3.0;
    for event in events.iter().rev() {
        ui.horizontal_top(|ui| {
            let ago = event.at.elapsed().unwrap_or_default();
            let when = match ago.as_secs() {
                seconds @ 0..100 => tr!("event-seconds", count = seconds),
                seconds => tr!("event-minutes", count = seconds / 60),
            };
            let when = egui::Label::new(RichText::new(when).small().color(p.weak));
            ui.add_sized(vec2(72.0, 18.0), when);
            let color = match event.what {
                ClusterEventKind::QuorumLost
                | ClusterEventKind::NoLeader { .. }
                | ClusterEventKind::Away(_) => p.error,
                ClusterEventKind::Leads { .. } => p.accent,
                _ => p.text,
            };
            ui.add(egui::Label::new(RichText::new(told(event)).color(color)).wrap());
        });
    }
}

/// An event in a line, with its term.
fn told(event: &ClusterEvent) -> String {
    tr!("event", term = event.term, what = in_words(&event.what))
}

/// What happened, as a sentence.
fn in_words(what: &ClusterEventKind) -> String {
    let seconds = |after: &Duration| format!("{:.1}", after.as_secs_f64());
    match what {
        ClusterEventKind::Opened => tr!("event-opened"),
        ClusterEventKind::Campaigns => tr!("event-campaigns"),
        ClusterEventKind::Leads {
            who,
            votes: Some((votes, of)),
            ..
        } => tr!("event-won", who = who.as_str(), votes = *votes, of = *of),
        ClusterEventKind::Leads { who, .. } => tr!("event-leads", who = who.as_str()),
        ClusterEventKind::NoLeader { who } => tr!("event-no-leader", who = who.as_str()),
        ClusterEventKind::Joined(who) => tr!("event-joined", who = who.as_str()),
        ClusterEventKind::Left(who) => tr!("event-left", who = who.as_str()),
        ClusterEventKind::Votes(who) => tr!("event-votes", who = who.as_str()),
        ClusterEventKind::Learns(who) => tr!("event-learns", who = who.as_str()),
        ClusterEventKind::Away(who) => tr!("event-away", who = who.as_str()),
        ClusterEventKind::Back { who, after } => {
            tr!("event-back", who = who.as_str(), seconds = seconds(after))
        }
        ClusterEventKind::QuorumLost => tr!("event-quorum-lost"),
        ClusterEventKind::QuorumBack { after } => {
            tr!("event-quorum-back", seconds = seconds(after))
        }
    }
}

/// The events as a file: a line each, the oldest first, with the seconds since
/// 1970.
fn as_text(room: &RoomView) -> String {
    let mut text = format!(
        "{}, {}\n",
        safe_text(room.name.as_str()),
        room.cluster.cluster_id
    );
    for event in room.cluster.events.iter() {
        let at = event.at.duration_since(SystemTime::UNIX_EPOCH);
        let seconds = at.unwrap_or_default().as_secs_f64();
        text.push_str(&format!("{seconds:.3} {}\n", told(event)));
    }
    text
}
