//! What a node is asked, and what it shows: values, with nothing behind them.

mod cluster_view;
mod command;
mod error;
mod events;
mod preferences;
mod record;
mod setter;
mod stats;
mod timing;
mod view;

pub use cluster_view::{ClusterView, MemberView};
pub use command::{Command, Done, JoinTarget, Reply};
pub use error::Failure;
pub use events::{ClusterEvent, ClusterEventKind};
pub use preferences::{ADDRESSES, Look, Preferences, SCALE};
pub use record::{HARDEST, Record};
pub use setter::{Choice, SetterView};
pub use stats::RaftStats;
pub use timing::Timing;
pub use view::{
    Clock, KeptRoom, Looking, Me, Notice, PackView, Pending, PlayerView, Room, RoomView, Stage,
    Trouble, View,
};
