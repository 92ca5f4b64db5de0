//! The command line: what is asked for, and who does it.

use std::{path::PathBuf, process::ExitCode, time::Duration};

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand, error::ErrorKind};
use tracing::level_filters::LevelFilter;

use crate::{
    config::{Profile, data_dir_or_default},
    discovery::{GossipConfig, Interfaces},
    game::{BadName, Name},
    headless, lists, logging, memory,
    node::{Command, JoinTarget, NodeConfig, Pin, Timing},
};

/// How long a room is looked for, unless `--wait` says otherwise.
const WAIT_FOR_ROOM: Duration = Duration::from_secs(10);

/// How long `rooms` looks around, unless `--wait` says otherwise.
const WAIT_FOR_ROOMS: Duration = Duration::from_secs(2);

/// Kanna hangman for the people on your network. Without a command it opens
/// the window.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = false)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Sub>,
    #[command(flatten)]
    seat: SeatArgs,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Subcommand)]
enum Sub {
    /// Take a seat without a window: commands on stdin, JSON on stdout
    Headless(SeatArgs),
    /// List the rooms on this network
    Rooms {
        /// Print one JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// List the word packs
    Packs {
        /// Print one JSON object a line
        #[arg(long)]
        json: bool,
    },
}

#[derive(Args, Clone, Debug)]
#[group(multiple = false)]
struct SeatArgs {
    /// Host a room at once, under this name
    #[arg(long, value_name = "ROOM", num_args = 0..=1, value_parser = Name::parse)]
    host: Option<Option<Name>>,
    /// Join a room at once: its name, its id, or a member's IP:PORT
    #[arg(long, value_name = "ROOM|CLUSTER_ID|IP:PORT", value_parser = parse_target)]
    join: Option<JoinTarget>,
    /// Come back to a room kept on this computer: its name or id, or the last
    #[arg(long, value_name = "ROOM", num_args = 0..=1, value_parser = parse_target)]
    resume: Option<Option<JoinTarget>>,
}

#[derive(Args, Clone, Debug)]
struct Common {
    /// Your name in the game
    #[arg(long, value_name = "PLAYER", global = true, value_parser = Name::parse)]
    name: Option<Name>,
    /// Which profile to use [default: the first that is free]
    #[arg(long, value_name = "NAME", global = true)]
    profile: Option<String>,
    /// Where to keep everything [default: the platform's data directory]
    #[arg(long, value_name = "DIR", global = true)]
    data_dir: Option<PathBuf>,
    /// The port to listen on; 0 takes the one of the last start, or any
    #[arg(long, value_name = "N", global = true, default_value_t = 0)]
    port: u16,
    /// Look for players on this network interface only; repeatable
    #[arg(long, value_name = "NAME", global = true)]
    interface: Vec<String>,
    /// Where multicast is blocked: tell members of members; with the address
    /// of one, join through it; repeatable
    #[cfg(feature = "gossip")]
    #[arg(long, value_name = "IP:PORT", global = true, num_args = 0..=1, action = clap::ArgAction::Append)]
    gossip: Option<Vec<std::net::SocketAddr>>,
    /// The port for gossip, UDP and TCP [default: 17946, or any if it is taken]
    #[cfg(feature = "gossip")]
    #[arg(long, value_name = "N", global = true, value_parser = clap::value_parser!(u16).range(1..))]
    gossip_port: Option<u16>,
    /// How long to look for a room [default: 10; for `rooms`: 2]
    #[arg(long, value_name = "SECONDS", global = true, value_parser = parse_seconds)]
    wait: Option<Duration>,
    /// With --host, the room has a PIN, by which friends come in without asking:
    /// made here, or these six digits; with --join, the PIN of that room
    #[arg(long, value_name = "DIGITS", global = true, num_args = 0..=1)]
    pin: Option<Option<Pin>>,
    /// Changes one of the policy's times, for tests: NAME=MILLISECONDS
    #[arg(long, global = true, hide = true, value_parser = parse_time)]
    timing: Vec<String>,
    /// How much to log to stderr: error, warn, info or debug
    #[arg(long, value_name = "LEVEL", global = true, default_value = "error")]
    log: LevelFilter,
}

/// Does what the command line asks for.
///
/// # Errors
/// What ends the program early, in words.
pub fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    memory::share_arenas();
    let Cli {
        command,
        seat,
        common,
    } = cli;
    match command {
        Some(Sub::Rooms { json }) => {
            let _ = logging::start(common.log, None);
            let data_dir = data_dir_or_default(common.data_dir.as_deref())?;
            let gossip = common.gossip();
            let interfaces = Interfaces::only(common.interface);
            let wait = common.wait.unwrap_or(WAIT_FOR_ROOMS);
            let listed = lists::rooms(&data_dir, interfaces, gossip, wait, json);
            runtime()?.block_on(listed)?;
            Ok(ExitCode::SUCCESS)
        }
        Some(Sub::Packs { json }) => {
            lists::packs(&data_dir_or_default(common.data_dir.as_deref())?, json)?;
            Ok(ExitCode::SUCCESS)
        }
        Some(Sub::Headless(args)) => {
            let before = seat.host.is_some() || seat.join.is_some() || seat.resume.is_some();
            let first = args.command(&common);
            let first = first.unwrap_or_else(|why| wrong(ErrorKind::ArgumentConflict, why));
            let Some(first) = first.filter(|_| !before) else {
                wrong(
                    ErrorKind::MissingRequiredArgument,
                    "headless needs --host ROOM, --join ROOM|CLUSTER_ID|IP:PORT or --resume [ROOM]",
                );
            };
            let (config, _log) = common.open()?;
            let runtime = runtime()?;
            // On the node's own thread, not another.
            let ended = runtime.block_on(runtime.spawn(headless::run(config, first)))?;
            // A thread may still wait for stdin.
            runtime.shutdown_background();
            ended.map(|()| ExitCode::SUCCESS)
        }
        None => {
            let first = seat.command(&common);
            let first = first.unwrap_or_else(|why| wrong(ErrorKind::ArgumentConflict, why));
            window(common, first)
        }
    }
}

#[cfg(feature = "gui")]
fn window(common: Common, first: Option<Command>) -> anyhow::Result<ExitCode> {
    crate::ui::check_display()?;
    #[cfg(all(windows, not(debug_assertions)))]
    crate::console::detach();
    let (config, _log) = match common.open() {
        Ok((config, log)) => (Ok(config), log),
        Err(e) => (Err(e), None),
    };
    let runtime = runtime()?;
    crate::ui::run(&runtime, config, first)?;
    runtime.shutdown_timeout(Duration::from_secs(1));
    Ok(ExitCode::SUCCESS)
}

#[cfg(not(feature = "gui"))]
fn window(_common: Common, _first: Option<Command>) -> anyhow::Result<ExitCode> {
    anyhow::bail!(
        "this program was built without its window; play with `dhangkanna headless --host ROOM` or `--join ROOM`"
    )
}

impl SeatArgs {
    /// What is asked for, if anything is.
    ///
    /// # Errors
    /// If a PIN does not go with it.
    fn command(self, common: &Common) -> Result<Option<Command>, &'static str> {
        match (common.pin, &self.host, &self.join) {
            (Some(_), None, None) => return Err("--pin goes with --host or --join"),
            (Some(None), None, Some(_)) => {
                return Err("--join needs the six digits of the room's PIN after --pin");
            }
            _ => {}
        }
        let host = self.host.map(|room| Command::Host {
            room,
            pin: common.pin.map(|pin| pin.unwrap_or_else(Pin::random)),
        });
        let join = self.join.map(|target| Command::Join {
            target,
            wait: common.wait.unwrap_or(WAIT_FOR_ROOM),
            pin: common.pin.flatten(),
        });
        let resume = self.resume.map(|which| Command::Resume { which });
        // At most one of them, as clap sees to.
        Ok(host.or(join).or(resume))
    }
}

/// Ends the program as clap does.
fn wrong(kind: ErrorKind, why: &str) -> ! {
    use clap::CommandFactory as _;
    Cli::command().error(kind, why).exit()
}

impl Common {
    #[cfg(feature = "gossip")]
    fn gossip(&self) -> Option<GossipConfig> {
        let wanted = self.gossip.is_some() || self.gossip_port.is_some();
        wanted.then(|| GossipConfig {
            port: self.gossip_port,
            members: self.gossip.clone().unwrap_or_default(),
        })
    }

    #[cfg(not(feature = "gossip"))]
    #[expect(clippy::unused_self, reason = "the same with the feature")]
    fn gossip(&self) -> Option<GossipConfig> {
        None
    }

    /// Opens the profile and its log file.
    fn open(self) -> anyhow::Result<(NodeConfig, Option<logging::Guard>)> {
        let profile = Profile::open(self.data_dir.as_deref(), self.profile.as_deref())?;
        let mut timing = Timing::REAL;
        for time in &self.timing {
            timing.set(time).map_err(anyhow::Error::msg)?;
        }
        let guard = logging::start(self.log, Some(&profile.logs()));
        let gossip = self.gossip();
        let config = NodeConfig {
            profile,
            gossip,
            name: self.name,
            port: self.port,
            interfaces: Interfaces::only(self.interface),
            timing,
        };
        Ok((config, guard))
    }
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        // The node's work is small and goes from task to task: on one thread
        // a guess is there sooner than if threads had to wake each other.
        .worker_threads(1)
        .thread_name("node")
        .enable_all()
        .build()
        .context("no threads can be started")
}

fn parse_target(text: &str) -> Result<JoinTarget, BadName> {
    let Ok(target) = text.parse();
    match target {
        JoinTarget::Room(name) => Ok(JoinTarget::Room(Name::parse(&name)?.to_string())),
        target => Ok(target),
    }
}

fn parse_time(text: &str) -> Result<String, String> {
    let mut timing = Timing::REAL;
    timing.set(text).map(|()| text.to_owned())
}

fn parse_seconds(text: &str) -> Result<Duration, String> {
    /// Nobody waits longer for a room.
    const MAX: f64 = 3600.0;
    text.parse()
        .ok()
        .filter(|seconds| (0.0..=MAX).contains(seconds))
        .map(Duration::from_secs_f64)
        .ok_or_else(|| "a number of seconds from 0 to 3600".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory as _;
        Cli::command().debug_assert();
    }

    #[cfg(feature = "gossip")]
    #[test]
    fn gossip_takes_addresses_or_none() {
        /// How many addresses, and which port.
        type Want = Option<(usize, Option<u16>)>;
        let table: [(&[&str], Want); 7] = [
            (&["headless", "--host"], None),
            (&["--gossip"], Some((0, None))),
            (&["headless", "--host", "--gossip"], Some((0, None))),
            (&["--gossip", "10.0.0.1:4000"], Some((1, None))),
            (
                &["rooms", "--gossip", "10.0.0.1:1", "--gossip", "[::1]:2"],
                Some((2, None)),
            ),
            (&["--gossip-port", "9", "rooms"], Some((0, Some(9)))),
            (
                &["--gossip", "--gossip-port", "9", "--host"],
                Some((0, Some(9))),
            ),
        ];
        for (args, want) in table {
            let cli = Cli::try_parse_from([&["dhangkanna"], args].concat());
            let gossip = cli.expect("a command line").common.gossip();
            let got = gossip.map(|gossip| (gossip.members.len(), gossip.port));
            assert_eq!(got, want, "{args:?}");
        }
        for bad in [["--gossip", "den"], ["--gossip-port", "0"]] {
            assert!(Cli::try_parse_from([&["dhangkanna"][..], &bad].concat()).is_err());
        }
    }

    #[test]
    fn a_pin_is_of_the_room_that_is_hosted_or_joined() {
        let command = |args: &[&str]| {
            let cli = Cli::try_parse_from([&["dhangkanna"], args].concat());
            let Cli { seat, common, .. } = cli.expect("a command line");
            seat.command(&common)
        };
        let pin = |text: &str| text.parse::<Pin>().expect("six digits");
        let host = |pin| Ok(Some(Command::Host { room: None, pin }));
        assert_eq!(command(&["--host"]), host(None));
        assert_eq!(
            command(&["--host", "--pin", "012345"]),
            host(Some(pin("012345")))
        );
        let Ok(Some(Command::Host { pin: made, .. })) = command(&["--host", "--pin"]) else {
            panic!("no room");
        };
        assert!(made.is_some());
        let Ok(Some(Command::Join { pin: shown, .. })) =
            command(&["--join", "den", "--pin", "7 7 7 7 7 7"])
        else {
            panic!("no room");
        };
        assert_eq!(shown, Some(pin("777777")));
        for bad in [
            &["--join", "den", "--pin"][..],
            &["--pin"],
            &["--pin", "123456"],
            &["--resume", "--pin"],
        ] {
            assert!(command(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn takes_what_is_documented_and_refuses_the_rest() {
        let long = "x".repeat(10_000);
        let table: [(&[&str], bool); 24] = [
            (&["headless", "--resume"], true),
            (&["--resume", "den"], true),
            (&["--resume", "--host"], false),
            (&[], true),
            (&["--host"], true),
            (&["--host", "den"], true),
            (&["--join", "den", "--wait", "3"], true),
            (&["headless", "--host", "den", "--name", "P1"], true),
            (
                &[
                    "headless",
                    "--join",
                    "10.0.0.1:4000",
                    "--interface",
                    "eth0",
                    "--interface",
                    "eth1",
                ],
                true,
            ),
            (&["--data-dir", "d", "headless", "--host", "den"], true),
            (&["rooms", "--json", "--wait", "0.5"], true),
            (&["--host", "den", "--join", "den"], false),
            (&["headless", "--host", "den", "--join", "den"], false),
            (&["--host", ""], false),
            (&["--name", &long], false),
            (&["--name", "a\u{7}b"], false),
            (&["--port", "70000"], false),
            (&["--wait", "-1"], false),
            (&["--log", "loud"], false),
            (&["--host", "den", "--pin"], true),
            (&["headless", "--host", "--pin", "012345"], true),
            (&["--join", "den", "--pin", "123 456"], true),
            (&["--join", "den", "--pin", "12345"], false),
            (&["--join", "den", "--pin", "1234567"], false),
        ];
        for (args, ok) in table {
            let parsed = Cli::try_parse_from([&["dhangkanna"], args].concat());
            assert_eq!(parsed.is_ok(), ok, "{args:?}: {parsed:?}");
        }
    }
}
