//! Every event and every kind of reply of the headless interface, as they are
//! written in `headless.jsonl` here and shown in `docs/HEADLESS.md`. A unit test
//! of `src/headless`: the types are private.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    sync::Arc,
};

use serde_json::Value;

use super::{
    event::{Answer, Cluster, Event, Part},
    parse::{Input, parse},
    printer::Shown,
};
use crate::{
    consensus::{ClusterId, CommandId, GameCommand, Proposal, RULES, RoomState},
    discovery::{Ad, Ads, Plays},
    game::{
        Action, Alphabet, Deal, Difficulty, Letter, Mode, Name, Observation, Outcome, PeerId,
        Phase, Reaction, Rejection, Said, Secret, Settings, Text, Void, Whole, seal, shape_of,
    },
    lists::RoomLine,
    node::{
        ClusterView, Command, Done, Failure, Looking, Me, MemberView, Notice as Warning,
        PlayerView, Record, Role, RoomView, SetterView, Stage, Trouble, View,
    },
};

const DOCUMENTATION: &str = include_str!("../../docs/HEADLESS.md");

const OUTCOMES: [Outcome; 9] = [
    Outcome::Hit,
    Outcome::Miss,
    Outcome::Repeat,
    Outcome::Started,
    Outcome::Asked,
    Outcome::Hinted,
    Outcome::Done,
    Outcome::Said,
    Outcome::Unchanged,
];

const PHASES: [Phase; 7] = [
    Phase::Lobby,
    Phase::Setting,
    Phase::Guessing,
    Phase::Revealing,
    Phase::Won,
    Phase::Lost,
    Phase::Void,
];

const REJECTIONS: [Rejection; 30] = [
    Rejection::NotALetter,
    Rejection::NoRound,
    Rejection::RoundOver,
    Rejection::RoundChanged,
    Rejection::BadSecret,
    Rejection::BadName,
    Rejection::NotSeated,
    Rejection::Stale,
    Rejection::NotInAlphabet,
    Rejection::NotYourTurn,
    Rejection::YouSetIt,
    Rejection::Watching,
    Rejection::NotSealed,
    Rejection::NotSetter,
    Rejection::BadAnswer,
    Rejection::NoHint,
    Rejection::NotOwner,
    Rejection::BadSettings,
    Rejection::MatchOn,
    Rejection::NoMatch,
    Rejection::MatchChanged,
    Rejection::RoundOn,
    Rejection::NotReady,
    Rejection::TooFew,
    Rejection::Full,
    Rejection::NoSuchPlayer,
    Rejection::Removed,
    Rejection::OldRules,
    Rejection::Founder,
    Rejection::NotFounder,
];

/// A room in which every command is taken.
struct Room {
    state: RoomState,
    index: u64,
}

fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

fn peer(n: u8) -> PeerId {
    PeerId::new([n; 32])
}

fn cluster_id(n: u8) -> ClusterId {
    ClusterId::try_from(&[n; 16][..]).expect("16 bytes")
}

fn secret(text: &str) -> Secret {
    Secret::parse(text).expect("a secret")
}

fn deal(text: &str, clue: &str) -> Deal {
    let clue = clue.to_owned();
    Deal {
        secret: secret(text),
        clue,
    }
}

impl Room {
    /// Ada, Ben and Cleo have seats; the room is Ada's.
    fn new() -> Self {
        let (state, index) = (RoomState::default(), 0);
        let mut room = Self { state, index };
        room.observe(Observation::Rules(RULES));
        for (n, player) in (1..).zip(["Ada", "Ben", "Cleo"]) {
            room.act(n, Action::TakeSeat { name: name(player) });
        }
        room
    }

    fn observe(&mut self, observation: Observation) {
        self.index += 1;
        self.state
            .apply(self.index, Proposal::Observation(observation));
    }

    fn act(&mut self, by: u8, action: Action) {
        self.index += 1;
        let id = CommandId {
            peer_id: peer(by),
            session: 1,
            seq: self.index,
        };
        let command = GameCommand {
            id,
            opens_session: matches!(action, Action::TakeSeat { .. }),
            action,
            signed: None,
        };
        let reply = self.state.apply(self.index, Proposal::Command(command));
        reply.result.expect("a command").expect("not refused");
    }

    fn guess(&mut self, by: u8, letters: &str) {
        for letter in letters.chars().map(Letter::from_folded) {
            let round = None;
            self.act(by, Action::Guess { letter, round });
        }
    }

    fn solve(&mut self, by: u8, text: &str) {
        let whole = Whole::parse(text, None).expect("words");
        self.act(by, Action::Solve { whole, round: None });
    }

    fn configure(&mut self, mode: Mode, rounds: u8, locked: bool) {
        let settings = Settings {
            mode,
            rounds,
            locked,
            ..Settings::default()
        };
        self.act(1, Action::Configure(settings));
    }

    fn start_match(&mut self, deal: Option<Deal>) {
        let action = Action::StartMatch {
            deal,
            alphabet: Arc::new(Alphabet::of_language("en").expect("English")),
            force: true,
            after_match: None,
        };
        self.act(1, action);
    }

    fn start_round(&mut self, text: &str) {
        let action = Action::StartRound {
            pack: "kanna".to_owned(),
            clue: "A clue".to_owned(),
            secret: secret(text),
            alphabet: None,
            after_round: None,
        };
        self.act(1, action);
    }

    fn round(&self) -> u32 {
        self.state.game().round().expect("a round").number()
    }

    /// The room as Ada sees it, who leads.
    fn view(&self) -> RoomView {
        let game = self.state.game();
        let players = game.players().iter().map(|(peer_id, player)| PlayerView {
            peer_id: *peer_id,
            name: player.name.clone(),
            online: true,
            leads: *peer_id == peer(1),
            watching: player.watching,
            ready: player.ready,
            score: game.score_of(peer_id),
        });
        let members = (1..).zip(["Ada", "Ben"]).map(|(n, player)| MemberView {
            node_id: u64::MAX / 2 - u64::from(n),
            peer_id: peer(n),
            name: name(player),
            addr: format!("10.0.0.{n}:40123"),
            voter: n == 1,
            online: n == 1,
        });
        let members: Vec<MemberView> = members.collect();
        RoomView {
            name: name("den"),
            players: players.collect(),
            cluster: ClusterView {
                cluster_id: cluster_id(1),
                node_id: members[0].node_id,
                role: Role::Leader,
                leader: Some(members[0].node_id),
                term: 2,
                last_applied: self.index,
                quorum: true,
                members,
                events: Arc::default(),
            },
            state: Arc::new(self.state.clone()),
            pending: Vec::new(),
            single_copy: false,
            trouble: None,
            met: BTreeSet::from([peer(9)]),
            setter: None,
            clock: None,
            pin: None,
        }
    }
}

fn view(stage: Stage, notice: Option<Warning>) -> View {
    let me = Me {
        peer_id: peer(1),
        name: name("Ada"),
        addr: "10.0.0.1:40123".to_owned(),
        profile: "1".to_owned(),
        folder: String::new(),
        logs: String::new(),
        record: Arc::default(),
        preferences: Arc::default(),
    };
    View {
        me,
        rooms: Arc::default(),
        kept: Arc::default(),
        packs: Arc::default(),
        stage,
        examination: Looking::Not,
        notice,
        fatal: None,
    }
}

/// What is printed of games and clusters.
fn shown() -> Vec<Event> {
    let (mut shown, mut events) = (Shown::default(), Vec::new());
    let mut show = |room: RoomView| {
        events.extend(shown.update(&view(Stage::Room(Arc::new(room)), None)));
    };
    let mut room = Room::new();
    room.configure(Mode::Together, 2, true);
    room.act(2, Action::Ready(true));
    room.act(3, Action::Watch(true));
    let dan = name("Dan");
    room.observe(Observation::Knock {
        peer: peer(4),
        name: dan,
    });
    show(room.view());

    room.start_match(Some(deal("banana", "Yellow")));
    room.guess(1, "ax");
    room.act(2, Action::Hint { round: None });
    room.solve(2, "bandana");
    let said = Said::Text(Text::parse("nearly").expect("a text"));
    room.act(2, Action::Say(said));
    room.act(1, Action::Say(Said::Reaction(Reaction::Laugh)));
    show(room.view());
    room.solve(1, "banana");
    show(room.view());
    let next = Action::NextRound {
        after_round: room.round(),
        deal: Some(deal("moon", "")),
    };
    room.act(1, next);
    room.guess(2, "abcdef");
    show(room.view());

    room.start_round("given up");
    room.start_round("k k");
    show(room.view());

    room.configure(Mode::Setter, 3, false);
    room.start_match(None);
    let mut setting = room.view();
    setting.setter = Some(SetterView {
        offers: Arc::new([deal("sun", "Warm")]),
        chosen: None,
    });
    show(setting);
    let (own, salt) = (secret("moon"), [9; 32]);
    let action = Action::Seal {
        round: room.round(),
        commitment: seal(&own, &salt, ""),
        shape: shape_of(&own),
        clue: String::new(),
    };
    room.act(1, action);
    room.guess(2, "o");
    room.solve(2, "noon");
    room.act(2, Action::Hint { round: None });
    let mut sealed = room.view();
    sealed.setter = Some(SetterView {
        offers: Arc::default(),
        chosen: Some("moon".to_owned()),
    });
    show(sealed);
    let round = room.round();
    room.act(1, Action::GiveUp { round });
    room.act(1, Action::StopMatch);
    show(room.view());

    room.configure(Mode::Turns, 1, false);
    room.start_match(Some(deal("moon", "")));
    show(room.view());

    let mut with_pin = room.view();
    with_pin.pin = "012345".parse().ok();
    show(with_pin);
    show(room.view());

    let roles = [
        Role::Follower,
        Role::Candidate,
        Role::Learner,
        Role::Learner,
        Role::Follower,
        Role::Follower,
    ];
    let stalled = Trouble::Stalled {
        missing: vec![name("Ben")],
        alone: true,
        may_lose: false,
    };
    let split = Trouble::Split {
        with: vec![name("Ben")],
        is_stuck: false,
    };
    let newer = Trouble::NewerCopy {
        with: vec![name("Ben")],
    };
    let elsewhere = Trouble::Elsewhere {
        cluster_id: cluster_id(2),
        by: "Ben".to_owned(),
        is_stuck: true,
    };
    let troubles = [
        Trouble::Reconnecting,
        Trouble::ChoosingLeader,
        stalled,
        elsewhere,
        newer,
        split,
    ];
    for (role, trouble) in roles.into_iter().zip(troubles) {
        let mut cut_off = room.view();
        cut_off.trouble = Some(trouble);
        cut_off.cluster.role = role;
        cut_off.cluster.leader = None;
        cut_off.cluster.quorum = false;
        cut_off.cluster.members.clear();
        // The same is printed once.
        show(cut_off.clone());
        show(cut_off);
    }
    let warning = Warning {
        number: 1,
        text: "the disk is full".to_owned(),
        code: "storage",
        what: String::new(),
        is_error: true,
    };
    events.extend(shown.update(&view(Stage::Lobby, Some(warning))));
    events
}

/// One reply of each kind.
fn answers() -> Vec<Answer> {
    let applied = OUTCOMES.map(|outcome| Done::Applied {
        outcome,
        index: 13,
        copies: 3,
    });
    let mut room = Room::new();
    room.start_round("oh");
    room.guess(2, "oxh");
    room.act(2, Action::Say(Said::Reaction(Reaction::Cheer)));
    let room = room.view();
    let done = [
        Done::Ok,
        Done::Read(Arc::new(room.clone())),
        Done::Continued {
            cluster: cluster_id(2),
        },
        Done::BroughtBack,
        Done::Left { clean: true },
    ];
    let record = r#"{"played":4,"won":3,"streak":1,"best_streak":2,"misses":{"x":2}}"#;
    let record: Record = serde_json::from_str(record).expect("a record");
    let parts = [
        Ok(Part::game(&room)),
        Ok(Part::Cluster(Cluster::of(&room))),
        Ok(Part::talk(&room)),
        Part::history(&room, None),
        Part::history(&room, Some(1)),
        Ok(Part::Stats((&record).into())),
    ];
    let done = applied.into_iter().chain(done).map(Answer::from);
    let failed = Failure::from(Rejection::NotALetter).into();
    done.chain([failed])
        .chain(parts.map(Answer::from))
        .collect()
}

/// All lines, as they are printed.
fn printed() -> Vec<String> {
    let me = view(Stage::Lobby, None).me;
    let ready = Event::Ready {
        peer_id: me.peer_id.to_string(),
        addr: me.addr,
        profile: me.profile,
    };
    let replies = (1..).zip(answers());
    let replies = replies.map(|(line, answer)| Event::reply(line, answer));
    let bye = Event::Bye { reason: "leave" };
    let events = [ready]
        .into_iter()
        .chain(shown())
        .chain(replies)
        .chain([bye]);
    let lines = events.map(|event| serde_json::to_string(&event).expect("JSON"));
    lines.chain([room_line()]).collect()
}

/// What `rooms --json` prints.
fn room_line() -> String {
    let addr = "10.0.0.1:40123".parse().expect("an address");
    let plays = Plays {
        mode: Mode::Turns,
        language: "en".to_owned(),
        locked: false,
    };
    let ad = Ad {
        peer_id: peer(1),
        protocol: crate::net::PROTOCOL,
        version: "0.2.0".to_owned(),
        player: name("Ada"),
        cluster_id: cluster_id(1),
        room: name("den"),
        leads: true,
        players: 2,
        phase: Phase::Guessing,
        plays: Some(plays),
        ancestors: Vec::new(),
        addrs: vec![addr],
    };
    let room = crate::node::Room {
        cluster_id: ad.cluster_id,
        name: ad.room.clone(),
        host: ad.player.clone(),
        players: ad.players,
        phase: ad.phase,
        plays: ad.plays.clone(),
        addr: addr.to_string(),
        version: ad.version.clone(),
        met: false,
        members: vec![ad.peer_id],
        is_rival: false,
        why_not: None,
    };
    let ads: Ads = Arc::new(BTreeMap::from([(ad.peer_id, ad)]));
    serde_json::to_string(&RoomLine::of(&room, &ads)).expect("JSON")
}

#[test]
fn who_is_sent_away_is_named_as_in_the_lists() {
    let mut room = Room::new();
    room.act(
        3,
        Action::TakeSeat {
            name: name("Cleo lock"),
        },
    );
    let mut view = room.view();
    let ghost = |n: u8| MemberView {
        node_id: 1000 + u64::from(n),
        peer_id: peer(n),
        name: Name::placeholder(),
        ..view.cluster.members[1].clone()
    };
    let ghosts = [ghost(8), ghost(9)];
    view.cluster.members.push(ghosts[0].clone());
    let ask = |line: &str, view: &RoomView| parse(line, Some(view)).map_err(|e| e.code);
    let remove = |n, lock| {
        let peer = peer(n);
        Ok(Input::Command(Command::Act(Action::Remove { peer, lock })))
    };
    let id = peer(8).to_string();
    for (who, n) in [
        ("Ben", 2),
        ("someone", 8),
        ("1008", 8),
        (&*id, 8),
        ("Cleo lock", 3),
    ] {
        assert_eq!(ask(&format!("remove {who}"), &view), remove(n, false));
        assert_eq!(ask(&format!("remove {who} lock"), &view), remove(n, true));
    }
    for nobody in ["lock", "Dan", "Dan lock", "1009"] {
        let asked = ask(&format!("remove {nobody}"), &view);
        assert_eq!(asked, Err("no_such_player"), "{nobody}");
    }
    view.cluster.members.push(ghosts[1].clone());
    assert_eq!(ask("remove someone", &view), Err("ambiguous"));
    assert_eq!(ask("remove someone lock", &view), Err("ambiguous"));
    assert_eq!(ask("remove 1009 lock", &view), remove(9, true));
    // Who was sent away is let in again by the same words.
    let (peer, lock) = (peer(8), false);
    room.act(1, Action::Remove { peer, lock });
    view.state = Arc::new(room.state.clone());
    let accept = Ok(Input::Command(Command::Act(Action::LetIn(peer))));
    assert_eq!(ask("accept someone", &view), accept);
    assert_eq!(ask("remove someone", &view), remove(9, false));
}

#[test]
fn every_line_is_as_before() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/headless.jsonl");
    let printed = printed();
    if !file.exists() && std::env::var("GOLDEN").is_ok_and(|v| v == "write") {
        fs::write(&file, printed.join("\n") + "\n").expect("written");
    }
    let before = fs::read_to_string(&file).expect("the golden file");
    for (before, now) in before.lines().zip(&printed) {
        assert_eq!(before, now);
    }
    assert_eq!(before.lines().count(), printed.len());
}

#[test]
fn the_documentation_shows_every_kind_of_line() {
    let printed = printed();
    let printed = printed.iter().map(|line| serde_json::from_str(line));
    let printed: Vec<Value> = printed.collect::<Result<_, _>>().expect("JSON");
    let mut examples = Vec::new();
    for block in DOCUMENTATION.split("```json\n").skip(1) {
        let (block, _) = block.split_once("```").expect("a whole block");
        let block = block.replace(r#""…""#, "…");
        let block = block.replace("{…}", "…").replace("[…]", "…");
        let block = block.replace('…', r#""…""#);
        let block = serde_json::Deserializer::from_str(&block).into_iter::<Value>();
        examples.extend(block.map(|example| example.expect("JSON")));
    }
    for example in &examples {
        let is_printed = printed.iter().any(|line| fits(example, line));
        assert!(is_printed, "no such line is printed: {example}");
    }
    let kinds = |lines: &[Value]| -> BTreeSet<String> {
        let whole = lines.iter().filter(|line| line.get("…").is_none());
        whole.map(kind).collect()
    };
    assert_eq!(kinds(&examples), kinds(&printed));
    let (shown, there) = (all_fields(&examples), all_fields(&printed));
    let differ: Vec<_> = shown.symmetric_difference(&there).collect();
    assert_eq!(differ, [""; 0], "only shown, or only printed");
}

/// Whether a line is as an example has it. `…` is any value, or more of them.
fn fits(example: &Value, line: &Value) -> bool {
    match (example, line) {
        (Value::String(any), _) if any == "…" => true,
        (Value::Object(example), Value::Object(line)) => {
            let same = |(name, value): (&String, &Value)| {
                name == "…" || line.get(name).is_some_and(|there| fits(value, there))
            };
            let whole = example.len() == line.len() || example.contains_key("…");
            whole && example.iter().all(same)
        }
        (Value::Array(example), Value::Array(line)) => {
            let mut pairs = example.iter().zip(line);
            let whole = example.len() == line.len() || example.last().is_some_and(|v| v == "…");
            whole && pairs.all(|(example, line)| fits(example, line))
        }
        _ => example == line,
    }
}

/// What distinguishes lines: the event, and the names of the fields.
fn kind(line: &Value) -> String {
    let fields = line.as_object().expect("an object");
    let mut names: Vec<&str> = fields.keys().map(String::as_str).collect();
    names.sort_unstable();
    format!("{} {}", line["event"], names.join(" "))
}

fn all_fields(lines: &[Value]) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for line in lines {
        let event = line["event"].as_str().unwrap_or_default();
        fields(event, line, &mut all);
    }
    all
}

/// All fields, each with the event or the field that it is in.
fn fields(within: &str, value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object.iter().filter(|(name, _)| *name != "…") {
                into.insert(format!("{within}.{name}"));
                fields(name, value, into);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| fields(within, value, into)),
        _ => {}
    }
}

#[test]
fn the_documentation_names_every_word() {
    let mut named = BTreeSet::new();
    for (n, text) in DOCUMENTATION.split("```").enumerate() {
        // What is no block has its words between single backticks.
        let spans = text.split('`').skip(1).step_by(2);
        let code: Vec<&str> = if n % 2 == 1 {
            vec![text]
        } else {
            spans.collect()
        };
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let words = code
            .into_iter()
            .flat_map(|code| code.split(|c| !is_word(c)));
        named.extend(words);
    }
    let roles = [Role::Leader, Role::Follower, Role::Candidate, Role::Learner];
    let words = OUTCOMES
        .map(Outcome::code)
        .into_iter()
        .chain(REJECTIONS.map(Rejection::code))
        .chain(PHASES.map(Phase::code))
        .chain(roles.map(Role::code))
        .chain(Void::ALL.map(Void::code))
        .chain(Mode::ALL.map(Mode::code))
        .chain(Difficulty::ALL.map(Difficulty::code))
        .chain(Reaction::ALL.map(Reaction::code));
    let missing: Vec<&str> = words.filter(|word| !named.contains(word)).collect();
    assert_eq!(missing, [""; 0]);
}
