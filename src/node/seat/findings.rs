//! What a survey of the other members found out.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use tokio::time::Instant;

use crate::{
    consensus::{CommandProof, NodeId, Notice, quorum},
    game::PeerId,
    net::Survey,
};

/// How long somebody's word is waited for that something is about to happen.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whose word that is who is in no membership here: any member can let in as many of
/// those as it likes, so all of them count as one. No seat has this number.
const STRANGERS: NodeId = 0;

/// After so many seats outside the membership here whose word has brought nothing, no such
/// seat is believed.
const MAX_NEWCOMERS: usize = 3;

/// What keeps a player from going on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Claim {
    /// "The room is played."
    Plays,
    /// "I know more", and "not now".
    KnowsMore,
    /// "The game went on elsewhere."
    WentOn,
}

/// How the others were when they were asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// The members that answered.
    pub answers: BTreeMap<NodeId, (PeerId, Survey)>,
    /// Those who said that this seat is no member; also those who are not in the
    /// membership here, but were let into the room.
    pub gave_up: BTreeMap<NodeId, PeerId>,
    /// Those of them who say that the owner sent us away.
    pub sent_us_away: BTreeMap<NodeId, PeerId>,
    /// Those who were asked to keep still, and would not.
    pub busy: BTreeSet<NodeId>,
    /// Seats in no membership here whose holders are heard: they came in later, or the log
    /// here is outdated.
    pub newcomers: BTreeSet<NodeId>,
    /// Who shows to have come in after the membership here.
    pub came_later: BTreeSet<PeerId>,
    /// Who is under no seat that is known here, and says that this seat is no member.
    pub strangers_gave_up: BTreeSet<PeerId>,
    /// The same who have another game.
    pub strangers_differ: BTreeSet<PeerId>,
    /// Whose word has brought nothing before.
    pub disbelieved: BTreeSet<(NodeId, Claim)>,
    /// Members that have gone on in another cluster, and how that came about.
    pub continued: BTreeMap<NodeId, (PeerId, Vec<Notice>)>,
    /// The last commands of this player's, as whoever answered knows them: to be believed by
    /// their signatures, also if the owner has sent away who shows them.
    pub proofs: Vec<(PeerId, CommandProof)>,
    /// Another start of this player's plays, as it has signed.
    pub is_replaced: bool,
}

impl Findings {
    /// Whether the room is played without us: by the leader's own word, as long as
    /// that is believed, or by that of two members. One alone could say so for ever.
    pub fn plays(&self) -> bool {
        let mut playing = self.playing();
        playing.any(|(_, leads)| leads) || self.two_play()
    }

    /// Those by whose word alone the room is played.
    pub fn unconfirmed(&self) -> BTreeSet<NodeId> {
        let playing = self.playing().filter(|_| !self.two_play());
        playing.map(|(by, _)| by).collect()
    }

    /// By whose word the room is played, and whether they lead it.
    fn playing(&self) -> impl Iterator<Item = (NodeId, bool)> {
        let playing = self.answers.iter().filter(|(_, (_, survey))| survey.plays);
        let playing = playing.map(|(id, (_, survey))| (self.speaker(*id), survey.leads));
        playing.filter(|(by, _)| self.is_believed(*by, Claim::Plays))
    }

    fn two_play(&self) -> bool {
        self.playing().filter(|(by, _)| *by != STRANGERS).count() > 1
    }

    /// As whom a seat is believed, or not.
    fn speaker(&self, id: NodeId) -> NodeId {
        match self.newcomers.contains(&id) {
            true => STRANGERS,
            false => id,
        }
    }

    fn is_believed(&self, id: NodeId, claim: Claim) -> bool {
        let voices = [id, self.speaker(id)];
        let mut voices = voices.iter();
        voices.all(|by| !self.disbelieved.contains(&(*by, claim)))
    }

    /// Whether a member is waited for, or asked to found the next room.
    pub fn waits_for(&self, id: NodeId) -> bool {
        self.is_believed(id, Claim::KnowsMore)
    }

    /// Where all the others are that answered, by the word of one of them: nobody is
    /// left in this room, and nobody names another one. One alone could have gone.
    pub fn all_went_to(&self) -> Option<(NodeId, &(PeerId, Vec<Notice>))> {
        let members = |id: &&NodeId| !self.newcomers.contains(id);
        let here = self.answers.keys().filter(members);
        let mut here = here.chain(self.gave_up.keys()).chain(&self.busy);
        let is_empty = here.next().is_none();
        let told = self.continued.iter();
        let mut told = told.filter(|(id, _)| self.is_believed(**id, Claim::WentOn));
        let (by, first) = told.next()?;
        let room = |(_, notices): &(PeerId, Vec<Notice>)| notices.last().map(|it| it.cluster());
        let is_one = told.all(|(_, other)| room(other) == room(first));
        (is_empty && is_one).then_some((*by, first))
    }

    /// Whether our seat was given up, and another can be had: by the word of most of the
    /// other voters. If fewer answer for `long`, by that of most of those who do; if none
    /// does, of most members that do; and if there is none of these, of anybody who shows
    /// that it came in later.
    pub fn is_given_up(&self, others: &BTreeSet<NodeId>, long: bool) -> bool {
        let gave_up = self.gave_up.keys();
        let gave_up = gave_up.filter(|id| !self.sent_us_away.contains_key(id));
        let count = |may_say: &dyn Fn(&NodeId) -> bool| {
            let gone = gave_up.clone().filter(|id| may_say(id)).count();
            let known = self.answers.keys().filter(|id| may_say(id)).count();
            (gone, gone + known)
        };
        let by_voters = count(&|id| others.contains(id));
        if quorum::is_majority(by_voters.0, others.len()) {
            return true;
        }
        if !long {
            return false;
        }
        let by_members = count(&|id| !self.newcomers.contains(id));
        match [by_voters, by_members]
            .into_iter()
            .find(|(_, all)| *all > 0)
        {
            Some((gone, all)) => quorum::is_majority(gone, all),
            None => gave_up.count() > 0,
        }
    }

    /// Whether an owner sent us away: by the word of most of the other voters that answered.
    /// One alone is believed where there is no other, unless the owner is ourselves.
    pub fn is_sent_away(&self, others: &BTreeSet<NodeId>, is_owner: bool) -> bool {
        let votes = |id: &&NodeId| others.contains(*id);
        let is_alone = others.len() == 1 && !is_owner;
        let sent_away = self.sent_us_away.keys().filter(votes).count();
        let heard = self.gave_up.keys().chain(self.answers.keys());
        let heard = heard.filter(votes).count();
        sent_away >= if is_alone { 1 } else { 2 } && quorum::is_majority(sent_away, heard)
    }
}

/// Whose word kept the player from going on, and since when. Who is right can show it
/// until the player tries again; who is not could say the same for ever.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Doubts(BTreeMap<(NodeId, Claim), (Instant, bool)>);

impl Doubts {
    /// Notes that somebody's word has brought nothing so far. The second time, some
    /// seconds later, is the last one.
    pub fn note(&mut self, id: NodeId, claim: Claim) {
        let (since, is_last) = self
            .0
            .entry((id, claim))
            .or_insert_with(|| (Instant::now(), false));
        *is_last |= since.elapsed() >= PATIENCE;
    }

    /// Notes that the word of a seat which is no member here has brought nothing. A member
    /// can let itself in again and again: after some of these seats none is believed.
    pub fn note_newcomer(&mut self, claim: Claim, is_member: impl Fn(NodeId) -> bool) {
        let doubted = self.0.keys().filter(|(_, of)| *of == claim);
        let newcomers = doubted.filter(|(id, _)| *id != STRANGERS && !is_member(*id));
        if newcomers.count() >= MAX_NEWCOMERS {
            self.note(STRANGERS, claim);
        }
    }

    /// Whose word is not believed any more.
    pub fn disbelieved(&self) -> BTreeSet<(NodeId, Claim)> {
        let all = self.0.iter().filter(|(_, (_, is_last))| *is_last);
        all.map(|(by, _)| *by).collect()
    }

    /// Something came about.
    pub fn clear(&mut self) {
        self.0.clear();
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
    /// Players of this game in a room with this one's id, where nobody knows us: its
    /// members are others than here.
    pub apart: BTreeSet<PeerId>,
    /// Members here to whom this seat was none when they were asked last.
    pub not_known_to: BTreeSet<PeerId>,
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

    /// Whether it is this seat whose entries are others, as far as it knows: most of those
    /// voters that can tell have the same among each other; or all voters of one or two
    /// have others, and so have most members that can tell, this seat among them.
    pub fn is_odd_one_out(&self, voters: &BTreeSet<NodeId>) -> bool {
        let differ = self.differ.intersection(voters).count();
        let same = self.same.intersection(voters).count();
        let members = self.differ.len() + self.same.len() + 1;
        let by_members = quorum::is_majority(self.differ.len(), members);
        // Of two that differ nobody can say who is right.
        by_members && quorum::is_majority(differ, voters.len())
            || differ >= 2 && quorum::is_majority(differ, differ + same)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consensus::{Continuation, Holder, TicketPath};

    /// Findings as a word for each seat: `p` plays, `l` leads, `n` says that we are
    /// no member, `r` that the owner removed us; `s` came in later.
    fn findings(text: &str) -> Findings {
        let mut findings = Findings::default();
        for word in text.split_whitespace() {
            let (id, flags) = word.split_at(1);
            let id: NodeId = id.parse().expect("a digit");
            if flags.contains('s') {
                findings.newcomers.insert(id);
            }
            if flags.contains(['n', 'r']) {
                let peer = PeerId::new([id as u8; 32]);
                findings.gave_up.insert(id, peer);
                if flags.contains('r') {
                    findings.sent_us_away.insert(id, peer);
                }
                continue;
            }
            let survey = Survey {
                plays: flags.contains('p'),
                leads: flags.contains('l'),
                ..Survey::default()
            };
            let peer = PeerId::new([id as u8; 32]);
            findings.answers.insert(id, (peer, survey));
        }
        findings
    }

    /// The player asks every four seconds, and each time hears the same.
    #[tokio::test(start_paused = true)]
    async fn who_says_that_it_plays_is_believed_until_nothing_comes_of_it() {
        let cases = [
            // who says what, how often it is believed of three times
            ("2pl", 2),
            ("2pl 3", 2),
            // All of these are one.
            ("7pls 8pls 9ps", 2),
            ("7ps 8ps", 0),
            // Two members are right, for as long as they say so.
            ("2pl 3p", 3),
            ("2p 3p 8pls", 3),
        ];
        for (text, times) in cases {
            let mut doubts = Doubts::default();
            let mut believed = 0;
            for _ in 0..3 {
                let mut findings = findings(text);
                findings
                    .unconfirmed()
                    .into_iter()
                    .for_each(|by| doubts.note(by, Claim::Plays));
                findings.disbelieved = doubts.disbelieved();
                believed += usize::from(findings.plays());
                tokio::time::advance(Duration::from_secs(4)).await;
            }
            assert_eq!(believed, times, "{text}");
            doubts.clear();
            assert!(doubts.disbelieved().is_empty());
        }
    }

    #[test]
    fn the_word_of_who_is_not_believed_is_left_out() {
        let cases = [
            // who says what, whose word counts, whether anybody plays
            ("2pl 3pl", vec![2, 3], true),
            ("2pl 3pl", vec![3], true),
            ("2p 3p", vec![3], false),
            ("2pl", vec![], false),
        ];
        for (text, believed, plays) in cases {
            let mut findings = findings(text);
            let others = [2, 3].into_iter().filter(|id| !believed.contains(id));
            let both = others.flat_map(|id| [(id, Claim::Plays), (id, Claim::KnowsMore)]);
            findings.disbelieved = both.collect();
            assert_eq!(findings.plays(), plays, "{text}");
            assert!(
                [2, 3]
                    .iter()
                    .all(|id| findings.waits_for(*id) == believed.contains(id))
            );
        }
    }

    /// One of those who came in later does not speak for the others, unless more and more of
    /// them come to nothing: a member lets in as many as it likes.
    #[tokio::test(start_paused = true)]
    async fn newcomers_are_believed_one_by_one_until_too_many_come_to_nothing() {
        let mut doubts = Doubts::default();
        let mut believed = Vec::new();
        for id in [7, 7, 5, 6, 8] {
            doubts.note(id, Claim::KnowsMore);
            doubts.note_newcomer(Claim::KnowsMore, |id| id == 2);
            tokio::time::advance(PATIENCE).await;
            let mut findings = findings("2 7s 9s");
            findings.disbelieved = doubts.disbelieved();
            believed.push([2, 7, 9].map(|id| findings.waits_for(id)));
        }
        let [all, not_7, members] = [[true; 3], [true, false, true], [true, false, false]];
        assert_eq!(believed, [all, not_7, not_7, not_7, members]);
    }

    #[test]
    fn one_alone_does_not_say_that_the_owner_sent_us_away() {
        let cases = [
            // who says what, of which voters, who have seat 1; whether that is believed, and
            // by the owner; whether another seat is asked for
            ("2r", vec![1, 2], true, false, false),
            ("2r", vec![1, 2, 3], false, false, false),
            ("2r 3r", vec![1, 2, 3], true, true, false),
            ("2r 3", vec![1, 2, 3], false, false, false),
            ("2r 3n", vec![1, 2, 3], false, false, true),
            ("2n 3n", vec![1, 2, 3], false, false, true),
            ("2r 3r 4r", vec![2, 3, 4], true, true, false),
            ("2r 3r 4 5", vec![2, 3, 4, 5, 6], false, false, false),
            // Not by those who are no voters.
            ("7r 8r 9r", vec![1, 2, 3], false, false, false),
            ("7r 8r 9n", vec![1, 2, 3], false, false, true),
            ("", vec![1], false, false, false),
        ];
        for (text, voters, by_others, by_owner, again) in cases {
            let others = voters.into_iter().filter(|id| *id != 1).collect();
            let findings = findings(text);
            let believed = [false, true].map(|owner| findings.is_sent_away(&others, owner));
            assert_eq!(believed, [by_others, by_owner], "{text}");
            assert_eq!(findings.is_given_up(&others, true), again, "{text}");
        }
    }

    #[test]
    fn the_seat_is_given_up_by_most_voters_or_by_who_is_left() {
        let cases = [
            // who says what, which others vote, whether that is enough, and after long
            ("2n", vec![2], true, true),
            ("2n", vec![2, 3], false, true),
            ("2n 3n", vec![2, 3], true, true),
            ("2n 3n 4", vec![2, 3, 4], true, true),
            ("2n 3", vec![2, 3], false, false),
            // Nobody who votes says anything.
            ("9n", vec![2], false, true),
            ("9n 8", vec![2], false, false),
            ("9n 7n 8", vec![2], false, true),
            // Nor any other member: who came in later is believed.
            ("9ns", vec![2], false, true),
            ("9ns 8", vec![2], false, false),
            ("9ns 8s", vec![2], false, true),
            ("", vec![2], false, false),
        ];
        for (text, others, at_once, later) in cases {
            let (findings, others) = (findings(text), others.into_iter().collect());
            let is_given_up = [false, true].map(|long| findings.is_given_up(&others, long));
            assert_eq!(is_given_up, [at_once, later], "{text}");
        }
    }

    /// Whose game has gone on elsewhere.
    #[test]
    fn one_alone_does_not_say_where_the_game_went_on() {
        let notice = |room: u8| {
            let pair = rcgen::KeyPair::generate().expect("a key");
            let key = crate::keys::SigningKey::from_pkcs8(&pair.serialize_der()).expect("P-256");
            let founder = Holder {
                seat: NodeId::from(room),
                key: key.public(),
            };
            let (parent, child) = TicketPath::found(founder);
            let notice = Continuation {
                parent,
                founder,
                path: None,
                child,
                fence: None,
                digest: [0; 32],
                participants: vec![founder.seat],
            };
            notice.signed_by(&key)
        };
        let (one, other) = (notice(1), notice(2));
        let cases = [
            // who is here, who says that the game went on, where, whether that is so
            ("", vec![(2, &one)], true),
            ("", vec![(2, &one), (3, &one)], true),
            ("", vec![(2, &one), (3, &other)], false),
            ("3", vec![(2, &one)], false),
            ("3n", vec![(2, &one)], false),
            ("9s", vec![(2, &one)], true),
            ("3", vec![], false),
        ];
        for (here, told, is_so) in cases {
            let mut findings = findings(here);
            for (by, notice) in told {
                let peer = PeerId::new([by as u8; 32]);
                let told = (peer, vec![Notice::clone(notice)]);
                findings.continued.insert(by, told);
            }
            assert_eq!(findings.all_went_to().is_some(), is_so, "{here}");
        }
        let mut findings = findings("");
        let told = (PeerId::new([2; 32]), vec![one]);
        findings.continued.insert(2, told);
        findings.disbelieved.insert((2, Claim::WentOn));
        assert_eq!(findings.all_went_to(), None);
    }

    #[test]
    fn who_differs_from_most_is_the_odd_one_out() {
        let cases: [(&[NodeId], &str, bool); _] = [
            // voters, what each can tell, whether we are odd
            (&[2, 3, 4], "", false),
            (&[2, 3, 4], "2s 3s", false),
            (&[2, 3, 4], "2d", false),
            (&[2, 3, 4], "2d 3s", false),
            (&[2, 3, 4], "2d 3d", true),
            (&[2, 3, 4], "2d 3d 4s", true),
            (&[2, 3, 4], "2d 8d 9d", false),
            (&[2, 3, 4], "2d 3?", false),
            (&[2, 3, 4, 5, 6], "2d 3d", true),
            (&[2, 3, 4, 5, 6], "2d 3d 4s 5s", false),
            (&[2], "2d", false),
            (&[2], "2d 8s", false),
            (&[2], "2d 8d", true),
            (&[2], "2d 8d 9s", false),
            (&[2], "2d 8d 9d 7s", true),
            (&[2], "2d 8d 7s 9s", false),
            (&[2], "8d 9d", false),
            (&[], "2d 8d", false),
        ];
        for (voters, text, odd) in cases {
            let voters = voters.iter().copied().collect();
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
            assert_eq!(
                histories.is_odd_one_out(&voters),
                odd,
                "{text} of {voters:?}"
            );
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
            assert_eq!(findings.is_given_up(&voters, true), given_up, "{text}");
        }
    }
}
