//! What a survey of the other members found out.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    consensus::{NodeId, Notice, quorum},
    game::PeerId,
    net::Survey,
};

/// How the others were when they were asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// The members that answered.
    pub answers: BTreeMap<NodeId, (PeerId, Survey)>,
    /// Those who said that this seat is no member; also those who are not in the
    /// membership here, but were let into the room.
    pub gave_up: BTreeSet<NodeId>,
    /// Who has gone on in another cluster, and how that came about.
    pub continued: Option<(PeerId, Vec<Notice>)>,
    /// Another start of this player's plays, as it has signed.
    pub is_replaced: bool,
}

impl Findings {
    /// Whether the room is played without us: by the leader's own word, or by that
    /// of two members. One alone could say so for ever.
    pub fn plays(&self) -> bool {
        let playing = self.answers.values().filter(|(_, survey)| survey.plays);
        playing.clone().any(|(_, survey)| survey.leads) || playing.count() > 1
    }

    /// Whether our seat was given up: by the word of most of those voters that
    /// answered; if none did, of anybody who was let into the room.
    pub fn is_given_up(&self, voters: &BTreeSet<NodeId>) -> bool {
        let gave_up = self.gave_up.intersection(voters).count();
        let know_us = self.answers.keys().filter(|id| voters.contains(id)).count();
        match gave_up + know_us {
            0 => !self.gave_up.is_empty(),
            answered => quorum::is_majority(gave_up, answered),
        }
    }
}

/// Who has applied other entries than this seat has, where both can tell. Raft's
/// promise is that nobody ever does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histories {
    /// Those with the same.
    pub same: BTreeSet<NodeId>,
    /// Those with others.
    pub differ: BTreeSet<NodeId>,
}

impl Histories {
    /// Notes what one of two seats could tell; who is behind cannot.
    pub fn note(&mut self, id: NodeId, agrees: Option<bool>) {
        match agrees {
            Some(true) => {
                self.differ.remove(&id);
                self.same.insert(id);
            }
            Some(false) => {
                self.same.remove(&id);
                self.differ.insert(id);
            }
            None => {}
        }
    }

    /// Whether it is this seat whose entries are others: most of those voters that
    /// can tell have the same among each other, as far as this seat knows.
    pub fn is_odd_one_out(&self, voters: &BTreeSet<NodeId>) -> bool {
        let differ = self.differ.intersection(voters).count();
        let same = self.same.intersection(voters).count();
        // Of two that differ nobody can say who is right.
        differ >= 2 && quorum::is_majority(differ, differ + same)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consensus::Mark;

    /// Findings as a word for each seat: `p` plays, `l` leads, `n` says that we are
    /// no member.
    fn findings(text: &str) -> Findings {
        let mut findings = Findings::default();
        for word in text.split_whitespace() {
            let (id, flags) = word.split_at(1);
            let id: NodeId = id.parse().expect("a digit");
            if flags.contains('n') {
                findings.gave_up.insert(id);
                continue;
            }
            let survey = Survey {
                plays: flags.contains('p'),
                leads: flags.contains('l'),
                last_log_id: None,
                applied: Mark::default(),
                proof: None,
                agrees: None,
                removals: Vec::new(),
            };
            let peer = PeerId::new([id as u8; 32]);
            findings.answers.insert(id, (peer, survey));
        }
        findings
    }

    #[test]
    fn who_differs_from_most_is_the_odd_one_out() {
        let voters = BTreeSet::from([2, 3, 4]);
        let cases = [
            // what each can tell, whether we are odd
            ("", false),
            ("2s 3s", false),
            ("2d", false),
            ("2d 3s", false),
            ("2d 3d", true),
            ("2d 3d 4s", true),
            ("2d 8d 9d", false),
            ("2d 3?", false),
        ];
        for (text, odd) in cases {
            let mut histories = Histories::default();
            for word in text.split_whitespace() {
                let (id, flag) = word.split_at(1);
                let agrees = match flag {
                    "s" => Some(true),
                    "d" => Some(false),
                    _ => None,
                };
                histories.note(id.parse().expect("a digit"), agrees);
            }
            assert_eq!(histories.is_odd_one_out(&voters), odd, "{text}");
        }
    }

    #[test]
    fn one_word_alone_is_not_believed() {
        let voters = BTreeSet::from([2, 3, 4]);
        let cases = [
            // who says what, plays, is given up
            ("", false, false),
            ("2", false, false),
            ("2p", false, false),
            ("2p 3p", true, false),
            ("2pl", true, false),
            ("2l 3p", false, false),
            ("2n", false, true),
            ("2n 3", false, false),
            ("2n 3n 4", false, true),
            // Who is no voter is believed where no voter answers.
            ("9n", false, true),
            ("9n 2", false, false),
            ("8n 9n 2", false, false),
        ];
        for (text, plays, given_up) in cases {
            let findings = findings(text);
            assert_eq!(findings.plays(), plays, "{text}");
            assert_eq!(findings.is_given_up(&voters), given_up, "{text}");
        }
    }
}
