//! How the others were when they were asked, and when that was.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use parking_lot::Mutex;
use tokio::{sync::watch, time::Instant};

use super::{
    messages::Survey,
    seen::{Seen, drop_oldest},
};
use crate::game::PeerId;

/// How many seats are remembered that have answered, and how many starts: more than a
/// room ever had at a time.
pub(super) const MAX_SEATS: usize = 256;

/// How old an answer may be of somebody who plays.
const LATELY: Duration = Duration::from_secs(1);

/// For how long it holds that the others were asked, whoever has answered: a leader or a
/// candidate that waits for that calls again meanwhile.
const ASKED: Duration = Duration::from_secs(5);

/// What somebody answered who was asked how it is.
#[derive(Clone, Debug)]
struct Answered {
    at: Seen,
    /// The term of its last entry.
    term: u64,
    /// Whether it plays.
    plays: bool,
    /// Who is a member, as it knows.
    members: BTreeSet<PeerId>,
}

/// The last answer of each; `None` is who is no member here: all those count as one, for
/// one member can make up many.
type Last = BTreeMap<Option<PeerId>, Answered>;

/// What the others answered. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    last: Arc<watch::Sender<Last>>,
    /// When all members were last asked because somebody called after a silence.
    asked: Arc<Mutex<Option<Seen>>>,
    /// The other players who vote.
    voters: Arc<Mutex<BTreeSet<PeerId>>>,
}

impl Answers {
    /// Notes which other players vote, by all that is known here.
    pub fn note_voters(&self, voters: BTreeSet<PeerId>) {
        *self.voters.lock() = voters;
    }

    /// Those.
    pub(super) fn voters(&self) -> BTreeSet<PeerId> {
        self.voters.lock().clone()
    }

    /// Notes how a member has answered, or somebody who is none here.
    pub fn note(&self, member: Option<PeerId>, survey: &Survey) {
        self.last.send_modify(|answered| {
            if answered.len() >= MAX_SEATS && !answered.contains_key(&member) {
                drop_oldest(answered, |answer| answer.at.instant());
            }
            let answer = Answered {
                at: Seen::now(),
                term: survey.last_log_id.map_or(0, |last| *last.leader_id),
                plays: survey.plays,
                members: survey.members.clone(),
            };
            answered.insert(member, answer);
        });
    }

    /// Which other members have said lately that somebody is a member, and when.
    pub(super) fn naming(&self, peer: &PeerId) -> Vec<(PeerId, Instant)> {
        let last = self.last.borrow();
        let named = last
            .iter()
            .filter(|(_, answer)| answer.members.contains(peer) && answer.at.age() < ASKED);
        let by = named.filter_map(|(who, answer)| {
            let by = who.filter(|by| by != peer)?;
            Some((by, answer.at.instant()))
        });
        by.collect()
    }

    /// What is to be called when all members have been asked how they are, and waited
    /// for: it notes when that began.
    pub fn asking(&self) -> impl FnOnce() {
        let (asked, began) = (Arc::clone(&self.asked), Seen::now());
        move || *asked.lock() = Some(began)
    }

    /// Whether that began a moment ago.
    pub fn has_asked(&self) -> bool {
        let asked = *self.asked.lock();
        asked.is_some_and(|asked| asked.age() < ASKED)
    }

    /// Waits until another member than that one answers that it plays, or has a moment
    /// ago. Who does not play may know no more than we do.
    pub(super) async fn by_player(&self, but: PeerId) {
        let mut answers = self.last.subscribe();
        let is_answered = |answers: &Last| {
            let answers = answers.iter();
            let mut others = answers.filter(|(who, _)| who.is_some_and(|who| who != but));
            others.any(|(_, answer)| answer.plays && answer.at.age() < LATELY)
        };
        // It ends early only with this seat.
        drop(answers.wait_for(is_answered).await);
    }

    /// The greatest term of which two members have entries, as they said.
    pub(super) fn term_of_others(&self) -> u64 {
        let answered = self.last.borrow();
        let members = answered.iter().filter(|(who, _)| who.is_some());
        let mut terms: Vec<u64> = members.map(|(_, answer)| answer.term).collect();
        terms.sort_unstable();
        terms.into_iter().nth_back(1).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consensus::log_id;

    /// An answer of somebody who plays.
    fn plays(term: u64, members: &[PeerId]) -> Survey {
        Survey {
            plays: true,
            last_log_id: Some(log_id(term, 1)),
            members: members.iter().copied().collect(),
            ..Survey::default()
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_member_says_who_else_is_one() {
        let answers = Answers::default();
        let [ada, bob, cem] = [1, 2, 3].map(|n| PeerId::new([n; 32]));
        answers.note(None, &plays(5, &[cem]));
        answers.note(Some(ada), &plays(5, &[ada, bob]));
        let now = Instant::now();
        assert_eq!(answers.naming(&cem), [], "no member says so");
        answers.note(Some(bob), &plays(5, &[ada, bob, cem]));
        // Nobody says so of themselves.
        answers.note(Some(cem), &plays(5, &[ada, bob, cem]));
        assert_eq!(answers.naming(&cem), [(bob, now)]);
        tokio::time::advance(ASKED).await;
        assert_eq!(answers.naming(&cem), [], "that was long ago");
    }

    #[tokio::test(start_paused = true)]
    async fn a_caller_does_not_answer_for_itself() {
        let answers = Answers::default();
        let [one, other, third] = [2, 3, 4].map(|n| PeerId::new([n; 32]));
        let answers_alone = async {
            for _ in 0..100 {
                answers.note(Some(one), &plays(5, &[]));
                // Whom it let in, it says; and who has just come back.
                answers.note(None, &plays(1 << 50, &[]));
                answers.note(Some(third), &Survey::default());
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::select! {
            biased;
            () = answers.by_player(one) => panic!("it answered for itself"),
            () = answers_alone => {}
        }
        answers.by_player(other).await;
        // Of two terms that two say, the earlier one is believed.
        assert_eq!(answers.term_of_others(), 0);
        answers.note(Some(other), &plays(1 << 50, &[]));
        assert_eq!(answers.term_of_others(), 5);
    }
}
