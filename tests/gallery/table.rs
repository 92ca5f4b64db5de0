//! Rooms to draw: games played by actions, as in a real room, and a cluster
//! around them that stands still.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::Arc,
};

use dhangkanna::{
    consensus::{ClusterId, CommandId, GameCommand, Proposal, RoomState},
    game::{
        Action, Alphabet, Deal, Letter, Mode, Name, Observation, PeerId, Reaction, Said, Salt,
        Secret, Settings, Text, Whole, seal, shape_of,
    },
    node::{ClusterView, MemberView, PlayerView, Role, RoomView},
};

/// Seals every secret here.
const SALT: Salt = [9; 32];

/// The secret that a setter sets here.
pub const SET: &str = "Once in a blue moon";

/// A room in the making. Players are numbered from 0, who is the one that looks.
#[derive(Clone)]
pub struct Table {
    state: RoomState,
    index: u64,
    name: Name,
    /// For the rounds to come.
    deck: VecDeque<Deal>,
}

pub fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

pub fn peer(n: usize) -> PeerId {
    PeerId::new([n as u8 + 1; 32])
}

pub fn cluster_id(n: u8) -> ClusterId {
    ClusterId::try_from(&[n; 16][..]).expect("16 bytes")
}

impl Table {
    /// A room with these players.
    pub fn new(room: &str, players: &[&str]) -> Self {
        let mut table = Self {
            state: RoomState::default(),
            index: 11,
            name: name(room),
            deck: VecDeque::new(),
        };
        for (n, player) in players.iter().enumerate() {
            let name = name(player);
            table.act(n, Action::TakeSeat { name });
        }
        table
    }

    /// Lets a player do something, which must not be refused.
    pub fn act(&mut self, by: usize, action: Action) {
        self.index += 1;
        let opens_session = matches!(action, Action::TakeSeat { .. });
        let id = CommandId {
            peer_id: peer(by),
            session: 1,
            seq: self.index,
        };
        let command = GameCommand {
            id,
            opens_session,
            action,
            signed: None,
        };
        let reply = self.state.apply(self.index, Proposal::Command(command));
        reply.result.expect("a command").expect("nothing refused");
        self.serve();
    }

    pub fn observe(&mut self, observation: Observation) {
        self.index += 1;
        self.state
            .apply(self.index, Proposal::Observation(observation));
    }

    /// What the setter's program does by itself.
    fn serve(&mut self) {
        let secret = Secret::parse(SET).expect("a secret");
        let round = self.state.game().round();
        let action = round.and_then(|it| it.setter_action(&secret, SALT, 0));
        let setter = round.and_then(|it| it.frame().setter);
        if let (Some(setter), Some(action)) = (setter, action) {
            let seat = self.seat_of(setter);
            self.act(seat, action);
        }
    }

    fn seat_of(&self, who: PeerId) -> usize {
        let seats = self.state.game().players().len();
        (0..seats).find(|n| peer(*n) == who).expect("a player")
    }

    /// Starts a match of these secrets, one a round.
    pub fn play(&mut self, mode: Mode, secrets: &[(&str, &str)]) {
        let rounds = match mode {
            Mode::Setter => 3,
            Mode::Together | Mode::Turns => secrets.len() as u8,
        };
        let settings = Settings {
            mode,
            rounds,
            ..Settings::default()
        };
        self.act(0, Action::Configure(settings));
        let deal = |&(secret, clue): &(&str, &str)| Deal {
            secret: Secret::parse(secret).expect("a secret"),
            clue: clue.to_owned(),
        };
        self.deck = secrets.iter().map(deal).collect();
        let action = Action::StartMatch {
            deal: self.deck.pop_front(),
            alphabet: Arc::new(Alphabet::of_language("en").expect("English")),
            force: true,
            after_match: None,
        };
        self.act(0, action);
    }

    /// Whoever sets now, sets [`SET`].
    pub fn seal(&mut self, clue: &str) {
        let round = self.state.game().round().expect("a round");
        let setter = round.frame().setter.expect("a setter");
        let secret = Secret::parse(SET).expect("a secret");
        let action = Action::Seal {
            round: round.number(),
            commitment: seal(&secret, &SALT, clue),
            shape: shape_of(&secret),
            clue: clue.to_owned(),
        };
        let seat = self.seat_of(setter);
        self.act(seat, action);
    }

    /// A player guesses letters; in turns, whoever has it does.
    pub fn guess(&mut self, by: usize, letters: &str) {
        for letter in letters.chars() {
            let round = self.state.game().round().expect("a round");
            let by = round.frame().turn.map_or(by, |turn| self.seat_of(turn));
            let letter = Letter::from_folded(letter);
            self.act(
                by,
                Action::Guess {
                    letter,
                    round: None,
                },
            );
        }
    }

    pub fn solve(&mut self, by: usize, text: &str) {
        let whole = Whole::parse(text, None).expect("a word");
        self.act(by, Action::Solve { whole, round: None });
    }

    pub fn say(&mut self, by: usize, text: &str) {
        let text = Text::parse(text).expect("a text");
        self.act(by, Action::Say(Said::Text(text)));
    }

    pub fn react(&mut self, by: usize, reaction: Reaction) {
        self.act(by, Action::Say(Said::Reaction(reaction)));
    }

    pub fn next_round(&mut self) {
        let round = self.state.game().round().expect("a round").number();
        let next = Action::NextRound {
            after_round: round,
            deal: self.deck.pop_front(),
        };
        self.act(0, next);
    }

    /// The room as player 0 sees it, who leads.
    pub fn view(&self) -> RoomView {
        let game = self.state.game();
        let players = game.players().iter();
        let players = players.filter(|(peer, _)| !game.is_removed(peer));
        let players: Vec<PlayerView> = players
            .enumerate()
            .map(|(n, (peer_id, player))| PlayerView {
                peer_id: *peer_id,
                name: player.name.clone(),
                online: true,
                leads: n == 0,
                watching: player.watching,
                ready: player.ready,
                score: game.score_of(peer_id),
            })
            .collect();
        let members = players.iter().enumerate().map(|(n, player)| MemberView {
            node_id: n as u64 + 1,
            peer_id: player.peer_id,
            name: player.name.clone(),
            addr: format!("192.168.1.{}:40123", 20 + n),
            voter: n < 5,
            online: true,
        });
        RoomView {
            name: self.name.clone(),
            state: Arc::new(self.state.clone()),
            cluster: ClusterView {
                cluster_id: cluster_id(1),
                node_id: 1,
                role: Role::Leader,
                leader: Some(1),
                term: 1,
                last_applied: self.index,
                quorum: true,
                members: members.collect(),
                events: Arc::default(),
            },
            players,
            pending: Vec::new(),
            single_copy: false,
            trouble: None,
            setter: None,
            clock: None,
            met: BTreeSet::new(),
            pin: None,
        }
    }
}
