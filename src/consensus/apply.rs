//! Applies the entries of the log: each command at most once, in the log's
//! order.

use openraft::EntryPayload;

use super::{
    codec,
    state::{
        ClusterId, GameCommand, Genesis, MAX_ANCESTORS, MAX_SESSIONS, Proposal, Response,
        RoomState, Session,
    },
    types::Entry,
};
use crate::game::{Action, Outcome, PeerId, Rejection};

impl RoomState {
    /// Applies an entry of a cluster's log. A command that its player has not signed
    /// changes nothing, on any node: whoever leads can only put it there in vain.
    pub fn apply_entry(&mut self, cluster: ClusterId, entry: Entry) -> Response {
        let index = entry.log_id.index;
        let mut canonical = codec::canonical(&entry);
        let response = match entry.payload {
            EntryPayload::Normal(Proposal::Command(command))
                if !command.is_genuine(cluster, &codec::digest(&command)) =>
            {
                // A leader can give others the same with its true signature.
                canonical.push(0);
                Response {
                    index,
                    result: None,
                }
            }
            EntryPayload::Normal(proposal) => self.apply(index, proposal),
            EntryPayload::Blank | EntryPayload::Membership(_) => Response {
                index,
                result: None,
            },
        };
        let game = codec::digest_of_game(&self.game, &self.rounds);
        self.history.note(index, &canonical, game);
        response
    }

    /// Applies what entry `index` asks for, whoever asks.
    pub fn apply(&mut self, index: u64, proposal: Proposal) -> Response {
        match proposal {
            Proposal::Command(command) => return self.apply_command(index, command),
            Proposal::Observation(observation) => {
                if self.game.observe(observation).changes_game() {
                    self.game_index = index;
                }
            }
            Proposal::Genesis(genesis) => self.begin_with(index, *genesis),
        }
        Response {
            index,
            result: None,
        }
    }

    /// Whom a command sends away that is not applied here yet, if the owner of this
    /// room, or its founder, has signed it.
    pub fn sent_away_by(&self, cluster: ClusterId, command: &GameCommand) -> Option<PeerId> {
        let peer = self.would_send_away(command)?;
        let is_genuine = command.is_genuine(cluster, &codec::digest(command));
        is_genuine.then_some(peer)
    }

    /// Whom it would send away if it were applied now, whoever signed it.
    pub fn would_send_away(&self, command: &GameCommand) -> Option<PeerId> {
        let Action::Remove { peer, .. } = command.action else {
            return None;
        };
        let (by, table) = (command.id.peer_id, self.game.table());
        let is_owner = [table.owner, table.founder].contains(&Some(by));
        let may_go = peer != by && Some(peer) != table.founder;
        (is_owner && may_go && !self.has_applied(&command.id)).then_some(peer)
    }

    /// Goes on with another room's game. What was known there is known here
    /// since this entry, the outcomes of commands included: a retry that
    /// crosses over is recognised. Only before anybody has sat down: nobody signs
    /// it, so later a leader that lies could put any game in the place of this one.
    fn begin_with(&mut self, index: u64, Genesis { parent, state }: Genesis) {
        if !self.sessions.is_empty() || !self.ancestors.is_empty() {
            return;
        }
        let history = std::mem::take(&mut self.history);
        *self = state;
        self.history = history;
        // They were signed for another cluster, whose members are none here.
        self.removals.clear();
        self.game_index = index;
        for session in self.sessions.values_mut() {
            session.reply.index = index;
            // It was signed for another cluster.
            session.proof = None;
        }
        self.ancestors.insert(0, parent);
        self.ancestors.truncate(MAX_ANCESTORS);
    }

    /// Applies a command once: a retry gets the reply that the first try got.
    fn apply_command(&mut self, index: u64, command: GameCommand) -> Response {
        let digest = codec::digest(&command);
        let removal = match &command.action {
            Action::Remove { peer, .. } => Some((*peer, command.clone())),
            _ => None,
        };
        let GameCommand {
            id,
            opens_session,
            action,
            signed,
        } = command;
        let is_new = match self.sessions.get(&id.peer_id) {
            #[cfg(feature = "simulation")]
            Some(_) if crate::planted::Bug::SkippedDedup.is_planted() => true,
            Some(last) if last.session == id.session => match id.seq.cmp(&last.seq) {
                std::cmp::Ordering::Greater => true,
                std::cmp::Ordering::Equal => return last.reply,
                // Its seat waits for each reply, so nobody waits for this one.
                std::cmp::Ordering::Less => false,
            },
            // A start that is over does not come back.
            Some(last) => opens_session && id.session > last.session,
            None => opens_session,
        };
        if !is_new {
            return Response {
                index,
                result: Some(Err(Rejection::Stale)),
            };
        }
        let proof = signed.map(|signed| (digest, signed.signature));
        let newcomer = !self.sessions.contains_key(&id.peer_id);
        let mut goes = None;
        if newcomer && self.sessions.len() >= MAX_SESSIONS {
            goes = self.least_missed();
            if goes.is_none() {
                return Response {
                    index,
                    result: Some(Err(Rejection::Full)),
                };
            }
        }
        let result = self.game.apply(index, id.peer_id, action);
        if newcomer && result.is_err() {
            // Nobody is forgotten for who is not let in. What was refused may be
            // asked again.
            return Response {
                index,
                result: Some(result),
            };
        }
        if result.is_ok() {
            self.removals.extend(removal);
            let game = &self.game;
            self.removals.retain(|peer, _| game.is_removed(peer));
        }
        if let Some(peer) = goes {
            self.sessions.remove(&peer);
            self.game.forget(&peer);
        }
        if result.is_ok_and(Outcome::changes_game) {
            self.game_index = index;
        }
        let reply = Response {
            index,
            result: Some(result),
        };
        let session = Session {
            session: id.session,
            seq: id.seq,
            reply,
            proof,
        };
        self.sessions.insert(id.peer_id, session);
        reply
    }

    /// Who is forgotten for a newcomer: the one with the fewest points of those who
    /// are not here, and of these the one who was silent longest, by log index.
    /// `None` if nobody can be.
    fn least_missed(&self) -> Option<PeerId> {
        let sessions = self.sessions.iter();
        sessions
            .filter(|(peer, _)| !self.game.must_stay(peer))
            .min_by_key(|(peer, session)| (self.game.points_of(peer), session.reply.index))
            .map(|(peer, _)| *peer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consensus::{ClusterId, CommandId, log_id};
    use crate::game::{Action, Letter, Name, Observation, Secret};
    use crate::keys::SigningKey;

    fn peer(n: u8) -> PeerId {
        PeerId::new([n; 32])
    }

    fn command(peer_id: PeerId, session: u64, seq: u64, action: Action) -> Proposal {
        let opens_session = matches!(action, Action::TakeSeat { .. });
        Proposal::Command(GameCommand {
            id: CommandId {
                peer_id,
                session,
                seq,
            },
            opens_session,
            action,
            signed: None,
        })
    }

    fn seat() -> Action {
        Action::TakeSeat {
            name: Name::parse("P").expect("a name"),
        }
    }

    fn guess(letter: &str) -> Action {
        Action::Guess {
            letter: Letter::parse(letter).expect("a letter"),
            round: None,
        }
    }

    #[test]
    fn a_state_is_of_the_game_that_its_entries_led_to() {
        use openraft::entry::RaftEntry as _;
        use prost::Message as _;
        let is_read = |state: &RoomState| {
            let bytes = crate::proto::RoomState::from(state).encode_to_vec();
            codec::stored_state(&bytes, u32::MAX).is_ok()
        };
        let mut state = RoomState::default();
        assert!(is_read(&state));
        state.apply_entry(ClusterId::new([1; 16]), Entry::new_blank(log_id(1, 0)));
        assert!(is_read(&state));
        // Nothing in the log says that somebody sat down.
        state.apply(1, command(peer(1), 1, 1, seat()));
        assert!(!is_read(&state));
    }

    fn start() -> Action {
        Action::StartRound {
            pack: "kanna".to_owned(),
            clue: String::new(),
            secret: Secret::parse("kanna").expect("a secret"),
            alphabet: None,
            after_round: None,
        }
    }

    #[test]
    fn a_retry_is_applied_once_and_gets_the_same_reply() {
        let p = peer(1);
        let mut state = RoomState::default();
        let transcript = [
            // index, session, seq, action, result, index in the reply
            (1, 7, 1, seat(), Ok(Outcome::Seated), 1),
            (2, 7, 2, start(), Ok(Outcome::Started), 2),
            (3, 7, 3, guess("x"), Ok(Outcome::Miss), 3),
            (4, 7, 3, guess("x"), Ok(Outcome::Miss), 3),
            (5, 7, 2, start(), Err(Rejection::Stale), 5),
            (6, 7, 4, guess("x"), Ok(Outcome::Repeat), 6),
            // A new start of the program takes the seat over…
            (7, 8, 1, seat(), Ok(Outcome::Seated), 7),
            // …and what the old one still sends is refused.
            (8, 7, 5, guess("k"), Err(Rejection::Stale), 8),
            // A session nobody announced is refused too.
            (9, 9, 1, guess("k"), Err(Rejection::Stale), 9),
            (10, 8, 2, guess("k"), Ok(Outcome::Hit), 10),
            // All that the old one ever said, from its beginning.
            (11, 7, 1, seat(), Err(Rejection::Stale), 11),
            (12, 7, 2, start(), Err(Rejection::Stale), 12),
            (13, 7, 3, guess("x"), Err(Rejection::Stale), 13),
            (14, 8, 3, guess("n"), Ok(Outcome::Hit), 14),
        ];
        for (index, session, seq, action, result, reply_index) in transcript {
            let reply = state.apply(index, command(p, session, seq, action));
            assert_eq!(reply.result, Some(result), "entry {index}");
            assert_eq!(reply.index, reply_index, "entry {index}");
        }
        assert_eq!(state.game_index(), 14);
        let round = state.game().round().expect("a round");
        assert_eq!(round.guesses().len(), 3);
    }

    /// One of many: the n-th that comes.
    fn nth(n: u32) -> PeerId {
        let mut digest = [0; 32];
        digest[28..].copy_from_slice(&(u32::MAX - n).to_be_bytes());
        PeerId::new(digest)
    }

    fn gone(peer: PeerId) -> Proposal {
        Proposal::Observation(Observation::Presence { peer, here: false })
    }

    #[test]
    fn throw_away_players_do_not_erase_the_real_ones() {
        let mut state = RoomState::default();
        let mut index = 0;
        let mut apply = |state: &mut RoomState, proposal| {
            index += 1;
            state.apply(index, proposal).result
        };
        // The owner is here; two more have points, and one has none; these leave.
        let real = [peer(1), peer(2), peer(3), peer(4)];
        for one in real {
            apply(&mut state, command(one, 1, 1, seat()));
        }
        let alphabet = crate::game::Alphabet::of_language("en").expect("English");
        let first = Action::StartMatch {
            deal: Some(crate::game::Deal {
                secret: Secret::parse("kanna").expect("a secret"),
                clue: String::new(),
            }),
            alphabet: std::sync::Arc::new(alphabet),
            force: true,
            after_match: None,
        };
        apply(&mut state, command(peer(1), 1, 2, first));
        apply(&mut state, command(peer(2), 1, 2, guess("a")));
        apply(&mut state, command(peer(3), 1, 2, guess("k")));
        for one in &real[1..] {
            apply(&mut state, gone(*one));
        }
        for n in 0..330 {
            let came = apply(&mut state, command(nth(n), 1, 1, seat()));
            assert_eq!(came, Some(Ok(Outcome::Seated)));
            apply(&mut state, gone(nth(n)));
            assert!(state.sessions.len() <= MAX_SESSIONS);
        }
        assert_eq!(state.game().players().len(), MAX_SESSIONS);
        let kept = real.map(|peer| state.game().players().contains_key(&peer));
        assert_eq!(kept, [true, true, true, false]);
        assert_eq!(state.game().score_of(&peer(2)), Some(2));
        assert_eq!(state.game().table().owner, Some(peer(1)));
        // Of those without points, those who were here last are left.
        assert!(!state.game().players().contains_key(&nth(76)));
        assert!(state.game().players().contains_key(&nth(77)));
        // Then who has the fewest points.
        for n in 77..330 {
            apply(&mut state, command(nth(n), 1, 2, seat()));
        }
        let before = state.clone();
        let came = apply(&mut state, command(nth(400), 1, 1, seat()));
        assert_eq!(came, Some(Ok(Outcome::Seated)));
        assert!(!state.game().players().contains_key(&peer(3)));
        assert!(state.game().players().contains_key(&peer(2)));
        let came = apply(&mut state, command(nth(401), 1, 1, seat()));
        assert_eq!(came, Some(Ok(Outcome::Seated)));
        // All are here: nobody is forgotten.
        let mut full = state.clone();
        let came = apply(&mut full, command(nth(402), 1, 1, seat()));
        assert_eq!(came, Some(Err(Rejection::Full)));
        assert_eq!(full, state);
        // Nor for one who is refused.
        let away = Action::Remove {
            peer: nth(403),
            lock: false,
        };
        let mut state = before;
        apply(&mut state, command(peer(1), 1, 3, away));
        let players = state.game().players().clone();
        let refused = apply(&mut state, command(nth(403), 1, 1, seat()));
        assert_eq!(refused, Some(Err(Rejection::Removed)));
        assert_eq!(state.game().players(), &players);
        // Who has a session needs no place.
        let again = apply(&mut full, command(peer(1), 2, 1, seat()));
        assert_eq!(again, Some(Ok(Outcome::Seated)));
    }

    fn key() -> SigningKey {
        let pair = rcgen::KeyPair::generate().expect("a key");
        SigningKey::from_pkcs8(&pair.serialize_der()).expect("a P-256 key")
    }

    /// A seat that was away is shown the owner's word by anybody.
    #[test]
    fn who_is_sent_away_is_so_by_the_owners_signature_only() {
        let [owner, founder, other] = [key(), key(), key()];
        let (room, victim) = (ClusterId::random(), peer(9));
        let of = |key: &SigningKey| key.public().peer_id();
        let mut state = RoomState::default();
        for (index, key) in (1..).zip([&founder, &owner, &other]) {
            state.apply(index, command(of(key), 7, 1, seat()));
        }
        state.apply(
            4,
            command(of(&founder), 7, 2, Action::PassOwner(of(&owner))),
        );
        assert_eq!(state.game().table().owner, Some(of(&owner)));
        let remove = |by: &SigningKey, session, seq| GameCommand {
            id: CommandId {
                peer_id: of(by),
                session,
                seq,
            },
            opens_session: false,
            action: Action::Remove {
                peer: victim,
                lock: false,
            },
            signed: None,
        };
        let signed = |command: GameCommand, cluster, by: &SigningKey| {
            let digest = codec::digest(&command);
            command.sign(cluster, &digest, by)
        };
        let real = remove(&owner, 7, 3);
        let with = |change: &dyn Fn(&mut GameCommand)| {
            let mut changed = signed(real.clone(), room, &owner);
            change(&mut changed);
            changed
        };
        let by_owner = |peer| {
            let mut command = real.clone();
            command.action = Action::Remove { peer, lock: false };
            signed(command, room, &owner)
        };
        let cases = [
            (signed(real.clone(), room, &owner), true),
            (signed(remove(&founder, 7, 3), room, &founder), true),
            (signed(remove(&other, 7, 3), room, &other), false),
            (real.clone(), false),
            (signed(real.clone(), room, &other), false),
            (signed(real.clone(), ClusterId::random(), &owner), false),
            (with(&|one| one.id.seq = 4), false),
            (with(&|one| one.action = Action::LetIn(victim)), false),
            (
                with(&|one| {
                    one.action = Action::Remove {
                        peer: of(&other),
                        lock: false,
                    };
                }),
                false,
            ),
            // Nobody sends away the founder, or themselves.
            (by_owner(of(&founder)), false),
            (by_owner(of(&owner)), false),
            // What is applied here the membership knows better.
            (signed(remove(&founder, 7, 2), room, &founder), false),
            (signed(remove(&founder, 6, 9), room, &founder), false),
        ];
        for (n, (command, is_so)) in cases.into_iter().enumerate() {
            let away = state.sent_away_by(room, &command);
            assert_eq!(away, is_so.then_some(victim), "case {n}");
        }
        // Who owns the room no more sends nobody away.
        let take = command(of(&founder), 7, 3, Action::TakeOwner);
        state.apply(5, take);
        let by_owner = signed(real, room, &owner);
        assert_eq!(state.sent_away_by(room, &by_owner), None);
    }

    #[test]
    fn whoever_founds_a_continuation_is_its_founder() {
        let mut old = RoomState::default();
        for n in 1..=2 {
            old.apply(u64::from(n), command(peer(n), 7, 1, seat()));
        }
        let away = Action::Remove {
            peer: peer(2),
            lock: true,
        };
        old.apply(3, command(peer(1), 7, 2, away));
        let genesis = Genesis {
            parent: ClusterId::random(),
            state: old.founded_by(peer(2)),
        };
        let mut new = RoomState::default();
        new.apply(1, Proposal::Genesis(Box::new(genesis)));
        assert_eq!(new.game().table().founder, Some(peer(2)));
        // Who was sent away from the old room is not from their own.
        let taken = new.apply(2, command(peer(2), 7, 2, Action::TakeOwner));
        assert_eq!(taken.result, Some(Ok(Outcome::Done)));
        let taken = new.apply(3, command(peer(1), 7, 3, Action::TakeOwner));
        assert_eq!(taken.result, Some(Err(Rejection::NotFounder)));
    }

    #[test]
    fn a_continuation_knows_what_its_parent_knew() {
        let (parent, p) = (ClusterId::random(), peer(1));
        let mut old = RoomState::default();
        old.apply(90, command(p, 7, 1, seat()));
        old.apply(91, command(p, 7, 2, start()));
        old.apply(92, command(p, 7, 3, guess("k")));
        let mut new = RoomState::default();
        let genesis = Genesis {
            parent,
            state: old.clone(),
        };
        new.apply(3, Proposal::Genesis(Box::new(genesis)));
        assert_eq!(new.game(), old.game());
        assert_eq!((new.game_index(), new.ancestors()), (3, &[parent][..]));
        // The retry of a command that the old room applied, and the next one.
        let retry = new.apply(4, command(p, 7, 3, guess("k")));
        assert_eq!((retry.index, retry.result), (3, Some(Ok(Outcome::Hit))));
        let next = new.apply(5, command(p, 7, 4, guess("x")));
        assert_eq!((next.index, next.result), (5, Some(Ok(Outcome::Miss))));
        // A room remembers a bounded number of those before it.
        for _ in 0..24 {
            let genesis = Genesis {
                parent: ClusterId::random(),
                state: new,
            };
            new = RoomState::default();
            new.apply(3, Proposal::Genesis(Box::new(genesis)));
        }
        assert_eq!(new.ancestors().len(), MAX_ANCESTORS);
        assert!(!new.ancestors().contains(&parent));
    }

    #[test]
    fn a_room_goes_on_from_another_if_it_knows_all_that_was_decided_there() {
        let (room, p, q) = (ClusterId::random(), peer(1), peer(2));
        let old = |decided: &[(u64, Proposal)]| {
            let mut state = RoomState::default();
            for (index, proposal) in decided {
                state.apply(*index, proposal.clone());
            }
            state
        };
        let all = [
            (1, command(p, 7, 1, seat())),
            (2, command(p, 7, 2, start())),
            (3, command(q, 7, 1, seat())),
            (4, command(p, 7, 3, guess("k"))),
        ];
        let next = |parent, state| {
            let mut next = RoomState::default();
            let genesis = Genesis { parent, state };
            next.apply(1, Proposal::Genesis(Box::new(genesis)));
            next
        };
        let before = old(&all);
        let mut later = next(room, before.clone());
        assert!(later.goes_on_from(room, &before));
        later.apply(2, command(p, 8, 1, seat()));
        assert!(later.goes_on_from(room, &before));
        for lacking in [
            next(ClusterId::random(), before.clone()),
            next(room, old(&all[..3])),
            next(room, old(&all[..2])),
            next(room, RoomState::default()),
            before.clone(),
        ] {
            assert!(!lacking.goes_on_from(room, &before));
        }
    }

    #[test]
    fn no_game_takes_the_place_of_one_that_has_begun() {
        let mut forged = RoomState::default();
        forged.apply(1, command(peer(9), 1, 1, seat()));
        let genesis = |state: &RoomState| {
            Proposal::Genesis(Box::new(Genesis {
                parent: ClusterId::random(),
                state: state.clone(),
            }))
        };
        let mut hosted = RoomState::default();
        hosted.apply(1, command(peer(1), 7, 1, seat()));
        let mut continued = RoomState::default();
        continued.apply(1, genesis(&RoomState::default()));
        for mut begun in [hosted, continued] {
            let before = begun.clone();
            begun.apply(2, genesis(&forged));
            assert_eq!(begun, before);
        }
    }
}
