//! The cluster in one line: what this node is, who leads, how far the log is.

use eframe::egui;

use super::theme::Palette;
use crate::node::{ClusterView, Role};

/// Draws the strip at the foot of a room.
pub(super) fn strip_ui(ui: &mut egui::Ui, cluster: &ClusterView) {
    let p = Palette::of(ui);
    let leader = cluster
        .leader
        .and_then(|id| cluster.members.iter().find(|m| m.node_id == id));
    let voters = cluster.members.iter().filter(|m| m.voter).count();
    let role = match (cluster.role, cluster.quorum) {
        (Role::Leader, true) => "leader",
        (Role::Leader, false) => "leader, cut off",
        (Role::Follower, _) => "follower",
        (Role::Candidate, _) => "candidate",
        (Role::Learner, _) => "learner",
    };
    let leader = leader.map_or("none".to_owned(), |m| m.name.to_string());
    let facts = [
        (
            "This node",
            role.to_owned(),
            "Leaders order the log, followers vote, learners just follow. All of them play.",
        ),
        ("Leader", leader, "Whose node orders the log now"),
        (
            "Term",
            cluster.term.to_string(),
            "Counts the elections of this cluster",
        ),
        (
            "Applied",
            cluster.last_applied.to_string(),
            "Index of the last log entry in this game",
        ),
        (
            "Voters",
            format!("{voters} of {}", cluster.members.len()),
            "How many members vote",
        ),
        (
            "Quorum",
            if cluster.quorum { "yes" } else { "no" }.to_owned(),
            "Whether a majority of the voters can be reached",
        ),
    ];
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = egui::vec2(5.0, 2.0);
        ui.spacing_mut().interact_size.y = 18.0;
        for (n, (name, value, meaning)) in facts.into_iter().enumerate() {
            if n > 0 {
                ui.add_space(9.0);
            }
            // One text each, so that a line never breaks inside.
            let mut job = egui::text::LayoutJob::default();
            let font = egui::FontId::proportional(13.0);
            let alert = name == "Quorum" && !cluster.quorum;
            let color = if alert { p.error } else { p.text };
            job.append(name, 0.0, egui::TextFormat::simple(font.clone(), p.weak));
            job.append(&value, 6.0, egui::TextFormat::simple(font, color));
            ui.add(egui::Label::new(job).extend())
                .on_hover_text(meaning);
        }
    });
}
