//! What the other members have in their logs. They are asked before a leader's word
//! replaces something in ours: it may have been decided, and nobody has shown us that the
//! leader was elected.

use std::collections::{BTreeMap, BTreeSet};

use super::{Seat, findings::Findings};
use crate::{
    consensus::{
        CommandId, GameCommand, LogId, MAX_MEMBERS, Mark, NodeId, RoomState,
        quorum::{is_majority, is_majority_of},
    },
    game::PeerId,
    net::{CallError, Survey},
};

impl Seat {
    /// Asks a member how it is, and whether it has applied the same, however far one of the
    /// two is ahead; with `freeze`, and to keep still for a moment.
    ///
    /// # Errors
    /// If it does not answer, or has gone on elsewhere.
    pub async fn compare_with(
        &self,
        id: NodeId,
        peer: PeerId,
        freeze: bool,
    ) -> Result<Survey, CallError> {
        let client = self.client(id, peer);
        let mut told = client.survey(freeze, self.node.mark(), None).await?;
        if self.agrees_with(&told).is_none()
            && let Some(mark) = self.node.earlier_mark(told.applied.index)
        {
            let again = client.survey(false, mark, None).await;
            told.agrees = again.ok().and_then(|told| told.agrees);
        }
        Ok(told)
    }

    /// Whether a state after an entry, which a leader wants to put in place of ours, is
    /// true, as far as we and the others can tell; `None` if nobody else can.
    pub async fn confirms(&self, leader: NodeId, last: LogId, state: &RoomState) -> Option<bool> {
        let history = state.history();
        let mut marks = history.marks();
        let differs = marks.any(|mark| self.node.agrees(mark) == Some(false));
        let ours = self.node.state();
        let is_newer = history.last().index > ours.history().last().index;
        if differs || is_newer && !state.has_applied_all(&ours) {
            return Some(false);
        }
        // The state may be of so much later that it tells nothing of what is applied here.
        if let Some(member) = self.member(leader)
            && let Ok(told) = self.compare_with(leader, member.peer_id, false).await
            && self.agrees_with(&told) == Some(false)
        {
            return Some(false);
        }
        let answers = self.ask_voters(leader, history.last(), last).await;
        let told: Vec<bool> = answers
            .values()
            .filter_map(|survey| survey.agrees)
            .collect();
        let holds = |id: &NodeId| match answers.get(id) {
            Some(survey) => survey.holds,
            None if *id == self.node_id() => self.node.log().holds(last),
            None => None,
        };
        let stored = self.node.membership();
        let voters = stored.membership().get_joint_config().last()?;
        confirmed(&told, voters, holds)
    }

    /// Whether most members lack an entry, where fewer than three of more vote: a leader
    /// that lies could have made itself the only voter.
    pub async fn most_members_lack(&self, leader: NodeId, entry: LogId) -> bool {
        let stored = self.node.membership();
        let all: BTreeSet<NodeId> = stored.nodes().map(|(id, _)| *id).collect();
        if stored.voter_ids().count() >= 3 || all.len() < 3 {
            return false;
        }
        let answers = self.ask(&all, leader, self.node.mark(), entry).await;
        let lacks = |id: &NodeId| match answers.get(id) {
            Some(survey) => survey.holds == Some(false),
            None => *id == self.node_id() && self.node.log().holds(entry) == Some(false),
        };
        is_majority_of(&all, lacks)
    }

    /// Whether an entry here that a leader wants to put another in place of may be
    /// decided: most voters have it, or one has applied it, or who led when it was
    /// appended still does. It need not be, if a leader left it behind and is gone (Raft
    /// §5.4.2); then one of those who have it is elected.
    pub async fn may_be_decided(&self, leader: NodeId, entry: LogId) -> bool {
        let answers = self.ask_voters(leader, self.node.mark(), entry).await;
        let followed = self.node.vote();
        let led = answers.get(&followed.leader_id.voted_for);
        let of_its_term = followed.committed && followed.leader_id.term == *entry.leader_id;
        if of_its_term && led.is_some_and(|survey| survey.leads && survey.plays) {
            return true;
        }
        let holds = |id: &NodeId| match answers.get(id) {
            Some(survey) => survey.holds,
            None if *id == self.node_id() => Some(true),
            None => (*id == leader).then_some(false),
        };
        let applied =
            |survey: &Survey| survey.holds == Some(true) && survey.applied.index >= entry.index;
        let is_applied = answers.values().any(applied);
        let stored = self.node.membership();
        let configs = stored.membership().get_joint_config();
        may_be_decided(configs, holds, is_applied)
    }

    /// Notes that this player, as the owner, sends somebody away. A leader could keep that
    /// from being decided; whoever asks is shown it until it is.
    pub fn note_removal(&self, command: &GameCommand) {
        let mut removing = self.removing.lock();
        if removing.len() < MAX_MEMBERS {
            removing.push(command.clone());
        }
    }

    /// Notes that it comes to nothing.
    pub fn forget_removal(&self, id: &CommandId) {
        self.removing.lock().retain(|command| command.id != *id);
    }

    /// Those that are not decided yet.
    pub fn removing(&self) -> Vec<GameCommand> {
        let state = self.node.state();
        let mut removing = self.removing.lock();
        removing.retain(|command| state.would_send_away(command).is_some());
        removing.clone()
    }

    /// Whether most voters answered, this seat among them: without a member that says that
    /// the game goes on elsewhere, they can go on here. Where fewer than three vote, whether
    /// most members did: a leader that lies could make itself the only voter.
    pub fn is_majority_here(&self, findings: &Findings, without: NodeId) -> bool {
        let is_here = |id: &NodeId| {
            let has_answered = findings.answers.contains_key(id) || findings.busy.contains(id);
            *id != without && (*id == self.node_id() || has_answered)
        };
        let stored = self.node.membership();
        let mut configs = stored.membership().get_joint_config().iter();
        if stored.voter_ids().count() < 3 {
            let all = stored.nodes().map(|(id, _)| *id).collect();
            return is_majority_of(&all, is_here);
        }
        configs.all(|voters| is_majority_of(voters, is_here))
    }

    /// Asks all voters but a leader, at the same time, how they are.
    async fn ask_voters(
        &self,
        leader: NodeId,
        mark: Mark,
        entry: LogId,
    ) -> BTreeMap<NodeId, Survey> {
        let stored = self.node.membership();
        let voters = stored.membership().voter_ids().collect();
        self.ask(&voters, leader, mark, entry).await
    }

    /// Asks these members but a leader, at the same time, how they are.
    async fn ask(
        &self,
        whom: &BTreeSet<NodeId>,
        leader: NodeId,
        mark: Mark,
        entry: LogId,
    ) -> BTreeMap<NodeId, Survey> {
        let stored = self.node.membership();
        let others = stored.nodes().map(|(id, member)| (*id, member.peer_id));
        // Whom the owner has sent away is not asked, though it is in the membership here.
        let others = others.filter(|(id, peer)| {
            let is_other = ![leader, self.node_id()].contains(id);
            is_other && whom.contains(id) && !self.contact.was_sent_away(peer)
        });
        let asked = others.map(|(id, peer)| {
            let client = self.client(id, peer);
            async move { Some((id, client.survey(false, mark, Some(entry)).await.ok()?)) }
        });
        let answers = futures::future::join_all(asked).await;
        answers.into_iter().flatten().collect()
    }
}

/// Whether a history is true, as the other voters told, or by who holds its last entry.
/// The leader is one of them, and one who lies is not enough on either side. Who is
/// behind, too, can tell nothing; but what most voters lack was not decided. After a joint
/// membership the later voters decide alone (Raft §6).
fn confirmed(
    told: &[bool],
    voters: &BTreeSet<NodeId>,
    holds: impl Fn(&NodeId) -> Option<bool>,
) -> Option<bool> {
    if told.is_empty() {
        let may_be = is_majority_of(voters, |id| holds(id) != Some(false));
        return (!may_be).then_some(false);
    }
    let agree = 1 + told.iter().filter(|agrees| **agrees).count();
    Some(is_majority(agree, 1 + told.len()))
}

/// Whether an entry may be decided that some voters hold, and one has applied maybe. By
/// either part of a joint membership: which one decided is not known.
fn may_be_decided(
    configs: &[BTreeSet<NodeId>],
    holds: impl Fn(&NodeId) -> Option<bool>,
    is_applied: bool,
) -> bool {
    configs.iter().any(|voters| {
        let may_be = is_majority_of(voters, |id| holds(id) != Some(false));
        may_be && (is_applied || is_majority_of(voters, |id| holds(id) == Some(true)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Who holds it, by seat from 1 on: y(es), n(o), or what nobody knows.
    fn holds(seats: &str) -> impl Fn(&NodeId) -> Option<bool> + use<'_> {
        |id| match seats.as_bytes()[*id as usize - 1] {
            b'y' => Some(true),
            b'n' => Some(false),
            _ => None,
        }
    }

    fn voters(of: u64) -> BTreeSet<NodeId> {
        (1..=of).collect()
    }

    #[test]
    fn one_word_alone_is_no_history() {
        let table = [
            // Who told, who holds the last entry, and what that makes.
            (&[][..], "?n", Some(false)),
            (&[], "?nn", Some(false)),
            (&[], "?n?", None),
            (&[], "?yn", None),
            (&[], "?nn??", None),
            (&[], "?nnn?", Some(false)),
            (&[true], "?nn", Some(true)),
            (&[false], "?yy", Some(false)),
            (&[false, true], "?????", Some(true)),
            (&[false, false, true], "?????", Some(false)),
        ];
        for (told, seats, want) in table {
            let voters = voters(seats.len() as u64);
            assert_eq!(
                confirmed(told, &voters, holds(seats)),
                want,
                "{told:?} {seats}"
            );
        }
        // Who decides alone needs nobody.
        assert_eq!(confirmed(&[], &voters(1), holds("?nn")), None);
    }

    #[test]
    fn what_a_majority_may_hold_may_be_decided() {
        let table = [
            // The leader, who lacks it, is seat 1, and we are the last one.
            ("ny", false, false),
            ("n?y", false, false),
            ("nyy", false, true),
            ("nny", false, false),
            ("n??yy", false, false),
            ("n?yyy", false, true),
            // What one says that it has applied, if that can be.
            ("n?y", true, true),
            ("nny", true, false),
            ("nnnyy", true, false),
            ("nn?yy", true, true),
        ];
        for (seats, is_applied, want) in table {
            let configs = [voters(seats.len() as u64)];
            let may_be = may_be_decided(&configs, holds(seats), is_applied);
            assert_eq!(may_be, want, "{seats} {is_applied}");
        }
        let either = [voters(3), voters(5)];
        assert!(may_be_decided(&either, holds("nyy??"), false));
        assert!(!may_be_decided(&either[1..], holds("nyy??"), false));
    }
}
