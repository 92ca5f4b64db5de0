//! What a node is asked, and what it shows: values, with nothing behind them.

mod cluster;
mod command;
mod error;
mod met;
mod preferences;
mod record;
mod timing;
mod view;

pub use cluster::{ClusterEvent, ClusterEventKind, ClusterView, MemberView, RaftStats};
pub use command::{Choice, Command, Done, JoinTarget, Reply};
pub use error::Failure;
pub(crate) use met::played_with;
pub use met::{Meeting, Met};
pub use preferences::{ADDRESSES, Look, Preferences, SCALE};
pub use record::{HARDEST, Record};
pub use timing::Timing;
pub use view::{
    Clock, KeptRoom, Looking, Me, Notice, PackView, Pending, PlayerView, Room, RoomView,
    SetterView, Stage, Trouble, View,
};
