//! What a seat knows of the others beyond what Raft does: what they tell each other, and how
//! far each is heard.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use parking_lot::{MappedMutexGuard, Mutex, MutexGuard};
use tokio::{
    sync::{OwnedMutexGuard, watch},
    time::Instant,
};

use super::{
    ahead::Ahead,
    answers::{Answers, MAX_SEATS},
    freeze::Freeze,
    holds::Holds,
    lacking::Lacking,
    messages::Start,
    removals::Removals,
    seen::{Seen, drop_oldest},
    traffic::Traffic,
};
use crate::{
    consensus::{Holder, LogId, MAX_MEMBERS, NodeId, Notice, Vote, quorum},
    game::PeerId,
    keys::PublicKey,
};

/// How many seats are remembered that showed how they came in and are in no membership
/// here: one member can make up many.
const MAX_INTRODUCED: usize = MAX_MEMBERS;

/// For how long the leader may be named as the next one whom the last one named:
/// it asks for votes at once.
const HANDOVER: Duration = Duration::from_secs(1);

/// How often a member may end our lead by what it answers. Who was voted for in vain
/// meanwhile is heard once; who says so again and again must not stop the room.
const DEPOSED: Duration = Duration::from_secs(5);

/// How long entries may not have come from a leader that sends all it has decided.
const SILENCE: Duration = Duration::from_secs(1);

/// How long a seat waits for the log of whom it asked to let it in.
const ADMISSION: Duration = Duration::from_secs(1);

/// What a leader says with each of its heartbeats.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeaderStatus {
    /// Members that do not answer it.
    pub away: BTreeSet<NodeId>,
    /// It cannot reach a majority of the voters.
    pub cut_off: bool,
}

/// A seat's contact with the others. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Contact {
    inner: Arc<Mutex<Inner>>,
    answers: Answers,
    /// Held while a leader's entries or its snapshot are looked at and taken: each is
    /// checked against what the one before has left.
    taking: Arc<tokio::sync::Mutex<()>>,
    /// Whom the leader of a vote has named as the next one, and when.
    named: Arc<watch::Sender<Option<(Vote, NodeId, Instant)>>>,
}

#[derive(Debug, Default)]
struct Inner {
    told: LeaderStatus,
    heard: LeaderStatus,
    heard_at: Option<Seen>,
    continued: Option<(PeerId, Vec<Notice>)>,
    freeze: Freeze,
    /// When this seat had all that was decided, last, as the leader knew.
    in_step: Option<Instant>,
    /// What leaders lack of the log here.
    lacking: Lacking,
    /// Whose answers have ended our lead, and when.
    deposed_by: BTreeMap<NodeId, Instant>,
    /// Who is asked to let this seat in, since when.
    asked: Option<(NodeId, Instant)>,
    replaced: bool,
    is_outdated: bool,
    /// Whom owners have sent away.
    removals: Removals,
    /// Who showed how it came in, with its key; and since which membership here
    /// that holds.
    introduced: BTreeMap<(NodeId, PeerId), (PublicKey, Option<LogId>, Instant)>,
    /// The newest start of each seat that has called.
    starts: BTreeMap<NodeId, Start>,
    /// The leader that called last, while it was a member.
    followed: Option<(Vote, Holder, Instant)>,
    holds: Holds,
    /// What leaders sent that is not applied yet.
    ahead: Ahead,
    traffic: Traffic,
}

impl Contact {
    /// For the same seat that is opened again: what was shown of it and of the others.
    pub fn kept(&self) -> Self {
        let inner = self.inner.lock();
        let kept = Inner {
            is_outdated: inner.is_outdated,
            removals: inner.removals.clone(),
            starts: inner.starts.clone(),
            ..Inner::default()
        };
        Self {
            inner: Arc::new(Mutex::new(kept)),
            ..Self::default()
        }
    }

    /// Time since a leader with a quorum was heard; the maximum, if none was.
    pub fn age(&self) -> Duration {
        let heard_at = self.inner.lock().heard_at;
        heard_at.map_or(Duration::MAX, |seen| seen.instant().elapsed())
    }

    /// The same, also if the computer slept meanwhile: one clock may have stood still.
    pub(super) fn silent_for(&self) -> Duration {
        self.inner.lock().heard_at.map_or(Duration::MAX, Seen::age)
    }

    /// The members that the leader said are away.
    pub fn away(&self) -> BTreeSet<NodeId> {
        self.inner.lock().heard.away.clone()
    }

    /// Who has shown that the game went on in another cluster, and how.
    pub fn continued(&self) -> Option<(PeerId, Vec<Notice>)> {
        self.inner.lock().continued.clone()
    }

    /// Whether somebody said that this player sits elsewhere now.
    pub fn is_replaced(&self) -> bool {
        self.inner.lock().replaced
    }

    /// Notes that somebody said so.
    pub fn hear_replaced(&self) {
        self.inner.lock().replaced = true;
    }

    /// The key of a seat that has shown how it came in, since the membership here
    /// is of this entry; or of whom this seat asked to let it in, until the log here says
    /// that it is in.
    pub(super) fn introduced(
        &self,
        who: (NodeId, PeerId),
        membership: Option<LogId>,
    ) -> Option<PublicKey> {
        let inner = self.inner.lock();
        let (key, since, at) = inner.introduced.get(&who)?;
        let is_current = since.is_none() || *since == membership;
        // It has to show anew that nobody let it in who was sent away since.
        let holds = is_current && !inner.removals.is_newer_than(*at);
        holds.then_some(*key)
    }

    /// Whether somebody may be heard although it is in no membership here, which is of
    /// this entry: while no leader is heard, or as the one that is. A member can make up
    /// others.
    pub fn has_introduced(
        &self,
        peer: &PeerId,
        membership: Option<LogId>,
        leader: Option<NodeId>,
    ) -> bool {
        let inner = self.inner.lock();
        inner.introduced.iter().any(|((id, known), (_, since, _))| {
            let is_current = since.is_none() || *since == membership;
            known == peer && is_current && leader.is_none_or(|leader| leader == *id)
        })
    }

    /// Notes a seat that may be heard although it is in no membership here: until
    /// there is another one than that of this entry. It was looked at `since` that time.
    pub(super) fn introduce(&self, holder: Holder, membership: Option<LogId>, since: Instant) {
        let mut inner = self.inner.lock();
        let who = (holder.seat, holder.key.peer_id());
        if inner.introduced.len() >= MAX_INTRODUCED && !inner.introduced.contains_key(&who) {
            drop_oldest(&mut inner.introduced, |(_, _, at)| *at);
        }
        let introduced = (holder.key, membership, since);
        inner.introduced.insert(who, introduced);
    }

    /// The newest start of a seat that is known.
    pub(super) fn start_of(&self, seat: NodeId) -> Option<Start> {
        self.inner.lock().starts.get(&seat).copied()
    }

    pub(super) fn note_start(&self, start: Start) {
        let mut inner = self.inner.lock();
        if inner.starts.len() >= MAX_SEATS && !inner.starts.contains_key(&start.seat) {
            inner.starts.pop_first();
        }
        inner.starts.insert(start.seat, start);
    }

    /// The leader that called last while it was a member, and how long ago.
    pub(super) fn followed(&self) -> Option<(Vote, Holder, Duration)> {
        let (vote, holder, at) = self.inner.lock().followed?;
        Some((vote, holder, at.elapsed()))
    }

    pub(super) fn follow(&self, vote: Vote, holder: Holder) {
        self.inner.lock().followed = Some((vote, holder, Instant::now()));
    }

    /// The leader of a vote hands over to a seat.
    pub(super) fn name_next(&self, vote: Vote, seat: NodeId) {
        self.named.send_replace(Some((vote, seat, Instant::now())));
    }

    /// Whether the leader of the vote that `followed` reads names a seat as the next
    /// one. Its word may come a little later than that seat's.
    pub(super) async fn is_named(&self, seat: NodeId, followed: impl Fn() -> Vote) -> bool {
        /// How much later.
        const PATIENCE: Duration = Duration::from_millis(100);
        let mut named = self.named.subscribe();
        let is_it = |named: &Option<(Vote, NodeId, Instant)>| {
            named.is_some_and(|(by, next, at)| {
                next == seat && by == followed() && at.elapsed() < HANDOVER
            })
        };
        let waiting = tokio::time::timeout(PATIENCE, named.wait_for(is_it));
        matches!(waiting.await, Ok(Ok(_)))
    }

    /// Notes that this seat has all that was decided, or leads.
    pub(super) fn note_in_step(&self) {
        self.inner.lock().in_step = Some(Instant::now());
    }

    /// Whether it had a moment ago.
    pub fn is_in_step(&self) -> bool {
        let at = self.inner.lock().in_step;
        at.is_some_and(|at| at.elapsed() < SILENCE)
    }

    /// What leaders lack of the log here.
    pub(super) fn lacking(&self) -> MappedMutexGuard<'_, Lacking> {
        MutexGuard::map(self.inner.lock(), |inner| &mut inner.lacking)
    }

    /// What members said they hold, to the leader.
    pub(super) fn holds(&self) -> MappedMutexGuard<'_, Holds> {
        MutexGuard::map(self.inner.lock(), |inner| &mut inner.holds)
    }

    /// Members that do not hold any more what they said they hold: a backup
    /// was restored, or a disk lost what it had promised to keep.
    pub fn members_with_lost_log(&self) -> BTreeSet<NodeId> {
        self.inner.lock().holds.lost_log().clone()
    }

    /// Whether an owner has sent somebody away: as a member showed, or as the game here
    /// says for a while; unless that one is back, as most voters say.
    pub fn was_sent_away(&self, peer: &PeerId) -> bool {
        let since = self.inner.lock().removals.sent_away_since(peer);
        since.is_some_and(|since| !self.is_said_to_be_in(peer, since))
    }

    /// All of those.
    pub(super) fn sent_away(&self) -> BTreeSet<PeerId> {
        let all = self.inner.lock().removals.sent_away();
        all.into_iter()
            .filter(|peer| self.was_sent_away(peer))
            .collect()
    }

    /// Whether somebody who was sent away is back, as most voters say.
    pub fn is_back(&self, peer: &PeerId) -> bool {
        let since = self.inner.lock().removals.known_since(peer);
        since.is_some_and(|since| self.is_said_to_be_in(peer, since))
    }

    /// Whether most of the other voters, asked since then, say that somebody is a member: let
    /// in again while this seat heard nothing, or sent away only by an owner of once. Only
    /// voters count, since any member can let others in; a silent one counts against.
    fn is_said_to_be_in(&self, peer: &PeerId, since: Instant) -> bool {
        let mut voters = self.answers.voters();
        voters.retain(|voter| voter != peer && !self.removals().is_certain(voter));
        let mut yes = self.answers.naming(peer);
        yes.retain(|(by, at)| *at >= since && voters.contains(by));
        // Those who were sent away together could say so of each other.
        let is_clean = |by: &PeerId| self.removals().sent_away_since(by).is_none();
        yes.iter().any(|(by, _)| is_clean(by)) && quorum::is_majority(yes.len(), voters.len())
    }

    /// Whom owners have sent away.
    pub fn removals(&self) -> MappedMutexGuard<'_, Removals> {
        MutexGuard::map(self.inner.lock(), |inner| &mut inner.removals)
    }

    /// Waits until it is this call's turn to be taken.
    pub(super) async fn turn(&self) -> OwnedMutexGuard<()> {
        Arc::clone(&self.taking).lock_owned().await
    }

    /// Whether a member's answer may end our lead now.
    pub(super) fn may_depose(&self, member: NodeId) -> bool {
        let deposed_by = &mut self.inner.lock().deposed_by;
        deposed_by.retain(|_, at| at.elapsed() < DEPOSED);
        let may = !deposed_by.contains_key(&member);
        deposed_by.entry(member).or_insert_with(Instant::now);
        may
    }

    /// Notes who is asked to let this seat in, and hears that one until its log is here.
    pub fn ask_in(&self, admitter: Holder) {
        self.inner.lock().asked = Some((admitter.seat, Instant::now()));
        self.introduce(admitter, None, Instant::now());
    }

    /// Whether this seat hears somebody because it asked to be let in.
    pub(super) fn is_coming_in(&self) -> bool {
        let inner = self.inner.lock();
        inner
            .introduced
            .values()
            .any(|(_, since, _)| since.is_none())
    }

    /// Notes that the log here has said that this seat is in: who let it in is what the
    /// memberships say, also when this seat is out again.
    pub(super) fn came_in(&self) {
        let mut inner = self.inner.lock();
        inner.introduced.retain(|_, (_, since, _)| since.is_some());
    }

    /// Whether a seat whose log is empty waits for whom it asked, and not for that one:
    /// whoever was let in once could be first, and show it another game.
    pub(super) fn waits_for_other(&self, caller: NodeId) -> bool {
        let asked = self.inner.lock().asked;
        asked.is_none_or(|(admitter, at)| admitter != caller && at.elapsed() < ADMISSION)
    }

    /// How the others were when they were asked.
    pub fn answers(&self) -> &Answers {
        &self.answers
    }

    /// Whether somebody is a member, by the word of one that is one here: who says so
    /// could have let that one in itself.
    pub(super) fn is_vouched_for(&self, peer: &PeerId) -> bool {
        let mut by = self.answers.naming(peer).into_iter();
        by.any(|(by, _)| !self.was_sent_away(&by))
    }

    /// From now on no call of Raft's is answered: this seat's log is an older copy, and
    /// it has voted since.
    pub fn mark_outdated(&self) {
        self.inner.lock().is_outdated = true;
    }

    /// Whether that is so.
    pub fn is_outdated(&self) -> bool {
        self.inner.lock().is_outdated
    }

    /// Freezes for so long, as [`Freeze::begin`] says.
    #[must_use]
    pub fn freeze(&self, time: Duration) -> bool {
        self.inner.lock().freeze.begin(time)
    }

    /// Freezes for so long because this seat goes on elsewhere, however often.
    pub fn freeze_own(&self, time: Duration) {
        self.inner.lock().freeze.begin_own(time);
    }

    /// Ends that early.
    pub fn thaw(&self) {
        self.inner.lock().freeze.end();
    }

    /// Whether it is frozen.
    pub fn is_frozen(&self) -> bool {
        self.inner.lock().freeze.is_on()
    }

    /// What of the log here is not applied yet.
    pub(super) fn ahead(&self) -> MappedMutexGuard<'_, Ahead> {
        MutexGuard::map(self.inner.lock(), |inner| &mut inner.ahead)
    }

    /// Sets what this seat says as the leader.
    pub fn tell(&self, status: LeaderStatus) {
        self.inner.lock().told = status;
    }

    pub(super) fn told(&self) -> LeaderStatus {
        self.inner.lock().told.clone()
    }

    pub(super) fn hear(&self, status: LeaderStatus) {
        let mut inner = self.inner.lock();
        if !status.cut_off {
            inner.heard_at = Some(Seen::now());
        }
        inner.heard = status;
    }

    /// Notes that somebody has.
    pub fn hear_continued(&self, by: PeerId, notices: Vec<Notice>) {
        self.inner.lock().continued = Some((by, notices));
    }

    /// What goes between this seat and the others.
    pub fn traffic(&self) -> MappedMutexGuard<'_, Traffic> {
        MutexGuard::map(self.inner.lock(), |inner| &mut inner.traffic)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        consensus::{CommandId, GameCommand, log_id},
        game::{Action, MAX_LISTED},
        net::messages::Survey,
    };

    fn holder(seat: NodeId) -> Holder {
        let key = PublicKey::try_from(&[seat as u8; 65][..]).expect("65 bytes");
        Holder { seat, key }
    }

    #[tokio::test(start_paused = true)]
    async fn who_was_sent_away_vouches_for_nobody() {
        let contact = Contact::default();
        let [bob, cem] = [2, 3].map(|n| PeerId::new([n; 32]));
        let survey = Survey {
            members: [cem].into(),
            ..Survey::default()
        };
        contact.removals().note_removed(&[bob]);
        tokio::time::advance(Duration::from_secs(1)).await;
        contact.answers().note(Some(bob), &survey);
        assert!(contact.is_vouched_for(&cem));
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(!contact.is_vouched_for(&cem));
    }

    fn says_in(members: &[PeerId]) -> Survey {
        Survey {
            members: members.iter().copied().collect(),
            ..Survey::default()
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_was_let_in_again_is_heard_by_the_word_of_most() {
        let contact = Contact::default();
        let [ada, bob, cem, dan] = [1, 2, 3, 4].map(|n| PeerId::new([n; 32]));
        contact.answers().note_voters([ada, bob, cem].into());
        // Before it was removed.
        contact.answers().note(Some(ada), &says_in(&[cem]));
        contact.removals().note_removed(&[bob, cem]);
        tokio::time::advance(Duration::from_secs(2)).await;
        assert!(contact.was_sent_away(&cem));
        // Neither by its own word, nor by that of others who were removed.
        contact.answers().note(Some(cem), &says_in(&[cem]));
        contact.answers().note(Some(bob), &says_in(&[cem]));
        contact.answers().note(None, &says_in(&[cem]));
        assert!(contact.was_sent_away(&cem));
        contact.answers().note(Some(ada), &says_in(&[cem]));
        assert!(!contact.was_sent_away(&cem));
        assert_eq!(contact.sent_away(), [bob].into());
        // Who has no vote is not asked; of two who have, both.
        contact.answers().note(Some(dan), &says_in(&[ada]));
        assert!(!contact.was_sent_away(&cem));
        contact.answers().note_voters([ada, bob, cem, dan].into());
        assert!(contact.was_sent_away(&cem));
        contact.answers().note(Some(dan), &says_in(&[ada, cem]));
        assert!(!contact.was_sent_away(&cem));
        tokio::time::advance(Duration::from_secs(5)).await;
        assert!(contact.was_sent_away(&cem), "that was long ago");
    }

    /// Who owned the room when this seat was asleep may have lost that right since.
    #[tokio::test(start_paused = true)]
    async fn an_owner_of_once_sends_nobody_away_whom_most_know() {
        let contact = Contact::default();
        let [bob, cem, dan, olga] = [2, 3, 4, 5].map(|n| PeerId::new([n; 32]));
        let removal = |by: PeerId, peer| GameCommand {
            id: CommandId {
                peer_id: by,
                session: 1,
                seq: 1,
            },
            opens_session: false,
            action: Action::Remove { peer, lock: false },
            signed: None,
        };
        let shown = |by, peer| {
            let mut removals = contact.removals();
            removals.note_shown(peer, &removal(by, peer), false, Some(olga));
        };
        let nobody = |n: usize| {
            let bytes = [100 + (n % 100) as u8, (n / 100) as u8].repeat(16);
            PeerId::new(bytes.try_into().expect("32 bytes"))
        };
        let fills = || (0..MAX_LISTED).for_each(|n| shown(bob, nobody(n)));
        fills();
        shown(bob, cem);
        assert!(!contact.was_sent_away(&cem), "there is no place");
        contact.removals().keep_shown(|_| false);
        contact.answers().note_voters([bob, cem, dan, olga].into());
        for peer in [cem, dan] {
            shown(bob, peer);
        }
        assert!(contact.was_sent_away(&cem) && contact.was_sent_away(&dan));
        for (by, others) in [
            (bob, [bob, bob]),
            (cem, [cem, dan]),
            (dan, [cem, dan]),
            (olga, [cem, dan]),
        ] {
            contact.answers().note(Some(by), &says_in(&others));
        }
        assert!(!contact.was_sent_away(&cem) && !contact.was_sent_away(&dan));
        // The founder's right does not pass on: whom it sends away vouches for nobody, and
        // it has a place.
        fills();
        shown(olga, bob);
        shown(cem, bob);
        assert!(contact.was_sent_away(&bob));
        assert!(contact.removals().is_certain(&bob));
    }

    #[tokio::test(start_paused = true)]
    async fn a_new_seat_waits_for_whom_it_asked() {
        let contact = Contact::default();
        assert!(contact.waits_for_other(1), "nobody was asked yet");
        contact.ask_in(holder(1));
        assert!(!contact.waits_for_other(1));
        assert!(contact.waits_for_other(2));
        tokio::time::advance(ADMISSION).await;
        assert!(!contact.waits_for_other(2), "the leader may have changed");
        // The log may begin with a snapshot from before either of them was in.
        let who = (1, holder(1).key.peer_id());
        let older = Some(log_id(1, 5));
        assert!(contact.is_coming_in() && contact.introduced(who, older).is_some());
        contact.came_in();
        assert!(!contact.is_coming_in() && contact.introduced(who, older).is_none());
    }

    /// A member can sign a way in for any number of keys.
    #[tokio::test(start_paused = true)]
    async fn who_only_showed_how_it_came_in_is_known_while_it_may_be_needed() {
        let contact = Contact::default();
        let (now, later) = (Some(log_id(1, 5)), Some(log_id(1, 9)));
        let known = |seat: NodeId, membership, leader| {
            let peer = holder(seat).key.peer_id();
            contact.has_introduced(&peer, membership, leader)
        };
        contact.introduce(holder(1), now, Instant::now());
        assert!(known(1, now, None) && known(1, now, Some(1)));
        assert!(!known(1, now, Some(2)), "another leads");
        assert!(!known(1, later, None), "it is in no newer membership");
        for seat in 2..=1 + MAX_INTRODUCED as NodeId {
            tokio::time::advance(Duration::from_millis(1)).await;
            contact.introduce(holder(seat), now, Instant::now());
        }
        assert!(!known(1, now, None) && known(2, now, None));
    }

    #[tokio::test(start_paused = true)]
    async fn a_member_ends_a_lead_once_in_a_while() {
        let contact = Contact::default();
        assert!(contact.may_depose(2) && contact.may_depose(3));
        assert!(!contact.may_depose(2));
        tokio::time::advance(DEPOSED).await;
        assert!(contact.may_depose(2));
    }
}
