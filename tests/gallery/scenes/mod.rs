//! Every screen and state of the window.

mod raft;

use std::{
    net::Ipv4Addr,
    sync::Arc,
    time::{Duration, SystemTime},
};

use dhangkanna::{
    discovery::{Examination, Firewall, Found, Plays},
    game::{Action, Deal, Mode, Observation, Phase, Reaction, Secret, Wait},
    node::{
        Clock, Failure, KeptRoom, Looking, Me, Notice as Said, PackView, Preferences, RaftStats,
        Record, Room, RoomView, SetterView, Stage, View,
    },
};

use super::table::{SET, Table, cluster_id, name, peer};

/// A screen: what is shown, and what is clicked before, by the message's id.
pub struct Scene {
    pub name: &'static str,
    pub view: View,
    /// The numbers of this node.
    pub stats: RaftStats,
    pub clicks: &'static [&'static str],
    /// Whether those clicks open something that hides the rest.
    pub is_dialog: bool,
    /// What is then typed as the whole word, and entered.
    pub whole: &'static str,
}

const LONG: &str = "Maximiliane-Josephine WW";

fn scene(name: &'static str, view: View) -> Scene {
    Scene {
        name,
        view,
        stats: RaftStats::default(),
        clicks: &[],
        is_dialog: false,
        whole: "",
    }
}

fn opened(name: &'static str, view: View, clicks: &'static [&'static str]) -> Scene {
    Scene {
        name,
        view,
        stats: RaftStats::default(),
        clicks,
        is_dialog: true,
        whole: "",
    }
}

/// All of them.
pub fn all() -> Vec<Scene> {
    [lobbies(), moods(), rounds(), rooms(), raft()]
        .into_iter()
        .flatten()
        .collect()
}

pub fn raft() -> Vec<Scene> {
    let mut all = raft::watched();
    all.extend(raft::troubles());
    all
}

fn lobby() -> View {
    let pack = |id: &str, name: &str, language: &str, language_name: &str| PackView {
        id: id.to_owned(),
        name: name.to_owned(),
        language: language.to_owned(),
        language_name: language_name.to_owned(),
    };
    View {
        me: Me {
            peer_id: peer(0),
            name: name("Ada"),
            addr: "192.168.1.20:40123".to_owned(),
            profile: "default".to_owned(),
            folder: "/home/ada/.local/share/dhangkanna/1".to_owned(),
            logs: "/home/ada/.local/share/dhangkanna/1/logs".to_owned(),
            record: Arc::new(Record::default()),
            preferences: Arc::new(Preferences::default()),
        },
        rooms: Arc::default(),
        kept: Arc::default(),
        packs: Arc::new([
            pack("kanna", "Kanna", "en", "English"),
            pack("en-animals", "Animals", "en", "English"),
            pack("de-tiere", "Tiere", "de", "Deutsch"),
        ]),
        stage: Stage::Lobby,
        examination: Looking::Not,
        notice: None,
        fatal: None,
    }
}

fn other_room(n: u8, room: &str, host: &str, players: u32, phase: Phase) -> Room {
    Room {
        cluster_id: cluster_id(n),
        name: name(room),
        host: name(host),
        players,
        phase,
        plays: Some(Plays {
            mode: Mode::ALL[usize::from(n) % 3],
            language: ["en", "de"][usize::from(n) % 2].to_owned(),
            locked: n == 32,
        }),
        addr: format!("192.168.1.{n}:40123"),
        version: "0.2.0".to_owned(),
        met: n == 30,
        members: vec![peer(n.into())],
        is_rival: false,
        why_not: None,
    }
}

pub fn lobbies() -> Vec<Scene> {
    let empty = lobby();
    let mut full = lobby();
    let mut other_version = other_room(33, "Upstairs", "Eve", 2, Phase::Lobby);
    other_version.version = "0.1.0".to_owned();
    other_version.why_not = Some(Failure::new(
        "version",
        "it runs version 0.1.0 and this computer 0.2.0; install the same version on both computers",
    ));
    full.rooms = Arc::new([
        other_room(30, "Ben's room", "Ben", 3, Phase::Guessing),
        other_room(31, "Kitchen", "Cleo", 1, Phase::Lobby),
        other_room(32, "Class 7b", "Dan", 24, Phase::Won),
        other_version,
    ]);
    full.kept = Arc::new([KeptRoom {
        cluster_id: cluster_id(40),
        name: name("Friday evening"),
        used: SystemTime::now() - Duration::from_secs(3 * 24 * 3600 + 60),
    }]);
    let preferences = Arc::make_mut(&mut full.me.preferences);
    preferences.addresses = vec!["10.0.0.5:40123".parse().expect("an address")];
    let mut rivals = lobby();
    let rival = |n, host| Room {
        cluster_id: cluster_id(34),
        is_rival: true,
        ..other_room(n, "Kitchen", host, 3, Phase::Guessing)
    };
    rivals.rooms = Arc::new([rival(30, "Ben"), rival(35, "Mallory")]);
    let mut long = lobby();
    long.me.name = name(LONG);
    long.rooms = Arc::new([other_room(30, LONG, LONG, 24, Phase::Guessing)]);
    let mut told = lobby();
    told.notice = Some(Said {
        number: 1,
        text: "The owner of the room removed you. You can come back once they let you in again."
            .to_owned(),
        code: "removed",
        what: String::new(),
        is_error: true,
    });
    let mut broken = lobby();
    broken.fatal = Some("the disk is full: make room on it, and start again".to_owned());
    let found = |addr: [u8; 4], name: &str, is_virtual, multicast: Option<bool>| Found {
        name: name.to_owned(),
        addr: Ipv4Addr::from(addr).into(),
        is_virtual,
        used: multicast.is_some(),
        multicast,
    };
    let vpn = found([10, 8, 0, 2], "tun0", true, None);
    let wifi = |multicast| found([192, 168, 1, 20], "wlan0", false, Some(multicast));
    let examined = |interfaces: Vec<Found>, neighbours, firewall| View {
        examination: Looking::Found(Arc::new(Examination {
            interfaces,
            listens: true,
            port: 40123,
            neighbours,
            firewall,
        })),
        ..lobby()
    };
    let fine = examined(vec![wifi(true), vpn.clone()], 3, None);
    let blocked = examined(vec![wifi(false), vpn.clone()], 0, Some(Firewall::Ufw));
    let alone = examined(vec![wifi(true)], 0, Some(Firewall::Windows));
    let no_network = examined(vec![vpn], 0, None);
    let looking = View {
        examination: Looking::Now,
        ..lobby()
    };
    let staged = |stage: Stage| View { stage, ..lobby() };
    let knocking = |takes_pin| Stage::Knocking {
        room: "Ben's room".to_owned(),
        takes_pin,
    };
    vec![
        opened("settings", empty.clone(), &["settings"]),
        opened("about", empty.clone(), &["settings", "about"]),
        opened("find-looking", looking, &["find"]),
        opened("find-fine", fine, &["find"]),
        opened("find-blocked", blocked, &["find"]),
        opened("find-alone", alone, &["find"]),
        opened("find-no-network", no_network, &["find"]),
        scene("lobby-empty", empty),
        scene("lobby-full", full),
        scene("lobby-rivals", rivals),
        scene("lobby-long-names", long),
        scene("lobby-removed", told),
        scene("fatal", broken),
        scene("joining", staged(Stage::Joining("Ben's room".to_owned()))),
        scene("knocking", staged(knocking(false))),
        scene("knocking-pin", staged(knocking(true))),
    ]
}

pub fn within(room: RoomView) -> View {
    View {
        stage: Stage::Room(Arc::new(room)),
        ..lobby()
    }
}

fn three() -> Table {
    Table::new("Ada's room", &["Ada", "Ben", "Cleo"])
}

/// A round of *Together*, talked over.
fn together() -> Table {
    let mut table = three();
    table.play(
        Mode::Together,
        &[
            (
                "mythical beast",
                "A griffin or a unicorn, met only in stories",
            ),
            ("dragon", "It breathes fire"),
        ],
    );
    table.say(1, "Who knows this one?");
    table.react(2, Reaction::ALL[3]);
    table
}

pub fn moods() -> Vec<Scene> {
    const NAMES: [&str; 6] = ["mood-0", "mood-1", "mood-2", "mood-3", "mood-4", "mood-5"];
    let mut scenes = Vec::new();
    for (misses, name) in NAMES.into_iter().enumerate() {
        let mut table = together();
        table.guess(0, "ea");
        table.guess(1, &"qwzxv"[..misses]);
        scenes.push(scene(name, within(table.view())));
    }
    let mut lost = together();
    lost.guess(0, "ea");
    lost.guess(1, "qwzxvk");
    scenes.push(scene("mood-6-lost", within(lost.view())));
    let mut won = together();
    won.guess(0, "ea");
    won.solve(1, "mythical beast");
    scenes.push(scene("mood-won", within(won.view())));
    scenes
}

/// A clock that has just begun, and will never have gone on when it is drawn.
fn clock(seconds: u64) -> Option<Clock> {
    Some(Clock {
        wait: Wait::Turn,
        since: tokio::time::Instant::now() + Duration::from_secs(3600),
        limit: Duration::from_secs(seconds),
    })
}

pub fn rounds() -> Vec<Scene> {
    let mut turns = three();
    turns.play(Mode::Turns, &[("banana", "Yellow, and bent")]);
    turns.guess(0, "ax");
    let theirs = RoomView {
        clock: clock(12),
        ..turns.view()
    };
    turns.guess(0, "z");
    let mine = RoomView {
        clock: clock(4),
        ..turns.view()
    };

    let mut choosing = three();
    choosing.play(Mode::Setter, &[]);
    let deal = |(secret, clue): (&str, &str)| Deal {
        secret: Secret::parse(secret).expect("a secret"),
        clue: clue.to_owned(),
    };
    let offers = [
        ("unicorn", "One horn"),
        ("kraken", "Many arms, in the deep"),
        ("phoenix", "It rises from ashes"),
    ];
    let offers = SetterView {
        offers: offers.map(deal).into_iter().collect(),
        chosen: None,
    };
    let choice = RoomView {
        setter: Some(offers),
        clock: clock(25),
        ..choosing.view()
    };
    let mut sealed = choosing.clone();
    sealed.seal("Not often");
    sealed.guess(1, "oex");
    let chosen = SetterView {
        offers: Arc::default(),
        chosen: Some(SET.to_owned()),
    };
    let watched = RoomView {
        setter: Some(chosen),
        ..sealed.view()
    };
    let mut guessing = sealed.clone();
    guessing.solve(1, SET);
    let found = guessing.view();
    guessing.next_round();
    let waiting = guessing.view();
    guessing.seal("Seldom seen");
    guessing.guess(0, "on");
    let guesser = guessing.view();
    let mut void = sealed;
    let gone = Observation::Presence {
        peer: peer(0),
        here: false,
    };
    void.observe(gone);
    vec![
        scene("turns-theirs", within(theirs)),
        scene("turns-mine", within(mine)),
        scene("setter-chooses", within(choice)),
        scene("setter-watches", within(watched)),
        scene("setter-found", within(found)),
        scene("setter-waited-for", within(waiting)),
        scene("setter-guessed", within(guesser)),
        scene("setter-void", within(void.view())),
    ]
}

fn with_pin(room: RoomView) -> RoomView {
    let pin = "012345".parse().ok();
    RoomView { pin, ..room }
}

pub fn rooms() -> Vec<Scene> {
    let waiting = three();
    let mut knocked = three();
    knocked.act(
        0,
        Action::Configure(dhangkanna::game::Settings {
            locked: true,
            ..dhangkanna::game::Settings::default()
        }),
    );
    let dan = Observation::Knock {
        peer: peer(7),
        name: name("Dan"),
    };
    knocked.observe(dan);
    let asked = knocked.clone();
    knocked.observe(Observation::Knock {
        peer: peer(8),
        name: name("Ada"),
    });
    let mut knocked = knocked.view();
    knocked.met.insert(peer(7));
    let mut over = three();
    over.play(
        Mode::Turns,
        &[("banana", "Yellow, and bent"), ("moon", "Out at night")],
    );
    over.guess(0, "abn");
    over.next_round();
    over.guess(0, "moqn");
    let names: Vec<String> = (1..=23).map(|n| format!("Player {n}")).collect();
    let mut many: Vec<&str> = vec![LONG];
    many.extend(names.iter().map(String::as_str));
    let mut crowd = Table::new(LONG, &many);
    crowd.play(
        Mode::Together,
        &[(
            "supercalifragilistic expialidocious once",
            "A word that is long enough to say something about tiles, and a clue that needs two lines here",
        )],
    );
    crowd.guess(3, "eiax");
    crowd.say(
        1,
        "A remark that is longer than a line of the talk is wide, to see where it breaks",
    );
    let mut long = three();
    long.play(
        Mode::Together,
        &[("donaudampfschifffahrtsgesellschaftskapitaen", "He sails")],
    );
    long.guess(1, "aefx");
    let alone = Table::new("Ada's room", &["Ada"]);
    let mut watched = alone.clone();
    watched.act(0, Action::Watch(true));
    let mut sent_away = Table::new("Ada's room", &["Ada", LONG, "Cleo"]);
    let (peer, lock) = (peer(1), false);
    sent_away.act(0, Action::Remove { peer, lock });
    let mut sent_away = sent_away.view();
    // A member who never took a seat.
    let seatless = dhangkanna::node::MemberView {
        node_id: 9,
        peer_id: super::table::peer(8),
        name: name("someone"),
        ..sent_away.cluster.members[1].clone()
    };
    sent_away.cluster.members.push(seatless);
    vec![
        scene("room-alone", within(alone.view())),
        scene("room-watched", within(watched.view())),
        scene("room-removed", within(sent_away)),
        scene("long-word", within(long.view())),
        Scene {
            whole: "steam",
            ..scene("long-word-refused", within(long.view()))
        },
        scene("room-waiting", within(waiting.view())),
        scene("room-knock", within(asked.view())),
        scene("room-knocks", within(knocked)),
        scene("room-pin", within(with_pin(waiting.view()))),
        scene("match-over", within(over.view())),
        opened("history", within(over.view()), &["room-history"]),
        scene("room-of-24", within(crowd.view())),
        Scene {
            is_dialog: false,
            ..opened("guesses", within(crowd.view()), &["room-guesses"])
        },
    ]
}
