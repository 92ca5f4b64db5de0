//! Where the members of the ring stand.

use eframe::egui::{Pos2, Rect, Vec2, vec2};

use crate::node::{ClusterView, MemberView};

/// Members are drawn large, with their names below, if they stand so far apart,
/// in points: as wide as a name is.
const LARGE: f32 = 100.0;

/// Where the members stand.
pub(super) struct Places<'a> {
    pub(super) all: Vec<Place<'a>>,
    /// Whether they are many for the space: small, and their names around them.
    pub(super) many: bool,
}

/// Where a member stands, and which way its name goes if there are many.
pub(super) struct Place<'a> {
    pub(super) member: &'a MemberView,
    pub(super) at: Pos2,
    /// Of length 1: away from the middle.
    pub(super) out: Vec2,
    /// Whether the name stands a line further out than its neighbours'.
    pub(super) apart: bool,
}

/// Where each member stands: I at the bottom, the others around from there.
pub(super) fn places(rect: Rect, cluster: &ClusterView) -> Places<'_> {
    let count = cluster.members.len();
    let mine = cluster.members.iter();
    let mine = mine.take_while(|m| m.node_id != cluster.node_id).count();
    let within = |margin: Vec2| around((rect.size() * 0.5 - margin).max(Vec2::splat(30.0)), count);
    // A crown above, and two lines below each.
    let mut middle = rect.center() - vec2(0.0, 10.0);
    let mut around = within(vec2(62.0, 56.0));
    let many = matches!(around[..], [first, next, ..] if (next - first).length() < LARGE);
    if many {
        // A name next to each, or up to two lines above or below.
        middle = rect.center();
        around = within(vec2(88.0, 54.0));
    }
    let members = cluster.members.iter().enumerate();
    let placed = members.map(|(n, member)| {
        let nth = (n + count - mine % count) % count;
        let out = around[nth].normalized();
        // Above and below the ring the names stand side by side, the lowest, and
        // a single highest, near it.
        let from_lowest = nth.min(count - nth);
        let from_end = from_lowest.min(count.div_ceil(2) - from_lowest);
        Place {
            member,
            at: middle + around[nth],
            out,
            apart: out.y.abs() > 0.8 && from_end % 2 == 1,
        }
    });
    let all = placed.collect();
    Places { all, many }
}

/// `count` places on an ellipse, equally far apart along it, from its lowest
/// point on.
fn around(radius: Vec2, count: usize) -> Vec<Vec2> {
    const STEPS: usize = 720;
    let at = |step: usize| {
        let turn = std::f32::consts::TAU * (step as f32 / STEPS as f32 + 0.25);
        vec2(turn.cos() * radius.x, turn.sin() * radius.y)
    };
    // Each step, and the way to it.
    let mut steps = vec![(at(0), 0.0)];
    let (mut last, mut gone) = steps[0];
    for step in 1..=STEPS {
        let next = at(step);
        gone += (next - last).length();
        last = next;
        steps.push((next, gone));
    }
    let place = |n: usize| {
        let way = gone * n as f32 / count as f32;
        steps[steps.partition_point(|(_, passed)| *passed < way)].0
    };
    (0..count).map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_stand_equally_far_apart() {
        for radius in [vec2(200.0, 200.0), vec2(330.0, 140.0), vec2(134.0, 70.0)] {
            let around = around(radius, 24);
            let next = around.iter().skip(1).chain(&around[..1]);
            let apart: Vec<f32> = around
                .iter()
                .zip(next)
                .map(|(a, b)| (*a - *b).length())
                .collect();
            let nearest = apart.iter().copied().fold(f32::INFINITY, f32::min);
            let farthest = apart.iter().copied().fold(0.0, f32::max);
            assert!(
                nearest > farthest * 0.9,
                "{radius:?}: {nearest} and {farthest}"
            );
        }
        assert!(around(vec2(30.0, 30.0), 0).is_empty());
    }
}
