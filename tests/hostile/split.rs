//! A leader whose program is changed, and that tells each of the others another game.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use dhangkanna::{
    consensus::{Entry, Member, Membership, NodeId, Proposal, log_id},
    game::{Action, Name},
    net::Identity,
    node::{Trouble, View},
};
use openraft::{RaftNetworkV2 as _, entry::RaftEntry as _};

use super::{
    calls::{append, option, takes},
    rogue_leader::Changed,
};
use crate::common::{room_of, until};

/// From what is told, until all show it.
const SHOWN: Duration = Duration::from_secs(10);

/// It tells each of the others something else.
#[tokio::test(flavor = "multi_thread")]
async fn a_split_view_is_shown_to_all() {
    // Both are its own command, and signed; or only one of them is signed.
    // And one may be kept far behind.
    let both = [(["Here", "There"], true), (["Here", "Here"], false)];
    for (names, are_signed) in both {
        is_shown_to_all(names, are_signed, [0, 0]).await;
    }
    is_shown_to_all(["Here", "There"], true, [1_500, 100]).await;
}

async fn is_shown_to_all(names: [&str; 2], are_signed: bool, more: [u64; 2]) {
    let changed = Changed::leader().await;
    let Changed { room, rogue, .. } = &changed;
    let next = changed.next();
    // To both at once: one that had nothing for so long would elect itself.
    let told = changed.rafts().await.into_iter().zip(names).enumerate();
    let told = told.map(async |(n, (mut raft, name))| {
        let name = Name::parse(name).expect("a name");
        let mut own = rogue.says(room.cluster, 1, Action::TakeSeat { name });
        if n == 1 && !are_signed {
            let other = rogue.says(room.cluster, 2, own.action.clone());
            own.signed = other.signed;
        }
        let mut entries = rogue.log.entries_after(None);
        entries.push(Entry::new_normal(next, Proposal::Command(own)));
        let blank = (1..=more[n]).map(|n| Entry::new_blank(log_id(changed.term, next.index + n)));
        entries.extend(blank);
        takes(&mut raft, changed.vote(), entries).await;
    });
    let shown = async {
        futures::future::join_all(told).await;
        for (player, more) in room.players.iter().zip(more) {
            let last = next.index + more;
            until(player, "a split view of all of it", |view| {
                let trouble = room_of(view).and_then(|room| room.trouble.as_ref());
                matches!(trouble, Some(Trouble::Split { .. }))
                    && room_of(view).is_some_and(|room| room.cluster.last_applied >= last)
            })
            .await;
        }
    };
    let shown = tokio::time::timeout(SHOWN, shown).await;
    shown.expect("shown to all in time");
    changed.room.end().await;
}

/// What a leader that lies tells somebody of the members: its own seat, theirs, the
/// other one's, and who is first.
type Told = (
    &'static str,
    fn(&mut BTreeMap<NodeId, Member>, [NodeId; 3], bool),
);

/// There are only the two of us.
fn two(members: &mut BTreeMap<NodeId, Member>, [_, _, other]: [NodeId; 3], _: bool) {
    members.remove(&other);
}

/// So to the first one; the other hears of all three.
fn two_and_three(members: &mut BTreeMap<NodeId, Member>, seats: [NodeId; 3], first: bool) {
    if first {
        two(members, seats, first);
    }
}

/// And nobody knows how you came in.
fn no_path(members: &mut BTreeMap<NodeId, Member>, seats: [NodeId; 3], first: bool) {
    two(members, seats, first);
    let own = members.get_mut(&seats[1]).expect("a member");
    own.path = None;
}

/// The others have more seats than one.
fn twins(members: &mut BTreeMap<NodeId, Member>, seats: [NodeId; 3], _: bool) {
    for (n, seat) in seats.into_iter().enumerate() {
        let twin = members[&seat].clone();
        members.insert(u64::MAX - n as u64, twin);
    }
}

/// Somebody else has the other one's seat.
fn swapped(members: &mut BTreeMap<NodeId, Member>, [_, _, other]: [NodeId; 3], _: bool) {
    let key = Identity::ephemeral().expect("a key").key().public();
    members.insert(other, Member::new(key, None, Vec::new()));
}

/// The other one has another seat.
fn renumbered(members: &mut BTreeMap<NodeId, Member>, [_, _, other]: [NodeId; 3], _: bool) {
    let member = members.remove(&other).expect("a member");
    members.insert(u64::MAX - 7, member);
}

/// It tells each of the others something else of who the members are, and of the game.
#[tokio::test(flavor = "multi_thread")]
async fn a_split_of_the_members_is_shown_to_all() {
    let all: [Told; 6] = [
        ("two", two),
        ("two and three", two_and_three),
        ("no path", no_path),
        ("twins", twins),
        ("swapped", swapped),
        ("renumbered", renumbered),
    ];
    for told in all {
        is_split_shown(told, ["Here", "There"]).await;
    }
    is_split_shown(all[0], ["Here", "Here"]).await;
}

async fn is_split_shown((case, told): Told, names: [&str; 2]) {
    let changed = Changed::leader().await;
    let Changed { room, rogue, .. } = &changed;
    let (vote, next) = (changed.vote(), changed.next());
    let entries = rogue.log.entries_after(None);
    let [own, one, other] = [0, 1, 2].map(|n| changed.seats[n].0);
    let last = log_id(changed.term, next.index + 1);
    let mut rafts = changed.rafts().await;
    for (raft, (seat, other)) in rafts.iter_mut().zip([(one, other), (other, one)]) {
        let mut members = changed.members();
        told(&mut members, [own, seat, other], seat == one);
        let voters = members
            .keys()
            .copied()
            .filter(|id| [own, one, other].contains(id));
        let membership = Membership::new(vec![voters.collect::<BTreeSet<_>>()], members);
        let name = Name::parse(names[usize::from(seat != one)]).expect("a name");
        let sits = rogue.says(room.cluster, 1, Action::TakeSeat { name });
        let mut entries = entries.clone();
        entries.push(Entry::new_membership(
            next,
            membership.expect("a membership"),
        ));
        entries.push(Entry::new_normal(last, Proposal::Command(sits)));
        takes(raft, vote, entries).await;
    }
    let leads = async {
        loop {
            for raft in &mut rafts {
                let beat = append(vote, Some(last), Vec::new(), Some(last));
                raft.append_entries(beat, option()).await.expect("taken");
            }
            rogue.server.heard_within(Duration::from_millis(50)).await;
        }
    };
    let shown = async {
        for player in &room.players {
            let split = |view: &View| {
                let trouble = room_of(view).and_then(|room| room.trouble.as_ref());
                matches!(trouble, Some(Trouble::Split { with, .. }) if with.len() == 1)
            };
            until(player, "a split", split).await;
        }
    };
    let shown = tokio::time::timeout(SHOWN, shown);
    tokio::select! {
        shown = shown => shown.unwrap_or_else(|_late| {
            let views = room.players.iter().map(|player| player.view().borrow().clone());
            let troubles = views.map(|view| room_of(&view).map(|room| room.trouble.clone()));
            panic!("{case}: not shown to all in time, but {:?}", troubles.collect::<Vec<_>>())
        }),
        () = leads => unreachable!(),
    }
    changed.room.end().await;
}
