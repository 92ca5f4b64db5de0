//! Raft at work: the members in a ring, and what goes between this node and
//! them, as its Raft node counts it.

use std::collections::BTreeMap;

use eframe::egui::{self, Align2, Color32, FontId, Pos2, Rect, Stroke, Vec2, vec2};

use super::{
    art::{Art, Picture},
    motion::ease_out,
    places::{Place, places},
    theme::{Palette, display, mix},
    words::tr,
};
use crate::{
    game::{Names, short_text},
    node::{Calls, ClusterView, Exchange, NodeId, RaftStats, Role},
};

/// How long a call is seen on its way, in seconds.
const WAY: f64 = 0.35;

/// More are not drawn at once: 24 members make a few dozen a second.
const MAX_DOTS: usize = 200;

/// What travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Heartbeat,
    Entries,
    Vote,
    Snapshot,
    Answer,
}

struct Dot {
    with: NodeId,
    kind: Kind,
    /// Whether it goes to the other member, or comes from there.
    out: bool,
    since: f64,
}

/// What was counted when it was drawn last, and what is on its way.
#[derive(Default)]
pub(super) struct Ring {
    seen: BTreeMap<NodeId, Exchange>,
    dots: Vec<Dot>,
}

impl Ring {
    /// Puts on its way what was counted since the last look. Whether anything
    /// is on its way.
    pub(super) fn look_at(&mut self, stats: &RaftStats, now: f64) -> bool {
        self.dots.retain(|dot| now - dot.since < WAY);
        for (id, count) in &stats.traffic {
            // What was there before is not news.
            let seen = self.seen.insert(*id, *count).unwrap_or(*count);
            for (out, new, old) in [
                (true, count.sent, seen.sent),
                (false, count.heard, seen.heard),
            ] {
                for kind in new_calls(new, old) {
                    self.start(*id, kind, out, now);
                }
            }
            if count.answered > seen.answered {
                self.start(*id, Kind::Answer, false, now);
            }
            if count.heard != seen.heard {
                self.start(*id, Kind::Answer, true, now);
            }
        }
        !self.dots.is_empty()
    }

    /// Nothing is on its way.
    pub(super) fn clear(&mut self) {
        self.dots.clear();
    }

    fn start(&mut self, with: NodeId, kind: Kind, out: bool, now: f64) {
        if self.dots.len() < MAX_DOTS {
            // An answer leaves when the call has arrived.
            let later = if kind == Kind::Answer { WAY * 0.5 } else { 0.0 };
            self.dots.push(Dot {
                with,
                kind,
                out,
                since: now + later,
            });
        }
    }
}

/// The kinds of calls of which there are more than before.
fn new_calls(new: Calls, old: Calls) -> impl Iterator<Item = Kind> {
    [
        (new.heartbeats > old.heartbeats).then_some(Kind::Heartbeat),
        (new.appends > old.appends).then_some(Kind::Entries),
        (new.votes > old.votes || new.handovers > old.handovers).then_some(Kind::Vote),
        (new.snapshots > old.snapshots).then_some(Kind::Snapshot),
    ]
    .into_iter()
    .flatten()
}

/// Draws the ring into the space there is.
pub(super) fn ring_ui(
    ui: &mut egui::Ui,
    art: &mut Art,
    cluster: &ClusterView,
    names: &Names,
    stats: &RaftStats,
    ring: &Ring,
    size: Vec2,
) {
    let (rect, response) = ui.allocate_exact_size(size, egui::Sense::hover());
    let spoken = spoken(cluster, names);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &spoken));
    let painter = ui.painter_at(rect);
    let p = Palette::of(ui);
    let now = ui.input(|input| input.time);
    let places = places(rect, cluster);
    let of = |id: NodeId| places.all.iter().find(|place| place.member.node_id == id);
    let Some(Place { at: mine, .. }) = of(cluster.node_id) else {
        return;
    };
    for Place { member, at, .. } in &places.all {
        if member.node_id != cluster.node_id {
            let strength = if member.online { 0.7 } else { 0.3 };
            let stroke = Stroke::new(1.5, mix(p.card, p.line, strength));
            painter.line_segment([*mine, *at], stroke);
        }
    }
    for dot in &ring.dots {
        if let Some(Place { at, .. }) = of(dot.with)
            && now >= dot.since
        {
            let gone = ease_out(((now - dot.since) / WAY).min(1.0) as f32);
            let (from, to) = if dot.out { (mine, at) } else { (at, mine) };
            paint_dot(&painter, p, dot.kind, *from + (*to - *from) * gone);
        }
    }
    for place in &places.all {
        let name = names.name_of(&place.member.peer_id);
        let place = (place, name);
        member_ui(&painter, art, p, cluster, stats, place, places.many);
    }
}

fn paint_dot(painter: &egui::Painter, p: &Palette, kind: Kind, at: Pos2) {
    match kind {
        Kind::Heartbeat => painter.circle_filled(at, 3.0, p.weak),
        Kind::Answer => painter.circle_stroke(at, 3.0, Stroke::new(1.5, p.weak)),
        Kind::Entries => {
            let entry = Rect::from_center_size(at, vec2(13.0, 10.0));
            painter.rect_filled(entry, 2.5, p.accent)
        }
        Kind::Vote => {
            let ballot = Rect::from_center_size(at, vec2(11.0, 11.0));
            painter.rect_filled(ballot, 0.0, p.hit)
        }
        Kind::Snapshot => painter.circle_filled(at, 7.0, p.accent),
    };
}

fn member_ui(
    painter: &egui::Painter,
    art: &mut Art,
    p: &Palette,
    cluster: &ClusterView,
    stats: &RaftStats,
    (place, name): (&Place<'_>, &str),
    small: bool,
) {
    let Place {
        member,
        at,
        out,
        apart,
    } = *place;
    let radius = if small { 11.0 } else { 19.0 };
    let me = member.node_id == cluster.node_id;
    let leads = cluster.leader == Some(member.node_id);
    let line = if member.online { p.accent } else { p.line };
    let fill = match (member.online, member.voter) {
        (true, true) => p.accent,
        (true, false) | (false, true) => p.card,
        (false, false) => p.ground,
    };
    painter.circle(at, radius, fill, Stroke::new(2.0, line));
    if me {
        painter.circle_stroke(at, radius + 4.0, Stroke::new(1.5, p.text));
    }
    let ink: Color32 = if fill == p.accent {
        p.on_accent
    } else {
        p.weak
    };
    // Told apart by a word, too: a vote or none.
    let letter = if member.voter { "V" } else { "L" };
    let font = display(if small { 10.0 } else { 15.0 });
    painter.text(at, Align2::CENTER_CENTER, letter, font, ink);
    if leads {
        let size = Vec2::splat(radius * 1.6);
        // Where no name is: those of many stand outside.
        let way = if small { out } else { vec2(0.0, 1.0) };
        let crown = Rect::from_center_size(at - way * radius * 1.6, size);
        art.paint(painter, Picture::Crown, crown);
    }
    let name_font = FontId::proportional(if small { 11.0 } else { 14.0 });
    let color = if member.online { p.text } else { p.weak };
    let name = short_text(name, if small { 12 } else { 14 });
    if small {
        // Outside of the ring, where the others are not.
        let side = |along: f32, middle: f32| {
            if along.abs() < middle {
                egui::Align::Center
            } else if along < 0.0 {
                egui::Align::Max
            } else {
                egui::Align::Min
            }
        };
        let anchor = Align2([side(out.x, 0.05), side(out.y, 0.4)]);
        let away = radius + if apart { 26.0 } else { 4.0 };
        painter.text(at + out * away, anchor, name, name_font, color);
        return;
    }
    let below = at + vec2(0.0, radius + 5.0);
    let row = painter.text(below, Align2::CENTER_TOP, name, name_font, color);
    let more = if !member.online {
        Some(tr!("ring-away"))
    } else if let Some(lag) = stats.lag.get(&member.node_id).filter(|_| !me) {
        Some(tr!("ring-behind", count = *lag))
    } else if leads {
        Some(tr!("ring-leads"))
    } else {
        None
    };
    if let Some(more) = more {
        let font = FontId::proportional(11.5);
        painter.text(row.center_bottom(), Align2::CENTER_TOP, more, font, p.weak);
    }
}

/// The ring in words.
fn spoken(cluster: &ClusterView, names: &Names) -> String {
    let voters = cluster.members.iter().filter(|m| m.voter).count();
    let leader = cluster.leader.and_then(|id| {
        let mut members = cluster.members.iter();
        members.find(|member| member.node_id == id)
    });
    tr!(
        "ring-spoken",
        members = cluster.members.len(),
        voters = voters,
        leader = leader.map_or_else(
            || tr!("leader-none"),
            |m| names.name_of(&m.peer_id).to_owned()
        ),
        term = cluster.term
    )
}

/// What the signs mean.
pub(super) fn legend_ui(ui: &mut egui::Ui) {
    let p = Palette::of(ui);
    // A row is as high as the controls are that might stand in it.
    let high = std::mem::replace(&mut ui.spacing_mut().interact_size.y, 18.0);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(4.0, 2.0);
        for (kind, name) in [
            (Kind::Heartbeat, tr!("ring-heartbeat")),
            (Kind::Entries, tr!("ring-entries")),
            (Kind::Vote, tr!("ring-vote")),
            (Kind::Answer, tr!("ring-answer")),
        ] {
            let (rect, _) = ui.allocate_exact_size(vec2(16.0, 16.0), egui::Sense::hover());
            paint_dot(ui.painter(), p, kind, rect.center());
            let text = egui::RichText::new(name).small().color(p.weak);
            ui.add(egui::Label::new(text).extend());
            ui.add_space(8.0);
        }
        // The letters in the circles.
        for text in [tr!("ring-votes"), tr!("ring-learns")] {
            let text = egui::RichText::new(text).small().color(p.weak);
            ui.add(egui::Label::new(text).extend());
            ui.add_space(8.0);
        }
    });
    ui.spacing_mut().interact_size.y = high;
}

/// What a role is called.
pub(super) fn role(cluster: &ClusterView) -> String {
    match (cluster.role, cluster.quorum) {
        (Role::Leader, true) => tr!("node-leader"),
        (Role::Leader, false) => tr!("node-cut-off"),
        (Role::Follower, _) => tr!("node-follower"),
        (Role::Candidate, _) => tr!("node-candidate"),
        (Role::Learner, _) => tr!("node-learner"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_new_travels() {
        let mut ring = Ring::default();
        let mut stats = RaftStats::default();
        let mut exchange = Exchange::default();
        exchange.sent.heartbeats = 100;
        stats.traffic.insert(2, exchange);
        // It was counted before anybody looked.
        assert!(!ring.look_at(&stats, 0.0));
        exchange.sent.heartbeats += 1;
        exchange.sent.appends += 1;
        exchange.answered += 1;
        stats.traffic.insert(2, exchange);
        assert!(ring.look_at(&stats, 1.0));
        let kinds: Vec<Kind> = ring.dots.iter().map(|dot| dot.kind).collect();
        assert_eq!(kinds, [Kind::Heartbeat, Kind::Entries, Kind::Answer]);
        assert!(ring.look_at(&stats, 1.2));
        assert!(!ring.look_at(&stats, 2.0));
    }
}
