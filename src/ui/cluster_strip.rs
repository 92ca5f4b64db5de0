//! The cluster in one line: what this node is, who leads, how far the log is.

use eframe::egui;

use super::{
    parts::note_place,
    ring::{role, short},
    theme::{NARROW, Palette},
    words::tr,
};
use crate::node::ClusterView;

/// Which of the facts is the quorum.
const QUORUM: usize = 2;

/// Draws the strip at the foot of a room. Whether more of it is asked for.
pub(super) fn strip_ui(ui: &mut egui::Ui, cluster: &ClusterView) -> bool {
    let p = Palette::of(ui);
    let leader = cluster
        .leader
        .and_then(|id| cluster.members.iter().find(|m| m.node_id == id));
    let voters = cluster.members.iter().filter(|m| m.voter).count();
    let role = role(cluster);
    let narrow = ui.available_width() < NARROW * 0.8;
    let most = if narrow { 9 } else { 24 };
    let leader = leader.map_or_else(|| tr!("leader-none"), |m| short(m.name.as_str(), most));
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
